#include "../test.h"

#include "route/decide.h"

#include <string.h>

#define WAY(id_, prefix_, priority_)                                                               \
    {                                                                                              \
        .prefix = prefix_, .trunk_id = "t", .route = &(const struct rw_row_route)                  \
        {                                                                                          \
            .id = id_, .priority = priority_                                                       \
        }                                                                                          \
    }

static struct rw_route_way routes[] = {
    WAY("5", "6591", 2), WAY("1", "", 9),     WAY("4", "6591", 1), WAY("2", "65", 7),
    WAY("3", "659", 0),  WAY("6", "6591", 2), WAY("7", "44", 0),   WAY("8", "6", 0),
};
#define ROUTES (sizeof(routes) / sizeof(*routes))

static void the_longest_prefix_comes_first(void **state)
{
    static const struct {
        const char *digits, *order;
    } table[] = {
        {"6591234567", "4563281"}, {"6581234567", "281"}, {"442071234567", "71"},
        {"61212345678", "81"},     {"12025550123", "1"},  {"6", "81"},
        {"6591", "4563281"},
    };

    (void)state;
    rw_route_sort(routes, ROUTES);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_route_cursor cursor = {.started = false};
        const struct rw_route_way *way;
        char order[16] = "";

        while ((way = rw_route_next(routes, ROUTES, rw_slice_str(table[i].digits), &cursor)))
            strcat(order, way->route->id);
        assert_string_equal(order, table[i].order);
        assert_null(rw_route_next(routes, ROUTES, rw_slice_str(table[i].digits), &cursor));
    }
}

static void without_routes_there_is_none(void **state)
{
    struct rw_route_cursor cursor = {.started = false};

    (void)state;
    rw_route_sort(NULL, 0);
    assert_null(rw_route_next(NULL, 0, RW_LIT("6591234567"), &cursor));
    cursor = (struct rw_route_cursor){.started = false};
    rw_route_sort(routes, ROUTES);
    assert_null(rw_route_next(routes + 1, ROUTES - 1, RW_LIT("12025550123"), &cursor));
}

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
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        assert_int_equal(
            rw_route_plan_matches(
                &(struct rw_row_number_plan){.match_type = table[i].type, .match = table[i].match},
                rw_slice_str(table[i].digits)),
            table[i].matches);
}

/* The first matching plan of the route's site decides, though a later one would let the number pass. */
static void routes_take_classes(void **state)
{
    static const struct rw_row_number_plan plans[] = {
        {.site_id = "other", .match_type = "digitLength", .match = "1-15", .classification = "X"},
        {.site_id = "s", .match_type = "intraCountryCode", .match = "65", .classification = "Near"},
        {.site_id = "s", .match_type = "digitLength", .match = "1-15", .classification = "Far"},
    };
    struct rw_row_route route = {.site_id = "s", .classifications = ""};

    (void)state;
    assert_true(rw_route_takes(&route, NULL, 0, RW_LIT("6591234567")));
    route.classifications = "X\nFar";
    assert_false(rw_route_takes(&route, plans, 3, RW_LIT("6591234567")));
    assert_true(rw_route_takes(&route, plans, 3, RW_LIT("442079460000")));
    assert_false(rw_route_takes(&route, NULL, 0, RW_LIT("442079460000")));
    route.classifications = "Nearer\nNear";
    assert_true(rw_route_takes(&route, plans, 3, RW_LIT("6591234567")));
}

#define NUMBER(id_, e164_, state_, allowed, owner)                                                 \
    {                                                                                              \
        .id = id_, .e164 = e164_, .state = state_, .outbound_allowed = allowed,                    \
        .owner_user_id = owner                                                                     \
    }

static const struct rw_row_number numbers[] = {
    NUMBER("12345-abcde-67890", "+6534567890", "active", true, "ann"),
    NUMBER("off", "+6534567891", "inactive", true, "bob"),
    NUMBER("inside", "+6534567892", "active", false, "bob"),
    NUMBER("main-line", "+442071234567", "active", true, NULL),
};

static const char *id_of(const struct rw_row_number *number)
{
    return number ? number->id : "-";
}

static void the_default_number_is_the_only_one(void **state)
{
    (void)state;
    assert_string_equal(id_of(rw_route_default_number(numbers, 4, "ann")), "12345-abcde-67890");
    assert_string_equal(id_of(rw_route_default_number(numbers, 4, "bob")), "-");
    assert_string_equal(id_of(rw_route_default_number(numbers, 4, NULL)), "-");
    assert_string_equal(id_of(rw_route_default_number(numbers, 3, "bob")), "12345-abcde-67890");
    assert_string_equal(id_of(rw_route_default_number(numbers + 1, 2, "bob")), "-");
    assert_string_equal(id_of(rw_route_default_number(NULL, 0, "bob")), "-");
}

static void near_numbers_and_ids_are_found(void **state)
{
    static const struct {
        const char *written, *near;
    } ids[] = {
        {"12345-abcde-67891", "12345-abcde-67890"},
        {"12345-ABCDE-67890", "12345-abcde-67890"},
        {"1234-abcde-6789", "12345-abcde-67890"},
        {"21354-bacde-67890", "12345-abcde-67890"}, /* three swaps are three slips */
        {"amni-lien", "main-line"},
        {"mainline", "main-line"},
        {"main_line", "main-line"},
        {"of", "-"},
        {"some-other-thing", "-"},
        {"", "-"},
        {"12345-abcde-6789012345-abcde-6789012345-abcde-6789012345-abcde-67", "-"},
    };

    (void)state;
    assert_string_equal(id_of(rw_route_nearest_number(numbers, 4, RW_LIT("+6534567899"))),
                        "12345-abcde-67890");
    assert_string_equal(id_of(rw_route_nearest_number(numbers, 4, RW_LIT("+4420"))), "main-line");
    assert_string_equal(id_of(rw_route_nearest_number(numbers + 1, 2, RW_LIT("+65"))), "-");
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
        assert_string_equal(id_of(rw_route_nearest_id(numbers, 4, rw_slice_str(ids[i].written))),
                            ids[i].near);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_comes_first),
        cmocka_unit_test(plans_class_numbers),
        cmocka_unit_test(routes_take_classes),
        cmocka_unit_test(without_routes_there_is_none),
        cmocka_unit_test(the_default_number_is_the_only_one),
        cmocka_unit_test(near_numbers_and_ids_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
