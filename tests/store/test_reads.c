/* The questions of the store: pages and their order, filters, neighbours, each for its tenant alone. */
#include "store_test.h"

#include <stdio.h>

static void put_pool(struct rw_tx *tx, const char *id, const char *first, const char *last)
{
    rw_tx_put_extension_pool(tx, &(struct rw_row_extension_pool){.id = id,
                                                                 .tenant_id = TENANT_A,
                                                                 .name = id,
                                                                 .first_number = first,
                                                                 .last_number = last,
                                                                 .version = 1});
}

static void test_extension_pools_with(void **state)
{
    struct store_test *t = *state;
    static const struct {
        const char *first, *last, *ids;
    } cases[] = {{"20", "20", "a"}, {"19", "20", "a"},  {"29", "30", "ab"},
                 {"10", "19", ""},  {"200", "299", ""}, {NULL, NULL, "abc"},
                 {"60", "90", ""},  {"10", "99", "ab"}, {"2500", "2500", "c"}};
    struct rw_tx *tx = rw_tx_new(t->store);

    put_pool(tx, "c", "2000", "2999");
    put_pool(tx, "b", "30", "39");
    put_pool(tx, "a", "20", "29");
    store_test_commit(tx);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_page page = {.size = 10, .number = 1};
        struct rw_row_extension_pool *rows;
        char ids[8] = "";
        size_t n;

        assert_int_equal(rw_store_extension_pools_with(t->reader, TENANT_A, cases[i].first,
                                                       cases[i].last, &page, &t->arena, &rows, &n,
                                                       NULL),
                         RW_OK);
        for (size_t k = 0; k < n; k++)
            ids[k] = rows[k].id[0];
        assert_string_equal(ids, cases[i].ids);
    }
}

static void test_paging(void **state)
{
    struct store_test *t = *state;
    struct rw_tx *tx = rw_tx_new(t->store);
    static const struct {
        uint32_t size, number;
        size_t rows;
        const char *first;
    } cases[] = {{10, 1, 10, "u00"},  {10, 3, 5, "u20"},  {10, 4, 0, NULL},        {0, 1, 0, NULL},
                 {100, 1, 25, "u00"}, {10, 0, 10, "u00"}, {1, UINT32_MAX, 0, NULL}};

    for (int i = 0; i < 27; i++) {
        char id[8];

        (void)snprintf(id, sizeof(id), "u%02d", i);
        rw_tx_put_user(tx, &(struct rw_row_user){.id = id,
                                                 .tenant_id = i == 26 ? TENANT_B : TENANT_A,
                                                 .name = id,
                                                 .roles = "",
                                                 .version = 1,
                                                 .state = i == 25 ? "deleted" : "active"});
    }
    store_test_commit(tx);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_page page = {.size = cases[i].size, .number = cases[i].number};
        struct rw_row_user *rows;
        size_t n = 99;

        assert_int_equal(
            rw_store_list_users(t->reader, TENANT_A, &page, &t->arena, &rows, &n, NULL), RW_OK);
        assert_int_equal(n, cases[i].rows);
        assert_int_equal(page.total, 25);
        if (n)
            assert_string_equal(rows[0].id, cases[i].first);
    }
}

/* By a column, texts without regard to case; equal ones stay in the order of the list. */
static void test_order(void **state)
{
    struct store_test *t = *state;
    static const char *const names[] = {"beta", "Alpha", "gamma", "alpha"};
    static const struct {
        struct rw_page page;
        const char *ids;
    } cases[] = {{{.size = 10, .number = 1}, "0123"},
                 {{.size = 10, .number = 1, .sort = "name"}, "1302"},
                 {{.size = 10, .number = 1, .sort = "name", .descending = true}, "2013"},
                 {{.size = 10, .number = 1, .sort = "created_ms", .descending = true}, "3210"},
                 {{.size = 2, .number = 2, .sort = "name"}, "02"}};
    struct rw_tx *tx = rw_tx_new(t->store);

    for (size_t i = 0; i < 4; i++) {
        char id[2] = {(char)('0' + i), '\0'};

        rw_tx_put_user(tx, &(struct rw_row_user){.id = id,
                                                 .tenant_id = TENANT_A,
                                                 .name = names[i],
                                                 .roles = "",
                                                 .version = 1,
                                                 .created_ms = i,
                                                 .state = "active"});
    }
    store_test_commit(tx);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_page page = cases[i].page;
        struct rw_row_user *rows;
        char ids[8] = "";
        size_t n;

        assert_int_equal(
            rw_store_list_users(t->reader, TENANT_A, &page, &t->arena, &rows, &n, NULL), RW_OK);
        assert_int_equal(page.total, 4);
        for (size_t k = 0; k < n; k++)
            ids[k] = rows[k].id[0];
        assert_string_equal(ids, cases[i].ids);
    }
}

