#include "sim/audio.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"
#include "media/rtp.h"

#include <re.h>

#include <unistd.h>

#define FRAME_MS 20
#define DRAIN 16
#define EVENTS_FIRST_FRAME 15 /* 300 ms after the start */
#define EVENT_FRAMES 8        /* a key is held for 160 ms */
#define EVENT_REPEATS 3       /* of the packet that ends it, RFC 4733 section 2.5.1.4 */
#define EVENT_PERIOD 16       /* frames from one key to the next */

struct rw_sim_audio {
    struct rw_ports *ports;
    struct rw_port_pair own, moved; /* moved: sends from here when open */
    struct rw_sim_audio_handlers handlers;
    struct rw_sim_ears *ears;
    struct rw_sim_voice *voice;
    enum rw_sim_sound sound;
    struct rw_sdp remote; /* rtp.len 0 = nowhere to send */
    struct tmr tmr;
    uint64_t next_ms; /* when the next frame is due: late ones are made up for */
    uint32_t frame;   /* since the start of this performance */
    uint32_t ssrc, timestamp, event_start;
    uint16_t seq;
    struct rw_sdes our_key, their_key;
    struct rw_srtp *out, *in; /* NULL: plain RTP */
    uint32_t heard_event;     /* timestamp of the last key heard */
    bool any_event;
    struct rw_sim_audio_counts counts;
};

/* ---- what is sent ---- */

static void send_packet(struct rw_sim_audio *audio, uint8_t pt, bool marker, uint32_t timestamp,
                        const uint8_t *payload, size_t len)
{
    uint8_t bytes[RW_RTP_PACKET_MAX + RW_SRTP_GROWTH];
    size_t n = RW_RTP_HEADER + len;
    const struct rw_media_addr *to = &audio->remote.rtp;
    int fd = audio->moved.rtp_fd >= 0 ? audio->moved.rtp_fd : audio->own.rtp_fd;

    if (to->len == 0 || !audio->remote.receives || len > RW_RTP_PACKET_MAX - RW_RTP_HEADER)
        return;
    rw_rtp_write_header(bytes, pt, marker, audio->seq++, timestamp, audio->ssrc);
    memcpy(bytes + RW_RTP_HEADER, payload, len);
    if (audio->out && !rw_srtp_seal(audio->out, bytes, &n))
        return;
    if (sendto(fd, bytes, n, 0, &to->u.sa, to->len) > 0)
        audio->counts.sent++;
}

static uint8_t event_of(char digit)
{
    if (digit >= '0' && digit <= '9')
        return (uint8_t)(digit - '0');
    return digit == '*' ? 10 : 11;
}

/* One frame of a key: RFC 4733 section 2.3. */
static void send_event(struct rw_sim_audio *audio, char digit, uint32_t step)
{
    bool end = step >= EVENT_FRAMES;
    uint32_t duration = (end ? EVENT_FRAMES : step + 1) * RW_SIM_FRAME;
    uint8_t payload[4] = {event_of(digit), (uint8_t)((end ? 0x80 : 0) | 10),
                          (uint8_t)(duration >> 8), (uint8_t)duration};

    if (step == 0)
        audio->event_start = audio->timestamp;
    send_packet(audio, audio->remote.codecs.event_pt, step == 0, audio->event_start, payload,
                sizeof(payload));
}

/* True when this frame belongs to a key, and so not to the voice. */
static bool plays_event(struct rw_sim_audio *audio)
{
    uint32_t at = audio->frame - EVENTS_FIRST_FRAME, key = at / EVENT_PERIOD;

    if (audio->sound != RW_SIM_EVENTS || !audio->remote.codecs.event_pt ||
        audio->frame < EVENTS_FIRST_FRAME || key >= strlen(RW_SIM_DIGITS))
        return false;
    at %= EVENT_PERIOD;
    if (at < EVENT_FRAMES + EVENT_REPEATS)
        send_event(audio, RW_SIM_DIGITS[key], at);
    return true;
}

