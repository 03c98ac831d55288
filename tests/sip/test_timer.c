/* Session timers (RFC 4028). */
#include "stage.h"

#include "base/mem.h"
#include "call/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ALLOW_UPDATE "Allow: INVITE, ACK, BYE, UPDATE\r\n"

/* INVITE, and a 2xx with these lines; ACK. */
static void connect_with(struct stage *s, uint32_t expires_s, const char *extra)
{
    char lines[300];

    stage_invite(s, &(struct rw_leg_target){
                        .session_expires_s = expires_s, .auth_user = "us", .auth_password = "pw"});
    expect(s, "INVITE ");
    (void)snprintf(lines, sizeof(lines), "Contact: <sip:far@127.0.0.1:%u>\r\n%s", s->peer_port,
                   extra);
    stage_answer_to(s, s->invite, "200 OK", "far", lines, "v=0 answer\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK ");
}

static void expect_expired(struct stage *s, uint16_t code)
{
    const struct rw_ending *ending = &expect_news(s, RW_IN_LEG_ENDED)->ending;

    CHECK(s, ending->reason && strcmp(ending->reason, RW_REASON_SESSION_EXPIRED) == 0);
    CHECK(s, ending->disconnect == RW_DISC_TIMEOUT && ending->said_by == RW_SAID_US);
    if (ending->sip_code != code)
        stage_fail(s, __FILE__, __LINE__, "%u", ending->sip_code);
    expect(s, "BYE ");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    stage_advance(s, 200000);
    expect_nothing(s);
    expect_no_news(s);
}

/* ------------------------------------------------------------------ we refresh */

static void by_update(struct stage *s)
{
    connect_with(s, 120, ALLOW_UPDATE "Session-Expires: 120;refresher=uac\r\nRequire: timer\r\n");
    for (int i = 0; i < 3; i++) {
        stage_advance(s, 59900);
        expect_nothing(s);
        stage_advance(s, 100);
        expect(s, "UPDATE sip:far@127.0.0.1:");
        expect_text(s, "\r\nSession-Expires: 120;refresher=uac\r\n");
        expect_text(s, "\r\nSupported: timer\r\n");
        expect_text(s, "\r\nContact: <sip:ringwright@");
        expect_text(s, ";tag=far\r\n");
        expect_text(s, "\r\nContent-Length: 0\r\n");
        stage_answer_to(s, s->in, "200 OK", "",
                        ALLOW_UPDATE "Session-Expires: 120;refresher=uac\r\n", "");
    }
    expect_no_news(s);
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    expect_text(s, "\r\nCSeq: 5 BYE\r\n");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    stage_advance(s, 200000);
    expect_nothing(s);
}

static void by_reinvite(struct stage *s)
{
    char moved[200];

    (void)snprintf(moved, sizeof(moved),
                   "Contact: <sip:moved@127.0.0.1:%u>\r\nSession-Expires: 200;refresher=uac\r\n",
                   s->peer_port);
    connect_with(s, 1800, "Session-Expires: 90;refresher=uac\r\n");
    stage_advance(s, 45000);
    expect(s, "INVITE sip:far@127.0.0.1:");
    expect_text(s, "\r\nSession-Expires: 90;refresher=uac\r\n");
    expect_text(s, "\r\nCSeq: 2 INVITE\r\n");
    expect_text(s, "\r\n\r\nv=0 offer\r\n");
    stage_answer_to(s, s->in, "100 Trying", "", "", "");
    stage_answer_to(s, s->invite, "200 OK", "", moved, "v=0\r\n");
    expect(s, "ACK sip:moved@127.0.0.1");
    expect_text(s, "\r\nCSeq: 2 ACK\r\n");
    stage_answer_to(s, s->invite, "200 OK", "", "", "v=0\r\n"); /* again: its ACK was lost */
    expect(s, "ACK ");
    expect_text(s, "\r\nCSeq: 2 ACK\r\n");
    expect_no_news(s);
    stage_advance(s, 99900);
    expect_nothing(s);
    stage_advance(s, 200);
    expect(s, "INVITE sip:moved@127.0.0.1");
}

