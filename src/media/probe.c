#include "media/probe.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"
#include "media/g711.h"
#include "media/rtp.h"
#include "media/sdp.h"

#include <re.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define FRAME_MS 20
#define BURST_FRAMES 8u /* 160 ms of tone, */
#define BURST_EVERY 25u /* each half second, */
#define BURST_FIRST 10u /* from 200 ms on */
#define ENOUGH 3u       /* tones that came back */
#define NOTHING_FRAMES 250u
#define MOST_FRAMES 400u
#define DRAIN 16
#define SDP_MAX 512

struct rw_probe {
    struct rw_probe_options options;
    struct rw_relay *relay;          /* NULL = not opened, or closed */
    struct rw_media_addr here;       /* of our socket, as the relay is told */
    struct rw_media_addr there;      /* the relay's station side */
    struct rw_media_addr advertised; /* that the trunk's offer names; len 0 = the server's */
    int fd;
    struct tmr tmr;
    uint64_t next_ms; /* when the next frame is due */
    uint32_t frame, ssrc, timestamp;
    uint16_t seq;
    int tone; /* of the burst that is being sent */
    void (*heard)(void *arg);
    void *arg;
    struct rw_probe_seen seen;
};

static struct rw_probe *of(struct rw_relay *relay)
{
    return (struct rw_probe *)(void *)relay;
}

/* ------------------------------------------------------------------ the station's side */

/* The relay's station side is told where our socket is, and says where its own is. */
static enum rw_class meet_relay(struct rw_probe *probe, struct rw_err *err)
{
    int family = probe->here.u.sa.sa_family;
    const struct rw_media_terms open = {.advertised_host = NULL};
    const char *version = family == AF_INET6 ? "IP6" : "IP4";
    char address[INET6_ADDRSTRLEN] = "", answer[SDP_MAX];
    struct rw_media_ways ways;
    struct rw_buf offer;
    enum rw_class class;
    int n;

    rw_buf_init(&offer, RW_SDP_TEXT_MAX);
    class = rw_media_relay_ops.offer(probe->relay, RW_LEG_STATION, &open, &offer, err);
    rw_buf_done(&offer);
    if (class != RW_OK)
        return class;
    rw_media_relay_ways(probe->relay, RW_LEG_STATION, &ways);
    probe->there = probe->here;
    rw_media_addr_set_port(&probe->there, rw_media_addr_port(&ways.here));
    (void)inet_ntop(family,
                    family == AF_INET6 ? (const void *)&probe->here.u.in6.sin6_addr
                                       : (const void *)&probe->here.u.in.sin_addr,
                    address, sizeof(address));
    n = snprintf(answer, sizeof(answer),
                 "v=0\r\no=- 1 1 IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n"
                 "m=audio %u RTP/AVP 0 8\r\n",
                 version, address, version, address, rw_media_addr_port(&probe->here));
    return rw_media_relay_ops.answer(probe->relay, RW_LEG_STATION,
                                     (struct rw_slice){answer, (size_t)n}, err);
}

/* ------------------------------------------------------------------ sound */

static void stop(struct rw_probe *probe)
{
    void (*heard)(void *arg) = probe->heard;

    tmr_cancel(&probe->tmr);
    probe->heard = NULL;
    if (heard)
        heard(probe->arg);
}

static void play_frame(struct rw_probe *probe, uint64_t now_ms)
{
    uint32_t at = (probe->frame + BURST_EVERY - BURST_FIRST) % BURST_EVERY;
    uint8_t bytes[RW_RTP_HEADER + RW_TONE_FRAME];

    if (probe->frame < BURST_FIRST || at >= BURST_FRAMES)
        probe->tone = RW_TONE_NONE;
    else if (at == 0)
        probe->tone = rw_echo_send(&probe->seen.echo, now_ms);
    rw_rtp_write_header(bytes, RW_RTP_PCMU, probe->frame == 0, probe->seq++, probe->timestamp,
                        probe->ssrc);
    rw_tone_write(probe->tone, at, bytes + RW_RTP_HEADER);
    if (sendto(probe->fd, bytes, sizeof(bytes), 0, &probe->there.u.sa, probe->there.len) > 0)
        probe->seen.sent++;
    probe->frame++;
    probe->timestamp += RW_TONE_FRAME;
}

