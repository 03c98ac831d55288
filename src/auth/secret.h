/*
 * auth/secret.h - tokens and secrets: made, hashed, compared, wiped. libsodium does the work.
 *
 * A token is 256 random bits, shown once; the store keeps BLAKE2b-256 of it, keyed with a key that
 * stands in a file beside the database, so that the database alone is worth nothing to a thief and
 * finding a token is one lookup. A client's secret is 256 random bits as well, kept as argon2id.
 *
 * Owner    rw_auth_key_load() and _make() give a key to the caller.
 * Threads  a key is constant after it was made; the functions are safe.
 * Errors   RW_IO auth.key_file, RW_CONFLICT auth.no_key, RW_MALFORMED auth.bad_key.
 */
#ifndef RW_AUTH_SECRET_H
#define RW_AUTH_SECRET_H

#include "base/err.h"

struct rw_auth_key;

/* Reads DATA_DIR/token.key. RW_CONFLICT auth.no_key when it is not there: --init makes it. */
RW_NODISCARD enum rw_class rw_auth_key_load(const char *data_dir, const struct rw_auth_key **ret,
                                            struct rw_err *err);
/* Makes the file (mode 0600) unless it is there, then reads it. */
RW_NODISCARD enum rw_class rw_auth_key_make(const char *data_dir, const struct rw_auth_key **ret,
                                            struct rw_err *err);
void rw_auth_key_free(const struct rw_auth_key *key); /* wiped; NULL is fine */

#define RW_TOKEN_PREFIX "rw_"
#define RW_TOKEN_TEXT 47  /* "rw_", 43 characters base64url, NUL */
#define RW_TOKEN_HASH 65  /* 64 hexadecimal digits, NUL */
#define RW_SECRET_TEXT 44 /* 43 characters base64url, NUL */
#define RW_SECRET_HASH 128

void rw_token_new(char text[RW_TOKEN_TEXT]);
/* Looks like a token of ours: worth hashing and looking up. */
bool rw_token_shape(struct rw_slice text);
void rw_token_digest(const struct rw_auth_key *key, struct rw_slice text, unsigned char digest[32]);
/* The same in hexadecimal digits: struct rw_row_token's hash. */
void rw_token_hash(const struct rw_auth_key *key, struct rw_slice text, char hash[RW_TOKEN_HASH]);

void rw_secret_new(char text[RW_SECRET_TEXT]);
/*
 * argon2id takes some 50 ms and 64 MiB: both run off the loop (loop/offload.h).
 * Hashing fails with RW_NO_MEMORY; verifying answers false then, too.
 */
RW_NODISCARD enum rw_class rw_secret_hash(struct rw_slice secret, char hash[RW_SECRET_HASH],
                                          struct rw_err *err);
bool rw_secret_verify(struct rw_slice secret, const char *hash);
/* A hash that nothing matches: verified when there is no such client, so that it takes as long. */
const char *rw_secret_nobody(void);

/* In a time that does not depend on where they differ. */
bool rw_secret_equal(struct rw_slice a, struct rw_slice b);
void rw_secret_wipe(void *p, size_t n);

#endif
