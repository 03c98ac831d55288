/*
 * call/leg.h - the port through which the exchange drives a leg. sip/ implements it; tests fake it.
 *
 * A leg is one INVITE dialog of ours towards a station or a trunk, or one of a trunk's towards us. All of it
 * lives in one worker.
 *
 * Owner    invite() gives a leg to the caller, who calls release() once, after the leg reported
 *          FAILED, ENDED, SILENT or UNREACHABLE, or at once to let it finish alone (it then ends
 *          what is still open, ACKs what must be ACKed, and tells nobody).
 * Threads  the worker that invited.
 * Errors   invite() fails before anything is sent, or reports through the handler, never both.
 */
#ifndef RW_CALL_LEG_H
#define RW_CALL_LEG_H

#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"
#include "call/call.h"
#include "call/identity.h"
#include "call/key.h"
#include "call/terms.h"

struct rw_leg;      /* opaque, the implementation's */
struct rw_leg_port; /* opaque: one a worker, the implementation's */

#define RW_SDP_MAX 4096

/* How a trunk is spoken to over TLS; all zero: as the system does. Files are PEM. */
struct rw_leg_tls {
    const char *ca_file; /* whom to trust; NULL = whom the system trusts */
    const char *cert_file,
        *key_file;    /* our own certificate, where the carrier wants one, or NULL */
    const char *name; /* that its certificate must have; NULL = the host called */
    bool unverified;  /* take any certificate */
};

/* What the INVITE says of the caller beside From (RFC 3323, 3325, 5806); all zero: nothing. */
struct rw_leg_caller {
    const char *asserted;  /* URI of P-Asserted-Identity, or NULL */
    const char *preferred; /* URI of P-Preferred-Identity, or NULL */
    const char *diverted;  /* URI of Diversion: from where the call was sent on, or NULL */
    bool withheld;         /* Privacy: id */
};

/* Provisional answers that are acknowledged by PRACK (RFC 3262). */
enum rw_leg_reliable {
    RW_LEG_RELIABLE_OFF,       /* not offered; one that comes all the same is acknowledged */
    RW_LEG_RELIABLE_SUPPORTED, /* Supported: 100rel; required from the carrier on that wants it so */
    RW_LEG_RELIABLE_REQUIRED   /* Require: 100rel */
};

/* Who is called, and how it looks on the wire. Copied. All texts are already checked: no CR, LF, NUL. */
struct rw_leg_target {
    const char *uri;       /* request URI: "sip:+6591234567@192.0.2.1:5060;transport=tcp" */
    const char *route;     /* outbound proxy as a SIP URI, or NULL */
    const char *from_uri;  /* "sip:+6534567890@host" */
    const char *from_name; /* display name or NULL */
    const char *auth_user; /* for digest (RFC 7616/8760, RFC 3261 22), or NULL */
    const char *auth_password;
    const char *call_id; /* ours, starts with the worker's two hex digits, see sip/wire.h */
    /*
     * From tag and Via branch of the first INVITE, whose CSeq is 1 and whose To is `uri`: its dialog
     * is written down before it leaves. NULL: the implementation makes them.
     */
    const char *local_tag, *branch;
    const char *trunk_id, *trunk_name; /* for counters and log; NULL: no trunk */
    /* Without an answer of any kind, 100 too, for so long, or twice as long where the target has several
     * addresses: SILENT. 0: 64*T1 for each address, which is 32 s. */
    uint32_t silent_ms;
    bool
        ack_waits; /* an answer is acknowledged by confirm(), or when it is repeated; false: at once */
    /*
     * Whose call it is, and who vouches for that in an Identity header; signer NULL: nobody, and the
     * claim is not looked at. Otherwise it names both numbers; its trunk_id is taken from above.
     */
    const struct rw_identity_signer *signer;
    struct rw_identity_claim claim;
    struct rw_leg_caller caller;
    enum rw_leg_reliable reliable;
    /* The interval of a session timer that is asked for (RFC 4028), at least 90; 0: none. */
    uint32_t session_expires_s;
    struct rw_leg_tls tls;
    struct rw_media_terms media; /* of the offer; who writes that reads them (call/relay.h) */
    /* Where `uri` leads, unless there is a route: as sip/locate.h has it; NULL = as DNS has it. */
    const char *places;
};

