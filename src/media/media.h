/*
 * media/media.h - RTP of a worker: the implementation of call/relay.h.
 *
 * Every leg has an RTP socket on an even port of the configured range and an RTCP socket on the next
 * (RFC 3550 section 11). Packets come in through libre's loop and leave at once: no jitter buffer, no
 * transcoding. A side's source is locked to what its SDP said; behind NAT to the first packet that
 * comes after the answer (once).
 */
#ifndef RW_MEDIA_MEDIA_H
#define RW_MEDIA_MEDIA_H

#include "call/relay.h"
#include "loop/worker.h"

struct rw_media_options {
    const char *host;            /* address to bind, numeric */
    const char *advertised_host; /* in SDP; NULL = host */
    uint16_t port_min, port_max; /* this worker's share of the range; 0,0 = any (tests) */
};

RW_NODISCARD enum rw_class rw_media_new(struct rw_relay_port **ret, struct rw_worker *worker,
                                        const struct rw_media_options *options, struct rw_err *err);
void rw_media_free(struct rw_relay_port *port); /* NULL is fine */
extern const struct rw_relay_ops rw_media_relay_ops;

#endif
