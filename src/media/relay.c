#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"
#include "media/side.h"

#include <openssl/crypto.h>

#define SINK_DRAIN 64 /* nothing follows from these: empty the socket */

struct rw_relay_port {
    struct rw_ports ports;
    struct rw_pump pump;
    struct rw_media_addr advertised;
    struct rw_port_pair sink; /* of all agentless legs; opened with the first one */
    struct rw_pump_source sink_rtp, sink_rtcp;
    uint64_t sink_packets;
};

static struct rw_side *side_of(struct rw_relay *relay, enum rw_leg_side leg)
{
    if (relay->legs == RW_LEGS)
        return &relay->sides[leg];
    return leg == RW_LEG_TRUNK ? &relay->sides[0] : NULL;
}

/* ---- the sink of agentless legs ---- */

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
        struct rw_side *side = &relay->sides[i];
        enum rw_class class;

        side->rtp_source = (struct rw_pump_source){rw_side_rtp_readable, side};
        side->rtcp_source = (struct rw_pump_source){rw_side_rtcp_readable, side};
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
    for (unsigned i = 0; i < relay->legs; i++) {
        unwatch(relay->port, &relay->sides[i].ports);
        rw_secure_free(relay->sides[i].secure);
    }
    rw_keys_free(relay->keys);
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

/* What is offered: the terms' codecs as far as the other leg has them, else as the terms have it. */
static void choose_codecs(struct rw_side *side, const struct rw_side *other,
                          const struct rw_media_terms *terms)
{
    bool known = other && other->codecs.audio_count;
    struct rw_sdp_codecs codecs = known ? other->codecs : rw_sdp_all_codecs;

    if (terms->codec_count) {
        codecs.audio_count = 0;
        for (uint32_t i = 0; i < terms->codec_count; i++)
            if (!known || rw_sdp_has(&other->codecs, terms->codecs[i]))
                codecs.audio[codecs.audio_count++] = terms->codecs[i];
        if (codecs.audio_count == 0) {
            memcpy(codecs.audio, terms->codecs, sizeof(codecs.audio));
            codecs.audio_count = terms->codec_count;
        }
    }
    if (codecs.event_pt)
        codecs.event_pt = RW_SDP_EVENT_PT;
    if (terms->dtmf != RW_TERMS_DTMF_RFC4733)
        codecs.event_pt = 0;
    side->offered = codecs;
}

/* Keys for a new far end; those for the one before are of no use any more. */
static enum rw_class renew_keys(struct rw_side *side, enum rw_terms_srtp srtp, struct rw_err *err)
{
    side->in = side->out = NULL;
    rw_secure_free(side->secure);
    side->secure = NULL;
    if (srtp == RW_TERMS_SRTP_OFF)
        return RW_OK;
    side->secure = rw_secure_new(srtp);
    return side->secure ? RW_OK : rw_fail_memory(err);
}

static enum rw_class own_address(const struct rw_relay_port *port, const char *advertised,
                                 struct rw_media_addr *ret, struct rw_err *err)
{
    *ret = port->advertised;
    if (!advertised ||
        (rw_media_addr_parse(ret, port->ports.host.u.sa.sa_family, rw_slice_str(advertised), 0) &&
         !rw_media_addr_is_group(ret)))
        return RW_OK;
    (void)rw_fail(err, RW_MALFORMED, "media.bad_host",
                  "the media address that the trunk advertises is none of the server's IP version");
    rw_err_found(err, "%s", advertised);
    return RW_MALFORMED;
}

static enum rw_class relay_offer(struct rw_relay *relay, enum rw_leg_side leg,
                                 const struct rw_media_terms *terms, struct rw_buf *ret_sdp,
                                 struct rw_err *err)
{
    struct rw_side *side = side_of(relay, leg), *other = side ? rw_side_other(side) : NULL;
    struct rw_sdp_local local = {.direction = "sendrecv", .session_id = relay->session_id};
    struct rw_media_addr here;
    enum rw_class class;

