/*
 * A connection:
 *
 *     [HANDSHAKE] --tls--> IDLE --first byte--> HEAD --whole--> BODY --whole--> HANDLING
 *                           ^                    |               |                 |
 *                           |                    '--- refused ---+-----------------+ answered
 *                           |                                                      v
 *                           '------------- all written, kept alive ------------ WRITING
 *                                                                                  |
 *               closed <-- LINGER <-- all written, input of the peer unread -------+--> closed
 *
 * Each state but HANDLING has an absolute deadline: HANDSHAKE, HEAD and BODY end in a 408 where one
 * can still be sent, the others in a close. The timer is not moved at every change: it fires at or
 * before the deadline and goes on when it was early, so that a request read at once costs none.
 *
 * LINGER throws away what the peer still sends, for a while: closing with unread input makes the
 * kernel reset the connection, and the answer would be lost with it (RFC 9112 section 9.6).
 */
#include "http/conn.h"

#include "base/clock.h"
#include "base/mem.h"
#include "tls/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

#define WRITE_BYTES 16384 /* one TLS record; copying them together is cheaper than many parts */
#define LINGER_MS 1000
#define LINGER_BYTES 262144

static void run(struct rw_http_conn *c);
static void on_event(int flags, void *arg);

/* ------------------------------------------------------------------ deadlines */

static void on_timer(void *arg);

static void set_deadline(struct rw_http_conn *c, uint32_t ms)
{
    uint64_t now = rw_clock_mono_ms();

    c->deadline_ms = now + ms;
    if (tmr_isrunning(&c->timer) && c->timer_ms <= c->deadline_ms)
        return;
    c->timer_ms = c->deadline_ms;
    tmr_start(&c->timer, ms, on_timer, c);
}

/* Only a state that has to wait is timed, once, when it begins to wait. */
static void time_state(struct rw_http_conn *c, uint32_t ms)
{
    if (c->timed == c->state)
        return;
    c->timed = c->state;
    set_deadline(c, ms);
}

/* ------------------------------------------------------------------ its end */

static void watch(struct rw_http_conn *c, int flags)
{
    if (c->watched == flags)
        return;
    if (!flags)
        fd_close(c->fd);
    else if (fd_listen(c->fd, flags, on_event, c))
        flags = 0; /* no memory in the kernel: the deadline will end it */
    c->watched = flags;
}

void rw_http_conn_free(struct rw_http_conn *c)
{
    struct rw_http *http = c->http;

    tmr_cancel(&c->timer);
    watch(c, 0);
    rw_tls_session_free(c->tls);
    (void)close(c->fd);
    if (c->x && c->state == RW_HTTP_HANDLING && !c->x->answered)
        c->x->conn = NULL; /* the handler still has it */
    else
        rw_http_exchange_free(c->x);
    list_unlink(&c->answered_le);
    list_unlink(&c->le);
    http->count.open_connections--;
    rw_free(c);
    rw_http_conn_gone(http);
}

static void linger(struct rw_http_conn *c)
{
    rw_http_exchange_free(c->x);
    c->x = NULL;
    c->state = RW_HTTP_LINGER;
    rw_tls_session_free(c->tls);
    c->tls = NULL;
    if (shutdown(c->fd, SHUT_WR)) {
        rw_http_conn_free(c);
        return;
    }
    set_deadline(c, LINGER_MS);
    watch(c, FD_READ);
}

static void discard(struct rw_http_conn *c)
{
    char bytes[16384];
    ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);

    if (n > 0 && (c->lingered += (size_t)n) < LINGER_BYTES)
        return;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    rw_http_conn_free(c);
}

/* ------------------------------------------------------------------ answering */

