/* What the far end asks of a dialog of ours (RFC 3261, sections 12.2.2, 14.2, 15.1.2; RFC 3311). */
#include "base/clock.h"
#include "base/mem.h"
#include "sip/extension.h"
#include "sip/info.h"
#include "sip/reason.h"
#include "sip/session.h"

void rw_leg_reply_done(struct rw_leg *leg)
{
    if (!leg->reply)
        return;
    tmr_cancel(&leg->tmr);
    rw_free(leg->reply);
    leg->reply = NULL;
}

/* Repeats our 2xx until its ACK comes; without one in 32 s the session is ended (13.3.1.4). */
static void on_reply_due(void *arg)
{
    struct rw_leg *leg = arg;
    struct rw_leg_reply *reply = leg->reply;

    if (rw_clock_mono_ms() >= reply->deadline_ms) {
        struct rw_ending ending = {.sip_code = 408, .sip_reason = "no ACK to our 200"};

        rw_leg_enter(leg);
        rw_sip_leg_ops.bye(leg, &ending);
        rw_leg_leave(leg);
        return;
    }
    leg->sip->counters.retransmissions++;
    rw_sip_wire_send(leg->sip, &reply->hop, (struct rw_slice){reply->bytes, reply->n}, 0);
    reply->interval_ms *= 2;
    if (reply->interval_ms > RW_SIP_T2_MS)
        reply->interval_ms = RW_SIP_T2_MS;
    tmr_start(&leg->tmr, reply->interval_ms, on_reply_due, leg);
}

void rw_leg_reply_keep(struct rw_leg *leg, const struct rw_sip_hop *hop, uint32_t cseq)
{
    struct rw_buf *buf = &leg->sip->scratch;
    struct rw_leg_reply *reply;

    rw_leg_reply_done(leg);
    reply = rw_calloc(1, sizeof(*reply) + buf->len);
    if (!reply)
        return; /* the far end repeats its INVITE instead */
    reply->hop = *hop;
    reply->cseq = cseq;
    reply->deadline_ms = rw_clock_mono_ms() + RW_SIP_GIVE_UP_MS;
    reply->interval_ms = RW_SIP_T1_MS;
    reply->n = buf->len;
    memcpy(reply->bytes, buf->p, buf->len);
    leg->reply = reply;
    tmr_start(&leg->tmr, reply->interval_ms, on_reply_due, leg);
}

static void answer(struct rw_leg *leg, const struct rw_sip_message *m,
                   const struct rw_sip_hop *from, uint16_t code, const char *phrase)
{
    struct rw_sip_reply reply = {.code = code, .phrase = phrase};

    reply.capabilities = code == 405 || code == 501 || m->method == RW_SIP_OPTIONS;
    reply.extensions = rw_leg_extensions(leg);
    rw_sip_answer(leg->sip, m, from, &reply);
}

static void refuse_interval(struct rw_leg *leg, const struct rw_sip_message *m,
                            const struct rw_sip_hop *from, const char *lines)
{
    struct rw_sip_reply reply = {
        .code = 422, .phrase = "Session Interval Too Small", .lines = rw_slice_str(lines)};

    rw_sip_answer(leg->sip, m, from, &reply);
}

/* A new offer, a hold, a refresh: agreed to with the media as it is. */
static void agree(struct rw_leg *leg, const struct rw_sip_message *m, const struct rw_sip_hop *from)
{
    struct rw_sip_reply reply = {.code = 200,
                                 .phrase = "OK",
                                 .contact = true,
                                 .capabilities = true,
                                 .extensions = rw_leg_extensions(leg)};
    char lines[RW_LEG_TIMER_LINES] = "";
    struct rw_slice sdp;

    if (leg->timer && !rw_leg_timer_heard(leg, m, lines)) {
        refuse_interval(leg, m, from, lines);
        return;
    }
    reply.lines = rw_slice_str(lines);
    if (m->method == RW_SIP_INVITE || rw_sip_message_sdp(m, &sdp))
        reply.sdp = rw_slice_str(leg->sdp);
    if (m->contact.n)
        rw_sip_dialog_move(&leg->dialog, m->contact);
    rw_sip_answer(leg->sip, m, from, &reply);
    if (m->method == RW_SIP_INVITE && !leg->sip->scratch.failed) {
        struct rw_sip_hop hop = rw_sip_reply_hop(m, from);

        rw_leg_reply_keep(leg, &hop, m->cseq);
    }
}

static void hung_up(struct rw_leg *leg, const struct rw_sip_message *m,
                    const struct rw_sip_hop *from)
{
    struct rw_ending ending = rw_sip_reason_ending(m);

    answer(leg, m, from, 200, "OK");
    rw_leg_end(leg, RW_IN_LEG_ENDED, &ending);
}

