/*
 * libre's random functions, which it calls for every tag, branch and cnonce and which would ask
 * OpenSSL each time. Like the timers they are found by libre through the dynamic linker.
 */
#include "base/id.h"

#include <re.h>

extern int rw_random_linked;
int rw_random_linked; /* named to the linker, so that this file is not dropped */

void rand_init(void) {}

void rand_bytes(uint8_t *p, size_t size)
{
    rw_random_bytes(p, size);
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
