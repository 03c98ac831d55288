/* Calls that come in: an INVITE of the far end until its final answer, and the dialog that it becomes. */
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "call/reason.h"

#include <cmocka.h>

static const struct rw_leg_origin carrier = {{"0192f000-0000-7000-8000-00000000000a"},
                                             {"0192f000-0000-7000-8000-0000000000f1"}};

/* What the scenario's listener makes of a call, and what it was told. */
static struct {
    bool keeps;
    unsigned told, trunk_count;
    char called[80], caller[80], name[80], sdp[200], trunk[40];
} listener;

static bool on_offered(struct rw_leg *leg, const struct rw_leg_offer *offer,
                       struct rw_leg_refusal *refusal, void *arg)
{
    struct stage *s = arg;

    listener.told++;
    listener.trunk_count = offer->origin_count;
    (void)rw_slice_copy(listener.called, sizeof(listener.called), offer->called);
    (void)rw_slice_copy(listener.caller, sizeof(listener.caller), offer->caller);
    (void)rw_slice_copy(listener.name, sizeof(listener.name), offer->caller_name);
    (void)rw_slice_copy(listener.sdp, sizeof(listener.sdp), offer->sdp);
    if (offer->origin_count)
        (void)snprintf(listener.trunk, sizeof(listener.trunk), "%s", offer->origins[0].trunk.text);
    *refusal = (struct rw_leg_refusal){404, "Not Found"};
    if (!listener.keeps)
        return false;
    rw_sip_leg_ops.adopt(leg, stage_on_news, s);
    s->leg = leg;
    return true;
}

/* The peer sends a request of the call "c1@far"; ours is our tag, "" before it is known. */
static void says(struct stage *s, const char *method, const char *branch, unsigned cseq,
                 const char *ours, const char *more, const char *sdp)
{
    char out[4096], contact[80] = "";

    if (strcmp(method, "INVITE") == 0 && !strstr(more, "Contact:"))
        (void)snprintf(contact, sizeof(contact), "Contact: <sip:far@127.0.0.1:%u>\r\n",
                       s->peer_port);
    (void)snprintf(out, sizeof(out),
                   "%s sip:+6531112222@127.0.0.1:%u SIP/2.0\r\n"
                   "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=%s;rport\r\n"
                   "Max-Forwards: 70\r\n"
                   "From: \"Ann Caller\" <sip:+6591234567@far.example>;tag=theirs\r\n"
                   "To: <sip:+6531112222@us.example>%s%s\r\n"
                   "Call-ID: c1@far\r\nCSeq: %u %s\r\n%s%s%s"
                   "Content-Length: %zu\r\n\r\n%s",
                   method, s->port, s->peer_port, branch, *ours ? ";tag=" : "", ours, cseq, method,
                   contact, more, *sdp ? "Content-Type: application/sdp\r\n" : "", strlen(sdp),
                   sdp);
    stage_send(s, out, strlen(out));
}

static void open_house(struct stage *s, bool keeps)
{
    memset(&listener, 0, sizeof(listener));
    listener.keeps = keeps;
    rw_sip_acquaint(s->sip, RW_LIT("127.0.0.1"), &carrier, 3600000);
    rw_sip_leg_ops.listen(rw_sip_leg_port(s->sip), on_offered, s);
}

static const char *our_tag(const struct stage *s)
{
    static char tag[64];
    const char *at = strstr(header_of(s->in, "To"), ";tag=");

    (void)snprintf(tag, sizeof(tag), "%s", at ? at + 5 : "");
    return tag;
}

