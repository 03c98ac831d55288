/*
 * limit/limit.h - calls per second, calls at a time, and calls to one number: held for all workers.
 *
 * A permit (call/permit.h). Each tenant, client and trunk has a count of its calls and a bucket of
 * tokens; a call is admitted when each of the three has room, takes of all of them at once, and gives
 * back when it ends. Of its trunks the first with room is tried first. A call that finds no room is
 * refused, or waits in its tenant's queue as long as the limit that stopped it says; whoever came first
 * goes first among those that wait for the same room.
 *
 *     the tenant's and the client's calls   from admission to the end
 *     the trunk's                           from admission, or the attempt, to the end of the attempt
 *     both, of a call that came in          from when it is taken to its end
 *     tokens of tenant and client           at admission
 *     the trunk's token                     when the INVITE leaves; with a station that is after the
 *                                           user answered, and the INVITE is held back for it if need be
 *
 * Everything is counted, limited or not, so that a limit set later holds at once.
 *
 * Owner    the daemon; it outlives the workers.
 * Threads  any. One lock a tenant, held for some hundred nanoseconds; a call that waits is told by mail.
 * Memory   some 120 bytes for each tenant, client and trunk that placed a call since the start, and for
 *          each call; a call that waits 1.2 KB more, at most RW_LIMITS_WAITING a tenant.
 * Errors   RW_LIMIT limit.calls_per_second, limit.channels, limit.same_number, limit.queue_full, which
 *          name the bucket, its limit and its counters; RW_NO_MEMORY.
 */
#ifndef RW_LIMIT_LIMIT_H
#define RW_LIMIT_LIMIT_H

#include "call/permit.h"

#define RW_LIMITS_WAITING 1000u /* calls of one tenant that wait at a time */
#define RW_LIMITS_PACE_MS                                                                          \
    1000u /* an INVITE of a call that exists is held back this long at least */
#define RW_LIMITS_WAIT_MS 30000u /* the longest waitMs */

struct rw_limits;

RW_NODISCARD enum rw_class rw_limits_new(struct rw_limits **ret, struct rw_err *err);
void rw_limits_free(struct rw_limits *limits); /* no call may be left; NULL is fine */

struct rw_permit *rw_limits_permit(struct rw_limits *limits);

enum rw_limit_of { RW_LIMIT_OF_TENANT, RW_LIMIT_OF_CLIENT, RW_LIMIT_OF_TRUNK };

struct rw_limit_count {
    enum rw_limit_of of;
    const char *id;
    struct rw_call_limit limit; /* in force when the last call asked */
    uint32_t calls;             /* now, */
    uint32_t came_in;           /* so many of them from the carrier */
    uint32_t waiting;           /* calls that wait for room here */
    uint32_t
        tokens; /* calls that may begin now, by calls per second; 0 when there is no such limit */
    uint64_t admitted, refused; /* since the start */
};

/* What one of a tenant's counts says now; all zero when it placed no call yet. id is borrowed. */
void rw_limits_read(struct rw_limits *limits, const char *tenant_id, enum rw_limit_of of,
                    const char *id, struct rw_limit_count *ret);

/* At start: a call of an earlier life to this number. Memory that runs out is as if it never was. */
void rw_limits_recall(struct rw_limits *limits, const char *tenant_id, const char *e164,
                      uint64_t at_ms, uint64_t period_ms);

#endif
