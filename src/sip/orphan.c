/*
 * Dialogs of an earlier life, read back from the store: an answered one gets a BYE, any other a
 * CANCEL with its INVITE's branch. The INVITE's transaction died with that life, so what still
 * comes for it is handled here for 32 s: a failure is ACKed, a late 2xx ended.
 */
#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"
#include "sip/core.h"
#include "sip/dialog.h"
#include "sip/profile.h"
#include "sip/transaction.h"

#include <netdb.h>

/*
 * The log holds the INVITE's CSeq; the questions whether the far end is there (check.c) came after it,
 * one a second at most, and a BYE has to be later than all of them.
 */
#define CSEQ_ROOM 1000000

struct orphan {
    struct le he; /* by Call-ID */
    struct tmr tmr;
    struct rw_sip *sip;
    struct rw_sip_dialog dialog;
    struct rw_sip_hop hop;
    uint64_t branch;
};

/* One on its way to the worker that its Call-ID names. */
struct sent_orphan {
    struct rw_mail mail;
    struct rw_sip_wire *wire;
    unsigned to;
    uint32_t profile;
    struct rw_leg_dialog dialog;
};

static void release(struct orphan *orphan)
{
    tmr_cancel(&orphan->tmr);
    hash_unlink(&orphan->he);
    rw_sip_dialog_done(&orphan->dialog);
    rw_free(orphan);
}

static void on_forget(void *arg)
{
    release(arg);
}

static struct orphan *find(struct rw_sip *sip, struct rw_slice call_id)
{
    struct le *le = list_head(hash_list(sip->orphans, (uint32_t)rw_sip_hash(call_id)));

    for (; le; le = le->next) {
        struct orphan *orphan = le->data;

        if (rw_slice_eq(call_id, rw_slice_str(orphan->dialog.call_id)))
            return orphan;
    }
    return NULL;
}

/*
 * The address behind the INVITE's request URI or first route. A name is looked up here and now: this
 * happens once, before the server takes calls, and what it ends is being paid for.
 */
static bool locate(struct rw_sip *sip, struct rw_slice text, struct rw_sip_hop *ret)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *list = NULL;
    struct rw_sip_uri uri;
    char host[256];
    bool found;

    if (!rw_sip_uri_parse(text, &uri) || rw_sip_uri_way(&uri) == RW_SIP_OTHER ||
        !rw_slice_copy(host, sizeof(host), uri.host))
        return false;
    hints.ai_family = rw_sip_wire_af(sip->wire);
    if (getaddrinfo(host, NULL, &hints, &list) != 0 || !list)
        return false;
    found = sa_set_sa(&ret->peer, list->ai_addr) == 0;
    freeaddrinfo(list);
    sa_set_port(&ret->peer, rw_sip_uri_port(&uri));
    ret->transport = rw_sip_uri_way(&uri);
    ret->worker = (uint16_t)sip->index;
    ret->stream = ret->profile = 0;
    return found;
}

static bool find_hop(struct orphan *orphan, const struct rw_leg_dialog *stored, uint32_t profile)
{
    struct rw_slice rest = rw_slice_str(stored->route_set), one, uri, params;
    struct rw_sip_hop hop;

    if (!locate(orphan->sip, rw_slice_str(stored->request_uri), &hop) &&
        !(rw_sip_next_element(&rest, &one) && rw_sip_address_split(one, &uri, &params) &&
          locate(orphan->sip, uri, &hop)))
        return false;
    if (hop.transport == RW_SIP_TLS)
        hop.profile = profile;
    orphan->hop = rw_sip_dialog_hop(&orphan->dialog, rw_sip_wire_af(orphan->sip->wire), &hop);
    return true;
}

static enum rw_class send_request(struct orphan *orphan, enum rw_sip_method method, uint32_t cseq,
                                  uint64_t branch, struct rw_err *err)
{
    struct rw_buf *buf = &orphan->sip->scratch;

    rw_sip_dialog_put(buf, &orphan->dialog, orphan->sip->wire, method, cseq, orphan->hop.transport,
                      branch);
    if (method == RW_SIP_BYE)
        rw_buf_puts(buf, "Reason: SIP;cause=500;text=\"the server was restarted\"\r\n");
    if (!rw_sip_put_end(buf, (struct rw_slice){NULL, 0}))
        return rw_fail_memory(err);
    return rw_sip_transaction_send(orphan->sip, method, branch, &orphan->hop, rw_buf_slice(buf),
                                   NULL, NULL, NULL, err);
}

static enum rw_class end_here(struct rw_sip *sip, const struct rw_leg_dialog *stored,
                              uint32_t profile, struct rw_err *err)
{
    struct orphan *orphan = rw_calloc(1, sizeof(*orphan));
    enum rw_class class;

    if (!orphan)
        return rw_fail_memory(err);
    orphan->sip = sip;
    class = rw_sip_dialog_load(&orphan->dialog, stored, err);
    if (class) {
        rw_free(orphan);
        return class;
    }
    if (!find_hop(orphan, stored, profile))
        class = rw_fail(err, RW_IO, "sip.unresolvable", "the host of a stored dialog is not found");
    else if (stored->answered)
        class =
            send_request(orphan, RW_SIP_BYE, stored->local_cseq + CSEQ_ROOM, rw_random_u64(), err);
    else if (!rw_sip_branch_read(rw_slice_str(stored->branch), &orphan->branch))
        class = rw_fail(err, RW_MALFORMED, "sip.bad_dialog", "the stored branch is none of ours");
    else
        class = send_request(orphan, RW_SIP_CANCEL, stored->local_cseq, orphan->branch, err);
    if (class) {
        release(orphan);
        return class;
    }
    hash_append(sip->orphans, (uint32_t)rw_sip_hash(rw_slice_str(orphan->dialog.call_id)),
                &orphan->he, orphan);
    tmr_start(&orphan->tmr, RW_SIP_GIVE_UP_MS, on_forget, orphan);
    return RW_OK;
}

