#include "sip/dialog.h"

#include "base/mem.h"
#include "sip/core.h"

#include <stdio.h>

static char *copy(struct rw_slice s)
{
    char *p = s.n <= RW_SIP_DIALOG_TEXT_MAX ? rw_calloc(s.n + 1, 1) : NULL;

    if (p && s.n)
        memcpy(p, s.p, s.n);
    return p;
}

/* sip:user@host, nothing else of the URI. */
static char *party_of(const char *uri)
{
    struct rw_sip_uri parsed;
    bool ok = rw_sip_uri_parse(rw_slice_str(uri), &parsed), six;
    struct rw_buf buf;
    char *ret = NULL;

    if (!ok)
        return NULL;
    six = memchr(parsed.host.p, ':', parsed.host.n) != NULL;
    rw_buf_init(&buf, RW_SIP_DIALOG_TEXT_MAX);
    rw_buf_puts(&buf, "sip:");
    rw_buf_put(&buf, parsed.user);
    rw_buf_puts(&buf, parsed.user.n ? "@" : "");
    rw_buf_puts(&buf, six ? "[" : "");
    rw_buf_put(&buf, parsed.host);
    rw_buf_puts(&buf, six ? "]" : "");
    if (!buf.failed)
        ret = copy(rw_buf_slice(&buf));
    rw_buf_done(&buf);
    return ret;
}

static char *from_of(const char *name, const char *uri)
{
    struct rw_buf buf;
    char *ret = NULL;

    rw_buf_init(&buf, RW_SIP_DIALOG_TEXT_MAX);
    if (name && name[0]) {
        rw_sip_put_quoted(&buf, rw_slice_str(name));
        rw_buf_putc(&buf, ' ');
    }
    rw_buf_putc(&buf, '<');
    rw_buf_puts(&buf, uri);
    rw_buf_putc(&buf, '>');
    if (!buf.failed)
        ret = copy(rw_buf_slice(&buf));
    rw_buf_done(&buf);
    return ret;
}

char *rw_sip_route_of(const char *uri)
{
    struct rw_sip_uri parsed;
    size_t size = strlen(uri) + sizeof("<;lr>");
    char *ret = rw_calloc(size, 1);

    if (ret && rw_sip_uri_parse(rw_slice_str(uri), &parsed))
        (void)snprintf(ret, size, parsed.loose ? "<%s>" : "<%s;lr>", uri);
    return ret;
}

enum rw_class rw_sip_dialog_init(struct rw_sip_dialog *dialog, const char *call_id,
                                 const char *from_name, const char *from_uri, const char *to_uri,
                                 const char *local_tag, struct rw_err *err)
{
    *dialog = (struct rw_sip_dialog){.local_cseq = 1};
    (void)snprintf(dialog->local_tag, sizeof(dialog->local_tag), "%s", local_tag);
    dialog->call_id = rw_strdup(call_id);
    dialog->from = from_of(from_name, from_uri);
    dialog->to = party_of(to_uri);
    if (dialog->call_id && dialog->from && dialog->to)
        return RW_OK;
    rw_sip_dialog_done(dialog);
    return rw_fail_memory(err);
}

void rw_sip_dialog_done(struct rw_sip_dialog *dialog)
{
    rw_free(dialog->call_id);
    rw_free(dialog->from);
    rw_free(dialog->to);
    rw_free(dialog->remote_tag);
    rw_free(dialog->target);
    rw_free(dialog->routes);
    *dialog = (struct rw_sip_dialog){.local_cseq = 0};
}

/* The route set: Record-Route as it stands, of the caller's side in reverse (12.1). NULL when there is none. */
static bool read_routes(const struct rw_sip_message *m, bool reverse, char **ret)
{
    struct rw_slice all[RW_SIP_HEADERS_MAX], rest, one;
    struct rw_buf buf;
    unsigned count = 0;

    *ret = NULL;
    for (uint32_t i = 0; i < m->header_count; i++) {
        if (m->headers[i].kind != RW_SIP_H_RECORD_ROUTE)
            continue;
        for (rest = m->headers[i].value; rw_sip_next_element(&rest, &one);) {
            if (count == RW_SIP_HEADERS_MAX)
                return false;
            all[count++] = one;
        }
    }
    if (count == 0)
        return true;
    rw_buf_init(&buf, RW_SIP_DIALOG_TEXT_MAX);
    for (unsigned i = 0; i < count; i++) {
        rw_buf_puts(&buf, i ? ", " : "");
        rw_buf_put(&buf, all[reverse ? count - 1 - i : i]);
    }
    if (!buf.failed)
        *ret = copy(rw_buf_slice(&buf));
    rw_buf_done(&buf);
    return *ret != NULL;
}

