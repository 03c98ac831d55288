#include "sip/wire.h"

#include "base/clock.h"
#include "base/mem.h"
#include "sip/compose.h"
#include "sip/core.h"
#include "sip/icmp.h"
#include "sip/profile.h"
#include "sip/transaction.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define PORT_TRIES 20 /* for a free number that UDP and TCP both have */

struct socket_pair {
    int udp, tcp;
    _Atomic(struct rw_sip *) sip;
    atomic_int passed; /* on their way to it */
};

struct rw_sip_wire {
    uint16_t port;
    int af;
    unsigned workers;
    char advertised[128];
    char local[64];
    struct rw_sip_peers *peers;
    struct rw_sip_origins *origins;
    struct rw_sip_profiles *profiles;
    struct rw_tls *tls; /* for accepted connections; NULL = none */
    struct socket_pair at[];
};

/* ------------------------------------------------------------------ sockets */

static void enlarge(int fd, uint32_t size)
{
    int n = size ? (int)size : 4 << 20;

    /* the first form passes the system's limit, for who may */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &n, sizeof(n)) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &n, sizeof(n));
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &n, sizeof(n)) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &n, sizeof(n));
}

static int open_socket(const struct sa *local, int type)
{
    int on = 1, fd = socket(sa_af(local), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0 ||
        (type == SOCK_STREAM && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0) ||
        bind(fd, &local->u.sa, local->len) < 0 ||
        (type == SOCK_STREAM && listen(fd, SOMAXCONN) < 0)) {
        int e = errno;

        (void)close(fd);
        errno = e;
        return -1;
    }
    return fd;
}

static void close_sockets(struct rw_sip_wire *wire)
{
    for (unsigned i = 0; i < wire->workers; i++) {
        if (wire->at[i].udp >= 0)
            (void)close(wire->at[i].udp);
        if (wire->at[i].tcp >= 0)
            (void)close(wire->at[i].tcp);
        wire->at[i].udp = wire->at[i].tcp = -1;
    }
}

static bool read_port(int fd, struct sa *local)
{
    struct sa bound = {.len = sizeof(bound.u)};

    if (getsockname(fd, &bound.u.sa, &bound.len) < 0)
        return false;
    sa_set_port(local, sa_port(&bound));
    return true;
}

/* All sockets on one number; with port 0 the first one finds it. False with errno set. */
static bool open_sockets(struct rw_sip_wire *wire, struct sa local, uint32_t buffer)
{
    for (unsigned i = 0; i < wire->workers; i++) {
        struct socket_pair *pair = &wire->at[i];

        pair->udp = open_socket(&local, SOCK_DGRAM);
        if (pair->udp < 0 || !read_port(pair->udp, &local))
            return false;
        pair->tcp = open_socket(&local, SOCK_STREAM);
        if (pair->tcp < 0)
            return false;
        enlarge(pair->udp, buffer);
        rw_sip_icmp_enable(pair->udp, sa_af(&local));
    }
    wire->port = sa_port(&local);
    return true;
}

/*
 * SO_REUSEPORT would let a second server of ours share the port and steal half of the calls: what is
 * taken already has to be an error. A socket without that option finds out.
 */