static void play_frame(struct rw_sim_audio *audio)
{
    uint8_t pt = audio->remote.codecs.audio[0], payload[RW_SIM_FRAME];
    int16_t samples[RW_SIM_FRAME];

    if (!plays_event(audio)) {
        rw_sim_voice_next(audio->voice, samples);
        rw_sim_g711_encode(pt, samples, RW_SIM_FRAME, payload);
        send_packet(audio, pt, audio->frame == 0, audio->timestamp, payload, sizeof(payload));
    }
    audio->frame++;
    audio->timestamp += RW_SIM_FRAME;
}

static void on_tick(void *arg)
{
    struct rw_sim_audio *audio = arg;
    uint64_t now = rw_clock_mono_ms();

    if (now > audio->next_ms + 200) /* stood still for a while: do not flood the far end */
        audio->next_ms = now;
    for (; audio->next_ms <= now; audio->next_ms += FRAME_MS)
        play_frame(audio);
    tmr_start(&audio->tmr, audio->next_ms - now, on_tick, audio);
}

/* ---- what is heard ---- */

static void hear_event(struct rw_sim_audio *audio, const struct rw_rtp *rtp, const uint8_t *bytes)
{
    static const char keys[] = "0123456789*#ABCD";
    const uint8_t *payload = bytes + rtp->payload_at;

    if (rtp->payload_len < 4 || payload[0] >= sizeof(keys) - 1) {
        audio->counts.unusable++;
        return;
    }
    /* all packets of a key carry the time at which it was pressed */
    if (audio->any_event && audio->heard_event == rtp->timestamp)
        return;
    audio->any_event = true;
    audio->heard_event = rtp->timestamp;
    audio->handlers.event_digit(keys[payload[0]], audio->handlers.arg);
}

static void hear(struct rw_sim_audio *audio, uint8_t *bytes, size_t n,
                 const struct rw_media_addr *from)
{
    int16_t samples[RW_RTP_PACKET_MAX];
    struct rw_rtp rtp;

    if ((audio->in && !rw_srtp_open(audio->in, bytes, &n)) ||
        !rw_rtp_read((struct rw_slice){(char *)bytes, n}, &rtp)) {
        audio->counts.unusable++;
        return;
    }
    if (audio->counts.received++ == 0)
        audio->handlers.first_packet(from, rtp.payload_type, audio->handlers.arg);
    if (rtp.payload_type == RW_RTP_PCMU || rtp.payload_type == RW_RTP_PCMA) {
        rw_sim_g711_decode(rtp.payload_type, bytes + rtp.payload_at, rtp.payload_len, samples);
        rw_sim_ears_listen(audio->ears, samples, rtp.payload_len);
    } else if (rtp.payload_type == audio->remote.codecs.event_pt && rtp.payload_type) {
        hear_event(audio, &rtp, bytes);
    } else {
        audio->counts.unusable++;
        return;
    }
    if (audio->sound == RW_SIM_ECHO && audio->voice)
        send_packet(audio, rtp.payload_type, rtp.marker, rtp.timestamp, bytes + rtp.payload_at,
                    rtp.payload_len);
}

static void drain(struct rw_sim_audio *audio, int fd)
{
    uint8_t bytes[RW_RTP_PACKET_MAX + 1];

    for (int i = 0; i < DRAIN; i++) {
        struct rw_media_addr from = {.len = sizeof(from.u)};
        ssize_t n = recvfrom(fd, bytes, sizeof(bytes), 0, &from.u.sa, &from.len);

        if (n < 0)
            return;
        hear(audio, bytes, (size_t)n, &from);
    }
}

static void on_packet(int flags, void *arg)
{
    struct rw_sim_audio *audio = arg;

    (void)flags;
    drain(audio, audio->own.rtp_fd);
}

static void on_moved_packet(int flags, void *arg)
{
    struct rw_sim_audio *audio = arg;

    (void)flags;
    drain(audio, audio->moved.rtp_fd);
}

/* ---- life ---- */

static void close_pair(struct rw_sim_audio *audio, struct rw_port_pair *pair)
{
    if (pair->rtp_fd >= 0)
        fd_close(pair->rtp_fd);
    rw_ports_close(audio->ports, pair);
}

static enum rw_class open_pair(struct rw_sim_audio *audio, struct rw_port_pair *pair, fd_h *handler,
                               struct rw_err *err)
{
    enum rw_class class = rw_ports_open(audio->ports, pair, err);

