/*
 * sip/wire.h - how SIP messages leave and arrive: the one UDP and TCP port of all workers; TLS.
 *
 *                     one address and port, SO_REUSEPORT
 *        .------------------------+-------------------------.
 *     worker 0                 worker 1                  worker n
 *     UDP socket               UDP socket                UDP socket
 *     TCP listener             TCP listener              TCP listener
 *        |                        |
 *        | recvmmsg, bounded      |          mail           whose Call-ID is it?
 *        '-> parse -> Call-ID "01-..." -----------------> worker 1: transactions, legs, strays
 *        <- sendmmsg at the end of the turn
 *
 * The kernel spreads datagrams over the sockets by their source; a carrier is one source, so the
 * reader is seldom the owner. Each Call-ID of ours begins with two hexadecimal digits and a hyphen:
 * that number, modulo the number of workers, is the owner's. Everything else is handled where it
 * was read.
 *
 * Outgoing datagrams are collected and sent in one call at the end of the loop's turn. An answer to
 * a request that came over a stream goes back on that stream, through the worker that has it.
 *
 * Size: a message goes by the transport that the target's URI names, UDP when it names none. RFC
 * 3261, section 18.1.1, wants TCP from 1,300 bytes on; carriers that offer no TCP are common and IP
 * fragments work, so choosing TCP is left to the trunk's URI (;transport=tcp). An Identity header
 * makes an INVITE some 500 bytes longer: with a few codecs it is then above that mark.
 *
 * Memory   a worker: 16 receive buffers of 64 KiB (used as far as datagrams are long), 256 KiB to
 *          send, at most RW_SIP_STREAMS_MAX connections.
 */
#ifndef RW_SIP_WIRE_H
#define RW_SIP_WIRE_H

#include "base/err.h"
#include "loop/worker.h"
#include "sip/origins.h"
#include "sip/peers.h"
#include "sip/uri.h"

#include <re.h>
#include <sys/socket.h>

#define RW_SIP_DATAGRAM_MAX 65507u
#define RW_SIP_RECV_BATCH 16u
#define RW_SIP_RECV_ROUNDS 16u
#define RW_SIP_SEND_BATCH 64u
#define RW_SIP_SEND_BYTES 262144u
#define RW_SIP_RECV_BYTES ((size_t)65536) /* of each receive buffer */
#define RW_SIP_PASSED_MAX 16384           /* messages on their way between workers, to each */

struct rw_sip;
struct rw_sip_profiles;
struct rw_sip_wire;

/* Where a message came from, or goes to. */
struct rw_sip_hop {
    struct sa peer;
    enum rw_sip_transport transport; /* UDP, TCP or TLS */
    uint16_t worker;                 /* which has the stream */
    uint32_t stream;  /* its number there; 0 = none known: find or make one by peer */
    uint32_t profile; /* over TLS: sip/profile.h; 0 = the peer made the connection */
};

struct rw_sip_flush {
    struct rw_mail mail; /* first: the mail is this struct */
    struct rw_sip *sip;
};

/* The UDP side of one worker. */
struct rw_sip_udp {
    int fd;
    char *rx_bytes, *tx_bytes;
    size_t tx_used;
    unsigned tx_count;
    bool flush_due;
    struct rw_sip_flush flush;
    struct mmsghdr rx[RW_SIP_RECV_BATCH], tx[RW_SIP_SEND_BATCH];
    struct iovec rx_iov[RW_SIP_RECV_BATCH], tx_iov[RW_SIP_SEND_BATCH];
    struct sa rx_peer[RW_SIP_RECV_BATCH], tx_peer[RW_SIP_SEND_BATCH];
    uint64_t tx_key[RW_SIP_SEND_BATCH];
};

/* Attaches a worker's part, ready to receive; detaches it again. */
RW_NODISCARD enum rw_class rw_sip_wire_attach(struct rw_sip *sip, struct rw_err *err);
void rw_sip_wire_detach(struct rw_sip *sip);

/*
 * Sends bytes to hop. `key` names the transaction that is told when they can't leave; 0 = nobody.
 * Always takes the bytes; failures are reported later, at the end of a turn.
 */
void rw_sip_wire_send(struct rw_sip *sip, const struct rw_sip_hop *hop, struct rw_slice bytes,
                      uint64_t key);

/* Passes a message to the worker that owns it. */
void rw_sip_wire_pass(struct rw_sip *sip, unsigned owner, const struct rw_sip_hop *hop,
                      struct rw_slice bytes);

/* Tells the worker that owns it that a transaction's request could not be delivered. */
void rw_sip_wire_pass_unsent(struct rw_sip *sip, unsigned owner, uint64_t key);

/* The worker that owns a Call-ID, or -1 when it is none of ours. */
int rw_sip_wire_owner(const struct rw_sip_wire *wire, struct rw_slice call_id);
/* The worker that owns a dialog of a call that came in, by our tag in it (invited.c); -1: it says none. */
int rw_sip_wire_tag_owner(const struct rw_sip_wire *wire, struct rw_slice tag);

struct rw_sip_peers *rw_sip_wire_peers(const struct rw_sip_wire *wire);
struct rw_sip_origins *rw_sip_wire_origins(const struct rw_sip_wire *wire);
struct rw_tls *rw_sip_wire_tls(const struct rw_sip_wire *wire); /* NULL: none is spoken to us */
struct rw_sip_profiles *rw_sip_wire_profiles(const struct rw_sip_wire *wire);
const char *rw_sip_wire_host(const struct rw_sip_wire *wire); /* advertised; IPv6 in brackets */
int rw_sip_wire_listener(const struct rw_sip_wire *wire, unsigned worker); /* TCP descriptor */
int rw_sip_wire_af(const struct rw_sip_wire *wire);
struct rw_sip *rw_sip_wire_at(const struct rw_sip_wire *wire, unsigned worker);
unsigned rw_sip_wire_workers(const struct rw_sip_wire *wire);

#endif
