/* Several trunks: which of them are asked, and in what order. */
#include "world.h"

#include "trunk/board.h"

#include <stdio.h>
#include <string.h>

/* Ten more trunks, "t0" to "t9", and a route to each with the prefix 61; and ways to 852. */
static void put_more(void)
{
    struct rw_tx *tx = rw_tx_new(world.store);

    for (char n[] = "0"; n[0] <= '9'; n[0]++) {
        char id[] = {'t', n[0], '\0'};
        const struct rw_row_trunk trunk = {.id = id,
                                           .tenant_id = TENANT_A,
                                           .edge_id = "edge",
                                           .name = id,
                                           .state = "active",
                                           .host = "198.51.100.9",
                                           .port = 5060,
                                           .transport = "udp",
                                           .answer_timeout_ms = 1000u * (uint32_t)(n[0] - '0' + 1),
                                           .version = 1};

        rw_tx_put_trunk(tx, &trunk);
        world_put_route(tx, id, "61", id, (uint32_t)(n[0] - '0'));
    }
    world_put_route(tx, "h1", "852", "six", 1);
    world_put_route(tx, "h2", "852", "down", 2);
    world_put_route(tx, "h3", "852", "gone", 3);
    world_put_route(tx, "h4", "852", "six", 4);
    world_put_route(tx, "h5", "85", "main", 0);
    world_put_route(tx, "h6", "8529", "t3", 9);
    store_test_commit(tx);
}

static void trunks_stand_in_order(void **state)
{
    static const struct {
        const char *to, *trunks;
    } cases[] = {
        {"+85291234567", "t3 six main"}, /* the longest prefix, then priority, and each once */
        {"+85221234567", "six main"},
        {"+8613812345678", ""}, /* 85 is not 86 */
        {"+61212345678", "t0 t1 t2 t3 t4 t5 t6 t7"},
        {"+6591234567", "main"},
        {"+4930123456", "six main"},
    };

    (void)state;
    put_more();
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_route_plan plan = {.trunk_count = 0};
        struct rw_faults faults;
        char got[100] = "";

        (void)world_plan(&(struct wish){"ann", cases[i].to, "+6534567890", NULL, "", NULL}, &plan,
                         &faults);
        for (uint32_t n = 0; n < plan.trunk_count; n++) {
            strcat(got, n ? " " : "");
            strcat(got, plan.trunks[n].trunk_id);
        }
        assert_string_equal(got, cases[i].trunks);
        if (plan.trunk_count)
            assert_string_equal(plan.trunk_id, plan.trunks[0].trunk_id);
        if (plan.trunk_count == RW_CALL_TRUNKS_MAX)
            assert_int_equal(plan.trunk_answer_ms[7], 8000);
    }
}

static void the_way_can_be_seen(void **state)
{
    static const char *const fates[] = {"taken", "same", "inactive", "missing", "enough", "other"};
    static struct rw_route_trace trace;
    struct rw_route_wish wish = {.tenant_id = TENANT_A,
                                 .user_id = "ann",
                                 .to = RW_LIT("+85291234567"),
                                 .provider = RW_LIT("second"),
                                 .provider_pointer = "/providerId",
                                 .trace = &trace};
    struct rw_route_plan plan;
    struct rw_faults faults = {.count = 0};
    char got[300] = "";

    (void)state;
    put_more();
    assert_int_equal(
        rw_route_plan_make(world_table, &wish, "192.0.2.1:5060", &world.arena, &plan, &faults),
        RW_OK);
    assert_int_equal(trace.caller, RW_ROUTE_CALLER_PROVIDER);
    assert_string_equal(trace.number->e164, "+6534567899");
    assert_true(trace.count > 20);
    assert_int_equal(trace.unseen, 0); /* those that lead elsewhere are there too */
    assert_int_equal(trace.steps[6].fate, RW_ROUTE_OTHER_PREFIX);
    for (uint32_t i = 0; i < 6; i++)
        (void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s:%s:%u ",
                       trace.steps[i].way->rule->row->id, fates[trace.steps[i].fate],
                       trace.steps[i].place);
    assert_string_equal(got, "h6:taken:1 h1:taken:2 h2:inactive:0 h3:missing:0 h4:same:0 "
                             "h5:taken:3 ");

    memset(&trace, 0, sizeof(trace));
    wish.to = RW_LIT("+61212345678");
    assert_int_equal(
        rw_route_plan_make(world_table, &wish, "192.0.2.1:5060", &world.arena, &plan, &faults),
        RW_OK);
    assert_int_equal(trace.steps[7].place, 8);
    assert_int_equal(trace.steps[8].fate, RW_ROUTE_ENOUGH);
}

static void set_down(struct rw_trunk_board *board, const char *trunk_id, bool down)
{
    struct rw_trunk_status status = {.count = 1};

    status.at[0].health.state = down ? RW_HEALTH_DOWN : RW_HEALTH_UP;
    rw_trunk_board_put(board, trunk_id, &status);
}

