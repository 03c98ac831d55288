#include "world.h"

#include <string.h>

struct store_test world;
struct rw_route_table *world_table;

const struct wish world_wish = {"ann", "+6591234567", "+6534567890", "12345-abcde-67890", "", NULL};

struct rw_row_number world_number(const char *id, const char *e164, const char *state, bool allowed)
{
    return (struct rw_row_number){.id = id,
                                  .tenant_id = TENANT_A,
                                  .edge_id = "edge",
                                  .e164 = e164,
                                  .state = state,
                                  .outbound_allowed = allowed,
                                  .version = 1};
}

static void put_numbers(struct rw_tx *tx)
{
    struct rw_row_number rows[] = {
        world_number("12345-abcde-67890", "+6534567890", "active", true),
        world_number("second", "+6534567899", "active", true),
        world_number("off", "+6534567891", "inactive", true),
        world_number("inside", "+6534567892", "active", false),
        world_number("theirs", "+442071234567", "active", true),
    };

    rows[4].tenant_id = TENANT_B;
    for (size_t i = 0; i < 5; i++)
        rw_tx_put_number(tx, &rows[i]);
}

static void put_people(struct rw_tx *tx)
{
    static const struct rw_row_user users[] = {
        {.id = "ann",
         .tenant_id = TENANT_A,
         .name = "Ann",
         .email = "a@x",
         .state = "active",
         .roles = "",
         .station_id = "desk",
         .version = 1},
        {.id = "bob",
         .tenant_id = TENANT_A,
         .name = "Bob",
         .email = "b@x",
         .state = "active",
         .roles = "",
         .station_id = "dead",
         .version = 1},
        {.id = "cat",
         .tenant_id = TENANT_A,
         .name = "Cat",
         .email = "c@x",
         .state = "active",
         .roles = "",
         .version = 1},
        {.id = "dan",
         .tenant_id = TENANT_B,
         .name = "Dan",
         .email = "d@x",
         .state = "active",
         .roles = "",
         .version = 1},
    };
    static const struct rw_row_station stations[] = {
        {.id = "desk",
         .tenant_id = TENANT_A,
         .name = "Desk",
         .sip_uri = "sip:ann@192.0.2.7:5070",
         .auth_user = "u",
         .auth_password = "p",
         .state = "active",
         .version = 1},
        {.id = "dead",
         .tenant_id = TENANT_A,
         .name = "Dead",
         .sip_uri = "sip:bob@192.0.2.8",
         .state = "inactive",
         .version = 1},
    };

    for (size_t i = 0; i < 2; i++)
        rw_tx_put_station(tx, &stations[i]);
    for (size_t i = 0; i < 4; i++)
        rw_tx_put_user(tx, &users[i]);
}

void world_put_route(struct rw_tx *tx, const char *id, const char *prefix, const char *trunk,
                     uint32_t priority)
{
    const struct rw_row_route row = {.id = id,
                                     .tenant_id = TENANT_A,
                                     .name = id,
                                     .site_id = "site",
                                     .prefixes = prefix,
                                     .distribution = "SEQUENTIAL",
                                     .classifications = "",
                                     .enabled = true,
                                     .version = 1,
                                     .trunk_ids = trunk,
                                     .priority = priority};

    rw_tx_put_route(tx, &row);
}

