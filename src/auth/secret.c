#include "auth/secret.h"

#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_BYTES 32
#define RANDOM_BYTES 32
#define RANDOM_TEXT 43 /* of 32 bytes in base64url without padding */

static_assert(RW_SECRET_HASH >= crypto_pwhash_STRBYTES, "room for an encoded argon2id hash");
static_assert(RW_TOKEN_TEXT == sizeof(RW_TOKEN_PREFIX) + RANDOM_TEXT, "prefix, text and NUL");

struct rw_auth_key {
    unsigned char bytes[KEY_BYTES];
};

/* ------------------------------------------------------------------ the key's file */

static enum rw_class fail_file(struct rw_err *err, const char *path, const char *doing)
{
    int why = errno;

    (void)rw_fail(err, RW_IO, "auth.key_file", "the key of the tokens can't be %s: %s", doing,
                  strerror(why));
    rw_err_found(err, "%s", path);
    return RW_IO;
}

static enum rw_class key_path(const char *data_dir, char *path, size_t size, struct rw_err *err)
{
    int n = snprintf(path, size, "%s/token.key", data_dir);

    if (n < 0 || (size_t)n >= size) {
        errno = ENAMETOOLONG;
        return fail_file(err, data_dir, "read");
    }
    return RW_OK;
}

static enum rw_class check_file(int fd, const char *path, struct rw_err *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return fail_file(err, path, "read");
    if (st.st_size == KEY_BYTES && (st.st_mode & 077) == 0)
        return RW_OK;
    (void)rw_fail(err, RW_MALFORMED, "auth.bad_key", "the key of the tokens is not as it was made");
    rw_err_at(err, path, -1, 0);
    rw_err_found(err, "%lld bytes, mode %04o", (long long)st.st_size, (unsigned)st.st_mode & 07777);
    rw_err_expected(err, "%d bytes, mode 0600", KEY_BYTES);
    return RW_MALFORMED;
}

enum rw_class rw_auth_key_load(const char *data_dir, const struct rw_auth_key **ret,
                               struct rw_err *err)
{
    struct rw_auth_key *key;
    char path[4096];
    enum rw_class class = key_path(data_dir, path, sizeof(path), err);
    int fd;

    if (class != RW_OK)
        return class;
    if (sodium_init() < 0)
        return rw_fail(err, RW_IO, "auth.key_file", "the system gives no random bytes");
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        (void)rw_fail(err, RW_CONFLICT, "auth.no_key", "the data folder has no key for tokens");
        rw_err_found(err, "no file %s", path);
        rw_err_expected(err, "what ringwrightd --init makes once");
        return RW_CONFLICT;
    }
    if (fd < 0)
        return fail_file(err, path, "read");
    class = check_file(fd, path, err);
    key = class == RW_OK ? rw_calloc(1, sizeof(*key)) : NULL;
    if (class == RW_OK && !key)
        class = rw_fail_memory(err);
    if (class == RW_OK && read(fd, key->bytes, KEY_BYTES) != KEY_BYTES)
        class = fail_file(err, path, "read");
    (void)close(fd);
    if (class != RW_OK) {
        rw_auth_key_free(key);
        return class;
    }
    *ret = key;
    return RW_OK;
}

/* Under another name first: a key cut short by a crash must never be found. */
static enum rw_class write_key(const char *path, struct rw_err *err)
{
    unsigned char bytes[KEY_BYTES];
    enum rw_class class = RW_OK;
    char draft[4200];
    int fd;

    (void)snprintf(draft, sizeof(draft), "%s.%ld", path, (long)getpid());
    fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_file(err, draft, "written");
    randombytes_buf(bytes, sizeof(bytes));
    if (write(fd, bytes, KEY_BYTES) != KEY_BYTES || fsync(fd) < 0)
        class = fail_file(err, draft, "written");
    sodium_memzero(bytes, sizeof(bytes));
    (void)close(fd);
    /* link() does not replace: whoever was first has made the key */
    if (class == RW_OK && link(draft, path) < 0 && errno != EEXIST)
        class = fail_file(err, path, "written");
    (void)unlink(draft);
    return class;
}

