/* A trunk's leg with SRTP on a real worker's loop: what is offered, what answers do, what passes. */
#include "base/mem.h"
#include "rig.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

/* The far end of the trunk's leg: what it seals with, and what it opens our packets with. */
struct far_end {
    uint8_t key[RW_SRTP_KEY];
    struct rw_srtp *in, *out;
    uint16_t seq;
};

static void far_end_done(struct far_end *far)
{
    rw_srtp_free(far->in);
    rw_srtp_free(far->out);
}

/* Its answer's crypto line, behind the formats of m=. */
static void answer_text(const struct far_end *far, uint32_t tag, enum rw_srtp_suite suite,
                        char *ret, size_t size)
{
    struct rw_sdes sdes = {.tag = tag, .suite = suite};
    struct rw_buf buf;

    memcpy(sdes.key, far->key, RW_SRTP_KEY);
    rw_buf_init(&buf, 512);
    rw_buf_puts(&buf, "0\r\n");
    rw_sdes_put(&buf, &sdes);
    assert_true(rw_slice_copy(ret, size, rw_buf_slice(&buf)));
    rw_buf_done(&buf);
}

/* The key that the last offer has for this suite. */
static void offered_key(struct call *call, enum rw_srtp_suite suite, uint8_t ret[RW_SRTP_KEY])
{
    char mark[16];
    const char *line, *end;
    struct rw_sdes sdes;
    const char *what;

    (void)snprintf(mark, sizeof(mark), "a=crypto:%d ", suite);
    line = strstr(call->job.offer, mark);
    assert_non_null(line);
    line += strlen("a=crypto:");
    end = strstr(line, "\r\n");
    assert_int_equal(rw_sdes_read((struct rw_slice){line, (size_t)(end - line)}, &sdes, &what),
                     RW_OK);
    assert_int_equal(sdes.suite, suite);
    memcpy(ret, sdes.key, RW_SRTP_KEY);
}

/* The trunk answers with this suite, and with a key that is full of `fill`. */
static void agree(struct call *call, struct far_end *far, enum rw_srtp_suite suite, uint8_t fill)
{
    uint8_t ours[RW_SRTP_KEY];
    char text[256];

    far_end_done(far);
    memset(far->key, fill, RW_SRTP_KEY);
    offered_key(call, suite, ours);
    assert_int_equal(rw_srtp_new(&far->in, suite, ours, NULL), RW_OK);
    assert_int_equal(rw_srtp_new(&far->out, suite, far->key, NULL), RW_OK);
    answer_text(far, (uint32_t)suite, suite, text, sizeof(text));
    answer(call, RW_LEG_TRUNK, text);
}

static void connect_sealed(struct call *call, struct far_end *far, enum rw_terms_srtp srtp,
                           enum rw_srtp_suite suite)
{
    offer(call, RW_LEG_STATION);
    answer(call, RW_LEG_STATION, "0\r\n");
    call->job.terms.srtp = srtp;
    call->profile = srtp == RW_TERMS_SRTP_REQUIRED ? "RTP/SAVP" : "RTP/AVP";
    offer(call, RW_LEG_TRUNK);
    agree(call, far, suite, 0x5a);
    in_worker(do_bridge, &call->job);
}

static void send_bytes(struct peer *peer, const uint8_t *bytes, size_t n)
{
    assert_int_equal(sendto(peer->fd, bytes, n, 0, &peer->there.u.sa, peer->there.len), n);
}

static size_t seal_next(struct far_end *far, uint8_t *bytes, uint8_t fill)
{
    size_t n = RW_RTP_HEADER + 160;

    rw_rtp_write_header(bytes, 0, false, far->seq, 160u * far->seq, 77);
    far->seq++;
    memset(bytes + RW_RTP_HEADER, fill, 160);
    assert_true(rw_srtp_seal(far->out, bytes, &n));
    return n;
}

static void say_sealed(struct call *call, struct far_end *far, uint8_t fill)
{
    uint8_t bytes[400];

    send_bytes(&call->trunk, bytes, seal_next(far, bytes, fill));
}

static void hears_sealed(struct call *call, struct far_end *far, uint8_t fill)
{
    uint8_t bytes[400];
    size_t n = receive(call->trunk.fd, bytes, sizeof(bytes));

    assert_true(rw_srtp_open(far->in, bytes, &n));
    assert_int_equal(n, RW_RTP_HEADER + 160);
    assert_int_equal(bytes[RW_RTP_HEADER], fill);
    assert_int_equal(bytes[n - 1], fill);
}

