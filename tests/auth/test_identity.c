/* The door: headers, tokens good and bad, what is remembered and for how long, who is locked out. */
#include "store_test.h"

#include "auth/identity.h"
#include "auth/secret.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

#define NOW UINT64_C(1700000000000)
#define USER "0192f000-0000-7000-8000-0000000000aa"
#define CLIENT "0192f000-0000-7000-8000-0000000000cc"
#define PEER RW_LIT("192.0.2.7:51234")

struct door {
    struct store_test t;
    const struct rw_auth_key *key;
    struct rw_auth *auth;
    uint32_t user_version, client_version;
};

static void put_user(struct door *d, const char *state, const char *roles)
{
    struct rw_tx *tx = rw_tx_new(d->t.store);

    rw_tx_put_user(tx, &(struct rw_row_user){.id = USER,
                                             .tenant_id = TENANT_A,
                                             .name = "Ann",
                                             .state = state,
                                             .roles = roles,
                                             .version = ++d->user_version,
                                             .created_ms = NOW});
    store_test_commit(tx);
}

static void put_client(struct door *d, const char *roles, const char *scopes, uint64_t revoked_ms)
{
    struct rw_tx *tx = rw_tx_new(d->t.store);

    rw_tx_put_client(tx, &(struct rw_row_client){.id = CLIENT,
                                                 .tenant_id = TENANT_A,
                                                 .name = "crm",
                                                 .secret_hash = "",
                                                 .roles = roles,
                                                 .grant_type = "client_credentials",
                                                 .scopes = scopes,
                                                 .token_seconds = 60,
                                                 .version = ++d->client_version,
                                                 .created_ms = NOW,
                                                 .revoked_ms = revoked_ms});
    store_test_commit(tx);
}

/* Makes and stores a token; its header text is written to `header`. */
static void make_token(struct door *d, const struct rw_token_order *order, char header[64],
                       const char **ret_id)
{
    char text[RW_TOKEN_TEXT];
    struct rw_row_token row;
    struct rw_tx *tx = rw_tx_new(d->t.store);

    assert_int_equal(rw_token_make(d->key, order, NOW, &d->t.arena, &row, text, NULL), RW_OK);
    rw_tx_put_token(tx, &row);
    store_test_commit(tx);
    (void)snprintf(header, 64, "Bearer %s", text);
    if (ret_id)
        *ret_id = row.id;
}

static enum rw_class knock(struct door *d, const char *header, const struct rw_identity **ret,
                           struct rw_err *err)
{
    *err = (struct rw_err){0};
    *ret = NULL;
    return rw_auth_identify(d->auth, rw_slice_str(header), PEER, &d->t.arena, ret, err);
}

static int set_up(void **state)
{
    struct door *d = calloc(1, sizeof(*d));
    struct rw_err err;

    store_test_open(&d->t);
    assert_int_equal(rw_auth_key_make(d->t.folder, &d->key, &err), RW_OK);
    assert_int_equal(rw_auth_new(&d->auth, d->t.store, d->t.reader, d->key, &err), RW_OK);
    rw_clock_set_virtual(NOW);
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    struct door *d = *state;

    rw_clock_set_virtual(0);
    rw_auth_free(d->auth);
    rw_auth_key_free(d->key);
    store_test_close(&d->t);
    free(d);
    return 0;
}

/* ------------------------------------------------------------------ headers */

