#include "route/hours.h"

#include "route/rule.h"

#include <stdio.h>

#define WEEK_S 604800u

/* ------------------------------------------------------------------ reading */

bool rw_route_time_read(struct rw_slice text, uint32_t *ret_s)
{
    uint32_t parts[3] = {0};

    if (text.n != 5 && text.n != 8)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (i % 3 == 2 ? text.p[i] != ':' : text.p[i] < '0' || text.p[i] > '9')
            return false;
        if (i % 3 != 2)
            parts[i / 3] = parts[i / 3] * 10 + (uint32_t)(text.p[i] - '0');
    }
    *ret_s = parts[0] * 3600 + parts[1] * 60 + parts[2];
    return parts[1] < 60 && parts[2] < 60 && *ret_s <= RW_ROUTE_DAY_S;
}

void rw_route_time_write(uint32_t s, char dst[RW_ROUTE_TIME_TEXT])
{
    (void)snprintf(dst, RW_ROUTE_TIME_TEXT, "%02u:%02u:%02u", s / 3600 % 100, s / 60 % 60, s % 60);
}

bool rw_route_slot_read(struct rw_slice text, struct rw_route_slot *ret)
{
    const char *dash = text.n ? memchr(text.p, '-', text.n) : NULL;
    struct rw_route_slot slot = {.day = 0};

    if (!dash || text.n < 3 || text.p[0] < '1' || text.p[0] > '7' || text.p[1] != ' ')
        return false;
    slot.day = (uint8_t)(text.p[0] - '0');
    if (!rw_route_time_read((struct rw_slice){text.p + 2, (size_t)(dash - text.p) - 2},
                            &slot.start_s) ||
        !rw_route_time_read(rw_slice_from(text, (size_t)(dash - text.p) + 1), &slot.stop_s) ||
        slot.start_s == slot.stop_s || slot.start_s == RW_ROUTE_DAY_S)
        return false;
    *ret = slot;
    return true;
}

enum rw_class rw_route_hours_read(const char *text, struct rw_zones *zones, struct rw_arena *arena,
                                  const struct rw_route_hours **ret, struct rw_err *err)
{
    struct rw_route_hours *hours = rw_arena_alloc(arena, sizeof(*hours));
    struct rw_slice rest = rw_slice_str(text);
    struct rw_route_slot *slots;
    size_t room = 1;

    for (size_t i = 0; i < rest.n; i++)
        room += rest.p[i] == ',';
    slots = rw_arena_alloc(arena, room * sizeof(*slots));
    if (!hours || !slots)
        return rw_fail_memory(err);
    hours->zone_name = rw_route_next_word(&rest);
    hours->zone = rw_zones_get(zones, hours->zone_name);
    hours->slots = slots;
    while (rest.p)
        hours->count += rw_route_slot_read(rw_route_next_word(&rest), &slots[hours->count]);
    *ret = hours;
    return RW_OK;
}

/* ------------------------------------------------------------------ judging */

/* Seconds since Monday, 00:00, by the clock there. */
static uint32_t second_of_week(const struct rw_zone *zone, int64_t now_s)
{
    int64_t local = now_s + rw_zone_offset(zone, now_s, NULL);

    local = (local + 3 * (int64_t)RW_ROUTE_DAY_S) % WEEK_S; /* 1 January 1970 was a Thursday */
    return (uint32_t)(local < 0 ? local + WEEK_S : local);
}

/* How long the slot has been open, if it is; else more than any slot is. */
static uint32_t since(const struct rw_route_slot *slot, uint32_t second)
{
    return (second + WEEK_S - (slot->day - 1) * RW_ROUTE_DAY_S - slot->start_s) % WEEK_S;
}

static uint32_t length(const struct rw_route_slot *slot)
{
    return slot->stop_s - slot->start_s + (slot->stop_s > slot->start_s ? 0 : RW_ROUTE_DAY_S);
}

bool rw_route_hours_open(const struct rw_route_hours *hours, int64_t now_s)
{
    uint32_t second;

    if (!hours->zone)
        return false;
    second = second_of_week(hours->zone, now_s);
    for (size_t i = 0; i < hours->count; i++)
        if (since(&hours->slots[i], second) < length(&hours->slots[i]))
            return true;
    return false;
}

static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

void rw_route_hours_say(const struct rw_route_hours *hours, int64_t now_s, char *dst, size_t size)
{
    uint32_t second, longest = 0, opens;
    int n;

    if (!hours->zone) {
        (void)snprintf(dst, size, "no time zone here is called %.*s",
                       RW_SLICE_ARG(hours->zone_name));
        return;
    }
    second = second_of_week(hours->zone, now_s);
    n = snprintf(dst, size, "it is %s %02u:%02u in %.*s", days[second / RW_ROUTE_DAY_S],
                 second / 3600 % 24, second / 60 % 60, RW_SLICE_ARG(hours->zone_name));
    for (size_t i = 0; i < hours->count; i++)
        if (since(&hours->slots[i], second) > longest)
            longest = since(&hours->slots[i], second);
    if (!hours->count || n < 0 || (size_t)n >= size)
        return;
    opens = (second + WEEK_S - longest) % WEEK_S; /* what began longest ago begins first again */
    (void)snprintf(dst + n, size - (size_t)n, ", and it opens %s %02u:%02u",
                   days[opens / RW_ROUTE_DAY_S], opens / 3600 % 24, opens / 60 % 60);
}
