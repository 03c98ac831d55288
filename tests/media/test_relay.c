#include "base/mem.h"
#include "rig.h"

#include <poll.h>
#include <spandsp.h>
#include <unistd.h>

static void test_packets_pass_both_ways(void **state)
{
    struct call call;
    struct rw_relay_stats s;

    (void)state;
    set_up(&call, 2);
    connect_both(&call, "0 8\r\n", "0 8\r\n");
    for (uint8_t i = 1; i <= 50; i++) {
        say(&call.station, 0, i);
        hears(&call.trunk, 0, i);
        say(&call.trunk, 8, (uint8_t)(i + 100));
        hears(&call.station, 8, (uint8_t)(i + 100));
    }
    s = stats(&call);
    for (int leg = 0; leg < 2; leg++) {
        assert_int_equal(s.packets[leg], 50);
        assert_int_equal(s.bytes[leg], 50 * 172);
        assert_int_equal(s.foreign[leg] + s.unusable[leg], 0);
    }
    tear_down(&call);
}

/* The offer comes from the trunk, and its answer waits for the station's. */
static void test_a_call_that_came_in(void **state)
{
    struct call call;

    (void)state;
    set_up(&call, 2);
    assert_int_equal(come_in(&call, "8 0 96\r\na=rtpmap:96 telephone-event/8000\r\n"), RW_OK);
    offer(&call, RW_LEG_STATION);
    assert_non_null(strstr(call.job.offer, " RTP/AVP 8 0 101\r\n"));
    answer(&call, RW_LEG_STATION, "0 101\r\na=rtpmap:101 telephone-event/8000\r\n");
    accept_trunk(&call);
    assert_non_null(
        strstr(call.job.offer, " RTP/AVP 0 96\r\n")); /* what both have, by their numbers */
    say(&call.trunk, 0, 1);
    hears(&call.station, 0, 1);
    say(&call.station, 0, 2);
    hears(&call.trunk, 0, 2);
    tear_down(&call);
    /* no events at the station: none at the trunk */
    set_up(&call, 2);
    assert_int_equal(come_in(&call, "0 96\r\na=rtpmap:96 telephone-event/8000\r\n"), RW_OK);
    call.job.leg = RW_LEG_TRUNK;
    in_worker(do_write_answer, &call.job); /* before the station's: nothing to say */
    assert_int_equal(call.job.class, RW_BUG);
    offer(&call, RW_LEG_STATION);
    answer(&call, RW_LEG_STATION, "0\r\n");
    accept_trunk(&call);
    assert_non_null(strstr(call.job.offer, " RTP/AVP 0\r\n"));
    tear_down(&call);
    /* only what the trunk's terms have */
    set_up(&call, 2);
    call.job.terms = (struct rw_media_terms){.codecs = {8}, .codec_count = 1};
    assert_int_equal(come_in(&call, "0\r\n"), RW_MALFORMED);
    assert_string_equal(call.job.err.code, "sdp.no_common_codec");
    assert_int_equal(come_in(&call, "0 8\r\n"), RW_OK);
    offer(&call, RW_LEG_STATION);
    assert_non_null(strstr(call.job.offer, " RTP/AVP 8\r\n"));
    tear_down(&call);
}

static void test_version_6_too(void **state)
{
    struct rw_media_addr here = {.len = 0};
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    bool there_is_one = fd >= 0 && rw_media_addr_parse(&here, AF_INET6, RW_LIT("::1"), 0) &&
                        bind(fd, &here.u.sa, here.len) == 0;
    struct call call;

    (void)state;
    if (fd >= 0)
        (void)close(fd);
    if (!there_is_one)
        skip();
    set_up_at(&call, 2, "::1");
    connect_both(&call, "0\r\n", "0\r\n");
    say(&call.station, 0, 1);
    hears(&call.trunk, 0, 1);
    say(&call.trunk, 0, 2);
    hears(&call.station, 0, 2);
    assert_non_null(strstr(call.job.offer, "c=IN IP6 ::1\r\n"));
    tear_down(&call);
}

