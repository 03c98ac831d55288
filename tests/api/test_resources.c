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

/* A path of the description with tenant A's ids in it, and "?sortBy=" behind. */
static void path_of(char *dst, size_t size, const char *path)
{
    const char *hole = strchr(path, '{'), *rest = hole ? strchr(hole, '}') + 1 : "";

    (void)snprintf(dst, size, "%.*s%s%s?sortBy=", hole ? (int)(hole - path) : (int)strlen(path),
                   path,
                   !hole                               ? ""
                   : strncmp(hole, "{edgeId}", 8) == 0 ? EDGE_A
                                                       : SITE_A,
                   rest);
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
        path_of(path, sizeof(path), all[i].path);
        (void)snprintf(by, sizeof(by), "%s-", path);
        house_admin("GET", by, NULL, 200);
        (void)snprintf(by, sizeof(by), "%s", house_text("warnings/0/expected") + strlen("one of "));
        for (char *name = strtok(by, ", "), one[480]; name; name = strtok(NULL, ", ")) {
            (void)snprintf(one, sizeof(one), "%s%s", path, name);
            house_admin("GET", one, NULL, 200);
            assert_int_equal(house_count("warnings"), 0);
        }
    }
    assert_true(lists >= 15);
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

/* ------------------------------------------------------------------ phones */

#define PHONES EDGES "/phones"

static void test_a_phone_is_a_station(void **state)
{
    char id[40], path[100], line[100], station[100], body[300];

    (void)state;
    house_admin("POST", PHONES,
                "{\"name\":\"Desk\",\"description\":\"window\",\"lines\":[{\"name\":\"x\"}],"
                "\"sip\":{\"uri\":\"sip:desk@192.0.2.20\",\"authUser\":\"me\","
                "\"authPassword\":\"s3cret\"}}",
                200);
    assert_null(strstr(house_last()->text, "s3cret"));
    assert_string_equal(house_text("warnings/0/pointer"), "/lines");
    assert_string_equal(house_text("site/id"), SITE_A);
    (void)snprintf(id, sizeof(id), "%s", house_text("id"));
    (void)snprintf(path, sizeof(path), "%s", house_text("selfUri"));
    (void)snprintf(line, sizeof(line), "%s", house_text("lines/0/selfUri"));
    (void)snprintf(station, sizeof(station), "/api/v2/stations/%s", id);
    house_admin("GET", line, NULL, 200);
    assert_string_equal(house_text("name"), "Desk");
    house_admin("GET", station, NULL, 200);
    assert_string_equal(house_text("sipUri"), "sip:desk@192.0.2.20");
    assert_string_equal(house_text("lineAppearanceId"), id);
    house_admin("GET", PHONES "?name=Desk&phone_hardwareId=7", NULL, 200);
    assert_int_equal(house_number("total"), 1);
    assert_string_equal(house_text("warnings/0/pointer"), "?phone_hardwareId");

    /* changed from its version; a password that is not sent stays, but not without its user */
    house_admin("PUT", path,
                "{\"name\":\"Desk\",\"version\":1,"
                "\"sip\":{\"uri\":\"sip:desk@192.0.2.21\",\"authUser\":\"me\"}}",
                200);
    assert_int_equal(
        json_is_true(json_object_get(json_object_get(house_last()->body, "sip"), "hasPassword")),
        1);
    assert_string_equal(house_text("description"), "(none)");
    house_admin("PUT", path,
                "{\"name\":\"Desk\",\"version\":1,\"sip\":{\"uri\":\"sip:desk@192.0.2.21\"}}", 409);
    house_refused("version.conflict", "/version");
    house_admin("PUT", path,
                "{\"name\":\"Desk\",\"version\":2,\"sip\":{\"uri\":\"sip:desk@192.0.2.21\"}}", 200);
    assert_int_equal(
        json_is_false(json_object_get(json_object_get(house_last()->body, "sip"), "hasPassword")),
        1);

    /* what a user has, or an extension rings, is not deleted */
    (void)snprintf(body, sizeof(body), "/api/v2/users/" BOB "/station/associatedstation/%s", id);
    house_admin("PUT", body, NULL, 202);
    house_admin("DELETE", path, NULL, 409);
    house_refused("telephony.in_use", "{phoneId}");
    assert_string_equal(house_text("errors/0/found"), "used by user \"Bob\"");
    house_admin("DELETE", "/api/v2/users/" BOB "/station/associatedstation", NULL, 202);
    house_admin("DELETE", path, NULL, 200);
    house_admin("GET", station, NULL, 404);
    house_admin("DELETE", PHONES "/" STATION_A, NULL, 409); /* Ann's default */
    assert_string_equal(house_text("errors/0/found"), "used by user \"Ann\"");
    house_admin("GET", "/api/v2/ringwright/audit?pageSize=1", NULL, 200);
    assert_string_equal(house_text("entities/0/action"), "phone.delete");
}

