/* What the writer writes, and what it refuses to. */
#include "base/mem.h"
#include "json/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void write_all(struct rw_buf *buf, struct rw_json_writer *w)
{
    *w = rw_json_writer(buf);
    rw_json_open_object(w, NULL);
    rw_json_str(w, "id", "7");
    rw_json_str(w, "none", NULL);
    rw_json_opt(w, "absent", NULL);
    rw_json_opt(w, "there", "");
    rw_json_open_array(w, "list");
    rw_json_int(w, NULL, INT64_MIN);
    rw_json_int(w, NULL, -1);
    rw_json_uint(w, NULL, UINT64_MAX);
    rw_json_bool(w, NULL, true);
    rw_json_bool(w, NULL, false);
    rw_json_null(w, NULL);
    rw_json_open_object(w, NULL);
    rw_json_close(w);
    rw_json_open_array(w, NULL);
    rw_json_close(w);
    rw_json_close(w);
    rw_json_time(w, "at", 1763919847123);
    rw_json_time(w, "never", 0);
    rw_json_raw(w, "raw", RW_LIT("{\"a\":1}"));
    rw_json_close(w);
}

static const char all[] =
    "{\"id\":\"7\",\"none\":null,\"there\":\"\",\"list\":[-9223372036854775808,-1,"
    "18446744073709551615,true,false,null,{},[]],"
    "\"at\":\"2025-11-23T17:44:07.123Z\",\"raw\":{\"a\":1}}";

static void test_everything(void **state)
{
    struct rw_json_writer w;
    struct rw_buf buf;

    (void)state;
    rw_buf_init(&buf, 4096);
    write_all(&buf, &w);
    assert_true(rw_json_done(&w));
    assert_string_equal(buf.p, all);
    rw_buf_done(&buf);

    rw_buf_init(&buf, sizeof(all) - 2); /* one byte short */
    write_all(&buf, &w);
    assert_false(rw_json_done(&w));
    rw_buf_done(&buf);
}

static void test_every_allocation_fails(void **state)
{
    long n, live = rw_mem_live();

    (void)state;
    for (n = 0;; n++) {
        struct rw_json_writer w;
        struct rw_buf buf;
        bool done;

        rw_buf_init(&buf, 4096);
        rw_mem_fail_after(n);
        write_all(&buf, &w);
        rw_mem_fail_after(-1);
        done = rw_json_done(&w);
        rw_buf_done(&buf);
        assert_int_equal(rw_mem_live(), live);
        if (done)
            break;
    }
    assert_true(n >= 1);
}

static const struct {
    const char *raw;
    size_t n;
    const char *escaped;
} texts[] = {
    {"plain", 5, "plain"},
    {"", 0, ""},
    {"a\"b\\c/", 6, "a\\\"b\\\\c/"},
    {"\b\t\n\f\r\x01\x1f\x7f", 8, "\\b\\t\\n\\f\\r\\u0001\\u001f\\u007f"},
    {"a\0b", 3, "a\\u0000b"},
    {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"x\xff\xc3y\xed\xa0\x80", 7, "x\xef\xbf\xbd\xef\xbf\xbdy\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xc3", 1, "\xef\xbf\xbd"},
};

static void test_escape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct rw_buf buf;

        rw_buf_init(&buf, 256);
        rw_json_escape(&buf, (struct rw_slice){texts[i].raw, texts[i].n});
        assert_int_equal(buf.len, strlen(texts[i].escaped));
        if (buf.len)
            assert_string_equal(buf.p, texts[i].escaped);
        rw_buf_done(&buf);
    }
}

