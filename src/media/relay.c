#include "media/media.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"
#include "media/g711.h"
#include "media/lock.h"
#include "media/ports.h"
#include "media/pump.h"
#include "media/rtp.h"
#include "media/sdp.h"

#include <errno.h>

#define SINK_DRAIN 64 /* nothing follows from these: empty the socket */

struct side {
    struct rw_relay *relay;
    struct rw_port_pair ports;
    struct rw_pump_source rtp_source, rtcp_source;
    struct rw_lock lock;
    struct rw_media_addr rtcp_target; /* by the SDP, then whence RTCP came; len 0 = nowhere */
    struct rw_sdp_codecs offered;     /* by us; audio_count 0 = no offer made yet */
    struct rw_sdp_codecs codecs;      /* what its answer left; audio_count 0 = no answer yet */
    bool sends, receives;
    uint64_t packets, bytes, foreign, unusable;
};

struct rw_relay {
    struct rw_relay_port *port;
    uint64_t session_id;
    uint8_t legs;
    bool bridged;
    struct side sides[]; /* both; or the trunk's alone */
};

struct rw_relay_port {
    struct rw_ports ports;
    struct rw_pump pump;
    struct rw_media_addr advertised;
    struct rw_port_pair sink; /* of all agentless legs; opened with the first one */
    struct rw_pump_source sink_rtp, sink_rtcp;
    uint64_t sink_packets;
};

static struct side *side_of(struct rw_relay *relay, enum rw_leg_side leg)
{
    if (relay->legs == RW_LEGS)
        return &relay->sides[leg];
    return leg == RW_LEG_TRUNK ? &relay->sides[0] : NULL;
}

static struct side *other_of(struct side *side)
{
    struct rw_relay *relay = side->relay;

    if (relay->legs != RW_LEGS)
        return NULL;
    return side == &relay->sides[0] ? &relay->sides[1] : &relay->sides[0];
}

/* ---- packets ---- */

/* The payload type under which `to` gets it, or -1 when it was not negotiated on either leg. */
static int map_payload_type(const struct side *from, const struct side *to, uint8_t pt)
{
    if (rw_sdp_has(&from->codecs, pt)) {
        uint8_t other = pt == RW_RTP_PCMU ? RW_RTP_PCMA : RW_RTP_PCMU;

        if (rw_sdp_has(&to->codecs, pt))
            return pt;
        return rw_sdp_has(&to->codecs, other) ? other : -1;
    }
    /* many send the number of their own answer where ours is due */
    if (from->codecs.event_pt && to->codecs.event_pt &&
        (pt == from->codecs.event_pt || pt == from->offered.event_pt))
        return to->codecs.event_pt;
    return -1;
}

static void recode_g711(uint8_t *payload, size_t len, int to_pt)
{
    if (to_pt == RW_RTP_PCMA)
        rw_g711_ulaw_to_alaw(payload, len);
    else
        rw_g711_alaw_to_ulaw(payload, len);
}

static void pass_rtp(struct side *from, uint8_t *bytes, size_t n,
                     const struct rw_media_addr *source)
{
    struct side *to = other_of(from);
    const struct rw_media_addr *target = rw_lock_target(&to->lock);
    struct rw_rtp rtp;
    int pt;

    if (!rw_rtp_read((struct rw_slice){(char *)bytes, n}, &rtp)) {
        from->unusable++;
        return;
    }
    if (!rw_lock_accepts(&from->lock, source, &rtp, from->lock.final ? 0 : rw_clock_mono_ms())) {
        if (from->lock.named.len)
            from->foreign++;
        else
            from->unusable++;
        return;
    }
    pt = map_payload_type(from, to, rtp.payload_type);
    if (pt < 0 || !from->relay->bridged || !from->sends || !to->receives || target->len == 0) {
        from->unusable++;
        return;
    }
    if (pt != rtp.payload_type) {
        if (pt == RW_RTP_PCMU || pt == RW_RTP_PCMA)
            recode_g711(bytes + rtp.payload_at, rtp.payload_len, pt);
        bytes[1] = (uint8_t)((bytes[1] & 0x80) | pt);
    }
    /* a full send buffer loses a packet, as the network might: nothing to be done about it */
    (void)sendto(to->ports.rtp_fd, bytes, n, 0, &target->u.sa, target->len);
    from->packets++;
    from->bytes += n;
}

static void rtp_readable(void *arg)
{
    struct side *side = arg;
    struct rw_media_addr source = {.len = sizeof(source.u)};
    uint8_t bytes[RW_RTP_PACKET_MAX + 1]; /* one more, to see what is too long */
    ssize_t n = recvfrom(side->ports.rtp_fd, bytes, sizeof(bytes), 0, &source.u.sa, &source.len);

    if (n >= 0) /* an error is an ICMP message about what we sent: of no use */
        pass_rtp(side, bytes, (size_t)n, &source);
}

