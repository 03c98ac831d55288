#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"
#include "call/reason.h"
#include "sip/extension.h"
#include "sip/profile.h"
#include "sip/reason.h"
#include "sip/session.h"

#include <stdio.h>

/* ------------------------------------------------------------------ life */

static void release_texts(struct rw_leg *leg)
{
    rw_sip_auth_done(&leg->auth);
    rw_leg_timer_done(leg);
    rw_leg_reliable_done(leg);
    rw_leg_identity_done(leg);
    rw_leg_reply_done(leg);
    rw_sip_dialog_done(&leg->dialog);
    rw_free(leg->request_uri);
    rw_free(leg->route);
    rw_free(leg->caller);
    rw_free(leg->sdp);
    rw_free(leg->invitation);
    rw_free(leg->user);
    rw_free(leg->password);
}

struct rw_leg *rw_leg_new(struct rw_sip *sip)
{
    struct rw_leg *leg = rw_calloc(1, sizeof(*leg));

    if (leg)
        leg->sip = sip;
    return leg;
}

void rw_leg_destroy(struct rw_leg *leg)
{
    hash_unlink(&leg->he);
    tmr_cancel(&leg->tmr);
    rw_leg_check_stop(leg);
    rw_leg_keys_done(leg);
    rw_leg_places_done(leg);
    rw_sip_transaction_forget(leg->transaction);
    release_texts(leg);
    rw_free(leg);
}

void rw_leg_enter(struct rw_leg *leg)
{
    leg->busy++;
}

void rw_leg_leave(struct rw_leg *leg)
{
    if (--leg->busy == 0 && leg->phase == RW_PHASE_OVER && leg->released)
        rw_leg_destroy(leg);
}

struct rw_leg *rw_leg_find(struct rw_sip *sip, struct rw_slice call_id)
{
    struct le *le = list_head(hash_list(sip->legs, (uint32_t)rw_sip_hash(call_id)));

    for (; le; le = le->next) {
        struct rw_leg *leg = le->data;

        if (rw_slice_eq(call_id, rw_slice_str(leg->dialog.call_id)))
            return leg;
    }
    return NULL;
}

static void tell(struct rw_leg *leg, const struct rw_leg_news *news)
{
    if (leg->handler && !leg->released)
        leg->handler(news, leg->arg);
}

void rw_leg_tell(struct rw_leg *leg, enum rw_call_input_kind kind, const struct rw_ending *ending,
                 struct rw_slice sdp)
{
    struct rw_leg_news news = {.input.kind = kind, .sdp = sdp};

    if (ending)
        news.input.ending = *ending;
    tell(leg, &news);
}

/* Nothing of the leg is on the wire any more, but for a transaction that ends alone. */
static void close_leg(struct rw_leg *leg)
{
    if (leg->phase >= RW_PHASE_ANSWERED)
        rw_sip_remember_ended(leg->sip, rw_slice_str(leg->dialog.call_id));
    leg->phase = RW_PHASE_OVER;
    hash_unlink(&leg->he);
    tmr_cancel(&leg->tmr);
    rw_leg_check_stop(leg);
    rw_leg_keys_done(leg);
    rw_leg_timer_stop(leg);
    rw_leg_reliable_done(leg);
    rw_leg_reply_done(leg);
    rw_sip_transaction_forget(leg->transaction);
    leg->transaction = NULL;
}

void rw_leg_end(struct rw_leg *leg, enum rw_call_input_kind kind, const struct rw_ending *ending)
{
    /* a leg that was ended with BYE for a late 2xx, or by rw_leg_hang_up(), has told its end already */
    bool told = leg->phase == RW_PHASE_OVER || (leg->phase == RW_PHASE_ENDING && leg->cancelled);

    rw_leg_confirm(leg);
    close_leg(leg);
    if (!told)
        rw_leg_tell(leg, kind, ending, (struct rw_slice){NULL, 0});
}

static bool drop(struct le *le, void *arg)
{
    (void)arg;
    rw_leg_destroy(le->data);
    return false;
}

