/* One leg, from the INVITE to its end, as the far end sees it and as the exchange hears it. */
#include "stage.h"

#include "base/mem.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void plain_call(struct stage *s)
{
    struct rw_ending why = {.q850 = 16, .sip_code = 487, .sip_reason = "say \"no\""};

    stage_invite(s, &(struct rw_leg_target){.from_name = "Demo \"Inc\" \\"});
    expect(s, "INVITE sip:+6591234567@127.0.0.1:");
    expect_text(s, "\r\nFrom: \"Demo \\\"Inc\\\" \\\\\" <sip:+6534567890@127.0.0.1>;tag=");
    expect_text(s, "\r\nTo: <sip:+6591234567@127.0.0.1>\r\n");
    expect_text(s, "\r\nCall-ID: 00-0190f5fe-7c00-7a00-8000-000000000001\r\n");
    expect_text(s, "\r\nMax-Forwards: 70\r\n");
    expect_text(s, "\r\nUser-Agent: Ringwright/");
    expect_text(s, "\r\nContact: <sip:ringwright@127.0.0.1:");
    expect_text(s, "\r\nContent-Type: application/sdp\r\nContent-Length: 11\r\n\r\nv=0 offer\r\n");
    stage_answer(s, "100 Trying", "", "");
    expect_no_news(s);
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    stage_answer(s, "180 Ringing", "far", "");
    expect_no_news(s);
    stage_answer(s, "200 OK", "far", "v=0 answer\r\n");
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_ANSWERED)->sdp, "v=0 answer\r\n") == 0);
    expect(s, "ACK sip:far@127.0.0.1:");
    expect_text(s, "\r\nTo: <sip:+6591234567@127.0.0.1>;tag=far\r\n");
    expect_text(s, "\r\nCSeq: 1 ACK\r\n");
    expect_nothing(s);
    rw_sip_leg_ops.bye(s->leg, &why);
    expect(s, "BYE sip:far@127.0.0.1:");
    expect_text(s, "\r\nCSeq: 2 BYE\r\n");
    expect_text(s, "\r\nReason: Q.850;cause=16\r\n");
    expect_text(s, "\r\nReason: SIP;cause=487;text=\"say \\\"no\\\"\"\r\n");
    expect_no_news(s);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    stage_release(s);
    stage_advance(s, 40000);
    expect_nothing(s);
    CHECK(s, s->traced == 8);
}

/* What was written down before the INVITE left is what leaves. */
static void given_identity(struct stage *s)
{
    struct rw_leg_dialog dialog;

    stage_invite(s,
                 &(struct rw_leg_target){.local_tag = "0123", .branch = "z9hG4bK00000000000000ff"});
    expect(s, "INVITE ");
    expect_text(s, ">;tag=0123\r\n");
    expect_text(s, ";branch=z9hG4bK00000000000000ff;rport\r\n");
    rw_sip_leg_ops.describe(s->leg, &dialog);
    CHECK(s, strcmp(dialog.local_tag, "0123") == 0 && dialog.local_cseq == 1);
    CHECK(s, strcmp(dialog.branch, "z9hG4bK00000000000000ff") == 0);
    stage_answer(s, "486 Busy Here", "far", "");
    expect(s, "ACK ");
    expect_text(s, ";branch=z9hG4bK00000000000000ff;rport\r\n");
}

static void far_end_hangs_up(struct stage *s)
{
    const struct news *news;

    stage_answered_call(s);
    stage_request(s, "BYE", 7, "far",
                  "Reason: SIP;cause=200;text=\"a, b\" , Q.850;cause=31;text=\"x;cause=9\"\r\n",
                  "");
    news = expect_news(s, RW_IN_LEG_ENDED);
    CHECK(s, news->ending.q850 == 31 && news->ending.sip_code == 200);
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, ";rport=");
    stage_release(s);
    stage_request(s, "BYE", 7, "far", "", ""); /* our 200 was lost */
    expect(s, "SIP/2.0 200 OK\r\n");
    stage_advance(s, 33000);
    stage_request(s, "BYE", 7, "far", "", "");
    expect(s, "SIP/2.0 481 ");
    expect_no_news(s);
}

