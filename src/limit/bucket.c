#include "limit/bucket.h"

#define SECOND_NS UINT64_C(1000000000)

/* Rounded up: never a token too many, however long it runs. */
static uint64_t apart_ns(struct rw_bucket_rate rate)
{
    return (SECOND_NS + rate.per_second - 1) / rate.per_second;
}

static uint64_t depth(struct rw_bucket_rate rate)
{
    return rate.burst ? rate.burst : rate.per_second;
}

/* How far it is from being full. */
static uint64_t missing_ns(const struct rw_bucket *bucket, uint64_t now_ns)
{
    return bucket->full_ns > now_ns ? bucket->full_ns - now_ns : 0;
}

uint64_t rw_bucket_wait_ns(const struct rw_bucket *bucket, struct rw_bucket_rate rate,
                           uint64_t now_ns, uint32_t ahead)
{
    uint64_t after = missing_ns(bucket, now_ns) + (ahead + UINT64_C(1)) * apart_ns(rate);
    uint64_t whole = depth(rate) * apart_ns(rate);

    return after > whole ? after - whole : 0;
}

void rw_bucket_take(struct rw_bucket *bucket, struct rw_bucket_rate rate, uint64_t now_ns)
{
    bucket->full_ns = now_ns + missing_ns(bucket, now_ns) + apart_ns(rate);
}

void rw_bucket_give_back(struct rw_bucket *bucket, struct rw_bucket_rate rate)
{
    uint64_t apart = apart_ns(rate);

    bucket->full_ns = bucket->full_ns > apart ? bucket->full_ns - apart : 0;
}

uint32_t rw_bucket_left(const struct rw_bucket *bucket, struct rw_bucket_rate rate, uint64_t now_ns)
{
    uint64_t whole = depth(rate) * apart_ns(rate), missing = missing_ns(bucket, now_ns);

    return missing >= whole ? 0 : (uint32_t)((whole - missing) / apart_ns(rate));
}
