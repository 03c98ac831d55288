/*
 * media/ports.h - pairs of UDP sockets: RTP on an even port, RTCP on the next (RFC 3550 section 11).
 *
 * Ports are handed out in a circle, so that one just given back is the last to be used again and a
 * late packet of an ended call meets nobody.
 *
 * Owner    whoever called _init(). Nothing is allocated: the map of ports is in the struct.
 * Threads  one at a time.
 * Errors   RW_LIMIT media.no_ports     every pair of the range is in use
 *          RW_LIMIT media.no_sockets   the process may open no more descriptors
 *          RW_IO    media.bind_failed  the address is not ours, or the kernel refused
 */
#ifndef RW_MEDIA_PORTS_H
#define RW_MEDIA_PORTS_H

#include "base/err.h"
#include "media/addr.h"

struct rw_ports {
    struct rw_media_addr host;
    uint32_t first, count; /* even port to begin with, number of pairs; count 0 = any port */
    uint32_t next;         /* pair to try next */
    uint64_t used[512];    /* a bit a pair */
};

struct rw_port_pair {
    int rtp_fd, rtcp_fd; /* -1 = none */
    uint16_t port;       /* of RTP */
};

/* min..max inclusive; 0,0 = whatever the kernel gives. False when the range holds no pair. */
bool rw_ports_init(struct rw_ports *ports, const struct rw_media_addr *host, uint16_t min,
                   uint16_t max);

RW_NODISCARD enum rw_class rw_ports_open(struct rw_ports *ports, struct rw_port_pair *ret,
                                         struct rw_err *err);
void rw_ports_close(struct rw_ports *ports, struct rw_port_pair *pair); /* closes both */

#endif