static void early_media(struct stage *s)
{
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer(s, "183 Session Progress", "a", "");
    expect_no_news(s);
    stage_answer(s, "183 Session Progress", "a", "v=0 early\r\n");
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_EARLY)->sdp, "v=0 early\r\n") == 0);
    stage_answer(s, "183 Session Progress", "a", "v=0 early\r\n");
    expect_no_news(s);
    stage_answer(s, "180 Ringing", "b", "v=0 fork\r\n"); /* another fork now speaks */
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_EARLY)->sdp, "v=0 fork\r\n") == 0);
    stage_answer(s, "180 Ringing", "b", "");
    expect_no_news(s);
    rw_sip_leg_ops.cancel(s->leg);
    expect(s, "CANCEL ");
}

static void busy(struct stage *s)
{
    const struct news *news;
    char branch[200];

    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer_to(s, s->invite, "486 Busy\t<here>", "far", "Reason: Q.850;cause=17\r\n", "");
    news = expect_news(s, RW_IN_LEG_FAILED);
    CHECK(s, news->ending.sip_code == 486 && news->ending.q850 == 17);
    CHECK(s, strncmp(news->ending.sip_reason, "Busy", 4) == 0);
    stage_release(s);
    (void)snprintf(branch, sizeof(branch), "%s", header_of(s->invite, "Via"));
    for (int i = 0; i < 2; i++) {
        expect(s, "ACK sip:+6591234567@127.0.0.1:");
        CHECK(s, strcmp(branch, header_of(s->in, "Via")) == 0);
        expect_text(s, "\r\nCSeq: 1 ACK\r\n");
        expect_text(s, ";tag=far\r\n");
        stage_answer_to(s, s->invite, "486 Busy Here", "far", "", "");
    }
    expect(s, "ACK ");
    stage_advance(s, 33000);
    stage_answer_to(s, s->invite, "486 Busy Here", "far", "", ""); /* forgotten by now */
    expect_nothing(s);
    expect_no_news(s);
}

static void redirected(struct stage *s)
{
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer(s, "302 Moved Temporarily", "far", "");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 302);
    expect(s, "ACK ");
}

static void cancel_before_any_answer(struct stage *s)
{
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    rw_sip_leg_ops.cancel(s->leg);
    rw_sip_leg_ops.cancel(s->leg);
    expect_nothing(s); /* RFC 3261, section 9.1: not before a provisional answer */
    stage_answer(s, "100 Trying", "", "");
    expect(s, "CANCEL sip:+6591234567@127.0.0.1:");
    expect_text(s, "\r\nCSeq: 1 CANCEL\r\n");
    CHECK(s, strstr(s->invite, header_of(s->in, "Via")));
    stage_answer_to(s, s->in, "200 OK", "far", "", "");
    stage_answer(s, "180 Ringing", "far", "");
    expect_no_news(s);
    stage_answer(s, "487 Request Terminated", "far", "");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 487);
    expect(s, "ACK ");
    expect_nothing(s);
}

static void cancel_is_ignored(struct stage *s)
{
    unsigned cancels = 0;

    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    stage_advance(s, 100000); /* ringing has no limit of ours */
    expect_nothing(s);
    rw_sip_leg_ops.cancel(s->leg);
    stage_advance(s, 10000);
    stage_answer(s, "180 Ringing", "far", ""); /* still: that gives it no more time */
    stage_advance(s, 21900);
    expect_no_news(s);
    while (stage_read(s))
        cancels += strncmp(s->in, "CANCEL ", 7) == 0;
    CHECK(s, cancels == 11); /* 0, 0.5, 1.5, 3.5, 7.5, then each 4 s */
    stage_advance(s, 200);
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 408);
    expect_no_news(s);
}

static void cancel_comes_too_late(struct stage *s)
{
    const struct news *news;

    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    rw_sip_leg_ops.cancel(s->leg);
    expect(s, "CANCEL ");
    stage_answer(s, "200 OK", "far", "v=0 answer\r\n");
    news = expect_news(s, RW_IN_LEG_FAILED);
    CHECK(s, news->ending.sip_code == 487);
    CHECK(s, news->charged);
    expect(s, "ACK ");
    expect(s, "BYE ");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    expect_no_news(s);
    stage_release(s);
    expect_nothing(s);
}

