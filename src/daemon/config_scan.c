#include "daemon/config_scan.h"

#include "base/utf8.h"

void rw_config_scan_init(struct rw_config_scan *scan, struct rw_slice text)
{
    *scan = (struct rw_config_scan){.rest = text};
}

static enum rw_class syntax(const struct rw_config_scan *scan, struct rw_slice line, const char *at,
                            const char *expected, struct rw_err *err)
{
    size_t offset = (size_t)(at - line.p);
    struct rw_slice here = rw_slice_from(line, offset);

    rw_fail(err, RW_MALFORMED, "config.syntax", "this line can't be read");
    if (err) {
        err->line = scan->line;
        err->column = (int32_t)rw_utf8_count((struct rw_slice){line.p, offset}) + 1;
        err->length = here.n ? 1 : 0;
    }
    if (here.n)
        rw_err_found(err, "%.*s", here.n > 40 ? 40 : (int)here.n, here.p);
    else
        rw_err_found(err, "the end of the line");
    rw_err_expected(err, "%s", expected);
    return RW_MALFORMED;
}

static const char *blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

static const char *word(const char *p, const char *end)
{
    while (p < end && ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_'))
        p++;
    return p;
}

/* Undoes the escapes of a string up to its closing quote. Returns behind it, or NULL with *ret_bad. */
static const char *string(struct rw_config_scan *scan, const char *p, const char *end,
                          struct rw_slice *ret, const char **ret_bad)
{
    size_t n = 0;

    for (p++; p < end && *p != '"'; p++) {
        char c = *p;

        if (c == '\\') {
            const char *escape = "\"\\nt", *known;

            if (++p == end || !*p || !(known = strchr(escape, *p)))
                break;
            c = "\"\\\n\t"[known - escape];
        } else if ((unsigned char)c < 0x20 || c == 0x7f) {
            break;
        }
        if (n == sizeof(scan->unescaped))
            break;
        scan->unescaped[n++] = c;
    }
    if (p >= end || *p != '"') {
        *ret_bad = p < end ? p : end;
        return NULL;
    }
    *ret = (struct rw_slice){scan->unescaped, n};
    return p + 1;
}

static enum rw_class read_section(struct rw_config_scan *scan, struct rw_slice line, const char *p,
                                  struct rw_err *err)
{
    const char *end = line.p + line.n;
    const char *from = blanks(p + 1, end), *to = word(from, end), *close = blanks(to, end);

    if (to == from)
        return syntax(scan, line, from, "the name of a section, for example [http]", err);
    if (close == end || *close != ']')
        return syntax(scan, line, close, "']' after the section's name", err);
    close = blanks(close + 1, end);
    if (close < end && *close != '#')
        return syntax(scan, line, close, "nothing more on this line", err);
    scan->section = (struct rw_slice){from, (size_t)(to - from)};
    return RW_OK;
}

static enum rw_class read_entry(struct rw_config_scan *scan, struct rw_slice line, const char *p,
                                struct rw_config_entry *ret, struct rw_err *err)
{
    const char *end = line.p + line.n;
    const char *to = word(p, end), *value = blanks(to, end), *bad = NULL;
    struct rw_config_entry entry = {.section = scan->section, .line = scan->line};

    if (to == p)
        return syntax(scan, line, p, "an option's name in lower case, a [section] or a # comment",
                      err);
    if (value == end || *value != '=')
        return syntax(scan, line, value, "'=' after the option's name", err);
    entry.key = (struct rw_slice){p, (size_t)(to - p)};
    value = blanks(value + 1, end);
    entry.key_column = (int32_t)rw_utf8_count((struct rw_slice){line.p, (size_t)(p - line.p)}) + 1;
    entry.value_column =
        (int32_t)rw_utf8_count((struct rw_slice){line.p, (size_t)(value - line.p)}) + 1;
    if (value < end && *value == '"') {
        entry.quoted = true;
        to = string(scan, value, end, &entry.value, &bad);
        if (!to)
            return syntax(scan, line, bad,
                          "a closing '\"'; inside, \\\" \\\\ \\n and \\t are the escapes", err);
    } else {
        for (to = value; to < end && *to != ' ' && *to != '\t' && *to != '#'; to++)
            ;
        if (to == value)
            return syntax(scan, line, value, "a value: \"text\", a number, true or false", err);
        entry.value = (struct rw_slice){value, (size_t)(to - value)};
    }
    to = blanks(to, end);
    if (to < end && *to != '#')
        return syntax(scan, line, to, "nothing more on this line", err);
    *ret = entry;
    return RW_OK;
}

enum rw_class rw_config_scan_next(struct rw_config_scan *scan, struct rw_config_entry *ret,
                                  struct rw_err *err)
{
    while (scan->rest.n) {
        const char *newline = memchr(scan->rest.p, '\n', scan->rest.n);
        struct rw_slice line = {scan->rest.p,
                                newline ? (size_t)(newline - scan->rest.p) : scan->rest.n};
        const char *p, *end;

        scan->rest = rw_slice_from(scan->rest, line.n + (newline != NULL));
        scan->line++;
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        end = line.p + line.n;
        p = blanks(line.p, end);
        if (p == end || *p == '#')
            continue;
        if (*p != '[')
            return read_entry(scan, line, p, ret, err);
        if (read_section(scan, line, p, err))
            return RW_MALFORMED;
    }
    *ret = (struct rw_config_entry){0};
    return RW_OK;
}
