#include "media/keys.h"

#include "base/mem.h"
#include "media/pad.h"

#define PER_MS 8u      /* samples */
#define KEY_LOST 1600u /* samples of sound behind an event without end: its ends were lost */
#define PAUSE 400u     /* samples between two keys towards the station (ITU-T Q.24 asks for 320) */
#define TONE_MAX 800u  /* samples in one packet: what more was lost is not made up for */
#define ENDS 3u        /* packets that say that an event is over, section 2.5.1.4 */
#define EVENT_BYTES 4u
#define END_BIT 0x80
#define VOLUME 10u /* -10 dBm0 */

/* The station's events. */
struct ear {
    bool any, down;
    uint8_t event;
    uint32_t ssrc;
    uint32_t begun, segment; /* timestamps of the key, and of its event or segment */
    uint16_t duration;       /* of the segment */
    uint32_t sounded;        /* samples of tone made so far */
};

/* The keys towards the station. */
struct mouth {
    struct rw_key waiting[RW_KEYS_WAITING];
    uint32_t first, count;
    bool speaking;
    uint8_t event;
    uint32_t ssrc, begun, samples; /* of the key that is spoken */
    uint32_t ends, pause;
};

struct rw_keys {
    enum rw_terms_dtmf way;
    uint16_t taken; /* packets, so far, between the station's sequence numbers and ours */
    struct ear ear;
    struct mouth mouth;
};

struct rw_keys *rw_keys_new(enum rw_terms_dtmf dtmf)
{
    struct rw_keys *keys = rw_calloc(1, sizeof(*keys));

    if (keys)
        keys->way = dtmf;
    return keys;
}

void rw_keys_free(struct rw_keys *keys)
{
    rw_free(keys);
}

enum rw_terms_dtmf rw_keys_way(const struct rw_keys *keys)
{
    return keys->way;
}

static bool is_before(uint32_t timestamp, uint32_t other)
{
    return (int32_t)(timestamp - other) < 0;
}

/* ---- from the station ---- */

static void finish(struct ear *ear, struct rw_key *ret)
{
    uint32_t samples = ear->segment - ear->begun + ear->duration;

    ear->down = false;
    *ret = (struct rw_key){rw_key_signs[ear->event], rw_key_bounded_ms(samples / PER_MS)};
}

static void begin(struct ear *ear, const struct rw_rtp *rtp, uint8_t event)
{
    *ear = (struct ear){.any = true,
                        .down = true,
                        .event = event,
                        .ssrc = rtp->ssrc,
                        .begun = rtp->timestamp,
                        .segment = rtp->timestamp};
}

/* The same key, held for longer than one event can count. */
static bool is_next_segment(const struct ear *ear, const struct rw_rtp *rtp, uint8_t event)
{
    return ear->down && ear->event == event && !rtp->marker &&
           rtp->timestamp == ear->segment + ear->duration;
}

/* False when the packet says nothing new. Keys that are over go to ret. */
static bool hear_event(struct ear *ear, const struct rw_keys_packet *packet,
                       struct rw_key ret[RW_KEYS_AT_ONCE])
{
    const uint8_t *payload = packet->bytes + packet->rtp.payload_at;
    const struct rw_rtp *rtp = &packet->rtp;
    uint16_t duration;

    if (rtp->payload_len < EVENT_BYTES || payload[0] >= RW_KEYS)
        return false;
    if (!ear->any || ear->ssrc != rtp->ssrc || ear->segment != rtp->timestamp) {
        if (ear->any && ear->ssrc == rtp->ssrc && is_before(rtp->timestamp, ear->segment))
            return false;
        if (is_next_segment(ear, rtp, payload[0])) {
            ear->segment = rtp->timestamp;
            ear->duration = 0;
        } else {
            if (ear->down)
                finish(ear, ret++);
            begin(ear, rtp, payload[0]);
        }
    }
    if (!ear->down)
        return false;
    duration = (uint16_t)(payload[2] << 8 | payload[3]);
    if (duration > ear->duration)
        ear->duration = duration;
    if (payload[1] & END_BIT)
        finish(ear, ret);
    return true;
}

/* As much of the tone as the event has grown by. */
static enum rw_keys_verdict sound(struct rw_keys *keys, struct rw_keys_packet *packet,
                                  uint8_t audio)
{
    struct ear *ear = &keys->ear;
    uint32_t due = ear->segment - ear->begun + ear->duration;

    if (due - ear->sounded > TONE_MAX)
        ear->sounded = due - TONE_MAX;
    rw_rtp_write_header(packet->bytes, audio, false, (uint16_t)(packet->rtp.seq - keys->taken),
                        ear->begun + ear->sounded, ear->ssrc);
    rw_pad_tone(audio, ear->event, ear->sounded, packet->bytes + RW_RTP_HEADER, due - ear->sounded);
    packet->n = RW_RTP_HEADER + due - ear->sounded;
    ear->sounded = due;
    return RW_KEYS_CHANGED;
}

static void write_seq(struct rw_keys_packet *packet, uint16_t seq)
{
    packet->bytes[2] = (uint8_t)(seq >> 8);
    packet->bytes[3] = (uint8_t)seq;
}

