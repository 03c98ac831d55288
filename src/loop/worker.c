/*
 * A worker's thread:
 *
 *     re_thread_init -> start() -> re_main -> [gate] -> rest of the mail -> stop() -> [gate]
 *                         |                                                   ^
 *                         +-- fails: no loop, no stop() ----------------------'
 *
 * At the first gate all loops have ended; at the second all have run stop(). What is posted up to
 * there, by stop() too, is still handled, in its own thread.
 *
 * The mailbox is a stack that senders push to with one compare-and-swap and the receiver takes
 * whole and turns round. Only who pushes onto the empty stack writes the eventfd: one wake-up for
 * many posts.
 */
#include "loop/worker.h"

#include "base/id.h"
#include "base/mem.h"
#include "loop/timer_wheel.h"

#include <poll.h>
#include <pthread.h>
#include <re.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#define FDS_MAX 65536 /* of a loop; libre allocates it once */

struct rw_worker {
    struct rw_workers *all;
    unsigned index;
    pthread_t thread;
    int wake_fd;
    _Atomic(struct rw_mail *) inbox;
    struct rw_mail *deferred, **deferred_end;
    struct rw_mail stop_mail;
    unsigned expected;     /* answers that others owe us */
    bool created, started; /* thread made; start() succeeded */
};

struct rw_workers {
    rw_worker_start_h *start;
    rw_worker_stop_h *stop;
    void *arg;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t changed;
    unsigned threads; /* made and not ended */
    unsigned ready;   /* start() returned */
    unsigned at_gate, gates_passed;
    enum rw_class class; /* of the last start() */
    struct rw_err err;
    unsigned count;
    struct rw_worker at[];
};

static _Thread_local struct rw_worker *self;

/* ------------------------------------------------------------------ mail */

/* A part of the stack: `last` is the one posted first. */
static void push(struct rw_worker *to, struct rw_mail *top, struct rw_mail *last)
{
    struct rw_mail *head = atomic_load_explicit(&to->inbox, memory_order_relaxed);

    do
        last->next = head;
    while (!atomic_compare_exchange_weak_explicit(&to->inbox, &head, top, memory_order_acq_rel,
                                                  memory_order_relaxed));
    if (!head)
        (void)eventfd_write(to->wake_fd, 1); /* can't fail: the counter never gets near its end */
}

void rw_worker_post(struct rw_worker *to, struct rw_mail *mail)
{
    push(to, mail, mail);
}

void rw_worker_post_all(struct rw_worker *to, struct rw_mail *first)
{
    struct rw_mail *top = NULL, *last = first;

    while (first) {
        struct rw_mail *next = first->next;

        first->next = top;
        top = first;
        first = next;
    }
    if (top)
        push(to, top, last);
}

/* Handles what is there now, in the order it was posted. False when there was nothing. */
static bool handle_mail(struct rw_worker *worker)
{
    struct rw_mail *stack = atomic_exchange_explicit(&worker->inbox, NULL, memory_order_acq_rel);
    struct rw_mail *queue = NULL;

    if (!stack)
        return false;
    while (stack) {
        struct rw_mail *next = stack->next;

        stack->next = queue;
        queue = stack;
        stack = next;
    }
    while (queue) {
        struct rw_mail *mail = queue;

        queue = mail->next; /* the handler may free it or post it again */
        mail->handle(mail);
    }
    return true;
}

static void on_wake(int flags, void *arg)
{
    struct rw_worker *worker = arg;
    eventfd_t count;

    (void)flags;
    (void)eventfd_read(worker->wake_fd, &count);
    (void)handle_mail(worker);
}

void rw_worker_defer(struct rw_worker *worker, struct rw_mail *mail)
{
    mail->next = NULL;
    *worker->deferred_end = mail;
    worker->deferred_end = &mail->next;
}

