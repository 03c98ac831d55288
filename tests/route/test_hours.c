#include "../policy/zone_file.h"
#include "../test.h"

#include "base/clock.h"
#include "route/hours.h"

#include <string.h>

/* Zones by their rules, so that nothing depends on the machine's. */
static const char *const names_and_rules[] = {
    "Singapore", "<+08>-8", "York", "EST5EDT,M3.2.0,M11.1.0", "London", "GMT0BST,M3.5.0/1,M10.5.0",
    NULL};

static struct rw_zones *zones;
static struct rw_arena arena;
static const char *directory;

static int setup(void **state)
{
    (void)state;
    rw_arena_init(&arena, 1u << 20);
    directory = zone_directory(names_and_rules);
    return rw_zones_new(&zones, directory, NULL) == RW_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    rw_zones_free(zones);
    rw_arena_done(&arena);
    zone_directory_remove(directory, names_and_rules);
    return 0;
}

static int64_t at(const char *time)
{
    int64_t ms;

    if (!rw_time_read(rw_slice_str(time), &ms))
        fail_msg("%s is no time", time);
    return ms / 1000;
}

#define OFFICE "Singapore,1 09:00:00-18:00:00,5 09:00:00-18:00:00"
#define NIGHT "York,6 22:00:00-06:00:00,7 22:00:00-06:00:00"

