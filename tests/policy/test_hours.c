#include "../test.h"
#include "zone_file.h"

#include "policy/hours.h"

static const char *const files[] = {"Singapore",  "<+08>-8",
                                    "Berlin",     "CET-1CEST,M3.5.0,M10.5.0/3",
                                    "NewYork",    "EST5EDT,M3.2.0,M11.1.0",
                                    "LosAngeles", "PST8PDT,M3.2.0,M11.1.0",
                                    "Kiritimati", "<+14>-14",
                                    NULL};

static int64_t at(int64_t year, unsigned month, unsigned day, int hour, int minute)
{
    return rw_zone_days(year, month, day) * 86400 + hour * 3600 + minute * 60;
}

static void rules_are_read(void **state)
{
    static const char *const bad[] = {"",
                                      "SG",
                                      "SG 8:00-20:00",
                                      "SG 08:00-20:60",
                                      "SG 08:00",
                                      "sg 08:00-20:00",
                                      "SGP 08:00-20:00",
                                      "SG 08:00-08:00",
                                      "SG 24:00-08:00",
                                      "SG 08:00-24:01",
                                      "SG 08:00-20:00 ",
                                      "SG  8:00-20:00",
                                      " 08:00-20:00"};
    struct rw_hours_rule rule;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (rw_hours_read(rw_slice_str(bad[i]), &rule))
            fail_msg("\"%s\" was taken", bad[i]);
    assert_true(rw_hours_read(RW_LIT("* 08:30-24:00"), &rule));
    assert_string_equal(rule.region, "*");
    assert_int_equal(rule.from_min, 510);
    assert_int_equal(rule.to_min, 1440);
}

static void a_bad_line_says_where(void **state)
{
    struct rw_arena arena;
    struct rw_hours hours;
    struct rw_err err;

    (void)state;
    rw_arena_init(&arena, 4096);
    assert_int_equal(rw_hours_compile(RW_LIT("SG 08:00-20:00\nnonsense"), &arena, &hours, &err),
                     RW_MALFORMED);
    assert_string_equal(err.code, "policy.bad_hours");
    assert_int_equal(err.offset, 15);
    assert_string_equal(err.found, "\"nonsense\"");
    assert_int_equal(rw_hours_compile(RW_LIT(""), &arena, &hours, &err), RW_OK);
    assert_int_equal(hours.count, 0);
    rw_arena_done(&arena);
}

