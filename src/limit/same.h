/*
 * limit/same.h - how often one number was called: the moments of the last calls to each.
 *
 * Owner    whoever made it; not shared: its owner keeps others out.
 * Memory   some 60 bytes for a number called once, 8 more for each further call within the period; at
 *          most RW_SAME_NUMBERS numbers. What is older than the period goes by and by, with each note.
 * Errors   RW_LIMIT limit.same_number, RW_NO_MEMORY.
 * Units    wall time, so that it can be filled from the store after a restart.
 */
#ifndef RW_LIMIT_SAME_H
#define RW_LIMIT_SAME_H

#include "base/err.h"

#define RW_SAME_NUMBERS 1000000u
#define RW_SAME_CALLS 100u /* of one number within a period, at most */

struct rw_same; /* NULL = nothing noted yet: every function takes the pointer to that */

struct rw_same_rule {
    uint32_t calls; /* 1..RW_SAME_CALLS */
    uint64_t period_ms;
};

/* A number's digits (E.164 with '+': at most 15, and none begins with 0), which is what it is kept by. */
uint64_t rw_same_number(const char *e164);
/* May the number be called now? RW_LIMIT says when the next call may be placed. */
RW_NODISCARD enum rw_class rw_same_may(const struct rw_same *same, uint64_t number,
                                       const struct rw_same_rule *rule, uint64_t now_ms,
                                       struct rw_err *err);
/* A call is placed, or was at `at_ms`. */
RW_NODISCARD enum rw_class rw_same_note(struct rw_same **same, uint64_t number,
                                        const struct rw_same_rule *rule, uint64_t at_ms,
                                        struct rw_err *err);
void rw_same_forget(struct rw_same *same, uint64_t number, uint64_t at_ms); /* it came to nothing */
uint32_t rw_same_numbers(const struct rw_same *same); /* that are remembered */
void rw_same_free(struct rw_same *same);

#endif
