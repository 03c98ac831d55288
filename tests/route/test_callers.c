/* Routes for some callers only, and with a number to be shown. */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Ways to 90: by who is shown, then one for everybody of bob's, whose number is switched off. */
static void put_callers(void)
{
    static const struct rw_row_route rows[] = {
        {.id = "c1",
         .prefixes = "90",
         .trunk_ids = "six",
         .priority = 1,
         .caller_prefixes = "65345678,44"},
        {.id = "c2", .prefixes = "90", .trunk_ids = "main", .priority = 2, .caller_prefixes = "8"},
        {.id = "c3",
         .prefixes = "905",
         .trunk_ids = "main",
         .caller_prefixes = "6534567899",
         .caller_id = "+6534567899"},
        {.id = "c4", .prefixes = "907", .trunk_ids = "main", .caller_id = "+6534567891"},
        {.id = "c5", .prefixes = "908", .trunk_ids = "main", .caller_id = "+6534560000"},
        {.id = "c6", .prefixes = "906", .trunk_ids = "down", .caller_id = "+6534567899"},
        {.id = "c7", .prefixes = "9061", .trunk_ids = "main", .caller_id = "+6534567890"},
        {.id = "c8", .prefixes = "92", .trunk_ids = "main", .caller_prefixes = "8"},
        {.id = "c9", .prefixes = "92", .trunk_ids = "main", .caller_prefixes = "6534567899"},
    };
    struct rw_tx *tx = rw_tx_new(world.store);

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct rw_row_route row = rows[i];

        row.tenant_id = TENANT_A;
        row.site_id = "site";
        row.name = row.id;
        row.distribution = "SEQUENTIAL";
        row.classifications = "";
        row.enabled = true;
        row.version = 1;
        rw_tx_put_route(tx, &row);
    }
    store_test_commit(tx);
}

static void routes_take_callers(void **state)
{
    static const struct {
        struct wish wish;
        const char *route, *shown, *expected; /* of the first fault */
    } table_[] = {
        {{"ann", "+901234567", "+6534567890", NULL, "", NULL}, "c1", "+6534567890", NULL},
        {{"ann", "+901234567", NULL, "second", "", NULL}, "c1", "+6534567899", NULL},
        {{"ann", "+901234567", "+6534567891", NULL, "caller.inactive", NULL},
         NULL,
         NULL,
         "one of +6534567890, +6534567899"},
        /* the route's own number, when none is named; another is not for this route, but for the next */
        {{"ann", "+905234567", NULL, NULL, "", NULL}, "c3", "+6534567899", NULL},
        {{"ann", "+905234567", "+6534567899", NULL, "", NULL}, "c3", "+6534567899", NULL},
        {{"ann", "+905234567", "+6534567890", NULL, "", NULL}, "c1", "+6534567890", NULL},
        /* a route to a dead trunk shows nothing: the next one that is taken does */
        {{"ann", "+906123456", NULL, NULL, "", NULL}, "c7", "+6534567890", NULL},
        {{"ann", "+906523456", NULL, NULL, "caller.none route.trunk_inactive", NULL},
         NULL,
         NULL,
         "one of +6534567890, +6534567899"},
        /* a route's number that can not be shown any more is not replaced silently */
        {{"ann", "+907234567", NULL, NULL, "caller.inactive", NULL},
         NULL,
         NULL,
         "one of +6534567890, +6534567899"},
        {{"ann", "+907234567", "+6534567890", NULL, "", NULL}, "c4", "+6534567890", NULL},
        {{"ann", "+908234567", NULL, NULL, "caller.not_owned", NULL},
         NULL,
         NULL,
         "one of +6534567890, +6534567899"},
        {{"ann", "+901234567", NULL, NULL, "caller.none", NULL},
         NULL,
         NULL,
         "one of +6534567890, +6534567899"},
        {{"ann", "+921234567", "+6534567890", NULL, "caller.not_on_route", "+6534567899"},
         NULL,
         NULL,
         "one of +6534567899"},
        {{"ann", "+921234567", NULL, "12345-abcde-67890", "caller.not_on_route", "second"},
         NULL,
         NULL,
         "one of +6534567899"},
        {{"ann", "+921234567", "+6534567899", NULL, "", NULL}, "c9", "+6534567899", NULL},
        {{"ann", "+921234567", "+6500000000", NULL, "caller.not_owned", NULL}, NULL, NULL, NULL},
    };

    (void)state;
    put_callers();
    for (size_t i = 0; i < sizeof(table_) / sizeof(*table_); i++) {
        struct rw_route_plan plan;
        struct rw_faults faults;

        world_check(&table_[i].wish);
        if (world_plan(&table_[i].wish, &plan, &faults) == RW_OK) {
            assert_string_equal(plan.route_id, table_[i].route);
            assert_string_equal(plan.from_e164, table_[i].shown);
            assert_string_equal(plan.trunks[0].claim.from_number, table_[i].shown);
        } else if (table_[i].expected) {
            assert_string_equal(faults.at[0].expected, table_[i].expected);
        }
    }
}

