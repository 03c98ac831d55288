/*
 * The session timer of an answered leg (RFC 4028): one side asks again and again, by UPDATE or re-INVITE,
 * for the session to go on; when that is not asked, or not granted, the session is over.
 *
 *     off --INVITE--> ASKED --2xx without Session-Expires--> ASKED     (no timer; the far end may begin one)
 *                       |                                      |
 *                       '--2xx, or a request of the far end, with it--> RUNS
 *
 *     RUNS, ours     half the interval: refresh ---2xx---> RUNS anew, or ASKED when it no longer agrees
 *                                               ---422---> again, with the interval that would do
 *                                               ---405, 501 to UPDATE---> again by re-INVITE
 *                                               ---481, 408, no answer---> told, BYE
 *                                               ---other---> again after 10 s, until the interval is nearly over
 *     RUNS, theirs   re-INVITE or UPDATE ---> RUNS anew
 *     RUNS           32 s, or a third of the interval, before its end: told, BYE (section 10)
 */
#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"
#include "call/reason.h"
#include "sip/extension.h"
#include "sip/session.h"

#include <stdio.h>

#define RETRY_MS 10000u
#define RAISES_MAX 3u /* 422s in a row */

struct rw_leg_timer {
    struct tmr tmr;
    struct rw_sip_transaction *refresh; /* NULL = none under way */
    struct rw_sip_auth *auth;           /* of the refresh */
    uint64_t ends_ms, due_ms;           /* monotonic: of the session; of our next refresh */
    uint32_t interval_s;                /* agreed, or asked for */
    uint32_t min_s;                     /* the largest Min-SE that was demanded; 0 = none */
    uint16_t refused;                   /* the last status of a refresh that did not do */
    uint8_t raises;
    bool runs, ours, by_update;
};

/* ------------------------------------------------------------------ life */

bool rw_leg_timer_init(struct rw_leg *leg, uint32_t expires_s)
{
    if (!expires_s)
        return true;
    leg->timer = rw_calloc(1, sizeof(*leg->timer));
    if (!leg->timer)
        return false;
    leg->timer->interval_s = expires_s < RW_SIP_SESSION_MIN_S ? RW_SIP_SESSION_MIN_S : expires_s;
    return true;
}

void rw_leg_timer_stop(struct rw_leg *leg)
{
    struct rw_leg_timer *t = leg->timer;

    if (!t)
        return;
    tmr_cancel(&t->tmr);
    if (t->refresh)
        rw_sip_transaction_hush(t->refresh);
    rw_sip_transaction_forget(t->refresh);
    rw_sip_auth_done(&t->auth);
    t->refresh = NULL;
    t->runs = false;
}

void rw_leg_timer_done(struct rw_leg *leg)
{
    rw_leg_timer_stop(leg);
    rw_free(leg->timer);
    leg->timer = NULL;
}

/* ------------------------------------------------------------------ asking for one */

static void put_min(const struct rw_leg_timer *t, struct rw_buf *buf)
{
    if (t->min_s)
        rw_buf_printf(buf, "Min-SE: %u\r\n", t->min_s);
}

void rw_leg_timer_put(const struct rw_leg *leg, struct rw_buf *buf)
{
    if (!leg->timer)
        return;
    rw_buf_printf(buf, "Session-Expires: %u\r\n", leg->timer->interval_s);
    put_min(leg->timer, buf);
}

bool rw_leg_timer_raise(struct rw_leg *leg, const struct rw_sip_message *m)
{
    struct rw_leg_timer *t = leg->timer;
    uint32_t min_s;

    if (m->code != 422 || !t || t->raises == RAISES_MAX || !rw_sip_min_se_read(m, &min_s) ||
        min_s <= t->interval_s)
        return false;
    t->raises++;
    t->interval_s = t->min_s = min_s;
    return true;
}

/* ------------------------------------------------------------------ running */

static void on_due(void *arg);

static void wait_on(struct rw_leg *leg)
{
    struct rw_leg_timer *t = leg->timer;
    uint64_t now = rw_clock_mono_ms(), until = t->ends_ms;

    if (t->ours && !t->refresh && t->due_ms < until)
        until = t->due_ms;
    tmr_start(&t->tmr, until > now ? until - now : 0, on_due, leg);
}