static void a_call_is_taken_and_ended(struct stage *s)
{
    char tag[64];

    open_house(s, true);
    says(s, "INVITE", "z9hG4bKa", 7, "",
         "Record-Route: <sip:127.0.0.1:1;lr>\r\nRecord-Route: <sip:127.0.0.2;lr>\r\n",
         "v=0 theirs\r\n");
    expect(s, "SIP/2.0 100 Trying");
    CHECK(s, listener.told == 1 && strcmp(listener.called, "+6531112222") == 0);
    CHECK(s,
          strcmp(listener.caller, "+6591234567") == 0 && strcmp(listener.name, "Ann Caller") == 0);
    CHECK(s, strcmp(listener.sdp, "v=0 theirs\r\n") == 0);
    CHECK(s, listener.trunk_count == 1 && strcmp(listener.trunk, carrier.trunk.text) == 0);
    rw_sip_leg_ops.ring(s->leg);
    stage_turn(s);
    expect(s, "SIP/2.0 180 Ringing");
    expect_text(s, "\r\nContact: <sip:");
    expect_text(s, "Record-Route: <sip:127.0.0.1:1;lr>\r\nRecord-Route: <sip:127.0.0.2;lr>\r\n");
    (void)snprintf(tag, sizeof(tag), "%s", our_tag(s));
    CHECK(s, strlen(tag) == 16);
    says(s, "INVITE", "z9hG4bKa", 7, "", "", "v=0 theirs\r\n"); /* again, since the 180 was lost */
    expect(s, "SIP/2.0 180 Ringing");
    CHECK(s, listener.told == 1 && strcmp(our_tag(s), tag) == 0);
    CHECK(s, rw_sip_leg_ops.accept(s->leg, RW_LIT("v=0 ours\r\n"), NULL) == RW_OK);
    CHECK(s, rw_sip_leg_ops.accept(s->leg, RW_LIT("v=0 ours\r\n"), NULL) == RW_CONFLICT);
    stage_turn(s);
    expect(s, "SIP/2.0 200 OK");
    expect_text(s, "\r\n\r\nv=0 ours\r\n");
    stage_advance(s, 500);
    expect(s, "SIP/2.0 200 OK"); /* no ACK yet */
    says(s, "ACK", "z9hG4bKb", 7, tag, "", "");
    stage_advance(s, 40000);
    expect_nothing(s);
    expect_no_news(s);
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    stage_turn(s);
    /* where it goes: the first route is nobody's here, which the far end's address stands for */
    while (s->sent[0] && strncmp(s->sent, "BYE ", 4) != 0)
        stage_turn(s);
    CHECK(s, strstr(s->sent, "BYE sip:far@127.0.0.1"));
    CHECK(s, strstr(s->sent, "Route: <sip:127.0.0.1:1;lr>, <sip:127.0.0.2;lr>\r\n"));
    CHECK(s, strstr(s->sent, "To: <sip:+6591234567@far.example>;tag=theirs\r\n"));
    CHECK(s, strstr(s->sent, tag) != NULL);
}

/* Calls to whoever is registered come to the Contact that was bound. */
static void whom_a_call_to_our_contact_is_for(struct stage *s)
{
    static const struct {
        const char *to, *more, *called;
    } table[] = {
        {"<sip:+6531112222@us.example>", "", "+6531112222"},
        {"\"A, B\" <sip:+6531112222@us.example>",
         "P-Called-Party-ID: <sip:+6531113333@us.example>\r\n", "+6531113333"},
        {"<sip:us.example>", "", ""},
        {"<tel:+6531112222>", "", ""},
    };

    for (unsigned i = 0; i < sizeof(table) / sizeof(*table); i++) {
        char out[2000];

        open_house(s, false);
        (void)snprintf(out, sizeof(out),
                       "INVITE sip:ringwright@127.0.0.1:%u;transport=udp SIP/2.0\r\n"
                       "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKc%u;rport\r\n"
                       "From: <sip:+6591234567@far.example>;tag=theirs\r\nTo: %s\r\n"
                       "Call-ID: c%u@far\r\nCSeq: 1 INVITE\r\nContact: <sip:far@127.0.0.1:%u>\r\n%s"
                       "Content-Length: 0\r\n\r\n",
                       s->port, s->peer_port, i, table[i].to, i, s->peer_port, table[i].more);
        stage_send(s, out, strlen(out));
        CHECK(s, listener.told == 1 && strcmp(listener.called, table[i].called) == 0);
        CHECK(s, strcmp(listener.caller, "+6591234567") == 0);
        while (stage_read(s))
            ;
    }
}

static void the_far_end_hangs_up(struct stage *s)
{
    char tag[64];

    open_house(s, true);
    says(s, "INVITE", "z9hG4bKa", 7, "", "", "v=0 theirs\r\n");
    expect(s, "SIP/2.0 100 Trying");
    CHECK(s, rw_sip_leg_ops.accept(s->leg, RW_LIT("v=0 ours\r\n"), NULL) == RW_OK);
    stage_turn(s);
    expect(s, "SIP/2.0 200 OK");
    (void)snprintf(tag, sizeof(tag), "%s", our_tag(s));
    says(s, "ACK", "z9hG4bKb", 7, tag, "", "");
    says(s, "BYE", "z9hG4bKc", 8, tag, "", "");
    expect(s, "SIP/2.0 200 OK");
    expect_news(s, RW_IN_LEG_ENDED);
}

