/* Who is accepted as the server, how it is told when nobody is, tickets, and memory that ends. */
#include "../test.h"
#include "base/mem.h"
#include "certs.h"
#include "tls/tls.h"

#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct cert certificates[] = {
    {"root", NULL, NULL, 0, 0, true},
    {"other-root", NULL, NULL, 0, 0, true},
    {"carrier", "root", "DNS:sip.carrier.example,DNS:carrier.example", 0, 0, false},
    {"stranger", "other-root", "DNS:sip.carrier.example", 0, 0, false},
    {"expired", "root", "DNS:sip.carrier.example", -30, -2, false},
    {"future", "root", "DNS:sip.carrier.example", 2, 30, false},
    {"self", NULL, "DNS:sip.carrier.example", 0, 0, false},
    {"numeric", "root", "IP:192.0.2.7,IP:2001:db8::7", 0, 0, false},
    {"sip-uri", "root", "URI:sip:carrier.example,URI:sip:bob@bobs.example", 0, 0, false},
    {"wild", "root", "DNS:*.carrier.example", 0, 0, false},
    {"sip.carrier.example", "root", NULL, 0, 0, false},
    {"evil", "root", "DNS:x\nERROR forged.example", 0, 0, false},
    {"client", "root", "DNS:us.example", 0, 0, false},
};

static int make_certificates(void **state)
{
    (void)state;
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

/* Both ends over a pair of sockets, in turn. */
struct pair {
    int fds[2];
    struct rw_tls_session *client, *server;
};

static void shake_hands(struct pair *p)
{
    int ours = RW_TLS_WANT_READ, theirs = RW_TLS_WANT_READ;
    char byte;

    for (int i = 0; i < 10 && ours != RW_TLS_FAILED && (ours || theirs); i++) {
        if (ours)
            ours = rw_tls_handshake(p->client);
        if (theirs && theirs != RW_TLS_FAILED)
            theirs = rw_tls_handshake(p->server);
    }
    if (ours == 0) { /* what the server thinks of our certificate comes behind its handshake */
        (void)rw_tls_write(p->server, "x", 1);
        (void)rw_tls_read(p->client, &byte, 1);
    }
}

static void connect_pair(struct pair *p, struct rw_tls *client, struct rw_tls *server,
                         const char *name, const struct rw_tls_ticket *ticket)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->fds), 0);
    p->client = rw_tls_connect(client, p->fds[0], name, ticket);
    p->server = rw_tls_accept(server, p->fds[1]);
    assert_non_null(p->client);
    assert_non_null(p->server);
    shake_hands(p);
}

static void close_pair(struct pair *p)
{
    rw_tls_session_free(p->client);
    rw_tls_session_free(p->server);
    (void)close(p->fds[0]);
    (void)close(p->fds[1]);
}

static struct rw_tls *server_of(const char *name)
{
    char cert[200], key[200];
    struct rw_tls *tls = NULL;
    struct rw_err err;

    (void)snprintf(cert, sizeof(cert), "%s.pem", name);
    (void)snprintf(key, sizeof(key), "%s.key", name);
    assert_int_equal(rw_tls_server_new(&tls, certs_path(cert), certs_path(key), NULL, &err), RW_OK);
    return tls;
}

static struct rw_tls *client_of(const char *ca, const char *own, bool unverified)
{
    char cert[200] = "", key[200] = "";
    struct rw_tls *tls = NULL;
    struct rw_err err;

    (void)snprintf(cert, sizeof(cert), "%s.pem", own ? own : "");
    (void)snprintf(key, sizeof(key), "%s.key", own ? own : "");
    assert_int_equal(
        rw_tls_client_new(&tls,
                          &(struct rw_tls_client){.ca_file = ca ? certs_path(ca) : NULL,
                                                  .cert_file = own ? certs_path(cert) : NULL,
                                                  .key_file = own ? certs_path(key) : NULL,
                                                  .unverified = unverified},
                          &err),
        RW_OK);
    return tls;
}

