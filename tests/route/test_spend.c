/* What a plan says of money: the rate, the accounts, and why a call may not be paid for. */
#include "../store/store_test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "route/route.h"

#include <stdlib.h>
#include <string.h>

#define NOW_MS UINT64_C(1795694400000) /* 2026-11-26 12:00 UTC */
#define UNIT 1000000

static struct store_test world;
static struct rw_route_table *table;
static struct rw_ledger *ledger;
static struct rw_faults faults;
static struct rw_address called;

static void put_ways(struct rw_tx *tx)
{
    rw_tx_put_number(tx, &(struct rw_row_number){.id = "main-line",
                                                 .tenant_id = TENANT_A,
                                                 .edge_id = "edge",
                                                 .e164 = "+6561234567",
                                                 .state = "active",
                                                 .outbound_allowed = true,
                                                 .version = 1});
    rw_tx_put_trunk(tx, &(struct rw_row_trunk){.id = "main",
                                               .tenant_id = TENANT_A,
                                               .edge_id = "edge",
                                               .name = "Main",
                                               .state = "active",
                                               .host = "198.51.100.1",
                                               .transport = "udp",
                                               .version = 1});
    rw_tx_put_route(tx, &(struct rw_row_route){.id = "all",
                                               .tenant_id = TENANT_A,
                                               .site_id = "site",
                                               .name = "all",
                                               .prefixes = "",
                                               .trunk_ids = "main",
                                               .distribution = "SEQUENTIAL",
                                               .classifications = "",
                                               .enabled = true,
                                               .version = 1});
}

static void put_money(const char *caps, bool unknown_allowed, uint32_t version)
{
    struct rw_tx *tx = rw_tx_new(world.store);

    rw_tx_put_spend_policy(tx, &(struct rw_row_spend_policy){.id = TENANT_A,
                                                             .tenant_id = TENANT_A,
                                                             .currency = "",
                                                             .zone = "",
                                                             .unknown_allowed = unknown_allowed,
                                                             .slice_s = 60,
                                                             .caps = caps,
                                                             .version = version});
    rw_tx_put_rates(tx,
                    &(struct rw_row_rate_book){
                        .id = TENANT_A, .tenant_id = TENANT_A, .rates = 2, .version = version},
                    version == 3 ? "+65,0.30\n" : "+65,0.10\n+1,0.02\n");
    store_test_commit(tx);
}

static int set_up(void **state)
{
    struct rw_tx *tx;

    (void)state;
    memset(&world, 0, sizeof(world));
    store_test_open(&world);
    tx = rw_tx_new(world.store);
    put_ways(tx);
    store_test_commit(tx);
    assert_int_equal(rw_ledger_new(&ledger, NULL), RW_OK);
    assert_int_equal(rw_route_table_new(&table, world.store, world.reader, NULL), RW_OK);
    rw_route_table_count_in(table, ledger);
    rw_clock_set_virtual(NOW_MS);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rw_clock_set_virtual(0);
    rw_route_table_free(table);
    rw_ledger_free(ledger);
    store_test_close(&world);
    return 0;
}

static enum rw_class plan(const char *to, struct rw_arena *arena, struct rw_route_plan *ret)
{
    const struct rw_route_wish wish = {.tenant_id = TENANT_A,
                                       .client_id = "c",
                                       .token_id = "k",
                                       .spender_id = "u",
                                       .to = rw_slice_str(to),
                                       .called = &called,
                                       .to_pointer = "/to",
                                       .from_pointer = "",
                                       .provider_pointer = ""};

    rw_address_judge(to, strlen(to), NULL, &called);
    faults.count = faults.dropped = 0;
    return rw_route_plan_make(table, &wish, "192.0.2.1:5060", arena, ret, &faults);
}

static void caps_decide(void **state)
{
    static const struct {
        const char *caps, *to;
        bool unknown_allowed;
        size_t accounts;  /* of the terms; 0 = nobody counts */
        const char *code; /* NULL: it may be called */
        enum rw_class class;
    } table_of_cases[] = {
        {"", "+6581234567", false, 0, NULL, RW_OK},
        {"client * day 1", "+6581234567", false, 1, NULL, RW_OK},
        {"client * day 1\nuser * month 5\ntenant * day 9", "+6581234567", false, 3, NULL, RW_OK},
        {"client other day 1", "+6581234567", false, 0, NULL, RW_OK},
        {"client * day 1", "+819012345678", false, 0, "spend.no_rate", RW_FORBIDDEN},
        {"client * day 1", "+819012345678", true, 0, NULL, RW_OK},
        {"client * day 0.09", "+6581234567", false, 0, "spend.exhausted", RW_LIMIT},
        {"client * day 0.10", "+6581234567", false, 1, NULL, RW_OK},
        {"client * day 0.09", "+12025550123", false, 1, NULL, RW_OK},
    };

    (void)state;
    for (uint32_t i = 0; i < sizeof(table_of_cases) / sizeof(*table_of_cases); i++) {
        struct rw_arena arena;
        struct rw_route_plan made = {.spend = NULL};
        enum rw_class class;

        rw_arena_init(&arena, 1u << 16);
        put_money(table_of_cases[i].caps, table_of_cases[i].unknown_allowed, i + 1);
        class = plan(table_of_cases[i].to, &arena, &made);
        if (class != table_of_cases[i].class)
            fail_msg("%u: class %d, %s", i, (int)class, faults.count ? faults.at[0].code : "");
        if (table_of_cases[i].code) {
            assert_int_equal(faults.count, 1);
            assert_string_equal(faults.at[0].code, table_of_cases[i].code);
            assert_string_equal(faults.at[0].pointer, "/to");
        } else {
            assert_int_equal(made.spend ? made.spend->count : 0, table_of_cases[i].accounts);
        }
        rw_arena_done(&arena);
    }
}

