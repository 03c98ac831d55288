#include "sip/message.h"

/* What a header is to us: the kinds kept one by one come first, with the same numbers. */
enum {
    FIELD_FROM = 16,
    FIELD_TO,
    FIELD_CALL_ID,
    FIELD_CSEQ,
    FIELD_CONTACT,
    FIELD_TYPE,
    FIELD_LENGTH
};

static const struct {
    const char *name;
    uint8_t n;
    char compact; /* RFC 3261, section 7.3.3 */
    uint8_t what;
} known[] = {
    {"via", 3, 'v', RW_SIP_H_VIA},
    {"from", 4, 'f', FIELD_FROM},
    {"to", 2, 't', FIELD_TO},
    {"call-id", 7, 'i', FIELD_CALL_ID},
    {"cseq", 4, 0, FIELD_CSEQ},
    {"contact", 7, 'm', FIELD_CONTACT},
    {"content-type", 12, 'c', FIELD_TYPE},
    {"content-length", 14, 'l', FIELD_LENGTH},
    {"record-route", 12, 0, RW_SIP_H_RECORD_ROUTE},
    {"route", 5, 0, RW_SIP_H_ROUTE},
    {"reason", 6, 0, RW_SIP_H_REASON},
    {"www-authenticate", 16, 0, RW_SIP_H_WWW_AUTHENTICATE},
    {"proxy-authenticate", 18, 0, RW_SIP_H_PROXY_AUTHENTICATE},
    {"require", 7, 0, RW_SIP_H_REQUIRE},
};

static const char *const methods[RW_SIP_METHODS] = {
    "",       "INVITE", "ACK",   "BYE",    "CANCEL",    "OPTIONS", "INFO",
    "UPDATE", "PRACK",  "REFER", "NOTIFY", "SUBSCRIBE", "MESSAGE", "REGISTER",
};

const char *rw_sip_method_name(enum rw_sip_method method)
{
    return methods[method];
}

static enum rw_sip_method method_of(struct rw_slice s)
{
    for (unsigned i = RW_SIP_INVITE; i < RW_SIP_METHODS; i++)
        if (rw_slice_eq(s, rw_slice_str(methods[i])))
            return (enum rw_sip_method)i;
    return RW_SIP_UNKNOWN;
}

/* RFC 3261, section 25.1: token. */
static bool is_token(struct rw_slice s)
{
    static const char others[] = "-.!%*_+`'~";

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c && strchr(others, c))))
            return false;
    }
    return s.n != 0;
}

static bool parse_number(struct rw_slice s, uint32_t max, uint32_t *ret)
{
    uint64_t value = 0;

    if (s.n == 0 || s.n > 10)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(s.p[i] - '0');
    }
    if (value > max)
        return false;
    *ret = (uint32_t)value;
    return true;
}

/* One word up to a space or tab; false when none is left. */
static bool next_word(struct rw_slice *rest, struct rw_slice *ret)
{
    size_t n = 0;

    *rest = rw_sip_trim(*rest);
    if (rest->n == 0)
        return false;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
        n++;
    *ret = (struct rw_slice){rest->p, n};
    *rest = rw_slice_from(*rest, ret->n);
    return true;
}

static const char *parse_start(struct rw_sip_message *m, struct rw_slice line)
{
    struct rw_slice rest = line, first, second, third;
    uint32_t code;

    if (!next_word(&rest, &first) || !next_word(&rest, &second))
        return "start line";
    if (rw_slice_ieq(first, RW_LIT("SIP/2.0"))) {
        if (second.n != 3 || !parse_number(second, 699, &code) || code < 100)
            return "status code";
        m->code = (uint16_t)code;
        m->phrase = rw_sip_trim(rest);
        return NULL;
    }
    if (!next_word(&rest, &third) || rest.n || !rw_slice_ieq(third, RW_LIT("SIP/2.0")))
        return "start line";
    if (!is_token(first))
        return "method";
    m->request = true;
    m->method = method_of(first);
    m->uri = second;
    return NULL;
}

