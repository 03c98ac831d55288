#include "base/clock.h"
#include "base/id.h"
#include "loop/timer_wheel.h"

#include <re.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t now_ms;

static void set_clock(uint64_t ms)
{
    now_ms = ms;
    rw_clock_set_virtual(ms);
}

/* A timer and what the naive model knows of it. */
struct probe {
    struct tmr tmr;
    bool running;
    uint64_t due_ms, started; /* started: a running number, for the order within a millisecond */
};

static struct probe *fired[4096];
static unsigned fired_count;

static void on_fire(void *arg)
{
    struct probe *probe = arg;

    fired[fired_count++] = probe;
}

/* ------------------------------------------------------------------ replaced */

static void test_libre_uses_them(void **state)
{
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_timers_check(&err), RW_OK);
    assert_int_equal(rw_timers_running(), 0);
}

/* ------------------------------------------------------------------ against a list */

#define PROBES 300u

static uint64_t pick_delay(void)
{
    static const uint64_t scale[] = {1, 2, 64, 65, 500, 4096, 32000, 262144, 86400000, 1ull << 40};

    return rw_random_u64() % (scale[rw_random_u64() % 10] + 1);
}

static uint64_t model_next(const struct probe *probes)
{
    uint64_t next = UINT64_MAX;

    for (unsigned i = 0; i < PROBES; i++)
        if (probes[i].running && probes[i].due_ms < next)
            next = probes[i].due_ms;
    return next;
}

/* All that is due must have fired, in order of time and then of starting, and nothing else. */
static void check_fired(struct probe *probes)
{
    for (unsigned i = 0; i < fired_count; i++) {
        struct probe *probe = fired[i];

        assert_true(probe->running);
        assert_true(probe->due_ms <= now_ms);
        probe->running = false;
        if (i == 0)
            continue;
        assert_true(fired[i - 1]->due_ms <= probe->due_ms);
        if (fired[i - 1]->due_ms == probe->due_ms)
            assert_true(fired[i - 1]->started < probe->started);
    }
    fired_count = 0;
    for (unsigned i = 0; i < PROBES; i++) {
        assert_false(probes[i].running && probes[i].due_ms <= now_ms);
        assert_int_equal(tmr_isrunning(&probes[i].tmr), probes[i].running);
        assert_int_equal(tmr_get_expire(&probes[i].tmr),
                         probes[i].running ? probes[i].due_ms - now_ms : 0);
    }
}

/* Never later than the first timer, and never 0 (for ever) while one runs. */
static void check_timeout(const struct probe *probes)
{
    uint64_t next = model_next(probes), timeout = tmr_next_timeout(NULL);

    if (next == UINT64_MAX) {
        assert_int_equal(timeout, 0);
        return;
    }
    assert_true(timeout >= 1);
    assert_true(timeout <= (next > now_ms ? next - now_ms : 1));
}

static void test_against_a_model(void **state)
{
    static struct probe probes[PROBES];
    uint64_t started = 0;

    (void)state;
    set_clock(1000000 + rw_random_u64() % 1000000);
    for (unsigned step = 0; step < 60000; step++) {
        struct probe *probe = &probes[rw_random_u64() % PROBES];
        unsigned what = rw_random_u64() % 16;

        if (what < 8) {
            uint64_t delay = pick_delay();

            tmr_start(&probe->tmr, delay, on_fire, probe);
            probe->running = true;
            probe->due_ms = now_ms + delay;
            probe->started = started++;
        } else if (what < 12) {
            tmr_cancel(&probe->tmr);
            probe->running = false;
        } else {
            uint64_t timeout = tmr_next_timeout(NULL);

            if (what < 14) /* as the loop would sleep */
                set_clock(now_ms + timeout);
            else
                set_clock(now_ms + pick_delay());
            tmr_poll(NULL);
            check_fired(probes);
        }
        check_timeout(probes);
    }
    for (unsigned i = 0; i < PROBES; i++)
        tmr_cancel(&probes[i].tmr);
    assert_int_equal(rw_timers_running(), 0);
    assert_int_equal(tmr_next_timeout(NULL), 0);
}

/* ------------------------------------------------------------------ sleeping */

/* One far timer wakes the loop at most once a level, and fires at its millisecond. */
static void test_far_timer_seldom_wakes(void **state)
{
    static const uint64_t delays[] = {1, 63, 64, 5000, 32000, 3600000, 90ull * 86400000};

    (void)state;
    for (size_t i = 0; i < sizeof(delays) / sizeof(*delays); i++) {
        struct probe probe = {.running = true};
        unsigned wakes = 0;
        uint64_t start;

        set_clock(987654321 + i);
        start = now_ms;
        tmr_start(&probe.tmr, delays[i], on_fire, &probe);
        while (fired_count == 0) {
            set_clock(now_ms + tmr_next_timeout(NULL));
            tmr_poll(NULL);
            wakes++;
        }
        fired_count = 0;
        assert_int_equal(now_ms - start, delays[i]);
        assert_in_range(wakes, 1, 11);
    }
}

/* ------------------------------------------------------------------ from inside of handlers */

static struct probe other, self;
static unsigned again_left;

static void cancel_other(void *arg)
{
    on_fire(arg);
    tmr_cancel(&other.tmr);
}

