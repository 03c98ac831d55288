#include "sip/uri.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

struct rw_slice rw_sip_trim(struct rw_slice s)
{
    while (s.n && is_space(s.p[0]))
        s.p++, s.n--;
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Bytes of the quoted string at the start of s, both quotes included; all of s when it never ends. */
static size_t quoted_length(struct rw_slice s)
{
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return i + 1;
    }
    return s.n;
}

/* Offset of the first `stop` outside of quotes (and of <> when asked), or s.n. */
static size_t find_outside(struct rw_slice s, char stop, bool respect_angles)
{
    bool inside = false;

    if (!s.p)
        return 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') {
            i += quoted_length(rw_slice_from(s, i)) - 1;
            continue;
        }
        if (respect_angles && s.p[i] == '<')
            inside = true;
        else if (respect_angles && s.p[i] == '>')
            inside = false;
        if (!inside && s.p[i] == stop)
            return i;
    }
    return s.n;
}

bool rw_sip_next_element(struct rw_slice *rest, struct rw_slice *ret)
{
    while (rest->n) {
        size_t end = find_outside(*rest, ',', true);
        struct rw_slice element = rw_sip_trim((struct rw_slice){rest->p, end});

        *rest = rw_slice_from(*rest, end + 1);
        if (element.n) {
            *ret = element;
            return true;
        }
    }
    return false;
}

bool rw_sip_param(struct rw_slice params, const char *name, struct rw_slice *ret_value)
{
    struct rw_slice want = rw_slice_str(name);

    while (params.p && params.n) {
        size_t end = find_outside(params, ';', false);
        struct rw_slice one = {params.p, end}, key = one, value = {NULL, 0};
        const char *eq = end ? memchr(one.p, '=', one.n) : NULL;

        if (eq) {
            key.n = (size_t)(eq - one.p);
            value = rw_sip_trim(rw_slice_from(one, key.n + 1));
            if (value.n >= 2 && value.p[0] == '"')
                value = (struct rw_slice){value.p + 1, quoted_length(value) - 2};
        }
        if (rw_slice_ieq(rw_sip_trim(key), want)) {
            *ret_value = value;
            return true;
        }
        params = rw_slice_from(params, end + 1);
    }
    return false;
}

bool rw_sip_address_split(struct rw_slice text, struct rw_slice *ret_uri,
                          struct rw_slice *ret_params)
{
    size_t open = 0;
    const char *close;

    text = rw_sip_trim(text);
    while (open < text.n && text.p[open] != '<')
        open += text.p[open] == '"' ? quoted_length(rw_slice_from(text, open)) : 1;
    if (open < text.n) {
        struct rw_slice inner = rw_slice_from(text, open + 1);

        close = inner.n ? memchr(inner.p, '>', inner.n) : NULL;
        if (!close)
            return false;
        *ret_uri = (struct rw_slice){inner.p, (size_t)(close - inner.p)};
        *ret_params = rw_slice_from(inner, ret_uri->n + 1);
    } else {
        size_t end = find_outside(text, ';', false);

        *ret_uri = rw_sip_trim((struct rw_slice){text.p, end});
        *ret_params = rw_slice_from(text, end);
    }
    return ret_uri->n != 0;
}

static bool has_any(struct rw_slice s, const char *of)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] && strchr(of, s.p[i]))
            return true;
    return false;
}

bool rw_sip_params_are_sound(struct rw_slice params)
{
    params = rw_sip_trim(params);
    while (params.n) {
        size_t end;

        if (params.p[0] != ';')
            return false;
        params = rw_sip_trim(rw_slice_from(params, 1));
        end = find_outside(params, ';', false);
        if (end == 0)
            return false;
        params = rw_slice_from(params, end);
    }
    return true;
}

/* What stands before the <: nothing, one quoted string, or words. */
static bool name_is_sound(struct rw_slice name)
{
    size_t n;

    name = rw_sip_trim(name);
    if (name.n == 0 || name.p[0] != '"')
        return !has_any(name, "\",;:<>");
    n = quoted_length(name);
    return n == name.n && n >= 2 && name.p[n - 1] == '"';
}