static void two_forks_answer(struct stage *s)
{
    stage_answered_call(s);
    stage_answer(s, "200 OK", "far", "v=0 answer\r\n"); /* repeated: our ACK was lost */
    expect(s, "ACK ");
    expect_text(s, ";tag=far\r\n");
    expect_nothing(s);
    stage_answer(s, "200 OK", "second", "v=0 answer\r\n");
    expect(s, "ACK ");
    expect_text(s, ";tag=second\r\n");
    expect_text(s, "\r\nCSeq: 1 ACK\r\n");
    expect(s, "BYE ");
    expect_text(s, ";tag=second\r\n");
    expect_text(s, "\r\nCSeq: 2 BYE\r\n");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    expect_no_news(s);
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    expect_text(s, ";tag=far\r\n");
    stage_answer(s, "200 OK", "far", "v=0 answer\r\n"); /* and once more, while we hang up */
    expect(s, "ACK ");
}

static void nobody_there(struct stage *s)
{
    unsigned sent = 0;

    stage_invite(s, NULL);
    stage_advance(s, 31900);
    expect_no_news(s);
    while (stage_read(s))
        sent++;
    CHECK(s, sent == 7); /* 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 */
    stage_advance(s, 100);
    (void)expect_news(s, RW_IN_LEG_SILENT);
    stage_release(s);
    stage_answer(s, "200 OK", "far", ""); /* very late: the leg is gone */
    expect(s, "ACK ");
    expect(s, "BYE ");
}

/* Another trunk waits: silence is told early, and what still comes of this INVITE is ended. */
static void silent_for_too_long(struct stage *s)
{
    unsigned sent = 0;

    stage_invite(s, &(struct rw_leg_target){.silent_ms = 5000});
    stage_advance(s, 4900);
    expect_no_news(s);
    stage_advance(s, 100);
    (void)expect_news(s, RW_IN_LEG_SILENT);
    stage_release(s);
    while (stage_read(s))
        sent++;
    CHECK(s, sent == 4); /* 0, 0.5, 1.5, 3.5 */
    stage_advance(s, 10000);
    expect_nothing(s);
    stage_answer(s, "180 Ringing", "late", "");
    expect(s, "CANCEL ");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    stage_answer(s, "200 OK", "late", "v=0 answer\r\n");
    expect(s, "ACK ");
    expect(s, "BYE ");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    expect_nothing(s);
}

/* 100 in time is an answer: such an INVITE is not silent, however long it takes. */
static void trying_is_not_silent(struct stage *s)
{
    stage_invite(s, &(struct rw_leg_target){.silent_ms = 5000});
    expect(s, "INVITE ");
    stage_advance(s, 400);
    stage_answer(s, "100 Trying", "", "");
    stage_advance(s, 60000);
    expect_no_news(s);
    stage_answer(s, "503 Service Unavailable", "far", "");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 503);
    expect(s, "ACK ");
}

/* Whoever asks how an INVITE would look sees it, but for what is secret; and nothing leaves. */
static void a_preview_sends_nothing(struct stage *s)
{
    struct rw_leg_target target = {.uri = "sip:+6591234567@127.0.0.1:9;transport=tcp",
                                   .route = "sip:127.0.0.2:9;transport=tcp",
                                   .from_uri = "sip:+6534567890@127.0.0.1",
                                   .from_name = "Dana",
                                   .auth_user = "us",
                                   .auth_password = "secret",
                                   .call_id = "00-x-t"};
    struct rw_leg_port *port = rw_sip_leg_port(s->sip);
    struct rw_err err = {0};
    struct rw_buf text;

    rw_buf_init(&text, 4000);
    CHECK(s, rw_sip_leg_ops.preview(port, &target, &text, &err) == RW_OK);
    (void)rw_slice_copy(s->in, sizeof(s->in), rw_buf_slice(&text));
    CHECK(s,
          strncmp(s->in, "INVITE sip:+6591234567@127.0.0.1:9;transport=tcp SIP/2.0\r\n", 58) == 0);
    expect_text(s, "\r\nVia: SIP/2.0/TCP ");
    expect_text(s, "\r\nRoute: <sip:127.0.0.2:9;transport=tcp;lr>\r\n");
    expect_text(s, "\r\nFrom: \"Dana\" <sip:+6534567890@127.0.0.1>;tag=");
    expect_text(s, "\r\nCall-ID: 00-x-t\r\n");
    CHECK(s, !strstr(s->in, "secret") && !strstr(s->in, "Authorization"));
    expect_nothing(s);
    target.uri = "sip:a b@127.0.0.1";
    CHECK(s, rw_sip_leg_ops.preview(port, &target, &text, &err) == RW_MALFORMED);
    rw_buf_done(&text);
}

