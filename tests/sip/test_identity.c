/* Who vouches for a call, when the token is made, and which messages carry it. */
#include "stage.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* The stage's clock begins 1,000 s after 1970. */
#define TOKEN(n, second) "token-" n ".+6534567890.+6591234567.t1.1." second ";info=<x>"
#define CHALLENGE "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"\r\n"

static const struct rw_leg_target vouched = {.auth_user = "user",
                                             .auth_password = "secret",
                                             .trunk_id = "t1",
                                             .signer = &stage_signer_port,
                                             .claim = {"+6534567890", "+6591234567", NULL, true}};

static void only_the_invite_has_it(struct stage *s)
{
    stage_invite(s, &vouched);
    expect(s, "INVITE ");
    expect_text(s, "\r\nDate: Thu, 01 Jan 1970 00:16:40 GMT\r\n");
    expect_text(s, "\r\nIdentity: " TOKEN("1", "1000") "\r\n");
    expect_text(s, "\r\n\r\nv=0 offer\r\n");
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK ");
    CHECK(s, !strstr(s->in, "Identity") && !strstr(s->in, "Date"));
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    CHECK(s, !strstr(s->in, "Identity"));
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    CHECK(s, stage_signer.asked == 1);
}

static void neither_ack_nor_cancel_repeats_it(struct stage *s)
{
    stage_invite(s, &vouched);
    expect(s, "INVITE ");
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    rw_sip_leg_ops.cancel(s->leg);
    expect(s, "CANCEL ");
    CHECK(s, !strstr(s->in, "Identity"));
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    stage_answer(s, "487 Request Terminated", "far", "");
    (void)expect_news(s, RW_IN_LEG_FAILED);
    expect(s, "ACK ");
    CHECK(s, !strstr(s->in, "Identity"));
}

static void challenge_after(struct stage *s, uint64_t ms)
{
    stage_invite(s, &vouched);
    expect(s, "INVITE ");
    expect_text(s, "\r\nIdentity: " TOKEN("1", "1000") "\r\n");
    stage_answer(s, "100 Trying", "", "");
    stage_advance(s, ms);
    stage_answer_to(s, s->invite, "407 Proxy Authentication Required", "p", CHALLENGE, "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    expect_text(s, "\r\nProxy-Authorization: ");
}

static void a_fresh_token_is_sent_again(struct stage *s)
{
    challenge_after(s, 27900);
    expect_text(s, "\r\nDate: Thu, 01 Jan 1970 00:16:40 GMT\r\n");
    expect_text(s, "\r\nIdentity: " TOKEN("1", "1000") "\r\n");
}

static void a_stale_token_is_made_anew(struct stage *s)
{
    challenge_after(s, 28000);
    expect_text(s, "\r\nDate: Thu, 01 Jan 1970 00:17:08 GMT\r\n");
    expect_text(s, "\r\nIdentity: " TOKEN("2", "1028") "\r\n");
}

static void a_token_of_the_future_is_made_anew(struct stage *s)
{
    stage_invite(s, &vouched);
    expect(s, "INVITE ");
    stage_answer(s, "100 Trying", "", "");
    stage_turn(s);
    s->now_ms -= 2000; /* the machine's clock was set */
    rw_clock_set_virtual(s->now_ms);
    stage_answer_to(s, s->invite, "407 Proxy Authentication Required", "p", CHALLENGE, "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    expect_text(s, "\r\nIdentity: " TOKEN("2", "998") "\r\n");
}

static void no_key_after_the_challenge(struct stage *s)
{
    stage_invite(s, &vouched);
    expect(s, "INVITE ");
    stage_answer(s, "100 Trying", "", "");
    stage_advance(s, 29000);
    stage_signer.refuses = true;
    stage_answer_to(s, s->invite, "407 Proxy Authentication Required", "p", CHALLENGE, "");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 407);
    expect(s, "ACK ");
    expect_nothing(s);
}

static void nothing_to_say(struct stage *s)
{
    stage_signer.says_nothing = true;
    stage_invite(s, &vouched);
    expect(s, "INVITE ");
    CHECK(s, !strstr(s->in, "Identity") && !strstr(s->in, "Date"));
}

static void nobody_vouches(struct stage *s)
{
    struct rw_leg_target target = vouched;

    target.signer = NULL;
    stage_invite(s, &target);
    expect(s, "INVITE ");
    CHECK(s, !strstr(s->in, "Identity") && stage_signer.asked == 0);
}

static void refused(struct stage *s, const struct rw_leg_target *more, const char *code)
{
    struct rw_leg_target target = *more;
    struct rw_leg *leg = NULL;
    struct rw_err err = {0};
    char uri[80];

    (void)snprintf(uri, sizeof(uri), "sip:b@127.0.0.1:%u", s->peer_port);
    target.uri = uri;
    target.from_uri = "sip:a@127.0.0.1";
    target.call_id = "00-x";
    CHECK(s, rw_sip_leg_ops.invite(rw_sip_leg_port(s->sip), &target, RW_LIT("v=0\r\n"), NULL, NULL,
                                   &leg, &err) != RW_OK);
    CHECK(s, leg == NULL && strcmp(err.code, code) == 0);
    expect_nothing(s);
}

static void no_invite_without_what_it_should_say(struct stage *s)
{
    struct rw_leg_target target = vouched;

    stage_signer.refuses = true;
    refused(s, &target, "stir.not_signed");
    stage_signer.refuses = false;
    target.claim.from_number = NULL;
    refused(s, &target, "sip.bad_target");
    target = vouched;
    target.claim.to_number = NULL;
    refused(s, &target, "sip.bad_target");
}

PLAY(only_the_invite_has_it)
PLAY(neither_ack_nor_cancel_repeats_it)
PLAY(a_fresh_token_is_sent_again)
PLAY(a_stale_token_is_made_anew)
PLAY(a_token_of_the_future_is_made_anew)
PLAY(no_key_after_the_challenge)
PLAY(nothing_to_say)
PLAY(nobody_vouches)
PLAY(no_invite_without_what_it_should_say)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_only_the_invite_has_it),
        cmocka_unit_test(play_neither_ack_nor_cancel_repeats_it),
        cmocka_unit_test(play_a_fresh_token_is_sent_again),
        cmocka_unit_test(play_a_stale_token_is_made_anew),
        cmocka_unit_test(play_a_token_of_the_future_is_made_anew),
        cmocka_unit_test(play_no_key_after_the_challenge),
        cmocka_unit_test(play_nothing_to_say),
        cmocka_unit_test(play_nobody_vouches),
        cmocka_unit_test(play_no_invite_without_what_it_should_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
