/* What is asked of trunks outside of calls: OPTIONS and REGISTER against a scripted far end. */
#include "stage.h"

#include "base/mem.h"
#include "sip/binding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct rw_trunk_answers answers;
static struct rw_trunk_enrolled enrolled;
static unsigned told;
static char uri[120], nobody[120];

static void on_answers(const struct rw_trunk_answers *got, void *arg)
{
    (void)arg;
    answers = *got;
    told++;
}

static void on_enrolled(const struct rw_trunk_enrolled *got, void *arg)
{
    (void)arg;
    enrolled = *got;
    told++;
}

static struct rw_trunk_target target_of(const struct stage *s)
{
    told = 0;
    (void)snprintf(uri, sizeof(uri), "sip:127.0.0.1:%u%s", s->peer_port,
                   s->stream ? ";transport=tcp" : "");
    return (struct rw_trunk_target){
        .id = "t1", .name = "One", .uri = uri, .auth_user = "us", .auth_password = "secret"};
}

static struct rw_trunk_question *ask(struct stage *s, const struct rw_trunk_target *target)
{
    struct rw_trunk_question *q = NULL;
    struct rw_err err;

    CHECK(s, rw_sip_trunk_ops.options(rw_sip_trunk_port(s->sip), target, on_answers, s, &q, &err) ==
                 RW_OK);
    return q;
}

static struct rw_trunk_question *enrol(struct stage *s, const struct rw_trunk_target *target,
                                       enum rw_trunk_enrol_kind kind)
{
    const struct rw_trunk_enrol enrol = {
        .kind = kind, .expires_s = 600, .call_id = "00-reg", .cseq = 7};
    struct rw_trunk_question *q = NULL;
    struct rw_err err;

    CHECK(s, rw_sip_trunk_ops.enrol(rw_sip_trunk_port(s->sip), target, &enrol, on_enrolled, s, &q,
                                    &err) == RW_OK);
    return q;
}

static void reply(struct stage *s, const char *status, const char *extra)
{
    char request[8192];

    (void)snprintf(request, sizeof(request), "%s", s->in);
    stage_answer_to(s, request, status, "far", extra, "");
    stage_turn(s);
}

/* ------------------------------------------------------------------ OPTIONS */

static void options_are_answered(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);

    (void)ask(s, &target);
    expect(s, "OPTIONS sip:127.0.0.1:");
    expect_text(s, "\r\nFrom: <sip:ringwright@127.0.0.1:");
    expect_text(s, "\r\nTo: <sip:127.0.0.1>\r\n");
    expect_text(s, "\r\nAccept: application/sdp\r\n");
    CHECK(s, told == 0);
    stage_advance(s, 300);
    reply(s, "200 Fine", "Server: Far/1 \xe2\x80\xae\r\nallow: INVITE, ACK\r\nAllow: BYE\r\n");
    CHECK(s, told == 1 && answers.count == 1);
    CHECK(s, answers.at[0].outcome == RW_TRUNK_ANSWERED && answers.at[0].code == 200);
    CHECK(s, strcmp(answers.at[0].phrase, "Fine") == 0);
    CHECK(s, strcmp(answers.at[0].agent, "Far/1 \\u{202E}") == 0);
    CHECK(s, strcmp(answers.at[0].allow, "INVITE, ACK") == 0);
    CHECK(s, answers.at[0].rtt_us == 300000);
    CHECK(s, strstr(uri, answers.at[0].address) != NULL);
    stage_advance(s, 6000);
    CHECK(s, told == 1);
}
PLAY(options_are_answered)

