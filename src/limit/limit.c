#include "limit/limit.h"

#include "base/mem.h"
#include "limit/inside.h"

#include <string.h>

static bool bring(struct rw_count *count, const struct rw_call_limit *limit)
{
    bool changed = memcmp(&count->limit, limit, sizeof(*limit)) != 0;

    count->limit = *limit;
    return changed;
}

/* What the operator says today holds for calls to come and for those that wait. */
static void bring_limits(struct rw_hold *hold, const struct rw_permit_ask *ask)
{
    const struct rw_call_limits *limits = ask->limits;
    bool changed;

    if (!limits)
        return; /* whoever asks knows of none: those that hold go on to hold */
    changed = bring(hold->tenant->self, &limits->tenant);
    if (hold->client)
        changed |= bring(hold->client, &limits->client);
    for (uint8_t i = 0; i < hold->count; i++)
        changed |= bring(hold->trunks[i], &limits->trunks[ask->order[i]]);
    if (changed && hold->tenant->first)
        rw_queue_advance(hold->tenant);
}

/* False: memory is out. */
static bool find_counts(struct rw_hold *hold, const struct rw_permit_ask *ask)
{
    struct rw_tenant *tenant = hold->tenant;

    if (ask->client_id &&
        !(hold->client = rw_count_find(tenant, RW_LIMIT_OF_CLIENT, ask->client_id, true)))
        return false;
    for (uint8_t i = 0; i < hold->count; i++) {
        const char *id = ask->trunks[ask->order[i]].trunk_id;

        hold->trunks[i] = rw_count_find(tenant, RW_LIMIT_OF_TRUNK, id ? id : "", true);
        if (!hold->trunks[i])
            return false;
    }
    return true;
}

static struct rw_hold *make_hold(struct rw_limits *limits, const struct rw_permit_ask *ask)
{
    struct rw_tenant *tenant = rw_tenant_find(limits, ask->tenant_id, true);
    struct rw_hold *hold =
        tenant ? rw_calloc(1, sizeof(*hold) + ask->count * sizeof(struct rw_count *)) : NULL;

    if (!hold)
        return NULL;
    hold->tenant = tenant;
    hold->count = ask->count;
    hold->trunk = RW_HOLD_NONE;
    hold->number = rw_same_number(ask->to_number);
    return hold;
}

static enum rw_permit_verdict admit(struct rw_permit *permit, struct rw_permit_ask *ask,
                                    void **ret_held, struct rw_err *err)
{
    struct rw_hold *hold = make_hold((struct rw_limits *)permit, ask);
    enum rw_permit_verdict verdict = RW_PERMIT_NO;
    struct rw_obstacle obstacle;
    enum rw_class class;

    if (!hold) {
        (void)rw_fail_memory(err);
        return RW_PERMIT_NO;
    }
    (void)pthread_mutex_lock(&hold->tenant->lock);
    if (!find_counts(hold, ask)) {
        (void)rw_fail_memory(err);
    } else {
        bring_limits(hold, ask);
        class = ask->incoming ? rw_room_take_in(hold, &obstacle)
                              : rw_room_take(hold, ask, &obstacle, err);
        if (class == RW_OK)
            verdict = RW_PERMIT_YES;
        else if (obstacle.count && (!obstacle.may_wait_ms || !rw_worker_self()))
            (void)rw_room_refuse(&obstacle, ask, 0, err);
        else if (obstacle.count && rw_queue_add(hold, ask, &obstacle, err) == RW_OK)
            verdict = RW_PERMIT_LATER;
    }
    (void)pthread_mutex_unlock(&hold->tenant->lock);
    if (verdict == RW_PERMIT_NO)
        rw_free(hold);
    else
        *ret_held = hold;
    return verdict;
}

static void withdraw(struct rw_permit *permit, void *held)
{
    (void)permit;
    rw_queue_leave(held);
}

/* ------------------------------------------------------------------ attempts */

/* Does one of the trunks behind `number` have room at once? */
static bool has_other(const struct rw_hold *hold, uint32_t number, uint64_t now_ns)
{
    struct rw_obstacle obstacle;

    for (uint32_t i = number + 1; i < hold->count; i++)
        if (rw_count_has_room(hold->trunks[i], true, now_ns, &obstacle))
            return true;
    return false;
}

