#include "base/mem.h"
#include "route/route.h"
#include "store_test.h"
#include "trunk/board.h"

#include <stdlib.h>
#include <string.h>

/*
 * A tenant with ann (a station), bob (an inactive one), cat (none); numbers of every kind; routes to a
 * trunk, to a dead one, and to a live one behind a dead one. Tenant B has a number and a user.
 */
static struct store_test world;
static struct rw_route_table *table;

static struct rw_row_number number(const char *id, const char *e164, const char *state,
                                   bool allowed)
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
        number("12345-abcde-67890", "+6534567890", "active", true),
        number("second", "+6534567899", "active", true),
        number("off", "+6534567891", "inactive", true),
        number("inside", "+6534567892", "active", false),
        number("theirs", "+442071234567", "active", true),
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

static int setup(void **state)
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
    assert_int_equal(rw_route_table_new(&table, world.store, world.reader, NULL), RW_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rw_route_table_free(table);
    rw_route_table_free(NULL);
    store_test_close(&world);
    return 0;
}

/* ------------------------------------------------------------------ wishes and their answers */

struct wish {
    const char *user, *to, *from, *provider; /* "!": given, but unusable */
    const char *codes;                       /* of the faults, in order; "" = a plan */
    const char *suggestion;                  /* of the first fault; NULL: not looked at */
};

static const struct wish wishes[] = {
    {"ann", "+6591234567", "+6534567890", "12345-abcde-67890", "", NULL},
    {"ann", "+6591234567", "+6534567890", NULL, "", NULL},
    {"ann", "+6591234567", NULL, "12345-abcde-67890", "", NULL},
    {NULL, "+6591234567", "+6534567890", NULL, "", NULL},
    {"ann", "+4930123456", "+6534567890", NULL, "", NULL},
    /* caller id */
    {"ann", "+6591234567", "+442071234567", NULL, "caller.not_owned", "+6534567890"},
    {"ann", "+6591234567", "+442071234567", "second", "caller.not_owned", "+6534567899"},
    {"ann", "+6591234567", "+6534567891", NULL, "caller.inactive", NULL},
    {"ann", "+6591234567", NULL, "off", "caller.inactive", NULL},
    {"ann", "+6591234567", "+6534567892", NULL, "caller.internal_only", NULL},
    {"ann", "+6591234567", NULL, NULL, "caller.none", NULL},
    {"ann", "+6591234567", "!", NULL, "?", NULL},
    {"ann", "+6591234567", NULL, "!", "?", NULL},
    /* providerId */
    {"ann", "+6591234567", NULL, "12345-abcde-6789O", "provider.not_found", "12345-abcde-67890"},
    {"ann", "+6591234567", NULL, "theirs", "provider.not_found", ""},
    {"ann", "+6591234567", "+6534567899", "nonsense", "provider.not_found", "second"},
    {"ann", "+6591234567", "+6534567899", "12345-abcde-67890", "provider.mismatch", "second"},
    {"ann", "+6591234567", "+1", "nonsense", "caller.not_owned provider.not_found", NULL},
    /* user and station */
    {"bob", "+6591234567", "+6534567890", NULL, "station.inactive", NULL},
    {"cat", "+6591234567", "+6534567890", NULL, "station.missing", NULL},
    {"dan", "+6591234567", "+6534567890", NULL, "user.not_found", NULL},
    {"eve", "+6591234567", "+6534567890", NULL, "user.not_found", NULL},
    /* routes */
    {"ann", "+12025550123", "+6534567890", NULL, "route.none", NULL},
    {"ann", "+442079460000", "+6534567890", NULL, "route.trunk_inactive", NULL},
    {"ann", "!", "+6534567890", NULL, "?", NULL},
    /* all at once */
    {"cat", "+12025550123", "+442071234567", "nonsense",
     "station.missing caller.not_owned provider.not_found route.none", NULL},
};

static struct rw_slice given(const char *text)
{
    return text && strcmp(text, "!") != 0 ? rw_slice_str(text) : (struct rw_slice){NULL, 0};
}

static enum rw_class make(const struct wish *w, struct rw_route_plan *plan,
                          struct rw_faults *faults)
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
    return rw_route_plan_make(table, &wish, "192.0.2.1:5060", &world.arena, plan, faults);
}