static void both_ways(struct call *call, struct far_end *far, uint8_t fill)
{
    say(&call->station, 0, fill);
    hears_sealed(call, far, fill);
    say_sealed(call, far, (uint8_t)(fill + 1));
    hears(&call->station, 0, (uint8_t)(fill + 1));
}

static void test_packets_pass_sealed(void **state)
{
    static const struct {
        enum rw_terms_srtp srtp;
        enum rw_srtp_suite suite;
    } cases[] = {{RW_TERMS_SRTP_REQUIRED, RW_SRTP_AES_CM_128_HMAC_SHA1_80},
                 {RW_TERMS_SRTP_REQUIRED, RW_SRTP_AES_CM_128_HMAC_SHA1_32},
                 {RW_TERMS_SRTP_OPTIONAL, RW_SRTP_AES_CM_128_HMAC_SHA1_80}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct far_end far = {.in = NULL};
        struct call call;

        set_up(&call, 2);
        connect_sealed(&call, &far, cases[i].srtp, cases[i].suite);
        for (uint8_t fill = 1; fill < 30; fill++)
            both_ways(&call, &far, fill);
        far_end_done(&far);
        tear_down(&call);
    }
}

/* The trunk's offer has the key; ours stands in the answer, with their tag. */
static void test_a_call_that_came_in(void **state)
{
    static const enum rw_terms_srtp srtp[] = {RW_TERMS_SRTP_REQUIRED, RW_TERMS_SRTP_OPTIONAL};

    (void)state;
    for (size_t i = 0; i < sizeof(srtp) / sizeof(*srtp); i++) {
        struct far_end far = {.in = NULL};
        struct call call;
        char text[256];

        set_up(&call, 2);
        call.job.terms.srtp = srtp[i];
        call.profile = srtp[i] == RW_TERMS_SRTP_REQUIRED ? "RTP/SAVP" : "RTP/AVP";
        memset(far.key, 0x5a, RW_SRTP_KEY);
        answer_text(&far, 7, RW_SRTP_AES_CM_128_HMAC_SHA1_80, text, sizeof(text));
        assert_int_equal(come_in(&call, text), RW_OK);
        call.job.terms = (struct rw_media_terms){.srtp = RW_TERMS_SRTP_OFF};
        call.profile = NULL;
        offer(&call, RW_LEG_STATION);
        answer(&call, RW_LEG_STATION, "0\r\n");
        accept_trunk(&call);
        assert_non_null(strstr(call.job.offer,
                               srtp[i] == RW_TERMS_SRTP_REQUIRED ? " RTP/SAVP 0" : " RTP/AVP 0"));
        assert_int_equal(call.offered.crypto.tag, 7);
        assert_int_equal(call.offered.crypto_count, 1);
        assert_int_equal(
            rw_srtp_new(&far.in, RW_SRTP_AES_CM_128_HMAC_SHA1_80, call.offered.crypto.key, NULL),
            RW_OK);
        assert_int_equal(rw_srtp_new(&far.out, RW_SRTP_AES_CM_128_HMAC_SHA1_80, far.key, NULL),
                         RW_OK);
        for (uint8_t fill = 1; fill < 10; fill++)
            both_ways(&call, &far, fill);
        far_end_done(&far);
        tear_down(&call);
    }
}

/* Plain where the trunk may be plain; refused where it may not. */
static void test_a_plain_offer(void **state)
{
    struct call call;

    (void)state;
    set_up(&call, 2);
    call.job.terms.srtp = RW_TERMS_SRTP_REQUIRED;
    assert_int_equal(come_in(&call, "0\r\n"), RW_MALFORMED);
    assert_string_equal(call.job.err.code, "sdp.not_encrypted");
    call.job.terms.srtp = RW_TERMS_SRTP_OPTIONAL;
    assert_int_equal(come_in(&call, "0\r\n"), RW_OK);
    call.job.terms.srtp = RW_TERMS_SRTP_OFF;
    offer(&call, RW_LEG_STATION);
    answer(&call, RW_LEG_STATION, "0\r\n");
    accept_trunk(&call);
    assert_null(strstr(call.job.offer, "a=crypto"));
    say(&call.trunk, 0, 1);
    hears(&call.station, 0, 1);
    tear_down(&call);
}