static void the_server_is_verified(void **state)
{
    static const struct {
        const char *server, *ca, *name;
        enum rw_tls_fault_kind kind;
        const char *what;
    } cases[] = {
        {"carrier", "root.pem", "sip.carrier.example", RW_TLS_NO_FAULT, ""},
        {"carrier", "root.pem", "SIP.Carrier.Example", RW_TLS_NO_FAULT, ""},
        {"carrier", "carrier.pem", "carrier.example", RW_TLS_NO_FAULT, ""}, /* pinned */
        {"self", "self.pem", "sip.carrier.example", RW_TLS_NO_FAULT, ""},
        {"numeric", "root.pem", "192.0.2.7", RW_TLS_NO_FAULT, ""},
        {"numeric", "root.pem", "2001:db8::7", RW_TLS_NO_FAULT, ""},
        {"sip-uri", "root.pem", "carrier.example", RW_TLS_NO_FAULT, ""},
        {"wild", "root.pem", "*.carrier.example", RW_TLS_NO_FAULT, ""},
        {"carrier", "other-root.pem", "sip.carrier.example", RW_TLS_UNTRUSTED,
         "the certificate of carrier is issued by root, who is not trusted"},
        {"carrier", NULL, "sip.carrier.example", RW_TLS_UNTRUSTED,
         "the certificate of carrier is issued by root, who is not trusted"},
        {"stranger", "root.pem", "sip.carrier.example", RW_TLS_UNTRUSTED,
         "the certificate of stranger is issued by other-root, who is not trusted"},
        {"self", "root.pem", "sip.carrier.example", RW_TLS_UNTRUSTED,
         "the certificate of self is signed by itself, and not among the trusted ones"},
        {"expired", "root.pem", "sip.carrier.example", RW_TLS_OUT_OF_DATE,
         "the certificate of expired expired on 20"},
        {"future", "root.pem", "sip.carrier.example", RW_TLS_OUT_OF_DATE,
         "the certificate of future is valid only from 20"},
        {"carrier", "root.pem", "sip.other.example", RW_TLS_WRONG_NAME,
         "the certificate is not for sip.other.example but for sip.carrier.example, "
         "carrier.example"},
        {"numeric", "root.pem", "192.0.2.8", RW_TLS_WRONG_NAME,
         "the certificate is not for 192.0.2.8 but for 192.0.2.7, 2001:db8::7"},
        {"carrier", "root.pem", "192.0.2.7", RW_TLS_WRONG_NAME,
         "the certificate is not for 192.0.2.7 but for sip.carrier.example, carrier.example"},
        {"sip-uri", "root.pem", "bobs.example", RW_TLS_WRONG_NAME,
         "the certificate is not for bobs.example but for carrier.example"},
        {"wild", "root.pem", "sip.carrier.example", RW_TLS_WRONG_NAME,
         "the certificate is not for sip.carrier.example but for *.carrier.example"},
        {"sip.carrier.example", "root.pem", "sip.carrier.example", RW_TLS_WRONG_NAME,
         "the certificate is not for sip.carrier.example but for no name at all"}, /* no CN */
        {"evil", "root.pem", "sip.carrier.example", RW_TLS_WRONG_NAME,
         "the certificate is not for sip.carrier.example but for x\\u{000A}ERROR forged.example"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_tls *client = client_of(cases[i].ca, NULL, false);
        struct rw_tls *server = server_of(cases[i].server);
        const struct rw_tls_fault *fault;
        struct pair p;

        connect_pair(&p, client, server, cases[i].name, NULL);
        fault = rw_tls_session_fault(p.client);
        if (fault->kind != cases[i].kind ||
            strncmp(fault->what, cases[i].what, strlen(cases[i].what)) != 0)
            fail_msg("%s for %s: %d \"%s\"", cases[i].server, cases[i].name, fault->kind,
                     fault->what);
        rw_tls_free(client); /* sessions may outlive what they were made from */
        rw_tls_free(server);
        close_pair(&p);
    }
}

static void anybody_is_fine_when_asked_for(void **state)
{
    struct rw_tls *client = client_of(NULL, NULL, true), *server = server_of("expired");
    struct pair p;

    (void)state;
    connect_pair(&p, client, server, "nobody.example", NULL);
    assert_int_equal(rw_tls_session_fault(p.client)->kind, RW_TLS_NO_FAULT);
    close_pair(&p);
    rw_tls_free(client);
    rw_tls_free(server);
}

/* To OpenSSL these would mean any server, and any below example. */
static void names_that_are_none(void **state)
{
    static const char *const names[] = {"", ".carrier.example", "."};
    struct rw_tls *client = client_of("root.pem", NULL, false);

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        assert_null(rw_tls_connect(client, 0, names[i], NULL));
    rw_tls_free(client);
}

static void what_is_no_tls_is_named(void **state)
{
    struct rw_tls *client = client_of("root.pem", NULL, false);
    int fds[2];
    struct rw_tls_session *session;

    (void)state;
    for (int closed = 0; closed < 2; closed++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
        session = rw_tls_connect(client, fds[0], "sip.carrier.example", NULL);
        assert_int_equal(rw_tls_handshake(session), RW_TLS_WANT_READ);
        if (!closed)
            assert_int_equal(send(fds[1], "SIP/2.0 400 Bad Request\r\n\r\n", 27, 0), 27);
        (void)close(fds[1]);
        assert_int_equal(rw_tls_handshake(session), RW_TLS_FAILED);
        assert_int_equal(rw_tls_session_fault(session)->kind, RW_TLS_BROKEN);
        assert_string_equal(rw_tls_session_fault(session)->what,
                            closed ? "the connection was closed in the TLS handshake"
                                   : "what answers there does not speak TLS");
        rw_tls_session_free(session);
        (void)close(fds[0]);
    }
    rw_tls_free(client);
}

/* The second connection carries on where the first left off. */
static void connections_are_resumed(void **state)
{
    struct rw_tls *client = client_of("root.pem", NULL, false), *server = server_of("carrier");
    struct rw_tls_ticket *ticket;
    struct pair p;

    (void)state;
    connect_pair(&p, client, server, "carrier.example", NULL);
    assert_false(rw_tls_session_resumed(p.client));
    ticket = rw_tls_session_ticket(p.client);
    assert_non_null(ticket);
    close_pair(&p);
    connect_pair(&p, client, server, "carrier.example", ticket);
    assert_int_equal(rw_tls_session_fault(p.client)->kind, RW_TLS_NO_FAULT);
    assert_true(rw_tls_session_resumed(p.client));
    close_pair(&p);
    rw_tls_ticket_free(ticket);
    rw_tls_free(client);
    rw_tls_free(server);
}

static void files_that_are_no_use_are_named(void **state)
{
    static const struct {
        const char *ca, *cert, *key, *code;
    } cases[] = {
        {"none.pem", NULL, NULL, "tls.ca_unreadable"},
        {"root.key", NULL, NULL, "tls.ca_unreadable"},
        {"root.pem", "none.pem", "client.key", "tls.certificate_unreadable"},
        {"root.pem", "client.pem", "none.key", "tls.key_unreadable"},
        {"root.pem", "client.pem", NULL, "tls.key_unreadable"},
        {"root.pem", NULL, "client.key", "tls.certificate_unreadable"},
        {"root.pem", "client.pem", "carrier.key", "tls.key_mismatch"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_tls_client options = {.ca_file = certs_path(cases[i].ca),
                                        .cert_file =
                                            cases[i].cert ? certs_path(cases[i].cert) : NULL,
                                        .key_file = cases[i].key ? certs_path(cases[i].key) : NULL};
        struct rw_tls *tls = NULL;
        struct rw_err err;

        assert_int_equal(rw_tls_client_new(&tls, &options, &err), RW_MALFORMED);
        assert_string_equal(err.code, cases[i].code);
        assert_null(tls);
    }
}

static void memory_may_end(void **state)
{
    bool failed = true;

    (void)state;
    for (long n = 0; failed; n++) {
        long live = rw_mem_live();
        struct rw_tls *client = NULL, *server = server_of("carrier");
        struct rw_tls_session *session = NULL;
        int fds[2];
        struct rw_err err;

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
        rw_mem_fail_after(n);
        failed = rw_tls_client_new(
            &client, &(struct rw_tls_client){.ca_file = certs_path("root.pem")}, &err);
        if (client) {
            session = rw_tls_connect(client, fds[0], "wrong.example", NULL);
            failed = !session;
        }
        if (session) {
            struct pair p = {{fds[0], fds[1]}, session, rw_tls_accept(server, fds[1])};

            failed = !p.server;
            if (p.server)
                shake_hands(&p);
            failed |= !strstr(rw_tls_session_fault(session)->what, "carrier.example");
            rw_tls_session_free(p.server);
        }
        rw_mem_fail_after(-1);
        rw_tls_session_free(session);
        rw_tls_free(client);
        rw_tls_free(server);
        (void)close(fds[0]);
        (void)close(fds[1]);
        assert_int_equal(rw_mem_live(), live);
    }
}

static void a_certificate_is_described(void **state)
{
    struct rw_tls *client = NULL, *server = NULL;
    struct rw_tls_certificate shown = {.subject = ""}, read = {.subject = ""};
    struct rw_err err;
    struct pair p;

    (void)state;
    assert_int_equal(rw_tls_certificate_read(certs_path("carrier.pem"), &read, &err), RW_OK);
    assert_string_equal(read.subject, "carrier");
    assert_string_equal(read.issuer, "root");
    assert_string_equal(read.names, "sip.carrier.example, carrier.example");
    assert_int_equal(read.ends_s - read.begins_s, 31 * 86400);
    assert_int_equal(rw_tls_client_new(
                         &client, &(struct rw_tls_client){.ca_file = certs_path("root.pem")}, &err),
                     RW_OK);
    assert_int_equal(rw_tls_server_new(&server, certs_path("carrier.pem"),
                                       certs_path("carrier.key"), NULL, &err),
                     RW_OK);
    connect_pair(&p, client, server, "carrier.example", NULL);
    assert_true(rw_tls_session_certificate(p.client, &shown));
    assert_memory_equal(&shown, &read, sizeof(read));
    assert_false(rw_tls_session_certificate(p.server, &shown)); /* the client showed none */
    close_pair(&p);
    rw_tls_free(client);
    rw_tls_free(server);
    assert_int_equal(rw_tls_certificate_read(certs_path("evil.pem"), &read, &err), RW_OK);
    assert_null(strchr(read.names, '\n'));
    assert_int_equal(rw_tls_certificate_read(certs_path("carrier.key"), &read, &err), RW_MALFORMED);
    assert_string_equal(err.code, "tls.certificate_unreadable");
    assert_int_equal(rw_tls_certificate_read(certs_path("none.pem"), &read, &err), RW_MALFORMED);
    assert_non_null(strstr(err.message, "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_described),
        cmocka_unit_test(the_server_is_verified),
        cmocka_unit_test(anybody_is_fine_when_asked_for),
        cmocka_unit_test(names_that_are_none),
        cmocka_unit_test(what_is_no_tls_is_named),
        cmocka_unit_test(connections_are_resumed),
        cmocka_unit_test(files_that_are_no_use_are_named),
        cmocka_unit_test(memory_may_end),
    };

    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