static bool port_is_free(const struct sa *local)
{
    int fd = socket(sa_af(local), SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool free = fd >= 0 && bind(fd, &local->u.sa, local->len) == 0;
    int e = errno;

    if (fd >= 0)
        (void)close(fd);
    errno = e;
    return free;
}

static enum rw_class open_port(struct rw_sip_wire *wire, const struct sa *local, uint32_t buffer,
                               struct rw_err *err)
{
    int tries = sa_port(local) ? 1 : PORT_TRIES;

    if (sa_port(local) == 0 || port_is_free(local)) {
        while (tries-- > 0) {
            if (open_sockets(wire, *local, buffer))
                return RW_OK;
            int e = errno;

            close_sockets(wire);
            errno = e;
        }
    }
    if (errno == EADDRINUSE)
        return rw_fail(err, RW_IO, "sip.port_in_use", "another program listens on the SIP port %u",
                       sa_port(local));
    return rw_fail(err, RW_IO, "sip.port_unusable", "the SIP port %u can't be opened: %s",
                   sa_port(local), strerror(errno));
}

static bool write_names(struct rw_sip_wire *wire, const struct rw_sip_options *options)
{
    const char *name = options->advertised_host ? options->advertised_host : options->host;
    struct sa numeric;
    bool six = sa_set_str(&numeric, name, 0) == 0 && sa_af(&numeric) == AF_INET6;
    struct rw_sip_uri check;
    char text[sizeof(wire->advertised) + 4];
    int n;

    n = snprintf(wire->advertised, sizeof(wire->advertised), six ? "[%s]" : "%s", name);
    if (n < 0 || (size_t)n >= sizeof(wire->advertised) || strpbrk(name, " \t\r\n<>@;?\""))
        return false;
    (void)snprintf(text, sizeof(text), "sip:%s", wire->advertised);
    return rw_sip_uri_parse(rw_slice_str(text), &check) && check.port == 0;
}

enum rw_class rw_sip_wire_new(struct rw_sip_wire **ret, const struct rw_sip_options *options,
                              unsigned workers, struct rw_err *err)
{
    struct rw_sip_wire *wire;
    enum rw_class class;
    struct sa local;

    if (workers == 0 || workers > 256 || sa_set_str(&local, options->host, options->port))
        return rw_fail(err, RW_MALFORMED, "sip.bad_listen_address",
                       "the SIP address to listen on is not a numeric address");
    wire = rw_calloc(1, sizeof(*wire) + workers * sizeof(wire->at[0]));
    if (!wire)
        return rw_fail_memory(err);
    wire->workers = workers;
    wire->af = sa_af(&local);
    for (unsigned i = 0; i < workers; i++)
        wire->at[i].udp = wire->at[i].tcp = -1;
    wire->peers = rw_sip_peers_new();
    wire->origins = rw_sip_origins_new();
    wire->profiles = rw_sip_profiles_new(options->tls_dir);
    if (!wire->peers || !wire->origins || !wire->profiles)
        class = rw_fail_memory(err);
    else if (!write_names(wire, options))
        class = rw_fail(err, RW_MALFORMED, "sip.bad_advertised_host",
                        "the advertised SIP host is neither a host name nor an address");
    else
        class = open_port(wire, &local, options->socket_buffer, err);
    if (!class && (options->cert_file || options->key_file))
        class = rw_tls_server_new(&wire->tls, options->cert_file ? options->cert_file : "",
                                  options->key_file ? options->key_file : "", "sip/2", err);
    if (class) {
        rw_sip_wire_free(wire);
        return class;
    }
    (void)snprintf(wire->local, sizeof(wire->local),
                   strchr(options->host, ':') ? "[%.45s]:%u" : "%.45s:%u", options->host,
                   wire->port);
    *ret = wire;
    return RW_OK;
}

void rw_sip_wire_free(struct rw_sip_wire *wire)
{
    if (!wire)
        return;
    close_sockets(wire);
    rw_sip_peers_free(wire->peers);
    rw_sip_origins_free(wire->origins);
    rw_sip_profiles_free(wire->profiles);
    rw_tls_free(wire->tls);
    rw_free(wire);
}

uint16_t rw_sip_wire_port(const struct rw_sip_wire *wire)
{
    return wire->port;
}

struct rw_tls *rw_sip_wire_tls(const struct rw_sip_wire *wire)
{
    return wire->tls;
}

struct rw_sip_profiles *rw_sip_wire_profiles(const struct rw_sip_wire *wire)
{
    return wire->profiles;
}

const char *rw_sip_wire_host(const struct rw_sip_wire *wire)
{
    return wire->advertised;
}

int rw_sip_wire_listener(const struct rw_sip_wire *wire, unsigned worker)
{
    return wire->at[worker].tcp;
}

int rw_sip_wire_af(const struct rw_sip_wire *wire)
{
    return wire->af;
}

struct rw_sip *rw_sip_wire_at(const struct rw_sip_wire *wire, unsigned worker)
{
    return atomic_load(&((struct rw_sip_wire *)wire)->at[worker].sip);
}

unsigned rw_sip_wire_workers(const struct rw_sip_wire *wire)
{
    return wire->workers;
}

struct rw_sip_origins *rw_sip_wire_origins(const struct rw_sip_wire *wire)
{
    return wire->origins;
}

struct rw_sip_peers *rw_sip_wire_peers(const struct rw_sip_wire *wire)
{
    return wire->peers;
}

/* ------------------------------------------------------------------ between workers */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int rw_sip_wire_owner(const struct rw_sip_wire *wire, struct rw_slice call_id)
{
    if (call_id.n < 4 || call_id.p[2] != '-' || hex(call_id.p[0]) < 0 || hex(call_id.p[1]) < 0)
        return -1;
    return (hex(call_id.p[0]) * 16 + hex(call_id.p[1])) % (int)wire->workers;
}

int rw_sip_wire_tag_owner(const struct rw_sip_wire *wire, struct rw_slice tag)
{
    int high, low, worker;

    if (tag.n != RW_SIP_TAG - 1)
        return -1;
    high = hex(tag.p[tag.n - 2]);
    low = hex(tag.p[tag.n - 1]);
    worker = high * 16 + low;
    return high >= 0 && low >= 0 && (unsigned)worker < wire->workers ? worker : -1;
}

/* On its way to another worker: a message it owns, bytes for a stream it has, or a failure. */
struct passed {
    struct rw_mail mail;
    struct rw_sip_wire *wire;
    unsigned to;
    bool outgoing;
    uint64_t unsent; /* a transaction's key; then there are no bytes */
    struct rw_sip_hop hop;
    size_t n;
    char bytes[];
};

static void handle_passed(struct rw_mail *mail)
{
    struct passed *passed = (struct passed *)mail;
    struct rw_sip *sip = rw_sip_wire_at(passed->wire, passed->to);

    atomic_fetch_sub(&passed->wire->at[passed->to].passed, 1);
    if (sip && passed->unsent)
        rw_sip_transaction_unsent(sip, passed->unsent);
    else if (sip && passed->outgoing)
        rw_sip_wire_send(sip, &passed->hop, (struct rw_slice){passed->bytes, passed->n}, 0);
    else if (sip)
        rw_sip_receive(sip, &passed->hop, passed->bytes, passed->n);
    rw_free(passed);
}

static void pass(struct rw_sip *sip, unsigned to, const struct passed *what, struct rw_slice bytes)
{
    struct rw_sip_wire *wire = sip->wire;
    struct passed *passed;

    /* losing one is what networks do: whoever sent it will repeat it */
    if (atomic_load(&wire->at[to].passed) >= RW_SIP_PASSED_MAX || !rw_sip_wire_at(wire, to))
        return;
    passed = rw_calloc(1, sizeof(*passed) + bytes.n);
    if (!passed)
        return;
    *passed = *what;
    passed->mail.handle = handle_passed;
    passed->wire = wire;
    passed->to = to;
    passed->n = bytes.n;
    if (bytes.n)
        memcpy(passed->bytes, bytes.p, bytes.n);
    atomic_fetch_add(&wire->at[to].passed, 1);
    sip->counters.passed_on++;
    rw_worker_post(rw_workers_at(rw_worker_all(sip->worker), to), &passed->mail);
}

void rw_sip_wire_pass(struct rw_sip *sip, unsigned owner, const struct rw_sip_hop *hop,
                      struct rw_slice bytes)
{
    pass(sip, owner, &(struct passed){.hop = *hop}, bytes);
}

void rw_sip_wire_pass_unsent(struct rw_sip *sip, unsigned owner, uint64_t key)
{
    pass(sip, owner, &(struct passed){.unsent = key}, (struct rw_slice){NULL, 0});
}

/* ------------------------------------------------------------------ UDP */

static void flush(struct rw_sip *sip)
{
    struct rw_sip_udp *udp = &sip->udp;
    uint64_t failed[RW_SIP_SEND_BATCH];
    unsigned done = 0, failures = 0, count = udp->tx_count;
    bool again = false;

    while (done < count) {
        int n = sendmmsg(udp->fd, udp->tx + done, count - done, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n > 0) {
            done += (unsigned)n;
            again = false;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
            break; /* lost; what matters is sent again by its timer */
        } else if (errno == EINTR || !again) {
            again = errno != EINTR; /* it may be an ICMP error of another datagram: once more */
        } else {
            if (udp->tx_key[done])
                failed[failures++] = udp->tx_key[done];
            done++;
            again = false;
        }
    }
    udp->tx_count = 0;
    udp->tx_used = 0;
    for (unsigned i = 0; i < failures; i++)
        rw_sip_transaction_unsent(sip, failed[i]);
}

static void on_turn_end(struct rw_mail *mail)
{
    struct rw_sip *sip = ((struct rw_sip_flush *)mail)->sip;

    sip->udp.flush_due = false;
    if (sip->closing)
        rw_free(sip);
    else
        flush(sip);
}

static void send_datagram(struct rw_sip *sip, const struct rw_sip_hop *hop, struct rw_slice bytes,
                          uint64_t key)
{
    struct rw_sip_udp *udp = &sip->udp;
    unsigned i;

    if (bytes.n > RW_SIP_DATAGRAM_MAX)
        return;
    if (udp->tx_count == RW_SIP_SEND_BATCH || udp->tx_used + bytes.n > RW_SIP_SEND_BYTES)
        flush(sip);
    i = udp->tx_count++;
    memcpy(udp->tx_bytes + udp->tx_used, bytes.p, bytes.n);
    udp->tx_peer[i] = hop->peer;
    udp->tx_key[i] = key;
    udp->tx_iov[i] = (struct iovec){udp->tx_bytes + udp->tx_used, bytes.n};
    udp->tx[i].msg_hdr = (struct msghdr){.msg_name = &udp->tx_peer[i].u,
                                         .msg_namelen = hop->peer.len,
                                         .msg_iov = &udp->tx_iov[i],
                                         .msg_iovlen = 1};
    udp->tx_used += bytes.n;
    if (!udp->flush_due) {
        udp->flush_due = true;
        rw_worker_defer(sip->worker, &udp->flush.mail);
    }
}

void rw_sip_wire_send(struct rw_sip *sip, const struct rw_sip_hop *hop, struct rw_slice bytes,
                      uint64_t key)
{
    if (hop->transport != RW_SIP_UDP && hop->stream && hop->worker != sip->index) {
        pass(sip, hop->worker, &(struct passed){.outgoing = true, .hop = *hop}, bytes);
        return;
    }
    sip->counters.sent++;
    if (sip->trace)
        rw_sip_trace(sip, true, hop, bytes);
    if (hop->transport != RW_SIP_UDP)
        rw_sip_stream_send(sip, hop, bytes, key);
    else
        send_datagram(sip, hop, bytes, key);
}

/* Reads what is there, but no more than 256 datagrams a wake: timers and HTTP want their turn. */
static void on_readable(int flags, void *arg)
{
    struct rw_sip *sip = arg;
    struct rw_sip_udp *udp = &sip->udp;

    if (flags & FD_EXCEPT)
        rw_sip_icmp_read(sip);
    for (unsigned round = 0; round < RW_SIP_RECV_ROUNDS; round++) {
        int n;

        for (unsigned i = 0; i < RW_SIP_RECV_BATCH; i++)
            udp->rx[i].msg_hdr.msg_namelen = sizeof(udp->rx_peer[i].u);
        n = recvmmsg(udp->fd, udp->rx, RW_SIP_RECV_BATCH, MSG_DONTWAIT, NULL);
        if (n == 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)))
            return;
        for (int i = 0; i < n; i++) {
            struct rw_sip_hop hop = {.transport = RW_SIP_UDP, .worker = (uint16_t)sip->index};

            hop.peer = udp->rx_peer[i];
            hop.peer.len = udp->rx[i].msg_hdr.msg_namelen;
            rw_sip_receive(sip, &hop, udp->rx_iov[i].iov_base, udp->rx[i].msg_len);
        }
        if (n > 0 && (unsigned)n < RW_SIP_RECV_BATCH)
            return;
    }
}

