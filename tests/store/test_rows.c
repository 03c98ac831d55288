/* What goes in comes out, for its tenant alone. */
#include "store_test.h"

/* Members of two rows that must agree, by type. */
#define S(member) store_test_same(in.member, out.member)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_directory),
        STORE_TEST(test_spending),
        STORE_TEST(test_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
