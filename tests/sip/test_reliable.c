/* Provisional answers that are acknowledged (RFC 3262). */
#include "stage.h"

#include "base/mem.h"
#include "sip/extension.h"
#include "sip/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define RELIABLE(rseq) "Require: 100rel\r\nRSeq: " rseq "\r\n"

static const struct rw_leg_target supported = {.reliable = RW_LEG_RELIABLE_SUPPORTED};

/* A provisional answer with a Contact of its own, and what makes it reliable. */
static void ring(struct stage *s, const char *status, const char *tag, const char *extra,
                 const char *sdp)
{
    char lines[300];

    (void)snprintf(lines, sizeof(lines), "Contact: <sip:%s@127.0.0.1:%u>\r\n%s", tag, s->peer_port,
                   extra);
    stage_answer_to(s, s->invite, status, tag, lines, sdp);
}

static void expect_prack(struct stage *s, const char *tag, const char *rack, unsigned cseq)
{
    char line[100];

    (void)snprintf(line, sizeof(line), "PRACK sip:%s@127.0.0.1:%u SIP/2.0\r\n", tag, s->peer_port);
    expect(s, line);
    (void)snprintf(line, sizeof(line), "\r\nRAck: %s\r\n", rack);
    expect_text(s, line);
    (void)snprintf(line, sizeof(line), "\r\nCSeq: %u PRACK\r\n", cseq);
    expect_text(s, line);
    (void)snprintf(line, sizeof(line), ">;tag=%s\r\n", tag);
    expect_text(s, line);
}

/* What the setting makes of an INVITE. */
static void it_is_offered(struct stage *s)
{
    static const struct {
        enum rw_leg_reliable reliable;
        uint32_t expires_s;
        const char *text;
        bool requires;
    } table[] = {
        {RW_LEG_RELIABLE_OFF, 0, "INFO, UPDATE\r\nSupported:\r\n", false},
        {RW_LEG_RELIABLE_SUPPORTED, 0, "INFO, UPDATE, PRACK\r\nSupported: 100rel\r\n", false},
        {RW_LEG_RELIABLE_REQUIRED, 0,
         "INFO, UPDATE, PRACK\r\nSupported: 100rel\r\nRequire: 100rel\r\n", true},
        {RW_LEG_RELIABLE_OFF, 90, "INFO, UPDATE\r\nSupported: timer\r\nSession-Expires: 90\r\n",
         false},
        {RW_LEG_RELIABLE_REQUIRED, 1800,
         "PRACK\r\nSupported: timer, 100rel\r\nRequire: 100rel\r\nSession-Expires: 1800\r\n", true},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        stage_invite(s, &(struct rw_leg_target){.reliable = table[i].reliable,
                                                .session_expires_s = table[i].expires_s});
        expect(s, "INVITE ");
        expect_text(s, table[i].text);
        CHECK(s, (strstr(s->in, "\r\nRequire:") != NULL) == table[i].requires);
        stage_answer(s, "486 Busy Here", "far", "");
        (void)expect_news(s, RW_IN_LEG_FAILED);
        expect(s, "ACK ");
        stage_release(s);
    }
}

static void each_is_acknowledged(struct stage *s)
{
    stage_invite(s, &supported);
    expect(s, "INVITE ");
    ring(s, "180 Ringing", "far", RELIABLE("7"), "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    expect_prack(s, "far", "7 1 INVITE", 2);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    ring(s, "183 Session Progress", "far", RELIABLE("8"), "v=0 early\r\n");
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_EARLY)->sdp, "v=0 early\r\n") == 0);
    expect_prack(s, "far", "8 1 INVITE", 3);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    stage_answer(s, "200 OK", "far", "v=0 answer\r\n");
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_ANSWERED)->sdp, "v=0 answer\r\n") == 0);
    expect(s, "ACK ");
    expect_text(s, "\r\nCSeq: 1 ACK\r\n");
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    expect_text(s, "\r\nCSeq: 4 BYE\r\n");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    stage_advance(s, 40000);
    expect_nothing(s);
}

