/* From the [stir] section to what is said of a call. */
#include "../test.h"

#include "base/mem.h"
#include "daemon/identity.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char key_file[] = "/tmp/rw-identity-XXXXXX";

static int setup(void **state)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    int fd = mkstemp(key_file);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

    (void)state;
    if (!key || !file || PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) != 1 ||
        fclose(file))
        return -1;
    EVP_PKEY_free(key);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return unlink(key_file);
}

static void set(struct rw_config *config, const char *option, const char *value)
{
    char text[200];
    struct rw_err err;

    (void)snprintf(text, sizeof(text), "stir.%s=%s", option, value);
    assert_int_equal(rw_config_set(config, rw_slice_str(text), "--set", &err), RW_OK);
}

static struct rw_config configured(void)
{
    struct rw_config config;

    rw_config_defaults(&config);
    set(&config, "key_file", key_file);
    set(&config, "certificate_url", "https://cert.example.org/shaken.pem");
    return config;
}

/* The claims of base64url text begin with {"attest":"X": the letter is in its 15th to 17th character. */
static void test_policy(void **state)
{
    static const struct {
        const char *other;
        bool owned;
        const char *claims; /* how the second part begins; NULL: no header */
    } table[] = {
        {"none", true, ".eyJhdHRlc3QiOiJBIiwi"},
        {"B", true, ".eyJhdHRlc3QiOiJBIiwi"},
        {"B", false, ".eyJhdHRlc3QiOiJCIiwi"},
        {"C", false, ".eyJhdHRlc3QiOiJDIiwi"},
        {"none", false, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_config config = configured();
        struct rw_identity_claim claim = {"+6534567890", "+6591234567",
                                          "0190f5fe-7c00-7a00-8000-000000000001", table[i].owned};
        const struct rw_identity_signer *signer;
        struct rw_identity identity;
        struct rw_buf buf;
        struct rw_err err;

        set(&config, "attestation_other", table[i].other);
        assert_int_equal(rw_identity_open(&config, &identity, &err), RW_OK);
        signer = rw_identity_signer(&identity);
        assert_non_null(signer);
        rw_buf_init(&buf, RW_IDENTITY_MAX);
        assert_int_equal(signer->put(signer, &claim, 1700000000, &buf, &err), RW_OK);
        if (table[i].claims)
            assert_ptr_equal(strstr(buf.p, table[i].claims), strchr(buf.p, '.'));
        else
            assert_int_equal(buf.len, 0);
        rw_buf_done(&buf);
        rw_identity_close(&identity);
    }
}

static void test_no_key_no_signer(void **state)
{
    struct rw_config config;
    struct rw_identity identity;
    struct rw_err err;

    (void)state;
    rw_config_defaults(&config);
    assert_int_equal(rw_identity_open(&config, &identity, &err), RW_OK);
    assert_null(rw_identity_signer(&identity));
    rw_identity_close(&identity);
}

static void test_faults_name_their_option(void **state)
{
    struct rw_config config = configured();
    struct rw_identity identity;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_config_read(&config, "a.conf", RW_LIT("[stir]\n\norigid = \"x\"\n"), &err),
                     RW_OK);
    assert_int_equal(rw_identity_open(&config, &identity, &err), RW_MALFORMED);
    assert_string_equal(err.code, "stir.bad_origid");
    assert_string_equal(err.pointer, "a.conf");
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 10);
    config = configured();
    set(&config, "key_file", "/none");
    assert_int_equal(rw_identity_open(&config, &identity, &err), RW_MALFORMED);
    assert_string_equal(err.pointer, "--set");
    config = configured();
    rw_mem_fail_after(0);
    assert_int_equal(rw_identity_open(&config, &identity, &err), RW_NO_MEMORY);
    rw_mem_fail_after(-1);
    assert_int_equal(rw_mem_live(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy),
        cmocka_unit_test(test_no_key_no_signer),
        cmocka_unit_test(test_faults_name_their_option),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
