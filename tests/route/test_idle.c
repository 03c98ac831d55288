/* Routes that would lead to a number, but take no call now. */
#include "world.h"

#include <string.h>

static void idle_routes_are_told(void **state)
{
    static struct rw_route_trace trace;
    const struct rw_route_wish wish = {.tenant_id = TENANT_A,
                                       .to = RW_LIT("+94123456789"),
                                       .from = RW_LIT("+6534567890"),
                                       .trace = &trace};
    struct rw_row_route row = {.id = "i1",
                               .tenant_id = TENANT_A,
                               .site_id = "site",
                               .name = "Off",
                               .prefixes = "94",
                               .trunk_ids = "main",
                               .distribution = "SEQUENTIAL",
                               .classifications = "",
                               .version = 1};
    struct rw_tx *tx = rw_tx_new(world.store);
    struct rw_route_plan plan;
    struct rw_faults faults = {.count = 0};

    (void)state;
    rw_tx_put_route(tx, &row);
    row.id = "i2";
    row.name = "Bare";
    row.enabled = true;
    row.trunk_ids = "";
    rw_tx_put_route(tx, &row);
    store_test_commit(tx);
    assert_int_equal(rw_route_plan_make(world_table, &wish, "x", &world.arena, &plan, &faults),
                     RW_CONFLICT);
    assert_string_equal(faults.at[0].code, "route.none");
    assert_string_equal(faults.at[0].found, "+94123456789; route Off is disabled");
    assert_int_equal(trace.steps[0].fate, RW_ROUTE_DISABLED);
    assert_int_equal(trace.steps[1].fate, RW_ROUTE_NO_TRUNKS);
}

/* Of two routes to 95 one is open on weekdays, by the clock of UTC, which every machine has. */
static void routes_have_hours(void **state)
{
    static const struct {
        uint64_t at_s;
        const char *route; /* NULL: none */
    } table_[] = {
        {1795420800, "h1"}, /* 2026-11-23, a Monday, 08:00 */
        {1795456800, "h2"}, /* 18:00 */
        {1795485600, NULL}, /* Tuesday 02:00 */
        {1795392000, NULL}, /* Monday 00:00 */
    };
    static struct rw_route_trace trace;
    struct rw_row_route row = {.id = "h1",
                               .tenant_id = TENANT_A,
                               .site_id = "site",
                               .name = "Day",
                               .prefixes = "95",
                               .trunk_ids = "main",
                               .distribution = "SEQUENTIAL",
                               .classifications = "",
                               .hours = "UTC,1 08:00:00-18:00:00",
                               .enabled = true,
                               .version = 1};
    struct rw_tx *tx = rw_tx_new(world.store);
    struct rw_faults faults;

    (void)state;
    rw_tx_put_route(tx, &row);
    row.id = "h2";
    row.name = "Evening";
    row.hours = "UTC,1 18:00:00-02:00:00";
    row.priority = 1;
    rw_tx_put_route(tx, &row);
    store_test_commit(tx);
    for (size_t i = 0; i < sizeof(table_) / sizeof(*table_); i++) {
        struct rw_route_wish wish = {.tenant_id = TENANT_A,
                                     .to = RW_LIT("+95123456789"),
                                     .from = RW_LIT("+6534567890"),
                                     .to_pointer = "/to",
                                     .at_ms = table_[i].at_s * 1000,
                                     .trace = &trace};
        struct rw_route_plan plan;
        enum rw_class rc;

        memset(&trace, 0, sizeof(trace));
        memset(&faults, 0, sizeof(faults));
        rc = rw_route_plan_make(world_table, &wish, "x", &world.arena, &plan, &faults);
        assert_int_equal(rc, table_[i].route ? RW_OK : RW_CONFLICT);
        if (table_[i].route)
            assert_string_equal(plan.route_id, table_[i].route);
        assert_int_equal(trace.now_s, table_[i].at_s);
        assert_int_equal(trace.steps[0].fate, i == 0 ? RW_ROUTE_TAKEN : RW_ROUTE_CLOSED);
    }
    assert_string_equal(faults.at[0].code, "route.none");
    assert_string_equal(faults.at[0].message, "no route leads to this number now");
    assert_string_equal(faults.at[0].found,
                        "+95123456789; route Day is closed: it is Mon 00:00 in UTC, and it opens "
                        "Mon 08:00");
    assert_non_null(strstr(faults.at[0].expected, "95, 9, or empty, open at this hour"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(idle_routes_are_told),
        WORLD_TEST(routes_have_hours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
