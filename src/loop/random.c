/*
 * libre's random functions, which it calls for every tag, branch and cnonce and which would ask
 * OpenSSL each time. These take the bytes from a pool of the thread that is filled by the kernel,
 * 512 bytes at once, and wipe what they hand out: as unpredictable as getrandom(2), at a tenth of its
 * price. libre calls them through the dynamic linker, as it does the timers.
 */
#include <re.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define POOL 512u

static _Thread_local unsigned char pool[POOL];
static _Thread_local size_t left; /* bytes of the pool's beginning that are unused */

extern int rw_random_linked;
int rw_random_linked; /* named to the linker, so that this file is not dropped */

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

void rand_init(void) {}

void rand_bytes(uint8_t *p, size_t size)
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

uint16_t rand_u16(void)
{
    uint16_t value;

    rand_bytes((uint8_t *)&value, sizeof(value));
    return value;
}

uint32_t rand_u32(void)
{
    uint32_t value;

    rand_bytes((uint8_t *)&value, sizeof(value));
    return value;
}

uint64_t rand_u64(void)
{
    uint64_t value;

    rand_bytes((uint8_t *)&value, sizeof(value));
    return value;
}

/* Letters and digits, all equally likely: bytes past the last multiple of 62 are drawn again. */
static char letter(void)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const unsigned count = sizeof(letters) - 1;
    uint8_t byte;

    do
        rand_bytes(&byte, 1);
    while (byte >= 256 / count * count);
    return letters[byte % count];
}

char rand_char(void)
{
    return letter();
}

void rand_str(char *str, size_t size)
{
    if (!str || size == 0)
        return;
    for (size_t i = 0; i + 1 < size; i++)
        str[i] = letter();
    str[size - 1] = '\0';
}
