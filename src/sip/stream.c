/*
 * A connection:
 *
 *     connecting --writable--> open --error, end, idle, too much--> closed
 *          '---- refused --> closed: the transactions that wait for it are told
 *
 * It may be closed while a message from it is being handled (its answer did not fit); then it is
 * only marked, and freed when the handling is over.
 */
#include "sip/stream.h"

#include "base/mem.h"
#include "sip/core.h"
#include "sip/transaction.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

struct stream {
    struct le le;
    struct rw_sip *sip;
    struct tmr idle;
    struct rw_sip_hop hop;
    struct rw_buf in, out;
    size_t sent; /* of out */
    int fd;
    bool connecting, handling, closed;
};

static void release(struct stream *stream)
{
    rw_buf_done(&stream->in);
    rw_buf_done(&stream->out);
    rw_free(stream);
}

static void close_stream(struct stream *stream)
{
    struct rw_sip *sip = stream->sip;
    uint32_t number = stream->hop.stream;

    if (stream->closed)
        return;
    stream->closed = true;
    tmr_cancel(&stream->idle);
    fd_close(stream->fd);
    (void)close(stream->fd);
    list_unlink(&stream->le);
    sip->streams.count--;
    if (!stream->handling)
        release(stream);
    rw_sip_transaction_stream_lost(sip, number);
}

static void on_idle(void *arg)
{
    close_stream(arg);
}

static void touch(struct stream *stream)
{
    tmr_start(&stream->idle, RW_SIP_STREAM_IDLE_MS, on_idle, stream);
}

static void on_ready(int flags, void *arg);

static bool watch(struct stream *stream)
{
    bool wants_write = stream->connecting || stream->sent < stream->out.len;

    return fd_listen(stream->fd, wants_write ? FD_READ | FD_WRITE : FD_READ, on_ready, stream) == 0;
}

/* False when the connection is broken. */
static bool write_out(struct stream *stream)
{
    while (stream->sent < stream->out.len) {
        ssize_t n = send(stream->fd, stream->out.p + stream->sent, stream->out.len - stream->sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return (errno == EAGAIN || errno == EWOULDBLOCK) && watch(stream);
        stream->sent += (size_t)n;
    }
    rw_buf_clear(&stream->out);
    stream->sent = 0;
    return watch(stream);
}

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

/* False when the connection has ended. */
static bool read_in(struct stream *stream)
{
    char bytes[16384];

    for (int round = 0; round < 8; round++) {
        ssize_t n = recv(stream->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK;
        if (n == 0)
            return false;
        rw_buf_put(&stream->in, (struct rw_slice){bytes, (size_t)n});
        if (stream->in.failed)
            return false;
        handle_messages(stream);
        if (stream->closed || n < (ssize_t)sizeof(bytes))
            return true;
    }
    return true;
}

static void on_ready(int flags, void *arg)
{
    struct stream *stream = arg;
    bool fine = true;

    stream->handling = true;
    if (stream->connecting) {
        int e = 0;
        socklen_t n = sizeof(e);

        fine = getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &e, &n) == 0 && e == 0;
        stream->connecting = !fine;
    }
    if (fine)
        touch(stream);
    if (fine && (flags & FD_WRITE))
        fine = write_out(stream);
    if (fine && (flags & (FD_READ | FD_EXCEPT)))
        fine = read_in(stream);
    if (!fine)
        close_stream(stream);
    stream->handling = false;
    if (stream->closed)
        release(stream);
}

static struct stream *add(struct rw_sip *sip, int fd, const struct sa *peer, bool connecting)
{
    struct stream *stream = rw_calloc(1, sizeof(*stream));
    int on = 1;

    if (!stream)
        return NULL;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    stream->sip = sip;
    stream->fd = fd;
    stream->connecting = connecting;
    stream->hop = (struct rw_sip_hop){.peer = *peer,
                                      .transport = RW_SIP_TCP,
                                      .worker = (uint16_t)sip->index,
                                      .stream = ++sip->streams.last_number};
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
    touch(stream);
    return stream;
}

static void on_connection(int flags, void *arg)
{
    struct rw_sip *sip = arg;
    struct sa peer;

    (void)flags;
    for (int i = 0; i < 64; i++) {
        int fd;

        peer.len = sizeof(peer.u);
        fd = accept4(rw_sip_wire_listener(sip->wire, sip->index), &peer.u.sa, &peer.len,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        if (!rw_sip_peers_knows(rw_sip_wire_peers(sip->wire), &peer))
            rw_sip_strange(sip, &peer, "connection");
        else if (sip->streams.count < RW_SIP_STREAMS_MAX && add(sip, fd, &peer, false))
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

static struct stream *find(struct rw_sip *sip, const struct rw_sip_hop *hop)
{
    for (struct le *le = sip->streams.all.head; le; le = le->next) {
        struct stream *stream = le->data;

        if (hop->stream ? stream->hop.stream == hop->stream
                        : sa_cmp(&stream->hop.peer, &hop->peer, SA_ALL))
            return stream;
    }
    return NULL;
}

static struct stream *connect_to(struct rw_sip *sip, const struct sa *peer)
{
    struct stream *stream = NULL;
    int fd;

    if (sip->streams.count >= RW_SIP_STREAMS_MAX)
        return NULL;
    fd = socket(sa_af(peer), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    if (connect(fd, &peer->u.sa, peer->len) == 0 || errno == EINPROGRESS)
        stream = add(sip, fd, peer, true);
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
        stream = connect_to(sip, &hop->peer);
    if (!stream) {
        if (key)
            rw_sip_transaction_unsent_later(sip, key);
        return;
    }
    if (key)
        rw_sip_transaction_uses_stream(sip, key, stream->hop.stream);
    rw_buf_put(&stream->out, bytes);
    if (stream->out.failed || (!stream->connecting && !write_out(stream)))
        tmr_start(&stream->idle, 0, on_idle,
                  stream); /* closed from the loop: callers stand above */
}
