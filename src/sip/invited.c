/*
 * Calls that come in: an INVITE of a far end until it has its final answer (RFC 3261, 13.3.1, 17.2.1, 9.2).
 *
 *     OFFERED --accept()----> ANSWERED   as any leg; the 200 is repeated until its ACK (incoming.c)
 *        |  '--ring()         180, again for each repetition of the INVITE
 *        |-- refuse() ------> REFUSED    told FAILED; repeated until its ACK, 32 s at most --> OVER
 *        '-- CANCEL: 200 ---> REFUSED    487
 *
 * Nothing of this leaves for a stranger (stray.c).
 */
#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"
#include "call/reason.h"
#include "sip/reason.h"
#include "sip/session.h"

#include <stdio.h>

/* ------------------------------------------------------------------ answers */

/* Composes the leg's answer again, whatever it was last. */
static bool compose(struct rw_leg *leg)
{
    const struct rw_leg_invitation *inv = leg->invitation;
    struct rw_buf *buf = &leg->sip->scratch;
    bool success = inv->code >= 200 && inv->code < 300;

    rw_buf_clear(buf);
    rw_buf_printf(buf, "SIP/2.0 %u %s\r\n", inv->code, inv->phrase);
    rw_buf_put(buf, (struct rw_slice){inv->head, inv->n});
    if (inv->code > 100 && inv->code < 300) {
        rw_sip_put_contact(buf, leg->sip->wire, inv->hop.transport, inv->secure);
        rw_sip_put_capabilities(buf, 0);
    }
    rw_buf_put(buf, RW_LIT("Server: " RW_SIP_AGENT "\r\n"));
    return rw_sip_put_end(buf, success ? rw_slice_str(leg->sdp) : (struct rw_slice){NULL, 0});
}

static void send_again(struct rw_leg *leg)
{
    if (compose(leg))
        rw_sip_wire_send(leg->sip, &leg->invitation->hop, rw_buf_slice(&leg->sip->scratch), 0);
}

static void send_answer(struct rw_leg *leg, uint16_t code, const char *phrase)
{
    leg->invitation->code = code;
    (void)snprintf(leg->invitation->phrase, sizeof(leg->invitation->phrase), "%s", phrase);
    send_again(leg);
}

/* ------------------------------------------------------------------ refusing */

static void tell_refused(struct rw_leg *leg)
{
    const struct rw_leg_invitation *inv = leg->invitation;
    struct rw_ending ending = {.sip_code = inv->code};

    (void)snprintf(ending.sip_reason, sizeof(ending.sip_reason), "%s", inv->phrase);
    if (inv->cancelled) {
        ending.reason = RW_REASON_CANCELLED;
        ending.disconnect = RW_DISC_ENDPOINT;
    }
    rw_leg_tell(leg, RW_IN_LEG_FAILED, &ending, (struct rw_slice){NULL, 0});
}

/* First the end is told, from the loop, since callers expect no news from within; then it is repeated. */
static void on_due(void *arg)
{
    struct rw_leg *leg = arg;
    struct rw_leg_invitation *inv = leg->invitation;
    uint64_t now = rw_clock_mono_ms();
    bool first = !inv->told;

    rw_leg_enter(leg);
    if (now >= inv->deadline_ms) {
        leg->phase = RW_PHASE_OVER;
        hash_unlink(&leg->he);
    } else {
        if (!first && inv->hop.transport == RW_SIP_UDP) {
            leg->sip->counters.retransmissions++;
            send_again(leg);
        }
        tmr_start(&leg->tmr,
                  inv->deadline_ms - now < inv->interval_ms ? inv->deadline_ms - now
                                                            : inv->interval_ms,
                  on_due, leg);
        inv->interval_ms *= 2;
        if (inv->interval_ms > RW_SIP_T2_MS)
            inv->interval_ms = RW_SIP_T2_MS;
    }
    inv->told = true;
    if (first)
        tell_refused(leg);
    rw_leg_leave(leg);
}

static void refuse(struct rw_leg *leg, uint16_t code, const char *phrase)
{
    leg->phase = RW_PHASE_REFUSED;
    leg->invitation->deadline_ms = rw_clock_mono_ms() + RW_SIP_GIVE_UP_MS;
    leg->invitation->interval_ms = RW_SIP_T1_MS;
    send_answer(leg, code, phrase);
    tmr_start(&leg->tmr, 0, on_due, leg);
}