#define LIST_OF_B_IS_EMPTY(plural, row)                                                            \
    do {                                                                                           \
        struct rw_page all = {.size = 100, .number = 1};                                           \
        struct rw_row_##row *rows;                                                                 \
        size_t got = 99;                                                                           \
                                                                                                   \
        assert_int_equal(                                                                          \
            rw_store_list_##plural(t->reader, TENANT_A, &all, &t->arena, &rows, &got, NULL),       \
            RW_OK);                                                                                \
        assert_int_equal(got, 1);                                                                  \
        assert_int_equal(all.total, 1);                                                            \
        assert_int_equal(                                                                          \
            rw_store_list_##plural(t->reader, TENANT_B, &all, &t->arena, &rows, &got, NULL),       \
            RW_OK);                                                                                \
        assert_int_equal(got, 0);                                                                  \
        assert_int_equal(all.total, 0);                                                            \
    } while (0)

static void test_tenants_apart(void **state)
{
    struct store_test *t = *state;
    struct rw_tx *tx = rw_tx_new(t->store);
    struct rw_row_conversation *open;
    struct rw_row_idempotency key;
    struct rw_row_tenant *tenants, tenant;
    struct rw_row_number number, *near_numbers;
    struct rw_row_event *events;
    struct rw_page page = {.size = 9, .number = 1};
    size_t n;

    rw_tx_put_tenant(tx, &(struct rw_row_tenant){TENANT_A, "A", 1});
    rw_tx_put_tenant(tx, &(struct rw_row_tenant){TENANT_B, "B", 1});
    rw_tx_put_user(tx, &(struct rw_row_user){.id = "i",
                                             .tenant_id = TENANT_A,
                                             .name = "n",
                                             .state = "active",
                                             .roles = "",
                                             .version = 1});
    rw_tx_put_station(
        tx, &(struct rw_row_station){
                .id = "i", .tenant_id = TENANT_A, .name = "n", .state = "active", .version = 1});
    rw_tx_put_edge(tx, &(struct rw_row_edge){"i", TENANT_A, "n", "active", 1, 1, 1, NULL});
    rw_tx_put_trunk(tx, &(struct rw_row_trunk){.id = "i",
                                               .tenant_id = TENANT_A,
                                               .name = "n",
                                               .state = "active",
                                               .host = "h",
                                               .transport = "udp",
                                               .version = 1});
    rw_tx_put_number(
        tx, &(struct rw_row_number){
                .id = "i", .tenant_id = TENANT_A, .e164 = "+65", .state = "active", .version = 1});
    rw_tx_put_did_pool(tx, &(struct rw_row_did_pool){.id = "i",
                                                     .tenant_id = TENANT_A,
                                                     .name = "n",
                                                     .first_e164 = "+65",
                                                     .last_e164 = "+65",
                                                     .version = 1});
    rw_tx_put_site(
        tx, &(struct rw_row_site){
                .id = "i", .tenant_id = TENANT_A, .name = "n", .state = "active", .version = 1});
    rw_tx_put_route(tx, &(struct rw_row_route){.id = "i",
                                               .tenant_id = TENANT_A,
                                               .site_id = "i",
                                               .name = "n",
                                               .prefixes = "",
                                               .trunk_ids = "t",
                                               .distribution = "RANDOM",
                                               .classifications = "",
                                               .version = 1});
    rw_tx_put_number_plan(tx, &(struct rw_row_number_plan){.id = "i",
                                                           .tenant_id = TENANT_A,
                                                           .site_id = "i",
                                                           .name = "n",
                                                           .match_type = "digitLength",
                                                           .match = "",
                                                           .classification = "c",
                                                           .version = 1});
    rw_tx_put_extension_pool(
        tx, &(struct rw_row_extension_pool){"i", TENANT_A, "n", NULL, "1", "9", 1, 1, 1});
    rw_tx_put_extension(tx,
                        &(struct rw_row_extension){"i", TENANT_A, "1", "i", "USER", "i", 1, 1, 1});
    rw_tx_put_client(tx, &(struct rw_row_client){"i", TENANT_A, "n", "h", "g", "", "", 1, 1, 1, 0});
    rw_tx_put_token(tx, &(struct rw_row_token){.hash = "h",
                                               .id = "i",
                                               .tenant_id = TENANT_A,
                                               .client_id = "i",
                                               .roles = "",
                                               .scopes = ""});
    rw_tx_add_conversation(
        tx, &(struct rw_row_conversation){.id = "i", .tenant_id = TENANT_A, .user_id = "u"});
    rw_tx_add_event(tx, &(struct rw_row_event){
                            .conversation_id = "i", .tenant_id = TENANT_A, .type = "created"});
    rw_tx_add_audit(tx, &(struct rw_row_audit){.tenant_id = TENANT_A, .action = "a"});
    rw_tx_add_idempotency(tx, &(struct rw_row_idempotency){.tenant_id = TENANT_A,
                                                           .key = "k",
                                                           .body_hash = "h",
                                                           .expires_ms = UINT64_C(1) << 50});
    store_test_commit(tx);

    LIST_OF_B_IS_EMPTY(users, user);
    LIST_OF_B_IS_EMPTY(stations, station);
    LIST_OF_B_IS_EMPTY(edges, edge);
    LIST_OF_B_IS_EMPTY(trunks, trunk);
    LIST_OF_B_IS_EMPTY(numbers, number);
    LIST_OF_B_IS_EMPTY(did_pools, did_pool);
    LIST_OF_B_IS_EMPTY(sites, site);
    LIST_OF_B_IS_EMPTY(routes, route);
    LIST_OF_B_IS_EMPTY(number_plans, number_plan);
    LIST_OF_B_IS_EMPTY(extension_pools, extension_pool);
    LIST_OF_B_IS_EMPTY(extensions, extension);
    LIST_OF_B_IS_EMPTY(clients, client);
    LIST_OF_B_IS_EMPTY(tokens, token);
    LIST_OF_B_IS_EMPTY(conversations, conversation);
    LIST_OF_B_IS_EMPTY(audit, audit);

    for (int b = 0; b < 2; b++) {
        const char *tenant_id = b ? TENANT_B : TENANT_A;
        size_t want = b ? 0 : 1;
        enum rw_class class = b ? RW_NOT_FOUND : RW_OK;

        assert_int_equal(
            rw_store_list_open(t->reader, tenant_id, NULL, &page, &t->arena, &open, &n, NULL),
            RW_OK);
        assert_int_equal(n, want);
        assert_int_equal(
            rw_store_list_open(t->reader, tenant_id, "u", &page, &t->arena, &open, &n, NULL),
            RW_OK);
        assert_int_equal(n, want);
        assert_int_equal(
            rw_store_find_number(t->reader, tenant_id, "+65", &t->arena, &number, NULL), class);
        assert_int_equal(rw_store_near_numbers(t->reader, tenant_id, NULL, "+66", 5, &t->arena,
                                               &near_numbers, &n, NULL),
                         RW_OK);
        assert_int_equal(n, want);
        assert_int_equal(
            rw_store_events_after(t->reader, tenant_id, 0, 9, &t->arena, &events, &n, NULL), RW_OK);
        assert_int_equal(n, want);
        assert_int_equal(
            rw_store_get_idempotency(t->reader, tenant_id, "k", 99, &t->arena, &key, NULL), class);
        assert_int_equal(rw_store_get_tenant(t->reader, tenant_id, &t->arena, &tenant, NULL),
                         RW_OK);
        assert_string_equal(tenant.name, b ? "B" : "A");

        tx = rw_tx_new(t->store); /* nor does B's revoking reach A's tokens */
        rw_tx_revoke_token(tx, b ? TENANT_A : TENANT_B, "i", 50);
        rw_tx_revoke_tokens_of_client(tx, b ? TENANT_A : TENANT_B, "i", 50);
        store_test_commit(tx);
        struct rw_row_token token;
        assert_int_equal(rw_store_get_token(t->reader, TENANT_A, "i", &t->arena, &token, NULL),
                         RW_OK);
        assert_int_equal(token.revoked_ms, b ? 50 : 0);
    }
    assert_int_equal(
        rw_store_list_open(t->reader, TENANT_A, "v", &page, &t->arena, &open, &n, NULL), RW_OK);
    assert_int_equal(n, 0);
    assert_int_equal(rw_store_list_tenants(t->reader, &t->arena, &tenants, &n, NULL), RW_OK);
    assert_int_equal(n, 2);
}

