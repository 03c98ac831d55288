/* What belongs to no dialog. Strangers get no answer at all (sip/peers.h). */
#include "base/id.h"
#include "sip/core.h"
#include "sip/dialog.h"
#include "sip/extension.h"
#include "sip/transaction.h"

#include <stdio.h>

static void refuse(struct rw_sip *sip, const struct rw_sip_message *m,
                   const struct rw_sip_hop *from, uint16_t code, const char *phrase)
{
    char tag[RW_SIP_TAG];
    struct rw_sip_reply reply = {.code = code, .phrase = phrase, .tag = {tag, RW_SIP_TAG - 1}};

    rw_sip_tag_write(tag, rw_random_u64());
    reply.unsupported = code == 420;
    reply.capabilities = m->method == RW_SIP_OPTIONS || code == 405 || code == 501;
    rw_sip_answer(sip, m, from, &reply);
}

static bool scheme_is_known(struct rw_slice uri)
{
    return (uri.n > 4 && strncasecmp(uri.p, "sip:", 4) == 0) ||
           (uri.n > 5 && strncasecmp(uri.p, "sips:", 5) == 0);
}

/* Outside of dialogs, in the order of RFC 3261, section 8.2. */
static void judge(struct rw_sip *sip, const struct rw_sip_message *m, const struct rw_sip_hop *from)
{
    struct rw_slice sdp;

    if (m->method == RW_SIP_UNKNOWN)
        refuse(sip, m, from, 501, "Not Implemented");
    else if (m->method != RW_SIP_OPTIONS && m->method != RW_SIP_INVITE)
        refuse(sip, m, from, 405, "Method Not Allowed");
    else if (!scheme_is_known(m->uri))
        refuse(sip, m, from, 416, "Unsupported URI Scheme");
    else if (rw_sip_requires_beyond(m, 0))
        refuse(sip, m, from, 420, "Bad Extension");
    else if (m->method == RW_SIP_OPTIONS)
        refuse(sip, m, from, 200, "OK");
    else if (m->body.n && !rw_sip_message_sdp(m, &sdp))
        refuse(sip, m, from, 415, "Unsupported Media Type");
    else
        rw_sip_invited(sip, m, from);
}

void rw_sip_refuse_malformed(struct rw_sip *sip, const struct rw_sip_message *m,
                             const struct rw_sip_hop *from, const char *what)
{
    char phrase[80];

    (void)snprintf(phrase, sizeof(phrase), "%s (%s)",
                   m->refuse == 505 ? "Version Not Supported" : "Bad Request", what);
    refuse(sip, m, from, m->refuse, phrase);
}

void rw_sip_stray_request(struct rw_sip *sip, const struct rw_sip_message *m,
                          const struct rw_sip_hop *from)
{
    if (!rw_sip_peers_knows(rw_sip_wire_peers(sip->wire), &from->peer)) {
        rw_sip_strange(sip, &from->peer, rw_sip_method_name(m->method));
        return;
    }
    if (m->method == RW_SIP_ACK)
        return;
    /* a BYE repeated, because our first 200 was lost */
    if (m->method == RW_SIP_BYE && rw_sip_has_ended(sip, m->call_id))
        refuse(sip, m, from, 200, "OK");
    else if (m->flaw)
        rw_sip_refuse_malformed(sip, m, from, m->flaw);
    else if (m->to_tag.n || m->method == RW_SIP_BYE || m->method == RW_SIP_CANCEL)
        refuse(sip, m, from, 481, "Call Does Not Exist");
    else
        judge(sip, m, from);
}

/* The dialog that a 2xx makes, as far as the message tells it. */
static bool dialog_of(struct rw_sip_dialog *dialog, const struct rw_sip_message *m)
{
    struct rw_slice from, to, params;
    char call_id[256], from_text[256], to_text[256], tag[40];

    if (m->from_tag.n == 0 || m->to_tag.n == 0 || !rw_sip_address_split(m->from, &from, &params) ||
        !rw_sip_address_split(m->to, &to, &params) ||
        !rw_slice_copy(call_id, sizeof(call_id), m->call_id) ||
        !rw_slice_copy(from_text, sizeof(from_text), from) ||
        !rw_slice_copy(to_text, sizeof(to_text), to) ||
        !rw_slice_copy(tag, sizeof(tag), m->from_tag) || !rw_sip_uri_text_is_safe(from_text) ||
        !rw_sip_uri_text_is_safe(to_text) ||
        rw_sip_dialog_init(dialog, call_id, NULL, from_text, to_text, tag, NULL))
        return false;
    if (rw_sip_dialog_confirm(dialog, m))
        return true;
    rw_sip_dialog_done(dialog);
    return false;
}

void rw_sip_end_unwanted(struct rw_sip *sip, const struct rw_sip_message *m,
                         const struct rw_sip_hop *from)
{
    struct rw_sip_dialog dialog;
    struct rw_sip_hop hop;
    uint64_t branch = rw_random_u64();

    if (!dialog_of(&dialog, m))
        return;
    hop = rw_sip_dialog_hop(&dialog, rw_sip_wire_af(sip->wire), from);
    rw_sip_dialog_put(&sip->scratch, &dialog, sip->wire, RW_SIP_ACK, m->cseq, hop.transport,
                      rw_random_u64());
    if (rw_sip_put_end(&sip->scratch, (struct rw_slice){NULL, 0}))
        rw_sip_wire_send(sip, &hop, rw_buf_slice(&sip->scratch), 0);
    rw_sip_dialog_put(&sip->scratch, &dialog, sip->wire, RW_SIP_BYE, m->cseq + 1, hop.transport,
                      branch);
    if (rw_sip_put_end(&sip->scratch, (struct rw_slice){NULL, 0}))
        /* the 2xx will be repeated if this one had no memory */
        (void)!rw_sip_transaction_send(sip, RW_SIP_BYE, branch, &hop, rw_buf_slice(&sip->scratch),
                                       NULL, NULL, NULL, NULL);
    rw_sip_dialog_done(&dialog);
}

void rw_sip_stray_answer(struct rw_sip *sip, const struct rw_sip_message *m,
                         const struct rw_sip_hop *from)
{
    uint64_t branch;

    /* only what looks like an answer to an INVITE of ours, from somebody we talk to */
    if (m->method == RW_SIP_INVITE && m->code >= 200 && m->code < 300 && m->to_tag.n &&
        rw_sip_branch_read(m->branch, &branch) && rw_sip_wire_owner(sip->wire, m->call_id) >= 0 &&
        rw_sip_peers_knows(rw_sip_wire_peers(sip->wire), &from->peer))
        rw_sip_end_unwanted(sip, m, from);
}
