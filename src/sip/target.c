#include "sip/target.h"

#include "sip/uri.h"

#include <stdio.h>
#include <string.h>

static bool read_number(struct rw_slice params, const char *name, uint16_t *ret)
{
    struct rw_slice text;
    uint32_t n = 0;

    if (!rw_sip_param(params, name, &text))
        return true;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || i == 5)
            return false;
        n = n * 10 + (uint32_t)(text.p[i] - '0');
    }
    *ret = (uint16_t)n;
    return text.n && n <= UINT16_MAX;
}

bool rw_sip_target_read(struct rw_slice text, struct rw_sip_target *ret)
{
    struct rw_sip_uri uri;
    struct rw_slice params;
    char whole[RW_SIP_HOST_SIZE + 64];
    const char *semicolon = memchr(text.p, ';', text.n);

    if (text.n + sizeof("sip:") > sizeof(whole) || memchr(text.p, '@', text.n) ||
        memchr(text.p, '?', text.n))
        return false;
    (void)snprintf(whole, sizeof(whole), "sip:%.*s", RW_SLICE_ARG(text));
    if (!rw_sip_uri_text_is_safe(whole) || !rw_sip_uri_parse(rw_slice_str(whole), &uri) ||
        !rw_slice_copy(ret->name, sizeof(ret->name), uri.host))
        return false;
    if (uri.port)
        ret->port = uri.port;
    params = rw_slice_from(text, semicolon ? (size_t)(semicolon - text.p) + 1 : text.n);
    return read_number(params, "priority", &ret->priority) &&
           read_number(params, "weight", &ret->weight);
}
