#include "media/side.h"

#include "base/clock.h"
#include "media/g711.h"

#define READ_MAX (RW_RTP_PACKET_MAX + 1) /* one more, to see what is too long */

/* Many send the number of their own answer where ours is due. */
static bool is_event(const struct rw_side *from, uint8_t pt)
{
    return from->codecs.event_pt && (pt == from->codecs.event_pt || pt == from->offered.event_pt);
}

/* The payload type under which `to` gets it, or -1 when it was not negotiated on either leg. */
static int map_payload_type(const struct rw_side *from, const struct rw_side *to, uint8_t pt)
{
    if (rw_sdp_has(&from->codecs, pt)) {
        uint8_t other = pt == RW_RTP_PCMU ? RW_RTP_PCMA : RW_RTP_PCMU;

        if (rw_sdp_has(&to->codecs, pt))
            return pt;
        return rw_sdp_has(&to->codecs, other) ? other : -1;
    }
    return to->codecs.event_pt && is_event(from, pt) ? to->codecs.event_pt : -1;
}

static void recode_g711(uint8_t *payload, size_t len, int to_pt)
{
    if (to_pt == RW_RTP_PCMA)
        rw_g711_ulaw_to_alaw(payload, len);
    else
        rw_g711_alaw_to_ulaw(payload, len);
}

/* Counts a packet that is not from this leg's source. */
static void refuse_source(struct rw_side *from)
{
    if (from->lock.named.len)
        from->foreign++;
    else
        from->unusable++;
}

static bool is_from_source(struct rw_side *from, const struct rw_media_addr *source,
                           const struct rw_rtp *rtp)
{
    if (rw_lock_accepts(&from->lock, source, rtp, from->lock.final ? 0 : rw_clock_mono_ms()))
        return true;
    refuse_source(from);
    return false;
}

static bool hear(struct rw_side *from, const uint8_t *bytes, size_t n,
                 const struct rw_media_addr *source, struct rw_rtp *ret)
{
    if (!rw_rtp_read((struct rw_slice){(const char *)bytes, n}, ret)) {
        from->unusable++;
        return false;
    }
    return is_from_source(from, source, ret);
}

/*
 * The same of a sealed packet. While the source may still be another, only a packet whose tag is right
 * can make it so; afterwards the address is looked at first, which costs less.
 */
static bool hear_sealed(struct rw_side *from, uint8_t *bytes, size_t *n,
                        const struct rw_media_addr *source, struct rw_rtp *ret)
{
    bool final = from->lock.final;

    if (!rw_rtp_read_header((struct rw_slice){(const char *)bytes, *n}, ret)) {
        from->unusable++;
        return false;
    }
    if (final && !is_from_source(from, source, ret))
        return false;
    if (!rw_srtp_open(from->in, bytes, n)) {
        from->forged++;
        return false;
    }
    if (!rw_rtp_read((struct rw_slice){(const char *)bytes, *n}, ret)) {
        from->unusable++;
        return false;
    }
    return final || is_from_source(from, source, ret);
}

/* The packet as the trunk's way of keys has it. */
static enum rw_keys_verdict pass_keys(struct rw_side *from, struct rw_keys_packet *packet)
{
    struct rw_relay *relay = from->relay;
    struct rw_side *to = rw_side_other(from);
    struct rw_key told[RW_KEYS_AT_ONCE];
    enum rw_keys_verdict verdict;

    if (from == &relay->sides[RW_LEG_TRUNK]) {
        if (!rw_sdp_has(&from->codecs, packet->rtp.payload_type))
            return RW_KEYS_PASS;
        return rw_keys_to_station(relay->keys, packet, to->codecs.event_pt, to->codecs.audio[0]);
    }
    verdict = rw_keys_from_station(relay->keys, packet, is_event(from, packet->rtp.payload_type),
                                   to->codecs.audio[0], told);
    for (int i = 0; i < RW_KEYS_AT_ONCE; i++)
        if (told[i].sign && relay->on_key && rw_keys_way(relay->keys) == RW_TERMS_DTMF_INFO)
            relay->on_key(&told[i], relay->on_key_arg);
    return verdict;
}

