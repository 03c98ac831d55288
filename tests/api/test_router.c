/* Which operation a method and a path mean, and what is said when they mean none. */
#include "api/router.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct rw_arena arena;

static int set_up(void **state)
{
    (void)state;
    rw_arena_init(&arena, 1u << 16);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rw_arena_done(&arena);
    return 0;
}

static const struct {
    const char *method, *path, *id, *params[2];
} found[] = {
    {"POST", "/api/v2/conversations/calls", "postConversationsCalls", {NULL, NULL}},
    {"GET", "/api/v2/conversations/calls", "getConversationsCalls", {NULL, NULL}},
    {"HEAD", "/api/v2/conversations/calls", "getConversationsCalls", {NULL, NULL}},
    {"GET", "/api/v2/conversations/calls/7", "getConversationsCall", {"7", NULL}},
    {"PATCH", "/api/v2/conversations/calls/user", "patchConversationsCall", {"user", NULL}},
    {"POST",
     "/api/v2/conversations/calls/user/u1",
     "postConversationsCallsUserUserId",
     {"u1", NULL}},
    {"GET", "/api/v2/conversations/7", "getConversation", {"7", NULL}},
    {"POST",
     "/api/v2/conversations/calls/disconnect",
     "postConversationsCall",
     {"disconnect", NULL}},
    {"POST", "/api/v2/conversations/7/disconnect", "postConversationDisconnect", {"7", NULL}},
    {"HEAD", "/api/v2/tokens/me", "headTokensMe", {NULL, NULL}},
    {"GET",
     "/api/v2/telephony/providers/edges/e1/phoneNumbers/+6534567890",
     "getTelephonyProvidersEdgePhoneNumber",
     {"e1", "+6534567890"}},
    {"GET",
     "/api/v2/telephony/providers/edges/e%201/phoneNumbers/%2b6534567890",
     "getTelephonyProvidersEdgePhoneNumber",
     {"e 1", "+6534567890"}},
    {"GET",
     "/api/v2/telephony/providers/edges/a%2Fb/phoneNumbers/%C3%A9",
     "getTelephonyProvidersEdgePhoneNumber",
     {"a/b", "\xc3\xa9"}},
    {"POST", "/oauth/token", "postOauthToken", {NULL, NULL}},
    {"GET", "/health", "getHealth", {NULL, NULL}},
    {"GET", "/docs/errors", "getDocsErrors", {NULL, NULL}},
    {"GET", "/docs/errors/body.empty", "getDocsError", {"body.empty", NULL}},
};

static void test_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(found) / sizeof(*found); i++) {
        struct rw_router_match match;
        struct rw_err err;
        uint32_t count = 0;

        if (rw_router_match(found[i].method, rw_slice_str(found[i].path), &arena, &match, &err))
            fail_msg("%s %s: %s", found[i].method, found[i].path, err.message);
        assert_string_equal(match.operation->id, found[i].id);
        for (; count < 2 && found[i].params[count]; count++)
            assert_true(rw_slice_eq(match.params[count], rw_slice_str(found[i].params[count])));
        assert_int_equal(match.count, count);
    }
}

/* Every operation is found at its own template, and its parameters by their names. */
static void test_every_operation(void **state)
{
    const struct rw_operation *ops;
    size_t count = rw_router_operations(&ops);

    (void)state;
    assert_true(count > 30);
    for (size_t i = 0; i < count; i++) {
        struct rw_router_match match;
        struct rw_err err;

        assert_int_equal(
            rw_router_match(ops[i].method, rw_slice_str(ops[i].path), &arena, &match, &err), RW_OK);
        assert_ptr_equal(match.operation, &ops[i]);
        assert_non_null(strstr(match.allow, ops[i].method));
        for (uint32_t n = 0; n < match.count; n++) {
            char braced[64];

            (void)snprintf(braced, sizeof(braced), "{%s}", ops[i].path_names[n]);
            assert_true(
                rw_slice_eq(rw_router_param(&match, ops[i].path_names[n]), rw_slice_str(braced)));
        }
        assert_null(rw_router_param(&match, "nobody").p);
        assert_true(ops[i].response_count > 0);
        assert_true((ops[i].body == RW_OPERATION_NO_BODY || ops[i].body == RW_OPERATION_CSV) ==
                    (ops[i].request == NULL));
        assert_non_null(rw_router_response(&ops[i], 418)); /* each says how it refuses */
    }
}

