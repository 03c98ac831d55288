#include "base/hash.h"
#include "base/mem.h"
#include "limit/inside.h"

#include <string.h>

static uint32_t hash(const char *text, uint32_t seed)
{
    uint32_t h = rw_hash_text(RW_HASH_START ^ seed, text);

    return h ^ h >> 16;
}

struct rw_count *rw_count_find(struct rw_tenant *tenant, enum rw_limit_of of, const char *id,
                               bool make)
{
    struct rw_count **bucket = &tenant->counts[hash(id, of) % RW_COUNT_BUCKETS], *count;
    size_t size = strlen(id) + 1;

    if (of == RW_LIMIT_OF_TENANT)
        return tenant->self;
    for (count = *bucket; count; count = count->next)
        if (count->of == of && strcmp(count->id, id) == 0)
            return count;
    count = make ? rw_calloc(1, sizeof(*count) + size) : NULL;
    if (!count)
        return NULL;
    count->of = of;
    memcpy(count->id, id, size);
    count->next = *bucket;
    *bucket = count;
    return count;
}

static void free_tenant(struct rw_tenant *tenant)
{
    for (uint32_t i = 0; i < RW_COUNT_BUCKETS; i++) {
        while (tenant->counts[i]) {
            struct rw_count *count = tenant->counts[i];

            tenant->counts[i] = count->next;
            rw_free(count);
        }
    }
    rw_same_free(tenant->same);
    rw_free(tenant->self);
    (void)pthread_mutex_destroy(&tenant->lock);
    rw_free(tenant);
}

static struct rw_tenant *make_tenant(const char *id)
{
    size_t size = strlen(id) + 1;
    struct rw_tenant *tenant = rw_calloc(1, sizeof(*tenant) + size);

    if (!tenant)
        return NULL;
    memcpy(tenant->id, id, size);
    (void)pthread_mutex_init(&tenant->lock, NULL);
    tenant->self = rw_calloc(1, sizeof(*tenant->self) + 1);
    if (!tenant->self) {
        free_tenant(tenant);
        return NULL;
    }
    tenant->self->of = RW_LIMIT_OF_TENANT;
    return tenant;
}

static struct rw_tenant *find(struct rw_tenant *tenant, const char *id)
{
    while (tenant && strcmp(tenant->id, id) != 0)
        tenant = tenant->next;
    return tenant;
}

struct rw_tenant *rw_tenant_find(struct rw_limits *limits, const char *id, bool make)
{
    struct rw_tenant **bucket = &limits->tenants[hash(id, 0) % RW_TENANT_BUCKETS], *tenant;

    (void)pthread_rwlock_rdlock(&limits->lock);
    tenant = find(*bucket, id);
    (void)pthread_rwlock_unlock(&limits->lock);
    if (tenant || !make)
        return tenant;
    (void)pthread_rwlock_wrlock(&limits->lock);
    tenant = find(*bucket, id);
    if (!tenant && (tenant = make_tenant(id)) != NULL) {
        tenant->next = *bucket;
        *bucket = tenant;
    }
    (void)pthread_rwlock_unlock(&limits->lock);
    return tenant;
}

enum rw_class rw_limits_new(struct rw_limits **ret, struct rw_err *err)
{
    struct rw_limits *limits = rw_calloc(1, sizeof(*limits));

    if (!limits)
        return rw_fail_memory(err);
    limits->permit.ops = &rw_limits_ops;
    (void)pthread_rwlock_init(&limits->lock, NULL);
    *ret = limits;
    return RW_OK;
}

void rw_limits_free(struct rw_limits *limits)
{
    if (!limits)
        return;
    for (uint32_t i = 0; i < RW_TENANT_BUCKETS; i++) {
        while (limits->tenants[i]) {
            struct rw_tenant *tenant = limits->tenants[i];

            limits->tenants[i] = tenant->next;
            free_tenant(tenant);
        }
    }
    (void)pthread_rwlock_destroy(&limits->lock);
    rw_free(limits);
}

void rw_limits_read(struct rw_limits *limits, const char *tenant_id, enum rw_limit_of of,
                    const char *id, struct rw_limit_count *ret)
{
    struct rw_tenant *tenant = rw_tenant_find(limits, tenant_id, false);
    const struct rw_count *count = NULL;

    *ret = (struct rw_limit_count){.of = of, .id = id};
    if (!tenant)
        return;
    (void)pthread_mutex_lock(&tenant->lock);
    count = rw_count_find(tenant, of, id, false);
    if (count) {
        ret->limit = count->limit;
        ret->calls = count->calls;
        ret->came_in = count->came_in;
        ret->waiting = count->waiting;
        ret->admitted = count->admitted;
        ret->refused = count->refused;
        if (count->limit.calls_per_second)
            ret->tokens = rw_bucket_left(&count->tokens, rw_count_rate(count), rw_limits_now_ns());
    }
    (void)pthread_mutex_unlock(&tenant->lock);
}

void rw_limits_recall(struct rw_limits *limits, const char *tenant_id, const char *e164,
                      uint64_t at_ms, uint64_t period_ms)
{
    const struct rw_same_rule rule = {RW_SAME_CALLS, period_ms};
    struct rw_tenant *tenant = rw_tenant_find(limits, tenant_id, true);

    if (!tenant)
        return;
    (void)pthread_mutex_lock(&tenant->lock);
    (void)!rw_same_note(&tenant->same, rw_same_number(e164), &rule, at_ms, NULL);
    (void)pthread_mutex_unlock(&tenant->lock);
}
