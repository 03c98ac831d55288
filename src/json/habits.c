#include "json/habits.h"

#include "base/utf8.h"
#include "json/explain.h"
#include "json/text.h"

#include <stdio.h>

#define SHOWN 60 /* bytes of the body that a message repeats at most */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

/* The run of letters, digits and what else names are made of that begins at `at`. */
static struct rw_slice word_at(struct rw_slice text, size_t at)
{
    size_t end = at;

    while (end < text.n && (is_letter(text.p[end]) || text.p[end] == '.' || text.p[end] == '-' ||
                            (text.p[end] >= '0' && text.p[end] <= '9')))
        end++;
    return (struct rw_slice){text.p + at, end - at};
}

/* Up to and with `closer`, in the same line; the first byte alone when there is none. */
static struct rw_slice through(struct rw_slice text, size_t at, struct rw_slice closer, size_t skip)
{
    for (size_t i = at + skip; i + closer.n <= text.n && text.p[i] != '\n'; i++) {
        if (memcmp(text.p + i, closer.p, closer.n) == 0)
            return (struct rw_slice){text.p + at, i + closer.n - at};
    }
    return (struct rw_slice){text.p + at, 1};
}

/* The text from the place on; it is never at the end. */
static struct rw_slice rest_of(const struct rw_json_habit_place *p)
{
    return (struct rw_slice){p->text.p + p->at, p->text.n - p->at};
}

static int shown(struct rw_slice s)
{
    size_t n = s.n > SHOWN ? SHOWN : s.n;

    while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--; /* not in the middle of a character */
    return (int)n;
}

static void not_json(struct rw_err *err, const char *message)
{
    rw_fail(err, RW_MALFORMED, "body.not_json", "%s", message);
}

/* ------------------------------------------------------------------ one mistake a function */

static bool comma_too_many(const struct rw_json_habit_place *p, struct rw_slice *span,
                           struct rw_err *err)
{
    char c = p->text.p[p->at];

    if (c == ',' && p->expect != RW_EXPECT_END && !p->outermost) {
        not_json(err, "there is a comma with nothing before it");
        rw_err_suggest(err, "remove this comma");
        return true;
    }
    if ((c != '}' && c != ']') || p->comma >= p->text.n ||
        rw_json_skip_blank(p->text, p->comma + 1) != p->at)
        return false;
    not_json(err, "there is a comma after the last entry");
    span->p = p->text.p + p->comma;
    rw_err_expected(err, "no comma before %c", c);
    rw_err_suggest(err, "remove this comma");
    return true;
}

static bool comment(const struct rw_json_habit_place *p, struct rw_slice *span, struct rw_err *err)
{
    struct rw_slice rest = rest_of(p);
    const char *end;

    if (rw_slice_starts(rest, RW_LIT("/*"))) {
        *span = through(p->text, p->at, RW_LIT("*/"), 2);
    } else if (rw_slice_starts(rest, RW_LIT("//")) || rest.p[0] == '#') {
        end = memchr(rest.p, '\n', rest.n);
        *span = (struct rw_slice){rest.p, end ? (size_t)(end - rest.p) : rest.n};
    } else {
        return false;
    }
    not_json(err, "JSON has no comments");
    rw_err_found(err, "the comment %.*s", shown(*span), span->p);
    rw_err_suggest(err, "remove the comment");
    return true;
}

static bool placeholder(const struct rw_json_habit_place *p, struct rw_slice *span,
                        struct rw_err *err)
{
    static const struct {
        struct rw_slice opener, closer;
    } kinds[] = {
        {{"{{", 2}, {"}}", 2}}, {{"${", 2}, {"}", 1}},  {{"<%", 2}, {"%>", 2}},
        {{"#{", 2}, {"}", 1}},  {{"{%", 2}, {"%}", 2}}, {{"<", 1}, {">", 1}},
    };
    /* The first of two braces was taken for an object. */
    size_t at =
        p->at && p->text.p[p->at - 1] == '{' && (p->text.p[p->at] == '{' || p->text.p[p->at] == '%')
            ? p->at - 1
            : p->at;
    struct rw_slice rest = rw_slice_from(p->text, at), s;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (!rw_slice_starts(rest, kinds[i].opener) || (p->outermost && at == 0 && i == 5))
            continue;
        s = through(p->text, at, kinds[i].closer, kinds[i].opener.n);
        if (s.n <= 1)
            continue;
        not_json(err, "a placeholder was not replaced by its value");
        rw_err_found(err, "the placeholder %.*s", shown(s), s.p);
        rw_err_expected(err, "the value itself; a text in double quotes");
        *span = s;
        return true;
    }
    return false;
}

