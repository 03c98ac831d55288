/* Configuration through the API: users, stations, clients, tokens, numbers; versions and the audit. */
#include "house.h"

#include <stdlib.h>
#include <string.h>

static const struct house_answer *form(const char *headers, const char *body)
{
    char all[400];

    (void)snprintf(all, sizeof(all), "Content-Type: application/x-www-form-urlencoded\r\n%s",
                   headers ? headers : "");
    return house_send(TOKEN_NONE, "POST", "/oauth/token", all, body);
}

static void expect(const struct house_answer *a, int status)
{
    if (a->status != status)
        fail_msg("%d %s", a->status, a->text);
}

static void test_users(void **state)
{
    char path[100], body[200];

    (void)state;
    expect(house_send(TOKEN_ADMIN, "POST", "/api/v2/users", NULL,
                      "{\"name\":\"Kim\",\"email\":\"kim@a.example\",\"department\":\"x\","
                      "\"roles\":[\"agent\",\"supervisor\"]}"),
           200);
    assert_int_equal(house_number("version"), 1);
    assert_true(house_warns("body.ignored_member"));
    assert_string_equal(house_text("authorization/roles/1/name"), "supervisor");
    (void)snprintf(path, sizeof(path), "%s", house_text("selfUri"));

    expect(house_send(TOKEN_ADMIN, "PATCH", path, NULL, "{\"version\":1,\"name\":\"Kim Lee\"}"),
           200);
    assert_int_equal(house_number("version"), 2);
    expect(house_send(TOKEN_ADMIN, "PATCH", path, NULL, "{\"version\":1,\"name\":\"Late\"}"), 409);
    assert_string_equal(house_text("code"), "general.conflict");
    assert_string_equal(house_text("errors/0/code"), "version.conflict");
    assert_string_equal(house_text("errors/0/found"), "1");
    assert_non_null(strstr(house_text("errors/0/message"), "version 2 is stored"));

    (void)snprintf(body, sizeof(body), "{\"version\":2,\"stationId\":\"%s\"}", SPARE_A);
    expect(house_send(TOKEN_ADMIN, "PATCH", path, NULL, body), 200);
    (void)snprintf(body, sizeof(body), "%s?expand=station", path);
    expect(house_send(TOKEN_ADMIN, "GET", body, NULL, NULL), 200);
    assert_string_equal(house_text("station/effectiveStation/id"), SPARE_A);
    expect(house_send(TOKEN_ADMIN, "PATCH", path, NULL, "{\"version\":3,\"stationId\":null}"), 200);

    expect(house_send(TOKEN_ADMIN, "POST", "/api/v2/users", NULL,
                      "{\"name\":\"Kim\",\"email\":\"KIM@a.example\"}"),
           409);
    assert_true(house_has_code("user.email_taken"));
    expect(house_send(TOKEN_ADMIN, "POST", "/api/v2/users", NULL,
                      "{\"name\":\"x\",\"email\":\"x@a.example\",\"roles\":[\"root\",\"god\"]}"),
           400);
    assert_int_equal(house_count("errors"), 2);
    assert_string_equal(house_text("errors/1/pointer"), "/roles/1");

    expect(house_send(TOKEN_ADMIN, "DELETE", path, NULL, NULL), 200);
    expect(house_send(TOKEN_ADMIN, "GET", path, NULL, NULL), 404);
    expect(house_send(TOKEN_ANN, "POST", "/api/v2/users", NULL,
                      "{\"name\":\"x\",\"email\":\"x@a.example\"}"),
           403);
}