void rw_sip_legs_drop(struct rw_sip *sip)
{
    (void)hash_apply(sip->legs, drop, NULL);
}

/* ------------------------------------------------------------------ answers to the INVITE */

static void on_invite(enum rw_sip_outcome outcome, const struct rw_sip_message *message,
                      const struct rw_sip_hop *from, void *arg);

unsigned rw_leg_extensions(const struct rw_leg *leg)
{
    return (leg->timer ? RW_SIP_TIMER : 0u) | (leg->reliable ? RW_SIP_100REL : 0u);
}

void rw_leg_put_contact(const struct rw_leg *leg, struct rw_buf *buf)
{
    rw_sip_put_contact(buf, leg->sip->wire, leg->hop.transport,
                       rw_sip_uri_is_secure(rw_slice_str(leg->request_uri)) || leg->secure_route);
}

/* All but credentials and body. */
static void put_invite(struct rw_leg *leg)
{
    struct rw_buf *buf = &leg->sip->scratch;

    /* The first one's was given by the caller, who has written it down; a second attempt's is new. */
    if (leg->dialog.local_cseq > 1 || leg->branch == 0)
        leg->branch = rw_random_u64();
    rw_sip_dialog_put(buf, &leg->dialog, leg->sip->wire, RW_SIP_INVITE, leg->dialog.local_cseq,
                      leg->hop.transport, leg->branch);
    rw_leg_put_contact(leg, buf);
    rw_sip_put_capabilities(buf, rw_leg_extensions(leg));
    if (leg->reliable == RW_LEG_RELIABLE_REQUIRED)
        rw_buf_puts(buf, "Require: 100rel\r\n");
    rw_leg_timer_put(leg, buf);
    if (leg->caller)
        rw_buf_puts(buf, leg->caller);
}

/* The INVITE stands in the scratch buffer afterwards. */
static enum rw_class compose_invite(struct rw_leg *leg, struct rw_err *err)
{
    struct rw_buf *buf = &leg->sip->scratch;
    enum rw_class class;

    put_invite(leg);
    rw_sip_auth_put(leg->auth, buf);
    class = rw_leg_identity_put(leg, buf, err);
    if (class)
        return class;
    return rw_sip_put_end(buf, rw_slice_str(leg->sdp)) ? RW_OK : rw_fail_memory(err);
}

enum rw_class rw_leg_send_invite(struct rw_leg *leg, struct rw_err *err)
{
    enum rw_class class;

    leg->phase = RW_PHASE_CALLING;
    leg->invite_cseq = leg->dialog.local_cseq;
    rw_leg_reliable_done(leg);
    class = compose_invite(leg, err);
    if (class)
        return class;
    return rw_sip_transaction_send(leg->sip, RW_SIP_INVITE, leg->branch, &leg->hop,
                                   rw_buf_slice(&leg->sip->scratch), on_invite, leg,
                                   &leg->transaction, err);
}

void rw_leg_ack(struct rw_leg *leg, uint32_t cseq, const struct rw_sip_auth *auth)
{
    struct rw_sip *sip = leg->sip;
    struct rw_sip_hop hop = rw_sip_dialog_hop(&leg->dialog, rw_sip_wire_af(sip->wire), &leg->hop);

    rw_sip_dialog_put(&sip->scratch, &leg->dialog, sip->wire, RW_SIP_ACK, cseq, hop.transport,
                      rw_random_u64());
    rw_sip_auth_put(auth, &sip->scratch);
    rw_sip_meet(sip, &hop.peer);
    if (rw_sip_put_end(&sip->scratch, (struct rw_slice){NULL, 0}))
        rw_sip_wire_send(sip, &hop, rw_buf_slice(&sip->scratch), 0);
}

void rw_leg_confirm(struct rw_leg *leg)
{
    uint32_t cseq = leg->ack_due;

    leg->ack_due = 0;
    if (cseq)
        rw_leg_ack(leg, cseq, leg->auth);
}

