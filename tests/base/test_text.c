/* Slices, buffers, arenas, UTF-8 and what is made of text that came from outside. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define BYTES(s)                                                                                   \
    {                                                                                              \
        (s), sizeof(s) - 1                                                                         \
    }
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* ------------------------------------------------------------------ slice */

static void test_slice(void **state)
{
    struct rw_slice none = {NULL, 0}, ab = RW_LIT("ab");
    char out[4];

    (void)state;
    assert_true(rw_slice_eq(none, rw_slice_str("")));
    assert_true(rw_slice_eq(rw_slice_str(NULL), none));
    assert_true(rw_slice_eq(ab, rw_slice_str("ab")));
    assert_false(rw_slice_eq(ab, RW_LIT("aB")));
    assert_false(rw_slice_eq(ab, RW_LIT("a")));
    assert_true(rw_slice_ieq(ab, RW_LIT("AB")));
    assert_false(rw_slice_ieq(ab, RW_LIT("AC")));
    assert_true(rw_slice_starts(ab, none));
    assert_true(rw_slice_starts(ab, RW_LIT("a")));
    assert_false(rw_slice_starts(ab, RW_LIT("abc")));
    assert_true(rw_slice_eq(rw_slice_from(ab, 1), RW_LIT("b")));
    assert_int_equal(rw_slice_from(ab, 2).n, 0);
    assert_int_equal(rw_slice_from(ab, 99).n, 0);

    assert_true(rw_slice_copy(out, sizeof(out), RW_LIT("abc")));
    assert_string_equal(out, "abc");
    assert_false(rw_slice_copy(out, sizeof(out), RW_LIT("abcd")));
    assert_string_equal(out, "");
    assert_false(rw_slice_copy(out, sizeof(out), (struct rw_slice){"a\0b", 3}));
    assert_string_equal(out, "");
    assert_true(rw_slice_copy(out, sizeof(out), none));
    assert_false(rw_slice_copy(out, 0, none));
}

/* ------------------------------------------------------------------ buffer */

static void test_buf_writes(void **state)
{
    struct rw_buf buf;

    (void)state;
    rw_buf_init(&buf, 1000);
    assert_int_equal(rw_buf_slice(&buf).n, 0);
    rw_buf_puts(&buf, "n=");
    rw_buf_putu(&buf, 0);
    rw_buf_putc(&buf, ' ');
    rw_buf_putu(&buf, UINT64_MAX);
    rw_buf_printf(&buf, " %d%s", -7, "!");
    rw_buf_put(&buf, (struct rw_slice){NULL, 0});
    assert_string_equal(buf.p, "n=0 18446744073709551615 -7!");
    assert_int_equal(buf.len, strlen(buf.p));
    rw_buf_clear(&buf);
    assert_int_equal(buf.len, 0);
    assert_string_equal(buf.p, "");
    rw_buf_done(&buf);
    assert_null(buf.p);
}

/* Exactly the maximum fits; one more fails, and stays failed until cleared. */
static void test_buf_maximum(void **state)
{
    static const size_t maxima[] = {0, 1, 255, 256, 257, 4096};

    (void)state;
    for (size_t i = 0; i < COUNT(maxima); i++) {
        struct rw_buf buf;

        rw_buf_init(&buf, maxima[i]);
        for (size_t n = 0; n < maxima[i]; n++)
            rw_buf_putc(&buf, 'x');
        assert_false(buf.failed);
        assert_int_equal(buf.len, maxima[i]);
        rw_buf_printf(&buf, "%c", 'y');
        assert_true(buf.failed);
        rw_buf_putc(&buf, 'y');
        rw_buf_put(&buf, (struct rw_slice){NULL, 0});
        assert_true(buf.failed);
        assert_int_equal(buf.len, maxima[i]);
        rw_buf_clear(&buf);
        assert_false(buf.failed);
        rw_buf_done(&buf);
    }
}

static void test_buf_without_memory(void **state)
{
    long live = rw_mem_live();
    bool failed = true;

    (void)state;
    for (long n = 0; failed; n++) {
        struct rw_buf buf;

        rw_buf_init(&buf, 10000);
        rw_mem_fail_after(n);
        for (int i = 0; i < 3000; i++)
            rw_buf_putc(&buf, (char)('a' + i % 26));
        rw_mem_fail_after(-1);
        failed = buf.failed;
        for (size_t i = 0; i < buf.len; i++)
            assert_int_equal(buf.p[i], 'a' + (int)(i % 26));
        rw_buf_done(&buf);
        assert_int_equal(rw_mem_live(), live);
        assert_true(n < 20);
    }
}

/* ------------------------------------------------------------------ arena */

