#include "media/addr.h"

#include <arpa/inet.h>
#include <stdio.h>

bool rw_media_addr_parse(struct rw_media_addr *ret, int family, struct rw_slice host, uint16_t port)
{
    struct rw_media_addr addr = {.len = 0};
    char text[INET6_ADDRSTRLEN];

    if (!rw_slice_copy(text, sizeof(text), host))
        return false;
    if (family != AF_INET6 && inet_pton(AF_INET, text, &addr.u.in.sin_addr) == 1) {
        addr.u.in.sin_family = AF_INET;
        addr.len = sizeof(addr.u.in);
    } else if (family != AF_INET && inet_pton(AF_INET6, text, &addr.u.in6.sin6_addr) == 1) {
        addr.u.in6.sin6_family = AF_INET6;
        addr.len = sizeof(addr.u.in6);
    } else {
        return false;
    }
    rw_media_addr_set_port(&addr, port);
    *ret = addr;
    return true;
}

uint16_t rw_media_addr_port(const struct rw_media_addr *addr)
{
    return addr->len ? ntohs(addr->u.in.sin_port) : 0;
}

void rw_media_addr_set_port(struct rw_media_addr *addr, uint16_t port)
{
    addr->u.in.sin_port = htons(port);
}

bool rw_media_addr_is_any(const struct rw_media_addr *addr)
{
    if (addr->u.sa.sa_family == AF_INET)
        return addr->u.in.sin_addr.s_addr == 0;
    return IN6_IS_ADDR_UNSPECIFIED(&addr->u.in6.sin6_addr);
}

bool rw_media_addr_is_group(const struct rw_media_addr *addr)
{
    if (addr->u.sa.sa_family == AF_INET) {
        uint32_t ip = ntohl(addr->u.in.sin_addr.s_addr);

        return ip >> 28 == 0xe || ip == 0xffffffff || ip >> 24 == 0;
    }
    return IN6_IS_ADDR_MULTICAST(&addr->u.in6.sin6_addr) || rw_media_addr_is_any(addr);
}

/* RFC 6890, as far as a telephone behind NAT may write it into its SDP. */
bool rw_media_addr_is_loopback(const struct rw_media_addr *addr)
{
    if (addr->u.sa.sa_family == AF_INET)
        return ntohl(addr->u.in.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&addr->u.in6.sin6_addr);
}

bool rw_media_addr_is_private(const struct rw_media_addr *addr)
{
    static const struct {
        uint32_t net;
        int bits;
    } nets[] = {{0x0a000000, 8},  {0x7f000000, 8},  {0x64400000, 10},
                {0xa9fe0000, 16}, {0xac100000, 12}, {0xc0a80000, 16}};
    const uint8_t *v6 = addr->u.in6.sin6_addr.s6_addr;

    if (addr->u.sa.sa_family != AF_INET)
        return IN6_IS_ADDR_LOOPBACK(&addr->u.in6.sin6_addr) || (v6[0] & 0xfe) == 0xfc ||
               (v6[0] == 0xfe && (v6[1] & 0xc0) == 0x80);
    for (size_t i = 0; i < sizeof(nets) / sizeof(*nets); i++)
        if ((ntohl(addr->u.in.sin_addr.s_addr) ^ nets[i].net) >> (32 - nets[i].bits) == 0)
            return true;
    return false;
}

const char *rw_media_addr_text(const struct rw_media_addr *addr, char out[RW_MEDIA_ADDR_TEXT])
{
    char host[INET6_ADDRSTRLEN] = "";

    if (addr->len == 0) {
        (void)snprintf(out, RW_MEDIA_ADDR_TEXT, "none");
    } else if (addr->u.sa.sa_family == AF_INET) {
        (void)inet_ntop(AF_INET, &addr->u.in.sin_addr, host, sizeof(host));
        (void)snprintf(out, RW_MEDIA_ADDR_TEXT, "%s:%u", host, rw_media_addr_port(addr));
    } else {
        (void)inet_ntop(AF_INET6, &addr->u.in6.sin6_addr, host, sizeof(host));
        (void)snprintf(out, RW_MEDIA_ADDR_TEXT, "[%s]:%u", host, rw_media_addr_port(addr));
    }
    return out;
}
