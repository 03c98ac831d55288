/* What the far end and strangers ask of us. */
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void reinvite(struct stage *s)
{
    stage_answered_call(s);
    stage_request(s, "INVITE", 10, "far", "Contact: <sip:moved@127.0.0.1:9>\r\n",
                  "v=0\r\na=sendonly\r\n");
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, "\r\nContact: <sip:ringwright@");
    expect_text(s, "\r\n\r\nv=0 offer\r\n");
    stage_advance(s, 500);
    expect(s, "SIP/2.0 200 OK\r\n"); /* until its ACK comes */
    stage_advance(s, 1000);
    expect(s, "SIP/2.0 200 OK\r\n");
    stage_request(s, "ACK", 9, "far", "", ""); /* of something else */
    stage_advance(s, 2000);
    expect(s, "SIP/2.0 200 OK\r\n");
    stage_request(s, "ACK", 10, "far", "", "");
    stage_advance(s, 40000);
    expect_nothing(s);
    expect_no_news(s);
}

static void reinvite_without_ack(struct stage *s)
{
    unsigned repeated = 0;

    stage_answered_call(s);
    stage_request(s, "INVITE", 1, "far", "", "");
    stage_advance(s, 31900);
    while (stage_read(s))
        repeated += strncmp(s->in, "SIP/2.0 200 ", 12) == 0;
    CHECK(s, repeated == 11);
    stage_advance(s, 4000);
    expect(s, "BYE ");
    expect_text(s, "\r\nReason: SIP;cause=408;");
}

static void other_requests(struct stage *s)
{
    static const struct {
        const char *method, *tag, *extra, *answer, *text;
        unsigned cseq;
    } table[] = {
        {"OPTIONS", "far", "", "SIP/2.0 200 OK\r\n", "\r\nAllow: INVITE, ", 5},
        {"INFO", "far", "", "SIP/2.0 200 OK\r\n", "CSeq: 6 INFO\r\n", 6},
        {"UPDATE", "far", "", "SIP/2.0 200 OK\r\n", "\r\nContact: ", 7},
        {"REFER", "far", "", "SIP/2.0 405 ", "\r\nAllow: INVITE, ", 8},
        {"PRACK", "far", "", "SIP/2.0 405 ", "", 9},
        {"DANCE", "far", "", "SIP/2.0 501 ", "CSeq: 10 DANCE\r\n", 10},
        {"INFO", "far", "Require: 100rel\r\n", "SIP/2.0 420 ", "\r\nUnsupported: 100rel\r\n", 11},
        {"INFO", "far", "", "SIP/2.0 500 ", "", 3},
        {"INFO", "other", "", "SIP/2.0 481 ", "", 20},
        {"BYE", "other", "", "SIP/2.0 481 ", "", 20},
        {"CANCEL", "far", "", "SIP/2.0 481 ", "", 11},
    };

    stage_answered_call(s);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        stage_request(s, table[i].method, table[i].cseq, table[i].tag, table[i].extra, "");
        expect(s, table[i].answer);
        expect_text(s, table[i].text);
    }
    stage_request(s, "UPDATE", 30, "far", "", "v=0\r\n");
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, "\r\n\r\nv=0 offer\r\n");
    expect_no_news(s);
    stage_request(s, "BYE", 31, "far", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
}

static void before_the_answer(struct stage *s)
{
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    stage_request(s, "BYE", 1, "far", "", "");
    expect(s, "SIP/2.0 481 ");
    expect_no_news(s);
}

static void send_plain(struct stage *s, const char *method, const char *call_id, const char *to_tag)
{
    char out[1000];

    (void)snprintf(out, sizeof(out),
                   "%s sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKq, "
                   "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKr\r\nVia: SIP/2.0/UDP 10.0.0.8\r\n"
                   "From: sip:x@y;tag=1\r\nTo: sip:z@y%s\r\nCall-ID: %s\r\nCSeq: 1 %s\r\n\r\n",
                   method, s->peer_port, to_tag, call_id, method);
    stage_send(s, out, strlen(out));
}