/* Where the far end sees us, and what time it is there. */
static void what_the_far_end_sees(struct stage *s)
{
    static const struct {
        const char *params, *seen_as;
    } cases[] = {
        {";received=203.0.113.7;rport=61000", "203.0.113.7:61000"},
        {";rport=61000;received=203.0.113.7", "203.0.113.7:61000"},
        {";received=203.0.113.7", "203.0.113.7:0"},
        {";received=2001:db8::7;rport=5060", "[2001:db8::7]:5060"},
        {";received=\"[2001:db8::7]\";rport=5060", "[2001:db8::7]:5060"},
        {";rport=61000", ""},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_trunk_target target = target_of(s);
        char request[8192], *via, *rport;

        told = 0;
        (void)ask(s, &target);
        expect(s, "OPTIONS ");
        via = strstr(s->in, "\r\nVia: ");
        CHECK(s, via != NULL);
        rport = strstr(via, ";rport\r\n");
        CHECK(s, rport != NULL);
        (void)snprintf(request, sizeof(request), "%.*s%s%s", (int)(rport - s->in), s->in,
                       cases[i].params, rport + 6);
        stage_answer_to(s, request, "200 OK", "far", "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n", "");
        stage_turn(s);
        CHECK(s, told == 1);
        CHECK(s, strcmp(answers.at[0].seen_as, cases[i].seen_as) == 0);
        CHECK(s, strcmp(answers.at[0].date, "Sat, 13 Nov 2010 23:29:00 GMT") == 0);
    }
}
PLAY(what_the_far_end_sees)

static void a_refusal_is_an_answer(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);

    (void)ask(s, &target);
    expect(s, "OPTIONS ");
    reply(s, "401 Who", "User-Agent: Carrier\r\n");
    CHECK(s, told == 1 && answers.at[0].code == 401);
    CHECK(s, strcmp(answers.at[0].agent, "Carrier") == 0);
    expect_nothing(s);
}
PLAY(a_refusal_is_an_answer)

static void silence_is_told_in_time(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);

    (void)ask(s, &target);
    expect(s, "OPTIONS ");
    stage_advance(s, RW_TRUNK_PATIENCE_MS - 200);
    CHECK(s, told == 0);
    while (stage_read(s)) /* repeated meanwhile */
        expect_text(s, "OPTIONS ");
    stage_advance(s, 400);
    CHECK(s, told == 1 && answers.count == 1 && answers.at[0].outcome == RW_TRUNK_SILENT);
    stage_advance(s, 5000);
    expect_nothing(s);
    reply(s, "200 OK", ""); /* too late: nobody waits */
    stage_advance(s, 30000);
    CHECK(s, told == 1);
}
PLAY(silence_is_told_in_time)

static void every_address_is_asked(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);
    char places[200];

    (void)snprintf(places, sizeof(places), "127.0.0.1:9;priority=2, 127.0.0.1:%u;priority=1",
                   s->peer_port);
    target.places = places;
    (void)ask(s, &target);
    expect(s, "OPTIONS ");
    reply(s, "200 OK", "");
    CHECK(s, told == 1 || answers.count == 0);
    stage_advance(s, 6000); /* where ICMP does not tell, patience does */
    CHECK(s, told == 1 && answers.count == 2);
    CHECK(s, answers.at[0].outcome == RW_TRUNK_ANSWERED);
    CHECK(s, strcmp(answers.at[1].address, "127.0.0.1:9") == 0);
    CHECK(s, answers.at[1].outcome != RW_TRUNK_ANSWERED && answers.at[1].code == 0);
}
PLAY(every_address_is_asked)

static void through_the_proxy(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);
    char route[120];

    (void)snprintf(route, sizeof(route), "sip:127.0.0.1:%u", s->peer_port);
    target.route = route;
    target.uri = "sip:carrier.example:5080";
    (void)ask(s, &target);
    expect(s, "OPTIONS sip:carrier.example:5080 SIP/2.0");
    expect_text(s, "\r\nRoute: <sip:127.0.0.1:");
    expect_text(s, "\r\nTo: <sip:carrier.example>\r\n");
    reply(s, "200 OK", "");
    CHECK(s, told == 1);
}
PLAY(through_the_proxy)

static void over_tcp(struct stage *s)
{
    struct rw_trunk_target target;

    s->stream = true;
    target = target_of(s);
    (void)ask(s, &target);
    expect(s, "OPTIONS ");
    expect_text(s, "Via: SIP/2.0/TCP ");
    reply(s, "200 OK", "");
    CHECK(s, told == 1 && answers.at[0].code == 200);
    (void)snprintf(nobody, sizeof(nobody), "sip:127.0.0.1:9;transport=tcp");
    target.uri = nobody;
    (void)ask(s, &target);
    stage_advance(s, 200);
    CHECK(s, told == 2 && answers.at[0].outcome == RW_TRUNK_UNREACHABLE);
}
PLAY(over_tcp)

