/* Placing calls: what is accepted, what is refused and how, and that nothing leaks. */
#include "house.h"

#include <stdlib.h>
#include <string.h>

#define DEMO                                                                                       \
    "{\"to\":{\"phoneNumber\":\"+6591234567\"},\"from\":{\"phoneNumber\":\"+6534567890\"},"        \
    "\"callType\":\"outbound\",\"providerId\":\"12345-abcde-67890\"}"

/* Whether a call is placed must not depend on which of two values a program happens to read. */
static void test_a_parameter_stands_there_once(void **state)
{
    const struct house_answer *a =
        house_send(TOKEN_ANN, "POST",
                   "/api/v2/conversations/calls?validateOnly=true&validateOnly=false", NULL, DEMO);

    (void)state;
    assert_int_equal(a->status, 400);
    assert_string_equal(house_text("errors/0/code"), "request.repeated_parameter");
    assert_string_equal(house_text("errors/0/pointer"), "?validateOnly");
    assert_int_equal(house.invites, 0);
}

static void test_both_forms_are_accepted(void **state)
{
    static const char *const bodies[] = {
        DEMO,
        "{\"phoneNumber\":\"+6591234567\",\"callerId\":\"+6534567890\"}",
        "{\"to\":{\"phoneNumber\":\"+6591234567\"},\"providerId\":\"12345-abcde-67890\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        const struct house_answer *a = house_judge(TOKEN_ANN, bodies[i]);

        if (a->status != 200)
            fail_msg("%s\n%s", bodies[i], a->text);
        assert_string_equal(house_text("to"), "+6591234567");
        assert_string_equal(house_text("from"), "+6534567890");
        assert_string_equal(house_text("providerId"), NUMBER_A);
        assert_string_equal(house_text("trunkId"), TRUNK_A);
        assert_string_equal(house_text("stationId"), STATION_A);
        /* The tenant's number is in no range that the numbering data knows: told, never refused. */
        assert_int_equal(house_count("warnings"), strstr(bodies[i], "+6534567890") ? 1 : 0);
        if (house_count("warnings"))
            assert_string_equal(house_text("warnings/0/code"), "address.unassigned_range");
    }
    assert_int_equal(house.invites, 0);
}

/* ------------------------------------------------------------------ the six of the tour */

static void test_no_plus(void **state)
{
    const struct house_answer *a =
        house_judge(TOKEN_ANN, "{\n  \"to\": {\"phoneNumber\": \"6591234567\"},\n"
                               "  \"from\": {\"phoneNumber\": \"+6534567890\"},\n"
                               "  \"callType\": \"outbound\"\n}");

    (void)state;
    assert_int_equal(a->status, 400);
    assert_string_equal(house_text("code"), "address.missing_plus");
    assert_int_equal(house_count("errors"), 1);
    assert_string_equal(house_text("errors/0/pointer"), "/to/phoneNumber");
    assert_int_equal(house_number("errors/0/line"), 2);
    assert_int_equal(house_number("errors/0/column"), 26);
    assert_string_equal(house_text("errors/0/suggestion"), "+6591234567");
    assert_string_equal(house_text("errors/0/help"),
                        "http://api.test/docs/errors/address.missing_plus");
    assert_string_equal(house_text("suggestedRequest/to/phoneNumber"), "+6591234567");
    assert_string_equal(house_text("suggestedRequest/from/phoneNumber"), "+6534567890");
    assert_string_equal(house_text("suggestedRequest/callType"), "outbound");
    assert_string_equal(house_text("contextId"), house_header("ININ-Correlation-Id"));
}

static void test_invisible_mark_is_accepted_with_a_note(void **state)
{
    const struct house_answer *a =
        house_judge(TOKEN_ANN, "{\"to\":{\"phoneNumber\":\"+6591234567\xe2\x80\xac\"}}");

    (void)state;
    assert_int_equal(a->status, 200);
    assert_string_equal(house_text("to"), "+6591234567");
    assert_true(house_warns("address.bidi_control_removed"));
    assert_string_equal(house_text("warnings/0/pointer"), "/to/phoneNumber");
    assert_non_null(strstr(house_text("warnings/0/found"), "U+202C"));
}

