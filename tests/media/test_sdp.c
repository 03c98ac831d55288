#include "media/sdp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n"
#define ADDR "c=IN IP4 192.0.2.9\r\n"
#define TIME "t=0 0\r\n"
#define START HEAD ADDR TIME

static const struct rw_sdp_codecs only_pcma = {.audio = {8}, .audio_count = 1, .event_pt = 0};

/* A description, and what is made of it: code NULL means it is good. */
static const struct {
    const char *text;
    const char *code;
    int line;
    const char *codecs; /* payload types in order, then the event's */
    const char *rtp, *rtcp, *direction;
    int ptime;
} cases[] = {
    /* good ones */
    {START "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n", NULL, 0,
     "0 8 e101", "192.0.2.9:4000", "192.0.2.9:4001", "both", 20},
    {START "m=audio 4000 RTP/AVP 8 0\r\n", NULL, 0, "8 0", "192.0.2.9:4000", "192.0.2.9:4001",
     "both", 20},
    {START "m=audio 4000 RTP/AVP 8\r\n", NULL, 0, "8", "192.0.2.9:4000", "192.0.2.9:4001", "both",
     20},
    {START "m=audio 4000 RTP/AVP 18 0\r\na=rtpmap:18 G729/8000\r\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:4001", "both", 20},
    {START "m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n",
     NULL, 0, "0 e96", "192.0.2.9:4000", "192.0.2.9:4001", "both", 20},
    {START "m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:97 telephone-event/8000\r\n", NULL, 0, "0",
     "192.0.2.9:4000", "192.0.2.9:4001", "both", 20}, /* 97 is not in m= */
    {START "m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 telephone-event/16000\r\n", NULL, 0, "0",
     "192.0.2.9:4000", "192.0.2.9:4001", "both", 20},
    {START "m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 pcmu/8000\r\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:4001", "both", 20},
    {START "m=audio 4000 RTP/AVP 0 8\r\na=rtpmap:0 L16/8000\r\n", NULL, 0, "8", "192.0.2.9:4000",
     "192.0.2.9:4001", "both", 20}, /* static number given away */
    {HEAD TIME "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 198.51.100.2\r\n", NULL, 0, "0",
     "198.51.100.2:4000", "198.51.100.2:4001", "both", 20},
    {START "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 198.51.100.2\r\n", NULL, 0, "0", "198.51.100.2:4000",
     "198.51.100.2:4001", "both", 20}, /* the stream's own c= wins */
    {START "m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:4001", "sends", 20},
    {START "m=audio 4000 RTP/AVP 0\r\na=recvonly\r\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:4001", "receives", 20},
    {START "m=audio 4000 RTP/AVP 0\r\na=inactive\r\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:4001", "none", 20},
    {START "a=inactive\r\nm=audio 4000 RTP/AVP 0\r\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:4001", "none", 20},
    {START "a=inactive\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:4001", "both", 20},
    {HEAD "c=IN IP4 0.0.0.0\r\n" TIME "m=audio 4000 RTP/AVP 0\r\n", NULL, 0, "0", "none", "none",
     "sends", 20},
    {START "m=audio 4000 RTP/AVP 0\r\na=ptime:30\r\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:4001", "both", 30},
    {START "m=audio 4000 RTP/AVP 0\r\na=ptime:nonsense\r\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:4001", "both", 20},
    {START "m=audio 4000 RTP/AVP 0\r\na=ptime:0\r\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:4001", "both", 20},
    {START "m=audio 4000 RTP/AVP 0\r\na=rtcp:5000\r\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:5000", "both", 20},
    {START "m=audio 4000 RTP/AVP 0\r\na=rtcp:5000 IN IP4 198.51.100.7\r\n", NULL, 0, "0",
     "192.0.2.9:4000", "198.51.100.7:5000", "both", 20},
    {START "m=audio 65535 RTP/AVP 0\r\n", NULL, 0, "0", "192.0.2.9:65535", "none", "both", 20},
    {START "m=audio 4000/1 RTP/AVP 0\r\n", NULL, 0, "0", "192.0.2.9:4000", "192.0.2.9:4001", "both",
     20},
    {START "m=audio 4000 RTP/AVP 0 \r\n", NULL, 0, "0", "192.0.2.9:4000", "192.0.2.9:4001", "both",
     20},
    {START "m=audio 4000 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\na=inactive\r\n", NULL, 0, "0",
     "192.0.2.9:4000", "192.0.2.9:4001", "both", 20},
    {"v=0\nc=IN IP4 192.0.2.9\nm=audio 4000 RTP/AVP 0\n", NULL, 0, "0", "192.0.2.9:4000",
     "192.0.2.9:4001", "both", 20}, /* bare LF, as RFC 8866 section 5 lets pass */
    {START "m=audio 4000 RTP/AVP 0", NULL, 0, "0", "192.0.2.9:4000", "192.0.2.9:4001", "both", 20},
    {START "m=audio 4000 RTP/AVP 0\r\n\r\n", NULL, 0, "0", "192.0.2.9:4000", "192.0.2.9:4001",
     "both", 20},
    {START
     "b=AS:64\r\nm=audio 4000 RTP/AVP 0 0 0\r\na=candidate:1 1 UDP 1 192.0.2.1 1 typ host\r\n",
     NULL, 0, "0", "192.0.2.9:4000", "192.0.2.9:4001", "both", 20},
    /* bad ones */
    {"", "sdp.missing", 0, NULL, NULL, NULL, NULL, 0},
    {"\r\n", "sdp.no_audio", 0, NULL, NULL, NULL, NULL, 0},
    {"v=1\r\n" ADDR "m=audio 4000 RTP/AVP 0\r\n", "sdp.bad_version", 1, NULL, NULL, NULL, NULL, 0},
    {ADDR "v=0\r\nm=audio 4000 RTP/AVP 0\r\n", "sdp.bad_version", 1, NULL, NULL, NULL, NULL, 0},
    {START, "sdp.no_audio", 0, NULL, NULL, NULL, NULL, 0},
    {START "m=video 4000 RTP/AVP 31\r\n", "sdp.no_audio", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 0 RTP/AVP 0\r\n", "sdp.rejected", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio\r\n", "sdp.bad_media", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 4000 RTP/AVP\r\n", "sdp.bad_media", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 65536 RTP/AVP 0\r\n", "sdp.bad_port", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio -1 RTP/AVP 0\r\n", "sdp.bad_port", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 4000/2 RTP/AVP 0\r\n", "sdp.bad_port", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 4294971296 RTP/AVP 0\r\n", "sdp.bad_port", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 4000 RTP/SAVP 0\r\n", "sdp.unsupported_profile", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\n", "sdp.unsupported_profile", 6, NULL, NULL, NULL,
     NULL, 0},
    {START "m=audio 4000 RTP/AVP 128\r\n", "sdp.bad_format", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 4000 RTP/AVP 0 x\r\n", "sdp.bad_format", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 4000 RTP/AVP 0  8\r\n", "sdp.bad_format", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 4000 RTP/AVP 1 2 3 4 5 6 7 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 "
           "26 27 28 29 30 "
           "31 32 33 0\r\n",
     "sdp.bad_format", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 4000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n", "sdp.no_common_codec", 6, NULL,
     NULL, NULL, NULL, 0},
    {START "m=audio 4000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n",
     "sdp.no_common_codec", 6, NULL, NULL, NULL, NULL, 0},
    {HEAD TIME "m=audio 4000 RTP/AVP 0\r\n", "sdp.no_address", 5, NULL, NULL, NULL, NULL, 0},
    {HEAD "c=IN IP4 sip.example\r\n" TIME "m=audio 4000 RTP/AVP 0\r\n", "sdp.bad_address", 4, NULL,
     NULL, NULL, NULL, 0},
    {HEAD "c=IN IP4 256.0.2.9\r\n" TIME "m=audio 4000 RTP/AVP 0\r\n", "sdp.bad_address", 4, NULL,
     NULL, NULL, NULL, 0},
    {HEAD "c=IN IP4 224.2.1.1/127\r\n" TIME "m=audio 4000 RTP/AVP 0\r\n", "sdp.bad_address", 4,
     NULL, NULL, NULL, NULL, 0},
    {HEAD "c=IN IP4 224.2.1.1\r\n" TIME "m=audio 4000 RTP/AVP 0\r\n", "sdp.bad_address", 4, NULL,
     NULL, NULL, NULL, 0},
    {HEAD "c=IN IP4 255.255.255.255\r\n" TIME "m=audio 4000 RTP/AVP 0\r\n", "sdp.bad_address", 4,
     NULL, NULL, NULL, NULL, 0},
    {HEAD "c=IN IP6 2001:db8::1\r\n" TIME "m=audio 4000 RTP/AVP 0\r\n", "sdp.bad_address", 4, NULL,
     NULL, NULL, NULL, 0}, /* our socket speaks IPv4 */
    {HEAD "c=IN IP4\r\n" TIME "m=audio 4000 RTP/AVP 0\r\n", "sdp.bad_address", 4, NULL, NULL, NULL,
     NULL, 0},
    {HEAD "c=\r\n" TIME "m=audio 4000 RTP/AVP 0\r\n", "sdp.bad_address", 4, NULL, NULL, NULL, NULL,
     0},
    {START "m=audio 4000 RTP/AVP 0\r\na=rtpmap:101\r\n", "sdp.bad_attribute", 7, NULL, NULL, NULL,
     NULL, 0},
    {START "m=audio 4000 RTP/AVP 0\r\na=rtpmap:x PCMU/8000\r\n", "sdp.bad_attribute", 7, NULL, NULL,
     NULL, NULL, 0},
    {START "m=audio 4000 RTP/AVP 0\r\na=rtcp:0\r\n", "sdp.bad_attribute", 7, NULL, NULL, NULL, NULL,
     0},
    {START "m=audio 4000 RTP/AVP 0\r\na=rtcp:5001 IN IP4 nowhere\r\n", "sdp.bad_address", 7, NULL,
     NULL, NULL, NULL, 0},
    {START "m=audio 4000 RTP/AVP 0\r\nm=video 4002 RTP/AVP 31\r\n", "sdp.extra_media", 7, NULL,
     NULL, NULL, NULL, 0},
    {START "m=audio 4000 RTP/AVP 0\r\nnonsense\r\n", "sdp.bad_line", 7, NULL, NULL, NULL, NULL, 0},
    {START "\r\nm=audio 4000 RTP/AVP 0\r\n", "sdp.bad_line", 6, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 4000 RTP/AVP 0\r\na=x\x01y\r\n", "sdp.bad_line", 7, NULL, NULL, NULL, NULL, 0},
    {START "m=audio 4000 RTP/AVP 0\r\nA=sendrecv\r\n", "sdp.bad_line", 7, NULL, NULL, NULL, NULL,
     0},
};

static void describe_codecs(const struct rw_sdp_codecs *codecs, char out[32])
{
    out[0] = '\0';
    for (unsigned i = 0; i < codecs->audio_count; i++)
        (void)sprintf(out + strlen(out), "%s%u", i ? " " : "", codecs->audio[i]);
    if (codecs->event_pt)
        (void)sprintf(out + strlen(out), " e%u", codecs->event_pt);
}

static void test_reads_what_telephones_send(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_sdp sdp = {.ptime_ms = 7777};
        struct rw_err err = {.code = NULL};
        char codecs[32], rtp[RW_MEDIA_ADDR_TEXT], rtcp[RW_MEDIA_ADDR_TEXT];
        enum rw_class class = rw_sdp_read(rw_slice_str(cases[i].text), &rw_sdp_all_codecs,
                                          RW_SDP_PLAIN, AF_INET, &sdp, &err);

        print_message("case %zu\n", i);
        if (cases[i].code) {
            assert_int_equal(class, RW_MALFORMED);
            assert_string_equal(err.code, cases[i].code);
            assert_int_equal(err.line, cases[i].line);
            assert_int_equal(sdp.ptime_ms, 7777); /* untouched */
            continue;
        }
        assert_int_equal(class, RW_OK);
        describe_codecs(&sdp.codecs, codecs);
        assert_string_equal(codecs, cases[i].codecs);
        assert_string_equal(rw_media_addr_text(&sdp.rtp, rtp), cases[i].rtp);
        assert_string_equal(rw_media_addr_text(&sdp.rtcp, rtcp), cases[i].rtcp);
        assert_string_equal(sdp.sends      ? sdp.receives ? "both" : "sends"
                            : sdp.receives ? "receives"
                                           : "none",
                            cases[i].direction);
        assert_int_equal(sdp.ptime_ms, cases[i].ptime);
    }
}