static void test_what_is_offered(void **state)
{
    uint8_t first[RW_SRTP_KEY], second[RW_SRTP_KEY];
    struct call call;

    (void)state;
    set_up(&call, 2);
    offer(&call, RW_LEG_TRUNK);
    assert_null(strstr(call.job.offer, "crypto"));
    assert_non_null(strstr(call.job.offer, " RTP/AVP "));
    call.job.terms.srtp = RW_TERMS_SRTP_OPTIONAL;
    offer(&call, RW_LEG_TRUNK);
    assert_non_null(strstr(call.job.offer, " RTP/AVP "));
    offered_key(&call, RW_SRTP_AES_CM_128_HMAC_SHA1_80, first);
    offered_key(&call, RW_SRTP_AES_CM_128_HMAC_SHA1_32, second);
    assert_memory_not_equal(first, second, RW_SRTP_KEY);
    call.job.terms.srtp = RW_TERMS_SRTP_REQUIRED;
    offer(&call, RW_LEG_TRUNK);
    assert_non_null(strstr(call.job.offer, " RTP/SAVP "));
    offered_key(&call, RW_SRTP_AES_CM_128_HMAC_SHA1_80, second);
    assert_memory_not_equal(first, second, RW_SRTP_KEY); /* another far end, other keys */
    tear_down(&call);
}

/* A far end that can't, where that is allowed. */
static void test_optional_may_stay_plain(void **state)
{
    struct call call;

    (void)state;
    set_up(&call, 2);
    offer(&call, RW_LEG_STATION);
    answer(&call, RW_LEG_STATION, "0\r\n");
    call.job.terms.srtp = RW_TERMS_SRTP_OPTIONAL;
    offer(&call, RW_LEG_TRUNK);
    answer(&call, RW_LEG_TRUNK, "0\r\n");
    in_worker(do_bridge, &call.job);
    say(&call.station, 0, 1);
    hears(&call.trunk, 0, 1);
    say(&call.trunk, 0, 2);
    hears(&call.station, 0, 2);
    tear_down(&call);
}

#define KEY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define CRYPTO(tag, suite) "a=crypto:" tag " " suite " inline:" KEY "\r\n"

