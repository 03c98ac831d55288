/*
 * route/pattern.h - the regular expressions of number plans, matched in bounded time.
 *
 * An expression is searched for in a number as it is written in E.164, with its plus: "+6591234567". It is
 * made of digits, \+ . \d [2-9] [^01] ( ) (?: ) | * + ? {n} {n,} {n,m} ^ and $. What looks back or ahead is
 * not taken. All states that an expression may be in are followed side by side, so that no expression and
 * no number take more than RW_PATTERN_STEPS_MAX steps for each digit.
 *
 * Owner    the arena it was made with. Threads: constant once made.
 * Memory   6 bytes a step of the expression, 1.5 KiB at most. Matching takes 1.5 KiB of the stack.
 * Errors   RW_MALFORMED numberplan.bad_pattern, with the offset of what is wrong; RW_NO_MEMORY.
 */
#ifndef RW_ROUTE_PATTERN_H
#define RW_ROUTE_PATTERN_H

#include "base/arena.h"
#include "base/err.h"

#define RW_PATTERN_BYTES_MAX 200
#define RW_PATTERN_STEPS_MAX 256 /* repetitions written out */
#define RW_PATTERN_DEPTH_MAX 16  /* groups within each other */
#define RW_PATTERN_DIGITS_MAX 31 /* longer numbers match nothing */

struct rw_pattern;

RW_NODISCARD enum rw_class rw_pattern_make(struct rw_slice text, struct rw_arena *arena,
                                           const struct rw_pattern **ret, struct rw_err *err);

/* digits: a number in E.164 without its plus. */
bool rw_pattern_matches(const struct rw_pattern *pattern, struct rw_slice digits);

#endif
