/* Outbound routes over the API: who calls, which number is shown, which trunk is asked first. */
#include "house.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EDGES "/api/v2/telephony/providers/edges"
#define BASES EDGES "/trunkbasesettings"
#define NUMBERS EDGES "/" EDGE_A "/phoneNumbers"
#define EXPLAIN EDGES "/outboundroutes/explain"

static char routes[200];
static char one[40], two[40]; /* trunks */

static void make_trunk(const char *name, const char *host, char id[40])
{
    char body[200];

    (void)snprintf(body, sizeof(body), "{\"name\":\"%s\",\"sip\":{\"host\":\"%s\"}}", name, host);
    house_admin("POST", BASES, body, 200);
    (void)snprintf(id, 40, "%s", house_text("id"));
}

/* The members of a route named so, with members of its own. Its path. */
static const char *make_route(const char *name, const char *members)
{
    static char path[240];
    char body[600];

    (void)snprintf(body, sizeof(body), "{\"name\":\"%s\",%s}", name, members);
    house_admin("POST", routes, body, 200);
    (void)snprintf(path, sizeof(path), "%s", house_text("selfUri"));
    return path;
}

static int setup(void **state)
{
    if (house_open(state))
        return -1;
    (void)snprintf(routes, sizeof(routes), EDGES "/sites/" SITE_A "/outboundroutes");
    make_trunk("One", "198.51.100.1", one);
    make_trunk("Two", "198.51.100.2", two);
    house_admin("POST", NUMBERS, "{\"phoneNumber\":\"+442079460000\",\"id\":\"uk\"}", 200);
    return 0;
}

/* What call() says of who is shown; NULL: nothing. */
static int call(const char *to, const char *from)
{
    char body[200];

    if (from)
        (void)snprintf(body, sizeof(body), "{\"phoneNumber\":\"%s\",\"callerId\":\"%s\"}", to,
                       from);
    else
        (void)snprintf(body, sizeof(body), "{\"phoneNumber\":\"%s\"}", to);
    return house_send(TOKEN_CLIENT, "POST", "/api/v2/conversations/calls/user/" BOB, NULL, body)
        ->status;
}

static void test_a_route_shows_its_number(void **state)
{
    char path[240], members[300];

    (void)state;
    (void)snprintf(members, sizeof(members),
                   "\"prefixes\":[\"+44\"],\"callerPrefixes\":[\"+44\"],\"callerId\":\"+44 20 7946 "
                   "0000\",\"externalTrunkBases\":[{\"id\":\"%s\"}]",
                   one);
    (void)snprintf(path, sizeof(path), "%s", make_route("UK", members));
    assert_string_equal(house_text("callerId"), "+442079460000");
    assert_string_equal(house_text("callerPrefixes/0"), "+44");

    assert_int_equal(call("+442079461111", NULL), 200);
    assert_non_null(strstr(house.invited, "198.51.100.1"));
    /* another number is shown by the next route */
    assert_int_equal(call("+442079461111", "+6534567890"), 200);
    assert_non_null(strstr(house.invited, "192.0.2.1"));

    house_admin("GET", EXPLAIN "?to=+442079461111", NULL, 200);
    assert_string_equal(house_text("callerId/chosenBy"), "route");
    assert_string_equal(house_text("callerId/number"), "+442079460000");
    house_admin("GET", EXPLAIN "?to=+442079461111&from=+6534567890", NULL, 200);
    assert_string_equal(house_text("routes/0/why"), "it takes calls that show other numbers: 44");
    assert_string_equal(house_text("routes/0/trunk/id"), "(none)");
    assert_string_equal(house_text("routes/1/why"), "asked first");

    /* what a route shows is not taken away under it */
    house_admin("DELETE", NUMBERS "/+442079460000", NULL, 409);
    house_refused("telephony.in_use", "{phoneNumber}");
    assert_string_equal(house_text("errors/0/found"), "used by outbound route \"UK\"");
    house_admin("DELETE", path, NULL, 200);
}