/* What the far end said. Pointers are valid during the call only. */
struct rw_leg_news {
    struct rw_call_input input; /* kind and ending; `leg` is filled by the exchange */
    struct rw_slice sdp;        /* of EARLY and ANSWERED, empty otherwise */
    struct rw_key key;          /* with a sign: this was pressed, and `input` says nothing */
    bool charged; /* of FAILED: it was answered when nobody waited any more, and ended at once */
};

typedef void(rw_leg_news_h)(const struct rw_leg_news *news, void *arg);

/*
 * What a dialog needs to be ended after a restart; stored with the leg's events. `state` says which
 * of BYE and CANCEL is due.
 */
struct rw_leg_dialog {
    bool answered;
    char call_id[80], local_tag[40], remote_tag[128], branch[80];
    char request_uri[256];   /* of the INVITE */
    char remote_target[256]; /* Contact of the far end; "" before it is known */
    char from_uri[160], to_uri[256];
    char route_set[1024]; /* the Route header values in order, comma-separated; "" = none */
    uint32_t local_cseq;  /* of the INVITE */
};

/* A trunk, and whose it is. */
struct rw_leg_origin {
    struct rw_id tenant, trunk;
};

/* A call that comes in. Texts are valid during the call only; nothing in them is checked. */
struct rw_leg_offer {
    const struct rw_leg_origin *origins; /* the trunks that have its address, origin_count, 0 too */
    unsigned origin_count;
    struct rw_slice
        called; /* the number in whatever form: user of the request URI, or where that is our Contact, of To */
    struct rw_slice caller, caller_name; /* user of From, and its display name; empty = not told */
    struct rw_slice sdp;
};

/* The answer to it: a leg that is not kept is refused so. */
struct rw_leg_refusal {
    uint16_t code;
    const char *phrase;
};

/*
 * Told of each call that comes in. True: it is kept, `adopt` was called, and the far end is told to wait for
 * ring(), accept() or refuse(), which come later. False: it is gone when this returns, and *ret_refusal is filled.
 */
typedef bool(rw_leg_offered_h)(struct rw_leg *leg, const struct rw_leg_offer *offer,
                               struct rw_leg_refusal *ret_refusal, void *arg);

struct rw_leg_ops {
    /* Sends an INVITE with our SDP offer. */
    enum rw_class (*invite)(struct rw_leg_port *port, const struct rw_leg_target *target,
                            struct rw_slice sdp_offer, rw_leg_news_h *handler, void *arg,
                            struct rw_leg **ret, struct rw_err *err);
    void (*cancel)(struct rw_leg *leg);
    /* The answer is written down: now it is acknowledged. Nothing, when it was or there is none. */
    void (*confirm)(struct rw_leg *leg);
    void (*bye)(struct rw_leg *leg, const struct rw_ending *why);
    void (*release)(struct rw_leg *leg);
    /* Tells the far end by INFO that a key was pressed; before the answer it is lost. */
    void (*key)(struct rw_leg *leg, const struct rw_key *key);
    /* The dialog as it stands now, for the store. */
    void (*describe)(const struct rw_leg *leg, struct rw_leg_dialog *ret);
    /*
     * Ends a dialog of an earlier life: BYE when answered, otherwise CANCEL (and BYE to a late 2xx).
     * Of target, which may be NULL, only trunk_id, route and tls are read.
     */
    enum rw_class (*end_orphan)(struct rw_leg_port *port, const struct rw_leg_dialog *dialog,
                                const struct rw_leg_target *target, struct rw_err *err);
    /* Adds the INVITE as it would leave, without body and credentials; sends nothing. */
    enum rw_class (*preview)(struct rw_leg_port *port, const struct rw_leg_target *target,
                             struct rw_buf *ret, struct rw_err *err);
    /* Who is told of calls that come in; without, they are refused. NULL: no more. */
    void (*listen)(struct rw_leg_port *port, rw_leg_offered_h *handler, void *arg);
    /* The rest is of a leg that came in. From now on its news goes there. */
    void (*adopt)(struct rw_leg *leg, rw_leg_news_h *handler, void *arg);
    void (*ring)(struct rw_leg *leg); /* 180 */
    /* 200 with our answer; the leg is as one that we invited from then on. */
    enum rw_class (*accept)(struct rw_leg *leg, struct rw_slice sdp_answer, struct rw_err *err);
    /* A final status that says why; the leg reports FAILED then. */
    void (*refuse)(struct rw_leg *leg, const struct rw_ending *why);
};

#endif