/* A PRACK that is not answered is sent again, and over after 64*T1; the call does not mind. */
static void prack_is_repeated(struct stage *s)
{
    unsigned pracks = 0;

    stage_invite(s, &supported);
    expect(s, "INVITE ");
    ring(s, "180 Ringing", "far", RELIABLE("1"), "");
    expect_prack(s, "far", "1 1 INVITE", 2);
    stage_advance(s, 500);
    expect_prack(s, "far", "1 1 INVITE", 2);
    stage_advance(s, 1000);
    expect_prack(s, "far", "1 1 INVITE", 2);
    stage_advance(s, 40000);
    while (stage_read(s))
        pracks += strncmp(s->in, "PRACK ", 6) == 0;
    CHECK(s, pracks == 8);
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK ");
}

/* What was heard before and what comes too early: neither acknowledged nor heard. */
static void only_the_next_one_counts(struct stage *s)
{
    stage_invite(s, &supported);
    expect(s, "INVITE ");
    ring(s, "180 Ringing", "far", RELIABLE("4294967295"), "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    expect_prack(s, "far", "4294967295 1 INVITE", 2);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    ring(s, "180 Ringing", "far", RELIABLE("4294967295"), "");
    ring(s, "183 Session Progress", "far", RELIABLE("2"), "v=0\r\n");
    ring(s, "183 Session Progress", "far", RELIABLE("4294967294"), "v=0\r\n");
    expect_nothing(s);
    expect_no_news(s);
    ring(s, "180 Ringing", "other", RELIABLE("7"), "");
    expect_prack(s, "other", "7 1 INVITE", 3);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    ring(s, "183 Session Progress", "other", RELIABLE("9"), "v=0\r\n");
    expect_nothing(s);
    expect_no_news(s);
    ring(s, "183 Session Progress", "far", "", "v=0 plain\r\n"); /* not sent reliably */
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_EARLY)->sdp, "v=0 plain\r\n") == 0);
    expect_nothing(s);
}

/* What can't be acknowledged is heard as any other. */
static void unusable_numbers(struct stage *s)
{
    static const char *const table[] = {"Require: 100rel\r\n",
                                        RELIABLE("0"),
                                        RELIABLE("abc"),
                                        RELIABLE("-1"),
                                        RELIABLE("99999999999"),
                                        "RSeq: 5\r\n",
                                        "Require: 100relish\r\nRSeq: 5\r\n"};

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        stage_invite(s, &supported);
        expect(s, "INVITE ");
        ring(s, "180 Ringing", "far", table[i], "");
        (void)expect_news(s, RW_IN_LEG_RINGING);
        expect_nothing(s);
        stage_answer(s, "486 Busy Here", "far", "");
        (void)expect_news(s, RW_IN_LEG_FAILED);
        expect(s, "ACK ");
        stage_release(s);
    }
    stage_invite(s, &supported);
    expect(s, "INVITE ");
    stage_answer_to(s, s->invite, "180 Ringing", "", RELIABLE("5"), ""); /* no tag: no dialog */
    (void)expect_news(s, RW_IN_LEG_RINGING);
    stage_answer_to(s, s->invite, "100 Trying", "", RELIABLE("5"), ""); /* section 4: never */
    expect_nothing(s);
}

/* Each telephone counts for itself. */
static void forks(struct stage *s)
{
    stage_invite(s, &supported);
    expect(s, "INVITE ");
    ring(s, "183 Session Progress", "a", RELIABLE("10"), "v=0 a\r\n");
    expect_prack(s, "a", "10 1 INVITE", 2);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    ring(s, "183 Session Progress", "b", RELIABLE("10"), "v=0 b\r\n");
    expect_prack(s, "b", "10 1 INVITE", 3);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    ring(s, "180 Ringing", "a", RELIABLE("11"), "");
    expect_prack(s, "a", "11 1 INVITE", 4);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    (void)expect_news(s, RW_IN_LEG_EARLY);
    (void)expect_news(s, RW_IN_LEG_EARLY);
    /* the answer to our offer stood in its 183 */
    stage_answer(s, "200 OK", "a", "");
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_ANSWERED)->sdp, "v=0 a\r\n") == 0);
    expect(s, "ACK ");
    expect_text(s, ";tag=a\r\n");
    CHECK(s, s->leg->forks == NULL);
}

