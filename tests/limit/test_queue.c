/* Calls that wait for their turn, in several workers: first come, first served, and nobody for ever. */
#include "base/clock.h"
#include "calls.h"
#include "loop/worker.h"

#include <pthread.h>
#include <re.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS 3u

static struct rw_limits *limits;
static struct rw_workers *workers;

static enum rw_class on_start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    (void)worker;
    (void)arg;
    (void)err;
    return RW_OK;
}

static void on_stop(struct rw_worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
}

static int setup(void **state)
{
    (void)state;
    if (rw_limits_new(&limits, NULL) != RW_OK || rw_workers_new(&workers, WORKERS, NULL) != RW_OK)
        return -1;
    return rw_workers_start(workers, on_start, on_stop, NULL, NULL) == RW_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    rw_workers_stop(workers);
    rw_workers_free(workers);
    rw_limits_free(limits);
    return 0;
}

/* ------------------------------------------------------------------ errands */

struct errand {
    struct rw_mail mail; /* first */
    void (*run)(void *arg);
    void *arg;
    pthread_mutex_t lock;
    pthread_cond_t ready;
    bool over;
};

static void on_errand(struct rw_mail *mail)
{
    struct errand *errand = (struct errand *)mail;

    errand->run(errand->arg);
    (void)pthread_mutex_lock(&errand->lock);
    errand->over = true;
    (void)pthread_cond_signal(&errand->ready);
    (void)pthread_mutex_unlock(&errand->lock);
}

static void run_in(unsigned worker, void (*run)(void *arg), void *arg)
{
    struct errand errand = {.mail.handle = on_errand,
                            .run = run,
                            .arg = arg,
                            .lock = PTHREAD_MUTEX_INITIALIZER,
                            .ready = PTHREAD_COND_INITIALIZER};

    rw_worker_post(rw_workers_at(workers, worker), &errand.mail);
    (void)pthread_mutex_lock(&errand.lock);
    while (!errand.over)
        (void)pthread_cond_wait(&errand.ready, &errand.lock);
    (void)pthread_mutex_unlock(&errand.lock);
}

struct asking {
    struct call call; /* first */
    enum rw_permit_verdict verdict;
};

static void ask(void *arg)
{
    struct asking *asking = arg;

    asking->verdict = call_ask(limits, &asking->call);
}

static void end(void *arg)
{
    call_end(limits, arg, true);
}

static void withdraw(void *arg)
{
    struct rw_permit *permit = rw_limits_permit(limits);

    permit->ops->withdraw(permit, ((struct call *)arg)->held);
}

static void nothing(void *arg)
{
    (void)arg;
}

/* All mail that was on its way to a worker has been handled. */
static void settle(void)
{
    for (unsigned i = 0; i < WORKERS; i++)
        run_in(i, nothing, NULL);
}

static uint32_t waiting_for(enum rw_limit_of of, const char *id)
{
    struct rw_limit_count count;

    rw_limits_read(limits, "t", of, id, &count);
    return count.waiting;
}

/* ------------------------------------------------------------------ whose turn it is */

static const struct rw_call_limits one_channel = {.tenant = {.channels = 1, .wait_ms = 60000}};

static void test_first_come(void **state)
{
    struct asking calls[5];

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        call_make(&calls[i].call, 1, &one_channel);
        run_in(i % WORKERS, ask, &calls[i]);
        assert_int_equal(calls[i].verdict, i ? RW_PERMIT_LATER : RW_PERMIT_YES);
        assert_int_equal(waiting_for(RW_LIMIT_OF_TENANT, "t"), i);
    }
    for (unsigned i = 0; i < 5; i++) {
        run_in(i % WORKERS, end, &calls[i]);
        settle();
        for (unsigned n = 1; n < 5; n++)
            assert_int_equal(calls[n].call.decided, n <= i + 1);
        if (i < 4)
            assert_int_equal(calls[i + 1].call.class, RW_OK);
    }
    assert_int_equal(waiting_for(RW_LIMIT_OF_TENANT, "t"), 0);
}

