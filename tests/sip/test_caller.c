/* What an INVITE says of its caller beside From. */
#include "stage.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define PAI "P-Asserted-Identity: <sip:+6534567890@carrier.example;user=phone>\r\n"
#define PPI "P-Preferred-Identity: <sip:6534567890@192.0.2.1>\r\n"
#define DIVERSION "Diversion: <sip:+6531234567@carrier.example>;reason=unconditional\r\n"

static const struct rw_leg_target everything = {
    .from_uri = "sip:anonymous@anonymous.invalid",
    .from_name = "Anonymous",
    .auth_user = "us",
    .auth_password = "secret",
    .caller = {.asserted = "sip:+6534567890@carrier.example;user=phone",
               .preferred = "sip:6534567890@192.0.2.1",
               .diverted = "sip:+6531234567@carrier.example",
               .withheld = true}};

static void says_it_in_every_invite_and_nowhere_else(struct stage *s)
{
    stage_invite(s, &everything);
    expect(s, "INVITE ");
    expect_text(s, "\r\nFrom: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=");
    expect_text(s, "\r\n" PAI PPI "Privacy: id\r\n" DIVERSION);
    stage_answer(s, "100 Trying", "", "");
    stage_answer_to(s, s->invite, "401 Unauthorized", "t",
                    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n", "");
    expect(s, "ACK ");
    expect(s, "INVITE ");
    expect_text(s, "\r\n" PAI PPI "Privacy: id\r\n" DIVERSION);
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK ");
    CHECK(s, !strstr(s->in, "P-Asserted") && !strstr(s->in, "Diversion"));
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    CHECK(s, !strstr(s->in, "P-Asserted") && !strstr(s->in, "Privacy"));
    stage_answer_to(s, s->in, "200 OK", "", "", "");
}

static void says_one_thing(struct stage *s)
{
    static const struct {
        struct rw_leg_caller caller;
        const char *due;
    } table[] = {
        {{.asserted = "sip:+6534567890@carrier.example;user=phone"}, PAI},
        {{.preferred = "sip:6534567890@192.0.2.1"}, PPI},
        {{.diverted = "sip:+6531234567@carrier.example"}, DIVERSION},
        {{.withheld = true}, "Privacy: id\r\n"},
        {{.withheld = false}, ""},
    };
    static const char *const all[] = {PAI, PPI, DIVERSION, "Privacy: id\r\n"};

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        stage_invite(s, &(struct rw_leg_target){.caller = table[i].caller});
        expect(s, "INVITE ");
        for (size_t k = 0; k < sizeof(all) / sizeof(*all); k++)
            CHECK(s, (strstr(s->in, all[k]) != NULL) == (strcmp(all[k], table[i].due) == 0));
        stage_answer(s, "486 Busy Here", "far", "");
        (void)expect_news(s, RW_IN_LEG_FAILED);
        expect(s, "ACK ");
        stage_release(s);
    }
}

static void a_preview_shows_it(struct stage *s)
{
    struct rw_leg_target target = everything;
    struct rw_err err = {0};
    struct rw_buf text;

    target.uri = "sip:+6591234567@127.0.0.1";
    target.call_id = "00-x-t";
    rw_buf_init(&text, 4000);
    CHECK(s, rw_sip_leg_ops.preview(rw_sip_leg_port(s->sip), &target, &text, &err) == RW_OK);
    (void)rw_slice_copy(s->in, sizeof(s->in), rw_buf_slice(&text));
    rw_buf_done(&text);
    expect_text(s, "\r\n" PAI PPI "Privacy: id\r\n" DIVERSION);
    expect_nothing(s);
}

static void what_cant_stand_in_a_header_is_refused(struct stage *s)
{
    static const struct rw_leg_caller table[] = {
        {.asserted = "sip:a@b>\r\nX: y"}, {.preferred = "sip:a b@c"}, {.diverted = "sip:\"@c"}};

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_leg_target target = {.uri = "sip:+65@127.0.0.1:9",
                                       .from_uri = "sip:a@127.0.0.1",
                                       .call_id = "00-x",
                                       .caller = table[i]};
        struct rw_leg *leg = NULL;
        struct rw_err err = {0};

        CHECK(s, rw_sip_leg_ops.invite(rw_sip_leg_port(s->sip), &target, RW_LIT("v"), stage_on_news,
                                       s, &leg, &err) == RW_MALFORMED);
        CHECK(s, leg == NULL && strcmp(err.code, "sip.bad_target") == 0);
    }
    expect_nothing(s);
}

static void no_memory(struct stage *s)
{
    struct rw_leg_target target = everything;
    bool left = false;
    long n;

    target.uri = "sip:+6591234567@127.0.0.1";
    target.call_id = "00-x-t";
    for (n = -1; !left && n < 100; n++) {
        struct rw_buf text;
        struct rw_err err;
        long live = rw_mem_live();
        enum rw_class class;

        rw_buf_init(&text, 4000);
        rw_mem_fail_once(n); /* -1: a first round without failures warms the buffers up */
        class = rw_sip_leg_ops.preview(rw_sip_leg_port(s->sip), &target, &text, &err);
        CHECK(s, class == RW_OK || class == RW_NO_MEMORY);
        rw_buf_done(&text);
        left = stage_failure_is_left();
        CHECK(s, n < 0 || rw_mem_live() == live);
    }
    CHECK(s, left && n > 4);
}

PLAY(says_it_in_every_invite_and_nowhere_else)
PLAY(says_one_thing)
PLAY(a_preview_shows_it)
PLAY(what_cant_stand_in_a_header_is_refused)
PLAY(no_memory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_says_it_in_every_invite_and_nowhere_else),
        cmocka_unit_test(play_says_one_thing),
        cmocka_unit_test(play_a_preview_shows_it),
        cmocka_unit_test(play_what_cant_stand_in_a_header_is_refused),
        cmocka_unit_test(play_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