/* 1: all is out; 0: the socket is full; -1: the peer is gone. */
static int write_some(struct rw_http_conn *c)
{
    struct rw_http_exchange *x = c->x;

    while (x->written < x->out_bytes) {
        char bytes[WRITE_BYTES];
        size_t len = rw_http_exchange_output(x, bytes, sizeof(bytes));
        ssize_t n =
            c->tls ? rw_tls_write(c->tls, bytes, len) : send(c->fd, bytes, len, MSG_NOSIGNAL);

        if (n > 0) {
            x->written += (size_t)n;
            continue;
        }
        if (c->tls)
            return n == RW_TLS_WANT_WRITE || n == RW_TLS_WANT_READ ? 0 : -1;
        if (errno != EINTR)
            return errno == EAGAIN ? 0 : -1;
    }
    return 1;
}

/* The exchange is over; what was read beyond it begins the next one. False: no memory. */
static bool next_exchange(struct rw_http_conn *c)
{
    struct rw_http_exchange *old = c->x, *x = NULL;
    size_t left = old->in_len - old->end;
    bool ok = true;

    if (left) {
        x = rw_http_exchange_new(c);
        ok = x && rw_http_exchange_reserve(x, left);
        if (ok) {
            memcpy(x->in, old->in + old->end, left);
            x->in_len = left;
            x->request.received_us = rw_clock_mono_us();
        } else {
            rw_http_exchange_free(x);
            x = NULL;
        }
    }
    rw_http_exchange_free(old);
    c->x = x;
    c->timed = c->state = x ? RW_HTTP_HEAD : RW_HTTP_IDLE;
    set_deadline(c, x ? c->http->opt.header_deadline_ms : c->http->opt.idle_deadline_ms);
    return ok;
}

/* Writes what it can. True: there is a next request to read, go on. */
static bool advance_writing(struct rw_http_conn *c)
{
    int done = write_some(c);

    if (done < 0) {
        rw_http_conn_free(c);
        return false;
    }
    if (done == 0) {
        time_state(c, c->http->opt.answer_deadline_ms);
        watch(c, FD_WRITE);
        return false;
    }
    if (c->x->close) {
        if (c->x->refused)
            linger(c);
        else
            rw_http_conn_free(c);
        return false;
    }
    if (!next_exchange(c)) {
        rw_http_conn_free(c);
        return false;
    }
    watch(c, FD_READ);
    return true;
}

void rw_http_conn_flush(struct rw_http_conn *c)
{
    c->state = RW_HTTP_WRITING;
    run(c);
}

/* ------------------------------------------------------------------ requests */

/* Hands the request over. True: it was answered at once. */
static bool hand_over(struct rw_http_conn *c, const struct rw_err *refusal)
{
    struct rw_http_exchange *x = c->x;

    c->state = RW_HTTP_HANDLING;
    c->deadline_ms = UINT64_MAX;
    c->calling = true;
    if (refusal)
        c->http->opt.refuse(x, refusal, c->http->opt.arg);
    else
        c->http->opt.handle(x, &x->request, c->http->opt.arg);
    c->calling = false;
    if (!x->answered)
        return false;
    c->state = RW_HTTP_WRITING;
    return true;
}

static bool refuse(struct rw_http_conn *c, const struct rw_err *err)
{
    struct rw_http_exchange *x = c->x;

    x->refused = true;
    x->end = x->in_len;
    if (err->class == RW_TOO_LARGE)
        c->http->count.refused_size++;
    else if (err->class == RW_MALFORMED)
        c->http->count.refused_framing++;
    if (!x->request.method)
        x->request.method = "";
    return hand_over(c, err);
}

static bool refuse_memory(struct rw_http_conn *c)
{
    struct rw_err err;

    rw_fail_memory(&err);
    return refuse(c, &err);
}

static void fill_request(struct rw_http_exchange *x)
{
    x->request.method = x->head.method;
    x->request.path = rw_http_span_of(x->in, x->head.path);
    x->request.query = rw_http_span_of(x->in, x->head.query);
}