static const struct {
    const char *method, *path;
    enum rw_class class;
    const char *code, *suggestion;
} lost[] = {
    {"POST", "/conversations/calls", RW_NOT_FOUND, "request.unknown_path",
     "/api/v2/conversations/calls"},
    {"POST", "/v2/conversations/calls", RW_NOT_FOUND, "request.unknown_path",
     "/api/v2/conversations/calls"},
    {"POST", "/api/v2/api/v2/conversations/calls", RW_NOT_FOUND, "request.unknown_path",
     "/api/v2/conversations/calls"},
    {"POST", "/api/v1/conversations/calls", RW_NOT_FOUND, "request.unknown_path",
     "/api/v2/conversations/calls"},
    {"POST", "/api/v2/oauth/token", RW_NOT_FOUND, "request.unknown_path", "/oauth/token"},
    {"POST", "/api/v2/conversations/calls/", RW_NOT_FOUND, "request.unknown_path",
     "/api/v2/conversations/calls"},
    {"POST", "//api/v2//conversations/calls", RW_NOT_FOUND, "request.unknown_path",
     "/api/v2/conversations/calls"},
    {"POST", "/api/v2/conversation/calls", RW_NOT_FOUND, "request.unknown_path",
     "/api/v2/conversations/calls"},
    {"POST", "/api/v2/Conversations/Calls", RW_NOT_FOUND, "request.unknown_path",
     "/api/v2/conversations/calls"},
    {"GET", "/api/v2/telephony/providers/edges/e1/phonenumbers/+65", RW_NOT_FOUND,
     "request.unknown_path",
     "/api/v2/telephony/providers/edges/{edgeId}/phoneNumbers/{phoneNumber}"},
    {"GET", "/helth", RW_NOT_FOUND, "request.unknown_path", "/health"},
    {"GET", "/", RW_NOT_FOUND, "request.unknown_path", ""},
    {"GET", "", RW_NOT_FOUND, "request.unknown_path", ""},
    {"GET", "*", RW_NOT_FOUND, "request.unknown_path", ""},
    {"GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z", RW_NOT_FOUND,
     "request.unknown_path", ""},
    {"PUT", "/health", RW_BAD_METHOD, "request.method_not_allowed", ""},
    {"POST", "/docs/errors/x", RW_BAD_METHOD, "request.method_not_allowed", ""},
    {"GET", "/oauth/token", RW_BAD_METHOD, "request.method_not_allowed", "POST"},
    {"HEAD", "/oauth/token", RW_BAD_METHOD, "request.method_not_allowed", "POST"},
    {"get", "/health", RW_BAD_METHOD, "request.method_not_allowed", ""},
    {"GET", "/api/v2/users/%", RW_MALFORMED, "request.bad_path", ""},
    {"GET", "/api/v2/users/%4", RW_MALFORMED, "request.bad_path", ""},
    {"GET", "/api/v2/users/a%zzb", RW_MALFORMED, "request.bad_path", ""},
    {"GET", "/api/v2/users/a%00b", RW_MALFORMED, "request.bad_path", ""},
    {"GET", "/api/v2/users//", RW_NOT_FOUND, "request.unknown_path", "/api/v2/users"},
};

static void test_lost(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lost) / sizeof(*lost); i++) {
        struct rw_router_match match = {.operation = NULL};
        struct rw_err err;
        enum rw_class class =
            rw_router_match(lost[i].method, rw_slice_str(lost[i].path), &arena, &match, &err);

        if (class != lost[i].class || strcmp(err.code, lost[i].code) != 0 ||
            strcmp(err.suggestion, lost[i].suggestion) != 0)
            fail_msg("%s %s: %s, suggestion %s", lost[i].method, lost[i].path, err.code,
                     err.suggestion);
        assert_null(match.operation);
        assert_true(class != RW_BAD_METHOD || match.allow);
        assert_true(err.message[0] && err.expected[0]);
    }
}

static void test_allow(void **state)
{
    struct rw_router_match match;
    struct rw_err err;

    (void)state;
    assert_int_equal(
        rw_router_match("DELETE", RW_LIT("/api/v2/conversations/calls/7"), &arena, &match, &err),
        RW_BAD_METHOD);
    assert_string_equal(match.allow, "GET, HEAD, PATCH, POST");
    assert_string_equal(err.expected, "GET, HEAD, PATCH, POST");
    assert_string_equal(err.found, "DELETE");
}

static const struct rw_operation *operation(const char *id)
{
    const struct rw_operation *ops;
    size_t count = rw_router_operations(&ops);

    for (size_t i = 0; i < count; i++)
        if (strcmp(ops[i].id, id) == 0)
            return &ops[i];
    fail_msg("there is no operation %s", id);
    return NULL;
}

