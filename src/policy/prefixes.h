/*
 * policy/prefixes.h - which of a list of prefixes a number begins with.
 *
 * Owner    compiled prefixes live in the arena given. Threads: pure functions; any.
 * Memory   at most RW_PREFIXES_MAX of RW_PREFIX_DIGITS digits.
 * Errors   RW_MALFORMED policy.bad_prefix with the prefix's offset in the text; RW_NO_MEMORY.
 */
#ifndef RW_POLICY_PREFIXES_H
#define RW_POLICY_PREFIXES_H

#include "base/arena.h"
#include "base/err.h"

#define RW_PREFIX_DIGITS 15u /* of E.164 */
#define RW_PREFIXES_MAX 4096u

struct rw_prefixes {
    size_t count;
    size_t longest;                         /* digits */
    const char (*at)[RW_PREFIX_DIGITS + 1]; /* digits, rising */
};

/* "881,882": comma-separated, without '+'. */
RW_NODISCARD enum rw_class rw_prefixes_compile(struct rw_slice list, struct rw_arena *arena,
                                               struct rw_prefixes *ret, struct rw_err *err);

/* The longest that the digits (E.164 without '+') begin with; NULL: none. */
const char *rw_prefixes_find(const struct rw_prefixes *prefixes, struct rw_slice digits);

/*
 * The built-in list: satellite networks, networks of no country, premium services of no country, and
 * islands and states whose numbers are much more often called by fraud than by anybody who means it. Made
 * from what is publicly known of revenue-share fraud; kept short, so that few honest calls meet it.
 */
extern const struct rw_prefixes rw_prefixes_high_risk;

#endif
