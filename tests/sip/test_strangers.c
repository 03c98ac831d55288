/* Who is answered at all: sip/peers.h. */
#include "stage.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#include <cmocka.h>

static struct sa address(uint32_t ipv4)
{
    struct sa sa;

    sa_set_in(&sa, ipv4, 5060);
    return sa;
}

static void known_until(void **state)
{
    struct rw_sip_peers *peers = rw_sip_peers_new();
    struct sa a = address(0x0a000001), same = address(0x0a000001), b = address(0x0a000002), six;

    (void)state;
    rw_clock_set_virtual(5000);
    assert_non_null(peers);
    assert_false(rw_sip_peers_knows(peers, &a));
    rw_sip_peers_know(peers, &a, 1000);
    sa_set_port(&same, 9);
    assert_true(rw_sip_peers_knows(peers, &same));
    assert_false(rw_sip_peers_knows(peers, &b));
    rw_sip_peers_know(peers, &a, 10); /* never shorter */
    rw_clock_set_virtual(5999);
    assert_true(rw_sip_peers_knows(peers, &a));
    rw_clock_set_virtual(6000);
    assert_false(rw_sip_peers_knows(peers, &a));
    assert_int_equal(sa_set_str(&six, "2001:db8::1", 5060), 0);
    rw_sip_peers_know(peers, &six, 1000);
    assert_true(rw_sip_peers_knows(peers, &six));
    assert_int_equal(sa_set_str(&six, "2001:db8::2", 5060), 0);
    assert_false(rw_sip_peers_knows(peers, &six));
    rw_sip_peers_free(peers);
    rw_sip_peers_free(NULL);
    rw_mem_fail_after(0);
    assert_null(rw_sip_peers_new());
    rw_mem_fail_after(-1);
}

/* A few thousand trunks and stations have their places, and asking for others takes none away. */
static void thousands_are_known(void **state)
{
    struct rw_sip_peers *peers = rw_sip_peers_new();
    unsigned forgotten = 0;

    (void)state;
    rw_clock_set_virtual(5000);
    for (uint32_t i = 0; i < 4096; i++) {
        struct sa sa = address(0x0a000000 + i);

        rw_sip_peers_know(peers, &sa, 1000);
    }
    for (uint32_t i = 0; i < 100000; i++) {
        struct sa sa = address(0xc0000000 + i * 7919);

        assert_false(rw_sip_peers_knows(peers, &sa));
    }
    for (uint32_t i = 0; i < 4096; i++) {
        struct sa sa = address(0x0a000000 + i);

        forgotten += !rw_sip_peers_knows(peers, &sa);
    }
    assert_int_equal(forgotten, 0);
    rw_sip_peers_free(peers);
}

/* Lines in what the log wrote while `told` sources sent `times` messages each within a second. */
static unsigned lines_of(unsigned sources, unsigned times)
{
    struct rw_sip_peers *peers = rw_sip_peers_new();
    unsigned lines = 0;
    int ends[2], kept = dup(2);
    char bytes[4096];
    ssize_t n;

    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_true(dup2(ends[1], 2) >= 0);
    for (unsigned i = 0; i < times; i++)
        for (uint32_t s = 0; s < sources; s++) {
            struct sa sa = address(0xc6336400 + s * 911);

            rw_sip_peers_tell(peers, &sa, "sip.stranger", "OPTIONS");
        }
    assert_true(dup2(kept, 2) >= 0);
    while ((n = read(ends[0], bytes, sizeof(bytes))) > 0)
        for (ssize_t i = 0; i < n; i++)
            lines += bytes[i] == '\n';
    (void)close(kept);
    (void)close(ends[0]);
    (void)close(ends[1]);
    rw_sip_peers_free(peers);
    return lines;
}

static void told_within_bounds(void **state)
{
    (void)state;
    rw_clock_set_virtual(50000);
    assert_int_equal(lines_of(1, 5000), 1);
    assert_in_range(lines_of(20000, 3), 1, RW_SIP_NOISE_SLOTS);
}

static void send_options(struct stage *s, const char *to_tag)
{
    char out[600];

    (void)snprintf(out, sizeof(out),
                   "OPTIONS sip:x@127.0.0.1 SIP/2.0\r\n"
                   "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKq\r\nFrom: <sip:x@y>;tag=1\r\n"
                   "To: <sip:z@y>%s\r\nCall-ID: q\r\nCSeq: 1 OPTIONS\r\n\r\n",
                   s->peer_port, to_tag);
    stage_send(s, out, strlen(out));
}

static void configured_addresses(struct stage *s)
{
    struct rw_sip_counters c;

    rw_sip_acquaint(s->sip, RW_LIT("192.0.2.1"), NULL, 900000);
    rw_sip_acquaint(s->sip, RW_LIT(""), NULL, 900000);
    rw_sip_acquaint(s->sip, RW_LIT("sip:a@[2001:db8::7]:5061;transport=tcp"), NULL, 900000);
    send_options(s, "");
    expect_nothing(s);
    rw_sip_acquaint(s->sip, RW_LIT("sip:alice@127.0.0.1:5062"), NULL, 1000);
    send_options(s, "");
    expect(s, "SIP/2.0 200 OK\r\n");
    stage_advance(s, 1000);
    send_options(s, "");
    expect_nothing(s);
    rw_sip_acquaint(s->sip, RW_LIT("localhost"), NULL, 1000);
    send_options(s, ";tag=7");
    expect(s, "SIP/2.0 481 ");
    rw_sip_read_counters(s->sip, &c);
    CHECK(s, c.from_strangers == 2 && c.malformed == 0);
}

/* A name asks the resolver; whatever it does, nothing is left behind. */
static void names_are_looked_up(struct stage *s)
{
    for (int i = 0; i < 300; i++)
        rw_sip_acquaint(s->sip, RW_LIT("carrier.invalid"), NULL, 1000);
    stage_advance(s, 2000);
    rw_mem_fail_after(0);
    rw_sip_acquaint(s->sip, RW_LIT("other.invalid"), NULL, 1000);
    rw_mem_fail_after(-1);
    send_options(s, "");
    expect_nothing(s);
}

/* The carrier hangs up from another of its machines; somebody who only guesses is not heard. */
static void in_dialog_from_elsewhere(struct stage *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002)};
    int known = s->udp, other = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    CHECK(s, bind(other, (struct sockaddr *)&a, sizeof(a)) == 0);
    stage_answered_call(s);
    s->udp = other;
    stage_request(s, "BYE", 5, "guessed", "", "");
    stage_request(s, "REFER", 5, "guessed", "", "");
    send_options(s, "");
    stage_send(s, "OPTIONS what\r\n\r\n", 16);
    expect_nothing(s);
    expect_no_news(s);
    stage_request(s, "BYE", 6, "far", "", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    s->udp = known;
    (void)close(other);
}

PLAY(configured_addresses)
PLAY(names_are_looked_up)
PLAY(in_dialog_from_elsewhere)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_until),
        cmocka_unit_test(thousands_are_known),
        cmocka_unit_test(told_within_bounds),
        cmocka_unit_test(play_configured_addresses),
        cmocka_unit_test(play_names_are_looked_up),
        cmocka_unit_test(play_in_dialog_from_elsewhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