/* 405 to UPDATE, which was allowed a moment ago: then by re-INVITE. */
static void update_is_refused(struct stage *s)
{
    connect_with(s, 90, ALLOW_UPDATE "Session-Expires: 90;refresher=uac\r\n");
    stage_advance(s, 45000);
    expect(s, "UPDATE ");
    stage_answer_to(s, s->in, "405 Method Not Allowed", "", "", "");
    expect(s, "INVITE ");
    stage_answer_to(s, s->in, "200 OK", "", "Session-Expires: 90;refresher=uac\r\n", "v=0\r\n");
    expect(s, "ACK ");
    expect_no_news(s);
}

static void refresh_is_challenged(struct stage *s)
{
    connect_with(s, 90, "Session-Expires: 90;refresher=uac\r\n");
    stage_advance(s, 45000);
    expect(s, "INVITE ");
    stage_answer_to(s, s->in, "401 Unauthorized", "",
                    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n", "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    expect_text(s, "\r\nAuthorization: Digest ");
    stage_answer_to(s, s->in, "200 OK", "", "Session-Expires: 90;refresher=uac\r\n", "v=0\r\n");
    expect(s, "ACK ");
    expect_text(s, "\r\nAuthorization: Digest ");
    stage_advance(s, 45000);
    expect(s, "INVITE ");
    CHECK(s, !strstr(s->in, "Authorization"));
}

static void refresh_with_a_larger_interval(struct stage *s)
{
    connect_with(s, 90, ALLOW_UPDATE "Session-Expires: 90;refresher=uac\r\n");
    stage_advance(s, 45000);
    expect(s, "UPDATE ");
    stage_answer_to(s, s->in, "422 Session Interval Too Small", "", "Min-SE: 300\r\n", "");
    expect(s, "UPDATE ");
    expect_text(s, "\r\nSession-Expires: 300;refresher=uac\r\nMin-SE: 300\r\n");
    stage_answer_to(s, s->in, "200 OK", "", ALLOW_UPDATE "Session-Expires: 300;refresher=uac\r\n",
                    "");
    stage_advance(s, 149900);
    expect_nothing(s);
    stage_advance(s, 100);
    expect(s, "UPDATE ");
}

/* It is refused for another reason: asked again until the session is nearly over. */
static void refresh_is_refused(struct stage *s)
{
    connect_with(s, 90, "Session-Expires: 90;refresher=uac\r\n");
    stage_advance(s, 45000);
    expect(s, "INVITE ");
    stage_answer_to(s, s->in, "491 Request Pending", "", "", "");
    expect(s, "ACK ");
    stage_advance(s, 9900);
    expect_nothing(s);
    stage_advance(s, 100);
    expect(s, "INVITE ");
    stage_answer_to(s, s->in, "503 Service Unavailable", "", "", "");
    expect(s, "ACK ");
    expect_no_news(s);
    stage_advance(s, 5000); /* 60 s: a third before the end of 90 */
    expect_expired(s, 503);
}

static void refresh_gets_no_answer(struct stage *s)
{
    connect_with(s, 90, ALLOW_UPDATE "Session-Expires: 90;refresher=uac\r\n");
    stage_advance(s, 59900);
    while (stage_read(s))
        CHECK(s, strncmp(s->in, "UPDATE ", 7) == 0);
    expect_no_news(s);
    stage_advance(s, 100);
    expect_expired(s, 408);
}

/* A long interval leaves the 32 s that a request has. */
static void refresh_times_out(struct stage *s)
{
    connect_with(s, 600, ALLOW_UPDATE "Session-Expires: 600;refresher=uac\r\n");
    stage_advance(s, 331900);
    while (stage_read(s))
        CHECK(s, strncmp(s->in, "UPDATE ", 7) == 0);
    expect_no_news(s);
    stage_advance(s, 100);
    expect_expired(s, 408);
}

/* A re-INVITE that is being worked on for ever does not keep the call, and leaves nothing. */
static void reinvite_never_ends(struct stage *s)
{
    unsigned open;

    connect_with(s, 90, "Session-Expires: 90;refresher=uac\r\n");
    stage_advance(s, 45000);
    expect(s, "INVITE ");
    stage_answer_to(s, s->in, "100 Trying", "", "", "");
    stage_advance(s, 15000);
    expect_expired(s, 408);
    open = (unsigned)s->sip->counters.transactions;
    CHECK(s, open == 0);
}

static void dialog_is_gone(struct stage *s)
{
    const struct rw_ending *ending;

    connect_with(s, 90, ALLOW_UPDATE "Session-Expires: 90;refresher=uac\r\n");
    stage_advance(s, 45000);
    expect(s, "UPDATE ");
    stage_answer_to(s, s->in, "481 Call Does Not Exist", "", "", "");
    ending = &expect_news(s, RW_IN_LEG_ENDED)->ending;
    CHECK(s, ending->sip_code == 481 && ending->disconnect == RW_DISC_ERROR && !ending->reason);
    expect(s, "BYE ");
}

/* ------------------------------------------------------------------ the INVITE */

static void interval_is_too_small(struct stage *s)
{
    stage_invite(s, &(struct rw_leg_target){.session_expires_s = 90});
    expect(s, "INVITE ");
    CHECK(s, !strstr(s->in, "Min-SE"));
    stage_answer_to(s, s->invite, "422 Session Interval Too Small", "x", "Min-SE: 300\r\n", "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    expect_text(s, "\r\nSession-Expires: 300\r\nMin-SE: 300\r\n");
    expect_text(s, "\r\nCSeq: 2 INVITE\r\n");
    stage_answer_to(s, s->invite, "422 Session Interval Too Small", "x", "Min-SE: 600\r\n", "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    expect_text(s, "\r\nSession-Expires: 600\r\nMin-SE: 600\r\n");
    stage_answer_to(s, s->invite, "422 Session Interval Too Small", "x", "Min-SE: 900\r\n", "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    stage_answer_to(s, s->invite, "422 Session Interval Too Small", "x", "Min-SE: 1200\r\n", "");
    expect(s, "ACK ");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 422); /* three are enough */
    expect_nothing(s);
}

static void refusals_that_can_not_be_met(struct stage *s)
{
    static const struct {
        uint32_t expires_s;
        const char *extra;
    } table[] = {
        {90, ""}, {90, "Min-SE: 90\r\n"}, {90, "Min-SE: many\r\n"}, {0, "Min-SE: 300\r\n"}};

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        stage_invite(s, &(struct rw_leg_target){.session_expires_s = table[i].expires_s});
        expect(s, "INVITE ");
        stage_answer_to(s, s->invite, "422 Session Interval Too Small", "x", table[i].extra, "");
        expect(s, "ACK ");
        CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 422);
        expect_nothing(s);
        stage_release(s);
    }
}

/* A 2xx that agrees to none, and a call that never asked: nobody refreshes, nobody waits for it. */
static void no_timer(struct stage *s)
{
    connect_with(s, 90, ALLOW_UPDATE);
    stage_advance(s, 4000000);
    expect_nothing(s);
    expect_no_news(s);
    stage_request(s, "UPDATE", 1, "far", "", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    CHECK(s, !strstr(s->in, "Session-Expires"));
    stage_release(s);
    expect(s, "BYE ");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    connect_with(s, 0, "Session-Expires: 90;refresher=uas\r\n");
    stage_advance(s, 4000000);
    expect_nothing(s);
    stage_request(s, "UPDATE", 1, "far", "Session-Expires: 90;refresher=uac\r\n", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, "\r\nSupported:\r\n");
    CHECK(s, !strstr(s->in, "Session-Expires"));
    stage_request(s, "UPDATE", 2, "far", "Require: timer\r\n", "");
    expect(s, "SIP/2.0 420 ");
}

/* An answer that must not be: an interval below the smallest one, in which nothing but refreshes would be sent. */
static void agreed_to_nonsense(struct stage *s)
{
    connect_with(s, 90, ALLOW_UPDATE "Session-Expires: 1;refresher=uac\r\n");
    stage_advance(s, 44900);
    expect_nothing(s);
    stage_advance(s, 100);
    expect(s, "UPDATE ");
    stage_answer_to(s, s->in, "200 OK", "", ALLOW_UPDATE "x: 99999999999999999999\r\n", "");
    stage_advance(s, 4000000);
    expect_nothing(s);
    expect_no_news(s);
}

/* ------------------------------------------------------------------ the far end refreshes */

/* What its requests say of the timer, and what our answer does. The interval agreed to is 90 s, theirs. */
static void far_end_refreshes(struct stage *s)
{
    static const struct {
        const char *method, *extra, *answer, *text;
    } table[] = {
        {"UPDATE", "Session-Expires: 90;refresher=uac\r\nSupported: timer\r\n",
         "SIP/2.0 200 OK\r\n", "\r\nSession-Expires: 90;refresher=uac\r\nRequire: timer\r\n"},
        {"INVITE", "x: 120;refresher=uac\r\nRequire: timer\r\n", "SIP/2.0 200 OK\r\n",
         "\r\nSession-Expires: 120;refresher=uac\r\nRequire: timer\r\n"},
        {"UPDATE", "Session-Expires: 100\r\n", "SIP/2.0 200 OK\r\n",
         "\r\nSession-Expires: 100;refresher=uac\r\n"},
        {"UPDATE", "Session-Expires: 60;refresher=uac\r\n", "SIP/2.0 422 ", "\r\nMin-SE: 90\r\n"},
        {"INVITE", "Session-Expires: 5\r\n", "SIP/2.0 422 ", "\r\nMin-SE: 90\r\n"},
        {"UPDATE", "Session-Expires: 90;refresher=uac\r\n", "SIP/2.0 200 OK\r\n",
         "\r\nSupported: timer\r\n"},
    };

    connect_with(s, 90, ALLOW_UPDATE "Session-Expires: 90;refresher=uas\r\n");
    for (unsigned i = 0; i < sizeof(table) / sizeof(*table); i++) {
        stage_advance(s, i < 3 ? 59900 : 10000);
        expect_nothing(s);
        stage_request(s, table[i].method, i + 1, "far", table[i].extra, "");
        expect(s, table[i].answer);
        expect_text(s, table[i].text);
        if (strcmp(table[i].method, "INVITE") == 0 && strstr(table[i].answer, "200"))
            stage_request(s, "ACK", i + 1, "far", "", "");
    }
    expect_no_news(s);
    stage_advance(s, 59900);
    expect_no_news(s);
    stage_advance(s, 100);
    expect_expired(s, 0);
}

/* A long interval ends 32 s early, not a third of it. */
static void far_end_forgets(struct stage *s)
{
    connect_with(s, 600, ALLOW_UPDATE "Session-Expires: 600;refresher=uas\r\n");
    stage_advance(s, 567900);
    expect_nothing(s);
    expect_no_news(s);
    stage_advance(s, 100);
    expect_expired(s, 0);
}

/* It hands the refreshing to us; and one that says nothing of a timer leaves it to us. */
static void it_becomes_ours(struct stage *s)
{
    connect_with(s, 90, ALLOW_UPDATE "Session-Expires: 90;refresher=uas\r\n");
    stage_advance(s, 30000);
    stage_request(s, "UPDATE", 1, "far", "Session-Expires: 100;refresher=uas\r\n", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, "\r\nSession-Expires: 100;refresher=uas\r\n");
    CHECK(s, !strstr(s->in, "Require"));
    stage_advance(s, 49900);
    expect_nothing(s);
    stage_advance(s, 100);
    expect(s, "UPDATE ");
    stage_answer_to(s, s->in, "200 OK", "", ALLOW_UPDATE "Session-Expires: 100;refresher=uas\r\n",
                    "");
    stage_request(s, "INVITE", 2, "far", "", "v=0 hold\r\n");
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, "\r\nSession-Expires: 100;refresher=uas\r\n");
    stage_request(s, "ACK", 2, "far", "", "");
    stage_advance(s, 50000);
    expect(s, "UPDATE ");
    stage_request(s, "UPDATE", 3, "far", "Session-Expires: 100\r\n", ""); /* open: as it is */
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, ";refresher=uas\r\n");
    expect_no_news(s);
}

