/* Calls over TLS: whom we talk to, what is said when we do not, connections shared, lost and made again. */
#include "../tls/certs.h"
#include "base/mem.h"
#include "call/reason.h"
#include "stage.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define NAME "sip.carrier.example"

static const struct cert certificates[] = {
    {"root", NULL, NULL, 0, 0, true},
    {"other-root", NULL, NULL, 0, 0, true},
    {"carrier", "root", "DNS:" NAME ",IP:127.0.0.1", 0, 0, false},
    {"other", "root", "DNS:other.example", 0, 0, false},
    {"expired", "root", "DNS:" NAME, -30, -2, false},
    {"self", NULL, "DNS:" NAME, 0, 0, false},
    {"client", "root", "DNS:us.example", 0, 0, false},
};

/* The peer shows this certificate from now on. wants_ours: and wants one of root's from us. */
static void serve(struct stage *s, const char *name, bool wants_ours)
{
    char pem[64], key[64];

    (void)snprintf(pem, sizeof(pem), "%s.pem", name);
    (void)snprintf(key, sizeof(key), "%s.key", name);
    s->stream = true;
    SSL_CTX_free(s->secure);
    s->secure = SSL_CTX_new(TLS_server_method());
    CHECK(s, SSL_CTX_use_certificate_chain_file(s->secure, certs_path(pem)) == 1);
    CHECK(s, SSL_CTX_use_PrivateKey_file(s->secure, certs_path(key), SSL_FILETYPE_PEM) == 1);
    (void)SSL_CTX_set_session_id_context(s->secure, (const unsigned char *)"peer", 4);
    if (wants_ours) {
        CHECK(s, SSL_CTX_load_verify_file(s->secure, certs_path("root.pem")) == 1);
        SSL_CTX_set_verify(s->secure, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
}

static void leave(struct stage *s)
{
    SSL_CTX_free(s->secure); /* a connection that is open keeps it */
    s->secure = NULL;
}

static struct rw_leg_target carrier(const char *ca, const char *name)
{
    return (struct rw_leg_target){.trunk_id = "t-1",
                                  .tls = {.ca_file = ca ? certs_path(ca) : NULL, .name = name}};
}

static void answer_invite(struct stage *s)
{
    expect(s, "INVITE ");
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK ");
}

static void hang_up(struct stage *s)
{
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    stage_release(s);
}

static void whole_call(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);

    serve(s, "carrier", false);
    stage_invite(s, &target);
    expect(s, "INVITE sip:+6591234567@127.0.0.1:");
    CHECK(s, strcmp(SSL_get_servername(s->ssl, TLSEXT_NAMETYPE_host_name), NAME) == 0);
    CHECK(s, SSL_version(s->ssl) >= TLS1_2_VERSION);
    expect_text(s, "\r\nVia: SIP/2.0/TLS 127.0.0.1:");
    expect_text(s, ";rport;alias\r\n");
    expect_text(s, ";transport=tls>\r\n");
    stage_advance(s, 20000); /* longer than a connection may take to come about */
    stage_answer(s, "180 Ringing", "far", "");
    (void)expect_news(s, RW_IN_LEG_RINGING);
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK sip:far@127.0.0.1:");
    stage_request(s, "INFO", 1, "far", "", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    hang_up(s);
    leave(s);
}

/* Without a name of the trunk's own, the host of the URI counts, here an address. */
static void the_host_is_verified(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NULL);

    serve(s, "carrier", false);
    stage_invite(s, &target);
    answer_invite(s);
    CHECK(s, SSL_get_servername(s->ssl, TLSEXT_NAMETYPE_host_name) == NULL);
    hang_up(s);
    leave(s);
}

static void secure_uris_stay_secure(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);
    char uri[100];

    serve(s, "carrier", false);
    (void)snprintf(uri, sizeof(uri), "sips:+6591234567@127.0.0.1:%u", s->peer_port);
    target.uri = uri;
    stage_invite(s, &target);
    expect(s, "INVITE sips:+6591234567@127.0.0.1:");
    expect_text(s, "\r\nContact: <sips:ringwright@127.0.0.1:");
    leave(s);
}