static void test_near(void **state)
{
    struct store_test *t = *state;
    static const char *const numbers[] = {"+6531",       "+6534567890", "+6534567891",
                                          "+6534560000", "+6591234567", "+49301234"};
    static const struct {
        const char *edge, *e164;
        uint32_t max;
        const char *want[4];
    } cases[] = {
        {NULL, "+6534567892", 3, {"+6534567891", "+6534567890", "+6534560000"}},
        {NULL, "+6534567890", 1, {"+6534567890"}},
        {NULL, "+65345678", 2, {"+6534567890", "+6534567891"}},
        {NULL, "+1", 2, {"+49301234", "+6531"}},
        {"e0", "+6534567892", 3, {"+6534567890", "+6534560000"}},
        {NULL, "+65", 0, {NULL}},
    };
    struct rw_tx *tx = rw_tx_new(t->store);

    for (size_t i = 0; i < 6; i++)
        rw_tx_put_number(tx, &(struct rw_row_number){.id = numbers[i],
                                                     .tenant_id = TENANT_A,
                                                     .edge_id = i == 1 || i == 3 ? "e0" : "e1",
                                                     .e164 = numbers[i],
                                                     .state = "active",
                                                     .version = 1});
    store_test_commit(tx);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_row_number *rows;
        size_t n, want = 0;

        assert_int_equal(rw_store_near_numbers(t->reader, TENANT_A, cases[i].edge, cases[i].e164,
                                               cases[i].max, &t->arena, &rows, &n, NULL),
                         RW_OK);
        while (want < 4 && cases[i].want[want])
            want++;
        assert_int_equal(n, want);
        for (size_t k = 0; k < n; k++)
            assert_string_equal(rows[k].e164, cases[i].want[k]);
    }
}

