/*
 * media/srtp.h - SRTP and SRTCP: packets sealed towards a far end, and opened from it.
 *
 * One struct is one direction under one master key (RFC 4568 gives each direction its own). A packet is
 * changed in place: sealing makes it longer, opening shorter. Nothing of what is remembered moves
 * before the tag of a packet has been checked, so that a forged one changes nothing and the stream goes
 * on. Each index of a source is sealed once and opened once: a repetition is refused both ways, since
 * sealing other bytes under an index again would give both away.
 *
 * The ciphers are OpenSSL's; what stands around them is ours (docs/decisions/0026 says why no library).
 *
 * Standards  RFC 3711: AES in counter mode, HMAC-SHA1, no MKI, no key derivation rate; RFC 4568,
 *            section 6.2, for the suites. A source that we join late may have passed one overflow of
 *            its sequence number.
 * Owner      whoever called _new().
 * Threads    one at a time.
 * Memory     about 5 KB. Sources beyond RW_SRTP_SOURCES are refused: forgetting one would let its
 *            indices be used again.
 * Errors     RW_NO_MEMORY server.no_memory; RW_BUG media.no_cipher: OpenSSL has none.
 */
#ifndef RW_MEDIA_SRTP_H
#define RW_MEDIA_SRTP_H

#include "base/err.h"
#include "media/rtp.h"

/* The numbers are our tags in SDP. */
enum rw_srtp_suite {
    RW_SRTP_NONE = 0,
    RW_SRTP_AES_CM_128_HMAC_SHA1_80 = 1,
    RW_SRTP_AES_CM_128_HMAC_SHA1_32 = 2
};

/* "AES_CM_128_HMAC_SHA1_80", as it stands in SDP; not of RW_SRTP_NONE. */
const char *rw_srtp_suite_name(enum rw_srtp_suite suite);

#define RW_SRTP_KEY 30 /* the master key and its salt, as they stand in SDP one after the other */
#define RW_SRTP_GROWTH 14 /* bytes, at most, that sealing adds */
#define RW_SRTP_SOURCES 64

struct rw_srtp;

RW_NODISCARD enum rw_class rw_srtp_new(struct rw_srtp **ret, enum rw_srtp_suite suite,
                                       const uint8_t key[RW_SRTP_KEY], struct rw_err *err);
void rw_srtp_free(struct rw_srtp *srtp); /* NULL is fine; the keys are wiped */

/*
 * Seals and opens one packet of *n bytes in place. Sealing needs RW_SRTP_GROWTH bytes of room behind
 * it. False, and the bytes are of no use then: no packet, a wrong tag, a repetition, or too old.
 */
bool rw_srtp_seal(struct rw_srtp *srtp, uint8_t *bytes, size_t *n);
bool rw_srtp_open(struct rw_srtp *srtp, uint8_t *bytes, size_t *n);
bool rw_srtp_seal_rtcp(struct rw_srtp *srtp, uint8_t *bytes, size_t *n);
bool rw_srtp_open_rtcp(struct rw_srtp *srtp, uint8_t *bytes, size_t *n);

#endif
