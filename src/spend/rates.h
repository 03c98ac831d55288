/*
 * spend/rates.h - what calls cost: a carrier's rates by prefix.
 *
 * The file is CSV, a rate a line:
 *
 *     prefix,rate_per_minute[,connect_fee[,first_s,next_s]]
 *     +65,0.012
 *     +8816,4.50,0.10,60,60
 *
 * A call is counted in steps: the first first_s seconds at once, then next_s at a time, 60 and 60 unless
 * the line says otherwise. What is not answered costs nothing. Empty lines, lines that begin with #, a
 * head line that begins with "prefix", spaces around a value and a + before the prefix are fine. All lines
 * are looked at before anything is said, and one that is wrong refuses the file.
 *
 * Owner    rates are made by one, freed by the same; constant in between. Threads: any.
 * Memory   40 bytes a prefix, at most RW_RATES_MAX prefixes.
 * Errors   RW_MALFORMED rate.bad_prefix, rate.bad_amount, rate.bad_step, rate.bad_line, rate.twice with line
 *          and column, rate.too_many; RW_NO_MEMORY.
 * Units    micro of the currency (spend/money.h), seconds.
 */
#ifndef RW_SPEND_RATES_H
#define RW_SPEND_RATES_H

#include "base/err.h"
#include "base/slice.h"

#define RW_RATES_MAX 150000u
#define RW_RATES_BYTES (3u << 20)         /* of a file */
#define RW_RATE_MAX INT64_C(100000000000) /* 100,000 units a minute, or to connect */
#define RW_RATE_STEP_MAX 3600u
#define RW_RATE_SECONDS_MAX                                                                        \
    (100u * 24 * 3600) /* of a call whose cost is asked for; longer ones cost this */

struct rw_rate {
    uint64_t prefix; /* its digits, filled up with 0 to fifteen */
    int64_t minute_micro, connect_micro;
    uint32_t parent; /* place of the longest shorter prefix + 1; 0 = none */
    uint16_t first_s, next_s;
    uint8_t digits;
};

struct rw_rates {
    uint32_t count;
    struct rw_rate at[]; /* rising by prefix, shorter before longer */
};

/* Adds every wrong line to *faults. RW_OK and *ret only when there was none. */
RW_NODISCARD enum rw_class rw_rates_read(struct rw_slice csv, struct rw_rates **ret,
                                         struct rw_faults *faults);
void rw_rates_free(struct rw_rates *rates); /* NULL is fine */

/* The rate of the longest prefix that a number (E.164 without '+') begins with; NULL: none has it. */
const struct rw_rate *rw_rates_find(const struct rw_rates *rates, struct rw_slice digits);

/* "+6591" of a rate. */
#define RW_RATE_PREFIX_TEXT 17
const char *rw_rate_prefix(const struct rw_rate *rate, char dst[RW_RATE_PREFIX_TEXT]);

/* What an answered call of so many seconds costs, steps and fee included; rounded up. */
int64_t rw_rate_cost(const struct rw_rate *rate, uint32_t seconds);

#endif
