#include "media/lock.h"
#include "media/ports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sys/resource.h>
#include <unistd.h>

static struct rw_media_addr addr(const char *host, uint16_t port)
{
    struct rw_media_addr a = {.len = 0};

    assert_true(rw_media_addr_parse(&a, AF_INET, rw_slice_str(host), port));
    return a;
}

/*
 * Stories: each step is a packet (host, port, ssrc, seq) at a time after the answer, and whether it
 * gets through. The SDP named 10.0.0.5:4000; host "" ends a story.
 */
struct step {
    const char *host;
    uint16_t port;
    uint32_t ssrc;
    uint16_t seq;
    uint64_t at_ms;
    bool passes;
};

#define NAMED "10.0.0.5"
#define NAT "198.51.100.5"
#define THIEF "203.0.113.66"

static const struct {
    const char *name;
    struct step steps[8];
} stories[] = {
    {"the named address is taken at once and for good",
     {{NAMED, 4000, 1, 1, 10, true},
      {THIEF, 4000, 2, 1, 20, false},
      {NAMED, 4002, 1, 2, 30, false},
      {NAMED, 4000, 9, 77, 40, true}}},
    {"another port of the named host is taken at once",
     {{NAMED, 4444, 1, 1, 10, true},
      {NAMED, 4444, 1, 2, 5000, true},
      {NAMED, 4000, 1, 2, 5020, false}}},
    {"the named address replaces another port in the window",
     {{NAMED, 4444, 1, 1, 10, true},
      {NAMED, 4000, 1, 2, 20, true},
      {NAMED, 4444, 1, 3, 30, false}}},
    {"behind NAT: three packets of one stream",
     {{NAT, 61000, 1, 65535, 10, false},
      {NAT, 61000, 1, 0, 30, false},
      {NAT, 61000, 1, 1, 50, true},
      {THIEF, 4000, 2, 1, 60, false},
      {NAT, 61000, 1, 2, 9000, true},
      {THIEF, 4000, 2, 2, 9010, false}}},
    {"packets that are no stream never pass probation",
     {{THIEF, 1, 1, 1, 10, false},
      {THIEF, 1, 1, 3, 11, false},
      {THIEF, 1, 2, 4, 12, false},
      {THIEF, 2, 2, 5, 13, false},
      {NAT, 61000, 2, 6, 14, false},
      {NAMED, 4000, 7, 1, 20, true}}},
    {"a thief who was quicker loses to the named address",
     {{THIEF, 1, 1, 1, 1, false},
      {THIEF, 1, 1, 2, 2, false},
      {THIEF, 1, 1, 3, 3, true},
      {NAMED, 4000, 7, 1, 20, true},
      {THIEF, 1, 1, 4, 21, false}}},
    {"after the window no other host is let in",
     {{THIEF, 1, 1, 1, 3000, false},
      {THIEF, 1, 1, 2, 3020, false},
      {THIEF, 1, 1, 3, 3040, false},
      {NAMED, 4100, 7, 1, 90000, true},
      {NAMED, 4000, 7, 1, 90020, false}}},
};

static void test_stories(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(stories) / sizeof(*stories); i++) {
        struct rw_media_addr named = addr(NAMED, 4000);
        struct rw_lock lock = {.trust = 0};

        print_message("%s\n", stories[i].name);
        rw_lock_name(&lock, &named, 1000);
        for (const struct step *s = stories[i].steps; s->host; s++) {
            struct rw_media_addr from = addr(s->host, s->port);
            struct rw_rtp rtp = {.ssrc = s->ssrc, .seq = s->seq};

            assert_int_equal(rw_lock_accepts(&lock, &from, &rtp, 1000 + s->at_ms), s->passes);
            if (s->passes)
                assert_true(rw_media_addr_same(rw_lock_target(&lock), &from));
        }
    }
}

