/*
 * limit/inside.h - what the files of src/limit share.
 *
 *     limit.c  the permit: admitting, attempts, giving back
 *     count.c  the tables of tenants and of what is counted in each
 *     room.c   is there room, and of what is there none: decided under a tenant's lock
 *     queue.c  calls that wait
 */
#ifndef RW_LIMIT_INSIDE_H
#define RW_LIMIT_INSIDE_H

#include "limit/bucket.h"
#include "limit/limit.h"
#include "limit/same.h"
#include "loop/worker.h"

#include <pthread.h>
#include <re.h>

/* One tenant's, client's or trunk's. Guarded by its tenant's lock. */
struct rw_count {
    struct rw_count *next;      /* of the bucket of the table */
    struct rw_call_limit limit; /* as the last call that asked brought it */
    struct rw_bucket tokens;
    uint32_t calls, waiting;
    uint32_t came_in; /* of the calls */
    uint64_t admitted, refused;
    enum rw_limit_of of;
    char id[];
};

#define RW_COUNT_BUCKETS 64u
#define RW_TENANT_BUCKETS 256u

struct rw_waiter;

struct rw_tenant {
    struct rw_tenant *next;
    pthread_mutex_t lock;
    struct rw_count *counts[RW_COUNT_BUCKETS]; /* of clients and trunks */
    struct rw_same *same;
    struct rw_waiter *first, *last; /* in the order in which they came */
    uint32_t waiting;
    struct rw_count *self;
    char id[];
};

struct rw_limits {
    struct rw_permit permit; /* first */
    pthread_rwlock_t lock;   /* of the table */
    struct rw_tenant *tenants[RW_TENANT_BUCKETS];
};

#define RW_HOLD_NONE 0xffu

/* What one call holds. Of its worker, but for the lock's time while it waits. */
struct rw_hold {
    struct rw_tenant *tenant;
    struct rw_count *client; /* NULL: placed by none */
    struct rw_waiter *waiter;
    uint64_t number, noted_ms; /* noted among the calls to this number; 0 = not */
    uint8_t trunk;             /* whose channel is held: place in trunks; RW_HOLD_NONE */
    bool prepaid;              /* that trunk's token was taken at admission */
    bool admitted;
    bool came_in; /* it took channels only */
    uint8_t count;
    struct rw_count *trunks[]; /* in the order of trying */
};

/* What stands in a call's way. */
struct rw_obstacle {
    struct rw_count *count; /* the first that has no room */
    uint64_t wait_ns;       /* until a token comes; UINT64_MAX: nobody knows when there is room */
    uint32_t may_wait_ms;
    bool by_rate;
};

struct rw_waiter {
    struct rw_mail mail; /* first: tells how it was decided */
    struct rw_waiter *prev, *next;
    struct rw_hold *hold;
    struct rw_permit_ask *ask;
    struct rw_worker *worker;
    struct tmr timer;
    uint64_t since_ms, until_ms; /* monotonic */
    uint64_t wake_ms;            /* when it is looked at again, at the latest */
    struct rw_obstacle obstacle;
    bool queued; /* guarded by the lock; afterwards its worker's */
    bool withdrawn;
    enum rw_class class;
    struct rw_err err;
};

/* count.c. NULL: memory is out. */
struct rw_tenant *rw_tenant_find(struct rw_limits *limits, const char *id, bool make);
struct rw_count *rw_count_find(struct rw_tenant *tenant, enum rw_limit_of of, const char *id,
                               bool make);

/* room.c; under the tenant's lock. */
struct rw_bucket_rate rw_count_rate(const struct rw_count *count);
/* May a call more begin, after those who wait for the same? If not, *ret says what is in its way. */
bool rw_count_has_room(struct rw_count *count, bool by_rate, uint64_t now_ns,
                       struct rw_obstacle *ret);
void rw_count_pay(struct rw_count *count, uint64_t now_ns);
void rw_count_refund(struct rw_count *count);
/*
 * Admits it, if there is room everywhere: RW_OK. RW_LIMIT with ret->count: there is none now; without:
 * *err says why there will be none. RW_NO_MEMORY.
 */
RW_NODISCARD enum rw_class rw_room_take(struct rw_hold *hold, struct rw_permit_ask *ask,
                                        struct rw_obstacle *ret, struct rw_err *err);
/* A call that came in: a channel of its tenant and trunk, and no token, since it is the carrier's to begin. */
RW_NODISCARD enum rw_class rw_room_take_in(struct rw_hold *hold, struct rw_obstacle *ret);
void rw_room_give_back(struct rw_hold *hold, bool born);
/* Refuses for the obstacle, with its counters; waited_ms 0 = it did not wait. */
enum rw_class rw_room_refuse(const struct rw_obstacle *obstacle, const struct rw_permit_ask *ask,
                             uint64_t waited_ms, struct rw_err *err);

/* queue.c; under the tenant's lock. */
RW_NODISCARD enum rw_class rw_queue_add(struct rw_hold *hold, struct rw_permit_ask *ask,
                                        const struct rw_obstacle *obstacle, struct rw_err *err);
void rw_queue_advance(struct rw_tenant *tenant); /* room came about: admits whom it can */
/* Without the lock: waits no longer, and gives back what it may have got meanwhile. */
void rw_queue_leave(struct rw_hold *hold);

uint64_t rw_limits_now_ns(void);

extern const struct rw_permit_ops rw_limits_ops; /* limit.c */

#endif