static void test_description(void **state)
{
    const struct rw_operation *place = operation("postConversationsCalls");

    (void)state;
    assert_true(place->needs_user);
    assert_int_equal(place->auth, RW_OPERATION_BEARER);
    assert_int_equal(place->body, RW_OPERATION_JSON);
    assert_true(place->body_required);
    assert_string_equal(place->scopes[0], "conversations");
    assert_string_equal(place->scopes[1], "call:write");
    assert_null(place->scopes[2]);
    assert_string_equal(place->permissions[0], "conversation:conference:add");
    assert_string_equal(place->request->name, "CreateCallRequest");
    assert_string_equal(rw_router_response(place, 200)->schema->name, "CreateCallResponse");
    assert_string_equal(rw_router_response(place, 409)->schema->name, "ErrorBody");
    assert_int_equal(operation("postOauthToken")->body, RW_OPERATION_FORM);
    assert_int_equal(operation("postOauthToken")->auth, RW_OPERATION_OPEN);
    assert_null(operation("getTokensMe")->scopes);
    assert_null(rw_router_response(operation("headTokensMe"), 200)->content_type);
}

static void test_query(void **state)
{
    static const struct {
        const char *id, *name, *value, *code, *suggestion; /* code NULL: accepted */
    } cases[] = {
        {"getUsers", "pageSize", "25", NULL, ""},
        {"getUsers", "pageSize", "0", "request.bad_parameter", "1"},
        {"getUsers", "pageSize", "ten", "request.bad_parameter", ""},
        {"getUsers", "pagesize", "25", "request.unknown_parameter", "pageSize"},
        {"postConversationsCalls", "validate_only", "true", "request.unknown_parameter",
         "validateOnly"},
        {"postConversationsCalls", "validateOnly", "true", NULL, ""},
        {"postConversationsCalls", "validateOnly", "yes", "request.bad_parameter", ""},
        {"getHealth", "verbose", "", "request.unknown_parameter", ""},
        {"getUsers", "sortOrder", "DESC", NULL, ""},
        {"getUsers", "sortOrder", "up", "request.bad_parameter", ""},
        {"getTelephonyProvidersEdge", "expand", "site", NULL, ""}, /* has no effect */
    };
    static struct rw_faults faults, warnings;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        uint32_t seen;

        faults.count = warnings.count = 0;
        seen = rw_router_check_query(operation(cases[i].id), rw_slice_str(cases[i].name),
                                     rw_slice_str(cases[i].value), &faults, &warnings);
        if ((faults.count == 0) != (cases[i].code == NULL))
            fail_msg("%s=%s", cases[i].name, cases[i].value);
        if (cases[i].code) {
            assert_string_equal(faults.at[0].code, cases[i].code);
            assert_string_equal(faults.at[0].suggestion, cases[i].suggestion);
            assert_int_equal(faults.at[0].pointer[0], '?');
            assert_string_equal(faults.at[0].pointer + 1, cases[i].name);
        } else {
            assert_true(seen != 0);
        }
        assert_int_equal(warnings.count, strcmp(cases[i].name, "expand") == 0);
        if (warnings.count)
            assert_string_equal(warnings.at[0].code, "request.ignored_parameter");
    }
}

/* A required parameter; the description has none as yet, so one is made up here. */
static void test_missing_parameter(void **state)
{
    static const struct rw_schema text = {.type = RW_TYPE_STRING};
    static const struct rw_parameter query[] = {{.name = "a", .schema = &text, .required = true},
                                                {.name = "b", .schema = &text, .required = true}};
    static const struct rw_operation op = {.query = query, .query_count = 2};
    static struct rw_faults faults;
    uint32_t seen = rw_router_check_query(&op, RW_LIT("b"), RW_LIT(""), &faults, NULL);

    (void)state;
    rw_router_check_missing(&op, seen, &faults);
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.at[0].code, "request.missing_parameter");
    assert_string_equal(faults.at[0].pointer, "?a");
}

static void test_no_memory(void **state)
{
    struct rw_router_match match = {.operation = NULL};
    struct rw_arena small;
    struct rw_err err;

    (void)state;
    rw_arena_init(&small, 1u << 16);
    rw_mem_fail_after(0);
    assert_int_equal(rw_router_match("GET", RW_LIT("/api/v2/users/a%20b"), &small, &match, &err),
                     RW_NO_MEMORY);
    assert_int_equal(rw_router_match("GET", RW_LIT("/api/v2/users/a+b"), &small, &match, &err),
                     RW_OK); /* nothing to decode, nothing to allocate */
    rw_mem_fail_after(-1);
    rw_arena_done(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_every_operation),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_allow),
        cmocka_unit_test(test_description),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_missing_parameter),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
