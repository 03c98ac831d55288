#include "sip/compose.h"

#include "sip/core.h"
#include "sip/extension.h"

#include <stdio.h>

static const char magic[] = "z9hG4bK"; /* RFC 3261, section 8.1.1.7 */

static void put_hex(char *p, uint64_t value)
{
    for (int i = 15; i >= 0; i--, value >>= 4)
        p[i] = "0123456789abcdef"[value & 15];
}

void rw_sip_tag_write(char out[RW_SIP_TAG], uint64_t tag)
{
    put_hex(out, tag);
    out[16] = '\0';
}

void rw_sip_branch_write(char out[RW_SIP_BRANCH], uint64_t branch)
{
    memcpy(out, magic, 7);
    put_hex(out + 7, branch);
    out[23] = '\0';
}

bool rw_sip_branch_read(struct rw_slice text, uint64_t *ret)
{
    uint64_t value = 0;

    if (text.n != RW_SIP_BRANCH - 1 || memcmp(text.p, magic, 7) != 0)
        return false;
    for (size_t i = 7; i < text.n; i++) {
        char c = text.p[i];

        if (c >= '0' && c <= '9')
            value = value << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uint64_t)(c - 'a' + 10);
        else
            return false;
    }
    *ret = value;
    return true;
}

void rw_sip_put_request_line(struct rw_buf *buf, enum rw_sip_method method, struct rw_slice uri)
{
    rw_buf_puts(buf, rw_sip_method_name(method));
    rw_buf_putc(buf, ' ');
    rw_buf_put(buf, uri);
    rw_buf_put(buf, RW_LIT(" SIP/2.0\r\n"));
}

const char *rw_sip_transport_name(enum rw_sip_transport transport)
{
    return transport == RW_SIP_TLS ? "TLS" : transport == RW_SIP_TCP ? "TCP" : "UDP";
}

void rw_sip_put_via(struct rw_buf *buf, const struct rw_sip_wire *wire,
                    enum rw_sip_transport transport, uint64_t branch)
{
    char text[RW_SIP_BRANCH];

    rw_sip_branch_write(text, branch);
    rw_buf_put(buf, RW_LIT("Via: SIP/2.0/"));
    rw_buf_puts(buf, rw_sip_transport_name(transport));
    rw_buf_putc(buf, ' ');
    rw_buf_puts(buf, rw_sip_wire_host(wire));
    rw_buf_putc(buf, ':');
    rw_buf_putu(buf, rw_sip_wire_port(wire));
    rw_buf_put(buf, RW_LIT(";branch="));
    rw_buf_put(buf, (struct rw_slice){text, RW_SIP_BRANCH - 1});
    /* over TLS the far end may send its own requests on this connection (RFC 5923, section 5) */
    rw_buf_puts(buf, transport == RW_SIP_TLS ? ";rport;alias\r\n" : ";rport\r\n");
}

void rw_sip_put_contact(struct rw_buf *buf, const struct rw_sip_wire *wire,
                        enum rw_sip_transport transport, bool secure)
{
    static const char *const ways[] = {[RW_SIP_UDP] = ";transport=udp>\r\n",
                                       [RW_SIP_TCP] = ";transport=tcp>\r\n",
                                       [RW_SIP_TLS] = ";transport=tls>\r\n"};

    rw_buf_puts(buf, secure ? "Contact: <sips:" RW_SIP_CONTACT_USER "@"
                            : "Contact: <sip:" RW_SIP_CONTACT_USER "@");
    rw_buf_puts(buf, rw_sip_wire_host(wire));
    rw_buf_putc(buf, ':');
    rw_buf_putu(buf, rw_sip_wire_port(wire));
    rw_buf_puts(buf, secure ? ">\r\n" : ways[transport]);
}

static void put_line_end(struct rw_buf *buf, struct rw_slice last)
{
    rw_buf_put(buf, last);
    rw_buf_put(buf, RW_LIT("\r\n"));
}

void rw_sip_put_header(struct rw_buf *buf, const char *name, struct rw_slice value)
{
    rw_buf_puts(buf, name);
    rw_buf_put(buf, RW_LIT(": "));
    put_line_end(buf, value);
}

void rw_sip_put_cseq(struct rw_buf *buf, uint32_t cseq, enum rw_sip_method method)
{
    rw_buf_put(buf, RW_LIT("CSeq: "));
    rw_buf_putu(buf, cseq);
    rw_buf_putc(buf, ' ');
    rw_buf_puts(buf, rw_sip_method_name(method));
    rw_buf_put(buf, RW_LIT("\r\n"));
}

#define METHODS "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE"
#define LINES(text)                                                                                \
    {                                                                                              \
        text "\r\n", sizeof(text "\r\n") - 1                                                       \
    }

