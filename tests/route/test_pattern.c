#include "../test.h"

#include "route/pattern.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

static struct rw_arena arena;

static const struct rw_pattern *make(const char *text)
{
    const struct rw_pattern *pattern;
    struct rw_err err;

    rw_arena_done(&arena);
    rw_arena_init(&arena, 1u << 16);
    if (rw_pattern_make(rw_slice_str(text), &arena, &pattern, &err) != RW_OK)
        fail_msg("%s: %s at %d", text, err.message, err.offset);
    return pattern;
}

static void expressions_match(void **state)
{
    static const struct {
        const char *text, *digits;
        bool matches;
    } table[] = {
        {"^\\+65[689]\\d{7}$", "6591234567", true},
        {"^\\+65[689]\\d{7}$", "65912345678", false},
        {"^\\+65[689]\\d{7}$", "6571234567", false},
        {"65", "6591234567", true}, /* anywhere */
        {"^65", "6591234567", false},
        {"^.65", "6591234567", true},
        {"^\\+?1?([2-9]\\d{2}[2-9]\\d{6})$", "12025550123", true},
        {"^\\+?1?([2-9]\\d{2}[2-9]\\d{6})$", "11025550123", false},
        {"^\\+(44|353|33)\\d+$", "353123456", true},
        {"^\\+(44|353|33)\\d+$", "352123456", false},
        {"^\\+(44|353|33)$", "44", true},
        {"^\\+(?:4|44|)9$", "9", true},
        {"^\\+(?:4|44|)9$", "4449", false},
        {"4|5", "5", true},
        {"4|5|6|", "7", true},
        {"^\\+[^0-4]", "5", true},
        {"^\\+[^0-4]", "4", false},
        {"^[^1]5", "5", true}, /* the plus is none of them */
        {"^\\D5", "5", true},
        {"7{3}", "677786", true},
        {"7{3}", "677678", false},
        {"^\\+7{2,3}8", "778", true},
        {"^\\+7{2,3}8", "77778", false},
        {"^\\+7{0,2}8$", "8", true},
        {"^\\+7{0,2}8$", "7778", false},
        {"^\\+7{2,}8$", "777778", true},
        {"^\\+7{2,}8$", "78", false},
        {"^\\+(12){2}3$", "12123", true},
        {"^\\+1{0}2$", "2", true},
        {"^\\+1{0}2$", "12", false},
        {"^\\+(1|2(3|4){2}){1,2}$", "2341", true},
        {"^\\+(1|2(3|4){2}){1,2}$", "231", false},
        {"^\\+(1*)*2$", "1112", true},
        {"^\\+(1+)+(2+)+$", "1212", false},
        {"^\\+()*5", "5", true},
        {"$", "5", true},
        {"5$5", "55", false},
        {"^", "", true},
        {"\\d", "", false},
        {"\\d", "12345678901234567890123456789012", false}, /* longer than any number */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (rw_pattern_matches(make(table[i].text), rw_slice_str(table[i].digits)) !=
            table[i].matches)
            fail_msg("%s: %s", table[i].text, table[i].digits);
}

static void mistakes_are_told(void **state)
{
    static const struct {
        const char *text;
        int offset;
        const char *message, *suggestion;
    } table[] = {
        {"", 0, "the expression is empty", ""},
        {"+65", 0, "there is nothing before this that could be repeated", "\\+65"},
        {"^+65", 1, "there is nothing before this that could be repeated", "^\\+65"},
        {"6**", 2, "there is nothing before this that could be repeated", ""},
        {"(65", 0, "the group is not closed", ""},
        {"65)", 2, "this closes no group", ""},
        {"[65", 0, "the bracket is not closed", ""},
        {"[]", 0, "nothing stands between the brackets", ""},
        {"[9-2]", 0, "a number has none of these", ""},
        {"[a]", 0, "a number has none of these", ""},
        {"6 5", 1, "a number in E.164 never has this character", ""},
        {"6\xc3\xa9", 1, "a number in E.164 never has this character", ""},
        {"6\\w", 1, "this escape means nothing here", ""},
        {"(6)\\1", 3, "this escape means nothing here", ""},
        {"6\\", 1, "this escape means nothing here", ""},
        {"(?=6)", 0, "what looks ahead or back or has a name is not taken", ""},
        {"(?<n>6)", 0, "what looks ahead or back or has a name is not taken", ""},
        {"6{", 1, "this says no number of times", ""},
        {"6{,3}", 1, "this says no number of times", ""},
        {"6{3,2}", 1, "this says no number of times", ""},
        {"6{33}", 1, "this says no number of times", ""},
        {"((6{20}){20}){20}", 0, "the expression is too large with its repetitions written out",
         ""},
        {"((((((((((((((((((6))))))))))))))))))", 16, "there are too many groups within each other",
         ""},
    };
    const struct rw_pattern *pattern;
    struct rw_err err;
    char longer[RW_PATTERN_BYTES_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        assert_int_equal(rw_pattern_make(rw_slice_str(table[i].text), &arena, &pattern, &err),
                         RW_MALFORMED);
        assert_string_equal(err.code, "numberplan.bad_pattern");
        assert_string_equal(err.message, table[i].message);
        assert_int_equal(err.offset, table[i].offset);
        assert_string_equal(err.suggestion, table[i].suggestion);
    }
    memset(longer, '6', sizeof(longer));
    assert_int_equal(rw_pattern_make((struct rw_slice){longer, RW_PATTERN_BYTES_MAX + 1}, &arena,
                                     &pattern, &err),
                     RW_MALFORMED);
    assert_string_equal(err.message, "the expression is too long");
    assert_int_equal(
        rw_pattern_make((struct rw_slice){longer, RW_PATTERN_BYTES_MAX}, &arena, &pattern, &err),
        RW_OK);
}

/* What takes other matchers years: each of these, a thousand times, against the longest number there is. */
static void no_expression_takes_long(void **state)
{
    static const char *const evil[] = {
        "^\\+(1+)+$",           "^\\+(1|1)*$",
        "^\\+(1|11|111)*2$",    "^\\+((1*)*)*2$",
        "^\\+(((1?){8}){8})2$", "^\\+(1?1?1?1?1?1?1?1?){9}2$",
        "^\\+((((1*)+)*)+)*2$", "(\\d*\\d*\\d*\\d*\\d*\\d*\\d*\\d*){6}2$",
        "(.|\\d|[01]|1)*2$",
    };
    static const char ones[] = "1111111111111111111111111111111";

    (void)state;
    for (size_t i = 0; i < sizeof(evil) / sizeof(*evil); i++) {
        const struct rw_pattern *pattern = make(evil[i]);

        for (int n = 0; n < 1000; n++)
            assert_int_equal(rw_pattern_matches(pattern, rw_slice_str(ones)), i < 2);
    }
}

/* ------------------------------------------------------------------ against libc's */

static unsigned seed = 20261126;

static unsigned draw(unsigned n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % n;
}

/* An expression in the form that both understand; `depth` groups may still be opened. */
static void put_expression(char *text, unsigned depth)
{
    static const char *const atoms[] = {"1", "2", "3", "\\+", ".", "[12]", "[^1]", "[1-3]"};
    static const char *const times[] = {"*", "+", "?", "{2}", "{0,2}", "{1,}"};

    for (unsigned n = draw(3) + 1; n; n--) {
        bool group = depth && draw(3) == 0;

        if (group) {
            strcat(text, "(");
            put_expression(text, depth - 1);
            if (draw(2)) {
                strcat(text, "|");
                put_expression(text, depth - 1);
            }
            strcat(text, ")");
        } else {
            strcat(text, atoms[draw(sizeof(atoms) / sizeof(*atoms))]);
        }
        if (draw(3) == 0)
            strcat(text, times[draw(sizeof(times) / sizeof(*times))]);
    }
}

static void libc_says_the_same(void **state)
{
    size_t matched = 0, judged = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[2000] = "", number[12] = "+";
        const struct rw_pattern *pattern;
        regex_t regex;

        if (draw(2))
            strcat(text, "^");
        put_expression(text, 2);
        if (draw(2))
            strcat(text, "$");
        rw_arena_done(&arena);
        rw_arena_init(&arena, 1u << 16);
        if (rw_pattern_make(rw_slice_str(text), &arena, &pattern, NULL) != RW_OK)
            continue; /* too long, or too large written out */
        assert_int_equal(regcomp(&regex, text, REG_EXTENDED | REG_NOSUB), 0);
        for (int k = 0; k < 5; k++) {
            unsigned n = draw(8);
            bool matches;

            for (unsigned d = 0; d < n; d++)
                number[1 + d] = (char)('1' + draw(3));
            number[1 + n] = '\0';
            matches = rw_pattern_matches(pattern, rw_slice_str(number + 1));
            if (matches != (regexec(&regex, number, 0, NULL, 0) == 0))
                fail_msg("%s: %s", text, number);
            matched += matches;
            judged++;
        }
        regfree(&regex);
    }
    assert_true(judged > 50000 && matched > judged / 10 && matched < judged * 9 / 10);
}

static void memory_may_end(void **state)
{
    const struct rw_pattern *pattern;
    struct rw_err err;
    struct rw_arena tiny;

    (void)state;
    rw_arena_init(&tiny, 8);
    assert_int_equal(rw_pattern_make(RW_LIT("1234567890"), &tiny, &pattern, &err), RW_NO_MEMORY);
    rw_arena_done(&tiny);
}

static int tear_down(void **state)
{
    (void)state;
    rw_arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_match),        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(no_expression_takes_long), cmocka_unit_test(libc_says_the_same),
        cmocka_unit_test(memory_may_end),
    };

    rw_arena_init(&arena, 1u << 16);
    return cmocka_run_group_tests_name("route pattern", tests, NULL, tear_down);
}
