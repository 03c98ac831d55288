/* The token endpoint's rules, RFC 6749 in hand. */
#include "store_test.h"

#include "auth/form.h"
#include "auth/grant.h"
#include "base/mem.h"

#include <stdlib.h>

#define NOW UINT64_C(1700000000000)
#define BODY "grant_type=client_credentials"

static void test_parse(void **state)
{
    static const struct {
        const char *body, *basic;
        const char *id, *secret, *scope; /* or */
        const char *error, *code;
    } cases[] = {
        {BODY "&client_id=a&client_secret=b", "", "a", "b", NULL, NULL, NULL},
        {BODY "&client_id=a%2Bb+c&client_secret=%25&scope=users+call%3Awrite", "", "a+b c", "%",
         "users call:write", NULL, NULL},
        {"&&" BODY "&client_id=a&client_secret=b&", "", "a", "b", NULL, NULL, NULL},
        {BODY "&scope=&client_id=a&client_secret=b&x=y", "", "a", "b", NULL, NULL, NULL},
        {BODY, "Basic YTpi", "a", "b", NULL, NULL, NULL},
        {BODY, "basic   YTpiOmM=", "a", "b:c", NULL, NULL, NULL},
        {BODY, "Basic YSUzQWI6Yw==", "a:b", "c", NULL, NULL, NULL}, /* a%3Ab:c, decoded inside */
        {BODY, "Basic YTpiJQ==", "a", "b%", NULL, NULL, NULL},      /* no such encoding: as it is */
        {BODY "&client_id=a", "Basic YTpi", "a", "b", NULL, NULL, NULL},

        {"", "", NULL, NULL, NULL, "invalid_request", "auth.grant_form"},
        {"client_id=a&client_secret=b", "", NULL, NULL, NULL, "invalid_request", "auth.grant_form"},
        {"grant_type=&client_id=a&client_secret=b", "", NULL, NULL, NULL, "invalid_request",
         "auth.grant_form"},
        {"grant_type=password&client_id=a&client_secret=b", "", NULL, NULL, NULL,
         "unsupported_grant_type", "auth.grant_type"},
        {"grant_type=CLIENT_CREDENTIALS&client_id=a&client_secret=b", "", NULL, NULL, NULL,
         "unsupported_grant_type", "auth.grant_type"},
        {BODY "&" BODY, "Basic YTpi", NULL, NULL, NULL, "invalid_request", "auth.grant_form"},
        {BODY "&client_id=%zz", "", NULL, NULL, NULL, "invalid_request", "auth.grant_form"},
        {BODY "&client_id=a%0", "", NULL, NULL, NULL, "invalid_request", "auth.grant_form"},
        {BODY "&client_id=a%00b&client_secret=b", "", NULL, NULL, NULL, "invalid_request",
         "auth.grant_form"},
        {BODY "&client_id=a\nb&client_secret=b", "", NULL, NULL, NULL, "invalid_request",
         "auth.grant_form"},
        {BODY, "", NULL, NULL, NULL, "invalid_client", "auth.grant_client"},
        {BODY "&client_id=a", "", NULL, NULL, NULL, "invalid_client", "auth.grant_client"},
        {BODY "&client_secret=a", "", NULL, NULL, NULL, "invalid_client", "auth.grant_client"},
        {BODY, "Basic OmI=", NULL, NULL, NULL, "invalid_client", "auth.grant_client"},
        {BODY, "Basic YTo=", NULL, NULL, NULL, "invalid_client", "auth.grant_client"},
        {BODY, "Bearer YTpi", NULL, NULL, NULL, "invalid_request", "auth.grant_basic"},
        {BODY, "Basic", NULL, NULL, NULL, "invalid_request", "auth.grant_basic"},
        {BODY, "Basic !!!!", NULL, NULL, NULL, "invalid_request", "auth.grant_basic"},
        {BODY, "Basic YWI=", NULL, NULL, NULL, "invalid_request", "auth.grant_basic"},
        {BODY, "Basic YQo6Yg==", NULL, NULL, NULL, "invalid_request", "auth.grant_basic"},
        {BODY "&client_id=b", "Basic YTpi", NULL, NULL, NULL, "invalid_request", "auth.grant_form"},
        {BODY "&client_secret=b", "Basic YTpi", NULL, NULL, NULL, "invalid_request",
         "auth.grant_form"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_grant_request request = {0};
        struct rw_grant_refusal refusal;
        struct rw_arena arena;
        enum rw_class class;

        rw_arena_init(&arena, 1u << 16);
        class = rw_grant_parse(rw_slice_str(cases[i].body), rw_slice_str(cases[i].basic), &arena,
                               &request, &refusal);
        if (!cases[i].error) {
            if (class != RW_OK)
                fail_msg("case %zu: %s %s", i, refusal.error, refusal.err.message);
            assert_string_equal(request.client_id, cases[i].id);
            assert_true(rw_slice_eq(request.secret, rw_slice_str(cases[i].secret)));
            assert_int_equal(request.scope == NULL, cases[i].scope == NULL);
            if (cases[i].scope)
                assert_string_equal(request.scope, cases[i].scope);
            assert_int_equal(request.challenge, *cases[i].basic != '\0');
        } else {
            assert_int_not_equal(class, RW_OK);
            assert_string_equal(refusal.error, cases[i].error);
            assert_string_equal(refusal.err.code, cases[i].code);
            assert_int_equal(class, strcmp(cases[i].error, "invalid_client") == 0
                                        ? RW_UNAUTHENTICATED
                                        : RW_MALFORMED);
            assert_int_equal(class, refusal.err.class);
            assert_true(*refusal.err.expected);
        }
        rw_arena_done(&arena);
    }
}

static void test_parse_bounds(void **state)
{
    static char body[RW_GRANT_BODY_MAX + 2];
    struct rw_grant_request request;
    struct rw_grant_refusal refusal;
    struct rw_arena arena;
    char *p = body;

    (void)state;
    memset(body, 'a', sizeof(body));
    rw_arena_init(&arena, 1u << 16);
    assert_int_equal(rw_grant_parse((struct rw_slice){body, RW_GRANT_BODY_MAX + 1},
                                    (struct rw_slice){NULL, 0}, &arena, &request, &refusal),
                     RW_MALFORMED);
    assert_string_equal(refusal.error, "invalid_request");
    for (int i = 0; i <= RW_FORM_FIELDS_MAX; i++)
        p += sprintf(p, "n%d=v&", i);
    assert_int_equal(rw_grant_parse((struct rw_slice){body, (size_t)(p - body)},
                                    (struct rw_slice){NULL, 0}, &arena, &request, &refusal),
                     RW_MALFORMED);
    assert_string_equal(refusal.err.code, "auth.grant_form");
    rw_arena_done(&arena);
}

static void test_parse_memory(void **state)
{
    static const char body[] = BODY "&scope=users";
    enum rw_class class = RW_NO_MEMORY;

    (void)state;
    for (size_t max = 0; class != RW_OK; max += 16) {
        struct rw_grant_request request;
        struct rw_grant_refusal refusal;
        struct rw_arena arena;

        rw_arena_init(&arena, max);
        class =
            rw_grant_parse(rw_slice_str(body), RW_LIT("Basic YTpi"), &arena, &request, &refusal);
        assert_true(class == RW_OK || class == RW_NO_MEMORY);
        rw_arena_done(&arena);
        assert_true(max < 4096);
    }
    assert_int_equal(rw_mem_live(), 0);
}

/* ------------------------------------------------------------------ issuing */

struct issued {
    char folder[32];
    const struct rw_auth_key *key;
};

static int set_up(void **state)
{
    struct issued *s = calloc(1, sizeof(*s));
    struct rw_err err;

    (void)snprintf(s->folder, sizeof(s->folder), "/tmp/rw-grant-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    assert_int_equal(rw_auth_key_make(s->folder, &s->key, &err), RW_OK);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct issued *s = *state;

    rw_auth_key_free(s->key);
    store_test_remove(s->folder);
    free(s);
    return 0;
}

static void test_issue(void **state)
{
    static const struct {
        const char *type, *has, *asks;
        bool there, verified, revoked;
        const char *row_scopes, *scope; /* or */
        const char *error, *code;
    } cases[] = {
        {"client_credentials", "", NULL, true, true, false, "", "", NULL, NULL},
        {"CLIENT-CREDENTIALS", "", NULL, true, true, false, "", "", NULL, NULL},
        {"client_credentials", "", "users call:write", true, true, false, "call:write,users",
         "call:write users", NULL, NULL},
        {"client_credentials", "users,call:write", NULL, true, true, false, "users,call:write",
         "users call:write", NULL, NULL},
        {"client_credentials", "users,call:write", " users  users ", true, true, false, "users",
         "users", NULL, NULL},
        {"client_credentials", "nonsense", NULL, true, true, false, "nonsense", "nonsense", NULL,
         NULL}, /* never turned into "", which says all */

        {"client_credentials", "", NULL, false, false, false, NULL, NULL, "invalid_client",
         "auth.grant_client"},
        {"client_credentials", "", NULL, false, true, false, NULL, NULL, "invalid_client",
         "auth.grant_client"},
        {"client_credentials", "", NULL, true, false, false, NULL, NULL, "invalid_client",
         "auth.grant_client"},
        {"client_credentials", "", NULL, true, true, true, NULL, NULL, "invalid_client",
         "auth.grant_client"},
        {"code", "", NULL, true, true, false, NULL, NULL, "unauthorized_client",
         "auth.grant_not_allowed"},
        {"code", "", NULL, true, false, false, NULL, NULL, "invalid_client", "auth.grant_client"},
        {"client_credential", "", NULL, true, true, false, NULL, NULL, "unauthorized_client",
         "auth.grant_not_allowed"},
        {NULL, "", NULL, true, true, false, NULL, NULL, "unauthorized_client",
         "auth.grant_not_allowed"},
        {"client_credentials", "", "everything", true, true, false, NULL, NULL, "invalid_scope",
         "auth.grant_scope"},
        {"client_credentials", "users", "users conversations", true, true, false, NULL, NULL,
         "invalid_scope", "auth.grant_scope"},
        {"client_credentials", "", "users,conversations", true, true, false, NULL, NULL,
         "invalid_scope", "auth.grant_scope"},
    };
    struct issued *s = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct rw_row_client client = {.id = "c-1",
                                             .tenant_id = TENANT_A,
                                             .name = "crm",
                                             .grant_type = cases[i].type,
                                             .roles = "integrator",
                                             .scopes = cases[i].has,
                                             .token_seconds = i == 1 ? 0 : 60,
                                             .revoked_ms = cases[i].revoked ? 5 : 0};
        const struct rw_grant_request request = {
            .client_id = "c-1", .scope = cases[i].asks, .challenge = i & 1};
        struct rw_grant_refusal refusal;
        struct rw_grant grant;
        struct rw_arena arena;
        char hash[RW_TOKEN_HASH];
        enum rw_class class;

        rw_arena_init(&arena, 1u << 16);
        class = rw_grant_issue(s->key, &request, cases[i].there ? &client : NULL, cases[i].verified,
                               0, NOW, &arena, &grant, &refusal);
        if (cases[i].error) {
            assert_int_equal(class, refusal.err.class);
            assert_int_not_equal(class, RW_OK);
            assert_string_equal(refusal.error, cases[i].error);
            assert_string_equal(refusal.err.code, cases[i].code);
            assert_int_equal(refusal.challenge, i & 1);
        } else {
            uint32_t seconds = i == 1 ? RW_TOKEN_SECONDS : 60;

            assert_int_equal(class, RW_OK);
            assert_string_equal(grant.row.scopes, cases[i].row_scopes);
            assert_string_equal(grant.scope, cases[i].scope);
            assert_int_equal(grant.expires_in, seconds);
            assert_int_equal(grant.row.expires_ms, NOW + seconds * UINT64_C(1000));
            assert_string_equal(grant.row.tenant_id, TENANT_A);
            assert_string_equal(grant.row.client_id, "c-1");
            assert_null(grant.row.user_id);
            assert_true(rw_token_shape(rw_slice_str(grant.text)));
            rw_token_hash(s->key, rw_slice_str(grant.text), hash);
            assert_string_equal(grant.row.hash, hash);
        }
        rw_arena_done(&arena);
    }
}

static void test_issue_memory(void **state)
{
    struct issued *s = *state;
    const struct rw_row_client client = {.id = "c-1",
                                         .tenant_id = TENANT_A,
                                         .grant_type = "client_credentials",
                                         .roles = "",
                                         .scopes = ""};
    const struct rw_grant_request request = {.client_id = "c-1", .scope = "users"};
    enum rw_class class = RW_NO_MEMORY;
    unsigned refused = 0;

    for (size_t max = 0; class != RW_OK; max += 64) {
        struct rw_grant_refusal refusal;
        struct rw_grant grant;
        struct rw_arena arena;

        rw_arena_init(&arena, max);
        class = rw_grant_issue(s->key, &request, &client, true, 0, NOW, &arena, &grant, &refusal);
        assert_true(class == RW_OK || class == RW_NO_MEMORY);
        refused += class != RW_OK;
        rw_arena_done(&arena);
        assert_true(max < 8192);
    }
    assert_true(refused > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_bounds),
        cmocka_unit_test(test_parse_memory),
        cmocka_unit_test_setup_teardown(test_issue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_issue_memory, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
