/* What the resources of telephony have in common, and the smaller ones among them. */
#include "house.h"

#include "api/router.h"

#include <stdlib.h>
#include <string.h>

#define EDGES "/api/v2/telephony/providers/edges"
#define SITES EDGES "/sites"

/* ------------------------------------------------------------------ lists */

static void make_site(const char *name)
{
    char body[80];

    (void)snprintf(body, sizeof(body), "{\"name\":\"%s\"}", name);
    house_admin("POST", SITES, body, 200);
}

/* The names of the entries of the last answer, each with a space behind. */
static const char *names(void)
{
    static char text[400];

    text[0] = '\0';
    for (size_t i = 0; i < house_count("entities"); i++) {
        char path[40];
        size_t n = strlen(text);

        (void)snprintf(path, sizeof(path), "entities/%zu/name", i);
        (void)snprintf(text + n, sizeof(text) - n, "%s ", house_text(path));
    }
    return text;
}

static void test_lists_are_ordered(void **state)
{
    (void)state;
    make_site("Zurich");
    make_site("aarau");
    make_site("Basel");
    house_admin("GET", SITES "?sortBy=name", NULL, 200);
    assert_string_equal(names(), "aarau Basel site Zurich ");
    house_admin("GET", SITES "?sortBy=NAME&sortOrder=descending", NULL, 200);
    assert_string_equal(names(), "Zurich site Basel aarau ");
    house_admin("GET", SITES "?sortOrder=desc&pageSize=3", NULL, 200);
    assert_string_equal(names(), "Basel aarau Zurich ");
    assert_false(house_warns("request.ignored_parameter"));
    house_admin("GET", SITES "?sortBy=colour", NULL, 200);
    assert_string_equal(names(), "site Zurich aarau Basel ");
    assert_true(house_warns("request.ignored_parameter"));
    assert_string_equal(house_text("warnings/0/pointer"), "?sortBy");
    assert_string_equal(house_text("warnings/0/found"), "colour");
    assert_string_equal(house_text("warnings/0/expected"),
                        "one of id, name, dateCreated, dateModified");
    house_admin("GET", SITES "?sortOrder=up", NULL, 400);
    house_refused("request.bad_parameter", "?sortOrder");
    house_admin("GET", SITES "?managed=true", NULL, 200);
    assert_string_equal(house_text("warnings/0/pointer"), "?managed");
}

static void test_links_keep_the_query(void **state)
{
    (void)state;
    house_admin("GET", SITES "?sortBy=name&pageNumber=2&name=site&pageSize=1&sortOrder=asc", NULL,
                200);
    assert_string_equal(house_text("previousUri"),
                        SITES "?pageSize=1&pageNumber=1&sortBy=name&name=site&sortOrder=asc");
    house_admin("GET", house_text("firstUri"), NULL, 200);
    assert_string_equal(names(), "site ");
}

/* Each list that says it can be ordered is, by each member that it then names. */
static void test_every_order(void **state)
{
    const struct rw_operation *all;
    size_t count = rw_router_operations(&all), lists = 0;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        char path[200], by[240];
        bool ordered = false;

        for (uint32_t q = 0; q < all[i].query_count; q++)
            ordered |= strcmp(all[i].query[q].name, "sortBy") == 0;
        if (!ordered)
            continue;
        lists++;
        if (strchr(all[i].path, '{'))
            (void)snprintf(path, sizeof(path), SITES "/" SITE_A "/outboundroutes?sortBy=");
        else
            (void)snprintf(path, sizeof(path), "%s?sortBy=", all[i].path);
        (void)snprintf(by, sizeof(by), "%s-", path);
        house_admin("GET", by, NULL, 200);
        (void)snprintf(by, sizeof(by), "%s", house_text("warnings/0/expected") + strlen("one of "));
        for (char *name = strtok(by, ", "), one[480]; name; name = strtok(NULL, ", ")) {
            (void)snprintf(one, sizeof(one), "%s%s", path, name);
            house_admin("GET", one, NULL, 200);
            assert_int_equal(house_count("warnings"), 0);
        }
    }
    assert_true(lists >= 7);
}

