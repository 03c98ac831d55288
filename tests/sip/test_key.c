/* Keys by INFO: how bodies are read, how ours leave one after the other, how theirs are told. */
#include "stage.h"

#include "base/mem.h"
#include "sip/info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define RELAY "application/dtmf-relay"
#define TYPE "Content-Type: " RELAY "\r\n"

static void bodies(void **state)
{
    static const struct {
        const char *type, *body;
        enum rw_sip_info what;
        char sign;
        uint16_t ms;
    } table[] = {
        {RELAY, "Signal=5\r\nDuration=160\r\n", RW_SIP_INFO_KEY, '5', 160},
        {RELAY, "Signal= 5\r\nDuration= 250", RW_SIP_INFO_KEY, '5', 250},
        {RELAY, "signal = *\nduration=100\n", RW_SIP_INFO_KEY, '*', 100},
        {RELAY, "Duration=100\r\nSignal=#\r\n", RW_SIP_INFO_KEY, '#', 100},
        {RELAY, "Signal=d\r\n", RW_SIP_INFO_KEY, 'D', 160},
        {RELAY, "Signal=10\r\n", RW_SIP_INFO_KEY, '*', 160},
        {RELAY, "Signal=11\r\n", RW_SIP_INFO_KEY, '#', 160},
        {RELAY, "Signal=0\r\nDuration=5\r\n", RW_SIP_INFO_KEY, '0', 50},
        {RELAY, "Signal=0\r\nDuration=999999\r\n", RW_SIP_INFO_KEY, '0', 8000},
        {"APPLICATION/DTMF-RELAY", "Signal=1\r\nX=y\r\n\r\n", RW_SIP_INFO_KEY, '1', 160},
        {"application/dtmf", "7", RW_SIP_INFO_KEY, '7', 160},
        {"application/dtmf", " 7 \r\n", RW_SIP_INFO_KEY, '7', 160},
        {RELAY, "", RW_SIP_INFO_BAD, 0, 0},
        {RELAY, "Signal=\r\n", RW_SIP_INFO_BAD, 0, 0},
        {RELAY, "Signal=16\r\n", RW_SIP_INFO_BAD, 0, 0}, /* a flash is no key */
        {RELAY, "Signal=!\r\n", RW_SIP_INFO_BAD, 0, 0},
        {RELAY, "Signal=123\r\n", RW_SIP_INFO_BAD, 0, 0},
        {RELAY, "Signal=5\r\nDuration=x\r\n", RW_SIP_INFO_BAD, 0, 0},
        {RELAY, "Signal=5\r\nDuration=1000000\r\n", RW_SIP_INFO_BAD, 0, 0},
        {RELAY, "5", RW_SIP_INFO_BAD, 0, 0},
        {"application/dtmf", "", RW_SIP_INFO_BAD, 0, 0},
        {"application/dtmf", "55", RW_SIP_INFO_BAD, 0, 0},
        {"application/sdp", "Signal=5", RW_SIP_INFO_OTHER, 0, 0},
        {"", "Signal=5", RW_SIP_INFO_OTHER, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_key key = {.sign = '?'};

        assert_int_equal(
            rw_sip_info_read(rw_slice_str(table[i].type), rw_slice_str(table[i].body), &key),
            table[i].what);
        if (table[i].what != RW_SIP_INFO_KEY) {
            assert_int_equal(key.sign, '?');
            continue;
        }
        assert_int_equal(key.sign, table[i].sign);
        assert_int_equal(key.ms, table[i].ms);
    }
}

static void press(struct stage *s, char sign)
{
    const struct rw_key key = {sign, 160};

    rw_sip_leg_ops.key(s->leg, &key);
}

static void one_after_the_other(struct stage *s)
{
    stage_answered_call(s);
    press(s, '5');
    press(s, '#');
    expect(s, "INFO sip:far@127.0.0.1:");
    expect_text(s, "\r\nCSeq: 2 INFO\r\n");
    expect_text(s, "\r\nContent-Type: application/dtmf-relay\r\n"
                   "Content-Length: 24\r\n\r\nSignal=5\r\nDuration=160\r\n");
    expect_nothing(s);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    expect(s, "INFO ");
    expect_text(s, "\r\nCSeq: 3 INFO\r\n");
    expect_text(s, "Signal=#");
    stage_answer_to(s, s->in, "415 Unsupported Media Type", "", "", "");
    expect_nothing(s);
    press(s, '1'); /* one that was refused does not hold up the next */
    expect(s, "INFO ");
    expect_text(s, "Signal=1");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    expect_no_news(s);
}

static void repeated_until_it_is_answered(struct stage *s)
{
    char first[sizeof(s->in)];

    stage_answered_call(s);
    press(s, '5');
    press(s, '6');
    expect(s, "INFO ");
    (void)snprintf(first, sizeof(first), "%s", s->in);
    stage_advance(s, 600);
    expect(s, "INFO ");
    CHECK(s, strcmp(first, s->in) == 0); /* the same, and so no second key */
    stage_advance(s, 40000);             /* given up: the next one */
    do
        CHECK(s, stage_read(s));
    while (!strstr(s->in, "Signal=6"));
}

static void challenged(struct stage *s)
{
    static const char challenge[] =
        "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n";

    stage_invite(s, &(struct rw_leg_target){.auth_user = "u", .auth_password = "p"});
    expect(s, "INVITE ");
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    expect(s, "ACK ");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    for (unsigned i = 0; i < 2; i++) {
        press(s, (char)('1' + i));
        expect(s, "INFO ");
        CHECK(s, !strstr(s->in, "Proxy-Authorization"));
        stage_answer_to(s, s->in, "407 Proxy Authentication Required", "", challenge, "");
        expect(s, "INFO ");
        expect_text(s, "Proxy-Authorization: Digest username=\"u\"");
        expect_text(s, i ? "Signal=2" : "Signal=1");
        stage_answer_to(s, s->in, "200 OK", "", "", "");
    }
    expect_nothing(s);
}

static void only_while_the_leg_is_up(struct stage *s)
{
    const struct rw_ending why = {.sip_code = 0};

    stage_invite(s, &(struct rw_leg_target){.uri = NULL});
    expect(s, "INVITE ");
    press(s, '1');
    expect_nothing(s);
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    press(s, '2');
    expect_nothing(s);
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    expect(s, "ACK ");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    press(s, '3');
    press(s, '4');
    expect(s, "INFO ");
    rw_sip_leg_ops.bye(s->leg, &why);
    expect(s, "BYE ");
    press(s, '5');
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    expect_nothing(s);
}

static void so_many_wait(struct stage *s)
{
    unsigned sent = 0;

    stage_answered_call(s);
    for (unsigned i = 0; i < 40; i++)
        press(s, '1');
    while (stage_read(s)) {
        sent++;
        stage_answer_to(s, s->in, "200 OK", "", "", "");
        stage_turn(s);
    }
    CHECK(s, sent == 32);
}

static void theirs(struct stage *s)
{
    const struct news *news;

    stage_answered_call(s);
    stage_request(s, "INFO", 1, "far", TYPE, "Signal=9\r\nDuration=300\r\n");
    news = expect_news(s, 0);
    CHECK(s, news->key.sign == '9' && news->key.ms == 300);
    expect(s, "SIP/2.0 200 OK");
    stage_request(s, "INFO", 1, "far", TYPE, "Signal=9\r\nDuration=300\r\n");
    expect(s, "SIP/2.0 200 OK");
    expect_no_news(s); /* the same again: our answer was lost */
    stage_request(s, "INFO", 2, "far", TYPE, "Signal=!\r\n");
    expect(s, "SIP/2.0 400 No Key In Body");
    stage_request(s, "INFO", 3, "far", "Content-Type: text/plain\r\n", "hello");
    expect(s, "SIP/2.0 200 OK");
    expect_no_news(s);
    stage_request(s, "INFO", 4, "far", TYPE, "Signal=9\r\n");
    CHECK(s, expect_news(s, 0)->key.sign == '9');
}

static void without_memory(struct stage *s)
{
    for (long n = 0; n < 20; n++) {
        bool left;

        stage_answered_call(s);
        rw_mem_fail_after(n);
        press(s, '5');
        stage_turn(s);
        left = stage_failure_is_left();
        while (stage_read(s))
            if (strncmp(s->in, "INFO", 4) == 0)
                stage_answer_to(s, s->in, "200 OK", "", "", "");
        stage_turn(s);
        stage_release(s);
        while (stage_read(s))
            if (strncmp(s->in, "BYE", 3) == 0)
                stage_answer_to(s, s->in, "200 OK", "", "", "");
        s->news_read = s->news_count = 0;
        if (left)
            return;
    }
    CHECK(s, !"it fails for ever");
}

PLAY(one_after_the_other)
PLAY(repeated_until_it_is_answered)
PLAY(challenged)
PLAY(only_while_the_leg_is_up)
PLAY(so_many_wait)
PLAY(theirs)
PLAY(without_memory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(play_one_after_the_other),
        cmocka_unit_test(play_repeated_until_it_is_answered),
        cmocka_unit_test(play_challenged),
        cmocka_unit_test(play_only_while_the_leg_is_up),
        cmocka_unit_test(play_so_many_wait),
        cmocka_unit_test(play_theirs),
        cmocka_unit_test(play_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
