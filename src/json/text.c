#include "json/text.h"

#include "base/utf8.h"

size_t rw_json_skip_blank(struct rw_slice text, size_t at)
{
    while (at < text.n &&
           (text.p[at] == ' ' || text.p[at] == '\t' || text.p[at] == '\n' || text.p[at] == '\r'))
        at++;
    return at;
}

size_t rw_json_skip_string(struct rw_slice text, size_t at)
{
    for (at++; at < text.n; at++) {
        if (text.p[at] == '"')
            return at + 1;
        if (text.p[at] == '\\')
            at++;
    }
    return text.n;
}

size_t rw_json_skip_value(struct rw_slice text, size_t at)
{
    size_t depth = 0;

    do {
        if (at >= text.n)
            return text.n;
        switch (text.p[at]) {
        case '"':
            at = rw_json_skip_string(text, at);
            break;
        case '{':
        case '[':
            depth++;
            at++;
            break;
        case '}':
        case ']':
            if (depth == 0)
                return at;
            depth--;
            at++;
            break;
        default:
            if (depth == 0) { /* a number or a word */
                while (at < text.n && !rw_json_is_one_of(text.p[at], ",}] \t\r\n"))
                    at++;
                return at;
            }
            at++;
        }
    } while (depth);
    return at;
}

/* Four hexadecimal digits at `at`, or -1. */
static int32_t hex4(struct rw_slice text, size_t at)
{
    int32_t value = 0;

    if (at > text.n || text.n - at < 4)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        char c = text.p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static size_t decode_unicode(struct rw_slice text, size_t at, uint32_t *ret_cp)
{
    int32_t high = hex4(text, at + 2), low;

    *ret_cp = 0xfffd;
    if (high < 0)
        return 1;
    if (high < 0xd800 || high > 0xdfff) {
        *ret_cp = (uint32_t)high;
        return 6;
    }
    low = high < 0xdc00 && at + 8 <= text.n && text.p[at + 6] == '\\' && text.p[at + 7] == 'u'
              ? hex4(text, at + 8)
              : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return 6;
    *ret_cp = 0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
    return 12;
}

size_t rw_json_decode(struct rw_slice text, size_t at, uint32_t *ret_cp)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *name;
    size_t n;

    if (at >= text.n)
        return 0;
    if (text.p[at] != '\\') {
        n = rw_utf8_decode(rw_slice_from(text, at), ret_cp);
        if (n == 0)
            *ret_cp = 0xfffd;
        return n ? n : 1;
    }
    if (at + 1 < text.n && text.p[at + 1] == 'u')
        return decode_unicode(text, at, ret_cp);
    name = at + 1 < text.n ? memchr(names, text.p[at + 1], sizeof(names) - 1) : NULL;
    *ret_cp = name ? (uint32_t)values[name - names] : 0xfffd;
    return name ? 2 : 1;
}

size_t rw_json_unescape(struct rw_slice inside, char *out, size_t size)
{
    size_t at = 0, len = 0, n;
    uint32_t cp;

    while ((n = rw_json_decode(inside, at, &cp)) > 0) {
        char bytes[4];
        size_t count = rw_utf8_encode(cp, bytes);

        if (len + count > size)
            break;
        memcpy(out + len, bytes, count);
        len += count;
        at += n;
    }
    return len;
}
