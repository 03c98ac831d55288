#include "route/prefixes.h"

#include <stdlib.h>

struct rw_route_prefix_slot {
    uint64_t key;     /* the prefix + 1; 0 = free */
    uint32_t first;   /* of its ways */
    uint32_t shorter; /* the slot of the longest prefix that it begins with itself, or NONE */
};

#define NONE UINT32_MAX

/* ------------------------------------------------------------------ a prefix as a number */

/*
 * Its digits filled up with zeros to fifteen, then how many they are: "65" is 650000000000000 and 2. So
 * numbers compare as the texts do, and no two prefixes are one number.
 */
static const uint64_t worth[RW_ROUTE_PREFIX_MAX] = {
    100000000000000, 10000000000000, 1000000000000, 100000000000, 10000000000,
    1000000000,      100000000,      10000000,      1000000,      100000,
    10000,           1000,           100,           10,           1,
};

static uint64_t prefix_of(uint64_t digits, size_t n)
{
    return digits << 4 | n;
}

static uint64_t read_prefix(struct rw_slice text)
{
    uint64_t digits = 0;
    size_t n = text.n < RW_ROUTE_PREFIX_MAX ? text.n : RW_ROUTE_PREFIX_MAX;

    for (size_t i = 0; i < n; i++)
        digits += (uint64_t)(text.p[i] - '0') * worth[i];
    return prefix_of(digits, n);
}

void rw_route_prefix_text(uint64_t prefix, char dst[RW_ROUTE_PREFIX_TEXT])
{
    size_t n = prefix & 15;

    for (size_t i = 0; i < n; i++)
        dst[i] = (char)('0' + (prefix >> 4) / worth[i] % 10);
    dst[n] = '\0';
}

bool rw_route_leads_to(const struct rw_route_way *way, struct rw_slice digits)
{
    size_t n = way->prefix & 15;

    return n <= digits.n && read_prefix((struct rw_slice){digits.p, n}) == way->prefix;
}

/* ------------------------------------------------------------------ the ways of a rule */

size_t rw_route_ways_count(const struct rw_route_rule *rule)
{
    size_t n = 1;

    for (const char *p = rule->row->prefixes; *p; p++)
        n += *p == ',';
    return n;
}

struct rw_route_way *rw_route_ways(struct rw_route_rule *rule, struct rw_route_way *ways)
{
    struct rw_slice rest = rw_slice_str(rule->row->prefixes), prefix;

    do {
        prefix = rw_route_next_word(&rest);
        *ways++ = (struct rw_route_way){read_prefix(prefix), rule};
    } while (rest.p);
    return ways;
}

static int by_prefix(const void *x, const void *y)
{
    const struct rw_route_way *a = x, *b = y;

    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    if (a->rule->row->priority != b->rule->row->priority)
        return a->rule->row->priority < b->rule->row->priority ? -1 : 1;
    return strcmp(a->rule->row->id, b->rule->row->id);
}

/* ------------------------------------------------------------------ the table */

/* The slot of a prefix, or the free one where it belongs. At least half of the slots are free. */
static uint32_t find(const struct rw_route_prefixes *prefixes, uint64_t prefix)
{
    uint64_t hash = prefix * UINT64_C(0x9e3779b97f4a7c15);
    uint32_t at = (uint32_t)(hash >> 32) & prefixes->mask;

    while (prefixes->slots[at].key && prefixes->slots[at].key != prefix + 1)
        at = (at + 1) & prefixes->mask;
    return at;
}

/* The slot of the longest prefix that the first n digits begin with; NONE when there is none. */
static uint32_t find_longest(const struct rw_route_prefixes *prefixes, uint64_t digits, size_t n)
{
    uint32_t lengths = prefixes->lengths & ((UINT32_C(2) << n) - 1);

    while (lengths) {
        unsigned length = 31u - (unsigned)__builtin_clz(lengths);
        uint64_t cut = length ? digits - digits % worth[length - 1] : 0;
        uint32_t at = find(prefixes, prefix_of(cut, length));

        if (prefixes->slots[at].key)
            return at;
        lengths ^= UINT32_C(1) << length;
    }
    return NONE;
}

/* Gives each prefix its slot, and then its next shorter one. */
static void fill(struct rw_route_prefixes *made)
{
    for (size_t i = 0; i < made->count; i++) {
        uint64_t prefix = made->ways[i].prefix;

        if (i && prefix == made->ways[i - 1].prefix)
            continue;
        made->slots[find(made, prefix)] =
            (struct rw_route_prefix_slot){prefix + 1, (uint32_t)i, NONE};
        made->lengths |= UINT32_C(1) << (prefix & 15);
    }
    for (uint32_t at = 0; at <= made->mask; at++) {
        uint64_t prefix = made->slots[at].key - 1;

        if (made->slots[at].key && (prefix & 15))
            made->slots[at].shorter = find_longest(made, prefix >> 4, (prefix & 15) - 1);
    }
}

enum rw_class rw_route_prefixes_make(struct rw_route_prefixes *ret, struct rw_route_way *ways,
                                     size_t count, struct rw_arena *arena, struct rw_err *err)
{
    struct rw_route_prefixes made = {.ways = ways, .count = count};
    size_t distinct = 0, slots = 1;

    if (count)
        qsort(ways, count, sizeof(*ways), by_prefix);
    for (size_t i = 0; i < count; i++)
        distinct += i == 0 || ways[i].prefix != ways[i - 1].prefix;
    while (slots < 2 * distinct)
        slots *= 2;
    made.mask = (uint32_t)(slots - 1);
    made.slots = rw_arena_alloc(arena, slots * sizeof(*made.slots));
    if (!made.slots)
        return rw_fail_memory(err);
    fill(&made);
    *ret = made;
    return RW_OK;
}

/* ------------------------------------------------------------------ going over them */

struct rw_route_cursor rw_route_cursor(const struct rw_route_prefixes *prefixes,
                                       struct rw_slice digits)
{
    uint64_t prefix = read_prefix(digits);

    return (struct rw_route_cursor){.prefixes = prefixes,
                                    .shorter = find_longest(prefixes, prefix >> 4, prefix & 15)};
}

const struct rw_route_way *rw_route_next(struct rw_route_cursor *cursor)
{
    const struct rw_route_prefixes *prefixes = cursor->prefixes;
    const struct rw_route_way *way = cursor->way;

    if (!way && cursor->shorter != NONE) {
        const struct rw_route_prefix_slot *slot = &prefixes->slots[cursor->shorter];

        way = &prefixes->ways[slot->first];
        cursor->shorter = slot->shorter;
    }
    if (way)
        cursor->way = way + 1 < prefixes->ways + prefixes->count && way[1].prefix == way->prefix
                          ? way + 1
                          : NULL;
    return way;
}