static void test_open_conversations(void **state)
{
    struct store_test *t = *state;
    struct rw_tx *tx = rw_tx_new(t->store);
    struct rw_row_conversation *rows;
    char id[37], after[37] = "";
    unsigned seen = 0;
    size_t n;

    for (unsigned i = 0; i < 25; i++)
        rw_tx_add_conversation(
            tx, &(struct rw_row_conversation){.id = store_test_id(i, id),
                                              .user_id = "u",
                                              .tenant_id = i % 2 ? TENANT_A : TENANT_B});
    for (unsigned i = 0; i < 25; i += 5)
        rw_tx_end_conversation(tx, i % 2 ? TENANT_A : TENANT_B, store_test_id(i, id), 9, "peer",
                               "");
    store_test_commit(tx);
    do {
        assert_int_equal(
            rw_store_open_conversations(t->reader, after, 7, &t->arena, &rows, &n, NULL), RW_OK);
        for (size_t i = 0; i < n; i++) {
            assert_true(strcmp(rows[i].id, after) > 0);
            (void)snprintf(after, sizeof(after), "%s", rows[i].id);
        }
        seen += (unsigned)n;
    } while (n);
    assert_int_equal(seen, 20);
}

/* A row is deleted at the version that was seen, and found by its name; a filter of numbers filters. */
static void test_delete_and_names(void **state)
{
    struct store_test *t = *state;
    struct rw_number_filter filter = {.owner = RW_NUMBER_ANY};
    struct rw_page page = {.size = 9, .number = 1};
    struct rw_row_number *numbers;
    struct rw_row_trunk *trunks;
    struct rw_err err;
    struct rw_tx *tx = rw_tx_new(t->store);
    size_t n;

    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"one", "two", "three"};
        static const char *const e164s[] = {"+6531", "+6532", "+65311"};

        rw_tx_put_trunk(tx, &(struct rw_row_trunk){.id = names[i],
                                                   .tenant_id = TENANT_B,
                                                   .name = names[i],
                                                   .state = "active",
                                                   .host = "h",
                                                   .transport = "udp",
                                                   .version = 1});
        rw_tx_put_number(tx, &(struct rw_row_number){.id = names[i],
                                                     .tenant_id = TENANT_B,
                                                     .e164 = e164s[i],
                                                     .state = "active",
                                                     .owner_user_id = i ? "u" : NULL,
                                                     .pool_id = i ? "p" : NULL,
                                                     .version = 1});
    }
    store_test_commit(tx);

    assert_int_equal(
        rw_store_named_trunks(t->reader, TENANT_B, "two", &page, &t->arena, &trunks, &n, &err),
        RW_OK);
    assert_int_equal(n, 1);
    assert_string_equal(trunks[0].id, "two");
    assert_int_equal(
        rw_store_named_trunks(t->reader, TENANT_B, NULL, &page, &t->arena, &trunks, &n, &err),
        RW_OK);
    assert_int_equal(n, 3);

