/* One port, three workers: whoever reads a message, its Call-ID's owner answers it. */
#include "base/mem.h"
#include "sip/core.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define WORKERS 3
#define SOURCES 16 /* of the peer: the kernel spreads by source port */

static struct rw_sip_options options = {.host = "127.0.0.1", .socket_buffer = 1u << 20};
static struct rw_sip_wire *wire;
static struct rw_sip *sips[WORKERS];
static struct rw_sip_counters counters[WORKERS];
static atomic_uint wrong_worker, answered, ended;
static uint16_t peer_port;

static struct {
    struct rw_leg *leg;
    unsigned worker;
} calls[WORKERS];

static void on_news(const struct rw_leg_news *news, void *arg)
{
    unsigned i = *(unsigned *)arg;

    if (rw_worker_index(rw_worker_self()) != i)
        atomic_fetch_add(&wrong_worker, 1);
    if (news->input.kind == RW_IN_LEG_ANSWERED)
        atomic_fetch_add(&answered, 1);
    if (news->input.kind != RW_IN_LEG_ENDED)
        return;
    rw_sip_leg_ops.release(calls[i].leg);
    atomic_fetch_add(&ended, 1);
}

static enum rw_class on_start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    unsigned i = rw_worker_index(worker);
    char uri[80], call_id[40];
    struct rw_leg_target target = {.uri = uri, .from_uri = "sip:us@127.0.0.1", .call_id = call_id};
    enum rw_class class = rw_sip_new(&sips[i], worker, wire, &options, err);

    (void)arg;
    if (class)
        return class;
    calls[i].worker = i;
    (void)snprintf(uri, sizeof(uri), "sip:x@127.0.0.1:%u", peer_port);
    (void)snprintf(call_id, sizeof(call_id), "%02x-call", i);
    return rw_sip_leg_ops.invite(rw_sip_leg_port(sips[i]), &target, RW_LIT("v=0\r\n"), on_news,
                                 &calls[i].worker, &calls[i].leg, err);
}

static void on_stop(struct rw_worker *worker, void *arg)
{
    unsigned i = rw_worker_index(worker);

    (void)arg;
    rw_sip_read_counters(sips[i], &counters[i]);
    rw_sip_free(sips[i]);
}

static int open_peer(uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

static void receive(int fd, char *in, size_t size)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t n;

    assert_int_equal(poll(&p, 1, 10000), 1);
    n = recv(fd, in, size - 1, 0);
    assert_true(n > 0);
    in[n] = '\0';
}

static void transmit(int fd, const char *out)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons(rw_sip_wire_port(wire))};

    assert_true(sendto(fd, out, strlen(out), 0, (struct sockaddr *)&a, sizeof(a)) > 0);
}

static const char *value_of(const char *message, const char *name, char *out, size_t size)
{
    const char *p = strstr(message, name), *end;

    assert_non_null(p);
    end = strstr(p, "\r\n");
    (void)snprintf(out, size, "%.*s", (int)(end - p), p);
    return out;
}

static void answer(int fd, const char *request, const char *tag)
{
    char out[2000], v[5][300];

    (void)snprintf(out, sizeof(out),
                   "SIP/2.0 200 OK\r\n%s\r\n%s\r\n%s%s\r\n%s\r\n%s\r\n"
                   "Contact: <sip:far@127.0.0.1:%u>\r\n\r\n",
                   value_of(request, "Via: ", v[0], 300), value_of(request, "From: ", v[1], 300),
                   value_of(request, "To: ", v[2], 300), tag,
                   value_of(request, "Call-ID: ", v[3], 300),
                   value_of(request, "CSeq: ", v[4], 300), peer_port);
    transmit(fd, out);
}

/*
 * A request inside the dialog of `invite`, from the far end. Its From is our To and the other way
 * round.
 */
static void compose(char *out, size_t size, const char *invite, const char *method, unsigned cseq,
                    const char *via)
{
    char from[300], to[300], call_id[300];

    (void)snprintf(out, size,
                   "%s sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/%s;branch=z9hG4bK%u;rport\r\n"
                   "From: %s;tag=far\r\nTo: %s\r\n%s\r\nCSeq: %u %s\r\nContent-Length: 0\r\n\r\n",
                   method, via, cseq, value_of(invite, "To: ", to, 300) + 4,
                   value_of(invite, "From: ", from, 300) + 6,
                   value_of(invite, "Call-ID: ", call_id, 300), cseq, method);
}

/* Over a connection that any of the workers may have taken: the answer comes back on it. */
static void ask_over_tcp(const char *invite, unsigned i)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons(rw_sip_wire_port(wire))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char out[2000], in[4000];

    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    compose(out, sizeof(out), invite, "INFO", i + 1, "TCP 127.0.0.1:9");
    assert_int_equal(send(fd, out, strlen(out), 0), strlen(out));
    receive(fd, in, sizeof(in));
    assert_int_equal(strncmp(in, "SIP/2.0 200 OK\r\n", 16), 0);
    (void)close(fd);
}

