/* What is known of trunks, as others read it. */
#include "base/mem.h"
#include "trunk/board.h"

#include "test.h"

/* A trunk with these addresses: U up, D down, ? unknown; "192.0.2.<n>:5060" each. */
static void put(struct rw_trunk_board *board, const char *id, const char *states)
{
    struct rw_trunk_status status = {.interval_s = 30};

    for (; states[status.count]; status.count++) {
        struct rw_trunk_address *at = &status.at[status.count];

        at->health.state = states[status.count] == 'U'   ? RW_HEALTH_UP
                           : states[status.count] == 'D' ? RW_HEALTH_DOWN
                                                         : RW_HEALTH_UNKNOWN;
        (void)snprintf(at->answer.address, sizeof(at->answer.address), "192.0.2.%u:5060",
                       status.count);
    }
    rw_trunk_board_put(board, id, &status);
}

static void down_is_told(void **state)
{
    static const struct {
        const char *states;
        bool trunk, any, first, second;
    } table[] = {
        {"", false, false, false, false},   {"?", false, false, false, false},
        {"U", false, false, false, false},  {"D", true, true, true, false},
        {"UD", false, true, false, true},   {"DU", false, true, true, false},
        {"DD", true, true, true, true},     {"D?", false, true, true, false},
        {"??", false, false, false, false},
    };
    struct rw_trunk_board *board = rw_trunk_board_new();

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        put(board, "one", table[i].states);
        assert_int_equal(rw_trunk_board_is_down(board, "one"), table[i].trunk);
        assert_int_equal(rw_trunk_board_has_down(board), table[i].any);
        assert_int_equal(rw_trunk_board_address_is_down(board, "one", "192.0.2.0:5060"),
                         table[i].first);
        assert_int_equal(rw_trunk_board_address_is_down(board, "one", "192.0.2.1:5060"),
                         table[i].second);
        assert_false(rw_trunk_board_is_down(board, "two"));
    }
    put(board, "one", "DD");
    put(board, "two", "D");
    rw_trunk_board_forget(board, "one");
    rw_trunk_board_forget(board, "one");
    assert_false(rw_trunk_board_is_down(board, "one"));
    assert_true(rw_trunk_board_has_down(board));
    put(board, "two", "U");
    assert_false(rw_trunk_board_has_down(board));
    rw_trunk_board_free(board);
    assert_false(rw_trunk_board_has_down(NULL));
    assert_false(rw_trunk_board_is_down(NULL, "one"));
    rw_trunk_board_free(NULL);
}

static void what_was_put_is_read(void **state)
{
    struct rw_trunk_board *board = rw_trunk_board_new();
    struct rw_trunk_status status;

    (void)state;
    assert_false(rw_trunk_board_read(board, "one", &status));
    assert_int_equal(status.count, 0);
    put(board, "one", "UD?");
    put(board, "two", "");
    assert_true(rw_trunk_board_read(board, "one", &status));
    assert_int_equal(status.count, 3);
    assert_int_equal(status.interval_s, 30);
    assert_int_equal(status.at[1].health.state, RW_HEALTH_DOWN);
    assert_string_equal(status.at[2].answer.address, "192.0.2.2:5060");
    assert_true(rw_trunk_board_read(board, "two", &status));
    assert_int_equal(status.count, 0);
    rw_trunk_board_free(board);
}

static void it_has_an_end(void **state)
{
    struct rw_trunk_board *board = rw_trunk_board_new();
    struct rw_trunk_status status;
    char id[20];

    (void)state;
    for (unsigned i = 0; i <= RW_TRUNK_BOARD_MAX; i++) {
        (void)snprintf(id, sizeof(id), "%u", i);
        put(board, id, "D");
        assert_int_equal(rw_trunk_board_is_down(board, id), i < RW_TRUNK_BOARD_MAX);
    }
    put(board, "0", "U"); /* those that are on it can change */
    assert_true(rw_trunk_board_read(board, "0", &status));
    assert_int_equal(status.at[0].health.state, RW_HEALTH_UP);
    put(board, "an id that is longer than any id that there is", "D");
    rw_trunk_board_free(board);
}

static void without_memory_it_stays(void **state)
{
    struct rw_trunk_board *board;

    (void)state;
    rw_mem_fail_after(0);
    assert_null(rw_trunk_board_new());
    rw_mem_fail_after(-1);
    board = rw_trunk_board_new();
    put(board, "one", "D");
    rw_mem_fail_after(0);
    put(board, "one", "U");
    put(board, "two", "D");
    rw_mem_fail_after(-1);
    assert_true(rw_trunk_board_is_down(board, "one"));
    assert_false(rw_trunk_board_is_down(board, "two"));
    rw_trunk_board_free(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(down_is_told),
        cmocka_unit_test(what_was_put_is_read),
        cmocka_unit_test(it_has_an_end),
        cmocka_unit_test(without_memory_it_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
