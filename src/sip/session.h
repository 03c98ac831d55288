/*
 * sip/session.h - a leg from inside, for leg.c and incoming.c.
 *
 *     RESOLVING --> CALLING --1xx--> PROCEEDING --2xx, ACK--> ANSWERED --bye()--> ENDING --> OVER
 *         |            |                 |                       |                  answer, 32 s
 *         '------------+-----------------+------ failure --------+-- BYE of the far end --> OVER
 *
 * cancel() in CALLING waits for the first 1xx (RFC 3261, section 9.1). A 2xx that overtakes the
 * CANCEL is ACKed and ended with BYE. A leg is freed when it is OVER and was released.
 *
 * `busy` counts the calls into the leg that are on the stack: the handler of its news may release
 * it, so freeing waits for them.
 */
#ifndef RW_SIP_SESSION_H
#define RW_SIP_SESSION_H

#include "sip/auth.h"
#include "sip/core.h"
#include "sip/dialog.h"
#include "sip/locate.h"
#include "sip/transaction.h"

enum rw_leg_phase {
    RW_PHASE_RESOLVING,
    RW_PHASE_CALLING,
    RW_PHASE_PROCEEDING,
    RW_PHASE_OFFERED, /* invited.c */
    RW_PHASE_ANSWERED,
    RW_PHASE_ENDING,
    RW_PHASE_REFUSED, /* invited.c: our final status waits for its ACK */
    RW_PHASE_OVER
};

/* Who vouches for the call, and what it said last; kept until the call is answered. */
struct rw_leg_identity {
    const struct rw_identity_signer *signer;
    struct rw_identity_claim claim; /* its texts stand behind this */
    uint64_t signed_s;              /* 0 = not yet */
    char *value;                    /* of the Identity header; NULL = the call gets none */
    char texts[];
};

/* The INVITE of a far end, as far as it is needed to answer it. */
struct rw_leg_invitation {
    struct rw_sip_hop hop; /* where answers go */
    uint64_t branch;       /* hash of the INVITE's; CANCEL, ACK and repetitions have the same */
    uint64_t deadline_ms;  /* of a refusal */
    uint32_t interval_ms;  /* until it is repeated */
    uint16_t code;         /* of the last answer */
    char phrase[64];
    bool cancelled, told; /* by the far end; that it is refused */
    bool secure;          /* it came to a sips: URI */
    size_t n;             /* of the head */
    char head[];          /* what all answers have: Via to CSeq */
};

/* Our 2xx to an INVITE of the far end, repeated until its ACK comes (13.3.1.4). */
struct rw_leg_reply {
    struct rw_sip_hop hop;
    uint64_t deadline_ms;
    uint32_t interval_ms, cseq;
    size_t n;
    char bytes[];
};

struct rw_leg_fork;  /* leg_reliable.c */
struct rw_leg_timer; /* leg_timer.c */
struct rw_leg_keys;  /* leg_key.c */

struct rw_leg {
    struct le he; /* by Call-ID */
    struct rw_sip *sip;
    rw_leg_news_h *handler;
    void *arg;
    struct rw_sip_transaction *transaction; /* INVITE, later BYE; NULL = none */
    struct rw_sip_transaction *check;       /* OPTIONS; NULL = none */
    struct rw_sip_lookup *lookup;           /* NULL = none under way */
    struct rw_sip_places *places;           /* to be tried after the one that is; NULL = no more */
    char *trunk_id; /* whose addresses are looked up; NULL = nobody's, or that is over */
    struct tmr tmr; /* of silence, of the pending reply, or of an end that is told from the loop */
    struct tmr check_due;
    struct rw_leg_reply *reply;
    struct rw_leg_invitation *invitation; /* NULL = the INVITE is ours */
    struct rw_sip_auth *auth;
    struct rw_leg_identity *identity; /* NULL = nobody vouches */
    struct rw_sip_dialog dialog;
    struct rw_sip_hop hop; /* of the INVITE; from the 2xx on where that came from */
    char *request_uri, *route, *sdp, *user, *password;
    char *caller;               /* header lines of leg_caller.c; NULL = none */
    struct rw_leg_timer *timer; /* NULL = none wanted */
    struct rw_leg_keys *keys;   /* NULL = none was pressed */
    struct rw_leg_fork *forks;  /* that ring, as far as reliable answers came from them */
    uint64_t branch;            /* of the last INVITE */
    uint64_t early;             /* hash of the early media told last; 0 = none */
    uint32_t invite_cseq;
    uint32_t ack_due;      /* CSeq of the 2xx that is not acknowledged yet; 0 = none */
    uint32_t silent_ms;    /* see leg_place.c; 0 = as long as a transaction takes */
    uint8_t silent_halves; /* of it, that have passed */
    uint64_t key_heard;    /* CSeq of the INFO with the last one, and 1; 0 = none */
    uint8_t phase;
    uint8_t busy;
    uint8_t reliable; /* enum rw_leg_reliable */
    bool rang, heard, cancelled, released;
    bool ack_waits;    /* see call/leg.h */
    bool secure_route; /* the outbound proxy has a sips: URI */
};

