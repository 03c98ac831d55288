#include "../test.h"

#include "route/numberplan.h"

#include <string.h>

static void plans_class_numbers(void **state)
{
    static const struct {
        const char *type, *match, *digits;
        bool matches;
    } table[] = {
        {"digitLength", "10-11", "6591234567", true},
        {"digitLength", "11-15", "6591234567", false},
        {"intraCountryCode", "65", "6591234567", true},
        {"intraCountryCode", "66", "6591234567", false},
        {"intraCountryCode", "65", "6", false},
        {"interCountryCode", "65", "6591234567", false},
        {"interCountryCode", "66", "6591234567", true},
        {"numberList", "+6591234567", "6591234567", true},
        {"numberList", "+6591234500-+6591234599", "6591234500", true},
        {"numberList", "+6591234500-+6591234599", "6591234599", true},
        {"numberList", "+6591234500-+6591234599", "6591234600", false},
        {"numberList", "+6591234500-+6591234599", "65912345", false},
        {"numberList", "+81,+6591234500-+6591234599,+44", "6591234512", true},
        {"numberList", "+81,+44", "44", true},
        {"numberList", "", "44", false},
        {"regex", "^\\+65", "6591234567", true},
        {"regex", "^65", "6591234567", false},
        {"regex", "(", "6591234567", false}, /* never written, and matches nothing */
    };

    struct rw_arena arena;

    (void)state;
    rw_arena_init(&arena, 1u << 20);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_row_number_plan row = {.match_type = table[i].type, .match = table[i].match};
        struct rw_number_plan *plan;

        assert_int_equal(rw_number_plans_make(&row, 1, &arena, &plan, NULL), RW_OK);
        assert_int_equal(rw_number_plan_matches(plan, rw_slice_str(table[i].digits)),
                         table[i].matches);
    }
    rw_arena_done(&arena);
}

/* The first matching plan of the route's site decides, though a later one would let the number pass. */
static void routes_take_classes(void **state)
{
    static const struct rw_row_number_plan rows[] = {
        {.site_id = "other", .match_type = "digitLength", .match = "1-15", .classification = "X"},
        {.site_id = "s", .match_type = "intraCountryCode", .match = "65", .classification = "Near"},
        {.site_id = "s", .match_type = "digitLength", .match = "1-15", .classification = "Far"},
    };
    struct rw_row_route route = {.site_id = "s", .classifications = ""};
    struct rw_number_plan *plans;
    struct rw_arena arena;

    (void)state;
    rw_arena_init(&arena, 1u << 16);
    assert_int_equal(rw_number_plans_make(rows, 3, &arena, &plans, NULL), RW_OK);
    assert_true(rw_route_takes(&route, NULL, 0, RW_LIT("6591234567")));
    route.classifications = "X\nFar";
    assert_false(rw_route_takes(&route, plans, 3, RW_LIT("6591234567")));
    assert_true(rw_route_takes(&route, plans, 3, RW_LIT("442079460000")));
    assert_false(rw_route_takes(&route, NULL, 0, RW_LIT("442079460000")));
    route.classifications = "Nearer\nNear";
    assert_true(rw_route_takes(&route, plans, 3, RW_LIT("6591234567")));
    rw_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_class_numbers),
        cmocka_unit_test(routes_take_classes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
