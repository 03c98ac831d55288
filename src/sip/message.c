#include "sip/message.h"

/* What a header is to us: the kinds kept one by one come first, with the same numbers. */
enum {
    FIELD_FROM = 16,
    FIELD_TO,
    FIELD_CALL_ID,
    FIELD_CSEQ,
    FIELD_CONTACT,
    FIELD_TYPE,
    FIELD_LENGTH,
    FIELD_DATE
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
    {"proxy-require", 13, 0, RW_SIP_H_PROXY_REQUIRE},
    {"date", 4, 0, FIELD_DATE},
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

/* What is wrong, though it can be understood; the first fault is the one that is told. */
static void note(struct rw_sip_message *m, const char *what)
{
    if (!m->flaw)
        m->flaw = what;
}

static const char *parse_status_line(struct rw_sip_message *m, struct rw_slice rest)
{
    struct rw_slice word;
    uint32_t code;

    if (!next_word(&rest, &word))
        return "start line";
    if (word.n != 3 || !parse_number(word, 699, &code) || code < 100)
        return "status code";
    m->code = (uint16_t)code;
    m->phrase = rw_sip_trim(rest);
    return NULL;
}

/* RFC 3261, section 25.1: one space each and no brackets; 19.1.1: no headers in this URI. */
static bool uri_is_sound(struct rw_slice uri)
{
    bool sip = (uri.n > 4 && strncasecmp(uri.p, "sip:", 4) == 0) ||
               (uri.n > 5 && strncasecmp(uri.p, "sips:", 5) == 0);
    const char *at = memchr(uri.p, '@', uri.n);

    for (size_t i = 0; i < uri.n; i++)
        if (strchr(" \t<>\"", uri.p[i]))
            return false;
    if (at) /* the user part may hold a question mark */
        uri = rw_slice_from(uri, (size_t)(at - uri.p));
    return !sip || !memchr(uri.p, '?', uri.n);
}

static const char *parse_request_line(struct rw_sip_message *m, struct rw_slice line,
                                      struct rw_slice method, struct rw_slice rest)
{
    struct rw_slice version;
    size_t n;

