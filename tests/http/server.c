#include "server.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#define LATER_MAX 64

struct test_server {
    struct rw_workers *workers;
    struct rw_http *http;
    struct rw_http_options options;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct rw_http_exchange *later[LATER_MAX];
    unsigned later_count;
    bool quiet;
    long live_at_start, live_at_end;
};

/* ------------------------------------------------------------------ in the worker */

static void reply_text(struct rw_http_exchange *x, unsigned status, const char *text, size_t n)
{
    struct rw_buf body;

    rw_buf_init(&body, 4u << 20);
    rw_buf_put(&body, (struct rw_slice){text, n});
    rw_http_reply(x, status, "text/plain", &body);
    assert_null(body.p);
}

static void reply_echo(struct rw_http_exchange *x, const struct rw_http_request *r)
{
    struct rw_buf body;

    rw_buf_init(&body, 4u << 20);
    rw_buf_printf(&body, "%s %.*s %.*s %.*s", r->method, RW_SLICE_ARG(r->path),
                  RW_SLICE_ARG(r->query), RW_SLICE_ARG(r->body));
    rw_http_reply_header(x, "X-Seen-Host", rw_http_header(x, "HOST"));
    rw_http_reply(x, 200, "text/plain", &body);
}

static void keep_for_later(struct test_server *server, struct rw_http_exchange *x)
{
    (void)pthread_mutex_lock(&server->lock);
    assert_true(server->later_count < LATER_MAX);
    server->later[server->later_count++] = x;
    (void)pthread_cond_broadcast(&server->changed);
    (void)pthread_mutex_unlock(&server->lock);
}

static void handle(struct rw_http_exchange *x, const struct rw_http_request *r, void *arg)
{
    assert_ptr_equal(r, rw_http_request(x));
    if (rw_slice_eq(r->path, RW_LIT("/echo")) || rw_slice_eq(r->path, RW_LIT("*"))) {
        reply_echo(x, r);
    } else if (rw_slice_eq(r->path, RW_LIT("/later"))) {
        keep_for_later(arg, x);
    } else if (rw_slice_eq(r->path, RW_LIT("/big"))) {
        char *big = calloc(3, 1u << 20);

        memset(big, 'b', 3u << 20);
        reply_text(x, 200, big, 3u << 20);
        free(big);
    } else if (rw_slice_eq(r->path, RW_LIT("/empty"))) {
        rw_http_reply(x, 204, NULL, NULL);
    } else if (rw_slice_eq(r->path, RW_LIT("/header"))) {
        rw_http_reply_header(x, "X-Good", RW_LIT("yes"));
        rw_http_reply_header(x, "X-Bad", RW_LIT("no\r\nX-Injected: 1"));
        rw_http_reply_header(x, "X-Nul", ((struct rw_slice){"a\0b", 3}));
        rw_http_reply(x, 200, NULL, NULL);
    } else {
        reply_text(x, 404, "no", 2);
    }
}

static void refuse(struct rw_http_exchange *x, const struct rw_err *err, void *arg)
{
    struct rw_buf body;

    (void)arg;
    rw_buf_init(&body, 4096);
    rw_buf_printf(&body, "{\"code\":\"%s\",\"offset\":%d,\"line\":%d,\"column\":%d}", err->code,
                  err->offset, err->line, err->column);
    rw_http_reply(x, rw_http_refusal_status(err), "application/json", &body);
}

static enum rw_class on_start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    struct test_server *server = arg;

    server->live_at_start = rw_mem_live();
    return rw_http_new(&server->http, worker, &server->options, err);
}

static void on_stop(struct rw_worker *worker, void *arg)
{
    struct test_server *server = arg;

    (void)worker;
    rw_http_free(server->http);
}

/* ------------------------------------------------------------------ the server */

struct test_server *test_server_start(const struct rw_http_options *options)
{
    struct test_server *server = calloc(1, sizeof(*server));
    struct rw_err err;

    if (options)
        server->options = *options;
    server->options.host = "127.0.0.1";
    server->options.handle = handle;
    server->options.refuse = refuse;
    server->options.arg = server;
    (void)pthread_mutex_init(&server->lock, NULL);
    (void)pthread_cond_init(&server->changed, NULL);
    assert_int_equal(rw_workers_new(&server->workers, 1, &err), RW_OK);
    if (rw_workers_start(server->workers, on_start, on_stop, server, &err) != RW_OK)
        fail_msg("%s: %s", err.code, err.message);
    return server;
}

void test_server_stop(struct test_server *server)
{
    rw_workers_stop(server->workers);
    rw_workers_free(server->workers);
    (void)pthread_cond_destroy(&server->changed);
    (void)pthread_mutex_destroy(&server->lock);
    free(server);
}

uint16_t test_server_port(struct test_server *server)
{
    return rw_http_port(server->http);
}

