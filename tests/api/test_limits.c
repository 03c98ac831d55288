/* Limits as whoever calls meets them: who is refused, what the answer says, and what does not count. */
#include "house.h"

#include <stdlib.h>
#include <string.h>

#define EDGES "/api/v2/telephony/providers/edges"
#define LIMITS EDGES "/limits"
#define TRUNK EDGES "/trunkbasesettings/" TRUNK_A
#define AGENTLESS "/api/v2/conversations/calls/user/" BOB
#define CALL "{\"phoneNumber\":\"+6591234567\",\"callerId\":\"+6534567890\"}"

static const struct house_answer *expect(const struct house_answer *a, int status)
{
    if (a->status != status)
        fail_msg("%d %s", a->status, a->text);
    return a;
}

static const struct house_answer *place(int status)
{
    return expect(house_send(TOKEN_CLIENT, "POST", AGENTLESS, NULL, CALL), status);
}

/* The id of a call that was placed; the two last are kept. */
static const char *placed(void)
{
    static char ids[2][40];
    static unsigned n;

    place(200);
    (void)snprintf(ids[n ^= 1], sizeof(ids[0]), "%s", house_text("id"));
    return ids[n];
}

/* Returns when it is over. */
static void hang_up(const char *id)
{
    const struct house_answer *a;
    char path[160], events[160];

    (void)snprintf(path, sizeof(path), "/api/v2/conversations/%s/disconnect", id);
    (void)snprintf(events, sizeof(events),
                   "/api/v2/ringwright/events?after=0&waitMs=5000&conversationId=%s", id);
    expect(house_send(TOKEN_ADMIN, "POST", path, NULL, NULL), 202);
    do
        a = house_send(TOKEN_ADMIN, "GET", events, NULL, NULL);
    while (!strstr(a->text, "\"ended\""));
}

static void limit_trunk(const char *limits)
{
    char body[400];

    expect(house_send(TOKEN_ADMIN, "GET", TRUNK, NULL, NULL), 200);
    (void)snprintf(body, sizeof(body),
                   "{\"name\":\"carrier\",\"version\":%lld,\"sip\":{\"host\":\"192.0.2.1\"},"
                   "\"limits\":%s}",
                   house_number("version"), limits);
    expect(house_send(TOKEN_ADMIN, "PUT", TRUNK, NULL, body), 200);
}

/* ------------------------------------------------------------------ of a trunk */

static void test_channels(void **state)
{
    const char *id;

    (void)state;
    limit_trunk("{\"channels\":1}");
    assert_int_equal(house_number("limits/channels"), 1);
    assert_int_equal(house_number("limits/callsPerSecond"), 0);
    id = placed();
    place(429);
    assert_string_equal(house_text("errors/0/code"), "limit.channels");
    assert_string_equal(house_text("errors/0/found"),
                        "trunk carrier: 1 of 1 channels in use, 0 calls waiting");
    assert_string_equal(house_header("Retry-After"), "");
    hang_up(id);
    hang_up(placed());
}

static void test_calls_per_second(void **state)
{
    unsigned before = house.invites;

    (void)state;
    limit_trunk("{\"callsPerSecond\":1,\"burst\":2}");
    hang_up(placed());
    hang_up(placed());
    place(429);
    assert_string_equal(house_text("errors/0/code"), "limit.calls_per_second");
    assert_string_equal(house_header("Retry-After"), "1");
    assert_non_null(
        strstr(house_text("errors/0/found"), "trunk carrier: 1 calls per second, 0 of"));
    assert_int_equal(house.invites, before + 2);
}

/* What places no call takes nothing: a judgement, a replay, a refusal. */
static void test_what_does_not_count(void **state)
{
    (void)state;
    limit_trunk("{\"callsPerSecond\":1,\"burst\":1}");
    for (int i = 0; i < 5; i++) {
        expect(house_send(TOKEN_CLIENT, "POST", AGENTLESS "?validateOnly=true", NULL, CALL), 200);
        expect(house_send(TOKEN_CLIENT, "POST", AGENTLESS, NULL, "{\"phoneNumber\":\"+65\"}"), 400);
        expect(house_send(TOKEN_CLIENT, "POST", AGENTLESS, NULL, "{\"phoneNumber\":\"995\"}"), 400);
    }
    for (int i = 0; i < 5; i++)
        expect(house_send(TOKEN_CLIENT, "POST", AGENTLESS, "Idempotency-Key: limits-1\r\n", CALL),
               200);
    hang_up(house_text("id"));
    place(429);
}

