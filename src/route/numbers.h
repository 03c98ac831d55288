/*
 * route/numbers.h - which of the tenant's numbers a call may show, without reading anything.
 *
 * Threads  pure functions; any.
 */
#ifndef RW_ROUTE_NUMBERS_H
#define RW_ROUTE_NUMBERS_H

#include "store/store.h"

/* May this number be shown on an outbound call? */
bool rw_route_usable(const struct rw_row_number *number);

/*
 * The number to show when a request names none: the user's own if exactly one usable number is his,
 * otherwise the tenant's if it has exactly one. NULL when there is none or more than one.
 */
const struct rw_row_number *rw_route_default_number(const struct rw_row_number *numbers,
                                                    size_t count, const char *user_id);

/* The usable numbers that share the longest beginning with another. */
#define RW_ROUTE_NEAREST_MAX 5u
struct rw_route_nearest {
    size_t count; /* of `at`, the nearest first */
    size_t more;  /* usable as well */
    const struct rw_row_number *at[RW_ROUTE_NEAREST_MAX];
};
/* caller_prefixes: only numbers that begin so, see rw_route_shows(); NULL: all. */
void rw_route_find_nearest(const struct rw_row_number *numbers, size_t count, struct rw_slice e164,
                           const char *caller_prefixes, struct rw_route_nearest *ret);

/* The usable number whose id differs least from what was written, if it is near at all. */
const struct rw_row_number *rw_route_nearest_id(const struct rw_row_number *numbers, size_t count,
                                                struct rw_slice id);

#endif
