#include "api/sip_address.h"

#include <arpa/inet.h>

#include <stdlib.h>
#include <string.h>

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define HOST_MAX 253

/* A name or an address, IPv6 in brackets. Returns what follows, NULL when there is none. */
static const char *skip_host(const char *p)
{
    size_t n = *p == '[' ? strspn(p + 1, "0123456789abcdefABCDEF:.") : 0;

    if (*p == '[')
        return n && p[1 + n] == ']' ? p + n + 2 : NULL;
    n = strspn(p, ALNUM ".-_");
    return n ? p + n : NULL;
}

/* ":port" if there is one. Returns what follows, NULL when it is no port. */
static const char *skip_port(const char *p)
{
    size_t n = *p == ':' ? strspn(p + 1, "0123456789") : 0;
    unsigned long port;

    if (*p != ':')
        return p;
    if (n == 0 || n > 5)
        return NULL;
    port = strtoul(p + 1, NULL, 10);
    return port && port <= 65535 ? p + n + 1 : NULL;
}

static bool is_v6(const char *text, size_t n)
{
    unsigned char bytes[16];
    char copy[64];

    if (n >= sizeof(copy))
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    return inet_pton(AF_INET6, copy, bytes) == 1;
}

bool rw_sip_address_is_host(const char *text)
{
    size_t n = strlen(text);

    if (n == 0 || n > HOST_MAX)
        return false;
    if (*text == '[')
        return n > 2 && text[n - 1] == ']' && is_v6(text + 1, n - 2);
    if (strchr(text, ':'))
        return is_v6(text, n);
    return strspn(text, ALNUM ".-_") == n && !strchr(".-", text[0]) && !strstr(text, "..");
}

/* Nothing that could end a SIP header early, and no headers of its own, which a Request-URI can't have. */
bool rw_sip_address_is_station(const char *uri)
{
    const char *at = strchr(uri, '@'), *p;

    if (strncmp(uri, "sip:", 4) != 0 || !at || at == uri + 4)
        return false;
    for (p = uri; p < at; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f || strchr("<>\"\\,?", *p))
            return false;
    p = skip_host(at + 1);
    if (p)
        p = skip_port(p);
    return p && (!*p || strcmp(p, ";transport=udp") == 0 || strcmp(p, ";transport=tcp") == 0);
}

bool rw_sip_address_is_proxy(const char *uri)
{
    static const char *const parameters[] = {";transport=udp", ";transport=tcp", ";lr"};
    const char *p = strncmp(uri, "sip:", 4) == 0 ? skip_host(uri + 4) : NULL;

    if (p)
        p = skip_port(p);
    for (size_t i = 0; p && i < sizeof(parameters) / sizeof(*parameters); i++)
        if (strncmp(p, parameters[i], strlen(parameters[i])) == 0)
            p += strlen(parameters[i]);
    return p && !*p;
}
