/*
 * base/near.h - how far a word is from one that may have been meant: what every "did you mean" rests on.
 *
 * Counted are slips of the fingers: a byte left out, put in or changed, and two neighbours swapped, are
 * one each (the optimal string alignment: what was swapped is not changed again). ASCII letters in
 * upper and lower case are alike. How near is near enough, the caller knows.
 *
 * Threads  any; nothing is kept.
 * Memory   under 1 KiB of stack; time at most RW_NEAR_MAX squared.
 * Errors   none: a word beyond RW_NEAR_MAX bytes is far from all, an empty one as far as the other is long.
 */
#ifndef RW_BASE_NEAR_H
#define RW_BASE_NEAR_H

#include "base/slice.h"

#define RW_NEAR_MAX 64u  /* bytes of a word */
#define RW_NEAR_FAR 999u /* more than any distance that is counted; a few of them can be added up */

/* Slips that lead from a to b, or from b to a; RW_NEAR_FAR when either is too long. */
unsigned rw_near_distance(struct rw_slice a, struct rw_slice b);

#endif