static void put_ways(struct rw_tx *tx)
{
    static const struct rw_row_trunk trunks[] = {
        {.id = "main",
         .tenant_id = TENANT_A,
         .edge_id = "edge",
         .name = "Main",
         .state = "active",
         .host = "198.51.100.1",
         .port = 5060,
         .transport = "udp",
         .answer_timeout_ms = 45000,
         .auth_user = "tu",
         .auth_password = "tp",
         .version = 1},
        {.id = "six",
         .tenant_id = TENANT_A,
         .edge_id = "edge",
         .name = "Six",
         .state = "active",
         .host = "2001:db8::1",
         .port = 5062,
         .transport = "tcp",
         .answer_timeout_ms = 1,
         .outbound_proxy = "sip:proxy.example;lr",
         .reliable_provisional = "required",
         .session_expires_s = 1800,
         .version = 1},
        {.id = "down",
         .tenant_id = TENANT_A,
         .edge_id = "edge",
         .name = "Down",
         .state = "inactive",
         .host = "198.51.100.2",
         .port = 5060,
         .transport = "udp",
         .version = 1},
    };
    static const struct rw_row_route routes[] = {
        {.id = "r1",
         .tenant_id = TENANT_A,
         .name = "Singapore",
         .prefixes = "65,81",
         .trunk_ids = "main"},
        {.id = "r2", .tenant_id = TENANT_A, .name = "UK", .prefixes = "44", .trunk_ids = "down"},
        {.id = "r3", .tenant_id = TENANT_A, .name = "DE", .prefixes = "49", .trunk_ids = "down"},
        {.id = "r4",
         .tenant_id = TENANT_A,
         .name = "DE 2",
         .prefixes = "49",
         .trunk_ids = "gone,down,six,main",
         .priority = 5},
        {.id = "r5",
         .tenant_id = TENANT_A,
         .name = "FR",
         .prefixes = "33",
         .trunk_ids = "down,six,main",
         .distribution = "RANDOM"},
    };

    for (size_t i = 0; i < 3; i++)
        rw_tx_put_trunk(tx, &trunks[i]);
    for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
        struct rw_row_route row = routes[i];

        row.site_id = "site";
        row.distribution = row.distribution ? row.distribution : "SEQUENTIAL";
        row.classifications = row.classifications ? row.classifications : "";
        row.enabled = true;
        row.version = 1;
        rw_tx_put_route(tx, &row);
    }
}

int world_open(void **state)
{
    static const struct rw_row_tenant tenants[] = {{.id = TENANT_A, .name = "A"},
                                                   {.id = TENANT_B, .name = "B"}};
    static const struct rw_row_edge edges[] = {
        {.id = "edge", .tenant_id = TENANT_A, .name = "E", .state = "active", .version = 1}};
    struct rw_tx *tx;

    (void)state;
    store_test_open(&world);
    tx = rw_tx_new(world.store);
    assert_non_null(tx);
    rw_tx_put_tenant(tx, &tenants[0]);
    rw_tx_put_tenant(tx, &tenants[1]);
    rw_tx_put_edge(tx, &edges[0]);
    put_numbers(tx);
    put_people(tx);
    put_ways(tx);
    store_test_commit(tx);
    assert_int_equal(rw_route_table_new(&world_table, world.store, world.reader, NULL), RW_OK);
    return 0;
}

int world_close(void **state)
{
    (void)state;
    rw_route_table_free(world_table);
    rw_route_table_free(NULL);
    store_test_close(&world);
    return 0;
}

static struct rw_slice given(const char *text)
{
    return text && strcmp(text, "!") != 0 ? rw_slice_str(text) : (struct rw_slice){NULL, 0};
}

enum rw_class world_plan(const struct wish *w, struct rw_route_plan *plan, struct rw_faults *faults)
{
    struct rw_route_wish wish = {
        .tenant_id = TENANT_A,
        .user_id = w->user,
        .with_station = w->user != NULL,
        .to = given(w->to),
        .from = given(w->from),
        .provider = given(w->provider),
        .to_pointer = "/to/phoneNumber",
        .from_pointer = w->from ? "/from/phoneNumber" : "",
        .provider_pointer = w->provider ? "/providerId" : "",
    };

    memset(faults, 0, sizeof(*faults));
    return rw_route_plan_make(world_table, &wish, "192.0.2.1:5060", &world.arena, plan, faults);
}

void world_check(const struct wish *w)
{
    struct rw_route_plan plan = {.trunk_count = 77};
    struct rw_faults faults;
    enum rw_class rc = world_plan(w, &plan, &faults);
    char codes[200] = "";

    for (uint32_t i = 0; i < faults.count; i++) {
        strcat(codes, i ? " " : "");
        strcat(codes, faults.at[i].code);
    }
    if (strcmp(w->codes, "?") == 0) { /* said by somebody else */
        assert_int_equal(rc, RW_MALFORMED);
        assert_string_equal(codes, "");
    } else {
        assert_string_equal(codes, w->codes);
        assert_int_equal(rc, faults.count ? faults.at[0].class : RW_OK);
    }
    if (w->suggestion)
        assert_string_equal(faults.at[0].suggestion, w->suggestion);
    assert_int_equal(plan.trunk_count == 77, rc != RW_OK);
}
