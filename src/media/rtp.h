/*
 * media/rtp.h - as much of an RTP or RTCP packet as a relay must understand (RFC 3550, sections 5.1
 * and 6.1). Nothing is copied and nothing behind the header is judged.
 */
#ifndef RW_MEDIA_RTP_H
#define RW_MEDIA_RTP_H

#include "base/slice.h"

#include <stdint.h>

#define RW_RTP_HEADER 12
#define RW_RTP_PACKET_MAX 1500 /* larger datagrams are no telephony */

enum { RW_RTP_PCMU = 0, RW_RTP_PCMA = 8 }; /* RFC 3551, table 4 */

struct rw_rtp {
    uint8_t payload_type;
    bool marker;
    uint16_t seq;
    uint32_t timestamp, ssrc;
    size_t payload_at, payload_len; /* without the padding */
};

/* False when the bytes are no whole RTP packet of version 2; *ret is untouched then. */
bool rw_rtp_read(struct rw_slice packet, struct rw_rtp *ret);

/* The same of a packet whose payload is sealed (media/srtp.h): padding is not looked for in it. */
bool rw_rtp_read_header(struct rw_slice packet, struct rw_rtp *ret);

/* True for a compound RTCP packet whose parts fill it exactly and that starts with a report. */
bool rw_rtcp_valid(struct rw_slice packet);

/* Writes the twelve bytes of a header without extension or contributors. */
void rw_rtp_write_header(uint8_t out[RW_RTP_HEADER], uint8_t payload_type, bool marker,
                         uint16_t seq, uint32_t timestamp, uint32_t ssrc);

#endif