/* What the called user's end is to the caller (RFC 3261, section 21). */
void rw_leg_refuse(struct rw_leg *leg, const struct rw_ending *why)
{
    static const struct {
        const char *reason;
        uint16_t code;
        const char *phrase;
    } table[] = {
        {RW_REASON_BUSY, 486, "Busy Here"},
        {RW_REASON_DECLINED, 603, "Decline"},
        {RW_REASON_MEDIA_REFUSED, 488, "Not Acceptable Here"},
        {RW_REASON_MEDIA_UNUSABLE, 488, "Not Acceptable Here"},
        {RW_REASON_DRAINED, 503, "Service Unavailable"},
        {RW_REASON_STORE_FAILED, 500, "Server Internal Error"},
    };

    if (leg->phase != RW_PHASE_OFFERED)
        return;
    for (size_t i = 0; why->reason && i < sizeof(table) / sizeof(*table); i++) {
        if (strcmp(table[i].reason, why->reason) == 0) {
            refuse(leg, table[i].code, table[i].phrase);
            return;
        }
    }
    refuse(leg, 480, "Temporarily Unavailable");
}

/* ------------------------------------------------------------------ accepting */

void rw_leg_adopt(struct rw_leg *leg, rw_leg_news_h *handler, void *arg)
{
    leg->handler = handler;
    leg->arg = arg;
}

void rw_leg_ring(struct rw_leg *leg)
{
    if (leg->phase == RW_PHASE_OFFERED)
        send_answer(leg, 180, "Ringing");
}

enum rw_class rw_leg_accept(struct rw_leg *leg, struct rw_slice sdp, struct rw_err *err)
{
    char *copy;

    if (leg->phase != RW_PHASE_OFFERED)
        return rw_fail(err, RW_CONFLICT, "sip.not_offered", "the caller waits no more");
    copy = rw_calloc(sdp.n + 1, 1);
    if (!copy)
        return rw_fail_memory(err);
    if (sdp.n)
        memcpy(copy, sdp.p, sdp.n);
    rw_free(leg->sdp);
    leg->sdp = copy;
    leg->phase = RW_PHASE_ANSWERED;
    send_answer(leg, 200, "OK");
    rw_leg_reply_keep(leg, &leg->invitation->hop, leg->dialog.remote_cseq);
    rw_leg_check_start(leg);
    return RW_OK;
}

/* ------------------------------------------------------------------ what the far end sends */

/* CANCEL, or a BYE in the dialog that our 180 made (15). */
static void give_up(struct rw_leg *leg, const struct rw_sip_message *m,
                    const struct rw_sip_hop *from)
{
    rw_sip_answer(leg->sip, m, from,
                  &(struct rw_sip_reply){
                      .code = 200, .phrase = "OK", .tag = rw_slice_str(leg->dialog.local_tag)});
    if (leg->phase != RW_PHASE_OFFERED)
        return; /* it has its final answer already (9.2) */
    leg->invitation->cancelled = true;
    refuse(leg, 487, "Request Terminated");
}

static void acknowledged(struct rw_leg *leg)
{
    if (leg->phase != RW_PHASE_REFUSED)
        return;
    leg->invitation->deadline_ms = 0;
    tmr_start(&leg->tmr, 0, on_due, leg);
}

/* The INVITE again, which is answered the way it came, or the same call by another way (8.2.2.2). */
static void invited_again(struct rw_leg *leg, const struct rw_sip_message *m,
                          const struct rw_sip_hop *from, bool same)
{
    if (same) {
        leg->invitation->hop = rw_sip_reply_hop(m, from);
        send_again(leg);
        return;
    }
    rw_sip_answer(leg->sip, m, from,
                  &(struct rw_sip_reply){.code = 482,
                                         .phrase = "Loop Detected",
                                         .tag = rw_slice_str(leg->dialog.local_tag)});
}

bool rw_leg_invited_request(struct rw_leg *leg, const struct rw_sip_message *m,
                            const struct rw_sip_hop *from)
{
    bool same = rw_sip_hash(m->branch) == leg->invitation->branch, ours = true;

    rw_leg_enter(leg);
    if (m->method == RW_SIP_INVITE && m->to_tag.n == 0)
        invited_again(leg, m, from, same);
    else if ((m->method == RW_SIP_CANCEL && same) ||
             (m->method == RW_SIP_BYE && leg->phase == RW_PHASE_OFFERED &&
              rw_sip_dialog_matches(&leg->dialog, m)))
        give_up(leg, m, from);
    else if (m->method == RW_SIP_ACK && same)
        acknowledged(leg);
    else
        ours = false;
    rw_leg_leave(leg);
    return ours;
}

/* ------------------------------------------------------------------ the beginning */

static bool keep_invitation(struct rw_leg *leg, const struct rw_sip_message *m,
                            const struct rw_sip_hop *from)
{
    struct rw_buf *buf = &leg->sip->scratch;
    struct rw_leg_invitation *inv;

    rw_buf_clear(buf);
    rw_sip_put_reply_head(buf, m, from, rw_slice_str(leg->dialog.local_tag));
    inv = buf->failed ? NULL : rw_calloc(1, sizeof(*inv) + buf->len);
    if (!inv)
        return false;
    inv->hop = rw_sip_reply_hop(m, from);
    inv->branch = rw_sip_hash(m->branch);
    inv->secure = rw_sip_uri_is_secure(m->uri);
    inv->n = buf->len;
    memcpy(inv->head, buf->p, buf->len);
    leg->invitation = inv;
    return true;
}