/* 23 November 2026 is a Monday. */
static void a_route_is_open_by_the_clock_there(void **state)
{
    static const struct {
        const char *hours, *time;
        bool open;
    } table[] = {
        {OFFICE, "2026-11-23T09:00:00+08:00", true},
        {OFFICE, "2026-11-23T08:59:59+08:00", false},
        {OFFICE, "2026-11-23T17:59:59+08:00", true},
        {OFFICE, "2026-11-23T18:00:00+08:00", false},
        {OFFICE, "2026-11-24T10:00:00+08:00", false},
        {OFFICE, "2026-11-27T10:00:00+08:00", true},
        {OFFICE, "2026-11-23T01:00:00Z", true},
        {OFFICE, "2026-11-22T23:00:00Z", false},     /* Monday 07:00 there */
        {OFFICE, "1969-12-26T10:00:00+08:00", true}, /* a Friday */
        /* over midnight, and over the end of the week */
        {NIGHT, "2026-11-28T22:00:00-05:00", true},
        {NIGHT, "2026-11-29T05:59:59-05:00", true},
        {NIGHT, "2026-11-29T06:00:00-05:00", false},
        {NIGHT, "2026-11-30T05:59:59-05:00", true},
        {NIGHT, "2026-11-30T22:00:00-05:00", false},
        {NIGHT, "2026-11-28T05:00:00-05:00", false},
        /* whole days */
        {"London,7 00:00:00-24:00:00", "2026-11-22T00:00:00Z", true},
        {"London,7 00:00:00-24:00:00", "2026-11-22T23:59:59Z", true},
        {"London,7 00:00:00-24:00:00", "2026-11-23T00:00:00Z", false},
        {"London,7 12:00:00-00:00:00", "2026-11-22T23:59:59Z", true},
        {"London,7 12:00:00-00:00:00", "2026-11-23T00:00:00Z", false},
        /* clocks put forward at 01:00 UTC on 29 March 2026, back on 25 October: 09:00 stays 09:00 */
        {"London,1 09:00:00-10:00:00", "2026-03-23T09:30:00Z", true},
        {"London,1 09:00:00-10:00:00", "2026-03-30T09:30:00Z", false},
        {"London,1 09:00:00-10:00:00", "2026-03-30T08:30:00Z", true},
        {"London,1 09:00:00-10:00:00", "2026-10-26T09:30:00Z", true},
        /* the hour that is skipped is never, the one that is repeated is met twice */
        {"London,7 01:00:00-02:00:00", "2026-03-29T00:59:59Z", false},
        {"London,7 01:00:00-02:00:00", "2026-03-29T01:00:00Z", false},
        {"London,7 01:00:00-02:00:00", "2026-10-25T00:30:00Z", true},
        {"London,7 01:00:00-02:00:00", "2026-10-25T01:30:00Z", true},
        {"London,7 01:00:00-02:00:00", "2026-10-25T02:00:00Z", false},
        /* America on another Sunday */
        {"York,1 09:00:00-10:00:00", "2026-03-09T13:30:00Z", true},
        {"York,1 09:00:00-10:00:00", "2026-03-02T14:30:00Z", true},
        {"York,1 09:00:00-10:00:00", "2026-11-02T14:30:00Z", true},
        /* never */
        {"Atlantis,1 00:00:00-24:00:00", "2026-11-23T09:00:00Z", false},
        {"London", "2026-11-23T09:00:00Z", false},
        {"London,1 nonsense", "2026-11-23T09:00:00Z", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        const struct rw_route_hours *hours;

        assert_int_equal(rw_route_hours_read(table[i].hours, zones, &arena, &hours, NULL), RW_OK);
        if (rw_route_hours_open(hours, at(table[i].time)) != table[i].open)
            fail_msg("%s at %s", table[i].hours, table[i].time);
    }
}

static void what_is_closed_says_when_it_opens(void **state)
{
    static const struct {
        const char *hours, *time, *text;
    } table[] = {
        {OFFICE, "2026-11-23T18:00:00+08:00",
         "it is Mon 18:00 in Singapore, and it opens Fri 09:00"},
        {OFFICE, "2026-11-28T00:00:00+08:00",
         "it is Sat 00:00 in Singapore, and it opens Mon 09:00"},
        {OFFICE, "2026-11-23T08:59:59+08:00",
         "it is Mon 08:59 in Singapore, and it opens Mon 09:00"},
        {NIGHT, "2026-11-30T12:00:00-05:00", "it is Mon 12:00 in York, and it opens Sat 22:00"},
        {"London,7 12:00:00-00:00:00", "2026-07-01T12:00:00Z",
         "it is Wed 13:00 in London, and it opens Sun 12:00"},
        {"London", "2026-11-23T09:00:00Z", "it is Mon 09:00 in London"},
        {"Atlantis,1 00:00:00-24:00:00", "2026-11-23T09:00:00Z",
         "no time zone here is called Atlantis"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        const struct rw_route_hours *hours;
        char text[100];

        assert_int_equal(rw_route_hours_read(table[i].hours, zones, &arena, &hours, NULL), RW_OK);
        rw_route_hours_say(hours, at(table[i].time), text, sizeof(text));
        assert_string_equal(text, table[i].text);
    }
}

static void times_and_slots_are_read(void **state)
{
    static const struct {
        const char *text;
        int seconds; /* -1: it is none */
    } times[] = {
        {"00:00", 0},        {"09:30", 34200}, {"23:59:59", 86399}, {"24:00", 86400},
        {"24:00:00", 86400}, {"24:01", -1},    {"9:30", -1},        {"09:60", -1},
        {"09:30:60", -1},    {"09.30", -1},    {"09:30 ", -1},      {"", -1},
        {"09:30:1", -1},     {"-9:30", -1},    {"99:99", -1},
    };
    static const char *const none[] = {
        "",
        "1",
        "0 09:00-10:00",
        "8 09:00-10:00",
        "1 09:00-09:00",
        "1 24:00-10:00",
        "109:00-10:00",
        "1 09:00",
        "1 09:00-",
        "1 -10:00",
        "1-",
    };
    struct rw_route_slot slot = {.day = 77};

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        uint32_t seconds = 77;
        char again[RW_ROUTE_TIME_TEXT];

        assert_int_equal(rw_route_time_read(rw_slice_str(times[i].text), &seconds),
                         times[i].seconds >= 0);
        if (times[i].seconds < 0)
            continue;
        assert_int_equal(seconds, times[i].seconds);
        rw_route_time_write(seconds, again);
        assert_int_equal(strncmp(again, times[i].text, strlen(times[i].text)), 0);
    }
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        assert_false(rw_route_slot_read(rw_slice_str(none[i]), &slot));
    assert_int_equal(slot.day, 77);
    assert_true(rw_route_slot_read(RW_LIT("7 22:00-06:00:01"), &slot));
    assert_int_equal(slot.day, 7);
    assert_int_equal(slot.start_s, 79200);
    assert_int_equal(slot.stop_s, 21601);
}

static void memory_may_run_out(void **state)
{
    const struct rw_route_hours *hours = NULL;
    struct rw_arena small;

    (void)state;
    for (size_t room = 0; room < 4096; room += 16) {
        enum rw_class rc;

        rw_arena_init(&small, room);
        rc = rw_route_hours_read(OFFICE, zones, &small, &hours, NULL);
        assert_true(rc == RW_OK || (rc == RW_NO_MEMORY && !hours));
        rw_arena_done(&small);
        if (rc == RW_OK)
            return;
    }
    fail();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_is_open_by_the_clock_there),
        cmocka_unit_test(what_is_closed_says_when_it_opens),
        cmocka_unit_test(times_and_slots_are_read),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