static void the_caller_gives_up(struct stage *s)
{
    const struct news *news;
    struct rw_err err;

    open_house(s, true);
    says(s, "INVITE", "z9hG4bKa", 7, "", "", "v=0 theirs\r\n");
    expect(s, "SIP/2.0 100 Trying");
    rw_sip_leg_ops.ring(s->leg);
    stage_turn(s);
    expect(s, "SIP/2.0 180 Ringing");
    says(s, "CANCEL", "z9hG4bKother", 7, "", "", "");
    expect(s, "SIP/2.0 481 "); /* of nothing that we know */
    says(s, "CANCEL", "z9hG4bKa", 7, "", "", "");
    expect(s, "SIP/2.0 200 OK");
    expect_text(s, "CSeq: 7 CANCEL");
    expect(s, "SIP/2.0 487 Request Terminated");
    expect_text(s, "CSeq: 7 INVITE");
    stage_turn(s);
    news = expect_news(s, RW_IN_LEG_FAILED);
    CHECK(s, news->ending.sip_code == 487 && news->ending.disconnect == RW_DISC_ENDPOINT);
    CHECK(s, strcmp(news->ending.reason, RW_REASON_CANCELLED) == 0);
    CHECK(s, rw_sip_leg_ops.accept(s->leg, RW_LIT("v=0 ours\r\n"), &err) == RW_CONFLICT);
    CHECK(s, strcmp(err.code, "sip.not_offered") == 0);
    stage_advance(s, 500);
    expect(s, "SIP/2.0 487 Request Terminated");
    says(s, "ACK", "z9hG4bKa", 7, our_tag(s), "", "");
    stage_advance(s, 40000);
    expect_nothing(s);
    expect_no_news(s);
}

static void a_refusal_is_repeated_until_it_is_acknowledged(struct stage *s)
{
    open_house(s, false);
    says(s, "INVITE", "z9hG4bKa", 7, "", "", "v=0 theirs\r\n");
    expect(s, "SIP/2.0 404 Not Found");
    stage_advance(s, 500);
    expect(s, "SIP/2.0 404 Not Found");
    says(s, "INVITE", "z9hG4bKa", 7, "", "", "v=0 theirs\r\n");
    expect(s, "SIP/2.0 404 Not Found");
    CHECK(s, listener.told == 1);
    says(s, "ACK", "z9hG4bKa", 7, our_tag(s), "", "");
    stage_advance(s, 40000);
    expect_nothing(s);
    says(s, "INVITE", "z9hG4bKd", 7, "", "", "v=0 theirs\r\n"); /* a new one is a new call */
    expect(s, "SIP/2.0 404 Not Found");
    stage_advance(s, 33000);
    while (stage_read(s))
        expect_text(s, "SIP/2.0 404 Not Found");
    says(s, "INVITE", "z9hG4bKd", 7, "", "", "v=0 theirs\r\n"); /* it was forgotten after 32 s */
    CHECK(s, listener.told == 3);
}

static void why_it_is_refused_is_said(struct stage *s)
{
    static const struct {
        const char *reason, *status;
    } cases[] = {
        {RW_REASON_BUSY, "SIP/2.0 486 "},
        {RW_REASON_DECLINED, "SIP/2.0 603 "},
        {RW_REASON_DRAINED, "SIP/2.0 503 "},
        {RW_REASON_STORE_FAILED, "SIP/2.0 500 "},
        {RW_REASON_MEDIA_REFUSED, "SIP/2.0 488 "},
        {RW_REASON_NO_ANSWER, "SIP/2.0 480 "},
        {NULL, "SIP/2.0 480 "},
    };

    open_house(s, true);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char branch[40];

        (void)snprintf(branch, sizeof(branch), "z9hG4bK%zu", i);
        says(s, "INVITE", branch, 7, "", "", "v=0 theirs\r\n");
        expect(s, "SIP/2.0 100 Trying");
        rw_sip_leg_ops.refuse(s->leg, &(struct rw_ending){.reason = cases[i].reason});
        stage_turn(s);
        expect(s, cases[i].status);
        expect_news(s, RW_IN_LEG_FAILED);
        says(s, "ACK", branch, 7, our_tag(s), "", "");
        stage_turn(s);
        stage_release(s);
    }
}

