/*
 * stir/passport.h - the texts of a PASSporT that vouches for a caller's number.
 *
 * A token is two JSON objects in base64url and a signature over both. Every verifier has to arrive at
 * the same bytes, so the objects are canonical: members in the order of their names, no blanks
 * (RFC 8225, section 9). Nothing that could need an escape is ever put into them: numbers are digits,
 * '*' and '#'; addresses and UUIDs are refused unless they hold only what stands for itself.
 *
 * Standards  RFC 8225 (PASSporT), RFC 8588 (the extension "shaken"), RFC 8224 section 8.3 (how a number
 *            is written), RFC 7515 appendix C (base64url).
 * Threads    any; nothing is kept.
 * Errors     RW_MALFORMED stir.bad_number. A buffer that could not grow says so itself (base/buf.h).
 */
#ifndef RW_STIR_PASSPORT_H
#define RW_STIR_PASSPORT_H

#include "base/buf.h"
#include "base/err.h"

#define RW_STIR_URL_MAX 255   /* bytes of a certificate's address */
#define RW_STIR_NUMBER_MAX 32 /* bytes of a number as it was given */

/* What the operator knows of the caller's right to the number (RFC 8588, section 4). */
enum rw_stir_attestation {
    RW_STIR_NONE, /* nothing is said: no token */
    RW_STIR_A,    /* full: it is the caller's own number */
    RW_STIR_B,    /* partial: who calls is known, the right to the number is not */
    RW_STIR_C     /* gateway: it is known only where the call came in */
};

struct rw_stir_claims {
    enum rw_stir_attestation attest; /* not NONE */
    struct rw_slice orig, dest;      /* caller and called, "+6534567890" */
    struct rw_slice origid;          /* a UUID, see rw_stir_new() */
    uint64_t iat_s;                  /* when it is signed, seconds since 1970 UTC */
};

/*
 * The number as a PASSporT has it: a leading '+', blanks and "-.()" fall away, digits, '*' and '#' stay
 * (RFC 8224, section 8.3). Refused is what holds anything else, or no digit, or is longer than
 * RW_STIR_NUMBER_MAX: to drop unknown characters would vouch for a number that nobody named.
 */
RW_NODISCARD enum rw_class rw_stir_number_put(struct rw_buf *ret, struct rw_slice number,
                                              struct rw_err *err);

/*
 * True for https:// with a host and, up to RW_STIR_URL_MAX bytes, only what may stand in a URI
 * (RFC 3986), so that it can't end the JSON text or the header parameter that it is written into.
 */
bool rw_stir_url_is_usable(struct rw_slice url);

/* {"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"..."}; the URL is a usable one. */
void rw_stir_header_put(struct rw_buf *ret, struct rw_slice url);

/* {"attest":"A","dest":{"tn":["..."]},"iat":...,"orig":{"tn":"..."},"origid":"..."} */
RW_NODISCARD enum rw_class
rw_stir_claims_put(struct rw_buf *ret, const struct rw_stir_claims *claims, struct rw_err *err);

void rw_stir_base64url_put(struct rw_buf *ret, struct rw_slice bytes); /* without padding */

#endif
