/*
 * json/plain.h - the quick way to read the JSON that programs mostly send.
 *
 * Plain is: objects and arrays, texts of printable ASCII without escapes, whole numbers of up to 18
 * digits, true, false, null. That is read in one pass, at about a quarter of jansson's cost. Anything
 * else, and anything wrong, is left to the strict reader, which has the words for it: so what this one
 * accepts, that one must accept as the same value (a test holds them against each other).
 *
 * Owner    the caller gets one reference. Threads: any. Memory: as json/read.h.
 * Errors   none: NULL says "not plain", also when memory is out.
 */
#ifndef RW_JSON_PLAIN_H
#define RW_JSON_PLAIN_H

#include "base/slice.h"

#include <jansson.h>

#include <stdint.h>

#define RW_JSON_PLAIN_DEPTH 16u

/* depth_max beyond RW_JSON_PLAIN_DEPTH counts as that. */
json_t *rw_json_plain(struct rw_slice text, uint32_t depth_max);

#endif