/* A timer that the 2xx did not agree to may be begun later by the far end. */
static void begun_later(struct stage *s)
{
    connect_with(s, 90, "");
    stage_request(s, "INVITE", 1, "far", "Require: timer\r\nSession-Expires: 90;refresher=uac\r\n",
                  "v=0\r\n");
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, "\r\nSession-Expires: 90;refresher=uac\r\nRequire: timer\r\n");
    stage_request(s, "ACK", 1, "far", "", "");
    stage_advance(s, 60000);
    expect_expired(s, 0);
}

/* Two re-INVITEs cross: theirs is refused while ours is under way. */
static void glare(struct stage *s)
{
    connect_with(s, 90, "Session-Expires: 90;refresher=uac\r\n");
    stage_advance(s, 45000);
    expect(s, "INVITE ");
    stage_answer_to(s, s->in, "100 Trying", "", "", "");
    stage_request(s, "INVITE", 1, "far", "", "v=0\r\n");
    expect(s, "SIP/2.0 491 ");
    stage_request(s, "UPDATE", 2, "far", "", "v=0\r\n");
    expect(s, "SIP/2.0 491 ");
    stage_answer_to(s, s->invite, "200 OK", "", "Session-Expires: 90;refresher=uac\r\n", "v=0\r\n");
    expect(s, "ACK ");
    stage_request(s, "INVITE", 3, "far", "Session-Expires: 90;refresher=uas\r\n", "v=0\r\n");
    expect(s, "SIP/2.0 200 OK\r\n");
    stage_request(s, "ACK", 3, "far", "", "");
    expect_no_news(s);
}