static void test_waits_in_vain(void **state)
{
    const char *id;

    (void)state;
    limit_trunk("{\"channels\":1,\"waitMs\":30}");
    id = placed();
    place(429);
    assert_string_equal(house_text("errors/0/code"), "limit.channels");
    assert_non_null(strstr(house_text("errors/0/message"), "waited"));
    hang_up(id);
}

static void test_waits(void **state)
{
    (void)state;
    limit_trunk("{\"callsPerSecond\":20,\"burst\":1,\"waitMs\":5000}");
    for (int i = 0; i < 6; i++)
        hang_up(placed());
}

/* What is counted of a trunk is the contract's metrics, too. */
static void test_calls_of_a_trunk_are_shown(void **state)
{
    const char *id;

    (void)state;
    id = placed();
    expect(house_send(TOKEN_ADMIN, "GET", EDGES "/trunks/" TRUNK_A "/metrics", NULL, NULL), 200);
    assert_int_equal(house_number("calls/outboundCallCount"), 1);
    assert_int_equal(house_number("calls/inboundCallCount"), 0);
    assert_string_equal(house_text("trunk/id"), TRUNK_A);
    hang_up(id);
    expect(house_send(TOKEN_ADMIN, "GET", EDGES "/trunks/metrics?trunkIds=" TRUNK_A "," TRUNK_A,
                      NULL, NULL),
           200);
    assert_int_equal(house_number("1/calls/outboundCallCount"), 0);
    expect(house_send(TOKEN_ADMIN, "GET", EDGES "/trunks/metrics?trunkIds=x," TRUNK_A ",y", NULL,
                      NULL),
           404);
    assert_string_equal(house_text("errors/0/found"), "x");
    assert_string_equal(house_text("errors/1/found"), "y");
    expect(house_send(TOKEN_ADMIN, "GET", EDGES "/trunks/metrics", NULL, NULL), 400);
    assert_string_equal(house_text("errors/0/code"), "request.missing_parameter");
    expect(house_send(TOKEN_ADMIN, "GET", EDGES "/trunks/x/metrics", NULL, NULL), 404);
}

/* ------------------------------------------------------------------ of the tenant and its clients */

static void limit_tenant(const char *rest)
{
    char body[600];

    expect(house_send(TOKEN_ADMIN, "GET", LIMITS, NULL, NULL), 200);
    (void)snprintf(body, sizeof(body), "{\"version\":%lld,%s}", house_number("version"), rest);
    expect(house_send(TOKEN_ADMIN, "PUT", LIMITS, NULL, body), 200);
}

static void test_set_and_shown(void **state)
{
    (void)state;
    expect(house_send(TOKEN_ADMIN, "GET", LIMITS, NULL, NULL), 200);
    assert_int_equal(house_number("version"), 0);
    assert_int_equal(house_number("channels"), 0);
    limit_tenant("\"callsPerSecond\":100,\"burst\":7,\"channels\":50,\"waitMs\":20,"
                 "\"maxDurationMs\":60000,\"sameNumber\":{\"calls\":3,\"periodSeconds\":60},"
                 "\"classes\":[{\"classification\":\"National dear\",\"maxDurationMs\":5000}],"
                 "\"clients\":[{\"id\":\"*\",\"channels\":9},{\"id\":\"" CLIENT_A
                 "\",\"callsPerSecond\":4,\"waitMs\":1}]");
    assert_int_equal(house_number("version"), 1);
    hang_up(placed());
    expect(house_send(TOKEN_ADMIN, "GET", LIMITS, NULL, NULL), 200);
    assert_int_equal(house_number("callsPerSecond"), 100);
    assert_int_equal(house_number("burst"), 7);
    assert_int_equal(house_number("channels"), 50);
    assert_int_equal(house_number("waitMs"), 20);
    assert_int_equal(house_number("maxDurationMs"), 60000);
    assert_int_equal(house_number("sameNumber/calls"), 3);
    assert_int_equal(house_number("sameNumber/periodSeconds"), 60);
    assert_string_equal(house_text("classes/0/classification"), "National dear");
    assert_int_equal(house_number("classes/0/maxDurationMs"), 5000);
    assert_string_equal(house_text("clients/0/id"), "*");
    assert_int_equal(house_number("clients/0/channels"), 9);
    assert_int_equal(house_number("clients/1/callsPerSecond"), 4);
    assert_int_equal(house_number("counters/tenant/calls"), 0);
    assert_int_equal(house_number("counters/tenant/admitted"), 1);
    assert_int_equal(house_number("counters/clients/0/callsPerSecond"), 4);
    assert_int_equal(house_number("counters/clients/0/admitted"), 1);
    assert_string_equal(house_text("counters/trunks/0/name"), "trunk");
    assert_int_equal(house_number("counters/trunks/0/admitted"), 1);
    expect(house_send(TOKEN_ADMIN, "PUT", LIMITS, NULL, "{\"version\":0}"), 409);
    assert_string_equal(house_text("errors/0/code"), "version.conflict");
    expect(house_send(TOKEN_ANN, "PUT", LIMITS, NULL, "{\"version\":1}"), 403);
    expect(house_send(TOKEN_CY_ADMIN, "GET", LIMITS, NULL, NULL), 200);
    assert_int_equal(house_number("version"), 0); /* another tenant's */
    assert_int_equal(house_number("counters/tenant/admitted"), 0);
}