/* From now on, for another interval. */
static void run(struct rw_leg *leg, uint32_t interval_s, bool ours)
{
    struct rw_leg_timer *t = leg->timer;
    uint64_t interval_ms = interval_s * (uint64_t)1000, early_ms = interval_ms / 3;
    uint64_t now = rw_clock_mono_ms();

    if (early_ms > RW_SIP_GIVE_UP_MS)
        early_ms = RW_SIP_GIVE_UP_MS;
    t->interval_s = interval_s;
    t->ends_ms = now + interval_ms - early_ms;
    t->due_ms = now + interval_ms / 2;
    t->ours = ours;
    t->runs = true;
    t->refused = 0;
    t->raises = 0;
    wait_on(leg);
}

/* What a 2xx to a request of ours agrees to. */
static void take_agreement(struct rw_leg *leg, const struct rw_sip_message *m)
{
    struct rw_leg_timer *t = leg->timer;
    struct rw_sip_session_expires expires;

    t->by_update = rw_sip_allows(m, RW_SIP_UPDATE);
    if (!rw_sip_session_expires_read(m, &expires)) {
        rw_leg_timer_stop(leg);
        return;
    }
    if (expires.s < RW_SIP_SESSION_MIN_S) /* it may not: we would be kept busy */
        expires.s = RW_SIP_SESSION_MIN_S;
    run(leg, expires.s, expires.refresher != RW_SIP_REFRESHER_UAS);
}

void rw_leg_timer_start(struct rw_leg *leg, const struct rw_sip_message *answer)
{
    if (leg->timer)
        take_agreement(leg, answer);
}

static void expire(struct rw_leg *leg, uint16_t code, const char *why)
{
    struct rw_ending ending = {.disconnect = RW_DISC_TIMEOUT,
                               .said_by = RW_SAID_US,
                               .sip_code = code,
                               .reason = RW_REASON_SESSION_EXPIRED};

    (void)snprintf(ending.sip_reason, sizeof(ending.sip_reason), "%s", why);
    rw_leg_hang_up(leg, &ending);
}

/* ------------------------------------------------------------------ refreshing */

static void on_refresh(enum rw_sip_outcome outcome, const struct rw_sip_message *message,
                       const struct rw_sip_hop *from, void *arg);

/* Our own request: we are its UAC and go on refreshing (section 7.4). */
static bool compose(struct rw_leg *leg, enum rw_sip_method method, const struct rw_sip_hop *hop,
                    uint64_t branch)
{
    struct rw_buf *buf = &leg->sip->scratch;
    struct rw_leg_timer *t = leg->timer;

    rw_sip_dialog_put(buf, &leg->dialog, leg->sip->wire, method, ++leg->dialog.local_cseq,
                      hop->transport, branch);
    rw_leg_put_contact(leg, buf);
    rw_sip_put_capabilities(buf, rw_leg_extensions(leg));
    rw_buf_printf(buf, "Session-Expires: %u;refresher=uac\r\n", t->interval_s);
    put_min(t, buf);
    rw_sip_auth_put(t->auth, buf);
    /* the description as it was: nothing is changed by it (RFC 3264, section 8) */
    return rw_sip_put_end(buf, method == RW_SIP_INVITE ? rw_slice_str(leg->sdp)
                                                       : (struct rw_slice){NULL, 0});
}

static void refresh(struct rw_leg *leg)
{
    struct rw_leg_timer *t = leg->timer;
    struct rw_sip *sip = leg->sip;
    enum rw_sip_method method = t->by_update ? RW_SIP_UPDATE : RW_SIP_INVITE;
    struct rw_sip_hop hop = rw_sip_dialog_hop(&leg->dialog, rw_sip_wire_af(sip->wire), &leg->hop);
    uint64_t branch = rw_random_u64();

    /* no INVITE of the far end is without its ACK now: it was a refresh too, and an ACK comes within 32 s */
    if (!compose(leg, method, &hop, branch) ||
        rw_sip_transaction_send(sip, method, branch, &hop, rw_buf_slice(&sip->scratch), on_refresh,
                                leg, &t->refresh, NULL))
        t->due_ms = rw_clock_mono_ms() + RETRY_MS; /* no memory now; later there may be */
    wait_on(leg);
}