    rest = rw_sip_trim(rest);
    n = rest.n;
    while (n && rest.p[n - 1] != ' ' && rest.p[n - 1] != '\t')
        n--;
    version = rw_slice_from(rest, n);
    m->uri = rw_sip_trim((struct rw_slice){rest.p, n});
    if (m->uri.n == 0 || version.n < 5 || strncasecmp(version.p, "SIP/", 4) != 0)
        return "start line";
    m->request = true;
    m->method = method_of(method);
    m->method_text = method;
    if (!is_token(method))
        return "method";
    if (!rw_slice_ieq(version, RW_LIT("SIP/2.0"))) {
        m->refuse = 505;
        return "SIP version";
    }
    if (!uri_is_sound(m->uri))
        note(m, "Request-URI");
    if (line.n != method.n + m->uri.n + version.n + 2)
        note(m, "spaces in the start line");
    return NULL;
}

static const char *parse_start(struct rw_sip_message *m, struct rw_slice line)
{
    struct rw_slice rest = line, first;

    m->refuse = 400;
    if (!next_word(&rest, &first))
        return "start line";
    if (rw_slice_ieq(first, RW_LIT("SIP/2.0")))
        return parse_status_line(m, rest);
    return parse_request_line(m, line, first, rest);
}

/* Up to a slash or space; with the slash after it, and the spaces around that. */
static bool take_part(struct rw_slice *rest, struct rw_slice *ret)
{
    size_t n = 0;

    *rest = rw_sip_trim(*rest);
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t' && rest->p[n] != '/')
        n++;
    *ret = (struct rw_slice){rest->p, n};
    *rest = rw_sip_trim(rw_slice_from(*rest, n));
    if (rest->n && rest->p[0] == '/')
        *rest = rw_slice_from(*rest, 1);
    return n != 0;
}

/* sent-by has the shape of a URI's host and port; its colon may have spaces around it. */
static bool parse_sent_by(struct rw_sip_message *m, struct rw_slice sent_by)
{
    struct rw_sip_uri place = {.port = 0};
    char text[300] = "sip:";
    size_t n = 4;

    for (size_t i = 0; i < sent_by.n; i++) {
        struct rw_slice rest = rw_sip_trim(rw_slice_from(sent_by, i));

        if (sent_by.p[i] != ' ' && sent_by.p[i] != '\t') {
            if (n == sizeof(text))
                return false;
            text[n++] = sent_by.p[i];
        } else if (rest.p[0] != ':' && text[n - 1] != ':') {
            return false;
        }
    }
    if (!rw_sip_uri_parse((struct rw_slice){text, n}, &place) || place.user.n)
        return false;
    /* no space can stand before the host or in it */
    m->via_host = (struct rw_slice){sent_by.p + (place.host.p - text - 4), place.host.n};
    m->via_port = place.port;
    return true;
}

static const char *parse_via(struct rw_sip_message *m, struct rw_slice value)
{
    struct rw_slice rest = value, top, name, version, transport;
    const char *semicolon;

    if (!rw_sip_next_element(&rest, &top))
        return "Via";
    semicolon = memchr(top.p, ';', top.n);
    if (semicolon) {
        m->via_params = rw_slice_from(top, (size_t)(semicolon - top.p));
        top.n = (size_t)(semicolon - top.p);
    }
    if (!take_part(&top, &name) || !take_part(&top, &version) || !take_part(&top, &transport) ||
        !rw_slice_ieq(name, RW_LIT("SIP")) || !parse_sent_by(m, rw_sip_trim(top)))
        return "Via";
    (void)rw_sip_param(m->via_params, "branch", &m->branch);
    if (!rw_slice_eq(version, RW_LIT("2.0")))
        return "SIP version in Via";
    if (m->request && !rw_sip_params_are_sound(m->via_params))
        note(m, "Via");
    return NULL;
}

static const char *parse_party(struct rw_sip_message *m, struct rw_slice value,
                               struct rw_slice *ret_value, struct rw_slice *ret_tag,
                               const char *name)
{
    struct rw_slice uri, params;

    if (ret_value->n)
        return name;
    *ret_value = value;
    if (!rw_sip_address_split(value, &uri, &params))
        return name;
    (void)rw_sip_param(params, "tag", ret_tag);
    if (m->request && !rw_sip_address_is_sound(value))
        note(m, name);
    return NULL;
}

static const char *parse_cseq(struct rw_sip_message *m, struct rw_slice value)
{
    struct rw_slice number, name;
    bool same = !m->request;

    m->cseq_text = value;
    if (!next_word(&value, &number) || !parse_number(number, INT32_MAX, &m->cseq) ||
        !next_word(&value, &name) || value.n || !is_token(name))
        return "CSeq";
    same = same || rw_slice_eq(name, m->method_text);
    m->method_text = name;
    if (!same)
        return "CSeq of another method";
    m->method = method_of(name);
    return NULL;
}

static const char *parse_contact(struct rw_sip_message *m, struct rw_slice value)
{
    struct rw_slice one, params;

    while ((m->request || m->contact.n == 0) && rw_sip_next_element(&value, &one)) {
        if (m->contact.n == 0)
            (void)rw_sip_address_split(one, &m->contact, &params);
        if (m->request && !rw_sip_address_is_sound(one))
            note(m, "Contact");
    }
    return NULL;
}

/* "Sat, 13 Nov 2010 23:29:00 GMT" and no other zone (section 20.17): a = letter, 0 = digit. */
static bool is_date(struct rw_slice s)
{
    static const char shape[] = "aaa, 00 aaa 0000 00:00:00 GMT";

    if (s.n != sizeof(shape) - 1)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (shape[i] == 'a' ? !letter : (shape[i] == '0' ? c < '0' || c > '9' : c != shape[i]))
            return false;
    }
    return true;
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
    switch (what) {
    case FIELD_FROM:
        return parse_party(m, value, &m->from, &m->from_tag, "From");
    case FIELD_TO:
        return parse_party(m, value, &m->to, &m->to_tag, "To");
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
        return parse_contact(m, value);
    case FIELD_DATE:
        if (m->request && !is_date(value))
            note(m, "Date");
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
 * character is in it or no line ends here. In a quoted string (section 25.1, quoted-pair) a backslash
 * may be before one: it becomes a space.
 */
static bool next_line(char **at, char *end, struct rw_slice *ret)
{
    char *start = *at, *p = start;
    bool quoted = false;

    for (;; p++) {
        char *lf;

        if (p == end)
            return false;
        lf = p;
        if (*p == '\r' && p + 1 < end && p[1] == '\n')
            lf = p + 1;
        if (*lf != '\n') {
            bool control = ((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f;

            quoted = quoted || *p == '"';
            if (control && (!quoted || *p == '\r' || p == start || p[-1] != '\\'))
                return false;
            if (control)
                *p = ' ';
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

static const char *missing(const struct rw_sip_message *m, const struct progress *seen)
{
    if (m->via_host.n == 0)
        return "no Via";
    if (m->from.n == 0)
        return "no From";
    if (m->to.n == 0)
        return "no To";
    if (m->call_id.n == 0)
        return "no Call-ID";
    return seen->cseq ? NULL : "no CSeq";
}

static const char *finish(struct rw_sip_message *m, const struct progress *seen,
                          struct rw_slice rest, bool framed)
{
    const char *wrong = missing(m, seen);

    if (wrong)
        return wrong;
    if (!seen->has_length && framed)
        return "no Content-Length in a stream";
    if (seen->has_length && seen->length > rest.n)
        return "body shorter than Content-Length";
    m->body = rest;
    if (seen->has_length)
        m->body.n = seen->length;
    return NULL;
}

/* Once something is wrong the other lines are still read: its sender is to be told. */
const char *rw_sip_message_parse(struct rw_sip_message *ret, char *bytes, size_t n, bool framed)
{
    struct progress seen = {.length = 0};
    char *at = bytes, *end = bytes + n, *first;
    struct rw_slice line;
    const char *wrong, *here;

    /* the array of headers is written before it is read: not worth clearing */
    memset(ret, 0, offsetof(struct rw_sip_message, headers));
    if (!next_line(&at, end, &line))
        return "start line";
    wrong = parse_start(ret, line);
    first = at;
    while (!wrong || ret->request) {
        if (!next_line(&at, end, &line))
            return wrong ? wrong : "line without an end, or control character";
        if (line.n == 0)
            break;
        here = parse_line(ret, &seen, line);
        wrong = wrong ? wrong : here;
    }
    ret->lines = (struct rw_slice){first, (size_t)(at - first)};
    if (!wrong)
        wrong = finish(ret, &seen, (struct rw_slice){at, (size_t)(end - at)}, framed);
    ret->answerable = ret->request && ret->via_host.n;
    return wrong;
}

bool rw_sip_message_next(struct rw_slice *rest, const char *name, char compact,
                         struct rw_slice *ret_value)
{
    size_t length = strlen(name);

    while (rest->n) {
        const char *lf = memchr(rest->p, '\n', rest->n);
        struct rw_slice line = {rest->p, lf ? (size_t)(lf - rest->p) : rest->n}, is;
        const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;

        *rest = rw_slice_from(*rest, line.n + 1);
        if (!colon)
            continue;
        if (line.p[line.n - 1] == '\r')
            line.n--;
        is = rw_sip_trim((struct rw_slice){line.p, (size_t)(colon - line.p)});
        if (is.n == length ? strncasecmp(is.p, name, length) == 0
                           : is.n == 1 && compact && (is.p[0] | 0x20) == compact) {
            *ret_value = rw_sip_trim(rw_slice_from(line, (size_t)(colon - line.p) + 1));
            return true;
        }
    }
    return false;
}

bool rw_sip_message_sdp(const struct rw_sip_message *message, struct rw_slice *ret)
{
    if (message->body.n == 0 || !rw_slice_ieq(message->content_type, RW_LIT("application/sdp")))
        return false;
    *ret = message->body;
    return true;
}

size_t rw_sip_message_head(struct rw_slice s)
{
    const char *end = memmem(s.p, s.n, "\r\n\r\n", 4);

    return end ? (size_t)(end - s.p) + 4 : 0;
}

size_t rw_sip_message_length(struct rw_slice s, size_t max)
{
    size_t head = rw_sip_message_head(s), at = 0;
    uint32_t length = 0, other;
    bool found = false;

    if (!head)
        return s.n >= max ? SIZE_MAX : 0;
    while (at < head) {
        const char *lf = memchr(s.p + at, '\n', head - at);
        struct rw_slice line = {s.p + at, (size_t)(lf - s.p) - at};
        const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;

        at = (size_t)(lf - s.p) + 1;
        if (colon && colon != line.p) {
            struct rw_slice name = rw_sip_trim((struct rw_slice){line.p, (size_t)(colon - line.p)});
            struct rw_slice value = rw_slice_from(line, (size_t)(colon - line.p) + 1);

            if (value.n && value.p[value.n - 1] == '\r')
                value.n--;
            if (name.n == 0 || kind_of(name) != FIELD_LENGTH)
                continue;
            /* two of them that differ: nobody can say where the next message begins */
            if (!parse_number(rw_sip_trim(value), 1u << 30, &other) || (found && other != length))
                return SIZE_MAX;
            found = true;
            length = other;
        }
    }
    if (!found || head + length > max)
        return SIZE_MAX;
    return head + length <= s.n ? head + length : 0;
}