    if (!side)
        return fail_no_leg(err);
    class = own_address(relay->port, terms->advertised_host, &here, err);
    if (class == RW_OK)
        class = renew_keys(side, terms->srtp, err);
    if (class != RW_OK)
        return class;
    choose_codecs(side, other, terms);
    if (leg == RW_LEG_TRUNK)
        relay->dtmf = terms->dtmf;
    rw_media_addr_set_port(&here, other ? side->ports.port : relay->port->sink.port);
    local.rtp = &here;
    local.codecs = &side->offered;
    if (side->secure) {
        local.security = side->secure->security;
        local.crypto = side->secure->ours;
        local.crypto_count = RW_SECURE_SUITES;
    }
    rw_sdp_write(ret_sdp, &local);
    return ret_sdp->failed ? rw_fail_memory(err) : RW_OK;
}

static enum rw_class take_keys(struct rw_side *side, const struct rw_sdp *answer,
                               struct rw_err *err)
{
    enum rw_class class;

    if (!side->secure)
        return RW_OK;
    if (side->relay->legs == 1)
        return rw_secure_judge(answer, err);
    class = rw_secure_answer(side->secure, answer, err);
    side->in = side->secure->in;
    side->out = rw_secure_out(side->secure);
    return class;
}

/*
 * A trunk that has no telephone events is given tones, whatever its terms hoped for: who leaves
 * telephone-event out of an answer listens to the sound.
 */
static enum rw_class choose_keys(struct rw_relay *relay, struct rw_err *err)
{
    const struct rw_side *station = &relay->sides[RW_LEG_STATION];
    const struct rw_side *trunk = &relay->sides[RW_LEG_TRUNK];
    enum rw_terms_dtmf way = relay->dtmf ? relay->dtmf : RW_TERMS_DTMF_INBAND;

    if (relay->keys && (trunk->codecs.event_pt || rw_keys_way(relay->keys) != way)) {
        rw_keys_free(relay->keys);
        relay->keys = NULL;
    }
    if (relay->keys || trunk->codecs.event_pt ||
        (way == RW_TERMS_DTMF_INBAND && !station->codecs.event_pt))
        return RW_OK;
    relay->keys = rw_keys_new(way);
    return relay->keys ? RW_OK : rw_fail_memory(err);
}

static void take_answer(struct rw_side *side, const struct rw_sdp *answer)
{
    side->codecs = answer->codecs;
    side->sends = answer->sends;
    side->receives = answer->receives;
    if (answer->rtp.len) {
        rw_lock_name(&side->lock, &answer->rtp, rw_clock_mono_ms());
        if (!rw_media_addr_same_host(&side->lock.source, &side->rtcp_target))
            side->rtcp_target = answer->rtcp;
    }
}

static enum rw_class relay_answer(struct rw_relay *relay, enum rw_leg_side leg, struct rw_slice sdp,
                                  struct rw_err *err)
{
    struct rw_side *side = side_of(relay, leg);
    struct rw_sdp answer;
    enum rw_class class;

    if (!side || side->offered.audio_count == 0)
        return fail_no_leg(err);
    class = rw_sdp_read(sdp, &side->offered, side->secure ? side->secure->security : RW_SDP_PLAIN,
                        relay->port->ports.host.u.sa.sa_family, &answer, err);
    if (class == RW_OK)
        class = take_keys(side, &answer, err);
    if (class == RW_OK)
        take_answer(side, &answer);
    if (class == RW_OK && leg == RW_LEG_TRUNK && relay->legs == RW_LEGS)
        class = choose_keys(relay, err);
    if (side->secure)
        OPENSSL_cleanse(&answer.crypto, sizeof(answer.crypto));
    return class;
}

/* What the far end of a leg that came in may choose from. */
static struct rw_sdp_codecs codecs_of(const struct rw_media_terms *terms)
{
    struct rw_sdp_codecs codecs = rw_sdp_all_codecs;

    if (terms->codec_count) {
        memcpy(codecs.audio, terms->codecs, sizeof(codecs.audio));
        codecs.audio_count = terms->codec_count;
    }
    if (terms->dtmf != RW_TERMS_DTMF_RFC4733)
        codecs.event_pt = 0;
    return codecs;
}

static enum rw_class relay_take_offer(struct rw_relay *relay, enum rw_leg_side leg,
                                      const struct rw_media_terms *terms, struct rw_slice sdp,
                                      struct rw_err *err)
{
    struct rw_side *side = side_of(relay, leg);
    struct rw_sdp_codecs known = codecs_of(terms);
    struct rw_sdp theirs;
    enum rw_class class;