static void test_nobody_is_accepted_before_the_answer(void **state)
{
    struct rw_lock lock = {.trust = 0};
    struct rw_media_addr from = addr(NAMED, 4000), nobody = {.len = 0};
    struct rw_rtp rtp = {.ssrc = 1};

    (void)state;
    assert_false(rw_lock_accepts(&lock, &from, &rtp, 5));
    assert_false(rw_lock_accepts(&lock, &nobody, &rtp, 5));
    assert_int_equal(rw_lock_target(&lock)->len, 0);
}

static void test_a_new_address_starts_over(void **state)
{
    struct rw_media_addr first = addr(NAMED, 4000), second = addr(NAMED, 5000);
    struct rw_lock lock = {.trust = 0};
    struct rw_rtp rtp = {.ssrc = 1};

    (void)state;
    rw_lock_name(&lock, &first, 0);
    assert_true(rw_lock_accepts(&lock, &first, &rtp, 1));
    rw_lock_name(&lock, &first, 10); /* the 200 repeats what the 183 said */
    assert_true(lock.final);
    rw_lock_name(&lock, &second, 20);
    assert_false(lock.final);
    assert_true(rw_media_addr_same(rw_lock_target(&lock), &second));
    assert_true(rw_lock_accepts(&lock, &second, &rtp, 30));
    assert_false(rw_lock_accepts(&lock, &first, &rtp, 31));
}

static void test_the_same_address_again_opens_the_window_anew(void **state)
{
    struct rw_media_addr named = addr(NAMED, 4000), nat = addr(NAT, 61000);
    struct rw_lock lock = {.trust = 0};

    (void)state;
    rw_lock_name(&lock, &named, 0);
    rw_lock_name(&lock, &named, 20000); /* rang for 20 s */
    for (uint16_t seq = 0; seq < 3; seq++) {
        struct rw_rtp rtp = {.ssrc = 1, .seq = seq};

        assert_int_equal(rw_lock_accepts(&lock, &nat, &rtp, 20100u + seq), seq == 2);
    }
}