static void test_a_burst_is_passed_whole_and_in_order(void **state)
{
    struct call call;

    (void)state;
    set_up(&call, 2);
    connect_both(&call, "0\r\n", "0\r\n");
    for (uint8_t i = 1; i <= 60; i++)
        say(&call.station, 0, i);
    for (uint8_t i = 1; i <= 60; i++)
        hears(&call.trunk, 0, i);
    tear_down(&call);
}

/* Fast enough to make the pump tick, then as slow as its ticks, then one by one again. */
static void test_nothing_is_lost_between_waking_and_ticking(void **state)
{
    struct call call;

    (void)state;
    set_up(&call, 2);
    connect_both(&call, "0\r\n", "0\r\n");
    for (int i = 0; i < 1000; i++) {
        uint8_t fill = (uint8_t)i;

        say(&call.station, 0, fill);
        say(&call.station, 0, (uint8_t)(fill + 1));
        say(&call.trunk, 0, fill);
        hears(&call.trunk, 0, fill);
        hears(&call.trunk, 0, (uint8_t)(fill + 1));
        hears(&call.station, 0, fill);
    }
    assert_int_equal(stats(&call).packets[RW_LEG_STATION], 2000);
    assert_int_equal(stats(&call).packets[RW_LEG_TRUNK], 1000);
    tear_down(&call);
}

static void test_early_media_reaches_the_station(void **state)
{
    struct call call;
    struct rw_relay_stats s;

    (void)state;
    set_up(&call, 2);
    offer(&call, RW_LEG_STATION);
    answer(&call, RW_LEG_STATION, "0\r\n");
    offer(&call, RW_LEG_TRUNK);
    in_worker(do_bridge, &call.job);
    say(&call.station, 0, 1); /* no far end yet */
    in_worker(do_stats, &call.job);
    answer(&call, RW_LEG_TRUNK, "0\r\na=sendonly\r\n"); /* the 183 */
    say(&call.trunk, 0, 2);
    hears(&call.station, 0, 2);
    say(&call.station, 0, 3); /* it wants nothing from us yet */
    say(&call.trunk, 0, 4);
    hears(&call.station, 0, 4);
    s = stats(&call);
    assert_int_equal(s.packets[RW_LEG_STATION], 0);
    assert_int_equal(s.unusable[RW_LEG_STATION], 2);
    assert_int_equal(s.packets[RW_LEG_TRUNK], 2);
    answer(&call, RW_LEG_TRUNK, "0\r\n"); /* the 200 */
    say(&call.station, 0, 5);
    hears(&call.trunk, 0, 5);
    tear_down(&call);
}

static void test_nothing_passes_before_the_bridge(void **state)
{
    struct call call;

    (void)state;
    set_up(&call, 2);
    offer(&call, RW_LEG_STATION);
    answer(&call, RW_LEG_STATION, "0\r\n");
    offer(&call, RW_LEG_TRUNK);
    answer(&call, RW_LEG_TRUNK, "0\r\n");
    say(&call.station, 0, 1);
    assert_int_equal(stats(&call).packets[RW_LEG_STATION], 0);
    assert_int_equal(stats(&call).unusable[RW_LEG_STATION], 1);
    in_worker(do_bridge, &call.job);
    say(&call.station, 0, 2);
    hears(&call.trunk, 0, 2);
    tear_down(&call);
}

static void test_strangers_are_neither_heard_nor_answered(void **state)
{
    struct call call;
    struct peer thief = peer_at("127.0.0.66");
    struct pollfd p = {.fd = thief.fd, .events = POLLIN};

    (void)state;
    set_up(&call, 2);
    connect_both(&call, "0\r\n", "0\r\n");
    thief.there = call.station.there;
    say(&thief, 0, 66); /* before the lock: on probation at best */
    say(&call.station, 0, 1);
    hears(&call.trunk, 0, 1);
    for (int i = 0; i < 10; i++)
        say(&thief, 0, 66); /* after it */
    say(&call.station, 0, 2);
    hears(&call.trunk, 0, 2);
    say(&call.trunk, 0, 3);
    hears(&call.station, 0, 3);
    assert_int_equal(stats(&call).foreign[RW_LEG_STATION], 11);
    assert_int_equal(stats(&call).packets[RW_LEG_STATION], 2);
    assert_int_equal(poll(&p, 1, 0), 0);
    peer_done(&thief);
    tear_down(&call);
}

