/*
 * loop/offload.h - work too slow for a loop (argon2id, file reading), done by a few threads.
 *
 * Owner    the daemon makes one pool; a job is owned by its submitter and must live until `done`.
 * Bound    at most `queue_max` jobs wait; beyond, submitting fails with RW_LIMIT server.busy.
 */
#ifndef RW_LOOP_OFFLOAD_H
#define RW_LOOP_OFFLOAD_H

#include "loop/worker.h"

struct rw_offload;

struct rw_job {
    struct rw_mail mail;              /* ours while submitted */
    struct rw_job *next;              /* ours while submitted */
    struct rw_worker *home;           /* ours: who submitted */
    void (*run)(struct rw_job *job);  /* in a thread of the pool */
    void (*done)(struct rw_job *job); /* in the submitter's loop, afterwards */
};

RW_NODISCARD enum rw_class rw_offload_new(struct rw_offload **ret, unsigned threads,
                                          unsigned queue_max, struct rw_err *err);
/*
 * Nobody submits any more. Jobs that are under way are finished and told: their workers must still be
 * there. Workers that have stopped have none. NULL is fine.
 */
void rw_offload_free(struct rw_offload *pool);

/* Only from a worker. */
RW_NODISCARD enum rw_class rw_offload_submit(struct rw_offload *pool, struct rw_job *job,
                                             struct rw_err *err);

#endif
