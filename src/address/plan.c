#include "address/plan.h"

#include "address/automaton.h"

#include <string.h>

/* ------------------------------------------------------------------ countries and regions */

const struct rw_country *rw_plan_country(const char *digits, size_t n, size_t *ret_digits)
{
    unsigned first = 0;
    const struct rw_country *country;

    /* No code is the beginning of another one, so filling up with zeros finds no wrong one. */
    for (size_t i = 0; i < 3; i++)
        first = first * 10 + (i < n ? (unsigned)(digits[i] - '0') : 0);
    *ret_digits = n < 3 ? n : 3;
    if (n == 0 || rw_tables_country_of[first] == 0)
        return NULL;
    country = &rw_tables_countries[rw_tables_country_of[first] - 1];
    *ret_digits = country->code >= 100 ? 3 : country->code >= 10 ? 2 : 1;
    if (*ret_digits <= n)
        return country;
    *ret_digits = n;
    return NULL;
}

const struct rw_territory *rw_plan_territory(const char *region)
{
    unsigned first = (unsigned)region[0] - 'A',
             second = first < 26 ? (unsigned)region[1] - 'A' : 26;
    unsigned row = second < 26 && !region[2] ? rw_tables_territory_of[first * 26 + second] : 0;

    return row ? &rw_tables_territories[row - 1] : NULL;
}

const struct rw_territory *rw_plan_main_territory(const struct rw_country *country)
{
    return &rw_tables_territories[country->first];
}

const struct rw_country *rw_plan_country_of(const struct rw_territory *territory)
{
    return &rw_tables_countries[territory->country];
}

const char *rw_address_region_name(const char *region)
{
    const struct rw_territory *territory = rw_plan_territory(region);

    return territory ? rw_tables_texts + territory->name : "";
}

const char *rw_address_data_version(void)
{
    return rw_tables_version;
}

const char *rw_address_data_month(void)
{
    return rw_tables_month;
}

/* ------------------------------------------------------------------ ranges */

/* The machine of a code's numbers labels with the region's place << 4 | type, and with this instead of a
 * type where the first digits tell the region but there is no such range. */
#define UNASSIGNED 15

static bool is_assigned(unsigned label)
{
    return label && (label & 15) != UNASSIGNED;
}

/* What the machine of the country's numbers says. */
static unsigned label_of(const struct rw_country *country, const char *nsn, size_t n)
{
    unsigned state = country->numbers;

    for (size_t i = 0; i < n && state != RW_STATE_DEAD; i++) {
        if (rw_state_is_tail(state))
            return rw_state_reach(state) >> (n - i) & 1 ? rw_state_label(rw_tables_numbers, state)
                                                        : 0;
        state = rw_state_next_of_number(state, (unsigned)(nsn[i] - '0'));
    }
    return rw_state_is_tail(state) ? 0 : rw_state_label(rw_tables_numbers, state);
}

void rw_plan_range(const struct rw_country *country, const char *nsn, size_t n,
                   struct rw_plan_range *ret)
{
    unsigned label = label_of(country, nsn, n);

    ret->assigned = is_assigned(label);
    ret->type = ret->assigned ? (enum rw_address_type)(label & 15) : RW_ADDRESS_TYPE_UNKNOWN;
    ret->territory =
        label || country->count == 1 ? &rw_tables_territories[country->first + (label >> 4)] : NULL;
}

/* ------------------------------------------------------------------ gaps */

/* Bit i: i more digits can make an assigned number. */
static uint32_t reach_of(unsigned state)
{
    if (rw_tables_numbers[state] & RW_STATE_LEAF)
        return is_assigned(rw_state_label(rw_tables_numbers, state));
    return rw_state_reach(state);
}

static uint16_t live_digits(unsigned state)
{
    unsigned digits = 0;

    for (unsigned digit = 0; digit < 10; digit++)
        if (reach_of(rw_state_next_of_number(state, digit)))
            digits |= 1u << digit;
    return (uint16_t)digits;
}

void rw_plan_gap(const struct rw_country *country, const char *nsn, size_t n,
                 struct rw_plan_gap *ret)
{
    uint16_t states[RW_NSN_MAX + 1] = {country->numbers};
    size_t alive = 0;

    *ret = (struct rw_plan_gap){.dead_at = n};
    if (n > RW_NSN_MAX)
        n = RW_NSN_MAX;
    while (alive < n) {
        unsigned to = rw_state_next_of_number(states[alive], (unsigned)(nsn[alive] - '0'));

        if (!reach_of(to))
            break;
        states[++alive] = (uint16_t)to;
    }
    if (alive < n) {
        ret->allowed = live_digits(states[alive]);
        if (ret->allowed) {
            ret->dead_at = alive;
            return;
        }
    }
    /* The digits are fine one by one; back to where the count of them was still open. */
    ret->decided = alive;
    while (ret->decided > 0 && !(reach_of(states[ret->decided - 1]) >> (n - ret->decided + 1) & 1))
        ret->decided--;
    ret->lengths = reach_of(states[ret->decided]) << ret->decided;
}

