/*
 * Tenants apart: whatever has an id, tenant B asks for what is A's and for what never was, and gets the
 * same status and the same bytes. And nothing of A changes by it.
 */
#include "house.h"

#include <stdlib.h>
#include <string.h>

/* %s is the id: A's, or one that never was. Bodies as the operation needs them. */
static const struct {
    const char *method, *path, *of_a, *body;
} cases[] = {
    {"GET", "/api/v2/users/%s", BOB, NULL},
    {"PATCH", "/api/v2/users/%s", BOB, "{\"version\":1,\"name\":\"Eve\"}"},
    {"DELETE", "/api/v2/users/%s", BOB, NULL},
    {"GET", "/api/v2/users/%s/station", BOB, NULL},
    {"PUT", "/api/v2/users/%s/station/associatedstation/" STATION_B, BOB, NULL},
    {"PUT", "/api/v2/users/" CY "/station/associatedstation/%s", STATION_A, NULL},
    {"PUT", "/api/v2/users/" CY "/station/defaultstation/%s", STATION_A, NULL},
    {"DELETE", "/api/v2/users/%s/station/associatedstation", ANN, NULL},
    {"DELETE", "/api/v2/users/%s/station/defaultstation", ANN, NULL},
    {"GET", "/api/v2/stations/%s", STATION_A, NULL},
    {"DELETE", "/api/v2/stations/%s/associateduser", STATION_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/%s/phoneNumbers/+6534567890", EDGE_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/%s", EDGE_A, NULL},
    {"PUT", "/api/v2/telephony/providers/edges/%s", EDGE_A, "{\"version\":1,\"name\":\"x\"}"},
    {"GET", "/api/v2/telephony/providers/edges/trunks/%s", TRUNK_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/trunkbasesettings/%s", TRUNK_A, NULL},
    {"PUT", "/api/v2/telephony/providers/edges/trunkbasesettings/%s", TRUNK_A,
     "{\"version\":1,\"name\":\"x\",\"sip\":{\"host\":\"192.0.2.66\"}}"},
    {"DELETE", "/api/v2/telephony/providers/edges/trunkbasesettings/%s", TRUNK_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/%s/phoneNumbers", EDGE_A, NULL},
    {"POST", "/api/v2/telephony/providers/edges/%s/phoneNumbers", EDGE_A,
     "{\"phoneNumber\":\"+6531234567\"}"},
    {"PUT", "/api/v2/telephony/providers/edges/%s/phoneNumbers/+6534567890", EDGE_A,
     "{\"version\":1}"},
    {"DELETE", "/api/v2/telephony/providers/edges/%s/phoneNumbers/+6534567890", EDGE_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/dids/%s", NUMBER_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/didpools/%s", "pool", NULL},
    {"PUT", "/api/v2/telephony/providers/edges/didpools/%s", "pool",
     "{\"version\":1,\"name\":\"x\",\"startPhoneNumber\":\"+6531234560\","
     "\"endPhoneNumber\":\"+6531234569\"}"},
    {"DELETE", "/api/v2/telephony/providers/edges/didpools/%s", "pool", NULL},
    {"GET", "/api/v2/telephony/providers/edges/sites/%s", SITE_A, NULL},
    {"PUT", "/api/v2/telephony/providers/edges/sites/%s", SITE_A, "{\"version\":1,\"name\":\"x\"}"},
    {"DELETE", "/api/v2/telephony/providers/edges/sites/%s", SITE_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/sites/%s/outboundroutes", SITE_A, NULL},
    {"POST", "/api/v2/telephony/providers/edges/sites/%s/outboundroutes", SITE_A,
     "{\"name\":\"x\"}"},
    {"GET", "/api/v2/telephony/providers/edges/sites/%s/outboundroutes/route-a", SITE_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/sites/" SITE_B "/outboundroutes/%s", "route-a",
     NULL},
    {"PUT", "/api/v2/telephony/providers/edges/sites/" SITE_B "/outboundroutes/%s", "route-a",
     "{\"version\":1,\"name\":\"x\"}"},
    {"DELETE", "/api/v2/telephony/providers/edges/sites/" SITE_B "/outboundroutes/%s", "route-a",
     NULL},
    {"GET", "/api/v2/telephony/providers/edges/sites/%s/numberplans", SITE_A, NULL},
    {"PUT", "/api/v2/telephony/providers/edges/sites/%s/numberplans", SITE_A, "[]"},
    {"GET", "/api/v2/telephony/providers/edges/sites/%s/numberplans/classifications", SITE_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/sites/%s/numberplans/x", SITE_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/%s/trunks", EDGE_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/%s/doctor", EDGE_A, NULL},
    {"POST", "/api/v2/telephony/providers/edges/trunks/%s/test", TRUNK_A, "{}"},
    {"GET", "/api/v2/telephony/providers/edges/trunks/%s/metrics", TRUNK_A, NULL},
    {"DELETE", "/api/v2/ringwright/freezes/%s", CLIENT_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/phones/%s", STATION_A, NULL},
    {"PUT", "/api/v2/telephony/providers/edges/phones/%s", STATION_A,
     "{\"version\":1,\"name\":\"x\",\"sip\":{\"uri\":\"sip:x@192.0.2.66\"}}"},
    {"DELETE", "/api/v2/telephony/providers/edges/phones/%s", STATION_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/lines/%s", STATION_A, NULL},
    {"GET", "/api/v2/telephony/providers/edges/extensionpools/%s", "extension pool", NULL},
    {"PUT", "/api/v2/telephony/providers/edges/extensionpools/%s", "extension pool",
     "{\"version\":1,\"name\":\"x\",\"startNumber\":\"20\",\"endNumber\":\"29\"}"},
    {"DELETE", "/api/v2/telephony/providers/edges/extensionpools/%s", "extension pool", NULL},
    {"GET", "/api/v2/telephony/providers/edges/extensions/%s", "extension", NULL},
    {"PUT", "/api/v2/telephony/providers/edges/extensions/%s", "extension",
     "{\"version\":1,\"owner\":{\"id\":\"" CY "\"}}"},
    {"DELETE", "/api/v2/telephony/providers/edges/extensions/%s", "extension", NULL},
    {"GET", "/api/v2/oauth/clients/%s", CLIENT_A, NULL},
    {"PUT", "/api/v2/oauth/clients/%s", CLIENT_A,
     "{\"name\":\"x\",\"authorizedGrantType\":\"CLIENT-CREDENTIALS\"}"},
    {"DELETE", "/api/v2/oauth/clients/%s", CLIENT_A, NULL},
    {"POST", "/api/v2/oauth/clients/%s/secret", CLIENT_A, NULL},
    {"POST", "/api/v2/conversations/calls/user/%s", ANN, "{\"phoneNumber\":\"+6591234567\"}"},
    {"GET", "/api/v2/conversations/calls/%s", "conversation", NULL},
    {"PATCH", "/api/v2/conversations/calls/%s", "conversation", "{\"state\":\"disconnected\"}"},
    {"POST", "/api/v2/conversations/calls/%s", "conversation", "{\"callNumber\":\"+6591234567\"}"},
    {"GET", "/api/v2/conversations/%s", "conversation", NULL},
    {"POST", "/api/v2/conversations/%s/disconnect", "conversation", NULL},
    {"DELETE", "/api/v2/ringwright/tokens/%s", "token", NULL},
    {"GET", "/api/v2/ringwright/events?after=0&conversationId=%s", "conversation", NULL},
    {"GET", "/api/v2/ringwright/sip?after=0&conversationId=%s", "conversation", NULL},
};

static char conversation[40], token[40], pool[40], extension_pool[40], extension[40];

static const char *id_of_a(size_t i)
{
    if (strcmp(cases[i].of_a, "conversation") == 0)
        return conversation;
    if (strcmp(cases[i].of_a, "pool") == 0)
        return pool;
    if (strcmp(cases[i].of_a, "extension pool") == 0)
        return extension_pool;
    if (strcmp(cases[i].of_a, "extension") == 0)
        return extension;
    return strcmp(cases[i].of_a, "token") == 0 ? token : cases[i].of_a;
}

/* The path's %s replaced: the format is a constant of the table, but not one the compiler can see. */
static void fill(char *dst, size_t size, const char *path, const char *id)
{
    const char *hole = strstr(path, "%s");

    if (!hole)
        abort();
    (void)snprintf(dst, size, "%.*s%s%s", (int)(hole - path), path, id, hole + 2);
}

static void test_foreign_is_as_unknown(void **state)
{
    (void)state;
    house_send(TOKEN_ANN, "POST", "/api/v2/conversations/calls", NULL,
               "{\"phoneNumber\":\"+6591234567\"}");
    (void)snprintf(conversation, sizeof(conversation), "%s", house_text("id"));
    assert_int_equal(strlen(conversation), 36);
    house_send(TOKEN_ADMIN, "POST", "/api/v2/ringwright/tokens", NULL, "{\"userId\":\"" BOB "\"}");
    (void)snprintf(token, sizeof(token), "%s", house_text("id"));
    assert_int_equal(strlen(token), 36);
    house_send(TOKEN_ADMIN, "POST", "/api/v2/telephony/providers/edges/didpools", NULL,
               "{\"name\":\"Office\",\"startPhoneNumber\":\"+6531234560\","
               "\"endPhoneNumber\":\"+6531234569\"}");
    (void)snprintf(pool, sizeof(pool), "%s", house_text("id"));
    assert_int_equal(strlen(pool), 36);
    house_admin("POST", "/api/v2/telephony/providers/edges/extensionpools",
                "{\"name\":\"Floor\",\"startNumber\":\"20\",\"endNumber\":\"29\"}", 200);
    (void)snprintf(extension_pool, sizeof(extension_pool), "%s", house_text("id"));
    house_admin("POST", "/api/v2/telephony/providers/edges/extensions",
                "{\"number\":\"21\",\"owner\":{\"id\":\"" BOB "\"}}", 200);
    (void)snprintf(extension, sizeof(extension), "%s", house_text("id"));

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct house_answer *a;
        char foreign[200], unknown[200], *first;
        int status;

        fill(foreign, sizeof(foreign), cases[i].path, id_of_a(i));
        fill(unknown, sizeof(unknown), cases[i].path, NOBODY);
        a = house_send(TOKEN_CY_ADMIN, cases[i].method, foreign, "ININ-Correlation-Id: same\r\n",
                       cases[i].body);
        status = a->status;
        first = strdup(a->text);
        a = house_send(TOKEN_CY_ADMIN, cases[i].method, unknown, "ININ-Correlation-Id: same\r\n",
                       cases[i].body);
        if (a->status != status || strcmp(a->text, first) != 0)
            fail_msg("%s %s: %d %s\n%d %s", cases[i].method, foreign, status, first, a->status,
                     a->text);
        if (!strstr(foreign, "/ringwright/events") && !strstr(foreign, "/ringwright/sip"))
            assert_int_equal(status, 404);
        else
            assert_int_equal(house_count("entities"), 0);
        free(first);
    }
}

static void test_nothing_of_a_changed(void **state)
{
    (void)state;
    house_send(TOKEN_ADMIN, "GET", "/api/v2/users/" BOB, NULL, NULL);
    assert_string_equal(house_text("name"), "Bob");
    assert_int_equal(house_number("version"), 1);
    house_send(TOKEN_ADMIN, "GET", "/api/v2/oauth/clients/" CLIENT_A, NULL, NULL);
    assert_int_equal(house_number("version"), 1);
    house_send(TOKEN_ADMIN, "GET", "/api/v2/stations/" STATION_A, NULL, NULL);
    assert_int_equal(house_number("version"), 1);
    house_send(TOKEN_ANN, "GET", "/api/v2/conversations/calls", NULL, NULL);
    assert_int_equal(house_number("total"), 1);
}

static void test_lists_are_a_tenants_own(void **state)
{
    static const char *const lists[] = {"/api/v2/users",
                                        "/api/v2/stations",
                                        "/api/v2/telephony/providers/edges",
                                        "/api/v2/telephony/providers/edges/trunks",
                                        "/api/v2/telephony/providers/edges/sites",
                                        "/api/v2/telephony/providers/edges/dids",
                                        "/api/v2/telephony/providers/edges/didpools",
                                        "/api/v2/telephony/providers/edges/didpools/dids",
                                        "/api/v2/telephony/providers/edges/trunkbasesettings",
                                        "/api/v2/oauth/clients",
                                        "/api/v2/ringwright/tokens",
                                        "/api/v2/ringwright/audit",
                                        "/api/v2/conversations/calls"};
    static const char *const of_a[] = {ANN,     BOB,    STATION_A, SPARE_A,  EDGE_A,
                                       TRUNK_A, SITE_A, NUMBER_A,  CLIENT_A, conversation};

    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const struct house_answer *a = house_send(TOKEN_CY_ADMIN, "GET", lists[i], NULL, NULL);

        assert_int_equal(a->status, 200);
        for (size_t n = 0; n < sizeof(of_a) / sizeof(of_a[0]); n++)
            assert_null(strstr(a->text, of_a[n]));
    }
}

/* A body may name an id as well. */
static void test_ids_in_bodies(void **state)
{
    static const struct {
        const char *path, *format, *of_a;
    } bodies[] = {
        {"/api/v2/users", "{\"name\":\"x\",\"email\":\"x@b.example\",\"stationId\":\"%s\"}",
         STATION_A},
        {"/api/v2/stations", "{\"name\":\"x\",\"sipUri\":\"sip:x@192.0.2.1\",\"userId\":\"%s\"}",
         ANN},
        {"/api/v2/ringwright/tokens", "{\"userId\":\"%s\"}", ANN},
        {"/api/v2/telephony/providers/edges/sites/" SITE_B "/outboundroutes",
         "{\"name\":\"x\",\"externalTrunkBases\":[{\"id\":\"%s\"}]}", TRUNK_A},
        {"/api/v2/telephony/providers/edges/" EDGE_B "/phoneNumbers",
         "{\"phoneNumber\":\"+6531234567\",\"owner\":{\"id\":\"%s\"}}", ANN},
        {"/api/v2/conversations/calls", "{\"phoneNumber\":\"+6591234567\",\"callerId\":\"%s\"}",
         "+6534567890"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        const struct house_answer *a;
        char body[200];

        fill(body, sizeof(body), bodies[i].format, bodies[i].of_a);
        a = house_send(TOKEN_CY_ADMIN, "POST", bodies[i].path, NULL, body);
        if (a->status < 400 || a->status >= 500)
            fail_msg("%s: %d %s", bodies[i].path, a->status, a->text);
        assert_int_equal(house_count("errors") > 0, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_foreign_is_as_unknown),
        cmocka_unit_test(test_nothing_of_a_changed),
        cmocka_unit_test(test_lists_are_a_tenants_own),
        cmocka_unit_test(test_ids_in_bodies),
    };

    return cmocka_run_group_tests_name("api tenants", tests, house_open, house_close);
}
