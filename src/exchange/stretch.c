/*
 * A call that may not go on for ever without asking: its permits say when it must, and whether it may.
 * What they write of it is stored before the next stretch begins, or the call is ended.
 */
#include "exchange/live.h"

static void end(struct rw_live *live)
{
    struct rw_call_input input = {.kind = RW_IN_SPENT};

    if (!live->over && live->exchange)
        rw_live_feed(live, &input);
}

static void on_stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err, void *arg)
{
    struct rw_live *live = arg;

    (void)tx;
    rw_admission_extended(live->admission, class == RW_OK);
    if (class != RW_OK) {
        rw_live_log_lost(live, err);
        end(live);
    }
    live->transactions--;
    rw_live_free_if_done(live);
}

static void on_due(void *arg)
{
    struct rw_live *live = ((struct rw_live_timer *)arg)->live;
    struct rw_tx *tx = rw_tx_new(live->exchange->options.store);
    bool may = tx && rw_admission_extend(live->admission, tx);

    if (tx) {
        live->transactions++;
        rw_tx_submit(tx, on_stored, live);
    }
    if (may)
        rw_live_stretch(live);
    else
        end(live);
}

void rw_live_stretch(struct rw_live *live)
{
    uint32_t ms = rw_admission_next_ms(live->admission);

    if (ms)
        tmr_start(&live->stretch.tmr, ms, on_due, &live->stretch);
}
