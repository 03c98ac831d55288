#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static _Thread_local long fail_after = -1;
static _Thread_local int fail_single;
static _Thread_local long live;

static int refuse(void)
{
    if (fail_after < 0)
        return 0;
    if (fail_after == 0) {
        if (fail_single)
            fail_after = -1;
        return 1;
    }
    fail_after--;
    return 0;
}

void *rw_calloc(size_t n, size_t size)
{
    size_t bytes;
    void *p = refuse() || __builtin_mul_overflow(n, size, &bytes) ? NULL : calloc(n, size);

    live += p != NULL;
    return p;
}

void *rw_regrow(void *p, size_t n, size_t size)
{
    size_t bytes;
    void *q = refuse() || __builtin_mul_overflow(n, size, &bytes) ? NULL : realloc(p, bytes);

    live += p == NULL && q != NULL;
    return q;
}

char *rw_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *p = rw_calloc(n, 1);

    if (p)
        memcpy(p, s, n);
    return p;
}

void rw_free(void *p)
{
    live -= p != NULL;
    free(p);
}

void rw_mem_fail_after(long n)
{
    fail_after = n;
    fail_single = 0;
}

void rw_mem_fail_once(long n)
{
    fail_after = n;
    fail_single = 1;
}

long rw_mem_live(void)
{
    return live;
}
