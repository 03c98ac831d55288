/*
 * load - sends one HTTP request again and again over a few kept-alive connections, and counts.
 *
 *     load HOST PORT CONNECTIONS RATE SECONDS MAX METHOD PATH TOKEN [BODY]
 *
 * RATE 0: each connection sends its next request when the last one was answered (saturation);
 * otherwise RATE requests a second in all, started by the clock. Stops after SECONDS or MAX requests
 * (0 = no bound). Prints one JSON line: requests, refused (status other than 200), seconds, requests
 * in flight at most, and the 50th and 99th percentile of the time to the answer in microseconds.
 * A benchmark's tool: one thread, loopback addresses only.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define ANSWER_MAX 65536

struct connection {
    int fd;
    bool busy;
    uint64_t sent_us;
    size_t len;
    char answer[ANSWER_MAX];
};

static struct connection connections[CONNECTIONS_MAX];
static char request[16384];
static size_t request_len;
static uint32_t *times_us;
static size_t done, refused, times_max = 4000000;

static uint64_t now_us(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void fail(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void send_request(struct connection *c)
{
    c->busy = true;
    c->len = 0;
    c->sent_us = now_us();
    if (send(c->fd, request, request_len, MSG_NOSIGNAL) != (ssize_t)request_len)
        fail("send");
}

/* True when the answer is complete. */
static bool read_answer(struct connection *c)
{
    ssize_t n = recv(c->fd, c->answer + c->len, sizeof(c->answer) - 1 - c->len, MSG_DONTWAIT);
    const char *end, *length;
    size_t need;

    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0)
        fail("the server closed a connection");
    c->len += (size_t)n;
    c->answer[c->len] = '\0';
    end = strstr(c->answer, "\r\n\r\n");
    if (!end)
        return false;
    length = strcasestr(c->answer, "\r\ncontent-length:");
    need = (size_t)(end + 4 - c->answer) + (length ? strtoul(length + 17, NULL, 10) : 0);
    if (c->len < need)
        return false;
    refused += strncmp(c->answer + 9, "200", 3) != 0;
    if (done < times_max)
        times_us[done] = (uint32_t)(now_us() - c->sent_us);
    done++;
    c->busy = false;
    return true;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void connect_all(int epoll, const char *host, int port, unsigned count)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    if (inet_pton(AF_INET, host, &to.sin_addr) != 1 || host[0] != '1' || host[1] != '2')
        fail("a loopback address is wanted");
    for (unsigned i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        int one = 1;

        connections[i].fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connections[i].fd < 0 ||
            connect(connections[i].fd, (struct sockaddr *)&to, sizeof(to)) ||
            setsockopt(connections[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) ||
            epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event))
            fail("connect");
    }
}

static void write_request(char **argv, const char *body)
{
    int n = snprintf(request, sizeof(request),
                     "%s %s HTTP/1.1\r\nHost: %s:%s\r\nAuthorization: Bearer %s\r\n"
                     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                     argv[7], argv[8], argv[1], argv[2], argv[9], strlen(body), body);

    if (n < 0 || (size_t)n >= sizeof(request))
        fail("the request is too long");
    request_len = (size_t)n;
}

int main(int argc, char **argv)
{
    unsigned count, busy = 0, busy_max = 0, turn = 0;
    size_t started = 0, max;
    double rate, seconds;
    uint64_t begin, end, now;
    int epoll = epoll_create1(0);

    if (argc < 10 || argc > 11) {
        fputs("usage: load HOST PORT CONNECTIONS RATE SECONDS MAX METHOD PATH TOKEN [BODY]\n",
              stderr);
        return 2;
    }
    count = (unsigned)strtoul(argv[3], NULL, 10);
    rate = strtod(argv[4], NULL);
    seconds = strtod(argv[5], NULL);
    max = strtoul(argv[6], NULL, 10);
    times_us = malloc(times_max * sizeof(*times_us));
    if (count == 0 || count > CONNECTIONS_MAX || !times_us || epoll < 0)
        fail("start");
    write_request(argv, argc == 11 ? argv[10] : "");
    connect_all(epoll, argv[1], atoi(argv[2]), count);
    begin = now_us();
    end = begin + (uint64_t)(seconds * 1e6);
    for (;;) {
        struct epoll_event events[64];
        bool more;
        int n;

        now = now_us();
        more = now < end && (max == 0 || started < max);
        if (!more && busy == 0)
            break;
        if (more) {
            size_t due = rate > 0 ? (size_t)((double)(now - begin) * rate / 1e6) + 1 : SIZE_MAX;

            /* In turns, so that none is idle for so long that the server closes it. */
            for (unsigned i = 0; i < count && started < due && (max == 0 || started < max); i++) {
                struct connection *c = &connections[turn++ % count];

                if (!c->busy) {
                    send_request(c);
                    started++;
                    busy++;
                }
            }
        }
        if (busy > busy_max)
            busy_max = busy;
        n = epoll_wait(epoll, events, 64, rate > 0 ? 1 : 1000);
        for (int i = 0; i < n; i++) {
            struct connection *c = &connections[events[i].data.u32];

            if (c->busy && read_answer(c))
                busy--;
        }
    }
    now = now_us();
    qsort(times_us, done < times_max ? done : times_max, sizeof(*times_us), by_size);
    printf("{\"requests\":%zu,\"refused\":%zu,\"seconds\":%.3f,\"in_flight\":%u,\"p50_us\":%u,"
           "\"p99_us\":%u}\n",
           done, refused, (double)(now - begin) / 1e6, busy_max, done ? times_us[done / 2] : 0,
           done ? times_us[done * 99 / 100] : 0);
    free(times_us);
    return refused != 0;
}
