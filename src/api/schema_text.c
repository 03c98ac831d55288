#include "api/schema_text.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void rw_schema_say(struct rw_err *err, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n < 0)
        n = 0;
    rw_text_clean(err->message, sizeof(err->message),
                  (struct rw_slice){text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1});
}

static bool is_long(struct rw_slice text)
{
    return text.n > RW_SCHEMA_SHOWN - 8;
}

/* At most what fits into RW_SCHEMA_SHOWN with quotes and dots, cut at a whole character. */
static int cut(struct rw_slice text)
{
    size_t n = is_long(text) ? RW_SCHEMA_SHOWN - 8 : text.n;

    while (n && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    return (int)n;
}

void rw_schema_show(const json_t *value, char out[RW_SCHEMA_SHOWN])
{
    struct rw_slice text;

    switch (json_typeof(value)) {
    case JSON_STRING:
        text = (struct rw_slice){json_string_value(value), json_string_length(value)};
        (void)snprintf(out, RW_SCHEMA_SHOWN, "\"%.*s%s\"", cut(text), text.p,
                       is_long(text) ? "..." : "");
        break;
    case JSON_INTEGER:
        (void)snprintf(out, RW_SCHEMA_SHOWN, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        (void)snprintf(out, RW_SCHEMA_SHOWN, "%.15g", json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        (void)snprintf(out, RW_SCHEMA_SHOWN, "%s", json_is_true(value) ? "true" : "false");
        break;
    case JSON_NULL:
        (void)snprintf(out, RW_SCHEMA_SHOWN, "null");
        break;
    case JSON_OBJECT:
        (void)snprintf(out, RW_SCHEMA_SHOWN, json_object_size(value) ? "{...}" : "{}");
        break;
    case JSON_ARRAY:
        (void)snprintf(out, RW_SCHEMA_SHOWN, json_array_size(value) ? "[...]" : "[]");
        break;
    }
}

const char *rw_schema_type_words(enum rw_schema_type type)
{
    static const char *const words[] = {
        [RW_TYPE_ANY] = "any value",          [RW_TYPE_STRING] = "text",
        [RW_TYPE_INTEGER] = "a whole number", [RW_TYPE_NUMBER] = "a number",
        [RW_TYPE_BOOLEAN] = "true or false",  [RW_TYPE_OBJECT] = "an object",
        [RW_TYPE_ARRAY] = "an array",
    };

    return words[type];
}

const char *rw_schema_value_words(const json_t *value)
{
    static const char *const words[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array",  [JSON_STRING] = "text",
        [JSON_INTEGER] = "a number", [JSON_REAL] = "a fraction", [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };

    return words[json_typeof(value)];
}

/* ------------------------------------------------------------------ what could stand there */

/* "one of a, b, c" until the space is out. */
static void join(char *out, size_t size, const char *before, const char *const *words)
{
    size_t n = (size_t)snprintf(out, size, "%s", before);

    for (size_t i = 0; words[i]; i++) {
        size_t need = strlen(words[i]) + 2;

        if (n + need + 5 >= size) {
            (void)snprintf(out + n, size - n, ", ...");
            return;
        }
        n += (size_t)snprintf(out + n, size - n, "%s%s", i ? ", " : "", words[i]);
    }
}

static void expect_range(struct rw_err *err, const struct rw_schema *schema)
{
    const char *type = rw_schema_type_words(schema->type);

    if (schema->has_minimum && schema->has_maximum)
        rw_err_expected(err, "%s from %.15g to %.15g", type, schema->minimum, schema->maximum);
    else if (schema->has_minimum)
        rw_err_expected(err, "%s of at least %.15g", type, schema->minimum);
    else if (schema->has_maximum)
        rw_err_expected(err, "%s of at most %.15g", type, schema->maximum);
    else
        rw_err_expected(err, "%s", type);
}

static void expect_text(struct rw_err *err, const struct rw_schema *schema)
{
    static const char *const formats[] = {
        [RW_FORMAT_NONE] = "text in double quotes",
        [RW_FORMAT_UUID] = "a UUID, as in 123e4567-e89b-12d3-a456-426614174000",
        [RW_FORMAT_URI] = "a URI, as in https://example.com/ or sip:desk@192.0.2.7",
        [RW_FORMAT_DATE_TIME] = "a time, as in 2026-11-23T17:44:07.123Z",
        [RW_FORMAT_TOKEN] = "letters, digits, '.', '_' and '-'",
        [RW_FORMAT_DIGITS] = "digits in double quotes",
    };
    char length[64] = "", list[sizeof(err->expected)];

    if (schema->values) {
        join(list, sizeof(list), schema->values[1] ? "one of " : "", schema->values);
        rw_err_expected(err, "%s", list);
        return;
    }
    if (schema->length_min && schema->length_max)
        (void)snprintf(length, sizeof(length), ", %u to %u characters", schema->length_min,
                       schema->length_max);
    else if (schema->length_max)
        (void)snprintf(length, sizeof(length), ", at most %u characters", schema->length_max);
    else if (schema->length_min)
        (void)snprintf(length, sizeof(length), ", at least %u characters", schema->length_min);
    rw_err_expected(err, "%s%s", formats[schema->format], length);
}

static void expect_object(struct rw_err *err, const struct rw_schema *schema)
{
    for (uint32_t i = 0; i < schema->member_count; i++) {
        if (schema->members[i].required) {
            rw_err_expected(err, "an object with the member %s", schema->members[i].name);
            return;
        }
    }
    rw_err_expected(err, "an object");
}

void rw_schema_expect(struct rw_err *err, const struct rw_schema *schema)
{
    switch (schema->type) {
    case RW_TYPE_STRING:
        expect_text(err, schema);
        break;
    case RW_TYPE_INTEGER:
    case RW_TYPE_NUMBER:
        expect_range(err, schema);
        break;
    case RW_TYPE_OBJECT:
        expect_object(err, schema);
        break;
    case RW_TYPE_ARRAY:
        rw_err_expected(err, schema->items ? "an array, each entry %s" : "an array%s",
                        schema->items ? rw_schema_type_words(schema->items->type) : "");
        break;
    case RW_TYPE_ANY:
    case RW_TYPE_BOOLEAN:
        rw_err_expected(err, "%s", rw_schema_type_words(schema->type));
        break;
    }
}

void rw_schema_expect_members(struct rw_err *err, const struct rw_schema *schema,
                              enum rw_schema_direction direction)
{
    const char *names[RW_SCHEMA_NAMES_MAX + 1];
    char list[sizeof(err->expected)];
    size_t count = 0;

    for (uint32_t i = 0; i < schema->member_count && count < RW_SCHEMA_NAMES_MAX; i++) {
        const struct rw_schema_member *member = &schema->members[i];
        bool useless = member->refused || member->read_only || member->ignored;

        if (direction == RW_SCHEMA_RESPONSE || !useless)
            names[count++] = member->name;
    }
    names[count] = NULL;
    join(list, sizeof(list), count > 1 ? "one of " : "", names);
    rw_err_expected(err, "%s", count ? list : "no member at all");
}

/* ------------------------------------------------------------------ judging */

static bool is_uri(struct rw_slice text)
{
    size_t at = 0;

    while (at < text.n && (strchr("+-.", text.p[at]) || (text.p[at] >= '0' && text.p[at] <= '9') ||
                           ((text.p[at] | 32) >= 'a' && (text.p[at] | 32) <= 'z')))
        at++;
    if (at == 0 || at + 1 >= text.n || text.p[at] != ':' || (text.p[0] | 32) < 'a')
        return false;
    for (size_t i = at + 1; i < text.n; i++)
        if ((unsigned char)text.p[i] <= 0x20 || (unsigned char)text.p[i] >= 0x7f ||
            strchr("<>\"\\^`{|}", text.p[i]))
            return false;
    return true;
}

static bool is_token(struct rw_slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '_' || c == '-'))
            return false;
    }
    return text.n > 0;
}

static bool is_digits(struct rw_slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return text.n > 0;
}

static bool has_format(enum rw_schema_format format, struct rw_slice text)
{
    int64_t ignored;

    switch (format) {
    case RW_FORMAT_UUID:
        return rw_id_is_uuid(text);
    case RW_FORMAT_URI:
        return is_uri(text);
    case RW_FORMAT_DATE_TIME:
        return rw_time_read(text, &ignored);
    case RW_FORMAT_TOKEN:
        return is_token(text);
    case RW_FORMAT_DIGITS:
        return is_digits(text);
    case RW_FORMAT_NONE:
        break;
    }
    return true;
}

static bool fail_text(struct rw_err *ret, const char *code, const struct rw_schema *schema,
                      struct rw_slice text, const char *name, const char *what)
{
    rw_fail(ret, RW_MALFORMED, code, "%s", "");
    rw_schema_say(ret, "%s %s", name, what);
    rw_err_found(ret, "\"%.*s%s\"", cut(text), text.p, is_long(text) ? "..." : "");
    rw_schema_expect(ret, schema);
    return false;
}

bool rw_schema_judge_text(const struct rw_schema *schema, struct rw_slice text, const char *name,
                          struct rw_err *ret)
{
    size_t length = rw_utf8_count(text);

    if (schema->values) {
        const char *near;

        for (const char *const *word = schema->values; *word; word++)
            if (rw_slice_eq(text, rw_slice_str(*word)))
                return true;
        fail_text(ret, "body.bad_enum", schema, text, name, "has none of the values it can have");
        near = schema->values[1] ? rw_schema_near(schema->values, text) : schema->values[0];
        if (near)
            rw_err_suggest(ret, "\"%s\"", near);
        return false;
    }
    if (schema->length_max && length > schema->length_max) {
        fail_text(ret, "body.too_long", schema, text, name, "is too long");
        rw_err_found(ret, "%zu characters", length);
        return false;
    }
    if (length < schema->length_min) {
        fail_text(ret, "body.too_short", schema, text, name, length ? "is too short" : "is empty");
        return false;
    }
    if (!has_format(schema->format, text))
        return fail_text(ret, "body.bad_format", schema, text, name,
                         "does not have the right form");
    return true;
}
bool rw_schema_judge_number(const struct rw_schema *schema, double value, const char *name,
                            struct rw_err *ret)
{
    if ((!schema->has_minimum || value >= schema->minimum) &&
        (!schema->has_maximum || value <= schema->maximum))
        return true;
    rw_fail(ret, RW_MALFORMED, "body.out_of_range", "%s", "");
    rw_schema_say(ret, "%s is out of range", name);
    rw_err_found(ret, "%.15g", value);
    expect_range(ret, schema);
    rw_err_suggest(ret, "%.15g",
                   schema->has_minimum && value < schema->minimum ? schema->minimum
                                                                  : schema->maximum);
    return false;
}

bool rw_schema_reads_as(enum rw_schema_type type, struct rw_slice text)
{
    char copy[64], *end;

    if (!rw_slice_copy(copy, sizeof(copy), text) || text.n == 0)
        return false;
    switch (type) {
    case RW_TYPE_BOOLEAN:
        return rw_slice_eq(text, RW_LIT("true")) || rw_slice_eq(text, RW_LIT("false"));
    case RW_TYPE_INTEGER:
        return strspn(copy + (copy[0] == '-'), "0123456789") == text.n - (copy[0] == '-') &&
               text.n > (size_t)(copy[0] == '-') && text.n < 19;
    case RW_TYPE_NUMBER:
        if (!strchr("-0123456789", copy[0]))
            return false;
        (void)strtod(copy, &end);
        return *end == '\0';
    default:
        return type == RW_TYPE_STRING || type == RW_TYPE_ANY;
    }
}