static void test_escape_to_ascii(void **state)
{
    static const struct {
        const char *raw;
        size_t n;
        const char *written;
    } cases[] = {
        {"plain", 5, "[\"plain\"]"},
        {"\"\n\x7f\0", 4, "[\"\\\"\\n\\u007f\\u0000\"]"},
        {"\xc2\x9b\xe2\x80\xae", 5, "[\"\\u009b\\u202e\"]"},
        {"1\xef\xbc\x91"
         "2",
         5, "[\"1\\uff112\"]"},
        {"\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf", 8, "[\"\\ud83d\\ude00\\udbff\\udfff\"]"},
        {"x\xff\xc3y", 4, "[\"x\\ufffd\\ufffdy\"]"},
        {"\xed\xa0\x80", 3, "[\"\\ufffd\\ufffd\\ufffd\"]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_json_writer w;
        struct rw_buf buf;

        rw_buf_init(&buf, 256);
        w = rw_json_writer(&buf);
        w.ascii = true;
        rw_json_open_array(&w, NULL);
        rw_json_slice(&w, NULL, (struct rw_slice){cases[i].raw, cases[i].n});
        rw_json_close(&w);
        assert_true(rw_json_done(&w));
        assert_string_equal(buf.p, cases[i].written);
        rw_buf_done(&buf);
    }
}

/* Each does something a writer must not do; the buffer is marked failed by it. */
static void misuse(struct rw_json_writer *w, unsigned which)
{
    switch (which) {
    case 0:
        rw_json_close(w);
        break;
    case 1:
        rw_json_open_object(w, NULL);
        rw_json_uint(w, NULL, 1); /* no name */
        break;
    case 2:
        rw_json_open_array(w, NULL);
        rw_json_uint(w, "name", 1);
        break;
    case 3:
        rw_json_uint(w, NULL, 1);
        rw_json_uint(w, NULL, 2); /* two documents */
        break;
    case 4:
        for (unsigned i = 0; i <= RW_JSON_WRITE_DEPTH; i++)
            rw_json_open_array(w, NULL);
        break;
    default:
        break; /* nothing written at all */
    }
}

static void test_misuse(void **state)
{
    (void)state;
    for (unsigned which = 0; which < 6; which++) {
        struct rw_json_writer w;
        struct rw_buf buf;

        rw_buf_init(&buf, 4096);
        w = rw_json_writer(&buf);
        misuse(&w, which);
        assert_false(rw_json_done(&w));
        assert_true(buf.failed || which == 5);
        rw_buf_done(&buf);
    }
}

static void test_tree(void **state)
{
    static const char *const documents[] = {
        "{}",
        "[]",
        "{\"b\":1,\"a\":{\"c\":[true,false,null,\"x\",-5,1.5,100000000000000000000.0,0.1]},\"\":"
        "\"\"}",
        "[[[[]]],{\"x\":{}}]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
        json_t *value = json_loads(documents[i], 0, NULL), *again;
        struct rw_json_writer w;
        struct rw_buf buf;

        rw_buf_init(&buf, 4096);
        w = rw_json_writer(&buf);
        rw_json_tree(&w, NULL, value);
        assert_true(rw_json_done(&w));
        again = json_loadb(buf.p, buf.len, 0, NULL);
        assert_true(json_equal(value, again));
        json_decref(again);
        json_decref(value);
        rw_buf_done(&buf);
    }
}

static void test_tree_too_deep(void **state)
{
    json_t *value = json_array();
    struct rw_json_writer w;
    struct rw_buf buf;

    (void)state;
    for (unsigned i = 0; i < RW_JSON_WRITE_DEPTH; i++) {
        json_t *outer = json_array();

        json_array_append_new(outer, value);
        value = outer;
    }
    rw_buf_init(&buf, 4096);
    w = rw_json_writer(&buf);
    rw_json_tree(&w, NULL, value);
    assert_true(buf.failed);
    rw_buf_done(&buf);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything),    cmocka_unit_test(test_every_allocation_fails),
        cmocka_unit_test(test_escape),        cmocka_unit_test(test_escape_to_ascii),
        cmocka_unit_test(test_misuse),        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_tree_too_deep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