static void one_port_for_all(void **state)
{
    struct rw_workers *workers;
    char in[4000], out[2000], invites[WORKERS][4000] = {""}, v[300], via[40];
    int fd, sources[SOURCES];
    uint64_t passed = 0;
    struct rw_err err;
    long live = rw_mem_live();

    (void)state;
    fd = open_peer(&peer_port);
    assert_int_equal(rw_workers_new(&workers, WORKERS, &err), RW_OK);
    assert_int_equal(rw_sip_wire_new(&wire, &options, WORKERS, &err), RW_OK);
    assert_int_equal(rw_workers_start(workers, on_start, on_stop, NULL, &err), RW_OK);
    for (unsigned seen = 0, acks = 0; seen < WORKERS || acks < WORKERS;) {
        receive(fd, in, sizeof(in));
        if (strncmp(in, "ACK ", 4) == 0) {
            acks++;
        } else if (strncmp(in, "INVITE ", 7) == 0) {
            int which = value_of(in, "Call-ID: ", v, 300)[10] - '0';

            seen += invites[which][0] == '\0';
            memcpy(invites[which], in, sizeof(in));
            answer(fd, in, ";tag=far");
        }
    }
    for (unsigned i = 0; i < SOURCES; i++)
        ask_over_tcp(invites[i % WORKERS], i);
    /* BYE from many source ports: several workers will read them */
    for (int i = 0; i < SOURCES; i++) {
        uint16_t port;

        sources[i] = open_peer(&port);
        (void)snprintf(via, sizeof(via), "UDP 127.0.0.1:%u", port);
        compose(out, sizeof(out), invites[i % WORKERS], "BYE", 100, via);
        transmit(sources[i], out);
        receive(sources[i], in, sizeof(in));
        assert_int_equal(strncmp(in, "SIP/2.0 200 OK\r\n", 16), 0);
        (void)close(sources[i]);
    }
    rw_workers_stop(workers);
    assert_int_equal(atomic_load(&answered), WORKERS);
    assert_int_equal(atomic_load(&ended), WORKERS);
    assert_int_equal(atomic_load(&wrong_worker), 0);
    for (int i = 0; i < WORKERS; i++)
        passed += counters[i].passed_on;
    assert_true(passed > 0);
    rw_workers_free(workers);
    rw_sip_wire_free(wire);
    (void)close(fd);
    assert_int_equal(rw_mem_live(), live);
}

static void ignore_news(const struct rw_leg_news *news, void *arg)
{
    (void)news, (void)arg;
}

static enum rw_class on_start_v6(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    struct rw_sip_options v6 = {.host = "::1"};
    struct rw_leg_target target = {.uri = arg, .from_uri = "sip:us@[::1]", .call_id = "00-six"};
    enum rw_class class = rw_sip_new(&sips[0], worker, wire, &v6, err);

    return class ? class
                 : rw_sip_leg_ops.invite(rw_sip_leg_port(sips[0]), &target, RW_LIT("v=0\r\n"),
                                         ignore_news, NULL, &calls[0].leg, err);
}

static void over_ipv6(void **state)
{
    struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct rw_sip_options v6 = {.host = "::1"};
    socklen_t size = sizeof(a);
    struct rw_workers *workers;
    struct rw_err err;
    char uri[80], in[4000];
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);

    (void)state;
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, size) < 0)
        skip(); /* a machine without IPv6 */
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &size), 0);
    (void)snprintf(uri, sizeof(uri), "sip:x@[::1]:%u", ntohs(a.sin6_port));
    assert_int_equal(rw_sip_wire_new(&wire, &v6, 1, &err), RW_OK);
    assert_int_equal(rw_workers_new(&workers, 1, &err), RW_OK);
    assert_int_equal(rw_workers_start(workers, on_start_v6, on_stop, uri, &err), RW_OK);
    receive(fd, in, sizeof(in));
    assert_int_equal(strncmp(in, "INVITE sip:x@[::1]:", 19), 0);
    assert_non_null(strstr(in, "\r\nVia: SIP/2.0/UDP [::1]:"));
    assert_non_null(strstr(in, "\r\nTo: <sip:x@[::1]>\r\n"));
    assert_non_null(strstr(in, "\r\nContact: <sip:ringwright@[::1]:"));
    rw_workers_stop(workers);
    rw_workers_free(workers);
    rw_sip_wire_free(wire);
    (void)close(fd);
}

/* A second server on the same port would take half of the calls. */
static void port_is_taken(void **state)
{
    struct rw_sip_options again = options;
    struct rw_sip_wire *second = NULL;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_sip_wire_new(&wire, &options, 1, &err), RW_OK);
    again.port = rw_sip_wire_port(wire);
    assert_int_equal(rw_sip_wire_new(&second, &again, 1, &err), RW_IO);
    assert_string_equal(err.code, "sip.port_in_use");
    rw_sip_wire_free(wire);
    again.host = "not numeric";
    assert_int_equal(rw_sip_wire_new(&second, &again, 1, &err), RW_MALFORMED);
    assert_string_equal(err.code, "sip.bad_listen_address");
    again.host = "192.0.2.200"; /* of no machine */
    assert_int_equal(rw_sip_wire_new(&second, &again, 1, &err), RW_IO);
    assert_string_equal(err.code, "sip.port_unusable");
    again = options;
    again.advertised_host = "a b";
    assert_int_equal(rw_sip_wire_new(&second, &again, 1, &err), RW_MALFORMED);
    assert_string_equal(err.code, "sip.bad_advertised_host");
    again.advertised_host = "sip.example.net:5060";
    assert_int_equal(rw_sip_wire_new(&second, &again, 1, &err), RW_MALFORMED);
    assert_string_equal(err.code, "sip.bad_advertised_host");
    assert_null(second);
    rw_sip_wire_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_port_for_all),
        cmocka_unit_test(over_ipv6),
        cmocka_unit_test(port_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
