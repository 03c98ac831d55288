/* Calls per second: never one too many, whatever the rate, the burst and the moments. */
#include "limit/bucket.h"

#include "../test.h"

#define SECOND UINT64_C(1000000000)

static const struct {
    uint32_t per_second, burst;
    uint64_t every_ns; /* a call asks */
    uint32_t seconds;
    uint32_t taken; /* in all */
} runs[] = {
    {1, 0, SECOND / 100, 10, 10},        {10, 0, SECOND / 100, 10, 109},
    {10, 1, SECOND / 100, 10, 100},      {10, 3, SECOND / 100, 10, 102},
    {3, 0, SECOND / 1000, 100, 302},     {7, 1, SECOND / 1000, 100, 700},
    {1000, 0, SECOND / 5000, 10, 10999}, {100, 0, SECOND / 50, 10, 500}, /* never out of tokens */
    {2000, 1, SECOND / 10000, 3, 6000},
};

static void test_rates(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        struct rw_bucket_rate rate = {runs[i].per_second, runs[i].burst};
        uint64_t start = 12345 * SECOND, depth = rate.burst ? rate.burst : rate.per_second;
        struct rw_bucket bucket = {0};
        uint32_t taken = 0;

        for (uint64_t now = start; now < start + runs[i].seconds * SECOND;
             now += runs[i].every_ns) {
            if (rw_bucket_wait_ns(&bucket, rate, now, 0))
                continue;
            rw_bucket_take(&bucket, rate, now);
            taken++;
            assert_true(taken <= depth + (now - start) * rate.per_second / SECOND);
        }
        /* A token comes a nanosecond late where a second does not divide evenly. */
        assert_in_range(taken, runs[i].taken - runs[i].taken / 100, runs[i].taken);
    }
}

static void test_waiting_in_line(void **state)
{
    const struct rw_bucket_rate rate = {4, 2};
    struct rw_bucket bucket = {0};
    uint64_t now = 5 * SECOND;

    (void)state;
    assert_int_equal(rw_bucket_left(&bucket, rate, now), 2);
    assert_int_equal(rw_bucket_wait_ns(&bucket, rate, now, 1), 0);
    assert_int_equal(rw_bucket_wait_ns(&bucket, rate, now, 2), SECOND / 4);
    rw_bucket_take(&bucket, rate, now);
    rw_bucket_take(&bucket, rate, now);
    assert_int_equal(rw_bucket_left(&bucket, rate, now), 0);
    assert_int_equal(rw_bucket_wait_ns(&bucket, rate, now, 0), SECOND / 4);
    assert_int_equal(rw_bucket_wait_ns(&bucket, rate, now, 3), SECOND);
    rw_bucket_take(&bucket, rate, now); /* on credit */
    assert_int_equal(rw_bucket_wait_ns(&bucket, rate, now, 0), SECOND / 2);
    rw_bucket_give_back(&bucket, rate);
    rw_bucket_give_back(&bucket, rate);
    assert_int_equal(rw_bucket_wait_ns(&bucket, rate, now, 0), 0);
    assert_int_equal(rw_bucket_left(&bucket, rate, now), 1);
    assert_int_equal(rw_bucket_left(&bucket, rate, now + SECOND), 2);
}

static void test_given_back_to_a_full_one(void **state)
{
    const struct rw_bucket_rate rate = {2, 0};
    struct rw_bucket bucket = {0};

    (void)state;
    rw_bucket_give_back(&bucket, rate);
    assert_int_equal(rw_bucket_left(&bucket, rate, SECOND), 2); /* not three */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_waiting_in_line),
        cmocka_unit_test(test_given_back_to_a_full_one),
    };

    return cmocka_run_group_tests_name("limit_bucket", tests, NULL, NULL);
}