enum rw_class rw_sip_wire_attach(struct rw_sip *sip, struct rw_err *err)
{
    struct rw_sip_udp *udp = &sip->udp;

    udp->fd = sip->wire->at[sip->index].udp;
    udp->flush = (struct rw_sip_flush){.mail.handle = on_turn_end, .sip = sip};
    udp->rx_bytes = rw_calloc(RW_SIP_RECV_BATCH, RW_SIP_RECV_BYTES);
    udp->tx_bytes = rw_calloc(1, RW_SIP_SEND_BYTES);
    if (!udp->rx_bytes || !udp->tx_bytes)
        return rw_fail_memory(err);
    for (unsigned i = 0; i < RW_SIP_RECV_BATCH; i++) {
        udp->rx_iov[i] = (struct iovec){udp->rx_bytes + i * RW_SIP_RECV_BYTES, RW_SIP_RECV_BYTES};
        udp->rx[i].msg_hdr = (struct msghdr){
            .msg_name = &udp->rx_peer[i].u, .msg_iov = &udp->rx_iov[i], .msg_iovlen = 1};
    }
    (void)snprintf(sip->local, sizeof(sip->local), "%s", sip->wire->local);
    if (fd_listen(udp->fd, FD_READ, on_readable, sip))
        return rw_fail(err, RW_IO, "sip.port_unusable", "the SIP port can't be watched");
    rw_sip_streams_listen(sip, sip->wire->at[sip->index].tcp);
    atomic_store(&sip->wire->at[sip->index].sip, sip);
    return RW_OK;
}

void rw_sip_wire_detach(struct rw_sip *sip)
{
    struct rw_sip_udp *udp = &sip->udp;

    atomic_store(&sip->wire->at[sip->index].sip, NULL);
    if (udp->tx_bytes)
        flush(sip);
    fd_close(sip->wire->at[sip->index].udp);
    fd_close(sip->wire->at[sip->index].tcp);
    rw_free(udp->rx_bytes);
    rw_free(udp->tx_bytes);
    udp->rx_bytes = udp->tx_bytes = NULL;
}