static void pass_rtcp(struct side *from, const uint8_t *bytes, size_t n,
                      const struct rw_media_addr *source)
{
    struct side *to = other_of(from);

    if (!rw_rtcp_valid((struct rw_slice){(const char *)bytes, n})) {
        from->unusable++;
        return;
    }
    if (!rw_media_addr_same_host(rw_lock_target(&from->lock), source) &&
        !rw_media_addr_same(&from->rtcp_target, source)) {
        from->foreign++;
        return;
    }
    if (from->lock.source.len) /* its host is proven: reports go back to where they come from */
        from->rtcp_target = *source;
    if (!from->relay->bridged || to->rtcp_target.len == 0) {
        from->unusable++;
        return;
    }
    (void)sendto(to->ports.rtcp_fd, bytes, n, 0, &to->rtcp_target.u.sa, to->rtcp_target.len);
}

static void rtcp_readable(void *arg)
{
    struct side *side = arg;
    struct rw_media_addr source = {.len = sizeof(source.u)};
    uint8_t bytes[RW_RTP_PACKET_MAX + 1];
    ssize_t n = recvfrom(side->ports.rtcp_fd, bytes, sizeof(bytes), 0, &source.u.sa, &source.len);

    if (n >= 0)
        pass_rtcp(side, bytes, (size_t)n, &source);
}

static void drain_sink(int fd, uint64_t *count)
{
    char byte;

    for (int i = 0; i < SINK_DRAIN && recv(fd, &byte, sizeof(byte), 0) >= 0; i++)
        (*count)++;
}

static void sink_rtp_readable(void *arg)
{
    struct rw_relay_port *port = arg;

    drain_sink(port->sink.rtp_fd, &port->sink_packets);
}

static void sink_rtcp_readable(void *arg)
{
    struct rw_relay_port *port = arg;
    uint64_t reports = 0;

    drain_sink(port->sink.rtcp_fd, &reports);
}

/* ---- sockets ---- */

static void unwatch(struct rw_relay_port *port, struct rw_port_pair *pair)
{
    if (pair->rtp_fd < 0)
        return;
    rw_pump_unwatch(&port->pump, pair->rtp_fd);
    rw_pump_unwatch(&port->pump, pair->rtcp_fd);
    rw_ports_close(&port->ports, pair);
}

static enum rw_class watch(struct rw_relay_port *port, struct rw_port_pair *pair,
                           struct rw_pump_source *rtp, struct rw_pump_source *rtcp,
                           struct rw_err *err)
{
    enum rw_class class = rw_ports_open(&port->ports, pair, err);

    if (class != RW_OK)
        return class;
    class = rw_pump_watch(&port->pump, pair->rtp_fd, rtp, err);
    if (class == RW_OK)
        class = rw_pump_watch(&port->pump, pair->rtcp_fd, rtcp, err);
    if (class != RW_OK)
        unwatch(port, pair);
    return class;
}

/* ---- the port ---- */

static enum rw_class open_sockets(struct rw_relay *relay, struct rw_err *err)
{
    struct rw_relay_port *port = relay->port;

    if (relay->legs == 1)
        return port->sink.rtp_fd >= 0
                   ? RW_OK
                   : watch(port, &port->sink, &port->sink_rtp, &port->sink_rtcp, err);
    for (unsigned i = 0; i < relay->legs; i++) {
        struct side *side = &relay->sides[i];
        enum rw_class class;

        side->rtp_source = (struct rw_pump_source){rtp_readable, side};
        side->rtcp_source = (struct rw_pump_source){rtcp_readable, side};
        class = watch(port, &side->ports, &side->rtp_source, &side->rtcp_source, err);
        if (class != RW_OK)
            return class;
    }
    return RW_OK;
}

static void relay_close(struct rw_relay *relay)
{
    if (!relay)
        return;
    for (unsigned i = 0; i < relay->legs; i++)
        unwatch(relay->port, &relay->sides[i].ports);
    rw_free(relay);
}

static enum rw_class relay_open(struct rw_relay_port *port, unsigned legs, struct rw_relay **ret,
                                struct rw_err *err)
{
    struct rw_relay *relay;
    enum rw_class class;

    if (legs < 1 || legs > RW_LEGS)
        return rw_fail(err, RW_BUG, "media.no_such_leg", "a relay has one leg or two, not %u",
                       legs);
    relay = rw_calloc(1, sizeof(*relay) + legs * sizeof(*relay->sides));
    if (!relay)
        return rw_fail_memory(err);
    relay->port = port;
    relay->legs = (uint8_t)legs;
    relay->session_id = rw_random_u64() >> 2; /* fits a signed 64-bit number everywhere */
    for (unsigned i = 0; i < legs; i++) {
        relay->sides[i].relay = relay;
        relay->sides[i].ports = (struct rw_port_pair){-1, -1, 0};
    }
    class = open_sockets(relay, err);
    if (class != RW_OK) {
        relay_close(relay);
        return class;
    }
    *ret = relay;
    return RW_OK;
}

static enum rw_class fail_no_leg(struct rw_err *err)
{
    return rw_fail(err, RW_BUG, "media.no_such_leg",
                   "the relay has no such leg, or no offer of it");
}

