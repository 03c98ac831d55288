/*
 * address/plan.h - what is known of numbering without numbering data: country codes, emergencies.
 *
 * Internal to the engine. Threads: any; static tables.
 */
#ifndef RW_ADDRESS_PLAN_H
#define RW_ADDRESS_PLAN_H

#include "address/address.h"

/* An assigned country code (list of ITU-T E.164 assigned country codes). */
struct rw_country {
    uint16_t code;
    char region[4]; /* "001" of no country, "" when several share it */
};

/*
 * The country code that the n digits begin with; NULL when they begin with none. *ret_digits gets how
 * many digits it has; on NULL how many it took to know (n when more digits could still make one).
 */
const struct rw_country *rw_plan_country(const char *digits, size_t n, size_t *ret_digits);

/* What a code that belongs to one service says of its numbers; unknown for a country's. */
enum rw_address_type rw_plan_type_of(uint16_t country_code);

/* The code of a region ("SG" -> 65), 0 when it is not known. */
uint16_t rw_plan_code_of(const char *region);

/*
 * True when these national digits are an emergency number under that country code. Code 0: under any,
 * as far as telephones know them without being told.
 */
bool rw_plan_is_emergency(uint16_t country_code, const char *digits, size_t n);

#endif
