/* Answers that come later, large answers, draining, bounds, lost memory, TLS. */
#include "server.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

static void send_text(int fd, const char *text)
{
    test_send(fd, text, strlen(text));
}

static void expect(int fd, int status, const char *part)
{
    char answer[4096];

    (void)test_read_answer(fd, answer, sizeof(answer));
    if (test_status(answer) != status || !strstr(answer, part))
        fail_msg("expected %d with %s, got\n%s", status, part, answer);
}

static void an_answer_may_come_later(void **state)
{
    struct test_server *server = test_server_start(NULL);
    int one = test_connect(test_server_port(server)), two = test_connect(test_server_port(server));

    (void)state;
    send_text(one, GET("/later") GET("/echo")); /* the second waits behind the first */
    send_text(two, GET("/later"));
    test_server_wait_later(server, 2);
    test_server_answer(server);
    expect(one, 200, "late");
    expect(one, 200, "GET /echo");
    expect(two, 200, "late");
    send_text(two, GET("/echo"));
    expect(two, 200, "GET /echo");
    (void)close(one);
    (void)close(two);
    test_server_stop(server);
}

static void more_bytes_while_a_handler_thinks_do_no_harm(void **state)
{
    struct test_server *server = test_server_start(NULL);
    int fd = test_connect(test_server_port(server)), other;

    (void)state;
    send_text(fd, GET("/later"));
    test_server_wait_later(server, 1);
    send_text(fd, GET("/echo"));
    other = test_connect(test_server_port(server)); /* a round trip: the loop saw the bytes above */
    send_text(other, GET("/echo"));
    expect(other, 200, "GET /echo");
    test_server_answer(server);
    expect(fd, 200, "late");
    expect(fd, 200, "GET /echo");
    (void)close(fd);
    (void)close(other);
    test_server_stop(server);
}

static void a_client_may_stop_sending_and_still_read(void **state)
{
    struct test_server *server = test_server_start(NULL);
    int fd = test_connect(test_server_port(server));

    (void)state;
    send_text(fd, GET("/later"));
    test_server_wait_later(server, 1);
    (void)shutdown(fd, SHUT_WR);
    test_server_answer(server);
    expect(fd, 200, "late");
    assert_true(test_closed(fd));
    (void)close(fd);
    test_server_stop(server);
}

static void a_client_that_left_is_answered_into_the_void(void **state)
{
    struct test_server *server = test_server_start(NULL);
    const struct linger now = {.l_onoff = 1};
    int fd = test_connect(test_server_port(server));

    (void)state;
    send_text(fd, GET("/later"));
    test_server_wait_later(server, 1);
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)); /* close() resets */
    (void)close(fd);
    fd = test_connect(test_server_port(server));
    send_text(fd, GET("/echo"));
    expect(fd, 200, "GET /echo");
    test_server_answer(server);
    send_text(fd, GET("/echo"));
    expect(fd, 200, "GET /echo");
    (void)close(fd);
    test_server_stop(server);
}

static void a_large_answer_waits_for_its_reader(void **state)
{
    struct test_server *server = test_server_start(NULL);
    char *answer = calloc(4, 1u << 20);
    int fd = test_connect(test_server_port(server)), other;

    (void)state;
    send_text(fd, GET("/big") GET("/echo"));
    other = test_connect(test_server_port(server));
    send_text(other, GET("/echo"));
    expect(other, 200, "GET /echo"); /* nobody waits for the slow reader */
    assert_true(test_read_answer(fd, answer, 4u << 20) > 3u << 20);
    expect(fd, 200, "GET /echo");
    free(answer);
    (void)close(fd);
    (void)close(other);
    test_server_stop(server);
}