static enum rw_class relay_offer(struct rw_relay *relay, enum rw_leg_side leg,
                                 struct rw_buf *ret_sdp, struct rw_err *err)
{
    struct side *side = side_of(relay, leg), *other = side ? other_of(side) : NULL;
    struct rw_media_addr here = relay->port->advertised;

    if (!side)
        return fail_no_leg(err);
    side->offered = rw_sdp_all_codecs;
    if (other && other->codecs.audio_count) {
        side->offered = other->codecs;
        if (other->codecs.event_pt)
            side->offered.event_pt = RW_SDP_EVENT_PT;
    }
    rw_media_addr_set_port(&here, other ? side->ports.port : relay->port->sink.port);
    rw_sdp_write(ret_sdp, &(struct rw_sdp_local){.rtp = &here,
                                                 .codecs = &side->offered,
                                                 .direction = "sendrecv",
                                                 .session_id = relay->session_id});
    return ret_sdp->failed ? rw_fail_memory(err) : RW_OK;
}

static enum rw_class relay_answer(struct rw_relay *relay, enum rw_leg_side leg, struct rw_slice sdp,
                                  struct rw_err *err)
{
    struct side *side = side_of(relay, leg);
    struct rw_sdp answer;
    enum rw_class class;

    if (!side || side->offered.audio_count == 0)
        return fail_no_leg(err);
    class = rw_sdp_read(sdp, &side->offered, relay->port->ports.host.u.sa.sa_family, &answer, err);
    if (class != RW_OK)
        return class;
    side->codecs = answer.codecs;
    side->sends = answer.sends;
    side->receives = answer.receives;
    if (answer.rtp.len) {
        rw_lock_name(&side->lock, &answer.rtp, rw_clock_mono_ms());
        if (!rw_media_addr_same_host(&side->lock.source, &side->rtcp_target))
            side->rtcp_target = answer.rtcp;
    }
    return RW_OK;
}

static void relay_bridge(struct rw_relay *relay)
{
    relay->bridged = true;
}

static void relay_stats(const struct rw_relay *relay, struct rw_relay_stats *ret)
{
    struct rw_relay_stats stats = {.packets = {0}};

    for (unsigned i = 0; i < relay->legs; i++) {
        const struct side *side = &relay->sides[i];
        unsigned leg = relay->legs == 1 ? RW_LEG_TRUNK : i;

        stats.packets[leg] = side->packets;
        stats.bytes[leg] = side->bytes;
        stats.foreign[leg] = side->foreign;
        stats.unusable[leg] = side->unusable;
    }
    *ret = stats;
}

const struct rw_relay_ops rw_media_relay_ops = {
    .open = relay_open,
    .offer = relay_offer,
    .answer = relay_answer,
    .bridge = relay_bridge,
    .stats = relay_stats,
    .close = relay_close,
};

enum rw_class rw_media_new(struct rw_relay_port **ret, struct rw_worker *worker,
                           const struct rw_media_options *options, struct rw_err *err)
{
    struct rw_slice advertised =
        rw_slice_str(options->advertised_host ? options->advertised_host : options->host);
    struct rw_media_addr host;
    struct rw_relay_port *port;
    enum rw_class class;

    (void)worker; /* sockets are watched by the loop of the calling thread, which is its */
    if (!rw_media_addr_parse(&host, AF_UNSPEC, rw_slice_str(options->host), 0)) {
        (void)rw_fail(err, RW_MALFORMED, "media.bad_host", "the media address is not numeric");
        rw_err_found(err, "%s", options->host);
        return RW_MALFORMED;
    }
    port = rw_calloc(1, sizeof(*port));
    if (!port)
        return rw_fail_memory(err);
    port->sink = (struct rw_port_pair){-1, -1, 0};
    port->sink_rtp = (struct rw_pump_source){sink_rtp_readable, port};
    port->sink_rtcp = (struct rw_pump_source){sink_rtcp_readable, port};
    if (!rw_media_addr_parse(&port->advertised, host.u.sa.sa_family, advertised, 0) ||
        rw_media_addr_is_group(&port->advertised)) {
        rw_free(port);
        (void)rw_fail(err, RW_MALFORMED, "media.bad_host",
                      "the advertised media address is not one host's address");
        rw_err_found(err, "%.*s", RW_SLICE_ARG(advertised));
        return RW_MALFORMED;
    }
    if (!rw_ports_init(&port->ports, &host, options->port_min, options->port_max)) {
        rw_free(port);
        return rw_fail(err, RW_MALFORMED, "media.bad_ports",
                       "the range of media ports %u-%u holds no pair of an even and the next port",
                       options->port_min, options->port_max);
    }
    class = rw_pump_init(&port->pump, err);
    if (class != RW_OK) {
        rw_free(port);
        return class;
    }
    *ret = port;
    return RW_OK;
}

void rw_media_free(struct rw_relay_port *port)
{
    if (!port)
        return;
    unwatch(port, &port->sink);
    rw_pump_done(&port->pump);
    rw_free(port);
}

uint64_t rw_media_sink_packets(const struct rw_relay_port *port)
{
    return port->sink_packets;
}
