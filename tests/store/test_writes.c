/* What a change meets: its version, names and numbers that are taken, rows that lack something. */
#include "store_test.h"

#include <stdio.h>

/* An end is written once: what decided it stays. Another tenant can't end it. */
static void test_end_once(void **state)
{
    struct store_test *t = *state;
    struct rw_row_conversation out;
    struct rw_tx *tx = rw_tx_new(t->store);

    rw_tx_add_conversation(
        tx, &(struct rw_row_conversation){.id = "c", .tenant_id = TENANT_A, .created_ms = 1});
    rw_tx_end_conversation(tx, TENANT_B, "c", 2, "client", "stolen");
    store_test_commit(tx);
    assert_int_equal(rw_store_get_conversation(t->reader, TENANT_A, "c", &t->arena, &out, NULL),
                     RW_OK);
    assert_int_equal(out.ended_ms, 0);
    for (uint64_t at = 5; at < 7; at++) {
        tx = rw_tx_new(t->store);
        rw_tx_end_conversation(tx, TENANT_A, "c", at, at == 5 ? "peer" : "error", NULL);
        store_test_commit(tx);
    }
    assert_int_equal(rw_store_get_conversation(t->reader, TENANT_A, "c", &t->arena, &out, NULL),
                     RW_OK);
    assert_int_equal(out.ended_ms, 5);
    assert_string_equal(out.disconnect, "peer");
}

static enum rw_class put_edge(struct store_test *t, const char *tenant_id, uint32_t version,
                              const char *name, const char **ret_code)
{
    struct rw_tx *tx = rw_tx_new(t->store);
    struct rw_row_edge row = {"e", tenant_id, name, "active", version, 1, 1, NULL};

    rw_tx_put_edge(tx, &row);
    return store_test_try(tx, ret_code);
}

static void test_versions(void **state)
{
    struct store_test *t = *state;
    static const struct {
        const char *tenant_id;
        uint32_t version;
        const char *code, *name_after; /* of tenant A's edge */
    } cases[] = {
        {TENANT_A, 2, "store.version", NULL}, /* nothing there to replace */
        {TENANT_A, 0, "store.version", NULL},
        {TENANT_A, 1, "", "2"},
        {TENANT_A, 1, "store.version", "2"}, /* there already */
        {TENANT_B, 2, "store.version", "2"}, /* not B's */
        {TENANT_A, 3, "store.version", "2"}, /* one was missed */
        {TENANT_A, 2, "", "6"},
        {TENANT_A, 2, "store.version", "6"}, /* somebody was faster */
        {TENANT_A, 3, "", "8"},
        {TENANT_B, 1, "", "8"}, /* the same id in another tenant is another thing */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t generation = rw_store_generation(t->store);
        struct rw_row_edge out = {0};
        const char *code;
        char name[4];

        (void)snprintf(name, sizeof(name), "%zu", i);
        assert_int_equal(put_edge(t, cases[i].tenant_id, cases[i].version, name, &code),
                         *cases[i].code ? RW_CONFLICT : RW_OK);
        assert_string_equal(code, cases[i].code);
        assert_int_equal(rw_store_generation(t->store), generation + !*cases[i].code);
        (void)rw_store_get_edge(t->reader, TENANT_A, "e", &t->arena, &out, NULL);
        store_test_same(out.name, cases[i].name_after);
    }
}

