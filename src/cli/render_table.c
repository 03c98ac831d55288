#include "base/err.h"
#include "base/utf8.h"
#include "cli/render.h"

#include <stdarg.h>
#include <stdlib.h>

#define COLUMNS_MAX 10
#define CELL_MAX 256

/* ------------------------------------------------------------------ JSON */

/* Of what a terminal acts upon jansson leaves one character alone: delete. It can stand in a text only. */
static int put_escaped(const char *text, size_t n, void *out)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] == 0x7f ? fputs("\\u007f", out) == EOF : fputc(text[i], out) == EOF)
            return -1;
    return 0;
}

void rw_cli_put_json(FILE *out, const json_t *json, bool one_line)
{
    size_t layout = one_line ? JSON_COMPACT : JSON_INDENT(2);

    (void)json_dump_callback(json, put_escaped, out, layout | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
    fputc('\n', out);
}

void rw_cli_show_json(struct rw_cli *cli, const json_t *json)
{
    if (json)
        rw_cli_put_json(cli->out, json, false);
}

static bool as_json(const struct rw_cli *cli)
{
    return cli->json || !cli->terminal;
}

void rw_cli_say(struct rw_cli *cli, const char *fmt, ...)
{
    va_list ap;

    if (cli->quiet || as_json(cli))
        return;
    va_start(ap, fmt);
    (void)vfprintf(cli->out, fmt, ap);
    va_end(ap);
}

/* ------------------------------------------------------------------ values */

static const json_t *member_at(const json_t *json, const char *path)
{
    while (json && *path) {
        char key[60];
        size_t n = strcspn(path, ".");

        if (n >= sizeof(key))
            return NULL;
        memcpy(key, path, n);
        key[n] = '\0';
        json = json_is_array(json) ? json_array_get(json, (size_t)strtoul(key, NULL, 10))
                                   : json_object_get(json, key);
        path += n + (path[n] == '.');
    }
    return json;
}

const char *rw_cli_text_at(const json_t *json, const char *path, char scratch[40])
{
    const json_t *value = member_at(json, path);

    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_integer(value)) {
        (void)snprintf(scratch, 40, "%lld", (long long)json_integer_value(value));
        return scratch;
    }
    if (json_is_boolean(value))
        return json_is_true(value) ? "yes" : "no";
    return NULL;
}

/* What stands for an object in a list: its name, or of a reason "SIP 486 Busy Here", "Q.850 17". */
static const char *in_a_word(const json_t *item, char dst[120])
{
    const char *type = json_string_value(json_object_get(item, "type"));
    const char *phrase = json_string_value(json_object_get(item, "phrase"));
    char scratch[40];
    const char *code = rw_cli_text_at(item, "code", scratch);

    if (!type || !code)
        return json_string_value(json_object_get(item, "name"));
    (void)snprintf(dst, 120, "%s %s%s%s",
                   strcmp(type, "q850") == 0  ? "Q.850"
                   : strcmp(type, "sip") == 0 ? "SIP"
                                              : type,
                   code, phrase ? " " : "", phrase ? phrase : "");
    return dst;
}

/* "a, b, c" of an array. */
static void join(const json_t *array, char *dst, size_t size)
{
    size_t at = 0, i;
    const json_t *item;

    json_array_foreach(array, i, item)
    {
        char scratch[120];
        const char *text =
            json_is_object(item) ? in_a_word(item, scratch) : rw_cli_text_at(item, "", scratch);
        int n = snprintf(dst + at, size - at, "%s%s", i ? ", " : "", text ? text : "");

        if (n < 0 || (size_t)n >= size - at)
            return;
        at += (size_t)n;
    }
}

static void cell(const json_t *row, const char *path, char dst[CELL_MAX])
{
    const json_t *value = member_at(row, path);
    char scratch[40], joined[CELL_MAX] = "";
    const char *text;

    if (json_is_array(value)) {
        join(value, joined, sizeof(joined));
        text = joined;
    } else {
        text = rw_cli_text_at(row, path, scratch);
    }
    (void)rw_text_clean(dst, CELL_MAX, rw_slice_str(text ? text : ""));
}

static size_t width_of(const char *text)
{
    struct rw_slice rest = rw_slice_str(text);
    size_t width = 0;

    while (rest.n) {
        uint32_t cp = 0xfffd;
        size_t n = rw_utf8_decode(rest, &cp);

        width += (size_t)rw_cli_width(cp);
        rest = rw_slice_from(rest, n ? n : 1);
    }
    return width;
}

/* ------------------------------------------------------------------ tables */

/* Writes the spaces still owed, then a cell; returns the spaces owed before the next one. */
static size_t put_cell(FILE *out, size_t owed, const char *text, size_t width)
{
    if (*text)
        fprintf(out, "%*s%s", (int)owed, "", text);
    else
        width += owed;
    return width + 2 - width_of(text);
}

static void print_table(FILE *out, const json_t *rows, const struct rw_cli_column *columns)
{
    size_t width[COLUMNS_MAX] = {0}, count = 0, i;
    char text[CELL_MAX];
    const json_t *row;

    while (columns[count].title && count < COLUMNS_MAX)
        count++;
    for (size_t c = 0; c < count; c++) {
        width[c] = width_of(columns[c].title);
        json_array_foreach(rows, i, row)
        {
            cell(row, columns[c].path, text);
            width[c] = width_of(text) > width[c] ? width_of(text) : width[c];
        }
    }
    for (size_t c = 0, owed = 0; c < count; c++)
        owed = put_cell(out, owed, columns[c].title, width[c]);
    fputc('\n', out);
    json_array_foreach(rows, i, row)
    {
        for (size_t c = 0, owed = 0; c < count; c++) {
            cell(row, columns[c].path, text);
            owed = put_cell(out, owed, text, width[c]);
        }
        fputc('\n', out);
    }
}

void rw_cli_show_list(struct rw_cli *cli, const json_t *answer, const struct rw_cli_column *columns)
{
    const json_t *rows = json_is_array(answer) ? answer : json_object_get(answer, "entities");
    json_int_t pages = json_integer_value(json_object_get(answer, "pageCount"));
    json_int_t page = json_integer_value(json_object_get(answer, "pageNumber"));

    if (as_json(cli)) {
        rw_cli_show_json(cli, answer);
        return;
    }
    if (!json_array_size(rows)) {
        rw_cli_say(cli, "none\n");
        return;
    }
    print_table(cli->out, rows, columns);
    if (pages > 1)
        rw_cli_say(cli, "page %lld of %lld; --page %lld for the next\n", (long long)page,
                   (long long)pages, (long long)page + 1);
}

void rw_cli_show_object(struct rw_cli *cli, const json_t *object,
                        const struct rw_cli_column *columns)
{
    size_t width = 0;
    char text[CELL_MAX];

    if (as_json(cli)) {
        rw_cli_show_json(cli, object);
        return;
    }
    for (const struct rw_cli_column *c = columns; c->title; c++) {
        cell(object, c->path, text);
        if (*text && width_of(c->title) > width)
            width = width_of(c->title);
    }
    for (const struct rw_cli_column *c = columns; c->title; c++) {
        cell(object, c->path, text);
        if (!*text)
            continue;
        fprintf(cli->out, "%*s%s\n", (int)put_cell(cli->out, 0, c->title, width), "", text);
    }
}
