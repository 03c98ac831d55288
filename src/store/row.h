/*
 * store/row.h - the rows that the store keeps, one struct a table. rows.c says which column each member is.
 *
 * Owner    texts are borrowed: for writing they are copied by the put, on reading they live in the arena given.
 *          NULL reads and writes as absent.
 * Units    *_ms are wall times, where nothing else is said. ids are UUID texts unless the operator chose
 *          otherwise (a number's id may be any [A-Za-z0-9._-]{1,64}).
 */
#ifndef RW_STORE_ROW_H
#define RW_STORE_ROW_H

#include <stdbool.h>
#include <stdint.h>

struct rw_row_tenant {
    const char *id, *name;
    uint64_t created_ms;
};
struct rw_row_user {
    const char *id, *tenant_id, *name, *email, *state; /* "active" | "inactive" | "deleted" */
    const char *roles;      /* comma-separated role names, see auth/permission.h */
    const char *station_id; /* default station or NULL */
    uint32_t version;
    uint64_t created_ms;
};
struct rw_row_station { /* a station, its phone and the phone's line */
    const char *id, *tenant_id, *name,
        *sip_uri;                          /* where its telephone is: "sip:alice@192.0.2.7:5060" */
    const char *user_id;                   /* associated user or NULL */
    const char *auth_user, *auth_password; /* digest, or NULL */
    const char *state;                     /* "active" | "inactive" */
    uint32_t version;
    uint64_t created_ms, modified_ms;
    const char *description, *site_id; /* site or NULL */
};
struct rw_row_edge {
    const char *id, *tenant_id, *name, *state;
    uint32_t version;
    uint64_t created_ms, modified_ms;
    const char *description;
};
struct rw_row_extension_pool { /* a range of extensions, of one length */
    const char *id, *tenant_id, *name, *description;
    const char *first_number, *last_number;
    uint32_t version;
    uint64_t created_ms, modified_ms;
};
struct rw_row_extension { /* one that somebody has */
    const char *id, *tenant_id, *number, *pool_id;
    const char *owner_type, *owner_id; /* "USER" | "PHONE" */
    uint32_t version;
    uint64_t created_ms, modified_ms;
};
struct rw_row_trunk {
    const char *id, *tenant_id, *edge_id, *name, *state;
    const char *host;           /* name or address of the carrier */
    uint32_t port;              /* 0 = by the host's SRV records, or the transport's standard one */
    const char *transport;      /* "udp" | "tcp" | "tls" */
    const char *outbound_proxy; /* SIP URI or NULL */
    const char *auth_user, *auth_password; /* digest, or NULL */
    uint32_t answer_timeout_ms;            /* how long the called party may ring */
    uint32_t version;
    uint64_t created_ms;
    /* TLS; files are PEM, each NULL = none */
    const char *ca_file;                            /* whom to trust; NULL = whom the system does */
    const char *client_cert_file, *client_key_file; /* ours, where the carrier wants one */
    const char *tls_name;                           /* its certificate's; NULL = the host's */
    /* Several places in the host's stead: "192.0.2.1:5061;priority=1;weight=3, ..."; NULL = none */
    const char *addresses;
    bool tls_unverified; /* take any certificate */
    uint64_t modified_ms;
    const char *description;
    /* How the carrier wants numbers written and the caller named; NULL, false: as route/identity.c has it */
    const char *from_user, *from_domain;
    const char *identity_header;  /* "P-Asserted-Identity" | "P-Preferred-Identity" */
    const char *privacy;          /* "id" */
    const char *diversion_number; /* E.164 */
    const char *called_format, *from_format, *identity_format; /* "digits" */
    bool plain_user;                                           /* no user=phone in URIs */
    /* How it wants its media; NULL: as route/media.c has it */
    const char *media_srtp;   /* "optional" | "required" */
    const char *media_codecs; /* "PCMA,PCMU": those offered, most wanted first */
    const char *media_dtmf;   /* "info" | "inband" */
    const char *media_host;   /* numeric; told to its far end as ours */
    /* How many calls it takes, as call/limits.h has it, and how long one may last; 0: no limit */
    uint32_t calls_per_second, burst, channels, wait_ms, max_duration_ms;
    const char *reliable_provisional; /* "supported" | "required"; NULL = off */
    uint32_t session_expires_s;       /* at least 90; 0 = no session timer */
    bool registers;                   /* at the carrier, for so long at a time: */
    uint32_t register_expires_s;      /* 0 = the standard */
    uint32_t options_interval_s; /* between questions whether its addresses are there; 0 = never */
    /* What becomes of calls that come in: NULL = refused | "owner" of the number | "user" */
    const char *incoming;
    const char *incoming_user_id; /* of "user", or NULL */
};
struct rw_row_did_pool { /* a range of numbers, each of which is a row of its own */
    const char *id, *tenant_id, *name, *description;
    const char *first_e164, *last_e164, *comments;
    uint32_t version;
    uint64_t created_ms, modified_ms;
};
struct rw_row_number { /* a number resource: what a request names as providerId */
    const char *id, *tenant_id, *edge_id, *e164, *state; /* "active" | "inactive" */
    bool outbound_allowed;                               /* false = internal-only */
    const char *owner_user_id, *name;
    uint32_t version;
    uint64_t created_ms;
    const char *pool_id; /* the pool it came with, or NULL */
};
struct rw_row_site {
    const char *id, *tenant_id, *name, *description, *state;
    uint32_t version;
    uint64_t created_ms, modified_ms;
};
struct rw_row_route { /* an outbound route */
    const char *id, *tenant_id, *site_id, *name, *description;
    const char *prefixes;     /* E.164 prefixes without '+', comma-separated; "" = all numbers */
    const char *trunk_ids;    /* comma-separated, in the order in which they are tried */
    const char *distribution; /* "SEQUENTIAL" | "RANDOM" | "WEIGHTED" */
    bool enabled;
    uint32_t priority; /* lower first, among equal prefixes */
    uint32_t version;
    uint64_t created_ms, modified_ms;
    const char *classifications; /* a line each; "" = numbers of any */
    const char *trunk_weights;   /* comma-separated, beside trunk_ids; NULL = 1 each */
    const char *caller_prefixes; /* only calls that show such numbers, as prefixes; NULL = any */
    const char *caller_id;       /* E.164, shown when a call names no number; NULL = none */
    const char *hours;           /* when calls take it: see route/hours.h; NULL = always */
};
/* What class numbers of a site are of: the first plan that matches says. */
struct rw_row_number_plan {
    const char *id, *tenant_id, *site_id, *name;
    /* "digitLength" | "numberList" | "intraCountryCode" | "interCountryCode" | "regex" */
    const char *match_type;
    const char
        *match; /* country code, "4-15" digits, "+65..-+65..,+81..", expression: by the type */
    const char *classification;
    uint32_t priority; /* lower first */
    uint32_t version;
    uint64_t created_ms, modified_ms;
};
struct rw_row_calling_policy {  /* whom a tenant may call: see policy/calling.h for the texts */
    const char *id, *tenant_id; /* the id is the tenant's */
    const char *allowed_prefixes, *blocked_prefixes;
    bool high_risk;
    const char *blocked_types, *allowed_regions, *hours;
    uint32_t version;
    uint64_t created_ms, modified_ms;
    uint32_t freeze_after; /* refusals within a minute that freeze a token; 0 = never */
};
struct rw_row_freeze {          /* who may place no calls until it is lifted */
    const char *id, *tenant_id; /* the client's, or that of a token which is no client's */
    const char *kind;           /* "client" | "token" */
    const char *reason;
    uint64_t created_ms;
};
struct rw_row_rate_book { /* what calls of the tenant cost: the rates are in a text of their own */
    const char *id, *tenant_id; /* the id is the tenant's */
    uint32_t rates;             /* how many there are */
    uint32_t version;
    uint64_t created_ms, modified_ms;
};
struct rw_row_rate_text {
    const char *tenant_id, *csv; /* see spend/rates.h */
};
struct rw_row_spend_policy {     /* what calls may cost: see spend/caps.h */
    const char *id, *tenant_id;  /* the id is the tenant's */
    const char *currency, *zone; /* zone "" = UTC */
    bool unknown_allowed;        /* a number without a rate is called, and costs nothing */
    uint32_t slice_s;
    const char *caps;
    uint32_t version;
    uint64_t created_ms, modified_ms;
};
struct rw_row_spending {
    const char *tenant_id, *account;
    uint64_t micro; /* a sum of int64_t */
};
struct rw_row_call_limits {     /* see call/limits.h; 0, "": no limit */
    const char *id, *tenant_id; /* the id is the tenant's */
    uint32_t calls_per_second, burst, channels, wait_ms, max_duration_ms;
    uint32_t same_calls, same_s; /* calls to one number within so many seconds */
    /* A line each: "600000 International", a longest duration; "10 0 30 5000 ID", limits of a client, as
     * above without a duration. ID "*" is every other client. */
    const char *classes, *clients;
    uint32_t version;
    uint64_t created_ms, modified_ms;
};
struct rw_row_client {
    const char *id, *tenant_id, *name, *secret_hash; /* argon2id, encoded */
    const char *grant_type, *roles, *scopes;         /* scopes and roles comma-separated */
    uint32_t token_seconds;
    uint32_t version;
    uint64_t created_ms, revoked_ms;
};
struct rw_row_token {
    const char *hash;                       /* keyed BLAKE2b-256 in hex: the lookup key */
    const char *id, *tenant_id, *client_id; /* client_id or NULL */
    const char *user_id;                    /* NULL: a client-credentials token */
    const char *roles, *scopes; /* comma-separated; scopes "" = all that the roles give */
    uint64_t created_ms, expires_ms, revoked_ms; /* 0 = never, not */
};
struct rw_row_conversation {
    const char *id, *tenant_id, *user_id; /* user who places it or whom it is for, or NULL */
    const char *to_number, *from_number, *provider_id, *station_id;
    const char *trunk_id; /* the first one asked; the events name the others */
    const char *client_id, *correlation_id;
    uint64_t created_ms, ended_ms;   /* 0 = open */
    const char *disconnect, *reason; /* of the end; NULL while open */
    bool incoming;                   /* it came in through the trunk */
};
struct rw_row_participant {
    const char *id, *conversation_id, *communication_id;
    uint32_t leg;        /* enum rw_leg_side of call/call.h */
    const char *purpose; /* "user" | "agent" | "external" */
    const char *user_id, *address, *name;
};
struct rw_row_event {
    uint64_t seq; /* of the whole log, given by the store */
    const char *conversation_id, *tenant_id;
    uint64_t at_ms;
    int32_t leg;      /* -1: the conversation itself */
    const char *type; /* rw_call_event_name() */
    const char *data; /* JSON object or NULL */
};
struct rw_row_idempotency {
    const char *tenant_id, *key, *body_hash;
    const char *conversation_id;
    uint32_t status;
    const char *answer; /* the body that was sent */
    uint64_t created_ms, expires_ms;
};
struct rw_row_audit {
    uint64_t seq;
    const char *tenant_id, *actor, *action, *entity, *correlation_id, *detail;
    uint64_t at_ms;
};

#endif
