/* How far words are from each other, and that it is as far back. */
#include "base/near.h"
#include "test.h"

#define LONGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NINES "9999999999999999999999999999999999999999999999999999999999999999"

static const struct {
    const char *a, *b;
    unsigned slips;
} table[] = {
    {"", "", 0},
    {"", "call", 4},
    {"call", "call", 0},
    {"call", "cal", 1},
    {"call", "calll", 1},
    {"call", "cell", 1},
    {"call", "clal", 1},   /* a swap of neighbours is one */
    {"call", "CALL", 0},   /* the case does not count */
    {"call", "CLAL", 1},   /* nor in a swap */
    {"call@", "call`", 1}, /* what only looks like a pair of letters */
    {"place", "plcae", 1},
    {"place", "lpaec", 2}, /* two swaps */
    {"ab", "ba", 1},
    {"ca", "abc", 3},    /* what was swapped is not changed again */
    {"abcd", "cdab", 4}, /* no neighbours */
    {"a", "z", 1},
    {"kitten", "sitting", 3},
    {"\xc3\xa9", "e", 2}, /* bytes, not characters */
    {LONGEST, LONGEST, 0},
    {LONGEST, "", 64},
    {LONGEST, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdfe", 1},
    {NINES, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 64},
    {LONGEST "0", LONGEST, RW_NEAR_FAR},
    {LONGEST "0", LONGEST "0", RW_NEAR_FAR},
    {LONGEST "0", "", RW_NEAR_FAR},
};

static void counts_slips(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_slice a = rw_slice_str(table[i].a), b = rw_slice_str(table[i].b);

        if (rw_near_distance(a, b) != table[i].slips || rw_near_distance(b, a) != table[i].slips)
            fail_msg("case %zu: %s to %s is %u, and back %u", i, table[i].a, table[i].b,
                     rw_near_distance(a, b), rw_near_distance(b, a));
    }
}

static void takes_slices(void **state)
{
    const struct rw_slice none = {NULL, 0};

    (void)state;
    assert_int_equal(rw_near_distance(none, none), 0);
    assert_int_equal(rw_near_distance(none, RW_LIT("to")), 2);
    assert_int_equal(rw_near_distance((struct rw_slice){"tox", 2}, RW_LIT("to")), 0);
    assert_int_equal(rw_near_distance(RW_LIT("a\0b"), RW_LIT("ab")), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_slips),
        cmocka_unit_test(takes_slices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
