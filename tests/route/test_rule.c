#include "../test.h"

#include "route/rule.h"

#include <string.h>

static void lists_are_taken_apart(void **state)
{
    static const struct {
        const char *ids, *read;
        bool enabled;
    } table[] = {
        {"a", "a", true},
        {"a,b,c", "a b c", true},
        {"", "", true},
        {"a,b", "", false},
        {"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21",
         "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", true},
    };
    struct rw_arena arena;

    (void)state;
    rw_arena_init(&arena, 65536);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        const struct rw_row_route row = {.trunk_ids = table[i].ids,
                                         .distribution = "SEQUENTIAL",
                                         .classifications = "",
                                         .enabled = table[i].enabled};
        struct rw_route_rule *rule;
        char read[100] = "";

        assert_int_equal(rw_route_rule_make(&row, NULL, &arena, &rule, NULL), RW_OK);
        for (uint32_t n = 0; n < rule->trunk_count; n++) {
            strcat(read, n ? " " : "");
            strncat(read, rule->trunks[n].id.p, rule->trunks[n].id.n);
        }
        assert_string_equal(read, table[i].read);
        assert_false(rule->drawn);
    }
    rw_arena_done(&arena);
}

/* Of 6,000 draws each of the six orders of three trunks gets its thousand. */
static void every_order_is_as_likely(void **state)
{
    struct rw_route_trunk trunks[3] = {{.weight = 1}, {.weight = 1}, {.weight = 1}};
    const struct rw_route_rule rule = {.trunks = trunks, .trunk_count = 3};
    unsigned seen[3][3][3] = {{{0}}};

    (void)state;
    for (uint64_t seed = 0; seed < 6000; seed++) {
        uint8_t order[RW_ROUTE_TRUNKS_MAX], again[RW_ROUTE_TRUNKS_MAX];

        rw_route_draw(&rule, seed, order);
        rw_route_draw(&rule, seed, again);
        assert_memory_equal(order, again, 3);
        assert_int_equal(1u << order[0] | 1u << order[1] | 1u << order[2], 7);
        seen[order[0]][order[1]][order[2]]++;
    }
    for (unsigned a = 0; a < 3; a++)
        for (unsigned b = 0; b < 3; b++)
            if (a != b)
                assert_in_range(seen[a][b][3 - a - b], 850, 1150);
}

/* The chance of each order of three trunks is known: of weights 5, 3, 2 the first is first in five of ten. */
static void weights_are_heeded(void **state)
{
    static const struct {
        uint32_t weights[3];
        double chances[3][3]; /* first, then second */
    } table[] = {
        {{5, 3, 2}, {{0, .3, .2}, {.3 * 5 / 7, 0, .3 * 2 / 7}, {.2 * 5 / 8, .2 * 3 / 8, 0}}},
        {{1000, 0, 0}, {{0, 1, 0}, {0, 0, 0}, {0, 0, 0}}},
        {{0, 0, 0}, {{0, 1, 0}, {0, 0, 0}, {0, 0, 0}}},
        {{0, 1, 1}, {{0, 0, 0}, {0, 0, .5}, {0, .5, 0}}},
    };
    enum { DRAWS = 20000 };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_route_trunk trunks[3];
        const struct rw_route_rule rule = {.trunks = trunks, .trunk_count = 3};
        unsigned seen[3][3] = {{0}};

        for (int n = 0; n < 3; n++)
            trunks[n] = (struct rw_route_trunk){.weight = table[i].weights[n]};
        for (uint64_t seed = 0; seed < DRAWS; seed++) {
            uint8_t order[RW_ROUTE_TRUNKS_MAX];

            rw_route_draw(&rule, seed, order);
            assert_int_equal(1u << order[0] | 1u << order[1] | 1u << order[2], 7);
            seen[order[0]][order[1]]++;
        }
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++) {
                double expected = table[i].chances[a][b] * DRAWS;

                assert_true(seen[a][b] >= expected * .94 && seen[a][b] <= expected * 1.06);
            }
    }
}

static void weights_stand_beside_trunks(void **state)
{
    static const struct {
        const char *distribution, *weights, *read;
    } table[] = {
        {"WEIGHTED", "3,0,1000", "3 0 1000"}, {"WEIGHTED", NULL, "1 1 1"},
        {"RANDOM", "3,0,1000", "1 1 1"},      {"WEIGHTED", "7", "7 1 1"},
        {"WEIGHTED", "7,", "7 0 1"},
    };
    struct rw_arena arena;

    (void)state;
    rw_arena_init(&arena, 65536);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        const struct rw_row_route row = {.trunk_ids = "a,b,c",
                                         .trunk_weights = table[i].weights,
                                         .distribution = table[i].distribution,
                                         .classifications = "",
                                         .enabled = true};
        struct rw_route_rule *rule;
        char read[40];

        assert_int_equal(rw_route_rule_make(&row, NULL, &arena, &rule, NULL), RW_OK);
        (void)snprintf(read, sizeof(read), "%u %u %u", rule->trunks[0].weight,
                       rule->trunks[1].weight, rule->trunks[2].weight);
        assert_string_equal(read, table[i].read);
        assert_true(rule->drawn);
    }
    rw_arena_done(&arena);
}

static void numbers_shown_have_prefixes(void **state)
{
    (void)state;
    assert_true(rw_route_shows("65", "+6534567890"));
    assert_true(rw_route_shows("81,6534567890", "+6534567890"));
    assert_false(rw_route_shows("81,65345678901", "+6534567890"));
    assert_false(rw_route_shows("66", "+6534567890"));
    assert_true(rw_route_shows("", "+6534567890"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_taken_apart),
        cmocka_unit_test(every_order_is_as_likely),
        cmocka_unit_test(weights_are_heeded),
        cmocka_unit_test(weights_stand_beside_trunks),
        cmocka_unit_test(numbers_shown_have_prefixes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
