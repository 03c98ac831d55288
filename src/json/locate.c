#include "json/locate.h"

#include "base/utf8.h"
#include "json/text.h"

#include <stdlib.h>

#define NAME_MAX_BYTES 512

/* A pointer this long may have been cut by struct rw_err: its last token is a beginning only. */
#define CUT_POINTER (sizeof(((struct rw_err *)0)->pointer) - 16)

void rw_json_line_column(struct rw_slice text, size_t offset, uint32_t *ret_line,
                         uint32_t *ret_column)
{
    size_t start = 0;
    uint32_t line = 1;

    if (offset > text.n)
        offset = text.n;
    for (size_t i = 0; i < offset; i++) {
        if (text.p[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    *ret_line = line;
    *ret_column = 1 + (uint32_t)rw_utf8_count((struct rw_slice){text.p + start, offset - start});
}

/* One token of a pointer, unescaped (RFC 6901, section 4), cut to size. Moves *pointer behind it. */
static size_t next_token(const char **pointer, char *out, size_t size)
{
    const char *p = *pointer + 1;
    size_t n = 0;

    for (; *p && *p != '/'; p++) {
        char c = *p;

        if (c == '~' && (p[1] == '0' || p[1] == '1'))
            c = *++p == '0' ? '~' : '/';
        if (n < size)
            out[n++] = c;
    }
    *pointer = p;
    return n;
}

static bool is_named(struct rw_slice inside, struct rw_slice token, bool cut)
{
    char name[NAME_MAX_BYTES], clean[NAME_MAX_BYTES];
    struct rw_slice raw = {name, rw_json_unescape(inside, name, sizeof(name))};
    struct rw_slice shown;

    if (rw_slice_eq(raw, token))
        return true;
    shown = (struct rw_slice){clean, rw_text_clean(clean, sizeof(clean), raw)};
    return rw_slice_eq(shown, token) || (cut && token.n && rw_slice_starts(shown, token));
}

/* Of the object at `at`: where the member's value and its name begin. */
static bool find_member(struct rw_slice text, size_t at, struct rw_slice token, bool cut,
                        size_t *ret_value, size_t *ret_name)
{
    for (at++;;) {
        size_t name = rw_json_skip_blank(text, at), end, value;

        if (name >= text.n || text.p[name] != '"')
            return false;
        end = rw_json_skip_string(text, name);
        if (end - name < 2)
            return false;
        value = rw_json_skip_blank(text, end);
        if (value >= text.n || text.p[value] != ':')
            return false;
        value = rw_json_skip_blank(text, value + 1);
        if (is_named((struct rw_slice){text.p + name + 1, end - name - 2}, token, cut)) {
            *ret_value = value;
            *ret_name = name;
            return value < text.n;
        }
        at = rw_json_skip_blank(text, rw_json_skip_value(text, value));
        if (at >= text.n || text.p[at] != ',')
            return false;
        at++;
    }
}

static bool find_element(struct rw_slice text, size_t at, struct rw_slice token, size_t *ret_value)
{
    char digits[12];
    unsigned long index;

    if (token.n == 0 || token.n > 9 || strspn(token.p, "0123456789") < token.n ||
        (token.n > 1 && token.p[0] == '0'))
        return false;
    if (!rw_slice_copy(digits, sizeof(digits), token))
        return false;
    index = strtoul(digits, NULL, 10);
    for (at++;; at++) {
        at = rw_json_skip_blank(text, at);
        if (at >= text.n || text.p[at] == ']')
            return false;
        if (index-- == 0) {
            *ret_value = at;
            return true;
        }
        at = rw_json_skip_blank(text, rw_json_skip_value(text, at));
        if (at >= text.n || text.p[at] != ',')
            return false;
    }
}

static struct rw_json_place place(struct rw_slice text, size_t from, size_t to)
{
    struct rw_json_place p = {.offset = from, .bytes = to - from};

    rw_json_line_column(text, from, &p.line, &p.column);
    p.length = (uint32_t)rw_utf8_count((struct rw_slice){text.p + from, to - from});
    return p;
}

/*
 * Follows the pointer as far as it goes. True when to its end; *ret_value is where it came to, and
 * *ret_name where the member's name there begins (the value itself when it has none).
 */
static bool follow(struct rw_slice text, const char *pointer, size_t *ret_value, size_t *ret_name)
{
    bool cut = strlen(pointer) >= CUT_POINTER;
    size_t value = rw_json_skip_blank(text, 0), name = value;

    *ret_value = *ret_name = value;
    if (value >= text.n)
        return false;
    while (*pointer) {
        char bytes[NAME_MAX_BYTES + 1];
        struct rw_slice token = {bytes, 0};

        if (*pointer != '/')
            return false;
        token.n = next_token(&pointer, bytes, NAME_MAX_BYTES);
        bytes[token.n] = '\0';
        if (text.p[value] == '{') {
            if (!find_member(text, value, token, cut && !*pointer, &value, &name))
                return false;
        } else if (text.p[value] == '[') {
            if (!find_element(text, value, token, &value))
                return false;
            name = value;
        } else {
            return false;
        }
        *ret_value = value;
        *ret_name = name;
    }
    return true;
}

bool rw_json_locate(struct rw_slice text, const char *pointer, struct rw_json_place *ret_value,
                    struct rw_json_place *ret_name)
{
    size_t value, name;

    if (!follow(text, pointer, &value, &name))
        return false;
    *ret_value = place(text, value, rw_json_skip_value(text, value));
    if (ret_name)
        *ret_name = name == value ? *ret_value : place(text, name, rw_json_skip_string(text, name));
    return true;
}

/* From an offset into the decoded string to the bytes that write that character. */
static void narrow(struct rw_slice text, size_t *from, size_t *to, int32_t offset, int32_t length)
{
    struct rw_slice inside = {text.p + *from + 1, *to - *from - 2};
    size_t at = 0, n, start;
    int32_t decoded = 0;
    uint32_t cp;
    char bytes[4];

    while (decoded < offset && (n = rw_json_decode(inside, at, &cp)) > 0) {
        decoded += (int32_t)rw_utf8_encode(cp, bytes);
        at += n;
    }
    start = at;
    while (length-- > 0 && (n = rw_json_decode(inside, at, &cp)) > 0)
        at += n;
    *to = *from + 1 + at;
    *from += 1 + start;
}

void rw_json_locate_err(struct rw_slice text, enum rw_json_part part, struct rw_err *err)
{
    size_t value, name, from, to;
    struct rw_json_place p;

    if (!err)
        return;
    if (follow(text, err->pointer, &value, &name)) {
        from = part == RW_JSON_NAME ? name : value;
        to = rw_json_skip_value(text, from);
        if (part == RW_JSON_VALUE && err->offset >= 0 && text.p[from] == '"' && to - from >= 2)
            narrow(text, &from, &to, err->offset, err->length);
    } else if (value < text.n) {
        to = rw_json_skip_value(text, value);
        from = to > value && (text.p[to - 1] == '}' || text.p[to - 1] == ']') ? to - 1 : value;
        to = from;
    } else {
        return;
    }
    p = place(text, from, to);
    err->offset = (int32_t)p.offset;
    err->line = (int32_t)p.line;
    err->column = (int32_t)p.column;
    err->length = (int32_t)p.length;
}
