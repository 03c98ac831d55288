/* Limits of tenants, clients and trunks: who is admitted, through which trunk, and what is given back. */
#include "base/clock.h"
#include "base/mem.h"
#include "calls.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW UINT64_C(1700000000000)

static struct rw_limits *limits;

static int setup(void **state)
{
    (void)state;
    rw_clock_set_virtual(NOW);
    return rw_limits_new(&limits, NULL) == RW_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    rw_limits_free(limits);
    rw_clock_set_virtual(0);
    return 0;
}

static struct rw_limit_count count_of(enum rw_limit_of of, const char *id)
{
    struct rw_limit_count count;

    rw_limits_read(limits, "t", of, id, &count);
    return count;
}

static void test_channels(void **state)
{
    static const struct {
        struct rw_call_limits set;
        const char *said;
    } cases[] = {
        {{.tenant.channels = 2}, "the tenant: 2 of 2 channels in use, 0 calls waiting"},
        {{.client.channels = 2}, "client c: 2 of 2 channels in use, 0 calls waiting"},
        {{.trunks[0].channels = 2}, "trunk first: 2 of 2 channels in use, 0 calls waiting"},
    };
    struct call calls[3];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (int n = 0; n < 3; n++)
            call_make(&calls[n], 1, &cases[i].set);
        assert_int_equal(call_ask(limits, &calls[0]), RW_PERMIT_YES);
        assert_int_equal(call_ask(limits, &calls[1]), RW_PERMIT_YES);
        assert_int_equal(call_ask(limits, &calls[2]), RW_PERMIT_NO);
        assert_int_equal(calls[2].err.class, RW_LIMIT);
        assert_string_equal(calls[2].err.code, "limit.channels");
        assert_string_equal(calls[2].err.found, cases[i].said);
        call_end(limits, &calls[0], true);
        assert_int_equal(call_ask(limits, &calls[2]), RW_PERMIT_YES);
        call_end(limits, &calls[1], true);
        call_end(limits, &calls[2], true);
    }
    assert_int_equal(count_of(RW_LIMIT_OF_TENANT, "t").calls, 0);
    assert_int_equal(count_of(RW_LIMIT_OF_TENANT, "t").admitted, 9);
    assert_int_equal(count_of(RW_LIMIT_OF_TENANT, "t").refused, 1);
    assert_int_equal(count_of(RW_LIMIT_OF_CLIENT, "c").refused, 1);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t0").refused, 1);
}

/* The carrier's calls take channels, and neither tokens nor turns. */
static void test_calls_that_came_in(void **state)
{
    const struct rw_call_limits set = {.tenant = {.calls_per_second = 1},
                                       .trunks = {{.channels = 2, .wait_ms = 1000}}};
    struct call calls[4];

    (void)state;
    for (int n = 0; n < 4; n++) {
        call_make(&calls[n], 1, &set);
        calls[n].ask.incoming = n < 3;
    }
    assert_int_equal(call_ask(limits, &calls[0]), RW_PERMIT_YES);
    assert_int_equal(call_ask(limits, &calls[1]), RW_PERMIT_YES);
    assert_int_equal(call_ask(limits, &calls[2]), RW_PERMIT_NO);
    assert_string_equal(calls[2].err.code, "limit.channels");
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t0").calls, 2);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t0").came_in, 2);
    call_end(limits, &calls[0], true);
    call_end(limits, &calls[1], false); /* nothing to be refunded */
    assert_int_equal(count_of(RW_LIMIT_OF_TENANT, "t").tokens, 1);
    assert_int_equal(call_ask(limits, &calls[3]), RW_PERMIT_YES);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t0").came_in, 0);
    call_end(limits, &calls[3], true);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t0").calls, 0);
    assert_int_equal(count_of(RW_LIMIT_OF_TENANT, "t").calls, 0);
}

