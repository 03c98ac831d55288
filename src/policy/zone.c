#include "policy/zone.h"

#define DAY_S 86400
#define SINCE_S 1577836800 /* 2020: no call is judged by a clock of before */

/* ------------------------------------------------------------------ dates */

int64_t rw_zone_days(int64_t year, unsigned month, unsigned day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned of_era = (unsigned)(y - era * 400);
    unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + (int64_t)(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

void rw_zone_date(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

    *ret_day = doy - (153 * mp + 2) / 5 + 1;
    *ret_month = mp < 10 ? mp + 3 : mp - 9;
    *ret_year = (int64_t)yoe + era * 400 + (*ret_month <= 2);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* ------------------------------------------------------------------ the rule, POSIX TZ */

struct reader {
    const char *p, *end;
    bool failed;
};

static bool take(struct reader *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static void want(struct reader *r, char c)
{
    if (!take(r, c))
        r->failed = true;
}

static int32_t number(struct reader *r, int32_t least, int32_t most)
{
    const char *from = r->p;
    int32_t n = 0;

    while (r->p < r->end && *r->p >= '0' && *r->p <= '9' && n <= most)
        n = n * 10 + (*r->p++ - '0');
    if (r->p == from || n < least || n > most)
        r->failed = true;
    return n;
}

static void skip_name(struct reader *r)
{
    bool quoted = take(r, '<');
    const char *from = r->p;

    while (r->p < r->end && (quoted ? *r->p != '>' : ((*r->p | 32) >= 'a' && (*r->p | 32) <= 'z')))
        r->p++;
    if (r->p - from < 3 || (quoted && !take(r, '>')))
        r->failed = true;
}

/* [+-]hh[:mm[:ss]] */
static int32_t clock_s(struct reader *r, int32_t hours_max)
{
    int32_t sign = take(r, '-') ? -1 : 1, s;

    if (sign == 1)
        (void)take(r, '+');
    s = number(r, 0, hours_max) * 3600;
    if (take(r, ':')) {
        s += number(r, 0, 59) * 60;
        if (take(r, ':'))
            s += number(r, 0, 59);
    }
    return sign * s;
}

static void read_change(struct reader *r, struct rw_zone_change *ret)
{
    *ret = (struct rw_zone_change){.kind = RW_ZONE_DAY, .after_s = 2 * 3600};
    want(r, ',');
    if (take(r, 'J')) {
        ret->kind = RW_ZONE_JULIAN;
        ret->day = (uint16_t)number(r, 1, 365);
    } else if (take(r, 'M')) {
        ret->kind = RW_ZONE_WEEKDAY;
        ret->month = (uint8_t)number(r, 1, 12);
        want(r, '.');
        ret->week = (uint8_t)number(r, 1, 5);
        want(r, '.');
        ret->day = (uint16_t)number(r, 0, 6);
    } else {
        ret->day = (uint16_t)number(r, 0, 365);
    }
    if (take(r, '/'))
        ret->after_s = clock_s(r, 167); /* RFC 8536, section 3.3.1 */
}

static bool read_rule(struct rw_slice text, struct rw_zone *zone)
{
    struct reader r = {text.p, text.p + text.n, false};

    if (!text.n)
        return true; /* nothing is said of later times: the last offset goes on */
    skip_name(&r);
    zone->standard_s = -clock_s(&r, 24);
    zone->has_rule = true;
    if (r.p < r.end && !r.failed) {
        zone->has_summer = true;
        skip_name(&r);
        zone->summer_s = zone->standard_s + 3600;
        if (r.p < r.end && *r.p != ',')
            zone->summer_s = -clock_s(&r, 24);
        read_change(&r, &zone->begin);
        read_change(&r, &zone->end);
    }
    return !r.failed && r.p == r.end;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* When the change happens in that year, by the clock that stands `offset_s` east of UTC before it. */
static int64_t change_s(const struct rw_zone_change *change, int64_t year, int32_t offset_s)
{
    int64_t days = rw_zone_days(year, 1, 1);

    if (change->kind == RW_ZONE_WEEKDAY) {
        int64_t first = rw_zone_days(year, change->month, 1), next;
        unsigned weekday = (unsigned)((first % 7 + 7 + 4) % 7); /* 1970 began on a Thursday */

        days = first + (change->day + 7 - weekday) % 7 + INT64_C(7) * (change->week - 1);
        next = change->month == 12 ? rw_zone_days(year + 1, 1, 1)
                                   : rw_zone_days(year, change->month + 1u, 1);
        if (days >= next)
            days -= 7;
    } else if (change->kind == RW_ZONE_JULIAN) {
        days += change->day - 1 + (is_leap(year) && change->day >= 60);
    } else {
        days += change->day;
    }
    return days * DAY_S + change->after_s - offset_s;
}

/* The last change at or before the instant decides; of two at the same one, that to summer time. */
static int32_t offset_by_rule(const struct rw_zone *zone, int64_t at_s, int64_t *ret_until)
{
    int64_t year, last = INT64_MIN;
    int32_t offset = zone->standard_s;
    unsigned month, day;

    *ret_until = RW_ZONE_NEVER;
    if (!zone->has_summer)
        return offset;
    rw_zone_date(floor_div(at_s, DAY_S), &year, &month, &day);
    for (int64_t y = year - 1; y <= year + 1; y++) {
        int64_t end = change_s(&zone->end, y, zone->summer_s);
        int64_t begin = change_s(&zone->begin, y, zone->standard_s);

        if (end <= at_s && end > last) {
            last = end;
            offset = zone->standard_s;
        }
        if (begin <= at_s && begin >= last) {
            last = begin;
            offset = zone->summer_s;
        }
        if (end > at_s && end < *ret_until)
            *ret_until = end;
        if (begin > at_s && begin < *ret_until)
            *ret_until = begin;
    }
    return offset;
}

/* ------------------------------------------------------------------ TZif */

#define HEADER 44u

static uint64_t big_endian(const char *p, size_t n)
{
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | (unsigned char)p[i];
    return value;
}

struct counts {
    size_t ut, standard, leap, times, types, chars;
};

static bool read_header(struct rw_slice bytes, struct counts *ret)
{
    if (bytes.n < HEADER || memcmp(bytes.p, "TZif", 4) != 0 || bytes.p[4] < '2')
        return false;
    *ret = (struct counts){
        .ut = (size_t)big_endian(bytes.p + 20, 4),
        .standard = (size_t)big_endian(bytes.p + 24, 4),
        .leap = (size_t)big_endian(bytes.p + 28, 4),
        .times = (size_t)big_endian(bytes.p + 32, 4),
        .types = (size_t)big_endian(bytes.p + 36, 4),
        .chars = (size_t)big_endian(bytes.p + 40, 4),
    };
    return ret->ut <= RW_ZONE_FILE_MAX && ret->standard <= RW_ZONE_FILE_MAX &&
           ret->leap <= RW_ZONE_FILE_MAX && ret->times <= RW_ZONE_FILE_MAX && ret->types >= 1 &&
           ret->types <= 256 && ret->chars <= RW_ZONE_FILE_MAX;
}

static size_t data_bytes(const struct counts *c, size_t time_bytes)
{
    return c->times * (time_bytes + 1) + c->types * 6 + c->chars + c->leap * (time_bytes + 4) +
           c->standard + c->ut;
}

static bool type_offset(const char *types, size_t count, size_t type, int32_t *ret)
{
    if (type >= count)
        return false;
    *ret = (int32_t)(uint32_t)big_endian(types + 6 * type, 4);
    return *ret > -26 * 3600 && *ret < 26 * 3600;
}

/* False: the data is not sound. Memory that is out leaves at_s NULL with a count. */
static bool read_data(const char *p, const struct counts *c, struct rw_arena *arena,
                      struct rw_zone *zone)
{
    const char *indexes = p + 8 * c->times, *types = indexes + c->times;
    int64_t *at, before = INT64_MIN;
    int32_t *offsets;
    size_t skipped = 0;

    if (!type_offset(types, c->types, 0, &zone->first_offset_s))
        return false;
    for (size_t i = 0; i < c->times; i++) {
        int64_t time = (int64_t)big_endian(p + 8 * i, 8);
        int32_t offset;

        if (!type_offset(types, c->types, (unsigned char)indexes[i], &offset) ||
            (i && time <= before))
            return false;
        before = time;
        if (time < SINCE_S) {
            zone->first_offset_s = offset;
            skipped = i + 1;
        }
    }
    zone->count = c->times - skipped;
    if (!zone->count)
        return true;
    if (zone->count > RW_ZONE_TRANSITIONS)
        return false;
    at = rw_arena_alloc(arena, zone->count * sizeof(*at));
    offsets = rw_arena_alloc(arena, zone->count * sizeof(*offsets));
    for (size_t i = 0; at && offsets && i < zone->count; i++) {
        at[i] = (int64_t)big_endian(p + 8 * (skipped + i), 8);
        (void)type_offset(types, c->types, (unsigned char)indexes[skipped + i], &offsets[i]);
    }
    zone->at_s = offsets ? at : NULL;
    zone->offset_s = offsets;
    return true;
}

enum rw_class rw_zone_parse(struct rw_slice bytes, struct rw_arena *arena, struct rw_zone *ret,
                            struct rw_err *err)
{
    struct rw_zone zone = {.count = 0};
    struct counts c;
    struct rw_slice rest = bytes, rule;
    size_t n;

    if (bytes.n > RW_ZONE_FILE_MAX || !read_header(rest, &c))
        goto bad;
    rest = rw_slice_from(rest, HEADER + data_bytes(&c, 4)); /* the part for 32-bit times */
    if (!read_header(rest, &c))
        goto bad;
    n = HEADER + data_bytes(&c, 8);
    if (rest.n < n + 2 || rest.p[n] != '\n' || rest.p[rest.n - 1] != '\n' ||
        !read_data(rest.p + HEADER, &c, arena, &zone))
        goto bad;
    rule = (struct rw_slice){rest.p + n + 1, rest.n - n - 2};
    if (!read_rule(rule, &zone))
        goto bad;
    if (zone.count && !zone.at_s)
        return rw_fail_memory(err);
    *ret = zone;
    return RW_OK;
bad:
    return rw_fail(err, RW_MALFORMED, "policy.bad_zone", "this is no file of a time zone");
}

int32_t rw_zone_offset(const struct rw_zone *zone, int64_t at_s, int64_t *ret_until)
{
    size_t low = 0, high = zone->count;
    int64_t until;

    while (low < high) { /* the first transition after the instant */
        size_t middle = low + (high - low) / 2;

        if (zone->at_s[middle] <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (!ret_until)
        ret_until = &until;
    if (low == zone->count && zone->has_rule)
        return offset_by_rule(zone, at_s, ret_until);
    *ret_until = low < zone->count ? zone->at_s[low] : RW_ZONE_NEVER;
    return low ? zone->offset_s[low - 1] : zone->first_offset_s;
}

unsigned rw_zone_minute(const struct rw_zone *zone, int64_t at_s)
{
    int64_t local = at_s + rw_zone_offset(zone, at_s, NULL);

    return (unsigned)((local - floor_div(local, DAY_S) * DAY_S) / 60);
}