static void handle_sent(struct rw_mail *mail)
{
    struct sent_orphan *sent = (struct sent_orphan *)mail;
    struct rw_sip *sip = rw_sip_wire_at(sent->wire, sent->to);
    struct rw_err err = {.code = NULL};

    if (sip && end_here(sip, &sent->dialog, sent->profile, &err) != RW_OK)
        rw_log(RW_LOG_WARN, "sip.orphan_not_ended", "call_id=%s code=%s", sent->dialog.call_id,
               err.code);
    rw_free(sent);
}

/* Whom the far end has to be, over TLS; as it was when the INVITE left. *ret stays 0 without TLS. */
static enum rw_class find_profile(struct rw_sip *sip, const struct rw_leg_dialog *dialog,
                                  const struct rw_leg_target *target, uint32_t *ret,
                                  struct rw_err *err)
{
    static const struct rw_leg_target standard;
    struct rw_sip_uri uri;

    if (!target)
        target = &standard;
    if (!rw_sip_uri_parse(rw_slice_str(target->route ? target->route : dialog->request_uri),
                          &uri) ||
        rw_sip_uri_way(&uri) != RW_SIP_TLS)
        return RW_OK;
    return rw_sip_profile_find(rw_sip_wire_profiles(sip->wire), &target->tls, target->trunk_id,
                               uri.host, ret, err);
}

enum rw_class rw_sip_orphan_end(struct rw_leg_port *port, const struct rw_leg_dialog *dialog,
                                const struct rw_leg_target *target, struct rw_err *err)
{
    struct rw_sip *sip = port->sip;
    int owner = rw_sip_wire_owner(sip->wire, rw_slice_str(dialog->call_id));
    struct sent_orphan *sent;
    uint32_t profile = 0;
    enum rw_class class = find_profile(sip, dialog, target, &profile, err);

    if (class != RW_OK)
        return class;
    /* its answers will be read as those of its Call-ID's owner */
    if (owner < 0 || (unsigned)owner == sip->index)
        return end_here(sip, dialog, profile, err);
    sent = rw_calloc(1, sizeof(*sent));
    if (!sent)
        return rw_fail_memory(err);
    sent->mail.handle = handle_sent;
    sent->wire = sip->wire;
    sent->to = (unsigned)owner;
    sent->profile = profile;
    sent->dialog = *dialog;
    rw_worker_post(rw_workers_at(rw_worker_all(sip->worker), sent->to), &sent->mail);
    return RW_OK;
}

/* The ACK of a failure carries the INVITE's branch and the answer's To (17.1.1.3). */
static void ack_failure(struct orphan *orphan, const struct rw_sip_message *m)
{
    struct rw_buf *buf = &orphan->sip->scratch;
    char *tag = rw_calloc(m->to_tag.n + 1, 1);

    if (!tag)
        return; /* it will be repeated */
    (void)rw_slice_copy(tag, m->to_tag.n + 1, m->to_tag);
    rw_free(orphan->dialog.remote_tag);
    orphan->dialog.remote_tag = tag;
    rw_sip_dialog_put(buf, &orphan->dialog, orphan->sip->wire, RW_SIP_ACK, m->cseq,
                      orphan->hop.transport, orphan->branch);
    if (rw_sip_put_end(buf, (struct rw_slice){NULL, 0}))
        rw_sip_wire_send(orphan->sip, &orphan->hop, rw_buf_slice(buf), 0);
}

bool rw_sip_orphan_answer(struct rw_sip *sip, const struct rw_sip_message *m,
                          const struct rw_sip_hop *from)
{
    struct orphan *orphan = find(sip, m->call_id);

    if (!orphan || m->method != RW_SIP_INVITE)
        return false;
    if (m->code >= 300)
        ack_failure(orphan, m);
    else if (m->code >= 200)
        rw_sip_end_unwanted(sip, m, from);
    return true;
}

bool rw_sip_orphan_request(struct rw_sip *sip, const struct rw_sip_message *m,
                           const struct rw_sip_hop *from)
{
    struct rw_sip_reply reply = {.code = 200, .phrase = "OK"};
    struct orphan *orphan = find(sip, m->call_id);

    if (!orphan || m->method != RW_SIP_BYE || !rw_sip_dialog_matches(&orphan->dialog, m))
        return false;
    rw_sip_answer(sip, m, from, &reply); /* both sides end it at once */
    return true;
}

static bool drop(struct le *le, void *arg)
{
    (void)arg;
    release(le->data);
    return false;
}

void rw_sip_orphans_drop(struct rw_sip *sip)
{
    (void)hash_apply(sip->orphans, drop, NULL);
}
