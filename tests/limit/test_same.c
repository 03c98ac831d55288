/* How often one number is called within a period. */
#include "limit/same.h"

#include "../test.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static const struct rw_same_rule twice = {2, 60000};

static enum rw_class call(struct rw_same **same, const char *e164, const struct rw_same_rule *rule,
                          uint64_t at_ms, struct rw_err *err)
{
    uint64_t number = rw_same_number(e164);
    enum rw_class class = rw_same_may(*same, number, rule, at_ms, err);

    return class == RW_OK ? rw_same_note(same, number, rule, at_ms, err) : class;
}

static void test_a_period(void **state)
{
    static const struct {
        const char *number;
        uint64_t at_ms;
        enum rw_class class;
    } calls[] = {
        {"+6591234567", 1000000, RW_OK},    {"+6591234567", 1010000, RW_OK},
        {"+6591234567", 1020000, RW_LIMIT}, {"+6591234568", 1020000, RW_OK},
        {"+6591234567", 1059999, RW_LIMIT}, {"+6591234567", 1060000, RW_OK},
        {"+6591234567", 1060001, RW_LIMIT}, {"+6591234567", 1070000, RW_OK},
        {"+6591234567", 1300000, RW_OK},    {"+6591234567", 1300000, RW_OK},
        {"+6591234567", 1300000, RW_LIMIT},
    };
    struct rw_same *same = NULL;
    struct rw_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (call(&same, calls[i].number, &twice, calls[i].at_ms, &err) != calls[i].class)
            fail_msg("call %zu", i);
    rw_same_free(same);
}

static void test_says_when(void **state)
{
    const struct rw_same_rule rule = {2, 3600000};
    struct rw_same *same = NULL;
    struct rw_err err;

    (void)state;
    assert_int_equal(call(&same, "+6591234567", &rule, 1700000000000, &err), RW_OK);
    assert_int_equal(call(&same, "+6591234567", &rule, 1700000600000, &err), RW_OK);
    assert_int_equal(call(&same, "+6591234567", &rule, 1700000700000, &err), RW_LIMIT);
    assert_string_equal(err.code, "limit.same_number");
    assert_non_null(strstr(err.message, "2023-11-14T23:13:20.000Z")); /* an hour after the first */
    assert_non_null(strstr(err.found, "2 calls to it within 3600 s"));
    rw_same_free(same);
}

static void test_forgotten(void **state)
{
    struct rw_same *same = NULL;

    (void)state;
    assert_int_equal(call(&same, "+441632960001", &twice, 1000, NULL), RW_OK);
    assert_int_equal(call(&same, "+441632960001", &twice, 1001, NULL), RW_OK);
    rw_same_forget(same, rw_same_number("+441632960001"), 1000);
    rw_same_forget(same, rw_same_number("+441632960001"), 999); /* never was */
    rw_same_forget(same, rw_same_number("+441632960002"), 1000);
    assert_int_equal(call(&same, "+441632960001", &twice, 1002, NULL), RW_OK);
    assert_int_equal(call(&same, "+441632960001", &twice, 1003, NULL), RW_LIMIT);
    rw_same_free(same);
}

/* What a restart brings back comes in any order, and there may be more of it than is kept. */
static void test_recalled(void **state)
{
    const struct rw_same_rule much = {RW_SAME_CALLS, 1000000};
    uint64_t number = rw_same_number("+441632960001");
    struct rw_same *same = NULL;

    (void)state;
    for (uint64_t i = 0; i < UINT64_C(2) * RW_SAME_CALLS; i++)
        assert_int_equal(rw_same_note(&same, number, &much, 5000 - i * 7 % 300, NULL), RW_OK);
    assert_int_equal(rw_same_may(same, number, &much, 5001, NULL), RW_LIMIT);
    assert_int_equal(rw_same_may(same, number, &much, 2000000, NULL), RW_OK);
    rw_same_free(same);
}

/* What is too old goes by itself, so that a day of many numbers does not stay for ever. */
static void test_stays_small(void **state)
{
    const struct rw_same_rule once = {1, 1000};
    struct rw_same *same = NULL;
    char e164[24];

    (void)state;
    for (unsigned i = 0; i < 100000; i++) {
        (void)snprintf(e164, sizeof(e164), "+4416329%05u", i);
        assert_int_equal(call(&same, e164, &once, 1000000 + i, NULL), RW_OK);
    }
    assert_in_range(rw_same_numbers(same), 1000, 4096);
    rw_same_free(same);
}

static void test_memory_ends(void **state)
{
    struct rw_same *same = NULL;
    long n = 0;

    (void)state;
    for (;; n++) {
        enum rw_class class;

        rw_mem_fail_after(n);
        class = call(&same, "+441632960001", &twice, 1000, NULL);
        rw_mem_fail_after(-1);
        if (class == RW_OK)
            break;
        assert_int_equal(class, RW_NO_MEMORY);
    }
    assert_true(n >= 2);
    rw_mem_fail_after(0); /* no room for the second moment: refused, and the first one stays */
    assert_int_equal(call(&same, "+441632960001", &twice, 1001, NULL), RW_NO_MEMORY);
    rw_mem_fail_after(-1);
    assert_int_equal(call(&same, "+441632960001", &twice, 1002, NULL), RW_OK);
    assert_int_equal(call(&same, "+441632960001", &twice, 1003, NULL), RW_LIMIT);
    rw_same_free(same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_period),    cmocka_unit_test(test_says_when),
        cmocka_unit_test(test_forgotten),   cmocka_unit_test(test_recalled),
        cmocka_unit_test(test_stays_small), cmocka_unit_test(test_memory_ends),
    };

    return cmocka_run_group_tests_name("limit_same", tests, NULL, NULL);
}
