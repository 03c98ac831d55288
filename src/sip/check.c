/*
 * Is the far end of an answered call still there? Every so often it is asked by OPTIONS within the
 * dialog. 481 or 408, or no answer at all, ends the dialog (RFC 3261, section 12.2.1.2); any other
 * answer, a refusal too, shows that it is there. Who says nothing gets a BYE all the same: it may
 * only be our way to it that is broken, and a carrier's leg would go on being paid for.
 */
#include "base/id.h"
#include "sip/core.h"
#include "sip/session.h"
#include "sip/transaction.h"

static void on_check(enum rw_sip_outcome outcome, const struct rw_sip_message *message,
                     const struct rw_sip_hop *from, void *arg)
{
    struct rw_ending silent = {.disconnect = RW_DISC_TRANSPORT_FAILURE,
                               .sip_code = 408,
                               .sip_reason = "no answer to OPTIONS"};
    struct rw_ending gone = {.disconnect = RW_DISC_ERROR, .sip_reason = "the dialog is not known"};
    struct rw_leg *leg = arg;

    (void)from;
    if (outcome == RW_SIP_ANSWERED && message->code < 200)
        return;
    rw_leg_enter(leg);
    leg->check = NULL;
    if (outcome != RW_SIP_ANSWERED) {
        rw_leg_hang_up(leg, &silent);
    } else if (message->code == 481 || message->code == 408) {
        gone.sip_code = message->code;
        rw_leg_end(leg, RW_IN_LEG_ENDED, &gone);
    } else {
        rw_leg_check_start(leg);
    }
    rw_leg_leave(leg);
}

static void on_check_due(void *arg)
{
    struct rw_leg *leg = arg;
    struct rw_sip *sip = leg->sip;
    struct rw_sip_hop hop = rw_sip_dialog_hop(&leg->dialog, rw_sip_wire_af(sip->wire), &leg->hop);
    uint64_t branch = rw_random_u64();

    rw_sip_dialog_put(&sip->scratch, &leg->dialog, sip->wire, RW_SIP_OPTIONS,
                      ++leg->dialog.local_cseq, hop.transport, branch);
    if (!rw_sip_put_end(&sip->scratch, (struct rw_slice){NULL, 0}) ||
        rw_sip_transaction_send(sip, RW_SIP_OPTIONS, branch, &hop, rw_buf_slice(&sip->scratch),
                                on_check, leg, &leg->check, NULL))
        rw_leg_check_start(leg); /* no memory now; later there may be */
}

void rw_leg_check_start(struct rw_leg *leg)
{
    if (leg->sip->check_ms)
        tmr_start(&leg->check_due, leg->sip->check_ms, on_check_due, leg);
}

void rw_leg_check_stop(struct rw_leg *leg)
{
    tmr_cancel(&leg->check_due);
    rw_sip_transaction_forget(leg->check);
    leg->check = NULL;
}
