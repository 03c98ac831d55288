#include "route/rule.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ taking a row apart */

struct rw_slice rw_route_next_word(struct rw_slice *rest)
{
    const char *comma = rest->n ? memchr(rest->p, ',', rest->n) : NULL;
    struct rw_slice word = {rest->p, comma ? (size_t)(comma - rest->p) : rest->n};

    *rest = comma ? (struct rw_slice){comma + 1, rest->n - word.n - 1} : (struct rw_slice){NULL, 0};
    return word;
}

static uint32_t words(const char *list)
{
    uint32_t n = *list != '\0';

    for (; *list; list++)
        n += *list == ',';
    return n;
}

uint32_t rw_route_read_weight(struct rw_slice text)
{
    uint32_t weight = 0;

    for (size_t i = 0; i < text.n && weight < RW_ROUTE_WEIGHT_MAX; i++)
        weight = weight * 10 + (uint32_t)(text.p[i] - '0');
    return weight;
}

enum rw_class rw_route_rule_make(const struct rw_row_route *row, struct rw_zones *zones,
                                 struct rw_arena *arena, struct rw_route_rule **ret,
                                 struct rw_err *err)
{
    struct rw_slice ids = rw_slice_str(row->trunk_ids), weights = rw_slice_str(row->trunk_weights);
    bool weighted = strcmp(row->distribution, "WEIGHTED") == 0;
    uint32_t count = words(row->trunk_ids);
    struct rw_route_rule *rule;

    *ret = NULL;
    if (count > RW_ROUTE_TRUNKS_MAX)
        count = RW_ROUTE_TRUNKS_MAX;
    if (!row->enabled)
        count = 0;
    rule = rw_arena_alloc(arena, sizeof(*rule) + count * sizeof(rule->trunks[0]));
    if (!rule)
        return rw_fail_memory(err);
    rule->row = row;
    rule->trunks = (struct rw_route_trunk *)(rule + 1);
    rule->trunk_count = (uint8_t)count;
    rule->drawn = strcmp(row->distribution, "SEQUENTIAL") != 0;
    rule->by_class = *row->classifications != '\0';
    rule->by_caller = row->caller_prefixes && *row->caller_prefixes;
    for (uint32_t i = 0; i < count; i++) {
        rule->trunks[i].id = rw_route_next_word(&ids);
        rule->trunks[i].weight =
            weighted && weights.p ? rw_route_read_weight(rw_route_next_word(&weights)) : 1;
    }
    *ret = rule;
    return row->hours ? rw_route_hours_read(row->hours, zones, arena, &rule->hours, err) : RW_OK;
}

/* ------------------------------------------------------------------ numbers that are shown */

bool rw_route_shows(const char *caller_prefixes, const char *e164)
{
    struct rw_slice rest = rw_slice_str(caller_prefixes), digits = rw_slice_str(e164 + 1);

    while (rest.p)
        if (rw_slice_starts(digits, rw_route_next_word(&rest)))
            return true;
    return false;
}

/* ------------------------------------------------------------------ the order of trunks */

/* One step of splitmix64: a good seed in, as good a number out. */
static uint64_t next_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* The index of the one whose part of the sum the number falls into; all parts are 0: the first. */
static uint32_t draw_one(const struct rw_route_rule *rule, const uint8_t *left, uint32_t count,
                         uint64_t random)
{
    uint64_t sum = 0, chance;

    for (uint32_t i = 0; i < count; i++)
        sum += rule->trunks[left[i]].weight;
    if (!sum)
        return 0;
    chance = random % sum;
    for (uint32_t i = 0; i + 1 < count; i++) {
        if (chance < rule->trunks[left[i]].weight)
            return i;
        chance -= rule->trunks[left[i]].weight;
    }
    return count - 1;
}

void rw_route_draw(const struct rw_route_rule *rule, uint64_t seed,
                   uint8_t order[RW_ROUTE_TRUNKS_MAX])
{
    for (uint8_t i = 0; i < rule->trunk_count; i++)
        order[i] = i;
    for (uint32_t at = 0; at + 1 < rule->trunk_count; at++) {
        uint32_t one = draw_one(rule, order + at, rule->trunk_count - at, next_random(&seed));
        uint8_t drawn = order[at + one];

        memmove(order + at + 1, order + at, one);
        order[at] = drawn;
    }
}