/* Another host may be heard where the SDP named a public one, but nothing is sent to it. */
static void test_ours_stay_with_a_public_address(void **state)
{
    static const struct {
        const char *named;
        bool is_private;
    } cases[] = {{"10.255.0.1", true},   {"11.0.0.1", false},   {"172.16.0.1", true},
                 {"172.31.255.9", true}, {"172.32.0.1", false}, {"192.168.9.9", true},
                 {"192.169.0.1", false}, {"100.64.0.1", true},  {"100.128.0.1", false},
                 {"169.254.1.1", true},  {"127.0.0.1", true},   {"8.8.8.8", false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_media_addr named = addr(cases[i].named, 4000), from = addr(THIEF, 9), other;
        struct rw_lock lock = {.trust = 0};

        rw_lock_name(&lock, &named, 0);
        for (uint16_t seq = 0; seq < 3; seq++) {
            struct rw_rtp rtp = {.ssrc = 1, .seq = seq};

            assert_int_equal(rw_lock_accepts(&lock, &from, &rtp, 1), seq == 2);
        }
        assert_true(
            rw_media_addr_same(rw_lock_target(&lock), cases[i].is_private ? &from : &named));
        other = addr(cases[i].named, 4002); /* the named host, when it comes, is answered */
        assert_true(rw_lock_accepts(&lock, &other, &(struct rw_rtp){.ssrc = 2}, 2));
        assert_true(rw_media_addr_same(rw_lock_target(&lock), &other));
    }
}

static void test_private_addresses_of_version_6(void **state)
{
    static const struct {
        const char *host;
        bool is_private;
    } cases[] = {{"::1", true},
                 {"fd00::1", true},
                 {"fe80::1", true},
                 {"2001:db8::1", false},
                 {"fec0::1", false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_media_addr a;

        assert_true(rw_media_addr_parse(&a, AF_UNSPEC, rw_slice_str(cases[i].host), 1));
        assert_int_equal(rw_media_addr_is_private(&a), cases[i].is_private);
    }
}

static void test_rtp_headers(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        bool good;
        size_t at, len;
    } packets[] = {
        {"\x80\x00\x00\x01\0\0\0\1\0\0\0\2xyz", 15, true, 12, 3},
        {"\x80\x00\x00\x01\0\0\0\1\0\0\0\2", 12, true, 12, 0},
        {"\x80\x00\x00\x01\0\0\0\1\0\0\0", 11, false, 0, 0},
        {"\x40\x00\x00\x01\0\0\0\1\0\0\0\2xyz", 15, false, 0, 0},           /* version 1 */
        {"\x81\x00\x00\x01\0\0\0\1\0\0\0\2abcdxyz", 19, true, 16, 3},       /* a contributor */
        {"\x82\x00\x00\x01\0\0\0\1\0\0\0\2abcdxyz", 19, false, 0, 0},       /* two, one is there */
        {"\x90\x00\x00\x01\0\0\0\1\0\0\0\2\0\0\0\1abcdx", 21, true, 20, 1}, /* extension */
        {"\x90\x00\x00\x01\0\0\0\1\0\0\0\2\0\0\0\2abcdx", 21, false, 0, 0}, /* too long */
        {"\x90\x00\x00\x01\0\0\0\1\0\0\0\2\0\0\0", 15, false, 0, 0},        /* cut */
        {"\xa0\x00\x00\x01\0\0\0\1\0\0\0\2xyz\2", 16, true, 12, 2},         /* padding */
        {"\xa0\x00\x00\x01\0\0\0\1\0\0\0\2xyz\5", 16, false, 0, 0},         /* more than is there */
        {"\xa0\x00\x00\x01\0\0\0\1\0\0\0\2xyz\0", 16, false, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++) {
        struct rw_rtp rtp = {.payload_at = 99};

        print_message("packet %zu\n", i);
        assert_int_equal(rw_rtp_read((struct rw_slice){packets[i].bytes, packets[i].n}, &rtp),
                         packets[i].good);
        assert_int_equal(rtp.payload_at, packets[i].good ? packets[i].at : 99);
        if (packets[i].good)
            assert_int_equal(rtp.payload_len, packets[i].len);
    }
}

static void test_rtcp_packets(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        bool good;
    } packets[] = {
        {"\x80\xc9\0\1abcd", 8, true},                  /* empty receiver report */
        {"\x80\xc9\0\1abcd\x81\xca\0\1abcd", 16, true}, /* and a description */
        {"\x80\xca\0\1abcd", 8, false},                 /* no report first */
        {"\x80\xc9\0\2abcd", 8, false},                 /* longer than it is */
        {"\x80\xc9\0\1abcdx", 9, false},                /* something behind */
        {"\x40\xc9\0\1abcd", 8, false},
        {"\x80\x00\0\1abcdefgh", 12, false}, /* RTP */
        {"\x80\xc9\0\0", 4, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++)
        assert_int_equal(rw_rtcp_valid((struct rw_slice){packets[i].bytes, packets[i].n}),
                         packets[i].good);
}

static void test_a_header_written_is_read_back(void **state)
{
    uint8_t bytes[RW_RTP_HEADER];
    struct rw_rtp rtp;

    (void)state;
    rw_rtp_write_header(bytes, 101, true, 0xfffe, 0xdeadbeef, 0x01020304);
    assert_true(rw_rtp_read((struct rw_slice){(char *)bytes, sizeof(bytes)}, &rtp));
    assert_int_equal(rtp.payload_type, 101);
    assert_true(rtp.marker);
    assert_int_equal(rtp.seq, 0xfffe);
    assert_int_equal(rtp.timestamp, 0xdeadbeef);
    assert_int_equal(rtp.ssrc, 0x01020304);
}

/* A free range of two pairs, found by asking the kernel; then it is ours to fill. */
static void test_ports_run_out_and_come_back(void **state)
{
    struct rw_media_addr host = addr("127.0.0.1", 0);
    struct rw_ports any, ports;
    struct rw_port_pair probe, first, second, third;
    struct rw_err err;
    uint16_t port = 0;

    (void)state;
    for (int tries = 0;; tries++) {
        assert_true(tries < 100);
        assert_true(rw_ports_init(&any, &host, 0, 0));
        assert_int_equal(rw_ports_open(&any, &probe, &err), RW_OK);
        port = probe.port;
        assert_int_equal(port % 2, 0);
        rw_ports_close(&any, &probe);
        assert_int_equal(probe.rtp_fd, -1);
        /* an odd start and an odd end: two pairs remain */
        if (port > 65000 ||
            !rw_ports_init(&ports, &host, (uint16_t)(port - 1), (uint16_t)(port + 3)))
            continue;
        assert_int_equal(ports.count, 2);
        if (rw_ports_open(&ports, &first, &err) != RW_OK)
            continue;
        if (rw_ports_open(&ports, &second, &err) == RW_OK)
            break;
        rw_ports_close(&ports, &first); /* somebody else holds one of them */
    }
    assert_int_equal(first.port, port);
    assert_int_equal(second.port, port + 2);
    assert_int_equal(rw_ports_open(&ports, &third, &err), RW_LIMIT);
    assert_string_equal(err.code, "media.no_ports");
    rw_ports_close(&ports, &first);
    assert_int_equal(rw_ports_open(&ports, &third, &err), RW_OK);
    assert_int_equal(third.port, port);
    rw_ports_close(&ports, &second);
    rw_ports_close(&ports, &third);
    rw_ports_close(&ports, &third); /* twice is fine */
}

static void test_ranges_without_a_pair(void **state)
{
    struct rw_media_addr host = addr("127.0.0.1", 0);
    struct rw_ports ports;

    (void)state;
    assert_false(rw_ports_init(&ports, &host, 4000, 4000));
    assert_false(rw_ports_init(&ports, &host, 4001, 4002));
    assert_false(rw_ports_init(&ports, &host, 5000, 4000));
    assert_false(rw_ports_init(&ports, &host, 0, 4000));
    assert_false(rw_ports_init(&ports, &host, 65535, 65535));
    assert_true(rw_ports_init(&ports, &host, 65534, 65535));
    assert_int_equal(ports.count, 1);
    assert_true(rw_ports_init(&ports, &host, 1, 65535));
    assert_true(ports.count <= 512 * 64);
}

static void test_an_address_that_is_not_ours(void **state)
{
    struct rw_media_addr host = addr("192.0.2.200", 0);
    struct rw_port_pair pair;
    struct rw_ports ports;
    struct rw_err err;

    (void)state;
    assert_true(rw_ports_init(&ports, &host, 30000, 30100));
    assert_int_equal(rw_ports_open(&ports, &pair, &err), RW_IO);
    assert_string_equal(err.code, "media.bind_failed");
}

static void test_no_descriptors_are_left(void **state)
{
    struct rw_media_addr host = addr("127.0.0.1", 0);
    struct rlimit limit, none;
    struct rw_port_pair pair;
    struct rw_ports ports;
    struct rw_err err;

    (void)state;
    assert_true(rw_ports_init(&ports, &host, 0, 0));
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(rw_ports_open(&ports, &pair, &err), RW_LIMIT);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_string_equal(err.code, "media.no_sockets");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_nobody_is_accepted_before_the_answer),
        cmocka_unit_test(test_a_new_address_starts_over),
        cmocka_unit_test(test_the_same_address_again_opens_the_window_anew),
        cmocka_unit_test(test_ours_stay_with_a_public_address),
        cmocka_unit_test(test_private_addresses_of_version_6),
        cmocka_unit_test(test_rtp_headers),
        cmocka_unit_test(test_rtcp_packets),
        cmocka_unit_test(test_a_header_written_is_read_back),
        cmocka_unit_test(test_ports_run_out_and_come_back),
        cmocka_unit_test(test_ranges_without_a_pair),
        cmocka_unit_test(test_an_address_that_is_not_ours),
        cmocka_unit_test(test_no_descriptors_are_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