static void test_me(void **state)
{
    (void)state;
    expect(house_send(TOKEN_ANN, "GET", "/api/v2/users/me?expand=station", NULL, NULL), 200);
    assert_string_equal(house_text("id"), ANN);
    assert_string_equal(house_text("station/effectiveStation/id"), STATION_A);
    expect(house_send(TOKEN_CLIENT, "GET", "/api/v2/users/me", NULL, NULL), 400);
    assert_string_equal(house_text("code"), "not.a.user");
    expect(house_send(TOKEN_CLIENT, "GET", "/api/v2/tokens/me", NULL, NULL), 200);
    assert_string_equal(house_text("OAuthClient/id"), CLIENT_A);
    assert_string_equal(house_text("organization/name"), "A");
    assert_int_equal(house_send(TOKEN_CLIENT, "HEAD", "/api/v2/tokens/me", NULL, NULL)->status,
                     200);
}

static void test_stations(void **state)
{
    char path[160];

    (void)state;
    expect(house_send(TOKEN_ADMIN, "POST", "/api/v2/stations", NULL,
                      "{\"name\":\"desk\",\"sipUri\":\"sip:desk@192.0.2.12:5060\",\"userId\":\"" BOB
                      "\"}"),
           200);
    expect(house_send(TOKEN_BOB, "POST", "/api/v2/conversations/calls?validateOnly=true", NULL,
                      "{\"phoneNumber\":\"+6591234567\"}"),
           200);
    expect(house_send(TOKEN_ADMIN, "POST", "/api/v2/stations", NULL,
                      "{\"name\":\"desk\",\"sipUri\":\"sip:a@b\\r\\nEvil: 1\"}"),
           400);
    expect(house_send(TOKEN_ADMIN, "POST", "/api/v2/stations", NULL,
                      "{\"name\":\"desk\",\"sipUri\":\"mailto:a@b\"}"),
           400);
    assert_true(house_has_code("station.bad_uri"));

    (void)snprintf(path, sizeof(path), "/api/v2/users/%s/station/associatedstation/%s", BOB,
                   SPARE_A);
    expect(house_send(TOKEN_ADMIN, "PUT", path, NULL, NULL), 202);
    expect(house_send(TOKEN_ADMIN, "GET", "/api/v2/users/" BOB "/station", NULL, NULL), 200);
    assert_string_equal(house_text("associatedStation/id"), SPARE_A);
    assert_string_equal(house_text("effectiveStation/id"), SPARE_A);
    (void)snprintf(path, sizeof(path), "/api/v2/users/%s/station/associatedstation/%s", ANN,
                   SPARE_A);
    expect(house_send(TOKEN_ADMIN, "PUT", path, NULL, NULL), 409);
    assert_string_equal(house_text("errors/0/code"), "station.taken");
    expect(house_send(TOKEN_ADMIN, "DELETE", "/api/v2/stations/" SPARE_A "/associateduser", NULL,
                      NULL),
           200);
    expect(house_send(TOKEN_ADMIN, "GET", "/api/v2/stations/" SPARE_A, NULL, NULL), 200);
    assert_string_equal(house_text("status"), "AVAILABLE");
    expect(house_send(TOKEN_ADMIN, "GET", "/api/v2/users/" BOB "/station", NULL, NULL), 200);
    assert_string_equal(house_text("effectiveStation/id"), "(none)");
    expect(house_send(TOKEN_ADMIN, "PUT", "/api/v2/users/" BOB "/station/defaultstation/" SPARE_A,
                      NULL, NULL),
           202);
    expect(house_send(TOKEN_ADMIN, "DELETE", "/api/v2/users/" BOB "/station/defaultstation", NULL,
                      NULL),
           202);
}

static void test_numbers(void **state)
{
    (void)state;
    expect(house_send(TOKEN_ANN, "GET", "/api/v2/telephony/providers/edges", NULL, NULL), 200);
    assert_string_equal(house_text("entities/0/id"), EDGE_A);
    expect(house_send(TOKEN_ANN, "GET",
                      "/api/v2/telephony/providers/edges/" EDGE_A "/phoneNumbers/%2B6534567890",
                      NULL, NULL),
           200);
    assert_string_equal(house_text("id"), NUMBER_A);
    assert_string_equal(house_text("usage"), "outbound");
    expect(house_send(TOKEN_ANN, "GET",
                      "/api/v2/telephony/providers/edges/" EDGE_A "/phoneNumbers/+653456789", NULL,
                      NULL),
           404);
    assert_string_equal(house_text("errors/0/code"), "number.not_found");
    assert_non_null(strstr(house_text("errors/0/expected"), "+6534567890"));
}