static void test_cancelled_by_a_neighbour(void **state)
{
    (void)state;
    set_clock(5000);
    tmr_start(&self.tmr, 10, cancel_other, &self);
    tmr_start(&other.tmr, 10, on_fire, &other);
    set_clock(5010);
    tmr_poll(NULL);
    assert_int_equal(fired_count, 1);
    fired_count = 0;
    assert_int_equal(rw_timers_running(), 0);
}

static void start_again(void *arg)
{
    if (again_left-- > 0)
        tmr_start(&self.tmr, 0, start_again, arg);
}

static void test_no_delay_is_this_turn_but_not_for_ever(void **state)
{
    (void)state;
    set_clock(6000);
    again_left = 3;
    tmr_start(&self.tmr, 0, start_again, NULL);
    assert_int_equal(tmr_next_timeout(NULL), 1);
    tmr_poll(NULL);
    assert_false(tmr_isrunning(&self.tmr));
    again_left = 1000; /* descriptors have their turn in between */
    tmr_start(&self.tmr, 0, start_again, NULL);
    tmr_poll(NULL);
    assert_true(tmr_isrunning(&self.tmr));
    assert_true(again_left > 900);
    tmr_cancel(&self.tmr);
}

/* A cancelled timer's memory is nobody's business any more. */
static void test_freed_after_cancel(void **state)
{
    (void)state;
    set_clock(7000);
    for (unsigned i = 0; i < 1000; i++) {
        struct tmr *tmr = calloc(1, sizeof(*tmr));

        assert_non_null(tmr);
        tmr_start(tmr, i * 7, on_fire, NULL);
        tmr_cancel(tmr);
        tmr_cancel(tmr);
        free(tmr);
        assert_int_equal(tmr_next_timeout(NULL), 0);
    }
    set_clock(100000);
    tmr_poll(NULL);
    assert_int_equal(fired_count, 0);
    tmr_start(NULL, 1, on_fire, NULL);
    tmr_cancel(NULL);
    assert_int_equal(tmr_get_expire(NULL), 0);
}

/* ------------------------------------------------------------------ many */

#define MANY 100000u

static unsigned counted;
static uint64_t latest;

static void count(void *arg)
{
    struct probe *probe = arg;

    counted++;
    assert_true(probe->due_ms >= latest);
    latest = probe->due_ms;
}

static void test_hundred_thousand(void **state)
{
    struct probe *probes = calloc(MANY, sizeof(*probes));

    (void)state;
    assert_non_null(probes);
    set_clock(8000);
    for (unsigned i = 0; i < MANY; i++) {
        uint64_t delay = 1 + rw_random_u64() % 64000;

        probes[i].due_ms = now_ms + delay;
        tmr_start(&probes[i].tmr, delay, count, &probes[i]);
    }
    assert_int_equal(rw_timers_running(), MANY);
    for (unsigned i = 0; i < MANY; i += 2)
        tmr_cancel(&probes[i].tmr);
    while (rw_timers_running()) {
        set_clock(now_ms + tmr_next_timeout(NULL));
        tmr_poll(NULL);
    }
    assert_int_equal(counted, MANY / 2);
    free(probes);
}

/* ------------------------------------------------------------------ a clock that goes back */

static void test_clock_set_back(void **state)
{
    struct probe probe = {.running = true};

    (void)state;
    set_clock(900000);
    tmr_poll(NULL);
    set_clock(1000);
    tmr_start(&probe.tmr, 50, on_fire, &probe);
    assert_int_equal(tmr_next_timeout(NULL), 50 - 50 % 64 > 50 ? 1 : tmr_next_timeout(NULL));
    set_clock(1049);
    tmr_poll(NULL);
    assert_int_equal(fired_count, 0);
    set_clock(1050);
    tmr_poll(NULL);
    assert_int_equal(fired_count, 1);
    fired_count = 0;
}

/* ------------------------------------------------------------------ random */

static void test_random(void **state)
{
    char text[33], two[33];
    unsigned ones = 0;
    uint8_t big[2000] = {0};

    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        ones += (unsigned)__builtin_popcountll(rand_u64());
    assert_in_range(ones, 31000, 33000);
    rand_str(text, sizeof(text));
    rand_str(two, sizeof(two));
    assert_int_equal(strlen(text), 32);
    assert_string_not_equal(text, two);
    rand_str(text, 1);
    assert_string_equal(text, "");
    rand_str(text, 0);
    rand_bytes(big, sizeof(big));
    ones = 0;
    for (size_t i = 0; i < sizeof(big); i++)
        ones += (unsigned)__builtin_popcount(big[i]);
    assert_in_range(ones, 7500, 8500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_libre_uses_them),
        cmocka_unit_test(test_against_a_model),
        cmocka_unit_test(test_far_timer_seldom_wakes),
        cmocka_unit_test(test_cancelled_by_a_neighbour),
        cmocka_unit_test(test_no_delay_is_this_turn_but_not_for_ever),
        cmocka_unit_test(test_freed_after_cancel),
        cmocka_unit_test(test_hundred_thousand),
        cmocka_unit_test(test_clock_set_back),
        cmocka_unit_test(test_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