static void strangers_and_peers(struct stage *s)
{
    struct rw_sip_counters c;

    send_plain(s, "OPTIONS", "q", "");
    send_plain(s, "INVITE", "q", "");
    send_plain(s, "BYE", "00-q", "");
    expect_nothing(s);
    rw_sip_read_counters(s->sip, &c);
    CHECK(s, c.from_strangers == 3 && c.malformed == 0);
    stage_invite(s, NULL); /* from now on the peer is known */
    expect(s, "INVITE ");
    send_plain(s, "OPTIONS", "q", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, ";branch=z9hG4bKq\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKr\r\n"
                   "Via: SIP/2.0/UDP 10.0.0.8\r\n");
    expect_text(s, "\r\nTo: sip:z@y;tag=");
    send_plain(s, "INVITE", "q", "");
    expect(s, "SIP/2.0 403 ");
    send_plain(s, "INVITE", "q", ";tag=2");
    expect(s, "SIP/2.0 481 ");
    send_plain(s, "BYE", "q", ";tag=2");
    expect(s, "SIP/2.0 481 ");
    send_plain(s, "CANCEL", "q", "");
    expect(s, "SIP/2.0 481 ");
    send_plain(s, "REGISTER", "q", "");
    expect(s, "SIP/2.0 405 ");
    send_plain(s, "DANCE", "q", "");
    expect(s, "SIP/2.0 501 ");
    send_plain(s, "ACK", "q", "");
    expect_nothing(s);
    rw_sip_leg_ops.cancel(s->leg);
    stage_advance(s, 3700u * 1000);
    while (stage_read(s))
        ;
    send_plain(s, "OPTIONS", "q", ""); /* an hour of silence makes it a stranger again */
    expect_nothing(s);
}

/* Who knows the Call-ID of a call but not its tags is told nothing, unless we know him. */
static void strangers_with_a_call_id(struct stage *s)
{
    stage_answered_call(s);
    stage_request(s, "BYE", 5, "other", "", "");
    expect(s, "SIP/2.0 481 ");
    stage_advance(s, 3700u * 1000);
    while (stage_read(s))
        ;
    stage_request(s, "BYE", 6, "other", "", "");
    stage_request(s, "INVITE", 6, "other", "", "");
    expect_nothing(s);
    expect_no_news(s);
    stage_request(s, "BYE", 7, "far", "", "");
    expect(s, "SIP/2.0 200 OK\r\n");
}

/* A 2xx to an INVITE that was ours and is nobody's any more: ACK and BYE, to peers only. */
static void unexpected_answers(struct stage *s)
{
    static const char head[] =
        "SIP/2.0 %s\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=%s\r\n"
        "From: <sip:us@127.0.0.1>;tag=1\r\nTo: <sip:them@127.0.0.1>;tag=2\r\n"
        "Call-ID: %s\r\nCSeq: 5 %s\r\nContact: <sip:c@127.0.0.1:%u>\r\n"
        "Content-Length: 0\r\n\r\n";
    static const struct {
        const char *status, *branch, *call_id, *method;
        bool ended;
    } table[] = {
        {"200 OK", "z9hG4bK0123456789abcdef", "00-gone", "INVITE", true},
        {"200 OK", "z9hG4bK0123456789abcdef", "foreign", "INVITE", false},
        {"200 OK", "z9hG4bKother", "00-gone", "INVITE", false},
        {"200 OK", "z9hG4bK0123456789abcdef", "00-gone", "BYE", false},
        {"486 Busy", "z9hG4bK0123456789abcdef", "00-gone", "INVITE", false},
        {"180 Ringing", "z9hG4bK0123456789abcdef", "00-gone", "INVITE", false},
    };
    char out[1000];

    for (int known = 0; known < 2; known++) {
        for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
            (void)snprintf(out, sizeof(out), head, table[i].status, table[i].branch,
                           table[i].call_id, table[i].method, s->peer_port);
            stage_send(s, out, strlen(out));
            if (known && table[i].ended) {
                expect(s, "ACK sip:c@127.0.0.1:");
                expect_text(s, "\r\nCSeq: 5 ACK\r\n");
                expect(s, "BYE sip:c@127.0.0.1:");
                expect_text(s, "\r\nCSeq: 6 BYE\r\n");
                expect_text(s, "\r\nTo: <sip:them@127.0.0.1>;tag=2\r\n");
                stage_answer_to(s, s->in, "200 OK", "", "", "");
            }
            expect_nothing(s);
        }
        stage_invite(s, NULL);
        expect(s, "INVITE ");
        if (!known) {
            stage_answer(s, "486 Busy Here", "far", "");
            expect(s, "ACK ");
            stage_release(s);
        }
    }
}