static bool markup(const struct rw_json_habit_place *p, struct rw_slice *span, struct rw_err *err)
{
    struct rw_slice rest = rest_of(p);

    if (!p->outermost || p->expect != RW_EXPECT_VALUE)
        return false;
    if (rest.p[0] == '<') {
        rw_fail(err, RW_MALFORMED, "body.not_json", "the body is XML or HTML, not JSON");
    } else if (rw_slice_starts(rest, RW_LIT("--"))) {
        rw_fail(err, RW_MALFORMED, "body.not_json", "the body is a multipart form, not JSON");
        span->n = 2;
    } else {
        return false;
    }
    return true;
}

static bool quote(const struct rw_json_habit_place *p, struct rw_slice *span, struct rw_err *err)
{
    static const struct {
        struct rw_slice opener, closer;
        const char *name;
    } quotes[] = {
        {{"'", 1}, {"'", 1}, "single quotes"},
        {{"`", 1}, {"`", 1}, "backquotes"},
        {{"\xe2\x80\x9c", 3}, {"\xe2\x80\x9d", 3}, "typographic quotes"},
        {{"\xe2\x80\x9d", 3}, {"\xe2\x80\x9d", 3}, "typographic quotes"},
        {{"\xe2\x80\x9e", 3}, {"\xe2\x80\x9c", 3}, "typographic quotes"},
        {{"\xe2\x80\x98", 3}, {"\xe2\x80\x99", 3}, "typographic quotes"},
        {{"\xe2\x80\x99", 3}, {"\xe2\x80\x99", 3}, "typographic quotes"},
        {{"\xc2\xab", 2}, {"\xc2\xbb", 2}, "angle quotes"},
    };
    struct rw_slice rest = rest_of(p), s;

    for (size_t i = 0; i < sizeof(quotes) / sizeof(*quotes); i++) {
        if (!rw_slice_starts(rest, quotes[i].opener))
            continue;
        s = through(p->text, p->at, quotes[i].closer, quotes[i].opener.n);
        rw_fail(err, RW_MALFORMED, "body.not_json",
                "text stands in %s; JSON knows double quotes only", quotes[i].name);
        span->n = quotes[i].opener.n;
        if (s.n > quotes[i].opener.n + quotes[i].closer.n && s.n < SHOWN &&
            !memchr(s.p, '"', s.n) && !memchr(s.p, '\\', s.n)) {
            rw_err_suggest(err, "\"%.*s\"", (int)(s.n - quotes[i].opener.n - quotes[i].closer.n),
                           s.p + quotes[i].opener.n);
            *span = s;
        }
        return true;
    }
    return false;
}

static bool separator(const struct rw_json_habit_place *p, struct rw_slice *span,
                      struct rw_err *err)
{
    struct rw_slice rest = rest_of(p);
    char c = rest.p[0];

