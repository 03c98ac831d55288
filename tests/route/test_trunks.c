/* What a plan says of the trunk that a call goes through. */
#include "world.h"

#define CALLED(number, rest) "sip:" number "@198.51.100.1;transport=udp" rest

/* Lines of the columns that are set, and what the target says then. */
static const struct {
    struct rw_row_trunk trunk;
    const char *uri, *from, *asserted, *preferred, *diverted;
    bool withheld;
} identities[] = {
    {{.from_user = "4711"},
     CALLED("+6591234567", ";user=phone"),
     "sip:4711@192.0.2.1:5060",
     NULL,
     NULL,
     NULL,
     false},
    {{.from_domain = "carrier.example", .identity_header = "P-Asserted-Identity"},
     CALLED("+6591234567", ";user=phone"),
     "sip:+6534567890@carrier.example;user=phone",
     "sip:+6534567890@carrier.example;user=phone",
     NULL,
     NULL,
     false},
    {{.from_user = "4711", .from_domain = "2001:db8::9", .plain_user = true},
     CALLED("+6591234567", ""),
     "sip:4711@[2001:db8::9]",
     NULL,
     NULL,
     NULL,
     false},
    {{.called_format = "digits", .plain_user = true},
     CALLED("6591234567", ""),
     "sip:+6534567890@192.0.2.1:5060",
     NULL,
     NULL,
     NULL,
     false},
    {{.from_format = "digits", .identity_header = "P-Preferred-Identity"},
     CALLED("+6591234567", ";user=phone"),
     "sip:6534567890@192.0.2.1:5060;user=phone",
     NULL,
     "sip:+6534567890@192.0.2.1:5060;user=phone",
     NULL,
     false},
    {{.identity_format = "digits",
      .identity_header = "P-Asserted-Identity",
      .diversion_number = "+6531234567",
      .from_domain = "carrier.example"},
     CALLED("+6591234567", ";user=phone"),
     "sip:+6534567890@carrier.example;user=phone",
     "sip:6534567890@carrier.example;user=phone",
     NULL,
     "sip:6531234567@carrier.example;user=phone",
     false},
    {{.privacy = "id", .identity_header = "P-Asserted-Identity", .from_user = "4711"},
     CALLED("+6591234567", ";user=phone"),
     "sip:anonymous@anonymous.invalid",
     "sip:+6534567890@192.0.2.1:5060;user=phone",
     NULL,
     NULL,
     true},
};

static void a_trunk_is_told_the_caller_as_it_wants(void **state)
{
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    for (size_t i = 0; i < sizeof(identities) / sizeof(*identities); i++) {
        struct rw_row_trunk row = identities[i].trunk;
        struct rw_tx *tx = rw_tx_new(world.store);
        const struct rw_leg_target *target;

        row.id = row.name = "main";
        row.tenant_id = TENANT_A;
        row.edge_id = "edge";
        row.state = "active";
        row.host = "198.51.100.1";
        row.transport = "udp";
        row.version = (uint32_t)i + 2;
        rw_tx_put_trunk(tx, &row);
        store_test_commit(tx);
        assert_int_equal(world_plan(&world_wish, &plan, &faults), RW_OK);
        target = &plan.trunks[0];
        assert_string_equal(target->uri, identities[i].uri);
        assert_string_equal(target->from_uri, identities[i].from);
        store_test_same(target->caller.asserted, identities[i].asserted);
        store_test_same(target->caller.preferred, identities[i].preferred);
        store_test_same(target->caller.diverted, identities[i].diverted);
        assert_int_equal(target->caller.withheld, identities[i].withheld);
        store_test_same(target->from_name, identities[i].withheld ? "Anonymous" : NULL);
        assert_string_equal(target->claim.from_number, "+6534567890");
        assert_string_equal(target->claim.to_number, "+6591234567");
    }
}