static void there_is_a_limit_of_forks(struct stage *s)
{
    unsigned pracks = 0;

    stage_invite(s, &supported);
    expect(s, "INVITE ");
    for (int i = 0; i < 12; i++) {
        char tag[] = {'t', (char)('a' + i), '\0'};

        ring(s, "180 Ringing", tag, RELIABLE("1"), "");
        while (stage_read(s)) {
            pracks++;
            stage_answer_to(s, s->in, "200 OK", "", "", "");
        }
    }
    CHECK(s, pracks == 8);
}

/* Not offered, and sent reliably all the same: without a PRACK the call would be lost in 32 s. */
static void unasked(struct stage *s)
{
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    ring(s, "183 Session Progress", "far", RELIABLE("3"), "v=0 early\r\n");
    (void)expect_news(s, RW_IN_LEG_EARLY);
    expect_prack(s, "far", "3 1 INVITE", 2);
    stage_answer_to(s, s->in, "481 Call Does Not Exist", "", "", ""); /* and if it is not liked */
    stage_answer(s, "200 OK", "far", "");
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_ANSWERED)->sdp, "v=0 early\r\n") == 0);
    expect(s, "ACK ");
}

static void prack_is_challenged(struct stage *s)
{
    const struct rw_leg_target target = {
        .reliable = RW_LEG_RELIABLE_SUPPORTED, .auth_user = "user", .auth_password = "secret"};

    stage_invite(s, &target);
    expect(s, "INVITE ");
    ring(s, "180 Ringing", "far", RELIABLE("1"), "");
    expect_prack(s, "far", "1 1 INVITE", 2);
    stage_answer_to(s, s->in, "407 Proxy Authentication Required", "",
                    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n", "");
    expect_prack(s, "far", "1 1 INVITE", 3);
    expect_text(s, "\r\nProxy-Authorization: Digest ");
    expect_text(s, "uri=\"sip:far@127.0.0.1:");
    stage_answer_to(s, s->in, "407 Proxy Authentication Required", "",
                    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"m\", qop=\"auth\"\r\n", "");
    expect_nothing(s); /* it does not take them */
    ring(s, "180 Ringing", "far", RELIABLE("2"), "");
    expect_prack(s, "far", "2 1 INVITE", 4);
    CHECK(s, !strstr(s->in, "Authorization"));
}

/* In the early dialog's route set. */
static void prack_is_routed(struct stage *s)
{
    char extra[300];

    stage_invite(s, &supported);
    expect(s, "INVITE ");
    (void)snprintf(
        extra, sizeof(extra),
        "Record-Route: <sip:127.0.0.1:%u;lr>\r\nContact: <sip:in@10.255.255.1>\r\n" RELIABLE("1"),
        s->peer_port);
    stage_answer_to(s, s->invite, "180 Ringing", "far", extra, "");
    expect(s, "PRACK sip:in@10.255.255.1 SIP/2.0\r\n");
    expect_text(s, "\r\nRoute: <sip:127.0.0.1:");
}

static void carrier_requires_it(struct stage *s)
{
    static const struct {
        enum rw_leg_reliable reliable;
        const char *extra;
        bool again;
    } table[] = {
        {RW_LEG_RELIABLE_SUPPORTED, "Require: 100rel\r\n", true},
        {RW_LEG_RELIABLE_SUPPORTED, "Require: timer\r\n", false},
        {RW_LEG_RELIABLE_OFF, "Require: 100rel\r\n", false},
        {RW_LEG_RELIABLE_REQUIRED, "Require: 100rel\r\n", false},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        stage_invite(s, &(struct rw_leg_target){.reliable = table[i].reliable});
        expect(s, "INVITE ");
        stage_answer_to(s, s->invite, "421 Extension Required", "x", table[i].extra, "");
        expect(s, "ACK ");
        if (table[i].again) {
            expect(s, "INVITE ");
            expect_text(s, "\r\nRequire: 100rel\r\n");
            expect_text(s, "\r\nCSeq: 2 INVITE\r\n");
            stage_answer_to(s, s->invite, "421 Extension Required", "x", table[i].extra, "");
            expect(s, "ACK ");
        }
        CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 421);
        expect_nothing(s);
        stage_release(s);
    }
}