static void certificates_that_do_not_pass(struct stage *s)
{
    static const struct {
        const char *shown, *ca, *name, *reason, *phrase;
    } cases[] = {
        {"carrier", "other-root.pem", NAME, RW_REASON_CARRIER_UNTRUSTED,
         "the certificate of carrier is issued by root, who is not trusted"},
        {"carrier", NULL, NAME, RW_REASON_CARRIER_UNTRUSTED,
         "the certificate of carrier is issued by root, who is not trusted"},
        {"self", "root.pem", NAME, RW_REASON_CARRIER_UNTRUSTED,
         "the certificate of self is signed by itself, and not among the trusted ones"},
        {"other", "root.pem", NAME, RW_REASON_CARRIER_WRONG_NAME,
         "the certificate is not for " NAME " but for other.example"},
        {"other", "root.pem", NULL, RW_REASON_CARRIER_WRONG_NAME,
         "the certificate is not for 127.0.0.1 but for other.example"},
        {"expired", "root.pem", NAME, RW_REASON_CARRIER_OUT_OF_DATE,
         "the certificate of expired expired on 20"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_leg_target target = carrier(cases[i].ca, cases[i].name);
        struct rw_ending told, heard;

        serve(s, cases[i].shown, false);
        stage_invite(s, &target);
        CHECK(s, !stage_read(s)); /* not a byte of the call */
        heard = expect_news(s, RW_IN_LEG_UNREACHABLE)->ending;
        told = rw_reason_judge(RW_LEG_TRUNK, RW_IN_LEG_UNREACHABLE, &heard);
        if (strcmp(told.reason, cases[i].reason) != 0 ||
            strncmp(told.sip_reason, cases[i].phrase, strlen(cases[i].phrase)) != 0 ||
            told.disconnect != RW_DISC_TRANSPORT_FAILURE || told.said_by != RW_SAID_US)
            stage_fail(s, __FILE__, __LINE__, "case %zu: %s \"%s\"", i, told.reason,
                       told.sip_reason);
        stage_release(s);
        stage_close(s);
    }
    leave(s);
}

static void anybody_is_fine_when_asked_for(struct stage *s)
{
    struct rw_leg_target target = carrier(NULL, NULL);

    serve(s, "expired", false);
    target.tls.unverified = true;
    stage_invite(s, &target);
    answer_invite(s);
    hang_up(s);
    leave(s);
}

static void our_own_certificate_is_shown(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);

    serve(s, "carrier", true);
    target.tls.cert_file = certs_path("client.pem");
    target.tls.key_file = certs_path("client.key");
    stage_invite(s, &target);
    answer_invite(s);
    hang_up(s);
    leave(s);
}

static void our_own_certificate_is_missing(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);
    const struct rw_ending *ending;

    serve(s, "carrier", true);
    stage_invite(s, &target);
    CHECK(s, !stage_read(s));
    ending = &expect_news(s, RW_IN_LEG_UNREACHABLE)->ending;
    CHECK(s, strcmp(ending->reason, RW_REASON_CARRIER_TLS) == 0);
    CHECK(s, strstr(ending->sip_reason, "certificate required"));
    leave(s);
}

static void plain_tcp_is_there(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);
    const struct rw_ending *ending;

    serve(s, "carrier", false);
    stage_invite(s, &target);
    leave(s); /* from here on it knows nothing of TLS */
    expect(s, "\x16\x03");
    stage_send(s, "SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n", 46);
    ending = &expect_news(s, RW_IN_LEG_UNREACHABLE)->ending;
    CHECK(s, strcmp(ending->reason, RW_REASON_CARRIER_TLS) == 0);
    CHECK(s, strcmp(ending->sip_reason, "what answers there does not speak TLS") == 0);
}

static void the_handshake_never_ends(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);
    const struct rw_ending *ending;

    serve(s, "carrier", false);
    stage_invite(s, &target);
    leave(s);
    expect(s, "\x16\x03");
    stage_advance(s, RW_SIP_STREAM_OPEN_MS - 200);
    expect_no_news(s);
    stage_advance(s, 400);
    ending = &expect_news(s, RW_IN_LEG_UNREACHABLE)->ending;
    CHECK(s, strcmp(ending->reason, RW_REASON_CARRIER_TLS) == 0);
    CHECK(s, strcmp(ending->sip_reason, "the TLS handshake did not end within 10 s") == 0);
}