/* A URI that can stand in a request line of ours. */
static bool is_usable(struct rw_slice text)
{
    struct rw_sip_uri uri;

    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= 0x20 || text.p[i] == '<' || text.p[i] == '>')
            return false;
    return rw_sip_uri_parse(text, &uri);
}

bool rw_sip_dialog_confirm(struct rw_sip_dialog *dialog, const struct rw_sip_message *answer)
{
    char *tag, *target, *routes = NULL;

    tag = copy(answer->to_tag);
    /* a 2xx must have a Contact; without one the request URI is the best guess */
    target = is_usable(answer->contact) ? copy(answer->contact)
                                        : rw_strdup(dialog->target ? dialog->target : dialog->to);
    if (!tag || !target || !read_routes(answer, true, &routes)) {
        rw_free(tag);
        rw_free(target);
        return false;
    }
    rw_free(dialog->remote_tag);
    rw_free(dialog->target);
    rw_free(dialog->routes);
    dialog->remote_tag = tag;
    dialog->target = target;
    dialog->routes = routes;
    return true;
}

enum rw_class rw_sip_dialog_take(struct rw_sip_dialog *dialog, const struct rw_sip_message *invite,
                                 const char *local_tag, struct rw_err *err)
{
    char call_id[RW_SIP_DIALOG_TEXT_MAX], us[RW_SIP_DIALOG_TEXT_MAX], them[RW_SIP_DIALOG_TEXT_MAX];
    struct rw_slice from, to, params;
    enum rw_class class;

    /* without a tag or a Contact it may come from RFC 2543's days: From is where requests went then */
    if (!rw_sip_address_split(invite->from, &from, &params) ||
        !rw_sip_address_split(invite->to, &to, &params) ||
        !rw_slice_copy(call_id, sizeof(call_id), invite->call_id) ||
        !rw_slice_copy(us, sizeof(us), to) || !rw_slice_copy(them, sizeof(them), from) ||
        !rw_sip_uri_text_is_safe(us) || !is_usable(from))
        return rw_fail(err, RW_MALFORMED, "sip.bad_dialog",
                       "From or To of the INVITE is not fit for a dialog");
    class = rw_sip_dialog_init(dialog, call_id, NULL, us, them, local_tag, err);
    if (class)
        return class;
    dialog->remote_tag = copy(invite->from_tag);
    dialog->target = copy(is_usable(invite->contact) ? invite->contact : from);
    dialog->remote_cseq = invite->cseq;
    dialog->remote_spoke = true;
    if (dialog->remote_tag && dialog->target && read_routes(invite, false, &dialog->routes))
        return RW_OK;
    rw_sip_dialog_done(dialog);
    return rw_fail_memory(err);
}

void rw_sip_dialog_move(struct rw_sip_dialog *dialog, struct rw_slice contact)
{
    char *target;

    if (!is_usable(contact) || rw_slice_eq(contact, rw_slice_str(dialog->target)))
        return;
    target = copy(contact);
    if (!target)
        return;
    rw_free(dialog->target);
    dialog->target = target;
}

bool rw_sip_dialog_matches(const struct rw_sip_dialog *dialog, const struct rw_sip_message *request)
{
    return rw_slice_eq(request->to_tag, rw_slice_str(dialog->local_tag)) && dialog->remote_tag &&
           rw_slice_eq(request->from_tag, rw_slice_str(dialog->remote_tag));
}

/* The URI of the first route, and what follows it. False when there is none, or it is no URI. */
static bool first_route(const struct rw_sip_dialog *dialog, struct rw_slice *ret_uri,
                        struct rw_slice *ret_rest)
{
    struct rw_slice rest = rw_slice_str(dialog->routes), one, params;

    if (!rw_sip_next_element(&rest, &one) || !rw_sip_address_split(one, ret_uri, &params) ||
        !is_usable(*ret_uri))
        return false;
    *ret_rest = rw_sip_trim(rest);
    return true;
}

static bool is_strict(struct rw_slice route)
{
    struct rw_sip_uri uri;

    return rw_sip_uri_parse(route, &uri) && !uri.loose;
}

struct rw_sip_hop rw_sip_dialog_hop(const struct rw_sip_dialog *dialog, int af,
                                    const struct rw_sip_hop *fallback)
{
    struct rw_sip_hop hop = *fallback;
    struct rw_slice next, rest;
    struct rw_sip_uri uri;
    char host[64];
    struct sa peer;

    if (!first_route(dialog, &next, &rest))
        next = rw_slice_str(dialog->target);
    if (!rw_sip_uri_parse(next, &uri) || rw_sip_uri_way(&uri) == RW_SIP_OTHER ||
        !rw_slice_copy(host, sizeof(host), uri.host) ||
        sa_set_str(&peer, host, rw_sip_uri_port(&uri)) || sa_af(&peer) != af)
        return hop;
    /* a dialog neither leaves TLS, nor begins to use it without knowing whom to trust */
    if ((rw_sip_uri_way(&uri) == RW_SIP_TLS) != (fallback->transport == RW_SIP_TLS))
        return hop;
    if (uri.transport != RW_SIP_ANY)
        hop.transport = rw_sip_uri_way(&uri);
    if (!sa_cmp(&hop.peer, &peer, SA_ALL))
        hop.stream = 0;
    hop.peer = peer;
    return hop;
}