    if (p->expect == RW_EXPECT_COLON) {
        bool none = c == ',' || c == '}';

        not_json(err, c == '=' ? "a name and its value are joined by a colon in JSON"
                      : none   ? "a member's name has no value after it"
                               : "a colon is missing before this");
        span->n = rw_slice_starts(rest, RW_LIT("=>")) ? 2 : c == '=' || none;
        rw_err_suggest(err, ":");
        return true;
    }
    if (p->expect == RW_EXPECT_COMMA && is_letter(c) && p->at && p->text.p[p->at - 1] == '"') {
        not_json(err,
                 "the text ends at this quote; a quote inside a text has a backslash before it");
        *span = (struct rw_slice){p->text.p + p->at - 1, 1};
        rw_err_suggest(err, "\\\"");
        return true;
    }
    if (p->expect == RW_EXPECT_COMMA && !p->outermost &&
        (c == '"' || c == '{' || c == '[' || c == '-' || c == '\'' || is_letter(c) ||
         (c >= '0' && c <= '9'))) {
        not_json(err, "a comma is missing before this");
        span->n = 0;
        rw_err_suggest(err, ",");
        return true;
    }
    if (c == ';') {
        not_json(err, "JSON has no semicolons");
        rw_err_suggest(err, p->expect == RW_EXPECT_COMMA ? "," : "remove the semicolon");
        return true;
    }
    if ((c == '}' || c == ']') &&
        (p->expect == RW_EXPECT_COMMA || p->expect == RW_EXPECT_VALUE_OR_CLOSE ||
         p->expect == RW_EXPECT_MEMBER_OR_CLOSE)) {
        rw_fail(err, RW_MALFORMED, "body.not_json", "an %s is closed by the bracket of an %s",
                p->in_object ? "object" : "array", p->in_object ? "array" : "object");
        rw_err_suggest(err, "%s", p->in_object ? "}" : "]");
        return true;
    }
    return false;
}

static bool unquoted_number(const struct rw_json_habit_place *p, struct rw_slice *span,
                            struct rw_err *err)
{
    char c = p->text.p[p->at];
    size_t end = p->at + 1;

    if ((p->expect != RW_EXPECT_VALUE && p->expect != RW_EXPECT_VALUE_OR_CLOSE) || p->outermost ||
        (c != '+' && c != '.' && c != '-'))
        return false;
    while (end < p->text.n && !rw_json_is_one_of(p->text.p[end], ",}]\t\r\n\""))
        end++;
    while (end > p->at + 1 && p->text.p[end - 1] == ' ')
        end--;
    *span = (struct rw_slice){p->text.p + p->at, end - p->at};
    if (c == '.' && rw_slice_starts(*span, RW_LIT("..."))) {
        not_json(err, "dots stand where the example was shortened");
        rw_err_suggest(err, "remove the dots");
    } else if (c == '-' && span->n > 1 && is_letter(span->p[1])) {
        not_json(err, "JSON has no word for what is not a finite number");
        rw_err_suggest(err, "null");
    } else if (c == '-') {
        not_json(err, "a minus is not followed by a digit");
    } else {
        not_json(err,
                 c == '+'
                     ? "a number does not begin with a plus in JSON; a telephone number is a text"
                     : "a number does not begin with a point in JSON");
        if (c == '+')
            rw_err_suggest(err, "\"%.*s\"", shown(*span), span->p);
        else
            rw_err_suggest(err, "0%.*s", shown(*span), span->p);
    }
    rw_err_found(err, "%.*s", shown(*span), span->p);
    return true;
}

static bool bare_word(const struct rw_json_habit_place *p, struct rw_slice *span,
                      struct rw_err *err)
{
    static const struct {
        const char *word, *instead;
    } words[] = {
        {"True", "true"},      {"TRUE", "true"}, {"False", "false"},   {"FALSE", "false"},
        {"None", "null"},      {"NULL", "null"}, {"Null", "null"},     {"nil", "null"},
        {"undefined", "null"}, {"NaN", "null"},  {"Infinity", "null"}, {"yes", "true"},
        {"no", "false"},
    };
    struct rw_slice word = word_at(p->text, p->at);

