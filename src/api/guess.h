/*
 * api/guess.h - a body of any shape, read: every number and id in it, and what it is meant to be.
 *
 * For requests that are refused only: to judge what stands at a wrong place too, and to rewrite the
 * request (api/suggest.h). Nothing is ever acted upon that was guessed. Names are known from the
 * table of api/foreign.h, and documented ones also when they are misspelt.
 *
 * Owner    texts live with the body, or in the arena where a number had to be turned into text.
 * Threads  any. Not to be included beside re.h.
 * Memory   RW_GUESS_MAX finds; more are counted. Containers deeper than RW_GUESS_DEPTH hold nothing
 *          that anybody meant, and are not looked into.
 */
#ifndef RW_API_GUESS_H
#define RW_API_GUESS_H

#include "api/foreign.h"
#include "api/number.h"
#include "base/arena.h"

#define RW_GUESS_MAX 32
#define RW_GUESS_DEPTH 8

struct rw_guess_find {
    enum rw_foreign_role
        role;             /* DESTINATION, CALLER: a number; PROVIDER, USER, QUEUE, OTHER: an id */
    bool agent;           /* the party says that it is a user of ours */
    bool documented;      /* stands where a documented form has it */
    unsigned remote;      /* how far from that: 0 there or within, 1 at the top, 2 deeper */
    struct rw_slice text; /* a number that was not quoted: its digits */
    char at[96];          /* JSON Pointer */
};

struct rw_guess {
    uint32_t count, dropped;
    const struct rw_number_policies *numbers; /* how its numbers are read; NULL: as everywhere */
    struct rw_guess_find at[RW_GUESS_MAX];
};

/* In the order of the body. False when memory is out. */
bool rw_guess_read(const json_t *body, struct rw_arena *arena, struct rw_guess *ret);

/* How a number of that role is read; NULL: as everywhere. */
const struct rw_address_policy *rw_guess_policy(const struct rw_guess *guess,
                                                enum rw_foreign_role role);

/* Does `inner` name the same value as `outer`, or one inside of it? Both are JSON Pointers. */
bool rw_guess_within(const char *outer, const char *inner);

#endif
