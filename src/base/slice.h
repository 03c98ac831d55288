/*
 * base/slice.h - bytes that somebody else owns: a pointer and a length, no NUL needed.
 *
 * Everything that comes off the wire is passed as a slice. A slice is valid as long as its owner
 * says; it never frees. {NULL, 0} is the empty slice.
 */
#ifndef RW_BASE_SLICE_H
#define RW_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct rw_slice {
    const char *p;
    size_t n;
};

#define RW_LIT(s) ((struct rw_slice){(s), sizeof(s) - 1}) /* of a string literal */
#define RW_SLICE_ARG(s) (int)(s).n, (s).p                 /* for "%.*s" */

/* Of a NUL-terminated string; NULL gives the empty slice. */
static inline struct rw_slice rw_slice_str(const char *s)
{
    return (struct rw_slice){s, s ? strlen(s) : 0};
}

static inline bool rw_slice_eq(struct rw_slice a, struct rw_slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Equal but for the case of ASCII letters. */
static inline bool rw_slice_ieq(struct rw_slice a, struct rw_slice b)
{
    return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

static inline bool rw_slice_starts(struct rw_slice s, struct rw_slice prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

/* The rest from byte `from` on; empty when from is past the end. */
static inline struct rw_slice rw_slice_from(struct rw_slice s, size_t from)
{
    return from < s.n ? (struct rw_slice){s.p + from, s.n - from} : (struct rw_slice){NULL, 0};
}

/* Copies into dst (size bytes) as a C string. False, with dst = "", when it does not fit. */
static inline bool rw_slice_copy(char *dst, size_t size, struct rw_slice s)
{
    if (size == 0)
        return false;
    if (s.n >= size || (s.n && memchr(s.p, 0, s.n))) {
        dst[0] = '\0';
        return false;
    }
    if (s.n)
        memcpy(dst, s.p, s.n);
    dst[s.n] = '\0';
    return true;
}

#endif