    if (!side || !rw_side_other(side))
        return fail_no_leg(err);
    if (leg == RW_LEG_TRUNK)
        relay->dtmf = terms->dtmf;
    class = renew_keys(side, terms->srtp, err);
    if (class == RW_OK)
        class = rw_sdp_read(sdp, &known, side->secure ? side->secure->security : RW_SDP_PLAIN,
                            relay->port->ports.host.u.sa.sa_family, &theirs, err);
    if (class != RW_OK)
        return class;
    if (side->secure) {
        class = rw_secure_offer(side->secure, &theirs, err);
        side->in = side->secure->in;
        side->out = rw_secure_out(side->secure);
        OPENSSL_cleanse(&theirs.crypto, sizeof(theirs.crypto));
    }
    if (class == RW_OK)
        take_answer(side, &theirs);
    return class;
}

/* Of what was offered, that which the other leg's answer left, in its order; nothing is transcoded then. */
static void agree(struct rw_side *side, const struct rw_side *other)
{
    struct rw_sdp_codecs agreed = other->codecs;

    agreed.event_pt = other->codecs.event_pt ? side->codecs.event_pt : 0;
    side->codecs = side->offered = agreed;
}

static enum rw_class relay_write_answer(struct rw_relay *relay, enum rw_leg_side leg,
                                        const struct rw_media_terms *terms, struct rw_buf *ret_sdp,
                                        struct rw_err *err)
{
    struct rw_side *side = side_of(relay, leg), *other = side ? rw_side_other(side) : NULL;
    struct rw_sdp_local local = {.direction = "sendrecv", .session_id = relay->session_id};
    struct rw_sdes chosen = {.suite = RW_SRTP_NONE};
    struct rw_media_addr here;
    enum rw_class class;

    if (!other || other->codecs.audio_count == 0)
        return fail_no_leg(err);
    class = own_address(relay->port, terms->advertised_host, &here, err);
    if (class != RW_OK)
        return class;
    agree(side, other);
    class = choose_keys(relay, err);
    if (class != RW_OK)
        return class;
    rw_media_addr_set_port(&here, side->ports.port);
    local.rtp = &here;
    local.codecs = &side->codecs;
    if (side->secure) {
        chosen = rw_secure_chosen(side->secure);
        local.security = side->secure->security;
        local.crypto = &chosen;
        local.crypto_count = 1;
    }
    rw_sdp_write(ret_sdp, &local);
    OPENSSL_cleanse(&chosen, sizeof(chosen));
    return ret_sdp->failed ? rw_fail_memory(err) : RW_OK;
}

static void relay_listen(struct rw_relay *relay, rw_relay_key_h *handler, void *arg)
{
    relay->on_key = handler;
    relay->on_key_arg = arg;
}

static void relay_press(struct rw_relay *relay, const struct rw_key *key)
{
    if (relay->keys && rw_keys_way(relay->keys) == RW_TERMS_DTMF_INFO)
        (void)rw_keys_press(relay->keys, key); /* too many wait: the far end does not mean them */
}

static void relay_bridge(struct rw_relay *relay)
{
    relay->bridged = true;
}

static void relay_stats(const struct rw_relay *relay, struct rw_relay_stats *ret)
{
    struct rw_relay_stats stats = {.packets = {0}};

    for (unsigned i = 0; i < relay->legs; i++) {
        const struct rw_side *side = &relay->sides[i];
        unsigned leg = relay->legs == 1 ? RW_LEG_TRUNK : i;

        stats.packets[leg] = side->packets;
        stats.bytes[leg] = side->bytes;
        stats.foreign[leg] = side->foreign;
        stats.unusable[leg] = side->unusable;
        stats.forged[leg] = side->forged;
    }
    *ret = stats;
}

void rw_media_relay_ways(const struct rw_relay *relay, enum rw_leg_side leg,
                         struct rw_media_ways *ret)
{
    const struct rw_side *side = &relay->sides[leg];

    *ret = (struct rw_media_ways){
        .here = relay->port->advertised, .named = side->lock.named, .source = side->lock.source};
    rw_media_addr_set_port(&ret->here, side->ports.port);
}

const struct rw_relay_ops rw_media_relay_ops = {
    .open = relay_open,
    .offer = relay_offer,
    .answer = relay_answer,
    .take_offer = relay_take_offer,
    .write_answer = relay_write_answer,
    .listen = relay_listen,
    .press = relay_press,
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
