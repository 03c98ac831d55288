/*
 * route/prefixes.h - which routes lead to a number: the longest prefix first, then the lowest priority.
 *
 * Put together once per change of the configuration. A table finds a prefix by its digits, and is asked once
 * for each length that prefixes have, from the longest, until one is there; that one knows the next shorter
 * one. A few probes, however many prefixes there are.
 *
 * Owner    ways and table lie in the arena they were made with. Threads: pure; any.
 * Memory   16 bytes a way, 32 to 64 a prefix.
 * Errors   RW_NO_MEMORY.
 */
#ifndef RW_ROUTE_PREFIXES_H
#define RW_ROUTE_PREFIXES_H

#include "route/rule.h"

#define RW_ROUTE_PREFIX_MAX 15u /* digits of E.164 */

/* One prefix of a route. */
struct rw_route_way {
    uint64_t
        prefix; /* its digits and their count, in the order of texts; see rw_route_prefix_text() */
    struct rw_route_rule *rule;
};

struct rw_route_prefixes {
    struct rw_route_way *ways; /* by prefix, priority, the route's id */
    size_t count;
    struct rw_route_prefix_slot *slots; /* where the ways of a prefix begin */
    uint32_t mask;                      /* a power of two of slots, less one */
    uint32_t lengths;                   /* bit n: a prefix of n digits is there */
};

/* How many ways a rule has. */
size_t rw_route_ways_count(const struct rw_route_rule *rule);
/* Writes them to `ways`, which has room for that many; returns the end of what was written. */
struct rw_route_way *rw_route_ways(struct rw_route_rule *rule, struct rw_route_way *ways);

/* Sorts the ways, which stay where they are, and makes the table over them. */
RW_NODISCARD enum rw_class rw_route_prefixes_make(struct rw_route_prefixes *ret,
                                                  struct rw_route_way *ways, size_t count,
                                                  struct rw_arena *arena, struct rw_err *err);

/* Goes over the ways that lead to a number. */
struct rw_route_cursor {
    const struct rw_route_prefixes *prefixes;
    const struct rw_route_way *way; /* the next one of the same prefix, or NULL */
    uint32_t shorter;               /* the slot of the next prefix */
};
/* digits: E.164 without '+'. */
struct rw_route_cursor rw_route_cursor(const struct rw_route_prefixes *prefixes,
                                       struct rw_slice digits);
const struct rw_route_way *rw_route_next(struct rw_route_cursor *cursor); /* NULL: no more */

/* Does the number begin so? */
bool rw_route_leads_to(const struct rw_route_way *way, struct rw_slice digits);

#define RW_ROUTE_PREFIX_TEXT (RW_ROUTE_PREFIX_MAX + 1)
/* The digits of a way's prefix; "" for all numbers. */
void rw_route_prefix_text(uint64_t prefix, char dst[RW_ROUTE_PREFIX_TEXT]);

#endif
