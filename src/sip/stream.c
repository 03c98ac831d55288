/*
 * A connection:
 *
 *     CONNECTING --writable--> SHAKING (TLS only) --> OPEN --error, end, idle, too much--> closed
 *          |         first byte  ^|                     ^
 *          |        ACCEPTED ----'|---------------------'
 *          '------ refused, 10 s -'--> closed: the transactions that wait for it are told
 *
 * It may be closed while a message from it is being handled (its answer did not fit); then it is
 * only marked, and freed when the handling is over.
 */
#include "sip/stream.h"

#include "base/clock.h"
#include "base/mem.h"
#include "sip/core.h"
#include "sip/profile.h"
#include "sip/transaction.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

enum state { CONNECTING, ACCEPTED, SHAKING, OPEN };

#define TLS_FIRST_BYTE 0x16 /* a handshake record; no SIP message begins with it */

struct stream {
    struct le le;
    struct rw_sip *sip;
    struct tmr idle;
    struct rw_sip_hop hop;
    struct rw_buf in, out;
    size_t sent;                /* of out */
    struct rw_tls_session *tls; /* NULL: TCP */
    int fd;
    enum state state;
    bool wants_write; /* of TLS, while SHAKING */
    bool heard;       /* something was read: from TLS 1.3 on only this says that we are let in */
    bool handling, closed;
};

static void release(struct stream *stream)
{
    rw_tls_session_free(stream->tls);
    rw_buf_done(&stream->in);
    rw_buf_done(&stream->out);
    rw_free(stream);
}

/* ------------------------------------------------------------------ the end */

/* What became of a connection that we made over TLS. why: of the connection itself, or NULL. */
static void tell_profile(struct stream *stream, const char *why)
{
    struct rw_sip_profiles *profiles = rw_sip_wire_profiles(stream->sip->wire);
    struct rw_tls_fault fault = {.kind = RW_TLS_NO_FAULT};
    char peer[80];

    if (stream->hop.transport != RW_SIP_TLS || !stream->hop.profile)
        return;
    if (stream->tls && !why)
        fault = *rw_tls_session_fault(stream->tls);
    if (why)
        (void)snprintf(fault.what, sizeof(fault.what), "%s", why);
    if (stream->state == SHAKING && why)
        fault.kind = RW_TLS_BROKEN;
    rw_sip_peer_text(&stream->hop.peer, peer, sizeof(peer));
    if (!stream->heard && fault.what[0])
        rw_sip_profile_failed(profiles, stream->hop.profile, peer, &fault);
    else if (stream->heard && stream->tls)
        rw_sip_profile_is_over(profiles, stream->hop.profile, stream->tls);
}

static void close_because(struct stream *stream, const char *why)
{
    struct rw_sip *sip = stream->sip;
    uint32_t number = stream->hop.stream;

    if (stream->closed)
        return;
    stream->closed = true;
    tell_profile(stream, why);
    tmr_cancel(&stream->idle);
    rw_tls_session_free(stream->tls); /* its goodbye needs the socket */
    stream->tls = NULL;
    fd_close(stream->fd);
    (void)close(stream->fd);
    list_unlink(&stream->le);
    sip->streams.count--;
    if (!stream->handling)
        release(stream);
    rw_sip_transaction_stream_lost(sip, number);
}

static void close_stream(struct stream *stream)
{
    close_because(stream, NULL);
}

static void on_idle(void *arg)
{
    struct stream *stream = arg;

    close_because(stream, stream->state == CONNECTING ? "no connection came about within 10 s"
                          : stream->state == SHAKING  ? "the TLS handshake did not end within 10 s"
                                                      : NULL);
}

static void touch(struct stream *stream)
{
    tmr_start(&stream->idle, RW_SIP_STREAM_IDLE_MS, on_idle, stream);
}

/* ------------------------------------------------------------------ bytes out */

static void on_ready(int flags, void *arg);

