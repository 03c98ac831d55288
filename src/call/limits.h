/*
 * call/limits.h - how many calls may be made: what an operator set for a tenant, a client, a trunk.
 *
 * Plain values, resolved for one call by whoever routes it; limit/ holds calls to them.
 * Units    milliseconds where the name says so; 0 = no limit, everywhere.
 */
#ifndef RW_CALL_LIMITS_H
#define RW_CALL_LIMITS_H

#include "call/call.h"

/* Of one tenant, client or trunk. */
struct rw_call_limit {
    uint32_t calls_per_second;
    uint32_t burst;    /* calls at once after a silence; 0 = as many as in one second */
    uint32_t channels; /* calls at a time */
    uint32_t wait_ms;  /* how long a call waits for its turn; 0 = refused at once */
};

struct rw_call_limits {
    struct rw_call_limit tenant, client;
    struct rw_call_limit trunks[RW_CALL_TRUNKS_MAX]; /* as the call's trunks stand */
    /* To one number: at most so many calls of the tenant in so long. */
    uint32_t same_number_calls, same_number_ms;
};

#endif
