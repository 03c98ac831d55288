/*
 * bench/relay_load.c - both far ends of many calls, for bench/relay.py.
 *
 *     relay_load CALLS SECONDS
 *
 * Prints a line "A B" a call, its own ports; reads a line "a b" a call, where A and B have to send.
 * Then each end sends 172 bytes every 20 ms, the ends spread evenly over those 20 ms as real calls
 * are, and a second thread receives. Prints "warm" after a second, then "SENT RECEIVED" of the seconds
 * asked for, counted from there.
 */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#define ENDS_MAX 4000
#define FRAME_NS 20000000
#define PACKET 172

static int fds[ENDS_MAX];
static struct sockaddr_in to[ENDS_MAX];
static atomic_ulong received;
static atomic_bool over;

static int bound(struct sockaddr_in *ret)
{
    socklen_t len = sizeof(*ret);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    *ret = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || bind(fd, (struct sockaddr *)ret, sizeof(*ret)) < 0 ||
        getsockname(fd, (struct sockaddr *)ret, &len) < 0)
        return -1;
    return fd;
}

static void *receive(void *arg)
{
    int ends = *(int *)arg, epoll = epoll_create1(0);
    struct epoll_event events[64];
    char bytes[2048];

    for (int i = 0; i < ends; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[i]};

        (void)epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event);
    }
    while (!over) {
        int n = epoll_wait(epoll, events, 64, 100);

        for (int i = 0; i < n; i++)
            while (recv(events[i].data.fd, bytes, sizeof(bytes), 0) > 0)
                received++;
    }
    return NULL;
}

static void add_ns(struct timespec *t, long ns)
{
    t->tv_nsec += ns;
    while (t->tv_nsec >= 1000000000) {
        t->tv_nsec -= 1000000000;
        t->tv_sec++;
    }
}

/* Sends `frames` frames of every end, each at its own moment. Returns packets sent. */
static unsigned long send_frames(int ends, int frames, uint16_t first)
{
    uint8_t bytes[PACKET] = {0x80, 0};
    struct timespec due;
    unsigned long sent = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &due);
    for (int f = 0; f < frames; f++) {
        uint16_t seq = (uint16_t)(first + f);
        uint32_t timestamp = 160u * seq;

        bytes[2] = (uint8_t)(seq >> 8);
        bytes[3] = (uint8_t)seq;
        for (int i = 0; i < 4; i++)
            bytes[4 + i] = (uint8_t)(timestamp >> (24 - 8 * i));
        for (int i = 0; i < ends; i++) {
            bytes[11] = (uint8_t)i;
            while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
                ;
            sent += sendto(fds[i], bytes, sizeof(bytes), 0, (struct sockaddr *)&to[i],
                           sizeof(to[i])) > 0;
            add_ns(&due, FRAME_NS / ends);
        }
    }
    return sent;
}

int main(int argc, char **argv)
{
    int calls = argc > 2 ? atoi(argv[1]) : 0, seconds = argc > 2 ? atoi(argv[2]) : 0;
    int ends = calls * 2;
    struct sockaddr_in own[ENDS_MAX];
    unsigned long sent, before;
    pthread_t receiver;

    if (calls < 1 || ends > ENDS_MAX || seconds < 1)
        return 2;
    (void)prctl(PR_SET_TIMERSLACK, 1);
    for (int i = 0; i < ends; i++)
        if ((fds[i] = bound(&own[i])) < 0)
            return 1;
    for (int i = 0; i < ends; i += 2)
        (void)printf("%u %u\n", ntohs(own[i].sin_port), ntohs(own[i + 1].sin_port));
    (void)fflush(stdout);
    for (int i = 0; i < ends; i += 2) {
        char line[64];
        unsigned a, b;

        if (!fgets(line, sizeof(line), stdin) || sscanf(line, "%u %u", &a, &b) != 2)
            return 1;
        to[i] = to[i + 1] = own[i];
        to[i].sin_port = htons((uint16_t)a);
        to[i + 1].sin_port = htons((uint16_t)b);
    }
    if (pthread_create(&receiver, NULL, receive, &ends))
        return 1;
    (void)send_frames(ends, 50, 0);
    before = received;
    (void)printf("warm\n");
    (void)fflush(stdout);
    sent = send_frames(ends, seconds * 50, 50);
    (void)printf("%lu %lu\n", sent, (unsigned long)received - before);
    (void)fflush(stdout);
    over = true;
    (void)pthread_join(receiver, NULL);
    return 0;
}
