/* From a host's name to addresses: SRV records in their order, the next one when one fails, what is kept. */
#include "../tls/certs.h"
#include "base/mem.h"
#include "sip/profile.h"
#include "stage.h"
#include "trunk/board.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

/* ------------------------------------------------------------------ a name server */

struct record {
    const char *name; /* asked for */
    uint16_t type;
    uint32_t ttl_s;
    const char *value; /* of SRV the target, of A the address */
    uint16_t priority, weight, port;
};

static struct {
    int fd;
    struct record records[12];
    unsigned count;
    char asked[600]; /* "type name, type name, " since it was read last */
} dns;

static void know(const char *name, uint16_t type, uint32_t ttl_s, const char *value,
                 uint16_t priority, uint16_t weight, uint16_t port)
{
    dns.records[dns.count++] = (struct record){name, type, ttl_s, value, priority, weight, port};
}

static void start_dns(struct stage *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(a);
    struct sa server;

    memset(&dns, 0, sizeof(dns));
    dns.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    CHECK(s, bind(dns.fd, (struct sockaddr *)&a, size) == 0);
    CHECK(s, getsockname(dns.fd, (struct sockaddr *)&a, &size) == 0);
    CHECK(s, sa_set_str(&server, "127.0.0.1", ntohs(a.sin_port)) == 0);
    CHECK(s, dnsc_alloc(&s->sip->dns, NULL, &server, 1) == 0);
}

static void put16(unsigned char **p, unsigned n)
{
    *(*p)++ = (unsigned char)(n >> 8);
    *(*p)++ = (unsigned char)n;
}

static void put_name(unsigned char **p, const char *name)
{
    while (*name) {
        size_t n = strcspn(name, ".");

        if (n) {
            *(*p)++ = (unsigned char)n;
            memcpy(*p, name, n);
            *p += n;
        }
        name += n + (name[n] == '.');
    }
    *(*p)++ = 0;
}

static void put_record(unsigned char **p, const struct record *r)
{
    unsigned char *length;

    put16(p, 0xc00c);
    put16(p, r->type);
    put16(p, 1);
    put16(p, r->ttl_s >> 16);
    put16(p, r->ttl_s);
    length = *p;
    *p += 2;
    if (r->type == DNS_TYPE_A) {
        (void)inet_pton(AF_INET, r->value, *p);
        *p += 4;
    } else {
        put16(p, r->priority);
        put16(p, r->weight);
        put16(p, r->port);
        put_name(p, r->value);
    }
    put16(&length, (unsigned)(*p - length - 2));
}

static void read_question(const unsigned char *p, char name[256], uint16_t *type)
{
    size_t n = 0;

    for (; *p; p += *p + 1) {
        memcpy(name + n, p + 1, *p);
        n += *p;
        name[n++] = '.';
    }
    name[n ? n - 1 : 0] = '\0';
    *type = (uint16_t)(p[1] << 8 | p[2]);
}

/* Answers what has been asked so far, and what that leads to. */
static void serve_dns(struct stage *s)
{
    unsigned char out[2000], *p;
    struct sockaddr_in from;
    socklen_t size = sizeof(from);
    char name[256];
    uint16_t type;
    ssize_t n;

    stage_turn(s);
    while ((n = recvfrom(dns.fd, out, 512, 0, (struct sockaddr *)&from, &size)) > 0) {
        size_t used = strlen(dns.asked);
        unsigned found = 0;

        read_question(out + 12, name, &type);
        (void)snprintf(dns.asked + used, sizeof(dns.asked) - used, "%s %s, ",
                       type == DNS_TYPE_SRV ? "SRV" : "A", name);
        p = out + n;
        for (unsigned i = 0; i < dns.count; i++) {
            if (dns.records[i].type != type || strcmp(dns.records[i].name, name) != 0)
                continue;
            put_record(&p, &dns.records[i]);
            found++;
        }
        out[2] = 0x81;
        out[3] = found ? 0x80 : 0x83;
        out[7] = (unsigned char)found;
        (void)sendto(dns.fd, out, (size_t)(p - out), 0, (struct sockaddr *)&from, size);
        stage_turn(s);
    }
}

static void expect_asked(struct stage *s, const char *what)
{
    if (strcmp(dns.asked, what) != 0)
        stage_fail(s, __FILE__, __LINE__, "asked for %s; expected %s", dns.asked, what);
    dns.asked[0] = '\0';
}