/* Nobody has that port: ICMP says so at once (RFC 3261, section 18.4). */
static void station_is_gone(struct stage *s)
{
    char uri[80];

    (void)close(s->udp);
    (void)snprintf(uri, sizeof(uri), "sip:x@127.0.0.1:%u", s->peer_port);
    stage_invite(s, &(struct rw_leg_target){.uri = uri});
    (void)expect_news(s, RW_IN_LEG_UNREACHABLE);
    stage_release(s);
    stage_advance(s, 1000);
    s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
}

/* The port goes away while it rings: nothing is concluded from that. */
static void gone_while_ringing(struct stage *s)
{
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    (void)close(s->udp);
    s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    rw_sip_leg_ops.cancel(s->leg);
    stage_advance(s, 31900);
    expect_no_news(s);
    stage_advance(s, 200);
    (void)expect_news(s, RW_IN_LEG_FAILED);
}

static void answer_without_media(struct stage *s)
{
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer(s, "200 OK", "far", "");
    CHECK(s, expect_news(s, RW_IN_LEG_ANSWERED)->sdp[0] == '\0');
    expect(s, "ACK ");
}

/* Until it is confirmed an answer is not acknowledged, unless it is repeated or the call ends. */
static void the_ack_waits(struct stage *s)
{
    stage_invite(s, &(struct rw_leg_target){.ack_waits = true});
    expect(s, "INVITE ");
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect_nothing(s);
    rw_sip_leg_ops.confirm(s->leg);
    expect(s, "ACK ");
    expect_text(s, "\r\nCSeq: 1 ACK\r\n");
    rw_sip_leg_ops.confirm(s->leg);
    expect_nothing(s);
}

static void the_ack_of_a_repetition(struct stage *s)
{
    stage_invite(s, &(struct rw_leg_target){.ack_waits = true});
    expect(s, "INVITE ");
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    expect(s, "ACK ");
    rw_sip_leg_ops.confirm(s->leg);
    expect_nothing(s);
}

static void ended_before_the_ack(struct stage *s)
{
    stage_invite(s, &(struct rw_leg_target){.ack_waits = true});
    expect(s, "INVITE ");
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "ACK ");
    expect(s, "BYE ");
    rw_sip_leg_ops.confirm(s->leg);
    expect_nothing(s);
}

static void bye_is_never_answered(struct stage *s)
{
    stage_answered_call(s);
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    stage_advance(s, 31900);
    expect_no_news(s);
    stage_advance(s, 200);
    (void)expect_news(s, RW_IN_LEG_ENDED);
    stage_release(s);
}

static void byes_cross(struct stage *s)
{
    stage_answered_call(s);
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    stage_request(s, "BYE", 1, "far", "", "");
    expect(s, "SIP/2.0 200 ");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    stage_release(s);
    expect_no_news(s);
}

static void released_while_ringing(struct stage *s)
{
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    stage_release(s);
    expect(s, "CANCEL ");
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    expect(s, "ACK ");
    expect(s, "BYE ");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    expect_no_news(s);
}

static void released_while_up(struct stage *s)
{
    stage_answered_call(s);
    stage_release(s);
    expect(s, "BYE ");
    stage_advance(s, 33000);
    expect_no_news(s);
}

static void release_on_news(const struct rw_leg_news *news, void *arg)
{
    struct rw_leg **leg = arg;

    (void)news;
    if (*leg)
        rw_sip_leg_ops.release(*leg);
    *leg = NULL;
}

/* The handler may release the leg that tells it. */
static void released_from_within(struct stage *s)
{
    struct rw_leg_target target = {.from_uri = "sip:a@127.0.0.1", .call_id = "00-x"};
    struct rw_leg *leg;
    char uri[100];

    (void)snprintf(uri, sizeof(uri), "sip:b@127.0.0.1:%u", s->peer_port);
    target.uri = uri;
    CHECK(s, rw_sip_leg_ops.invite(rw_sip_leg_port(s->sip), &target, RW_LIT("v=0\r\n"),
                                   release_on_news, &leg, &leg, NULL) == RW_OK);
    expect(s, "INVITE ");
    stage_answer(s, "404 Not Found", "far", "");
    expect(s, "ACK ");
    CHECK(s, leg == NULL);
    CHECK(s, rw_sip_leg_ops.invite(rw_sip_leg_port(s->sip), &target, RW_LIT("v=0\r\n"),
                                   release_on_news, &leg, &leg, NULL) == RW_OK);
    expect(s, "INVITE ");
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    expect(s, "ACK ");
    expect(s, "BYE ");
    CHECK(s, leg == NULL);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
}

