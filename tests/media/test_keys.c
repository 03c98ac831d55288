/* Keys between a station with telephone events and a trunk that has INFO or tones. */
#include "base/mem.h"
#include "media/keys.h"
#include "media/pad.h"
#include "test.h"

#include <spandsp.h>
#include <string.h>

#define EVENT 101
#define FRAME 160
#define SSRC 7

/* A sender of RTP, and what became of its packets. */
struct bench {
    struct rw_keys *keys;
    uint16_t seq, out_seq; /* next of ours; last that left */
    uint32_t timestamp;
    bool any_out, marker;
    char told[64]; /* keys for INFO, with their ms: "5:160 " */
    struct rw_rtp out;
    uint8_t bytes[RW_RTP_PACKET_MAX];
    size_t n;
    dtmf_rx_state_t *ears;
    char heard[64];
    unsigned left, gaps;
};

static void on_digits(void *arg, const char *digits, int len)
{
    struct bench *b = arg;

    (void)strncat(b->heard, digits, (size_t)len);
}

static struct bench make_bench(enum rw_terms_dtmf dtmf)
{
    struct bench b = {.keys = rw_keys_new(dtmf), .seq = 65530, .timestamp = UINT32_MAX - 5000};

    assert_non_null(b.keys);
    return b;
}

static void bench_done(struct bench *b)
{
    rw_keys_free(b->keys);
    if (b->ears)
        (void)dtmf_rx_free(b->ears);
    assert_int_equal(rw_mem_live(), 0);
}

/* Takes note of a packet that leaves. */
static void look(struct bench *b, const struct rw_keys_packet *packet)
{
    int16_t samples[RW_RTP_PACKET_MAX];

    assert_true(rw_rtp_read((struct rw_slice){(char *)packet->bytes, packet->n}, &b->out));
    memcpy(b->bytes, packet->bytes, packet->n);
    b->n = packet->n;
    if (b->any_out && b->out.seq != (uint16_t)(b->out_seq + 1))
        b->gaps++;
    b->any_out = true;
    b->out_seq = b->out.seq;
    b->left++;
    if (!b->ears)
        b->ears = dtmf_rx_init(NULL, on_digits, b);
    if (b->out.payload_type != 0 && b->out.payload_type != 8)
        return;
    for (size_t i = 0; i < b->out.payload_len; i++)
        samples[i] = b->out.payload_type == 8 ? alaw_to_linear(b->bytes[b->out.payload_at + i])
                                              : ulaw_to_linear(b->bytes[b->out.payload_at + i]);
    (void)dtmf_rx(b->ears, samples, (int)b->out.payload_len);
}

static struct rw_keys_packet make_packet(struct bench *b, uint8_t *bytes, uint8_t pt, bool marker,
                                         uint32_t timestamp, const void *payload, size_t len)
{
    struct rw_keys_packet packet = {.bytes = bytes, .n = RW_RTP_HEADER + len};

    rw_rtp_write_header(bytes, pt, marker, b->seq++, timestamp, SSRC);
    memcpy(bytes + RW_RTP_HEADER, payload, len);
    assert_true(rw_rtp_read((struct rw_slice){(char *)bytes, packet.n}, &packet.rtp));
    return packet;
}

static enum rw_keys_verdict station_sends(struct bench *b, struct rw_keys_packet *packet,
                                          uint8_t audio)
{
    struct rw_key told[RW_KEYS_AT_ONCE];
    enum rw_keys_verdict verdict =
        rw_keys_from_station(b->keys, packet, packet->rtp.payload_type == EVENT, audio, told);

    for (int i = 0; i < RW_KEYS_AT_ONCE; i++)
        if (told[i].sign)
            (void)snprintf(b->told + strlen(b->told), sizeof(b->told) - strlen(b->told), "%c:%u ",
                           told[i].sign, told[i].ms);
    if (verdict != RW_KEYS_TAKEN)
        look(b, packet);
    return verdict;
}

