#include "../test.h"
#include "zone_file.h"

#include "base/mem.h"
#include "policy/zones.h"

#include <stdlib.h>

#define H 3600

/* 2026-03-08 10:00 UTC and the like, as seconds. */
static int64_t at(int64_t year, unsigned month, unsigned day, int hour, int minute)
{
    return rw_zone_days(year, month, day) * 86400 + hour * H + minute * 60;
}

static void dates_and_days(void **state)
{
    static const struct {
        int64_t year;
        unsigned month, day;
        int64_t days;
    } table[] = {{1970, 1, 1, 0},       {1969, 12, 31, -1},  {2000, 2, 29, 11016},
                 {2026, 11, 26, 20783}, {2100, 3, 1, 47541}, {1600, 1, 1, -135140}};

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        int64_t year;
        unsigned month, day;

        assert_int_equal(rw_zone_days(table[i].year, table[i].month, table[i].day), table[i].days);
        rw_zone_date(table[i].days, &year, &month, &day);
        assert_int_equal(year, table[i].year);
        assert_int_equal(month, table[i].month);
        assert_int_equal(day, table[i].day);
    }
}

static void parse_rule(const char *rule, struct rw_arena *arena, struct rw_zone *zone)
{
    char bytes[512];
    size_t n = zone_file(bytes, sizeof(bytes), 0, NULL, 0, rule);

    assert_int_equal(rw_zone_parse((struct rw_slice){bytes, n}, arena, zone, NULL), RW_OK);
}

static void rules_say_when_clocks_change(void **state)
{
    const struct {
        const char *rule;
        int64_t at_s;
        int32_t offset_s;
        int64_t until_s; /* 0 = never */
    } table[] = {
        {"<+08>-8", at(2026, 11, 26, 0, 0), 8 * H, 0},
        /* New York: the second before and the second of both changes of 2026 */
        {"EST5EDT,M3.2.0,M11.1.0", at(2026, 3, 8, 7, 0) - 1, -5 * H, at(2026, 3, 8, 7, 0)},
        {"EST5EDT,M3.2.0,M11.1.0", at(2026, 3, 8, 7, 0), -4 * H, at(2026, 11, 1, 6, 0)},
        {"EST5EDT,M3.2.0,M11.1.0", at(2026, 11, 1, 6, 0) - 1, -4 * H, at(2026, 11, 1, 6, 0)},
        {"EST5EDT,M3.2.0,M11.1.0", at(2026, 11, 1, 6, 0), -5 * H, at(2027, 3, 14, 7, 0)},
        /* Sydney: summer reaches over the new year */
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", at(2027, 1, 1, 0, 0), 11 * H, at(2027, 4, 3, 16, 0)},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", at(2027, 7, 1, 0, 0), 10 * H, at(2027, 10, 2, 16, 0)},
        /* Dublin: "summer" is what stands before, and lies behind */
        {"IST-1GMT0,M10.5.0,M3.5.0/1", at(2026, 7, 1, 0, 0), 1 * H, at(2026, 10, 25, 1, 0)},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", at(2026, 12, 1, 0, 0), 0, at(2027, 3, 28, 1, 0)},
        /* Nuuk: a change on the day before, Troll: by two hours */
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", at(2026, 3, 29, 1, 0) - 1, -2 * H,
         at(2026, 3, 29, 1, 0)},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", at(2026, 3, 29, 1, 0), -1 * H, at(2026, 10, 25, 1, 0)},
        {"<+00>0<+02>-2,M3.5.0/1,M10.5.0/3", at(2026, 6, 1, 0, 0), 2 * H, at(2026, 10, 25, 1, 0)},
        /* half hours, days of the year with and without 29 February */
        {"ACST-9:30ACDT,J60/2,J300", at(2028, 3, 1, 0, 0), 10 * H + 1800, 0},
        {"AAA3BBB,59/0,J300/0", at(2028, 2, 29, 3, 0), -2 * H, 0},
        {"AAA3BBB,59/0,J300/0", at(2028, 2, 29, 3, 0) - 1, -3 * H, at(2028, 2, 29, 3, 0)},
        /* summer for ever, RFC 8536 */
        {"XXX3EDT4,0/0,J365/23", at(2026, 1, 1, 3, 0), -4 * H, 0},
        {"XXX3EDT4,0/0,J365/23", at(2026, 12, 31, 23, 59), -4 * H, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_zone zone;
        struct rw_arena arena;
        int64_t until;

        rw_arena_init(&arena, 4096);
        parse_rule(table[i].rule, &arena, &zone);
        if (rw_zone_offset(&zone, table[i].at_s, &until) != table[i].offset_s)
            fail_msg("%s at %lld: %d", table[i].rule, (long long)table[i].at_s,
                     rw_zone_offset(&zone, table[i].at_s, NULL));
        if (table[i].until_s)
            assert_int_equal(until, table[i].until_s);
        rw_arena_done(&arena);
    }
}

