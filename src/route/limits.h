/*
 * route/limits.h - a tenant's limits of calls, taken apart once per change of the configuration.
 *
 * The texts are the store's (struct rw_row_call_limits), written by the API.
 *
 * Owner    lies in the arena it was made with, beside the row. Threads: one worker's.
 * Memory   32 bytes a line.
 * Errors   RW_NO_MEMORY; RW_IO store.corrupt for a line that is none.
 */
#ifndef RW_ROUTE_LIMITS_H
#define RW_ROUTE_LIMITS_H

#include "call/limits.h"
#include "store/store.h"

#define RW_ROUTE_LIMITS_LINES 1000u /* of each list */

struct rw_route_client_limit {
    struct rw_slice id; /* "*": every other client */
    struct rw_call_limit limit;
};
struct rw_route_class_limit {
    struct rw_slice class;
    uint32_t max_duration_ms;
};

struct rw_route_limits {
    struct rw_call_limit tenant;
    uint32_t max_duration_ms, same_number_calls, same_number_ms;
    struct rw_route_client_limit *clients;
    struct rw_route_class_limit *classes;
    size_t client_count, class_count;
};

RW_NODISCARD enum rw_class rw_route_limits_read(const struct rw_row_call_limits *row,
                                                struct rw_arena *arena, struct rw_route_limits *ret,
                                                struct rw_err *err);

/* Its own, or those of every other client; client_id NULL: none. */
struct rw_call_limit rw_route_client_limit(const struct rw_route_limits *limits,
                                           const char *client_id);
/* How long a call to a number of this class may last; 0 = no cap of the class's. */
uint32_t rw_route_class_limit(const struct rw_route_limits *limits, const char *class);

#endif
