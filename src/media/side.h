/*
 * media/side.h - a relay from inside, for relay.c (the port's operations) and pass.c (the packets).
 */
#ifndef RW_MEDIA_SIDE_H
#define RW_MEDIA_SIDE_H

#include "media/keys.h"
#include "media/lock.h"
#include "media/media.h"
#include "media/ports.h"
#include "media/pump.h"
#include "media/sdp.h"
#include "media/secure.h"

struct rw_side {
    struct rw_relay *relay;
    struct rw_port_pair ports;
    struct rw_pump_source rtp_source, rtcp_source;
    struct rw_lock lock;
    struct rw_media_addr rtcp_target; /* by the SDP, then whence RTCP came; len 0 = nowhere */
    struct rw_sdp_codecs offered;     /* by us; audio_count 0 = no offer made yet */
    struct rw_sdp_codecs codecs;      /* what its answer left; audio_count 0 = no answer yet */
    bool sends, receives;
    struct rw_srtp *in, *out; /* of `secure`; both NULL: plain RTP */
    struct rw_secure *secure; /* NULL: no keys were offered */
    uint64_t packets, bytes, foreign, unusable, forged;
};

struct rw_relay {
    struct rw_relay_port *port;
    uint64_t session_id;
    uint8_t legs;
    bool bridged;
    struct rw_keys *keys;    /* NULL: telephone events on both legs, or sound alone */
    enum rw_terms_dtmf dtmf; /* of the trunk */
    rw_relay_key_h *on_key;
    void *on_key_arg;
    struct rw_side sides[]; /* both; or the trunk's alone */
};

static inline struct rw_side *rw_side_other(struct rw_side *side)
{
    struct rw_relay *relay = side->relay;

    if (relay->legs != RW_LEGS)
        return NULL;
    return side == &relay->sides[0] ? &relay->sides[1] : &relay->sides[0];
}

/* pass.c: a datagram can be read. For rw_pump_source; arg is the side. */
void rw_side_rtp_readable(void *arg);
void rw_side_rtcp_readable(void *arg);

#endif
