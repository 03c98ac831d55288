/* What goes in comes out, for its tenant alone; versions; paging; the questions of the door. */
#include "store_test.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static int set_up(void **state)
{
    struct store_test *t = calloc(1, sizeof(*t));

    store_test_open(t);
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    store_test_close(*state);
    free(*state);
    return 0;
}

static void same(const char *a, const char *b)
{
    if (!a || !b)
        assert_ptr_equal(a, b);
    else
        assert_string_equal(a, b);
}

/* Members of two rows that must agree, by type. */
#define S(member) same(in.member, out.member)
#define N(member) assert_true(in.member == out.member)

#define ROUND_TRIP(name, put_or_add, ...)                                                          \
    do {                                                                                           \
        struct rw_tx *put = rw_tx_new(t->store);                                                   \
        struct rw_row_##name out = {0};                                                            \
        struct rw_row_##name other = {0};                                                          \
                                                                                                   \
        rw_tx_##put_or_add##_##name(put, &in);                                                     \
        store_test_commit(put);                                                                    \
        assert_int_equal(                                                                          \
            rw_store_get_##name(t->reader, in.tenant_id, in.id, &t->arena, &out, NULL), RW_OK);    \
        __VA_ARGS__;                                                                               \
        assert_int_equal(rw_store_get_##name(t->reader, TENANT_B, in.id, &t->arena, &other, NULL), \
                         RW_NOT_FOUND);                                                            \
        assert_null(other.id);                                                                     \
    } while (0)

static void test_directory(void **state)
{
    struct store_test *t = *state;

    {
        struct rw_row_user in = {"u-1",
                                 TENANT_A,
                                 "Ann \"x\" \xc3\xa9",
                                 "ann@example.org",
                                 "active",
                                 "agent,admin",
                                 "0192f000-0000-7000-8000-0000000000aa",
                                 1,
                                 77};
        ROUND_TRIP(user, put, S(id), S(tenant_id), S(name), S(email), S(state), S(roles),
                   S(station_id), N(version), N(created_ms));
    }
    {
        struct rw_row_station in = {"0192f000-0000-7000-8000-0000000000AA",
                                    TENANT_A,
                                    "desk",
                                    "sip:a@192.0.2.7",
                                    NULL,
                                    "a",
                                    "secret",
                                    "active",
                                    1,
                                    5,
                                    6,
                                    "a desk",
                                    "s"};
        ROUND_TRIP(station, put, S(id), S(tenant_id), S(name), S(sip_uri), S(user_id), S(auth_user),
                   S(auth_password), S(state), N(version), N(created_ms), N(modified_ms),
                   S(description), S(site_id));
    }
    {
        /* longer than a UUID that it begins with */
        struct rw_row_edge in = {"0192f000-0000-7000-8000-0000000000aax",
                                 TENANT_A,
                                 "",
                                 "active",
                                 1,
                                 UINT64_C(1) << 62,
                                 7,
                                 "here"};
        ROUND_TRIP(edge, put, S(id), S(tenant_id), S(name), S(state), N(version), N(created_ms),
                   N(modified_ms), S(description));
    }
    {
        struct rw_row_extension_pool in = {"p", TENANT_A, "floor", "d", "2000", "2999", 1, 3, 4};
        ROUND_TRIP(extension_pool, put, S(id), S(tenant_id), S(name), S(description),
                   S(first_number), S(last_number), N(version), N(created_ms), N(modified_ms));
    }
    {
        struct rw_row_extension in = {"x", TENANT_A, "2001", "p", "USER", "u-1", 1, 3, 4};
        ROUND_TRIP(extension, put, S(id), S(tenant_id), S(number), S(pool_id), S(owner_type),
                   S(owner_id), N(version), N(created_ms), N(modified_ms));
    }
    {
        struct rw_row_trunk in = {"t",
                                  TENANT_A,
                                  "e",
                                  "carrier",
                                  "active",
                                  "192.0.2.1",
                                  65535,
                                  "tcp",
                                  "sip:proxy",
                                  "u",
                                  "p",
                                  UINT32_MAX,
                                  1,
                                  9,
                                  "/ca.pem",
                                  "/us.pem",
                                  "/us.key",
                                  "sip.example",
                                  "192.0.2.1",
                                  true,
                                  10,
                                  "d",
                                  .from_user = "4711",
                                  .from_domain = "carrier.example",
                                  .identity_header = "P-Asserted-Identity",
                                  .privacy = "id",
                                  .diversion_number = "+65",
                                  .called_format = "digits",
                                  .from_format = "digits",
                                  .identity_format = "digits",
                                  .plain_user = true,
                                  .media_srtp = "required",
                                  .media_codecs = "PCMA",
                                  .media_dtmf = "info",
                                  .media_host = "192.0.2.9",
                                  .reliable_provisional = "required",
                                  .session_expires_s = 1800,
                                  .registers = true,
                                  .register_expires_s = 600,
                                  .options_interval_s = 30};
        ROUND_TRIP(trunk, put, S(id), S(tenant_id), S(edge_id), S(name), S(state), S(host), N(port),
                   S(transport), S(outbound_proxy), S(auth_user), S(auth_password),
                   N(answer_timeout_ms), N(version), N(created_ms), S(ca_file), S(client_cert_file),
                   S(client_key_file), S(tls_name), S(addresses), N(tls_unverified), N(modified_ms),
                   S(description), S(from_user), S(from_domain), S(identity_header), S(privacy),
                   S(diversion_number), S(called_format), S(from_format), S(identity_format),
                   N(plain_user), S(media_srtp), S(media_codecs), S(media_dtmf), S(media_host),
                   S(reliable_provisional), N(session_expires_s), N(registers),
                   N(register_expires_s), N(options_interval_s));
    }
    {
        struct rw_row_number in = {"12345-abcde-67890",
                                   TENANT_A,
                                   "e",
                                   "+6534567890",
                                   "active",
                                   true,
                                   "u-1",
                                   NULL,
                                   1,
                                   3,
                                   "pool"};
        ROUND_TRIP(number, put, S(id), S(tenant_id), S(edge_id), S(e164), S(state),
                   N(outbound_allowed), S(owner_user_id), S(name), N(version), N(created_ms),
                   S(pool_id));
    }
    {
        struct rw_row_did_pool in = {"p", TENANT_A, "pool", NULL, "+65", "+66", "c", 1, 3, 4};
        ROUND_TRIP(did_pool, put, S(id), S(tenant_id), S(name), S(description), S(first_e164),
                   S(last_e164), S(comments), N(version), N(created_ms), N(modified_ms));
    }
    {
        struct rw_row_number_plan in = {"p", TENANT_A, "s", "plan", "digitLength", "4-15", "Big",
                                        1,   1,        3,   4};
        ROUND_TRIP(number_plan, put, S(id), S(tenant_id), S(site_id), S(name), S(match_type),
                   S(match), S(classification), N(priority), N(version), N(created_ms),
                   N(modified_ms));
    }
    {
        struct rw_row_site in = {"s", TENANT_A, "site", "d", "active", 1, 3, 4};
        ROUND_TRIP(site, put, S(id), S(tenant_id), S(name), S(description), S(state), N(version),
                   N(created_ms), N(modified_ms));
    }
    {
        struct rw_row_route in = {"r",
                                  TENANT_A,
                                  "s",
                                  "all",
                                  NULL,
                                  "65,1",
                                  "t,u",
                                  "SEQUENTIAL",
                                  true,
                                  7,
                                  1,
                                  3,
                                  4,
                                  "A\nB",
                                  "1,2",
                                  "653,81",
                                  "+6534567890",
                                  "UTC,1 09:00:00-18:00:00"};
        ROUND_TRIP(route, put, S(id), S(tenant_id), S(site_id), S(name), S(description),
                   S(prefixes), S(trunk_ids), S(distribution), N(enabled), N(priority), N(version),
                   N(created_ms), N(modified_ms), S(classifications), S(trunk_weights),
                   S(caller_prefixes), S(caller_id), S(hours));
    }
    {
        struct rw_row_freeze in = {"c-1", TENANT_A, "client", "31 refusals", 5};
        struct rw_row_freeze gone;
        struct rw_tx *lift = rw_tx_new(t->store);

        ROUND_TRIP(freeze, put, S(id), S(tenant_id), S(kind), S(reason), N(created_ms));
        rw_tx_lift_freeze(lift, TENANT_A, "c-1");
        store_test_commit(lift);
        assert_int_equal(rw_store_get_freeze(t->reader, TENANT_A, "c-1", &t->arena, &gone, NULL),
                         RW_NOT_FOUND);
    }
    {
        struct rw_row_calling_policy in = {TENANT_A, TENANT_A,  "65",    "881,882",
                                           true,     "premium", "SG,MY", "SG 08:00-20:00",
                                           1,        3,         4,       7};
        struct rw_row_calling_policy out = {0};
        struct rw_tx *put = rw_tx_new(t->store);

        rw_tx_put_calling_policy(put, &in);
        store_test_commit(put);
        assert_int_equal(rw_store_get_calling_policy(t->reader, TENANT_A, &t->arena, &out, NULL),
                         RW_OK);
        S(id), S(tenant_id), S(allowed_prefixes), S(blocked_prefixes), N(high_risk),
            S(blocked_types), S(allowed_regions), S(hours), N(version), N(created_ms),
            N(modified_ms), N(freeze_after);
        assert_int_equal(rw_store_get_calling_policy(t->reader, TENANT_B, &t->arena, &out, NULL),
                         RW_NOT_FOUND);
    }
    {
        struct rw_row_client in = {"c-1",
                                   TENANT_A,
                                   "crm",
                                   "$argon2id$",
                                   "client_credentials",
                                   "admin",
                                   "conversations",
                                   3600,
                                   1,
                                   3,
                                   0};
        ROUND_TRIP(client, put, S(id), S(tenant_id), S(name), S(secret_hash), S(grant_type),
                   S(roles), S(scopes), N(token_seconds), N(version), N(created_ms), N(revoked_ms));
        struct rw_row_client out = {0};
        assert_int_equal(rw_store_find_client(t->reader, "c-1", &t->arena, &out, NULL), RW_OK);
        assert_string_equal(out.tenant_id, TENANT_A);
        assert_int_equal(rw_store_find_client(t->reader, "c-2", &t->arena, &out, NULL),
                         RW_NOT_FOUND);
    }
    {
        struct rw_row_token in = {"00ff", "k-1", TENANT_A, NULL, "u-1", "agent", "", 3, 0, 0};
        ROUND_TRIP(token, put, S(hash), S(id), S(tenant_id), S(client_id), S(user_id), S(roles),
                   S(scopes), N(created_ms), N(expires_ms), N(revoked_ms));
        struct rw_row_token out = {0};
        assert_int_equal(rw_store_find_token(t->reader, "00ff", &t->arena, &out, NULL), RW_OK);
        assert_string_equal(out.id, "k-1");
        assert_int_equal(rw_store_find_token(t->reader, "00fe", &t->arena, &out, NULL),
                         RW_NOT_FOUND);
    }
}

static void test_spending(void **state)
{
    struct store_test *t = *state;
    struct rw_row_spend_policy in = {
        TENANT_A, TENANT_A, "EUR", "Europe/Berlin", true, 60, "client * day 1", 1, 3, 4};
    struct rw_row_spend_policy out = {0};
    struct rw_row_rate_book book = {TENANT_A, TENANT_A, 1, 1, 3, 4}, book_out = {0};
    struct rw_row_rate_text text = {0};
    struct rw_row_spending *list, sum = {0};
    uint64_t generation;
    struct rw_tx *tx = rw_tx_new(t->store);
    size_t n;

    rw_tx_put_spend_policy(tx, &in);
    rw_tx_put_rates(tx, &book, "+65,1");
    store_test_commit(tx);
    assert_int_equal(rw_store_get_spend_policy(t->reader, TENANT_A, &t->arena, &out, NULL), RW_OK);
    S(id), S(tenant_id), S(currency), S(zone), N(unknown_allowed), N(slice_s), S(caps), N(version),
        N(created_ms), N(modified_ms);
    assert_int_equal(rw_store_get_rate_book(t->reader, TENANT_A, &t->arena, &book_out, NULL),
                     RW_OK);
    assert_int_equal(book_out.rates, 1);
    assert_int_equal(book_out.modified_ms, 4);
    book.version = 2;
    tx = rw_tx_new(t->store);
    rw_tx_put_rates(tx, &book, "+66,1");
    store_test_commit(tx);
    assert_int_equal(rw_store_get_rate_text(t->reader, TENANT_A, &t->arena, &text, NULL), RW_OK);
    assert_string_equal(text.csv, "+66,1");
    assert_int_equal(rw_store_get_rate_text(t->reader, TENANT_B, &t->arena, &text, NULL),
                     RW_NOT_FOUND);

    generation = rw_store_generation(t->store);
    for (int i = 0; i < 3; i++) {
        tx = rw_tx_new(t->store);
        rw_tx_add_spending(tx, TENANT_A, "client c 2026-11-26", i == 2 ? -30 : 100);
        rw_tx_add_spending(tx, TENANT_A, "tenant * 2026-11", 1);
        rw_tx_add_spending(tx, TENANT_A, "user u 2026-11-26", 900);
        store_test_commit(tx);
    }
    assert_int_equal(rw_store_generation(t->store), generation);
    assert_int_equal(
        rw_store_get_spending(t->reader, TENANT_A, "client c 2026-11-26", &t->arena, &sum, NULL),
        RW_OK);
    assert_int_equal(sum.micro, 170);
    assert_int_equal(
        rw_store_get_spending(t->reader, TENANT_B, "client c 2026-11-26", &t->arena, &sum, NULL),
        RW_NOT_FOUND);
    assert_int_equal(
        rw_store_spending_of(t->reader, TENANT_A, "2026-11-26", 10, &t->arena, &list, &n, NULL),
        RW_OK);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].account, "user u 2026-11-26");
    assert_int_equal(list[0].micro, 2700);
}