static void test_headers(void **state)
{
    static const struct {
        const char *header, *token, *code, *found;
    } cases[] = {
        {"Bearer abc", "abc", NULL, NULL},
        {"bearer   abc ", "abc", NULL, NULL},
        {"\tBEARER abc", "abc", NULL, NULL},
        {"Bearer a-._~+/=", "a-._~+/=", NULL, NULL},
        {"", NULL, "auth.missing_token", "no Authorization header"},
        {"  ", NULL, "auth.missing_token", "no Authorization header"},
        {"Bearer", NULL, "auth.malformed_header", "Bearer, and no token"},
        {"Bearer  ", NULL, "auth.malformed_header", "Bearer, and no token"},
        {"rw_secret", NULL, "auth.malformed_header", "a single word, no scheme before it"},
        {"Basic YTpi", NULL, "auth.malformed_header", "scheme Basic"},
        {"Bearer a b", NULL, "auth.malformed_header", "byte 0x20 at character 2 of the token"},
        {"Bearer \"abc\"", NULL, "auth.malformed_header", "byte 0x22 at character 1 of the token"},
        {"Bearer ab\xe2\x80\x8b", NULL, "auth.malformed_header",
         "byte 0xe2 at character 3 of the token"},
        {"\x1b[31m x", NULL, "auth.malformed_header", "scheme \\u{001B}[31m"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_err err = {0};
        struct rw_slice token = {NULL, 0};
        enum rw_class class = rw_bearer_read(rw_slice_str(cases[i].header), &token, &err);

        assert_int_equal(class, cases[i].code ? RW_UNAUTHENTICATED : RW_OK);
        if (cases[i].token)
            assert_true(rw_slice_eq(token, rw_slice_str(cases[i].token)));
        if (!cases[i].code)
            continue;
        assert_string_equal(err.code, cases[i].code);
        assert_string_equal(err.found, cases[i].found);
        assert_true(*err.expected);
        assert_int_equal(rw_bearer_read(rw_slice_str(cases[i].header), &token, NULL), class);
    }
}

/* ------------------------------------------------------------------ tokens */

static void test_user_token(void **state)
{
    struct door *d = *state;
    const struct rw_identity *id, *again;
    struct rw_err err;
    char header[64];

    put_user(d, "active", "agent,viewer");
    make_token(d, &(struct rw_token_order){.tenant_id = TENANT_A, .user_id = USER, .seconds = 60},
               header, NULL);
    assert_int_equal(knock(d, header, &id, &err), RW_OK);
    assert_string_equal(id->tenant_id, TENANT_A);
    assert_string_equal(id->user_id, USER);
    assert_null(id->client_id);
    assert_string_equal(id->roles, "agent,viewer");
    assert_string_equal(id->scopes, "");
    assert_true(id->scope_set.all);
    assert_int_equal(id->expires_ms, NOW + 60000);
    assert_true(rw_permissions_have(&id->permissions, "conversation:call:add"));
    assert_false(rw_permissions_have(&id->permissions, "admin"));
    assert_int_equal(rw_auth_counters(d->auth)->misses, 1);

    assert_int_equal(knock(d, header, &again, &err), RW_OK);
    assert_ptr_not_equal(again, id); /* each request has its own */
    assert_string_equal(again->token_id, id->token_id);
    assert_int_equal(rw_auth_counters(d->auth)->misses, 1);
    assert_int_equal(rw_auth_counters(d->auth)->hits, 1);

    rw_clock_set_virtual(NOW + 59999);
    assert_int_equal(knock(d, header, &id, &err), RW_OK);
    rw_clock_set_virtual(NOW + 60000); /* remembered or not, it is over */
    assert_int_equal(knock(d, header, &id, &err), RW_UNAUTHENTICATED);
    assert_string_equal(err.code, "auth.token_expired");
    assert_string_equal(err.found, "good until 2023-11-14T22:14:20.000Z; it is "
                                   "2023-11-14T22:14:20.000Z here");
    assert_null(id);
}

/* Whatever an administrator takes away is gone with the next request. */
static void test_taken_away(void **state)
{
    struct door *d = *state;
    const struct rw_identity *id;
    const char *token_id;
    struct rw_err err;
    struct rw_tx *tx;
    char header[64];

    put_user(d, "active", "agent,admin");
    make_token(d,
               &(struct rw_token_order){.tenant_id = TENANT_A, .user_id = USER, .roles = "admin"},
               header, &token_id);
    assert_int_equal(knock(d, header, &id, &err), RW_OK);
    assert_true(rw_permissions_have(&id->permissions, "admin"));
    assert_int_equal(id->expires_ms, 0);

    put_user(d, "active", "agent"); /* the token says admin, the user is none any more */
    assert_int_equal(knock(d, header, &id, &err), RW_OK);
    assert_false(rw_permissions_have(&id->permissions, "admin"));
    assert_true(rw_permissions_have(&id->permissions, "conversation:call:add"));

    put_user(d, "inactive", "agent");
    assert_int_equal(knock(d, header, &id, &err), RW_UNAUTHENTICATED);
    assert_string_equal(err.code, "auth.user_inactive");
    put_user(d, "active", "agent");
    assert_int_equal(knock(d, header, &id, &err), RW_OK);

    tx = rw_tx_new(d->t.store);
    rw_tx_revoke_token(tx, TENANT_B, token_id, NOW); /* not theirs */
    store_test_commit(tx);
    assert_int_equal(knock(d, header, &id, &err), RW_OK);
    tx = rw_tx_new(d->t.store);
    rw_tx_revoke_token(tx, TENANT_A, token_id, NOW);
    store_test_commit(tx);
    assert_int_equal(knock(d, header, &id, &err), RW_UNAUTHENTICATED);
    assert_string_equal(err.code, "auth.token_revoked");
    assert_string_equal(err.found, "it was revoked at 2023-11-14T22:13:20.000Z");
}

static void test_client_token(void **state)
{
    struct door *d = *state;
    const struct rw_identity *id;
    struct rw_err err;
    struct rw_tx *tx;
    char header[2][64];

    put_client(d, "integrator", "conversations,users", 0);
    for (int i = 0; i < 2; i++)
        make_token(d,
                   &(struct rw_token_order){.tenant_id = TENANT_A,
                                            .client_id = CLIENT,
                                            .scopes = i ? "telephony" : "users,telephony"},
                   header[i], NULL);
    assert_int_equal(knock(d, header[0], &id, &err), RW_OK);
    assert_null(id->user_id);
    assert_string_equal(id->client_id, CLIENT);
    assert_string_equal(id->roles, "integrator");
    assert_string_equal(id->scopes, "users"); /* both the token and the client must have it */
    assert_true(rw_permissions_have(&id->permissions, "conversation:agentlessCall:add"));
    assert_int_equal(knock(d, header[1], &id, &err), RW_OK);
    assert_string_equal(id->scopes, "(none)"); /* and never "", which says all */
    assert_false(id->scope_set.all);

    put_client(d, "viewer", "", 0);
    assert_int_equal(knock(d, header[0], &id, &err), RW_OK);
    assert_string_equal(id->scopes, "telephony,users");
    assert_false(rw_permissions_have(&id->permissions, "conversation:agentlessCall:add"));

    put_client(d, "viewer", "", NOW);
    assert_int_equal(knock(d, header[0], &id, &err), RW_UNAUTHENTICATED);
    assert_string_equal(err.code, "auth.token_revoked");
    put_client(d, "viewer", "", 0);
    tx = rw_tx_new(d->t.store);
    rw_tx_revoke_tokens_of_client(tx, TENANT_A, CLIENT, NOW);
    store_test_commit(tx);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(knock(d, header[i], &id, &err), RW_UNAUTHENTICATED);
        assert_string_equal(err.code, "auth.token_revoked");
    }
}