static void draining_ends_what_runs_and_takes_no_more(void **state)
{
    struct test_server *server = test_server_start(NULL);
    int idle = test_connect(test_server_port(server)),
        busy = test_connect(test_server_port(server));

    (void)state;
    send_text(idle, GET("/echo"));
    expect(idle, 200, "GET /echo");
    send_text(busy, GET("/later"));
    test_server_wait_later(server, 1);
    test_server_drain(server, 60000);
    assert_true(test_closed(idle));
    test_server_answer(server);
    expect(busy, 200, "Connection: close");
    assert_true(test_closed(busy));
    test_server_wait_quiet(server);
    assert_int_equal(test_server_counters(server).open_connections, 0);
    (void)close(idle);
    (void)close(busy);
    test_server_stop(server);
}

static void draining_does_not_wait_for_ever(void **state)
{
    struct test_server *server = test_server_start(NULL);
    int fd = test_connect(test_server_port(server));

    (void)state;
    send_text(fd, GET("/later"));
    test_server_wait_later(server, 1);
    test_server_drain(server, 1);
    test_server_wait_quiet(server);
    assert_true(test_closed(fd));
    test_server_answer(server); /* to nobody; must not touch the connection */
    (void)close(fd);
    test_server_stop(server);
}

static void a_listener_may_go_before_its_last_answer(void **state)
{
    struct test_server *server = test_server_start(NULL);
    int fd = test_connect(test_server_port(server));

    (void)state;
    send_text(fd, GET("/later"));
    test_server_wait_later(server, 1);
    test_server_free_listener(server);
    assert_true(test_closed(fd));
    test_server_answer(server);
    (void)close(fd);
    test_server_stop(server);
}

static void connections_beyond_the_bound_wait(void **state)
{
    const struct rw_http_options options = {.connections_max = 2};
    struct test_server *server = test_server_start(&options);
    int a = test_connect(test_server_port(server)), b = test_connect(test_server_port(server)), c;

    (void)state;
    send_text(a, GET("/echo"));
    expect(a, 200, "GET /echo");
    send_text(b, GET("/echo"));
    expect(b, 200, "GET /echo");
    c = test_connect(test_server_port(server)); /* in the kernel's queue */
    send_text(c, GET("/echo"));
    send_text(a, GET("/echo"));
    expect(a, 200, "GET /echo");
    assert_int_equal(test_server_counters(server).open_connections, 2);
    (void)close(a);
    expect(c, 200, "GET /echo");
    (void)close(b);
    (void)close(c);
    test_server_stop(server);
}

/* ------------------------------------------------------------------ ports */

struct second {
    struct rw_worker *worker;
    struct rw_http_options options;
    struct rw_err err;
    enum rw_class class;
};

static void listen_again(struct rw_http *http, void *arg)
{
    struct second *second = arg;
    struct rw_http *again = NULL;

    second->options = (struct rw_http_options){.host = "127.0.0.1",
                                               .port = second->options.port ? second->options.port
                                                                            : rw_http_port(http)};
    second->class = rw_http_new(&again, rw_worker_self(), &second->options, &second->err);
    rw_http_free(again);
}

