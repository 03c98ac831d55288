/* What a table of routes remembers, for how long, and how much memory that takes. */
#include "world.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static void a_change_is_seen_at_once(void **state)
{
    struct rw_row_trunk trunk = {.id = "main",
                                 .tenant_id = TENANT_A,
                                 .edge_id = "edge",
                                 .name = "Main",
                                 .state = "inactive",
                                 .host = "198.51.100.1",
                                 .port = 5060,
                                 .transport = "udp",
                                 .version = 2};
    struct rw_tx *tx = rw_tx_new(world.store);
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    assert_int_equal(world_plan(&world_wish, &plan, &faults), RW_OK);
    rw_tx_put_trunk(tx, &trunk);
    store_test_commit(tx);
    assert_int_equal(world_plan(&world_wish, &plan, &faults), RW_CONFLICT);
    assert_string_equal(faults.at[0].code, "route.trunk_inactive");
}

/* As many as an operator may have: read once, and a decision among them allocates nothing. */
static void ten_thousand_routes(void **state)
{
    struct rw_tx *tx = NULL;
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    for (unsigned i = 0; i < 9990; i++) {
        char id[16], name[16], prefixes[128];
        size_t n = 0;

        if (!tx)
            tx = rw_tx_new(world.store);
        (void)snprintf(id, sizeof(id), "many-%u", i);
        (void)snprintf(name, sizeof(name), "Many %u", i);
        for (unsigned p = 0; p < 10; p++)
            n += (size_t)snprintf(prefixes + n, sizeof(prefixes) - n, "%s7%05u%u", p ? "," : "", i,
                                  p);
        rw_tx_put_route(tx, &(struct rw_row_route){.id = id,
                                                   .tenant_id = TENANT_A,
                                                   .site_id = "site",
                                                   .name = name,
                                                   .prefixes = prefixes,
                                                   .trunk_ids = "main",
                                                   .distribution = "SEQUENTIAL",
                                                   .classifications = "",
                                                   .enabled = true,
                                                   .version = 1});
        if (i % 1000 == 999 || i == 9989) {
            store_test_commit(tx);
            tx = NULL;
        }
    }
    assert_int_equal(
        world_plan(&(struct wish){"ann", "+70998971234", "+6534567890", NULL, "", NULL}, &plan,
                   &faults),
        RW_OK);
    assert_string_equal(plan.route_id, "many-9989");
    assert_int_equal(world_plan(&world_wish, &plan, &faults), RW_OK);
    rw_mem_fail_after(0);
    assert_int_equal(world_plan(&world_wish, &plan, &faults), RW_OK);
    rw_mem_fail_after(-1);
}

static void what_was_read_is_not_read_again(void **state)
{
    struct rw_route_plan plan;
    struct rw_faults faults;
    long before;

    (void)state;
    assert_int_equal(world_plan(&world_wish, &plan, &faults), RW_OK);
    before = rw_mem_live();
    /* With no memory to be had nothing could be read; the request's arena has room in its block. */
    rw_mem_fail_after(0);
    assert_int_equal(world_plan(&world_wish, &plan, &faults), RW_OK);
    rw_mem_fail_after(-1);
    assert_int_equal(rw_mem_live(), before);
}

static void strange_ids_do_not_fill_the_memory(void **state)
{
    struct rw_route_plan plan;
    struct rw_faults faults;
    long before, after;

    (void)state;
    assert_int_equal(world_plan(&world_wish, &plan, &faults), RW_OK);
    before = rw_mem_live();
    for (unsigned i = 0; i < 3 * RW_ROUTE_REMEMBERED; i++) {
        char id[32];

        (void)snprintf(id, sizeof(id), "guess-%u", i);
        rw_arena_done(&world.arena);
        (void)world_plan(&(struct wish){"ann", "+6591234567", NULL, id, "", NULL}, &plan, &faults);
        assert_string_equal(faults.at[0].code, "provider.not_found");
    }
    after = rw_mem_live();
    assert_true(after - before < 1000); /* blocks of 4 KiB */
    assert_int_equal(world_plan(&world_wish, &plan, &faults), RW_OK);
}

static void memory_may_run_out(void **state)
{
    long n = 0;
    enum rw_class rc;

    (void)state;
    do {
        struct rw_route_plan plan;
        struct rw_faults faults;
        struct rw_route_table *fresh = NULL;
        struct rw_arena arena;
        long before = rw_mem_live();
        const struct rw_route_wish wish = {.tenant_id = TENANT_A,
                                           .user_id = "ann",
                                           .with_station = true,
                                           .to = RW_LIT("+6591234567"),
                                           .from = RW_LIT("+6534567890")};

        rw_arena_init(&arena, 65536);
        memset(&faults, 0, sizeof(faults));
        rw_mem_fail_after(n++);
        rc = rw_route_table_new(&fresh, world.store, world.reader, NULL);
        if (rc == RW_OK)
            rc = rw_route_plan_make(fresh, &wish, "x", &arena, &plan, &faults);
        rw_mem_fail_after(-1);
        assert_true(rc == RW_OK || rc == RW_NO_MEMORY);
        rw_route_table_free(fresh);
        rw_arena_done(&arena);
        assert_int_equal(rw_mem_live(), before);
    } while (rc != RW_OK);
    assert_true(n > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_change_is_seen_at_once),
        WORLD_TEST(ten_thousand_routes),
        WORLD_TEST(what_was_read_is_not_read_again),
        WORLD_TEST(strange_ids_do_not_fill_the_memory),
        WORLD_TEST(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