static void test_an_answer_is_held_to_the_offer(void **state)
{
    const char *text =
        START "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";
    struct rw_sdp sdp;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_sdp_read(rw_slice_str(text), &only_pcma, RW_SDP_PLAIN, AF_INET, &sdp, &err),
                     RW_OK);
    assert_int_equal(sdp.codecs.audio_count, 1);
    assert_int_equal(sdp.codecs.audio[0], 8);
    assert_int_equal(sdp.codecs.event_pt, 0); /* was not offered */
    text = START "m=audio 4000 RTP/AVP 0\r\n";
    assert_int_equal(rw_sdp_read(rw_slice_str(text), &only_pcma, RW_SDP_PLAIN, AF_INET, &sdp, &err),
                     RW_MALFORMED);
    assert_string_equal(err.code, "sdp.no_common_codec");
    assert_string_equal(err.found, "m=audio 4000 RTP/AVP 0");
}

static void test_bytes_that_are_no_text(void **state)
{
    static const char nul[] = START "m=audio 4000 RTP/AVP 0\r\na=x\0y\r\n";
    static char large[RW_SDP_TEXT_MAX + 1];
    struct rw_sdp sdp;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_sdp_read((struct rw_slice){nul, sizeof(nul) - 1}, &rw_sdp_all_codecs,
                                 RW_SDP_PLAIN, AF_INET, &sdp, &err),
                     RW_MALFORMED);
    assert_string_equal(err.code, "sdp.bad_line");
    memset(large, 'a', sizeof(large));
    assert_int_equal(rw_sdp_read((struct rw_slice){large, sizeof(large)}, &rw_sdp_all_codecs,
                                 RW_SDP_PLAIN, AF_INET, &sdp, &err),
                     RW_MALFORMED);
    assert_string_equal(err.code, "sdp.too_large");
    assert_int_equal(rw_sdp_read(rw_slice_str(START "m=video 1 RTP/AVP 0\r\n"), &rw_sdp_all_codecs,
                                 RW_SDP_PLAIN, AF_INET, &sdp, NULL),
                     RW_MALFORMED); /* nobody has to want to know why */
}