static void test_answers_that_do_not_fit(void **state)
{
    static const struct {
        enum rw_terms_srtp srtp;
        const char *stream, *code;
    } cases[] = {
        {RW_TERMS_SRTP_REQUIRED, "RTP/AVP 0\r\n", "sdp.not_encrypted"},
        {RW_TERMS_SRTP_REQUIRED, "RTP/AVP 0\r\n" CRYPTO("1", "AES_CM_128_HMAC_SHA1_80"),
         "sdp.not_encrypted"},
        {RW_TERMS_SRTP_REQUIRED, "RTP/SAVP 0\r\n", "sdp.bad_crypto"},
        {RW_TERMS_SRTP_OPTIONAL, "RTP/SAVP 0\r\n", "sdp.bad_crypto"},
        {RW_TERMS_SRTP_OFF, "RTP/SAVP 0\r\n" CRYPTO("1", "AES_CM_128_HMAC_SHA1_80"),
         "sdp.unsupported_profile"},
        {RW_TERMS_SRTP_REQUIRED, "RTP/SAVP 0\r\n" CRYPTO("2", "AES_CM_128_HMAC_SHA1_80"),
         "sdp.bad_crypto"}, /* the tag of the other suite */
        {RW_TERMS_SRTP_REQUIRED, "RTP/SAVP 0\r\n" CRYPTO("3", "AES_CM_128_HMAC_SHA1_32"),
         "sdp.bad_crypto"},
        {RW_TERMS_SRTP_REQUIRED, "RTP/SAVP 0\r\n" CRYPTO("1", "AES_256_CM_HMAC_SHA1_80"),
         "sdp.bad_crypto"},
        {RW_TERMS_SRTP_REQUIRED,
         "RTP/SAVP 0\r\n" CRYPTO("1", "AES_CM_128_HMAC_SHA1_80")
             CRYPTO("2", "AES_CM_128_HMAC_SHA1_32"),
         "sdp.bad_crypto"}, /* which is it? */
        {RW_TERMS_SRTP_OPTIONAL, "RTP/AVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\n",
         "sdp.bad_crypto"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        for (unsigned legs = 1; legs <= 2; legs++) {
            struct call call;
            char sdp[512];

            set_up(&call, legs);
            call.job.terms.srtp = cases[i].srtp;
            offer(&call, RW_LEG_TRUNK);
            (void)snprintf(sdp, sizeof(sdp), "v=0\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 %s",
                           cases[i].stream);
            call.job.sdp = sdp;
            in_worker(do_answer, &call.job);
            assert_int_equal(call.job.class, RW_MALFORMED);
            assert_string_equal(call.job.err.code, cases[i].code);
            assert_null(strstr(call.job.err.found, "AAAA")); /* a key is never shown */
            assert_null(strstr(call.job.err.message, "AAAA"));
            tear_down(&call);
        }
    }
}

static void test_forged_packets_are_dropped_and_counted(void **state)
{
    struct far_end far = {.in = NULL};
    uint8_t bytes[400], copy[400];
    struct rw_relay_stats s;
    struct call call;
    size_t n;

    (void)state;
    set_up(&call, 2);
    connect_sealed(&call, &far, RW_TERMS_SRTP_REQUIRED, RW_SRTP_AES_CM_128_HMAC_SHA1_80);
    both_ways(&call, &far, 1);
    say(&call.trunk, 0, 9); /* in the clear */
    n = seal_next(&far, bytes, 3);
    memcpy(copy, bytes, n);
    bytes[n - 3] ^= 4;
    send_bytes(&call.trunk, bytes, n); /* with a wrong tag, ahead of the true one */
    send_bytes(&call.trunk, copy, n);
    hears(&call.station, 0, 3);
    send_bytes(&call.trunk, copy, n); /* again */
    both_ways(&call, &far, 4);
    s = stats(&call);
    assert_int_equal(s.forged[RW_LEG_TRUNK], 3);
    assert_int_equal(s.packets[RW_LEG_TRUNK], 3);
    assert_int_equal(s.forged[RW_LEG_STATION], 0);
    far_end_done(&far);
    tear_down(&call);
}

/* Whoever has no key can't become the source, though the window is open and no true one came yet. */
static void test_strangers_without_a_key_are_not_locked_to(void **state)
{
    struct far_end far = {.in = NULL};
    struct peer stranger = peer_at("127.0.0.1");
    struct call call;

    (void)state;
    set_up(&call, 2);
    connect_sealed(&call, &far, RW_TERMS_SRTP_REQUIRED, RW_SRTP_AES_CM_128_HMAC_SHA1_80);
    stranger.there = call.trunk.there;
    for (uint8_t i = 0; i < 10; i++)
        say(&stranger, 0, 66);
    both_ways(&call, &far, 1);
    assert_int_equal(stats(&call).forged[RW_LEG_TRUNK], 10);
    peer_done(&stranger);
    far_end_done(&far);
    tear_down(&call);
}

/* 183 and then 200 from the same telephone; then a fork with another key; then the other suite. */
static void test_answers_again(void **state)
{
    struct far_end far = {.in = NULL};
    char text[256];
    struct call call;

    (void)state;
    set_up(&call, 2);
    connect_sealed(&call, &far, RW_TERMS_SRTP_REQUIRED, RW_SRTP_AES_CM_128_HMAC_SHA1_80);
    both_ways(&call, &far, 1);
    answer_text(&far, 1, RW_SRTP_AES_CM_128_HMAC_SHA1_80, text, sizeof(text));
    answer(&call, RW_LEG_TRUNK, text);
    both_ways(&call, &far, 3);
    agree(&call, &far, RW_SRTP_AES_CM_128_HMAC_SHA1_80, 0x33);
    both_ways(&call, &far, 5);
    agree(&call, &far, RW_SRTP_AES_CM_128_HMAC_SHA1_32, 0x34);
    both_ways(&call, &far, 7);
    far_end_done(&far);
    tear_down(&call);
}

static void test_reports_pass_sealed(void **state)
{
    static const uint8_t report[8] = {0x80, 201, 0, 1, 0, 0, 0, 42};
    uint8_t bytes[64], forged[64];
    struct far_end far = {.in = NULL};
    struct rw_media_addr here, there, to;
    struct call call;
    char stream[256];
    size_t n = 8;

    (void)state;
    set_up(&call, 2);
    call.station.rtcp_fd = bound("127.0.0.1", &here);
    call.trunk.rtcp_fd = bound("127.0.0.1", &there);
    connect_sealed(&call, &far, RW_TERMS_SRTP_REQUIRED, RW_SRTP_AES_CM_128_HMAC_SHA1_32);
    (void)snprintf(stream, sizeof(stream), "0\r\na=rtcp:%u\r\n", rw_media_addr_port(&here));
    call.profile = "RTP/AVP";
    answer(&call, RW_LEG_STATION, stream);
    call.profile = "RTP/SAVP";
    answer_text(&far, 2, RW_SRTP_AES_CM_128_HMAC_SHA1_32, stream, sizeof(stream));
    (void)snprintf(stream + strlen(stream), sizeof(stream) - strlen(stream), "a=rtcp:%u\r\n",
                   rw_media_addr_port(&there));
    answer(&call, RW_LEG_TRUNK, stream);

    memcpy(bytes, report, n);
    assert_true(rw_srtp_seal_rtcp(far.out, bytes, &n));
    memcpy(forged, bytes, n);
    forged[n - 1] ^= 1;
    to = call.trunk.there;
    rw_media_addr_set_port(&to, (uint16_t)(rw_media_addr_port(&to) + 1));
    assert_int_equal(sendto(call.trunk.rtcp_fd, forged, n, 0, &to.u.sa, to.len), n);
    assert_int_equal(sendto(call.trunk.rtcp_fd, bytes, n, 0, &to.u.sa, to.len), n);
    assert_int_equal(receive(call.station.rtcp_fd, bytes, sizeof(bytes)), 8);
    assert_memory_equal(bytes, report, 8);
    assert_int_equal(stats(&call).forged[RW_LEG_TRUNK], 1);

    to = call.station.there;
    rw_media_addr_set_port(&to, (uint16_t)(rw_media_addr_port(&to) + 1));
    assert_int_equal(sendto(call.station.rtcp_fd, report, 8, 0, &to.u.sa, to.len), 8);
    n = receive(call.trunk.rtcp_fd, bytes, sizeof(bytes));
    assert_int_equal(n, 8 + 14);
    assert_true(rw_srtp_open_rtcp(far.in, bytes, &n));
    assert_memory_equal(bytes, report, 8);
    far_end_done(&far);
    tear_down(&call);
}

static void do_failing_lives(void *arg)
{
    struct job *result = arg;
    long n = 0, before = rw_mem_live();

    result->class = RW_OK;
    for (;; n++) {
        struct job j = {.options = {.host = "127.0.0.1"},
                        .legs = 2,
                        .leg = RW_LEG_TRUNK,
                        .terms = {.srtp = RW_TERMS_SRTP_REQUIRED},
                        .sdp = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/SAVP 0\r\n" CRYPTO(
                            "1", "AES_CM_128_HMAC_SHA1_80")};

        do_new(&j);
        do_open(&j);
        rw_mem_fail_after(n);
        do_offer(&j);
        if (j.class == RW_OK)
            do_answer(&j);
        rw_mem_fail_after(-1);
        do_close(&j);
        rw_media_free(j.port);
        if (rw_mem_live() != before || (j.class != RW_OK && j.class != RW_NO_MEMORY))
            result->class = RW_BUG;
        if (j.class != RW_NO_MEMORY)
            break;
    }
    result->live = n;
}

static void test_every_allocation_fails_once(void **state)
{
    struct job result = {.class = RW_BUG};

    (void)state;
    in_worker(do_failing_lives, &result);
    assert_int_equal(result.class, RW_OK);
    assert_true(result.live >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets_pass_sealed),
        cmocka_unit_test(test_a_call_that_came_in),
        cmocka_unit_test(test_a_plain_offer),
        cmocka_unit_test(test_what_is_offered),
        cmocka_unit_test(test_optional_may_stay_plain),
        cmocka_unit_test(test_answers_that_do_not_fit),
        cmocka_unit_test(test_forged_packets_are_dropped_and_counted),
        cmocka_unit_test(test_strangers_without_a_key_are_not_locked_to),
        cmocka_unit_test(test_answers_again),
        cmocka_unit_test(test_reports_pass_sealed),
        cmocka_unit_test(test_every_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, start_worker, stop_worker);
}
