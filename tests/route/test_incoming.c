/* Whom a call that comes in from a trunk is for. */
#include "route/incoming.h"

#include "store_test.h"

#include <string.h>

/*
 * Tenant A: ann has a station, cat none, the number ...01 is ann's, ...02 cat's, ...03 nobody's, ...04 is off.
 * Trunks: owner, to ann, refusing, off. Tenant B has the trunk of the same address.
 */
static struct store_test world;
static struct rw_route_table *table;

static void put_number(struct rw_tx *tx, const char *id, const char *e164, const char *state,
                       const char *owner)
{
    rw_tx_put_number(tx, &(struct rw_row_number){.id = id,
                                                 .tenant_id = TENANT_A,
                                                 .edge_id = "edge",
                                                 .e164 = e164,
                                                 .state = state,
                                                 .owner_user_id = owner,
                                                 .version = 1});
}

static void put_trunk(struct rw_tx *tx, const char *tenant, const char *id, const char *state,
                      const char *incoming, const char *user)
{
    rw_tx_put_trunk(tx, &(struct rw_row_trunk){.id = id,
                                               .tenant_id = tenant,
                                               .edge_id = "edge",
                                               .name = id,
                                               .state = state,
                                               .host = "192.0.2.1",
                                               .transport = "udp",
                                               .media_srtp = "required",
                                               .incoming = incoming,
                                               .incoming_user_id = user,
                                               .version = 1});
}

static void put_user(struct rw_tx *tx, const char *id, const char *station)
{
    rw_tx_put_user(tx, &(struct rw_row_user){.id = id,
                                             .tenant_id = TENANT_A,
                                             .name = id,
                                             .email = id,
                                             .state = "active",
                                             .roles = "",
                                             .station_id = station,
                                             .version = 1});
}

static int open_world(void **state)
{
    struct rw_tx *tx;
    struct rw_err err;

    (void)state;
    store_test_open(&world);
    tx = rw_tx_new(world.store);
    put_number(tx, "1", "+6531112201", "active", "ann");
    put_number(tx, "2", "+6531112202", "active", "cat");
    put_number(tx, "3", "+6531112203", "active", NULL);
    put_number(tx, "4", "+6531112204", "inactive", "ann");
    put_number(tx, "5", "+6531112205", "active", "gone");
    put_user(tx, "ann", "desk");
    put_user(tx, "cat", NULL);
    put_user(tx, "dan", "dead");
    rw_tx_put_station(tx, &(struct rw_row_station){.id = "desk",
                                                   .tenant_id = TENANT_A,
                                                   .name = "Desk",
                                                   .sip_uri = "sip:ann@192.0.2.7",
                                                   .auth_user = "u",
                                                   .auth_password = "p",
                                                   .state = "active",
                                                   .version = 1});
    rw_tx_put_station(tx, &(struct rw_row_station){.id = "dead",
                                                   .tenant_id = TENANT_A,
                                                   .name = "Dead",
                                                   .sip_uri = "sip:dan@192.0.2.7",
                                                   .state = "inactive",
                                                   .version = 1});
    put_trunk(tx, TENANT_A, "owner", "active", "owner", NULL);
    put_trunk(tx, TENANT_A, "user", "active", "user", "ann");
    put_trunk(tx, TENANT_A, "dan", "active", "user", "dan");
    put_trunk(tx, TENANT_A, "refuse", "active", NULL, NULL);
    put_trunk(tx, TENANT_A, "off", "inactive", "owner", NULL);
    put_trunk(tx, TENANT_B, "other", "active", "owner", NULL);
    store_test_commit(tx);
    return rw_route_table_new(&table, world.store, world.reader, &err) == RW_OK ? 0 : -1;
}

static int close_world(void **state)
{
    (void)state;
    rw_route_table_free(table);
    store_test_close(&world);
    return 0;
}

static struct rw_leg_origin origin(const char *tenant, const char *trunk)
{
    struct rw_leg_origin ret;

    assert_true(rw_slice_copy(ret.tenant.text, sizeof(ret.tenant.text), rw_slice_str(tenant)));
    assert_true(rw_slice_copy(ret.trunk.text, sizeof(ret.trunk.text), rw_slice_str(trunk)));
    return ret;
}

