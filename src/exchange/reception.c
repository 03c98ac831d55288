#include "exchange/reception.h"

#include "base/clock.h"
#include "route/incoming.h"

#define ARENA_BYTES (64u << 10)

static void log_refused(struct rw_reception *reception, const struct rw_leg_offer *offer,
                        const struct rw_incoming_plan *plan, const char *why)
{
    char called[RW_LOG_VALUE];
    uint64_t suppressed;

    if (rw_log_allow(&reception->limit, rw_clock_mono_ms(), &suppressed))
        rw_log(RW_LOG_INFO, "call.not_taken", "called=%s trunk=%s why=%s suppressed=%llu",
               rw_log_quote(called, offer->called),
               plan->trunk.trunk_id      ? plan->trunk.trunk_id
               : offer->origin_count > 0 ? offer->origins[0].trunk.text
                                         : "-",
               why, (unsigned long long)suppressed);
}

/* RW_OK: the exchange has the leg. */
static enum rw_class take(struct rw_reception *reception, struct rw_leg *leg,
                          const struct rw_leg_offer *offer, const struct rw_incoming_plan *plan,
                          struct rw_err *err)
{
    const struct rw_call_order order = {
        .conversation = {.tenant_id = plan->tenant_id,
                         .user_id = plan->user_id,
                         .to_number = plan->to_e164,
                         .from_number = plan->from,
                         .provider_id = plan->number_id,
                         .station_id = plan->station_id,
                         .trunk_id = plan->trunk.trunk_id,
                         .incoming = true},
        .station = plan->station,
        .user_name = plan->user_name,
        .trunks = &plan->trunk,
        .limits = &plan->limits,
        .plan = {.incoming = true,
                 .trunks = 1,
                 .trunk_max_ms = {plan->trunk_max_ms},
                 .station_answer_ms = reception->station_answer_ms,
                 .max_duration_ms = reception->max_duration_ms},
    };

    return rw_exchange_take(reception->exchange, &order, leg, offer->sdp, err);
}

static struct rw_leg_refusal refusal_of(enum rw_class class)
{
    return class == RW_MALFORMED ? (struct rw_leg_refusal){488, "Not Acceptable Here"}
           : class == RW_LIMIT   ? (struct rw_leg_refusal){486, "All Channels Are Busy"}
                                 : (struct rw_leg_refusal){503, "Service Unavailable"};
}

static bool on_offered(struct rw_leg *leg, const struct rw_leg_offer *offer,
                       struct rw_leg_refusal *refusal, void *arg)
{
    struct rw_reception *reception = arg;
    struct rw_incoming_plan plan;
    enum rw_incoming_fate fate;
    struct rw_arena arena;
    struct rw_err err;
    bool taken = false;

    rw_arena_init(&arena, ARENA_BYTES);
    fate = rw_route_incoming(reception->routes, offer, reception->local, &arena, &plan);
    if (fate != RW_INCOMING_TAKEN) {
        *refusal = rw_incoming_refusal(fate);
        log_refused(reception, offer, &plan, rw_incoming_fate_name(fate));
    } else if (take(reception, leg, offer, &plan, &err) != RW_OK) {
        *refusal = refusal_of(err.class);
        log_refused(reception, offer, &plan, err.code);
    } else {
        taken = true;
    }
    rw_arena_done(&arena);
    return taken;
}

void rw_reception_open(struct rw_reception *reception, const struct rw_leg_ops *ops,
                       struct rw_leg_port *port)
{
    ops->listen(port, on_offered, reception);
}