static void test_unknown_provider(void **state)
{
    const struct house_answer *a =
        house_judge(TOKEN_ANN, "{\"to\":{\"phoneNumber\":\"+6591234567\"},"
                               "\"providerId\":\"no-such-number\"}");

    (void)state;
    assert_int_equal(a->status, 400);
    assert_string_equal(house_text("code"), "provider.not_found");
    assert_string_equal(house_text("errors/0/pointer"), "/providerId");
    assert_string_equal(house_text("suggestedRequest/to/phoneNumber"), "+6591234567");
    assert_string_equal(house_text("suggestedRequest/providerId"), "(none)");
}

static void test_somebody_elses_number(void **state)
{
    const struct house_answer *a =
        house_judge(TOKEN_ANN, "{\"to\":{\"phoneNumber\":\"+6591234567\"},"
                               "\"from\":{\"phoneNumber\":\"+6534560000\"}}");

    (void)state;
    assert_int_equal(a->status, 403);
    assert_string_equal(house_text("code"), "caller.not_owned");
    assert_string_equal(house_text("errors/0/pointer"), "/from/phoneNumber");
}

static void test_no_permission(void **state)
{
    const struct house_answer *a = house_judge(TOKEN_VIEWER, DEMO);

    (void)state;
    assert_int_equal(a->status, 403);
    assert_string_equal(house_text("code"), "missing.permissions");
    assert_string_equal(house_text("errors/0/code"), "auth.missing_permission");
    assert_int_equal(house_count("errors"), 1);
    assert_non_null(strstr(house_header("WWW-Authenticate"), "insufficient_scope"));
}

static void test_client_credentials(void **state)
{
    const struct house_answer *a = house_judge(TOKEN_CLIENT, DEMO);

    (void)state;
    assert_int_equal(a->status, 400);
    assert_string_equal(house_text("code"), "not.a.user");
    assert_string_equal(house_text("errors/0/code"), "call.not_a_user");
    assert_true(house_has_code("auth.missing_permission"));
    assert_non_null(strstr(a->text, "/conversations/calls/user/{userId}"));
}

/* ------------------------------------------------------------------ order, all at once, no leaks */

static void test_all_faults_at_once_in_order(void **state)
{
    const struct house_answer *a =
        house_judge(TOKEN_ANN, "{\"to\":{\"phoneNumber\":\"6591234567\"},\"callType\":\"inbound\","
                               "\"wrapUpCode\":\"x\",\"providerId\":\"no-such-number\","
                               "\"from\":{\"phoneNumber\":\"+6534567892\"}}");

    (void)state;
    assert_int_equal(a->status, 400);
    assert_int_equal(house_count("errors"), 5);
    assert_string_equal(house_text("errors/0/code"), "address.missing_plus");
    assert_string_equal(house_text("errors/1/code"), "body.bad_enum");
    assert_string_equal(house_text("errors/2/code"), "body.unknown_member");
    assert_string_equal(house_text("errors/3/code"), "provider.not_found");
    assert_string_equal(house_text("errors/4/code"), "caller.inactive");
    assert_string_equal(house_text("suggestedRequest/to/phoneNumber"), "+6591234567");
}

/* Nothing of what the tenant owns is looked at for a token that may not place the call. */
static void test_nothing_leaks(void **state)
{
    static const enum house_token tokens[] = {TOKEN_VIEWER, TOKEN_NARROW, TOKEN_CLIENT};
    static const char *const bodies[] = {
        "{\"to\":{\"phoneNumber\":\"6591234567\"},\"providerId\":\"12345-abcde-67890\","
        "\"from\":{\"phoneNumber\":\"+6534567890\"}}",
        "{\"to\":{\"phoneNumber\":\"6591234567\"},\"providerId\":\"12345-xxxxx-67890\","
        "\"from\":{\"phoneNumber\":\"+6534560000\"}}",
    };

    (void)state;
    for (size_t t = 0; t < sizeof(tokens) / sizeof(tokens[0]); t++) {
        char *first;

        house_send(tokens[t], "POST", "/api/v2/conversations/calls?validateOnly=true",
                   "ININ-Correlation-Id: same\r\n", bodies[0]);
        assert_true(house_has_code("address.missing_plus"));
        assert_string_equal(house_text("suggestedRequest"), "(none)");
        first = strdup(house_text("message"));
        for (size_t i = 0; i < house_count("errors"); i++) {
            char path[48];

            (void)snprintf(path, sizeof(path), "errors/%zu/code", i);
            assert_null(strstr(house_text(path), "provider."));
            assert_null(strstr(house_text(path), "caller."));
        }
        house_send(tokens[t], "POST", "/api/v2/conversations/calls?validateOnly=true",
                   "ININ-Correlation-Id: same\r\n", bodies[1]);
        assert_string_equal(house_text("message"), first);
        free(first);
    }
}