static void workers_share_a_port_but_not_with_strangers(void **state)
{
    struct test_server *server = test_server_start(NULL);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(any);
    int stranger = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct second second = {0};

    (void)state;
    test_server_run(server, listen_again, &second);
    assert_int_equal(second.class, RW_OK);
    (void)setsockopt(stranger, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
    assert_int_equal(bind(stranger, (struct sockaddr *)&any, sizeof(any)), 0);
    assert_int_equal(listen(stranger, 1), 0);
    assert_int_equal(getsockname(stranger, (struct sockaddr *)&any, &n), 0);
    second.options.port = ntohs(any.sin_port);
    test_server_run(server, listen_again, &second);
    assert_int_equal(second.class, RW_IO);
    assert_string_equal(second.err.code, "http.listen_failed");
    (void)close(stranger);
    test_server_stop(server);
}

/* ------------------------------------------------------------------ memory */

static void fail_once(struct rw_http *http, void *arg)
{
    (void)http;
    rw_mem_fail_once(*(long *)arg);
}

static void blocks_live(struct rw_http *http, void *arg)
{
    (void)http;
    *(long *)arg = rw_mem_live();
}

/* A request that grows its buffer, with one allocation failing: an answer or a close, no harm. */
static bool one_request(struct test_server *server)
{
    char request[6000], answer[8192];
    int fd = test_connect(test_server_port(server));
    bool served;

    (void)snprintf(request, sizeof(request),
                   "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n%05000d", 7);
    test_send(fd, request, strlen(request));
    served = test_read_answer(fd, answer, sizeof(answer)) > 0 && test_status(answer) == 200;
    (void)close(fd);
    return served;
}

static void every_allocation_may_fail(void **state)
{
    struct test_server *server = test_server_start(NULL);
    long before, after, never = -1, n = 0;
    bool served = false;

    (void)state;
    assert_true(one_request(server));
    test_server_run(server, blocks_live, &before);
    for (; !served && n < 100; n++) {
        test_server_run(server, fail_once, &n);
        served = one_request(server);
        test_server_run(server, fail_once, &never);
    }
    assert_true(served);
    assert_in_range(n, 5, 50); /* connection, exchange, growth, answer's head and body */
    assert_true(one_request(server));
    while (test_server_counters(server).open_connections)
        ; /* each look is a turn of the loop, in which it sees a close */
    test_server_run(server, blocks_live, &after);
    assert_true(after <= before);
    test_server_stop(server);
}

/* ------------------------------------------------------------------ TLS */

static void write_pem(const char *file, EVP_PKEY *key, X509 *cert)
{
    FILE *f = fopen(file, "w");

    assert_non_null(f);
    if (key)
        assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
    if (cert)
        assert_int_equal(PEM_write_X509(f, cert), 1);
    (void)fclose(f);
}

static void make_pair(const char *cert_file, const char *key_file)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();

    assert_non_null(key);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    (void)X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    (void)X509_set_pubkey(cert, key);
    (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                                     (const unsigned char *)"localhost", -1, -1, 0);
    (void)X509_set_issuer_name(cert, X509_get_subject_name(cert));
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    write_pem(cert_file, NULL, cert);
    write_pem(key_file, key, NULL);
    X509_free(cert);
    EVP_PKEY_free(key);
}

struct files {
    char folder[64], cert[96], key[96], other_cert[96], other_key[96];
};

static void make_files(struct files *files)
{
    (void)snprintf(files->folder, sizeof(files->folder), "/tmp/rw-http-XXXXXX");
    assert_non_null(mkdtemp(files->folder));
    (void)snprintf(files->cert, sizeof(files->cert), "%s/cert", files->folder);
    (void)snprintf(files->key, sizeof(files->key), "%s/key", files->folder);
    (void)snprintf(files->other_cert, sizeof(files->other_cert), "%s/cert2", files->folder);
    (void)snprintf(files->other_key, sizeof(files->other_key), "%s/key2", files->folder);
    make_pair(files->cert, files->key);
    make_pair(files->other_cert, files->other_key);
}

static void remove_files(const struct files *files)
{
    (void)unlink(files->cert);
    (void)unlink(files->key);
    (void)unlink(files->other_cert);
    (void)unlink(files->other_key);
    (void)rmdir(files->folder);
}

static size_t tls_answer(SSL *ssl, char *dst, size_t size, size_t body)
{
    size_t n = 0;

    for (;;) {
        const char *end;
        int got = SSL_read(ssl, dst + n, (int)(size - n - 1));

        if (got <= 0)
            return n;
        n += (size_t)got;
        dst[n] = '\0';
        end = strstr(dst, "\r\n\r\n");
        if (end && n >= (size_t)(end - dst) + 4 + body)
            return n;
    }
}

