#include "sip/icmp.h"

#include "sip/compose.h"
#include "sip/core.h"
#include "sip/transaction.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>

#define ERRORS_MAX 256 /* a wake */

void rw_sip_icmp_enable(int fd, int af)
{
    int on = 1;

    (void)setsockopt(fd, af == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP,
                     af == AF_INET6 ? IPV6_RECVERR : IP_RECVERR, &on, sizeof(on));
}

/* What follows `name` up to the end of its line, which has to be there. */
static bool find_value(struct rw_slice s, const char *name, char end, struct rw_slice *ret)
{
    const char *start = memmem(s.p, s.n, name, strlen(name)), *stop;
    size_t left;

    if (!start)
        return false;
    start += strlen(name);
    left = s.n - (size_t)(start - s.p);
    stop = left ? memchr(start, end, left) : NULL;
    if (!stop)
        return false;
    *ret = (struct rw_slice){start, (size_t)(stop - start)};
    return true;
}

bool rw_sip_icmp_parse(struct rw_slice quoted, uint64_t *ret_branch, struct rw_slice *ret_call_id)
{
    struct rw_slice branch;

    return quoted.n && memcmp(quoted.p, "SIP/", quoted.n < 4 ? quoted.n : 4) != 0 &&
           find_value(quoted, ";branch=", ';', &branch) && rw_sip_branch_read(branch, ret_branch) &&
           find_value(quoted, "\r\nCall-ID: ", '\r', ret_call_id);
}

static bool is_final(const struct msghdr *msg)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR((struct msghdr *)msg, c)) {
        struct sock_extended_err e;

        if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
            !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
            continue;
        memcpy(&e, CMSG_DATA(c), sizeof(e));
        return (e.ee_origin == SO_EE_ORIGIN_ICMP || e.ee_origin == SO_EE_ORIGIN_ICMP6) &&
               (e.ee_errno == ECONNREFUSED || e.ee_errno == EHOSTUNREACH ||
                e.ee_errno == ENETUNREACH);
    }
    return false;
}

void rw_sip_icmp_read(struct rw_sip *sip)
{
    char bytes[1500];
    union {
        struct cmsghdr align;
        char bytes[512];
    } control;

    for (unsigned i = 0; i < ERRORS_MAX; i++) {
        struct iovec iov = {bytes, sizeof(bytes)};
        struct msghdr msg = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
        ssize_t n = recvmsg(sip->udp.fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);
        struct rw_slice call_id;
        uint64_t branch;
        int owner;

        if (n < 0)
            return;
        if (!is_final(&msg) ||
            !rw_sip_icmp_parse((struct rw_slice){bytes, (size_t)n}, &branch, &call_id))
            continue;
        owner = rw_sip_wire_owner(sip->wire, call_id);
        if (owner < 0 || (unsigned)owner == sip->index)
            rw_sip_transaction_unsent(sip, branch);
        else
            rw_sip_wire_pass_unsent(sip, (unsigned)owner, branch);
    }
}