static void nobody_is_told_of_what_is_dropped(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);

    rw_sip_trunk_ops.drop(ask(s, &target));
    expect(s, "OPTIONS ");
    reply(s, "200 OK", "");
    rw_sip_trunk_ops.drop(enrol(s, &target, RW_TRUNK_ENROL));
    expect(s, "REGISTER ");
    reply(s, "200 OK", "");
    (void)ask(s, &target); /* the SIP side goes first */
    (void)enrol(s, &target, RW_TRUNK_ENROL);
    CHECK(s, told == 0);
}
PLAY(nobody_is_told_of_what_is_dropped)

static void bad_targets_are_refused(struct stage *s)
{
    struct rw_trunk_target table[] = {
        {.uri = "sip:a b"},
        {.uri = "tel:+6591234567"},
        {.uri = "sip:127.0.0.1;transport=sctp"},
        {.uri = "sip:127.0.0.1", .route = "sip:<"},
        {.uri = "sip:127.0.0.1", .auth_user = "a\r\nb"},
        {.uri = "sip:127.0.0.1", .auth_password = "a\nb"},
        {.uri = "sip:[::1]"},
        {.uri = "sip:127.0.0.1", .places = "???"},
    };
    struct rw_trunk_target without = {.uri = "sip:127.0.0.1"};
    const struct rw_trunk_enrol enrol = {.kind = RW_TRUNK_ENROL};
    struct rw_trunk_question *q;
    struct rw_err err;

    told = 0;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        CHECK(s, rw_sip_trunk_ops.options(rw_sip_trunk_port(s->sip), &table[i], on_answers, s, &q,
                                          &err) == RW_MALFORMED);
    CHECK(s, rw_sip_trunk_ops.enrol(rw_sip_trunk_port(s->sip), &without, &enrol, on_enrolled, s, &q,
                                    &err) == RW_MALFORMED);
    stage_advance(s, 6000);
    CHECK(s, told == 0);
}
PLAY(bad_targets_are_refused)

/* ------------------------------------------------------------------ REGISTER */

#define CHALLENGE "WWW-Authenticate: Digest realm=\"r\", nonce=\"n%u\", qop=\"auth\"\r\n"

static void registered_with_digest(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);
    char extra[300];

    (void)enrol(s, &target, RW_TRUNK_ENROL);
    expect(s, "REGISTER sip:127.0.0.1:");
    expect_text(s, "\r\nFrom: <sip:us@127.0.0.1>;tag=");
    expect_text(s, "\r\nTo: <sip:us@127.0.0.1>\r\n");
    expect_text(s, "\r\nCall-ID: 00-reg\r\n");
    expect_text(s, "\r\nCSeq: 7 REGISTER\r\n");
    expect_text(s, "\r\nExpires: 600\r\n");
    expect_text(s, "\r\nContact: <sip:ringwright@127.0.0.1:");
    CHECK(s, !strstr(s->in, "Authorization"));
    (void)snprintf(extra, sizeof(extra), CHALLENGE, 1);
    reply(s, "401 Who", extra);
    expect(s, "REGISTER ");
    expect_text(s, "\r\nCSeq: 8 REGISTER\r\n");
    expect_text(s, "\r\nAuthorization: Digest username=\"us\", realm=\"r\", nonce=\"n1\"");
    CHECK(s, told == 0);
    (void)snprintf(extra, sizeof(extra),
                   "Contact: <sip:other@192.0.2.1>;expires=9, <sip:ringwright@127.0.0.1:%u>;"
                   "expires=120\r\n",
                   s->port);
    reply(s, "200 OK", extra);
    CHECK(s, told == 1 && enrolled.expires_s == 120 && enrolled.cseq == 8);
    CHECK(s, enrolled.challenged && !enrolled.refused_credentials);
    CHECK(s, strcmp(enrolled.realm, "r") == 0 && enrolled.answer.code == 200);
}
PLAY(registered_with_digest)

static void wrong_credentials_are_told_once(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);
    char extra[300];

    (void)enrol(s, &target, RW_TRUNK_ENROL);
    for (unsigned i = 0; i < 2; i++) {
        expect(s, "REGISTER ");
        (void)snprintf(extra, sizeof(extra), CHALLENGE, i);
        reply(s, "401 Who", extra);
    }
    expect_nothing(s);
    CHECK(s, told == 1 && enrolled.answer.code == 401 && enrolled.refused_credentials);
    CHECK(s, enrolled.expires_s == 0);
}
PLAY(wrong_credentials_are_told_once)

