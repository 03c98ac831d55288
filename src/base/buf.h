/*
 * base/buf.h - a byte buffer that grows up to a maximum given at birth.
 *
 * Owner    whoever called _init(); _done() frees. `p` moves when the buffer grows.
 * Threads  one at a time.
 * Errors   sticky: after a failed put (memory or maximum) every later put does nothing and
 *          `failed` stays true, so a writer checks once, at its end.
 */
#ifndef RW_BASE_BUF_H
#define RW_BASE_BUF_H

#include "base/slice.h"

#include <stdint.h>

struct rw_buf {
    char *p; /* NULL while empty; always NUL-terminated otherwise */
    size_t len, cap, max;
    bool failed;
};

void rw_buf_init(struct rw_buf *buf, size_t max);
void rw_buf_done(struct rw_buf *buf);
void rw_buf_clear(struct rw_buf *buf); /* empties it, keeps the memory, forgets a failure */

void rw_buf_put(struct rw_buf *buf, struct rw_slice bytes);
void rw_buf_puts(struct rw_buf *buf, const char *s);
void rw_buf_putc(struct rw_buf *buf, char c);
void rw_buf_putu(struct rw_buf *buf, uint64_t n); /* in decimal */
void rw_buf_printf(struct rw_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline struct rw_slice rw_buf_slice(const struct rw_buf *buf)
{
    return (struct rw_slice){buf->p, buf->len};
}

#endif
