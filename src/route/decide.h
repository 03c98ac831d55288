/*
 * route/decide.h - the decisions of routing, without reading anything.
 *
 * Threads  pure functions; any.
 */
#ifndef RW_ROUTE_DECIDE_H
#define RW_ROUTE_DECIDE_H

#include "store/store.h"

/* One prefix of a route and one trunk behind it. */
struct rw_route_way {
    const char *prefix, *trunk_id;
    uint32_t place; /* of the trunk in its route */
    const struct rw_row_route *route;
};

/* How many ways a route has; 0 when it is disabled. */
size_t rw_route_ways_count(const struct rw_row_route *route);
/*
 * Writes them to `ways`, which has room for that many. Their texts come from the arena.
 * RW_NO_MEMORY. *ret is the end of what was written.
 */
RW_NODISCARD enum rw_class rw_route_ways(const struct rw_row_route *route, struct rw_arena *arena,
                                         struct rw_route_way *ways, struct rw_route_way **ret,
                                         struct rw_err *err);

/* Puts ways into the order that rw_route_next() wants: by prefix, priority, the route's id, place. */
void rw_route_sort(struct rw_route_way *ways, size_t count);

/*
 * Which ways lead to a number (E.164 without '+'): the longest prefix first, among equal prefixes
 * the lowest priority. Begin with *cursor zeroed; NULL when there are no more.
 */
struct rw_route_cursor {
    bool started;
    size_t prefix_digits, at;
};
const struct rw_route_way *rw_route_next(const struct rw_route_way *ways, size_t count,
                                         struct rw_slice digits, struct rw_route_cursor *cursor);

/* Does the plan match the number (E.164 without '+')? */
bool rw_route_plan_matches(const struct rw_row_number_plan *plan, struct rw_slice digits);

/*
 * May the route take the number? Any that is limited to no class; else one whose class, as the first
 * matching plan of the route's site says, is among the route's. `plans` are the tenant's, by priority.
 */
bool rw_route_takes(const struct rw_row_route *route, const struct rw_row_number_plan *plans,
                    size_t count, struct rw_slice digits);

/* May this number be shown on an outbound call? */
bool rw_route_usable(const struct rw_row_number *number);

/*
 * The number to show when a request names none: the user's own if exactly one usable number is his,
 * otherwise the tenant's if it has exactly one. NULL when there is none or more than one.
 */
const struct rw_row_number *rw_route_default_number(const struct rw_row_number *numbers,
                                                    size_t count, const char *user_id);

/* The usable number that shares the longest beginning with e164; NULL when there is none. */
const struct rw_row_number *rw_route_nearest_number(const struct rw_row_number *numbers,
                                                    size_t count, struct rw_slice e164);

/* The usable number whose id differs least from what was written, if it is near at all. */
const struct rw_row_number *rw_route_nearest_id(const struct rw_row_number *numbers, size_t count,
                                                struct rw_slice id);

#endif
