/*
 * flood - strangers: sends SIP requests that nobody asked for, from many loopback addresses.
 *
 *     flood PORT RATE SECONDS
 *
 * RATE datagrams a second in all to 127.0.0.1:PORT, an OPTIONS, REGISTER and INVITE by turns, from
 * 127.0.1.1 to 127.0.1.SOURCES. Prints how many were sent, and how many answers came back.
 * A benchmark's tool: one thread, loopback addresses only, at most RATE_MAX and SECONDS_MAX.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define SOURCES 64
#define RATE_MAX 50000
#define SECONDS_MAX 120

static const char *const methods[] = {"OPTIONS", "REGISTER", "INVITE"};

static uint64_t now_us(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static int open_source(unsigned i)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000101 + i)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
        fprintf(stderr, "flood: %s\n", strerror(errno));
        exit(1);
    }
    return fd;
}

static void send_one(int fd, unsigned source, uint64_t n, const struct sockaddr_in *to)
{
    const char *method = methods[n % 3];
    char out[600];
    int length =
        snprintf(out, sizeof(out),
                 "%s sip:100@127.0.0.1 SIP/2.0\r\n"
                 "Via: SIP/2.0/UDP 127.0.1.%u;branch=z9hG4bK%llu;rport\r\n"
                 "From: \"100\" <sip:100@127.0.1.%u>;tag=%llu\r\nTo: <sip:100@127.0.0.1>\r\n"
                 "Call-ID: %02x-%llu\r\nCSeq: 1 %s\r\nMax-Forwards: 70\r\n"
                 "Contact: <sip:100@127.0.1.%u>\r\nContent-Length: 0\r\n\r\n",
                 method, source, (unsigned long long)n, source, (unsigned long long)n,
                 (unsigned)(n & 3), (unsigned long long)n, method, source);

    (void)sendto(fd, out, (size_t)length, 0, (const struct sockaddr *)to, sizeof(*to));
}

int main(int argc, char **argv)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timespec nap = {.tv_nsec = 500000};
    unsigned long rate, seconds, answers = 0;
    uint64_t began, sent = 0;
    int fds[SOURCES];
    char in[2048];

    if (argc != 4)
        return 2;
    to.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
    rate = strtoul(argv[2], NULL, 10);
    seconds = strtoul(argv[3], NULL, 10);
    if (rate > RATE_MAX || seconds > SECONDS_MAX)
        return 2;
    for (unsigned i = 0; i < SOURCES; i++)
        fds[i] = open_source(i);
    began = now_us();
    for (uint64_t due; sent < rate * seconds;) {
        due = (now_us() - began) * rate / 1000000;
        for (; sent < due && sent < rate * seconds; sent++)
            send_one(fds[sent % SOURCES], (unsigned)(sent % SOURCES) + 1, sent, &to);
        (void)nanosleep(&nap, NULL);
    }
    for (unsigned i = 0; i < SOURCES; i++)
        while (recv(fds[i], in, sizeof(in), 0) > 0)
            answers++;
    printf("{\"sent\": %llu, \"seconds\": %.2f, \"answers\": %lu}\n", (unsigned long long)sent,
           (double)(now_us() - began) / 1e6, answers);
    return 0;
}
