#include "http/conn.h"

#include "base/clock.h"
#include "base/mem.h"
#include "tls/tls.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define ACCEPT_BATCH 64    /* connections taken at one wake-up, so that others get their turn */
#define ACCEPT_PAUSE_MS 50 /* when the process is out of descriptors */
#define LISTEN_BACKLOG 4096

/* ------------------------------------------------------------------ accepting */

static void on_connect(int flags, void *arg);

static void accept_more(struct rw_http *http)
{
    if (http->fd < 0 || http->accepting || tmr_isrunning(&http->accept_pause) ||
        http->count.open_connections >= http->opt.connections_max)
        return;
    http->accepting = fd_listen(http->fd, FD_READ, on_connect, http) == 0;
}

static void accept_no_more(struct rw_http *http)
{
    if (http->accepting)
        fd_close(http->fd);
    http->accepting = false;
}

static void on_pause_over(void *arg)
{
    accept_more(arg);
}

static void on_connect(int flags, void *arg)
{
    struct rw_http *http = arg;

    (void)flags;
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        struct sockaddr_storage peer;
        socklen_t n = sizeof(peer);
        int fd;

        if (http->count.open_connections >= http->opt.connections_max) {
            accept_no_more(http); /* the next one waits until one of ours ends */
            return;
        }
        fd = accept4(http->fd, (struct sockaddr *)&peer, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            rw_http_conn_start(http, fd, (struct sockaddr *)&peer);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            accept_no_more(http);
            tmr_start(&http->accept_pause, ACCEPT_PAUSE_MS, on_pause_over, http);
        }
        return;
    }
}

/* ------------------------------------------------------------------ the end of a turn */

static void on_turn_end(struct rw_mail *mail)
{
    struct rw_http *http =
        (struct rw_http *)(void *)((char *)mail - offsetof(struct rw_http, turn_end));
    struct le *le;

    http->turn_end_queued = false;
    while ((le = list_head(&http->answered)) != NULL) {
        struct rw_http_conn *conn = le->data;

        list_unlink(le);
        rw_http_conn_flush(conn);
    }
    while ((le = list_head(&http->abandoned)) != NULL)
        rw_http_exchange_free(le->data);
    if (http->freed) {
        if (!http->turn_end_queued && list_isempty(&http->exchanges))
            rw_free(http);
        return;
    }
    accept_more(http);
    if (http->draining && http->quiet && list_isempty(&http->conns)) {
        void (*quiet)(void *arg) = http->quiet;

        http->quiet = NULL;
        tmr_cancel(&http->grace);
        quiet(http->quiet_arg); /* may free us */
    }
}

static void want_turn_end(struct rw_http *http)
{
    if (http->turn_end_queued)
        return;
    http->turn_end_queued = true;
    rw_worker_defer(http->worker, &http->turn_end);
}

void rw_http_conn_gone(struct rw_http *http)
{
    if (http->draining || (!http->accepting && http->fd >= 0))
        want_turn_end(http);
}

void rw_http_answered(struct rw_http_conn *conn)
{
    list_append(&conn->http->answered, &conn->answered_le, conn);
    want_turn_end(conn->http);
}

void rw_http_abandoned(struct rw_http_exchange *x)
{
    list_unlink(&x->le);
    list_append(&x->http->abandoned, &x->le, x);
    want_turn_end(x->http);
}

/* ------------------------------------------------------------------ the socket */

/* Listeners of this process on each port. Who else listens there is a stranger. */
static _Atomic uint16_t own_listeners[65536];

static int bind_one(const struct addrinfo *ai, bool shared)
{
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1, why;

    if (fd < 0)
        return -1;
    if (!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
        !(shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one))) &&
        !bind(fd, ai->ai_addr, ai->ai_addrlen) && (!shared || !listen(fd, LISTEN_BACKLOG)))
        return fd;
    why = errno;
    (void)close(fd);
    errno = why;
    return -1;
}

/*
 * A port that is shared among our workers would be shared with a second daemon of the same user as
 * well, silently. So the first of ours takes it for a moment alone, which fails if it is taken. It
 * does not listen then: a client that came in that moment would be cut off or wait for a second.
 */
static int open_one(const struct addrinfo *ai, uint16_t port)
{
    if (port && !own_listeners[port]) {
        int alone = bind_one(ai, false);

        if (alone < 0)
            return -1;
        (void)close(alone);
    }
    return bind_one(ai, true);
}