/* A token of a user or client of another tenant stands for nobody. */
static void test_tenants_apart(void **state)
{
    struct door *d = *state;
    const struct rw_identity *id;
    struct rw_err err;
    char header[64];

    put_user(d, "active", "admin");
    put_client(d, "admin", "", 0);
    make_token(d, &(struct rw_token_order){.tenant_id = TENANT_B, .user_id = USER}, header, NULL);
    assert_int_equal(knock(d, header, &id, &err), RW_UNAUTHENTICATED);
    assert_string_equal(err.code, "auth.user_inactive");
    make_token(d, &(struct rw_token_order){.tenant_id = TENANT_B, .client_id = CLIENT}, header,
               NULL);
    assert_int_equal(knock(d, header, &id, &err), RW_UNAUTHENTICATED);
    assert_string_equal(err.code, "auth.token_revoked");
    /* and one of nobody has no permission at all, whatever it omits to say */
    make_token(d, &(struct rw_token_order){.tenant_id = TENANT_A}, header, NULL);
    assert_int_equal(knock(d, header, &id, &err), RW_OK);
    for (unsigned i = 0; rw_permission_at(i); i++)
        assert_false(rw_permissions_have(&id->permissions, rw_permission_at(i)));
}

static void test_unknown(void **state)
{
    static const struct {
        const char *header, *found;
    } cases[] = {
        {"Bearer rw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
         "a token of the right form, of another server or removed here"},
        {"Bearer rw_AAAA", "7 characters; tokens of this server have 46 and begin with rw_"},
        {"Bearer eyJhbGciOi.J9",
         "13 characters, another beginning; tokens of this server have 46 and begin with rw_"},
    };
    struct door *d = *state;
    const struct rw_identity *id;
    struct rw_err err;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(knock(d, cases[i].header, &id, &err), RW_UNAUTHENTICATED);
        assert_string_equal(err.code, "auth.unknown_token");
        assert_string_equal(err.found, cases[i].found);
        assert_null(id);
    }
    assert_int_equal(rw_auth_counters(d->auth)->failures, 3);
}