static void test_calls_per_second(void **state)
{
    const struct rw_call_limits set = {.client = {.calls_per_second = 10}};
    struct call call;
    unsigned placed = 0;

    (void)state;
    for (unsigned ms = 0; ms < 10000; ms += 5) {
        rw_clock_set_virtual(NOW + ms);
        call_make(&call, 1, &set);
        placed += call_whole(limits, &call);
        assert_true(placed <= 10 + ms / 100);
    }
    assert_in_range(placed, 108, 109);
    assert_string_equal(call.err.code, "limit.calls_per_second");
    assert_string_equal(call.err.found,
                        "client c: 10 calls per second, 0 of them left now, 0 calls waiting");
}

/* A limit set while calls are up counts those too. */
static void test_set_later(void **state)
{
    const struct rw_call_limits set = {.tenant.channels = 2};
    struct call calls[3];

    (void)state;
    for (int n = 0; n < 3; n++)
        call_make(&calls[n], 1, n < 2 ? NULL : &set);
    assert_int_equal(call_ask(limits, &calls[0]), RW_PERMIT_YES);
    assert_int_equal(call_ask(limits, &calls[1]), RW_PERMIT_YES);
    assert_int_equal(call_ask(limits, &calls[2]), RW_PERMIT_NO);
    call_end(limits, &calls[0], true);
    call_end(limits, &calls[1], true);
}

/* A call of somebody who knows of no limits lifts none. */
static void test_limits_unknown(void **state)
{
    const struct rw_call_limits set = {.tenant.channels = 1};
    struct call calls[2];

    (void)state;
    call_make(&calls[0], 1, &set);
    call_make(&calls[1], 1, NULL);
    assert_int_equal(call_ask(limits, &calls[0]), RW_PERMIT_YES);
    assert_int_equal(call_ask(limits, &calls[1]), RW_PERMIT_NO);
    call_end(limits, &calls[0], true);
}

/* ------------------------------------------------------------------ trunks */

static void test_passed_over(void **state)
{
    const struct rw_call_limits set = {.trunks = {{.channels = 1}, {.calls_per_second = 1}}};
    static const uint8_t expected[][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}, {2, 0, 1}};
    struct call calls[4];
    uint32_t delay_ms;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        call_make(&calls[i], 3, &set);
        assert_int_equal(call_ask(limits, &calls[i]), RW_PERMIT_YES);
        assert_memory_equal(calls[i].ask.order, expected[i], 3);
    }
    /* The carrier of the second call fails: of those that are left, the third trunk has room. */
    assert_int_equal(call_attempt(limits, &calls[1], 0, &delay_ms), RW_OK);
    call_attempt_over(limits, &calls[1], 0);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t1").calls, 0);
    assert_int_equal(call_attempt(limits, &calls[1], 1, &delay_ms), RW_OK);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t2").calls, 3);
    call_attempt_over(limits, &calls[1], 1);
    assert_int_equal(call_attempt(limits, &calls[1], 2, &delay_ms),
                     RW_LIMIT); /* the first is full */
    assert_string_equal(calls[1].err.message,
                        "the trunk has as many calls as it may: 1 of 1 channels");
    for (size_t i = 0; i < 4; i++)
        call_end(limits, &calls[i], true);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, (char[]){'t', (char)('0' + i), 0}).calls, 0);
}

/* With a station the INVITE leaves later: its token is taken then, and it keeps its distance. */
static void test_paced(void **state)
{
    const struct rw_call_limits set = {.trunks[0] = {.calls_per_second = 4, .burst = 1}};
    struct call calls[7];
    uint32_t delay_ms;

    (void)state;
    for (uint32_t i = 0; i < 7; i++) {
        call_make(&calls[i], 1, &set);
        calls[i].ask.has_station = true;
        assert_int_equal(call_ask(limits, &calls[i]), RW_PERMIT_YES);
    }
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t0").tokens, 1);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(call_attempt(limits, &calls[i], 0, &delay_ms), RW_OK);
        assert_int_equal(delay_ms, 250 * i);
    }
    assert_int_equal(call_attempt(limits, &calls[5], 0, &delay_ms), RW_LIMIT);
    assert_string_equal(calls[5].err.code, "limit.calls_per_second");
    rw_clock_set_virtual(NOW + 250);
    assert_int_equal(call_attempt(limits, &calls[6], 0, &delay_ms), RW_OK);
    assert_int_equal(delay_ms, 1000);
    for (uint32_t i = 0; i < 7; i++)
        call_end(limits, &calls[i], true);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t0").calls, 0);
}

