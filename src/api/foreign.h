/*
 * api/foreign.h - what people write to POST /conversations/calls instead of its members.
 *
 * One table: each row is a name, the place where it is met, what is named so, and what to write
 * instead. The schema's check takes its words about an unknown member from it; api/guess.h reads a
 * body of any shape by it. The documented names stand in it too, for the reading; they have no advice.
 *
 * Names are compared without case and without '_', '-' and blanks: to_address is toAddress.
 *
 * Threads  any; the table is constant. Not to be included beside re.h.
 */
#ifndef RW_API_FOREIGN_H
#define RW_API_FOREIGN_H

#include "base/err.h"

#include <jansson.h>

/* Where a member stands; bits. */
enum rw_foreign_place {
    RW_FOREIGN_TOP = 1,   /* in the body itself */
    RW_FOREIGN_PARTY = 2, /* in what stands for one end of the call */
    RW_FOREIGN_DEEP = 4   /* in anything else */
};

/* What is named so. */
enum rw_foreign_role {
    RW_FOREIGN_NOTHING,     /* nothing that the call is made of */
    RW_FOREIGN_SAME,        /* a value of the party that it stands in: its number */
    RW_FOREIGN_DESTINATION, /* whom to call */
    RW_FOREIGN_CALLER,      /* the number to show */
    RW_FOREIGN_PROVIDER,    /* the number resource to show, by id */
    RW_FOREIGN_ID,          /* the id of the party that it stands in */
    RW_FOREIGN_USER,        /* a user, by id */
    RW_FOREIGN_QUEUE,       /* a queue, by id */
    RW_FOREIGN_OTHER,       /* something else, by id */
    RW_FOREIGN_AGENT,       /* says that the party is a user of ours */
    RW_FOREIGN_DATA         /* holds what the caller pleases: not looked into */
};

struct rw_foreign {
    const char *name;
    const char *value; /* the row holds for this text only; NULL: whatever the value */
    unsigned places;
    enum rw_foreign_role role;
    const char *why;     /* follows "there is no member x here: "; NULL: a documented name */
    const char *instead; /* what is expected; NULL: a request without it */
};

/* The row of a name at a place; NULL: nobody has met it there. `value` may be NULL. */
const struct rw_foreign *rw_foreign_find(enum rw_foreign_place place, const char *name,
                                         const json_t *value);

/* Is it what the documented form says, but for case and the like? */
bool rw_foreign_same(const char *a, const char *b);

/*
 * Words about an unknown member of the component `schema`: completes message and expected of *err.
 * False, with *err untouched, when there is no advice.
 */
bool rw_foreign_advise(const char *schema, const char *name, const json_t *value,
                       struct rw_err *err);

#endif