static void test_what_is_written_is_read_back(void **state)
{
    static const struct {
        const char *host;
        int family;
    } hosts[] = {{"192.0.2.77", AF_INET}, {"2001:db8::77", AF_INET6}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rw_media_addr addr;
        struct rw_sdp sdp;
        struct rw_buf buf;

        assert_true(rw_media_addr_parse(&addr, AF_UNSPEC, rw_slice_str(hosts[i].host), 30000));
        rw_buf_init(&buf, RW_SDP_TEXT_MAX);
        rw_sdp_write(&buf, &(struct rw_sdp_local){.rtp = &addr,
                                                  .codecs = &rw_sdp_all_codecs,
                                                  .direction = "sendonly",
                                                  .session_id = 12345});
        assert_false(buf.failed);
        assert_int_equal(rw_sdp_read(rw_buf_slice(&buf), &rw_sdp_all_codecs, RW_SDP_PLAIN,
                                     hosts[i].family, &sdp, NULL),
                         RW_OK);
        assert_true(rw_media_addr_same(&sdp.rtp, &addr));
        assert_int_equal(sdp.codecs.audio_count, 2);
        assert_int_equal(sdp.codecs.event_pt, RW_SDP_EVENT_PT);
        assert_true(sdp.sends && !sdp.receives);
        rw_buf_done(&buf);
    }
}

