#include "base/err.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

RW_PRINTF(3, 0)
static void put_text(char *dst, size_t size, const char *fmt, va_list ap)
{
    char raw[512];
    int n = vsnprintf(raw, sizeof(raw), fmt, ap);

    if (n < 0)
        n = 0;
    rw_text_clean(dst, size,
                  (struct rw_slice){raw, (size_t)n < sizeof(raw) ? (size_t)n : sizeof(raw) - 1});
}

enum rw_class rw_fail(struct rw_err *err, enum rw_class class, const char *code, const char *fmt,
                      ...)
{
    if (err) {
        va_list ap;

        *err = (struct rw_err){.class = class, .code = code, .offset = -1};
        va_start(ap, fmt);
        put_text(err->message, sizeof(err->message), fmt, ap);
        va_end(ap);
    }
    return class;
}

enum rw_class rw_fail_memory(struct rw_err *err)
{
    return rw_fail(err, RW_NO_MEMORY, "server.no_memory", "the server is out of memory");
}

void rw_err_at(struct rw_err *err, const char *pointer, int32_t offset, int32_t length)
{
    if (!err)
        return;
    rw_text_clean(err->pointer, sizeof(err->pointer), rw_slice_str(pointer));
    err->offset = offset;
    err->length = length;
}

#define PUT(member)                                                                                \
    do {                                                                                           \
        va_list ap;                                                                                \
        if (!err)                                                                                  \
            return;                                                                                \
        va_start(ap, fmt);                                                                         \
        put_text(err->member, sizeof(err->member), fmt, ap);                                       \
        va_end(ap);                                                                                \
    } while (0)

void rw_err_found(struct rw_err *err, const char *fmt, ...)
{
    PUT(found);
}

void rw_err_expected(struct rw_err *err, const char *fmt, ...)
{
    PUT(expected);
}

/* Half of a suggestion is another one, and a wrong one: it is made whole or not at all. */
void rw_err_suggest(struct rw_err *err, const char *fmt, ...)
{
    char whole[sizeof(err->suggestion) + 16]; /* one escape longer at least: shows what is cut */
    va_list ap;

    if (!err)
        return;
    va_start(ap, fmt);
    put_text(whole, sizeof(whole), fmt, ap);
    va_end(ap);
    (void)rw_slice_copy(err->suggestion, sizeof(err->suggestion), rw_slice_str(whole));
}

/* Characters that would move the cursor, hide, or reorder what a person reads. */
static int is_unclean(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad || cp == 0x61c ||
           (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
           (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || (cp >= 0xfff0 && cp <= 0xfffb) ||
           (cp >= 0xe0000 && cp <= 0xe0fff);
}

size_t rw_text_clean(char *dst, size_t size, struct rw_slice text)
{
    size_t out = 0;

    if (size == 0)
        return 0;
    while (text.n) {
        uint32_t cp;
        size_t n = rw_utf8_decode(text, &cp);
        char escape[16];
        const char *from = text.p;
        size_t len = n;

        if (n == 0) {
            len = (size_t)snprintf(escape, sizeof(escape), "\\x{%02X}", (unsigned char)*text.p);
            from = escape;
            n = 1;
        } else if (is_unclean(cp)) {
            len = (size_t)snprintf(escape, sizeof(escape), "\\u{%04X}", cp);
            from = escape;
        }
        if (out + len >= size)
            break;
        memcpy(dst + out, from, len);
        out += len;
        text.p += n;
        text.n -= n;
    }
    dst[out] = '\0';
    return out;
}

void rw_faults_add(struct rw_faults *faults, const struct rw_err *err)
{
    if (faults->count < RW_FAULTS_MAX)
        faults->at[faults->count++] = *err;
    else
        faults->dropped++;
}