static void call(struct stage *s, const char *uri)
{
    stage_release(s);
    stage_invite(s, &(struct rw_leg_target){.uri = uri});
    serve_dns(s);
}

/* ------------------------------------------------------------------ scenarios */

#define TCP "sip:+6591234567@carrier.example;transport=tcp"
#define UDP "sip:+6591234567@carrier.example;transport=udp"

static void the_service_decides(struct stage *s)
{
    start_dns(s);
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 60, "a.example", 10, 0, s->peer_port);
    know("a.example", DNS_TYPE_A, 60, "127.0.0.1", 0, 0, 0);
    call(s, UDP);
    expect(s, "INVITE sip:+6591234567@carrier.example;transport=udp SIP/2.0\r\n");
    expect_asked(s, "SRV _sip._udp.carrier.example, A a.example, ");
    stage_answer(s, "486 Busy Here", "far", "");
    (void)expect_news(s, RW_IN_LEG_FAILED);
    expect(s, "ACK ");
    (void)close(dns.fd);
}

/* Each transport has its service; a port, or no service, leads to the host itself. */
static void what_is_asked_for(struct stage *s)
{
    static const struct {
        const char *uri, *asked;
    } cases[] = {
        {"sip:a@one.example", "SRV _sip._udp.one.example, A one.example, "},
        {"sip:a@two.example;transport=tcp", "SRV _sip._tcp.two.example, A two.example, "},
        {"sip:a@six.example;transport=tls", "SRV _sips._tcp.six.example, A six.example, "},
        {"sips:a@ten.example", "SRV _sips._tcp.ten.example, A ten.example, "},
        {"sip:a@ten.example:5060", "A ten.example, "},
    };

    start_dns(s);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        call(s, cases[i].uri);
        expect_asked(s, cases[i].asked);
        (void)expect_news(s, RW_IN_LEG_UNREACHABLE);
    }
    (void)close(dns.fd);
}

static void no_such_service(struct stage *s)
{
    start_dns(s);
    know("_sip._tcp.carrier.example", DNS_TYPE_SRV, 60, ".", 0, 0, 0);
    call(s, TCP);
    (void)expect_news(s, RW_IN_LEG_UNREACHABLE);
    expect_asked(s, "SRV _sip._tcp.carrier.example, ");
    (void)close(dns.fd);
}

/* Nobody listens where the first priority leads; the second gets the call as a request of its own. */
static void the_next_when_one_refuses(struct stage *s)
{
    char branch[300];

    start_dns(s);
    know("_sip._tcp.carrier.example", DNS_TYPE_SRV, 60, "spare.example", 20, 0, s->peer_port);
    know("_sip._tcp.carrier.example", DNS_TYPE_SRV, 60, "main.example", 10, 0, 1);
    know("spare.example", DNS_TYPE_A, 60, "127.0.0.1", 0, 0, 0);
    know("main.example", DNS_TYPE_A, 60, "127.0.0.1", 0, 0, 0);
    s->stream = true;
    call(s, TCP);
    expect_asked(s, "SRV _sip._tcp.carrier.example, A main.example, A spare.example, ");
    expect(s, "INVITE ");
    expect_text(s, "\r\nCSeq: 2 INVITE\r\n");
    (void)snprintf(branch, sizeof(branch), "%s", header_of(s->in, "Via"));
    stage_answer(s, "503 Service Unavailable", "far", "");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 503); /* there is no third */
    expect(s, "ACK ");
    CHECK(s, strcmp(header_of(s->in, "Via"), branch) == 0);
    (void)close(dns.fd);
}

/* What is known to be down is asked last, whether its address was asked for or remembered. */
static void what_is_down_comes_last(struct stage *s)
{
    struct rw_trunk_status status = {.count = 1};
    struct rw_leg_target target = {.uri = UDP, .trunk_id = "t1"};

    start_dns(s);
    s->sip->board = rw_trunk_board_new();
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 60, "spare.example", 20, 0, s->peer_port);
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 60, "main.example", 10, 0, 9);
    know("spare.example", DNS_TYPE_A, 60, "127.0.0.1", 0, 0, 0);
    know("main.example", DNS_TYPE_A, 60, "127.0.0.1", 0, 0, 0);
    (void)snprintf(status.at[0].answer.address, RW_TRUNK_ADDRESS, "127.0.0.1:9");
    status.at[0].health.state = RW_HEALTH_DOWN;
    rw_trunk_board_put(s->sip->board, "t1", &status);
    for (unsigned i = 0; i < 2; i++) {
        stage_release(s);
        stage_invite(s, &target);
        serve_dns(s);
        if (i == 0)
            expect_asked(s, "SRV _sip._udp.carrier.example, A main.example, A spare.example, ");
        expect(s, "INVITE ");
        expect_text(s, "\r\nCSeq: 1 INVITE\r\n");
        stage_answer(s, "486 Busy Here", "far", "");
        expect(s, "ACK ");
    }
    stage_release(s);
    target.trunk_id = "t2"; /* of which nothing is known: nobody is at its first address */
    stage_invite(s, &target);
    expect(s, "INVITE ");
    expect_text(s, "\r\nCSeq: 2 INVITE\r\n");
    stage_release(s);
    rw_trunk_board_free(s->sip->board);
    s->sip->board = NULL;
    (void)close(dns.fd);
}