struct rw_slice rw_sip_dialog_uri(const struct rw_sip_dialog *dialog)
{
    struct rw_slice uri, rest;

    if (first_route(dialog, &uri, &rest) && is_strict(uri))
        return uri;
    return rw_slice_str(dialog->target);
}

static void put_routes(struct rw_buf *buf, const struct rw_sip_dialog *dialog)
{
    struct rw_slice first, rest;

    if (!first_route(dialog, &first, &rest))
        return;
    if (!is_strict(first)) {
        rw_sip_put_header(buf, "Route", rw_slice_str(dialog->routes));
        return;
    }
    /* a strict router takes itself off the request URI and needs the target at the end */
    rw_buf_puts(buf, "Route: ");
    rw_buf_put(buf, rest);
    rw_buf_puts(buf, rest.n ? ", <" : "<");
    rw_buf_puts(buf, dialog->target);
    rw_buf_puts(buf, ">\r\n");
}

void rw_sip_dialog_put(struct rw_buf *buf, const struct rw_sip_dialog *dialog,
                       const struct rw_sip_wire *wire, enum rw_sip_method method, uint32_t cseq,
                       enum rw_sip_transport transport, uint64_t branch)
{
    rw_buf_clear(buf);
    rw_sip_put_request_line(buf, method, rw_sip_dialog_uri(dialog));
    rw_sip_put_via(buf, wire, transport, branch);
    put_routes(buf, dialog);
    rw_buf_puts(buf, "Max-Forwards: 70\r\nFrom: ");
    rw_buf_puts(buf, dialog->from);
    rw_buf_puts(buf, ";tag=");
    rw_buf_puts(buf, dialog->local_tag);
    rw_buf_puts(buf, "\r\nTo: <");
    rw_buf_puts(buf, dialog->to);
    rw_buf_puts(buf, ">");
    if (dialog->remote_tag && dialog->remote_tag[0]) {
        rw_buf_puts(buf, ";tag=");
        rw_buf_puts(buf, dialog->remote_tag);
    }
    rw_buf_puts(buf, "\r\n");
    rw_sip_put_header(buf, "Call-ID", rw_slice_str(dialog->call_id));
    rw_sip_put_cseq(buf, cseq, method);
    rw_buf_puts(buf, "User-Agent: " RW_SIP_AGENT "\r\n");
}

/* Texts that stand outside of <>: no control characters, and no way to begin another parameter. */
static bool is_plain(const char *text)
{
    return rw_sip_uri_text_is_safe(text) && !strpbrk(text, ";,");
}

static bool has_control(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p < 0x20 || *p == 0x7f)
            return true;
    return false;
}

enum rw_class rw_sip_dialog_load(struct rw_sip_dialog *dialog, const struct rw_leg_dialog *stored,
                                 struct rw_err *err)
{
    struct rw_sip_uri uri;
    const char *target =
        stored->answered && stored->remote_target[0] ? stored->remote_target : stored->request_uri;
    enum rw_class class;

    if (!stored->call_id[0] || !is_plain(stored->call_id) || !stored->local_tag[0] ||
        !is_plain(stored->local_tag) || !is_plain(stored->remote_tag) ||
        !rw_sip_uri_text_is_safe(stored->from_uri) || !rw_sip_uri_text_is_safe(target) ||
        !rw_sip_uri_parse(rw_slice_str(target), &uri) || has_control(stored->route_set) ||
        !rw_sip_uri_text_is_safe(stored->to_uri) ||
        !rw_sip_uri_parse(rw_slice_str(stored->to_uri), &uri) || stored->local_cseq == 0 ||
        stored->local_cseq >= INT32_MAX / 2)
        return rw_fail(err, RW_MALFORMED, "sip.bad_dialog",
                       "the stored dialog is not one that was written by this program");
    class = rw_sip_dialog_init(dialog, stored->call_id, NULL, stored->from_uri, stored->to_uri,
                               stored->local_tag, err);
    if (class)
        return class;
    dialog->local_cseq = stored->local_cseq;
    dialog->remote_tag = rw_strdup(stored->remote_tag);
    dialog->target = rw_strdup(target);
    dialog->routes = stored->route_set[0] ? rw_strdup(stored->route_set) : NULL;
    if (dialog->remote_tag && dialog->target && (dialog->routes || !stored->route_set[0]))
        return RW_OK;
    rw_sip_dialog_done(dialog);
    return rw_fail_memory(err);
}