/* A test goes through one trunk: routes are not asked, and it may be inactive. */
static void a_trunk_that_is_tested(void **state)
{
    struct rw_route_wish wish = {.tenant_id = TENANT_A,
                                 .to = RW_LIT("+12025550123"),
                                 .from = RW_LIT("+6534567890"),
                                 .to_pointer = "/echoNumber",
                                 .from_pointer = "/from",
                                 .provider_pointer = "",
                                 .trunk_id = "down"};
    struct rw_route_plan plan = {.trunk_count = 0};
    struct rw_faults faults = {.count = 0};
    struct rw_arena *arena = &world.arena;
    struct rw_tx *tx = rw_tx_new(world.store);

    (void)state;
    rw_tx_put_call_limits(tx, &(struct rw_row_call_limits){.id = TENANT_A,
                                                           .tenant_id = TENANT_A,
                                                           .max_duration_ms = 60000,
                                                           .classes = "5000 International\n",
                                                           .clients = "",
                                                           .version = 1});
    store_test_commit(tx);
    assert_int_equal(rw_route_plan_make(world_table, &wish, "us", arena, &plan, &faults), RW_OK);
    assert_int_equal(plan.trunk_count, 1);
    assert_int_equal(plan.max_duration_ms, 60000); /* of a class nothing is known without a route */
    assert_string_equal(plan.trunks[0].trunk_id, "down");
    assert_string_equal(plan.from_e164, "+6534567890");
    assert_null(plan.route_id);
    wish.from = RW_LIT("+442071234567");
    assert_int_equal(rw_route_plan_make(world_table, &wish, "us", arena, &plan, &faults),
                     RW_FORBIDDEN);
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.at[0].code, "caller.not_owned");
    wish.from = RW_LIT("+6534567890");
    wish.trunk_id = "gone";
    faults.count = 0;
    assert_int_equal(rw_route_plan_make(world_table, &wish, "us", arena, &plan, &faults),
                     RW_MALFORMED);
    assert_int_equal(faults.count, 0);
    wish.trunk_id = "down"; /* of another tenant: there is none */
    wish.tenant_id = TENANT_B;
    wish.from = RW_LIT("+442071234567");
    assert_int_equal(rw_route_plan_make(world_table, &wish, "us", arena, &plan, &faults),
                     RW_MALFORMED);
}

/* A trunk that says whom it trusts, and has no port: where it is stands in SRV records. */
static void a_trunk_over_tls(void **state)
{
    struct rw_row_trunk trunk = {.id = "main",
                                 .tenant_id = TENANT_A,
                                 .edge_id = "edge",
                                 .name = "Main",
                                 .state = "active",
                                 .host = "carrier.example",
                                 .transport = "tls",
                                 .version = 2,
                                 .ca_file = "/ca.pem",
                                 .client_cert_file = "/us.pem",
                                 .client_key_file = "/us.key",
                                 .tls_name = "*.carrier.example",
                                 .addresses = "192.0.2.1, 192.0.2.2;priority=2"};
    struct rw_tx *tx = rw_tx_new(world.store);
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    rw_tx_put_trunk(tx, &trunk);
    store_test_commit(tx);
    assert_int_equal(world_plan(&world_wish, &plan, &faults), RW_OK);
    assert_string_equal(plan.trunks[0].uri,
                        "sip:+6591234567@carrier.example;transport=tls;user=phone");
    assert_string_equal(plan.trunks[0].tls.ca_file, "/ca.pem");
    assert_string_equal(plan.trunks[0].tls.cert_file, "/us.pem");
    assert_string_equal(plan.trunks[0].tls.key_file, "/us.key");
    assert_string_equal(plan.trunks[0].tls.name, "*.carrier.example");
    assert_string_equal(plan.trunks[0].places, "192.0.2.1, 192.0.2.2;priority=2");
    assert_false(plan.trunks[0].tls.unverified);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_trunk_is_told_the_caller_as_it_wants),
        WORLD_TEST(a_trunk_that_is_tested),
        WORLD_TEST(a_trunk_over_tls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
