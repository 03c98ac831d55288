/*
 * loop/worker.h - workers: each a thread with libre's event loop, a timer wheel and a mailbox.
 *
 * Nothing is shared between workers: what lives in one is touched by its thread only. Workers, the
 * store's writer and the off-thread pool talk by posting mail.
 *
 * Timers are libre's `struct tmr` (re_tmr.h); loop/timer_wheel.c replaces libre's sorted list by a
 * hierarchical wheel, so that tmr_start() and tmr_cancel() are O(1). Descriptors are watched with
 * libre's fd_listen()/fd_close(). Both belong to the calling worker's thread.
 */
#ifndef RW_LOOP_WORKER_H
#define RW_LOOP_WORKER_H

#include "base/err.h"

struct rw_workers; /* all of them; owned by the daemon */
struct rw_worker;  /* one; owned by struct rw_workers */

/*
 * A piece of mail. Embed it in what it belongs to: posting never allocates and so never fails.
 * The handler runs in the receiver's loop; from then on the mail may be posted again.
 */
struct rw_mail {
    struct rw_mail *next; /* of the mailbox, while posted */
    void (*handle)(struct rw_mail *mail);
};

/*
 * Makes `count` workers (1..RW_ID_WORKERS), not started. Checks that libre runs on our timers
 * (code loop.timers_not_replaced when not).
 */
RW_NODISCARD enum rw_class rw_workers_new(struct rw_workers **ret, unsigned count,
                                          struct rw_err *err);

/*
 * Starts the threads, one after the other: the next begins when `start(worker, arg)` of the one
 * before has returned. When it fails in any, all are stopped and its error is returned. `stop(worker,
 * arg)` runs last in each worker whose start succeeded, after rw_workers_stop(), when the loops of all
 * have ended; mail that it posts to workers is still handled.
 */
typedef enum rw_class(rw_worker_start_h)(struct rw_worker *worker, void *arg, struct rw_err *err);
typedef void(rw_worker_stop_h)(struct rw_worker *worker, void *arg);
RW_NODISCARD enum rw_class rw_workers_start(struct rw_workers *workers, rw_worker_start_h *start,
                                            rw_worker_stop_h *stop, void *arg, struct rw_err *err);

/* Ends the loops (mail already posted is still handled), joins the threads. Any thread but a worker. */
void rw_workers_stop(struct rw_workers *workers);
void rw_workers_free(struct rw_workers *workers); /* stopped or never started; NULL is fine */

unsigned rw_workers_count(const struct rw_workers *workers);
struct rw_worker *rw_workers_at(const struct rw_workers *workers, unsigned index);

unsigned rw_worker_index(const struct rw_worker *worker);
struct rw_workers *rw_worker_all(const struct rw_worker *worker);
struct rw_worker *rw_worker_self(void); /* of the calling thread; NULL outside of workers */

/*
 * An answer from outside of the workers (the store, the pool of loop/offload.h) is on its way to this
 * one, and later: it has come. A worker that is told to stop waits for what it expects, so that no
 * answer comes to one that is gone. Same thread only.
 */
void rw_worker_expect(struct rw_worker *self);
void rw_worker_arrived(struct rw_worker *self);

/* Any thread. In order for one sender and receiver; one wake-up for many posts. */
void rw_worker_post(struct rw_worker *to, struct rw_mail *mail);
/* A list of mail, the first first, ended by NULL: the receiver wakes once and handles it in one turn. */
void rw_worker_post_all(struct rw_worker *to, struct rw_mail *first);

/*
 * Runs `handle` at the end of the current turn of the loop, after all ready descriptors and due
 * timers were handled: for sending in batches. It costs two pointer writes and no system call: the
 * wheel calls it where libre polls its timers, which is what ends a turn. What it defers in turn
 * runs in the same turn, up to a bound. Same thread only.
 */
void rw_worker_defer(struct rw_worker *self, struct rw_mail *mail);

#endif
