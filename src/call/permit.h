/*
 * call/permit.h - the port of whoever may say no to a call before it exists: limits, spending.
 *
 * The exchange asks each permit of its chain in turn, at most RW_PERMITS_MAX of them, and tells those
 * that said yes what becomes of the call, in this order:
 *
 *     admit -> born -> [attempt -> attempt_over]... -> answered [extend]... -> closing -> ended -> done
 *        |       '---- not stored, or a later permit refused ----------------^
 *        | later
 *        '-> decided, or withdraw()
 *
 *     admit         may it be placed? Nothing exists yet; whatever it takes for the call is held
 *     born          rows to be stored with the call's birth may be added. A birth that fails stores
 *                   none of them
 *     attempt       the INVITE to trunk `number` of those that ask->order names is about to leave.
 *                   Refused: the next one is tried, as if the carrier had failed. May ask for a delay
 *     attempt_over  that attempt ended, however. The next one begins after it
 *     answered      the called party did, through the attempt that is under way: also when nobody waited
 *                   any more or the answer is of no use, which carriers charge for all the same
 *     next_ms       asked after answered and after each extend: in how many milliseconds the call has to
 *                   ask again whether it may go on; 0 = never
 *     extend        it asks. Rows to be stored at once may be added. False: the call is ended (reason
 *                   spend_exhausted)
 *     extended      whether those rows were stored; when they were not, the call is ended as well
 *     closing       rows to be stored with the call's end may be added; told again, also after ended,
 *                   when the store refused them
 *     ended         the call is over and holds nothing any more. `born` says whether it ever existed
 *     done          nothing more will be told: frees what `held` is
 *
 * Whatever way a call takes, a yes of admit is followed by one ended and one done, and an attempt that
 * was allowed by one attempt_over. After a crash nothing is told of calls of the life before: what is
 * counted in memory starts at nothing, what is kept in the store is for its permit to mend at start.
 *
 * Owner    a permit outlives every exchange that asks it; what `held` points to is the permit's.
 * Threads  one permit is asked by all workers at once. All that is told of a call comes from the
 *          worker where it was asked, decided() is called there.
 * Errors   admit and attempt: RW_LIMIT and the permit's own codes. The rest can't fail.
 */
#ifndef RW_CALL_PERMIT_H
#define RW_CALL_PERMIT_H

#include "call/leg.h"
#include "call/limits.h"

#define RW_PERMITS_MAX 4

struct rw_permit_ask;
struct rw_spend_terms; /* spend/ledger.h; neither there */
struct rw_tx;          /* store/store.h; this folder does not look inside */

/* A call that asks. Texts and arrays live until it was admitted or refused; none of them after. */
struct rw_permit_ask {
    const char *tenant_id, *client_id, *user_id; /* the last two: NULL = none */
    const char *to_number, *from_number;         /* E.164 with '+' */
    const struct rw_leg_target *trunks;
    const struct rw_call_limits *limits; /* NULL = the caller knows of none */
    const struct rw_spend_terms *spend;  /* what it costs and may cost; NULL = nobody counts */
    bool has_station; /* the first INVITE to a trunk leaves when the user answered */
    /*
     * It came in through the only trunk: it has no attempts, and nobody may let it wait, since its far end does
     * not wait for us.
     */
    bool incoming;
    /*
     * Places in `trunks`, in the order of trying; a permit may reorder them and strike some out, but
     * not all.
     */
    uint8_t order[RW_CALL_TRUNKS_MAX], count;
    uint32_t max_duration_ms; /* 0 = no cap; a permit may lower it */
    /* For whoever said RW_PERMIT_LATER: how it was decided. RW_OK = yes, and `held` is kept. */
    void (*decided)(struct rw_permit_ask *ask, enum rw_class class, const struct rw_err *err);
};

enum rw_permit_verdict {
    RW_PERMIT_YES,
    RW_PERMIT_NO,   /* *err says why; nothing is held */
    RW_PERMIT_LATER /* *ret_held is to be told of withdraw() until ask->decided() was called, once */
};

struct rw_permit;

struct rw_permit_ops {
    enum rw_permit_verdict (*admit)(struct rw_permit *permit, struct rw_permit_ask *ask,
                                    void **ret_held, struct rw_err *err);
    /* Waits no longer: decided() is not called, `held` is gone. NULL: never says LATER. */
    void (*withdraw)(struct rw_permit *permit, void *held);
    /* Each of these may be NULL. */
    void (*born)(struct rw_permit *permit, void *held, const char *conversation_id,
                 struct rw_tx *tx);
    enum rw_class (*attempt)(struct rw_permit *permit, void *held, uint32_t number,
                             uint32_t *ret_delay_ms, struct rw_err *err);
    void (*attempt_over)(struct rw_permit *permit, void *held, uint32_t number);
    void (*answered)(struct rw_permit *permit, void *held, uint32_t number);
    uint32_t (*next_ms)(struct rw_permit *permit, void *held);
    bool (*extend)(struct rw_permit *permit, void *held, struct rw_tx *tx);
    void (*extended)(struct rw_permit *permit, void *held, bool stored);
    void (*closing)(struct rw_permit *permit, void *held, struct rw_tx *tx);
    /* These not. */
    void (*ended)(struct rw_permit *permit, void *held, bool born);
    void (*done)(struct rw_permit *permit, void *held);
};

/* A permit is a struct that begins with this one. */
struct rw_permit {
    const struct rw_permit_ops *ops;
};

#endif