/* The fork that spoke last is heard; the same again is a repetition. */
void rw_leg_hear_early(struct rw_leg *leg, struct rw_slice sdp, struct rw_slice tag)
{
    uint64_t early = (rw_sip_hash(sdp) ^ rw_sip_hash(tag)) | 1;

    if (early == leg->early)
        return;
    leg->early = early;
    rw_leg_tell(leg, RW_IN_LEG_EARLY, NULL, sdp);
}

static void heard_provisional(struct rw_leg *leg, const struct rw_sip_message *m,
                              const struct rw_sip_hop *from)
{
    struct rw_slice sdp;

    leg->heard = true;
    if (leg->phase == RW_PHASE_CALLING) {
        leg->phase = RW_PHASE_PROCEEDING;
        if (leg->cancelled)
            rw_sip_transaction_cancel(leg->transaction);
    }
    if (leg->cancelled || m->code == 100)
        return;
    if (rw_sip_requires(m, "100rel") && !rw_leg_reliable_heard(leg, m, from))
        return;
    if (rw_sip_message_sdp(m, &sdp)) {
        rw_leg_hear_early(leg, sdp, m->to_tag);
    } else if (m->code >= 180 && m->code <= 182 && !leg->rang && !leg->early) {
        leg->rang = true;
        rw_leg_tell(leg, RW_IN_LEG_RINGING, NULL, (struct rw_slice){NULL, 0});
    }
}

static void heard_answer(struct rw_leg *leg, const struct rw_sip_message *m,
                         const struct rw_sip_hop *from)
{
    struct rw_ending failed = {.sip_code = 500, .sip_reason = "out of memory"};
    static const struct rw_leg_news late = {
        .input = {.kind = RW_IN_LEG_FAILED,
                  .ending = {.sip_code = 487, .sip_reason = "cancelled, then answered"}},
        .charged = true};
    struct rw_slice sdp = {NULL, 0};

    if (!rw_sip_dialog_confirm(&leg->dialog, m)) {
        rw_sip_end_unwanted(leg->sip, m, from);
        rw_leg_end(leg, RW_IN_LEG_FAILED, &failed);
        return;
    }
    /* over TLS only if it is a connection of ours: the peer's leads nowhere once closed, and the rest
     * would be out of TLS */
    if (leg->hop.transport != RW_SIP_TLS || from->profile == leg->hop.profile)
        leg->hop = *from;
    leg->phase = RW_PHASE_ANSWERED;
    rw_leg_identity_done(leg);
    rw_leg_places_done(leg);
    leg->ack_due = m->cseq;
    if (!leg->ack_waits || leg->cancelled)
        rw_leg_confirm(leg);
    if (leg->cancelled) {
        rw_leg_send_bye(leg, &(struct rw_ending){.sip_code = 0});
        tell(leg, &late);
        return;
    }
    rw_leg_check_start(leg);
    rw_leg_timer_start(leg, m);
    if (!rw_sip_message_sdp(m, &sdp))
        (void)rw_leg_reliable_sdp(leg, m, &sdp);
    rw_leg_tell(leg, RW_IN_LEG_ANSWERED, NULL, sdp);
    rw_leg_reliable_done(leg);
}

bool rw_leg_answer_challenge(const struct rw_leg *leg, const struct rw_sip_message *m,
                             enum rw_sip_method method, struct rw_slice uri,
                             struct rw_sip_auth **auth)
{
    struct rw_sip_credentials who = {.user = rw_slice_str(leg->user),
                                     .password = rw_slice_str(leg->password),
                                     .method = method,
                                     .uri = uri};

    return rw_sip_auth_answer(auth, m, &who);
}

/* A carrier that wants what we only offer is given it. */
static bool require_reliable(struct rw_leg *leg, const struct rw_sip_message *m)
{
    if (m->code != 421 || leg->reliable != RW_LEG_RELIABLE_SUPPORTED ||
        !rw_sip_requires(m, "100rel"))
        return false;
    leg->reliable = RW_LEG_RELIABLE_REQUIRED;
    return true;
}