#define EXPLAIN "/api/v2/telephony/providers/edges/outboundroutes/explain"

static void test_a_route_is_explained(void **state)
{
    (void)state;
    expect(house_send(TOKEN_ADMIN, "GET", EXPLAIN "?to=+6591234567&from=%2B6534567890", NULL, NULL),
           200);
    assert_string_equal(house_text("to/number"), "+6591234567");
    assert_string_equal(house_text("callerId/chosenBy"), "from");
    assert_string_equal(house_text("callerId/providerId"), NUMBER_A);
    assert_string_equal(house_text("routes/0/why"), "asked first");
    assert_string_equal(house_text("trunks/0/name"), "trunk");
    assert_string_equal(house_text("trunks/0/uri"),
                        "sip:+6591234567@192.0.2.1:5060;transport=udp;user=phone");
    assert_int_equal(strncmp(house_text("invite"), "INVITE sip:+6591234567@192.0.2.1", 32), 0);
    assert_string_equal(house_text("errors/0/code"), "(none)");

    /* what would be refused is explained as far as it came, with all its faults */
    expect(house_send(TOKEN_ADMIN, "GET", EXPLAIN "?to=112&from=%2B442071234567", NULL, NULL), 200);
    assert_string_equal(house_text("to/verdict"), "refused");
    assert_string_equal(house_text("callerId/chosenBy"), "nothing");
    assert_string_equal(house_text("errors/0/code"), "address.emergency_number");
    assert_string_equal(house_text("errors/1/code"), "caller.not_owned");
    assert_string_equal(house_text("invite"), "(none)");
    expect(house_send(TOKEN_ADMIN, "GET", EXPLAIN "?to=%2B6591234567&providerId=" NUMBER_B, NULL,
                      NULL),
           200);
    assert_string_equal(house_text("errors/0/code"), "provider.not_found"); /* another tenant's */
    assert_string_equal(house_text("errors/0/pointer"), "?providerId");
    expect(house_send(TOKEN_ADMIN, "GET", EXPLAIN "?to=%2B6591234567&userId=" CY, NULL, NULL), 200);
    assert_string_equal(house_text("errors/0/code"), "user.not_found");

    expect(house_send(TOKEN_ADMIN, "GET", EXPLAIN, NULL, NULL), 400);
    expect(house_send(TOKEN_ANN, "GET", EXPLAIN "?to=%2B6591234567", NULL, NULL), 403);
}

