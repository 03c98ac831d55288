/*
 * call/terms.h - how a trunk wants its media: sealed or not, which codecs, which way keys travel.
 *
 * Threads  a value. All zero is how any telephone has it: plain RTP, both laws of G.711, telephone
 *          events, the server's own address.
 */
#ifndef RW_CALL_TERMS_H
#define RW_CALL_TERMS_H

#include <stdint.h>

/*
 * SRTP with keys in SDP (RFC 4568). Optional offers RTP/AVP with a=crypto, which a far end that knows
 * nothing of it reads as plain RTP.
 */
enum rw_terms_srtp { RW_TERMS_SRTP_OFF, RW_TERMS_SRTP_OPTIONAL, RW_TERMS_SRTP_REQUIRED };

/* How keys (DTMF) go to and from the far end. Without telephone events of its own it gets tones. */
enum rw_terms_dtmf { RW_TERMS_DTMF_RFC4733, RW_TERMS_DTMF_INFO, RW_TERMS_DTMF_INBAND };

#define RW_TERMS_CODECS 2

struct rw_media_terms {
    enum rw_terms_srtp srtp;
    enum rw_terms_dtmf dtmf;
    /* Static payload types (RFC 3551) to be offered, most wanted first; none: all, as the call has it. */
    uint8_t codecs[RW_TERMS_CODECS], codec_count;
    const char *advertised_host; /* numeric, for c= and o=; NULL = the server's */
};

#endif
