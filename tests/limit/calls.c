#include "calls.h"

static void on_decided(struct rw_permit_ask *ask, enum rw_class class, const struct rw_err *err)
{
    struct call *call = (struct call *)ask;

    call->decided++;
    call->class = class;
    if (err)
        call->err = *err;
}

void call_make(struct call *call, uint8_t count, const struct rw_call_limits *limits)
{
    static const char *const ids[CALLS_TRUNKS] = {"t0", "t1", "t2"};
    static const char *const names[CALLS_TRUNKS] = {"first", "second", "third"};

    *call = (struct call){.class = RW_OK};
    for (uint8_t i = 0; i < CALLS_TRUNKS; i++) {
        call->trunks[i] = (struct rw_leg_target){.trunk_id = ids[i], .trunk_name = names[i]};
        call->ask.order[i] = i;
    }
    call->ask.tenant_id = "t";
    call->ask.client_id = "c";
    call->ask.to_number = "+6591234567";
    call->ask.trunks = call->trunks;
    call->ask.count = count;
    call->ask.limits = limits;
    call->ask.decided = on_decided;
}

enum rw_permit_verdict call_ask(struct rw_limits *limits, struct call *call)
{
    struct rw_permit *permit = rw_limits_permit(limits);

    return permit->ops->admit(permit, &call->ask, &call->held, &call->err);
}

enum rw_class call_attempt(struct rw_limits *limits, struct call *call, uint32_t number,
                           uint32_t *ret_delay_ms)
{
    struct rw_permit *permit = rw_limits_permit(limits);

    *ret_delay_ms = 0;
    return permit->ops->attempt(permit, call->held, number, ret_delay_ms, &call->err);
}

void call_attempt_over(struct rw_limits *limits, struct call *call, uint32_t number)
{
    struct rw_permit *permit = rw_limits_permit(limits);

    permit->ops->attempt_over(permit, call->held, number);
}

void call_end(struct rw_limits *limits, struct call *call, bool born)
{
    struct rw_permit *permit = rw_limits_permit(limits);

    permit->ops->ended(permit, call->held, born);
    permit->ops->done(permit, call->held);
    call->held = NULL;
}

bool call_whole(struct rw_limits *limits, struct call *call)
{
    uint32_t delay_ms;

    if (call_ask(limits, call) != RW_PERMIT_YES)
        return false;
    if (call_attempt(limits, call, 0, &delay_ms) == RW_OK)
        call_attempt_over(limits, call, 0);
    call_end(limits, call, true);
    return true;
}