static const char *parse_via(struct rw_sip_message *m, struct rw_slice value)
{
    struct rw_slice rest = value, top, protocol, sent_by;
    struct rw_sip_uri place = {.port = 0};
    char text[300] = "sip:";
    const char *semicolon;

    if (!rw_sip_next_element(&rest, &top))
        return "Via";
    semicolon = memchr(top.p, ';', top.n);
    if (semicolon) {
        m->via_params = rw_slice_from(top, (size_t)(semicolon - top.p));
        top.n = (size_t)(semicolon - top.p);
    }
    if (!next_word(&top, &protocol) || protocol.n < 9 ||
        strncasecmp(protocol.p, "SIP/2.0/", 8) != 0 || !next_word(&top, &sent_by) || top.n)
        return "Via";
    /* sent-by has the shape of a URI's host and port */
    if (!rw_slice_copy(text + 4, sizeof(text) - 4, sent_by) ||
        !rw_sip_uri_parse(rw_slice_str(text), &place) || place.user.n)
        return "Via";
    m->via_host = (struct rw_slice){sent_by.p + (place.host.p - text - 4), place.host.n};
    m->via_port = place.port;
    (void)rw_sip_param(m->via_params, "branch", &m->branch);
    return NULL;
}

static const char *parse_party(struct rw_slice value, struct rw_slice *ret_value,
                               struct rw_slice *ret_tag, const char *name)
{
    struct rw_slice uri, params;

    if (ret_value->n || !rw_sip_address_split(value, &uri, &params))
        return name;
    *ret_value = value;
    (void)rw_sip_param(params, "tag", ret_tag);
    return NULL;
}

static const char *parse_cseq(struct rw_sip_message *m, struct rw_slice value)
{
    struct rw_slice number, name;
    enum rw_sip_method method;

    if (!next_word(&value, &number) || !parse_number(number, INT32_MAX, &m->cseq) ||
        !next_word(&value, &name) || value.n || !is_token(name))
        return "CSeq";
    method = method_of(name);
    if (m->request && method != m->method)
        return "CSeq of another method";
    m->method = method;
    m->method_text = name;
    return NULL;
}

/* What the lines so far gave beside the message itself. */
struct progress {
    bool cseq;
    bool has_length;
    uint32_t length;
};

static const char *parse_field(struct rw_sip_message *m, struct progress *seen, unsigned what,
                               struct rw_slice value)
{
    struct rw_slice params;

    switch (what) {
    case FIELD_FROM:
        return parse_party(value, &m->from, &m->from_tag, "From");
    case FIELD_TO:
        return parse_party(value, &m->to, &m->to_tag, "To");
    case FIELD_CALL_ID:
        if (m->call_id.n || value.n == 0 || value.n > 255)
            return "Call-ID";
        m->call_id = value;
        return NULL;
    case FIELD_CSEQ:
        if (seen->cseq)
            return "CSeq";
        seen->cseq = true;
        return parse_cseq(m, value);
    case FIELD_CONTACT:
        if (m->contact.n == 0 && rw_sip_next_element(&value, &params))
            (void)rw_sip_address_split(params, &m->contact, &params);
        return NULL;
    case FIELD_TYPE:
        m->content_type = value;
        for (size_t i = 0; i < value.n; i++)
            if (value.p[i] == ';')
                m->content_type.n = i, value.n = i;
        m->content_type = rw_sip_trim(m->content_type);
        return NULL;
    case FIELD_LENGTH: {
        uint32_t length;

        if (!parse_number(value, 1u << 30, &length) || (seen->has_length && length != seen->length))
            return "Content-Length";
        seen->has_length = true;
        seen->length = length;
        return NULL;
    }
    default:
        break;
    }
    if (m->header_count == RW_SIP_HEADERS_MAX)
        return "too many headers";
    m->headers[m->header_count++] = (struct rw_sip_header){(enum rw_sip_header_kind)what, value};
    if (what == RW_SIP_H_VIA && m->via_host.n == 0)
        return parse_via(m, value);
    return NULL;
}

/* Returns what the header is to us, or -1. */
static int kind_of(struct rw_slice name)
{
    char first = name.p[0] | 0x20;

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (name.n == known[i].n
                ? first == known[i].name[0] && strncasecmp(name.p, known[i].name, name.n) == 0
                : name.n == 1 && first == known[i].compact)
            return known[i].what;
    return -1;
}

