/* A call that came in through a trunk: taken, rung, accepted. */
#include "call/reason.h"
#include "exchange/live.h"

static void on_taken(enum rw_class class, const char *conversation_id, const struct rw_err *err,
                     void *arg)
{
    (void)class, (void)conversation_id, (void)err, (void)arg; /* its events say it all */
}

enum rw_class rw_exchange_take(struct rw_exchange *exchange, const struct rw_call_order *order,
                               struct rw_leg *leg, struct rw_slice sdp_offer, struct rw_err *err)
{
    const struct rw_live_offer offer = {.leg = leg, .sdp = sdp_offer};
    enum rw_class class = rw_exchange_may_place(exchange, err);

    if (class != RW_OK)
        return class;
    return exchange->options.permits_count
               ? rw_admission_take(exchange, order, &offer, on_taken, NULL, err)
               : rw_live_birth(exchange, order, &offer, NULL, on_taken, NULL, err);
}

void rw_live_ring(struct rw_live *live)
{
    if (live->sides[RW_LEG_TRUNK].leg)
        live->exchange->options.leg_ops->ring(live->sides[RW_LEG_TRUNK].leg);
}

void rw_live_accept(struct rw_live *live)
{
    const struct rw_exchange_options *o = &live->exchange->options;
    const struct rw_live_side *side = &live->sides[RW_LEG_TRUNK];
    struct rw_leg *leg = side->leg;
    struct rw_call_input input = {
        .kind = RW_IN_LEG_FAILED,
        .leg = RW_LEG_TRUNK,
        .ending = {.said_by = RW_SAID_US, .reason = RW_REASON_MEDIA_UNUSABLE}};
    struct rw_buf sdp;
    struct rw_err err;
    enum rw_class class;

    if (!leg)
        return; /* it ended in this very step, and that is told already */
    rw_buf_init(&sdp, RW_SDP_MAX);
    class = o->relay_ops->write_answer(live->relay, RW_LEG_TRUNK, &side->target->target.media, &sdp,
                                       &err);
    if (class == RW_OK)
        class =
            sdp.failed ? rw_fail_memory(&err) : o->leg_ops->accept(leg, rw_buf_slice(&sdp), &err);
    rw_buf_done(&sdp);
    if (class == RW_OK) {
        rw_live_forget_targets(live, RW_LEG_TRUNK);
        return;
    }
    if (class == RW_CONFLICT) { /* it hung up in the very moment in which the user picked up */
        input.ending = (struct rw_ending){.disconnect = RW_DISC_ENDPOINT,
                                          .said_by = RW_SAID_CARRIER,
                                          .reason = RW_REASON_CANCELLED};
    }
    (void)rw_text_clean(input.ending.sip_reason, sizeof(input.ending.sip_reason),
                        rw_slice_str(err.message));
    rw_live_release(live, RW_LEG_TRUNK);
    rw_live_feed(live, &input);
}
