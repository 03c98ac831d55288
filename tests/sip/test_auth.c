/* Digest: the answers themselves (values computed with Python's hashlib), and when they are given. */
#include "stage.h"

#include "sip/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void answers_to_challenges(void **state)
{
    static const struct {
        const char *challenge, *answer; /* answer NULL: can't be answered */
    } table[] = {
        {"Digest realm=\"r\", nonce=\"n\"",
         "Digest username=\"user\", realm=\"r\", nonce=\"n\", uri=\"sip:a@b\", "
         "response=\"9ef17196d0e58a43e7d6d55997468204\""},
        {"digest  nonce=\"n\",realm=\"r\" ,qop=\"auth-int , auth\", algorithm=MD5, opaque=\"o\"",
         "Digest username=\"user\", realm=\"r\", nonce=\"n\", uri=\"sip:a@b\", "
         "response=\"7080655fb524949e61f6aee734106a7e\", algorithm=MD5, opaque=\"o\", "
         "cnonce=\"00000000000000ab\", "
         "qop=auth, nc=00000001"},
        {"Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256",
         "Digest username=\"user\", realm=\"r\", nonce=\"n\", uri=\"sip:a@b\", "
         "response=\"e4f0ca4994fb701626f335f82c7bafb9c56ea791c85f36a0e48f3244614fafc1\", "
         "algorithm=SHA-256, cnonce=\"00000000000000ab\", qop=auth, "
         "nc=00000001"},
        {"Digest realm=\"r\", nonce=\"n\", qop=auth, algorithm=\"sha-512-256\", opaque=\"\"",
         "Digest username=\"user\", realm=\"r\", nonce=\"n\", uri=\"sip:a@b\", "
         "response=\"c62addda5277a73d3733fa2b9e0e69b4c0febb0fdece8ea319a79d093cda0a4c\", "
         "algorithm=SHA-512-256, opaque=\"\", "
         "cnonce=\"00000000000000ab\", qop=auth, nc=00000001"},
        {"Digest realm=\"a \\\"b\\\", c\", nonce=\"n\"",
         "Digest username=\"user\", realm=\"a \\\"b\\\", c\", nonce=\"n\", uri=\"sip:a@b\", "
         "response=\"041061e03848548fd247a2d6050b7a7b\""},
        {"Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"", NULL},
        {"Digest realm=\"r\", nonce=\"n\", algorithm=MD5-sess", NULL},
        {"Digest realm=\"r\"", NULL},
        {"Digest nonce=\"n\"", NULL},
        {"Digest realm=\"r, nonce=n", NULL},
        {"Basic realm=\"r\", nonce=\"n\"", NULL},
        {"Digest", NULL},
        {"", NULL},
    };
    struct rw_sip_credentials who = {.user = RW_LIT("user"),
                                     .password = RW_LIT("secret"),
                                     .method = RW_SIP_INVITE,
                                     .uri = RW_LIT("sip:a@b"),
                                     .cnonce = 0xab};

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_sip_challenge challenge;
        struct rw_buf buf;
        bool read = rw_sip_challenge_parse(rw_slice_str(table[i].challenge), &challenge);

        assert_int_equal(read, table[i].answer != NULL);
        if (!read)
            continue;
        rw_buf_init(&buf, 2000);
        assert_true(rw_sip_digest_put(&buf, &challenge, &who));
        assert_string_equal(buf.p, table[i].answer);
        rw_buf_done(&buf);
    }
}

static const struct rw_leg_target with_password = {.auth_user = "user", .auth_password = "secret"};

#define CHALLENGE "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"\r\n"