/* Whoever waits for one trunk is in nobody's way who leaves by another. */
static void test_only_in_the_way_of_its_own(void **state)
{
    const struct rw_call_limits set = {.trunks[0] = {.channels = 1, .wait_ms = 60000}};
    struct asking calls[4];

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        call_make(&calls[i].call, 1, &set);
    calls[2].call.trunks[0].trunk_id = "another";
    for (unsigned i = 0; i < 3; i++)
        run_in(0, ask, &calls[i]);
    assert_int_equal(calls[1].verdict, RW_PERMIT_LATER);
    assert_int_equal(calls[2].verdict, RW_PERMIT_YES);
    run_in(0, withdraw, &calls[1]);
    assert_int_equal(calls[1].call.decided, 0);
    assert_int_equal(waiting_for(RW_LIMIT_OF_TRUNK, "t0"), 0);
    run_in(0, end, &calls[0]);
    run_in(0, ask, &calls[3]);
    assert_int_equal(calls[3].verdict, RW_PERMIT_YES);
    run_in(0, end, &calls[2]);
    run_in(0, end, &calls[3]);
}

/* A limit that is raised, or lifted, lets those go who wait, as soon as the next call brings it. */
static void test_raised(void **state)
{
    const struct rw_call_limits three = {.tenant = {.channels = 3, .wait_ms = 60000}};
    struct asking calls[4];

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        call_make(&calls[i].call, 1, i < 3 ? &one_channel : &three);
        run_in(0, ask, &calls[i]);
    }
    settle();
    assert_int_equal(calls[2].call.decided, 1);
    assert_int_equal(calls[3].verdict, RW_PERMIT_LATER);
    for (unsigned i = 0; i < 4; i++) {
        run_in(0, end, &calls[i]);
        settle();
    }
    assert_int_equal(calls[3].call.decided, 1);
}

/* Its turn came and it was withdrawn before it heard of that: the room goes to the next. */
static void end_and_withdraw(void *arg)
{
    struct asking *calls = arg;

    call_end(limits, &calls[0].call, true);
    withdraw(&calls[1]);
}

static void test_withdrawn_too_late(void **state)
{
    struct asking calls[3];

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        call_make(&calls[i].call, 1, &one_channel);
        run_in(0, ask, &calls[i]);
    }
    run_in(0, end_and_withdraw, calls);
    settle();
    settle();
    assert_int_equal(calls[1].call.decided, 0);
    assert_int_equal(calls[2].call.decided, 1);
    run_in(0, end, &calls[2]);
}

static void test_too_many_wait(void **state)
{
    static struct asking calls[RW_LIMITS_WAITING + 2];

    (void)state;
    for (unsigned i = 0; i < RW_LIMITS_WAITING + 2; i++) {
        call_make(&calls[i].call, 1, &one_channel);
        run_in(i % WORKERS, ask, &calls[i]);
    }
    assert_int_equal(calls[RW_LIMITS_WAITING].verdict, RW_PERMIT_LATER);
    assert_int_equal(calls[RW_LIMITS_WAITING + 1].verdict, RW_PERMIT_NO);
    assert_string_equal(calls[RW_LIMITS_WAITING + 1].call.err.code, "limit.queue_full");
    for (unsigned i = 1; i <= RW_LIMITS_WAITING; i++)
        run_in(i % WORKERS, withdraw, &calls[i]);
    run_in(0, end, &calls[0]);
}

/* ------------------------------------------------------------------ the clock */

static void set_clock(void *arg)
{
    rw_clock_set_virtual(*(uint64_t *)arg);
}

static void clock_at(uint64_t ms)
{
    for (unsigned i = 0; i < WORKERS; i++)
        run_in(i, set_clock, &ms);
    settle();
    settle();
    settle();
}

static void test_in_vain(void **state)
{
    const struct rw_call_limits set = {.tenant = {.channels = 1, .wait_ms = 3000}};
    struct asking calls[2];

    (void)state;
    clock_at(1000000);
    for (unsigned i = 0; i < 2; i++) {
        call_make(&calls[i].call, 1, &set);
        run_in(i, ask, &calls[i]);
    }
    clock_at(1002000);
    assert_int_equal(calls[1].call.decided, 0);
    clock_at(1003010);
    assert_int_equal(calls[1].call.decided, 1);
    assert_int_equal(calls[1].call.class, RW_LIMIT);
    assert_string_equal(calls[1].call.err.code, "limit.channels");
    assert_non_null(strstr(calls[1].call.err.message, "waited 3010 ms in vain"));
    run_in(0, end, &calls[0]);
}

