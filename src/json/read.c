#include "json/read.h"

#include "base/mem.h"
#include "json/explain.h"
#include "json/locate.h"
#include "json/plain.h"
#include "json/text.h"

static void *take(size_t size)
{
    return rw_calloc(1, size);
}

void rw_json_setup(void)
{
    json_set_alloc_funcs(take, rw_free);
}

/* Deeper than max? Counts brackets outside of texts; whether they match is jansson's business. */
static bool is_too_deep(struct rw_slice text, uint32_t max)
{
    uint32_t depth = 0;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c == '"') {
            i = rw_json_skip_string(text, i) - 1;
        } else if (c == '{' || c == '[') {
            if (++depth > max)
                return true;
        } else if ((c == '}' || c == ']') && depth) {
            depth--;
        }
    }
    return false;
}

/* The innermost object that is open at byte `at`; text.n when there is none. */
static size_t enclosing_object(struct rw_slice text, size_t at)
{
    size_t opened[RW_JSON_EXPLAIN_DEPTH], depth = 0;

    for (size_t i = 0; i < at; i++) {
        char c = text.p[i];

        if (c == '"')
            i = rw_json_skip_string(text, i) - 1;
        else if ((c == '{' || c == '[') && depth < RW_JSON_EXPLAIN_DEPTH)
            opened[depth++] = i;
        else if ((c == '}' || c == ']') && depth)
            depth--;
    }
    return depth && text.p[opened[depth - 1]] == '{' ? opened[depth - 1] : text.n;
}

/* jansson stopped behind the second of two equal names; `end` is where. */
static enum rw_class fail_duplicate(struct rw_slice text, size_t end, struct rw_err *err)
{
    size_t second = 0, first, object;
    uint32_t line, column;

    if (end > text.n)
        end = text.n;
    for (size_t i = 0; i < end; i++) {
        if (text.p[i] == '"') {
            second = i;
            i = rw_json_skip_string(text, i) - 1;
        }
    }
    object = enclosing_object(text, second);
    first = object == text.n ? second : rw_json_skip_blank(text, object + 1);
    while (first < second) { /* names may be written in two ways: compare what they decode to */
        char a[256], b[256];
        size_t stop = rw_json_skip_string(text, first), value;
        struct rw_slice x = {text.p + first + 1, stop - first - 2};
        struct rw_slice y = {text.p + second + 1, end - second - 2};

        if (rw_slice_eq((struct rw_slice){a, rw_json_unescape(x, a, sizeof(a))},
                        (struct rw_slice){b, rw_json_unescape(y, b, sizeof(b))}))
            break;
        value = rw_json_skip_blank(text, rw_json_skip_blank(text, stop) + 1);
        first = rw_json_skip_blank(text, rw_json_skip_value(text, value));
        first = rw_json_skip_blank(text, first + 1);
    }
    rw_json_line_column(text, first, &line, &column);
    rw_fail(err, RW_MALFORMED, "body.duplicate_member",
            "this member's name was already used in line %u, column %u of the same object", line,
            column);
    rw_json_mark(text, second, end, err);
    rw_err_found(err, "%.*s twice", end - second > 60 ? 60 : (int)(end - second), text.p + second);
    rw_err_expected(err, "each name once in an object");
    rw_err_suggest(err, "remove one of the two");
    return RW_MALFORMED;
}

static enum rw_class explain(struct rw_slice text, uint32_t depth_max, const json_error_t *error,
                             struct rw_err *err)
{
    size_t at = error->position < 0 ? 0 : (size_t)error->position;
    enum rw_class class;

    if (json_error_code(error) == json_error_duplicate_key)
        return fail_duplicate(text, at, err);
    class = rw_json_explain(text, depth_max, err);
    if (class)
        return class;
    /* Nothing wrong with the text, so memory was. jansson does not always say so. */
    return rw_fail_memory(err);
}

enum rw_class rw_json_read(struct rw_slice text, const struct rw_json_limits *limits, json_t **ret,
                           struct rw_err *err)
{
    uint32_t bytes_max = limits && limits->bytes_max ? limits->bytes_max : RW_JSON_BYTES_MAX;
    uint32_t depth_max = limits && limits->depth_max ? limits->depth_max : RW_JSON_DEPTH_MAX;
    json_error_t error = {.position = 0};
    json_t *value;

    if (text.n > bytes_max) {
        rw_fail(err, RW_TOO_LARGE, "body.too_large", "the body is over %u bytes long", bytes_max);
        rw_err_at(err, "", (int32_t)bytes_max, 0);
        rw_err_found(err, "%zu bytes", text.n);
        rw_err_expected(err, "at most %u bytes", bytes_max);
        return RW_TOO_LARGE;
    }
    value = rw_json_plain(text, depth_max);
    if (value) {
        *ret = value;
        return RW_OK;
    }
    /* jansson passes over a zero byte behind a number; JSON has none anywhere. */
    if (text.n == 0 || memchr(text.p, 0, text.n) || is_too_deep(text, depth_max))
        return rw_json_explain(text, depth_max, err);
    value = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &error);
    if (!value)
        return explain(text, depth_max, &error, err);
    *ret = value;
    return RW_OK;
}
