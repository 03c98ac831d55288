/*
 * A refused request, shown as a compiler shows an error:
 *
 *     call.json:3:20: error: The number has no country code. [address.missing_plus]
 *       3 |   "to": {"phoneNumber": "6591234567"}
 *         |                          ^~~~~~~~~~
 *         = found: 6591234567
 *         = expected: + and the country code
 *         = instead: +6591234567
 *         = help: http://127.0.0.1:8080/docs/errors/address.missing_plus
 */
#include "base/err.h"
#include "base/utf8.h"
#include "cli/render.h"

#define SHOWN_BEFORE 50 /* code points of a long line to the left of the caret */
#define SHOWN_MAX 110

/* ------------------------------------------------------------------ widths */

struct range {
    uint32_t first, last;
};

static bool within(uint32_t cp, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cp >= ranges[i].first && cp <= ranges[i].last)
            return true;
    return false;
}

/* The ranges that matter in practice, of Unicode's East Asian Width W and F and of marks (Mn, Me). */
int rw_cli_width(uint32_t cp)
{
    static const struct range wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
        {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
        {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };
    static const struct range none[] = {
        {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f},
        {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
        {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    };

    if (cp < 0x300)
        return 1;
    if (within(cp, none, sizeof(none) / sizeof(none[0])))
        return 0;
    return within(cp, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

/* One code point as it may safely be shown; returns its columns. */
static int show_one(FILE *out, struct rw_slice bytes)
{
    char text[24];
    size_t n;
    uint32_t cp = 0xfffd;
    int width = 0;

    if (bytes.n == 1 && bytes.p[0] == '\t') {
        if (out)
            fputc(' ', out);
        return 1;
    }
    n = rw_text_clean(text, sizeof(text), bytes);
    if (out)
        (void)fwrite(text, 1, n, out);
    for (struct rw_slice rest = {text, n}; rest.n;) {
        size_t used = rw_utf8_decode(rest, &cp);

        width += rw_cli_width(cp);
        rest = rw_slice_from(rest, used ? used : 1);
    }
    return width;
}

/* ------------------------------------------------------------------ a line and its caret */

static struct rw_slice line_of(struct rw_slice text, int line)
{
    for (; line > 1; line--) {
        const char *lf = text.n ? memchr(text.p, '\n', text.n) : NULL;

        if (!lf)
            return (struct rw_slice){NULL, 0};
        text = rw_slice_from(text, (size_t)(lf - text.p) + 1);
    }
    if (text.n) {
        const char *lf = memchr(text.p, '\n', text.n);

        if (lf)
            text.n = (size_t)(lf - text.p);
        if (text.n && text.p[text.n - 1] == '\r')
            text.n--;
    }
    return text;
}

static size_t step(struct rw_slice rest)
{
    uint32_t cp;
    size_t n = rw_utf8_decode(rest, &cp);

    return n ? n : 1;
}

/* Drops code points from the front of a long line until the caret is in sight. */
static bool shorten(struct rw_slice *line, int *column)
{
    bool cut = false;

    while (*column > SHOWN_BEFORE && rw_utf8_count(*line) > SHOWN_MAX) {
        *line = rw_slice_from(*line, step(*line));
        (*column)--;
        cut = true;
    }
    return cut;
}

/* Shows the line, and tells how many columns lie before the mark and under it. */
static void show_text(FILE *out, struct rw_slice line, int column, int length, int *ret_before,
                      int *ret_under)
{
    bool cut = shorten(&line, &column);
    int before = cut ? 3 : 0, under = 0, at = 1;

    fputs(cut ? "..." : "", out);
    for (; line.n && at <= SHOWN_MAX; at++) {
        struct rw_slice one = {line.p, step(line)};
        int width = show_one(out, one);

        if (at < column)
            before += width;
        else if (at < column + length)
            under += width;
        line = rw_slice_from(line, one.n);
    }
    fprintf(out, "%s\n", line.n ? "..." : "");
    *ret_before = before;
    *ret_under = under;
}

static void show_mark(FILE *out, int before, int under, const char *color, const char *plain)
{
    fprintf(out, "%*s%s^", before, "", color);
    for (int i = 1; i < under; i++)
        fputc('~', out);
    fputs(plain, out);
}

void rw_cli_show_line(FILE *out, struct rw_slice text, int number, int column, int length,
                      const char *color, const char *plain)
{
    int before, under;

    fprintf(out, " %4d | ", number);
    show_text(out, line_of(text, number), column, length, &before, &under);
    fputs("      | ", out);
    show_mark(out, before, under, color, plain);
    fputc('\n', out);
}

void rw_cli_show_word(FILE *out, struct rw_slice word, int column, int length, const char *beside,
                      const char *color, const char *plain)
{
    int before, under;

    fputs("  ", out);
    show_text(out, word, column, length, &before, &under);
    fputs("  ", out);
    show_mark(out, before, under, color, plain);
    fprintf(out, "%s%s\n", *beside ? " " : "", beside);
}

/* ------------------------------------------------------------------ faults */

struct style {
    const char *bold, *red, *yellow, *blue, *green, *plain;
};

static const struct style *style_of(const struct rw_cli *cli)
{
    static const struct style colored = {"\033[1m",  "\033[1;31m", "\033[1;33m",
                                         "\033[34m", "\033[1;32m", "\033[0m"};
    static const struct style none = {"", "", "", "", "", ""};

    return cli->color ? &colored : &none;
}

static void note(struct rw_cli *cli, const json_t *fault, const char *key, const char *word)
{
    const char *text = json_string_value(json_object_get(fault, key));
    const struct style *s = style_of(cli);
    char clean[1024];

    if (!text || !*text)
        return;
    (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(text));
    fprintf(cli->err, "      %s= %s:%s %s\n", s->blue, word, s->plain, clean);
}

static int number(const json_t *fault, const char *key)
{
    return (int)json_integer_value(json_object_get(fault, key));
}

static void show_fault(struct rw_cli *cli, const json_t *fault, const struct rw_cli_source *source,
                       bool warning)
{
    const struct style *s = style_of(cli);
    const char *message = json_string_value(json_object_get(fault, "message"));
    const char *code = json_string_value(json_object_get(fault, "code"));
    const char *color = warning ? s->yellow : s->red;
    int line = number(fault, "line"), column = number(fault, "column");
    bool placed = source && line > 0 && column > 0;
    char clean[1024], clean_code[120];

    (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(message ? message : "refused"));
    (void)rw_text_clean(clean_code, sizeof(clean_code), rw_slice_str(code ? code : ""));
    if (placed)
        fprintf(cli->err, "%s%s:%d:%d: ", s->bold, source->name, line, column);
    fprintf(cli->err, "%s%s:%s %s%s%s", color, warning ? "warning" : "error", s->plain, s->bold,
            clean, s->plain);
    fprintf(cli->err, "%s%s%s\n", *clean_code ? " [" : "", clean_code, *clean_code ? "]" : "");
    if (placed && source->text.n)
        rw_cli_show_line(cli->err, source->text, line, column, number(fault, "length"), color,
                         s->plain);
    if (!placed)
        note(cli, fault, "pointer", "at");
    note(cli, fault, "found", "found");
    note(cli, fault, "expected", "expected");
    note(cli, fault, "suggestion", "instead");
    note(cli, fault, "help", "help");
}

static void show_each(struct rw_cli *cli, const json_t *faults, const struct rw_cli_source *source,
                      bool warning)
{
    size_t i;
    const json_t *fault;

    json_array_foreach(faults, i, fault) show_fault(cli, fault, source, warning);
}

/* The form of RFC 6749, which /oauth/token answers with. */
static bool show_oauth(struct rw_cli *cli, const json_t *body)
{
    const char *error = json_string_value(json_object_get(body, "error"));
    const char *text = json_string_value(json_object_get(body, "error_description"));
    char clean[1024];

    if (!error)
        return false;
    (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(text ? text : error));
    fprintf(cli->err, "error: %s [%s]\n", clean, error);
    return true;
}

static void show_suggestion(struct rw_cli *cli, const json_t *suggested)
{
    const struct style *s = style_of(cli);

    if (!suggested)
        return;
    fprintf(cli->err, "%shelp:%s this request would be accepted:\n", s->green, s->plain);
    rw_cli_put_json(cli->err, suggested, false);
}

/* The one thing without which the server can make no request of what was sent. */
static void show_missing(struct rw_cli *cli, const json_t *missing)
{
    const char *what = json_string_value(json_object_get(missing, "what"));
    const struct style *s = style_of(cli);
    char clean[1024];

    if (!what)
        return;
    (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(what));
    fprintf(cli->err, "%shelp:%s what is missing is %s\n", s->green, s->plain, clean);
    note(cli, missing, "pointer", "at");
    note(cli, missing, "how", "how");
}

void rw_cli_show_refusal(struct rw_cli *cli, const json_t *body, const struct rw_cli_source *source)
{
    const json_t *faults = json_object_get(body, "errors");
    const char *context = json_string_value(json_object_get(body, "contextId"));
    char clean[80];

    if (show_oauth(cli, body))
        return;
    if (json_array_size(faults))
        show_each(cli, faults, source, false);
    else
        show_fault(cli, body, source, false);
    rw_cli_show_warnings(cli, body, source);
    show_suggestion(cli, json_object_get(body, "suggestedRequest"));
    show_missing(cli, json_object_get(body, "missingFact"));
    if (context && !cli->quiet) {
        (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(context));
        fprintf(cli->err, "(the server's log has this under correlation id %s)\n", clean);
    }
}

void rw_cli_show_warnings(struct rw_cli *cli, const json_t *answer,
                          const struct rw_cli_source *source)
{
    if (!cli->quiet)
        show_each(cli, json_object_get(answer, "warnings"), source, true);
}