bool rw_plan_drops_zero(const struct rw_country *country)
{
    const char *trunk_prefix = rw_plan_main_territory(country)->trunk_prefix;

    return strcmp(trunk_prefix, "0") == 0 ||
           (trunk_prefix[0] != '0' && !reach_of(rw_state_next_of_number(country->numbers, 0)));
}

/* ------------------------------------------------------------------ emergency and short numbers */

/* 3GPP TS 22.101, 10.1.1: 112 and 911 everywhere; the others where a telephone was told none. */
static bool lists(const char *numbers, const char *digits, size_t n)
{
    for (const char *p = numbers + 1; *p; p = strchr(p, ' ') + 1)
        if (strncmp(p, digits, n) == 0 && p[n] == ' ')
            return true;
    return false;
}

/* The label that all the digits lead to. */
static unsigned walk(unsigned state, const char *digits, size_t n)
{
    for (size_t i = 0; i < n && state != RW_STATE_DEAD; i++)
        state = rw_state_next(state, (unsigned)(digits[i] - '0'));
    return rw_state_label(rw_tables_pool, state);
}

unsigned rw_plan_short(const struct rw_territory *territory, const char *digits, size_t n)
{
    return walk(territory->shorts, digits, n);
}

bool rw_plan_is_emergency_in(const struct rw_territory *territory, const char *digits, size_t n)
{
    if (n < 2 || n > 6)
        return false;
    if (lists(" 112 911 ", digits, n))
        return true;
    return territory ? rw_plan_short(territory, digits, n) == RW_SHORT_EMERGENCY
                     : lists(" 000 08 110 118 119 999 ", digits, n);
}

bool rw_plan_is_emergency(const struct rw_country *country, const char *digits, size_t n)
{
    for (unsigned i = 0; n < 7 && i < country->count; i++)
        if (rw_plan_is_emergency_in(&rw_tables_territories[country->first + i], digits, n))
            return true;
    return false;
}

/* ------------------------------------------------------------------ prefixes */

bool rw_plan_has_form(const struct rw_territory *territory, const char *digits, size_t n)
{
    return walk(territory->general, digits, n) != 0;
}

/* What a machine of prefixes takes off: the last row passed, or the one for the end. */
static unsigned prefix(unsigned state, const char *digits, size_t n)
{
    unsigned found = 0;

    for (size_t i = 0; state != RW_STATE_DEAD; i++) {
        const struct rw_strip *strip = &rw_tables_strips[rw_state_label(rw_tables_pool, state)];

        if (strip->passing)
            found = strip->passing;
        if (i == n)
            return strip->ending ? strip->ending : found;
        state = rw_state_next(state, (unsigned)(digits[i] - '0'));
    }
    return found;
}

size_t rw_plan_idd(const struct rw_territory *territory, const char *digits, size_t n)
{
    size_t taken = prefix(territory->idd, digits, n) & 31;

    /* Behind a real one comes a country code, and none begins with 0. */
    return taken < n && digits[taken] != '0' ? taken : 0;
}

/* Never full: RW_PLAN_STRIP_MAX digits and what the longest rule puts in are fewer. */
static void put(struct rw_plan_digits *out, char digit, size_t from)
{
    out->from[out->n] = (uint8_t)from;
    out->digit[out->n++] = digit;
}

bool rw_plan_strip(const struct rw_territory *territory, const char *digits, size_t n,
                   struct rw_plan_digits *ret)
{
    unsigned found = n <= RW_PLAN_STRIP_MAX ? prefix(territory->strips, digits, n) : 0;
    size_t taken = found & 31, group = found >> 5 & 31, length = found >> 10;

    ret->n = 0;
    if (taken == 0)
        return false;
    if (territory->transforms && length) {
        for (const char *p = territory->put; *p; p++)
            put(ret, *p, group);
        for (size_t i = group; i < group + length; i++)
            put(ret, digits[i], i);
    }
    for (size_t i = taken; i < n; i++)
        put(ret, digits[i], i);
    /* A number that has the right form only with its first digits keeps them. */
    if (rw_plan_has_form(territory, digits, n) && !rw_plan_has_form(territory, ret->digit, ret->n))
        ret->n = 0;
    return ret->n > 0;
}

/* ------------------------------------------------------------------ time zones */

const char *rw_plan_zones(const char *digits, size_t n)
{
    unsigned state = rw_tables_zones_root, found = 0;

    for (size_t i = 0; state != RW_STATE_DEAD; i++) {
        unsigned label = rw_state_label(rw_tables_pool, state);

        if (label)
            found = label;
        if (i == n)
            break;
        state = rw_state_next(state, (unsigned)(digits[i] - '0'));
    }
    return rw_tables_zone_texts + rw_tables_zones[found];
}