    if (word.n == 0 || (!is_letter(word.p[0]) && p->expect != RW_EXPECT_MEMBER &&
                        p->expect != RW_EXPECT_MEMBER_OR_CLOSE))
        return false;
    if (rw_slice_starts(word, RW_LIT("..."))) {
        not_json(err, "dots stand where the example was shortened");
        rw_err_suggest(err, "remove the dots");
        *span = word;
        return true;
    }
    *span = word;
    rw_err_found(err, "%.*s", shown(word), word.p);
    if (p->expect == RW_EXPECT_MEMBER || p->expect == RW_EXPECT_MEMBER_OR_CLOSE) {
        not_json(err, "a member's name stands without quotes");
        rw_err_suggest(err, "\"%.*s\"", shown(word), word.p);
    } else if (p->expect == RW_EXPECT_VALUE || p->expect == RW_EXPECT_VALUE_OR_CLOSE) {
        if (word.p != p->text.p && rw_slice_eq(word, RW_LIT("object")) &&
            rw_slice_starts(rw_slice_from(p->text, p->at), RW_LIT("object Object]"))) {
            not_json(err, "an object was turned into the text [object Object] on its way");
            rw_err_suggest(err, "serialise it first: JSON.stringify(body)");
        } else {
            not_json(err, "a text stands without quotes");
            rw_err_suggest(err, "\"%.*s\"", shown(word), word.p);
        }
        for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
            if (!rw_slice_eq(word, rw_slice_str(words[i].word)))
                continue;
            rw_fail(err, RW_MALFORMED, "body.not_json", "JSON has no %s", words[i].word);
            rw_err_suggest(err, "%s", words[i].instead);
        }
        if (p->outermost) {
            not_json(err, "the body is bare text, not JSON");
            rw_err_suggest(err, "%s", "");
        }
    } else {
        return false;
    }
    rw_err_found(err, "%.*s", shown(word), word.p);
    return true;
}

static bool outermost_scalar(const struct rw_json_habit_place *p, struct rw_slice *span,
                             struct rw_err *err)
{
    struct rw_slice rest = rest_of(p), value;
    char inside[SHOWN];
    size_t n;
    char c = rest.p[0];

    if (!p->outermost || p->expect != RW_EXPECT_VALUE)
        return false;
    value = (struct rw_slice){rest.p, rw_json_skip_value(p->text, p->at) - p->at};
    *span = value;
    if (c == '"' && value.n >= 2) {
        n = rw_json_unescape((struct rw_slice){value.p + 1, value.n - 2}, inside, sizeof(inside));
        if (n && (inside[0] == '{' || inside[0] == '[')) {
            rw_fail(err, RW_MALFORMED, "body.double_encoded",
                    "the body is a text that holds JSON: it was serialised twice");
            rw_err_found(err, "%.*s", shown(value), value.p);
            rw_err_expected(err, "the object itself, beginning with {");
            if (n < sizeof(inside))
                rw_err_suggest(err, "%.*s", (int)n, inside);
            return true;
        }
    }
    if (c == '"' || c == '-' || (c >= '0' && c <= '9') || rw_slice_eq(value, RW_LIT("true")) ||
        rw_slice_eq(value, RW_LIT("false")) || rw_slice_eq(value, RW_LIT("null"))) {
        rw_fail(err, RW_MALFORMED, "body.wrong_type", "the body is a single value, not an object");
        rw_err_found(err, "%.*s", shown(value), value.p);
        rw_err_expected(err, "an object: {\"name\": value}");
        return true;
    }
    return false;
}

static bool trailing(const struct rw_json_habit_place *p, struct rw_slice *span, struct rw_err *err)
{
    char c = p->text.p[p->at];

    if (p->expect != RW_EXPECT_END)
        return false;
    not_json(err, c == '{' || c == '['   ? "a second document follows the first; a request has one"
                  : c == '}' || c == ']' ? "there is a closing bracket too many"
                  : c == ','             ? "there is a comma after the end of the document"
                                         : "something follows after the end of the document");
    if (c == '}' || c == ']')
        rw_err_suggest(err, "remove this bracket");
    (void)span;
    return true;
}

/* Characters that look like blanks, or like nothing. */
static bool invisible(const struct rw_json_habit_place *p, struct rw_slice *span,
                      struct rw_err *err)
{
    uint32_t cp;
    size_t n = rw_utf8_decode(rw_slice_from(p->text, p->at), &cp);