static enum rw_class open_socket(struct rw_http *http, struct rw_err *err)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    const char *host = http->opt.host && *http->opt.host ? http->opt.host : NULL;
    struct addrinfo *ai = NULL;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } own = {.v6 = {0}};
    socklen_t n = sizeof(own);
    char port[8];
    int why;

    (void)snprintf(port, sizeof(port), "%u", http->opt.port);
    why = getaddrinfo(host, port, &hints, &ai);
    if (why)
        return rw_fail(err, RW_IO, "http.listen_failed", "cannot listen on %s: %s", host,
                       gai_strerror(why));
    http->fd = open_one(ai, http->opt.port);
    why = errno;
    freeaddrinfo(ai);
    if (http->fd < 0)
        return rw_fail(err, RW_IO, "http.listen_failed", "cannot listen on %s port %s: %s",
                       host ? host : "any address", port, strerror(why));
    if (getsockname(http->fd, &own.any, &n) < 0)
        return rw_fail(err, RW_IO, "http.listen_failed", "the port listened on can't be told: %s",
                       strerror(errno));
    http->port = ntohs(own.any.sa_family == AF_INET6 ? own.v6.sin6_port : own.v4.sin_port);
    own_listeners[http->port]++;
    return RW_OK;
}

/* ------------------------------------------------------------------ its life */

static void set_defaults(struct rw_http_options *opt)
{
    const struct {
        uint32_t *value, normal;
    } defaults[] = {
        {&opt->header_bytes_max, 8192},   {&opt->body_bytes_max, 262144},
        {&opt->header_deadline_ms, 5000}, {&opt->body_deadline_ms, 10000},
        {&opt->idle_deadline_ms, 30000},  {&opt->answer_deadline_ms, 30000},
        {&opt->connections_max, 4096},
    };

    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        if (!*defaults[i].value)
            *defaults[i].value = defaults[i].normal;
    if (opt->header_bytes_max > RW_HTTP_HEAD_BYTES_MAX)
        opt->header_bytes_max = RW_HTTP_HEAD_BYTES_MAX;
}

enum rw_class rw_http_new(struct rw_http **ret, struct rw_worker *worker,
                          const struct rw_http_options *options, struct rw_err *err)
{
    struct rw_http *http = rw_calloc(1, sizeof(*http));
    enum rw_class class = RW_OK;

    if (!http)
        return rw_fail_memory(err);
    http->worker = worker;
    http->opt = *options;
    set_defaults(&http->opt);
    http->fd = -1;
    http->turn_end.handle = on_turn_end;
    if (options->cert_file || options->key_file)
        class = rw_tls_server_new(&http->tls, options->cert_file ? options->cert_file : "",
                                  options->key_file ? options->key_file : "", "http/1.1", err);
    if (class == RW_OK)
        class = open_socket(http, err);
    if (class == RW_OK) {
        accept_more(http);
        if (!http->accepting)
            class =
                rw_fail(err, RW_IO, "http.listen_failed", "the listening socket is not watched");
    }
    http->opt.host = http->opt.cert_file = http->opt.key_file = NULL; /* not ours to keep */
    if (class != RW_OK) {
        rw_http_free(http);
        return class;
    }
    *ret = http;
    return RW_OK;
}

uint16_t rw_http_port(const struct rw_http *http)
{
    return http->port;
}

static void stop_listening(struct rw_http *http)
{
    accept_no_more(http);
    tmr_cancel(&http->accept_pause);
    if (http->fd >= 0) {
        own_listeners[http->port]--;
        (void)close(http->fd);
    }
    http->fd = -1;
}

static void close_all(struct rw_http *http, bool idle_only)
{
    struct le *le = list_head(&http->conns);

    while (le) {
        struct rw_http_conn *conn = le->data;

        le = le->next;
        if (!idle_only || conn->state == RW_HTTP_IDLE || conn->state == RW_HTTP_HANDSHAKE)
            rw_http_conn_free(conn);
    }
}

static void on_grace_over(void *arg)
{
    close_all(arg, false);
    want_turn_end(arg);
}

void rw_http_drain(struct rw_http *http, uint32_t grace_ms, void (*quiet)(void *arg), void *arg)
{
    http->draining = true;
    http->quiet = quiet;
    http->quiet_arg = arg;
    stop_listening(http);
    close_all(http, true);
    tmr_start(&http->grace, grace_ms, on_grace_over, http);
    want_turn_end(http);
}

void rw_http_free(struct rw_http *http)
{
    if (!http)
        return;
    stop_listening(http);
    tmr_cancel(&http->grace);
    http->quiet = NULL;
    http->draining = true;
    close_all(http, false);
    rw_tls_free(http->tls);
    http->tls = NULL;
    http->freed = true;
    if (!http->turn_end_queued && list_isempty(&http->exchanges))
        rw_free(http); /* else at the end of the turn in which the last one was answered */
}

void rw_http_read_counters(const struct rw_http *http, struct rw_http_counters *ret)
{
    *ret = http->count;
}

const char *rw_http_date(struct rw_http *http)
{
    uint64_t now_s = rw_clock_wall_ms() / 1000;

    if (now_s != http->date_s || !http->date[0]) {
        time_t t = (time_t)now_s;
        struct tm tm;

        (void)gmtime_r(&t, &tm);
        (void)strftime(http->date, sizeof(http->date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
        http->date_s = now_s;
    }
    return http->date;
}
