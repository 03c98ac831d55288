#include "json/tree.h"

#include <math.h>
#include <stdio.h>

/* Where the walk stands in one container. */
struct frame {
    const json_t *value;
    void *member; /* iterator of an object: the next member */
    size_t index; /* of an array: the next element */
};

static void put_real(struct rw_json_writer *w, const char *key, double value)
{
    char text[32];

    if (!isfinite(value)) {
        rw_json_null(w, key);
        return;
    }
    /* 17 digits give the same double back; 15 are enough for most and read better. */
    (void)snprintf(text, sizeof(text), "%.15g", value);
    if (strtod(text, NULL) < value || strtod(text, NULL) > value)
        (void)snprintf(text, sizeof(text), "%.17g", value);
    if (!strpbrk(text, ".e"))
        (void)snprintf(text + strlen(text), 3, ".0");
    rw_json_raw(w, key, rw_slice_str(text));
}

/* Writes a scalar, or opens a container and returns true. */
static bool put(struct rw_json_writer *w, const char *key, const json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_OBJECT:
        rw_json_open_object(w, key);
        return true;
    case JSON_ARRAY:
        rw_json_open_array(w, key);
        return true;
    case JSON_STRING:
        rw_json_slice(w, key,
                      (struct rw_slice){json_string_value(value), json_string_length(value)});
        break;
    case JSON_INTEGER:
        rw_json_int(w, key, json_integer_value(value));
        break;
    case JSON_REAL:
        put_real(w, key, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        rw_json_bool(w, key, json_is_true(value));
        break;
    case JSON_NULL:
        rw_json_null(w, key);
        break;
    }
    return false;
}

static struct frame enter(const json_t *value)
{
    /* jansson's iterators take a pointer that is not const, and change nothing through it. */
    return (struct frame){.value = value, .member = json_object_iter((json_t *)(uintptr_t)value)};
}

void rw_json_tree(struct rw_json_writer *w, const char *key, const json_t *value)
{
    struct frame stack[RW_JSON_WRITE_DEPTH];
    size_t depth = 0;

    if (!put(w, key, value) || w->buf->failed)
        return;
    stack[depth++] = enter(value);
    while (depth && !w->buf->failed) {
        struct frame *top = &stack[depth - 1];
        const json_t *next = NULL;
        const char *name = NULL;

        if (json_is_object(top->value)) {
            if (top->member) {
                name = json_object_iter_key(top->member);
                next = json_object_iter_value(top->member);
                top->member = json_object_iter_next((json_t *)(uintptr_t)top->value, top->member);
            }
        } else {
            next = json_array_get(top->value, top->index++);
        }
        if (!next) {
            rw_json_close(w);
            depth--;
        } else if (put(w, name, next) && !w->buf->failed) {
            stack[depth++] = enter(next); /* the writer's bound is the stack's */
        }
    }
}
