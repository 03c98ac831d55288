/*
 * address/out.h - text put together in an array of the caller's; what does not fit is left out.
 *
 * Internal to the engine. Threads: any. Errors: none.
 */
#ifndef RW_ADDRESS_OUT_H
#define RW_ADDRESS_OUT_H

#include <stddef.h>

struct rw_out {
    char *p, *end; /* *end: room for the NUL */
};

/* size is at least 1. */
static inline struct rw_out rw_out_begin(char *dst, size_t size)
{
    return (struct rw_out){dst, dst + size - 1};
}

static inline void rw_out_char(struct rw_out *out, char c)
{
    if (out->p < out->end)
        *out->p++ = c;
}

static inline void rw_out_text(struct rw_out *out, const char *text)
{
    while (*text)
        rw_out_char(out, *text++);
}

static inline void rw_out_number(struct rw_out *out, unsigned n)
{
    char digits[10];
    size_t count = 0;

    do
        digits[count++] = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    while (count)
        rw_out_char(out, digits[--count]);
}

static inline void rw_out_end(struct rw_out *out)
{
    *out->p = '\0';
}

#endif