/* True when an extension is demanded; it was refused then (8.2.2.3). */
static bool refuse_extension(struct rw_leg *leg, const struct rw_sip_message *m,
                             const struct rw_sip_hop *from)
{
    struct rw_sip_reply reply = {.code = 420,
                                 .phrase = "Bad Extension",
                                 .unsupported = true,
                                 .extensions = rw_leg_extensions(leg)};

    if (!rw_sip_requires_beyond(m, reply.extensions))
        return false;
    rw_sip_answer(leg->sip, m, from, &reply);
    return true;
}

/* A key, or what we do not know: RFC 6086, section 4.2.2, has 200 for what a dialog did not agree on. */
static void informed(struct rw_leg *leg, const struct rw_sip_message *m,
                     const struct rw_sip_hop *from)
{
    struct rw_leg_news news = {.key = {.sign = '\0'}};
    enum rw_sip_info what = rw_sip_info_read(m->content_type, m->body, &news.key);

    if (what == RW_SIP_INFO_BAD) {
        answer(leg, m, from, 400, "No Key In Body");
        return;
    }
    answer(leg, m, from, 200, "OK");
    if (what != RW_SIP_INFO_KEY || leg->key_heard == m->cseq + UINT64_C(1))
        return; /* our answer was lost: no second key */
    leg->key_heard = m->cseq + UINT64_C(1);
    if (leg->handler && !leg->released)
        leg->handler(&news, leg->arg);
}

static void handle(struct rw_leg *leg, const struct rw_sip_message *m,
                   const struct rw_sip_hop *from)
{
    if (m->method != RW_SIP_BYE && refuse_extension(leg, m, from))
        return;
    switch (m->method) {
    case RW_SIP_BYE:
        hung_up(leg, m, from);
        break;
    case RW_SIP_INVITE:
    case RW_SIP_UPDATE:
        if (leg->phase != RW_PHASE_ANSWERED)
            answer(leg, m, from, 481, "Call Does Not Exist");
        else if (leg->timer && rw_leg_timer_waits(leg)) /* section 14.2; RFC 3311, section 5.2 */
            answer(leg, m, from, 491, "Request Pending");
        else
            agree(leg, m, from);
        break;
    case RW_SIP_PRACK: /* RFC 3262, section 3: of nothing that we sent */
        answer(leg, m, from, leg->reliable ? 481 : 405,
               leg->reliable ? "Nothing To Acknowledge" : "Method Not Allowed");
        break;
    case RW_SIP_OPTIONS:
        answer(leg, m, from, 200, "OK");
        break;
    case RW_SIP_INFO:
        informed(leg, m, from);
        break;
    case RW_SIP_UNKNOWN:
        answer(leg, m, from, 501, "Not Implemented");
        break;
    default:
        answer(leg, m, from, 405, "Method Not Allowed");
        break;
    }
}

/* UPDATE before the answer, in an early dialog that PRACK has made known (RFC 3311, section 5.2). */
static void update_early(struct rw_leg *leg, const struct rw_sip_message *m,
                         const struct rw_sip_hop *from)
{
    struct rw_sip_reply reply = {.code = 200,
                                 .phrase = "OK",
                                 .contact = true,
                                 .capabilities = true,
                                 .extensions = rw_leg_extensions(leg)};
    struct rw_slice sdp;

    if (refuse_extension(leg, m, from))
        return;
    if (rw_sip_message_sdp(m, &sdp))
        reply.sdp = rw_slice_str(leg->sdp);
    rw_sip_answer(leg->sip, m, from, &reply);
    if (reply.sdp.n && !leg->cancelled)
        rw_leg_hear_early(leg, sdp, m->from_tag);
}

bool rw_sip_leg_request(struct rw_sip *sip, const struct rw_sip_message *m,
                        const struct rw_sip_hop *from)
{
    struct rw_leg *leg = rw_leg_find(sip, m->call_id);

    if (leg && leg->invitation && rw_leg_invited_request(leg, m, from))
        return true;
    if (leg && m->method == RW_SIP_UPDATE && leg->forks && rw_leg_reliable_matches(leg, m)) {
        rw_leg_enter(leg);
        update_early(leg, m, from);
        rw_leg_leave(leg);
        return true;
    }
    /* With other tags it is of no dialog of ours, and may be a stranger's, who gets no answer. */
    if (!leg || m->method == RW_SIP_CANCEL || !rw_sip_dialog_matches(&leg->dialog, m))
        return false;
    if (m->method == RW_SIP_ACK) {
        if (leg->reply && leg->reply->cseq == m->cseq)
            rw_leg_reply_done(leg);
        return true;
    }
    rw_leg_enter(leg);
    if (leg->dialog.remote_spoke && m->cseq < leg->dialog.remote_cseq) {
        answer(leg, m, from, 500, "CSeq Out Of Order");
    } else {
        leg->dialog.remote_spoke = true;
        leg->dialog.remote_cseq = m->cseq;
        handle(leg, m, from);
    }
    rw_leg_leave(leg);
    return true;
}