static void test_a_telephone_behind_nat_is_found(void **state)
{
    struct call call;
    struct peer behind = peer_at("127.0.0.5");

    (void)state;
    set_up(&call, 2);
    connect_both(&call, "0\r\n", "0\r\n");
    behind.there = call.station.there;
    for (uint8_t i = 1; i <= 4; i++)
        say(&behind, 0, i);
    hears(&call.trunk, 0, 3); /* two were on probation */
    hears(&call.trunk, 0, 4);
    say(&call.trunk, 0, 9);
    hears(&behind, 0, 9); /* and ours go where its came from */
    assert_int_equal(stats(&call).foreign[RW_LEG_STATION], 2);
    peer_done(&behind);
    tear_down(&call);
}

static void test_what_is_no_rtp_is_dropped(void **state)
{
    struct call call;
    static const char huge[RW_RTP_PACKET_MAX + 1] = {(char)0x80};

    (void)state;
    set_up(&call, 2);
    connect_both(&call, "0\r\n", "0\r\n");
    (void)sendto(call.station.fd, "hello", 5, 0, &call.station.there.u.sa, call.station.there.len);
    (void)sendto(call.station.fd, "", 0, 0, &call.station.there.u.sa, call.station.there.len);
    (void)sendto(call.station.fd, huge, sizeof(huge), 0, &call.station.there.u.sa,
                 call.station.there.len);
    say(&call.station, 18, 7); /* was not negotiated */
    say(&call.station, 8, 7);
    say(&call.station, 0, 1);
    hears(&call.trunk, 0, 1);
    assert_int_equal(stats(&call).unusable[RW_LEG_STATION], 5);
    tear_down(&call);
}

static void test_telephone_event_is_renumbered(void **state)
{
    struct call call;

    (void)state;
    set_up(&call, 2);
    connect_both(&call, "0 96\r\na=rtpmap:96 telephone-event/8000\r\n",
                 "0 101\r\na=rtpmap:101 telephone-event/8000\r\n");
    say(&call.trunk, 101, 5);
    hears(&call.station, 96, 5);
    say(&call.station, 101, 6); /* as we offered */
    hears(&call.trunk, 101, 6);
    say(&call.station, 96, 7); /* as it answered */
    hears(&call.trunk, 101, 7);
    tear_down(&call);
}

static void test_the_trunk_is_offered_what_the_station_left(void **state)
{
    struct call call;

    (void)state;
    set_up(&call, 2);
    offer(&call, RW_LEG_STATION);
    assert_non_null(strstr(call.job.offer, "RTP/AVP 0 8 101\r\n"));
    answer(&call, RW_LEG_STATION, "8\r\n");
    offer(&call, RW_LEG_TRUNK);
    assert_non_null(strstr(call.job.offer, "RTP/AVP 8\r\n"));
    assert_null(strstr(call.job.offer, "telephone-event"));
    answer(&call, RW_LEG_TRUNK, "8 101\r\na=rtpmap:101 telephone-event/8000\r\n");
    in_worker(do_bridge, &call.job);
    say(&call.trunk, 101, 1); /* nobody offered it */
    say(&call.trunk, 8, 2);
    hears(&call.station, 8, 2);
    tear_down(&call);
}

static void test_the_laws_are_recoded_where_the_answers_differ(void **state)
{
    struct call call;

    (void)state;
    set_up(&call, 2);
    connect_both(&call, "0 8\r\n", "8\r\n"); /* the station may still speak PCMU */
    say(&call.station, 0, 0x21);
    hears(&call.trunk, 8, ulaw_to_alaw(0x21));
    say(&call.trunk, 8, 0x55);
    hears(&call.station, 8, 0x55);
    tear_down(&call);
}