static void far_end_hangs_up_meanwhile(struct stage *s)
{
    connect_with(s, 90, ALLOW_UPDATE "Session-Expires: 90;refresher=uac\r\n");
    stage_advance(s, 45000);
    expect(s, "UPDATE ");
    stage_request(s, "BYE", 1, "far", "", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    stage_advance(s, 200000);
    while (stage_read(s))
        CHECK(s, strncmp(s->in, "UPDATE ", 7) == 0); /* that transaction ends by itself */
    expect_no_news(s);
}

/* Released while a re-INVITE is under way: BYE, and an answer that still comes gets its ACK. */
static void released_meanwhile(struct stage *s)
{
    connect_with(s, 90, "Session-Expires: 90;refresher=uac\r\n");
    stage_advance(s, 45000);
    expect(s, "INVITE ");
    stage_release(s);
    expect(s, "BYE ");
    stage_answer_to(s, s->invite, "180 Ringing", "", "", ""); /* nobody waits for it any more */
    stage_advance(s, 200000);
    while (stage_read(s))
        ;
    CHECK(s, s->sip->counters.transactions == 0);
}

/* Every allocation of a call with all of it fails in turn: it ends, and nothing is left. */
static void no_memory(struct stage *s)
{
    struct rw_leg_target target = {.from_uri = "sip:a@127.0.0.1",
                                   .auth_user = "u",
                                   .auth_password = "p",
                                   .session_expires_s = 90};
    char uri[100], call_id[40], lines[200];
    bool left = false;
    long n, live = 0;

    (void)snprintf(uri, sizeof(uri), "sip:b@127.0.0.1:%u", s->peer_port);
    (void)snprintf(lines, sizeof(lines),
                   "Contact: <sip:far@127.0.0.1:%u>\r\nSession-Expires: 90;refresher=uac\r\n",
                   s->peer_port);
    target.uri = uri;
    target.call_id = call_id;
    for (n = -1; !left && n < 300; n++) {
        struct rw_leg *leg = NULL;
        struct rw_err err;

        (void)snprintf(call_id, sizeof(call_id), "00-%ld", n);
        rw_mem_fail_once(n); /* -1: a first round without failures warms the buffers up */
        if (rw_sip_leg_ops.invite(rw_sip_leg_port(s->sip), &target, RW_LIT("v=0\r\n"),
                                  stage_on_news, s, &leg, &err) == RW_OK) {
            while (stage_read(s))
                ;
            stage_answer_to(s, s->invite, "200 OK", "far", lines, "v=0\r\n");
            stage_request(s, "UPDATE", 1, "far", "Session-Expires: 90;refresher=uas\r\n", "");
            stage_advance(s, 45000);
            while (stage_read(s))
                if (strncmp(s->in, "INVITE ", 7) == 0)
                    stage_answer_to(s, s->in, "401 Unauthorized", "",
                                    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n", "");
            stage_answer_to(s, s->invite, "200 OK", "", lines, "v=0\r\n");
            stage_advance(s, 100000); /* and then no answer any more */
            while (stage_read(s))
                ;
            rw_sip_leg_ops.release(leg);
        }
        stage_advance(s, 70000);
        while (stage_read(s))
            ;
        s->news_count = 0;
        left = stage_failure_is_left();
        if (n < 0)
            live = rw_mem_live();
        if (rw_mem_live() != live)
            stage_fail(s, __FILE__, __LINE__, "allocation %ld: %ld left", n, rw_mem_live() - live);
    }
    CHECK(s, left && n > 20);
}

PLAY(by_update)
PLAY(by_reinvite)
PLAY(update_is_refused)
PLAY(refresh_is_challenged)
PLAY(refresh_with_a_larger_interval)
PLAY(refresh_is_refused)
PLAY(refresh_gets_no_answer)
PLAY(refresh_times_out)
PLAY(reinvite_never_ends)
PLAY(dialog_is_gone)
PLAY(interval_is_too_small)
PLAY(refusals_that_can_not_be_met)
PLAY(no_timer)
PLAY(agreed_to_nonsense)
PLAY(far_end_refreshes)
PLAY(far_end_forgets)
PLAY(it_becomes_ours)
PLAY(begun_later)
PLAY(glare)
PLAY(far_end_hangs_up_meanwhile)
PLAY(released_meanwhile)
PLAY(no_memory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_by_update),
        cmocka_unit_test(play_by_reinvite),
        cmocka_unit_test(play_update_is_refused),
        cmocka_unit_test(play_refresh_is_challenged),
        cmocka_unit_test(play_refresh_with_a_larger_interval),
        cmocka_unit_test(play_refresh_is_refused),
        cmocka_unit_test(play_refresh_gets_no_answer),
        cmocka_unit_test(play_refresh_times_out),
        cmocka_unit_test(play_reinvite_never_ends),
        cmocka_unit_test(play_dialog_is_gone),
        cmocka_unit_test(play_interval_is_too_small),
        cmocka_unit_test(play_refusals_that_can_not_be_met),
        cmocka_unit_test(play_no_timer),
        cmocka_unit_test(play_agreed_to_nonsense),
        cmocka_unit_test(play_far_end_refreshes),
        cmocka_unit_test(play_far_end_forgets),
        cmocka_unit_test(play_it_becomes_ours),
        cmocka_unit_test(play_begun_later),
        cmocka_unit_test(play_glare),
        cmocka_unit_test(play_far_end_hangs_up_meanwhile),
        cmocka_unit_test(play_released_meanwhile),
        cmocka_unit_test(play_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
