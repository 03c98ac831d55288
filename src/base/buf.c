#include "base/buf.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

void rw_buf_init(struct rw_buf *buf, size_t max)
{
    *buf = (struct rw_buf){.max = max};
}

void rw_buf_done(struct rw_buf *buf)
{
    rw_free(buf->p);
    *buf = (struct rw_buf){.max = buf->max};
}

void rw_buf_clear(struct rw_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->p)
        buf->p[0] = '\0';
}

static bool reserve(struct rw_buf *buf, size_t more)
{
    size_t need, cap;
    char *p;

    if (buf->failed || more > buf->max - buf->len) {
        buf->failed = true;
        return false;
    }
    need = buf->len + more + 1;
    if (need <= buf->cap)
        return true;
    cap = buf->cap ? buf->cap : 256;
    while (cap < need)
        cap *= 2;
    p = rw_regrow(buf->p, cap, 1);
    if (!p) {
        buf->failed = true;
        return false;
    }
    buf->p = p;
    buf->cap = cap;
    return true;
}

void rw_buf_put(struct rw_buf *buf, struct rw_slice bytes)
{
    if (!reserve(buf, bytes.n))
        return;
    if (bytes.n)
        memcpy(buf->p + buf->len, bytes.p, bytes.n);
    buf->len += bytes.n;
    buf->p[buf->len] = '\0';
}

void rw_buf_puts(struct rw_buf *buf, const char *s)
{
    rw_buf_put(buf, rw_slice_str(s));
}

void rw_buf_putc(struct rw_buf *buf, char c)
{
    rw_buf_put(buf, (struct rw_slice){&c, 1});
}

void rw_buf_putu(struct rw_buf *buf, uint64_t n)
{
    char digits[20], *p = digits + sizeof(digits);

    do
        *--p = (char)('0' + n % 10);
    while (n /= 10);
    rw_buf_put(buf, (struct rw_slice){p, (size_t)(digits + sizeof(digits) - p)});
}

void rw_buf_printf(struct rw_buf *buf, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !reserve(buf, (size_t)n)) {
        buf->failed = true;
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(buf->p + buf->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    buf->len += (size_t)n;
}
