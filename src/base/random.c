#include "base/id.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#define POOL 512u /* bytes asked of the kernel at once: a call to it costs more than the bytes */

static _Thread_local unsigned char pool[POOL];
static _Thread_local size_t left; /* bytes at the pool's beginning that were not handed out */

static void from_kernel(unsigned char *p, size_t size)
{
    while (size) {
        ssize_t n = getrandom(p, size, 0);

        if (n < 0) {
            if (errno == EINTR)
                continue;
            abort(); /* a kernel without randomness: nothing we make would be secret or unique */
        }
        p += n;
        size -= (size_t)n;
    }
}

void rw_random_bytes(void *p, size_t size)
{
    if (size > POOL) {
        from_kernel(p, size);
        return;
    }
    if (size > left) {
        from_kernel(pool, POOL);
        left = POOL;
    }
    left -= size;
    memcpy(p, pool + left, size);
    explicit_bzero(pool + left, size);
}

uint64_t rw_random_u64(void)
{
    uint64_t value;

    rw_random_bytes(&value, sizeof(value));
    return value;
}