static void test_arena(void **state)
{
    long live = rw_mem_live();
    struct rw_arena arena;
    char *a, *b, *big;

    (void)state;
    rw_arena_init(&arena, 100000);
    a = rw_arena_copy(&arena, RW_LIT("one"));
    b = rw_arena_printf(&arena, "%s %d", "two", 2);
    big = rw_arena_alloc(&arena, 20000);
    assert_string_equal(a, "one");
    assert_string_equal(b, "two 2");
    assert_int_equal((uintptr_t)a % 16, 0);
    assert_int_equal((uintptr_t)b % 16, 0);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(big[i], 0);
    for (int i = 0; i < 1000; i++) {
        unsigned char *p = rw_arena_alloc(&arena, (size_t)i % 60);

        assert_non_null(p);
        for (int k = 0; k < i % 60; k++)
            assert_int_equal(p[k], 0);
        memset(p, 0xff, (size_t)i % 60);
    }
    assert_string_equal(a, "one");
    assert_string_equal(rw_arena_copy(&arena, (struct rw_slice){NULL, 0}), "");
    rw_arena_done(&arena);
    assert_int_equal(rw_mem_live(), live);
    assert_int_equal(arena.used, 0);
}

static void test_arena_bound(void **state)
{
    struct rw_arena arena;

    (void)state;
    rw_arena_init(&arena, 64);
    assert_non_null(rw_arena_alloc(&arena, 33)); /* 48 of 64 */
    assert_null(rw_arena_alloc(&arena, 17));
    assert_null(rw_arena_alloc(&arena, SIZE_MAX));
    assert_null(rw_arena_alloc(&arena, SIZE_MAX - 7));
    assert_null(rw_arena_printf(&arena, "%0100d", 1));
    assert_non_null(rw_arena_alloc(&arena, 16));
    assert_null(rw_arena_alloc(&arena, 1));
    rw_arena_done(&arena);
}

static void test_arena_without_memory(void **state)
{
    struct rw_arena arena;

    (void)state;
    rw_arena_init(&arena, 100000);
    rw_mem_fail_once(0);
    assert_null(rw_arena_alloc(&arena, 10));
    assert_int_equal(arena.used, 0);
    assert_non_null(rw_arena_alloc(&arena, 10)); /* still usable */
    rw_mem_fail_once(0);
    assert_null(rw_arena_alloc(&arena, 5000));
    assert_non_null(rw_arena_alloc(&arena, 10)); /* in the block that is there */
    rw_arena_done(&arena);
}

/* ------------------------------------------------------------------ UTF-8 */

static const struct {
    struct rw_slice bytes;
    size_t length; /* of the first character; 0 = invalid */
    uint32_t cp;
} characters[] = {
    {BYTES("\0"), 1, 0},
    {BYTES("A"), 1, 'A'},
    {BYTES("\x7f"), 1, 0x7f},
    {BYTES("\x80"), 0, 0},
    {BYTES("\xc1\xbf"), 0, 0}, /* overlong */
    {BYTES("\xc2\x80"), 2, 0x80},
    {BYTES("\xc2"), 0, 0},
    {BYTES("\xc2\x41"), 0, 0},
    {BYTES("\xdf\xbf"), 2, 0x7ff},
    {BYTES("\xe0\x9f\xbf"), 0, 0}, /* overlong */
    {BYTES("\xe0\xa0\x80"), 3, 0x800},
    {BYTES("\xe2\x80\xac"), 3, 0x202c},
    {BYTES("\xed\x9f\xbf"), 3, 0xd7ff},
    {BYTES("\xed\xa0\x80"), 0, 0}, /* surrogates */
    {BYTES("\xed\xbf\xbf"), 0, 0},
    {BYTES("\xee\x80\x80"), 3, 0xe000},
    {BYTES("\xef\xbf\xbf"), 3, 0xffff},
    {BYTES("\xe2\x80"), 0, 0},
    {BYTES("\xf0\x8f\xbf\xbf"), 0, 0}, /* overlong */
    {BYTES("\xf0\x90\x80\x80"), 4, 0x10000},
    {BYTES("\xf4\x8f\xbf\xbf"), 4, 0x10ffff},
    {BYTES("\xf4\x90\x80\x80"), 0, 0},
    {BYTES("\xf5\x80\x80\x80"), 0, 0},
    {BYTES("\xff"), 0, 0},
};