static void check(const struct wish *w)
{
    struct rw_route_plan plan = {.trunk_count = 77};
    struct rw_faults faults;
    enum rw_class rc = make(w, &plan, &faults);
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

static void each_wish_has_its_answer(void **state)
{
    (void)state;
    for (int twice = 0; twice < 2; twice++) /* read, then remembered */
        for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes); i++)
            check(&wishes[i]);
}

static void faults_say_where_and_what(void **state)
{
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    (void)make(&wishes[5], &plan, &faults);
    assert_string_equal(faults.at[0].pointer, "/from/phoneNumber");
    assert_string_equal(faults.at[0].found, "+442071234567");
    assert_string_equal(faults.at[0].expected, "one of +6534567890, +6534567899");
    assert_int_equal(faults.at[0].class, RW_FORBIDDEN);
    (void)make(&(struct wish){"ann", "+12025550123", "+6534567890", NULL, "", NULL}, &plan,
               &faults);
    assert_string_equal(faults.at[0].pointer, "/to/phoneNumber");
    assert_string_equal(faults.at[0].found,
                        "+12025550123; prefixes with a route: 33, 44, 49, 65, 81");
    assert_non_null(strstr(faults.at[0].expected,
                           "12025550123, 1202555012, 120255501, 12025550, 1202555, 120255, "
                           "12025, 1202, 120, 12, 1, or empty"));
}

static void a_long_number_has_its_prefixes_shortened(void **state)
{
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    (void)make(&(struct wish){"ann", "+123456789012345", "+6534567890", NULL, "", NULL}, &plan,
               &faults);
    assert_string_equal(faults.at[0].code, "route.none");
    assert_string_equal(
        faults.at[0].expected,
        "a route with a prefix that was tried: 123456789012345, 12345678901234, "
        "1234567890123, 123456789012, 12345678901, 1234567890, 123456789, ... 1, or "
        "empty");
    (void)make(&(struct wish){"ann", "+1", "+6534567890", NULL, "", NULL}, &plan, &faults);
    assert_string_equal(faults.at[0].expected, "a route with a prefix that was tried: 1, or empty");
}

static void a_plan_can_be_dialled(void **state)
{
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    assert_int_equal(make(&wishes[0], &plan, &faults), RW_OK);
    assert_string_equal(plan.trunks[0].uri,
                        "sip:+6591234567@198.51.100.1:5060;transport=udp;user=phone");
    assert_string_equal(plan.trunks[0].from_uri, "sip:+6534567890@192.0.2.1:5060;user=phone");
    assert_null(plan.trunks[0].route);
    assert_int_equal(plan.trunks[0].reliable, RW_LEG_RELIABLE_OFF);
    assert_int_equal(plan.trunks[0].session_expires_s, 0);
    assert_string_equal(plan.trunks[0].auth_user, "tu");
    assert_string_equal(plan.trunks[0].trunk_id, "main");
    assert_string_equal(plan.trunks[0].claim.from_number, "+6534567890");
    assert_string_equal(plan.trunks[0].claim.to_number, "+6591234567");
    assert_true(plan.trunks[0].claim.owned);
    assert_string_equal(plan.station.uri, "sip:ann@192.0.2.7:5070");
    assert_string_equal(plan.station.from_uri, "sip:+6591234567@192.0.2.1:5060;user=phone");
    assert_string_equal(plan.station.auth_password, "p");
    assert_string_equal(plan.station_id, "desk");
    assert_string_equal(plan.user_name, "Ann");
    assert_string_equal(plan.provider_id, "12345-abcde-67890");
    assert_string_equal(plan.route_id, "r1");
    assert_int_equal(plan.trunk_answer_ms[0], 45000);
    assert_int_equal(make(&wishes[3], &plan, &faults), RW_OK);
    assert_null(plan.station.uri);
    assert_null(plan.user_name);
    assert_int_equal(make(&wishes[4], &plan, &faults), RW_OK);
    assert_string_equal(plan.trunks[0].uri,
                        "sip:+4930123456@[2001:db8::1]:5062;transport=tcp;user=phone");
    assert_string_equal(plan.trunks[0].route, "sip:proxy.example;lr");
    assert_int_equal(plan.trunks[0].reliable, RW_LEG_RELIABLE_REQUIRED);
    assert_int_equal(plan.trunks[0].session_expires_s, 1800);
}

