#include "json/write.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <stdio.h>

/* Of each ASCII byte: 0 = stands for itself, 'u' = needs \u00XX, else the letter of its escape. */
static const char escapes[128] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b',         't',           'n',          'u',
    'f', 'r', 'u', 'u', 'u', 'u', 'u', 'u', 'u',         'u',           'u',          'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\', [0x7f] = 'u',
};

/* "\u1234", or of what does not fit into four digits its surrogate pair. */
static void put_unicode(struct rw_buf *buf, uint32_t cp)
{
    static const char hex[] = "0123456789abcdef";
    uint32_t units[2] = {cp, 0};
    size_t count = 1;
    char text[12];

    if (cp > 0xffff) {
        units[0] = 0xd800 + ((cp - 0x10000) >> 10);
        units[1] = 0xdc00 + ((cp - 0x10000) & 0x3ff);
        count = 2;
    }
    for (size_t i = 0; i < count; i++) {
        char *p = text + 6 * i;

        p[0] = '\\';
        p[1] = 'u';
        for (unsigned digit = 0; digit < 4; digit++)
            p[2 + digit] = hex[units[i] >> (12 - 4 * digit) & 15];
    }
    rw_buf_put(buf, (struct rw_slice){text, 6 * count});
}

static void escape(struct rw_buf *buf, struct rw_slice text, bool ascii)
{
    size_t plain = 0, i = 0;

    while (i < text.n) {
        unsigned char c = (unsigned char)text.p[i];
        uint32_t cp = c;
        size_t n = 1;

        if (c < 0x80 && !escapes[c]) {
            i++;
            continue;
        }
        if (c >= 0x80)
            n = rw_utf8_decode(rw_slice_from(text, i), &cp);
        if (n && c >= 0x80 && !ascii) {
            i += n;
            continue;
        }
        rw_buf_put(buf, (struct rw_slice){text.p + plain, i - plain});
        if (n == 0 && !ascii)
            rw_buf_put(buf, RW_LIT("\xef\xbf\xbd"));
        else if (c >= 0x80 || escapes[c] == 'u')
            put_unicode(buf, n ? cp : 0xfffd);
        else
            rw_buf_put(buf, (struct rw_slice){(char[2]){'\\', escapes[c]}, 2});
        i += n ? n : 1;
        plain = i;
    }
    if (plain < text.n)
        rw_buf_put(buf, rw_slice_from(text, plain));
}

void rw_json_escape(struct rw_buf *buf, struct rw_slice text)
{
    escape(buf, text, false);
}

#define BRIEF 64 /* a text up to this long is quoted in one put, unless it needs an escape */

/* `lead` and `tail` stand outside of the quotes; '\0': nothing does. */
static void put_string(struct rw_buf *buf, char lead, struct rw_slice text, char tail, bool ascii)
{
    char brief[BRIEF + 4], *p = brief;
    size_t i = 0;

    if (lead)
        *p++ = lead;
    *p++ = '"';
    if (text.n <= BRIEF)
        while (i < text.n && (unsigned char)text.p[i] < 0x80 && !escapes[(unsigned char)text.p[i]])
            *p++ = text.p[i++];
    if (i == text.n) {
        *p++ = '"';
        if (tail)
            *p++ = tail;
        rw_buf_put(buf, (struct rw_slice){brief, (size_t)(p - brief)});
        return;
    }
    rw_buf_puts(buf, lead ? (char[]){lead, '"', '\0'} : "\"");
    escape(buf, text, ascii);
    rw_buf_puts(buf, tail ? (char[]){'"', tail, '\0'} : "\"");
}

/* The comma and the name that come before a value; a name where none belongs is a fault of ours. */
static void before(struct rw_json_writer *w, const char *key)
{
    bool in_object = w->depth && w->closer[w->depth - 1] == '}';

    if (in_object != (key != NULL) || (w->depth == 0 && w->comma))
        w->buf->failed = true;
    if (key)
        put_string(w->buf, w->comma ? ',' : '\0', rw_slice_str(key), ':', false);
    else if (w->comma)
        rw_buf_putc(w->buf, ',');
    w->comma = true;
}

static void open_container(struct rw_json_writer *w, const char *key, char opener, char closer)
{
    before(w, key);
    if (w->depth == RW_JSON_WRITE_DEPTH) {
        w->buf->failed = true;
        return;
    }
    rw_buf_putc(w->buf, opener);
    w->closer[w->depth++] = closer;
    w->comma = false;
}

void rw_json_open_object(struct rw_json_writer *w, const char *key)
{
    open_container(w, key, '{', '}');
}

void rw_json_open_array(struct rw_json_writer *w, const char *key)
{
    open_container(w, key, '[', ']');
}

void rw_json_close(struct rw_json_writer *w)
{
    if (w->depth == 0) {
        w->buf->failed = true;
        return;
    }
    rw_buf_putc(w->buf, w->closer[--w->depth]);
    w->comma = true;
}

void rw_json_slice(struct rw_json_writer *w, const char *key, struct rw_slice value)
{
    before(w, key);
    put_string(w->buf, '\0', value, '\0', w->ascii);
}

void rw_json_str(struct rw_json_writer *w, const char *key, const char *value)
{
    if (value)
        rw_json_slice(w, key, rw_slice_str(value));
    else
        rw_json_null(w, key);
}

void rw_json_opt(struct rw_json_writer *w, const char *key, const char *value)
{
    if (value)
        rw_json_slice(w, key, rw_slice_str(value));
}

void rw_json_uint(struct rw_json_writer *w, const char *key, uint64_t value)
{
    before(w, key);
    rw_buf_putu(w->buf, value);
}

void rw_json_int(struct rw_json_writer *w, const char *key, int64_t value)
{
    before(w, key);
    if (value < 0)
        rw_buf_putc(w->buf, '-');
    rw_buf_putu(w->buf, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void rw_json_bool(struct rw_json_writer *w, const char *key, bool value)
{
    rw_json_raw(w, key, value ? RW_LIT("true") : RW_LIT("false"));
}

void rw_json_null(struct rw_json_writer *w, const char *key)
{
    rw_json_raw(w, key, RW_LIT("null"));
}

void rw_json_time(struct rw_json_writer *w, const char *key, uint64_t wall_ms)
{
    char text[RW_TIME_TEXT];

    if (wall_ms == 0)
        return;
    rw_time_format(wall_ms, text);
    rw_json_slice(w, key, rw_slice_str(text));
}

void rw_json_raw(struct rw_json_writer *w, const char *key, struct rw_slice json)
{
    before(w, key);
    rw_buf_put(w->buf, json);
}

bool rw_json_done(const struct rw_json_writer *w)
{
    return w->depth == 0 && w->comma && !w->buf->failed;
}