#define SOME(want)                                                                                 \
    assert_int_equal(                                                                              \
        rw_store_some_numbers(t->reader, TENANT_B, &filter, &page, &t->arena, &numbers, &n, &err), \
        RW_OK);                                                                                    \
    assert_int_equal(n, want)
    SOME(3);
    filter.owner = RW_NUMBER_ASSIGNED;
    SOME(2);
    filter.owner = RW_NUMBER_UNASSIGNED;
    SOME(1);
    filter = (struct rw_number_filter){.contains = "31"};
    SOME(2);
    filter.pool_id = "p";
    SOME(1);
    filter = (struct rw_number_filter){.e164 = "+6531"};
    SOME(1);
#undef SOME
    assert_int_equal(rw_store_numbers_between(t->reader, TENANT_B, "+6530", "+6539", 9, &t->arena,
                                              &numbers, &n, &err),
                     RW_OK);
    assert_int_equal(n, 2);

    tx = rw_tx_new(t->store);
    rw_tx_delete_trunk(tx, TENANT_B, "two", 2);
    assert_int_equal(rw_tx_commit(tx, &err), RW_CONFLICT);
    assert_string_equal(err.code, "store.version");
    tx = rw_tx_new(t->store);
    rw_tx_delete_trunk(tx, TENANT_A, "two", 1);
    assert_int_equal(rw_tx_commit(tx, &err), RW_CONFLICT);
    tx = rw_tx_new(t->store);
    for (int i = 0; i < 3; i++) {
        rw_tx_delete_trunk(tx, TENANT_B, trunks[i].id, 1);
        rw_tx_delete_number(tx, TENANT_B, trunks[i].id, 1);
    }
    store_test_commit(tx);
    filter = (struct rw_number_filter){.owner = RW_NUMBER_ANY};
    assert_int_equal(
        rw_store_some_numbers(t->reader, TENANT_B, &filter, &page, &t->arena, &numbers, &n, &err),
        RW_OK);
    assert_int_equal(n, 0);
}

static void test_not_found(void **state)
{
    struct store_test *t = *state;
    struct rw_row_edge edge;
    struct rw_err err;

    assert_int_equal(rw_store_get_edge(t->reader, TENANT_A, "none", &t->arena, &edge, &err),
                     RW_NOT_FOUND);
    assert_string_equal(err.code, "store.not_found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_extension_pools_with),
        STORE_TEST(test_paging),
        STORE_TEST(test_order),
        STORE_TEST(test_tenants_apart),
        STORE_TEST(test_near),
        STORE_TEST(test_open_conversations),
        STORE_TEST(test_delete_and_names),
        STORE_TEST(test_not_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