static void test_authentication_stops_alone(void **state)
{
    const struct house_answer *a = house_judge(TOKEN_NONE, "{\"to\":7,");

    (void)state;
    assert_int_equal(a->status, 401);
    assert_int_equal(house_count("errors"), 1);
    assert_string_equal(house_text("code"), "authentication.required");
    assert_string_equal(house_header("WWW-Authenticate"), "Bearer realm=\"ringwright\"");
    house_send(TOKEN_NONE, "GET", "/api/v2/conversations/calls",
               "Authorization: Bearer rw_0123456789012345678901234567890123456789012\r\n", NULL);
    assert_non_null(strstr(house_header("WWW-Authenticate"), "invalid_token"));
}

static void test_a_body_of_another_type(void **state)
{
    const struct house_answer *a =
        house_send(TOKEN_ANN, "POST", "/api/v2/conversations/calls?validateOnly=true",
                   "Content-Type: application/x-www-form-urlencoded\r\n", "{\"to\":\"2000\"}");

    (void)state;
    assert_int_equal(a->status, 415);
    assert_string_equal(house_text("code"), "unsupported.media.type");
    assert_string_equal(house_text("errors/0/code"), "request.bad_media_type");
    assert_string_equal(house_text("errors/1/code"), "body.wrong_type");
    assert_string_equal(house_text("errors/2/code"), "address.short_code");
}

static void test_wrong_method_and_path(void **state)
{
    const struct house_answer *a =
        house_send(TOKEN_ANN, "DELETE", "/api/v2/conversations/calls", NULL, NULL);

    (void)state;
    assert_int_equal(a->status, 405);
    assert_non_null(strstr(house_header("Allow"), "POST"));
    a = house_send(TOKEN_ANN, "GET", "/api/v2/conversation/calls", NULL, NULL);
    assert_int_equal(a->status, 404);
    assert_string_equal(house_text("code"), "not.found");
    assert_string_equal(house_text("errors/0/suggestion"), "/api/v2/conversations/calls");
}

static void test_correlation_id(void **state)
{
    (void)state;
    house_send(TOKEN_ANN, "GET", "/api/v2/nowhere", "ININ-Correlation-Id: my-own.id_1\r\n", NULL);
    assert_string_equal(house_text("contextId"), "my-own.id_1");
    assert_string_equal(house_header("ININ-Correlation-Id"), "my-own.id_1");
    house_send(TOKEN_ANN, "GET", "/api/v2/nowhere", "ININ-Correlation-Id: a b\r\n", NULL);
    assert_int_equal(strlen(house_text("contextId")), 36);
}

/* ------------------------------------------------------------------ suggestions */

/* What people write instead: each is refused, and what is suggested is accepted as it stands. */
static void test_suggestions_are_accepted(void **state)
{
    static const char *const bodies[] = {
        "{\"to\":\"+6591234567\",\"from\":\"+6534567890\"}",
        "{\"to\":[{\"address\":\"tel:+6591234567\",\"type\":\"phone\"}]}",
        "{\"toAddress\":{\"phoneNumber\":\"6591234567\"}}",
        "{\"callee\":\"+65 9123 4567\",\"x\":1}",
        "{\"targets\":[{\"phoneNumber\":\"+6591234567\",\"id\":\"x\"}],\"from\":{\"id\":\"u\"}}",
        "{\"participants\":[{\"to\":{\"phoneNumber\":\"+6591234567\"}}]}",
        "{\"addresses\":[{\"uri\":\"sip:+6591234567@example.com\"}]}",
        "{\"phone\":6591234567}",
        "{\"number\":\"+6591234567\"}",
        "{\"destination\":\"+6591234567\",\"callerId\":\"+6599999999\"}",
        "{\"to\":{\"phoneNumber\":\"+6591234567\"},\"type\":\"call\",\"callType\":\"OUTBOUND\"}",
        "{\"phoneNumber\":\"6591234567\",\"callerId\":\"+6534567890\",\"to\":\"+6591234567\"}",
        "{\"to\":{\"phoneNumber\":{\"number\":\"+6591234567\"}}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        const struct house_answer *a = house_judge(TOKEN_ANN, bodies[i]);
        char *suggested;

        if (a->status < 400 || !json_object_get(a->body, "suggestedRequest"))
            fail_msg("%s\n%s", bodies[i], a->text);
        suggested = json_dumps(json_object_get(a->body, "suggestedRequest"), 0);
        a = house_judge(TOKEN_ANN, suggested);
        if (a->status != 200)
            fail_msg("%s\n%s\n%s", bodies[i], suggested, a->text);
        assert_string_equal(house_text("to"), "+6591234567");
        free(suggested);
    }
}

