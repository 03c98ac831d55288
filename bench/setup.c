/*
 * setup - how long a call takes from its POST to the ACK that its carrier gets.
 *
 *     setup HTTP_PORT SIP_PORT RATE SECONDS PATH TOKEN
 *
 * Places RATE calls a second over a few kept-alive connections, each to another number, and is their
 * carrier on 127.0.0.1:SIP_PORT: 200 at once, BYE after the ACK. A call's time begins when it is due,
 * so what waits for a connection is counted. Prints one JSON line: calls, refused, connected, and the
 * 50th and 99th percentile in microseconds.
 * A benchmark's tool: one thread, loopback addresses only, at most CALLS_MAX calls.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CALLS_MAX 10000 /* as many numbers as there are */
#define CONNECTIONS 16
#define NUMBER "+49303000" /* and four digits */
#define LAST_WAIT_US 5000000

struct call {
    uint64_t due_us;
    uint32_t took_us; /* 0 = not connected */
    char *bye;
};

struct connection {
    int fd;
    bool busy;
    size_t n;
    char in[8192];
};

static struct call calls[CALLS_MAX];
static struct connection connections[CONNECTIONS];
static const char *path, *token;
static unsigned placed, refused, connected;
static uint16_t sip_port;
static int sip;

static uint64_t now_us(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void fail(const char *what)
{
    fprintf(stderr, "setup: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- HTTP ---- */

static void connect_all(uint16_t port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;

    for (unsigned i = 0; i < CONNECTIONS; i++) {
        connections[i].fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(connections[i].fd, (struct sockaddr *)&a, sizeof(a)) < 0)
            fail("connect");
        (void)setsockopt(connections[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
}

static void place(struct connection *c, unsigned i)
{
    char body[200], out[2048];
    int n = snprintf(body, sizeof(body),
                     "{\"to\":{\"phoneNumber\":\"" NUMBER "%04u\"},"
                     "\"from\":{\"phoneNumber\":\"+6534567890\"}}",
                     i);

    n = snprintf(out, sizeof(out),
                 "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                 "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                 path, token, n, body);
    if (n < 0 || n >= (int)sizeof(out) || send(c->fd, out, (size_t)n, MSG_NOSIGNAL) != n)
        fail("send");
    c->busy = true;
    c->n = 0;
}

static void read_answer(struct connection *c)
{
    ssize_t n = recv(c->fd, c->in + c->n, sizeof(c->in) - 1 - c->n, MSG_DONTWAIT);
    const char *end, *length;

    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0)
        fail("the server closed a connection");
    c->n += (size_t)n;
    c->in[c->n] = '\0';
    end = strstr(c->in, "\r\n\r\n");
    length = strcasestr(c->in, "\r\ncontent-length:");
    if (!end || !length || c->n < (size_t)(end - c->in) + 4 + strtoul(length + 17, NULL, 10))
        return;
    c->busy = false;
    refused += strncmp(c->in + 9, "200", 3) != 0;
}

/* ---- SIP ---- */

/* The value of a header as our server writes it, cut to what fits. */
static const char *value(const char *in, const char *name, char *out, size_t size)
{
    const char *p = strstr(in, name), *end = p ? strstr(p + 1, "\r\n") : NULL;

    out[0] = '\0';
    if (end)
        (void)snprintf(out, size, "%.*s", (int)(end - p - (ssize_t)strlen(name)), p + strlen(name));
    return out;
}

static void take_invite(const char *in, unsigned i, const struct sockaddr_in *from)
{
    static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"
                              "t=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
    char out[4096], via[300], caller[300], called[300], id[300], cseq[60], uri[300];
    int n;

    (void)value(in, "\nVia: ", via, sizeof(via));
    (void)value(in, "\nFrom: ", caller, sizeof(caller));
    (void)value(in, "\nTo: ", called, sizeof(called));
    (void)value(in, "\nCall-ID: ", id, sizeof(id));
    (void)value(in, "\nCSeq: ", cseq, sizeof(cseq));
    (void)value(in, "\nContact: <", uri, sizeof(uri));
    uri[strcspn(uri, ">")] = '\0';
    n = snprintf(out, sizeof(out),
                 "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=c%u\r\nCall-ID: %s\r\n"
                 "CSeq: %s\r\nContact: <sip:" NUMBER "%04u@127.0.0.1:%u>\r\n"
                 "Content-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
                 via, caller, called, i, id, cseq, i, sip_port, sizeof(sdp) - 1, sdp);
    (void)sendto(sip, out, (size_t)n, 0, (const struct sockaddr *)from, sizeof(*from));
    if (calls[i].bye)
        return;
    (void)snprintf(out, sizeof(out),
                   "BYE %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKbye%u\r\n"
                   "From: %s;tag=c%u\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 1 BYE\r\n"
                   "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
                   uri, sip_port, i, called, i, caller, id);
    calls[i].bye = strdup(out);
}

static void take_ack(unsigned i, const struct sockaddr_in *from)
{
    struct call *call = &calls[i];

    if (call->took_us || !call->bye)
        return;
    call->took_us = (uint32_t)(now_us() - call->due_us);
    connected++;
    (void)sendto(sip, call->bye, strlen(call->bye), 0, (const struct sockaddr *)from,
                 sizeof(*from));
}

static void read_sip(void)
{
    struct sockaddr_in from;
    socklen_t n_from = sizeof(from);
    char in[8192];
    ssize_t n;

    while ((n = recvfrom(sip, in, sizeof(in) - 1, MSG_DONTWAIT, (struct sockaddr *)&from,
                         &n_from)) > 0) {
        const char *number;
        unsigned i;

        in[n] = '\0';
        number = strstr(in, NUMBER);
        i = number ? (unsigned)strtoul(number + sizeof(NUMBER) - 1, NULL, 10) : CALLS_MAX;
        if (i < CALLS_MAX && strncmp(in, "INVITE ", 7) == 0)
            take_invite(in, i, &from);
        else if (i < CALLS_MAX && strncmp(in, "ACK ", 4) == 0)
            take_ack(i, &from);
        n_from = sizeof(from);
    }
}

static void open_sip(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons(sip_port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = 4 << 20;

    sip = socket(AF_INET, SOCK_DGRAM, 0);
    (void)setsockopt(sip, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    if (bind(sip, (struct sockaddr *)&a, sizeof(a)) < 0)
        fail("bind");
}

/* ---- running ---- */

static void turn(void)
{
    struct pollfd fds[CONNECTIONS + 1] = {{.fd = sip, .events = POLLIN}};

    for (unsigned i = 0; i < CONNECTIONS; i++)
        fds[i + 1] = (struct pollfd){.fd = connections[i].fd, .events = POLLIN};
    if (poll(fds, CONNECTIONS + 1, 1) < 0)
        fail("poll");
    if (fds[0].revents)
        read_sip();
    for (unsigned i = 0; i < CONNECTIONS; i++)
        if (fds[i + 1].revents)
            read_answer(&connections[i]);
}

/* The connections in turn: one that is left idle for long is closed by the server. */
static struct connection *next_idle(void)
{
    static unsigned last;

    for (unsigned i = 0; i < CONNECTIONS; i++) {
        struct connection *c = &connections[++last % CONNECTIONS];

        if (!c->busy)
            return c;
    }
    return NULL;
}

static void run(unsigned rate, unsigned total)
{
    uint64_t began = now_us(), end = began + (uint64_t)total * 1000000 / rate + LAST_WAIT_US;

    while (now_us() < end && (placed < total || connected + refused < total)) {
        uint64_t due = began + (uint64_t)placed * 1000000 / rate;
        struct connection *c = placed < total && now_us() >= due ? next_idle() : NULL;

        if (c) {
            calls[placed].due_us = due;
            place(c, placed++);
        }
        turn();
    }
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static uint32_t times[CALLS_MAX];
    unsigned rate, total, n = 0;

    if (argc != 7)
        return 2;
    sip_port = (uint16_t)strtoul(argv[2], NULL, 10);
    rate = (unsigned)strtoul(argv[3], NULL, 10);
    total = rate * (unsigned)strtoul(argv[4], NULL, 10);
    path = argv[5];
    token = argv[6];
    if (total == 0 || total > CALLS_MAX)
        return 2;
    open_sip();
    connect_all((uint16_t)strtoul(argv[1], NULL, 10));
    run(rate, total);
    for (unsigned i = 0; i < total; i++)
        if (calls[i].took_us)
            times[n++] = calls[i].took_us;
    qsort(times, n, sizeof(times[0]), compare);
    printf("{\"calls\": %u, \"refused\": %u, \"connected\": %u, \"p50_us\": %u, \"p99_us\": %u}\n",
           placed, refused, n, n ? times[n / 2] : 0, n ? times[n - 1 - n / 100] : 0);
    return 0;
}
