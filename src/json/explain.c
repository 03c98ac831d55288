#include "json/explain.h"

#include "base/utf8.h"
#include "json/habits.h"
#include "json/locate.h"
#include "json/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * What may come next. The outermost value goes VALUE -> END; in an object
 * MEMBER_OR_CLOSE -> COLON -> VALUE -> COMMA -> MEMBER -> COLON ...; in an array
 * VALUE_OR_CLOSE -> COMMA -> VALUE ... A closing bracket goes back to COMMA of what is around it.
 */
struct scan {
    struct rw_slice text;
    size_t at;
    enum rw_json_expect expect;
    uint32_t depth, depth_max;
    size_t opened[RW_JSON_EXPLAIN_DEPTH]; /* where each open bracket stands */
    size_t comma;                         /* the last comma */
    struct rw_err *err;
};

void rw_json_mark(struct rw_slice text, size_t from, size_t to, struct rw_err *err)
{
    uint32_t line, column;

    if (!err)
        return;
    if (to > text.n)
        to = text.n;
    if (from > to)
        from = to;
    rw_json_line_column(text, from, &line, &column);
    err->offset = (int32_t)from;
    err->line = (int32_t)line;
    err->column = (int32_t)column;
    err->length = (int32_t)rw_utf8_count((struct rw_slice){text.p + from, to - from});
}

void rw_json_found_at(struct rw_slice text, size_t at, struct rw_err *err)
{
    uint32_t cp;
    size_t n = rw_utf8_decode(rw_slice_from(text, at), &cp);

    if (at >= text.n)
        rw_err_found(err, "the end of the body");
    else if (n == 0)
        rw_err_found(err, "the byte 0x%02X", (unsigned char)text.p[at]);
    else if (cp <= 0x20)
        rw_err_found(err, "U+%04X", cp);
    else
        rw_err_found(err, "%.*s (U+%04X)", (int)n, text.p + at, cp);
}

static bool in_object(const struct scan *s)
{
    return s->depth && s->text.p[s->opened[s->depth - 1]] == '{';
}

static const char *expected(const struct scan *s)
{
    switch (s->expect) {
    case RW_EXPECT_MEMBER_OR_CLOSE:
        return "a member's name in double quotes, or }";
    case RW_EXPECT_MEMBER:
        return "a member's name in double quotes";
    case RW_EXPECT_COLON:
        return "a colon, then the member's value";
    case RW_EXPECT_VALUE_OR_CLOSE:
        return "a value, or ]";
    case RW_EXPECT_COMMA:
        return in_object(s) ? "a comma and the next member, or }"
                            : "a comma and the next value, or ]";
    case RW_EXPECT_END:
        return "the end of the body";
    case RW_EXPECT_VALUE:
        break;
    }
    return s->depth ? "a value: text in double quotes, a number, true, false, null, { or ["
                    : "{, the beginning of an object";
}

static enum rw_class fail_end(struct scan *s)
{
    uint32_t line, column;

    if (s->depth == 0)
        return RW_OK;
    rw_json_line_column(s->text, s->opened[s->depth - 1], &line, &column);
    rw_fail(s->err, RW_MALFORMED, "body.not_json",
            "the body ends although the %s opened in line %u, column %u is not closed",
            in_object(s) ? "object" : "array", line, column);
    rw_json_mark(s->text, s->text.n, s->text.n, s->err);
    rw_json_found_at(s->text, s->text.n, s->err);
    rw_err_expected(s->err, "%s", expected(s));
    if (s->expect == RW_EXPECT_COMMA)
        rw_err_suggest(s->err, "%s", in_object(s) ? "}" : "]");
    return RW_MALFORMED;
}

/* What stands at s->at can't be there. */
static enum rw_class fail_here(struct scan *s)
{
    struct rw_json_habit_place place = {.text = s->text,
                                        .at = s->at,
                                        .expect = s->expect,
                                        .in_object = in_object(s),
                                        .outermost = s->depth == 0,
                                        .comma = s->comma};
    struct rw_slice span = {s->text.p + s->at, 1};

    if (s->at >= s->text.n && s->depth)
        return fail_end(s);
    if (rw_json_habit(&place, &span, s->err)) {
        size_t from = (size_t)(span.p - s->text.p);

        rw_json_mark(s->text, from, from + span.n, s->err);
        if (s->err && !s->err->found[0])
            rw_json_found_at(s->text, from, s->err);
    } else {
        uint32_t cp;
        size_t n = rw_utf8_decode(rw_slice_from(s->text, s->at), &cp);

        rw_fail(s->err, RW_MALFORMED, "body.not_json", "the body is not JSON from here on");
        rw_json_mark(s->text, s->at, s->at + (n ? n : 1), s->err);
        rw_json_found_at(s->text, s->at, s->err);
    }
    if (s->err && !s->err->expected[0])
        rw_err_expected(s->err, "%s", expected(s));
    return s->err ? s->err->class : RW_MALFORMED;
}

