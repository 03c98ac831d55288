/* Where the requests of a leg go: targets, routes, Contact, and names that DNS knows. */
#include "stage.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void not_sendable(struct stage *s)
{
    /* the system refuses the broadcast address to a socket that did not ask for it */
    stage_invite(s, &(struct rw_leg_target){.uri = "sip:1@255.255.255.255"});
    stage_turn(s);
    (void)expect_news(s, RW_IN_LEG_UNREACHABLE);
    stage_release(s);
}

static void bad_targets(struct stage *s)
{
    static const struct {
        struct rw_leg_target target;
        const char *code;
    } table[] = {
        {{.uri = "sip:a\r\nX: y@127.0.0.1", .from_uri = "sip:a@b", .call_id = "00-1"},
         "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1> x", .from_uri = "sip:a@b", .call_id = "00-1"}, "sip.bad_target"},
        {{.uri = "tel:+65", .from_uri = "sip:a@b", .call_id = "00-1"}, "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1", .from_uri = "sip:a@b\n", .call_id = "00-1"}, "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1", .from_uri = "none", .call_id = "00-1"}, "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1", .from_uri = "sip:a@b", .call_id = "00\r\n1"}, "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1", .from_uri = "sip:a@b", .call_id = ""}, "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1", .from_uri = "sip:a@b", .call_id = "00-1", .from_name = "a\nb"},
         "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1", .from_uri = "sip:a@b", .call_id = "00-1", .auth_user = "\x7f"},
         "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1", .from_uri = "sip:a@b", .call_id = "00-1", .route = "sip:x y"},
         "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1", .from_uri = "sip:a@b", .call_id = "00-1", .local_tag = "a;b"},
         "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1", .from_uri = "sip:a@b", .call_id = "00-1", .local_tag = "a\rb"},
         "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1", .from_uri = "sip:a@b", .call_id = "00-1", .branch = "z9hG4bKx"},
         "sip.bad_target"},
        {{.uri = "sips:a@127.0.0.1;transport=udp", .from_uri = "sip:a@b", .call_id = "00-1"},
         "sip.unsupported_transport"},
        {{.uri = "sip:a@127.0.0.1;transport=tls",
          .from_uri = "sip:a@b",
          .call_id = "00-1",
          .tls = {.ca_file = "/nowhere/ca.pem"}},
         "tls.ca_unreadable"},
        {{.uri = "sips:a@127.0.0.1", .from_uri = "sip:a@b", .call_id = "00-1", .tls = {.name = ""}},
         "sip.bad_target"},
        {{.uri = "sips:a@127.0.0.1",
          .from_uri = "sip:a@b",
          .call_id = "00-1",
          .tls = {.name = ".example"}},
         "sip.bad_target"},
        {{.uri = "sip:a@127.0.0.1;transport=sctp", .from_uri = "sip:a@b", .call_id = "00-1"},
         "sip.unsupported_transport"},
        {{.uri = "sip:a@[::1]", .from_uri = "sip:a@b", .call_id = "00-1"},
         "sip.wrong_address_family"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_leg *leg = NULL;
        struct rw_err err = {.code = "none"};

        CHECK(s, rw_sip_leg_ops.invite(rw_sip_leg_port(s->sip), &table[i].target, RW_LIT("v"),
                                       stage_on_news, s, &leg, &err) == RW_MALFORMED);
        if (strcmp(err.code, table[i].code) != 0)
            stage_fail(s, __FILE__, __LINE__, "row %zu: %s", i, err.code);
        CHECK(s, leg == NULL);
    }
    expect_nothing(s);
}

static void routes(struct stage *s)
{
    char route[80], extra[400];

    (void)snprintf(route, sizeof(route), "sip:127.0.0.1:%u", s->peer_port);
    stage_invite(s, &(struct rw_leg_target){.uri = "sip:+65@carrier.example", .route = route});
    expect(s, "INVITE sip:+65@carrier.example SIP/2.0\r\n");
    expect_text(s, "\r\nRoute: <sip:127.0.0.1:");
    expect_text(s, ";lr>\r\n");
    (void)snprintf(extra, sizeof(extra),
                   "Record-Route: <sip:p3.example;lr>, <sip:p2.example;lr>\r\n"
                   "Record-Route: <sip:127.0.0.1:%u;lr>\r\nContact: <sip:far@10.255.255.1>\r\n",
                   s->peer_port);
    stage_answer_to(s, s->invite, "200 OK", "far", extra, "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK sip:far@10.255.255.1 SIP/2.0\r\n");
    (void)snprintf(extra, sizeof(extra),
                   "\r\nRoute: <sip:127.0.0.1:%u;lr>, <sip:p2.example;lr>, <sip:p3.example;lr>\r\n",
                   s->peer_port);
    expect_text(s, extra);
}

