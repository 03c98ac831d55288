#include "daemon/own_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool rw_own_address_is_any(const char *host)
{
    return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

/* Connecting a UDP socket picks the route and with it the source address; no packet leaves. */
static bool source_towards(const struct sockaddr *to, socklen_t len, char *ret, size_t size)
{
    struct sockaddr_storage own = {0};
    socklen_t n = sizeof(own);
    int fd = socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool known;

    if (fd < 0)
        return false;
    known =
        connect(fd, to, len) == 0 && getsockname(fd, (struct sockaddr *)&own, &n) == 0 &&
        getnameinfo((struct sockaddr *)&own, n, ret, (socklen_t)size, NULL, 0, NI_NUMERICHOST) == 0;
    (void)close(fd);
    return known && !rw_own_address_is_any(ret);
}

void rw_own_address(const char *host, char *ret, size_t size)
{
    /* addresses of documentation (RFC 5737, RFC 3849): as far outside as any */
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
    bool six = strchr(host, ':') != NULL;

    (void)inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);
    (void)inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
    if (!rw_own_address_is_any(host))
        (void)snprintf(ret, size, "%s", host);
    else if (six ? !source_towards((const struct sockaddr *)&v6, sizeof(v6), ret, size)
                 : !source_towards((const struct sockaddr *)&v4, sizeof(v4), ret, size))
        (void)snprintf(ret, size, "%s", six ? "::1" : "127.0.0.1");
}
