/*
 * Is there room for a call? Everything of a tenant is looked at under its lock, so what is found free is
 * taken before anybody else looks.
 */
#include "base/clock.h"
#include "limit/inside.h"

#include <stdio.h>

uint64_t rw_limits_now_ns(void)
{
    return rw_clock_mono_us() * 1000;
}

struct rw_bucket_rate rw_count_rate(const struct rw_count *count)
{
    return (struct rw_bucket_rate){count->limit.calls_per_second, count->limit.burst};
}

void rw_count_pay(struct rw_count *count, uint64_t now_ns)
{
    if (count->limit.calls_per_second)
        rw_bucket_take(&count->tokens, rw_count_rate(count), now_ns);
}

void rw_count_refund(struct rw_count *count)
{
    if (count->limit.calls_per_second)
        rw_bucket_give_back(&count->tokens, rw_count_rate(count));
}

bool rw_count_has_room(struct rw_count *count, bool by_rate, uint64_t now_ns,
                       struct rw_obstacle *ret)
{
    bool full = count->limit.channels && count->calls >= count->limit.channels;
    uint64_t wait_ns = 0;

    if (by_rate && count->limit.calls_per_second)
        wait_ns = rw_bucket_wait_ns(&count->tokens, rw_count_rate(count), now_ns, count->waiting);
    if (!full && !wait_ns && !count->waiting)
        return true;
    *ret = (struct rw_obstacle){.count = count,
                                .wait_ns = full ? UINT64_MAX : wait_ns,
                                .may_wait_ms = count->limit.wait_ms,
                                .by_rate = !full && count->limit.calls_per_second};
    return false;
}

/* The first of its trunks with room, as a place in hold->trunks; hold->count: there is none. */
static uint8_t find_trunk(const struct rw_hold *hold, const struct rw_permit_ask *ask,
                          uint64_t now_ns, struct rw_obstacle *ret)
{
    struct rw_obstacle one;
    uint8_t i = 0;

    while (i < hold->count &&
           !rw_count_has_room(hold->trunks[i], !ask->has_station, now_ns, &one)) {
        if (i == 0) {
            *ret = one;
        } else { /* whichever has room first, for as long as the most patient allows */
            if (one.wait_ns < ret->wait_ns)
                ret->wait_ns = one.wait_ns;
            if (one.may_wait_ms > ret->may_wait_ms)
                ret->may_wait_ms = one.may_wait_ms;
        }
        i++;
    }
    return i;
}

/* Was its number called too often? That is final: nobody waits for hours. */
static enum rw_class judge_number(struct rw_hold *hold, const struct rw_same_rule *rule,
                                  uint64_t now_ms, struct rw_err *err)
{
    enum rw_class class =
        rule->calls ? rw_same_may(hold->tenant->same, hold->number, rule, now_ms, err) : RW_OK;

    if (class != RW_OK)
        hold->tenant->self->refused++;
    return class;
}

static enum rw_class note_number(struct rw_hold *hold, const struct rw_same_rule *rule,
                                 uint64_t now_ms, struct rw_err *err)
{
    enum rw_class class =
        rule->calls ? rw_same_note(&hold->tenant->same, hold->number, rule, now_ms, err) : RW_OK;

    if (class == RW_OK && rule->calls)
        hold->noted_ms = now_ms;
    return class;
}

/* The trunks passed over are tried last. */
static void turn(struct rw_hold *hold, struct rw_permit_ask *ask, uint8_t first)
{
    while (first--) {
        struct rw_count *count = hold->trunks[0];
        uint8_t place = ask->order[0];

        for (uint8_t i = 1; i < hold->count; i++) {
            hold->trunks[i - 1] = hold->trunks[i];
            ask->order[i - 1] = ask->order[i];
        }
        hold->trunks[hold->count - 1] = count;
        ask->order[hold->count - 1] = place;
    }
}

static void admit(struct rw_count *count, uint64_t now_ns)
{
    count->calls++;
    count->admitted++;
    rw_count_pay(count, now_ns);
}

enum rw_class rw_room_take(struct rw_hold *hold, struct rw_permit_ask *ask, struct rw_obstacle *ret,
                           struct rw_err *err)
{
    uint64_t now_ns = rw_limits_now_ns(), now_ms = rw_clock_wall_ms();
    struct rw_same_rule rule = {.calls = 0};
    enum rw_class class;
    uint8_t trunk;