static void test_utf8_table(void **state)
{
    char out[4];

    (void)state;
    for (size_t i = 0; i < COUNT(characters); i++) {
        uint32_t cp = 0xabcdef;

        assert_int_equal(rw_utf8_decode(characters[i].bytes, &cp), characters[i].length);
        assert_int_equal(cp, characters[i].length ? characters[i].cp : 0xabcdef);
    }
    assert_int_equal(rw_utf8_decode((struct rw_slice){NULL, 0}, &(uint32_t){0}), 0);
    assert_int_equal(rw_utf8_encode(0xd800, out), 0);
    assert_int_equal(rw_utf8_encode(0xdfff, out), 0);
    assert_int_equal(rw_utf8_encode(0x110000, out), 0);
}

static void test_utf8_round_trip(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        uint32_t back = 0;
        char bytes[4];
        size_t n = rw_utf8_encode(cp, bytes);

        if (cp >= 0xd800 && cp < 0xe000) {
            assert_int_equal(n, 0);
            continue;
        }
        assert_int_equal(rw_utf8_decode((struct rw_slice){bytes, n}, &back), n);
        assert_int_equal(back, cp);
        assert_int_equal(rw_utf8_decode((struct rw_slice){bytes, n - 1}, &back), 0);
    }
}

static void test_utf8_cut(void **state)
{
    static const struct {
        const char *text;
        size_t most, kept;
    } cases[] = {
        {"abc", 3, 3},
        {"abc", 2, 2},
        {"abc", 0, 0},
        {"a\xc3\xa9", 2, 1},
        {"a\xc3\xa9", 3, 3},
        {"\xe6\x97\xa5", 2, 0},
        {"\xf0\x9f\x93\x9e", 3, 0},
        {"a\xf0\x9f\x93\x9e!", 4, 1},
        {"\x80\x80\x80\x80\x80\x80", 5, 2}, /* no UTF-8: three less at most */
        {"\x80\x80", 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(rw_utf8_cut(rw_slice_str(cases[i].text), cases[i].most).n, cases[i].kept);
}

static void test_utf8_counts(void **state)
{
    static const struct {
        struct rw_slice text;
        size_t count, valid;
    } table[] = {
        {BYTES(""), 0, 0},
        {BYTES("abc"), 3, 3},
        {BYTES("\xe2\x80\xac+65"), 4, 6},
        {BYTES("a\xff"
               "b"),
         3, 1},
        {BYTES("ab\xe2\x80"), 4, 2},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_int_equal(rw_utf8_count(table[i].text), table[i].count);
        assert_int_equal(rw_utf8_valid_prefix(table[i].text), table[i].valid);
    }
}

/* ------------------------------------------------------------------ clean text */

static void test_text_clean(void **state)
{
    static const struct {
        struct rw_slice in;
        size_t size;
        const char *out;
    } table[] = {
        {BYTES("+6591234567"), 40, "+6591234567"},
        {BYTES("+65\xe2\x80\xac"
               "9"),
         40, "+65\\u{202C}9"},
        {BYTES("a\r\nb\0c"), 40, "a\\u{000D}\\u{000A}b\\u{0000}c"},
        {BYTES("\x1b[2J"), 40, "\\u{001B}[2J"},
        {BYTES("\xff\x80"), 40, "\\x{FF}\\x{80}"},
        {BYTES("\xc2\x85"), 40, "\\u{0085}"},
        {BYTES("\xef\xbb\xbf"), 40, "\\u{FEFF}"},
        {BYTES("\xf3\xa0\x81\x81"), 40, "\\u{E0041}"},
        {BYTES("\xf0\x9f\x93\x9e"), 40, "\xf0\x9f\x93\x9e"}, /* a telephone stays one */
        {BYTES("\xef\xbc\x96"), 40, "\xef\xbc\x96"},         /* full-width 6 is visible */
        {BYTES("abcdef"), 4, "abc"},
        {BYTES("ab\xc3\xa9"), 4, "ab"}, /* no half characters */
        {BYTES("a\n"), 9, "a"},         /* no half escapes */
        {BYTES("a\n"), 10, "a\\u{000A}"},
        {BYTES("abc"), 1, ""},
    };
    char nothing = 'x';

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        char out[40];

        assert_int_equal(rw_text_clean(out, table[i].size, table[i].in), strlen(table[i].out));
        assert_string_equal(out, table[i].out);
    }
    assert_int_equal(rw_text_clean(&nothing, 0, RW_LIT("abc")), 0);
    assert_int_equal(nothing, 'x');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slice),
        cmocka_unit_test(test_buf_writes),
        cmocka_unit_test(test_buf_maximum),
        cmocka_unit_test(test_buf_without_memory),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_arena_bound),
        cmocka_unit_test(test_arena_without_memory),
        cmocka_unit_test(test_utf8_table),
        cmocka_unit_test(test_utf8_round_trip),
        cmocka_unit_test(test_utf8_cut),
        cmocka_unit_test(test_utf8_counts),
        cmocka_unit_test(test_text_clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
