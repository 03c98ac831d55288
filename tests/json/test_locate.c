/* Where a pointer's value stands: a table, and for random documents the way there and back. */
#include "base/buf.h"
#include "base/id.h"
#include "base/mem.h"
#include "json/locate.h"
#include "json/read.h"
#include "json/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char text[] = "{\n"
                           "  \"to\": {\"phoneNumber\": \"+65\\u202c91\"},\n"
                           "  \"\xc3\xa9\": [1, [], {\"x\": true}], \"a/b\": 0, \"m~n\": null,\n"
                           "  \"\\u0061ge\": -1.5e3, \"\": \"\", \"\\u202Cz\": 1}";

static const struct {
    const char *pointer;
    uint32_t line, column, length; /* 0: nothing there */
    uint32_t name_line, name_column, name_length;
} places[] = {
    {"", 1, 1, 137, 1, 1, 137},
    {"/to", 2, 9, 30, 2, 3, 4},
    {"/to/phoneNumber", 2, 25, 13, 2, 10, 13},
    {"/\xc3\xa9", 3, 8, 20, 3, 3, 3},
    {"/\xc3\xa9/0", 3, 9, 1, 3, 9, 1},
    {"/\xc3\xa9/1", 3, 12, 2, 3, 12, 2},
    {"/\xc3\xa9/2/x", 3, 22, 4, 3, 17, 3},
    {"/a~1b", 3, 37, 1, 3, 30, 5},
    {"/m~0n", 3, 47, 4, 3, 40, 5},
    {"/age", 4, 15, 6, 4, 3, 10},
    {"/", 4, 27, 2, 4, 23, 2},
    {"/\xe2\x80\xacz", 4, 42, 1, 4, 31, 9},
    {"/\\u{202C}z", 4, 42, 1, 4, 31, 9}, /* as base/err.h writes it */
    {"/from", 0, 0, 0, 0, 0, 0},
    {"/to/phoneNumber/x", 0, 0, 0, 0, 0, 0},
    {"/\xc3\xa9/3", 0, 0, 0, 0, 0, 0},
    {"/\xc3\xa9/00", 0, 0, 0, 0, 0, 0},
    {"/\xc3\xa9/-", 0, 0, 0, 0, 0, 0},
    {"/\xc3\xa9/1/0", 0, 0, 0, 0, 0, 0},
    {"to", 0, 0, 0, 0, 0, 0},
};

static void test_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        struct rw_json_place value = {.line = 0}, name = {.line = 0};
        bool found = rw_json_locate(rw_slice_str(text), places[i].pointer, &value, &name);

        if (found != (places[i].line != 0) || value.line != places[i].line ||
            value.column != places[i].column || value.length != places[i].length ||
            name.line != places[i].name_line || name.column != places[i].name_column ||
            name.length != places[i].name_length)
            fail_msg("%s: value %u:%u +%u, name %u:%u +%u", places[i].pointer, value.line,
                     value.column, value.length, name.line, name.column, name.length);
    }
}

static struct rw_err located(const char *pointer, int32_t offset, int32_t length,
                             enum rw_json_part part)
{
    struct rw_err err;

    rw_fail(&err, RW_MALFORMED, "x.y", "x");
    rw_err_at(&err, pointer, offset, length);
    rw_json_locate_err(rw_slice_str(text), part, &err);
    return err;
}

static void test_errors(void **state)
{
    struct rw_err err = located("/to/phoneNumber", 3, 1, RW_JSON_VALUE);

    (void)state;
    assert_memory_equal(text + err.offset, "\\u202c91", 8); /* U+202C is byte 3 of the value */
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 29);
    assert_int_equal(err.length, 6);
    err = located("/to/phoneNumber", 6, 1, RW_JSON_VALUE); /* behind the three bytes of U+202C */
    assert_memory_equal(text + err.offset, "91\"", 3);
    err = located("/to/phoneNumber", 99, 1, RW_JSON_VALUE); /* past its end: the closing quote */
    assert_memory_equal(text + err.offset, "\"}", 2);
    assert_int_equal(err.length, 0);
    err = located("/to/phoneNumber", -1, 0, RW_JSON_VALUE);
    assert_int_equal(err.length, 13);
    err = located("/to/phoneNumber", -1, 0, RW_JSON_NAME);
    assert_memory_equal(text + err.offset, "\"phoneNumber\"", 13);
    err = located("/to/name", -1, 0, RW_JSON_VALUE); /* missing: where it could be put */
    assert_memory_equal(text + err.offset, "},", 2);
    assert_int_equal(err.length, 0);
    err = located("/from/phoneNumber", -1, 0, RW_JSON_VALUE);
    assert_int_equal(err.offset, sizeof(text) - 2);
    assert_int_equal(err.line, 4);
    rw_json_locate_err(RW_LIT(""), RW_JSON_VALUE, &err); /* no text: unchanged */
    assert_int_equal(err.line, 4);
    rw_json_locate_err(RW_LIT("{}"), RW_JSON_VALUE, NULL);
}