static void strict_router(struct stage *s)
{
    char extra[400];

    stage_invite(s, NULL);
    expect(s, "INVITE ");
    (void)snprintf(extra, sizeof(extra),
                   "Record-Route: <sip:p2.example>, <sip:127.0.0.1:%u>\r\n"
                   "Contact: <sip:far@10.255.255.1>\r\n",
                   s->peer_port);
    stage_answer_to(s, s->invite, "200 OK", "far", extra, "v=0\r\n");
    (void)snprintf(extra, sizeof(extra), "ACK sip:127.0.0.1:%u SIP/2.0\r\n", s->peer_port);
    expect(s, extra);
    expect_text(s, "\r\nRoute: <sip:p2.example>, <sip:far@10.255.255.1>\r\n");
}

/* A private name in Contact: to where the 2xx came from. */
static void unusable_contact(struct stage *s)
{
    stage_invite(s, NULL);
    expect(s, "INVITE ");
    stage_answer_to(s, s->invite, "200 OK", "far", "Contact: <sip:x@pbx.local>\r\n", "v=0\r\n");
    expect(s, "ACK sip:x@pbx.local SIP/2.0\r\n");
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE sip:x@pbx.local SIP/2.0\r\n");
}

/* A name server that knows carrier.example: one A record, or "no such name". */
static void answer_query(struct stage *s, int fd, bool known)
{
    static const unsigned char record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1};
    unsigned char out[600];
    struct sockaddr_in from;
    socklen_t size = sizeof(from);
    ssize_t n = recvfrom(fd, out, sizeof(out) - sizeof(record), 0, (struct sockaddr *)&from, &size);

    CHECK(s, n > 12);
    out[2] = 0x81;
    out[3] = known ? 0x80 : 0x83;
    out[7] = known;
    if (known) {
        memcpy(out + n, record, sizeof(record));
        n += (ssize_t)sizeof(record);
    }
    CHECK(s, sendto(fd, out, (size_t)n, 0, (struct sockaddr *)&from, size) == n);
    stage_turn(s);
}

static void host_names(struct stage *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(a);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    struct sa server;
    char uri[80];

    CHECK(s, bind(fd, (struct sockaddr *)&a, size) == 0);
    CHECK(s, getsockname(fd, (struct sockaddr *)&a, &size) == 0);
    CHECK(s, sa_set_str(&server, "127.0.0.1", ntohs(a.sin_port)) == 0);
    CHECK(s, dnsc_alloc(&s->sip->dns, NULL, &server, 1) == 0);
    (void)snprintf(uri, sizeof(uri), "sip:+65@carrier.example:%u", s->peer_port);
    for (int known = 0; known < 2; known++) {
        stage_invite(s, &(struct rw_leg_target){.uri = uri});
        stage_turn(s);
        expect_no_news(s);
        answer_query(s, fd, known);
        if (!known) {
            (void)expect_news(s, RW_IN_LEG_UNREACHABLE);
        } else {
            expect(s, "INVITE sip:+65@carrier.example:");
            stage_answer(s, "486 Busy Here", "far", "");
            (void)expect_news(s, RW_IN_LEG_FAILED);
            expect(s, "ACK ");
        }
        stage_release(s);
    }
    /* another name, whose address is not remembered: found, but nobody vouches for the call */
    stage_signer.refuses = true;
    (void)snprintf(uri, sizeof(uri), "sip:+65@second.example:%u", s->peer_port);
    stage_invite(s, &(struct rw_leg_target){.uri = uri,
                                            .signer = &stage_signer_port,
                                            .claim = {"+6534567890", "+65", "t1", true}});
    stage_turn(s);
    answer_query(s, fd, true);
    CHECK(s,
          strcmp(expect_news(s, RW_IN_LEG_UNREACHABLE)->ending.sip_reason, "there is no key") == 0);
    expect_nothing(s);
    stage_release(s);
    stage_invite(s, &(struct rw_leg_target){.uri = "sip:+65@other.example"});
    rw_sip_leg_ops.cancel(s->leg);
    expect_no_news(s); /* not from within cancel() */
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 487);
    stage_release(s);
    stage_invite(s, &(struct rw_leg_target){.uri = "sip:+65@other.example"});
    stage_release(s); /* at once, before the name is known */
    stage_advance(s, 30000);
    expect_nothing(s);
    (void)snprintf(uri, sizeof(uri), "sip:+65@localhost:%u", s->peer_port);
    stage_invite(s, &(struct rw_leg_target){.uri = uri});
    expect(s, "INVITE sip:+65@localhost:");
    (void)close(fd);
}

PLAY(not_sendable)
PLAY(bad_targets)
PLAY(routes)
PLAY(strict_router)
PLAY(unusable_contact)
PLAY(host_names)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_not_sendable),     cmocka_unit_test(play_bad_targets),
        cmocka_unit_test(play_routes),           cmocka_unit_test(play_strict_router),
        cmocka_unit_test(play_unusable_contact), cmocka_unit_test(play_host_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