static void test_clients_and_the_token_endpoint(void **state)
{
    char id[40], secret[80], body[300], path[100];

    (void)state;
    expect(house_send(TOKEN_ADMIN, "POST", "/api/v2/oauth/clients", NULL,
                      "{\"name\":\"dialer\",\"authorizedGrantType\":\"CLIENT-CREDENTIALS\","
                      "\"scope\":[\"conversations\"],\"roleIds\":[\"integrator\"]}"),
           200);
    (void)snprintf(id, sizeof(id), "%s", house_text("id"));
    (void)snprintf(secret, sizeof(secret), "%s", house_text("secret"));
    (void)snprintf(path, sizeof(path), "/api/v2/oauth/clients/%s", id);
    expect(house_send(TOKEN_ADMIN, "GET", path, NULL, NULL), 200);
    assert_string_equal(house_text("secret"), "(none)");

    (void)snprintf(body, sizeof(body),
                   "grant_type=client_credentials&client_id=%s&client_secret=%s", id, secret);
    expect(form(NULL, body), 200);
    assert_string_equal(house_text("token_type"), "bearer");
    assert_string_equal(house_header("Cache-Control"), "no-store");
    (void)rw_slice_copy(house.tokens[TOKEN_NARROW], sizeof(house.tokens[TOKEN_NARROW]),
                        rw_slice_str(house_text("access_token")));
    expect(house_send(TOKEN_NARROW, "GET", "/api/v2/tokens/me", NULL, NULL), 200);
    assert_string_equal(house_text("authorizedScope/0"), "conversations");

    (void)snprintf(body, sizeof(body),
                   "grant_type=client_credentials&client_id=%s&client_secret=guessed", id);
    expect(form(NULL, body), 401);
    assert_string_equal(house_text("error"), "invalid_client");
    expect(form(NULL, "grant_type=client_credentials&client_id=nobody&client_secret=x"), 401);
    assert_string_equal(house_text("error"), "invalid_client");
    (void)snprintf(body, sizeof(body), "grant_type=password&client_id=%s&client_secret=%s", id,
                   secret);
    expect(form(NULL, body), 400);
    assert_string_equal(house_text("error"), "unsupported_grant_type");
    /* What the description refuses before the grant is looked at has RFC 6749's form as well. */
    expect(house_send(TOKEN_NONE, "POST", "/oauth/token?grant_type=x",
                      "Content-Type: application/x-www-form-urlencoded\r\n", body),
           400);
    assert_string_equal(house_text("error"), "invalid_request");
    assert_string_equal(house_text("errors/0/pointer"), "?grant_type");

    (void)snprintf(body, sizeof(body), "%s/secret", path);
    expect(house_send(TOKEN_ADMIN, "POST", body, NULL, NULL), 200);
    assert_string_not_equal(house_text("secret"), secret);
    (void)snprintf(body, sizeof(body),
                   "grant_type=client_credentials&client_id=%s&client_secret=%s", id, secret);
    expect(form(NULL, body), 401);

    expect(house_send(TOKEN_ADMIN, "PUT", path, NULL,
                      "{\"name\":\"day\",\"authorizedGrantType\":\"CLIENT-CREDENTIALS\"}"),
           200);
    assert_int_equal(house_number("version"), 3);
    expect(house_send(TOKEN_ADMIN, "DELETE", path, NULL, NULL), 200);
    expect(house_send(TOKEN_NARROW, "GET", "/api/v2/tokens/me", NULL, NULL), 401);
    expect(house_send(TOKEN_ADMIN, "GET", path, NULL, NULL), 404);
    expect(house_send(TOKEN_ADMIN, "POST", "/api/v2/oauth/clients", NULL,
                      "{\"name\":\"x\",\"authorizedGrantType\":\"PASSWORD\"}"),
           400);
    assert_string_equal(house_text("code"), "bad.grant.type");
}

static void test_tokens(void **state)
{
    char path[100];

    (void)state;
    expect(house_send(TOKEN_ADMIN, "POST", "/api/v2/ringwright/tokens", NULL,
                      "{\"userId\":\"" BOB "\",\"expiresInSeconds\":60}"),
           200);
    (void)rw_slice_copy(house.tokens[TOKEN_NARROW], sizeof(house.tokens[TOKEN_NARROW]),
                        rw_slice_str(house_text("token")));
    (void)snprintf(path, sizeof(path), "/api/v2/ringwright/tokens/%s", house_text("id"));
    expect(house_send(TOKEN_NARROW, "GET", "/api/v2/users/me", NULL, NULL), 200);
    expect(house_send(TOKEN_ADMIN, "GET", "/api/v2/ringwright/tokens", NULL, NULL), 200);
    assert_null(
        strstr(house_send(TOKEN_ADMIN, "GET", "/api/v2/ringwright/tokens", NULL, NULL)->text,
               house.tokens[TOKEN_NARROW]));
    expect(house_send(TOKEN_ADMIN, "DELETE", path, NULL, NULL), 204);
    expect(house_send(TOKEN_NARROW, "GET", "/api/v2/users/me", NULL, NULL), 401);
    assert_string_equal(house_text("errors/0/code"), "auth.token_revoked");
    expect(house_send(TOKEN_ADMIN, "POST", "/api/v2/ringwright/tokens", NULL,
                      "{\"userId\":\"" BOB "\"}"),
           200);
    (void)rw_slice_copy(house.tokens[TOKEN_NARROW], sizeof(house.tokens[TOKEN_NARROW]),
                        rw_slice_str(house_text("token")));
    expect(house_send(TOKEN_NARROW, "DELETE", "/api/v2/tokens/me", NULL, NULL), 200);
    expect(house_send(TOKEN_NARROW, "GET", "/api/v2/users/me", NULL, NULL), 401);
}