/* A name longer than a pointer can be is found by its beginning. */
static void test_long_name(void **state)
{
    char body[400], pointer[300];
    struct rw_err err;

    (void)state;
    (void)snprintf(body, sizeof(body), "{\"%0200d\": 7}", 0);
    (void)snprintf(pointer, sizeof(pointer), "/%0200d", 0);
    rw_fail(&err, RW_MALFORMED, "x.y", "x");
    rw_err_at(&err, pointer, -1, 0);
    rw_json_locate_err(rw_slice_str(body), RW_JSON_VALUE, &err);
    assert_int_equal(body[err.offset], '7');
}

/* ------------------------------------------------------------------ random documents */

static uint64_t seed = 42;

static unsigned pick(unsigned below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % below;
}

static json_t *grow(unsigned depth)
{
    static const char *const names[] = {"to",       "a/b",       "m~n",   "",
                                        "\xc3\xa9", "say \"x\"", "tab\t", "0"};
    json_t *value;

    switch (pick(depth ? 7 : 5)) {
    case 0:
        return json_integer(pick(1000));
    case 1:
        return json_real(pick(1000) / 8.0);
    case 2:
        return json_string(names[pick(8)]);
    case 3:
        return json_true();
    case 4:
        return json_null();
    case 5:
        value = json_array();
        for (unsigned n = pick(5); n; n--)
            json_array_append_new(value, grow(depth - 1));
        return value;
    default:
        value = json_object();
        for (unsigned n = pick(6); n; n--)
            json_object_set_new(value, names[pick(8)], grow(depth - 1));
        return value;
    }
}

static void put_token(struct rw_buf *buf, const char *name)
{
    rw_buf_putc(buf, '/');
    for (; *name; name++) {
        if (*name == '~' || *name == '/')
            rw_buf_puts(buf, *name == '~' ? "~0" : "~1");
        else
            rw_buf_putc(buf, *name);
    }
}

static unsigned visited;

/* Every value's place, read again by itself, is that value. */
static void visit(struct rw_slice document, const json_t *value, struct rw_buf *pointer)
{
    struct rw_json_place place;
    size_t len = pointer->len, index;
    json_error_t error;
    json_t *again, *child;
    const char *name;

    visited++;
    if (!rw_json_locate(document, pointer->p ? pointer->p : "", &place, NULL))
        fail_msg("lost: %s in %s", pointer->p, document.p);
    again = json_loadb(document.p + place.offset, place.bytes, JSON_DECODE_ANY, &error);
    if (!json_equal(again, value))
        fail_msg("%s is elsewhere in %s", pointer->p, document.p);
    json_decref(again);
    json_object_foreach((json_t *)(uintptr_t)value, name, child)
    {
        put_token(pointer, name);
        visit(document, child, pointer);
        pointer->len = len;
        pointer->p[len] = '\0';
    }
    json_array_foreach(value, index, child)
    {
        rw_buf_printf(pointer, "/%zu", index);
        visit(document, child, pointer);
        pointer->len = len;
        pointer->p[len] = '\0';
    }
}

static void test_random(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        json_t *value = json_object();
        struct rw_buf document, pointer;
        struct rw_json_writer w;

        json_object_set_new(value, "root", grow(5));
        rw_buf_init(&document, 1u << 20);
        rw_buf_init(&pointer, 4096);
        w = rw_json_writer(&document);
        rw_json_tree(&w, NULL, value);
        assert_true(rw_json_done(&w));
        visit(rw_buf_slice(&document), value, &pointer);
        rw_buf_done(&document);
        rw_buf_done(&pointer);
        json_decref(value);
    }
    assert_true(visited > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_long_name),
        cmocka_unit_test(test_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