bool rw_sip_address_is_sound(struct rw_slice text)
{
    struct rw_slice uri, params;
    bool bare;

    if (!rw_sip_address_split(text, &uri, &params) || !rw_sip_params_are_sound(params))
        return false;
    bare = uri.p == text.p || uri.p[-1] != '<';
    if (has_any(uri, " \t\"<>") || (bare && has_any(uri, "?,")))
        return false;
    return bare || name_is_sound((struct rw_slice){text.p, (size_t)(uri.p - 1 - text.p)});
}

static bool parse_port(struct rw_slice s, uint16_t *ret)
{
    uint32_t port = 0;

    if (s.n == 0 || s.n > 5)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        port = port * 10 + (uint32_t)(s.p[i] - '0');
    }
    if (port == 0 || port > 65535)
        return false;
    *ret = (uint16_t)port;
    return true;
}

/* Offset of the first a or b, or s.n. */
static size_t find_either(struct rw_slice s, char a, char b)
{
    size_t i = 0;

    while (i < s.n && s.p[i] != a && s.p[i] != b)
        i++;
    return i;
}

static bool parse_hostport(struct rw_slice s, struct rw_sip_uri *ret)
{
    size_t end;

    if (!s.p)
        return false;
    if (s.n && s.p[0] == '[') {
        end = find_either(s, ']', ']');
        if (end == s.n)
            return false;
        ret->host = (struct rw_slice){s.p + 1, end - 1};
        s = rw_slice_from(s, end + 1);
    } else {
        end = find_either(s, ':', ':');
        ret->host = (struct rw_slice){s.p, end};
        s = rw_slice_from(s, end);
    }
    if (ret->host.n == 0)
        return false;
    return s.n == 0 || (s.p[0] == ':' && parse_port(rw_slice_from(s, 1), &ret->port));
}

static enum rw_sip_transport transport_of(struct rw_slice params)
{
    struct rw_slice value;

    if (!rw_sip_param(params, "transport", &value))
        return RW_SIP_ANY;
    if (rw_slice_ieq(value, RW_LIT("udp")))
        return RW_SIP_UDP;
    if (rw_slice_ieq(value, RW_LIT("tls")))
        return RW_SIP_TLS;
    return rw_slice_ieq(value, RW_LIT("tcp")) ? RW_SIP_TCP : RW_SIP_OTHER;
}

enum rw_sip_transport rw_sip_uri_way(const struct rw_sip_uri *uri)
{
    if (uri->secure) /* over TCP means TLS over TCP there, and there is no TLS over UDP */
        return uri->transport == RW_SIP_UDP || uri->transport == RW_SIP_OTHER ? RW_SIP_OTHER
                                                                              : RW_SIP_TLS;
    return uri->transport == RW_SIP_ANY ? RW_SIP_UDP : uri->transport;
}

bool rw_sip_uri_is_secure(struct rw_slice text)
{
    return text.n > 5 && strncasecmp(text.p, "sips:", 5) == 0;
}

uint16_t rw_sip_uri_port(const struct rw_sip_uri *uri)
{
    if (uri->port)
        return uri->port;
    return rw_sip_uri_way(uri) == RW_SIP_TLS ? 5061 : 5060;
}

bool rw_sip_uri_parse(struct rw_slice text, struct rw_sip_uri *ret)
{
    struct rw_sip_uri uri = {.port = 0};
    struct rw_slice params, value;
    const char *at;
    size_t end;

    if (text.n > 4 && strncasecmp(text.p, "sip:", 4) == 0) {
        text = rw_slice_from(text, 4);
    } else if (rw_sip_uri_is_secure(text)) {
        text = rw_slice_from(text, 5);
        uri.secure = true;
    } else {
        return false;
    }
    at = memchr(text.p, '@', text.n);
    if (at) {
        uri.user = (struct rw_slice){text.p, (size_t)(at - text.p)};
        text = rw_slice_from(text, uri.user.n + 1);
        uri.user.n = find_either(uri.user, ':', ':');
    }
    end = find_either(text, ';', '?');
    if (!parse_hostport((struct rw_slice){text.p, end}, &uri))
        return false;
    params = rw_slice_from(text, end);
    params.n = find_either(params, '?', '?');
    uri.transport = transport_of(params);
    uri.loose = rw_sip_param(params, "lr", &value);
    *ret = uri;
    return true;
}

bool rw_sip_uri_text_is_safe(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p <= 0x20 || *p == 0x7f || *p == '<' || *p == '>' || *p == '"')
            return false;
    return true;
}
