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

static const char *nearest(size_t count, const char *e164, const char *caller_prefixes)
{
    static char text[100];
    struct rw_route_nearest found;

    rw_route_find_nearest(numbers, count, rw_slice_str(e164), caller_prefixes, &found);
    text[0] = '\0';
    for (size_t i = 0; i < found.count; i++) {
        strcat(text, i ? " " : "");
        strcat(text, found.at[i]->id);
    }
    assert_int_equal(found.more, 0);
    return text;
}

static void of_many_numbers_five_are_near(void **state)
{
    static struct rw_row_number many[40];
    static char texts[40][16];
    struct rw_route_nearest found;

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        (void)snprintf(texts[i], sizeof(texts[i]), "+1%03zu", i * 7 % 40);
        many[i] =
            (struct rw_row_number){.e164 = texts[i], .state = "active", .outbound_allowed = true};
    }
    rw_route_find_nearest(many, 40, RW_LIT("+1011"), NULL, &found);
    assert_int_equal(found.count, RW_ROUTE_NEAREST_MAX);
    assert_int_equal(found.more, 35);
    assert_string_equal(found.at[0]->e164, "+1011");
    for (size_t i = 1; i < RW_ROUTE_NEAREST_MAX; i++)
        assert_int_equal(strncmp(found.at[i]->e164, "+101", 4), 0);
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
    assert_string_equal(nearest(4, "+6534567899", NULL), "12345-abcde-67890 main-line");
    assert_string_equal(nearest(4, "+4420", NULL), "main-line 12345-abcde-67890");
    assert_string_equal(nearest(4, "+4420", "65"), "12345-abcde-67890");
    assert_string_equal(nearest(4, "+4420", "7,6534567891"), "");
    assert_string_equal(nearest(0, "+65", NULL), "");
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
        assert_string_equal(id_of(rw_route_nearest_id(numbers, 4, rw_slice_str(ids[i].written))),
                            ids[i].near);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_number_is_the_only_one),
        cmocka_unit_test(near_numbers_and_ids_are_found),
        cmocka_unit_test(of_many_numbers_five_are_near),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