/* The leg of the INVITE, or NULL when none can be made of it. */
static struct rw_leg *leg_of(struct rw_sip *sip, const struct rw_sip_message *m,
                             const struct rw_sip_hop *from, struct rw_err *err)
{
    struct rw_leg *leg = rw_leg_new(sip);
    char tag[RW_SIP_TAG];

    if (!leg) {
        (void)rw_fail_memory(err);
        return NULL;
    }
    /* it ends in the number of the worker: rw_sip_wire_tag_owner() */
    rw_sip_tag_write(tag, (rw_random_u64() & ~UINT64_C(0xff)) | sip->index);
    leg->phase = RW_PHASE_OFFERED;
    leg->invite_cseq = 1; /* what ours follow */
    leg->hop = *from;
    leg->sdp = rw_strdup("");
    if (rw_sip_dialog_take(&leg->dialog, m, tag, err) == RW_OK) {
        leg->request_uri = rw_strdup(leg->dialog.target);
        if (leg->sdp && leg->request_uri && keep_invitation(leg, m, from))
            return leg;
        (void)rw_fail_memory(err);
    }
    rw_leg_destroy(leg);
    return NULL;
}

static struct rw_slice user_of(struct rw_slice address)
{
    struct rw_slice uri, params;
    struct rw_sip_uri parsed;

    if (rw_sip_address_split(address, &uri, &params) && rw_sip_uri_parse(uri, &parsed))
        return parsed.user;
    return (struct rw_slice){NULL, 0};
}

/*
 * To a trunk that is registered calls come with our Contact as the request URI (RFC 3261, section 16.5).
 * Who was called then stands in P-Called-Party-ID (RFC 7315, section 4.2), or in To.
 */
static struct rw_slice called_by(const struct rw_sip_message *m)
{
    struct rw_slice lines = m->lines, value;
    struct rw_sip_uri uri;

    if (rw_sip_uri_parse(m->uri, &uri) && !rw_slice_eq(uri.user, RW_LIT(RW_SIP_CONTACT_USER)))
        return uri.user;
    return user_of(rw_sip_message_next(&lines, "p-called-party-id", 0, &value) ? value : m->to);
}

static void describe(const struct rw_sip_message *m, struct rw_leg_offer *offer)
{
    const char *quote =
        m->from.n && m->from.p[0] == '"' ? memchr(m->from.p + 1, '"', m->from.n - 1) : NULL;

    offer->called = called_by(m);
    offer->caller = user_of(m->from);
    if (quote)
        offer->caller_name = (struct rw_slice){m->from.p + 1, (size_t)(quote - m->from.p) - 1};
    (void)rw_sip_message_sdp(m, &offer->sdp);
}

static void decline(struct rw_sip *sip, const struct rw_sip_message *m,
                    const struct rw_sip_hop *from, uint16_t code, const char *phrase)
{
    char tag[RW_SIP_TAG];

    rw_sip_tag_write(tag, rw_random_u64());
    rw_sip_answer(
        sip, m, from,
        &(struct rw_sip_reply){.code = code, .phrase = phrase, .tag = {tag, RW_SIP_TAG - 1}});
}

void rw_sip_invited(struct rw_sip *sip, const struct rw_sip_message *m,
                    const struct rw_sip_hop *from)
{
    struct rw_leg_refusal refusal = {480, "Temporarily Unavailable"};
    struct rw_leg_origin origins[RW_SIP_ORIGIN_TRUNKS];
    struct rw_leg_offer offer = {.origins = origins};
    struct rw_leg *leg;
    struct rw_err err;

    if (!sip->offered) {
        decline(sip, m, from, 403, "Calls Are Not Taken Here");
        return;
    }
    if (rw_leg_find(sip, m->call_id)) { /* a call of ours that was sent back to us */
        decline(sip, m, from, 482, "Loop Detected");
        return;
    }
    leg = leg_of(sip, m, from, &err);
    if (!leg) {
        bool malformed = err.class == RW_MALFORMED;

        decline(sip, m, from, malformed ? 400 : 500,
                malformed ? "Bad From Or To" : "Server Internal Error");
        return;
    }
    hash_append(sip->legs, (uint32_t)rw_sip_hash(m->call_id), &leg->he, leg);
    describe(m, &offer);
    offer.origin_count = rw_sip_origins_find(rw_sip_wire_origins(sip->wire), &from->peer, origins);
    rw_leg_enter(leg);
    if (sip->offered(leg, &offer, &refusal, sip->offered_arg)) {
        send_answer(leg, 100, "Trying");
    } else {
        leg->released = true;
        leg->handler = NULL;
        if (leg->phase == RW_PHASE_OFFERED)
            refuse(leg, refusal.code, refusal.phrase);
    }
    rw_leg_leave(leg);
}