static void asked_who_in_a_way_we_do_not_know(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);

    (void)enrol(s, &target, RW_TRUNK_ENROL);
    expect(s, "REGISTER ");
    reply(s, "401 Who",
          "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm=AKAv1-MD5\r\n");
    CHECK(s, told == 1 && enrolled.challenged && !enrolled.refused_credentials);
}
PLAY(asked_who_in_a_way_we_do_not_know)

static void leaving_and_looking(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);

    (void)enrol(s, &target, RW_TRUNK_LEAVE);
    expect(s, "REGISTER ");
    expect_text(s, "\r\nExpires: 0\r\n");
    expect_text(s, "\r\nContact: <sip:ringwright@");
    reply(s, "200 OK", "");
    CHECK(s, told == 1 && enrolled.expires_s == 0);
    (void)enrol(s, &target, RW_TRUNK_LOOK);
    expect(s, "REGISTER ");
    CHECK(s, !strstr(s->in, "Contact:") && !strstr(s->in, "Expires:"));
    reply(s, "200 OK", "Contact: <sip:other@192.0.2.1>;expires=9\r\n");
    CHECK(s, told == 2 && enrolled.expires_s == 0 && enrolled.answer.code == 200);
}
PLAY(leaving_and_looking)

/* Told by ICMP at once, or found out by patience. */
static void expect_at_the_next_address(struct stage *s)
{
    for (unsigned ms = 0; ms < RW_TRUNK_PATIENCE_MS + 500 && !stage_read(s); ms += 100)
        stage_advance(s, 100);
    expect_text(s, "REGISTER ");
}

static void the_next_address_registers(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);
    char places[200];

    (void)snprintf(places, sizeof(places), "127.0.0.1:9;priority=1, 127.0.0.1:%u;priority=2",
                   s->peer_port);
    target.places = places;
    (void)enrol(s, &target, RW_TRUNK_ENROL);
    expect_at_the_next_address(s);
    expect_text(s, "\r\nCSeq: 8 REGISTER\r\n");
    reply(s, "423 Brief", "Min-Expires: 3600\r\n");
    CHECK(s, told == 1 && enrolled.answer.code == 423 && enrolled.min_expires_s == 3600);
    (void)enrol(s, &target, RW_TRUNK_ENROL);
    expect_at_the_next_address(s);
    reply(s, "503 Later", "Retry-After: 17 (busy)\r\n");
    CHECK(s, told == 2 && enrolled.answer.code == 503 && enrolled.retry_after_s == 17);
    (void)enrol(s, &target, RW_TRUNK_ENROL);
    stage_advance(s, 2 * RW_TRUNK_PATIENCE_MS + 400);
    CHECK(s, told == 3 && enrolled.answer.outcome == RW_TRUNK_SILENT);
}
PLAY(the_next_address_registers)

static void odd_names_are_escaped(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);

    target.auth_user = "a@b c\"<>%\xc3\xa9";
    (void)enrol(s, &target, RW_TRUNK_ENROL);
    expect(s, "REGISTER ");
    expect_text(s, "\r\nTo: <sip:a%40b%20c%22%3C%3E%25%C3%A9@127.0.0.1>\r\n");
}
PLAY(odd_names_are_escaped)

static void memory_ends(struct stage *s)
{
    struct rw_trunk_target target = target_of(s);
    char extra[300];

    (void)snprintf(extra, sizeof(extra), CHALLENGE, 1);
    for (long n = 0;; n++) {
        const struct rw_trunk_enrol wish = {.kind = RW_TRUNK_ENROL, .expires_s = 60};
        struct rw_trunk_question *q, *o;
        bool left;

        told = 0;
        rw_mem_fail_once(n);
        if (rw_sip_trunk_ops.options(rw_sip_trunk_port(s->sip), &target, on_answers, s, &o, NULL))
            told++;
        if (rw_sip_trunk_ops.enrol(rw_sip_trunk_port(s->sip), &target, &wish, on_enrolled, s, &q,
                                   NULL))
            told++;
        stage_turn(s);
        for (int i = 0; i < 4 && stage_read(s); i++)
            reply(s,
                  strstr(s->in, "REGISTER") && !strstr(s->in, "Authorization") ? "401 Who"
                                                                               : "200 OK",
                  extra);
        left = stage_failure_is_left();
        stage_advance(s, 2 * RW_TRUNK_PATIENCE_MS + 400);
        CHECK(s, told == 2);
        while (stage_read(s))
            ;
        if (left)
            break;
    }
}
PLAY(memory_ends)

