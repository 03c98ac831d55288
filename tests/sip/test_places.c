/* A trunk with several addresses that say nothing, while another trunk waits for the call. */
#include "../test.h"
#include "call/reason.h"
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Calls a trunk with so many addresses, all of which are the peer's: CSeq tells them apart. */
static void call(struct stage *s, unsigned addresses)
{
    char places[300] = "";

    for (unsigned i = 0; i < addresses; i++)
        (void)snprintf(places + strlen(places), sizeof(places) - strlen(places),
                       "%s127.0.0.1:%u;priority=%u", i ? ", " : "", s->peer_port, i);
    stage_invite(s, &(struct rw_leg_target){.places = places, .silent_ms = 5000});
}

/* Of what the peer has got: how many copies of INVITE so and so; what else came is a failure. */
static void count_invites(struct stage *s, unsigned copies[10])
{
    memset(copies, 0, 10 * sizeof(*copies));
    while (stage_read(s)) {
        CHECK(s, strncmp(s->in, "INVITE ", 7) == 0);
        copies[strtoul(header_of(s->in, "CSeq"), NULL, 10) % 10]++;
    }
}

static void two_addresses_share_the_time(struct stage *s)
{
    unsigned copies[10];

    call(s, 2);
    stage_advance(s, 2400);
    count_invites(s, copies);
    CHECK(s, copies[1] == 3 && copies[2] == 0); /* 0, 0.5, 1.5 */
    stage_advance(s, 2500);
    expect_no_news(s);
    count_invites(s, copies);
    CHECK(s, copies[1] == 0 && copies[2] == 3);
    stage_advance(s, 100);
    (void)expect_news(s, RW_IN_LEG_SILENT);
    stage_release(s);
    stage_advance(s, 40000);
    expect_nothing(s);
}

static void four_of_many_are_asked(struct stage *s)
{
    unsigned copies[10];

    call(s, 6);
    stage_advance(s, 9900);
    expect_no_news(s);
    stage_advance(s, 100);
    (void)expect_news(s, RW_IN_LEG_SILENT);
    count_invites(s, copies);
    CHECK(s, copies[1] == 3 && copies[2] == 3 && copies[3] == 3 && copies[4] == 3);
    CHECK(s, copies[5] == 0);
    stage_release(s);
}

/* The one that wakes up too late is cancelled, or hung up, while the other one has the call. */
static void only_one_gets_the_call(struct stage *s)
{
    char first[8192];

    call(s, 2);
    expect(s, "INVITE ");
    (void)snprintf(first, sizeof(first), "%s", s->invite);
    stage_advance(s, 2500);
    do
        CHECK(s, stage_read(s));
    while (!strstr(s->in, "\r\nCSeq: 2 INVITE\r\n"));
    stage_answer_to(s, first, "180 Ringing", "late", "", "");
    expect(s, "CANCEL ");
    expect_text(s, "\r\nCSeq: 1 CANCEL\r\n");
    expect_no_news(s);
    stage_answer_to(s, s->in, "200 OK", "late", "", "");
    stage_answer_to(s, first, "180 Ringing", "late", "", ""); /* is cancelled once */
    expect_nothing(s);
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    stage_answer(s, "200 OK", "far", "v=0 answer\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK ");
    expect_text(s, "\r\nCSeq: 2 ACK\r\n");
    stage_answer_to(s, first, "487 Request Terminated", "late", "", "");
    expect(s, "ACK ");
    expect_text(s, "\r\nCSeq: 1 ACK\r\n");
    expect_no_news(s);
}

static void an_answer_too_late_is_hung_up(struct stage *s)
{
    char first[8192], contact[80];

    call(s, 2);
    expect(s, "INVITE ");
    (void)snprintf(first, sizeof(first), "%s", s->invite);
    stage_advance(s, 2500);
    do
        CHECK(s, stage_read(s));
    while (!strstr(s->in, "\r\nCSeq: 2 INVITE\r\n"));
    (void)snprintf(contact, sizeof(contact), "Contact: <sip:late@127.0.0.1:%u>\r\n", s->peer_port);
    stage_answer_to(s, first, "200 OK", "late", contact, "v=0 answer\r\n");
    expect(s, "ACK ");
    expect_text(s, "\r\nCSeq: 1 ACK\r\n");
    expect(s, "BYE ");
    expect_no_news(s);
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    stage_answer(s, "200 OK", "far", "v=0 answer\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK ");
}

/* Silence behind a refusal is silence too. */
static void silent_behind_one_that_refuses(struct stage *s)
{
    call(s, 2);
    expect(s, "INVITE ");
    stage_answer(s, "503 Service Unavailable", "far", "");
    expect(s, "ACK ");
    stage_advance(s, 4900);
    expect_no_news(s);
    stage_advance(s, 100);
    (void)expect_news(s, RW_IN_LEG_SILENT);
}

/* A hang-up ends the search; the address that has the call now is cancelled when it wakes up. */
static void a_hang_up_ends_the_search(struct stage *s)
{
    unsigned copies[10];

    call(s, 3);
    stage_advance(s, 2600);
    count_invites(s, copies);
    CHECK(s, copies[2] == 1);
    rw_sip_leg_ops.cancel(s->leg);
    stage_advance(s, 2000);
    stage_answer(s, "100 Trying", "", "");
    do
        CHECK(s, stage_read(s));
    while (strncmp(s->in, "CANCEL ", 7) != 0);
    expect_text(s, "\r\nCSeq: 2 CANCEL\r\n");
    stage_answer(s, "487 Request Terminated", "far", "");
    (void)expect_news(s, RW_IN_LEG_FAILED);
    stage_advance(s, 10000);
    while (stage_read(s))
        CHECK(s, !strstr(s->in, "\r\nCSeq: 3 INVITE\r\n"));
}

PLAY(two_addresses_share_the_time)
PLAY(four_of_many_are_asked)
PLAY(only_one_gets_the_call)
PLAY(an_answer_too_late_is_hung_up)
PLAY(silent_behind_one_that_refuses)
PLAY(a_hang_up_ends_the_search)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_two_addresses_share_the_time),
        cmocka_unit_test(play_four_of_many_are_asked),
        cmocka_unit_test(play_only_one_gets_the_call),
        cmocka_unit_test(play_an_answer_too_late_is_hung_up),
        cmocka_unit_test(play_silent_behind_one_that_refuses),
        cmocka_unit_test(play_a_hang_up_ends_the_search),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
