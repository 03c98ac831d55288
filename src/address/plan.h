/*
 * address/plan.h - what the numbering data says of digits.
 *
 * Internal to the engine. Digits are '0'..'9', without NUL. Threads: any; constant tables.
 */
#ifndef RW_ADDRESS_PLAN_H
#define RW_ADDRESS_PLAN_H

#include "address/address.h"
#include "address/tables.h"

/*
 * The country code that the n digits begin with; NULL when they begin with none. *ret_digits gets how
 * many digits it has; on NULL how many it took to know (n when more digits could still make one).
 */
const struct rw_country *rw_plan_country(const char *digits, size_t n, size_t *ret_digits);

/* The numbering plan of a region ("SG"), NULL when there is none. */
const struct rw_territory *rw_plan_territory(const char *region);
const struct rw_territory *rw_plan_main_territory(const struct rw_country *country);
const struct rw_country *rw_plan_country_of(const struct rw_territory *territory);

/* The same of a national number: whose it is and of what type. */
struct rw_plan_range {
    const struct rw_territory *territory; /* NULL: not known which of several */
    enum rw_address_type type;
    bool assigned;
};
void rw_plan_range(const struct rw_country *country, const char *nsn, size_t n,
                   struct rw_plan_range *ret);

/*
 * Where a national number that is not assigned leaves the assigned ones. dead_at: the first digit that
 * can't stand where it does, with what could (bits 0..9); or n and 0, when only the count of digits is
 * wrong: then `lengths` (bit n: n digits) are those of the numbers that begin with the first `decided`
 * digits.
 */
struct rw_plan_gap {
    size_t dead_at, decided;
    uint16_t allowed;
    uint32_t lengths;
};
void rw_plan_gap(const struct rw_country *country, const char *nsn, size_t n,
                 struct rw_plan_gap *ret);

/* True when these national digits are an emergency number in a region that has the country code. */
bool rw_plan_is_emergency(const struct rw_country *country, const char *digits, size_t n);

/* The same when they are dialled in the region; NULL: anywhere, by a telephone that was not told where. */
bool rw_plan_is_emergency_in(const struct rw_territory *territory, const char *digits, size_t n);

/* Is a "(0)" behind the country code only for callers within the country? Not where numbers begin with a
 * 0 of their own (Italy), nor where the trunk prefix has more digits (06 in Hungary). */
bool rw_plan_drops_zero(const struct rw_country *country);

/* RW_SHORT, RW_SHORT_EMERGENCY, or 0: what the digits are when dialled in that region. */
unsigned rw_plan_short(const struct rw_territory *territory, const char *digits, size_t n);

/* Do the digits have the form of a national number of the region, whatever their count? */
bool rw_plan_has_form(const struct rw_territory *territory, const char *digits, size_t n);

/* How many digits of an international prefix the digits begin with; 0 = none. */
size_t rw_plan_idd(const struct rw_territory *territory, const char *digits, size_t n);

/*
 * National digits without trunk prefix and carrier code, by the region's rules: what remains, and by
 * digit which of the given ones it was (of one that the rules put in: the one behind it). False, with
 * ret->n = 0: there is nothing to strip.
 */
struct rw_plan_digits {
    size_t n;
    char digit[32];
    uint8_t from[32];
};
#define RW_PLAN_STRIP_MAX 24 /* digits; of more, nothing is stripped */
bool rw_plan_strip(const struct rw_territory *territory, const char *digits, size_t n,
                   struct rw_plan_digits *ret);

/* Comma-separated time zones of a number from its country code on; "" = not known. */
const char *rw_plan_zones(const char *digits, size_t n);

#endif