static void tls_is_spoken_with_a_certificate(void **state)
{
    struct files files;
    struct rw_http_options options = {0};
    struct test_server *server;
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    char *answer = calloc(4, 1u << 20);
    SSL *ssl;
    int fd;

    (void)state;
    make_files(&files);
    options.cert_file = files.cert;
    options.key_file = files.key;
    server = test_server_start(&options);
    fd = test_connect(test_server_port(server));
    ssl = SSL_new(ctx);
    (void)SSL_set_fd(ssl, fd);
    assert_int_equal(SSL_connect(ssl), 1);
    assert_true(SSL_write(ssl, GET("/echo"), sizeof(GET("/echo")) - 1) > 0);
    assert_true(tls_answer(ssl, answer, 4096, 11) > 0);
    assert_non_null(strstr(answer, "GET /echo"));
    assert_true(SSL_write(ssl, GET("/big"), sizeof(GET("/big")) - 1) > 0);
    assert_true(tls_answer(ssl, answer, 4u << 20, 3u << 20) > 3u << 20);
    assert_true(SSL_write(ssl, "GET /echo HTTP/1.1\nHost: a\n\n", 28) > 0);
    assert_true(tls_answer(ssl, answer, 4096, 10) > 0);
    assert_non_null(strstr(answer, "http.framing.bare_lf"));
    SSL_free(ssl);
    (void)close(fd);
    fd = test_connect(test_server_port(server));
    send_text(fd, GET("/echo")); /* plain, to a port of TLS */
    while (!test_closed(fd))
        ;
    (void)close(fd);
    free(answer);
    SSL_CTX_free(ctx);
    test_server_stop(server);
    remove_files(&files);
}

struct start {
    struct rw_http_options options;
    struct rw_err err;
    enum rw_class class;
};

static enum rw_class try_start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    struct start *start = arg;
    struct rw_http *http = NULL;

    start->class = rw_http_new(&http, worker, &start->options, &start->err);
    rw_http_free(http);
    (void)err;
    return RW_OK;
}

static void expect_no_start(const struct rw_http_options *options, const char *code)
{
    struct start start = {.options = *options};
    struct rw_workers *workers;
    struct rw_err err;

    assert_int_equal(rw_workers_new(&workers, 1, &err), RW_OK);
    assert_int_equal(rw_workers_start(workers, try_start, NULL, &start, &err), RW_OK);
    rw_workers_stop(workers);
    rw_workers_free(workers);
    assert_int_not_equal(start.class, RW_OK);
    assert_string_equal(start.err.code, code);
    assert_true(strlen(start.err.message) > 10);
}

static void what_stops_a_start_is_named(void **state)
{
    struct rw_http_options options = {.host = "127.0.0.1"};
    struct files files;

    (void)state;
    make_files(&files);
    options.cert_file = "/nonexistent";
    options.key_file = files.key;
    expect_no_start(&options, "tls.certificate_unreadable");
    options.cert_file = files.cert;
    options.key_file = "/nonexistent";
    expect_no_start(&options, "tls.key_unreadable");
    options.key_file = NULL;
    expect_no_start(&options, "tls.key_unreadable");
    options.key_file = files.other_key;
    expect_no_start(&options, "tls.key_mismatch");
    options = (struct rw_http_options){.host = "192.0.2.1"}; /* of nobody (RFC 5737) */
    expect_no_start(&options, "http.listen_failed");
    options.host = "no such host";
    expect_no_start(&options, "http.listen_failed");
    remove_files(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_may_come_later),
        cmocka_unit_test(more_bytes_while_a_handler_thinks_do_no_harm),
        cmocka_unit_test(a_client_may_stop_sending_and_still_read),
        cmocka_unit_test(a_client_that_left_is_answered_into_the_void),
        cmocka_unit_test(a_large_answer_waits_for_its_reader),
        cmocka_unit_test(draining_ends_what_runs_and_takes_no_more),
        cmocka_unit_test(draining_does_not_wait_for_ever),
        cmocka_unit_test(a_listener_may_go_before_its_last_answer),
        cmocka_unit_test(connections_beyond_the_bound_wait),
        cmocka_unit_test(workers_share_a_port_but_not_with_strangers),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(tls_is_spoken_with_a_certificate),
        cmocka_unit_test(what_stops_a_start_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
