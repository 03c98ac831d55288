/*
 * sip/stream.h - the connections of one worker, TCP and TLS (RFC 3261, section 18; RFC 5626, 4.4.1
 * pings).
 *
 * Connections are made when something is to be sent, have 10 s to come about, TLS and all, and are
 * kept for 15 minutes of silence. One over TLS belongs to a trunk's profile (sip/profile.h) and is
 * used for that alone. Incoming ones are taken only from peers the wire knows; strangers are closed
 * at once. Their first byte tells TLS from TCP; without a certificate of ours TLS is closed.
 *
 * Owner    struct rw_sip.
 * Memory   at most RW_SIP_STREAMS_MAX connections; of each at most 64 KiB of an unfinished message
 *          and 1 MiB that the peer does not take; then it is closed.
 */
#ifndef RW_SIP_STREAM_H
#define RW_SIP_STREAM_H

#include "sip/wire.h"

#define RW_SIP_STREAMS_MAX 1024u
#define RW_SIP_STREAM_IN_MAX 65536u
#define RW_SIP_STREAM_OUT_MAX 1048576u
#define RW_SIP_STREAM_OPEN_MS 10000u
#define RW_SIP_STREAM_IDLE_MS 900000u

struct rw_sip_streams {
    struct list all;
    unsigned count;
    uint32_t last_number;
};

void rw_sip_streams_listen(struct rw_sip *sip, int fd);
void rw_sip_streams_close(struct rw_sip *sip);

/* Sends on the stream of hop, or one to hop's peer and profile, made if need be. `key` as in rw_sip_wire_send(). */
void rw_sip_stream_send(struct rw_sip *sip, const struct rw_sip_hop *hop, struct rw_slice bytes,
                        uint64_t key);

#endif
