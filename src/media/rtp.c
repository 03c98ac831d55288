#include "media/rtp.h"

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

bool rw_rtp_read_header(struct rw_slice packet, struct rw_rtp *ret)
{
    const uint8_t *p = (const uint8_t *)packet.p;
    size_t at = RW_RTP_HEADER;

    if (packet.n < RW_RTP_HEADER || packet.n > RW_RTP_PACKET_MAX || p[0] >> 6 != 2)
        return false;
    at += (size_t)(p[0] & 0x0f) * 4;
    if (p[0] & 0x10) { /* header extension: its length stands in words behind its profile */
        if (packet.n < at + 4)
            return false;
        at += 4 + 4u * get16(p + at + 2);
    }
    if (packet.n < at)
        return false;
    *ret = (struct rw_rtp){.payload_type = p[1] & 0x7f,
                           .marker = p[1] >> 7,
                           .seq = get16(p + 2),
                           .timestamp = get32(p + 4),
                           .ssrc = get32(p + 8),
                           .payload_at = at,
                           .payload_len = packet.n - at};
    return true;
}

bool rw_rtp_read(struct rw_slice packet, struct rw_rtp *ret)
{
    const uint8_t *p = (const uint8_t *)packet.p;
    struct rw_rtp rtp;
    size_t padding = 0;

    if (!rw_rtp_read_header(packet, &rtp))
        return false;
    if (p[0] & 0x20) {
        padding = p[packet.n - 1];
        if (padding == 0 || padding > rtp.payload_len)
            return false;
    }
    rtp.payload_len -= padding;
    *ret = rtp;
    return true;
}

bool rw_rtcp_valid(struct rw_slice packet)
{
    const uint8_t *p = (const uint8_t *)packet.p;
    size_t at = 0;

    /* RFC 3550 section 6.1: a sender or receiver report comes first (200, 201) */
    if (packet.n < 8 || packet.n > RW_RTP_PACKET_MAX || (p[1] != 200 && p[1] != 201))
        return false;
    while (at < packet.n) {
        if (packet.n - at < 4 || p[at] >> 6 != 2 || p[at + 1] < 192 || p[at + 1] > 223)
            return false;
        at += 4 + 4u * get16(p + at + 2);
    }
    return at == packet.n;
}

void rw_rtp_write_header(uint8_t out[RW_RTP_HEADER], uint8_t payload_type, bool marker,
                         uint16_t seq, uint32_t timestamp, uint32_t ssrc)
{
    out[0] = 0x80;
    out[1] = (uint8_t)((marker ? 0x80 : 0) | payload_type);
    out[2] = (uint8_t)(seq >> 8);
    out[3] = (uint8_t)seq;
    for (int i = 0; i < 4; i++) {
        out[4 + i] = (uint8_t)(timestamp >> (24 - 8 * i));
        out[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
    }
}
