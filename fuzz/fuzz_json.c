/* Reading JSON, saying why a text is none, finding places again, and writing what was read. */
#include "json/explain.h"
#include "json/locate.h"
#include "json/read.h"
#include "json/tree.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* What was accepted is found again in its own text, and survives being written. */
static void check_accepted(struct rw_slice text, const json_t *value)
{
    struct rw_json_place place, name;
    struct rw_json_writer w;
    struct rw_buf buf;
    json_t *again;
    const char *key;
    json_t *inner;

    require(rw_json_explain(text, RW_JSON_DEPTH_MAX, NULL) == RW_OK);
    require(rw_json_locate(text, "", &place, &name));
    require(place.offset + place.bytes <= text.n);
    json_object_foreach((json_t *)(uintptr_t)value, key, inner)
    {
        char pointer[200] = "/";

        if (strlen(key) < 64 && !strpbrk(key, "~/")) {
            strcat(pointer, key);
            require(rw_json_locate(text, pointer, &place, &name));
            require(place.offset + place.bytes <= text.n && name.offset < place.offset);
            require(text.p[name.offset] == '"' && place.line >= name.line);
        }
    }
    rw_buf_init(&buf, 1u << 22);
    w = rw_json_writer(&buf);
    rw_json_tree(&w, NULL, value);
    require(rw_json_done(&w));
    require(rw_json_read(rw_buf_slice(&buf), &(struct rw_json_limits){.bytes_max = 1u << 22},
                         &again, NULL) == RW_OK);
    require(json_equal(value, again));
    json_decref(again);
    rw_buf_done(&buf);
}

static void check_refused(struct rw_slice text, const struct rw_err *err)
{
    require(err->code && err->message[0] && err->found[0] && err->expected[0]);
    require(err->offset >= 0 && (size_t)err->offset <= text.n);
    require(err->class == RW_TOO_LARGE || (err->line > 0 && err->column > 0));
}

/* The first line of the input is a pointer, the rest the text; the locator takes any. */
static void check_locator(struct rw_slice input)
{
    const char *end = input.n ? memchr(input.p, '\n', input.n) : NULL;
    struct rw_slice rest = end ? rw_slice_from(input, (size_t)(end + 1 - input.p)) : input;
    struct rw_json_place place, name;
    struct rw_err err;
    char pointer[120];

    if (!end || !rw_slice_copy(pointer, sizeof(pointer),
                               (struct rw_slice){input.p, (size_t)(end - input.p)}))
        return;
    if (rw_json_locate(rest, pointer, &place, &name))
        require(place.offset + place.bytes <= rest.n && name.offset + name.bytes <= rest.n);
    rw_fail(&err, RW_MALFORMED, "x.y", "x");
    rw_err_at(&err, pointer, (int32_t)(input.n % 7) - 1, (int32_t)(input.n % 5));
    rw_json_locate_err(rest, input.n % 2 ? RW_JSON_NAME : RW_JSON_VALUE, &err);
    require(err.line == 0 || (err.offset >= 0 && (size_t)err.offset <= rest.n && err.length >= 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice text = {(const char *)data, size};
    struct rw_err err = {.class = RW_OK};
    json_t *value = NULL;

    if (rw_json_read(text, NULL, &value, &err) == RW_OK) {
        check_accepted(text, value);
        json_decref(value);
    } else {
        require(err.class != RW_NO_MEMORY); /* explained, every time */
        check_refused(text, &err);
    }
    check_locator(text);
    return 0;
}