#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd" /* the bytes 0 to 29 */

static void test_reads_crypto_attributes(void **state)
{
    static const struct {
        const char *value; /* behind "a=crypto:" */
        enum rw_class class;
        uint32_t tag;
        enum rw_srtp_suite suite;
    } keys[] = {
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY, RW_OK, 1, RW_SRTP_AES_CM_128_HMAC_SHA1_80},
        {"2 AES_CM_128_HMAC_SHA1_32 inline:" KEY, RW_OK, 2, RW_SRTP_AES_CM_128_HMAC_SHA1_32},
        {"123456789  aes_cm_128_hmac_sha1_80  INLINE:" KEY "|2^31", RW_OK, 123456789,
         RW_SRTP_AES_CM_128_HMAC_SHA1_80},
        {"0 AES_CM_128_HMAC_SHA1_80 inline:" KEY "|1048576 WSH=64", RW_OK, 0,
         RW_SRTP_AES_CM_128_HMAC_SHA1_80},
        {"1 F8_128_HMAC_SHA1_80 inline:" KEY, RW_NOT_FOUND, 0, 0},
        {"1 AEAD_AES_128_GCM inline:x", RW_NOT_FOUND, 0, 0},
        {"", RW_MALFORMED, 0, 0},
        {"1", RW_MALFORMED, 0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80", RW_MALFORMED, 0, 0},
        {"x AES_CM_128_HMAC_SHA1_80 inline:" KEY, RW_MALFORMED, 0, 0},
        {"1234567890 AES_CM_128_HMAC_SHA1_80 inline:" KEY, RW_MALFORMED, 0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 uri:" KEY, RW_MALFORMED, 0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:", RW_MALFORMED, 0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "A", RW_MALFORMED, 0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxw=", RW_MALFORMED,
         0, 0}, /* 29 bytes */
        {"1 AES_CM_128_HMAC_SHA1_80 inline:!AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd", RW_MALFORMED,
         0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "|2^31|1:4", RW_MALFORMED, 0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "|1:4", RW_MALFORMED, 0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY ";inline:" KEY, RW_MALFORMED, 0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "|2^x", RW_MALFORMED, 0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY " UNENCRYPTED_SRTP", RW_MALFORMED, 0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY " KDR=2", RW_MALFORMED, 0, 0},
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY " WSH=", RW_MALFORMED, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        struct rw_sdes sdes = {.tag = 77};
        const char *what = NULL;

        assert_int_equal(rw_sdes_read(rw_slice_str(keys[i].value), &sdes, &what), keys[i].class);
        assert_int_equal(what != NULL, keys[i].class == RW_MALFORMED);
        if (keys[i].class != RW_OK) {
            assert_int_equal(sdes.tag, 77);
            continue;
        }
        assert_int_equal(sdes.tag, keys[i].tag);
        assert_int_equal(sdes.suite, keys[i].suite);
        for (uint8_t b = 0; b < RW_SRTP_KEY; b++)
            assert_int_equal(sdes.key[b], b);
    }
}