static void station_speaks(struct bench *b, unsigned frames, uint8_t audio)
{
    uint8_t bytes[RW_RTP_PACKET_MAX], silence[FRAME];

    memset(silence, audio == 8 ? 0xd5 : 0xff, FRAME);
    for (unsigned i = 0; i < frames; i++, b->timestamp += FRAME) {
        struct rw_keys_packet packet =
            make_packet(b, bytes, audio, false, b->timestamp, silence, FRAME);

        assert_int_equal(station_sends(b, &packet, audio), RW_KEYS_PASS);
    }
}

static void station_event(struct bench *b, uint8_t event, bool first, bool end, uint32_t begun,
                          uint32_t duration, uint8_t audio)
{
    const uint8_t payload[4] = {event, (uint8_t)((end ? 0x80 : 0) | 10), (uint8_t)(duration >> 8),
                                (uint8_t)duration};
    uint8_t bytes[RW_RTP_PACKET_MAX];
    struct rw_keys_packet packet =
        make_packet(b, bytes, EVENT, first, begun, payload, sizeof(payload));

    (void)station_sends(b, &packet, audio);
}

/* As telephones do it: an update a frame, the last three with the end. */
static void station_presses(struct bench *b, uint8_t event, unsigned frames, uint8_t audio)
{
    uint32_t begun = b->timestamp;

    for (unsigned i = 1; i <= frames; i++)
        station_event(b, event, i == 1, i == frames, begun, i * FRAME, audio);
    station_event(b, event, false, true, begun, frames * FRAME, audio);
    station_event(b, event, false, true, begun, frames * FRAME, audio);
    b->timestamp += (frames + 2) * FRAME;
}

static void test_events_become_info(void **state)
{
    struct bench b = make_bench(RW_TERMS_DTMF_INFO);

    (void)state;
    station_speaks(&b, 5, 0);
    for (uint8_t event = 0; event < 16; event += 5) {
        station_presses(&b, event, 8, 0);
        station_speaks(&b, 5, 0);
    }
    station_presses(&b, 5, 1, 0); /* too short for receivers */
    station_presses(&b, 5, 20, 0);
    assert_string_equal(b.told, "0:160 5:160 *:160 D:160 5:50 5:400 ");
    assert_int_equal(b.gaps, 0);
    assert_int_equal(b.left, 25);
    bench_done(&b);
}

static void test_lost_packets_make_no_double(void **state)
{
    struct bench b = make_bench(RW_TERMS_DTMF_INFO);
    uint32_t begun = b.timestamp;

    (void)state;
    station_event(&b, 1, true, false, begun, 160, 0);
    station_event(&b, 1, false, false, begun, 480, 0); /* and all ends are lost */
    b.timestamp = begun + 640;
    station_speaks(&b, 5, 0);
    assert_string_equal(b.told, "");
    station_speaks(&b, 6, 0);
    assert_string_equal(b.told, "1:60 ");
    station_event(&b, 1, false, true, begun, 480, 0); /* very late */
    assert_string_equal(b.told, "1:60 ");

    begun = b.timestamp;
    station_event(&b, 2, false, true, begun, 800, 0); /* nothing but an end came through */
    station_event(&b, 2, false, true, begun, 800, 0);
    station_event(&b, 3, true, false, begun + 1600, 160, 0);
    station_event(&b, 2, false, true, begun, 800, 0);        /* overtaken */
    station_event(&b, 4, true, false, begun + 3200, 160, 0); /* 3 has no end */
    station_event(&b, 4, false, true, begun + 3200, 320, 0);
    assert_string_equal(b.told, "1:60 2:100 3:50 4:50 ");
    bench_done(&b);
}

/* Longer than 16 bits can count. */
static void test_a_long_key_is_one(void **state)
{
    struct bench b = make_bench(RW_TERMS_DTMF_INFO);
    uint32_t begun = b.timestamp;

    (void)state;
    station_event(&b, 9, true, false, begun, 0xffff, 0);
    station_event(&b, 9, false, false, begun + 0xffff, 160, 0);
    station_event(&b, 9, false, true, begun + 0xffff, 1600, 0);
    assert_string_equal(b.told, "9:8000 "); /* the longest there is */
    station_event(&b, 9, true, true, begun + 0xffff + 1600, 800, 0);
    assert_string_equal(b.told, "9:8000 9:100 "); /* pressed anew: it has a marker */
    bench_done(&b);
}