/* The channel that it holds of a trunk; its token too, if that was not used. */
static void leave_trunk(struct rw_hold *hold)
{
    if (hold->trunk == RW_HOLD_NONE)
        return;
    hold->trunks[hold->trunk]->calls--;
    if (hold->prepaid)
        rw_count_refund(hold->trunks[hold->trunk]);
    hold->trunk = RW_HOLD_NONE;
    hold->prepaid = false;
    if (hold->tenant->first)
        rw_queue_advance(hold->tenant);
}

static enum rw_class refuse_attempt(struct rw_hold *hold, struct rw_count *count, bool by_rate,
                                    struct rw_err *err)
{
    leave_trunk(hold);
    count->refused++;
    return by_rate ? rw_fail(err, RW_LIMIT, "limit.calls_per_second",
                             "the trunk begins as many calls as it may: %u per second",
                             count->limit.calls_per_second)
                   : rw_fail(err, RW_LIMIT, "limit.channels",
                             "the trunk has as many calls as it may: %u of %u channels",
                             count->calls, count->limit.channels);
}

/* The call exists and has got this far: it goes before those that wait. */
static enum rw_class begin(struct rw_hold *hold, uint32_t number, uint32_t *ret_delay_ms,
                           struct rw_err *err)
{
    struct rw_count *count = hold->trunks[number];
    uint64_t now_ns = rw_limits_now_ns(), wait_ns = 0, pace_ms = RW_LIMITS_PACE_MS;

    if (hold->trunk != number)
        leave_trunk(hold); /* somebody else refused the attempt through that one */
    if (hold->trunk != number && count->limit.channels && count->calls >= count->limit.channels)
        return refuse_attempt(hold, count, false, err);
    if (!hold->prepaid && count->limit.calls_per_second) {
        wait_ns = rw_bucket_wait_ns(&count->tokens, rw_count_rate(count), now_ns, 0);
        if (count->limit.wait_ms > pace_ms)
            pace_ms = count->limit.wait_ms;
        if (wait_ns && (wait_ns > pace_ms * 1000000 || has_other(hold, number, now_ns)))
            return refuse_attempt(hold, count, true, err);
        rw_count_pay(count, now_ns);
    }
    if (hold->trunk != number)
        count->calls++;
    hold->trunk = (uint8_t)number;
    hold->prepaid = false;
    count->admitted++;
    *ret_delay_ms = (uint32_t)((wait_ns + 999999) / 1000000);
    return RW_OK;
}

static enum rw_class attempt(struct rw_permit *permit, void *held, uint32_t number,
                             uint32_t *ret_delay_ms, struct rw_err *err)
{
    struct rw_hold *hold = held;
    enum rw_class class;

    (void)permit;
    (void)pthread_mutex_lock(&hold->tenant->lock);
    class = begin(hold, number, ret_delay_ms, err);
    (void)pthread_mutex_unlock(&hold->tenant->lock);
    return class;
}

static void attempt_over(struct rw_permit *permit, void *held, uint32_t number)
{
    struct rw_hold *hold = held;

    (void)permit;
    (void)pthread_mutex_lock(&hold->tenant->lock);
    if (hold->trunk == number)
        leave_trunk(hold);
    (void)pthread_mutex_unlock(&hold->tenant->lock);
}

static void ended(struct rw_permit *permit, void *held, bool born)
{
    struct rw_hold *hold = held;

    (void)permit;
    (void)pthread_mutex_lock(&hold->tenant->lock);
    rw_room_give_back(hold, born);
    if (hold->tenant->first)
        rw_queue_advance(hold->tenant);
    (void)pthread_mutex_unlock(&hold->tenant->lock);
}

static void done(struct rw_permit *permit, void *held)
{
    (void)permit;
    rw_free(held);
}

const struct rw_permit_ops rw_limits_ops = {
    .admit = admit,
    .withdraw = withdraw,
    .attempt = attempt,
    .attempt_over = attempt_over,
    .ended = ended,
    .done = done,
};

struct rw_permit *rw_limits_permit(struct rw_limits *limits)
{
    return &limits->permit;
}
