#include "sip/binding.h"

/* Digits at the beginning, as in "120 (at lunch);duration=3600". False when there are none. */
static bool read_seconds(struct rw_slice text, uint32_t *ret)
{
    uint64_t value = 0;
    size_t i = 0;

    for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++)
        if (value <= UINT32_MAX)
            value = value * 10 + (uint64_t)(text.p[i] - '0');
    if (i == 0)
        return false;
    *ret = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
    return true;
}

static uint32_t header_seconds(const struct rw_sip_message *m, const char *name, uint32_t fallback)
{
    struct rw_slice rest = m->lines, value;
    uint32_t ret = fallback;

    if (rw_sip_message_next(&rest, name, 0, &value) && !read_seconds(value, &ret))
        ret = fallback;
    return ret;
}

static bool is_ours(struct rw_slice contact, struct rw_slice host, uint16_t port)
{
    struct rw_sip_uri uri;

    return rw_sip_uri_parse(contact, &uri) && rw_slice_ieq(uri.host, host) &&
           rw_sip_uri_port(&uri) == port;
}

static uint32_t bound_for(const struct rw_sip_message *m, struct rw_slice host, uint16_t port,
                          uint32_t wanted_s)
{
    struct rw_slice lines = m->lines, value, one, uri, params, text;
    uint32_t rule = header_seconds(m, "expires", wanted_s), only = rule, count = 0;

    while (rw_sip_message_next(&lines, "contact", 'm', &value)) {
        while (rw_sip_next_element(&value, &one)) {
            uint32_t expires = rule;

            if (!rw_sip_address_split(one, &uri, &params))
                continue;
            if (rw_sip_param(params, "expires", &text) && !read_seconds(text, &expires))
                expires = rule;
            if (is_ours(uri, host, port))
                return expires;
            only = ++count == 1 ? expires : rule;
        }
    }
    return only;
}

struct rw_sip_binding rw_sip_binding_read(const struct rw_sip_message *answer, struct rw_slice host,
                                          uint16_t port, uint32_t wanted_s)
{
    return (struct rw_sip_binding){
        .expires_s =
            answer->code >= 200 && answer->code < 300 ? bound_for(answer, host, port, wanted_s) : 0,
        .min_expires_s = header_seconds(answer, "min-expires", 0),
        .retry_after_s = header_seconds(answer, "retry-after", 0),
    };
}
