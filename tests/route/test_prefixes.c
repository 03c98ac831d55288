#include "../test.h"

#include "base/mem.h"
#include "route/prefixes.h"

#include <stdlib.h>
#include <string.h>

#define ROUTE(id_, prefixes_, priority_)                                                           \
    {                                                                                              \
        .row = &(const struct rw_row_route)                                                        \
        {                                                                                          \
            .id = id_, .prefixes = prefixes_, .priority = priority_                                \
        }                                                                                          \
    }

static struct rw_route_rule rules[] = {
    ROUTE("5", "6591", 2), ROUTE("1", "", 9),
    ROUTE("4", "6591", 1), ROUTE("2", "65,350", 7),
    ROUTE("3", "659", 0),  ROUTE("6", "6591", 2),
    ROUTE("7", "44", 0),   ROUTE("8", "35,6", 0),
    ROUTE("9", "650", 0),  ROUTE("a", "3500000000000,350000000000000", 0),
};
#define RULES (sizeof(rules) / sizeof(*rules))

static struct rw_arena arena;

static struct rw_route_prefixes make(size_t from, size_t count)
{
    struct rw_route_way *ways = rw_arena_alloc(&arena, 100 * sizeof(*ways)), *end = ways;
    struct rw_route_prefixes prefixes;
    size_t expected = 0;

    for (size_t i = from; i < from + count; i++) {
        end = rw_route_ways(&rules[i], end);
        expected += rw_route_ways_count(&rules[i]);
    }
    assert_int_equal(end - ways, expected);
    assert_int_equal(rw_route_prefixes_make(&prefixes, ways, expected, &arena, NULL), RW_OK);
    return prefixes;
}

static int setup(void **state)
{
    (void)state;
    rw_arena_init(&arena, 1u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rw_arena_done(&arena);
    return 0;
}

/* Zeros at the end of a number are digits like others: 65 is not 650. */
static void the_longest_prefix_comes_first(void **state)
{
    static const struct {
        const char *digits, *order;
    } table[] = {
        {"6591234567", "4563281"},
        {"6581234567", "281"},
        {"442071234567", "71"},
        {"61212345678", "81"},
        {"12025550123", "1"},
        {"6", "81"},
        {"6591", "4563281"},
        {"65", "281"},
        {"6501234567", "9281"},
        {"350000000000000", "aa281"},
        {"3500000000000", "a281"},
        {"350", "281"},
        {"3512345", "81"},
        {"", "1"},
        {"6591234567000001", "4563281"},
    };
    struct rw_route_prefixes prefixes = make(0, RULES);

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_slice digits = rw_slice_str(table[i].digits);
        struct rw_route_cursor cursor = rw_route_cursor(&prefixes, digits);
        const struct rw_route_way *way;
        size_t lead = 0;
        char order[16] = "";

        while ((way = rw_route_next(&cursor))) {
            strcat(order, way->rule->row->id);
            assert_true(rw_route_leads_to(way, digits));
        }
        assert_string_equal(order, table[i].order);
        assert_null(rw_route_next(&cursor));
        for (size_t n = 0; n < prefixes.count; n++)
            lead += rw_route_leads_to(&prefixes.ways[n], digits);
        assert_int_equal(lead, strlen(order));
    }
}

static void without_routes_there_is_none(void **state)
{
    struct rw_route_prefixes none = make(0, 0), some = make(2, 3);
    struct rw_route_cursor cursor = rw_route_cursor(&none, RW_LIT("6591234567"));

    (void)state;
    assert_null(rw_route_next(&cursor));
    cursor = rw_route_cursor(&some, RW_LIT("12025550123"));
    assert_null(rw_route_next(&cursor));
}

static void prefixes_are_texts_again(void **state)
{
    static const char *const texts[] = {
        "", "1", "350", "3500000000000", "350000000000000", "999999999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        const struct rw_row_route row = {.prefixes = texts[i]};
        struct rw_route_rule rule = {.row = &row};
        struct rw_route_way way;
        char text[RW_ROUTE_PREFIX_TEXT];

        assert_ptr_equal(rw_route_ways(&rule, &way), &way + 1);
        rw_route_prefix_text(way.prefix, text);
        assert_string_equal(text, texts[i]);
    }
}

/* Against the plainest search there is. */
static void many_prefixes(void **state)
{
    enum { COUNT = 3000 };
    static char texts[COUNT][8];
    static struct rw_row_route rows[COUNT];
    static struct rw_route_rule many[COUNT];
    static struct rw_route_way ways[COUNT];
    struct rw_route_prefixes prefixes;
    uint32_t seed = 1;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        seed = seed * 1103515245 + 12345;
        (void)snprintf(texts[i], sizeof(texts[i]), "%.*s", (int)(1 + i % 5),
                       (char[8]){(char)('1' + seed / 7 % 3), (char)('0' + seed / 77 % 4),
                                 (char)('0' + seed / 777 % 5), (char)('0' + seed / 7777 % 6),
                                 (char)('0' + seed / 77777 % 7), '\0'});
        rows[i] = (struct rw_row_route){.id = texts[i], .prefixes = texts[i]};
        many[i].row = &rows[i];
        (void)rw_route_ways(&many[i], &ways[i]);
    }
    assert_int_equal(rw_route_prefixes_make(&prefixes, ways, COUNT, &arena, NULL), RW_OK);
    for (unsigned n = 10000; n < 40000; n += 7) {
        char digits[8];
        struct rw_route_cursor cursor;
        size_t expected = 0, got = 0, longest = 0;
        const struct rw_route_way *way;

        (void)snprintf(digits, sizeof(digits), "%u", n);
        for (size_t i = 0; i < COUNT; i++)
            if (strncmp(texts[i], digits, strlen(texts[i])) == 0) {
                expected++;
                longest = strlen(texts[i]) > longest ? strlen(texts[i]) : longest;
            }
        cursor = rw_route_cursor(&prefixes, rw_slice_str(digits));
        while ((way = rw_route_next(&cursor)))
            if (got++ == 0)
                assert_int_equal(strlen(way->rule->row->prefixes), longest);
        assert_int_equal(got, expected);
    }
}

static void memory_may_run_out(void **state)
{
    struct rw_route_way way = {.rule = &rules[0]};
    struct rw_route_prefixes prefixes = {.count = 77};
    struct rw_arena none;

    (void)state;
    rw_arena_init(&none, 8);
    assert_int_equal(rw_route_prefixes_make(&prefixes, &way, 1, &none, NULL), RW_NO_MEMORY);
    assert_int_equal(prefixes.count, 77);
    rw_arena_done(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(the_longest_prefix_comes_first),
        TEST(without_routes_there_is_none),
        TEST(prefixes_are_texts_again),
        TEST(many_prefixes),
        TEST(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