/* The second INVITE begins to count anew, and its PRACK names it. */
static void after_a_challenge(struct stage *s)
{
    const struct rw_leg_target target = {
        .reliable = RW_LEG_RELIABLE_REQUIRED, .auth_user = "user", .auth_password = "secret"};

    stage_invite(s, &target);
    expect(s, "INVITE ");
    ring(s, "180 Ringing", "far", RELIABLE("5"), "");
    expect_prack(s, "far", "5 1 INVITE", 2);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    stage_answer_to(s, s->invite, "401 Unauthorized", "far",
                    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n", "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    expect_text(s, "\r\nCSeq: 3 INVITE\r\n");
    ring(s, "180 Ringing", "far", RELIABLE("1"), "");
    expect_prack(s, "far", "1 3 INVITE", 4);
}

static void cancelled(struct stage *s)
{
    stage_invite(s, &supported);
    expect(s, "INVITE ");
    rw_sip_leg_ops.cancel(s->leg);
    ring(s, "180 Ringing", "far", RELIABLE("1"), "");
    expect(s, "CANCEL ");
    expect_nothing(s);
    stage_answer(s, "487 Request Terminated", "far", "");
    expect(s, "ACK ");
    (void)expect_news(s, RW_IN_LEG_FAILED);
}

/* The far end may ask for something itself, once the early dialog is known to both. */
static void update_before_the_answer(struct stage *s)
{
    stage_invite(s, &supported);
    expect(s, "INVITE ");
    stage_request(s, "UPDATE", 1, "far", "", "v=0 other\r\n");
    expect(s, "SIP/2.0 481 ");
    ring(s, "183 Session Progress", "far", RELIABLE("1"), "v=0 early\r\n");
    (void)expect_news(s, RW_IN_LEG_EARLY);
    expect_prack(s, "far", "1 1 INVITE", 2);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    stage_request(s, "UPDATE", 1, "far", "", "v=0 other\r\n");
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, "\r\n\r\nv=0 offer\r\n");
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_EARLY)->sdp, "v=0 other\r\n") == 0);
    stage_request(s, "UPDATE", 2, "far", "", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, "\r\nContent-Length: 0\r\n");
    stage_request(s, "UPDATE", 3, "far", "Require: precondition\r\n", "");
    expect(s, "SIP/2.0 420 ");
    expect_text(s, "\r\nUnsupported: precondition\r\n");
    stage_request(s, "BYE", 4, "far", "", "");
    expect(s, "SIP/2.0 481 ");
    expect_no_news(s);
    stage_request(s, "PRACK", 4, "far", "", "");
    expect(s, "SIP/2.0 481 ");
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK ");
    stage_request(s, "PRACK", 5, "far", "RAck: 1 1 INVITE\r\n", "");
    expect(s, "SIP/2.0 481 ");
    stage_request(s, "INVITE", 6, "far", "Require: 100rel, foo\r\n", "");
    expect(s, "SIP/2.0 420 ");
    expect_text(s, "\r\nUnsupported: foo\r\n");
    stage_request(s, "INVITE", 7, "far", "Require: 100rel\r\n", "v=0\r\n");
    expect(s, "SIP/2.0 200 OK\r\n"); /* final at once: there is nothing to send reliably */
    expect_text(s, "\r\nSupported: 100rel\r\n");
}

