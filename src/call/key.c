#include "call/key.h"

#include <string.h>

const char rw_key_signs[RW_KEYS + 1] = "0123456789*#ABCD";

int rw_key_event(char sign)
{
    const char *at = sign ? strchr(rw_key_signs, sign) : NULL;

    return at ? (int)(at - rw_key_signs) : -1;
}

uint16_t rw_key_bounded_ms(uint32_t ms)
{
    if (ms < RW_KEY_MS_MIN)
        return RW_KEY_MS_MIN;
    return (uint16_t)(ms > RW_KEY_MS_MAX ? RW_KEY_MS_MAX : ms);
}