/* Turns the payload into what `to` negotiated; false: nothing there fits it. */
static bool map_payload(const struct rw_side *from, const struct rw_side *to, uint8_t *bytes,
                        const struct rw_rtp *rtp)
{
    int pt = map_payload_type(from, to, rtp->payload_type);

    if (pt < 0)
        return false;
    if (pt != rtp->payload_type) {
        if (pt == RW_RTP_PCMU || pt == RW_RTP_PCMA)
            recode_g711(bytes + rtp->payload_at, rtp->payload_len, pt);
        bytes[1] = (uint8_t)((bytes[1] & 0x80) | pt);
    }
    return true;
}

static void pass_rtp(struct rw_side *from, uint8_t *bytes, size_t n,
                     const struct rw_media_addr *source)
{
    struct rw_side *to = rw_side_other(from);
    const struct rw_media_addr *target = rw_lock_target(&to->lock);
    struct rw_keys_packet packet = {.bytes = bytes};
    enum rw_keys_verdict verdict = RW_KEYS_PASS;
    size_t received = n;

    if (from->in ? !hear_sealed(from, bytes, &n, source, &packet.rtp)
                 : !hear(from, bytes, n, source, &packet.rtp))
        return;
    if (!from->relay->bridged || !from->sends || !to->receives || target->len == 0) {
        from->unusable++;
        return;
    }
    if (from->relay->keys) {
        packet.n = n;
        verdict = pass_keys(from, &packet);
        n = packet.n;
    }
    if (verdict == RW_KEYS_PASS && !map_payload(from, to, bytes, &packet.rtp)) {
        from->unusable++;
        return;
    }
    if (verdict != RW_KEYS_TAKEN) {
        if (to->out && !rw_srtp_seal(to->out, bytes, &n)) {
            from->unusable++;
            return;
        }
        /* a full send buffer loses a packet, as the network might: nothing to be done about it */
        (void)sendto(to->ports.rtp_fd, bytes, n, 0, &target->u.sa, target->len);
    }
    from->packets++;
    from->bytes += received;
}

void rw_side_rtp_readable(void *arg)
{
    struct rw_side *side = arg;
    struct rw_media_addr source = {.len = sizeof(source.u)};
    uint8_t bytes[READ_MAX + RW_SRTP_GROWTH];
    ssize_t n = recvfrom(side->ports.rtp_fd, bytes, READ_MAX, 0, &source.u.sa, &source.len);

    if (n >= 0) /* an error is an ICMP message about what we sent: of no use */
        pass_rtp(side, bytes, (size_t)n, &source);
}

static void pass_rtcp(struct rw_side *from, uint8_t *bytes, size_t n,
                      const struct rw_media_addr *source)
{
    struct rw_side *to = rw_side_other(from);

    if (!rw_media_addr_same_host(rw_lock_target(&from->lock), source) &&
        !rw_media_addr_same(&from->rtcp_target, source)) {
        from->foreign++;
        return;
    }
    if (from->in && !rw_srtp_open_rtcp(from->in, bytes, &n)) {
        from->forged++;
        return;
    }
    if (!rw_rtcp_valid((struct rw_slice){(const char *)bytes, n})) {
        from->unusable++;
        return;
    }
    if (from->lock.source.len) /* its host is proven: reports go back to where they come from */
        from->rtcp_target = *source;
    if (!from->relay->bridged || to->rtcp_target.len == 0 ||
        (to->out && !rw_srtp_seal_rtcp(to->out, bytes, &n))) {
        from->unusable++;
        return;
    }
    (void)sendto(to->ports.rtcp_fd, bytes, n, 0, &to->rtcp_target.u.sa, to->rtcp_target.len);
}

void rw_side_rtcp_readable(void *arg)
{
    struct rw_side *side = arg;
    struct rw_media_addr source = {.len = sizeof(source.u)};
    uint8_t bytes[READ_MAX + RW_SRTP_GROWTH];
    ssize_t n = recvfrom(side->ports.rtcp_fd, bytes, READ_MAX, 0, &source.u.sa, &source.len);

    if (n >= 0)
        pass_rtcp(side, bytes, (size_t)n, &source);
}
