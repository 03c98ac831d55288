/* A program that keeps our timers to itself leaves libre on its own, and is told so at its start. */
#include "loop/timer_wheel.h"
#include "loop/worker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_it_is_told(void **state)
{
    struct rw_workers *workers = NULL;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_workers_new(&workers, 1, &err), RW_BUG);
    assert_string_equal(err.code, "loop.timers_not_replaced");
    assert_null(workers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_it_is_told)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
