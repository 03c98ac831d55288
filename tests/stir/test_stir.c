/* Keys and certificates as their files have them, and tokens checked with their public half. */
#include "../test.h"

#include "base/mem.h"
#include "stir/stir.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define URL "https://cert.example.org/shaken.pem"
#define ORIGID "7d3c2b1a-4f5e-4a6b-8c7d-9e0f1a2b3c4d"
#define TRUNK "0190f5fe-7c00-7a00-8000-000000000001"

static struct {
    char folder[40];
    EVP_PKEY *key;
} house;

static long openssl_left = -1; /* allocations of OpenSSL that succeed; -1 = all */

static bool may_take(void)
{
    if (openssl_left > 0)
        openssl_left--;
    return openssl_left != 0;
}

static void *take(size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    return may_take() ? malloc(n) : NULL;
}

static void *retake(void *p, size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    return may_take() ? realloc(p, n) : NULL;
}

static void give(void *p, const char *file, int line)
{
    (void)file;
    (void)line;
    free(p);
}

static const char *in_folder(const char *name)
{
    static char path[4][120];
    static unsigned turn;
    char *at = path[turn++ % 4];

    (void)snprintf(at, sizeof(path[0]), "%s/%s", house.folder, name);
    return at;
}

static const char *write_key(const char *name, EVP_PKEY *key, const EVP_CIPHER *cipher)
{
    const char *path = in_folder(name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, key, cipher, (const unsigned char *)"secret",
                                          cipher ? 6 : 0, NULL, NULL),
                     1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
    return path;
}