static void test_lock(void **state)
{
    struct door *d = *state;
    const struct rw_identity *id;
    struct rw_err err;
    char header[2][64], guess[64] = "Bearer ";

    put_user(d, "active", "agent");
    for (int i = 0; i < 2; i++)
        make_token(d, &(struct rw_token_order){.tenant_id = TENANT_A, .user_id = USER}, header[i],
                   NULL);
    assert_int_equal(knock(d, header[0], &id, &err), RW_OK);
    for (int i = 0; i < RW_AUTH_FAILURES_MAX; i++) {
        rw_token_new(guess + 7);
        assert_int_equal(knock(d, guess, &id, &err), RW_UNAUTHENTICATED);
    }
    assert_int_equal(knock(d, guess, &id, &err), RW_LIMIT);
    assert_string_equal(err.code, "auth.too_many_failures");
    assert_string_equal(err.found, "20 failures within a minute");
    assert_non_null(strstr(err.message, "in 60 s"));
    assert_int_equal(rw_auth_counters(d->auth)->locked, 1);
    assert_int_equal(knock(d, header[0], &id, &err), RW_OK);    /* known a moment ago */
    assert_int_equal(knock(d, header[1], &id, &err), RW_LIMIT); /* might be a guess */
    assert_int_equal(rw_auth_peer_check(d->auth, PEER, NULL), RW_LIMIT);
    assert_int_equal(rw_auth_peer_check(d->auth, RW_LIT("192.0.2.8:1"), NULL), RW_OK);
    assert_int_equal(rw_auth_identify(d->auth, rw_slice_str(header[1]), RW_LIT("192.0.2.8:1"),
                                      &d->t.arena, &id, &err),
                     RW_OK);
    rw_clock_set_virtual(NOW + 60000);
    assert_int_equal(knock(d, header[1], &id, &err), RW_OK);
    rw_auth_peer_failed(d->auth, PEER);
    assert_int_equal(rw_auth_peer_check(d->auth, PEER, NULL), RW_OK);
}

/* More tokens than are remembered: each still stands for its own, and one in use stays remembered. */
static void test_many(void **state)
{
    struct door *d = *state;
    enum { MANY = 6000 };
    struct rw_tx *tx = rw_tx_new(d->t.store);
    char(*headers)[64] = calloc(MANY, sizeof(*headers));
    char(*ids)[37] = calloc(MANY, sizeof(*ids));

    put_user(d, "active", "agent");
    for (int i = 0; i < MANY; i++) {
        char text[RW_TOKEN_TEXT];
        struct rw_row_token row;
        const struct rw_token_order order = {.tenant_id = TENANT_A, .user_id = USER};

        assert_int_equal(rw_token_make(d->key, &order, NOW, &d->t.arena, &row, text, NULL), RW_OK);
        rw_tx_put_token(tx, &row);
        (void)snprintf(headers[i], 64, "Bearer %s", text);
        (void)snprintf(ids[i], 37, "%s", row.id);
    }
    store_test_commit(tx);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < MANY; i++) {
            const struct rw_identity *id;
            struct rw_arena arena;
            uint64_t hits;
            struct rw_err err;

            rw_arena_init(&arena, 4096);
            assert_int_equal(
                rw_auth_identify(d->auth, rw_slice_str(headers[i]), PEER, &arena, &id, &err),
                RW_OK);
            assert_string_equal(id->token_id, ids[i]);
            hits = rw_auth_counters(d->auth)->hits;
            assert_int_equal(
                rw_auth_identify(d->auth, rw_slice_str(headers[0]), PEER, &arena, &id, &err),
                RW_OK);
            assert_int_equal(rw_auth_counters(d->auth)->hits, hits + 1);
            rw_arena_done(&arena);
        }
    free(headers);
    free(ids);
}