static enum rw_class fail_string(struct scan *s, size_t at, size_t n, const char *message,
                                 const char *want, const char *suggestion)
{
    rw_fail(s->err, RW_MALFORMED, "body.not_json", "%s", message);
    rw_json_mark(s->text, at, at + n, s->err);
    if (s->err && n > 1)
        rw_err_found(s->err, "%.*s", (int)n, s->text.p + at);
    else
        rw_json_found_at(s->text, at, s->err);
    rw_err_expected(s->err, "%s", want);
    rw_err_suggest(s->err, "%s", suggestion);
    return RW_MALFORMED;
}

static enum rw_class scan_escape(struct scan *s, size_t *at)
{
    struct rw_slice rest = rw_slice_from(s->text, *at);
    uint32_t cp = 0;
    size_t n = rw_json_decode(s->text, *at, &cp);

    if (rest.n >= 6 && n >= 6 && cp == 0)
        return fail_string(s, *at, 6, "a text may not hold the character U+0000",
                           "any other character", "");
    if (n == 6 && cp == 0xfffd && strncasecmp(rest.p + 2, "fffd", 4) != 0)
        return fail_string(s, *at, 6, "half of a surrogate pair stands alone",
                           "two escapes: \\uD800 to \\uDBFF, then \\uDC00 to \\uDFFF", "");
    if (n == 1) {
        size_t width = rest.n < 2 ? 1 : 2;
        const char *suggestion = "";

        if (width == 2 && rest.p[1] == '\'')
            suggestion = "'";
        else if (width == 2 && rest.p[1] == 'u')
            return fail_string(s, *at, 2, "\\u is not followed by four hexadecimal digits",
                               "\\u and four of 0-9 a-f A-F", "");
        return fail_string(s, *at, width, "JSON has no such escape",
                           "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t, or \\u with four digits",
                           suggestion);
    }
    *at += n;
    return RW_OK;
}

static enum rw_class scan_string(struct scan *s)
{
    size_t at = s->at + 1;

    while (at < s->text.n && s->text.p[at] != '"') {
        unsigned char c = (unsigned char)s->text.p[at];
        uint32_t cp;

        if (c < 0x20)
            return fail_string(s, at, 1,
                               c == '\n' || c == '\r'
                                   ? "a text does not end where its line ends"
                                   : "a control character stands unescaped in a text",
                               "the closing quote, or the character as an escape",
                               c == '\n'   ? "\\n"
                               : c == '\r' ? "\\r"
                               : c == '\t' ? "\\t"
                                           : "");
        if (c == '\\') {
            enum rw_class class = scan_escape(s, &at);

            if (class)
                return class;
        } else {
            at += rw_utf8_decode(rw_slice_from(s->text, at), &cp); /* known to be valid */
        }
    }
    if (at >= s->text.n) {
        uint32_t line, column;

        rw_json_line_column(s->text, s->at, &line, &column);
        rw_fail(s->err, RW_MALFORMED, "body.not_json",
                "the body ends inside the text opened in line %u, column %u", line, column);
        rw_json_mark(s->text, s->text.n, s->text.n, s->err);
        rw_json_found_at(s->text, s->text.n, s->err);
        rw_err_expected(s->err, "\" to close it");
        rw_err_suggest(s->err, "\"");
        return RW_MALFORMED;
    }
    s->at = at + 1;
    return RW_OK;
}

static size_t digits(struct rw_slice text, size_t at)
{
    while (at < text.n && text.p[at] >= '0' && text.p[at] <= '9')
        at++;
    return at;
}

static enum rw_class fail_number(struct scan *s, size_t at, const char *message, const char *want,
                                 bool quote)
{
    size_t end = s->at;

    while (end < s->text.n && !rw_json_is_one_of(s->text.p[end], ",}]: \t\r\n\"") &&
           end - s->at < 64)
        end++;
    rw_fail(s->err, RW_MALFORMED, "body.not_json", "%s", message);
    rw_json_mark(s->text, at, at < end ? end : at, s->err);
    if (s->err)
        rw_err_found(s->err, "%.*s", (int)(end - s->at), s->text.p + s->at);
    rw_err_expected(s->err, "%s", want);
    if (quote && end - s->at < 64)
        rw_err_suggest(s->err, "\"%.*s\"", (int)(end - s->at), s->text.p + s->at);
    return RW_MALFORMED;
}

static bool fits(struct rw_slice number, bool real)
{
    char text[512];

    if (!rw_slice_copy(text, sizeof(text), number))
        return false;
    errno = 0;
    if (real)
        return isfinite(strtod(text, NULL));
    (void)strtoll(text, NULL, 10);
    return errno == 0;
}

static enum rw_class scan_number(struct scan *s)
{
    struct rw_slice text = s->text;
    size_t first = s->at + (text.p[s->at] == '-'), at = digits(text, first);
    bool real = false;

