#include "sip/extension.h"

/* Decimal digits; what is above `max` is cut to it. */
static bool read_number(struct rw_slice text, uint32_t max, uint32_t *ret)
{
    uint64_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(text.p[i] - '0');
        if (n > max)
            n = max;
    }
    *ret = (uint32_t)n;
    return text.n != 0;
}

/* The header's value up to its parameters, and these. */
static bool find(const struct rw_sip_message *m, const char *name, char compact,
                 struct rw_slice *ret_value, struct rw_slice *ret_params)
{
    struct rw_slice rest = m->lines, value;
    const char *semicolon;

    if (!rw_sip_message_next(&rest, name, compact, &value))
        return false;
    semicolon = value.n ? memchr(value.p, ';', value.n) : NULL;
    *ret_params = semicolon ? rw_slice_from(value, (size_t)(semicolon - value.p))
                            : (struct rw_slice){NULL, 0};
    *ret_value = rw_sip_trim((struct rw_slice){value.p, value.n - ret_params->n});
    return true;
}

bool rw_sip_session_expires_read(const struct rw_sip_message *m, struct rw_sip_session_expires *ret)
{
    struct rw_slice value, params, refresher;
    uint32_t s;

    if (!find(m, "Session-Expires", 'x', &value, &params) ||
        !read_number(value, RW_SIP_SESSION_MAX_S, &s) || s == 0)
        return false;
    ret->s = s;
    ret->refresher = RW_SIP_REFRESHER_OPEN;
    if (rw_sip_param(params, "refresher", &refresher)) {
        if (rw_slice_ieq(refresher, RW_LIT("uac")))
            ret->refresher = RW_SIP_REFRESHER_UAC;
        else if (rw_slice_ieq(refresher, RW_LIT("uas")))
            ret->refresher = RW_SIP_REFRESHER_UAS;
    }
    return true;
}

bool rw_sip_min_se_read(const struct rw_sip_message *m, uint32_t *ret_s)
{
    struct rw_slice value, params;

    return find(m, "Min-SE", 0, &value, &params) && read_number(value, RW_SIP_SESSION_MAX_S, ret_s);
}

bool rw_sip_rseq_read(const struct rw_sip_message *m, uint32_t *ret)
{
    struct rw_slice value, params;

    return find(m, "RSeq", 0, &value, &params) && value.n <= 10 &&
           read_number(value, UINT32_MAX, ret) && *ret != 0;
}

bool rw_sip_requires(const struct rw_sip_message *m, const char *tag)
{
    struct rw_slice rest, one;

    for (uint32_t i = 0; i < m->header_count; i++) {
        if (m->headers[i].kind != RW_SIP_H_REQUIRE)
            continue;
        for (rest = m->headers[i].value; rw_sip_next_element(&rest, &one);)
            if (rw_slice_ieq(one, rw_slice_str(tag)))
                return true;
    }
    return false;
}

bool rw_sip_extension_known(struct rw_slice tag, unsigned known)
{
    return (known & RW_SIP_TIMER && rw_slice_ieq(tag, RW_LIT("timer"))) ||
           (known & RW_SIP_100REL && rw_slice_ieq(tag, RW_LIT("100rel")));
}

bool rw_sip_requires_beyond(const struct rw_sip_message *m, unsigned known)
{
    struct rw_slice rest, one;

    for (uint32_t i = 0; i < m->header_count; i++) {
        enum rw_sip_header_kind kind = m->headers[i].kind;

        if (kind != RW_SIP_H_REQUIRE && kind != RW_SIP_H_PROXY_REQUIRE)
            continue;
        for (rest = m->headers[i].value; rw_sip_next_element(&rest, &one);)
            if (!rw_sip_extension_known(one, known))
                return true;
    }
    return false;
}

bool rw_sip_allows(const struct rw_sip_message *m, enum rw_sip_method method)
{
    struct rw_slice lines = m->lines, rest, one, name = rw_slice_str(rw_sip_method_name(method));

    while (rw_sip_message_next(&lines, "Allow", 0, &rest))
        while (rw_sip_next_element(&rest, &one))
            if (rw_slice_eq(one, name))
                return true;
    return false;
}