static void challenged_once(struct stage *s)
{
    char via[200];

    stage_invite(s, &with_password);
    expect(s, "INVITE ");
    (void)snprintf(via, sizeof(via), "%s", header_of(s->in, "Via"));
    CHECK(s, !strstr(s->in, "Authorization"));
    stage_answer_to(s, s->invite, "407 Proxy Authentication Required", "p", CHALLENGE, "");
    expect(s, "ACK ");
    expect_text(s, "\r\nCSeq: 1 ACK\r\n");
    expect(s, "INVITE ");
    expect_text(s, "\r\nCSeq: 2 INVITE\r\n");
    expect_text(s, "\r\nProxy-Authorization: Digest username=\"user\", realm=\"r\", nonce=\"n1\"");
    expect_text(s, "\r\n\r\nv=0 offer\r\n");
    CHECK(s, strcmp(via, header_of(s->in, "Via")) != 0);
    CHECK(s, !strstr(header_of(s->in, "To"), "tag="));
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK ");
    expect_text(s, "\r\nCSeq: 2 ACK\r\n");
    expect_text(s, "\r\nProxy-Authorization: "); /* RFC 3261, section 22.3 */
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    expect_text(s, "\r\nCSeq: 3 BYE\r\n");
    CHECK(s, !strstr(s->in, "Authorization"));
    stage_answer_to(s, s->in, "407 Proxy Authentication Required", "", CHALLENGE, "");
    expect_no_news(s);
    expect(s, "BYE ");
    expect_text(s, "\r\nCSeq: 4 BYE\r\n");
    expect_text(s, "\r\nProxy-Authorization: ");
    stage_answer_to(s, s->in, "407 Proxy Authentication Required", "", CHALLENGE, "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    expect_nothing(s);
}

static void wrong_password(struct stage *s)
{
    stage_invite(s, &with_password);
    expect(s, "INVITE ");
    stage_answer_to(s, s->invite, "407 Proxy Authentication Required", "p", CHALLENGE, "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    stage_answer_to(s, s->invite, "407 Proxy Authentication Required", "p", CHALLENGE, "");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 407);
    expect(s, "ACK ");
    expect_nothing(s);
}

static void no_password(struct stage *s)
{
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer_to(s, s->invite, "401 Unauthorized", "p",
                    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n", "");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 401);
}

/* A stale nonce is answered once more; another realm is another question. */
static void stale_nonce_and_second_realm(struct stage *s)
{
    static const char stale[] =
        "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n2\", stale=TRUE, qop=\"auth\"\r\n";
    static const char second[] = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n9\", "
                                 "algorithm=SHA-1\r\n"
                                 "WWW-Authenticate: Digest realm=\"r\", nonce=\"n3\", "
                                 "algorithm=SHA-256\r\n";

    stage_invite(s, &with_password);
    expect(s, "INVITE ");
    stage_answer_to(s, s->invite, "407 Proxy Authentication Required", "p", CHALLENGE, "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    stage_answer_to(s, s->invite, "407 Proxy Authentication Required", "p", stale, "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    expect_text(s, "nonce=\"n2\"");
    CHECK(s, !strstr(s->in, "nonce=\"n1\""));
    stage_answer_to(s, s->invite, "401 Unauthorized", "p", second, "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    expect_text(s, "\r\nProxy-Authorization: ");
    expect_text(s, "\r\nAuthorization: ");
    expect_text(s, "nonce=\"n3\"");
    expect_text(s, "algorithm=SHA-256");
    expect_text(s, "\r\nCSeq: 4 INVITE\r\n");
    stage_answer_to(s, s->invite, "407 Proxy Authentication Required", "p", stale, "");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 407);
}

static void cancelled_before_the_challenge(struct stage *s)
{
    stage_invite(s, &with_password);
    expect(s, "INVITE ");
    rw_sip_leg_ops.cancel(s->leg);
    stage_answer_to(s, s->invite, "407 Proxy Authentication Required", "p", CHALLENGE, "");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 407);
    expect(s, "ACK ");
    expect_nothing(s);
}

PLAY(challenged_once)
PLAY(wrong_password)
PLAY(no_password)
PLAY(stale_nonce_and_second_realm)
PLAY(cancelled_before_the_challenge)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_to_challenges),
        cmocka_unit_test(play_challenged_once),
        cmocka_unit_test(play_wrong_password),
        cmocka_unit_test(play_no_password),
        cmocka_unit_test(play_stale_nonce_and_second_realm),
        cmocka_unit_test(play_cancelled_before_the_challenge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