void rw_leg_enter(struct rw_leg *leg);
void rw_leg_leave(struct rw_leg *leg); /* the leg may be gone afterwards */

struct rw_leg *rw_leg_find(struct rw_sip *sip, struct rw_slice call_id);

/* Ends the leg and tells it. ending may be NULL. */
void rw_leg_end(struct rw_leg *leg, enum rw_call_input_kind kind, const struct rw_ending *ending);

enum rw_class rw_leg_send_invite(struct rw_leg *leg, struct rw_err *err);

/* ACK of a 2xx to an INVITE of this CSeq: a request of its own (section 13.2.2.4). */
void rw_leg_ack(struct rw_leg *leg, uint32_t cseq, const struct rw_sip_auth *auth);

void rw_leg_confirm(struct rw_leg *leg); /* the port's own: the ACK that is due */

/* leg.c: tells whoever invited, unless the leg was released. */
void rw_leg_tell(struct rw_leg *leg, enum rw_call_input_kind kind, const struct rw_ending *ending,
                 struct rw_slice sdp);
void rw_leg_hear_early(struct rw_leg *leg, struct rw_slice sdp, struct rw_slice tag);

/* leg_end.c: the port's own, and BYE; hang_up() also tells that an answered leg has ended by this. */
void rw_leg_cancel(struct rw_leg *leg);
void rw_leg_bye(struct rw_leg *leg, const struct rw_ending *why);
void rw_leg_release(struct rw_leg *leg);
void rw_leg_send_bye(struct rw_leg *leg, const struct rw_ending *why);
void rw_leg_hang_up(struct rw_leg *leg, const struct rw_ending *why);

unsigned rw_leg_extensions(const struct rw_leg *leg); /* a set of sip/extension.h */
void rw_leg_put_contact(const struct rw_leg *leg, struct rw_buf *buf);

/* Answers a challenge to a request of the dialog, with the trunk's credentials. */
bool rw_leg_answer_challenge(const struct rw_leg *leg, const struct rw_sip_message *challenge,
                             enum rw_sip_method method, struct rw_slice uri,
                             struct rw_sip_auth **auth);

/* leg_target.c: may it be called, and what is asked first? */
RW_NODISCARD enum rw_class rw_leg_check_target(const struct rw_leg_target *target, size_t sdp,
                                               struct rw_sip_uri *ret_next, struct rw_err *err);
RW_NODISCARD bool rw_leg_copy_target(struct rw_leg *leg, const struct rw_leg_target *target,
                                     struct rw_slice sdp);

/* leg_key.c: sends a key by INFO; what waits is forgotten with the leg's end. */
void rw_leg_key(struct rw_leg *leg, const struct rw_key *key);
void rw_leg_keys_done(struct rw_leg *leg);

/* leg_caller.c */
RW_NODISCARD bool rw_leg_caller_init(struct rw_leg *leg, const struct rw_leg_caller *caller);