/* ------------------------------------------------------------------ how a trunk wants to be told */

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

static void same_text(const char *is, const char *due)
{
    if (due)
        assert_string_equal(is ? is : "none", due);
    else
        assert_null(is);
}

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
        assert_int_equal(make(&wishes[0], &plan, &faults), RW_OK);
        target = &plan.trunks[0];
        assert_string_equal(target->uri, identities[i].uri);
        assert_string_equal(target->from_uri, identities[i].from);
        same_text(target->caller.asserted, identities[i].asserted);
        same_text(target->caller.preferred, identities[i].preferred);
        same_text(target->caller.diverted, identities[i].diverted);
        assert_int_equal(target->caller.withheld, identities[i].withheld);
        same_text(target->from_name, identities[i].withheld ? "Anonymous" : NULL);
        assert_string_equal(target->claim.from_number, "+6534567890");
        assert_string_equal(target->claim.to_number, "+6591234567");
    }
}

/* ------------------------------------------------------------------ several trunks */

static void put_route(struct rw_tx *tx, const char *id, const char *prefix, const char *trunk,
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
        put_route(tx, id, "61", id, (uint32_t)(n[0] - '0'));
    }
    put_route(tx, "h1", "852", "six", 1);
    put_route(tx, "h2", "852", "down", 2);
    put_route(tx, "h3", "852", "gone", 3);
    put_route(tx, "h4", "852", "six", 4);
    put_route(tx, "h5", "85", "main", 0);
    put_route(tx, "h6", "8529", "t3", 9);
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

        (void)make(&(struct wish){"ann", cases[i].to, "+6534567890", NULL, "", NULL}, &plan,
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
        rw_route_plan_make(table, &wish, "192.0.2.1:5060", &world.arena, &plan, &faults), RW_OK);
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
        rw_route_plan_make(table, &wish, "192.0.2.1:5060", &world.arena, &plan, &faults), RW_OK);
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

        rw_route_table_heed(table, board);
        set_down(board, "t0", false);
        for (size_t n = 0; n < 3 && cases[i].down[n]; n++)
            set_down(board, cases[i].down[n], true);
        memset(&trace, 0, sizeof(trace));
        assert_int_equal(
            rw_route_plan_make(table, &wish, "192.0.2.1:5060", &world.arena, &plan, &faults),
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
        rw_route_table_heed(table, NULL);
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
        put_route(tx, id, "82", i < 2 * RW_ROUTE_CONSIDERED ? id : "main", i);
    }
    store_test_commit(tx);
    assert_int_equal(
        make(&(struct wish){"ann", "+82212345678", "+6534567890", NULL, "", NULL}, &plan, &faults),
        RW_CONFLICT);
    assert_string_equal(faults.at[0].code, "route.trunk_inactive");
}

/* ------------------------------------------------------------------ remembering */

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
    assert_int_equal(make(&wishes[0], &plan, &faults), RW_OK);
    rw_tx_put_trunk(tx, &trunk);
    store_test_commit(tx);
    assert_int_equal(make(&wishes[0], &plan, &faults), RW_CONFLICT);
    assert_string_equal(faults.at[0].code, "route.trunk_inactive");
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
    assert_int_equal(rw_route_plan_make(table, &wish, "us", arena, &plan, &faults), RW_OK);
    assert_int_equal(plan.trunk_count, 1);
    assert_int_equal(plan.max_duration_ms, 60000); /* of a class nothing is known without a route */
    assert_string_equal(plan.trunks[0].trunk_id, "down");
    assert_string_equal(plan.from_e164, "+6534567890");
    assert_null(plan.route_id);
    wish.from = RW_LIT("+442071234567");
    assert_int_equal(rw_route_plan_make(table, &wish, "us", arena, &plan, &faults), RW_FORBIDDEN);
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.at[0].code, "caller.not_owned");
    wish.from = RW_LIT("+6534567890");
    wish.trunk_id = "gone";
    faults.count = 0;
    assert_int_equal(rw_route_plan_make(table, &wish, "us", arena, &plan, &faults), RW_MALFORMED);
    assert_int_equal(faults.count, 0);
    wish.trunk_id = "down"; /* of another tenant: there is none */
    wish.tenant_id = TENANT_B;
    wish.from = RW_LIT("+442071234567");
    assert_int_equal(rw_route_plan_make(table, &wish, "us", arena, &plan, &faults), RW_MALFORMED);
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
    assert_int_equal(make(&wishes[0], &plan, &faults), RW_OK);
    assert_string_equal(plan.trunks[0].uri,
                        "sip:+6591234567@carrier.example;transport=tls;user=phone");
    assert_string_equal(plan.trunks[0].tls.ca_file, "/ca.pem");
    assert_string_equal(plan.trunks[0].tls.cert_file, "/us.pem");
    assert_string_equal(plan.trunks[0].tls.key_file, "/us.key");
    assert_string_equal(plan.trunks[0].tls.name, "*.carrier.example");
    assert_string_equal(plan.trunks[0].places, "192.0.2.1, 192.0.2.2;priority=2");
    assert_false(plan.trunks[0].tls.unverified);
}