/* An answered far end is asked from time to time; that it refuses the question shows it is there. */
static void asked_and_there(struct stage *s)
{
    s->sip->check_ms = 10000;
    stage_answered_call(s);
    for (int i = 0; i < 3; i++) {
        stage_advance(s, 9900);
        expect_nothing(s);
        stage_advance(s, 100);
        expect(s, "OPTIONS sip:far@127.0.0.1:");
        expect_text(s, ";tag=far\r\n");
        stage_answer_to(s, s->in, i ? "501 Not Implemented" : "200 OK", "", "", "");
        expect_no_news(s);
    }
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    expect_text(s, "\r\nCSeq: 5 BYE\r\n");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    stage_advance(s, 40000);
    expect_nothing(s);
}

static void asked_and_gone(struct stage *s)
{
    const struct rw_ending *ending;

    s->sip->check_ms = 10000;
    stage_answered_call(s);
    stage_advance(s, 10000);
    expect(s, "OPTIONS ");
    stage_answer_to(s, s->in, "481 Call Does Not Exist", "", "", "");
    ending = &expect_news(s, RW_IN_LEG_ENDED)->ending;
    CHECK(s, ending->sip_code == 481 && ending->disconnect == RW_DISC_ERROR);
    stage_advance(s, 40000);
    expect_nothing(s);
}

/* Silence: it is told, and a BYE goes out nevertheless. A hang-up meanwhile needs no answer either. */
static void asked_in_vain(struct stage *s)
{
    const struct rw_ending *ending;
    unsigned asked = 0;

    s->sip->check_ms = 10000;
    stage_answered_call(s);
    stage_advance(s, 41900);
    while (stage_read(s))
        asked += strncmp(s->in, "OPTIONS ", 8) == 0;
    CHECK(s, asked > 5);
    expect_no_news(s);
    stage_advance(s, 200);
    ending = &expect_news(s, RW_IN_LEG_ENDED)->ending;
    CHECK(s, ending->sip_code == 408 && ending->disconnect == RW_DISC_TRANSPORT_FAILURE);
    expect(s, "BYE ");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    stage_advance(s, 40000);
    expect_nothing(s);
}

static void ignore_news(const struct rw_leg_news *news, void *arg)
{
    (void)news, (void)arg;
}