static bool run_deferred(void *arg)
{
    struct rw_worker *worker = arg;
    struct rw_mail *queue = worker->deferred;

    worker->deferred = NULL;
    worker->deferred_end = &worker->deferred;
    while (queue) {
        struct rw_mail *mail = queue;

        queue = mail->next;
        mail->handle(mail);
    }
    return worker->deferred != NULL;
}

void rw_worker_expect(struct rw_worker *worker)
{
    worker->expected++;
}

void rw_worker_arrived(struct rw_worker *worker)
{
    worker->expected--;
}

/* Without the loop: until nothing is left to do and nobody owes us an answer. */
static void settle(struct rw_worker *worker)
{
    struct pollfd wake = {.fd = worker->wake_fd, .events = POLLIN};
    eventfd_t count;

    for (;;) {
        while (handle_mail(worker) || worker->deferred)
            (void)run_deferred(worker);
        if (!worker->expected)
            return;
        (void)poll(&wake, 1, -1);
        (void)eventfd_read(worker->wake_fd, &count);
    }
}

static void on_stop(struct rw_mail *mail)
{
    (void)mail;
    re_cancel();
}

/* ------------------------------------------------------------------ threads */

static void wait_at_gate(struct rw_workers *all)
{
    unsigned gate;

    (void)pthread_mutex_lock(&all->lock);
    gate = all->gates_passed;
    if (++all->at_gate == all->threads) {
        all->at_gate = 0;
        all->gates_passed++;
        (void)pthread_cond_broadcast(&all->changed);
    }
    while (gate == all->gates_passed)
        (void)pthread_cond_wait(&all->changed, &all->lock);
    (void)pthread_mutex_unlock(&all->lock);
}

static void tell_started(struct rw_worker *worker, enum rw_class class, const struct rw_err *err)
{
    struct rw_workers *all = worker->all;

    (void)pthread_mutex_lock(&all->lock);
    worker->started = class == RW_OK;
    all->class = class;
    all->err = *err;
    all->ready++;
    (void)pthread_cond_broadcast(&all->changed);
    (void)pthread_mutex_unlock(&all->lock);
}

/* libre's table of descriptors is written whole at the start: no larger than any number can get. */
static int table_size(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < FDS_MAX)
        return (int)limit.rlim_cur;
    return FDS_MAX;
}

static enum rw_class begin(struct rw_worker *worker, struct rw_err *err)
{
    int e = re_thread_init();

    if (!e)
        e = fd_setsize(table_size());
    if (!e)
        e = fd_listen(worker->wake_fd, FD_READ, on_wake, worker);
    if (e)
        return rw_fail(err, e == ENOMEM ? RW_NO_MEMORY : RW_IO, "loop.init",
                       "the event loop of worker %u could not start", worker->index);
    rw_timers_set_turn_end(run_deferred, worker);
    return worker->all->start ? worker->all->start(worker, worker->all->arg, err) : RW_OK;
}

static void *run(void *arg)
{
    struct rw_worker *worker = arg;
    struct rw_err err = {0};

    self = worker;
    tell_started(worker, begin(worker, &err), &err);
    if (worker->started)
        (void)re_main(NULL);
    wait_at_gate(worker->all);
    settle(worker);
    if (worker->started && worker->all->stop)
        worker->all->stop(worker, worker->all->arg);
    wait_at_gate(worker->all);
    settle(worker);
    fd_close(worker->wake_fd);
    re_thread_close();
    return NULL;
}

static bool start_one(struct rw_worker *worker)
{
    struct rw_workers *all = worker->all;
    unsigned ready = all->ready + 1;

    (void)pthread_mutex_lock(&all->lock);
    all->threads++; /* before it can come to a gate */
    (void)pthread_mutex_unlock(&all->lock);
    if (pthread_create(&worker->thread, NULL, run, worker) != 0) {
        (void)pthread_mutex_lock(&all->lock);
        all->threads--;
        (void)pthread_mutex_unlock(&all->lock);
        all->class =
            rw_fail(&all->err, RW_IO, "loop.thread", "thread %u could not be made", worker->index);
        return false;
    }
    worker->created = true;
    (void)pthread_mutex_lock(&all->lock);
    while (all->ready != ready)
        (void)pthread_cond_wait(&all->changed, &all->lock);
    (void)pthread_mutex_unlock(&all->lock);
    return worker->started;
}

