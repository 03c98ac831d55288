/* What is read, what is refused, and which byte is named. */
#include "base/mem.h"
#include "json/read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* RFC 8259's grammar, corner by corner: every one of these is JSON and a body. */
static const char *const good[] = {
    "{}",
    "[]",
    " \t\r\n{ } \n",
    "[[]   ]",
    "[\"\"]",
    "[null]",
    "[true,false,null]",
    "[0]",
    "[-0]",
    "[-0.0]",
    "[123]",
    "[-123]",
    "[1.5]",
    "[1e3]",
    "[1E+2]",
    "[1e-2]",
    "[0e1]",
    "[0.1e1]",
    "[9223372036854775807]",
    "[-9223372036854775808]",
    "[1.7976931348623157e308]",
    "[4.9e-324]",
    "{\"a\":{\"b\":[1,{\"c\":null}]}}",
    "{\"\":0}",
    "{\"a\":1,\"b\":1}",
    "{\"a\":1,\"A\":1}",
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
    "[\"\\u0041\\u00e9\\u20AC\"]",
    "[\"\\ud83d\\ude00\"]",
    "[\"\\ufffd\"]",
    "[\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"]",
    "[\"\x7f\"]",
    "[\"\xe2\x80\xa8\"]",
    "[\"/* no comment */ // none\"]",
    "[\"a\\u2028b\"]",
    "[\"\\\\u0000\"]",
    "[\n1\n,\r\n2\t]",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        struct rw_err err = {.class = RW_OK};
        json_t *value = NULL;

        if (rw_json_read(rw_slice_str(good[i]), NULL, &value, &err))
            fail_msg("%s: %s at %d", good[i], err.message, err.offset);
        assert_non_null(value);
        json_decref(value);
    }
}

#define NJ "body.not_json"

/* n = 0: as long as its C string. offset: the byte that is named. word: stands in the message or found. */
static const struct {
    const char *text;
    size_t n;
    const char *code;
    int32_t offset, line, column, length;
    const char *word, *suggestion;
} bad[] = {
#include "bad_bodies.h"
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct rw_slice text = {bad[i].text, bad[i].n ? bad[i].n : strlen(bad[i].text)};
        struct rw_err err = {.class = RW_OK};
        json_t *value = (json_t *)&err;

        if (!rw_json_read(text, NULL, &value, &err))
            fail_msg("accepted: %s", bad[i].text);
        assert_ptr_equal(value, &err); /* untouched */
        if (getenv("SHOW"))
            printf("{%s} %s @%d %d:%d +%d\n    %s | %s | %s | %s\n", bad[i].text, err.code,
                   err.offset, err.line, err.column, err.length, err.message, err.found,
                   err.expected, err.suggestion);
        if (strcmp(err.code, bad[i].code) != 0 || err.offset != bad[i].offset ||
            err.line != bad[i].line || err.column != bad[i].column || err.length != bad[i].length)
            fail_msg("%zu: %s: %s at %d, %d:%d +%d", i, bad[i].text, err.code, err.offset, err.line,
                     err.column, err.length);
        if (!strstr(err.message, bad[i].word) && !strstr(err.found, bad[i].word))
            fail_msg("%s: \"%s\" is neither in \"%s\" nor in \"%s\"", bad[i].text, bad[i].word,
                     err.message, err.found);
        assert_string_equal(err.suggestion, bad[i].suggestion);
        assert_int_equal(err.class, RW_MALFORMED);
        assert_true(err.message[0] && err.found[0] && err.expected[0]);
    }
}

/* Whatever is cut off a good body's end, the end is what is named; only blanks may go. */
static void test_every_cut(void **state)
{
    static const char text[] =
        "{\"to\":{\"phoneNumber\":\"+6591234567\"},\"x\":[1.5e2,true,\"\\u20ac\"]}";

    (void)state;
    for (size_t n = 0; n + 1 < sizeof(text); n++) {
        char *exact =
            rw_calloc(n ? n : 1, 1); /* so that the sanitizer sees a read behind the end */
        struct rw_err err = {.class = RW_OK};
        json_t *value = NULL;

        memcpy(exact, text, n);
        assert_int_equal(rw_json_read((struct rw_slice){exact, n}, NULL, &value, &err),
                         RW_MALFORMED);
        assert_true(err.offset >= 0 && (size_t)err.offset <= n);
        assert_true((size_t)err.offset + 8 >= n);
        rw_free(exact);
    }
}

static void test_limits(void **state)
{
    struct rw_json_limits limits = {.bytes_max = 10, .depth_max = 2};
    struct rw_err err;
    json_t *value = NULL;
    char *deep;

    (void)state;
    assert_int_equal(rw_json_read(RW_LIT("[1,2,3,45]"), &limits, &value, &err), RW_OK);
    json_decref(value);
    assert_int_equal(rw_json_read(RW_LIT("[1,2,3,456]"), &limits, &value, &err), RW_TOO_LARGE);
    assert_string_equal(err.code, "body.too_large");
    assert_int_equal(rw_json_read(RW_LIT("[{\"\":0}]"), &limits, &value, &err), RW_OK);
    json_decref(value);
    assert_int_equal(rw_json_read(RW_LIT("[[],[[]]]"), &limits, &value, &err), RW_MALFORMED);
    assert_string_equal(err.code, "body.too_deep");
    assert_int_equal(err.offset, 5);

    deep = rw_calloc(100000, 1); /* a hundred thousand brackets cost no stack */
    memset(deep, '[', 100000);
    assert_int_equal(rw_json_read((struct rw_slice){deep, 100000}, NULL, &value, &err),
                     RW_MALFORMED);
    assert_string_equal(err.code, "body.too_deep");
    assert_int_equal(err.offset, RW_JSON_DEPTH_MAX);
    rw_free(deep);
}

static void test_every_allocation_fails(void **state)
{
    static const char text[] =
        "{\"to\":{\"phoneNumber\":\"+6591234567\"},\"list\":[1,2.5,\"x\",null,{}]}";
    long n, live;

    (void)state;
    rw_json_setup();
    live = rw_mem_live();
    for (n = 0;; n++) {
        struct rw_err err = {.class = RW_OK};
        json_t *value = NULL;
        enum rw_class class;

        rw_mem_fail_after(n);
        class = rw_json_read(rw_slice_str(text), NULL, &value, &err);
        rw_mem_fail_after(-1);
        if (class == RW_OK) {
            json_decref(value);
            break;
        }
        assert_int_equal(class, RW_NO_MEMORY);
        assert_string_equal(err.code, "server.no_memory");
        assert_null(value);
        assert_int_equal(rw_mem_live(), live);
    }
    assert_true(n > 10);
    assert_int_equal(rw_mem_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_every_allocation_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