/* 503, then silence, then nobody there: told as the last one's end. */
static void the_next_when_one_fails(struct stage *s)
{
    start_dns(s);
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 60, "a.example", 1, 0, s->peer_port);
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 60, "b.example", 2, 0, s->peer_port);
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 60, "c.example", 3, 0, s->peer_port);
    for (unsigned i = 0; i < 3; i++)
        know(i == 0   ? "a.example"
             : i == 1 ? "b.example"
                      : "c.example",
             DNS_TYPE_A, 60, "127.0.0.1", 0, 0, 0);
    call(s, UDP);
    expect(s, "INVITE ");
    stage_answer(s, "503 Service Unavailable", "far", "");
    expect(s, "ACK ");
    expect_no_news(s);
    expect(s, "INVITE ");
    expect_text(s, "\r\nCSeq: 2 INVITE\r\n");
    stage_advance(s, 32100);
    expect_no_news(s);
    do
        CHECK(s, stage_read(s));
    while (!strstr(s->in, "\r\nCSeq: 3 INVITE\r\n"));
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    stage_answer(s, "503 Service Unavailable", "far", "");
    CHECK(s, expect_news(s, RW_IN_LEG_FAILED)->ending.sip_code == 503); /* a telephone rang */
    (void)close(dns.fd);
}

static void kept_as_long_as_it_lives(struct stage *s)
{
    start_dns(s);
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 300, "a.example", 10, 0, s->peer_port);
    know("a.example", DNS_TYPE_A, 60, "127.0.0.1", 0, 0, 0);
    for (int i = 0; i < 3; i++) {
        call(s, UDP);
        expect(s, "INVITE ");
        expect_asked(s, i ? "" : "SRV _sip._udp.carrier.example, A a.example, ");
        stage_answer(s, "486 Busy Here", "far", "");
        expect(s, "ACK ");
    }
    s->now_ms += 61000;
    stage_advance(s, 100);
    call(s, UDP);
    expect_asked(s, "SRV _sip._udp.carrier.example, A a.example, ");
    (void)close(dns.fd);
}

static void on_located(const struct rw_sip_places *places, void *arg)
{
    *(struct rw_sip_places *)arg = *places;
}

static bool locate(struct stage *s, struct rw_sip_places *ret)
{
    struct rw_sip_lookup *lookup;
    struct rw_sip_uri uri;

    ret->count = 0;
    CHECK(s, rw_sip_uri_parse(RW_LIT(UDP), &uri));
    CHECK(s, rw_sip_locate(s->sip, &uri, NULL, ret, on_located, ret, &lookup, NULL) == RW_OK);
    if (lookup)
        serve_dns(s);
    return lookup == NULL;
}

/* Among equal priorities by weight, 1 to 3 here; a worse priority never comes before. */
static void drawn_by_weight(struct stage *s)
{
    struct rw_sip_places places;
    unsigned first[4] = {0};

    start_dns(s);
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 600, "c.example", 20, 99, 3);
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 600, "a.example", 10, 1, 1);
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 600, "b.example", 10, 3, 2);
    know("a.example", DNS_TYPE_A, 600, "192.0.2.1", 0, 0, 0);
    know("a.example", DNS_TYPE_A, 600, "192.0.2.11", 0, 0, 0);
    know("b.example", DNS_TYPE_A, 600, "192.0.2.2", 0, 0, 0);
    know("c.example", DNS_TYPE_A, 600, "192.0.2.3", 0, 0, 0);
    CHECK(s, !locate(s, &places));
    for (int i = 0; i < 4000; i++) {
        unsigned at = 0;

        CHECK(s, locate(s, &places) && places.count == 4 && places.by_service);
        CHECK(s, sa_port(&places.at[3]) == 3);
        while (sa_port(&places.at[at]) != 1)
            at++;
        CHECK(s, sa_port(&places.at[at + 1]) == 1); /* a target's addresses stay together */
        first[sa_port(&places.at[0])]++;
    }
    CHECK(s, first[3] == 0);
    CHECK(s, first[1] > 850 && first[1] < 1150); /* 1,000; five standard deviations */
    (void)close(dns.fd);
}