static void test_phones_are_judged(void **state)
{
    static const struct {
        const char *body, *code, *pointer;
        int status;
    } cases[] = {
        {"{\"name\":\"a\",\"sip\":{\"uri\":\"mailto:a@b\"},\"site\":{\"id\":\"none\"}}",
         "station.bad_uri", "/sip/uri", 400},
        {"{\"name\":\"a\",\"sip\":{\"uri\":\"mailto:a@b\"},\"site\":{\"id\":\"none\"}}",
         "phone.unknown_site", "/site/id", 400},
        {"{\"name\":\"a\",\"sip\":{\"uri\":\"sip:a@b\"},\"site\":{\"id\":\"" SITE_B "\"}}",
         "phone.unknown_site", "/site/id", 400},
        {"{\"name\":\"spare\",\"sip\":{\"uri\":\"sip:a@b\"}}", "telephony.name_taken", "/name",
         409},
        {"{\"name\":\"a\"}", "body.missing_member", "/sip", 400},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        house_admin("POST", PHONES, cases[i].body, cases[i].status);
        house_refused(cases[i].code, cases[i].pointer);
    }
    house_admin("POST", "/api/v2/stations", "{\"name\":\"spare\",\"sipUri\":\"sip:a@b\"}", 409);
    house_refused("telephony.name_taken", "/name");
}

static void test_a_site_with_phones_stays(void **state)
{
    char site[40], path[100], body[200];

    (void)state;
    house_admin("POST", SITES, "{\"name\":\"Annexe\"}", 200);
    (void)snprintf(site, sizeof(site), "%s", house_text("id"));
    (void)snprintf(path, sizeof(path), "%s", house_text("selfUri"));
    (void)snprintf(body, sizeof(body),
                   "{\"name\":\"Lift\",\"site\":{\"id\":\"%s\"},\"sip\":{\"uri\":\"sip:l@b\"}}",
                   site);
    house_admin("POST", PHONES, body, 200);
    assert_string_equal(house_text("site/id"), site);
    (void)snprintf(body, sizeof(body), "%s", house_text("selfUri"));
    house_admin("DELETE", path, NULL, 409);
    assert_string_equal(house_text("errors/0/found"), "used by phone \"Lift\"");
    house_admin("DELETE", body, NULL, 200);
    house_admin("DELETE", path, NULL, 200);
}

/* ------------------------------------------------------------------ extensions */

#define EXTENSION_POOLS EDGES "/extensionpools"
#define EXTENSIONS EDGES "/extensions"

static void test_extensions(void **state)
{
    char pool[100], extension[100];

    (void)state;
    house_admin("POST", EXTENSION_POOLS,
                "{\"name\":\"Floor\",\"startNumber\":\"2000\",\"endNumber\":\"2999\"}", 200);
    (void)snprintf(pool, sizeof(pool), "%s", house_text("selfUri"));
    house_admin("POST", EXTENSION_POOLS,
                "{\"name\":\"Short\",\"startNumber\":\"20\",\"endNumber\":\"29\"}", 200);
    house_admin("GET", EXTENSION_POOLS "?number=25&divisionId=x", NULL, 200);
    assert_string_equal(names(), "Short ");
    assert_string_equal(house_text("warnings/0/pointer"), "?divisionId");
    house_admin("GET", EXTENSION_POOLS, NULL, 200);
    assert_string_equal(names(), "Short Floor ");

    house_admin("POST", EXTENSIONS, "{\"number\":\"2001\",\"owner\":{\"id\":\"" BOB "\"}}", 200);
    (void)snprintf(extension, sizeof(extension), "%s", house_text("selfUri"));
    assert_string_equal(house_text("owner/selfUri"), "/api/v2/users/" BOB);
    assert_string_equal(house_text("extensionPool/selfUri"), pool);
    house_admin("POST", EXTENSIONS, "{\"number\":\"2001\",\"owner\":{\"id\":\"" ANN "\"}}", 409);
    house_refused("extension.taken", "/number");
    assert_string_equal(house_text("errors/0/found"), "2001, of user " BOB);
    house_admin("PUT", extension,
                "{\"version\":1,\"ownerType\":\"PHONE\",\"owner\":{\"id\":\"" SPARE_A "\"}}", 200);
    assert_string_equal(house_text("ownerType"), "PHONE");
    assert_string_equal(house_text("owner/selfUri"), PHONES "/" SPARE_A);
    house_admin("PUT", extension, "{\"version\":1,\"owner\":{\"id\":\"" BOB "\"}}", 409);
    house_refused("version.conflict", "/version");
    house_admin("GET", EXTENSIONS "?number=2001", NULL, 200);
    assert_int_equal(house_number("total"), 1);
    house_admin("DELETE", PHONES "/" SPARE_A, NULL, 409);
    assert_string_equal(house_text("errors/0/found"), "used by extension \"2001\"");

    /* a pool keeps the extensions that somebody has */
    house_admin(
        "PUT", pool,
        "{\"name\":\"Floor\",\"version\":1,\"startNumber\":\"2002\",\"endNumber\":\"2999\"}", 409);
    house_refused("telephony.in_use", "{extensionPoolId}");
    house_admin(
        "PUT", pool,
        "{\"name\":\"Floor\",\"version\":1,\"startNumber\":\"2000\",\"endNumber\":\"3999\"}", 200);
    house_admin("DELETE", pool, NULL, 409);
    house_admin("DELETE", extension, NULL, 200);
    house_admin("GET", extension, NULL, 404);
    house_admin("DELETE", pool, NULL, 200);
}