/* The token is shown once: nothing of it is in the database's files. */
static void test_not_in_files(void **state)
{
    struct door *d = *state;
    const struct rw_identity *id;
    struct rw_err err;
    char header[64];

    put_user(d, "active", "agent");
    make_token(d, &(struct rw_token_order){.tenant_id = TENANT_A, .user_id = USER}, header, NULL);
    assert_int_equal(knock(d, header, &id, &err), RW_OK);
    for (int i = 0; i < 2; i++) {
        char path[112];
        char *bytes;
        FILE *f;
        long n;

        (void)snprintf(path, sizeof(path), "%s%s", d->t.path, i ? "-wal" : "");
        f = fopen(path, "r");
        assert_non_null(f);
        (void)fseek(f, 0, SEEK_END);
        n = ftell(f);
        rewind(f);
        bytes = malloc((size_t)n);
        assert_int_equal(fread(bytes, 1, (size_t)n, f), n);
        (void)fclose(f);
        assert_null(memmem(bytes, (size_t)n, header + 7 + 3, 43));
        if (i) /* the test can find things: the user's name is there */
            assert_non_null(memmem(bytes, (size_t)n, "Ann", 3));
        free(bytes);
    }
}

static void test_memory(void **state)
{
    struct door *d = *state;
    struct rw_err err;
    char header[64];
    enum rw_class class = RW_NO_MEMORY;
    unsigned refused = 0;

    put_user(d, "active", "agent");
    make_token(d, &(struct rw_token_order){.tenant_id = TENANT_A, .user_id = USER}, header, NULL);
    for (long after = 0; class != RW_OK; after++) {
        const struct rw_identity *id;
        struct rw_auth *auth = NULL;
        struct rw_arena arena;
        long live = rw_mem_live();

        rw_arena_init(&arena, 4096);
        rw_mem_fail_after(after);
        class = rw_auth_new(&auth, d->t.store, d->t.reader, d->key, &err);
        if (class == RW_OK)
            class = rw_auth_identify(auth, rw_slice_str(header), PEER, &arena, &id, &err);
        rw_mem_fail_after(-1);
        assert_true(class == RW_OK || class == RW_NO_MEMORY);
        refused += class != RW_OK;
        rw_auth_free(auth);
        rw_arena_done(&arena);
        assert_int_equal(rw_mem_live(), live);
        assert_true(after < 50);
    }
    assert_true(refused > 4);
}

/* ------------------------------------------------------------------ making tokens */

static void test_for_user(void **state)
{
    static const struct {
        const char *state, *scopes, *code;
    } cases[] = {
        {"active", NULL, NULL},
        {"active", "", NULL},
        {"active", "conversations,users:readonly", NULL},
        {"inactive", "", "auth.token_for_inactive_user"},
        {"deleted", "", "auth.token_for_inactive_user"},
        {"active", "everything", "auth.unknown_scope"},
        {"active", "users,", NULL},
        {"active", "users,,users", "auth.unknown_scope"},
        {"active", "users:readonly,Users", "auth.unknown_scope"},
    };
    struct door *d = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct rw_row_user user = {
            .id = USER, .tenant_id = TENANT_A, .state = cases[i].state};
        char text[RW_TOKEN_TEXT], hash[RW_TOKEN_HASH];
        struct rw_row_token row;
        struct rw_err err = {0};
        enum rw_class class = rw_token_for_user(d->key, &user, cases[i].scopes, 3600, 3, NOW,
                                                &d->t.arena, &row, text, &err);

        assert_int_equal(class == RW_OK, cases[i].code == NULL);
        if (cases[i].code) {
            assert_string_equal(err.code, cases[i].code);
            continue;
        }
        rw_token_hash(d->key, rw_slice_str(text), hash);
        assert_string_equal(row.hash, hash);
        assert_string_equal(row.user_id, USER);
        assert_string_equal(row.scopes, cases[i].scopes ? cases[i].scopes : "");
        assert_int_equal(row.expires_ms, NOW + 3600000);
        assert_int_equal(rw_id_worker(rw_slice_str(row.id)), 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test_setup_teardown(test_user_token, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_taken_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_client_token, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tenants_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_in_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_for_user, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