static void test_fates(void **state)
{
    static const struct {
        const char *trunk, *called;
        enum rw_incoming_fate fate;
    } cases[] = {
        {"owner", "+6531112201", RW_INCOMING_TAKEN},
        {"owner", "6531112201", RW_INCOMING_TAKEN},
        {"owner", "006531112201", RW_INCOMING_TAKEN},
        {"user", "+6531112202", RW_INCOMING_TAKEN},
        {"user", "+6531112203", RW_INCOMING_TAKEN},
        {"owner", "+6531112202", RW_INCOMING_NO_STATION},
        {"dan", "+6531112201", RW_INCOMING_NO_STATION},
        {"owner", "+6531112203", RW_INCOMING_NOBODY},
        {"owner", "+6531112205", RW_INCOMING_NOBODY},
        {"owner", "+6531112204", RW_INCOMING_NO_NUMBER},
        {"owner", "+6531112299", RW_INCOMING_NO_NUMBER},
        {"owner", "", RW_INCOMING_NO_NUMBER},
        {"owner", "+", RW_INCOMING_NO_NUMBER},
        {"owner", "ann", RW_INCOMING_NO_NUMBER},
        {"owner", "+65311122011234567890", RW_INCOMING_NO_NUMBER},
        {"refuse", "+6531112201", RW_INCOMING_REFUSED},
        {"refuse", "+6531112299", RW_INCOMING_REFUSED},
        {"off", "+6531112201", RW_INCOMING_REFUSED},
        {"vanished", "+6531112201", RW_INCOMING_REFUSED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_leg_origin from = origin(TENANT_A, cases[i].trunk);
        struct rw_leg_offer offer = {
            .origins = &from, .origin_count = 1, .called = rw_slice_str(cases[i].called)};
        struct rw_incoming_plan plan;
        struct rw_arena arena;
        enum rw_incoming_fate fate;

        rw_arena_init(&arena, 1u << 16);
        fate = rw_route_incoming(table, &offer, "192.0.2.9:5060", &arena, &plan);
        if (fate != cases[i].fate)
            fail_msg("%s %s: %s", cases[i].trunk, cases[i].called, rw_incoming_fate_name(fate));
        assert_true(fate == RW_INCOMING_TAKEN || rw_incoming_refusal(fate).code >= 400);
        rw_arena_done(&arena);
    }
}

static void test_plan(void **state)
{
    struct rw_leg_origin from[] = {origin(TENANT_B, "other"), origin(TENANT_A, "owner")};
    struct rw_leg_offer offer = {.origins = from,
                                 .origin_count = 2,
                                 .called = RW_LIT("+6531112201"),
                                 .caller = RW_LIT("+6591234567"),
                                 .caller_name = RW_LIT("Bob \x1b[31m")};
    struct rw_incoming_plan plan;
    struct rw_arena arena;

    (void)state;
    rw_arena_init(&arena, 1u << 16);
    assert_int_equal(rw_route_incoming(table, &offer, "192.0.2.9:5060", &arena, &plan),
                     RW_INCOMING_TAKEN);
    assert_string_equal(plan.tenant_id, TENANT_A); /* the one that has the number */
    assert_string_equal(plan.trunk.trunk_id, "owner");
    assert_int_equal(plan.trunk.media.srtp, RW_TERMS_SRTP_REQUIRED);
    assert_int_equal(plan.station.media.srtp, RW_TERMS_SRTP_OFF);
    assert_string_equal(plan.to_e164, "+6531112201");
    assert_string_equal(plan.from, "+6591234567");
    assert_string_equal(plan.user_id, "ann");
    assert_string_equal(plan.station.uri, "sip:ann@192.0.2.7");
    assert_string_equal(plan.station.from_uri, "sip:+6591234567@192.0.2.9:5060;user=phone");
    assert_null(strchr(plan.station.from_name, '\x1b'));
    /* what can't stand in a URI is not told, and not believed */
    offer.caller = RW_LIT("a>b\r\nX: y");
    assert_int_equal(rw_route_incoming(table, &offer, "192.0.2.9:5060", &arena, &plan),
                     RW_INCOMING_TAKEN);
    assert_string_equal(plan.from, "anonymous");
    offer.origin_count = 0;
    assert_int_equal(rw_route_incoming(table, &offer, "192.0.2.9:5060", &arena, &plan),
                     RW_INCOMING_REFUSED);
    rw_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fates), cmocka_unit_test(test_plan)};

    return cmocka_run_group_tests_name("route incoming", tests, open_world, close_world);
}
