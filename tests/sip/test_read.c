/* Reading: messages, URIs, parameters, Reason. */
#include "sip/dialog.h"
#include "sip/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static bool same(struct rw_slice s, const char *text)
{
    return rw_slice_eq(s, rw_slice_str(text));
}

static const char *parse(struct rw_sip_message *m, char *buf, const char *text, bool framed)
{
    size_t n = strlen(text);

    memcpy(buf, text, n + 1);
    return rw_sip_message_parse(m, buf, n, framed);
}

static void reads_a_request(void **state)
{
    struct rw_sip_message m;
    struct rw_slice sdp;
    char buf[2000];

    (void)state;
    assert_null(parse(&m, buf,
                      "INVITE sip:a@b;x=y SIP/2.0\r\n"
                      "v: SIP/2.0/UDP [2001:db8::1]:5070 ;branch=z9hG4bKx; rport, SIP/2.0/TCP q\r\n"
                      "Via: SIP / ignored\r\n"
                      "f: \"A, <B>\" <sip:f@x;tag=no>;y;tag=ftag\r\n"
                      "TO\t: sip:t@x;tag=ttag\r\n"
                      "i:  call@id \r\n"
                      "CSeq: 2147483647\t INVITE\r\n"
                      "m: *\r\n"
                      "Contact: <sip:later@x>\r\n"
                      "Record-Route: <sip:r1;lr>,\r\n <sip:r2;lr>\r\n"
                      "Unknown-Thing: \xc3\xa4\r\n"
                      "c: application/SDP;charset=x\r\n"
                      "l: 3\r\n\r\nv=0rest",
                      true));
    assert_true(m.request && m.method == RW_SIP_INVITE && same(m.uri, "sip:a@b;x=y"));
    assert_true(same(m.via_host, "2001:db8::1") && m.via_port == 5070);
    assert_true(same(m.branch, "z9hG4bKx"));
    assert_true(same(m.from_tag, "ftag") && same(m.to_tag, "ttag"));
    assert_true(same(m.from, "\"A, <B>\" <sip:f@x;tag=no>;y;tag=ftag"));
    assert_true(same(m.call_id, "call@id") && m.cseq == 2147483647u);
    assert_true(same(m.contact, "*"));
    assert_int_equal(m.header_count, 3);
    assert_true(same(m.headers[2].value, "<sip:r1;lr>,   <sip:r2;lr>"));
    assert_true(same(m.content_type, "application/SDP") && same(m.body, "v=0"));
    assert_true(rw_sip_message_sdp(&m, &sdp) && same(sdp, "v=0"));
}

static void reads_an_answer(void **state)
{
    struct rw_sip_message m;
    char buf[2000];

    (void)state;
    assert_null(parse(&m, buf,
                      "SIP/2.0 486 Busy  Here \nVia: SIP/2.0/UDP h\nFrom: <sip:a@b>\n"
                      "To: <sip:a@b>\nCall-ID: 1\nCSeq: 0 BYE\n\n",
                      false));
    assert_true(!m.request && m.code == 486 && same(m.phrase, "Busy  Here"));
    assert_true(m.method == RW_SIP_BYE && m.body.n == 0 && m.branch.n == 0);
    assert_null(parse(&m, buf,
                      "SIP/2.0 200\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>\r\n"
                      "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 DANCE\r\n\r\n",
                      false));
    assert_true(m.phrase.n == 0 && m.method == RW_SIP_UNKNOWN && same(m.method_text, "DANCE"));
}

/* Every prefix of a message is refused, and every byte of it made a control character. */
static void refuses_every_part(void **state)
{
    static const char text[] = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>\r\n"
                               "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\nl: 3\r\n\r\nabc";
    struct rw_sip_message m;
    char buf[sizeof(text)];

    (void)state;
    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        memcpy(buf, text, sizeof(text));
        assert_non_null(rw_sip_message_parse(&m, buf, n, true));
        memcpy(buf, text, sizeof(text));
        buf[n] = '\x01';
        if (n < sizeof(text) - 4)
            assert_non_null(rw_sip_message_parse(&m, buf, sizeof(text) - 1, true));
    }
    memcpy(buf, text, sizeof(text));
    assert_null(rw_sip_message_parse(&m, buf, sizeof(text) - 1, true));
}

static void bounds_headers(void **state)
{
    struct rw_sip_message m;
    char buf[8000] = "SIP/2.0 200 OK\r\nFrom: <sip:a@b>\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\n"
                     "CSeq: 1 BYE\r\n";

    (void)state;
    for (int i = 0; i < RW_SIP_HEADERS_MAX + 1; i++)
        (void)strcat(buf, "Via: SIP/2.0/UDP h\r\n");
    (void)strcat(buf, "\r\n");
    assert_string_equal(rw_sip_message_parse(&m, buf, strlen(buf), false), "too many headers");
}

