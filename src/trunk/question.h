/*
 * trunk/question.h - the port through which a trunk's far end is asked something outside of calls. sip/
 * implements it; tests fake it.
 *
 *     options()   OPTIONS to each address that the trunk's host leads to, all at once (RFC 3261,
 *                 section 11; RFC 3263): what each of them says
 *     enrol()     one REGISTER (RFC 3261, section 10), with digest where it is asked for, to the
 *                 first address that answers: what came of it
 *
 * Each address has RW_TRUNK_PATIENCE_MS to answer. What an OPTIONS is answered with says nothing of
 * whether calls are taken; it says that somebody is there who speaks SIP.
 *
 * Owner    a question belongs to whoever asked, until its handler is called or drop().
 * Threads  the worker that asked. The handler runs later, from the loop, and once.
 * Memory   the target is copied. At most RW_TRUNK_ADDRESSES addresses.
 * Errors   asking fails before anything is sent, or tells through the handler, never both: RW_MALFORMED
 *          sip.bad_target, sip.unsupported_transport, sip.bad_places, sip.wrong_address_family;
 *          RW_IO sip.unresolvable, and what sip/profile.h says of certificates' files; RW_NO_MEMORY.
 */
#ifndef RW_TRUNK_QUESTION_H
#define RW_TRUNK_QUESTION_H

#include "call/leg.h"

#define RW_TRUNK_ADDRESSES 8u
#define RW_TRUNK_ADDRESS 64 /* "192.0.2.1:5060" or "[2001:db8::1]:5060", and NUL */
#define RW_TRUNK_PATIENCE_MS 5000u
#define RW_TRUNK_ID 40 /* a UUID, and NUL */

struct rw_trunk_port;     /* opaque: one a worker, the implementation's */
struct rw_trunk_question; /* opaque */

/* Whom to ask. Texts hold no CR, LF or NUL. */
struct rw_trunk_target {
    const char *id, *name;
    const char *uri;   /* without a user: "sip:sip.carrier.example:5060;transport=tcp" */
    const char *route; /* outbound proxy as a SIP URI, or NULL */
    const char *auth_user, *auth_password; /* or NULL */
    const char *user, *domain; /* who is registered where; NULL = auth_user, the host of uri */
    struct rw_leg_tls tls;
    const char *places; /* as in struct rw_leg_target */
};

enum rw_trunk_outcome {
    RW_TRUNK_SILENT,      /* nothing came */
    RW_TRUNK_UNREACHABLE, /* it could not be sent: no route, port closed, connection refused, TLS */
    RW_TRUNK_ANSWERED     /* with `code` */
};

/* What an address said. Texts of the far end are one clean line each (base/err.h), cut where too long. */
struct rw_trunk_answer {
    char address[RW_TRUNK_ADDRESS];
    enum rw_trunk_outcome outcome;
    uint16_t code; /* final SIP status; 0 = none */
    char phrase[64];
    char agent[64];  /* Server, or User-Agent; "" = not said */
    char allow[160]; /* "" = not said */
    char date[40];   /* "" = not said */
    /* Where it sees us: received and rport of our Via (RFC 3581); "" = not said. */
    char seen_as[RW_TRUNK_ADDRESS];
    uint32_t rtt_us;    /* from sending until the answer; with the connection where one was made */
    const char *reason; /* of UNREACHABLE over TLS: a word of call/reason.h; NULL */
    char what[128];     /* of UNREACHABLE over TLS: what is wrong with the certificate; "" */
};

struct rw_trunk_answers {
    unsigned count; /* 0: the host leads nowhere */
    struct rw_trunk_answer at[RW_TRUNK_ADDRESSES];
};

typedef void(rw_trunk_answers_h)(const struct rw_trunk_answers *answers, void *arg);

enum rw_trunk_enrol_kind {
    RW_TRUNK_ENROL, /* binds our Contact for so long */
    RW_TRUNK_LEAVE, /* takes it away again */
    RW_TRUNK_LOOK   /* changes nothing: tells who is bound, to whoever has the right credentials */
};

struct rw_trunk_enrol {
    enum rw_trunk_enrol_kind kind;
    uint32_t expires_s; /* asked for, of ENROL */
    /* One registration keeps its Call-ID and counts on (section 10.2); NULL: a new one, for this alone. */
    const char *call_id;
    uint32_t cseq; /* of the first REGISTER sent; 0 = 1 */
};

struct rw_trunk_enrolled {
    struct rw_trunk_answer
        answer;               /* of the last address asked; address "": the host leads nowhere */
    uint32_t cseq;            /* of the last REGISTER sent */
    uint32_t expires_s;       /* our Contact is bound for so long; 0 = it is not */
    uint32_t min_expires_s;   /* of a 423; 0 = not said */
    uint32_t retry_after_s;   /* 0 = not said */
    bool challenged;          /* it asked who we are */
    bool refused_credentials; /* it was told, and asked again: it does not take them */
    char realm[64];           /* of the challenge; "" = none */
};

typedef void(rw_trunk_enrolled_h)(const struct rw_trunk_enrolled *enrolled, void *arg);

struct rw_trunk_ops {
    enum rw_class (*options)(struct rw_trunk_port *port, const struct rw_trunk_target *target,
                             rw_trunk_answers_h *handler, void *arg, struct rw_trunk_question **ret,
                             struct rw_err *err);
    /* RW_MALFORMED sip.bad_target too where the target has no user: nobody to be registered. */
    enum rw_class (*enrol)(struct rw_trunk_port *port, const struct rw_trunk_target *target,
                           const struct rw_trunk_enrol *enrol, rw_trunk_enrolled_h *handler,
                           void *arg, struct rw_trunk_question **ret, struct rw_err *err);
    /* Its handler is not called any more. NULL is fine. */
    void (*drop)(struct rw_trunk_question *question);
};

#endif
