#include "stir/key.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What a file is to this module. */
struct kind {
    const char *option, *code, *what;
    bool secret;
};

static const struct kind key_kind = {"key_file", "stir.key_file", "the key", true};
static const struct kind certificate_kind = {"certificate_file", "stir.certificate_file",
                                             "the certificate", false};

static enum rw_class refuse(struct rw_err *err, const struct kind *kind, const char *path,
                            const char *why)
{
    rw_fail(err, RW_MALFORMED, kind->code, "%s can't be read: %s", kind->what, why);
    rw_err_at(err, kind->option, -1, 0);
    rw_err_found(err, "%s", path);
    rw_err_expected(err, "a file in PEM form of at most %d bytes that the server's user may read",
                    RW_STIR_FILE_MAX);
    return RW_MALFORMED;
}

static enum rw_class check_mode(const struct kind *kind, const char *path, const struct stat *st,
                                struct rw_err *err)
{
    if (!kind->secret || (st->st_mode & 077) == 0)
        return RW_OK;
    rw_fail(err, RW_MALFORMED, "stir.key_mode", "others than its owner may use the key's file");
    rw_err_at(err, kind->option, -1, 0);
    rw_err_found(err, "%s with mode %04o", path, (unsigned)st->st_mode & 07777);
    rw_err_expected(err, "mode 0600 or 0400, owned by the server's user");
    rw_err_suggest(err, "chmod 600 %s", path);
    return RW_MALFORMED;
}

/* The whole file, NUL-terminated; its size in *ret_size. Judged as opened: a path may lead elsewhere next. */
static enum rw_class read_file(const struct kind *kind, const char *path, char **ret,
                               size_t *ret_size, struct rw_err *err)
{
    enum rw_class class = RW_OK;
    char *text = NULL;
    struct stat st;
    size_t size = 0;
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a FIFO */

    if (fd < 0 || fstat(fd, &st) < 0)
        class = refuse(err, kind, path, strerror(errno));
    else if (!S_ISREG(st.st_mode) || st.st_size > RW_STIR_FILE_MAX)
        class = refuse(err, kind, path, "no file of a usable size");
    else
        class = check_mode(kind, path, &st, err);
    if (!class) {
        text = rw_calloc(1, RW_STIR_FILE_MAX + 1);
        if (!text)
            class = rw_fail_memory(err);
    }
    while (!class && size < RW_STIR_FILE_MAX &&
           (n = read(fd, text + size, RW_STIR_FILE_MAX - size)) > 0)
        size += (size_t)n;
    if (!class && n < 0)
        class = refuse(err, kind, path, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    if (class) {
        rw_free(text);
        return class;
    }
    *ret = text;
    *ret_size = size;
    return RW_OK;
}

static int no_passphrase(char *buf, int size, int writing, void *arg)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

static bool is_p256(const EVP_PKEY *key)
{
    char group[40] = "";

    return EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group),
                                          NULL) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

enum rw_class rw_stir_key_load(const char *path, EVP_PKEY **ret, struct rw_err *err)
{
    EVP_PKEY *key = NULL;
    char *text = NULL;
    size_t size = 0;
    enum rw_class class = read_file(&key_kind, path, &text, &size, err);
    BIO *bio;

    if (class)
        return class;
    bio = BIO_new_mem_buf(text, (int)size);
    if (bio)
        key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    else
        class = rw_fail_memory(err);
    if (!class && !key && ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE)
        class = rw_fail_memory(err);
    BIO_free(bio);
    ERR_clear_error();
    OPENSSL_cleanse(text, size);
    rw_free(text);
    if (!class && (!key || !is_p256(key))) {
        class = rw_fail(err, RW_MALFORMED, "stir.key_type",
                        key ? "the key is of another kind than ES256 signs with"
                            : "the file holds no private key that can be read");
        rw_err_at(err, key_kind.option, -1, 0);
        if (key)
            rw_err_found(err, "a key of type %s in %s", EVP_PKEY_get0_type_name(key), path);
        else
            rw_err_found(err, "%s", path);
        rw_err_expected(err, "a private EC key on P-256 in PEM form without a passphrase");
        rw_err_suggest(err, "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    }
    if (class) {
        EVP_PKEY_free(key);
        return class;
    }
    *ret = key;
    return RW_OK;
}

enum rw_class rw_stir_certificate_check(const char *path, EVP_PKEY *key, uint64_t *ret_ends_s,
                                        struct rw_err *err)
{
    X509 *certificate = NULL;
    char *text = NULL;
    size_t size = 0;
    enum rw_class class = read_file(&certificate_kind, path, &text, &size, err);
    struct tm ends;
    BIO *bio;

    if (class)
        return class;
    bio = BIO_new_mem_buf(text, (int)size);
    if (bio)
        certificate = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
    else
        class = rw_fail_memory(err);
    BIO_free(bio);
    rw_free(text);
    if (!class && (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &ends) != 1))
        class = refuse(err, &certificate_kind, path, "it holds no certificate in PEM form");
    if (!class && X509_check_private_key(certificate, key) != 1) {
        class = rw_fail(err, RW_MALFORMED, "stir.certificate_mismatch",
                        "the certificate is not that of the key: no signature would be believed");
        rw_err_at(err, certificate_kind.option, -1, 0);
        rw_err_found(err, "%s", path);
        rw_err_expected(err, "the certificate that was issued for the key in key_file");
    }
    ERR_clear_error();
    X509_free(certificate);
    if (!class) {
        time_t at = timegm(&ends);

        *ret_ends_s = at > 0 ? (uint64_t)at : 1;
    }
    return class;
}
