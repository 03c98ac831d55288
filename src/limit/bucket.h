/*
 * limit/bucket.h - calls per second: a token bucket, kept as the one moment at which it is full again.
 *
 * A token comes every 1/rate of a second; a full bucket holds `burst` of them. Held as the time at which
 * it will be full (the "theoretical arrival time" of the GCRA), so that taking is one addition, nothing
 * has to be filled up, and a change of the rate holds from then on. It may be taken below empty: then
 * the taker has to wait for as long as rw_bucket_wait_ns() said before.
 *
 * Threads  a value; whoever holds it keeps others out. Units: nanoseconds of one clock, calls a second.
 */
#ifndef RW_LIMIT_BUCKET_H
#define RW_LIMIT_BUCKET_H

#include <stdint.h>

struct rw_bucket {
    uint64_t full_ns; /* 0 = always was */
};

struct rw_bucket_rate {
    uint32_t per_second; /* at least 1 */
    uint32_t burst;      /* 0 = per_second */
};

/* How long until there is one more token after `ahead` others have taken theirs; 0 = it is there. */
uint64_t rw_bucket_wait_ns(const struct rw_bucket *bucket, struct rw_bucket_rate rate,
                           uint64_t now_ns, uint32_t ahead);
void rw_bucket_take(struct rw_bucket *bucket, struct rw_bucket_rate rate, uint64_t now_ns);
void rw_bucket_give_back(struct rw_bucket *bucket, struct rw_bucket_rate rate);
uint32_t rw_bucket_left(const struct rw_bucket *bucket, struct rw_bucket_rate rate,
                        uint64_t now_ns);

#endif