static void test_other_trunk_before_a_delay(void **state)
{
    const struct rw_call_limits set = {.trunks[0] = {.calls_per_second = 1}};
    struct call calls[2];
    uint32_t delay_ms;

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        call_make(&calls[i], 2, &set);
        calls[i].ask.has_station = true;
        assert_int_equal(call_ask(limits, &calls[i]), RW_PERMIT_YES);
    }
    assert_int_equal(call_attempt(limits, &calls[0], 0, &delay_ms), RW_OK);
    assert_int_equal(call_attempt(limits, &calls[1], 0, &delay_ms), RW_LIMIT);
    assert_int_equal(call_attempt(limits, &calls[1], 1, &delay_ms), RW_OK);
    call_end(limits, &calls[0], true);
    call_end(limits, &calls[1], true);
}

/* ------------------------------------------------------------------ nothing was placed */

static void test_given_back(void **state)
{
    const struct rw_call_limits set = {.tenant = {.calls_per_second = 1, .channels = 1},
                                       .client = {.calls_per_second = 1, .channels = 1},
                                       .trunks[0] = {.calls_per_second = 1, .channels = 1},
                                       .same_number_calls = 1,
                                       .same_number_ms = 60000};
    struct call call;

    (void)state;
    for (int i = 0; i < 3; i++) {
        call_make(&call, 1, &set);
        assert_int_equal(call_ask(limits, &call), RW_PERMIT_YES);
        call_end(limits, &call, false); /* the store refused it, or another permit did */
    }
    call_make(&call, 1, &set);
    assert_true(call_whole(limits, &call));
    call_make(&call, 1, &set);
    assert_int_equal(call_ask(limits, &call), RW_PERMIT_NO);
    assert_string_equal(call.err.code, "limit.same_number");
    assert_non_null(strstr(call.err.message, "2023-11-14T22:14:20.000Z"));
    rw_clock_set_virtual(NOW + 60000);
    assert_true(call_whole(limits, &call));
}

/* Another permit refused the attempt through the trunk whose channel was kept. */
static void test_first_attempt_is_not_ours(void **state)
{
    const struct rw_call_limits set = {.trunks = {{.channels = 1}, {.channels = 1}}};
    struct call call;
    uint32_t delay_ms;

    (void)state;
    call_make(&call, 2, &set);
    assert_int_equal(call_ask(limits, &call), RW_PERMIT_YES);
    assert_int_equal(call_attempt(limits, &call, 1, &delay_ms), RW_OK);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t0").calls, 0);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t1").calls, 1);
    call_end(limits, &call, true);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t1").calls, 0);
}

static void test_recalled(void **state)
{
    const struct rw_call_limits set = {.same_number_calls = 2, .same_number_ms = 60000};
    struct call call;

    (void)state;
    rw_limits_recall(limits, "t", "+6591234567", NOW - 10000, 60000);
    rw_limits_recall(limits, "t", "+6591234567", NOW - 20000, 60000);
    rw_limits_recall(limits, "u", "+6591234568", NOW - 20000, 60000);
    call_make(&call, 1, &set);
    assert_int_equal(call_ask(limits, &call), RW_PERMIT_NO);
    rw_clock_set_virtual(NOW + 40000);
    assert_true(call_whole(limits, &call));
}

static void test_memory_ends(void **state)
{
    const struct rw_call_limits set = {.same_number_calls = 2, .same_number_ms = 60000};
    enum rw_permit_verdict verdict;
    struct call call;
    long n = 0;

    (void)state;
    do {
        call_make(&call, 2, &set);
        rw_mem_fail_after(n++);
        verdict = call_ask(limits, &call);
        rw_mem_fail_after(-1);
        if (verdict == RW_PERMIT_NO) {
            assert_int_equal(call.err.class, RW_NO_MEMORY);
            assert_int_equal(count_of(RW_LIMIT_OF_TENANT, "t").calls, 0);
        }
    } while (verdict == RW_PERMIT_NO);
    assert_true(n >= 4);
    call_end(limits, &call, true);
}