/* What was misspelt keeps its value in what is suggested. */
static void test_a_suggestion_keeps_what_was_misspelt(void **state)
{
    static const struct {
        const char *body, *place, *expected;
    } cases[] = {
        {"{\"to\":{\"phoneNumber\":\"+6591234567\"},\"from\":{\"phonenumber\":\"+6534567890\"}}",
         "suggestedRequest/from/phoneNumber", "+6534567890"},
        {"{\"to\":{\"phonNumber\":\"+65 9123 4567\"}}", "suggestedRequest/to/phoneNumber",
         "+6591234567"},
        {"{\"To\":{\"PhoneNumber\":\"+6591234567\"},\"providerID\":\"12345-abcde-67890\"}",
         "suggestedRequest/providerId", "12345-abcde-67890"},
        {"{\"to\":{\"phoneNumber\":\"+6591234567\"},\"providerId\":\"12345-abcde-67899\"}",
         "suggestedRequest/providerId", "12345-abcde-67890"},
        {"{\"to\":{\"phoneNumber\":\"+6591234567\"},\"from\":{\"phoneNumber\":\"+6534567890\"},"
         "\"providerId\":\"mine\"}",
         "suggestedRequest/providerId", "12345-abcde-67890"},
        {"{\"phoneNumber\":\"6591234567\",\"callerIdName\":\"Dana\"}",
         "suggestedRequest/callerIdName", "Dana"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct house_answer *a = house_judge(TOKEN_ANN, cases[i].body);
        char *suggested;

        if (strcmp(house_text(cases[i].place), cases[i].expected) != 0)
            fail_msg("%s\n%s", cases[i].body, a->text);
        suggested = json_dumps(json_object_get(a->body, "suggestedRequest"), 0);
        a = house_judge(TOKEN_ANN, suggested);
        if (a->status != 200)
            fail_msg("%s\n%s\n%s", cases[i].body, suggested, a->text);
        free(suggested);
    }
}

static void test_no_suggestion_without_a_fact(void **state)
{
    static const char *const bodies[] = {
        "{\"callType\":\"outbound\"}",
        "{\"to\":{\"phoneNumber\":\"call me\"}}",
        "{\"to\":[\"+6591234567\",\"+6591234568\"]}",
        "[1]",
        "{",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        const struct house_answer *a = house_judge(TOKEN_ANN, bodies[i]);

        assert_int_equal(a->status, 400);
        assert_null(json_object_get(a->body, "suggestedRequest"));
    }
}

/* ------------------------------------------------------------------ placing */

static void test_place_watch_and_end(void **state)
{
    unsigned before = house.invites;
    const struct house_answer *a =
        house_send(TOKEN_ANN, "POST", "/api/v2/conversations/calls", NULL, DEMO);
    char path[120], id[40];

    (void)state;
    if (a->status != 200)
        fail_msg("%s", a->text);
    (void)snprintf(id, sizeof(id), "%s", house_text("id"));
    (void)snprintf(path, sizeof(path), "/api/v2/conversations/calls/%s", id);
    assert_string_equal(house_text("selfUri"), path);
    assert_int_equal(house.invites, before + 1);

    a = house_send(TOKEN_ANN, "GET", path, NULL, NULL);
    assert_int_equal(a->status, 200);
    assert_string_equal(house_text("id"), id);
    assert_int_equal(house_count("participants"), 2);
    a = house_send(TOKEN_ANN, "GET", "/api/v2/conversations/calls?pageSize=5", NULL, NULL);
    assert_int_equal(a->status, 200);
    assert_int_equal(house_number("total"), 1);
    assert_string_equal(house_text("entities/0/id"), id);
    a = house_send(TOKEN_BOB, "GET", "/api/v2/conversations/calls", NULL, NULL);
    assert_int_equal(house_number("total"), 0);

    a = house_send(TOKEN_ANN, "PATCH", path, NULL, "{\"state\":\"connected\"}");
    assert_int_equal(a->status, 400);
    a = house_send(TOKEN_ANN, "POST", path, NULL, "{\"callNumber\":\"+6591234567\"}");
    assert_int_equal(a->status, 400);
    assert_string_equal(house_text("errors/0/code"), "conversation.command_unsupported");
    a = house_send(TOKEN_ANN, "PATCH", path, NULL, "{\"state\":\"disconnected\"}");
    if (a->status != 200)
        fail_msg("%s", a->text);
    assert_string_equal(house_text("id"), id);

    /* The hang-up was taken; its events follow. The log says when the call is over. */
    (void)snprintf(path, sizeof(path),
                   "/api/v2/ringwright/events?after=0&waitMs=5000&conversationId=%s", id);
    do
        a = house_send(TOKEN_ADMIN, "GET", path, NULL, NULL);
    while (!strstr(a->text, "\"ended\""));
    (void)snprintf(path, sizeof(path), "/api/v2/conversations/%s/disconnect", id);
    a = house_send(TOKEN_ANN, "POST", path, NULL, NULL);
    assert_int_equal(a->status, 409);
    assert_string_equal(house_text("errors/0/code"), "conversation.ended");
    (void)snprintf(path, sizeof(path), "/api/v2/conversations/calls/%s", id);
    house_send(TOKEN_ANN, "GET", path, NULL, NULL);
    assert_string_equal(house_text("state"), "disconnected");
    assert_string_equal(house_text("disconnectType"), "client");
    assert_string_equal(house_text("endedBy"), "api");
}

static void test_for_a_user(void **state)
{
    const struct house_answer *a =
        house_send(TOKEN_CLIENT, "POST",
                   "/api/v2/conversations/calls/user/" ANN "?validateOnly=true", NULL, DEMO);

    (void)state;
    assert_int_equal(a->status, 200);
    assert_string_equal(house_text("stationId"), STATION_A);
    a = house_send(TOKEN_CLIENT, "POST",
                   "/api/v2/conversations/calls/user/" BOB "?validateOnly=true", NULL, DEMO);
    assert_int_equal(a->status, 200);
    assert_string_equal(house_text("stationId"), "(none)");
    a = house_send(TOKEN_CLIENT, "POST",
                   "/api/v2/conversations/calls/user/" NOBODY "?validateOnly=true", NULL, DEMO);
    assert_int_equal(a->status, 404);
    assert_string_equal(house_text("errors/0/code"), "user.not_found");
    a = house_judge(TOKEN_BOB, DEMO);
    assert_string_equal(house_text("errors/0/code"), "station.missing");
    assert_string_equal(house_text("code"), "conversation.error.no.user.station");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_forms_are_accepted),
        cmocka_unit_test(test_a_parameter_stands_there_once),
        cmocka_unit_test(test_no_plus),
        cmocka_unit_test(test_invisible_mark_is_accepted_with_a_note),
        cmocka_unit_test(test_unknown_provider),
        cmocka_unit_test(test_somebody_elses_number),
        cmocka_unit_test(test_no_permission),
        cmocka_unit_test(test_client_credentials),
        cmocka_unit_test(test_all_faults_at_once_in_order),
        cmocka_unit_test(test_nothing_leaks),
        cmocka_unit_test(test_authentication_stops_alone),
        cmocka_unit_test(test_a_body_of_another_type),
        cmocka_unit_test(test_wrong_method_and_path),
        cmocka_unit_test(test_correlation_id),
        cmocka_unit_test(test_suggestions_are_accepted),
        cmocka_unit_test(test_a_suggestion_keeps_what_was_misspelt),
        cmocka_unit_test(test_no_suggestion_without_a_fact),
        cmocka_unit_test(test_place_watch_and_end),
        cmocka_unit_test(test_for_a_user),
    };

    return cmocka_run_group_tests_name("api calls", tests, house_open, house_close);
}