/* opens_s 0 with closed: never. */
static void clocks_decide(void **state)
{
    const struct {
        const char *rules, *region, *zones;
        int64_t now_s;
        int kind;
        int64_t opens_s;
        const char *zone;
    } table[] = {
        {"SG 08:00-20:00", "SG", "Singapore", at(2026, 11, 26, 0, 0), RW_HOURS_ALLOWED, 0, ""},
        {"SG 08:00-20:00", "SG", "Singapore", at(2026, 11, 26, 0, 0) - 1, RW_HOURS_CLOSED,
         at(2026, 11, 26, 0, 0), "Singapore"},
        {"SG 08:00-20:00", "SG", "Singapore", at(2026, 11, 26, 12, 0) - 1, RW_HOURS_ALLOWED, 0, ""},
        {"SG 08:00-20:00", "SG", "Singapore", at(2026, 11, 26, 12, 0), RW_HOURS_CLOSED,
         at(2026, 11, 27, 0, 0), "Singapore"},
        /* no rule for the region, one for every region, the region's own before it */
        {"SG 08:00-20:00", "DE", "Berlin", at(2026, 11, 26, 2, 0), RW_HOURS_ALLOWED, 0, ""},
        {"* 08:00-20:00", "DE", "Berlin", at(2026, 11, 26, 2, 0), RW_HOURS_CLOSED,
         at(2026, 11, 26, 7, 0), "Berlin"},
        {"* 08:00-20:00\nDE 00:00-24:00", "DE", "Berlin", at(2026, 11, 26, 2, 0), RW_HOURS_ALLOWED,
         0, ""},
        /* a pause at noon; over midnight */
        {"SG 08:00-12:00\nSG 14:00-18:00", "SG", "Singapore", at(2026, 11, 26, 4, 30),
         RW_HOURS_CLOSED, at(2026, 11, 26, 6, 0), "Singapore"},
        {"SG 20:00-02:00", "SG", "Singapore", at(2026, 11, 26, 17, 59), RW_HOURS_ALLOWED, 0, ""},
        {"SG 20:00-02:00", "SG", "Singapore", at(2026, 11, 26, 18, 0), RW_HOURS_CLOSED,
         at(2026, 11, 27, 12, 0), "Singapore"},
        /* several zones: allowed in all of them or not at all */
        {"US 08:00-20:00", "US", "NewYork,LosAngeles", at(2026, 7, 1, 14, 0), RW_HOURS_CLOSED,
         at(2026, 7, 1, 15, 0), "LosAngeles"},
        {"US 08:00-20:00", "US", "NewYork,LosAngeles", at(2026, 7, 1, 15, 0), RW_HOURS_ALLOWED, 0,
         ""},
        {"US 08:00-20:00", "US", "NewYork,LosAngeles", at(2026, 7, 2, 0, 0), RW_HOURS_CLOSED,
         at(2026, 7, 2, 15, 0), "NewYork"},
        {"US 08:00-10:00", "US", "NewYork,LosAngeles", at(2026, 7, 1, 12, 0), RW_HOURS_CLOSED, 0,
         "LosAngeles"},
        /* Berlin 29 March: 02:00 becomes 03:00, so 02:30 never comes and 03:00 comes an hour early */
        {"DE 02:30-04:00", "DE", "Berlin", at(2026, 3, 29, 0, 59), RW_HOURS_CLOSED,
         at(2026, 3, 29, 1, 0), "Berlin"},
        {"DE 08:00-20:00", "DE", "Berlin", at(2026, 3, 28, 20, 0), RW_HOURS_CLOSED,
         at(2026, 3, 29, 6, 0), "Berlin"},
        /* 25 October: 03:00 becomes 02:00, so 02:30 comes twice and so does its end */
        {"DE 02:30-02:45", "DE", "Berlin", at(2026, 10, 25, 0, 30), RW_HOURS_ALLOWED, 0, ""},
        {"DE 02:30-02:45", "DE", "Berlin", at(2026, 10, 25, 0, 45), RW_HOURS_CLOSED,
         at(2026, 10, 25, 1, 30), "Berlin"},
        {"DE 02:30-02:45", "DE", "Berlin", at(2026, 10, 25, 1, 30), RW_HOURS_ALLOWED, 0, ""},
        {"DE 08:00-20:00", "DE", "Berlin", at(2026, 10, 24, 19, 0), RW_HOURS_CLOSED,
         at(2026, 10, 25, 7, 0), "Berlin"},
        /* the other end of the world is a day ahead */
        {"KI 09:00-10:00", "KI", "Kiritimati", at(2026, 11, 25, 19, 30), RW_HOURS_ALLOWED, 0, ""},
        /* what is not known is not allowed */
        {"* 08:00-20:00", "", "", at(2026, 11, 26, 10, 0), RW_HOURS_NO_ZONE, 0, ""},
        {"* 08:00-20:00", "XX", "Nowhere", at(2026, 11, 26, 10, 0), RW_HOURS_NO_ZONE, 0, "Nowhere"},
        {"US 08:00-20:00", "US", "NewYork,Nowhere", at(2026, 7, 1, 2, 0), RW_HOURS_NO_ZONE, 0,
         "Nowhere"},
        {"SG 08:00-20:00", "", "", at(2026, 11, 26, 2, 0), RW_HOURS_ALLOWED, 0, ""},
    };
    const char *directory = zone_directory(files);
    struct rw_zones *zones;

    (void)state;
    assert_int_equal(rw_zones_new(&zones, directory, NULL), RW_OK);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_hours_verdict verdict;
        struct rw_arena arena;
        struct rw_hours hours;

        rw_arena_init(&arena, 4096);
        assert_int_equal(rw_hours_compile(rw_slice_str(table[i].rules), &arena, &hours, NULL),
                         RW_OK);
        rw_hours_judge(&hours, table[i].region, table[i].zones, zones, table[i].now_s, &verdict);
        if ((int)verdict.kind != table[i].kind || verdict.opens_s != table[i].opens_s)
            fail_msg("%zu: %s: kind %d, opens %lld and not %lld", i, table[i].rules,
                     (int)verdict.kind, (long long)verdict.opens_s, (long long)table[i].opens_s);
        assert_true(rw_slice_eq(verdict.zone, rw_slice_str(table[i].zone)));
        rw_arena_done(&arena);
    }
    rw_zones_free(zones);
    zone_directory_remove(directory, files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_read),
        cmocka_unit_test(a_bad_line_says_where),
        cmocka_unit_test(clocks_decide),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