static const char *parse_line(struct rw_sip_message *m, struct progress *seen, struct rw_slice line)
{
    const char *colon = memchr(line.p, ':', line.n);
    struct rw_slice name;
    int what;

    if (!colon)
        return "header without a colon";
    name = rw_sip_trim((struct rw_slice){line.p, (size_t)(colon - line.p)});
    if (!is_token(name))
        return "header name";
    what = kind_of(name);
    if (what < 0)
        return NULL;
    return parse_field(m, seen, (unsigned)what,
                       rw_sip_trim(rw_slice_from(line, (size_t)(colon - line.p) + 1)));
}

/*
 * Takes one line, its continuations joined in place, off [*at, end). Returns false when a control
 * character is in it or no line ends here.
 */
static bool next_line(char **at, char *end, struct rw_slice *ret)
{
    char *start = *at, *p = start;

    for (;; p++) {
        char *lf;

        if (p == end)
            return false;
        lf = p;
        if (*p == '\r' && p + 1 < end && p[1] == '\n')
            lf = p + 1;
        if (*lf != '\n') {
            if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
                return false;
            continue;
        }
        if (p == start || lf + 1 == end || (lf[1] != ' ' && lf[1] != '\t')) {
            *ret = (struct rw_slice){start, (size_t)(p - start)};
            *at = lf + 1;
            return true;
        }
        memset(p, ' ', (size_t)(lf - p) + 1);
        p = lf;
    }
}

static const char *finish(struct rw_sip_message *m, const struct progress *seen,
                          struct rw_slice rest, bool framed)
{
    if (m->via_host.n == 0 || m->from.n == 0 || m->to.n == 0 || m->call_id.n == 0 || !seen->cseq)
        return "a header every message needs is missing";
    if (m->from_tag.n == 0 && m->request)
        return "From without a tag";
    if (!seen->has_length && framed)
        return "no Content-Length in a stream";
    if (seen->has_length && seen->length > rest.n)
        return "body shorter than Content-Length";
    m->body = rest;
    if (seen->has_length)
        m->body.n = seen->length;
    return NULL;
}

const char *rw_sip_message_parse(struct rw_sip_message *ret, char *bytes, size_t n, bool framed)
{
    struct progress seen = {.length = 0};
    char *at = bytes, *end = bytes + n;
    struct rw_slice line;
    const char *wrong;

    /* the array of headers is written before it is read: not worth clearing */
    memset(ret, 0, offsetof(struct rw_sip_message, headers));
    if (!next_line(&at, end, &line))
        return "start line";
    wrong = parse_start(ret, line);
    while (!wrong) {
        if (!next_line(&at, end, &line))
            return "line without an end, or control character";
        if (line.n == 0)
            return finish(ret, &seen, (struct rw_slice){at, (size_t)(end - at)}, framed);
        wrong = parse_line(ret, &seen, line);
    }
    return wrong;
}

bool rw_sip_message_sdp(const struct rw_sip_message *message, struct rw_slice *ret)
{
    if (message->body.n == 0 || !rw_slice_ieq(message->content_type, RW_LIT("application/sdp")))
        return false;
    *ret = message->body;
    return true;
}

size_t rw_sip_message_length(struct rw_slice s, size_t max)
{
    const char *end = memmem(s.p, s.n, "\r\n\r\n", 4);
    size_t head, at = 0;
    uint32_t length = 0;
    bool found = false;

    if (!end)
        return s.n >= max ? SIZE_MAX : 0;
    head = (size_t)(end - s.p) + 4;
    while (at < head) {
        const char *lf = memchr(s.p + at, '\n', head - at);
        struct rw_slice line = {s.p + at, (size_t)(lf - s.p) - at};
        const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;

        if (colon && colon != line.p) {
            struct rw_slice name = rw_sip_trim((struct rw_slice){line.p, (size_t)(colon - line.p)});
            struct rw_slice value = rw_slice_from(line, (size_t)(colon - line.p) + 1);

            if (value.n && value.p[value.n - 1] == '\r')
                value.n--;
            if (name.n && kind_of(name) == FIELD_LENGTH) {
                found = parse_number(rw_sip_trim(value), 1u << 30, &length);
                break;
            }
        }
        at = (size_t)(lf - s.p) + 1;
    }
    if (!found || head + length > max)
        return SIZE_MAX;
    return head + length <= s.n ? head + length : 0;
}
