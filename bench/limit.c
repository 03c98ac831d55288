/*
 * What holding a call to its limits costs: asked, one attempt, given back; alone and from several threads that
 * place calls of one tenant, which meet at its lock.
 *
 *     bench_limit [CALLS]
 *
 * Ratio: the same with limits of tenant, client and trunk in force against none set (all is counted anyway).
 */
#include "limit/limit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define THREADS_MAX 8

static struct rw_limits *limits;
static unsigned long calls = 1000000;

static const struct rw_call_limit wide = {1000000000, 0, 1000000, 0};

static void place(const struct rw_call_limits *set)
{
    static const struct rw_leg_target trunk = {.trunk_id = "0192f000-0000-7000-8000-0000000000f1"};
    struct rw_permit *permit = rw_limits_permit(limits);
    struct rw_permit_ask ask = {.tenant_id = "0192f000-0000-7000-8000-0000000000a0",
                                .client_id = "0192f000-0000-7000-8000-0000000000d1",
                                .to_number = "+6591234567",
                                .trunks = &trunk,
                                .count = 1,
                                .limits = set};
    struct rw_err err;
    uint32_t delay_ms;
    void *held;

    if (permit->ops->admit(permit, &ask, &held, &err) != RW_PERMIT_YES ||
        permit->ops->attempt(permit, held, 0, &delay_ms, &err) != RW_OK)
        abort();
    permit->ops->attempt_over(permit, held, 0);
    permit->ops->ended(permit, held, true);
    permit->ops->done(permit, held);
}

static void *place_many(void *set)
{
    for (unsigned long i = 0; i < calls; i++)
        place(set);
    return NULL;
}

static double cpu_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Nanoseconds of CPU a call. */
static double run(unsigned threads, const struct rw_call_limits *set)
{
    pthread_t ids[THREADS_MAX];
    double began_ns = cpu_ns();

    for (unsigned i = 0; i < threads; i++)
        if (pthread_create(&ids[i], NULL, place_many, (void *)set))
            abort();
    for (unsigned i = 0; i < threads; i++)
        (void)pthread_join(ids[i], NULL);
    return (cpu_ns() - began_ns) / (double)(calls * threads);
}

int main(int argc, char **argv)
{
    static const unsigned threads[] = {1, 2, 8};
    const struct rw_call_limits none = {{0}, {0}, {{0}}, 0, 0};
    const struct rw_call_limits set = {.tenant = wide, .client = wide, .trunks = {wide}};
    bool good = true;

    if (argc > 1)
        calls = strtoul(argv[1], NULL, 10);
    if (rw_limits_new(&limits, NULL) != RW_OK)
        return 1;
    (void)run(1, &none);
    for (size_t i = 0; i < sizeof(threads) / sizeof(*threads); i++) {
        double free_ns = run(threads[i], &none), limited_ns = run(threads[i], &set);

        printf("%u threads: %.0f ns a call without limits, %.0f ns with, ratio %.2f\n", threads[i],
               free_ns, limited_ns, limited_ns / free_ns);
        good &= limited_ns < free_ns * 3;
    }
    rw_limits_free(limits);
    return good ? 0 : 1;
}
