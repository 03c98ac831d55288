#include "base/mem.h"
#include "loop/offload.h"
#include "loop/timer_wheel.h"
#include "loop/worker.h"

#include <pthread.h>
#include <re.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>

#include <cmocka.h>

#define WORKERS 3u
#define LETTERS 5000u /* each worker to each other */

/* A door that the test thread waits at until somebody opens it. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
} door = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};

static void door_open(void)
{
    (void)pthread_mutex_lock(&door.lock);
    door.open = true;
    (void)pthread_cond_broadcast(&door.opened);
    (void)pthread_mutex_unlock(&door.lock);
}

static void door_wait(void)
{
    (void)pthread_mutex_lock(&door.lock);
    while (!door.open)
        (void)pthread_cond_wait(&door.opened, &door.lock);
    door.open = false;
    (void)pthread_mutex_unlock(&door.lock);
}

/* ------------------------------------------------------------------ mail in order */

#define LISTED 4u

struct letter {
    struct rw_mail mail;
    unsigned from, number;
};

static struct letter *letters; /* [from][to][number] */
static struct post {
    struct rw_mail go;
    unsigned next[WORKERS]; /* number expected from each; its own thread only */
    bool wrong;
} posts[WORKERS];
static atomic_uint arrived;

static void on_letter(struct rw_mail *mail)
{
    struct letter *letter = (struct letter *)mail;
    struct post *mine = &posts[rw_worker_index(rw_worker_self())];

    if (mine->next[letter->from]++ != letter->number)
        mine->wrong = true;
    if (atomic_fetch_add(&arrived, 1) + 1 == WORKERS * WORKERS * LETTERS)
        door_open();
}

/* The first alone, then a few at a time as a list; an empty list is nothing. */
static void on_go(struct rw_mail *mail)
{
    struct rw_worker *me = rw_worker_self();
    unsigned from = rw_worker_index(me);

    (void)mail;
    for (unsigned number = 0; number < LETTERS; number++) {
        for (unsigned to = 0; to < WORKERS; to++) {
            struct rw_worker *there = rw_workers_at(rw_worker_all(me), to);
            struct letter *letter = &letters[(from * WORKERS + to) * LETTERS + number];
            bool last = number % LISTED == 0 || number + 1 == LETTERS;

            *letter = (struct letter){{.handle = on_letter}, from, number};
            if (number == 0)
                rw_worker_post(there, &letter->mail);
            else if (!last)
                letter->mail.next = &letter[1].mail;
            else
                rw_worker_post_all(there, &letter[-(int)((number - 1) % LISTED)].mail);
        }
    }
    for (unsigned to = 0; to < WORKERS; to++)
        rw_worker_post_all(rw_workers_at(rw_worker_all(me), to), NULL);
}

static void test_mail_in_order(void **state)
{
    struct rw_workers *workers;
    struct rw_err err;

    (void)state;
    letters = rw_calloc(WORKERS * WORKERS * LETTERS, sizeof(*letters));
    assert_non_null(letters);
    assert_int_equal(rw_workers_new(&workers, WORKERS, &err), RW_OK);
    assert_int_equal(rw_workers_count(workers), WORKERS);
    assert_int_equal(rw_workers_start(workers, NULL, NULL, NULL, &err), RW_OK);
    assert_null(rw_worker_self());
    for (unsigned i = 0; i < WORKERS; i++)
        posts[i] = (struct post){.go = {.handle = on_go}};
    for (unsigned i = 0; i < WORKERS; i++) /* none writes to another before all are set */
        rw_worker_post(rw_workers_at(workers, i), &posts[i].go);
    door_wait();
    rw_workers_stop(workers);
    for (unsigned i = 0; i < WORKERS; i++) {
        assert_false(posts[i].wrong);
        for (unsigned from = 0; from < WORKERS; from++)
            assert_int_equal(posts[i].next[from], LETTERS);
    }
    rw_workers_free(workers);
    rw_free(letters);
}

/* ------------------------------------------------------------------ start and stop */

struct lives {
    unsigned started, stopped, fails_at;
    atomic_uint mail_of_stop;
};

static struct rw_mail last_words[WORKERS];
static struct lives *lives_now;

static void on_last_words(struct rw_mail *mail)
{
    (void)mail;
    atomic_fetch_add(&lives_now->mail_of_stop, 1);
}

static enum rw_class on_start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    struct lives *lives = arg;

    if (rw_worker_self() != worker || rw_worker_index(worker) != lives->started)
        return rw_fail(err, RW_BUG, "test.order", "started out of order");
    if (lives->started == lives->fails_at)
        return rw_fail(err, RW_LIMIT, "test.enough", "no more of these");
    lives->started++;
    return RW_OK;
}

static pthread_mutex_t lives_lock = PTHREAD_MUTEX_INITIALIZER;