static void what_is_down_stands_behind(void **state)
{
    static const struct {
        const char *down[3], *order, *places; /* places: of the steps that are taken, * = down */
        const char *route;
    } cases[] = {
        {{NULL}, "t3 six main", "1 2 3 ", "h6"},
        {{"t3"}, "six main t3", "3* 1 2 ", "h1"},
        {{"six"}, "t3 main six", "1 3* 2 ", "h6"},
        {{"t3", "six"}, "main t3 six", "2* 3* 1 ", "h5"},
        {{"t3", "six", "main"}, "t3 six main", "1* 2* 3* ", "h6"},
        {{"t9"}, "t3 six main", "1 2 3 ", "h6"}, /* one that is not asked */
    };
    static struct rw_route_trace trace;

    (void)state;
    put_more();
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_trunk_board *board = rw_trunk_board_new();
        const struct rw_route_wish wish = {.tenant_id = TENANT_A,
                                           .user_id = "ann",
                                           .to = RW_LIT("+85291234567"),
                                           .from = RW_LIT("+6534567890"),
                                           .trace = &trace};
        struct rw_faults faults = {.count = 0};
        struct rw_route_plan plan;
        char order[100] = "", places[100] = "";

        rw_route_table_heed(world_table, board);
        set_down(board, "t0", false);
        for (size_t n = 0; n < 3 && cases[i].down[n]; n++)
            set_down(board, cases[i].down[n], true);
        memset(&trace, 0, sizeof(trace));
        assert_int_equal(
            rw_route_plan_make(world_table, &wish, "192.0.2.1:5060", &world.arena, &plan, &faults),
            RW_OK);
        for (uint32_t n = 0; n < plan.trunk_count; n++)
            (void)snprintf(order + strlen(order), sizeof(order) - strlen(order), "%s%s",
                           n ? " " : "", plan.trunks[n].trunk_id);
        for (uint32_t n = 0; n < trace.count; n++)
            if (trace.steps[n].fate == RW_ROUTE_TAKEN)
                (void)snprintf(places + strlen(places), sizeof(places) - strlen(places), "%u%s ",
                               trace.steps[n].place, trace.steps[n].down ? "*" : "");
        assert_string_equal(order, cases[i].order);
        assert_string_equal(places, cases[i].places);
        assert_string_equal(plan.route_id, cases[i].route);
        assert_string_equal(plan.trunk_id, plan.trunks[0].trunk_id);
        rw_route_table_heed(world_table, NULL);
        rw_trunk_board_free(board);
    }
}

/* However many routes lead to one number, a plan looks at no more than it may remember. */
static void many_routes_are_bounded(void **state)
{
    struct rw_tx *tx = rw_tx_new(world.store);
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    for (unsigned i = 0; i < 3 * RW_ROUTE_CONSIDERED; i++) {
        char id[16];

        (void)snprintf(id, sizeof(id), "n%03u", i);
        world_put_route(tx, id, "82", i < 2 * RW_ROUTE_CONSIDERED ? id : "main", i);
    }
    store_test_commit(tx);
    assert_int_equal(
        world_plan(&(struct wish){"ann", "+82212345678", "+6534567890", NULL, "", NULL}, &plan,
                   &faults),
        RW_CONFLICT);
    assert_string_equal(faults.at[0].code, "route.trunk_inactive");
}

/* At random over the active trunks of the route; one that is down or gone gets nothing. */
static void a_route_may_spread(void **state)
{
    struct wish wish = world_wish;
    struct rw_route_plan plan;
    struct rw_faults faults;
    unsigned main_trunk = 0, six = 0;

    (void)state;
    wish.to = "+33123456789";
    for (int i = 0; i < 200; i++) {
        assert_int_equal(world_plan(&wish, &plan, &faults), RW_OK);
        assert_string_equal(plan.route_id, "r5");
        main_trunk += strcmp(plan.trunk_id, "main") == 0;
        six += strcmp(plan.trunk_id, "six") == 0;
    }
    assert_int_equal(main_trunk + six, 200);
    assert_true(main_trunk > 50 && six > 50);
    wish.to = "+81312345678"; /* the other prefix of Singapore's route */
    assert_int_equal(world_plan(&wish, &plan, &faults), RW_OK);
    assert_string_equal(plan.route_id, "r1");
}

/* By weight the first; the others follow, as the next to be asked. */
static void a_route_may_weigh(void **state)
{
    struct rw_tx *tx = rw_tx_new(world.store);
    struct wish wish = world_wish;
    struct rw_route_plan plan;
    struct rw_faults faults;
    unsigned main_trunk = 0;

    (void)state;
    rw_tx_put_route(tx, &(struct rw_row_route){.id = "w",
                                               .tenant_id = TENANT_A,
                                               .site_id = "site",
                                               .name = "w",
                                               .prefixes = "34",
                                               .trunk_ids = "down,six,main",
                                               .trunk_weights = "9,1,3",
                                               .distribution = "WEIGHTED",
                                               .classifications = "",
                                               .enabled = true,
                                               .version = 1});
    store_test_commit(tx);
    wish.to = "+34912345678";
    for (int i = 0; i < 400; i++) {
        assert_int_equal(world_plan(&wish, &plan, &faults), RW_OK);
        assert_int_equal(plan.trunk_count, 2);
        main_trunk += strcmp(plan.trunk_id, "main") == 0;
    }
    assert_in_range(main_trunk, 240, 360); /* 300, five standard deviations around */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(trunks_stand_in_order),      WORLD_TEST(the_way_can_be_seen),
        WORLD_TEST(what_is_down_stands_behind), WORLD_TEST(many_routes_are_bounded),
        WORLD_TEST(a_route_may_spread),         WORLD_TEST(a_route_may_weigh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
