/* api/numbers.h - what numbers and DID pools share. */
#ifndef RW_API_NUMBERS_H
#define RW_API_NUMBERS_H

#include "api/request.h"

/*
 * No other tenant has a number from first to last (E.164, of the same length), or the refusal, at `pointer`,
 * is answered: false. It says no more than that the number is taken.
 */
bool rw_numbers_free_elsewhere(struct rw_request *r, const char *first, const char *last,
                               const char *pointer);

#endif