enum rw_class rw_auth_key_make(const char *data_dir, const struct rw_auth_key **ret,
                               struct rw_err *err)
{
    char path[4096];
    enum rw_class class = key_path(data_dir, path, sizeof(path), err);

    if (class == RW_OK && sodium_init() < 0)
        class = rw_fail(err, RW_IO, "auth.key_file", "the system gives no random bytes");
    if (class == RW_OK && access(path, F_OK) < 0)
        class = write_key(path, err);
    return class == RW_OK ? rw_auth_key_load(data_dir, ret, err) : class;
}

void rw_auth_key_free(const struct rw_auth_key *key)
{
    struct rw_auth_key *mine = (struct rw_auth_key *)key; /* we made it */

    if (!mine)
        return;
    sodium_memzero(mine, sizeof(*mine));
    rw_free(mine);
}

/* ------------------------------------------------------------------ tokens and secrets */

static void random_text(char text[RANDOM_TEXT + 1])
{
    unsigned char bytes[RANDOM_BYTES];

    if (sodium_init() < 0)
        abort(); /* without randomness every secret would be guessed */
    randombytes_buf(bytes, sizeof(bytes));
    (void)sodium_bin2base64(text, RANDOM_TEXT + 1, bytes, sizeof(bytes),
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof(bytes));
}

void rw_token_new(char text[RW_TOKEN_TEXT])
{
    memcpy(text, RW_TOKEN_PREFIX, sizeof(RW_TOKEN_PREFIX) - 1);
    random_text(text + sizeof(RW_TOKEN_PREFIX) - 1);
}

static bool is_base64url(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

bool rw_token_shape(struct rw_slice text)
{
    if (text.n != RW_TOKEN_TEXT - 1 || !rw_slice_starts(text, RW_LIT(RW_TOKEN_PREFIX)))
        return false;
    for (size_t i = sizeof(RW_TOKEN_PREFIX) - 1; i < text.n; i++)
        if (!is_base64url(text.p[i]))
            return false;
    return true;
}

void rw_token_digest(const struct rw_auth_key *key, struct rw_slice text, unsigned char digest[32])
{
    (void)crypto_generichash(digest, 32, (const unsigned char *)text.p, text.n, key->bytes,
                             sizeof(key->bytes));
}

void rw_token_hash(const struct rw_auth_key *key, struct rw_slice text, char hash[RW_TOKEN_HASH])
{
    unsigned char digest[32];

    rw_token_digest(key, text, digest);
    (void)sodium_bin2hex(hash, RW_TOKEN_HASH, digest, sizeof(digest));
}

void rw_secret_new(char text[RW_SECRET_TEXT])
{
    random_text(text);
}

enum rw_class rw_secret_hash(struct rw_slice secret, char hash[RW_SECRET_HASH], struct rw_err *err)
{
    if (sodium_init() < 0 ||
        crypto_pwhash_str(hash, secret.p, secret.n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return rw_fail_memory(err);
    return RW_OK;
}

bool rw_secret_verify(struct rw_slice secret, const char *hash)
{
    char padded[crypto_pwhash_STRBYTES] = ""; /* libsodium reads all of it */

    if (sodium_init() < 0 || strlen(hash) >= sizeof(padded))
        return false;
    memcpy(padded, hash, strlen(hash));
    return crypto_pwhash_str_verify(padded, secret.p, secret.n) == 0;
}

const char *rw_secret_nobody(void)
{
    /* The cost of rw_secret_hash(), a salt and a digest made up. */
    return "$argon2id$v=19$m=65536,t=2,p=1$bm9ib2R5IHdhcyBoZXJlIQ$"
           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

bool rw_secret_equal(struct rw_slice a, struct rw_slice b)
{
    return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

void rw_secret_wipe(void *p, size_t n)
{
    sodium_memzero(p, n);
}
