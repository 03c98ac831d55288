/*
 * The one thread that writes. It takes what waits, commits it, tells everybody, and looks again.
 *
 * How long it waits for company before a commit:
 *     urgent, no load      not at all: a lone request is answered as fast as the disk is
 *     urgent, under load   linger_ms, counted from the oldest submission
 *     all patient          linger_patient_ms, likewise
 * Load means that company did come lately: another urgent tx in the same batch, or one that arrived
 * while a commit ran. A single client that waits for each answer never makes load, so it never
 * waits; sixteen of them, or a steady stream, do.
 */
#include "store/store_int.h"

#include <signal.h>
#include <time.h>

#define LOAD_MAX 8

/* The real clock, also where a test's thread has a virtual one: this is about a disk. */
static uint64_t now_us(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

void rw_writer_queue(struct rw_store *store, struct rw_tx *tx)
{
    bool wake;

    tx->next = NULL;
    tx->submitted_us = now_us();
    pthread_mutex_lock(&store->mutex);
    *store->queue_end = tx;
    store->queue_end = &tx->next;
    store->queued++;
    if (!tx->patient && store->queued_urgent++ == 0)
        store->urgent_us = tx->submitted_us;
    wake = store->waiting == RW_WAIT_ANY || (store->waiting == RW_WAIT_URGENT && !tx->patient) ||
           (store->waiting != RW_WAIT_NOTHING && store->queued >= store->options.batch_max);
    if (wake)
        store->waiting = RW_WAIT_NOTHING;
    pthread_mutex_unlock(&store->mutex);
    if (wake)
        pthread_cond_signal(&store->wake);
}

/* With the mutex held and something in the queue: when its commit is due. */
static uint64_t due_us(const struct rw_store *store)
{
    uint64_t patient_us =
        store->queue->submitted_us + UINT64_C(1000) * store->options.linger_patient_ms;
    uint64_t urgent_us =
        store->urgent_us + (store->load ? UINT64_C(1000) * store->options.linger_ms : 0);

    return store->queued_urgent && urgent_us < patient_us ? urgent_us : patient_us;
}

static void linger(struct rw_store *store)
{
    while (!store->stopping && store->queued < store->options.batch_max) {
        uint64_t due = due_us(store);
        struct timespec ts = {.tv_sec = (time_t)(due / 1000000),
                              .tv_nsec = (long)(due % 1000000) * 1000};

        if ((!store->load && store->queued_urgent) || now_us() >= due)
            break;
        store->waiting = store->queued_urgent ? RW_WAIT_FULL : RW_WAIT_URGENT;
        (void)pthread_cond_timedwait(&store->wake, &store->mutex, &ts);
    }
    store->waiting = RW_WAIT_NOTHING;
}

static struct rw_tx *take_batch(struct rw_store *store, uint32_t *ret_urgent)
{
    struct rw_tx *batch = store->queue, **end = &store->queue;
    uint32_t count = 0, urgent = 0;

    for (; *end && count < store->options.batch_max; end = &(*end)->next, count++)
        urgent += !(*end)->patient;
    store->queue = *end;
    *end = NULL;
    if (!store->queue)
        store->queue_end = &store->queue;
    else
        store->urgent_us = store->queue->submitted_us;
    store->queued -= count;
    store->queued_urgent -= urgent;
    *ret_urgent = urgent;
    return batch;
}

/* Who waits in rw_tx_commit(). Once told, a tx is gone. */
static void tell_waiting(struct rw_store *store, struct rw_mail *mail)
{
    pthread_mutex_lock(&store->mutex);
    while (mail) {
        struct rw_tx *tx = (struct rw_tx *)mail; /* its first member */

        mail = mail->next;
        tx->finished = true;
    }
    pthread_cond_broadcast(&store->done);
    pthread_mutex_unlock(&store->mutex);
}

/* Each worker is woken once and handles all answers in one turn: what follows is sent in batches. */
static void tell_all(struct rw_store *store, struct rw_tx *batch)
{
    while (batch) {
        struct rw_worker *home = batch->home;
        struct rw_mail *mail = NULL, **mail_end = &mail;
        struct rw_tx *rest = NULL, **rest_end = &rest;

        for (struct rw_tx *tx = batch; tx; tx = tx->next) {
            if (tx->home == home) {
                *mail_end = &tx->mail;
                mail_end = &tx->mail.next;
            } else {
                *rest_end = tx;
                rest_end = &tx->next;
            }
        }
        *mail_end = NULL;
        *rest_end = NULL;
        if (home)
            rw_worker_post_all(home, mail);
        else
            tell_waiting(store, mail);
        batch = rest;
    }
}

/* Before the batch is told: who answers quickly with his next one is no company. */
static void feel_load(struct rw_store *store, uint32_t urgent)
{
    if (urgent > 1 || (urgent && store->queued_urgent))
        store->load += store->load < LOAD_MAX;
    else if (urgent)
        store->load -= store->load > 0;
}

static void *run(void *arg)
{
    struct rw_store *store = arg;

    pthread_mutex_lock(&store->mutex);
    for (;;) {
        struct rw_tx *batch;
        uint32_t urgent;

        while (!store->queue && !store->stopping) {
            store->waiting = RW_WAIT_ANY;
            pthread_cond_wait(&store->wake, &store->mutex);
        }
        if (!store->queue)
            break;
        linger(store);
        batch = take_batch(store, &urgent);
        pthread_mutex_unlock(&store->mutex);
        rw_batch_commit(store, batch);
        pthread_mutex_lock(&store->mutex);
        feel_load(store, urgent);
        pthread_mutex_unlock(&store->mutex);
        tell_all(store, batch);
        pthread_mutex_lock(&store->mutex);
    }
    pthread_mutex_unlock(&store->mutex);
    return NULL;
}

static int init_locks(struct rw_store *store)
{
    pthread_condattr_t attr;
    int rc = pthread_condattr_init(&attr);

    if (rc)
        return rc;
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    rc = pthread_mutex_init(&store->mutex, NULL);
    if (!rc)
        rc = pthread_cond_init(&store->wake, &attr);
    if (!rc)
        rc = pthread_cond_init(&store->done, NULL);
    (void)pthread_condattr_destroy(&attr);
    return rc;
}

enum rw_class rw_writer_start(struct rw_store *store, struct rw_err *err)
{
    sigset_t all, before;
    int rc = init_locks(store); /* on glibc these take no memory and can't fail */

    store->queue_end = &store->queue;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's affair */
    if (!rc)
        rc = pthread_create(&store->thread, NULL, run, store);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc)
        return rw_fail(err, RW_NO_MEMORY, "server.no_memory",
                       "the store's thread can't be made: %s", strerror(rc));
    (void)pthread_setname_np(store->thread, "rw-writer");
    store->started = true;
    return RW_OK;
}

void rw_writer_stop(struct rw_store *store)
{
    if (!store->started)
        return;
    pthread_mutex_lock(&store->mutex);
    store->stopping = true;
    pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->mutex);
    (void)pthread_join(store->thread, NULL);
    (void)pthread_cond_destroy(&store->done);
    (void)pthread_cond_destroy(&store->wake);
    (void)pthread_mutex_destroy(&store->mutex);
}