static void test_extensions_are_judged(void **state)
{
    static const struct {
        const char *path, *body, *code, *pointer;
        int status;
    } cases[] = {
        {EXTENSION_POOLS, "{\"name\":\"x\",\"startNumber\":\"1\",\"endNumber\":\"20\"}",
         "extensionpool.bad_range", "/endNumber", 400},
        {EXTENSION_POOLS, "{\"name\":\"x\",\"startNumber\":\"21\",\"endNumber\":\"20\"}",
         "extensionpool.bad_range", "/endNumber", 400},
        {EXTENSION_POOLS, "{\"name\":\"x\",\"startNumber\":\"1a\",\"endNumber\":\"20\"}",
         "body.bad_format", "/startNumber", 400},
        {EXTENSION_POOLS, "{\"name\":\"x\",\"startNumber\":\"15\",\"endNumber\":\"20\"}",
         "extensionpool.overlap", "/startNumber", 409},
        {EXTENSION_POOLS, "{\"name\":\"Short\",\"startNumber\":\"55\",\"endNumber\":\"56\"}",
         "telephony.name_taken", "/name", 409},
        {EXTENSIONS, "{\"number\":\"2001\",\"owner\":{\"id\":\"" CY "\"}}", "extension.no_pool",
         "/number", 400},
        {EXTENSIONS, "{\"number\":\"2001\",\"owner\":{\"id\":\"" CY "\"}}",
         "extension.unknown_owner", "/owner/id", 400},
        {EXTENSIONS,
         "{\"number\":\"21\",\"ownerType\":\"PHONE\",\"owner\":{\"id\":\"" STATION_B "\"}}",
         "extension.unknown_owner", "/owner/id", 400},
        {EXTENSIONS, "{\"number\":\"2x\",\"owner\":{\"id\":\"" BOB "\"}}", "body.bad_format",
         "/number", 400},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        house_admin("POST", cases[i].path, cases[i].body, cases[i].status);
        house_refused(cases[i].code, cases[i].pointer);
    }
    assert_int_equal(house_send(TOKEN_ANN, "POST", EXTENSIONS, NULL, cases[5].body)->status, 403);
}

/* A deleted user's extensions are free again. */
static void test_extensions_end_with_their_user(void **state)
{
    char user[100], body[200];

    (void)state;
    house_admin("POST", "/api/v2/users",
                "{\"name\":\"Dee\",\"email\":\"dee@a.example\",\"state\":\"active\"}", 200);
    (void)snprintf(user, sizeof(user), "/api/v2/users/%s", house_text("id"));
    (void)snprintf(body, sizeof(body), "{\"number\":\"22\",\"owner\":{\"id\":\"%s\"}}",
                   house_text("id"));
    house_admin("POST", EXTENSIONS, body, 200);
    house_admin("DELETE", user, NULL, 200);
    house_admin("GET", EXTENSIONS "?number=22", NULL, 200);
    assert_int_equal(house_number("total"), 0);
}

/* ------------------------------------------------------------------ the same, seen from elsewhere */

static void test_views(void **state)
{
    (void)state;
    house_admin("GET", EDGES "/outboundroutes?name=all", NULL, 200);
    assert_string_equal(house_text("entities/0/site/id"), SITE_A);
    house_admin("GET", EDGES "/" EDGE_A "/trunks", NULL, 200);
    assert_string_equal(house_text("entities/0/id"), TRUNK_A);
    house_admin("GET", EDGES "/" EDGE_A "/trunks?trunkType=PHONE", NULL, 200);
    assert_int_equal(house_number("total"), 0);
    house_admin("PUT", EDGES "/" EDGE_A,
                "{\"name\":\"edge\",\"version\":1,\"description\":\"rack 3\"}", 200);
    house_admin("GET", EDGES "/" EDGE_A, NULL, 200);
    assert_string_equal(house_text("description"), "rack 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_are_ordered),
        cmocka_unit_test(test_links_keep_the_query),
        cmocka_unit_test(test_every_order),
        cmocka_unit_test(test_a_plan_by_expression),
        cmocka_unit_test(test_a_number_belongs_to_one_tenant),
        cmocka_unit_test(test_a_phone_is_a_station),
        cmocka_unit_test(test_phones_are_judged),
        cmocka_unit_test(test_a_site_with_phones_stays),
        cmocka_unit_test(test_extensions),
        cmocka_unit_test(test_extensions_are_judged),
        cmocka_unit_test(test_extensions_end_with_their_user),
        cmocka_unit_test(test_views),
    };

    return cmocka_run_group_tests_name("api resources", tests, house_open, house_close);
}