/* What is wrong with an attribute is told with its line, and without the key. */
static void test_shows_no_key(void **state)
{
    struct rw_sdp sdp;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_sdp_read(rw_slice_str(START "m=audio 4000 RTP/SAVP 0\r\na=crypto:1 "
                                                    "AES_CM_128_HMAC_SHA1_80 inline:" KEY "x\r\n"),
                                 &rw_sdp_all_codecs, RW_SDP_SEALED, AF_INET, &sdp, &err),
                     RW_MALFORMED);
    assert_string_equal(err.code, "sdp.bad_crypto");
    assert_int_equal(err.line, 7);
    assert_string_equal(err.found, "a=crypto:...");
}

/* The first that can be used, of an offer that has several. */
static void test_chooses_a_suite(void **state)
{
    static const char text[] = START "m=audio 4000 RTP/SAVP 0\r\n"
                                     "a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:q\r\n"
                                     "a=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:" KEY "\r\n"
                                     "a=crypto:6 AES_CM_128_HMAC_SHA1_80 inline:" KEY "\r\n";
    struct rw_sdp sdp;

    (void)state;
    assert_int_equal(
        rw_sdp_read(rw_slice_str(text), &rw_sdp_all_codecs, RW_SDP_EITHER, AF_INET, &sdp, NULL),
        RW_OK);
    assert_int_equal(sdp.crypto.tag, 5);
    assert_int_equal(sdp.crypto.suite, RW_SRTP_AES_CM_128_HMAC_SHA1_32);
    assert_int_equal(sdp.crypto_count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_telephones_send),
        cmocka_unit_test(test_an_answer_is_held_to_the_offer),
        cmocka_unit_test(test_bytes_that_are_no_text),
        cmocka_unit_test(test_what_is_written_is_read_back),
        cmocka_unit_test(test_reads_crypto_attributes),
        cmocka_unit_test(test_shows_no_key),
        cmocka_unit_test(test_chooses_a_suite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
