#include "loop/offload.h"

#include "base/mem.h"

#include <pthread.h>

struct rw_offload {
    pthread_mutex_t lock; /* for all that follows */
    pthread_cond_t changed;
    struct rw_job *head, **tail;
    unsigned waiting, queue_max, threads;
    bool closing;
    pthread_t at[];
};

/* Mail is the first member of a job, so a pointer to one is a pointer to the other. */
_Static_assert(offsetof(struct rw_job, mail) == 0, "mail is not first");

static void on_done(struct rw_mail *mail)
{
    struct rw_job *job = (struct rw_job *)mail;

    rw_worker_arrived(job->home);
    job->done(job);
}

static struct rw_job *take(struct rw_offload *pool)
{
    struct rw_job *job;

    (void)pthread_mutex_lock(&pool->lock);
    while (!pool->head && !pool->closing)
        (void)pthread_cond_wait(&pool->changed, &pool->lock);
    job = pool->head;
    if (job) {
        pool->head = job->next;
        if (!pool->head)
            pool->tail = &pool->head;
        pool->waiting--;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return job;
}

static void *run(void *arg)
{
    struct rw_offload *pool = arg;
    struct rw_job *job;

    while ((job = take(pool)) != NULL) {
        job->run(job);
        job->mail.handle = on_done;
        rw_worker_post(job->home, &job->mail);
    }
    return NULL;
}

enum rw_class rw_offload_new(struct rw_offload **ret, unsigned threads, unsigned queue_max,
                             struct rw_err *err)
{
    struct rw_offload *pool = rw_calloc(1, sizeof(*pool) + threads * sizeof(pool->at[0]));

    if (!pool)
        return rw_fail_memory(err);
    (void)pthread_mutex_init(&pool->lock, NULL);
    (void)pthread_cond_init(&pool->changed, NULL);
    pool->tail = &pool->head;
    pool->queue_max = queue_max;
    for (; pool->threads < threads; pool->threads++) {
        if (pthread_create(&pool->at[pool->threads], NULL, run, pool) != 0) {
            rw_offload_free(pool);
            return rw_fail(err, RW_IO, "loop.thread", "a thread for slow work could not be made");
        }
    }
    *ret = pool;
    return RW_OK;
}

void rw_offload_free(struct rw_offload *pool)
{
    if (!pool)
        return;
    (void)pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    (void)pthread_cond_broadcast(&pool->changed);
    (void)pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->threads; i++)
        (void)pthread_join(pool->at[i], NULL);
    (void)pthread_cond_destroy(&pool->changed);
    (void)pthread_mutex_destroy(&pool->lock);
    rw_free(pool);
}

enum rw_class rw_offload_submit(struct rw_offload *pool, struct rw_job *job, struct rw_err *err)
{
    bool full;

    job->home = rw_worker_self();
    job->next = NULL;
    (void)pthread_mutex_lock(&pool->lock);
    full = pool->waiting >= pool->queue_max || pool->closing;
    if (!full) {
        *pool->tail = job;
        pool->tail = &job->next;
        pool->waiting++;
        (void)pthread_cond_signal(&pool->changed);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    if (full)
        return rw_fail(err, RW_LIMIT, "server.busy", "%u pieces of slow work wait already",
                       pool->queue_max);
    rw_worker_expect(job->home);
    return RW_OK;
}