static void test_bad_limits(void **state)
{
    static const struct {
        const char *body, *code, *pointer;
    } cases[] = {
        {"{\"version\":0,\"sameNumber\":{\"calls\":1}}", "limit.half_same_number",
         "/sameNumber/periodSeconds"},
        {"{\"version\":0,\"sameNumber\":{\"periodSeconds\":1}}", "limit.half_same_number",
         "/sameNumber/calls"},
        {"{\"version\":0,\"clients\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"a\"}]}",
         "limit.twice", "/clients/2/id"},
        {"{\"version\":0,\"classes\":[{\"classification\":\"a\\nb\",\"maxDurationMs\":1000}]}",
         "limit.bad_name", "/classes/0/classification"},
        {"{\"version\":0,\"waitMs\":30001}", "body.too_large_number", "/waitMs"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        expect(house_send(TOKEN_ADMIN, "PUT", LIMITS, NULL, cases[i].body), 400);
        if (strncmp(cases[i].code, "limit.", 6) == 0)
            assert_string_equal(house_text("errors/0/code"), cases[i].code);
        assert_string_equal(house_text("errors/0/pointer"), cases[i].pointer);
    }
}

static void test_tenant_and_client(void **state)
{
    const char *id;

    (void)state;
    limit_tenant("\"channels\":1");
    id = placed();
    place(429);
    assert_string_equal(house_text("errors/0/found"),
                        "the tenant: 1 of 1 channels in use, 0 calls waiting");
    limit_tenant("\"channels\":5,\"clients\":[{\"id\":\"*\",\"channels\":1}]");
    place(429);
    assert_string_equal(house_text("errors/0/found"),
                        "client " CLIENT_A ": 1 of 1 channels in use, 0 calls waiting");
    limit_tenant("\"channels\":5,\"clients\":[{\"id\":\"*\",\"channels\":1},{\"id\":\"" CLIENT_A
                 "\",\"channels\":2}]");
    hang_up(placed());
    hang_up(id);
}

static void test_same_number(void **state)
{
    (void)state;
    limit_tenant("\"sameNumber\":{\"calls\":2,\"periodSeconds\":3600}");
    hang_up(placed());
    hang_up(placed());
    expect(house_send(TOKEN_CLIENT, "POST", AGENTLESS "?validateOnly=true", NULL, CALL), 200);
    place(429);
    assert_string_equal(house_text("errors/0/code"), "limit.same_number");
    assert_string_equal(house_header("Retry-After"), "");
    assert_non_null(strstr(house_text("errors/0/found"), "2 calls to it within 3600 s"));
    expect(house_send(TOKEN_CLIENT, "POST", AGENTLESS, NULL,
                      "{\"phoneNumber\":\"+6591234568\",\"callerId\":\"+6534567890\"}"),
           200);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, house_open, house_close)
    const struct CMUnitTest tests[] = {
        /* a house each: nothing is left in its buckets */
        TEST(test_channels),
        TEST(test_calls_per_second),
        TEST(test_what_does_not_count),
        TEST(test_waits_in_vain),
        TEST(test_waits),
        TEST(test_calls_of_a_trunk_are_shown),
        TEST(test_set_and_shown),
        TEST(test_bad_limits),
        TEST(test_tenant_and_client),
        TEST(test_same_number),
    };

    return cmocka_run_group_tests_name("api limits", tests, NULL, NULL);
}