/* Nor is it when it came with others. */
static void test_a_route_keeps_the_pool_of_its_number(void **state)
{
    static const char pool_body[] = "{\"name\":\"Bureau\",\"version\":%d,\"startPhoneNumber\":"
                                    "\"+442079461200\",\"endPhoneNumber\":\"+44207946120%d\"}";
    char pool[200], route[240], body[200];

    (void)state;
    (void)snprintf(body, sizeof(body), pool_body, 0, 5);
    house_admin("POST", EDGES "/didpools", body, 200);
    (void)snprintf(pool, sizeof(pool), EDGES "/didpools/%s", house_text("id"));
    (void)snprintf(route, sizeof(route), "%s",
                   make_route("Bureau", "\"prefixes\":[\"+44\"],\"callerId\":\"+442079461204\""));
    (void)snprintf(body, sizeof(body), pool_body, 1, 3);
    house_admin("PUT", pool, body, 409);
    house_refused("telephony.in_use", "{didPoolId}");
    house_admin("DELETE", pool, NULL, 409);
    assert_string_equal(house_text("errors/0/found"), "used by outbound route \"Bureau\"");
    (void)snprintf(body, sizeof(body), pool_body, 1, 4);
    house_admin("PUT", pool, body, 200);
    house_admin("DELETE", route, NULL, 200);
    house_admin("DELETE", pool, NULL, 200);
}

static void test_callers_are_refused_where_no_route_is_for_them(void **state)
{
    char path[240], body[400];

    (void)state;
    (void)snprintf(body, sizeof(body),
                   "{\"name\":\"all\",\"version\":1,\"callerPrefixes\":[\"+44\",\"+6534567899\"],"
                   "\"externalTrunkBases\":[{\"id\":\"%s\"}]}",
                   TRUNK_A);
    (void)snprintf(path, sizeof(path), "%s/route-a", routes);
    house_admin("PUT", path, body, 200);
    house_judge(TOKEN_ANN, "{\"phoneNumber\":\"+6591234567\",\"callerId\":\"+6534567890\"}");
    assert_int_equal(house_last()->status, 403);
    house_refused("caller.not_on_route", "/callerId");
    assert_string_equal(house_text("errors/0/suggestion"), "+442079460000");
    assert_string_equal(house_text("errors/0/expected"), "one of +442079460000");
    assert_string_equal(house_text("missingFact/what"), "the number to show");
    house_admin(
        "PUT", path,
        "{\"name\":\"all\",\"version\":2,\"externalTrunkBases\":[{\"id\":\"" TRUNK_A "\"}]}", 200);
    house_admin("GET", path, NULL, 200);
    assert_string_equal(house_text("callerId"), "(none)");
    assert_int_equal(house_count("callerPrefixes"), 0);
}

static void test_trunks_have_weights(void **state)
{
    unsigned first = 0, second = 0;
    char members[300];

    (void)state;
    (void)snprintf(members, sizeof(members),
                   "\"prefixes\":[\"+81\"],\"distribution\":\"WEIGHTED\",\"externalTrunkBases\":[{"
                   "\"id\":\"%s\",\"weight\":1},{\"id\":\"%s\",\"weight\":3}]",
                   one, two);
    make_route("Japan", members);
    assert_int_equal(house_number("externalTrunkBases/1/weight"), 3);
    for (int i = 0; i < 60; i++) {
        assert_int_equal(call("+81312345678", "+6534567890"), 200);
        first += strstr(house.invited, "198.51.100.1") != NULL;
        second += strstr(house.invited, "198.51.100.2") != NULL;
    }
    assert_int_equal(first + second, 60);
    assert_true(first > 2 && second > 25); /* missed in one run of a million */
    house_admin("GET", EXPLAIN "?to=+81312345678&from=+6534567890", NULL, 200);
    assert_string_equal(house_text("routes/0/why"),
                        "asked first, unless the trunks of the route are drawn in another order");
}