/* May the INVITE be sent again, with what this refusal asks for? */
static bool can_comply(struct rw_leg *leg, const struct rw_sip_message *m)
{
    return !leg->cancelled &&
           (rw_leg_answer_challenge(leg, m, RW_SIP_INVITE, rw_sip_dialog_uri(&leg->dialog),
                                    &leg->auth) ||
            rw_leg_timer_raise(leg, m) || require_reliable(leg, m));
}

static void heard_failure(struct rw_leg *leg, const struct rw_sip_message *m)
{
    struct rw_ending ending;

    if (can_comply(leg, m)) {
        leg->dialog.local_cseq++;
        if (rw_leg_send_invite(leg, NULL) == RW_OK)
            return;
    }
    if (m->code == 503 && rw_leg_try_next_place(leg))
        return;
    ending = rw_sip_reason_ending(m);
    rw_leg_end(leg, RW_IN_LEG_FAILED, &ending);
}

/* Nothing could be sent. Over TLS it is known why. */
static void end_unsent(struct rw_leg *leg)
{
    struct rw_ending ending = {.disconnect = RW_DISC_NONE};
    struct rw_tls_fault fault;

    if (leg->hop.transport == RW_SIP_TLS &&
        rw_sip_profile_fault(rw_sip_wire_profiles(leg->sip->wire), leg->hop.profile, &fault)) {
        ending.reason = rw_sip_reason_of_fault(fault.kind);
        (void)snprintf(ending.sip_reason, sizeof(ending.sip_reason), "%s", fault.what);
    }
    rw_leg_end(leg, RW_IN_LEG_UNREACHABLE, &ending);
}

static void on_invite(enum rw_sip_outcome outcome, const struct rw_sip_message *message,
                      const struct rw_sip_hop *from, void *arg)
{
    struct rw_ending stuck = {.sip_code = 408, .sip_reason = "no final answer"};
    struct rw_leg *leg = arg;

    rw_leg_enter(leg);
    tmr_cancel(&leg->tmr); /* silent it is not */
    if (outcome != RW_SIP_ANSWERED || message->code >= 200)
        leg->transaction = NULL;
    if (((outcome == RW_SIP_TIMED_OUT && !leg->heard) || outcome == RW_SIP_UNSENT) &&
        rw_leg_try_next_place(leg))
        ; /* another address has it now */
    else if (outcome == RW_SIP_TIMED_OUT && leg->heard)
        rw_leg_end(leg, RW_IN_LEG_FAILED, &stuck);
    else if (outcome == RW_SIP_TIMED_OUT)
        rw_leg_end(leg, RW_IN_LEG_SILENT, NULL);
    else if (outcome == RW_SIP_UNSENT)
        end_unsent(leg);
    else if (message->code < 200)
        heard_provisional(leg, message, from);
    else if (message->code < 300)
        heard_answer(leg, message, from);
    else
        heard_failure(leg, message);
    rw_leg_leave(leg);
}

bool rw_sip_leg_late_answer(struct rw_sip *sip, const struct rw_sip_message *m,
                            const struct rw_sip_hop *from)
{
    struct rw_leg *leg = rw_leg_find(sip, m->call_id);

    if (!leg)
        return false;
    if (leg->dialog.remote_tag && rw_slice_eq(m->to_tag, rw_slice_str(leg->dialog.remote_tag))) {
        sip->counters.retransmissions++;
        leg->ack_due = 0;
        rw_leg_ack(leg, m->cseq, leg->auth); /* for each repetition of the 2xx */
    } else {
        rw_sip_end_unwanted(sip, m, from);
    }
    return true;
}

/* ------------------------------------------------------------------ the beginning */

/* A leg to the target, of which nothing has been sent, and what is asked first for where it is. NULL: *ret_class. */
static struct rw_leg *leg_to(struct rw_leg_port *port, const struct rw_leg_target *target,
                             struct rw_slice sdp_offer, struct rw_sip_uri *ret_next,
                             enum rw_class *ret_class, struct rw_err *err)
{
    struct rw_leg *leg;