/* What stands in the store from a life before counts; the rates are those of the newest version. */
static void what_was_spent_before_counts(void **state)
{
    struct rw_route_plan made = {.spend = NULL};
    const struct rw_rate *rate;
    struct rw_arena arena;
    struct rw_tx *tx;

    (void)state;
    rw_arena_init(&arena, 1u << 16);
    put_money("client * day 1", false, 1);
    tx = rw_tx_new(world.store);
    rw_tx_add_spending(tx, TENANT_A, "client c 2026-11-26", UNIT * 8 / 10);
    store_test_commit(tx);
    assert_int_equal(plan("+6581234567", &arena, &made), RW_OK);
    assert_int_equal(made.spend->rate.minute_micro, UNIT / 10);
    put_money("client * day 1", false, 2);
    put_money("client * day 1", false, 3); /* 0.30 a minute */
    assert_int_equal(rw_route_rate(table, TENANT_A, RW_LIT("6581234567"), &rate, NULL), RW_OK);
    assert_int_equal(rate->minute_micro, UNIT * 3 / 10);
    assert_int_equal(rw_route_rate(table, TENANT_A, RW_LIT("12025550123"), &rate, NULL),
                     RW_NOT_FOUND);
    assert_int_equal(rw_route_rate(table, TENANT_B, RW_LIT("6581234567"), &rate, NULL),
                     RW_NOT_FOUND);
    assert_int_equal(plan("+6581234567", &arena, &made), RW_LIMIT);
    assert_string_equal(faults.at[0].found, "client c 2026-11-26: 0.80 spent, 0.00 held, of 1.00");
    rw_clock_set_virtual(NOW_MS + 86400000); /* tomorrow's account is empty */
    assert_int_equal(plan("+6581234567", &arena, &made), RW_OK);
    assert_string_equal(made.spend->accounts[0].name, "client c 2026-11-27");
    rw_arena_done(&arena);
}

static void who_is_frozen_places_no_calls(void **state)
{
    const struct rw_row_freeze freeze = {"c", TENANT_A, "client", "31 refusals", NOW_MS};
    struct rw_route_plan made;
    struct rw_arena arena;
    struct rw_tx *tx = rw_tx_new(world.store);

    (void)state;
    rw_arena_init(&arena, 1u << 16);
    rw_tx_put_freeze(tx, &freeze);
    store_test_commit(tx);
    assert_int_equal(plan("+6581234567", &arena, &made), RW_FORBIDDEN);
    assert_string_equal(faults.at[0].code, "token.frozen");
    assert_string_equal(faults.at[0].found, "31 refusals, since 2026-11-26T12:00:00.000Z");
    tx = rw_tx_new(world.store);
    rw_tx_lift_freeze(tx, TENANT_A, "c");
    store_test_commit(tx);
    assert_int_equal(plan("+6581234567", &arena, &made), RW_OK);
    rw_arena_done(&arena);
}

static void memory_may_be_out(void **state)
{
    enum rw_class class = RW_NO_MEMORY;

    (void)state;
    put_money("client * day 1\ntenant * month 9", false, 1);
    for (long i = 0; class != RW_OK; i++) {
        struct rw_route_plan made = {.spend = NULL};
        struct rw_arena arena;

        assert_true(i < 500);
        rw_arena_init(&arena, 1u << 16);
        rw_mem_fail_once(i);
        class = plan("+6581234567", &arena, &made);
        rw_mem_fail_after(-1);
        if (class == RW_OK)
            assert_int_equal(made.spend->count, 2);
        else
            assert_true(class == RW_NO_MEMORY || class == RW_IO);
        rw_arena_done(&arena);
        if (class == RW_OK && i < 5) /* what was remembered needs no memory: begin anew */
            class = RW_NO_MEMORY;
        rw_route_table_free(table);
        assert_int_equal(rw_route_table_new(&table, world.store, world.reader, NULL), RW_OK);
        rw_route_table_count_in(table, ledger);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(caps_decide),
        TEST(what_was_spent_before_counts),
        TEST(who_is_frozen_places_no_calls),
        TEST(memory_may_be_out),
    };

    return cmocka_run_group_tests_name("route spend", tests, NULL, NULL);
}