static void test_rtcp_passes_too(void **state)
{
    struct call call;
    struct rw_media_addr here, there;
    uint8_t report[8] = {0x80, 201, 0, 1, 1, 2, 3, 4}, got[64];
    char stream[64];

    (void)state;
    set_up(&call, 2);
    call.station.rtcp_fd = bound("127.0.0.1", &here);
    call.trunk.rtcp_fd = bound("127.0.0.1", &there);
    offer(&call, RW_LEG_STATION);
    (void)snprintf(stream, sizeof(stream), "0\r\na=rtcp:%u\r\n", rw_media_addr_port(&here));
    answer(&call, RW_LEG_STATION, stream);
    offer(&call, RW_LEG_TRUNK);
    (void)snprintf(stream, sizeof(stream), "0\r\na=rtcp:%u\r\n", rw_media_addr_port(&there));
    answer(&call, RW_LEG_TRUNK, stream);
    in_worker(do_bridge, &call.job);
    here = call.station.there;
    rw_media_addr_set_port(&here, (uint16_t)(rw_media_addr_port(&here) + 1));
    assert_int_equal(sendto(call.station.rtcp_fd, "nonsense", 8, 0, &here.u.sa, here.len), 8);
    assert_int_equal(sendto(call.station.rtcp_fd, report, sizeof(report), 0, &here.u.sa, here.len),
                     8);
    assert_int_equal(receive(call.trunk.rtcp_fd, got, sizeof(got)), 8);
    assert_memory_equal(got, report, 8);
    tear_down(&call);
}

static void test_agentless_legs_share_one_sink(void **state)
{
    struct call call;
    struct rw_relay *first;
    struct rw_media_addr sink;

    (void)state;
    set_up(&call, 1);
    offer(&call, RW_LEG_TRUNK);
    answer(&call, RW_LEG_TRUNK, "0\r\n");
    sink = call.trunk.there;
    say(&call.trunk, 0, 1);
    first = call.job.relay;
    in_worker(do_open, &call.job);
    assert_int_equal(call.job.class, RW_OK);
    offer(&call, RW_LEG_TRUNK);
    assert_true(rw_media_addr_same(&call.trunk.there, &sink));
    in_worker(do_close, &call.job);
    call.job.relay = first;
    for (int i = 0; i < 9; i++)
        say(&call.trunk, 0, 1);
    (void)stats(&call);
    (void)stats(&call); /* a turn of the loop later: what was there before is read */
    assert_int_equal(call.job.sink, 10);
    call.job.leg = RW_LEG_STATION;
    in_worker(do_offer, &call.job);
    assert_int_equal(call.job.class, RW_BUG);
    assert_string_equal(call.job.err.code, "media.no_such_leg");
    tear_down(&call);
}

static void test_a_bad_answer_leaves_the_old_one(void **state)
{
    struct call call;

    (void)state;
    set_up(&call, 2);
    call.job.leg = RW_LEG_STATION;
    call.job.sdp = "v=0\r\n";
    in_worker(do_answer, &call.job); /* nothing was offered */
    assert_int_equal(call.job.class, RW_BUG);
    connect_both(&call, "0\r\n", "0\r\n");
    call.job.sdp = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 0 RTP/AVP 0\r\n";
    in_worker(do_answer, &call.job);
    assert_int_equal(call.job.class, RW_MALFORMED);
    assert_string_equal(call.job.err.code, "sdp.rejected");
    say(&call.station, 0, 1);
    hears(&call.trunk, 0, 1);
    tear_down(&call);
}

/* The range of one relay (two pairs); the ports are found by opening one without a range. */
static void test_ports_run_out_and_come_back(void **state)
{
    struct job j;
    struct rw_relay *held;

    (void)state;
    for (int tries = 0;; tries++) {
        struct call call;
        uint16_t port;

        assert_true(tries < 100);
        set_up(&call, 2);
        offer(&call, RW_LEG_STATION);
        port = rw_media_addr_port(&call.station.there);
        tear_down(&call);
        if (port > 65000)
            continue;
        j = (struct job){.options = {"127.0.0.1", "192.0.2.4", port, (uint16_t)(port + 3)},
                         .legs = 2};
        in_worker(do_new, &j);
        assert_int_equal(j.class, RW_OK);
        in_worker(do_open, &j);
        if (j.class == RW_OK)
            break;
        in_worker(do_free, &j); /* a port of the four belongs to somebody else */
    }
    held = j.relay;
    in_worker(do_offer, &j);
    assert_non_null(strstr(j.offer, "c=IN IP4 192.0.2.4\r\n"));
    in_worker(do_open, &j);
    assert_int_equal(j.class, RW_LIMIT);
    assert_string_equal(j.err.code, "media.no_ports");
    j.relay = held;
    in_worker(do_close, &j);
    in_worker(do_open, &j);
    assert_int_equal(j.class, RW_OK);
    in_worker(do_close, &j);
    in_worker(do_free, &j);
    assert_int_equal(j.live, 0);
}

