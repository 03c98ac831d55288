/*
 * sip/sip.h - the SIP side of a worker: transports, legs, what comes from strangers.
 *
 * libre gives the loop, timers and DNS. Reading, transactions (transaction.c) and the INVITE session
 * (leg.c) are ours: a leg takes 22-32 us of CPU with them, 87 with libre's. One address and port serve
 * all workers: whoever reads a datagram passes it to the worker whose number stands in its Call-ID
 * (wire.c).
 *
 * Carriers that were called over TLS may send a request of their own over a connection of their own:
 * the port takes TLS too, told from TCP by the first byte.
 *
 * The port has to stay the same over a restart: a CANCEL for an INVITE of an earlier life is matched
 * by the far end with the address in Via too (RFC 3261, sections 9.1 and 17.2.3).
 *
 * Standards  RFC 3261, 3262, 3263 (without NAPTR), 3264, 3311, 3323, 3325, 3326, 4028, 5806, 7616, 8224
 *            (the header; what it says comes through call/identity.h), 8760.
 */
#ifndef RW_SIP_SIP_H
#define RW_SIP_SIP_H

#include "call/leg.h"
#include "loop/worker.h"
#include "trunk/question.h"

struct rw_sip;         /* of one worker */
struct rw_trunk_board; /* trunk/board.h */

/* A message as it crossed the wire. Called in the worker's thread for each, when tracing is on. */
typedef void(rw_sip_trace_h)(bool sent, const char *transport, const char *local, const char *peer,
                             struct rw_slice message, void *arg);

struct rw_sip_options {
    const char *host;            /* address to listen on, numeric */
    uint16_t port;               /* UDP and TCP; 0 = any (tests) */
    const char *advertised_host; /* in Via, Contact and SDP; NULL = host */
    /* Shown to carriers that make TLS connections to us (PEM files); NULL: such are refused. */
    const char *cert_file, *key_file;
    const char *tls_dir; /* where files of trunks lie that are named without a folder; NULL = "." */
    /* Whose addresses are down: these are tried last. NULL: nobody knows. */
    struct rw_trunk_board *board;
    uint32_t socket_buffer; /* SO_RCVBUF and SO_SNDBUF; 0 = 4 MiB */
    uint32_t check_ms;      /* between questions to an answered leg's far end; 0 = never */
    rw_sip_trace_h *trace;  /* NULL = none */
    void *trace_arg;
};

/* The shared UDP port of all workers; made by the daemon before the workers start. */
struct rw_sip_wire;
RW_NODISCARD enum rw_class rw_sip_wire_new(struct rw_sip_wire **ret,
                                           const struct rw_sip_options *options, unsigned workers,
                                           struct rw_err *err);
void rw_sip_wire_free(struct rw_sip_wire *wire);
uint16_t rw_sip_wire_port(const struct rw_sip_wire *wire);

/* In a worker's start. */
RW_NODISCARD enum rw_class rw_sip_new(struct rw_sip **ret, struct rw_worker *worker,
                                      struct rw_sip_wire *wire,
                                      const struct rw_sip_options *options, struct rw_err *err);

/* Forces transactions to end. Legs are released by their owner before: none may be used after. */
void rw_sip_free(struct rw_sip *sip); /* NULL is fine */

/*
 * A trunk's or station's address, a host or a SIP URI: what comes from there is answered for so
 * long, in all workers (sip/peers.h), and a call from there is the trunk's (sip/origins.h; NULL: it is
 * no trunk's). A name is looked up; what can't be is left out. Nothing is
 * reported: repeat it as long as it is configured.
 */
void rw_sip_acquaint(struct rw_sip *sip, struct rw_slice host_or_uri,
                     const struct rw_leg_origin *origin, uint32_t for_ms);

struct rw_leg_port *rw_sip_leg_port(struct rw_sip *sip);
extern const struct rw_leg_ops rw_sip_leg_ops;

/* For questions to trunks; what is open when the SIP side is freed is dropped and never told. */
struct rw_trunk_port *rw_sip_trunk_port(struct rw_sip *sip);
extern const struct rw_trunk_ops rw_sip_trunk_ops;

struct rw_sip_counters {
    uint64_t received, sent, malformed, from_strangers, passed_on, retransmissions;
    uint64_t transactions; /* of ours that are open now */
};
void rw_sip_read_counters(const struct rw_sip *sip, struct rw_sip_counters *ret);

#endif
