#include "limit/same.h"

#include "base/clock.h"
#include "base/mem.h"

#include <string.h>

struct number {
    struct number *next; /* of the bucket */
    uint64_t digits;
    uint16_t count, room;
    uint64_t at_ms[]; /* rising */
};

struct rw_same {
    struct number **table;
    uint32_t buckets; /* a power of two */
    uint32_t count;
    uint32_t hand; /* the bucket that is looked through next for what is too old */
};

#define BUCKETS_FIRST 64u
#define HAND_STEPS 2u

uint64_t rw_same_number(const char *e164)
{
    uint64_t n = 0;

    for (const char *p = e164; *p; p++)
        if (*p >= '0' && *p <= '9')
            n = n * 10 + (unsigned)(*p - '0');
    return n;
}

static uint32_t bucket_of(const struct rw_same *same, uint64_t digits)
{
    return (uint32_t)((digits * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (same->buckets - 1);
}

static struct number **find(const struct rw_same *same, uint64_t digits)
{
    struct number **at = &same->table[bucket_of(same, digits)];

    while (*at && (*at)->digits != digits)
        at = &(*at)->next;
    return at;
}

/* How many of its calls are too old to count. */
static uint32_t stale(const struct number *n, uint64_t period_ms, uint64_t now_ms)
{
    uint32_t old = 0;

    while (old < n->count && n->at_ms[old] + period_ms <= now_ms)
        old++;
    return old;
}

static void drop(struct number *n, uint32_t old)
{
    n->count = (uint16_t)(n->count - old);
    memmove(n->at_ms, n->at_ms + old, n->count * sizeof(*n->at_ms));
}

/* Moves the hand on, and frees the numbers there whose calls are all too old. */
static void tidy(struct rw_same *same, uint64_t period_ms, uint64_t now_ms)
{
    for (uint32_t step = 0; step < HAND_STEPS; step++) {
        struct number **at = &same->table[same->hand++ & (same->buckets - 1)];

        while (*at) {
            struct number *n = *at;

            drop(n, stale(n, period_ms, now_ms));
            if (n->count) {
                at = &n->next;
                continue;
            }
            *at = n->next;
            same->count--;
            rw_free(n);
        }
    }
}

enum rw_class rw_same_may(const struct rw_same *same, uint64_t number,
                          const struct rw_same_rule *rule, uint64_t now_ms, struct rw_err *err)
{
    const struct number *n = same ? *find(same, number) : NULL;
    uint32_t old = n ? stale(n, rule->period_ms, now_ms) : 0;
    char when[RW_TIME_TEXT];
    enum rw_class class;

    if (!n || n->count - old < rule->calls)
        return RW_OK;
    rw_time_format(n->at_ms[n->count - rule->calls] + rule->period_ms, when);
    class = rw_fail(err, RW_LIMIT, "limit.same_number",
                    "this number was called as often as it may be; the next call may be placed at "
                    "%s",
                    when);
    rw_err_found(err, "%u calls to it within %llu s", n->count - old,
                 (unsigned long long)rule->period_ms / 1000);
    rw_err_expected(err, "at most %u in %llu s: another number, or the same one from %s on",
                    rule->calls, (unsigned long long)rule->period_ms / 1000, when);
    return class;
}

static bool grow(struct rw_same *same)
{
    uint32_t buckets = same->buckets ? same->buckets * 2 : BUCKETS_FIRST;
    struct rw_same old = *same;

    same->table = rw_calloc(buckets, sizeof(struct number *));
    if (!same->table) {
        same->table = old.table;
        return old.table != NULL; /* slower, but it goes on */
    }
    same->buckets = buckets;
    for (uint32_t i = 0; old.table && i < old.buckets; i++) {
        while (old.table[i]) {
            struct number *n = old.table[i], **to = &same->table[bucket_of(same, n->digits)];

            old.table[i] = n->next;
            n->next = *to;
            *to = n;
        }
    }
    rw_free(old.table);
    return true;
}

static struct number *enter(struct rw_same *same, uint64_t digits)
{
    struct number *n, **at;

    if (same->count >= same->buckets && !grow(same))
        return NULL;
    n = rw_calloc(1, sizeof(*n) + sizeof(n->at_ms[0]));
    if (!n)
        return NULL;
    n->digits = digits;
    n->room = 1;
    at = &same->table[bucket_of(same, digits)];
    n->next = *at;
    *at = n;
    same->count++;
    return n;
}

/* The number of *at with room for one more moment; NULL: memory is out. */
static struct number *make_room(struct number **at, const struct rw_same_rule *rule, uint64_t at_ms)
{
    struct number *n = *at;
    uint16_t room = (uint16_t)(n->room * 2 < RW_SAME_CALLS ? n->room * 2 : RW_SAME_CALLS);

    drop(n, stale(n, rule->period_ms, at_ms));
    if (n->count < n->room)
        return n;
    if (n->room == RW_SAME_CALLS) {
        drop(n, 1);
        return n;
    }
    n = rw_regrow(n, 1, sizeof(*n) + room * sizeof(n->at_ms[0]));
    if (n) {
        n->room = room;
        *at = n;
    }
    return n;
}

static enum rw_class too_many(struct rw_err *err)
{
    enum rw_class class = rw_fail(err, RW_LIMIT, "limit.same_number",
                                  "more numbers than can be remembered were called");

    rw_err_found(err, "%u numbers within the period", RW_SAME_NUMBERS);
    rw_err_expected(err, "a shorter period, or no limit of calls to the same number");
    return class;
}

enum rw_class rw_same_note(struct rw_same **same, uint64_t number, const struct rw_same_rule *rule,
                           uint64_t at_ms, struct rw_err *err)
{
    struct number **at, *n;
    uint32_t i;

    if (!*same)
        *same = rw_calloc(1, sizeof(**same));
    if (*same && !(*same)->table && !grow(*same)) {
        rw_free(*same);
        *same = NULL;
    }
    if (!*same)
        return rw_fail_memory(err);
    tidy(*same, rule->period_ms, at_ms);
    at = find(*same, number);
    if (!*at && (*same)->count >= RW_SAME_NUMBERS)
        return too_many(err);
    n = *at ? make_room(at, rule, at_ms) : enter(*same, number);
    if (!n)
        return rw_fail_memory(err);
    for (i = n->count; i && n->at_ms[i - 1] > at_ms; i--)
        n->at_ms[i] = n->at_ms[i - 1];
    n->at_ms[i] = at_ms;
    n->count++;
    return RW_OK;
}

void rw_same_forget(struct rw_same *same, uint64_t number, uint64_t at_ms)
{
    struct number *n = same ? *find(same, number) : NULL;

    for (uint32_t i = 0; n && i < n->count; i++) {
        if (n->at_ms[i] != at_ms)
            continue;
        n->count--;
        memmove(n->at_ms + i, n->at_ms + i + 1, (n->count - i) * sizeof(*n->at_ms));
        return; /* the hand frees it */
    }
}

uint32_t rw_same_numbers(const struct rw_same *same)
{
    return same ? same->count : 0;
}

void rw_same_free(struct rw_same *same)
{
    if (!same)
        return;
    for (uint32_t i = 0; i < same->buckets; i++) {
        while (same->table[i]) {
            struct number *n = same->table[i];

            same->table[i] = n->next;
            rw_free(n);
        }
    }
    rw_free(same->table);
    rw_free(same);
}