static void on_tick(void *arg)
{
    struct rw_probe *probe = arg;
    uint64_t now_ms = rw_clock_mono_ms();

    for (; probe->next_ms <= now_ms && probe->frame < MOST_FRAMES; probe->next_ms += FRAME_MS)
        play_frame(probe, now_ms);
    if (probe->frame >= MOST_FRAMES ||
        (probe->frame >= NOTHING_FRAMES && probe->seen.echo.packets == 0))
        stop(probe);
    else
        tmr_start(&probe->tmr, probe->next_ms - now_ms, on_tick, probe);
}

static void hear(struct rw_probe *probe, uint8_t *bytes, size_t n)
{
    struct rw_rtp rtp;

    if (!rw_rtp_read((struct rw_slice){(char *)bytes, n}, &rtp) ||
        (rtp.payload_type != RW_RTP_PCMU && rtp.payload_type != RW_RTP_PCMA))
        return;
    if (rtp.payload_type == RW_RTP_PCMA)
        rw_g711_alaw_to_ulaw(bytes + rtp.payload_at, rtp.payload_len);
    rw_echo_hear(&probe->seen.echo, rw_tone_listen(bytes + rtp.payload_at, rtp.payload_len),
                 rw_clock_mono_ms());
}

static void on_packet(int flags, void *arg)
{
    struct rw_probe *probe = arg;
    uint8_t bytes[RW_RTP_PACKET_MAX];

    (void)flags;
    for (int i = 0; i < DRAIN; i++) {
        ssize_t n = recv(probe->fd, bytes, sizeof(bytes), 0);

        if (n < 0)
            break;
        hear(probe, bytes, (size_t)n);
    }
    if (probe->heard && probe->seen.echo.heard >= ENOUGH)
        stop(probe);
}

void rw_probe_begin(struct rw_probe *probe, void (*heard)(void *arg), void *arg)
{
    if (!probe->relay || probe->heard)
        return;
    probe->heard = heard;
    probe->arg = arg;
    rw_media_relay_ops.bridge(probe->relay);
    probe->next_ms = rw_clock_mono_ms();
    tmr_start(&probe->tmr, 0, on_tick, probe);
}

static void put_address(const struct rw_media_addr *addr, char out[RW_MEDIA_ADDR_TEXT])
{
    out[0] = '\0';
    if (addr->len)
        (void)rw_media_addr_text(addr, out);
}

/* What the relay knows, as long as there is one. */
static void look_at_relay(const struct rw_probe *probe, struct rw_probe_seen *ret)
{
    struct rw_media_ways ways;

    rw_media_relay_ops.stats(probe->relay, &ret->relay);
    rw_media_relay_ways(probe->relay, RW_LEG_TRUNK, &ways);
    if (probe->advertised.len) {
        uint16_t port = rw_media_addr_port(&ways.here);

        ways.here = probe->advertised;
        rw_media_addr_set_port(&ways.here, port);
    }
    put_address(&ways.here, ret->told);
    put_address(&ways.named, ret->named);
    put_address(&ways.source, ret->from);
}

void rw_probe_read(const struct rw_probe *probe, struct rw_probe_seen *ret)
{
    *ret = probe->seen;
    if (probe->relay)
        look_at_relay(probe, ret);
}

/* ------------------------------------------------------------------ the relay of the exchange */

static enum rw_class probe_open(struct rw_relay_port *port, unsigned legs, struct rw_relay **ret,
                                struct rw_err *err)
{
    struct rw_probe *probe = (struct rw_probe *)(void *)port;
    enum rw_class class;

    if (legs != 1 || probe->relay)
        return rw_fail(err, RW_BUG, "media.no_such_leg", "a probe has one call, with one leg");
    class = rw_media_relay_ops.open(probe->options.port, RW_LEGS, &probe->relay, err);
    if (class == RW_OK) {
        class = meet_relay(probe, err);
        if (class != RW_OK) {
            rw_media_relay_ops.close(probe->relay);
            probe->relay = NULL;
        }
    }
    if (class == RW_OK)
        *ret = (struct rw_relay *)(void *)probe;
    return class;
}

static enum rw_class probe_offer(struct rw_relay *relay, enum rw_leg_side leg,
                                 const struct rw_media_terms *terms, struct rw_buf *ret_sdp,
                                 struct rw_err *err)
{
    struct rw_probe *probe = of(relay);
    enum rw_class class = rw_media_relay_ops.offer(probe->relay, leg, terms, ret_sdp, err);