static bool watch(struct stream *stream)
{
    bool wants_write = stream->state == CONNECTING ||
                       (stream->state == SHAKING && stream->wants_write) ||
                       (stream->state == OPEN && stream->sent < stream->out.len);

    return fd_listen(stream->fd, wants_write ? FD_READ | FD_WRITE : FD_READ, on_ready, stream) == 0;
}

/* Bytes taken; 0 = not now; -1 = broken. */
static ssize_t put_bytes(struct stream *stream, const char *bytes, size_t n)
{
    ssize_t done;

    if (stream->tls) {
        done = rw_tls_write(stream->tls, bytes, n);
        return done > 0 ? done : done == RW_TLS_FAILED ? -1 : 0;
    }
    do
        done = send(stream->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (done < 0 && errno == EINTR);
    return done >= 0 ? done : errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
}

/* False when the connection is broken. */
static bool write_out(struct stream *stream)
{
    while (stream->sent < stream->out.len) {
        ssize_t n = put_bytes(stream, stream->out.p + stream->sent, stream->out.len - stream->sent);

        if (n < 0)
            return false;
        if (n == 0)
            return watch(stream);
        stream->sent += (size_t)n;
    }
    rw_buf_clear(&stream->out);
    stream->sent = 0;
    return watch(stream);
}

/* ------------------------------------------------------------------ bytes in */

/* Removes n bytes from the front of what was read. */
static void consume(struct stream *stream, size_t n)
{
    memmove(stream->in.p, stream->in.p + n, stream->in.len - n);
    stream->in.len -= n;
}

/*
 * A ping of two line ends is answered with one (RFC 5626, section 4.4.1); other line ends are
 * skipped. What may become a ping is waited for.
 */
static void skip_pings(struct stream *stream)
{
    while (stream->in.len && (stream->in.p[0] == '\r' || stream->in.p[0] == '\n')) {
        size_t n = stream->in.len < 4 ? stream->in.len : 4;
        bool alike = memcmp(stream->in.p, "\r\n\r\n", n) == 0;

        if (alike && n < 4)
            return;
        consume(stream, alike ? 4 : 1);
        if (alike)
            rw_sip_stream_send(stream->sip, &stream->hop, RW_LIT("\r\n"), 0);
    }
}

/* Its end can't be known: its sender is told, when there is a head to tell him by, and then it is over. */
static void refuse_unframed(struct stream *stream)
{
    size_t n = rw_sip_message_head((struct rw_slice){stream->in.p, stream->in.len});

    if (n)
        rw_sip_receive(stream->sip, &stream->hop, stream->in.p, n);
    else
        stream->sip->counters.malformed++;
    close_stream(stream);
}

static void handle_messages(struct stream *stream)
{
    size_t n;

    for (;;) {
        skip_pings(stream);
        if (stream->closed || stream->in.len == 0)
            return;
        n = rw_sip_message_length((struct rw_slice){stream->in.p, stream->in.len},
                                  RW_SIP_STREAM_IN_MAX);
        if (n == 0)
            return;
        if (n == SIZE_MAX) {
            refuse_unframed(stream);
            return;
        }
        rw_sip_receive(stream->sip, &stream->hop, stream->in.p, n);
        if (stream->closed)
            return;
        consume(stream, n);
    }
}

/* Bytes read; 0 = nothing now; -1 = ended or broken. */
static ssize_t get_bytes(struct stream *stream, char *bytes, size_t size)
{
    ssize_t n;

    if (stream->tls) {
        n = rw_tls_read(stream->tls, bytes, size);
        return n > 0 ? n : n == RW_TLS_WANT_READ || n == RW_TLS_WANT_WRITE ? 0 : -1;
    }
    do
        n = recv(stream->fd, bytes, size, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    return n ? n : -1;
}

/* The first word from the other side: whatever had to be found out about TLS has been. */
static void note_heard(struct stream *stream)
{
    if (stream->heard)
        return;
    stream->heard = true;
    if (stream->hop.profile)
        rw_sip_profile_is_up(rw_sip_wire_profiles(stream->sip->wire), stream->hop.profile);
}

/*
 * False when the connection has ended. A TLS record has 16 KiB at most, so that none is left, read
 * and decrypted, when this returns: the socket tells of all that is still to come.
 */
static bool read_in(struct stream *stream)
{
    char bytes[16384];

    for (int round = 0; round < 8; round++) {
        ssize_t n = get_bytes(stream, bytes, sizeof(bytes));

        if (n <= 0)
            return n == 0;
        note_heard(stream);
        rw_buf_put(&stream->in, (struct rw_slice){bytes, (size_t)n});
        if (stream->in.failed)
            return false;
        handle_messages(stream);
        if (stream->closed || (!stream->tls && n < (ssize_t)sizeof(bytes)))
            return true;
    }
    return true;
}

/* ------------------------------------------------------------------ events */

/* NULL, or why there is no connection. */
static const char *finish_connecting(struct stream *stream)
{
    int e = 0;
    socklen_t n = sizeof(e);

    if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &e, &n) < 0)
        e = errno;
    if (e)
        return strerror(e);
    stream->state = OPEN;
    if (stream->hop.transport != RW_SIP_TLS)
        return NULL;
    stream->state = SHAKING;
    stream->tls = rw_sip_profile_connect(rw_sip_wire_profiles(stream->sip->wire),
                                         stream->hop.profile, stream->fd);
    return stream->tls ? NULL : "out of memory, or too many trunks";
}

