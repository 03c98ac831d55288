#include "base/id.h"

#include "base/clock.h"

/*
 * 48 bits milliseconds | version 7 | 8 bits worker, 4 bits and 2 variant bits and 62 random bits.
 * Within a millisecond the counter in the 4 + 20 highest random bits keeps the order.
 */
struct rw_id rw_id_new(unsigned worker)
{
    static _Thread_local uint64_t last_ms, counter;
    static const char hex[] = "0123456789abcdef";
    uint64_t now = rw_clock_wall_ms(), hi, lo;
    struct rw_id id;
    char *p = id.text;

    if (now > last_ms) {
        last_ms = now;
        counter = rw_random_u64() & 0xffff; /* room above for 16 million more in this millisecond */
    } else if (++counter >> 24) {
        last_ms++;
        counter = 0;
    }
    hi = last_ms << 16 | 0x7000 | (uint64_t)(worker & 0xff) << 4 | (counter >> 20 & 0xf);
    lo = (uint64_t)2 << 62 | (counter & 0xfffff) << 42 | (rw_random_u64() & 0x3ffffffffff);
    for (int i = 0; i < 32; i++) {
        uint64_t half = i < 16 ? hi : lo;

        if (i == 8 || i == 12 || i == 16 || i == 20)
            *p++ = '-';
        *p++ = hex[half >> (60 - 4 * (i & 15)) & 0xf];
    }
    *p = '\0';
    return id;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool rw_id_is_uuid(struct rw_slice s)
{
    if (s.n != RW_ID_TEXT - 1)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? s.p[i] != '-' : hex_value(s.p[i]) < 0)
            return false;
    }
    return true;
}

int rw_id_worker(struct rw_slice id)
{
    int high, low;

    if (!rw_id_is_uuid(id) || id.p[14] != '7')
        return -1;
    high = hex_value(id.p[15]);
    low = hex_value(id.p[16]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}