    if (class == RW_OK && fd_listen(pair->rtp_fd, FD_READ, handler, audio)) {
        rw_ports_close(audio->ports, pair);
        class = rw_fail(err, RW_LIMIT, "media.no_sockets", "no more sockets can be watched");
    }
    return class;
}

void rw_sim_audio_free(struct rw_sim_audio *audio)
{
    if (!audio)
        return;
    tmr_cancel(&audio->tmr);
    close_pair(audio, &audio->own);
    close_pair(audio, &audio->moved);
    rw_srtp_free(audio->out);
    rw_srtp_free(audio->in);
    rw_sim_ears_free(audio->ears);
    rw_sim_voice_free(audio->voice);
    rw_free(audio);
}

enum rw_class rw_sim_audio_new(struct rw_sim_audio **ret, struct rw_ports *ports,
                               const struct rw_sim_audio_handlers *handlers, struct rw_err *err)
{
    struct rw_sim_audio *audio = rw_calloc(1, sizeof(*audio));
    enum rw_class class;

    if (!audio)
        return rw_fail_memory(err);
    tmr_init(&audio->tmr);
    audio->ports = ports;
    audio->handlers = *handlers;
    audio->own = audio->moved = (struct rw_port_pair){-1, -1, 0};
    audio->ssrc = (uint32_t)rw_random_u64();
    audio->seq = (uint16_t)rw_random_u64();
    audio->timestamp = (uint32_t)rw_random_u64();
    audio->ears = rw_sim_ears_new(handlers->heard, handlers->arg);
    if (!audio->ears) {
        rw_sim_audio_free(audio);
        return rw_fail_memory(err);
    }
    class = open_pair(audio, &audio->own, on_packet, err);
    if (class != RW_OK) {
        rw_sim_audio_free(audio);
        return class;
    }
    *ret = audio;
    return RW_OK;
}

uint16_t rw_sim_audio_port(const struct rw_sim_audio *audio)
{
    return audio->own.port;
}

enum rw_class rw_sim_audio_move(struct rw_sim_audio *audio, struct rw_err *err)
{
    return audio->moved.rtp_fd >= 0 ? RW_OK : open_pair(audio, &audio->moved, on_moved_packet, err);
}

void rw_sim_audio_aim(struct rw_sim_audio *audio, const struct rw_sdp *remote)
{
    audio->remote = *remote;
}

enum rw_class rw_sim_audio_seal(struct rw_sim_audio *audio, const struct rw_sdes *own,
                                const struct rw_sdes *theirs, struct rw_err *err)
{
    struct rw_srtp *out = NULL, *in = NULL;
    enum rw_class class = RW_OK;

    if (own->suite == audio->our_key.suite &&
        memcmp(theirs->key, audio->their_key.key, sizeof(theirs->key)) == 0)
        return RW_OK;
    if (own->suite != RW_SRTP_NONE) {
        class = rw_srtp_new(&out, own->suite, own->key, err);
        if (class == RW_OK)
            class = rw_srtp_new(&in, theirs->suite, theirs->key, err);
        if (class != RW_OK) {
            rw_srtp_free(out);
            return class;
        }
    }
    rw_srtp_free(audio->out);
    rw_srtp_free(audio->in);
    audio->out = out;
    audio->in = in;
    audio->our_key = *own;
    audio->their_key = *theirs;
    return RW_OK;
}

enum rw_class rw_sim_audio_start(struct rw_sim_audio *audio,
                                 const struct rw_sim_performance *performance, struct rw_err *err)
{
    struct rw_sim_voice *voice =
        rw_sim_voice_new(performance->sound, performance->hz, performance->greeting_ms);

    if (!voice)
        return rw_fail_memory(err);
    rw_sim_voice_free(audio->voice);
    audio->voice = voice;
    audio->sound = performance->sound;
    audio->frame = 0;
    tmr_cancel(&audio->tmr);
    if (performance->sound == RW_SIM_NOTHING || performance->sound == RW_SIM_ECHO)
        return RW_OK;
    audio->next_ms = rw_clock_mono_ms();
    tmr_start(&audio->tmr, 0, on_tick, audio);
    return RW_OK;
}

struct rw_sim_audio_counts rw_sim_audio_counts(const struct rw_sim_audio *audio)
{
    return audio->counts;
}