struct job {
    struct rw_mail mail;
    struct test_server *server;
    void (*fn)(struct rw_http *http, void *arg);
    void *arg;
    bool done;
};

static void on_job(struct rw_mail *mail)
{
    struct job *job = (struct job *)(void *)mail;
    struct test_server *server = job->server;

    job->fn(server->http, job->arg);
    (void)pthread_mutex_lock(&server->lock);
    job->done = true;
    (void)pthread_cond_broadcast(&server->changed);
    (void)pthread_mutex_unlock(&server->lock);
}

void test_server_run(struct test_server *server, void (*fn)(struct rw_http *http, void *arg),
                     void *arg)
{
    struct job job = {.mail.handle = on_job, .server = server, .fn = fn, .arg = arg};

    rw_worker_post(rw_workers_at(server->workers, 0), &job.mail);
    (void)pthread_mutex_lock(&server->lock);
    while (!job.done)
        (void)pthread_cond_wait(&server->changed, &server->lock);
    (void)pthread_mutex_unlock(&server->lock);
}

void test_server_wait_later(struct test_server *server, unsigned n)
{
    (void)pthread_mutex_lock(&server->lock);
    while (server->later_count < n)
        (void)pthread_cond_wait(&server->changed, &server->lock);
    (void)pthread_mutex_unlock(&server->lock);
}

static void answer_all(struct rw_http *http, void *arg)
{
    struct test_server *server = arg;

    (void)http;
    for (unsigned i = 0; i < server->later_count; i++) {
        reply_text(server->later[i], 200, "late", 4);
        (void)rw_http_arena(server->later[i]); /* still valid in this turn */
    }
    server->later_count = 0;
}

void test_server_answer(struct test_server *server)
{
    test_server_run(server, answer_all, server);
}

static void on_quiet(void *arg)
{
    struct test_server *server = arg;

    (void)pthread_mutex_lock(&server->lock);
    server->quiet = true;
    (void)pthread_cond_broadcast(&server->changed);
    (void)pthread_mutex_unlock(&server->lock);
}

struct drain {
    struct test_server *server;
    uint32_t grace_ms;
};

static void drain_now(struct rw_http *http, void *arg)
{
    struct drain *drain = arg;

    rw_http_drain(http, drain->grace_ms, on_quiet, drain->server);
}

void test_server_drain(struct test_server *server, uint32_t grace_ms)
{
    struct drain drain = {server, grace_ms};

    test_server_run(server, drain_now, &drain);
}

static void free_listener(struct rw_http *http, void *arg)
{
    struct test_server *server = arg;

    rw_http_free(http);
    server->http = NULL;
}

void test_server_free_listener(struct test_server *server)
{
    test_server_run(server, free_listener, server);
}

void test_server_wait_quiet(struct test_server *server)
{
    (void)pthread_mutex_lock(&server->lock);
    while (!server->quiet)
        (void)pthread_cond_wait(&server->changed, &server->lock);
    (void)pthread_mutex_unlock(&server->lock);
}

static void read_counters(struct rw_http *http, void *arg)
{
    rw_http_read_counters(http, arg);
}

struct rw_http_counters test_server_counters(struct test_server *server)
{
    struct rw_http_counters counters;

    test_server_run(server, read_counters, &counters);
    return counters;
}

/* ------------------------------------------------------------------ the client */

int test_connect(uint16_t port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
    if (connect(fd, (const struct sockaddr *)&to, sizeof(to)))
        fail_msg("connect: %s", strerror(errno));
    return fd;
}

void test_send(int fd, const void *bytes, size_t n)
{
    (void)!send(fd, bytes, n, MSG_NOSIGNAL); /* the server may have closed already */
}

static size_t answer_length(const char *answer, size_t n)
{
    const char *end = n ? strstr(answer, "\r\n\r\n") : NULL;
    const char *length;

    if (!end)
        return SIZE_MAX;
    length = strstr(answer, "\r\nContent-Length: ");
    return (size_t)(end - answer) + 4 +
           (length && length < end ? strtoul(length + 18, NULL, 10) : 0);
}

size_t test_read_answer(int fd, char *dst, size_t size)
{
    size_t n = 0;

    dst[0] = '\0';
    while (n + 1 < size && n < answer_length(dst, n)) {
        /* One byte at a time in the head, so that a second answer stays in the socket. */
        size_t want = answer_length(dst, n) == SIZE_MAX ? 1 : answer_length(dst, n) - n;
        ssize_t got = recv(fd, dst + n, want < size - n - 1 ? want : size - n - 1, 0);

        if (got <= 0)
            return 0;
        n += (size_t)got;
        dst[n] = '\0';
    }
    return n;
}

bool test_closed(int fd)
{
    char byte;

    return recv(fd, &byte, 1, 0) == 0;
}

int test_status(const char *answer)
{
    return strlen(answer) > 12 ? (int)strtol(answer + 9, NULL, 10) : 0;
}