    if (n == 0 ||
        !(cp < 0x20 || cp == 0x7f || cp == 0x85 || cp == 0xa0 || cp == 0xad || cp == 0x1680 ||
          (cp >= 0x2000 && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202f) ||
          (cp >= 0x205f && cp <= 0x206f) || cp == 0x3000 || cp == 0xfeff))
        return false;
    rw_fail(err, RW_MALFORMED, "body.not_json",
            p->at == 0 && cp == 0xfeff ? "the body begins with a byte order mark"
                                       : "an invisible character stands between the values");
    rw_err_found(err, "U+%04X", cp);
    rw_err_suggest(err, "remove this character");
    span->n = n;
    return true;
}

bool rw_json_habit(const struct rw_json_habit_place *place, struct rw_slice *span,
                   struct rw_err *err)
{
    typedef bool(habit_h)(const struct rw_json_habit_place *, struct rw_slice *, struct rw_err *);
    static habit_h *const habits[] = {
        invisible,        markup,          placeholder, comment,   comma_too_many, quote,
        outermost_scalar, unquoted_number, separator,   bare_word, trailing,
    };

    for (size_t i = 0; i < sizeof(habits) / sizeof(*habits); i++) {
        if (habits[i](place, span, err))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ the body as a whole */

static bool is_form(struct rw_slice text)
{
    size_t name = 0;

    while (name < text.n &&
           (is_letter(text.p[name]) || rw_json_is_one_of(text.p[name], "0123456789-.%+[]")))
        name++;
    return name && name < text.n && text.p[name] == '=' && text.p[0] != '[' && text.p[0] != '-' &&
           !memchr(text.p, '{', name) && !memchr(text.p, '\n', text.n);
}

/* An ASCII character in UTF-16 or UTF-32 has a zero among its first two bytes. */
static bool starts_with_zero(struct rw_slice text)
{
    return text.n >= 2 && (text.p[0] == 0 || text.p[1] == 0);
}

static enum rw_class not_utf8(struct rw_slice text, size_t at, struct rw_err *err)
{
    const unsigned char *p = (const unsigned char *)text.p;

    bool mark = text.n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff));

    if (mark || starts_with_zero(text)) {
        rw_fail(err, RW_MALFORMED, "body.not_utf8", "the body is UTF-16 or UTF-32");
        at = !mark && p[0] != 0;
    } else if (text.n >= 2 && p[0] == 0x1f && p[1] == 0x8b) {
        rw_fail(err, RW_MALFORMED, "body.not_utf8", "the body is compressed");
        at = 0;
    } else {
        rw_fail(err, RW_MALFORMED, "body.not_utf8", "the body is not UTF-8 from here on");
    }
    rw_json_mark(text, at, at + 1, err);
    rw_json_found_at(text, at, err);
    rw_err_expected(err, "text in UTF-8, uncompressed");
    return RW_MALFORMED;
}

enum rw_class rw_json_habit_whole(struct rw_slice text, struct rw_err *err)
{
    size_t valid = rw_utf8_valid_prefix(text), first = rw_json_skip_blank(text, 0);

    if (first == text.n) {
        rw_fail(err, RW_MALFORMED, "body.empty",
                text.n ? "the body holds blanks only" : "the request has no body");
        rw_json_mark(text, text.n, text.n, err);
        rw_json_found_at(text, text.n, err);
        rw_err_expected(err, "a JSON object");
        return RW_MALFORMED;
    }
    if (valid < text.n || starts_with_zero(text))
        return not_utf8(text, valid, err);
    if (is_form(text)) {
        struct rw_slice shown_form = {text.p, text.n};

        rw_fail(err, RW_MALFORMED, "body.form_encoded",
                "the body is a form (name=value), although JSON belongs here");
        rw_json_mark(text, 0, 1, err);
        rw_err_found(err, "%.*s", shown(shown_form), text.p);
        rw_err_expected(err, "a JSON object, sent with Content-Type: application/json");
        return RW_MALFORMED;
    }
    return RW_OK;
}
