#include "sip/info.h"

#define STANDARD_MS 160

static bool read_number(struct rw_slice s, uint32_t *ret)
{
    uint32_t n = 0;

    if (s.n == 0 || s.n > 6)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        n = n * 10 + (uint32_t)(s.p[i] - '0');
    }
    *ret = n;
    return true;
}

static bool read_sign(struct rw_slice s, char *ret)
{
    uint32_t event;
    char c;

    if (s.n > 1) { /* "10", "11", ...: the number of an event */
        if (s.n > 2 || !read_number(s, &event) || event >= RW_KEYS)
            return false;
        *ret = rw_key_signs[event];
        return true;
    }
    c = s.n ? s.p[0] : '\0';
    if (c >= 'a' && c <= 'd')
        c = (char)(c - 'a' + 'A');
    if (rw_key_event(c) < 0)
        return false;
    *ret = c;
    return true;
}

/* The value when the line is NAME=VALUE. */
static bool is_member(struct rw_slice line, const char *name, struct rw_slice *ret)
{
    const char *at = line.n ? memchr(line.p, '=', line.n) : NULL;
    struct rw_slice left = {line.p, at ? (size_t)(at - line.p) : 0};

    if (!at || !rw_slice_ieq(rw_sip_trim(left), rw_slice_str(name)))
        return false;
    *ret = rw_sip_trim(rw_slice_from(line, left.n + 1));
    return true;
}

static struct rw_slice next_line(struct rw_slice *rest)
{
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    struct rw_slice line = *rest;

    if (end)
        line.n = (size_t)(end - rest->p);
    *rest = rw_slice_from(*rest, end ? line.n + 1 : line.n);
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

static enum rw_sip_info read_relay(struct rw_slice body, struct rw_key *ret)
{
    struct rw_key key = {.ms = STANDARD_MS};

    while (body.n) {
        struct rw_slice line = next_line(&body), value;
        uint32_t ms;

        if (is_member(line, "Signal", &value) && !read_sign(value, &key.sign))
            return RW_SIP_INFO_BAD;
        if (is_member(line, "Duration", &value)) {
            if (!read_number(value, &ms))
                return RW_SIP_INFO_BAD;
            key.ms = rw_key_bounded_ms(ms);
        }
    }
    if (!key.sign)
        return RW_SIP_INFO_BAD;
    *ret = key;
    return RW_SIP_INFO_KEY;
}

enum rw_sip_info rw_sip_info_read(struct rw_slice type, struct rw_slice body, struct rw_key *ret)
{
    struct rw_key key = {.ms = STANDARD_MS};

    if (rw_slice_ieq(type, RW_LIT(RW_SIP_KEY_TYPE)))
        return read_relay(body, ret);
    if (!rw_slice_ieq(type, RW_LIT("application/dtmf")))
        return RW_SIP_INFO_OTHER;
    if (!read_sign(rw_sip_trim(next_line(&body)), &key.sign))
        return RW_SIP_INFO_BAD;
    *ret = key;
    return RW_SIP_INFO_KEY;
}

void rw_sip_info_put(struct rw_buf *buf, const struct rw_key *key)
{
    rw_buf_printf(buf, "Signal=%c\r\nDuration=%u\r\n", key->sign, key->ms);
}