static bool whole(struct rw_http_conn *c, size_t body_bytes)
{
    struct rw_http_exchange *x = c->x;

    fill_request(x); /* again: `in` may have moved */
    x->request.body = (struct rw_slice){x->in + x->head_bytes, body_bytes};
    c->http->count.requests++;
    return hand_over(c, NULL);
}

/* A client that waits for it gets leave to send its body (RFC 9110 section 10.1.1). */
static void send_continue(struct rw_http_conn *c)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

    /* Nothing else is being written, so the socket takes it; if not, the client sends anyway. */
    if (c->tls)
        (void)rw_tls_write(c->tls, text, sizeof(text) - 1);
    else
        (void)send(c->fd, text, sizeof(text) - 1, MSG_NOSIGNAL);
}

static enum rw_class too_large(struct rw_err *err, const char *code, const char *what, size_t max)
{
    rw_fail(err, RW_TOO_LARGE, code, "the %s of the request is larger than %zu bytes", what, max);
    rw_err_expected(err, "at most %zu bytes", max);
    return RW_TOO_LARGE;
}

/* The head is whole: may there be a body, and how large? */
static enum rw_class accept_head(struct rw_http_conn *c, struct rw_err *err)
{
    struct rw_http_exchange *x = c->x;
    size_t max = c->http->opt.body_bytes_max;
    enum rw_class class =
        rw_http_head_parse((struct rw_slice){x->in, x->head_bytes}, &x->head, err);

    if (class != RW_OK)
        return class;
    fill_request(x);
    if (c->http->opt.body_max && (x->head.length > max || x->head.chunked)) {
        size_t more = c->http->opt.body_max(x, &x->request, c->http->opt.arg);

        max = more > max ? more : max;
    }
    if (x->head.length > max) {
        too_large(err, "http.body_too_large", "body", max);
        rw_err_found(err, "Content-Length: %llu", (unsigned long long)x->head.length);
        return RW_TOO_LARGE;
    }
    x->chunked.body_max = max;
    c->state = RW_HTTP_BODY;
    return RW_OK;
}

/* True: go on; false: wait for more, or an answer is to come. */
static bool advance_head(struct rw_http_conn *c)
{
    struct rw_http_exchange *x = c->x;
    size_t max = c->http->opt.header_bytes_max, bytes;
    struct rw_err err;
    enum rw_class class;

    while (x->in_len - x->end >= 2 && !memcmp(x->in + x->end, "\r\n", 2) && x->end < 4)
        x->end += 2; /* RFC 9112 section 2.2: an empty line before a request is skipped */
    if (x->end) {
        x->in_len -= x->end;
        memmove(x->in, x->in + x->end, x->in_len);
        x->end = x->scanned = 0;
    }
    bytes = rw_http_head_find((struct rw_slice){x->in, x->in_len}, &x->scanned);
    if (bytes > max || (!bytes && x->in_len >= max)) {
        bool line = memchr(x->in, '\n', max) != NULL;

        too_large(&err, line ? "http.headers_too_large" : "http.target_too_long",
                  line ? "head" : "target", max);
        return refuse(c, &err);
    }
    if (!bytes && x->in_len && !rw_http_is_token((unsigned char)x->in[0]) && x->in[0] != '\r')
        bytes = x->in_len; /* no request begins like this; don't wait for more of it */
    if (!bytes) {
        time_state(c, c->http->opt.header_deadline_ms);
        return false;
    }
    x->head_bytes = bytes;
    class = accept_head(c, &err);
    if (class != RW_OK)
        return refuse(c, &err);
    if (x->head.expect_continue && x->in_len == x->head_bytes &&
        (x->head.chunked || x->head.length))
        send_continue(c);
    return true;
}

