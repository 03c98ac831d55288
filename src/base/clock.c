#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static _Thread_local uint64_t virtual_ms;

static uint64_t read_us(clockid_t id)
{
    struct timespec ts;

    if (virtual_ms)
        return virtual_ms * 1000;
    (void)clock_gettime(id, &ts);
    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

uint64_t rw_clock_wall_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000;
}

uint64_t rw_clock_mono_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

uint64_t rw_clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

void rw_clock_set_virtual(uint64_t ms)
{
    virtual_ms = ms;
}

/* Days since 1970 to a civil date (Gregorian, proleptic). No locale, no allocation, no lock. */
static void civil(uint64_t days, unsigned *ret_y, unsigned *ret_m, unsigned *ret_d)
{
    uint64_t z = days + 719468;
    uint64_t era = z / 146097, doe = z % 146097;
    uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint64_t mp = (5 * doy + 2) / 153;

    *ret_d = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
    *ret_m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
    *ret_y = (unsigned)(yoe + era * 400 + (*ret_m <= 2));
}

static char *digits(char *p, unsigned value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        p[i] = (char)('0' + value % 10);
    return p + count;
}

void rw_time_format(uint64_t wall_ms, char out[RW_TIME_TEXT])
{
    uint64_t s = wall_ms / 1000;
    unsigned y, m, d;
    char *p = out;

    civil(s / 86400, &y, &m, &d);
    p = digits(p, y, 4);
    *p++ = '-';
    p = digits(p, m, 2);
    *p++ = '-';
    p = digits(p, d, 2);
    *p++ = 'T';
    p = digits(p, (unsigned)(s / 3600 % 24), 2);
    *p++ = ':';
    p = digits(p, (unsigned)(s / 60 % 60), 2);
    *p++ = ':';
    p = digits(p, (unsigned)(s % 60), 2);
    *p++ = '.';
    p = digits(p, (unsigned)(wall_ms % 1000), 3);
    *p++ = 'Z';
    *p = '\0';
}
