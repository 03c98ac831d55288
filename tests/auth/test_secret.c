/* Keys, tokens, secrets, and the addresses that failed. */
#include "../test.h"

#include "auth/peers.h"
#include "auth/secret.h"
#include "base/mem.h"
#include "store_test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_key(void **state)
{
    char folder[] = "/tmp/rw-key-XXXXXX", path[64];
    const struct rw_auth_key *key = NULL, *again = NULL;
    char hash[2][RW_TOKEN_HASH];
    struct rw_err err = {0};
    struct stat st;

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/token.key", folder);
    assert_int_equal(rw_auth_key_load(folder, &key, &err), RW_CONFLICT);
    assert_string_equal(err.code, "auth.no_key");
    assert_int_equal(rw_auth_key_make(folder, &key, &err), RW_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, 32);

    assert_int_equal(rw_auth_key_make(folder, &again, &err), RW_OK); /* the same one */
    rw_token_hash(key, RW_LIT("x"), hash[0]);
    rw_token_hash(again, RW_LIT("x"), hash[1]);
    assert_string_equal(hash[0], hash[1]);
    rw_auth_key_free(again);
    rw_auth_key_free(key);

    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(rw_auth_key_load(folder, &key, &err), RW_MALFORMED);
    assert_string_equal(err.code, "auth.bad_key");
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 31), 0);
    assert_int_equal(rw_auth_key_load(folder, &key, &err), RW_MALFORMED);
    assert_int_equal(unlink(path), 0);

    /* another key, other hashes */
    assert_int_equal(rw_auth_key_make(folder, &key, &err), RW_OK);
    rw_token_hash(key, RW_LIT("x"), hash[1]);
    assert_string_not_equal(hash[0], hash[1]);
    rw_auth_key_free(key);
    assert_int_equal(rw_auth_key_make("/nonexistent", &key, &err), RW_IO);
    assert_string_equal(err.code, "auth.key_file");

    rw_mem_fail_after(0);
    assert_int_equal(rw_auth_key_load(folder, &key, &err), RW_NO_MEMORY);
    rw_mem_fail_after(-1);
    assert_int_equal(rw_mem_live(), 0);
    store_test_remove(folder);
}

static void test_tokens(void **state)
{
    char a[RW_TOKEN_TEXT], b[RW_TOKEN_TEXT];
    static const struct {
        const char *text;
        bool ok;
    } cases[] = {
        {"rw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true},
        {"rw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false},   /* one short */
        {"rw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false}, /* one long */
        {"rx_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false},
        {"rw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false},
        {"rw_AAAAAAAAAAAAAAAAAAAAA-_AAAAAAAAAAAAAAAAAAAA", true},
        {"", false},
    };

    (void)state;
    rw_token_new(a);
    rw_token_new(b);
    assert_string_not_equal(a, b);
    assert_int_equal(strlen(a), RW_TOKEN_TEXT - 1);
    assert_true(rw_token_shape(rw_slice_str(a)));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(rw_token_shape(rw_slice_str(cases[i].text)), cases[i].ok);
}

static void test_secrets(void **state)
{
    char secret[RW_SECRET_TEXT], hash[RW_SECRET_HASH];
    struct rw_err err;

    (void)state;
    rw_secret_new(secret);
    assert_int_equal(rw_secret_hash(rw_slice_str(secret), hash, &err), RW_OK);
    assert_null(strstr(hash, secret));
    assert_true(rw_secret_verify(rw_slice_str(secret), hash));
    secret[3] = secret[3] == 'x' ? 'y' : 'x';
    assert_false(rw_secret_verify(rw_slice_str(secret), hash));
    assert_false(rw_secret_verify(rw_slice_str(secret), rw_secret_nobody()));
    assert_false(rw_secret_verify(RW_LIT(""), ""));
    assert_false(rw_secret_verify(RW_LIT("x"), "x"));
    /* the cost of the one that nothing matches is that of a real one */
    assert_memory_equal(hash, rw_secret_nobody(), strlen("$argon2id$v=19$m=65536,t=2,p=1$"));
    assert_int_equal(strlen(hash), strlen(rw_secret_nobody()));
    assert_true(rw_secret_equal(RW_LIT("ab"), RW_LIT("ab")));
    assert_false(rw_secret_equal(RW_LIT("ab"), RW_LIT("ac")));
    assert_false(rw_secret_equal(RW_LIT("ab"), RW_LIT("abc")));
    rw_secret_wipe(secret, sizeof(secret));
    for (size_t i = 0; i < sizeof(secret); i++)
        assert_int_equal(secret[i], 0);
}

static void test_peers(void **state)
{
    static const struct {
        const char *failed, *asked;
        bool same;
    } cases[] = {
        {"192.0.2.7:1000", "192.0.2.7:2000", true},
        {"192.0.2.7:1000", "192.0.2.7", true},
        {"192.0.2.7:1000", "192.0.2.8:1000", false},
        {"[2001:db8::1]:5", "[2001:db8::2]:6", true}, /* one subnet, one customer */
        {"[2001:db8::1]:5", "2001:db8::1", true},
        {"[2001:db8::1]:5", "[2001:db8:0:1::1]:5", false},
        {"something odd", "something odd", true},
        {"something odd", "something else", false},
        {"[", "[", true},
        {"", "", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_peers *peers = rw_peers_new();
        struct rw_slice failed = rw_slice_str(cases[i].failed),
                        asked = rw_slice_str(cases[i].asked);
        uint64_t left = 0;

        for (uint64_t k = 0; k < 3; k++)
            rw_peers_failed(peers, failed, 1000 + k);
        assert_int_equal(rw_peers_count(peers, asked, 31000, &left), cases[i].same ? 3 : 0);
        assert_int_equal(left, cases[i].same ? 30000 : 0);
        assert_int_equal(rw_peers_count(peers, asked, 60999, &left), cases[i].same ? 3 : 0);
        assert_int_equal(rw_peers_count(peers, asked, 61000, &left), 0); /* the minute is over */
        rw_peers_failed(peers, failed, 61000);
        assert_int_equal(rw_peers_count(peers, failed, 61000, &left), 1);
        rw_peers_free(peers);
    }
}

/* A flood of addresses does not wash out the one that failed most. */
static void test_peers_bounded(void **state)
{
    struct rw_peers *peers = rw_peers_new();
    uint64_t left;

    (void)state;
    for (int i = 0; i < 50; i++)
        rw_peers_failed(peers, RW_LIT("192.0.2.1"), 1000);
    for (unsigned i = 0; i < 20000; i++) {
        char peer[32];
        int n = snprintf(peer, sizeof(peer), "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);

        rw_peers_failed(peers, (struct rw_slice){peer, (size_t)n}, 1001);
    }
    assert_int_equal(rw_peers_count(peers, RW_LIT("192.0.2.1"), 2000, &left), 50);
    rw_peers_free(peers);
    assert_int_equal(rw_mem_live(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key),           cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_secrets),       cmocka_unit_test(test_peers),
        cmocka_unit_test(test_peers_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