static void on_stop(struct rw_worker *worker, void *arg)
{
    struct lives *lives = arg;
    unsigned index = rw_worker_index(worker);
    unsigned to = (index + 1) % rw_workers_count(rw_worker_all(worker));

    (void)pthread_mutex_lock(&lives_lock);
    lives->stopped++;
    (void)pthread_mutex_unlock(&lives_lock);
    last_words[index].handle = on_last_words;
    rw_worker_post(rw_workers_at(rw_worker_all(worker), to), &last_words[index]);
}

static void test_start_and_stop(void **state)
{
    (void)state;
    for (unsigned fails_at = 0; fails_at <= WORKERS; fails_at++) {
        struct lives lives = {.fails_at = fails_at};
        struct rw_workers *workers;
        struct rw_err err = {0};
        enum rw_class class;

        lives_now = &lives;
        assert_int_equal(rw_workers_new(&workers, WORKERS, &err), RW_OK);
        class = rw_workers_start(workers, on_start, on_stop, &lives, &err);
        if (fails_at < WORKERS) {
            assert_int_equal(class, RW_LIMIT);
            assert_string_equal(err.code, "test.enough");
        } else {
            assert_int_equal(class, RW_OK);
        }
        rw_workers_stop(workers);
        assert_int_equal(lives.started, fails_at);
        assert_int_equal(lives.stopped, fails_at);
        /* Mail posted by stop() is handled by whoever was ever started. */
        if (fails_at == WORKERS)
            assert_int_equal(lives.mail_of_stop, WORKERS);
        rw_workers_free(workers);
    }
}

static void test_bad_counts(void **state)
{
    struct rw_workers *workers = NULL;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_workers_new(&workers, 0, &err), RW_MALFORMED);
    assert_string_equal(err.code, "loop.workers");
    assert_int_equal(rw_workers_new(&workers, 257, &err), RW_MALFORMED);
    assert_null(workers);
    rw_workers_free(NULL);
}

/* ------------------------------------------------------------------ the end of a turn */

static struct {
    struct rw_mail first, second, again;
    struct tmr tmr;
    char order[16];
    unsigned count;
} turn;

static void note(char what)
{
    turn.order[turn.count++] = what;
}

static void on_again(struct rw_mail *mail)
{
    (void)mail;
    note('a');
    door_open();
}

static void on_deferred(struct rw_mail *mail)
{
    (void)mail;
    note('d');
    turn.again.handle = on_again;
    rw_worker_defer(rw_worker_self(), &turn.again);
}

static void on_timer(void *arg)
{
    (void)arg;
    note('t');
}

static void on_second(struct rw_mail *mail)
{
    (void)mail;
    note('2');
}

static struct rw_mail deferred = {.handle = on_deferred};

static void on_first(struct rw_mail *mail)
{
    (void)mail;
    note('1');
    rw_worker_defer(rw_worker_self(), &deferred);
    tmr_init(&turn.tmr);
    tmr_start(&turn.tmr, 0, on_timer, NULL);
    rw_worker_post(rw_worker_self(), &turn.second); /* a later turn, after all of this one */
}

static void test_deferred_runs_last(void **state)
{
    struct rw_workers *workers;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_workers_new(&workers, 1, &err), RW_OK);
    assert_int_equal(rw_workers_start(workers, NULL, NULL, NULL, &err), RW_OK);
    turn.first.handle = on_first;
    turn.second.handle = on_second;
    rw_worker_post(rw_workers_at(workers, 0), &turn.first);
    door_wait();
    rw_workers_stop(workers);
    assert_string_equal(turn.order, "1tda2");
    rw_workers_free(workers);
}

/* ------------------------------------------------------------------ slow work */

#define JOBS 200u

static struct slow {
    struct rw_job job;
    unsigned value;
} jobs[JOBS];
static struct rw_offload *pool;
static unsigned jobs_done, jobs_refused;
static pthread_mutex_t brake = PTHREAD_MUTEX_INITIALIZER;

static void slow_run(struct rw_job *job)
{
    (void)pthread_mutex_lock(&brake);
    (void)pthread_mutex_unlock(&brake);
    ((struct slow *)job)->value += 7;
}

static void slow_done(struct rw_job *job)
{
    struct slow *slow = (struct slow *)job;

    if (rw_worker_self() && slow->value == (unsigned)(slow - jobs) + 7)
        jobs_done++;
    if (jobs_done + jobs_refused == JOBS)
        door_open();
}

static void on_submit_all(struct rw_mail *mail)
{
    struct rw_err err;

    (void)mail;
    (void)pthread_mutex_lock(&brake); /* nothing ends meanwhile, so the bound is met exactly */
    for (unsigned i = 0; i < JOBS; i++) {
        jobs[i] = (struct slow){{.run = slow_run, .done = slow_done}, i};
        if (rw_offload_submit(pool, &jobs[i].job, &err) != RW_OK) {
            assert_string_equal(err.code, "server.busy");
            jobs_refused++;
        }
    }
    (void)pthread_mutex_unlock(&brake);
}