static void test_call(void **state)
{
    struct store_test *t = *state;
    struct rw_row_conversation in = {.id = "0192f111-0000-7000-8000-000000000001",
                                     .tenant_id = TENANT_A,
                                     .user_id = "u-1",
                                     .to_number = "+6591234567",
                                     .from_number = "+6534567890",
                                     .provider_id = "p",
                                     .trunk_id = "t",
                                     .station_id = "s",
                                     .client_id = "c",
                                     .correlation_id = "x",
                                     .created_ms = 4};
    struct rw_row_participant *parts;
    struct rw_row_event *events;
    struct rw_tx *tx;
    size_t n;
    char id[37];

    ROUND_TRIP(conversation, add, S(id), S(tenant_id), S(user_id), S(to_number), S(from_number),
               S(provider_id), S(trunk_id), S(station_id), S(client_id), S(correlation_id),
               N(created_ms), N(ended_ms), S(disconnect), S(reason));
    tx = rw_tx_new(t->store);
    store_test_call(tx, TENANT_A, store_test_id(2, id), 1000);
    store_test_commit(tx);
    assert_int_equal(rw_store_last_seq(t->store), 4);

    assert_int_equal(rw_store_participants(t->reader, id, &t->arena, &parts, &n, NULL), RW_OK);
    assert_int_equal(n, 2);
    assert_int_equal(parts[0].leg, 0);
    assert_int_equal(parts[1].leg, 1);
    assert_string_equal(parts[0].conversation_id, id);
    assert_string_equal(parts[1].purpose, "external");
    assert_null(parts[1].user_id);

    assert_int_equal(rw_store_events_of(t->reader, TENANT_A, id, &t->arena, &events, &n, NULL),
                     RW_OK);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(events[i].seq, i + 1);
        assert_int_equal(events[i].leg, (int)i - 1);
        assert_int_equal(events[i].at_ms, 1000 + i);
    }
    assert_string_equal(events[3].type, "ended");
    assert_string_equal(events[3].data, "{\"sip\":200}");
    assert_int_equal(rw_store_events_of(t->reader, TENANT_B, id, &t->arena, &events, &n, NULL),
                     RW_OK);
    assert_int_equal(n, 0);

    struct rw_row_conversation out;
    assert_int_equal(rw_store_get_conversation(t->reader, TENANT_A, id, &t->arena, &out, NULL),
                     RW_OK);
    assert_int_equal(out.ended_ms, 1009);
    assert_string_equal(out.disconnect, "peer");
    assert_string_equal(out.reason, "hung_up");
}

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
        same(out.name, cases[i].name_after);
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
        cmocka_unit_test_setup_teardown(test_directory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_spending, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_call, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_end_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_versions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unique, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_numbers_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_extension_pools_with, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_paging, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tenants_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_near, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_open_conversations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_delete_and_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_audit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_incomplete, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_found, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