static void nobody_listens(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);
    const struct rw_ending *ending;

    serve(s, "carrier", false);
    (void)close(s->listener);
    s->listener = -1;
    stage_invite(s, &target);
    expect_no_news(s); /* never from within invite() */
    ending = &expect_news(s, RW_IN_LEG_UNREACHABLE)->ending;
    CHECK(s, ending->reason == NULL); /* the ordinary one: unreachable */
    CHECK(s, strcmp(ending->sip_reason, "Connection refused") == 0);
    leave(s);
}

/* TLS 1.2 is enough, and its sessions are resumed too; TLS 1.1 is as good as nothing. */
static void versions(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);
    const struct rw_ending *ending;

    serve(s, "carrier", false);
    CHECK(s, SSL_CTX_set_max_proto_version(s->secure, TLS1_2_VERSION) == 1);
    stage_invite(s, &target);
    answer_invite(s);
    CHECK(s, SSL_version(s->ssl) == TLS1_2_VERSION);
    stage_close(s);
    stage_turn(s);
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    CHECK(s, SSL_session_reused(s->ssl));
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    stage_release(s);
    stage_close(s);
    stage_turn(s);
    serve(s, "carrier", false);
    SSL_CTX_set_security_level(s->secure, 0);
    CHECK(s, SSL_CTX_set_min_proto_version(s->secure, TLS1_1_VERSION) == 1);
    CHECK(s, SSL_CTX_set_max_proto_version(s->secure, TLS1_1_VERSION) == 1);
    stage_invite(s, &target);
    CHECK(s, !stage_read(s));
    ending = &expect_news(s, RW_IN_LEG_UNREACHABLE)->ending;
    CHECK(s, strcmp(ending->reason, RW_REASON_CARRIER_TLS) == 0);
    CHECK(s, strstr(ending->sip_reason, "version"));
    leave(s);
}

/* The connection goes during the call: the BYE makes another one, without the whole handshake. */
static void closed_in_mid_call(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);

    serve(s, "carrier", false);
    stage_invite(s, &target);
    answer_invite(s);
    CHECK(s, !SSL_session_reused(s->ssl));
    stage_close(s);
    stage_turn(s);
    expect_no_news(s);
    rw_sip_leg_ops.bye(s->leg, &(struct rw_ending){.sip_code = 0});
    expect(s, "BYE ");
    CHECK(s, SSL_session_reused(s->ssl));
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    leave(s);
}

static void invite_as(struct stage *s, const char *call_id, const char *trunk_id)
{
    struct rw_leg_target target = carrier("root.pem", NAME);

    target.call_id = call_id;
    target.trunk_id = trunk_id;
    stage_invite(s, &target);
}

/* A trunk's calls share a connection; another trunk's has its own, though all else is the same. */
static void connections_are_shared(struct stage *s)
{
    serve(s, "carrier", false);
    invite_as(s, "00-a", "t-1");
    expect(s, "INVITE ");
    stage_release(s);
    invite_as(s, "00-b", "t-1");
    expect(s, "INVITE ");
    CHECK(s, s->sip->streams.count == 1);
    stage_release(s);
    invite_as(s, "00-c", "t-2");
    expect_nothing(s);
    CHECK(s, s->sip->streams.count == 2);
    leave(s);
}

/* What the far end writes into Contact can't make us talk in the open. */
static void never_without_tls(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);
    char contact[100];

    serve(s, "carrier", false);
    stage_invite(s, &target);
    expect(s, "INVITE ");
    (void)snprintf(contact, sizeof(contact), "Contact: <sip:far@127.0.0.1:%u;transport=udp>\r\n",
                   s->peer_port);
    stage_answer_to(s, s->invite, "200 OK", "far", contact, "v=0\r\n");
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    expect(s, "ACK sip:far@127.0.0.1:");
    CHECK(s, recv(s->udp, s->in, sizeof(s->in), 0) < 0);
    hang_up(s);
    leave(s);
}

/* Nor does it that a 200 comes in the open. */
static void never_after_an_answer_without(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);
    SSL_CTX *secure;

    serve(s, "carrier", false);
    stage_invite(s, &target);
    expect(s, "INVITE ");
    secure = s->secure;
    s->secure = NULL;
    s->stream = false;
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    s->stream = true;
    s->secure = secure;
    expect(s, "ACK ");
    CHECK(s, recv(s->udp, s->in, sizeof(s->in), 0) < 0);
    (void)expect_news(s, RW_IN_LEG_ANSWERED);
    hang_up(s);
    leave(s);
}

