/*
 * trunk/kept.h - a trunk that is kept, from inside.
 *
 *     keeper.c   which trunks there are, and what becomes of one that changes
 *     watch.c    its OPTIONS
 *     binding.c  its REGISTER
 */
#ifndef RW_TRUNK_KEPT_H
#define RW_TRUNK_KEPT_H

#include "trunk/keeper.h"

#include <re.h>

struct rw_keeper {
    struct rw_keeper_options options;
    struct list all;
    struct hash *by_id;
    uint32_t count;
    bool leaving;
    void (*left)(void *arg); /* when the list is empty; NULL = nobody waits */
    void *left_arg;
};

struct rw_kept {
    struct le le, he; /* of all; by the trunk's id */
    struct rw_keeper *keeper;
    struct rw_keeper_trunk *plan; /* with its texts behind it */
    struct rw_keeper_trunk *next; /* to become the plan when the registration is taken back */
    bool named;                   /* since rw_keeper_begin() */
    bool gone;                    /* to be freed when the registration is taken back */
    struct rw_trunk_status status;

    struct tmr watch_due; /* the next OPTIONS */
    struct rw_trunk_question *watch;

    struct tmr binding_due; /* the next REGISTER */
    struct rw_trunk_question *enrol;
    struct rw_registration registration;
    char call_id[RW_TRUNK_ID + 8];
    uint32_t cseq;
};

/* first_ms: until the first question. */
void rw_kept_watch(struct rw_kept *kept, uint32_t first_ms);
void rw_kept_unwatch(struct rw_kept *kept);

void rw_kept_bind(struct rw_kept *kept, uint32_t first_ms);
bool rw_kept_unbind(struct rw_kept *kept); /* true: done; false: rw_kept_unbound() will be called */
void rw_kept_drop_binding(struct rw_kept *kept);

/* "503 Later", "no answer": what an answer amounts to, for the log. */
void rw_kept_say(const struct rw_trunk_answer *answer, char *dst, size_t size);

void rw_kept_unbound(struct rw_kept *kept); /* keeper.c: may free it */
void rw_kept_show(const struct rw_kept *kept);

#endif
