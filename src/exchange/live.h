/*
 * exchange/live.h - what the files of src/exchange share: a live call, and the exchange from inside.
 *
 *     exchange.c  the table of live calls, hanging up, draining
 *     birth.c     how a call comes to be
 *     admit.c     who may say no to it, asked before there is a call, and told what becomes of it
 *     perform.c   what the state machine decides, done: legs, media, timers, events
 *     ending.c    the last events of a call, tried until they are stored
 *     leg.c       the two sides of a call: targets, dialogs, what the far ends say
 *     incoming.c  a call that came in through a trunk
 *     recover.c   what an earlier life left open
 *
 * A live call is freed when it is over and every transaction of it has been answered by the store:
 *
 *     place() -> admitted -> birth in the store -> [INVITE ... events ...] -> over -> last events stored -> freed
 *                                 | failed                                     ^
 *                                 '--------------------------------------------'
 */
#ifndef RW_EXCHANGE_LIVE_H
#define RW_EXCHANGE_LIVE_H

#include "base/buf.h"
#include "base/log.h"
#include "exchange/admit.h"
#include "exchange/exchange.h"

#include <re.h>

#define RW_EXCHANGE_INPUTS_MAX 8 /* waiting while a step is being performed */

/*
 * While another trunk waits, one that gives no answer of any kind is given up after this time: 100
 * is due within 200 ms (RFC 3261, section 17.2.1), and by now it was asked four times.
 * A trunk whose answer is awaited less long is given up earlier, or its silence would never be found out.
 */
#define RW_EXCHANGE_SILENT_MS 5000u

struct rw_live;

/* Who is called, and the dialog that the INVITE begins. */
struct rw_live_target {
    struct rw_leg_target target;
    char call_id[RW_ID_TEXT + 8], local_tag[17], branch[24];
};

/* All that may be called on one side, in order, with the texts behind: one piece of memory. */
struct rw_live_targets {
    uint32_t count;
    struct rw_live_target at[];
};

struct rw_live_side {
    struct rw_live *live;
    struct rw_leg *leg;              /* NULL: not invited (yet), or released */
    struct rw_live_targets *targets; /* NULL: none may be called any more */
    struct rw_live_target *target;   /* of `targets`, whose INVITE is next; NULL: invited */
    uint32_t stored_dialog;          /* what rw_live_dialog_mark() says of the dialog in the log */
    bool invite_due;                 /* as soon as the event that tells of it is durable */
    bool media_known;                /* the far end's SDP was read */
};

struct rw_live_timer {
    struct tmr tmr;
    struct rw_live *live;
};

struct rw_live {
    struct rw_live *next_hash;    /* in the table of live calls */
    struct rw_live *prev, *next;  /* among all of the exchange */
    struct rw_exchange *exchange; /* NULL: the exchange is gone, only transactions are awaited */
    struct rw_call call;
    struct rw_id id;
    char *tenant_id;
    struct rw_relay *relay;
    const struct rw_call_watch *watch; /* NULL: nobody watches it */
    struct rw_live_side sides[RW_LEGS];
    struct rw_live_timer timers[RW_TIMERS];
    struct rw_live_timer pace;      /* until the INVITE to the trunk may leave */
    struct rw_live_timer stretch;   /* until it must ask whether it may go on */
    uint32_t pace_ms;               /* how long that is; 0 = at once */
    struct rw_admission *admission; /* NULL: nobody had to permit it */
    struct rw_tx *tx;               /* being filled by the current step */
    uint32_t transactions;          /* not answered by the store yet */
    bool over;
    bool end_asked;      /* the step that is performed writes the end */
    bool answer_told;    /* it writes that a leg answered, whose ACK waits for that */
    bool end_due;        /* the end could not be stored: it is tried again */
    uint8_t legs_ending; /* a bit a leg: told by the transaction of the end */
    rw_placed_h *placed;
    void *placed_arg;
};

struct rw_live_input {
    struct rw_live *live;
    struct rw_call_input input;
};

struct rw_recovery;

