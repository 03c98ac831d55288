/*
 * media/sdp.h - the session descriptions of a telephone call: one audio stream with G.711
 * and telephone events over RTP/AVP, or sealed over RTP/SAVP. Offers are written, offers and answers
 * are read.
 *
 * The reader is strict where a mistake would send sound astray (addresses, ports, payload types,
 * profile) and ignores what does not matter to a relay (o=, s=, t=, b=, unknown attributes).
 *
 * Standards  RFC 8866 (4566), RFC 3264, RFC 3551, RFC 3605, RFC 4568 (media/sdes.h),
 *            RFC 4733.
 * Threads    pure functions. Nothing is allocated.
 * Errors     RW_MALFORMED with the line and byte offset in the text; *ret is written on success only:
 *   sdp.missing           no body where a description must stand
 *   sdp.too_large         over RW_SDP_MAX bytes
 *   sdp.bad_line          not <letter>=<value>, or control characters
 *   sdp.bad_version       does not start with v=0
 *   sdp.no_audio          no m= line, or the first one is not audio
 *   sdp.bad_media         the m= line can't be read
 *   sdp.rejected          m= with port 0: the far end refuses the stream
 *   sdp.bad_port          not a port number, or more than one
 *   sdp.unsupported_profile   not RTP/AVP, nor RTP/SAVP where that can be
 *   sdp.not_encrypted     RTP/AVP, and sealed media were wanted
 *   sdp.bad_crypto        sealed media, but no a=crypto that can be used; no key is shown
 *   sdp.extra_media       a second stream that was never offered is accepted
 *   sdp.bad_format        a payload type that is none (0-127), or too many
 *   sdp.no_common_codec   neither PCMU nor PCMA, as far as offered
 *   sdp.no_address        no c= line for the stream
 *   sdp.bad_address       c= is not IN with a numeric unicast address of the family we bound
 *   sdp.bad_attribute     rtpmap or rtcp attribute that can't be read
 */
#ifndef RW_MEDIA_SDP_H
#define RW_MEDIA_SDP_H

#include "base/buf.h"
#include "base/err.h"
#include "media/addr.h"
#include "media/rtp.h"
#include "media/sdes.h"

#define RW_SDP_TEXT_MAX 4096 /* same bound as call/leg.h's RW_SDP_MAX */
#define RW_SDP_EVENT_PT 101  /* ours for telephone-event; 0 is PCMU, so 0 means none */
#define RW_SDP_FORMATS_MAX 32

/* What one side can take, most wanted first. */
struct rw_sdp_codecs {
    uint8_t audio[2]; /* RW_RTP_PCMU, RW_RTP_PCMA */
    uint8_t audio_count;
    uint8_t event_pt; /* of telephone-event/8000; 0 = none */
};

struct rw_sdp {
    struct rw_sdp_codecs codecs;
    struct rw_media_addr rtp;  /* len 0: put on hold by 0.0.0.0, nowhere to send */
    struct rw_media_addr rtcp; /* a=rtcp or the port after RTP's; len 0 with rtp's */
    bool sends, receives;      /* by a=sendrecv, sendonly, recvonly, inactive; and by hold */
    uint16_t ptime_ms;         /* 20 when not said */
    bool sealed;               /* RTP/SAVP */
    struct rw_sdes crypto;     /* suite RW_SRTP_NONE: plain. The first that we have the suite of */
    uint8_t crypto_count;      /* of such attributes, whatever their suite */
};

/* Whether media are sealed. EITHER: RTP/SAVP, or RTP/AVP with an a=crypto for who can read it. */
enum rw_sdp_security { RW_SDP_PLAIN, RW_SDP_EITHER, RW_SDP_SEALED };

static inline bool rw_sdp_has(const struct rw_sdp_codecs *codecs, uint8_t payload_type)
{
    return (codecs->audio_count > 0 && codecs->audio[0] == payload_type) ||
           (codecs->audio_count > 1 && codecs->audio[1] == payload_type);
}

/* Everything we can pass on: PCMU, PCMA, telephone-event. */
extern const struct rw_sdp_codecs rw_sdp_all_codecs;

/*
 * Reads an answer to `offered`, or an offer (then give rw_sdp_all_codecs). family: AF_INET or
 * AF_INET6, what our socket speaks.
 */
RW_NODISCARD enum rw_class rw_sdp_read(struct rw_slice text, const struct rw_sdp_codecs *offered,
                                       enum rw_sdp_security security, int family,
                                       struct rw_sdp *ret, struct rw_err *err);

struct rw_sdp_local {
    const struct rw_media_addr *rtp; /* advertised address and port */
    const struct rw_sdp_codecs *codecs;
    const char *direction; /* "sendrecv", ... */
    uint64_t session_id;
    enum rw_sdp_security security; /* PLAIN: crypto is not looked at */
    const struct rw_sdes *crypto;  /* most wanted first */
    uint32_t crypto_count;
};

/* Appends a description with CRLF line ends, ptime 20, version 1. */
void rw_sdp_write(struct rw_buf *buf, const struct rw_sdp_local *local);

#endif