/* Places that the operator has written down, names among them. */
static void written_down(struct stage *s)
{
    static const struct {
        const char *text, *asked, *order, *code;
    } cases[] = {
        {"192.0.2.1", "", "192.0.2.1:5061 ", NULL},
        {"192.0.2.1:7;priority=2, 192.0.2.2;priority=1", "", "192.0.2.2:5061 192.0.2.1:7 ", NULL},
        {"b.example:9;priority=1,192.0.2.2;weight=5", "A b.example, ",
         "192.0.2.2:5061 192.0.2.9:9 ", NULL},
        {"none.example, 192.0.2.2", "A none.example, ", "192.0.2.2:5061 ", NULL},
        {"192.0.2.1, [2001:db8::1]", "", "192.0.2.1:5061 ", NULL},
        {"[2001:db8::1]", "", "", "sip.wrong_address_family"},
        {"192.0.2.1;priority=high", "", "", "sip.bad_places"},
        {"192.0.2.1;priority=65536", "", "", "sip.bad_places"},
        {"192.0.2.1;weight=", "", "", "sip.bad_places"},
        {"192.0.2.1:0", "", "", "sip.bad_places"},
        {"bob@192.0.2.1", "", "", "sip.bad_places"},
        {"a b", "", "", "sip.bad_places"},
        {"1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1", "", "",
         "sip.bad_places"},
        {" , ", "", "", "sip.wrong_address_family"},
    };

    start_dns(s);
    know("b.example", DNS_TYPE_A, 60, "192.0.2.9", 0, 0, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_sip_places places = {.count = 0};
        struct rw_sip_lookup *lookup;
        struct rw_sip_uri uri;
        struct rw_err err = {.code = NULL};
        char order[200] = "", text[80];
        enum rw_class class;

        CHECK(s, rw_sip_uri_parse(RW_LIT("sip:carrier.example;transport=tls"), &uri));
        class =
            rw_sip_locate(s->sip, &uri, cases[i].text, &places, on_located, &places, &lookup, &err);
        CHECK(s, !lookup == !cases[i].asked[0]);
        if (lookup)
            serve_dns(s);
        expect_asked(s, cases[i].asked);
        for (unsigned k = 0; k < places.count; k++) {
            rw_sip_peer_text(&places.at[k], text, sizeof(text));
            (void)strcat(strcat(order, text), " ");
        }
        if ((class == RW_OK) != !cases[i].code || strcmp(order, cases[i].order) != 0 ||
            (cases[i].code && strcmp(cases[i].code, err.code) != 0))
            stage_fail(s, __FILE__, __LINE__, "%s: %s %s", cases[i].text, order,
                       err.code ? err.code : "");
    }
    (void)close(dns.fd);
}

/* Who has more records than fit gives those of the best priorities. */
static void more_than_fit(struct stage *s)
{
    struct rw_sip_places places;

    start_dns(s);
    for (unsigned i = 0; i < 11; i++)
        know("_sip._udp.carrier.example", DNS_TYPE_SRV, 60, "a.example", (uint16_t)(100 - i), 0,
             (uint16_t)(100 - i));
    know("a.example", DNS_TYPE_A, 60, "192.0.2.1", 0, 0, 0);
    (void)locate(s, &places);
    CHECK(s, places.count == RW_SIP_PLACES_MAX);
    for (unsigned i = 0; i < places.count; i++)
        CHECK(s, sa_port(&places.at[i]) == 90 + i);
    (void)close(dns.fd);
}