static const char *write_text(const char *name, const char *text, size_t n)
{
    const char *path = in_folder(name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
    return path;
}

/* Self-signed; ends 1,000 s from now (in the past when negative). */
static const char *write_certificate(const char *name, EVP_PKEY *key, long ends_s)
{
    const char *path = in_folder(name);
    X509 *certificate = X509_new();
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_non_null(certificate);
    (void)X509_gmtime_adj(X509_getm_notBefore(certificate), -5000);
    (void)X509_gmtime_adj(X509_getm_notAfter(certificate), ends_s);
    assert_int_equal(X509_set_pubkey(certificate, key), 1);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    assert_int_equal(fclose(file), 0);
    X509_free(certificate);
    return path;
}

static int setup(void **state)
{
    (void)state;
    (void)strcpy(house.folder, "/tmp/rw-stir-XXXXXX");
    assert_non_null(mkdtemp(house.folder));
    house.key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    return house.key ? 0 : -1;
}

static int teardown(void **state)
{
    char command[80];

    (void)state;
    EVP_PKEY_free(house.key);
    (void)snprintf(command, sizeof(command), "rm -r %s", house.folder);
    return system(command);
}

static struct rw_stir_options good_options(void)
{
    return (struct rw_stir_options){.key_file = write_key("good.pem", house.key, NULL),
                                    .certificate_url = URL,
                                    .certificate_file = "",
                                    .origid = ""};
}

/* ------------------------------------------------------------------ files */

static void refused(const struct rw_stir_options *options, const char *code, const char *option)
{
    struct rw_stir *stir = NULL;
    struct rw_err err = {0};

    if (rw_stir_new(&stir, options, &err) != RW_MALFORMED || strcmp(err.code, code) != 0)
        fail_msg("%s expected, %s came", code, err.code ? err.code : "nothing");
    assert_string_equal(err.pointer, option);
    assert_true(err.found[0] && err.expected[0]);
    assert_null(stir);
}

static void test_keys_that_are_refused(void **state)
{
    struct rw_stir_options o = good_options();
    EVP_PKEY *p384 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
    EVP_PKEY *rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    static char huge[70000];

    (void)state;
    o.key_file = in_folder("none.pem");
    refused(&o, "stir.key_file", "key_file");
    o.key_file = house.folder;
    refused(&o, "stir.key_file", "key_file");
    o.key_file = write_text("huge.pem", huge, sizeof(huge));
    refused(&o, "stir.key_file", "key_file");
    o.key_file = write_text("empty.pem", "", 0);
    refused(&o, "stir.key_type", "key_file");
    o.key_file = write_text("words.pem", "-----BEGIN PRIVATE KEY-----\nabc\n", 32);
    refused(&o, "stir.key_type", "key_file");
    o.key_file = write_key("p384.pem", p384, NULL);
    refused(&o, "stir.key_type", "key_file");
    o.key_file = write_key("rsa.pem", rsa, NULL);
    refused(&o, "stir.key_type", "key_file");
    o.key_file = write_key("locked.pem", house.key, EVP_aes_128_cbc()); /* nobody is asked */
    refused(&o, "stir.key_type", "key_file");
    o.key_file = write_certificate("only.pem", house.key, 1000);
    assert_int_equal(chmod(o.key_file, 0600), 0);
    refused(&o, "stir.key_type", "key_file");
    for (unsigned bit = 1; bit <= 040; bit <<= 1) {
        o = good_options();
        assert_int_equal(chmod(o.key_file, 0600 | bit), 0);
        refused(&o, "stir.key_mode", "key_file");
    }
    EVP_PKEY_free(p384);
    EVP_PKEY_free(rsa);
}

static void test_options_that_are_refused(void **state)
{
    struct rw_stir_options o = good_options();
    EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");

    (void)state;
    o.certificate_url = "http://cert.example.org/shaken.pem";
    refused(&o, "stir.bad_url", "certificate_url");
    o.certificate_url = "";
    refused(&o, "stir.bad_url", "certificate_url");
    o = good_options();
    o.origid = "trunk 1";
    refused(&o, "stir.bad_origid", "origid");
    o = good_options();
    o.certificate_file = in_folder("none.crt");
    refused(&o, "stir.certificate_file", "certificate_file");
    o.certificate_file = o.key_file;
    refused(&o, "stir.certificate_file", "certificate_file");
    o.certificate_file = write_certificate("other.crt", other, 1000);
    refused(&o, "stir.certificate_mismatch", "certificate_file");
    EVP_PKEY_free(other);
}

static void test_a_certificate_says_when_it_ends(void **state)
{
    struct rw_stir_options o = good_options();
    struct rw_stir *stir;
    struct rw_err err;
    uint64_t now = (uint64_t)time(NULL);

    (void)state;
    assert_int_equal(rw_stir_new(&stir, &o, &err), RW_OK);
    assert_int_equal(rw_stir_certificate_ends_s(stir), 0);
    rw_stir_free(stir);
    o.certificate_file = write_certificate("good.crt", house.key, 1000);
    assert_int_equal(rw_stir_new(&stir, &o, &err), RW_OK);
    assert_in_range(rw_stir_certificate_ends_s(stir), now + 990, now + 1010);
    rw_stir_free(stir);
    o.certificate_file = write_certificate("old.crt", house.key, -1000); /* told, not refused */
    assert_int_equal(rw_stir_new(&stir, &o, &err), RW_OK);
    assert_in_range(rw_stir_certificate_ends_s(stir), now - 1010, now - 990);
    rw_stir_free(stir);
    rw_stir_free(NULL);
}

/* ------------------------------------------------------------------ tokens */

static size_t decode(const char *text, size_t n, unsigned char *out)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    size_t size = 0;

    for (size_t i = 0; i < n; i++) {
        const char *at = strchr(letters, text[i]);

        assert_true(at && *at);
        bits = bits << 6 | (uint32_t)(at - letters);
        if (i % 4)
            out[size++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    }
    return size;
}

/* True when the value's token is signed by the key. Claims in `ret`. */
static bool verify(const char *value, EVP_PKEY *key, char ret[600])
{
    const char *first = strchr(value, '.'), *second = strchr(first + 1, '.');
    const char *end = strchr(second, ';');
    unsigned char raw[100], *der = NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    ECDSA_SIG *sig = ECDSA_SIG_new();
    bool good;
    int size;

    ret[decode(first + 1, (size_t)(second - first) - 1, (unsigned char *)ret)] = '\0';
    assert_int_equal(decode(second + 1, (size_t)(end - second) - 1, raw), 64);
    assert_int_equal(ECDSA_SIG_set0(sig, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL)),
                     1);
    size = i2d_ECDSA_SIG(sig, &der);
    good = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
           EVP_DigestVerify(ctx, der, (size_t)size, (const unsigned char *)value,
                            (size_t)(second - value)) == 1;
    OPENSSL_free(der);
    ECDSA_SIG_free(sig);
    EVP_MD_CTX_free(ctx);
    return good;
}

static struct rw_stir_call good_call(void)
{
    return (struct rw_stir_call){RW_LIT("+6534567890"), RW_LIT("+6591234567"), RW_LIT(TRUNK), true};
}