/* ------------------------------------------------------------------ many at once */

#define THREADS 8
#define CALLS_A_THREAD 12500
#define HELD 16 /* calls that a thread holds at a time */

static _Atomic unsigned up[3], most[3], placed;

static void one_up(int what, unsigned cap)
{
    unsigned now = atomic_fetch_add(&up[what], 1) + 1, seen = most[what];

    if (now > cap)
        abort();
    while (now > seen && !atomic_compare_exchange_weak(&most[what], &seen, now))
        ;
}

/* Counted from after it was admitted to before it is given back: never more than what is held. */
static void end_one(struct call *call)
{
    if (!call->held)
        return;
    atomic_fetch_sub(&up[0], 1);
    atomic_fetch_sub(&up[1 + call->ask.order[0]], 1);
    call_attempt_over(limits, call, 0);
    call_end(limits, call, true);
}

static void *place_many(void *arg)
{
    const struct rw_call_limits *set = arg;
    struct call held[HELD];
    uint32_t delay_ms;

    memset(held, 0, sizeof(held));
    for (unsigned i = 0; i < CALLS_A_THREAD; i++) {
        struct call *call = &held[i % HELD];

        end_one(call);
        call_make(call, 2, set);
        if (call_ask(limits, call) != RW_PERMIT_YES)
            continue;
        placed++;
        one_up(0, set->tenant.channels);
        one_up(1 + call->ask.order[0], set->trunks[call->ask.order[0]].channels);
        if (call_attempt(limits, call, 0, &delay_ms) != RW_OK)
            abort();
    }
    for (int i = 0; i < HELD; i++)
        end_one(&held[i]);
    return NULL;
}

static void run_threads(void *(*run)(void *arg), const struct rw_call_limits *set)
{
    pthread_t threads[THREADS];

    placed = 0;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, (void *)set), 0);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
}

static void test_many_threads(void **state)
{
    static const struct rw_call_limits set = {.tenant.channels = 50,
                                              .trunks = {{.channels = 20}, {.channels = 40}}};

    (void)state;
    run_threads(place_many, &set);
    assert_true(placed > 1000);
    assert_int_equal(most[1], 20); /* it was filled, and no further */
    assert_int_equal(count_of(RW_LIMIT_OF_TENANT, "t").calls, 0);
    assert_int_equal(count_of(RW_LIMIT_OF_TENANT, "t").admitted, placed);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t0").calls, 0);
    assert_int_equal(count_of(RW_LIMIT_OF_TRUNK, "t1").calls, 0);
}

/* The clock of these threads stands still: exactly one second's worth passes, whoever asks. */
static void *place_fast(void *arg)
{
    struct call call;

    rw_clock_set_virtual(NOW);
    for (unsigned i = 0; i < CALLS_A_THREAD; i++) {
        call_make(&call, 1, arg);
        placed += call_whole(limits, &call);
    }
    return NULL;
}

static void test_many_threads_in_one_second(void **state)
{
    static const struct rw_call_limits set = {.trunks[0] = {.calls_per_second = 777}};

    (void)state;
    run_threads(place_fast, &set);
    assert_int_equal(placed, 777);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_channels),
        TEST(test_calls_that_came_in),
        TEST(test_calls_per_second),
        TEST(test_set_later),
        TEST(test_limits_unknown),
        TEST(test_passed_over),
        TEST(test_paced),
        TEST(test_other_trunk_before_a_delay),
        TEST(test_given_back),
        TEST(test_first_attempt_is_not_ours),
        TEST(test_recalled),
        TEST(test_memory_ends),
        TEST(test_many_threads),
        TEST(test_many_threads_in_one_second),
    };

    return cmocka_run_group_tests_name("limit_limit", tests, NULL, NULL);
}
