/*
 * stir/key.h - the operator's key and certificate, read from their files and judged.
 *
 * Owner    the caller frees what is returned with OpenSSL's EVP_PKEY_free().
 * Threads  at start only.
 * Memory   a file may have RW_STIR_FILE_MAX bytes; what was read of a key is wiped.
 * Errors   RW_MALFORMED stir.key_file, stir.key_mode, stir.key_type, stir.certificate_file,
 *          stir.certificate_mismatch; the pointer is the name of the option ("key_file").
 */
#ifndef RW_STIR_KEY_H
#define RW_STIR_KEY_H

#include "base/err.h"

#include <openssl/evp.h>

#define RW_STIR_FILE_MAX 65536

/* A private key on P-256. A passphrase is never asked for: a server has nobody to ask. */
RW_NODISCARD enum rw_class rw_stir_key_load(const char *path, EVP_PKEY **ret, struct rw_err *err);

/* The first certificate of the file is the key's; says when it ends, seconds since 1970. */
RW_NODISCARD enum rw_class rw_stir_certificate_check(const char *path, EVP_PKEY *key,
                                                     uint64_t *ret_ends_s, struct rw_err *err);

#endif