/* False when no TLS comes about. */
static bool shake_hands(struct stream *stream)
{
    int n = rw_tls_handshake(stream->tls);

    if (n == RW_TLS_FAILED)
        return false;
    if (n == 0)
        stream->state = OPEN;
    stream->wants_write = n == RW_TLS_WANT_WRITE;
    return watch(stream);
}

/* TLS or not? False when it can't be had. */
static bool find_out(struct stream *stream)
{
    struct rw_tls *tls = rw_sip_wire_tls(stream->sip->wire);
    uint64_t suppressed;
    char byte, peer[80];
    ssize_t n = recv(stream->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    stream->state = OPEN;
    if (byte != TLS_FIRST_BYTE)
        return true;
    if (!tls && rw_log_allow(&stream->sip->tls_refused, rw_clock_mono_ms(), &suppressed)) {
        rw_sip_peer_text(&stream->hop.peer, peer, sizeof(peer));
        rw_log(RW_LOG_WARN, "sip.tls_refused",
               "peer=%s mend=\"set sip.tls_cert_file and sip.tls_key_file\" suppressed=%llu", peer,
               (unsigned long long)suppressed);
    }
    stream->tls = tls ? rw_tls_accept(tls, stream->fd) : NULL;
    stream->hop.transport = RW_SIP_TLS;
    stream->state = SHAKING;
    tmr_start(&stream->idle, RW_SIP_STREAM_OPEN_MS, on_idle, stream);
    return stream->tls != NULL;
}

static void on_ready(int flags, void *arg)
{
    struct stream *stream = arg;
    const char *why = NULL;
    bool fine = true;

    stream->handling = true;
    if (stream->state == CONNECTING)
        why = finish_connecting(stream);
    if (stream->state == ACCEPTED)
        fine = find_out(stream);
    if (!why && fine && stream->state == SHAKING)
        fine = shake_hands(stream);
    if (!why && fine && stream->state == OPEN) {
        touch(stream);
        if ((flags & FD_WRITE) || stream->sent < stream->out.len)
            fine = write_out(stream);
        if (fine && (stream->tls || (flags & (FD_READ | FD_EXCEPT))))
            fine = read_in(stream);
    }
    if (why || !fine)
        close_because(stream, why);
    stream->handling = false;
    if (stream->closed)
        release(stream);
}

/* ------------------------------------------------------------------ life */

static struct stream *add(struct rw_sip *sip, int fd, const struct rw_sip_hop *hop,
                          enum state state)
{
    struct stream *stream = rw_calloc(1, sizeof(*stream));
    int on = 1;

    if (!stream)
        return NULL;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    stream->sip = sip;
    stream->fd = fd;
    stream->state = state;
    stream->hop = *hop;
    stream->hop.worker = (uint16_t)sip->index;
    stream->hop.stream = ++sip->streams.last_number;
    if (sip->streams.last_number == 0)
        stream->hop.stream = ++sip->streams.last_number;
    rw_buf_init(&stream->in, (size_t)2 * RW_SIP_STREAM_IN_MAX);
    rw_buf_init(&stream->out, RW_SIP_STREAM_OUT_MAX);
    if (!watch(stream)) {
        release(stream);
        return NULL;
    }
    list_append(&sip->streams.all, &stream->le, stream);
    sip->streams.count++;
    tmr_start(&stream->idle, state == CONNECTING ? RW_SIP_STREAM_OPEN_MS : RW_SIP_STREAM_IDLE_MS,
              on_idle, stream);
    return stream;
}

static void on_connection(int flags, void *arg)
{
    struct rw_sip *sip = arg;
    struct rw_sip_hop hop = {.transport = RW_SIP_TCP};

    (void)flags;
    for (int i = 0; i < 64; i++) {
        int fd;

        hop.peer.len = sizeof(hop.peer.u);
        fd = accept4(rw_sip_wire_listener(sip->wire, sip->index), &hop.peer.u.sa, &hop.peer.len,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        if (!rw_sip_peers_knows(rw_sip_wire_peers(sip->wire), &hop.peer))
            rw_sip_strange(sip, &hop.peer, "connection");
        else if (sip->streams.count < RW_SIP_STREAMS_MAX && add(sip, fd, &hop, ACCEPTED))
            continue;
        (void)close(fd);
    }
}

void rw_sip_streams_listen(struct rw_sip *sip, int fd)
{
    list_init(&sip->streams.all);
    (void)fd_listen(fd, FD_READ, on_connection, sip);
}

void rw_sip_streams_close(struct rw_sip *sip)
{
    while (sip->streams.all.head)
        close_stream(sip->streams.all.head->data);
}

static bool leads_to(const struct stream *stream, const struct rw_sip_hop *hop)
{
    return stream->hop.transport == hop->transport && stream->hop.profile == hop->profile &&
           sa_cmp(&stream->hop.peer, &hop->peer, SA_ALL);
}

/* The very stream, or when that is gone the last one that was made to the same place. */
static struct stream *find(struct rw_sip *sip, const struct rw_sip_hop *hop)
{
    struct stream *other = NULL;

    for (struct le *le = sip->streams.all.head; le; le = le->next) {
        struct stream *stream = le->data;

        if (hop->stream && stream->hop.stream == hop->stream)
            return stream;
        if (leads_to(stream, hop))
            other = stream;
    }
    return other;
}

static struct stream *connect_to(struct rw_sip *sip, const struct rw_sip_hop *hop)
{
    struct stream *stream = NULL;
    int fd;

    if (sip->streams.count >= RW_SIP_STREAMS_MAX ||
        (hop->transport == RW_SIP_TLS && hop->profile == 0))
        return NULL;
    fd = socket(sa_af(&hop->peer), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    if (connect(fd, &hop->peer.u.sa, hop->peer.len) == 0 || errno == EINPROGRESS)
        stream = add(sip, fd, hop, CONNECTING);
    if (!stream)
        (void)close(fd);
    return stream;
}

void rw_sip_stream_send(struct rw_sip *sip, const struct rw_sip_hop *hop, struct rw_slice bytes,
                        uint64_t key)
{
    struct stream *stream = find(sip, hop);

    /* an answer whose stream is gone opens one to where the request came from (section 18.2.2) */
    if (!stream)
        stream = connect_to(sip, hop);
    if (!stream) {
        if (key)
            rw_sip_transaction_unsent_later(sip, key);
        return;
    }
    if (key)
        rw_sip_transaction_uses_stream(sip, key, stream->hop.stream);
    rw_buf_put(&stream->out, bytes);
    if (stream->out.failed || (stream->state == OPEN && !write_out(stream)))
        tmr_start(&stream->idle, 0, on_idle,
                  stream); /* closed from the loop: callers stand above */
}
