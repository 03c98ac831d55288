/* How our side ends a leg: CANCEL before an answer, BYE after it (RFC 3261, sections 9.1 and 15.1.1). */
#include "base/id.h"
#include "sip/reason.h"
#include "sip/session.h"

static void on_end_due(void *arg)
{
    struct rw_ending ending = {.sip_code = 487, .sip_reason = "cancelled before it was sent"};
    struct rw_leg *leg = arg;

    rw_leg_enter(leg);
    if (leg->phase == RW_PHASE_RESOLVING)
        rw_leg_end(leg, leg->cancelled ? RW_IN_LEG_FAILED : RW_IN_LEG_UNREACHABLE,
                   leg->cancelled ? &ending : NULL);
    else
        rw_leg_end(leg, RW_IN_LEG_ENDED, NULL);
    rw_leg_leave(leg);
}

static void on_bye(enum rw_sip_outcome outcome, const struct rw_sip_message *message,
                   const struct rw_sip_hop *from, void *arg)
{
    struct rw_leg *leg = arg;

    (void)from;
    if (outcome == RW_SIP_ANSWERED && message->code < 200)
        return;
    rw_leg_enter(leg);
    leg->transaction = NULL;
    if (outcome == RW_SIP_ANSWERED && message->code >= 300 &&
        rw_leg_answer_challenge(leg, message, RW_SIP_BYE, rw_sip_dialog_uri(&leg->dialog),
                                &leg->auth))
        rw_leg_send_bye(leg, &(struct rw_ending){.sip_code = 0});
    else
        rw_leg_end(leg, RW_IN_LEG_ENDED, NULL);
    rw_leg_leave(leg);
}

void rw_leg_send_bye(struct rw_leg *leg, const struct rw_ending *why)
{
    struct rw_sip *sip = leg->sip;
    struct rw_sip_hop hop = rw_sip_dialog_hop(&leg->dialog, rw_sip_wire_af(sip->wire), &leg->hop);
    uint64_t branch = rw_random_u64();

    leg->phase = RW_PHASE_ENDING;
    rw_leg_check_stop(leg);
    rw_leg_keys_done(leg);
    rw_leg_timer_stop(leg);
    rw_leg_reply_done(leg);
    tmr_cancel(&leg->tmr);
    rw_sip_dialog_put(&sip->scratch, &leg->dialog, sip->wire, RW_SIP_BYE, ++leg->dialog.local_cseq,
                      hop.transport, branch);
    rw_sip_auth_put(leg->auth, &sip->scratch);
    rw_sip_reason_put(&sip->scratch, why);
    if (!rw_sip_put_end(&sip->scratch, (struct rw_slice){NULL, 0}) ||
        rw_sip_transaction_send(sip, RW_SIP_BYE, branch, &hop, rw_buf_slice(&sip->scratch), on_bye,
                                leg, &leg->transaction, NULL))
        tmr_start(&leg->tmr, 0, on_end_due, leg); /* callers expect no news from within */
}

void rw_leg_hang_up(struct rw_leg *leg, const struct rw_ending *why)
{
    rw_leg_confirm(leg);
    rw_sip_auth_done(&leg->auth); /* answers for INVITE: a BYE's are others */
    leg->cancelled = true;        /* told here, and not again when the BYE is answered */
    rw_leg_send_bye(leg, why);
    rw_leg_tell(leg, RW_IN_LEG_ENDED, why, (struct rw_slice){NULL, 0});
}

void rw_leg_cancel(struct rw_leg *leg)
{
    if (leg->phase == RW_PHASE_OFFERED)
        rw_leg_refuse(leg, &(struct rw_ending){.sip_code = 0});
    if (leg->cancelled || leg->phase > RW_PHASE_PROCEEDING)
        return;
    leg->cancelled = true;
    if (leg->phase == RW_PHASE_RESOLVING) {
        rw_leg_places_done(leg);
        tmr_start(&leg->tmr, 0, on_end_due, leg);
    } else if (leg->phase == RW_PHASE_PROCEEDING) {
        rw_sip_transaction_cancel(leg->transaction);
    }
}

void rw_leg_bye(struct rw_leg *leg, const struct rw_ending *why)
{
    if (leg->phase < RW_PHASE_ANSWERED)
        rw_leg_cancel(leg);
    if (leg->phase != RW_PHASE_ANSWERED)
        return;
    rw_leg_confirm(leg);
    rw_sip_auth_done(&leg->auth); /* answers for INVITE: a BYE's are others */
    rw_leg_send_bye(leg, why);
}

void rw_leg_release(struct rw_leg *leg)
{
    rw_leg_enter(leg);
    leg->released = true;
    leg->handler = NULL;
    rw_leg_bye(leg, &(struct rw_ending){.sip_code = 0});
    rw_leg_leave(leg);
}