/* At random over the active trunks of the route; one that is down or gone gets nothing. */
static void a_route_may_spread(void **state)
{
    struct wish wish = wishes[0];
    struct rw_route_plan plan;
    struct rw_faults faults;
    unsigned main_trunk = 0, six = 0;

    (void)state;
    wish.to = "+33123456789";
    for (int i = 0; i < 200; i++) {
        assert_int_equal(make(&wish, &plan, &faults), RW_OK);
        assert_string_equal(plan.route_id, "r5");
        main_trunk += strcmp(plan.trunk_id, "main") == 0;
        six += strcmp(plan.trunk_id, "six") == 0;
    }
    assert_int_equal(main_trunk + six, 200);
    assert_true(main_trunk > 50 && six > 50);
    wish.to = "+81312345678"; /* the other prefix of Singapore's route */
    assert_int_equal(make(&wish, &plan, &faults), RW_OK);
    assert_string_equal(plan.route_id, "r1");
}

/* ------------------------------------------------------------------ who calls */

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

        check(&table_[i].wish);
        if (make(&table_[i].wish, &plan, &faults) == RW_OK) {
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
    assert_int_equal(rw_route_plan_make(table, &wish, "x", &world.arena, &plan, &faults), RW_OK);
    assert_int_equal(trace.caller, RW_ROUTE_CALLER_ROUTES);
    assert_string_equal(trace.number->e164, "+6534567899");
    memset(&trace, 0, sizeof(trace));
    other.from = RW_LIT("+6534567890");
    assert_int_equal(rw_route_plan_make(table, &other, "x", &world.arena, &plan, &faults), RW_OK);
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
        make(&(struct wish){"ann", "+93123456789", "+6534567890", NULL, "", NULL}, &plan, &faults),
        RW_OK);
    assert_string_equal(plan.route_id, "k299");
    memset(&faults, 0, sizeof(faults));
    assert_int_equal(rw_route_plan_make(table, &wish, "x", &world.arena, &plan, &faults), RW_OK);
    assert_int_equal(trace.steps[32].place, 1);
    assert_string_equal(trace.steps[32].way->rule->row->id, "k299");
    assert_int_equal(trace.steps[33].fate, RW_ROUTE_OTHER_PREFIX);
    assert_int_equal(trace.unseen, 267);
}

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
    assert_int_equal(rw_route_plan_make(table, &wish, "x", &world.arena, &plan, &faults),
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
        rc = rw_route_plan_make(table, &wish, "x", &world.arena, &plan, &faults);
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

/* What is refused says what could be used: the five nearest, and how many more. */
static void many_numbers_are_counted(void **state)
{
    static const char *const e164s[] = {"+6531230000",  "+6531230001", "+6531239999",
                                        "+6531999999",  "+6591111111", "+442079460001",
                                        "+442079460002"};
    struct rw_tx *tx = rw_tx_new(world.store);
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    for (size_t i = 0; i < sizeof(e164s) / sizeof(*e164s); i++) {
        struct rw_row_number row = number(e164s[i] + 1, e164s[i], "active", true);

        rw_tx_put_number(tx, &row);
    }
    store_test_commit(tx);
    assert_int_equal(
        make(&(struct wish){"ann", "+6591234567", "+6531230002", NULL, "", NULL}, &plan, &faults),
        RW_FORBIDDEN);
    assert_string_equal(faults.at[0].expected,
                        "one of +6531230000, +6531230001, +6531239999, +6531999999, +6534567890 "
                        "and 4 more");
    assert_string_equal(faults.at[0].suggestion, "+6531230000");
    assert_int_equal(
        make(&(struct wish){"ann", "+6591234567", NULL, NULL, "", NULL}, &plan, &faults),
        RW_FORBIDDEN);
    assert_string_equal(faults.at[0].code, "caller.none"); /* nearest to whom is called */
    assert_int_equal(strncmp(faults.at[0].expected, "one of +6591111111, ", 20), 0);
}

/* By weight the first; the others follow, as the next to be asked. */
static void a_route_may_weigh(void **state)
{
    struct rw_tx *tx = rw_tx_new(world.store);
    struct wish wish = wishes[0];
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
        assert_int_equal(make(&wish, &plan, &faults), RW_OK);
        assert_int_equal(plan.trunk_count, 2);
        main_trunk += strcmp(plan.trunk_id, "main") == 0;
    }
    assert_in_range(main_trunk, 240, 360); /* 300, five standard deviations around */
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
        make(&(struct wish){"ann", "+70998971234", "+6534567890", NULL, "", NULL}, &plan, &faults),
        RW_OK);
    assert_string_equal(plan.route_id, "many-9989");
    assert_int_equal(make(&wishes[0], &plan, &faults), RW_OK);
    rw_mem_fail_after(0);
    assert_int_equal(make(&wishes[0], &plan, &faults), RW_OK);
    rw_mem_fail_after(-1);
}

