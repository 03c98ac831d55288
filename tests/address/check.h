/*
 * tests/address/check.h - what holds for the judgement of any input whatever. Shared with the fuzzer.
 */
#ifndef RW_TESTS_ADDRESS_CHECK_H
#define RW_TESTS_ADDRESS_CHECK_H

#include "address/address.h"
#include "base/slice.h"

/* NULL when all of it holds, otherwise what does not. */
const char *check_judgement(struct rw_slice input, const struct rw_address_policy *policy,
                            const struct rw_address *address);

#endif