static void measures_messages(void **state)
{
    static const struct {
        const char *text;
        size_t length;
    } table[] = {
        {"", 0},
        {"A\r\n", 0},
        {"A\r\n\r\n", SIZE_MAX},
        {"A\r\nl: 0\r\n\r\nmore", 11},
        {"A\r\nContent-Length : 3\r\n\r\nab", 0},
        {"A\r\nContent-Length : 3\r\n\r\nabc", 28},
        {"A\r\nContent-Length: x\r\n\r\n", SIZE_MAX},
        {"A\r\nContent-Length: 90\r\n\r\n", SIZE_MAX},
        {":\r\nl:1\r\n\r\nab", 11},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        assert_int_equal(rw_sip_message_length(rw_slice_str(table[i].text), 100), table[i].length);
}

static void says_what_a_uri_goes_over(void **state)
{
    static const struct {
        const char *text;
        enum rw_sip_transport way;
        uint16_t port;
    } table[] = {
        {"sip:a", RW_SIP_UDP, 5060},
        {"sip:a:5070", RW_SIP_UDP, 5070},
        {"sip:a;transport=tcp", RW_SIP_TCP, 5060},
        {"sip:a;transport=TLS", RW_SIP_TLS, 5061},
        {"sip:a:443;transport=tls", RW_SIP_TLS, 443},
        {"sips:a", RW_SIP_TLS, 5061},
        {"sips:a;transport=tcp", RW_SIP_TLS, 5061},
        {"sips:a;transport=udp", RW_SIP_OTHER, 5060},
        {"sip:a;transport=sctp", RW_SIP_OTHER, 5060},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_sip_uri uri;

        assert_true(rw_sip_uri_parse(rw_slice_str(table[i].text), &uri));
        assert_int_equal(rw_sip_uri_way(&uri), table[i].way);
        assert_int_equal(rw_sip_uri_port(&uri), table[i].port);
    }
}

static void reads_uris(void **state)
{
    static const struct {
        const char *text, *user, *host;
        uint16_t port;
        enum rw_sip_transport transport;
        bool loose, good;
    } table[] = {
        {"sip:a@b", "a", "b", 0, RW_SIP_ANY, false, true},
        {"SIP:+65:pw@1.2.3.4:5080;Transport=TCP;lr", "+65", "1.2.3.4", 5080, RW_SIP_TCP, true,
         true},
        {"sip:[::1]:5060;transport=udp?x=y;lr", "", "::1", 5060, RW_SIP_UDP, false, true},
        {"sip:a;b=c@h;transport=sctp", "a;b=c", "h", 0, RW_SIP_OTHER, false, true},
        {"sips:h;lr=on", "", "h", 0, RW_SIP_ANY, true, true},
        {"sip:", "", "", 0, RW_SIP_ANY, false, false},
        {"sip:a@", "", "", 0, RW_SIP_ANY, false, false},
        {"sip:a@b:", "", "", 0, RW_SIP_ANY, false, false},
        {"sip:a@b:0", "", "", 0, RW_SIP_ANY, false, false},
        {"sip:a@b:65536", "", "", 0, RW_SIP_ANY, false, false},
        {"sip:a@[::1", "", "", 0, RW_SIP_ANY, false, false},
        {"sip:a@[::1]5060", "", "", 0, RW_SIP_ANY, false, false},
        {"tel:+65", "", "", 0, RW_SIP_ANY, false, false},
        {"", "", "", 0, RW_SIP_ANY, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_sip_uri uri;

        assert_int_equal(rw_sip_uri_parse(rw_slice_str(table[i].text), &uri), table[i].good);
        if (!table[i].good)
            continue;
        assert_true(same(uri.user, table[i].user) && same(uri.host, table[i].host));
        assert_true(uri.port == table[i].port && uri.transport == table[i].transport);
        assert_true(uri.loose == table[i].loose);
    }
}

static void reads_reasons(void **state)
{
    static const struct {
        const char *text;
        uint16_t q850, sip;
    } table[] = {
        {"Q.850;cause=16;text=\"Normal\"", 16, 0},
        {"q.850 ; cause = 17", 17, 0},
        {"SIP;cause=600;text=\"x, y;cause=1\", Q.850;cause=\"21\"", 21, 600},
        {"Q.850;cause=128", 0, 0},
        {"Q.850;cause=0", 0, 0},
        {"Q.850;cause=1x", 0, 0},
        {"Q.850;cause=", 0, 0},
        {"Q.850", 0, 0},
        {"SIP;cause=700", 0, 0},
        {"preemption;cause=1", 0, 0},
        {"\"Q.850;cause=16", 0, 0},
        {",,;;,", 0, 0},
        {"", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        uint16_t q850 = 0, sip = 0;

        rw_sip_reason_parse(rw_slice_str(table[i].text), &q850, &sip);
        assert_int_equal(q850, table[i].q850);
        assert_int_equal(sip, table[i].sip);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_request),           cmocka_unit_test(reads_an_answer),
        cmocka_unit_test(refuses_every_part),        cmocka_unit_test(bounds_headers),
        cmocka_unit_test(measures_messages),         cmocka_unit_test(reads_uris),
        cmocka_unit_test(says_what_a_uri_goes_over), cmocka_unit_test(reads_reasons),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
