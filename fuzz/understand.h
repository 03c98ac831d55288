/*
 * fuzz/understand.h - what holds for the reading and rewriting of any body of a call, whatever its
 * shape: what is found stands where it is said to, faults have their places, a rewritten body has the
 * right form and means the same. Aborts when something does not hold.
 */
#ifndef RW_FUZZ_UNDERSTAND_H
#define RW_FUZZ_UNDERSTAND_H

#include "base/slice.h"

#include <jansson.h>

void fuzz_understand(struct rw_slice text, const json_t *body);

#endif