/* Whatever comes: counted, and the call that is up stays up. */
static void garbage(struct stage *s)
{
    static const struct {
        const char *bytes;
        size_t n;
    } table[] = {
#define ROW(text) {text, sizeof(text) - 1}
        ROW("\r\n\r\n\r\n"),
        ROW("hello world"),
        ROW("INVITE sip:x SIP/2.0"),
        ROW("INVITE sip:x SIP/2.0\r\n"),
        ROW("INVITE sip:x SIP/2.0\r\n\r\n"),
        ROW("SIP/2.0 99 x\r\n\r\n"),
        ROW("SIP/2.0 abc x\r\n\r\n"),
        ROW("\0\0\0\0\0\0\0\0"),
        ROW("OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP\r\nFrom: <sip:a@b>;tag=1\r\n"
            "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"),
        ROW("OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h:99999\r\nFrom: <sip:a@b>;tag=1\r\n"
            "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"),
        ROW("OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=1\r\n"
            "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\n\r\n"),
        ROW("OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=1\r\n"
            "To: <sip:a@b>\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"),
        ROW("OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=1\r\n"
            "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 4294967296 OPTIONS\r\n\r\n"),
        ROW("OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=1\r\n"
            "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 5\r\n\r\nabc"),
        ROW("OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=1\r\n"
            "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: -1\r\n\r\n"),
        ROW("OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=1\0\r\n"
            "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"),
        ROW("OPTIONS sip:x SIP/2.0\r\nno colon here\r\n\r\n"),
        ROW("OPTIONS sip:x SIP/2.0\r\n: x\r\n\r\n"),
        ROW("OPTIONS sip:x SIP/3.0\r\n\r\n"),
        ROW("OPT@ONS sip:x SIP/2.0\r\n\r\n"),
#undef ROW
    };
    struct rw_sip_counters c;
    size_t rows = sizeof(table) / sizeof(*table);

    stage_answered_call(s);
    for (size_t i = 0; i < rows; i++)
        stage_send(s, table[i].bytes, table[i].n);
    rw_sip_read_counters(s->sip, &c);
    CHECK(s, c.malformed == rows);
    stage_send(s, "\r\n\r\n", 4); /* a keep-alive is no fault */
    rw_sip_read_counters(s->sip, &c);
    CHECK(s, c.malformed == rows);
    expect_nothing(s);
    expect_no_news(s);
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
}

PLAY(reinvite)
PLAY(reinvite_without_ack)
PLAY(other_requests)
PLAY(before_the_answer)
PLAY(strangers_and_peers)
PLAY(strangers_with_a_call_id)
PLAY(unexpected_answers)
PLAY(garbage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_reinvite),
        cmocka_unit_test(play_reinvite_without_ack),
        cmocka_unit_test(play_other_requests),
        cmocka_unit_test(play_before_the_answer),
        cmocka_unit_test(play_strangers_and_peers),
        cmocka_unit_test(play_strangers_with_a_call_id),
        cmocka_unit_test(play_unexpected_answers),
        cmocka_unit_test(play_garbage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