static void heard_refusal(struct rw_leg *leg, const struct rw_sip_message *m)
{
    struct rw_ending gone = {
        .disconnect = RW_DISC_ERROR, .sip_code = m->code, .sip_reason = "the dialog is not known"};
    struct rw_leg_timer *t = leg->timer;
    enum rw_sip_method method = t->by_update ? RW_SIP_UPDATE : RW_SIP_INVITE;

    if (m->code == 481 || m->code == 408) {
        rw_leg_hang_up(leg, &gone);
    } else if (rw_leg_answer_challenge(leg, m, method, rw_sip_dialog_uri(&leg->dialog), &t->auth) ||
               rw_leg_timer_raise(leg, m)) {
        refresh(leg);
    } else if (t->by_update && (m->code == 405 || m->code == 501)) {
        t->by_update = false;
        refresh(leg);
    } else {
        t->refused = m->code;
        t->due_ms = rw_clock_mono_ms() + RETRY_MS;
        rw_sip_auth_done(&t->auth);
        wait_on(leg);
    }
}

static void on_refresh(enum rw_sip_outcome outcome, const struct rw_sip_message *m,
                       const struct rw_sip_hop *from, void *arg)
{
    struct rw_leg *leg = arg;
    struct rw_leg_timer *t = leg->timer;

    (void)from;
    if (outcome == RW_SIP_ANSWERED && m->code < 200)
        return;
    rw_leg_enter(leg);
    t->refresh = NULL;
    if (outcome != RW_SIP_ANSWERED) {
        expire(leg, 408, "no answer to the refresh of the session");
    } else if (m->code >= 300) {
        heard_refusal(leg, m);
    } else {
        if (m->contact.n)
            rw_sip_dialog_move(&leg->dialog, m->contact);
        if (m->method == RW_SIP_INVITE)
            rw_leg_ack(leg, m->cseq, t->auth);
        rw_sip_auth_done(&t->auth);
        take_agreement(leg, m);
    }
    rw_leg_leave(leg);
}

static void on_due(void *arg)
{
    struct rw_leg *leg = arg;
    struct rw_leg_timer *t = leg->timer;

    rw_leg_enter(leg);
    if (rw_clock_mono_ms() < t->ends_ms)
        refresh(leg);
    else if (t->ours)
        expire(leg, t->refused ? t->refused : 408, "the session could not be refreshed");
    else
        expire(leg, 0, "the session was not refreshed");
    rw_leg_leave(leg);
}

/* ------------------------------------------------------------------ refreshed by the far end */

bool rw_leg_timer_waits(const struct rw_leg *leg)
{
    return leg->timer->refresh && !leg->timer->by_update;
}

bool rw_leg_timer_heard(struct rw_leg *leg, const struct rw_sip_message *m,
                        char lines[RW_LEG_TIMER_LINES])
{
    struct rw_leg_timer *t = leg->timer;
    struct rw_sip_session_expires expires = {.s = t->interval_s, .refresher = RW_SIP_REFRESHER_UAS};
    bool asked = rw_sip_session_expires_read(m, &expires), ours;

    if (asked && expires.s < RW_SIP_SESSION_MIN_S) {
        (void)snprintf(lines, RW_LEG_TIMER_LINES, "Min-SE: %u\r\n", RW_SIP_SESSION_MIN_S);
        return false;
    }
    if (!asked && !t->runs)
        return true;
    /* without a word of it the session goes on, and the one who refreshes it is sure to know how: we */
    ours = expires.refresher == RW_SIP_REFRESHER_UAS ||
           (expires.refresher == RW_SIP_REFRESHER_OPEN && t->runs && t->ours);
    run(leg, expires.s, ours);
    (void)snprintf(lines, RW_LEG_TIMER_LINES, "Session-Expires: %u;refresher=%s\r\n%s", expires.s,
                   ours ? "uas" : "uac", ours ? "" : "Require: timer\r\n");
    return true;
}