static void test_events_become_tones(void **state)
{
    static const uint8_t laws[] = {0, 8};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench b = make_bench(RW_TERMS_DTMF_INBAND);

        station_speaks(&b, 10, laws[i]);
        for (uint8_t event = 0; event < 16; event++) {
            station_presses(&b, event, 4, laws[i]);
            assert_int_equal(b.out.payload_type, laws[i]);
            station_speaks(&b, 5, laws[i]);
        }
        assert_string_equal(b.heard, "0123456789*#ABCD");
        assert_int_equal(b.gaps, 0);
        assert_int_equal(b.left, 10 + 16 * (4 + 5)); /* repeated ends do not leave */
        bench_done(&b);
    }
}

/* The times of what leaves follow each other as the events did. */
static void test_tones_have_the_events_times(void **state)
{
    struct bench b = make_bench(RW_TERMS_DTMF_INBAND);
    uint32_t begun = b.timestamp;

    (void)state;
    station_event(&b, 1, true, false, begun, 0, 0); /* nothing to sound yet */
    assert_int_equal(b.left, 0);
    station_event(&b, 1, false, false, begun, 400, 0); /* an update each 50 ms */
    assert_int_equal(b.out.timestamp, begun);
    assert_int_equal(b.out.payload_len, 400);
    station_event(&b, 1, false, false, begun, 560, 0);
    assert_int_equal(b.out.timestamp, begun + 400);
    assert_int_equal(b.out.payload_len, 160);
    assert_false(b.out.marker);
    station_event(&b, 1, false, false, begun, 560, 0);
    assert_int_equal(b.left, 2);
    station_event(&b, 1, false, true, begun, 4000, 0); /* many were lost: the last 100 ms */
    assert_int_equal(b.out.timestamp, begun + 3200);
    assert_int_equal(b.out.payload_len, 800);
    bench_done(&b);
}

static void test_what_is_no_event(void **state)
{
    struct bench b = make_bench(RW_TERMS_DTMF_INFO);
    uint8_t bytes[RW_RTP_PACKET_MAX];
    struct rw_keys_packet packet = make_packet(&b, bytes, EVENT, true, b.timestamp, "\x01\x8a", 2);

    (void)state;
    assert_int_equal(station_sends(&b, &packet, 0), RW_KEYS_TAKEN);
    station_event(&b, 16, true, true, b.timestamp, 800, 0); /* a flash is no key */
    assert_string_equal(b.told, "");
    bench_done(&b);
}

/* ---- towards the station ---- */

static enum rw_keys_verdict trunk_frame(struct bench *b, uint8_t event, uint32_t ssrc)
{
    uint8_t bytes[RW_RTP_PACKET_MAX], silence[FRAME];
    struct rw_keys_packet packet;
    enum rw_keys_verdict verdict;