enum rw_class rw_workers_start(struct rw_workers *workers, rw_worker_start_h *start,
                               rw_worker_stop_h *stop, void *arg, struct rw_err *err)
{
    workers->start = start;
    workers->stop = stop;
    workers->arg = arg;
    for (unsigned i = 0; i < workers->count; i++) {
        if (!start_one(&workers->at[i])) {
            struct rw_err why = workers->err;
            enum rw_class class = workers->class;

            rw_workers_stop(workers);
            if (err)
                *err = why;
            return class;
        }
    }
    return RW_OK;
}

void rw_workers_stop(struct rw_workers *workers)
{
    for (unsigned i = 0; i < workers->count; i++) {
        struct rw_worker *worker = &workers->at[i];

        worker->stop_mail.handle = on_stop;
        if (worker->created)
            rw_worker_post(worker, &worker->stop_mail);
    }
    for (unsigned i = 0; i < workers->count; i++) {
        if (workers->at[i].created)
            (void)pthread_join(workers->at[i].thread, NULL);
        workers->at[i].created = workers->at[i].started = false;
    }
    workers->threads = 0;
}

/* ------------------------------------------------------------------ all of them */

static bool init_one(struct rw_worker *worker, struct rw_workers *all, unsigned index)
{
    worker->all = all;
    worker->index = index;
    worker->deferred_end = &worker->deferred;
    worker->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return worker->wake_fd >= 0;
}

enum rw_class rw_workers_new(struct rw_workers **ret, unsigned count, struct rw_err *err)
{
    struct rw_workers *workers;
    enum rw_class class;

    if (count == 0 || count > RW_ID_WORKERS)
        return rw_fail(err, RW_MALFORMED, "loop.workers", "%u workers; 1 to %d are possible", count,
                       RW_ID_WORKERS);
    if (libre_init())
        return rw_fail(err, RW_IO, "loop.init", "libre could not be initialised");
    class = rw_timers_check(err);
    if (class)
        return class;
    workers = rw_calloc(1, sizeof(*workers) + count * sizeof(workers->at[0]));
    if (!workers)
        return rw_fail_memory(err);
    (void)pthread_mutex_init(&workers->lock, NULL);
    (void)pthread_cond_init(&workers->changed, NULL);
    for (; workers->count < count; workers->count++) {
        if (!init_one(&workers->at[workers->count], workers, workers->count)) {
            rw_fail(err, RW_IO, "loop.init", "no descriptor for the mailbox of worker %u",
                    workers->count);
            rw_workers_free(workers);
            return RW_IO;
        }
    }
    *ret = workers;
    return RW_OK;
}

void rw_workers_free(struct rw_workers *workers)
{
    if (!workers)
        return;
    for (unsigned i = 0; i < workers->count; i++)
        (void)close(workers->at[i].wake_fd);
    (void)pthread_cond_destroy(&workers->changed);
    (void)pthread_mutex_destroy(&workers->lock);
    rw_free(workers);
}

unsigned rw_workers_count(const struct rw_workers *workers)
{
    return workers->count;
}

struct rw_worker *rw_workers_at(const struct rw_workers *workers, unsigned index)
{
    return (struct rw_worker *)&workers->at[index];
}

unsigned rw_worker_index(const struct rw_worker *worker)
{
    return worker->index;
}

struct rw_workers *rw_worker_all(const struct rw_worker *worker)
{
    return worker->all;
}

struct rw_worker *rw_worker_self(void)
{
    return self;
}