static void test_a_token_is_what_it_says(void **state)
{
    static const char start[] = "eyJhbGciOiJFUzI1NiIsInBwdCI6InNoYWtlbiIsInR5cCI6InBhc3Nwb3J0Iiwi";
    struct rw_stir_options o = good_options();
    struct rw_stir_call call = good_call();
    EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    struct rw_stir *stir;
    struct rw_buf buf;
    struct rw_err err;
    char claims[600];

    (void)state;
    assert_int_equal(rw_stir_new(&stir, &o, &err), RW_OK);
    rw_buf_init(&buf, RW_STIR_IDENTITY_MAX);
    for (uint64_t i = 0; i < 600; i++) { /* a half of every 256th signature begins with a zero */
        rw_buf_clear(&buf);
        assert_int_equal(rw_stir_identity_put(stir, &call, 1700000000 + i, &buf, &err), RW_OK);
        assert_true(verify(buf.p, house.key, claims));
    }
    assert_int_equal(strncmp(buf.p, start, sizeof(start) - 1), 0);
    assert_string_equal(strchr(buf.p, ';'), ";info=<" URL ">;alg=ES256;ppt=shaken");
    assert_string_equal(claims,
                        "{\"attest\":\"A\",\"dest\":{\"tn\":[\"6591234567\"]},\"iat\":1700000599,"
                        "\"orig\":{\"tn\":\"6534567890\"},\"origid\":\"" TRUNK "\"}");
    assert_false(verify(buf.p, other, claims)); /* another key */
    buf.p[90]++;                                /* another text */
    assert_false(verify(buf.p, house.key, claims));
    rw_buf_done(&buf);
    rw_stir_free(stir);
    EVP_PKEY_free(other);
}

static void *sign_many(void *arg)
{
    struct rw_stir_call call = good_call();
    static _Thread_local char claims[600];

    for (uint64_t i = 0; i < 100; i++) {
        struct rw_buf buf;
        struct rw_err err;

        rw_buf_init(&buf, RW_STIR_IDENTITY_MAX);
        if (rw_stir_identity_put(arg, &call, i, &buf, &err) || !verify(buf.p, house.key, claims))
            return arg;
        rw_buf_done(&buf);
    }
    return NULL;
}

static void test_workers_sign_at_once(void **state)
{
    struct rw_stir_options o = good_options();
    struct rw_stir *stir;
    pthread_t threads[4];
    struct rw_err err;
    void *failed;

    (void)state;
    assert_int_equal(rw_stir_new(&stir, &o, &err), RW_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sign_many, stir), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    rw_stir_free(stir);
}

/* A needs an owned number; of others is said what policy says, which A is never. */
static void test_attestation(void **state)
{
    static const struct {
        bool owned;
        enum rw_stir_attestation unowned;
        const char *attest; /* NULL: no token */
    } table[] = {
        {true, RW_STIR_NONE, "\"attest\":\"A\""},
        {true, RW_STIR_C, "\"attest\":\"A\""},
        {false, RW_STIR_B, "\"attest\":\"B\""},
        {false, RW_STIR_C, "\"attest\":\"C\""},
        {false, RW_STIR_NONE, NULL},
        {false, RW_STIR_A, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_stir_options o = good_options();
        struct rw_stir_call call = good_call();
        struct rw_stir *stir;
        struct rw_buf buf;
        struct rw_err err;
        char claims[600];

        o.unowned = table[i].unowned;
        o.origid = ORIGID;
        call.owned = table[i].owned;
        assert_int_equal(rw_stir_new(&stir, &o, &err), RW_OK);
        rw_buf_init(&buf, RW_STIR_IDENTITY_MAX);
        assert_int_equal(rw_stir_identity_put(stir, &call, 1, &buf, &err), RW_OK);
        if (table[i].attest) {
            assert_true(verify(buf.p, house.key, claims));
            assert_non_null(strstr(claims, table[i].attest));
            assert_non_null(strstr(claims, "\"origid\":\"" ORIGID "\"")); /* the operator's wins */
        } else {
            assert_int_equal(buf.len, 0);
        }
        rw_buf_done(&buf);
        rw_stir_free(stir);
    }
}

static void test_calls_that_are_not_vouched_for(void **state)
{
    struct rw_stir_options o = good_options();
    struct rw_stir_call call = good_call();
    struct rw_stir *stir;
    struct rw_buf buf;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_stir_new(&stir, &o, &err), RW_OK);
    rw_buf_init(&buf, RW_STIR_IDENTITY_MAX);
    call.orig = RW_LIT("+65\r\nP-Asserted-Identity: <sip:x>");
    assert_int_equal(rw_stir_identity_put(stir, &call, 1, &buf, &err), RW_MALFORMED);
    assert_string_equal(err.code, "stir.bad_number");
    rw_buf_clear(&buf);
    call = good_call();
    call.origin = RW_LIT("trunk-1");
    assert_int_equal(rw_stir_identity_put(stir, &call, 1, &buf, &err), RW_MALFORMED);
    assert_string_equal(err.code, "stir.bad_origid");
    rw_buf_done(&buf);
    rw_stir_free(stir);
}