/* A call with a challenge, an answer, a re-INVITE, the question whether it is there, and a BYE, whatever of it happens. */
static void long_call(struct stage *s, struct rw_leg *leg)
{
    while (stage_read(s))
        ;
    stage_answer_to(s, s->invite, "401 Unauthorized", "t",
                    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n", "");
    while (stage_read(s))
        ;
    stage_answer(s, "180 Ringing", "far", "v=0\r\n");
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    stage_answer(s, "200 OK", "other", "v=0\r\n");
    stage_request(s, "INVITE", 3, "far", "", "v=0\r\n");
    stage_advance(s, 5000);
    while (stage_read(s))
        if (strncmp(s->in, "OPTIONS ", 8) == 0)
            stage_answer_to(s, s->in, "200 OK", "", "", "");
    rw_sip_leg_ops.bye(leg, &(struct rw_ending){.q850 = 16});
    rw_sip_leg_ops.release(leg);
    stage_advance(s, 70000);
    while (stage_read(s))
        ;
}

/* The peer hangs up every connection, those it has not taken yet too. */
static void drop_streams(struct stage *s)
{
    for (; s->tcp >= 0; s->tcp = accept(s->listener, NULL, NULL))
        (void)close(s->tcp);
    stage_turn(s);
}

/* Every allocation of a whole call fails in turn: it ends all the same, and nothing is left. */
static void each_allocation_fails(struct stage *s, const char *transport)
{
    struct rw_leg_target target = {.from_uri = "sip:a@127.0.0.1",
                                   .auth_user = "u",
                                   .auth_password = "p",
                                   .trunk_id = "t1",
                                   .signer = &stage_signer_port,
                                   .claim = {"+6534567890", "+6591234567", NULL, true}};
    char uri[100], call_id[40];
    bool left = false;
    long n, live = 0;

    s->sip->check_ms = 5000;
    (void)snprintf(uri, sizeof(uri), "sip:b@127.0.0.1:%u%s", s->peer_port, transport);
    target.uri = uri;
    target.call_id = call_id;
    for (n = -1; !left && n < 500; n++) {
        struct rw_leg *leg = NULL;
        struct rw_err err;
        enum rw_class class;

        (void)snprintf(call_id, sizeof(call_id), "00-%ld", n);
        rw_mem_fail_once(n); /* -1: a first round without failures warms the buffers up */
        class = rw_sip_leg_ops.invite(rw_sip_leg_port(s->sip), &target, RW_LIT("v=0\r\n"),
                                      ignore_news, NULL, &leg, &err);
        CHECK(s, class == RW_OK ? leg != NULL : class == RW_NO_MEMORY && leg == NULL);
        if (leg)
            long_call(s, leg);
        if (s->stream)
            drop_streams(s);
        left = stage_failure_is_left();
        if (n < 0)
            live = rw_mem_live();
        if (rw_mem_live() != live)
            stage_fail(s, __FILE__, __LINE__, "allocation %ld: %ld left", n, rw_mem_live() - live);
    }
    CHECK(s, left && n > 20);
}

static void no_memory(struct stage *s)
{
    each_allocation_fails(s, "");
}

static void no_memory_over_tcp(struct stage *s)
{
    (void)fcntl(s->listener, F_SETFL, O_NONBLOCK);
    s->stream = s->may_break = true;
    each_allocation_fails(s, ";transport=tcp");
}

PLAY(plain_call)
PLAY(the_ack_waits)
PLAY(the_ack_of_a_repetition)
PLAY(ended_before_the_ack)
PLAY(asked_and_there)
PLAY(asked_and_gone)
PLAY(asked_in_vain)
PLAY(given_identity)
PLAY(far_end_hangs_up)
PLAY(early_media)
PLAY(busy)
PLAY(redirected)
PLAY(cancel_before_any_answer)
PLAY(cancel_is_ignored)
PLAY(cancel_comes_too_late)
PLAY(two_forks_answer)
PLAY(nobody_there)
PLAY(silent_for_too_long)
PLAY(trying_is_not_silent)
PLAY(a_preview_sends_nothing)
PLAY(station_is_gone)
PLAY(gone_while_ringing)
PLAY(answer_without_media)
PLAY(bye_is_never_answered)
PLAY(byes_cross)
PLAY(released_while_ringing)
PLAY(released_while_up)
PLAY(released_from_within)
PLAY(no_memory)
PLAY(no_memory_over_tcp)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_plain_call),
        cmocka_unit_test(play_asked_and_there),
        cmocka_unit_test(play_asked_and_gone),
        cmocka_unit_test(play_asked_in_vain),
        cmocka_unit_test(play_given_identity),
        cmocka_unit_test(play_far_end_hangs_up),
        cmocka_unit_test(play_early_media),
        cmocka_unit_test(play_busy),
        cmocka_unit_test(play_redirected),
        cmocka_unit_test(play_cancel_before_any_answer),
        cmocka_unit_test(play_cancel_is_ignored),
        cmocka_unit_test(play_cancel_comes_too_late),
        cmocka_unit_test(play_two_forks_answer),
        cmocka_unit_test(play_nobody_there),
        cmocka_unit_test(play_silent_for_too_long),
        cmocka_unit_test(play_trying_is_not_silent),
        cmocka_unit_test(play_a_preview_sends_nothing),
        cmocka_unit_test(play_station_is_gone),
        cmocka_unit_test(play_gone_while_ringing),
        cmocka_unit_test(play_answer_without_media),
        cmocka_unit_test(play_the_ack_waits),
        cmocka_unit_test(play_the_ack_of_a_repetition),
        cmocka_unit_test(play_ended_before_the_ack),
        cmocka_unit_test(play_bye_is_never_answered),
        cmocka_unit_test(play_byes_cross),
        cmocka_unit_test(play_released_while_ringing),
        cmocka_unit_test(play_released_while_up),
        cmocka_unit_test(play_released_from_within),
        cmocka_unit_test(play_no_memory),
        cmocka_unit_test(play_no_memory_over_tcp),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