/* 22 November 2026 is a Sunday. */
static void test_a_route_has_hours(void **state)
{
    char path[240], members[400];

    (void)state;
    (void)snprintf(
        members, sizeof(members),
        "\"prefixes\":[\"+49\"],\"callableTime\":{\"timeZoneId\":\"UTC\",\"timeSlots\":[{"
        "\"day\":1,\"startTime\":\"09:00\",\"stopTime\":\"18:00:30\"}]},"
        "\"externalTrunkBases\":[{\"id\":\"%s\"}]",
        one);
    (void)snprintf(path, sizeof(path), "%s", make_route("Office", members));
    assert_string_equal(house_text("callableTime/timeZoneId"), "UTC");
    assert_int_equal(house_number("callableTime/timeSlots/0/day"), 1);
    assert_string_equal(house_text("callableTime/timeSlots/0/startTime"), "09:00:00");
    assert_string_equal(house_text("callableTime/timeSlots/0/stopTime"), "18:00:30");
    house_admin("GET", EXPLAIN "?to=+4930123456&from=+6534567890&at=2026-11-22T23:00:00Z", NULL,
                200);
    assert_string_equal(house_text("at"), "2026-11-22T23:00:00.000Z");
    assert_string_equal(house_text("routes/0/why"),
                        "it is Sun 23:00 in UTC, and it opens Mon 09:00");
    assert_string_equal(house_text("trunks/0/name"), "trunk");
    house_admin("GET", EXPLAIN "?to=+4930123456&from=+6534567890&at=2026-11-23T23:00:00%2B08:00",
                NULL, 200);
    assert_string_equal(house_text("trunks/0/name"), "One");
    house_admin("GET", EXPLAIN "?to=+4930123456&at=yesterday", NULL, 400);
    house_refused("request.bad_parameter", "?at");
    house_admin("GET", EXPLAIN "?to=+49%00", NULL, 400);
    house_refused("request.bad_parameter", "?to");
    house_admin("PUT", path, "{\"name\":\"Office\",\"version\":1}", 200);
    assert_string_equal(house_text("callableTime/timeZoneId"), "(none)");
    house_admin("DELETE", path, NULL, 200);
}

/* A zone that nobody has is refused with the one that was meant, where the machine's list knows it. */
static void test_a_zone_may_be_meant(void **state)
{
    (void)state;
    if (access("/usr/share/zoneinfo/zone.tab", R_OK) != 0)
        skip();
    house_admin(
        "POST", routes,
        "{\"name\":\"N\",\"callableTime\":{\"timeZoneId\":\"singapore\",\"timeSlots\":[{\"day\":"
        "1,\"startTime\":\"09:00\",\"stopTime\":\"10:00\"}]}}",
        400);
    house_refused("route.unknown_zone", "/callableTime/timeZoneId");
    assert_string_equal(house_text("errors/0/suggestion"), "Asia/Singapore");
}

static void test_what_is_wrong_with_a_route_is_told(void **state)
{
    static const struct {
        const char *members, *code, *pointer;
    } cases[] = {
        {"\"callerPrefixes\":[\"+65\",\"65\"]", "route.bad_prefix", "/callerPrefixes/1"},
        {"\"callerId\":\"6534567890\"", "address.missing_plus", "/callerId"},
        {"\"callerId\":\"+442079469999\"", "route.bad_caller_id", "/callerId"},
        {"\"callerId\":\"+6534567891\"", "route.bad_caller_id", "/callerId"}, /* inactive */
        {"\"callerId\":\"+6534567890\",\"callerPrefixes\":[\"+44\"]", "route.bad_caller_id",
         "/callerId"},
        {"\"callableTime\":{\"timeZoneId\":\"Moon/Base\",\"timeSlots\":[{\"day\":1,\"startTime\":"
         "\"09:00\",\"stopTime\":\"10:00\"}]}",
         "route.unknown_zone", "/callableTime/timeZoneId"},
        {"\"callableTime\":{\"timeZoneId\":\"../UTC\",\"timeSlots\":[{\"day\":1,\"startTime\":"
         "\"09:00\",\"stopTime\":\"10:00\"},{\"day\":7,\"startTime\":\"09:00\",\"stopTime\":"
         "\"09:00:00\"}]}",
         "route.bad_hours", "/callableTime/timeSlots/1"},
        {"\"distribution\":\"WEIGHED\"", "body.bad_enum", "/distribution"},
        {"\"externalTrunkBases\":[{\"id\":\"" TRUNK_A "\",\"weight\":1001}]", "body.out_of_range",
         "/externalTrunkBases/0/weight"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char body[300];

        (void)snprintf(body, sizeof(body), "{\"name\":\"N\",%s}", cases[i].members);
        house_admin("POST", routes, body, 400);
        house_refused(cases[i].code, cases[i].pointer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_route_shows_its_number),
        cmocka_unit_test(test_a_route_keeps_the_pool_of_its_number),
        cmocka_unit_test(test_callers_are_refused_where_no_route_is_for_them),
        cmocka_unit_test(test_trunks_have_weights),
        cmocka_unit_test(test_a_route_has_hours),
        cmocka_unit_test(test_a_zone_may_be_meant),
        cmocka_unit_test(test_what_is_wrong_with_a_route_is_told),
    };

    return cmocka_run_group_tests(tests, setup, house_close);
}