/* An answer that could not be acknowledged for want of memory is, when it is repeated. */
static void memory_comes_back(struct stage *s)
{
    bool left = false;

    for (long n = 0; !left && n < 20; n++) {
        unsigned pracks = 0;

        stage_invite(s, &supported);
        expect(s, "INVITE ");
        rw_mem_fail_once(n);
        ring(s, "183 Session Progress", "far", RELIABLE("40"), "v=0\r\n");
        left = stage_failure_is_left();
        ring(s, "183 Session Progress", "far", RELIABLE("40"), "v=0\r\n");
        rw_mem_fail_once(n);
        ring(s, "180 Ringing", "far", RELIABLE("41"), "");
        (void)stage_failure_is_left();
        ring(s, "180 Ringing", "far", RELIABLE("41"), "");
        while (stage_read(s))
            pracks += strncmp(s->in, "PRACK ", 6) == 0;
        CHECK(s, pracks == 2);
        stage_answer(s, "486 Busy Here", "far", "");
        expect(s, "ACK ");
        stage_release(s);
        s->news_count = s->news_read = 0;
    }
    CHECK(s, left);
}

/* Every allocation of a call with a challenge, two telephones and their answers fails in turn. */
static void no_memory(struct stage *s)
{
    struct rw_leg_target target = {.from_uri = "sip:a@127.0.0.1",
                                   .auth_user = "u",
                                   .auth_password = "p",
                                   .reliable = RW_LEG_RELIABLE_SUPPORTED};
    char uri[100], call_id[40];
    bool left = false;
    long n, live = 0;

    (void)snprintf(uri, sizeof(uri), "sip:b@127.0.0.1:%u", s->peer_port);
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
            for (int i = 0; i < 2; i++) {
                ring(s, "183 Session Progress", "a", RELIABLE("1"), "v=0 a\r\n");
                while (stage_read(s))
                    if (strncmp(s->in, "PRACK ", 6) == 0)
                        stage_answer_to(s, s->in, "401 Unauthorized", "",
                                        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n",
                                        "");
            }
            ring(s, "180 Ringing", "b", RELIABLE("1"), "");
            stage_request(s, "UPDATE", 1, "a", "", "v=0\r\n");
            stage_answer(s, "200 OK", "a", "");
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

PLAY(it_is_offered)
PLAY(each_is_acknowledged)
PLAY(prack_is_repeated)
PLAY(only_the_next_one_counts)
PLAY(unusable_numbers)
PLAY(forks)
PLAY(there_is_a_limit_of_forks)
PLAY(unasked)
PLAY(prack_is_challenged)
PLAY(prack_is_routed)
PLAY(carrier_requires_it)
PLAY(after_a_challenge)
PLAY(cancelled)
PLAY(update_before_the_answer)
PLAY(memory_comes_back)
PLAY(no_memory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_it_is_offered),
        cmocka_unit_test(play_each_is_acknowledged),
        cmocka_unit_test(play_prack_is_repeated),
        cmocka_unit_test(play_only_the_next_one_counts),
        cmocka_unit_test(play_unusable_numbers),
        cmocka_unit_test(play_forks),
        cmocka_unit_test(play_there_is_a_limit_of_forks),
        cmocka_unit_test(play_unasked),
        cmocka_unit_test(play_prack_is_challenged),
        cmocka_unit_test(play_prack_is_routed),
        cmocka_unit_test(play_carrier_requires_it),
        cmocka_unit_test(play_after_a_challenge),
        cmocka_unit_test(play_cancelled),
        cmocka_unit_test(play_update_before_the_answer),
        cmocka_unit_test(play_memory_comes_back),
        cmocka_unit_test(play_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
