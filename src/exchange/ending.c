#include "base/clock.h"
#include "exchange/live.h"

#define RETRY_MS 5000 /* the time between two attempts to store the end of a call */

void rw_live_log_lost(const struct rw_live *live, const struct rw_err *err)
{
    uint64_t suppressed;
    char quoted[RW_LOG_VALUE];

    if (live->exchange &&
        rw_log_allow(&live->exchange->lost_limit, rw_clock_mono_ms(), &suppressed))
        rw_log(RW_LOG_ERROR, "call.events_lost", "conversation=%s why=%s suppressed=%llu",
               live->id.text, rw_log_quote(quoted, rw_slice_str(err->message)),
               (unsigned long long)suppressed);
}

void rw_live_put_end(struct rw_live *live, struct rw_tx *tx, const struct rw_ending *ending)
{
    rw_live_event(live, tx, RW_EV_ENDED, -1, ending);
    rw_admission_put_end(live->admission, tx);
    rw_tx_end_conversation(tx, live->tenant_id, live->id.text, rw_clock_wall_ms(),
                           rw_disconnect_name(ending->disconnect), ending->reason);
}

static void on_retry(void *arg)
{
    rw_live_retry_end(((struct rw_live_timer *)arg)->live);
}

/* A server that stops does not wait for a broken disk: the next start closes what is open. */
static void try_later(struct rw_live *live)
{
    if (!live->exchange || live->exchange->draining)
        return;
    live->end_due = true;
    tmr_start(&live->timers[0].tmr, RETRY_MS, on_retry, &live->timers[0]);
}

static void on_end_stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err,
                          void *arg)
{
    struct rw_live *live = arg;

    (void)tx;
    if (class != RW_OK) {
        rw_live_log_lost(live, err);
        try_later(live);
    }
    live->transactions--;
    rw_live_free_if_done(live);
}

void rw_live_submit_end(struct rw_live *live, struct rw_tx *tx)
{
    if (!tx) {
        try_later(live);
        return;
    }
    live->transactions++;
    rw_tx_patient(tx);
    rw_tx_submit(tx, on_end_stored, live);
}

/* What the lost transaction said of the end; its other events are gone. */
void rw_live_retry_end(struct rw_live *live)
{
    struct rw_tx *tx = rw_tx_new(live->exchange->options.store);

    live->end_due = false;
    tmr_cancel(&live->timers[0].tmr);
    for (int leg = 0; tx && leg < RW_LEGS; leg++)
        if (live->legs_ending & 1u << leg)
            rw_live_event(live, tx, RW_EV_LEG_ENDED, leg, &live->call.leg_endings[leg]);
    if (tx)
        rw_live_put_end(live, tx, &live->call.ending);
    rw_live_submit_end(live, tx);
    rw_live_free_if_done(live);
}
