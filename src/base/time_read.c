#include "base/clock.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)

/* Reads exactly `n` digits at *at and moves behind them; -1 when they are not there. */
static int digits(struct rw_slice text, size_t *at, size_t n)
{
    int value = 0;

    if (*at > text.n || text.n - *at < n)
        return -1;
    for (size_t end = *at + n; *at < end; (*at)++) {
        if (text.p[*at] < '0' || text.p[*at] > '9')
            return -1;
        value = value * 10 + (text.p[*at] - '0');
    }
    return value;
}

static bool take(struct rw_slice text, size_t *at, const char *any_of)
{
    if (*at >= text.n || text.p[*at] == '\0' || !strchr(any_of, text.p[*at]))
        return false;
    (*at)++;
    return true;
}

/* "2026-11-23": days since 1970 of a Gregorian date. */
static bool read_date(struct rw_slice text, size_t *at, int64_t *ret_days)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = digits(text, at, 4), month, day, of_year;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    int64_t before;

    if (year < 0 || !take(text, at, "-"))
        return false;
    month = digits(text, at, 2);
    if (month < 1 || month > 12 || !take(text, at, "-"))
        return false;
    day = of_year = digits(text, at, 2);
    if (day < 1 || day > days[month - 1] + (month == 2 && leap))
        return false;
    for (int i = 1; i < month; i++)
        of_year += days[i - 1] + (i == 2 && leap);
    before =
        (int64_t)year - 1; /* years before, and their leap days; of the year 0 there are none */
    *ret_days =
        before * 365 + (year ? before / 4 - before / 100 + before / 400 : -1) + of_year - 719163;
    return true;
}

/* "17:44:07.123"; a leap second is the first of the next minute. */
static bool read_clock(struct rw_slice text, size_t *at, int64_t *ret_ms)
{
    int hour = digits(text, at, 2), minute, second, worth = 100;

    if (!take(text, at, ":"))
        return false;
    minute = digits(text, at, 2);
    if (!take(text, at, ":"))
        return false;
    second = digits(text, at, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    *ret_ms = (hour * INT64_C(60) + minute) * MINUTE_MS + second * INT64_C(1000);
    if (!take(text, at, "."))
        return true;
    if (*at == text.n || text.p[*at] < '0' || text.p[*at] > '9')
        return false;
    for (; *at < text.n && text.p[*at] >= '0' && text.p[*at] <= '9'; (*at)++, worth /= 10)
        *ret_ms += (int64_t)(text.p[*at] - '0') * worth;
    return true;
}

/* "Z", "+05:30" */
static bool read_offset(struct rw_slice text, size_t *at, int64_t *ret_ms)
{
    bool west = *at < text.n && text.p[*at] == '-';
    int hours, minutes;

    *ret_ms = 0;
    if (take(text, at, "Zz"))
        return true;
    if (!take(text, at, "+-"))
        return false;
    hours = digits(text, at, 2);
    if (!take(text, at, ":"))
        return false;
    minutes = digits(text, at, 2);
    *ret_ms = (hours * INT64_C(60) + minutes) * (west ? -MINUTE_MS : MINUTE_MS);
    return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

bool rw_time_read(struct rw_slice text, int64_t *ret_wall_ms)
{
    int64_t days, clock_ms, offset_ms;
    size_t at = 0;

    if (!read_date(text, &at, &days) || !take(text, &at, "Tt") ||
        !read_clock(text, &at, &clock_ms) || !read_offset(text, &at, &offset_ms) || at != text.n)
        return false;
    *ret_wall_ms = days * DAY_MS + clock_ms - offset_ms;
    return true;
}