static void callers_are_told(void **state)
{
    static struct rw_route_trace trace;
    const struct rw_route_wish wish = {
        .tenant_id = TENANT_A, .user_id = "ann", .to = RW_LIT("+905234567"), .trace = &trace};
    struct rw_route_wish other = wish;
    struct rw_route_plan plan;
    struct rw_faults faults = {.count = 0};

    (void)state;
    put_callers();
    assert_int_equal(rw_route_plan_make(world_table, &wish, "x", &world.arena, &plan, &faults),
                     RW_OK);
    assert_int_equal(trace.caller, RW_ROUTE_CALLER_ROUTES);
    assert_string_equal(trace.number->e164, "+6534567899");
    memset(&trace, 0, sizeof(trace));
    other.from = RW_LIT("+6534567890");
    assert_int_equal(rw_route_plan_make(world_table, &other, "x", &world.arena, &plan, &faults),
                     RW_OK);
    assert_int_equal(trace.steps[0].fate, RW_ROUTE_OTHER_CALLER);
    assert_null(trace.steps[0].trunk);
    assert_int_equal(trace.steps[1].place, 1);
    assert_int_equal(trace.steps[2].fate, RW_ROUTE_OTHER_CALLER); /* 8 */
}

/* Routes for hundreds of callers: each call finds its own, and the trace has room for it. */
static void each_caller_may_have_a_route(void **state)
{
    static struct rw_route_trace trace;
    const struct rw_route_wish wish = {.tenant_id = TENANT_A,
                                       .to = RW_LIT("+93123456789"),
                                       .from = RW_LIT("+6534567890"),
                                       .trace = &trace};
    struct rw_tx *tx = rw_tx_new(world.store);
    struct rw_route_plan plan;
    struct rw_faults faults = {.count = 0};

    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        char id[16], callers[16];

        (void)snprintf(id, sizeof(id), "k%03u", i);
        (void)snprintf(callers, sizeof(callers), "653456%04u", 7591 + i);
        rw_tx_put_route(tx, &(struct rw_row_route){.id = id,
                                                   .tenant_id = TENANT_A,
                                                   .site_id = "site",
                                                   .name = id,
                                                   .prefixes = "93",
                                                   .trunk_ids = "main",
                                                   .distribution = "SEQUENTIAL",
                                                   .classifications = "",
                                                   .caller_prefixes = callers,
                                                   .enabled = true,
                                                   .version = 1});
    }
    store_test_commit(tx);
    assert_int_equal(
        world_plan(&(struct wish){"ann", "+93123456789", "+6534567890", NULL, "", NULL}, &plan,
                   &faults),
        RW_OK);
    assert_string_equal(plan.route_id, "k299");
    memset(&faults, 0, sizeof(faults));
    assert_int_equal(rw_route_plan_make(world_table, &wish, "x", &world.arena, &plan, &faults),
                     RW_OK);
    assert_int_equal(trace.steps[32].place, 1);
    assert_string_equal(trace.steps[32].way->rule->row->id, "k299");
    assert_int_equal(trace.steps[33].fate, RW_ROUTE_OTHER_PREFIX);
    assert_int_equal(trace.unseen, 267);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(routes_take_callers),
        WORLD_TEST(callers_are_told),
        WORLD_TEST(each_caller_may_have_a_route),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