/* The certificate has to be for the name that was called, not for the one that DNS made of it. */
static void dns_names_nobody_to_trust(struct stage *s)
{
    static const struct cert cert = {"carrier", NULL, "DNS:carrier.example", 0, 0, false};
    static const struct cert wrong = {"wrong", NULL, "DNS:a.example", 0, 0, false};
    struct rw_leg_target target = {.uri = "sip:+65@carrier.example;transport=tls"};

    start_dns(s);
    CHECK(s, certs_begin() && certs_make(&cert) && certs_make(&wrong));
    know("_sips._tcp.carrier.example", DNS_TYPE_SRV, 60, "a.example", 10, 0, s->peer_port);
    know("a.example", DNS_TYPE_A, 60, "127.0.0.1", 0, 0, 0);
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "carrier" : "wrong";
        char pem[32], key[32];

        (void)snprintf(pem, sizeof(pem), "%s.pem", name);
        (void)snprintf(key, sizeof(key), "%s.key", name);
        s->stream = true;
        s->secure = SSL_CTX_new(TLS_server_method());
        CHECK(s, SSL_CTX_use_certificate_chain_file(s->secure, certs_path(pem)) == 1);
        CHECK(s, SSL_CTX_use_PrivateKey_file(s->secure, certs_path(key), SSL_FILETYPE_PEM) == 1);
        target.tls.ca_file = certs_path(pem);
        stage_invite(s, &target);
        serve_dns(s);
        if (i) {
            expect(s, "INVITE sip:+65@carrier.example;transport=tls ");
            CHECK(s, strcmp(SSL_get_servername(s->ssl, TLSEXT_NAMETYPE_host_name),
                            "carrier.example") == 0);
        } else {
            CHECK(s, !stage_read(s));
            CHECK(s, strcmp(expect_news(s, RW_IN_LEG_UNREACHABLE)->ending.sip_reason,
                            "the certificate is not for carrier.example but for a.example") == 0);
        }
        stage_release(s);
        stage_close(s);
        SSL_CTX_free(s->secure);
        s->secure = NULL;
    }
    certs_end();
    (void)close(dns.fd);
}

static void nobody_answers(struct stage *s)
{
    start_dns(s);
    stage_invite(s, &(struct rw_leg_target){.uri = UDP});
    stage_advance(s, 2 * RW_SIP_QUESTION_MS - 200); /* for the service, and for the host */
    expect_no_news(s);
    stage_advance(s, 400);
    (void)expect_news(s, RW_IN_LEG_UNREACHABLE);
    (void)close(dns.fd);
}

static void memory_may_end(struct stage *s)
{
    struct rw_leg_target target = {
        .uri = UDP, .from_uri = "sip:+6534567890@127.0.0.1", .call_id = "00-m"};

    start_dns(s);
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 1, "a.example", 10, 0, s->peer_port);
    know("_sip._udp.carrier.example", DNS_TYPE_SRV, 1, "b.example", 20, 0, s->peer_port);
    know("a.example", DNS_TYPE_A, 1, "127.0.0.1", 0, 0, 0);
    know("b.example", DNS_TYPE_A, 1, "127.0.0.1", 0, 0, 0);
    for (long n = 0;; n++) {
        rw_mem_fail_after(n);
        if (rw_sip_leg_ops.invite(rw_sip_leg_port(s->sip), &target, RW_LIT("v=0 offer\r\n"),
                                  stage_on_news, s, &s->leg, NULL) == RW_OK) {
            serve_dns(s);
            while (stage_read(s))
                if (strncmp(s->in, "INVITE ", 7) == 0)
                    stage_answer(s, "503 Service Unavailable", "far", "");
        }
        if (stage_failure_is_left())
            break;
        stage_release(s);
        stage_advance(s, 33000);
        while (stage_read(s))
            ;
        s->news_count = s->news_read = 0;
    }
    (void)close(dns.fd);
}

PLAY(the_service_decides)
PLAY(what_is_asked_for)
PLAY(no_such_service)
PLAY(the_next_when_one_refuses)
PLAY(what_is_down_comes_last)
PLAY(the_next_when_one_fails)
PLAY(kept_as_long_as_it_lives)
PLAY(drawn_by_weight)
PLAY(more_than_fit)
PLAY(written_down)
PLAY(dns_names_nobody_to_trust)
PLAY(nobody_answers)
PLAY(memory_may_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_the_service_decides),
        cmocka_unit_test(play_what_is_asked_for),
        cmocka_unit_test(play_no_such_service),
        cmocka_unit_test(play_the_next_when_one_refuses),
        cmocka_unit_test(play_what_is_down_comes_last),
        cmocka_unit_test(play_the_next_when_one_fails),
        cmocka_unit_test(play_kept_as_long_as_it_lives),
        cmocka_unit_test(play_drawn_by_weight),
        cmocka_unit_test(play_more_than_fit),
        cmocka_unit_test(play_written_down),
        cmocka_unit_test(play_dns_names_nobody_to_trust),
        cmocka_unit_test(play_nobody_answers),
        cmocka_unit_test(play_memory_may_end),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