/* ------------------------------------------------------------------ number plans */

#define PLANS SITES "/" SITE_A "/numberplans"
#define ROUTE SITES "/" SITE_A "/outboundroutes/route-a"

static void test_a_plan_by_expression(void **state)
{
    (void)state;
    house_admin(
        "PUT", PLANS,
        "[{\"name\":\"Mobile\",\"matchType\":\"regex\",\"match\":\"^\\\\+65[89]\\\\d{7}$\","
        "\"classification\":\"Mobile\"},{\"name\":\"Home\",\"matchType\":\"intraCountryCode\","
        "\"match\":\"65\",\"classification\":\"National\",\"normalizedFormat\":\"+$1\"}]",
        200);
    assert_string_equal(house_text("0/match"), "^\\+65[89]\\d{7}$");
    assert_string_equal(house_text("0/warnings/0/code"), "(none)");
    assert_string_equal(house_text("1/warnings/0/pointer"), "/1/normalizedFormat");
    house_admin("PUT", ROUTE,
                "{\"name\":\"all\",\"version\":1,\"classificationTypes\":[\"Mobile\"],"
                "\"externalTrunkBases\":[{\"id\":\"" TRUNK_A "\"}]}",
                200);
    assert_int_equal(house_judge(TOKEN_ANN, "{\"phoneNumber\":\"+6591234567\"}")->status, 200);
    assert_int_equal(house_judge(TOKEN_ANN, "{\"phoneNumber\":\"+6561234567\"}")->status, 409);
    house_admin("PUT", ROUTE,
                "{\"name\":\"all\",\"version\":2,"
                "\"externalTrunkBases\":[{\"id\":\"" TRUNK_A "\"}]}",
                200);
    house_admin("PUT", PLANS,
                "[{\"name\":\"x\",\"matchType\":\"regex\",\"classification\":\"X\","
                "\"match\":\"^\\\\+65(7|8\"}]",
                400);
    house_refused("numberplan.bad_pattern", "/0/match");
    assert_int_equal(house_number("errors/0/line"), 1);
    assert_int_equal(house_number("errors/0/column"), 70);
    house_admin("PUT", PLANS, "[]", 200);
}

/* ------------------------------------------------------------------ numbers of other tenants */

#define NUMBERS EDGES "/" EDGE_A "/phoneNumbers"
#define POOLS EDGES "/didpools"

static void test_a_number_belongs_to_one_tenant(void **state)
{
    (void)state;
    house_admin("POST", NUMBERS, "{\"phoneNumber\":\"+6534560000\"}", 409);
    house_refused("number.taken_elsewhere", "/phoneNumber");
    assert_string_equal(house_text("errors/0/found"), "+6534560000");
    assert_null(strstr(house_last()->text, NUMBER_B));
    assert_null(strstr(house_last()->text, TENANT_B));
    house_admin("POST", POOLS,
                "{\"name\":\"P\",\"startPhoneNumber\":\"+6534559990\","
                "\"endPhoneNumber\":\"+6534560009\"}",
                409);
    house_refused("number.taken_elsewhere", "/startPhoneNumber");
    house_admin("POST", POOLS,
                "{\"name\":\"P\",\"startPhoneNumber\":\"+6534560001\","
                "\"endPhoneNumber\":\"+6534560009\"}",
                200);
    assert_int_equal(house_send(TOKEN_CY_ADMIN, "POST", EDGES "/" EDGE_B "/phoneNumbers", NULL,
                                "{\"phoneNumber\":\"+6534560005\"}")
                         ->status,
                     409);
    house_refused("number.taken_elsewhere", "/phoneNumber");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_are_ordered),
        cmocka_unit_test(test_links_keep_the_query),
        cmocka_unit_test(test_every_order),
        cmocka_unit_test(test_a_plan_by_expression),
        cmocka_unit_test(test_a_number_belongs_to_one_tenant),
    };

    return cmocka_run_group_tests_name("api resources", tests, house_open, house_close);
}
