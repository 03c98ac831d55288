#include "../test.h"

#include "base/mem.h"
#include "spend/caps.h"

static void caps_are_read(void **state)
{
    static const char *const bad[] = {"",
                                      "tenant",
                                      "tenant * day",
                                      "tenant * day x",
                                      "tenant a day 1",
                                      "group * day 1",
                                      "client * year 1",
                                      "client  day 1",
                                      "client * day 1 ",
                                      "client * day -1"};
    struct rw_cap cap;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (rw_cap_read(rw_slice_str(bad[i]), &cap))
            fail_msg("\"%s\" was taken", bad[i]);
    assert_true(rw_cap_read(RW_LIT("client 0190 month 12.50"), &cap));
    assert_int_equal(cap.scope, RW_CAP_CLIENT);
    assert_int_equal(cap.period, RW_CAP_MONTH);
    assert_int_equal(cap.limit_micro, 12500000);
    assert_string_equal(cap.subject, "0190");
}

static void a_bad_line_says_where(void **state)
{
    struct rw_arena arena;
    struct rw_caps caps;
    struct rw_err err;

    (void)state;
    rw_arena_init(&arena, 16384);
    assert_int_equal(rw_caps_compile(RW_LIT("tenant * day 1\nmore"), &arena, &caps, &err),
                     RW_MALFORMED);
    assert_string_equal(err.code, "spend.bad_cap");
    assert_int_equal(err.offset, 15);
    rw_mem_fail_after(0);
    assert_int_equal(rw_caps_compile(RW_LIT("tenant * day 1"), &arena, &caps, &err), RW_OK);
    rw_mem_fail_after(-1);
    rw_arena_done(&arena);
    rw_arena_init(&arena, 16);
    assert_int_equal(rw_caps_compile(RW_LIT("tenant * day 1"), &arena, &caps, &err), RW_NO_MEMORY);
    rw_arena_done(&arena);
}

static void a_call_counts_where_it_belongs(void **state)
{
    struct rw_account accounts[RW_CAPS_A_CALL];
    struct rw_arena arena;
    struct rw_caps caps;

    (void)state;
    rw_arena_init(&arena, 16384);
    assert_int_equal(rw_caps_compile(RW_LIT("client * day 5\nclient c2 day 50\ntenant * month 100\n"
                                            "user u1 day 1"),
                                     &arena, &caps, NULL),
                     RW_OK);
    /* 2026-11-26 12:00 UTC */
    assert_int_equal(rw_caps_of_call(&caps, "c1", "u1", NULL, 1795694400000, accounts), 3);
    assert_string_equal(accounts[0].name, "tenant * 2026-11");
    assert_int_equal(accounts[0].limit_micro, 100000000);
    assert_int_equal(accounts[0].ends_ms, 1796083200000); /* 1 December */
    assert_string_equal(accounts[1].name, "client c1 2026-11-26");
    assert_int_equal(accounts[1].limit_micro, 5000000);
    assert_int_equal(accounts[1].ends_ms, 1795737600000);
    assert_string_equal(accounts[2].name, "user u1 2026-11-26");
    /* its own cap stands in the stead of everybody's */
    assert_int_equal(rw_caps_of_call(&caps, "c2", NULL, NULL, 1795694400000, accounts), 2);
    assert_int_equal(accounts[1].limit_micro, 50000000);
    assert_int_equal(rw_caps_of_call(&caps, NULL, "u2", NULL, 1795694400000, accounts), 1);
    rw_arena_done(&arena);
}

/* Periods are those of the zone's clock, through a change of it. */
static void days_are_the_zones(void **state)
{
    static const struct rw_zone berlin = {
        .has_rule = true,
        .has_summer = true,
        .standard_s = 3600,
        .summer_s = 7200,
        .begin = {RW_ZONE_WEEKDAY, 0, 3, 5, 7200},
        .end = {RW_ZONE_WEEKDAY, 0, 10, 5, 10800},
    };
    static const struct {
        uint64_t now_s;
        enum rw_cap_period period;
        const char *name;
        uint64_t ends_s;
    } table[] = {
        {1774738800 - 1, RW_CAP_DAY, "tenant * 2026-03-28", 1774738800}, /* 28 March 23:00 UTC */
        {1774738800, RW_CAP_DAY, "tenant * 2026-03-29", 1774821600},     /* a day of 23 hours */
        {1792879200, RW_CAP_DAY, "tenant * 2026-10-25", 1792969200},     /* and one of 25 */
        {1798757999, RW_CAP_MONTH, "tenant * 2026-12", 1798758000},
        {1798758000, RW_CAP_MONTH, "tenant * 2027-01", 1801436400},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        const struct rw_cap cap = {RW_CAP_TENANT, table[i].period, 1, "*"};
        struct rw_account account;

        rw_cap_account(&cap, "*", &berlin, table[i].now_s * 1000, &account);
        assert_string_equal(account.name, table[i].name);
        assert_int_equal(account.ends_ms, table[i].ends_s * 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(caps_are_read),
        cmocka_unit_test(a_bad_line_says_where),
        cmocka_unit_test(a_call_counts_where_it_belongs),
        cmocka_unit_test(days_are_the_zones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