static void test_options_that_make_no_sense(void **state)
{
    static const struct {
        struct rw_media_options options;
        const char *code;
    } cases[] = {
        {{"localhost", NULL, 0, 0}, "media.bad_host"},
        {{"127.0.0.1", "sip.example", 0, 0}, "media.bad_host"},
        {{"127.0.0.1", "::1", 0, 0}, "media.bad_host"},
        {{"0.0.0.0", NULL, 0, 0}, "media.bad_host"}, /* nobody can send to 0.0.0.0 */
        {{"127.0.0.1", NULL, 4001, 4002}, "media.bad_ports"},
        {{"127.0.0.1", NULL, 5000, 4000}, "media.bad_ports"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct job j = {.options = cases[i].options};

        in_worker(do_new, &j);
        assert_int_equal(j.class, RW_MALFORMED);
        assert_string_equal(j.err.code, cases[i].code);
    }
}

/* One whole life of a relay; how far it gets when the n-th allocation fails. */
static void do_life(void *arg)
{
    struct job *j = arg;

    do_new(j);
    if (j->class != RW_OK)
        return;
    do_open(j);
    for (int leg = 0; j->class == RW_OK && leg < 2; leg++) {
        j->leg = (enum rw_leg_side)leg;
        do_offer(j);
        if (j->class == RW_OK)
            do_answer(j);
    }
    if (j->relay)
        do_close(j);
    rw_media_free(j->port);
}

static void do_failing_lives(void *arg)
{
    struct job *result = arg;
    long n = 0, before = rw_mem_live();

    for (;; n++) {
        struct job j = {.options = {.host = "127.0.0.1"},
                        .legs = 2,
                        .sdp = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n"};

        rw_mem_fail_after(n);
        do_life(&j);
        rw_mem_fail_after(-1);
        if (rw_mem_live() != before || (j.class != RW_OK && j.class != RW_NO_MEMORY)) {
            result->class = RW_BUG;
            return;
        }
        if (j.class == RW_OK)
            break;
    }
    result->class = RW_OK;
    result->live = n;
}

static void test_every_allocation_fails_once(void **state)
{
    struct job result = {.class = RW_BUG};

    (void)state;
    in_worker(do_failing_lives, &result);
    assert_int_equal(result.class, RW_OK);
    assert_true(result.live >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets_pass_both_ways),
        cmocka_unit_test(test_a_call_that_came_in),
        cmocka_unit_test(test_version_6_too),
        cmocka_unit_test(test_a_burst_is_passed_whole_and_in_order),
        cmocka_unit_test(test_nothing_is_lost_between_waking_and_ticking),
        cmocka_unit_test(test_early_media_reaches_the_station),
        cmocka_unit_test(test_nothing_passes_before_the_bridge),
        cmocka_unit_test(test_strangers_are_neither_heard_nor_answered),
        cmocka_unit_test(test_a_telephone_behind_nat_is_found),
        cmocka_unit_test(test_what_is_no_rtp_is_dropped),
        cmocka_unit_test(test_telephone_event_is_renumbered),
        cmocka_unit_test(test_the_trunk_is_offered_what_the_station_left),
        cmocka_unit_test(test_the_laws_are_recoded_where_the_answers_differ),
        cmocka_unit_test(test_rtcp_passes_too),
        cmocka_unit_test(test_agentless_legs_share_one_sink),
        cmocka_unit_test(test_a_bad_answer_leaves_the_old_one),
        cmocka_unit_test(test_ports_run_out_and_come_back),
        cmocka_unit_test(test_options_that_make_no_sense),
        cmocka_unit_test(test_every_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, start_worker, stop_worker);
}
