#include "media/ports.h"

#include <errno.h>
#include <unistd.h>

#define ANY_TRIES 64 /* for an even port of the kernel's choice with a free neighbour */

bool rw_ports_init(struct rw_ports *ports, const struct rw_media_addr *host, uint16_t min,
                   uint16_t max)
{
    uint32_t first = (min + 1u) & ~1u;

    *ports = (struct rw_ports){.host = *host};
    if (min == 0 && max == 0)
        return true;
    if (min == 0 || first + 1 > max)
        return false;
    ports->first = first;
    ports->count = (max + 1u - first) / 2;
    return true;
}

static int socket_at(const struct rw_media_addr *host, uint16_t port)
{
    struct rw_media_addr addr = *host;
    int fd = socket(host->u.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    rw_media_addr_set_port(&addr, port);
    if (bind(fd, &addr.u.sa, addr.len) < 0) {
        int saved = errno;

        (void)close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

static uint16_t port_of(int fd)
{
    struct rw_media_addr addr = {.len = sizeof(addr.u)};

    if (getsockname(fd, &addr.u.sa, &addr.len) < 0)
        return 0;
    return rw_media_addr_port(&addr);
}

static enum rw_class fail_socket(struct rw_err *err)
{
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        return rw_fail(err, RW_LIMIT, "media.no_sockets",
                       "no more sockets can be opened for media: %s", strerror(errno));
    return rw_fail(err, RW_IO, "media.bind_failed", "a media socket can't be bound: %s",
                   strerror(errno));
}

/* Both sockets or none; false with errno. port 0: any even one; EADDRINUSE when it was odd. */
static bool open_at(const struct rw_ports *ports, uint16_t port, struct rw_port_pair *ret)
{
    int rtp = socket_at(&ports->host, port), rtcp = -1, saved;
    uint16_t got;

    if (rtp < 0)
        return false;
    got = port ? port : port_of(rtp);
    if (got & 1)
        errno = EADDRINUSE;
    else
        rtcp = socket_at(&ports->host, (uint16_t)(got + 1));
    if (rtcp < 0) {
        saved = errno;
        (void)close(rtp);
        errno = saved;
        return false;
    }
    *ret = (struct rw_port_pair){rtp, rtcp, got};
    return true;
}

static bool is_taken(int error)
{
    return error == EADDRINUSE || error == EACCES;
}

static enum rw_class open_any(struct rw_ports *ports, struct rw_port_pair *ret, struct rw_err *err)
{
    for (int i = 0; i < ANY_TRIES; i++) {
        if (open_at(ports, 0, ret))
            return RW_OK;
        if (!is_taken(errno))
            return fail_socket(err);
    }
    return rw_fail(err, RW_LIMIT, "media.no_ports", "no free pair of UDP ports was found");
}

enum rw_class rw_ports_open(struct rw_ports *ports, struct rw_port_pair *ret, struct rw_err *err)
{
    if (ports->count == 0)
        return open_any(ports, ret, err);
    for (uint32_t tried = 0; tried < ports->count; tried++) {
        uint32_t pair = ports->next;

        ports->next = (pair + 1) % ports->count;
        if (ports->used[pair / 64] >> (pair % 64) & 1)
            continue;
        if (open_at(ports, (uint16_t)(ports->first + 2 * pair), ret)) {
            ports->used[pair / 64] |= UINT64_C(1) << (pair % 64);
            return RW_OK;
        }
        if (!is_taken(errno)) /* a port that some other program holds is only skipped */
            return fail_socket(err);
    }
    return rw_fail(err, RW_LIMIT, "media.no_ports",
                   "all %u pairs of UDP ports from %u on are in use", ports->count, ports->first);
}

void rw_ports_close(struct rw_ports *ports, struct rw_port_pair *pair)
{
    if (pair->rtp_fd < 0)
        return;
    (void)close(pair->rtp_fd);
    (void)close(pair->rtcp_fd);
    if (ports->count) {
        uint32_t i = (pair->port - ports->first) / 2;

        ports->used[i / 64] &= ~(UINT64_C(1) << (i % 64));
    }
    *pair = (struct rw_port_pair){-1, -1, 0};
}
