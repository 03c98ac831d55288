/*
 * media/sdes.h - the a=crypto attribute of SDP: which suite, and the key that its writer seals with.
 *
 *     a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:<40 characters of base64>|2^31
 *
 * One key, without an MKI, and no session parameter that would change the packets: what else RFC 4568
 * knows is refused rather than passed over, because packets made so could not be read. A lifetime is
 * read and not kept: it bounds what the far end sends.
 *
 * Standards  RFC 4568, sections 5.1, 6.1, 6.2, 9.1.
 * Threads    pure functions. A key is a secret: it stands in no error and no log.
 */
#ifndef RW_MEDIA_SDES_H
#define RW_MEDIA_SDES_H

#include "base/buf.h"
#include "media/srtp.h"

struct rw_sdes {
    uint32_t tag;
    enum rw_srtp_suite suite;
    uint8_t key[RW_SRTP_KEY];
};

/*
 * Reads what stands behind "crypto:". RW_NOT_FOUND: a suite that we do not have; RW_MALFORMED, and
 * *ret_what says what is wrong. *ret is written on RW_OK only.
 */
enum rw_class rw_sdes_read(struct rw_slice value, struct rw_sdes *ret, const char **ret_what);

void rw_sdes_put(struct rw_buf *buf, const struct rw_sdes *sdes); /* a whole line with its end */

#endif
