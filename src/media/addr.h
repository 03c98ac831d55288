/*
 * media/addr.h - an IP address with a port, v4 or v6, as sockets want it.
 *
 * Threads  a value. Addresses are numeric: no name is ever resolved here.
 */
#ifndef RW_MEDIA_ADDR_H
#define RW_MEDIA_ADDR_H

#include "base/slice.h"

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

struct rw_media_addr {
    union {
        struct sockaddr sa;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } u;
    socklen_t len; /* 0 = none */
};

#define RW_MEDIA_ADDR_TEXT 56 /* "[v6 address]:port" and NUL */

/* False, with *ret untouched, when host is no numeric address of the family (AF_UNSPEC: either). */
bool rw_media_addr_parse(struct rw_media_addr *ret, int family, struct rw_slice host,
                         uint16_t port);

uint16_t rw_media_addr_port(const struct rw_media_addr *addr);
void rw_media_addr_set_port(struct rw_media_addr *addr, uint16_t port);
bool rw_media_addr_is_any(const struct rw_media_addr *addr); /* 0.0.0.0 or :: */
bool rw_media_addr_is_loopback(const struct rw_media_addr *addr);
/* True when nobody in particular has it: multicast, broadcast, 0.0.0.0/8, ::. */
bool rw_media_addr_is_group(const struct rw_media_addr *addr);
/* True for what can't be reached from outside: private, shared, link-local and loopback ranges. */
bool rw_media_addr_is_private(const struct rw_media_addr *addr);
const char *rw_media_addr_text(const struct rw_media_addr *addr, char out[RW_MEDIA_ADDR_TEXT]);

/* Same host, whatever the port. Two addresses that are none are not the same. */
static inline bool rw_media_addr_same_host(const struct rw_media_addr *a,
                                           const struct rw_media_addr *b)
{
    if (a->len == 0 || a->u.sa.sa_family != b->u.sa.sa_family)
        return false;
    if (a->u.sa.sa_family == AF_INET)
        return a->u.in.sin_addr.s_addr == b->u.in.sin_addr.s_addr;
    return memcmp(&a->u.in6.sin6_addr, &b->u.in6.sin6_addr, sizeof(a->u.in6.sin6_addr)) == 0;
}

/* Same host and port. The port stands at the same place in both families. */
static inline bool rw_media_addr_same(const struct rw_media_addr *a, const struct rw_media_addr *b)
{
    return a->u.in.sin_port == b->u.in.sin_port && rw_media_addr_same_host(a, b);
}

#endif