static void test_offload(void **state)
{
    struct rw_mail go = {.handle = on_submit_all};
    struct rw_workers *workers;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_workers_new(&workers, 1, &err), RW_OK);
    assert_int_equal(rw_offload_new(&pool, 2, JOBS / 2, &err), RW_OK);
    assert_int_equal(rw_workers_start(workers, NULL, NULL, NULL, &err), RW_OK);
    rw_worker_post(rw_workers_at(workers, 0), &go);
    door_wait();
    rw_offload_free(pool);
    rw_workers_stop(workers);
    rw_workers_free(workers);
    /* Up to two of them were taken from the queue before it was full. */
    assert_in_range(jobs_refused, JOBS / 2 - 2, JOBS / 2);
    assert_int_equal(jobs_done + jobs_refused, JOBS);
    rw_offload_free(NULL);
}

/* ------------------------------------------------------------------ a stop with work under way */

static atomic_bool stopping;
static bool late_was_told, hook_came_after;

static void late_run(struct rw_job *job)
{
    (void)job;
    while (!stopping)
        (void)sched_yield();
    for (int i = 0; i < 1000; i++) /* the worker is at its end by now, or waits for us */
        (void)sched_yield();
}

static void late_done(struct rw_job *job)
{
    (void)job;
    late_was_told = true;
}

static struct rw_job late = {.run = late_run, .done = late_done};

static void on_submit_late(struct rw_mail *mail)
{
    (void)mail;
    assert_int_equal(rw_offload_submit(pool, &late, NULL), RW_OK);
    door_open();
}

static void on_stop_late(struct rw_worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    hook_came_after = late_was_told;
}

static void test_a_stop_waits_for_what_is_under_way(void **state)
{
    struct rw_mail go = {.handle = on_submit_late};
    struct rw_workers *workers;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_workers_new(&workers, 1, &err), RW_OK);
    assert_int_equal(rw_offload_new(&pool, 1, 1, &err), RW_OK);
    assert_int_equal(rw_workers_start(workers, NULL, on_stop_late, NULL, &err), RW_OK);
    rw_worker_post(rw_workers_at(workers, 0), &go);
    door_wait();
    stopping = true;
    rw_workers_stop(workers);
    assert_true(late_was_told);
    assert_true(hook_came_after);
    rw_workers_free(workers);
    rw_offload_free(pool);
}

static void test_no_descriptors_are_left(void **state)
{
    struct rw_workers *workers = NULL;
    struct rlimit limit, none;
    struct rw_err err;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(rw_workers_new(&workers, 1, &err), RW_IO);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_string_equal(err.code, "loop.init");
    assert_null(workers);
}

/* A stack as large as the address space: no thread can be made that has it. */
static void test_no_thread_can_be_made(void **state)
{
    struct rw_workers *workers;
    struct rw_offload *some = NULL;
    pthread_attr_t usual, huge;
    struct rw_err err;

    (void)state;
    assert_int_equal(pthread_getattr_default_np(&usual), 0);
    assert_int_equal(pthread_attr_init(&huge), 0);
    assert_int_equal(pthread_attr_setstacksize(&huge, (size_t)1 << 47), 0);
    assert_int_equal(rw_workers_new(&workers, 1, &err), RW_OK);
    assert_int_equal(pthread_setattr_default_np(&huge), 0);
    assert_int_equal(rw_workers_start(workers, NULL, NULL, NULL, &err), RW_IO);
    assert_string_equal(err.code, "loop.thread");
    assert_int_equal(rw_offload_new(&some, 1, 1, &err), RW_IO);
    assert_string_equal(err.code, "loop.thread");
    assert_null(some);
    assert_int_equal(pthread_setattr_default_np(&usual), 0);
    rw_workers_free(workers);
    (void)pthread_attr_destroy(&huge);
    (void)pthread_attr_destroy(&usual);
}

static void test_out_of_memory(void **state)
{
    long live = rw_mem_live(), n = 0;

    (void)state;
    for (;; n++) {
        struct rw_workers *workers = NULL;
        struct rw_offload *some = NULL;
        enum rw_class class;

        rw_mem_fail_after(n);
        class = rw_workers_new(&workers, 2, NULL);
        if (!class)
            class = rw_offload_new(&some, 2, 1, NULL);
        rw_mem_fail_after(-1);
        rw_offload_free(some);
        rw_workers_free(workers);
        assert_int_equal(rw_mem_live(), live);
        if (!class)
            break;
        assert_int_equal(class, RW_NO_MEMORY);
    }
    assert_int_equal(n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mail_in_order),
        cmocka_unit_test(test_start_and_stop),
        cmocka_unit_test(test_bad_counts),
        cmocka_unit_test(test_deferred_runs_last),
        cmocka_unit_test(test_offload),
        cmocka_unit_test(test_no_descriptors_are_left),
        cmocka_unit_test(test_no_thread_can_be_made),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_a_stop_waits_for_what_is_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