static void test_audit_names_the_request(void **state)
{
    (void)state;
    expect(house_send(TOKEN_ADMIN, "POST", "/api/v2/users", "ININ-Correlation-Id: audit-1\r\n",
                      "{\"name\":\"Pat\",\"email\":\"pat@a.example\"}"),
           200);
    expect(house_send(TOKEN_ADMIN, "GET", "/api/v2/ringwright/audit?pageSize=500", NULL, NULL),
           200);
    assert_string_equal(house_text("entities/0/correlationId"), "audit-1");
    assert_string_equal(house_text("entities/0/action"), "user.create");
    assert_string_equal(house_text("entities/0/actor"), "user:" ADMIN_A);
}

static void test_paging(void **state)
{
    (void)state;
    expect(house_send(TOKEN_ADMIN, "GET", "/api/v2/stations?pageSize=1&pageNumber=2", NULL, NULL),
           200);
    assert_int_equal(house_count("entities"), 1);
    assert_int_equal(house_number("pageNumber"), 2);
    assert_int_equal(house_number("pageCount"), house_number("total"));
    assert_string_equal(house_text("previousUri"), "/api/v2/stations?pageSize=1&pageNumber=1");
    assert_string_equal(house_text("firstUri"), "/api/v2/stations?pageSize=1&pageNumber=1");
    assert_string_equal(house_text("selfUri"), "/api/v2/stations?pageSize=1&pageNumber=2");
    expect(house_send(TOKEN_ADMIN, "GET", "/api/v2/stations?pageSize=0&pageNumber=x", NULL, NULL),
           400);
    assert_int_equal(house_count("errors"), 2);
    assert_string_equal(house_text("errors/0/pointer"), "?pageSize");
    expect(house_send(TOKEN_ADMIN, "GET", "/api/v2/stations?pagesize=2", NULL, NULL), 400);
}

static void test_documentation(void **state)
{
    (void)state;
    assert_int_equal(house_send(TOKEN_NONE, "GET", "/docs/errors", NULL, NULL)->status, 200);
    assert_non_null(strstr(house_header("Content-Type"), "text/html"));
    expect(house_send(TOKEN_NONE, "GET", "/docs/errors", "Accept: application/json\r\n", NULL),
           200);
    assert_true(house_number("total") > 50);
    expect(house_send(TOKEN_NONE, "GET", "/docs/errors/call.not_a_user",
                      "Accept: application/json\r\n", NULL),
           200);
    assert_string_equal(house_text("topLevelCode"), "not.a.user");
    expect(house_send(TOKEN_NONE, "GET", "/docs/errors/call.not_a_usr", NULL, NULL), 404);
    assert_string_equal(house_text("errors/0/suggestion"), "/docs/errors/call.not_a_user");
    assert_int_equal(house_send(TOKEN_NONE, "GET", "/docs/reference", NULL, NULL)->status, 200);
    expect(house_send(TOKEN_NONE, "GET", "/health", NULL, NULL), 200);
    assert_string_equal(house_text("status"), "ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_users),
        cmocka_unit_test(test_me),
        cmocka_unit_test(test_stations),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_a_route_is_explained),
        cmocka_unit_test(test_clients_and_the_token_endpoint),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_audit_names_the_request),
        cmocka_unit_test(test_paging),
        cmocka_unit_test(test_documentation),
    };

    return cmocka_run_group_tests_name("api configuration", tests, house_open, house_close);
}