/* A connection that the peer makes to us, up to where it is encrypted, or not. */
static SSL *connect_to_us(struct stage *s, SSL_CTX *ctx, int *ret_fd)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons(s->port)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    SSL *ssl = SSL_new(ctx);

    CHECK(s, connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
    CHECK(s, fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void)SSL_set_fd(ssl, fd);
    SSL_set_connect_state(ssl);
    for (int i = 0; i < 6 && SSL_do_handshake(ssl) != 1; i++)
        stage_turn(s);
    *ret_fd = fd;
    return ssl;
}

/* The carrier hangs up over a connection of its own, if we have something to show it. */
static void hung_up_over_another_connection(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    CHECK(s, SSL_CTX_load_verify_file(ctx, certs_path("root.pem")) == 1);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    serve(s, "carrier", false);
    stage_invite(s, &target);
    answer_invite(s);
    stage_close(s);
    s->ssl = connect_to_us(s, ctx, &s->tcp);
    SSL_CTX_free(ctx);
    CHECK(s, SSL_is_init_finished(s->ssl));
    stage_request(s, "OPTIONS", 1, "far", "", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    expect_text(s, "\r\nVia: SIP/2.0/TLS 127.0.0.1:");
    stage_request(s, "BYE", 2, "far", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
    expect(s, "SIP/2.0 200 OK\r\n");
    leave(s);
}

static void nothing_of_ours_to_show(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME);
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl;
    int fd;

    serve(s, "carrier", false);
    stage_invite(s, &target);
    answer_invite(s);
    ssl = connect_to_us(s, ctx, &fd);
    SSL_CTX_free(ctx);
    CHECK(s, !SSL_is_init_finished(ssl));
    SSL_free(ssl);
    (void)close(fd);
    CHECK(s, s->sip->streams.count == 1);
    hang_up(s); /* over the one that we made */
    leave(s);
}

static void copy_file(const char *from, const char *to)
{
    char bytes[8192];
    FILE *in = fopen(certs_path(from), "re"), *out = fopen(certs_path("new"), "we");
    size_t n = fread(bytes, 1, sizeof(bytes), in);

    assert_int_equal(fwrite(bytes, 1, n, out), n);
    (void)fclose(in);
    (void)fclose(out);
    assert_int_equal(rename(certs_path("new"), certs_path(to)), 0);
}

/* Whoever is trusted no more, or from now on, is so without a restart; an old ticket is no help. */
static void files_are_read_again(struct stage *s)
{
    struct rw_leg_target target;

    copy_file("root.pem", "trusted.pem");
    target = carrier("trusted.pem", NAME);
    serve(s, "carrier", false);
    stage_invite(s, &target);
    answer_invite(s);
    hang_up(s);
    stage_close(s);
    stage_turn(s);
    copy_file("other-root.pem", "trusted.pem");
    stage_invite(s, &target);
    CHECK(s, !stage_read(s));
    CHECK(s, strcmp(expect_news(s, RW_IN_LEG_UNREACHABLE)->ending.reason,
                    RW_REASON_CARRIER_UNTRUSTED) == 0);
    stage_release(s);
    stage_close(s);
    copy_file("root.key", "trusted.pem"); /* what is no use changes nothing */
    stage_invite(s, &target);
    CHECK(s, !stage_read(s));
    (void)expect_news(s, RW_IN_LEG_UNREACHABLE);
    stage_release(s);
    stage_close(s);
    copy_file("root.pem", "trusted.pem");
    stage_invite(s, &target);
    answer_invite(s);
    leave(s);
}

/* A BYE after a restart goes over TLS, and to nobody who is not who the trunk says. */
static void calls_of_an_earlier_life(struct stage *s)
{
    struct rw_leg_target target = carrier("root.pem", NAME),
                         wrong = carrier("root.pem", "x.example");
    struct rw_leg_dialog dialog;
    struct rw_err err;

    serve(s, "carrier", false);
    stage_invite(s, &target);
    answer_invite(s);
    rw_sip_leg_ops.describe(s->leg, &dialog);
    hang_up(s);
    stage_close(s);
    stage_turn(s);
    CHECK(s, rw_sip_leg_ops.end_orphan(rw_sip_leg_port(s->sip), &dialog, &wrong, &err) == RW_OK);
    CHECK(s, !stage_read(s));
    stage_close(s);
    CHECK(s, rw_sip_leg_ops.end_orphan(rw_sip_leg_port(s->sip), &dialog, &target, &err) == RW_OK);
    expect(s, "BYE sip:far@127.0.0.1:");
    expect_text(s, "\r\nVia: SIP/2.0/TLS ");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    leave(s);
}

/* The n-th allocation of a call fails: the call may fail, nothing else may. */
static void memory_may_end(struct stage *s)
{
    static const char offer[] = "v=0 offer\r\n";

    s->may_break = true;
    serve(s, "carrier", false);
    for (long n = 0;; n++) {
        struct rw_leg_target target = carrier("root.pem", NAME);
        char uri[100];

        (void)snprintf(uri, sizeof(uri), "sip:+6591234567@127.0.0.1:%u;transport=tls",
                       s->peer_port);
        target.uri = uri;
        target.from_uri = "sip:+6534567890@127.0.0.1";
        target.call_id = "00-m";
        stage_advance(s, 2000); /* files that could not be read are read again */
        rw_mem_fail_after(n);
        if (rw_sip_leg_ops.invite(rw_sip_leg_port(s->sip), &target,
                                  (struct rw_slice){offer, sizeof(offer) - 1}, stage_on_news, s,
                                  &s->leg, NULL) == RW_OK) {
            if (stage_read(s) && strncmp(s->in, "INVITE ", 7) == 0)
                stage_answer(s, "486 Busy Here", "far", "");
            (void)stage_read(s);
        }
        if (stage_failure_is_left())
            break;
        stage_release(s);
        stage_close(s);
        stage_advance(s, 33000);
        s->news_count = s->news_read = 0;
    }
    leave(s);
}

PLAY(whole_call)
PLAY(the_host_is_verified)
PLAY(secure_uris_stay_secure)
PLAY(certificates_that_do_not_pass)
PLAY(anybody_is_fine_when_asked_for)
PLAY(our_own_certificate_is_shown)
PLAY(our_own_certificate_is_missing)
PLAY(plain_tcp_is_there)
PLAY(the_handshake_never_ends)
PLAY(nobody_listens)
PLAY(closed_in_mid_call)
PLAY(versions)
PLAY(connections_are_shared)
PLAY(never_without_tls)
PLAY(never_after_an_answer_without)
PLAY(nothing_of_ours_to_show)
PLAY(files_are_read_again)
PLAY(calls_of_an_earlier_life)
PLAY(memory_may_end)

static void play_hung_up_over_another_connection(void **state)
{
    const char *wrong;

    (void)state;
    stage_show(certs_path("client.pem"), certs_path("client.key"));
    wrong = stage_run(hung_up_over_another_connection);
    stage_show(NULL, NULL);
    if (wrong)
        fail_msg("%s", wrong);
}

static int make_certificates(void **state)
{
    (void)state;
    (void)signal(SIGPIPE, SIG_IGN); /* the peer's own: OpenSSL writes as it likes there */
    if (!certs_begin())
        return -1;
    for (size_t i = 0; i < sizeof(certificates) / sizeof(*certificates); i++)
        if (!certs_make(&certificates[i]))
            return -1;
    return 0;
}

static int remove_certificates(void **state)
{
    (void)state;
    certs_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_whole_call),
        cmocka_unit_test(play_the_host_is_verified),
        cmocka_unit_test(play_secure_uris_stay_secure),
        cmocka_unit_test(play_certificates_that_do_not_pass),
        cmocka_unit_test(play_anybody_is_fine_when_asked_for),
        cmocka_unit_test(play_our_own_certificate_is_shown),
        cmocka_unit_test(play_our_own_certificate_is_missing),
        cmocka_unit_test(play_plain_tcp_is_there),
        cmocka_unit_test(play_the_handshake_never_ends),
        cmocka_unit_test(play_nobody_listens),
        cmocka_unit_test(play_closed_in_mid_call),
        cmocka_unit_test(play_versions),
        cmocka_unit_test(play_connections_are_shared),
        cmocka_unit_test(play_never_without_tls),
        cmocka_unit_test(play_never_after_an_answer_without),
        cmocka_unit_test(play_hung_up_over_another_connection),
        cmocka_unit_test(play_nothing_of_ours_to_show),
        cmocka_unit_test(play_files_are_read_again),
        cmocka_unit_test(play_calls_of_an_earlier_life),
        cmocka_unit_test(play_memory_may_end),
    };

    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
