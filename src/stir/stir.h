/*
 * stir/stir.h - vouches for the numbers of calls with the operator's key: the Identity header.
 *
 *     Identity: <header>.<claims>.<signature>;info=<URL>;alg=ES256;ppt=shaken
 *
 * Full attestation (A) is given for nothing but a number that the caller owns; what is said of others is
 * the operator's policy. One token costs an ECDSA signature and next to nothing else
 * (docs/decisions/0019-identity-signed-in-the-worker.md).
 *
 * Standards  RFC 8224 (Identity), RFC 8225, RFC 8588; RFC 7518 section 3.4 (ES256: r and s, 32 bytes each).
 * Owner      whoever called rw_stir_new().
 * Threads    made before the workers start, constant then: any thread may sign at any time.
 * Memory     the key and some 1 KiB.
 * Errors     rw_stir_new(): RW_MALFORMED stir.key_file, stir.key_mode, stir.key_type, stir.bad_url,
 *            stir.certificate_file, stir.certificate_mismatch, stir.bad_origid; the pointer is the name of
 *            the option at fault. Signing: RW_MALFORMED stir.bad_number, stir.bad_origid; RW_IO
 *            stir.not_signed.
 */
#ifndef RW_STIR_STIR_H
#define RW_STIR_STIR_H

#include "stir/passport.h"

#define RW_STIR_IDENTITY_MAX 2048 /* bytes of a header's value */

struct rw_stir;

struct rw_stir_options {
    const char *key_file;             /* EC P-256 in PEM, no passphrase, of no use to others */
    const char *certificate_url;      /* where verifiers fetch the certificate */
    const char *certificate_file;     /* the same certificate in PEM; "" = not compared */
    const char *origid;               /* a UUID for all calls; "" = the call's own, see below */
    enum rw_stir_attestation unowned; /* of numbers that the caller does not own; not A */
};

RW_NODISCARD enum rw_class rw_stir_new(struct rw_stir **ret, const struct rw_stir_options *options,
                                       struct rw_err *err);
void rw_stir_free(struct rw_stir *stir); /* NULL is fine */

/* When the certificate ends, seconds since 1970; 0 when no certificate file was given. */
uint64_t rw_stir_certificate_ends_s(const struct rw_stir *stir);

struct rw_stir_call {
    struct rw_slice orig, dest; /* caller and called, "+6534567890" */
    struct rw_slice origin; /* UUID of where the call came from (RFC 8588, section 5): its trunk */
    bool owned;             /* the caller's right to orig was checked */
};

/*
 * Puts the value of an Identity header into ret, which is empty and may hold RW_STIR_IDENTITY_MAX bytes;
 * nothing when policy says nothing of such a call.
 */
RW_NODISCARD enum rw_class rw_stir_identity_put(const struct rw_stir *stir,
                                                const struct rw_stir_call *call, uint64_t iat_s,
                                                struct rw_buf *ret, struct rw_err *err);

#endif