    if (class == RW_OK && terms->advertised_host)
        (void)rw_media_addr_parse(&probe->advertised, AF_UNSPEC,
                                  rw_slice_str(terms->advertised_host), 0);
    return class;
}

static enum rw_class probe_answer(struct rw_relay *relay, enum rw_leg_side leg, struct rw_slice sdp,
                                  struct rw_err *err)
{
    return rw_media_relay_ops.answer(of(relay)->relay, leg, sdp, err);
}

static void probe_bridge(struct rw_relay *relay)
{
    rw_media_relay_ops.bridge(of(relay)->relay);
}

static void probe_stats(const struct rw_relay *relay, struct rw_relay_stats *ret)
{
    const struct rw_probe *probe = (const struct rw_probe *)(const void *)relay;

    rw_media_relay_ops.stats(probe->relay, ret);
}

static void probe_close(struct rw_relay *relay)
{
    struct rw_probe *probe = of(relay);

    if (!relay)
        return;
    look_at_relay(probe, &probe->seen);
    rw_media_relay_ops.close(probe->relay);
    probe->relay = NULL;
    probe->heard = NULL;
    tmr_cancel(&probe->tmr);
    probe->options.closed(probe->options.arg);
}

const struct rw_relay_ops rw_probe_relay_ops = {
    .open = probe_open,
    .offer = probe_offer,
    .answer = probe_answer,
    .bridge = probe_bridge,
    .stats = probe_stats,
    .close = probe_close,
};

struct rw_relay_port *rw_probe_port(struct rw_probe *probe)
{
    return (struct rw_relay_port *)(void *)probe;
}

bool rw_probe_is_open(const struct rw_probe *probe)
{
    return probe->relay != NULL;
}

/* ------------------------------------------------------------------ life */

/* Bound to every address of the machine, it is reached by the loopback one. */
static bool name_here(struct rw_media_addr *addr)
{
    struct rw_media_addr loopback;

    if (!rw_media_addr_is_any(addr))
        return true;
    if (!rw_media_addr_parse(&loopback, addr->u.sa.sa_family,
                             addr->u.sa.sa_family == AF_INET ? RW_LIT("127.0.0.1") : RW_LIT("::1"),
                             rw_media_addr_port(addr)))
        return false;
    *addr = loopback;
    return true;
}

static enum rw_class open_socket(struct rw_probe *probe, struct rw_err *err)
{
    struct rw_media_addr *here = &probe->here;

    if (!rw_media_addr_parse(here, AF_UNSPEC, rw_slice_str(probe->options.host), 0))
        return rw_fail(err, RW_MALFORMED, "media.bad_host", "the media address is not numeric");
    probe->fd = socket(here->u.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe->fd < 0 || bind(probe->fd, &here->u.sa, here->len) < 0 ||
        getsockname(probe->fd, &here->u.sa, &here->len) < 0 || !name_here(here) ||
        fd_listen(probe->fd, FD_READ, on_packet, probe))
        return rw_fail(err, RW_IO, "media.bind_failed", "a media socket can't be bound: %s",
                       strerror(errno));
    return RW_OK;
}

enum rw_class rw_probe_new(struct rw_probe **ret, const struct rw_probe_options *options,
                           struct rw_err *err)
{
    struct rw_probe *probe = rw_calloc(1, sizeof(*probe));
    enum rw_class class;

    if (!probe)
        return rw_fail_memory(err);
    probe->options = *options;
    probe->fd = -1;
    probe->tone = RW_TONE_NONE;
    probe->ssrc = (uint32_t)rw_random_u64();
    probe->seq = (uint16_t)rw_random_u64();
    probe->timestamp = (uint32_t)rw_random_u64();
    rw_echo_init(&probe->seen.echo);
    class = open_socket(probe, err);
    if (class != RW_OK) {
        rw_probe_free(probe);
        return class;
    }
    *ret = probe;
    return RW_OK;
}

void rw_probe_free(struct rw_probe *probe)
{
    if (!probe)
        return;
    tmr_cancel(&probe->tmr);
    if (probe->fd >= 0) {
        fd_close(probe->fd);
        (void)close(probe->fd);
    }
    rw_free(probe);
}
