/*
 * spend/money.h - amounts of money as whole millionths of a unit of currency.
 *
 * Threads  pure functions; any. Memory: none.
 * Units    micro = 1/1,000,000 of the currency's unit, so that a rate of 0.0125 a minute is 12,500.
 */
#ifndef RW_SPEND_MONEY_H
#define RW_SPEND_MONEY_H

#include "base/slice.h"

#include <stdint.h>

#define RW_MONEY_MAX INT64_C(1000000000000000) /* a thousand million units */
#define RW_MONEY_TEXT 24

/* "12.5", "0.0125", at most six digits behind the point, no sign. False: it is no amount. */
bool rw_money_read(struct rw_slice text, int64_t *ret);

/* "12.50": at least two digits behind the point, no more than are needed. A minus stands before. */
const char *rw_money_write(int64_t micro, char dst[RW_MONEY_TEXT]);

#endif