void rw_sip_put_capabilities(struct rw_buf *buf, unsigned extensions)
{
    static const struct rw_slice lines[] = {
        [0] = LINES(METHODS "\r\nSupported:"),
        [RW_SIP_TIMER] = LINES(METHODS "\r\nSupported: timer"),
        [RW_SIP_100REL] = LINES(METHODS ", PRACK\r\nSupported: 100rel"),
        [RW_SIP_TIMER | RW_SIP_100REL] = LINES(METHODS ", PRACK\r\nSupported: timer, 100rel"),
    };

    rw_buf_put(buf, lines[extensions]);
}

void rw_sip_put_quoted(struct rw_buf *buf, struct rw_slice text)
{
    rw_buf_putc(buf, '"');
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c == '"' || c == '\\')
            rw_buf_putc(buf, '\\');
        if (c >= 0x20 && c != 0x7f)
            rw_buf_putc(buf, (char)c);
    }
    rw_buf_putc(buf, '"');
}

bool rw_sip_put_body(struct rw_buf *buf, const char *type, struct rw_slice body)
{
    if (body.n)
        rw_sip_put_header(buf, "Content-Type", rw_slice_str(type));
    rw_buf_put(buf, RW_LIT("Content-Length: "));
    rw_buf_putu(buf, body.n);
    rw_buf_put(buf, RW_LIT("\r\n\r\n"));
    rw_buf_put(buf, body);
    return !buf->failed;
}

bool rw_sip_put_end(struct rw_buf *buf, struct rw_slice sdp)
{
    return rw_sip_put_body(buf, "application/sdp", sdp);
}

static void put_each(struct rw_buf *buf, const struct rw_sip_message *m,
                     enum rw_sip_header_kind kind, const char *name, unsigned most)
{
    for (uint32_t i = 0; i < m->header_count && most; i++) {
        if (m->headers[i].kind != kind)
            continue;
        rw_sip_put_header(buf, name, m->headers[i].value);
        most--;
    }
}

bool rw_sip_compose_hop_request(struct rw_buf *buf, enum rw_sip_method method,
                                struct rw_slice invite, struct rw_slice to)
{
    struct rw_sip_message m;

    /* ours, without folded lines: reading it changes nothing */
    if (rw_sip_message_parse(&m, (char *)invite.p, invite.n, true))
        return false;
    rw_buf_clear(buf);
    rw_sip_put_request_line(buf, method, m.uri);
    put_each(buf, &m, RW_SIP_H_VIA, "Via", 1);
    put_each(buf, &m, RW_SIP_H_ROUTE, "Route", RW_SIP_HEADERS_MAX);
    rw_buf_put(buf, RW_LIT("Max-Forwards: 70\r\n"));
    rw_sip_put_header(buf, "From", m.from);
    rw_sip_put_header(buf, "To", to.n ? to : m.to);
    rw_sip_put_header(buf, "Call-ID", m.call_id);
    rw_sip_put_cseq(buf, m.cseq, method);
    rw_buf_put(buf, RW_LIT("User-Agent: " RW_SIP_AGENT "\r\n"));
    return rw_sip_put_end(buf, (struct rw_slice){NULL, 0});
}

/* True with the place of ";rport" without a value (RFC 3581, section 4). */
static bool asks_for_port(struct rw_slice params)
{
    struct rw_slice value;

    return rw_sip_param(params, "rport", &value) && value.n == 0;
}

/* The topmost Via, with where the request really came from; the others as they are. */
static void put_vias(struct rw_buf *buf, const struct rw_sip_message *m,
                     const struct rw_sip_hop *from)
{
    bool rport = asks_for_port(m->via_params), first = true;
    char ip[64];

    for (uint32_t i = 0; i < m->header_count; i++) {
        struct rw_slice rest = m->headers[i].value, top;

        if (m->headers[i].kind != RW_SIP_H_VIA)
            continue;
        if (!first || !rw_sip_next_element(&rest, &top)) {
            rw_sip_put_header(buf, "Via", m->headers[i].value);
            continue;
        }
        first = false;
        rw_buf_put(buf, RW_LIT("Via: "));
        for (struct rw_slice at = top; at.n; at = rw_slice_from(at, 1)) {
            rw_buf_putc(buf, at.p[0]);
            if (rport && at.n >= 6 && strncasecmp(at.p, ";rport", 6) == 0 &&
                (at.n == 6 || at.p[6] == ';' || at.p[6] == ' ' || at.p[6] == '=')) {
                rw_buf_printf(buf, "rport=%u", sa_port(&from->peer));
                at = rw_slice_from(at, at.n > 6 && at.p[6] == '=' ? 6 : 5);
                rport = false;
            }
        }
        if (sa_ntop(&from->peer, ip, sizeof(ip)) == 0 &&
            (asks_for_port(m->via_params) || !rw_slice_ieq(m->via_host, rw_slice_str(ip))))
            rw_buf_printf(buf, ";received=%s", ip);
        rw_buf_put(buf, RW_LIT("\r\n"));
        if (rest.n)
            rw_sip_put_header(buf, "Via", rw_sip_trim(rest));
    }
}