enum rw_keys_verdict rw_keys_from_station(struct rw_keys *keys, struct rw_keys_packet *packet,
                                          bool is_event, uint8_t audio,
                                          struct rw_key ret[RW_KEYS_AT_ONCE])
{
    struct ear *ear = &keys->ear;

    ret[0] = ret[1] = (struct rw_key){.sign = '\0'};
    if (!is_event) {
        if (ear->down && packet->rtp.ssrc == ear->ssrc &&
            !is_before(packet->rtp.timestamp, ear->segment + ear->duration + KEY_LOST))
            finish(ear, ret);
        if (keys->taken)
            write_seq(packet, (uint16_t)(packet->rtp.seq - keys->taken));
        return RW_KEYS_PASS;
    }
    if (hear_event(ear, packet, ret) && keys->way == RW_TERMS_DTMF_INBAND &&
        ear->segment - ear->begun + ear->duration > ear->sounded)
        return sound(keys, packet, audio);
    keys->taken++;
    return RW_KEYS_TAKEN;
}

/* ---- to the station ---- */

bool rw_keys_press(struct rw_keys *keys, const struct rw_key *key)
{
    struct mouth *mouth = &keys->mouth;

    if (rw_key_event(key->sign) < 0 || mouth->count == RW_KEYS_WAITING)
        return false;
    mouth->waiting[(mouth->first + mouth->count++) % RW_KEYS_WAITING] = *key;
    return true;
}

static void take_next(struct mouth *mouth, const struct rw_rtp *rtp)
{
    struct rw_key key = mouth->waiting[mouth->first];

    mouth->first = (mouth->first + 1) % RW_KEYS_WAITING;
    mouth->count--;
    mouth->speaking = true;
    mouth->event = (uint8_t)rw_key_event(key.sign);
    mouth->ssrc = rtp->ssrc;
    mouth->begun = rtp->timestamp;
    mouth->samples = rw_key_bounded_ms(key.ms) * PER_MS;
    mouth->ends = 0;
}

/* True when this packet is to carry a key. */
static bool speaks(struct mouth *mouth, const struct rw_rtp *rtp)
{
    if (mouth->speaking)
        return mouth->ssrc == rtp->ssrc && !is_before(rtp->timestamp, mouth->begun);
    if (mouth->count == 0)
        return false;
    if (mouth->pause) {
        mouth->pause -= mouth->pause < rtp->payload_len ? mouth->pause : (uint32_t)rtp->payload_len;
        return false;
    }
    take_next(mouth, rtp);
    return true;
}

static void fall_silent(struct mouth *mouth)
{
    mouth->speaking = false;
    mouth->pause = PAUSE;
}

static void write_event(struct mouth *mouth, struct rw_keys_packet *packet, uint8_t event,
                        uint32_t elapsed)
{
    bool first = packet->rtp.timestamp == mouth->begun;
    uint8_t *payload = packet->bytes + RW_RTP_HEADER;

    if (elapsed >= mouth->samples) {
        if (mouth->ends++ == 0)
            mouth->samples = elapsed;
        elapsed = mouth->samples;
    }
    rw_rtp_write_header(packet->bytes, event, first, packet->rtp.seq, mouth->begun, mouth->ssrc);
    payload[0] = mouth->event;
    payload[1] = (uint8_t)((mouth->ends ? END_BIT : 0) | VOLUME);
    payload[2] = (uint8_t)(elapsed >> 8);
    payload[3] = (uint8_t)elapsed;
    packet->n = RW_RTP_HEADER + EVENT_BYTES;
    if (mouth->ends == ENDS)
        fall_silent(mouth);
}

static void write_tone(struct mouth *mouth, struct rw_keys_packet *packet, uint8_t audio,
                       uint32_t elapsed)
{
    size_t n = packet->rtp.payload_len;

    rw_rtp_write_header(packet->bytes, audio, false, packet->rtp.seq, packet->rtp.timestamp,
                        mouth->ssrc);
    rw_pad_tone(audio, mouth->event, elapsed - (uint32_t)n, packet->bytes + RW_RTP_HEADER, n);
    packet->n = RW_RTP_HEADER + n;
    if (elapsed >= mouth->samples)
        fall_silent(mouth);
}

enum rw_keys_verdict rw_keys_to_station(struct rw_keys *keys, struct rw_keys_packet *packet,
                                        uint8_t event, uint8_t audio)
{
    struct mouth *mouth = &keys->mouth;
    const struct rw_rtp *rtp = &packet->rtp;
    uint32_t elapsed;

    if (mouth->speaking && mouth->ssrc != rtp->ssrc) /* the sound it rode on has ended */
        fall_silent(mouth);
    if (!speaks(mouth, rtp))
        return RW_KEYS_PASS;
    elapsed = rtp->timestamp - mouth->begun + (uint32_t)rtp->payload_len;
    if (elapsed > UINT16_MAX) /* so did this, and it has begun again */
        fall_silent(mouth);
    else if (event)
        write_event(mouth, packet, event, elapsed);
    else
        write_tone(mouth, packet, audio, elapsed);
    return elapsed > UINT16_MAX ? RW_KEYS_PASS : RW_KEYS_CHANGED;
}