/* ------------------------------------------------------------------ what a 2xx says */

static void bindings(void **state)
{
    static const struct {
        const char *status, *lines;
        uint32_t expires, min, retry;
    } table[] = {
        {"200 OK", "", 600, 0, 0},
        {"200 OK", "Expires: 300\r\n", 300, 0, 0},
        {"200 OK", "Contact: <sip:ringwright@192.0.2.9:5060>;expires=77\r\n", 77, 0, 0},
        {"200 OK", "m: <sip:ringwright@192.0.2.9>;expires=\"77\"\r\n", 77, 0, 0},
        {"200 OK", "Contact: sip:ringwright@192.0.2.9;expires=77\r\n", 77, 0, 0},
        {"200 OK", "Expires: 300\r\nContact: <sip:ringwright@192.0.2.9>\r\n", 300, 0, 0},
        {"200 OK",
         "Contact: <sip:x@192.0.2.8>;expires=5\r\nContact: "
         "<sip:ringwright@192.0.2.9>;q=1;expires=0\r\n",
         0, 0, 0},
        /* another port is another contact; alone it is ours, seen from behind a NAT */
        {"200 OK", "Contact: <sip:ringwright@203.0.113.5:1024>;expires=60\r\n", 60, 0, 0},
        {"200 OK", "Contact: <sip:a@203.0.113.5>;expires=60, <sip:b@203.0.113.6>;expires=70\r\n",
         600, 0, 0},
        {"200 OK", "Contact: \"a, b\" <sip:ringwright@192.0.2.9>;expires=12\r\n", 12, 0, 0},
        {"200 OK", "Contact: <sip:ringwright@192.0.2.9>;expires=soon\r\nExpires: later\r\n", 600, 0,
         0},
        {"200 OK", "Contact: <sip:ringwright@192.0.2.9>;expires=99999999999999999999999\r\n",
         UINT32_MAX, 0, 0},
        {"423 Brief", "Min-Expires: 3600\r\n", 0, 3600, 0},
        {"503 Busy", "Retry-After: 120 (at lunch);duration=3600\r\nMin-Expires: x\r\n", 0, 0, 120},
        {"403 No", "Contact: <sip:ringwright@192.0.2.9>;expires=77\r\n", 0, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_sip_binding binding;
        struct rw_sip_message m;
        char text[1000];
        int n = snprintf(text, sizeof(text),
                         "SIP/2.0 %s\r\nVia: SIP/2.0/UDP a;branch=b\r\nFrom: <sip:a@b>;tag=1\r\n"
                         "To: <sip:a@b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\n%s\r\n",
                         table[i].status, table[i].lines);

        assert_null(rw_sip_message_parse(&m, text, (size_t)n, false));
        binding = rw_sip_binding_read(&m, RW_LIT("192.0.2.9"), 5060, 600);
        if (binding.expires_s != table[i].expires || binding.min_expires_s != table[i].min ||
            binding.retry_after_s != table[i].retry)
            fail_msg("%s: %u, %u, %u", table[i].lines, binding.expires_s, binding.min_expires_s,
                     binding.retry_after_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_options_are_answered),
        cmocka_unit_test(play_what_the_far_end_sees),
        cmocka_unit_test(play_a_refusal_is_an_answer),
        cmocka_unit_test(play_silence_is_told_in_time),
        cmocka_unit_test(play_every_address_is_asked),
        cmocka_unit_test(play_through_the_proxy),
        cmocka_unit_test(play_over_tcp),
        cmocka_unit_test(play_nobody_is_told_of_what_is_dropped),
        cmocka_unit_test(play_bad_targets_are_refused),
        cmocka_unit_test(play_registered_with_digest),
        cmocka_unit_test(play_wrong_credentials_are_told_once),
        cmocka_unit_test(play_asked_who_in_a_way_we_do_not_know),
        cmocka_unit_test(play_leaving_and_looking),
        cmocka_unit_test(play_the_next_address_registers),
        cmocka_unit_test(play_odd_names_are_escaped),
        cmocka_unit_test(play_memory_ends),
        cmocka_unit_test(bindings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
