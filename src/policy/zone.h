/*
 * policy/zone.h - a time zone: what the clocks of a place show at an instant.
 *
 * Read from the system's zoneinfo (RFC 8536: TZif of version 2 or later, with the POSIX TZ string that
 * holds beyond the last transition), because libc knows the zone of the process alone.
 *
 * Owner    a zone lives in the arena given.
 * Threads  a zone is constant once made; any.
 * Memory   12 bytes a transition since 2020, at most RW_ZONE_TRANSITIONS.
 * Errors   RW_MALFORMED policy.bad_zone when the bytes are no such file; RW_NO_MEMORY.
 * Units    seconds since 1970 UTC; offsets in seconds east of UTC.
 */
#ifndef RW_POLICY_ZONE_H
#define RW_POLICY_ZONE_H

#include "base/arena.h"
#include "base/err.h"

#define RW_ZONE_FILE_MAX (64u << 10)
#define RW_ZONE_TRANSITIONS 1024u
#define RW_ZONE_NEVER INT64_MAX

/* When in a year a change happens, by the clock that shows before it. */
struct rw_zone_change {
    enum { RW_ZONE_JULIAN, RW_ZONE_DAY, RW_ZONE_WEEKDAY } kind;
    uint16_t day;        /* 1..365 without 29 February; 0..365 with it; 0..6 = Sunday.. */
    uint8_t month, week; /* of WEEKDAY: 1..12, 1..5 (5 = the last) */
    int32_t after_s;     /* midnight; may be negative or beyond a day */
};

struct rw_zone {
    size_t count;
    const int64_t *at_s;     /* transitions, rising */
    const int32_t *offset_s; /* from at_s[i] on */
    int32_t first_offset_s;  /* before the first */
    bool has_rule, has_summer;
    int32_t standard_s, summer_s; /* offsets by the rule, which holds after the last transition */
    struct rw_zone_change begin, end; /* of summer time */
};

/* Reads the bytes of a TZif file. */
RW_NODISCARD enum rw_class rw_zone_parse(struct rw_slice bytes, struct rw_arena *arena,
                                         struct rw_zone *ret, struct rw_err *err);

/* The offset that holds at an instant; *ret_until (NULL allowed) is when it changes next. */
int32_t rw_zone_offset(const struct rw_zone *zone, int64_t at_s, int64_t *ret_until);

/* Minutes since local midnight, 0..1439. */
unsigned rw_zone_minute(const struct rw_zone *zone, int64_t at_s);

/* Days since 1970 of a date (Gregorian, proleptic), and back. */
int64_t rw_zone_days(int64_t year, unsigned month, unsigned day);
void rw_zone_date(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day);

#endif
