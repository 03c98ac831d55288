/*
 * CPU of one Identity header, and of the bare signature in it: bench/stir.py.
 *
 *     bench_stir [ROUNDS]
 */
#include "stir/stir.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static double cpu_us(void)
{
    struct rusage u;

    (void)getrusage(RUSAGE_THREAD, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static struct rw_stir *make(EVP_PKEY *key)
{
    char path[] = "/tmp/rw-bench-stir-XXXXXX";
    struct rw_stir_options options = {.key_file = path,
                                      .certificate_url = "https://cert.example.org/shaken.pem",
                                      .certificate_file = "",
                                      .origid = ""};
    int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    struct rw_stir *stir = NULL;
    struct rw_err err;

    if (!file || PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) != 1 || fclose(file) ||
        rw_stir_new(&stir, &options, &err))
        exit(1);
    (void)unlink(path);
    return stir;
}

static double bare_us(EVP_PKEY *key, long rounds)
{
    unsigned char digest[32] = {1}, der[80];
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    double start = cpu_us();

    if (!ctx || EVP_PKEY_sign_init(ctx) != 1)
        exit(1);
    for (long i = 0; i < rounds; i++) {
        size_t n = sizeof(der);

        if (EVP_PKEY_sign(ctx, der, &n, digest, sizeof(digest)) != 1)
            exit(1);
    }
    EVP_PKEY_CTX_free(ctx);
    return (cpu_us() - start) / (double)rounds;
}

static double header_us(const struct rw_stir *stir, long rounds, size_t *ret_bytes)
{
    struct rw_stir_call call = {RW_LIT("+6534567890"), RW_LIT("+6591234567"),
                                RW_LIT("0190f5fe-7c00-7a00-8000-000000000001"), true};
    double start = cpu_us();

    for (long i = 0; i < rounds; i++) {
        struct rw_buf buf;
        struct rw_err err;

        rw_buf_init(&buf, RW_STIR_IDENTITY_MAX);
        if (rw_stir_identity_put(stir, &call, 1700000000 + (uint64_t)i, &buf, &err))
            exit(1);
        *ret_bytes = buf.len;
        rw_buf_done(&buf);
    }
    return (cpu_us() - start) / (double)rounds;
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : 20000;
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    struct rw_stir *stir = make(key);
    size_t bytes = 0;
    double bare, header;

    (void)header_us(stir, 1000, &bytes); /* what OpenSSL does once */
    bare = bare_us(key, rounds);
    header = header_us(stir, rounds, &bytes);
    printf("{\"bare_us\": %.2f, \"header_us\": %.2f, \"bytes\": %zu}\n", bare, header, bytes);
    rw_stir_free(stir);
    EVP_PKEY_free(key);
    return 0;
}
