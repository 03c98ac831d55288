/* Which way keys take through a relay, by the trunk's terms and by what its answer left. */
#include "rig.h"

#include "media/pad.h"

#include <string.h>

#define EVENTS "0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"

static struct rw_key told[8];
static unsigned told_count;

static void on_key(const struct rw_key *key, void *arg)
{
    (void)arg;
    if (told_count < 8)
        told[told_count++] = *key;
}

static void do_listen(void *arg)
{
    struct job *j = arg;

    rw_media_relay_ops.listen(j->relay, on_key, NULL);
}

static void connect_by(struct call *call, enum rw_terms_dtmf dtmf, const char *trunk)
{
    told_count = 0;
    in_worker(do_listen, &call->job);
    offer(call, RW_LEG_STATION);
    answer(call, RW_LEG_STATION, EVENTS);
    call->job.terms.dtmf = dtmf;
    offer(call, RW_LEG_TRUNK);
    answer(call, RW_LEG_TRUNK, trunk);
    in_worker(do_bridge, &call->job);
}

/* One packet of an event that the station began at `begun`. */
static void press(struct call *call, uint8_t event, uint32_t begun, uint16_t duration, bool end)
{
    uint8_t bytes[RW_RTP_HEADER + 4];
    struct peer *station = &call->station;

    rw_rtp_write_header(bytes, 101, duration == 160, station->seq++, begun, 42);
    bytes[12] = event;
    bytes[13] = (uint8_t)((end ? 0x80 : 0) | 10);
    bytes[14] = (uint8_t)(duration >> 8);
    bytes[15] = (uint8_t)duration;
    assert_int_equal(
        sendto(station->fd, bytes, sizeof(bytes), 0, &station->there.u.sa, station->there.len),
        sizeof(bytes));
}

static struct rw_rtp receive_rtp(struct peer *peer, uint8_t *bytes, size_t size)
{
    struct rw_rtp rtp;

    assert_true(
        rw_rtp_read((struct rw_slice){(char *)bytes, receive(peer->fd, bytes, size)}, &rtp));
    return rtp;
}

static void test_info(void **state)
{
    struct call call;
    uint8_t bytes[400];
    struct rw_rtp rtp;

    (void)state;
    set_up(&call, 2);
    connect_by(&call, RW_TERMS_DTMF_INFO, "0\r\n");
    assert_null(strstr(call.job.offer, "telephone-event"));
    say(&call.station, 0, 1);
    hears(&call.trunk, 0, 1);
    press(&call, 5, 1000, 160, false);
    press(&call, 5, 1000, 1280, true);
    press(&call, 5, 1000, 1280, true);
    say(&call.station, 0, 2);
    rtp = receive_rtp(&call.trunk, bytes, sizeof(bytes)); /* the sound, and nothing of the key */
    assert_int_equal(rtp.seq, 1);
    assert_int_equal(bytes[RW_RTP_HEADER], 2);
    assert_int_equal(told_count, 1);
    assert_int_equal(told[0].sign, '5');
    assert_int_equal(told[0].ms, 160);
    call.job.key = (struct rw_key){'#', 60};
    in_worker(do_press, &call.job);
    for (int i = 0; i < 6; i++)
        say(&call.trunk, 0, 3);
    for (int i = 0; i < 5; i++) {
        rtp = receive_rtp(&call.station, bytes, sizeof(bytes));
        assert_int_equal(rtp.payload_type, 101);
        assert_int_equal(bytes[RW_RTP_HEADER], 11);
    }
    hears(&call.station, 0, 3);
    tear_down(&call);
}

/* By its terms, and because it has no telephone events. */
static void test_tones(void **state)
{
    static const enum rw_terms_dtmf ways[] = {RW_TERMS_DTMF_INBAND, RW_TERMS_DTMF_RFC4733};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        uint8_t bytes[400], tone[160];
        struct rw_rtp rtp;
        struct call call;

        set_up(&call, 2);
        connect_by(&call, ways[i], "8\r\n");
        assert_int_equal(strstr(call.job.offer, "telephone-event") != NULL, i == 1);
        press(&call, 9, 1000, 160, false);
        press(&call, 9, 1000, 320, true);
        press(&call, 9, 1000, 320, true);
        for (uint32_t piece = 0; piece < 2; piece++) {
            rtp = receive_rtp(&call.trunk, bytes, sizeof(bytes));
            assert_int_equal(rtp.payload_type, 8);
            assert_int_equal(rtp.timestamp, 1000 + piece * 160);
            assert_int_equal(rtp.payload_len, 160);
            rw_pad_tone(8, 9, piece * 160, tone, 160);
            assert_memory_equal(bytes + RW_RTP_HEADER, tone, 160);
        }
        call.job.key = (struct rw_key){'#', 60};
        in_worker(do_press, &call.job); /* nobody asked for INFO */
        say(&call.trunk, 8, 3);
        rtp = receive_rtp(&call.station, bytes, sizeof(bytes));
        assert_int_equal(rtp.payload_type, 8);
        assert_int_equal(told_count, 0);
        tear_down(&call);
    }
}

/* Another answer, of a fork, may have them: then events pass again. */
static void test_another_answer(void **state)
{
    uint8_t bytes[400];
    struct call call;

    (void)state;
    set_up(&call, 2);
    connect_by(&call, RW_TERMS_DTMF_RFC4733, "0\r\n");
    press(&call, 9, 1000, 160, false);
    assert_int_equal(receive_rtp(&call.trunk, bytes, sizeof(bytes)).payload_type, 0);
    answer(&call, RW_LEG_TRUNK, EVENTS);
    press(&call, 9, 2000, 160, false);
    assert_int_equal(receive_rtp(&call.trunk, bytes, sizeof(bytes)).payload_type, 101);
    tear_down(&call);
}

static void test_a_station_without_events(void **state)
{
    struct call call;

    (void)state;
    set_up(&call, 2);
    connect_both(&call, "0\r\n", "0\r\n");
    say(&call.station, 0, 1);
    hears(&call.trunk, 0, 1);
    say(&call.station, 101, 1); /* of no leg's description */
    say(&call.station, 0, 2);
    hears(&call.trunk, 0, 2);
    assert_int_equal(stats(&call).unusable[RW_LEG_STATION], 1);
    tear_down(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_info),
        cmocka_unit_test(test_tones),
        cmocka_unit_test(test_another_answer),
        cmocka_unit_test(test_a_station_without_events),
    };

    return cmocka_run_group_tests(tests, start_worker, stop_worker);
}