    memset(silence, 0xff, FRAME);
    packet = make_packet(b, bytes, 0, false, b->timestamp, silence, FRAME);
    for (int i = 0; i < 4; i++)
        bytes[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
    packet.rtp.ssrc = ssrc;
    b->timestamp += FRAME;
    verdict = rw_keys_to_station(b->keys, &packet, event, 0);
    look(b, &packet);
    return verdict;
}

static void test_info_becomes_events(void **state)
{
    struct bench b = make_bench(RW_TERMS_DTMF_INFO);
    uint32_t begun;

    (void)state;
    assert_int_equal(trunk_frame(&b, EVENT, SSRC), RW_KEYS_PASS);
    assert_true(rw_keys_press(b.keys, &(struct rw_key){'5', 160}));
    assert_true(rw_keys_press(b.keys, &(struct rw_key){'#', 10}));
    begun = b.timestamp;
    for (unsigned i = 1; i <= 8 + 2; i++) {
        unsigned duration = i < 8 ? i * FRAME : 8 * FRAME;

        assert_int_equal(trunk_frame(&b, EVENT, SSRC), RW_KEYS_CHANGED);
        assert_int_equal(b.out.payload_type, EVENT);
        assert_int_equal(b.out.marker, i == 1);
        assert_int_equal(b.out.timestamp, begun);
        assert_int_equal(b.n, RW_RTP_HEADER + 4);
        assert_int_equal(b.bytes[12], 5);
        assert_int_equal(b.bytes[13], (i >= 8 ? 0x80 : 0) | 10);
        assert_int_equal(b.bytes[14] << 8 | b.bytes[15], duration);
    }
    for (int i = 0; i < 3; i++) /* a pause of 50 ms */
        assert_int_equal(trunk_frame(&b, EVENT, SSRC), RW_KEYS_PASS);
    for (int i = 0; i < 3 + 2; i++) {
        assert_int_equal(trunk_frame(&b, EVENT, SSRC), RW_KEYS_CHANGED);
        assert_int_equal(b.bytes[12], 11);
    }
    assert_int_equal(b.bytes[14] << 8 | b.bytes[15], 480);
    assert_int_equal(trunk_frame(&b, EVENT, SSRC), RW_KEYS_PASS);
    assert_int_equal(b.gaps, 0);
    bench_done(&b);
}

static void test_info_becomes_tones_for_a_station_without_events(void **state)
{
    struct bench b = make_bench(RW_TERMS_DTMF_INFO);

    (void)state;
    for (const char *p = "159#"; *p; p++)
        assert_true(rw_keys_press(b.keys, &(struct rw_key){*p, 80}));
    for (int i = 0; i < 60; i++)
        (void)trunk_frame(&b, 0, SSRC);
    assert_string_equal(b.heard, "159#");
    assert_int_equal(b.gaps, 0);
    bench_done(&b);
}

static void test_keys_end_with_the_sound_they_ride_on(void **state)
{
    struct bench b = make_bench(RW_TERMS_DTMF_INFO);

    (void)state;
    assert_true(rw_keys_press(b.keys, &(struct rw_key){'1', 160}));
    assert_int_equal(trunk_frame(&b, EVENT, SSRC), RW_KEYS_CHANGED);
    assert_int_equal(trunk_frame(&b, EVENT, SSRC + 1), RW_KEYS_PASS); /* another voice */
    assert_true(rw_keys_press(b.keys, &(struct rw_key){'2', 160}));
    for (int i = 0; i < 3; i++)
        (void)trunk_frame(&b, EVENT, SSRC + 1);
    assert_int_equal(trunk_frame(&b, EVENT, SSRC + 1), RW_KEYS_CHANGED);
    assert_int_equal(b.bytes[12], 2);
    b.timestamp += 500000; /* stood still for a minute */
    assert_int_equal(trunk_frame(&b, EVENT, SSRC + 1), RW_KEYS_PASS);
    bench_done(&b);
}

static void test_only_so_many_wait(void **state)
{
    struct bench b = make_bench(RW_TERMS_DTMF_INFO);

    (void)state;
    assert_false(rw_keys_press(b.keys, &(struct rw_key){'x', 160}));
    assert_false(rw_keys_press(b.keys, &(struct rw_key){'\0', 160}));
    for (int i = 0; i < RW_KEYS_WAITING; i++)
        assert_true(rw_keys_press(b.keys, &(struct rw_key){'1', 160}));
    assert_false(rw_keys_press(b.keys, &(struct rw_key){'1', 160}));
    bench_done(&b);
}

static void test_without_memory(void **state)
{
    (void)state;
    rw_mem_fail_after(0);
    assert_null(rw_keys_new(RW_TERMS_DTMF_INFO));
    rw_mem_fail_after(-1);
    rw_keys_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_become_info),
        cmocka_unit_test(test_lost_packets_make_no_double),
        cmocka_unit_test(test_a_long_key_is_one),
        cmocka_unit_test(test_events_become_tones),
        cmocka_unit_test(test_tones_have_the_events_times),
        cmocka_unit_test(test_what_is_no_event),
        cmocka_unit_test(test_info_becomes_events),
        cmocka_unit_test(test_info_becomes_tones_for_a_station_without_events),
        cmocka_unit_test(test_keys_end_with_the_sound_they_ride_on),
        cmocka_unit_test(test_only_so_many_wait),
        cmocka_unit_test(test_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