/* ------------------------------------------------------------------ no memory */

static void test_every_allocation_failed(void **state)
{
    struct rw_stir_options o = good_options();
    struct rw_stir_call call = good_call();
    struct rw_stir *stir = NULL;
    struct rw_buf buf;
    struct rw_err err;
    enum rw_class class = RW_NO_MEMORY;
    long before = rw_mem_live(), n;

    (void)state;
    o.certificate_file = write_certificate("good.crt", house.key, 1000);
    for (n = 0; class; n++) {
        rw_mem_fail_after(n);
        class = rw_stir_new(&stir, &o, &err);
        rw_mem_fail_after(-1);
        if (class) {
            assert_int_equal(class, RW_NO_MEMORY);
            assert_int_equal(rw_mem_live(), before);
        }
    }
    assert_true(n > 5);
    class = RW_NO_MEMORY;
    for (n = 0; class; n++) {
        rw_buf_init(&buf, RW_STIR_IDENTITY_MAX);
        rw_mem_fail_after(n);
        class = rw_stir_identity_put(stir, &call, 1, &buf, &err);
        rw_mem_fail_after(-1);
        assert_true(class == RW_OK || class == RW_NO_MEMORY);
        rw_buf_done(&buf);
    }
    assert_true(n > 3);
    rw_buf_init(&buf, 400); /* a bound that is met is no less a failure */
    assert_int_equal(rw_stir_identity_put(stir, &call, 1, &buf, &err), RW_NO_MEMORY);
    rw_buf_done(&buf);
    rw_stir_free(stir);
    assert_int_equal(rw_mem_live(), before);
}

/* ... nor for OpenSSL: from the n-th of its allocations on. */
static void test_openssl_without_memory(void **state)
{
    struct rw_stir_options o = good_options();
    struct rw_stir_call call = good_call();
    enum rw_class class = RW_IO;
    struct rw_stir *stir;
    struct rw_buf buf;
    struct rw_err err;
    long n;

    (void)state;
    assert_int_equal(rw_stir_new(&stir, &o, &err), RW_OK);
    rw_buf_init(&buf, RW_STIR_IDENTITY_MAX);
    /* what OpenSSL does once a process, and never again when it failed, is done before */
    assert_int_equal(rw_stir_identity_put(stir, &call, 1, &buf, &err), RW_OK);
    rw_buf_done(&buf);
    for (n = 0; class; n++) {
        rw_buf_init(&buf, RW_STIR_IDENTITY_MAX);
        openssl_left = n;
        class = rw_stir_identity_put(stir, &call, 1, &buf, &err);
        openssl_left = -1;
        if (class) {
            assert_int_equal(class, RW_IO);
            assert_string_equal(err.code, "stir.not_signed");
        }
        rw_buf_done(&buf);
    }
    assert_true(n > 5);
    rw_stir_free(stir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_openssl_without_memory),
        cmocka_unit_test(test_keys_that_are_refused),
        cmocka_unit_test(test_options_that_are_refused),
        cmocka_unit_test(test_a_certificate_says_when_it_ends),
        cmocka_unit_test(test_a_token_is_what_it_says),
        cmocka_unit_test(test_workers_sign_at_once),
        cmocka_unit_test(test_attestation),
        cmocka_unit_test(test_calls_that_are_not_vouched_for),
        cmocka_unit_test(test_every_allocation_failed),
    };

    if (CRYPTO_set_mem_functions(take, retake, give) != 1) /* before OpenSSL's first allocation */
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
