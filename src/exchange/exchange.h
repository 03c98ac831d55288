/*
 * exchange/exchange.h - the switch of a worker: it drives the calls that were born there.
 *
 * It performs what call/call.h decides: commits the birth, sends INVITEs through the leg port, joins
 * media through the relay port, keeps the timers, appends every event to the log, and ends what an
 * earlier life of the server left open. rw_exchange_place() is the one function that creates a call.
 *
 * Owner    the worker owns its exchange; calls belong to the exchange.
 * Threads  its worker; rw_exchange_hangup() from any worker (it travels by mail to the owner).
 * Memory   a held call costs one struct and its legs: bench/held measures it.
 * Errors   placing fails before anything is stored or sent, or succeeds. Events of a running call
 *          that the store refuses are lost and logged; the call goes on, but no further INVITE leaves
 *          untold. The end of a call is tried again every 5 s until it is stored.
 */
#ifndef RW_EXCHANGE_EXCHANGE_H
#define RW_EXCHANGE_EXCHANGE_H

#include "call/call.h"
#include "call/leg.h"
#include "call/permit.h"
#include "call/relay.h"
#include "store/store.h"

struct rw_exchange;

struct rw_exchange_options {
    struct rw_worker *worker;
    struct rw_store *store;
    const struct rw_leg_ops *leg_ops;
    struct rw_leg_port *leg_port;
    const struct rw_relay_ops *relay_ops;
    struct rw_relay_port *relay_port;
    const struct rw_identity_signer *signer; /* of calls that leave by a trunk; NULL = none */
    struct rw_permit *const *permits;        /* asked for each call, in this order */
    uint32_t permits_count;                  /* at most RW_PERMITS_MAX */
    uint32_t calls_max;                      /* of this worker; beyond: RW_LIMIT call.capacity */
};

RW_NODISCARD enum rw_class rw_exchange_new(struct rw_exchange **ret,
                                           const struct rw_exchange_options *options,
                                           struct rw_err *err);
void rw_exchange_free(
    struct rw_exchange *exchange); /* no call may be left, or it is dropped; NULL is fine */

/*
 * A call whose sound does not pass through the exchange's relays, and that somebody listens to: a test
 * call. `event` runs within a step of the call, in its worker, for each event that is written of it; the
 * exchange may be asked to hang up there, and for nothing else. Must live until its relay is closed,
 * which comes last.
 */
struct rw_call_watch {
    const struct rw_relay_ops *relay_ops; /* in the place of the exchange's, with their port */
    struct rw_relay_port *relay_port;
    /* ending: of RW_EV_LEG_ENDED and RW_EV_ENDED, valid during the call; NULL otherwise */
    void (*event)(enum rw_call_event event, const struct rw_ending *ending, void *arg);
    void *arg;
};

/*
 * What is to be called: judged and resolved by the caller. The order and all that it points to live
 * until it was told what became of it, because a permit may let the call wait; nothing of it is kept
 * longer. call_id, tags and silent_ms of the targets are filled in.
 */
struct rw_call_order {
    struct rw_row_conversation conversation; /* id and created_ms are filled in */
    struct rw_leg_target station;            /* uri NULL: agentless */
    const struct rw_leg_target *trunks;      /* plan.trunks of them, in the order of trying */
    const char *user_name;                   /* of the station's participant */
    struct rw_call_plan plan;                /* has_station is filled in */
    const struct rw_spend_terms *spend;      /* for permit.h; NULL = nobody counts */
    const struct rw_call_watch *watch;       /* NULL: nobody watches it */
    const struct rw_call_limits *limits;     /* for the permits; NULL: none are known */
    struct rw_row_idempotency idempotency;   /* key NULL: none; conversation_id is filled in */
    /*
     * Makes the answer to be kept with the key; the text must live until it was told.
     * arg is place's. NULL: none is kept. Returning NULL means that memory is out.
     */
    const char *(*answer)(const struct rw_row_conversation *conversation,
                          const struct rw_row_participant *participants, size_t count, void *arg);
    /* Asked after a call had to wait: does somebody still want it? arg is place's. NULL: yes. */
    bool (*wanted)(void *arg);
};

/*
 * Told once in this worker: RW_OK when the call is durable and its first INVITE leaves; RW_CONFLICT
 * store.exists when the Idempotency-Key was used meanwhile; RW_IO when the store failed; what a permit
 * says that let it wait, RW_UNAVAILABLE call.not_wanted or server.draining after a wait. No call
 * exists then.
 */
typedef void(rw_placed_h)(enum rw_class class, const char *conversation_id,
                          const struct rw_err *err, void *arg);

RW_NODISCARD enum rw_class rw_exchange_place(struct rw_exchange *exchange,
                                             const struct rw_call_order *order, rw_placed_h *placed,
                                             void *arg, struct rw_err *err);

/*
 * Takes a call that came in: the order names the station that rings and, as its only trunk, the one it came
 * through, of which trunk_id, trunk_name and media are read. Permits are asked, and none may let it wait.
 * On success the leg is the exchange's and its far end waits; on failure it is the caller's to refuse.
 * RW_MALFORMED sdp.*: no media can be agreed upon.
 */
RW_NODISCARD enum rw_class rw_exchange_take(struct rw_exchange *exchange,
                                            const struct rw_call_order *order, struct rw_leg *leg,
                                            struct rw_slice sdp_offer, struct rw_err *err);

/*
 * Ends a call, in whichever worker it lives. `done` runs in the calling worker: RW_OK when the
 * hang-up was taken (its events follow), RW_NOT_FOUND call.not_live when it is over or none of ours.
 * For a call of this worker it runs before this returns.
 */
void rw_exchange_hangup(struct rw_exchange *exchange, const char *tenant_id,
                        const char *conversation_id, void (*done)(enum rw_class class, void *arg),
                        void *arg);

/*
 * Adds the INVITE that would leave for this target, without its body and without credentials. Call-ID,
 * tags and branch are examples.
 */
RW_NODISCARD enum rw_class rw_exchange_preview(struct rw_exchange *exchange,
                                               const struct rw_leg_target *target,
                                               struct rw_buf *ret, struct rw_err *err);

/* Calls that wait for a permit are refused with this; those that exist go on. */
void rw_exchange_refuse_waiting(struct rw_exchange *exchange, const struct rw_err *err);

uint32_t rw_exchange_live(const struct rw_exchange *exchange); /* calls not over yet; any thread */

/*
 * Takes no more calls, hangs up every call (reason "drained") and runs `quiet` once, at the end of a
 * turn, when all are over and stored. The exchange must live until then.
 */
void rw_exchange_drain(struct rw_exchange *exchange, void (*quiet)(void *arg), void *arg);

/*
 * At start, in one worker, before any call is placed: closes each conversation that an earlier life
 * left open (disconnectType error, reason node_lost) and ends its persisted dialogs with BYE or
 * CANCEL. `done` runs when all is stored, with the number closed.
 */
void rw_exchange_recover(struct rw_exchange *exchange,
                         void (*done)(enum rw_class class, uint32_t closed,
                                      const struct rw_err *err, void *arg),
                         void *arg);

#endif