static void a_200_without_an_ack_ends_the_call(struct stage *s)
{
    unsigned answers = 0;

    open_house(s, true);
    says(s, "INVITE", "z9hG4bKa", 7, "", "", "v=0 theirs\r\n");
    expect(s, "SIP/2.0 100 Trying");
    CHECK(s, rw_sip_leg_ops.accept(s->leg, RW_LIT("v=0 ours\r\n"), NULL) == RW_OK);
    stage_advance(s, 31000);
    while (stage_read(s) && strncmp(s->in, "SIP/2.0 200 OK", 14) == 0)
        answers++;
    CHECK(s, answers >= 10);
    stage_advance(s, 5000);
    while (stage_read(s) && strncmp(s->in, "SIP/2.0 200 OK", 14) == 0)
        ;
    CHECK(s, strncmp(s->in, "BYE sip:far@127.0.0.1", 21) == 0);
}

static void what_no_call_can_be_made_of_is_refused(struct stage *s)
{
    rw_sip_acquaint(s->sip, RW_LIT("127.0.0.1"), &carrier, 3600000);
    says(s, "INVITE", "z9hG4bKa", 7, "", "", "v=0 theirs\r\n");
    expect(s, "SIP/2.0 403 Calls Are Not Taken Here");
    open_house(s, true);
    says(s, "INVITE", "z9hG4bKc", 7, "", "", "v=0 theirs\r\n");
    expect(s, "SIP/2.0 100 Trying");
    says(s, "INVITE", "z9hG4bKd", 7, "", "", "v=0 theirs\r\n"); /* the same call by another way */
    expect(s, "SIP/2.0 482 Loop Detected");
    CHECK(s, listener.told == 1);
}

/* A Contact that no request can go to: From stands in for it, as in RFC 2543's days. */
static void a_contact_of_no_use(struct stage *s)
{
    open_house(s, true);
    says(s, "INVITE", "z9hG4bKa", 7, "", "Contact: <mailto:x>\r\n", "v=0 theirs\r\n");
    expect(s, "SIP/2.0 100 Trying");
    CHECK(s, rw_sip_leg_ops.accept(s->leg, RW_LIT("v=0 ours\r\n"), NULL) == RW_OK);
    stage_turn(s);
    expect(s, "SIP/2.0 200 OK");
    says(s, "ACK", "z9hG4bKb", 7, our_tag(s), "", "");
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    stage_turn(s);
    expect(s, "BYE sip:+6591234567@far.example SIP/2.0");
}

/* With every allocation failing in turn: it is refused, or taken; nothing is left. */
static void memory_ends(struct stage *s)
{
    open_house(s, true);
    for (int nth = 0;; nth++) {
        char branch[40];

        (void)snprintf(branch, sizeof(branch), "z9hG4bK%d", nth);
        s->leg = NULL;
        rw_mem_fail_after(nth);
        says(s, "INVITE", branch, 7, "", "", "v=0 theirs\r\n");
        if (s->leg && rw_sip_leg_ops.accept(s->leg, RW_LIT("v=0 ours\r\n"), NULL) == RW_OK &&
            stage_failure_is_left())
            return;
        rw_mem_fail_after(-1);
        if (s->leg)
            stage_release(s);
        stage_advance(s, 70000);
        while (stage_read(s))
            ;
        CHECK(s, nth < 100);
    }
}

PLAY(a_call_is_taken_and_ended)
PLAY(whom_a_call_to_our_contact_is_for)
PLAY(the_far_end_hangs_up)
PLAY(the_caller_gives_up)
PLAY(a_refusal_is_repeated_until_it_is_acknowledged)
PLAY(why_it_is_refused_is_said)
PLAY(a_200_without_an_ack_ends_the_call)
PLAY(what_no_call_can_be_made_of_is_refused)
PLAY(a_contact_of_no_use)
PLAY(memory_ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_a_call_is_taken_and_ended),
        cmocka_unit_test(play_whom_a_call_to_our_contact_is_for),
        cmocka_unit_test(play_the_far_end_hangs_up),
        cmocka_unit_test(play_the_caller_gives_up),
        cmocka_unit_test(play_a_refusal_is_repeated_until_it_is_acknowledged),
        cmocka_unit_test(play_why_it_is_refused_is_said),
        cmocka_unit_test(play_a_200_without_an_ack_ends_the_call),
        cmocka_unit_test(play_what_no_call_can_be_made_of_is_refused),
        cmocka_unit_test(play_a_contact_of_no_use),
        cmocka_unit_test(play_memory_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
