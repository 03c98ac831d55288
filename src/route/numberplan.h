/*
 * route/numberplan.h - number plans: what class a number is of, which routes may be limited to.
 *
 * Owner    lies in the arena it was made with, beside the row, which it speaks of. Threads: one worker's.
 * Memory   16 bytes, and the pattern of one that has one.
 * Errors   RW_NO_MEMORY.
 */
#ifndef RW_ROUTE_NUMBERPLAN_H
#define RW_ROUTE_NUMBERPLAN_H

#include "route/pattern.h"
#include "store/store.h"

struct rw_number_plan {
    const struct rw_row_number_plan *row;
    const struct rw_pattern *pattern; /* of the type "regex"; NULL: it matches nothing */
};

/* *ret has `count` plans, in the order of the rows. */
RW_NODISCARD enum rw_class rw_number_plans_make(const struct rw_row_number_plan *rows, size_t count,
                                                struct rw_arena *arena, struct rw_number_plan **ret,
                                                struct rw_err *err);

/* Does the plan match the number (E.164 without '+')? */
bool rw_number_plan_matches(const struct rw_number_plan *plan, struct rw_slice digits);

/* The number's class, as the first matching plan of the site says; NULL: none matches. */
const char *rw_route_class_of(const char *site_id, const struct rw_number_plan *plans, size_t count,
                              struct rw_slice digits);

/*
 * May the route take the number? Any that is limited to no class; else one whose class, as the first
 * matching plan of the route's site says, is among the route's. `plans` are the tenant's, by priority.
 */
bool rw_route_takes(const struct rw_row_route *route, const struct rw_number_plan *plans,
                    size_t count, struct rw_slice digits);

#endif
