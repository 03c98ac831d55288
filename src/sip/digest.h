/*
 * sip/digest.h - answers to 401 and 407 (RFC 3261, section 22; RFC 7616; RFC 8760).
 *
 * Algorithms MD5, SHA-256 and SHA-512-256; of several challenges the first that can be answered is,
 * as the server lists them by preference. qop auth or none; auth-int and -sess are not answered.
 * libre knows MD5 alone and counts a nonce's uses per realm, hence ours.
 */
#ifndef RW_SIP_DIGEST_H
#define RW_SIP_DIGEST_H

#include "base/buf.h"
#include "sip/message.h"

enum rw_sip_hash { RW_SIP_MD5, RW_SIP_SHA256, RW_SIP_SHA512_256 };

struct rw_sip_challenge {
    struct rw_slice realm, nonce, opaque; /* as between the quotes, still escaped */
    bool has_opaque;
    enum rw_sip_hash hash;
    bool named; /* the algorithm was named, so name it in the answer */
    bool qop;   /* auth is offered; otherwise the form of RFC 2069 */
    bool stale; /* only the nonce was too old */
};

/* One header's value. False when it is none that can be answered. */
bool rw_sip_challenge_parse(struct rw_slice value, struct rw_sip_challenge *ret);

struct rw_sip_credentials {
    struct rw_slice user, password;
    enum rw_sip_method method;
    struct rw_slice uri;
    uint64_t cnonce;
};

/* Writes "Digest username=..." without a line end. False when hashing fails. */
bool rw_sip_digest_put(struct rw_buf *buf, const struct rw_sip_challenge *challenge,
                       const struct rw_sip_credentials *credentials);

#endif