/* Tokens come with time alone: each waiter gets its own, in order. */
static void test_tokens_come(void **state)
{
    const struct rw_call_limits set = {
        .client = {.calls_per_second = 10, .burst = 1, .wait_ms = 60000}};
    struct asking calls[6];

    (void)state;
    clock_at(1000000);
    for (unsigned i = 0; i < 6; i++) {
        call_make(&calls[i].call, 1, &set);
        run_in(i % WORKERS, ask, &calls[i]);
    }
    assert_int_equal(waiting_for(RW_LIMIT_OF_CLIENT, "c"), 5);
    for (unsigned i = 1; i < 6; i++) {
        clock_at(1000000 + 100 * i + 5);
        for (unsigned n = 1; n < 6; n++)
            assert_int_equal(calls[n].call.decided, n <= i);
    }
    for (unsigned i = 0; i < 6; i++)
        run_in(i % WORKERS, end, &calls[i]);
}

/* ------------------------------------------------------------------ many at once */

#define MANY 9999u /* a third in each worker */
#define A_TURN 200u

static _Atomic unsigned up, over_the_cap, served;
static const struct rw_call_limits cap = {.trunks[0] = {.channels = 25, .wait_ms = 60000}};

struct busy {
    struct asking asking; /* first */
    struct tmr talk;
};

static void hang_up(void *arg)
{
    struct busy *busy = arg;

    up--;
    call_attempt_over(limits, &busy->asking.call, 0);
    call_end(limits, &busy->asking.call, true);
    served++;
}

static void talk(struct busy *busy)
{
    uint32_t delay_ms;

    if (++up > cap.trunks[0].channels)
        over_the_cap++;
    if (call_attempt(limits, &busy->asking.call, 0, &delay_ms) != RW_OK)
        abort();
    tmr_start(&busy->talk, 1, hang_up, busy);
}

static void on_turn(struct rw_permit_ask *ask, enum rw_class class, const struct rw_err *err)
{
    (void)err;
    if (class != RW_OK)
        abort();
    talk((struct busy *)(void *)ask);
}

struct flood {
    struct busy *calls;
    unsigned next, refused;
};

static void pour(void *arg)
{
    struct flood *flood = arg;

    for (unsigned i = 0; i < A_TURN && flood->next < MANY / WORKERS; i++) {
        struct busy *busy = &flood->calls[flood->next++];

        call_make(&busy->asking.call, 1, &cap);
        busy->asking.call.ask.decided = on_turn;
        ask(&busy->asking);
        if (busy->asking.verdict == RW_PERMIT_YES)
            talk(busy);
        else if (busy->asking.verdict == RW_PERMIT_NO)
            flood->refused++;
    }
}

static void test_ten_thousand(void **state)
{
    struct flood floods[WORKERS] = {{0}};
    unsigned refused = 0;

    (void)state;
    for (unsigned i = 0; i < WORKERS; i++)
        floods[i].calls = calloc(MANY / WORKERS, sizeof(struct busy));
    for (unsigned round = 0; round <= MANY / WORKERS / A_TURN; round++)
        for (unsigned i = 0; i < WORKERS; i++)
            run_in(i, pour, &floods[i]);
    for (unsigned i = 0; i < WORKERS; i++)
        refused += floods[i].refused;
    while (served + refused < MANY)
        settle();
    settle();
    assert_int_equal(over_the_cap, 0);
    assert_int_equal(up, 0);
    assert_true(served >= RW_LIMITS_WAITING);
    assert_int_equal(waiting_for(RW_LIMIT_OF_TRUNK, "t0"), 0);
    for (unsigned i = 0; i < WORKERS; i++)
        free(floods[i].calls);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_first_come),    TEST(test_only_in_the_way_of_its_own),
        TEST(test_raised),        TEST(test_withdrawn_too_late),
        TEST(test_too_many_wait), TEST(test_in_vain),
        TEST(test_tokens_come),   TEST(test_ten_thousand),
    };

    return cmocka_run_group_tests_name("limit_queue", tests, NULL, NULL);
}