static bool advance_chunked(struct rw_http_conn *c)
{
    struct rw_http_exchange *x = c->x;
    size_t pos = x->head_bytes + x->chunked.body, body;
    struct rw_err err;

    if (rw_http_chunked_feed(&x->chunked, x->in, x->in_len, &pos, x->in + x->head_bytes, &err) !=
        RW_OK)
        return refuse(c, &err);
    /* Close the gap that sizes and line ends left, so that the next feed finds the rest there. */
    body = x->head_bytes + x->chunked.body;
    memmove(x->in + body, x->in + pos, x->in_len - pos);
    x->in_len -= pos - body;
    if (x->chunked.state != RW_HTTP_CHUNK_DONE) {
        time_state(c, c->http->opt.body_deadline_ms);
        return false;
    }
    x->end = body;
    return whole(c, x->chunked.body);
}

static bool advance_body(struct rw_http_conn *c)
{
    struct rw_http_exchange *x = c->x;

    if (x->head.chunked)
        return advance_chunked(c);
    if (x->in_len - x->head_bytes < x->head.length) {
        time_state(c, c->http->opt.body_deadline_ms);
        return false;
    }
    x->end = x->head_bytes + (size_t)x->head.length;
    return whole(c, (size_t)x->head.length);
}

/* ------------------------------------------------------------------ reading */

/* Room for the next read. A body that was only announced gets no memory yet. */
static size_t room_wanted(const struct rw_http_exchange *x)
{
    size_t left;

    if (!x->head_bytes)
        return 1024;
    if (x->head.chunked)
        return 4096;
    left = x->head_bytes + (size_t)x->head.length - x->in_len;
    return left < 16384 ? left : 16384;
}

/* True: bytes were read. False: none are there, or the connection is gone (then *alive is false). */
static bool read_some(struct rw_http_conn *c, bool *alive)
{
    struct rw_http_exchange *x = c->x;
    ssize_t n;

    if (!x) {
        x = c->x = rw_http_exchange_new(c);
        if (!x) {
            *alive = false;
            rw_http_conn_free(c);
            return false;
        }
    }
    if (!rw_http_exchange_reserve(x, room_wanted(x))) {
        (void)refuse_memory(c);
        return true;
    }
    n = c->tls ? rw_tls_read(c->tls, x->in + x->in_len, x->in_cap - x->in_len)
               : recv(c->fd, x->in + x->in_len, x->in_cap - x->in_len, 0);
    if (n > 0) {
        if (!x->in_len)
            x->request.received_us = rw_clock_mono_us();
        x->in_len += (size_t)n;
        return true;
    }
    if (n < 0 && (c->tls ? n != RW_TLS_FAILED : errno == EAGAIN || errno == EINTR)) {
        if (c->state == RW_HTTP_IDLE) { /* a wake-up for nothing: idle stays small */
            rw_http_exchange_free(x);
            c->x = NULL;
        }
        return false;
    }
    *alive = false; /* the end, in the middle of a request or between two: nobody to answer */
    rw_http_conn_free(c);
    return false;
}

/* Goes on until there is nothing to do without the peer or the handler. May free the connection. */
static void run(struct rw_http_conn *c)
{
    bool alive = true, more = true;

    while (more) {
        switch (c->state) {
        case RW_HTTP_HEAD:
            more = advance_head(c);
            break;
        case RW_HTTP_BODY:
            more = advance_body(c);
            break;
        case RW_HTTP_WRITING:
            if (!advance_writing(c))
                return;
            break;
        default:
            more = false;
        }
        if (!more && c->tls && c->state <= RW_HTTP_BODY && rw_tls_pending(c->tls)) {
            more = read_some(c, &alive);
            if (!alive)
                return;
            if (more && c->state == RW_HTTP_IDLE)
                c->state = RW_HTTP_HEAD;
        }
    }
}

static void shake_hands(struct rw_http_conn *c)
{
    int n = rw_tls_handshake(c->tls);

    if (n == RW_TLS_FAILED)
        rw_http_conn_free(c);
    else if (n != 0)
        watch(c, n == RW_TLS_WANT_WRITE ? FD_WRITE : FD_READ);
    else {
        c->state = RW_HTTP_IDLE;
        watch(c, FD_READ);
        run(c);
    }
}