/* What a refused request lacks, its answer lacks too. */
static void put_if_there(struct rw_buf *buf, const char *name, struct rw_slice value)
{
    if (value.n)
        rw_sip_put_header(buf, name, value);
}

/* Section 8.2.6.2: as in the request, but for our tag. */
static void put_identity(struct rw_buf *buf, const struct rw_sip_message *request,
                         struct rw_slice tag)
{
    put_if_there(buf, "From", request->from);
    if (request->to.n) {
        rw_buf_put(buf, RW_LIT("To: "));
        rw_buf_put(buf, request->to);
        if (request->to_tag.n == 0 && tag.n) {
            rw_buf_put(buf, RW_LIT(";tag="));
            rw_buf_put(buf, tag);
        }
        rw_buf_put(buf, RW_LIT("\r\n"));
    }
    put_if_there(buf, "Call-ID", request->call_id);
    put_if_there(buf, "CSeq", request->cseq_text);
}

/* All that is demanded and not known. */
static void put_unsupported(struct rw_buf *buf, const struct rw_sip_message *request,
                            unsigned known)
{
    struct rw_slice rest, one;

    for (uint32_t i = 0; i < request->header_count; i++) {
        enum rw_sip_header_kind kind = request->headers[i].kind;
        bool first = true;

        if (kind != RW_SIP_H_REQUIRE && kind != RW_SIP_H_PROXY_REQUIRE)
            continue;
        for (rest = request->headers[i].value; rw_sip_next_element(&rest, &one);) {
            if (rw_sip_extension_known(one, known))
                continue;
            rw_buf_puts(buf, first ? "Unsupported: " : ", ");
            rw_buf_put(buf, one);
            first = false;
        }
        rw_buf_puts(buf, first ? "" : "\r\n");
    }
}

void rw_sip_put_reply_head(struct rw_buf *buf, const struct rw_sip_message *request,
                           const struct rw_sip_hop *from, struct rw_slice tag)
{
    put_vias(buf, request, from);
    put_each(buf, request, RW_SIP_H_RECORD_ROUTE, "Record-Route", RW_SIP_HEADERS_MAX);
    put_identity(buf, request, tag);
}

bool rw_sip_compose_reply(struct rw_buf *buf, const struct rw_sip_wire *wire,
                          const struct rw_sip_message *request, const struct rw_sip_hop *from,
                          const struct rw_sip_reply *reply)
{
    rw_buf_clear(buf);
    rw_buf_printf(buf, "SIP/2.0 %u %s\r\n", reply->code, reply->phrase);
    rw_sip_put_reply_head(buf, request, from, reply->tag);
    if (reply->contact)
        rw_sip_put_contact(buf, wire, from->transport, rw_sip_uri_is_secure(request->uri));
    if (reply->capabilities)
        rw_sip_put_capabilities(buf, reply->extensions);
    if (reply->unsupported)
        put_unsupported(buf, request, reply->extensions);
    rw_buf_put(buf, reply->lines);
    if (reply->code == 415)
        rw_buf_put(buf, RW_LIT("Accept: application/sdp\r\n"));
    rw_buf_put(buf, RW_LIT("Server: " RW_SIP_AGENT "\r\n"));
    return rw_sip_put_end(buf, reply->sdp);
}

struct rw_sip_hop rw_sip_reply_hop(const struct rw_sip_message *request,
                                   const struct rw_sip_hop *from)
{
    struct rw_sip_hop hop = *from;
    struct rw_slice value;

    /* a stream: back where it came from. maddr is for multicast, which nobody uses here */
    if (hop.transport == RW_SIP_UDP && !rw_sip_param(request->via_params, "rport", &value))
        sa_set_port(&hop.peer, request->via_port ? request->via_port : 5060);
    return hop;
}

void rw_sip_answer(struct rw_sip *sip, const struct rw_sip_message *request,
                   const struct rw_sip_hop *from, const struct rw_sip_reply *reply)
{
    struct rw_sip_hop hop = rw_sip_reply_hop(request, from);

    if (rw_sip_compose_reply(&sip->scratch, sip->wire, request, from, reply))
        rw_sip_wire_send(sip, &hop, rw_buf_slice(&sip->scratch), 0);
}
