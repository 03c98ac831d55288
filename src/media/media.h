/*
 * media/media.h - RTP of a worker: the implementation of call/relay.h.
 *
 * Every leg has an RTP socket on an even port of the configured range and an RTCP socket on the next
 * (RFC 3550 section 11). Packets leave as soon as they are read: no jitter buffer. Under load they are
 * read once a millisecond instead of one by one (pump.h).
 * What a packet carries is left alone, with two exceptions: the payload type of telephone-event
 * where the legs number it differently, and A-law against mu-law (ITU-T G.711, a table of 256) where
 * the trunk's answer left only the one that the station does not send.
 * Towards a trunk that wants it, packets are sealed and opened (SRTP, secure.h); a packet whose tag is
 * wrong is dropped and counted, and changes nothing.
 * A side's source is locked to what its SDP said; behind NAT to the first packets that come after
 * the answer (lock.h). Nothing foreign is ever answered.
 *
 * Owner    the worker's daemon part; relays must be closed before rw_media_free().
 * Threads  its worker only.
 * Memory   a relay of two legs is one block of about a kilobyte and four sockets; an agentless one
 *          has no socket of its own. A leg with SRTP takes 10 KB more.
 * Errors   RW_LIMIT media.no_ports, media.no_sockets; RW_IO media.bind_failed; RW_MALFORMED
 *          media.bad_host, media.bad_ports, sdp.* (sdp.h, secure.h); RW_BUG media.no_such_leg,
 *          media.no_cipher.
 */
#ifndef RW_MEDIA_MEDIA_H
#define RW_MEDIA_MEDIA_H

#include "call/relay.h"
#include "loop/worker.h"
#include "media/addr.h"

struct rw_media_options {
    const char *host;            /* address to bind, numeric */
    const char *advertised_host; /* in SDP, numeric; NULL = host */
    uint16_t port_min, port_max; /* this worker's share of the range; 0,0 = any (tests) */
};

RW_NODISCARD enum rw_class rw_media_new(struct rw_relay_port **ret, struct rw_worker *worker,
                                        const struct rw_media_options *options, struct rw_err *err);
void rw_media_free(struct rw_relay_port *port); /* NULL is fine */
extern const struct rw_relay_ops rw_media_relay_ops;

/* Where a leg's RTP goes, for whoever explains it; len 0 = not known (yet). */
struct rw_media_ways {
    struct rw_media_addr here;   /* that our SDP names, unless the leg's terms have another host */
    struct rw_media_addr named;  /* that the far end's names */
    struct rw_media_addr source; /* where its packets come from */
};
/* Of a relay with two legs. */
void rw_media_relay_ways(const struct rw_relay *relay, enum rw_leg_side leg,
                         struct rw_media_ways *ret);

/* Packets that agentless legs received and dropped, of this worker, since its start. */
uint64_t rw_media_sink_packets(const struct rw_relay_port *port);

#endif
