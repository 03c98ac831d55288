/* Limits of a tenant: taken apart, and looked up for a client and a class of numbers. */
#include "route/limits.h"

#include "../test.h"
#include "base/mem.h"

static struct rw_arena arena;

static int setup(void **state)
{
    (void)state;
    rw_arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rw_arena_done(&arena);
    return 0;
}

static const struct rw_row_call_limits row = {
    .calls_per_second = 20,
    .burst = 3,
    .channels = 100,
    .wait_ms = 2000,
    .max_duration_ms = 7200000,
    .same_calls = 3,
    .same_s = 86400,
    .classes = "600000 International\n5000 National dear\n",
    .clients = "5 0 10 0 *\n50 1 4294967295 30000 c1\n",
};

static void test_read(void **state)
{
    struct rw_route_limits limits;

    (void)state;
    assert_int_equal(rw_route_limits_read(&row, &arena, &limits, NULL), RW_OK);
    assert_int_equal(limits.tenant.calls_per_second, 20);
    assert_int_equal(limits.tenant.burst, 3);
    assert_int_equal(limits.tenant.channels, 100);
    assert_int_equal(limits.tenant.wait_ms, 2000);
    assert_int_equal(limits.max_duration_ms, 7200000);
    assert_int_equal(limits.same_number_calls, 3);
    assert_int_equal(limits.same_number_ms, 86400000);
    assert_int_equal(rw_route_client_limit(&limits, "c1").channels, UINT32_MAX);
    assert_int_equal(rw_route_client_limit(&limits, "c1").burst, 1);
    assert_int_equal(rw_route_client_limit(&limits, "c2").channels, 10);
    assert_int_equal(rw_route_client_limit(&limits, NULL).channels, 0);
    assert_int_equal(rw_route_class_limit(&limits, "International"), 600000);
    assert_int_equal(rw_route_class_limit(&limits, "National dear"), 5000);
    assert_int_equal(rw_route_class_limit(&limits, "National"), 0);
}

static void test_corrupt(void **state)
{
    static const char *const lines[] = {"5 0 10 *\n", "5 0 10 x *\n", "4294967296 0 0 0 *\n",
                                        "\n",         "1 2 3 4 \n",   "1 2 3 4\n"};
    struct rw_route_limits limits;

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        struct rw_row_call_limits bad = {.classes = "", .clients = lines[i]};

        assert_int_equal(rw_route_limits_read(&bad, &arena, &limits, NULL), RW_IO);
        bad = (struct rw_row_call_limits){.classes = "x\n", .clients = ""};
        assert_int_equal(rw_route_limits_read(&bad, &arena, &limits, NULL), RW_IO);
    }
}

static void test_memory_ends(void **state)
{
    struct rw_route_limits limits;

    (void)state;
    rw_mem_fail_after(0);
    assert_int_equal(rw_route_limits_read(&row, &arena, &limits, NULL), RW_NO_MEMORY);
    rw_mem_fail_after(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_corrupt, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_ends, setup, teardown),
    };

    return cmocka_run_group_tests_name("route limits", tests, NULL, NULL);
}
