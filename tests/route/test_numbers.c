#include "../test.h"

#include "route/numbers.h"

#include <string.h>

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
        cmocka_unit_test(the_default_number_is_the_only_one),
        cmocka_unit_test(near_numbers_and_ids_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