struct rw_exchange {
    struct rw_exchange_options options;
    struct rw_live *all;          /* every call with memory */
    struct rw_admission *waiting; /* for a permit; no calls yet */
    struct rw_live **table;       /* those not over, by id */
    uint32_t buckets;             /* a power of two */
    _Atomic uint32_t live;        /* calls not over; the daemon's main thread reads it */
    uint32_t kept;                /* calls with memory */
    struct rw_buf data;           /* of the event being written */
    struct rw_live_input inputs[RW_EXCHANGE_INPUTS_MAX];
    uint32_t inputs_first, inputs_count;
    bool stepping;
    struct rw_log_limit lost_limit;
    bool draining;
    void (*quiet)(void *arg);
    void *quiet_arg;
    struct rw_mail quiet_mail;
    struct rw_recovery *recovery; /* while one runs */
};

/* birth.c */
RW_NODISCARD enum rw_class rw_exchange_may_place(const struct rw_exchange *exchange,
                                                 struct rw_err *err);
/* How a call that came in did. */
struct rw_live_offer {
    struct rw_leg *leg;
    struct rw_slice sdp;
};
/*
 * Brings an order to life; on success its admission (NULL: none was needed) and the leg that came in
 * (offer NULL: none did) are the call's.
 */
RW_NODISCARD enum rw_class rw_live_birth(struct rw_exchange *exchange,
                                         const struct rw_call_order *order,
                                         const struct rw_live_offer *offer,
                                         struct rw_admission *admission, rw_placed_h *placed,
                                         void *arg, struct rw_err *err);

/* incoming.c */
void rw_live_ring(struct rw_live *live);
void rw_live_accept(struct rw_live *live);

/* Through which ops its relay is spoken to. */
static inline const struct rw_relay_ops *rw_live_relay_ops(const struct rw_live *live)
{
    return live->watch ? live->watch->relay_ops : live->exchange->options.relay_ops;
}

/* exchange.c */
void rw_live_enter(struct rw_live *live);        /* among the live calls */
void rw_live_free(struct rw_live *live);         /* its memory, of one that is not entered */
void rw_live_forget(struct rw_live *live);       /* is over: hangs up on no more, counts no more */
void rw_live_free_if_done(struct rw_live *live); /* over, and nothing awaited */

/* perform.c */
void rw_live_feed(struct rw_live *live, const struct rw_call_input *input);
void rw_live_event(struct rw_live *live, struct rw_tx *tx, enum rw_call_event event, int32_t leg,
                   const struct rw_ending *ending);

/* stretch.c: the call was answered; it goes on as long as its permits let it. */
void rw_live_stretch(struct rw_live *live);

/* ending.c: the last transaction of a call, tried until the store takes it. */
void rw_live_put_end(struct rw_live *live, struct rw_tx *tx, const struct rw_ending *ending);
void rw_live_submit_end(struct rw_live *live, struct rw_tx *tx); /* NULL: memory is out */
void rw_live_retry_end(struct rw_live *live);                    /* now; when it is due */
void rw_live_log_lost(const struct rw_live *live, const struct rw_err *err);

/* leg.c */
/*
 * `order`: the places in `targets` of those that are meant; NULL = the first `count`. answer_ms: how long each
 * of `targets` may ring, 0 = no limit; NULL where nobody else is asked.
 */
RW_NODISCARD bool rw_live_targets_set(struct rw_live *live, enum rw_leg_side leg,
                                      const struct rw_leg_target *targets,
                                      const uint32_t *answer_ms, const uint8_t *order,
                                      uint32_t count);
void rw_live_aim(struct rw_live *live, enum rw_leg_side leg, uint32_t target); /* at this one */
void rw_live_invite(struct rw_live *live, enum rw_leg_side leg); /* now, or when its pace is up */
void rw_live_listen(struct rw_live *live); /* to the station's keys, when a trunk has INFO */
void rw_live_release(struct rw_live *live, enum rw_leg_side leg);
/* Nobody else is asked: a held call does not carry them. */
void rw_live_forget_targets(struct rw_live *live, enum rw_leg_side leg);
void rw_live_adopt(struct rw_live *live, struct rw_leg *leg); /* the trunk's, which came in */
/* The dialog to be written with an event of this leg; false when the log has it already. */
bool rw_live_dialog(struct rw_live *live, enum rw_leg_side leg, enum rw_call_event event,
                    struct rw_leg_dialog *ret);

#endif