static void on_readable(struct rw_http_conn *c)
{
    bool alive = true;

    if (c->state == RW_HTTP_HANDLING || c->state == RW_HTTP_WRITING) {
        watch(c, c->watched & ~FD_READ); /* the next request waits for the end of this one */
        return;
    }
    if (!read_some(c, &alive))
        return;
    if (c->state == RW_HTTP_IDLE)
        c->state = RW_HTTP_HEAD;
    run(c);
}

static void on_event(int flags, void *arg)
{
    struct rw_http_conn *c = arg;

    if (c->state == RW_HTTP_HANDSHAKE)
        shake_hands(c);
    else if (c->state == RW_HTTP_LINGER)
        discard(c);
    else if (c->state == RW_HTTP_WRITING && (flags & (FD_WRITE | FD_EXCEPT)))
        run(c);
    else
        on_readable(c);
}

/* ------------------------------------------------------------------ slow clients */

static void cut(struct rw_http_conn *c)
{
    bool head = c->state == RW_HTTP_HEAD;
    uint32_t ms = head ? c->http->opt.header_deadline_ms : c->http->opt.body_deadline_ms;
    struct rw_err err;

    c->http->count.cut_slow++;
    rw_fail(&err, RW_TOO_SLOW, head ? "http.header_too_slow" : "http.body_too_slow",
            "the %s of the request was not whole after %u ms", head ? "head" : "body", ms);
    rw_err_expected(&err, "all of it within %u ms", ms);
    if (refuse(c, &err))
        run(c);
}

static void on_timer(void *arg)
{
    struct rw_http_conn *c = arg;
    uint64_t now = rw_clock_mono_ms();

    if (c->deadline_ms == UINT64_MAX)
        return; /* set_deadline() starts it again */
    if (now < c->deadline_ms) {
        c->timer_ms = c->deadline_ms;
        tmr_start(&c->timer, c->deadline_ms - now, on_timer, c);
        return;
    }
    if (c->state == RW_HTTP_HEAD || c->state == RW_HTTP_BODY) {
        cut(c);
        return;
    }
    if (c->state == RW_HTTP_WRITING || c->state == RW_HTTP_HANDSHAKE)
        c->http->count.cut_slow++;
    rw_http_conn_free(c);
}

/* ------------------------------------------------------------------ its beginning */

static void print_peer(char *dst, size_t size, const struct sockaddr *peer)
{
    char host[INET6_ADDRSTRLEN] = "";

    if (peer->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)peer;

        (void)inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
        (void)snprintf(dst, size, "%s:%u", host, ntohs(in->sin_port));
    } else {
        const struct sockaddr_in6 *in = (const void *)peer;

        (void)inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof(host));
        (void)snprintf(dst, size, "[%s]:%u", host, ntohs(in->sin6_port));
    }
}

void rw_http_conn_start(struct rw_http *http, int fd, const struct sockaddr *peer)
{
    struct rw_http_conn *c = rw_calloc(1, sizeof(*c));
    int one = 1;

    if (c && http->tls)
        c->tls = rw_tls_accept(http->tls, fd);
    if (!c || (http->tls && !c->tls)) {
        rw_free(c);
        (void)close(fd);
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    c->http = http;
    c->fd = fd;
    c->state = c->tls ? RW_HTTP_HANDSHAKE : RW_HTTP_IDLE;
    print_peer(c->peer, sizeof(c->peer), peer);
    list_append(&http->conns, &c->le, c);
    http->count.connections++;
    http->count.open_connections++;
    c->timed = RW_HTTP_HEAD; /* from now on, not from the first byte */
    set_deadline(c, http->opt.header_deadline_ms);
    watch(c, FD_READ);
    if (!c->watched)
        rw_http_conn_free(c);
}