    *ret = (struct rw_obstacle){.count = NULL};
    if (ask->limits)
        rule = (struct rw_same_rule){ask->limits->same_number_calls, ask->limits->same_number_ms};
    class = judge_number(hold, &rule, now_ms, err);
    if (class != RW_OK)
        return class;
    if (!rw_count_has_room(hold->tenant->self, true, now_ns, ret) ||
        (hold->client && !rw_count_has_room(hold->client, true, now_ns, ret)))
        return RW_LIMIT;
    trunk = find_trunk(hold, ask, now_ns, ret);
    if (trunk == hold->count)
        return RW_LIMIT;
    *ret = (struct rw_obstacle){.count = NULL};
    class = note_number(hold, &rule, now_ms, err);
    if (class != RW_OK)
        return class;
    turn(hold, ask, trunk);
    admit(hold->tenant->self, now_ns);
    if (hold->client)
        admit(hold->client, now_ns);
    hold->admitted = true;
    hold->trunk = 0;
    hold->trunks[0]->calls++;
    hold->prepaid = !ask->has_station;
    if (hold->prepaid)
        rw_count_pay(hold->trunks[0], now_ns);
    return RW_OK;
}

enum rw_class rw_room_take_in(struct rw_hold *hold, struct rw_obstacle *ret)
{
    struct rw_count *const counts[] = {hold->tenant->self, hold->trunks[0]};

    for (size_t i = 0; i < 2; i++) {
        if (!counts[i]->limit.channels || counts[i]->calls < counts[i]->limit.channels)
            continue;
        *ret = (struct rw_obstacle){.count = counts[i]};
        return RW_LIMIT;
    }
    for (size_t i = 0; i < 2; i++) {
        counts[i]->calls++;
        counts[i]->came_in++;
        counts[i]->admitted++;
    }
    hold->admitted = hold->came_in = true;
    hold->trunk = 0;
    return RW_OK;
}

void rw_room_give_back(struct rw_hold *hold, bool born)
{
    if (!hold->admitted)
        return;
    hold->admitted = false;
    hold->tenant->self->calls--;
    if (hold->client)
        hold->client->calls--;
    if (hold->trunk != RW_HOLD_NONE) /* no attempt was made with it */
        hold->trunks[hold->trunk]->calls--;
    if (hold->prepaid)
        rw_count_refund(hold->trunks[0]);
    hold->trunk = RW_HOLD_NONE;
    hold->prepaid = false;
    if (hold->came_in) {
        hold->tenant->self->came_in--;
        hold->trunks[0]->came_in--;
    }
    if (born || hold->came_in)
        return;
    rw_count_refund(hold->tenant->self);
    if (hold->client)
        rw_count_refund(hold->client);
    if (hold->noted_ms)
        rw_same_forget(hold->tenant->same, hold->number, hold->noted_ms);
}

/* ------------------------------------------------------------------ words */

static void name(const struct rw_count *count, const struct rw_permit_ask *ask, char *dst,
                 size_t size)
{
    const char *text = count->id;

    for (uint8_t i = 0; count->of == RW_LIMIT_OF_TRUNK && i < ask->count; i++) {
        const struct rw_leg_target *trunk = &ask->trunks[ask->order[i]];

        if (trunk->trunk_name && strcmp(trunk->trunk_id, count->id) == 0)
            text = trunk->trunk_name;
    }
    if (count->of == RW_LIMIT_OF_TENANT)
        (void)snprintf(dst, size, "the tenant");
    else
        (void)snprintf(dst, size, "%s %.50s", count->of == RW_LIMIT_OF_CLIENT ? "client" : "trunk",
                       text);
}

enum rw_class rw_room_refuse(const struct rw_obstacle *obstacle, const struct rw_permit_ask *ask,
                             uint64_t waited_ms, struct rw_err *err)
{
    struct rw_count *count = obstacle->count;
    const struct rw_call_limit *limit = &count->limit;
    char who[64], waited[64] = "";
    enum rw_class class;

    count->refused++;
    name(count, ask, who, sizeof(who));
    if (waited_ms)
        (void)snprintf(waited, sizeof(waited), ", and the call waited %llu ms in vain",
                       (unsigned long long)waited_ms);
    if (obstacle->by_rate) {
        class = rw_fail(err, RW_LIMIT, "limit.calls_per_second",
                        "%s begins as many calls per second as it may%s", who, waited);
        rw_err_found(err, "%s: %u calls per second, %u of them left now, %u calls waiting", who,
                     limit->calls_per_second,
                     rw_bucket_left(&count->tokens, rw_count_rate(count), rw_limits_now_ns()),
                     count->waiting);
        rw_err_expected(err, "at most %u calls per second (limits.callsPerSecond)",
                        limit->calls_per_second);
        return class;
    }
    class = rw_fail(err, RW_LIMIT, "limit.channels", "%s has as many calls at a time as it may%s",
                    who, waited);
    rw_err_found(err, "%s: %u of %u channels in use, %u calls waiting", who, count->calls,
                 limit->channels, count->waiting);
    rw_err_expected(err, "fewer than %u calls at a time (limits.channels)", limit->channels);
    return class;
}