    *ret_class = rw_leg_check_target(target, sdp_offer.n, ret_next, err);
    if (*ret_class)
        return NULL;
    leg = rw_leg_new(port->sip);
    if (leg && rw_leg_copy_target(leg, target, sdp_offer))
        return leg;
    if (leg)
        rw_leg_destroy(leg);
    *ret_class = rw_fail_memory(err);
    return NULL;
}

static enum rw_class leg_invite(struct rw_leg_port *port, const struct rw_leg_target *target,
                                struct rw_slice sdp_offer, rw_leg_news_h *handler, void *arg,
                                struct rw_leg **ret, struct rw_err *err)
{
    struct rw_sip_uri next = {.port = 0};
    enum rw_class class;
    struct rw_leg *leg = leg_to(port, target, sdp_offer, &next, &class, err);

    if (!leg)
        return class;
    leg->handler = handler;
    leg->arg = arg;
    class = rw_leg_start(leg, &next, target, err);
    if (class) {
        rw_leg_destroy(leg);
        return class;
    }
    hash_append(leg->sip->legs, (uint32_t)rw_sip_hash(rw_slice_str(leg->dialog.call_id)), &leg->he,
                leg);
    *ret = leg;
    return RW_OK;
}

static enum rw_class leg_preview(struct rw_leg_port *port, const struct rw_leg_target *target,
                                 struct rw_buf *ret, struct rw_err *err)
{
    struct rw_sip_uri next = {.port = 0};
    enum rw_class class;
    struct rw_leg *leg = leg_to(port, target, (struct rw_slice){NULL, 0}, &next, &class, err);

    if (!leg)
        return class;
    leg->hop.transport = rw_sip_uri_way(&next);
    put_invite(leg);
    rw_buf_put(ret, rw_buf_slice(&leg->sip->scratch));
    if (leg->sip->scratch.failed || ret->failed)
        class = rw_fail_memory(err);
    rw_leg_destroy(leg);
    return class;
}

/* What does not fit is left out: the store must never hold half a header. */
static void put_text(char *dst, size_t size, const char *src)
{
    (void)rw_slice_copy(dst, size, rw_slice_str(src));
}

static void leg_describe(const struct rw_leg *leg, struct rw_leg_dialog *ret)
{
    const struct rw_sip_dialog *d = &leg->dialog;
    struct rw_slice from, params;

    memset(ret, 0, sizeof(*ret));
    ret->answered = d->remote_tag != NULL;
    put_text(ret->call_id, sizeof(ret->call_id), d->call_id);
    put_text(ret->local_tag, sizeof(ret->local_tag), d->local_tag);
    put_text(ret->remote_tag, sizeof(ret->remote_tag), d->remote_tag);
    rw_sip_branch_write(ret->branch, leg->branch);
    put_text(ret->request_uri, sizeof(ret->request_uri), leg->request_uri);
    if (ret->answered)
        put_text(ret->remote_target, sizeof(ret->remote_target), d->target);
    if (rw_sip_address_split(rw_slice_str(d->from), &from, &params))
        (void)rw_slice_copy(ret->from_uri, sizeof(ret->from_uri), from);
    put_text(ret->to_uri, sizeof(ret->to_uri), d->to);
    put_text(ret->route_set, sizeof(ret->route_set), d->routes);
    ret->local_cseq = leg->invite_cseq;
}

static void leg_listen(struct rw_leg_port *port, rw_leg_offered_h *handler, void *arg)
{
    port->sip->offered = handler;
    port->sip->offered_arg = arg;
}

const struct rw_leg_ops rw_sip_leg_ops = {
    .invite = leg_invite,
    .cancel = rw_leg_cancel,
    .confirm = rw_leg_confirm,
    .bye = rw_leg_bye,
    .release = rw_leg_release,
    .key = rw_leg_key,
    .describe = leg_describe,
    .end_orphan = rw_sip_orphan_end,
    .preview = leg_preview,
    .listen = leg_listen,
    .adopt = rw_leg_adopt,
    .ring = rw_leg_ring,
    .accept = rw_leg_accept,
    .refuse = rw_leg_refuse,
};
