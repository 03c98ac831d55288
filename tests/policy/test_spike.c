#include "../test.h"

#include "base/mem.h"
#include "policy/spike.h"

#include <stdio.h>

static void refusals_of_a_minute_are_counted(void **state)
{
    static const struct {
        const char *id;
        uint64_t now_ms;
        uint32_t count;
    } table[] = {
        {"a", 1000, 1},  {"a", 1000, 2},  {"b", 2000, 1},  {"a", 60999, 3}, {"a", 61000, 1},
        {"b", 61999, 2}, {"b", 62000, 1}, {"b", 62001, 2}, {"a", 90000, 2},
    };
    struct rw_spikes *spikes;

    (void)state;
    assert_int_equal(rw_spikes_new(&spikes, NULL), RW_OK);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        assert_int_equal(rw_spike_note(spikes, table[i].id, table[i].now_ms), table[i].count);
    rw_spikes_free(spikes);
}

/* A crowd of others does not make room of the one that is refused again and again. */
static void the_busy_one_is_not_lost_in_a_crowd(void **state)
{
    struct rw_spikes *spikes;
    char id[40];

    (void)state;
    assert_int_equal(rw_spikes_new(&spikes, NULL), RW_OK);
    for (uint32_t i = 0; i < 30000; i++) {
        (void)snprintf(id, sizeof(id), "other %u", i);
        assert_int_equal(rw_spike_note(spikes, id, 1000 + i), 1);
        if (i % 100 == 0)
            assert_int_equal(rw_spike_note(spikes, "thief", 1000 + i), i / 100 + 1);
    }
    rw_spikes_free(spikes);
    rw_spikes_free(NULL);
}

static void memory_may_be_out(void **state)
{
    struct rw_spikes *spikes;

    (void)state;
    rw_mem_fail_after(0);
    assert_int_equal(rw_spikes_new(&spikes, NULL), RW_NO_MEMORY);
    rw_mem_fail_after(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_of_a_minute_are_counted),
        cmocka_unit_test(the_busy_one_is_not_lost_in_a_crowd),
        cmocka_unit_test(memory_may_be_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