static void what_was_read_is_not_read_again(void **state)
{
    struct rw_route_plan plan;
    struct rw_faults faults;
    long before;

    (void)state;
    assert_int_equal(make(&wishes[0], &plan, &faults), RW_OK);
    before = rw_mem_live();
    /* With no memory to be had nothing could be read; the request's arena has room in its block. */
    rw_mem_fail_after(0);
    assert_int_equal(make(&wishes[0], &plan, &faults), RW_OK);
    rw_mem_fail_after(-1);
    assert_int_equal(rw_mem_live(), before);
}

static void strange_ids_do_not_fill_the_memory(void **state)
{
    struct rw_route_plan plan;
    struct rw_faults faults;
    long before, after;

    (void)state;
    assert_int_equal(make(&wishes[0], &plan, &faults), RW_OK);
    before = rw_mem_live();
    for (unsigned i = 0; i < 3 * RW_ROUTE_REMEMBERED; i++) {
        char id[32];

        (void)snprintf(id, sizeof(id), "guess-%u", i);
        rw_arena_done(&world.arena);
        (void)make(&(struct wish){"ann", "+6591234567", NULL, id, "", NULL}, &plan, &faults);
        assert_string_equal(faults.at[0].code, "provider.not_found");
    }
    after = rw_mem_live();
    assert_true(after - before < 1000); /* blocks of 4 KiB */
    assert_int_equal(make(&wishes[0], &plan, &faults), RW_OK);
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
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(each_wish_has_its_answer),
        TEST(faults_say_where_and_what),
        TEST(a_long_number_has_its_prefixes_shortened),
        TEST(a_plan_can_be_dialled),
        TEST(a_trunk_that_is_tested),
        TEST(a_trunk_over_tls),
        TEST(a_trunk_is_told_the_caller_as_it_wants),
        TEST(trunks_stand_in_order),
        TEST(the_way_can_be_seen),
        TEST(what_is_down_stands_behind),
        TEST(many_routes_are_bounded),
        TEST(a_change_is_seen_at_once),
        TEST(a_route_may_spread),
        TEST(a_route_may_weigh),
        TEST(routes_take_callers),
        TEST(callers_are_told),
        TEST(each_caller_may_have_a_route),
        TEST(idle_routes_are_told),
        TEST(routes_have_hours),
        TEST(many_numbers_are_counted),
        TEST(ten_thousand_routes),
        TEST(what_was_read_is_not_read_again),
        TEST(strange_ids_do_not_fill_the_memory),
        TEST(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