/* leg_place.c: finds where the INVITE goes and sends it, or begins to find it. */
enum rw_class rw_leg_start(struct rw_leg *leg, const struct rw_sip_uri *next,
                           const struct rw_leg_target *target, struct rw_err *err);
bool rw_leg_try_next_place(struct rw_leg *leg); /* false: there is none */
void rw_leg_places_done(struct rw_leg *leg);

/*
 * leg_identity.c: Date and Identity of an INVITE (RFC 8224). An INVITE that is sent again has the same
 * token while it is fresh.
 */
RW_NODISCARD bool rw_leg_identity_init(struct rw_leg *leg, const struct rw_leg_target *target);
RW_NODISCARD enum rw_class rw_leg_identity_put(struct rw_leg *leg, struct rw_buf *buf,
                                               struct rw_err *err);
void rw_leg_identity_done(struct rw_leg *leg);

/*
 * leg_timer.c: the session timer (RFC 4028). raise() is true when a 422 says what interval would do, and the
 * request may be sent again. start() takes what the 2xx agrees to. heard() is for a re-INVITE or UPDATE
 * of the far end: false when it is to be refused with 422; the header lines of the answer are written
 * in either case. waits() is true while a re-INVITE of ours is under way.
 */
#define RW_LEG_TIMER_LINES 80
RW_NODISCARD bool rw_leg_timer_init(struct rw_leg *leg, uint32_t expires_s);
void rw_leg_timer_put(const struct rw_leg *leg, struct rw_buf *buf);
bool rw_leg_timer_raise(struct rw_leg *leg, const struct rw_sip_message *refusal);
void rw_leg_timer_start(struct rw_leg *leg, const struct rw_sip_message *answer);
bool rw_leg_timer_heard(struct rw_leg *leg, const struct rw_sip_message *request,
                        char lines[RW_LEG_TIMER_LINES]);
bool rw_leg_timer_waits(const struct rw_leg *leg);
void rw_leg_timer_stop(struct rw_leg *leg); /* no refresh any more */
void rw_leg_timer_done(struct rw_leg *leg);

/*
 * leg_reliable.c: provisional answers that are acknowledged (RFC 3262). heard() is for one that is sent
 * reliably: false when it was heard before or comes too early, and is to be ignored. sdp() finds the
 * description that such an answer of the same telephone had, for a 2xx without one.
 */
bool rw_leg_reliable_heard(struct rw_leg *leg, const struct rw_sip_message *answer,
                           const struct rw_sip_hop *from);
bool rw_leg_reliable_sdp(const struct rw_leg *leg, const struct rw_sip_message *answer,
                         struct rw_slice *ret);
/* True when a request of the far end belongs to the early dialog of such an answer. */
bool rw_leg_reliable_matches(const struct rw_leg *leg, const struct rw_sip_message *request);
void rw_leg_reliable_done(struct rw_leg *leg);

/* check.c: asks the far end of an answered leg from time to time whether it is still there. */
void rw_leg_check_start(struct rw_leg *leg);
void rw_leg_check_stop(struct rw_leg *leg);

/* incoming.c: repeats the 2xx that stands in the scratch buffer until its ACK comes; forgets it. */
void rw_leg_reply_keep(struct rw_leg *leg, const struct rw_sip_hop *hop, uint32_t cseq);
void rw_leg_reply_done(struct rw_leg *leg);

/* leg.c */
struct rw_leg *rw_leg_new(struct rw_sip *sip); /* NULL: memory is out */
void rw_leg_destroy(struct rw_leg *leg);

/* invited.c: true = the request belongs to the INVITE that the leg came with. */
bool rw_leg_invited_request(struct rw_leg *leg, const struct rw_sip_message *message,
                            const struct rw_sip_hop *from);
void rw_leg_adopt(struct rw_leg *leg, rw_leg_news_h *handler, void *arg);
void rw_leg_ring(struct rw_leg *leg);
RW_NODISCARD enum rw_class rw_leg_accept(struct rw_leg *leg, struct rw_slice sdp,
                                         struct rw_err *err);
void rw_leg_refuse(struct rw_leg *leg, const struct rw_ending *why);

#endif