    if (at == first)
        return fail_here(s);
    if (at - first > 1 && text.p[first] == '0')
        return fail_number(s, first, "a number does not begin with 0",
                           "a number without zeros before it, or a text", true);
    if (at < text.n && (text.p[at] == 'x' || text.p[at] == 'X') && text.p[first] == '0')
        return fail_number(s, s->at, "numbers are decimal in JSON", "a decimal number, or a text",
                           true);
    if (at < text.n && text.p[at] == '.') {
        size_t fraction = at + 1;

        real = true;
        at = digits(text, fraction);
        if (at == fraction)
            return fail_number(s, at, "digits are missing after the point", "a digit", false);
    }
    if (at < text.n && (text.p[at] == 'e' || text.p[at] == 'E')) {
        size_t exponent = at + 1;

        real = true;
        if (exponent < text.n && (text.p[exponent] == '+' || text.p[exponent] == '-'))
            exponent++;
        at = digits(text, exponent);
        if (at == exponent)
            return fail_number(s, at, "digits are missing in the exponent", "a digit", false);
    }
    if (!fits((struct rw_slice){text.p + s->at, at - s->at}, real)) {
        enum rw_class class = fail_number(s, s->at, "a number is too large to be kept exactly",
                                          "a whole number of at most 63 bits, or a text", true);

        if (s->err)
            s->err->code = "body.number_too_large";
        return class;
    }
    s->at = at;
    return RW_OK;
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static enum rw_class scan_word(struct scan *s)
{
    static const struct rw_slice words[] = {{"true", 4}, {"false", 5}, {"null", 4}};
    struct rw_slice rest = rw_slice_from(s->text, s->at);

    for (size_t i = 0; i < 3; i++) {
        size_t n = words[i].n;

        if (rw_slice_starts(rest, words[i]) && (rest.n == n || !is_word_byte(rest.p[n]))) {
            s->at += n;
            return RW_OK;
        }
    }
    return fail_here(s);
}

static void after_value(struct scan *s)
{
    s->expect = s->depth ? RW_EXPECT_COMMA : RW_EXPECT_END;
}

static enum rw_class open_bracket(struct scan *s)
{
    if (s->depth == s->depth_max) {
        rw_fail(s->err, RW_MALFORMED, "body.too_deep", "the body is nested over %u levels deep",
                s->depth_max);
        rw_json_mark(s->text, s->at, s->at + 1, s->err);
        rw_json_found_at(s->text, s->at, s->err);
        rw_err_expected(s->err, "at most %u objects and arrays inside one another", s->depth_max);
        return RW_MALFORMED;
    }
    s->opened[s->depth++] = s->at;
    s->expect = s->text.p[s->at] == '{' ? RW_EXPECT_MEMBER_OR_CLOSE : RW_EXPECT_VALUE_OR_CLOSE;
    s->at++;
    return RW_OK;
}

static enum rw_class scan_value(struct scan *s)
{
    char c = s->text.p[s->at];
    enum rw_class class;

    if (c == '{' || c == '[')
        return open_bracket(s);
    if (s->depth == 0)
        return fail_here(s); /* a body is an object or an array */
    if (c == '"')
        class = scan_string(s);
    else if (c == '-' || (c >= '0' && c <= '9'))
        class = scan_number(s);
    else
        class = scan_word(s);
    if (!class)
        after_value(s);
    return class;
}

static enum rw_class step(struct scan *s)
{
    char c = s->text.p[s->at], closer = in_object(s) ? '}' : ']';
    enum rw_class class;

    if (s->depth && c == closer &&
        (s->expect == RW_EXPECT_MEMBER_OR_CLOSE || s->expect == RW_EXPECT_VALUE_OR_CLOSE ||
         s->expect == RW_EXPECT_COMMA)) {
        s->depth--;
        s->at++;
        after_value(s);
        return RW_OK;
    }
    switch (s->expect) {
    case RW_EXPECT_VALUE:
    case RW_EXPECT_VALUE_OR_CLOSE:
        return scan_value(s);
    case RW_EXPECT_MEMBER:
    case RW_EXPECT_MEMBER_OR_CLOSE:
        if (c != '"')
            break;
        class = scan_string(s);
        s->expect = RW_EXPECT_COLON;
        return class;
    case RW_EXPECT_COLON:
        if (c != ':')
            break;
        s->at++;
        s->expect = RW_EXPECT_VALUE;
        return RW_OK;
    case RW_EXPECT_COMMA:
        if (c != ',')
            break;
        s->comma = s->at++;
        s->expect = in_object(s) ? RW_EXPECT_MEMBER : RW_EXPECT_VALUE;
        return RW_OK;
    case RW_EXPECT_END:
        break;
    }
    return fail_here(s);
}

enum rw_class rw_json_explain(struct rw_slice text, uint32_t depth_max, struct rw_err *err)
{
    struct scan s = {.text = text, .depth_max = depth_max, .comma = text.n, .err = err};
    enum rw_class class = rw_json_habit_whole(text, err);

    if (class)
        return class;
    if (s.depth_max > RW_JSON_EXPLAIN_DEPTH)
        s.depth_max = RW_JSON_EXPLAIN_DEPTH;
    for (;;) {
        s.at = rw_json_skip_blank(text, s.at);
        if (s.at >= text.n)
            return s.expect == RW_EXPECT_END ? RW_OK : fail_end(&s);
        class = step(&s);
        if (class)
            return class;
    }
}