static void test_unique(void **state)
{
    struct store_test *t = *state;
    struct rw_row_number number = {
        .tenant_id = TENANT_A, .e164 = "+6531", .state = "active", .version = 1};
    struct rw_row_user user = {
        .tenant_id = TENANT_A, .name = "n", .email = "a@b", .roles = "", .version = 1};
    static const struct {
        const char *number_id, *user_id, *user_state, *tenant_id, *code;
    } cases[] = {
        {"n1", NULL, NULL, TENANT_A, ""},
        {"n2", NULL, NULL, TENANT_A, "store.exists"}, /* the same number twice in a tenant */
        {"n2", NULL, NULL, TENANT_B, "store.exists"}, /* or in two */
        {NULL, "u1", "deleted", TENANT_A, ""},
        {NULL, "u2", "active", TENANT_A, ""}, /* a deleted user's address is free again */
        {NULL, "u3", "active", TENANT_A, "store.exists"},
        {NULL, "u3", "active", TENANT_B, ""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_tx *tx = rw_tx_new(t->store);
        const char *code;

        number.id = cases[i].number_id;
        user.id = cases[i].user_id;
        user.state = cases[i].user_state;
        number.tenant_id = user.tenant_id = cases[i].tenant_id;
        if (number.id)
            rw_tx_put_number(tx, &number);
        else
            rw_tx_put_user(tx, &user);
        (void)store_test_try(tx, &code);
        assert_string_equal(code, cases[i].code);
    }
}

/* Also when nobody looked before: the second of two that were written at once. */
static void test_numbers_once(void **state)
{
    struct store_test *t = *state;
    static const struct {
        const char *tenant_id, *id, *e164, *code;
    } cases[] = {{TENANT_A, "a", "+6531", ""},
                 {TENANT_B, "b", "+6531", "store.exists"},
                 {TENANT_A, "c", "+6531", "store.exists"},
                 {TENANT_B, "b", "+65311", ""}};
    const char *taken = "";

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_tx *tx = rw_tx_new(t->store);
        struct rw_err err = {.code = ""};

        rw_tx_put_number(tx, &(struct rw_row_number){.id = cases[i].id,
                                                     .tenant_id = cases[i].tenant_id,
                                                     .e164 = cases[i].e164,
                                                     .state = "active",
                                                     .version = 1});
        assert_int_equal(rw_tx_commit(tx, &err), *cases[i].code ? RW_CONFLICT : RW_OK);
        assert_string_equal(err.code, cases[i].code);
    }
    assert_int_equal(
        rw_store_taken_elsewhere(t->reader, TENANT_B, "+6530", "+6539", &t->arena, &taken, NULL),
        RW_OK);
    assert_string_equal(taken, "+6531");
    assert_int_equal(
        rw_store_taken_elsewhere(t->reader, TENANT_A, "+6530", "+6539", &t->arena, &taken, NULL),
        RW_OK);
    assert_null(taken); /* its own, and one of another length */
}

/* The audit is numbered by the database, whatever the row says, and listed newest first. */
static void test_audit(void **state)
{
    struct store_test *t = *state;
    struct rw_page page = {.size = 2, .number = 1};
    struct rw_row_audit *rows;
    size_t n;

    for (int i = 0; i < 2; i++) {
        struct rw_tx *tx = rw_tx_new(t->store);

        rw_tx_add_audit(tx,
                        &(struct rw_row_audit){1, TENANT_A, "user:u", i ? "user.edit" : "user.add",
                                               "user:v", "corr", "{}", 7});
        rw_tx_add_audit(tx, &(struct rw_row_audit){.tenant_id = TENANT_A, .action = "login"});
        store_test_commit(tx);
    }
    assert_int_equal(rw_store_list_audit(t->reader, TENANT_A, &page, &t->arena, &rows, &n, NULL),
                     RW_OK);
    assert_int_equal(page.total, 4);
    assert_int_equal(n, 2);
    assert_int_equal(rows[0].seq, rows[1].seq + 1);
    assert_string_equal(rows[0].action, "login");
    assert_null(rows[0].actor);
    assert_string_equal(rows[1].action, "user.edit");
    assert_string_equal(rows[1].actor, "user:u");
    assert_string_equal(rows[1].entity, "user:v");
    assert_string_equal(rows[1].correlation_id, "corr");
    assert_string_equal(rows[1].detail, "{}");
    assert_int_equal(rows[1].at_ms, 7);
}

/* A row that lacks what it must have is our own fault, and fails alone. */
static void test_incomplete(void **state)
{
    struct store_test *t = *state;
    struct rw_tx *tx = rw_tx_new(t->store);
    const char *code;

    rw_tx_put_edge(tx, &(struct rw_row_edge){.id = "e", .tenant_id = TENANT_A, .version = 1});
    assert_int_equal(store_test_try(tx, &code), RW_BUG);
    assert_string_equal(code, "store.incomplete");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_end_once),     STORE_TEST(test_versions), STORE_TEST(test_unique),
        STORE_TEST(test_numbers_once), STORE_TEST(test_audit),    STORE_TEST(test_incomplete),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
