/* A call over TCP, message framing, connections that fail, requests over other connections. */
#include "stage.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void whole_call(struct stage *s)
{
    s->stream = true;
    stage_invite(s, NULL);
    expect(s, "INVITE sip:+6591234567@127.0.0.1:");
    expect_text(s, "\r\nVia: SIP/2.0/TCP 127.0.0.1:");
    expect_text(s, ";transport=tcp>\r\n");
    stage_advance(s, 10000);
    expect_nothing(s); /* never repeated over TCP */
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK sip:far@127.0.0.1:");
    stage_request(s, "INFO", 1, "far", "", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
}

static void failure(struct stage *s)
{
    s->stream = true;
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer(s, "486 Busy Here", "far", "");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 486);
    expect(s, "ACK ");
}

/* Bytes come as they like: one by one, or several messages at once. */
static void framing(struct stage *s)
{
    char both[4000];
    int n;

    s->stream = true;
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    n = snprintf(both, sizeof(both), "\r\n\r\nSIP/2.0 180 Ringing\r\nVia: %s\r\n",
                 header_of(s->invite, "Via"));
    n += snprintf(both + n, sizeof(both) - (size_t)n, "From: %s\r\n", header_of(s->invite, "From"));
    n += snprintf(both + n, sizeof(both) - (size_t)n, "To: %s;tag=far\r\n",
                  header_of(s->invite, "To"));
    n += snprintf(
        both + n, sizeof(both) - (size_t)n,
        "Call-ID: %s\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\nl: 5\r\n\r\nv=0\r\n",
        header_of(s->invite, "Call-ID"));
    for (int i = 0; i < n; i++)
        stage_send(s, both + i, 1);
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_EARLY)->sdp, "v=0\r\n") == 0);
    expect(s, "\r\n"); /* the ping's answer */
    memcpy(strstr(both, "v=0"), "v=1", 3);
    memmove(both + n, both + 4, (size_t)n - 4);
    memcpy(strstr(both + n, "v=1"), "v=2", 3);
    stage_send(s, both + 4, 2 * (size_t)n - 8);
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_EARLY)->sdp, "v=1\r\n") == 0);
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_EARLY)->sdp, "v=2\r\n") == 0);
}

static void refused_connection(struct stage *s)
{
    (void)close(s->listener);
    s->listener = -1;
    s->stream = true;
    stage_invite(s, NULL);
    expect_no_news(s); /* never from within invite() */
    stage_turn(s);
    (void)expect_news(s, RW_IN_LEG_UNREACHABLE);
}

static void broken_before_an_answer(struct stage *s)
{
    s->stream = true;
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    (void)close(s->tcp);
    s->tcp = -1;
    stage_turn(s);
    (void)expect_news(s, RW_IN_LEG_UNREACHABLE);
}

static void garbage_closes(struct stage *s)
{
    struct rw_sip_counters c;
    char byte;

    s->stream = true;
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    stage_send(s, "OPTIONS x\r\n\r\n", 13); /* no Content-Length: where does it end? */
    rw_sip_read_counters(s->sip, &c);
    CHECK(s, c.malformed == 1);
    stage_turn(s);
    CHECK(s, recv(s->tcp, &byte, 1, 0) == 0);
    expect_no_news(s);
}

static int connect_to_us(struct stage *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons(s->port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(s, connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
    CHECK(s, fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    stage_turn(s);
    return fd;
}

/* Carriers open connections of their own for requests inside a dialog. */
static void hung_up_over_another_connection(struct stage *s)
{
    char byte;
    int fd = connect_to_us(s);

    CHECK(s, recv(fd, &byte, 1, 0) == 0); /* a stranger's is closed at once */
    (void)close(fd);
    s->stream = true;
    stage_answered_call(s);
    fd = connect_to_us(s);
    (void)close(s->tcp);
    s->tcp = fd;
    stage_request(s, "BYE", 1, "far", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    expect(s, "SIP/2.0 200 OK\r\n");
}

static void idle_connections_close(struct stage *s)
{
    char byte;

    s->stream = true;
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer(s, "486 Busy Here", "far", "");
    expect(s, "ACK ");
    stage_advance(s, RW_SIP_STREAM_IDLE_MS - 1000);
    CHECK(s, recv(s->tcp, &byte, 1, 0) < 0);
    stage_advance(s, 2000);
    CHECK(s, recv(s->tcp, &byte, 1, 0) == 0);
}

PLAY(whole_call)
PLAY(failure)
PLAY(framing)
PLAY(refused_connection)
PLAY(broken_before_an_answer)
PLAY(garbage_closes)
PLAY(hung_up_over_another_connection)
PLAY(idle_connections_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_whole_call),
        cmocka_unit_test(play_failure),
        cmocka_unit_test(play_framing),
        cmocka_unit_test(play_refused_connection),
        cmocka_unit_test(play_broken_before_an_answer),
        cmocka_unit_test(play_garbage_closes),
        cmocka_unit_test(play_hung_up_over_another_connection),
        cmocka_unit_test(play_idle_connections_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