static void transitions_come_before_the_rule(void **state)
{
    const struct zone_change changes[] = {{at(2000, 1, 1, 0, 0), 3 * H},
                                          {at(2024, 2, 29, 18, 0), 5 * H},
                                          {at(2025, 1, 1, 0, 0), 6 * H}};
    char bytes[512];
    struct rw_zone zone;
    struct rw_arena arena;
    int64_t until;
    size_t n = zone_file(bytes, sizeof(bytes), 2 * H, changes, 3, "<+07>-7");

    (void)state;
    rw_arena_init(&arena, 4096);
    assert_int_equal(rw_zone_parse((struct rw_slice){bytes, n}, &arena, &zone, NULL), RW_OK);
    assert_int_equal(zone.count, 2); /* of before 2020 only the last is of use */
    assert_int_equal(rw_zone_offset(&zone, at(2023, 1, 1, 0, 0), &until), 3 * H);
    assert_int_equal(until, changes[1].at_s);
    assert_int_equal(rw_zone_offset(&zone, changes[1].at_s, &until), 5 * H);
    assert_int_equal(until, changes[2].at_s);
    assert_int_equal(rw_zone_offset(&zone, changes[2].at_s, NULL), 7 * H);
    assert_int_equal(rw_zone_minute(&zone, at(2026, 1, 1, 20, 30)), 3 * 60 + 30);
    rw_arena_done(&arena);
}

static void what_is_no_zone_is_refused(void **state)
{
    static const char *const rules[] = {"EST",
                                        "E5",
                                        "<+08-8",
                                        "EST5EDT,M3.2.0",
                                        "EST5EDT,M13.2.0,M11.1.0",
                                        "EST25",
                                        "EST5:60",
                                        "EST5EDT,J0,J1",
                                        "EST5EDT,M3.2.0,M11.1.7",
                                        "EST5EDT,M3.2.0,M11.1.0/168",
                                        "EST5EDT,M3.2.0,M11.1.0 "};
    char bytes[512];
    struct rw_zone zone;
    struct rw_arena arena;
    struct rw_err err;
    size_t n;

    (void)state;
    rw_arena_init(&arena, 1u << 16);
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        n = zone_file(bytes, sizeof(bytes), 0, NULL, 0, rules[i]);
        assert_int_equal(rw_zone_parse((struct rw_slice){bytes, n}, &arena, &zone, &err),
                         RW_MALFORMED);
        assert_string_equal(err.code, "policy.bad_zone");
    }
    n = zone_file(bytes, sizeof(bytes), 0, NULL, 0, "EST5EDT,M3.2.0,M11.1.0");
    for (size_t cut = 0; cut < n; cut++) /* every beginning of a sound file */
        assert_int_equal(rw_zone_parse((struct rw_slice){bytes, cut}, &arena, &zone, NULL),
                         RW_MALFORMED);
    rw_arena_done(&arena);
}

static const char *const files[] = {"Somewhere", "<+08>-8", "Broken", "nonsense", NULL};

static void zones_are_read_once(void **state)
{
    const char *directory = zone_directory(files);
    const struct rw_zone *zone;
    struct rw_zones *zones;

    (void)state;
    assert_int_equal(rw_zones_new(&zones, directory, NULL), RW_OK);
    zone = rw_zones_get(zones, RW_LIT("Somewhere"));
    assert_non_null(zone);
    assert_int_equal(rw_zone_offset(zone, 1800000000, NULL), 8 * H);
    assert_null(rw_zones_get(zones, RW_LIT("Broken")));
    assert_null(rw_zones_get(zones, RW_LIT("Nowhere")));
    assert_null(rw_zones_get(zones, RW_LIT("../../etc/passwd")));
    assert_null(rw_zones_get(zones, RW_LIT("/etc/passwd")));
    assert_null(rw_zones_get(zones, RW_LIT("")));
    zone_directory_remove(directory, files);
    assert_ptr_equal(rw_zones_get(zones, RW_LIT("Somewhere")), zone);
    assert_null(rw_zones_get(zones, RW_LIT("Broken")));
    rw_zones_free(zones);
    rw_zones_free(NULL);
}

static void memory_may_be_out(void **state)
{
    const struct zone_change changes[] = {{at(2024, 2, 29, 18, 0), 5 * H}};
    char bytes[512];
    size_t n = zone_file(bytes, sizeof(bytes), 2 * H, changes, 1, "<+07>-7");
    enum rw_class class = RW_NO_MEMORY;
    long live = rw_mem_live();

    (void)state;
    for (long i = 0; class != RW_OK; i++) {
        struct rw_arena arena;
        struct rw_zone zone;
        struct rw_err err;

        assert_true(i < 10);
        rw_arena_init(&arena, 4096);
        rw_mem_fail_after(i);
        class = rw_zone_parse((struct rw_slice){bytes, n}, &arena, &zone, &err);
        rw_mem_fail_after(-1);
        assert_true(class == RW_OK || class == RW_NO_MEMORY);
        rw_arena_done(&arena);
    }
    assert_int_equal(rw_mem_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_and_days),
        cmocka_unit_test(rules_say_when_clocks_change),
        cmocka_unit_test(transitions_come_before_the_rule),
        cmocka_unit_test(what_is_no_zone_is_refused),
        cmocka_unit_test(zones_are_read_once),
        cmocka_unit_test(memory_may_be_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
