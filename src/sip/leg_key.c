/*
 * Keys (DTMF) towards the far end of an answered leg, each in an INFO of its own. They leave one after
 * the other, each when the one before was answered: over UDP a later one could arrive first.
 */
#include "base/id.h"
#include "base/mem.h"
#include "sip/auth.h"
#include "sip/info.h"
#include "sip/session.h"

#define WAITING 32

struct rw_leg_keys {
    struct rw_sip_transaction *transaction;
    struct rw_sip_auth *auth;
    uint32_t first, count; /* of those that wait; the first is under way */
    bool refused;          /* told once */
    struct rw_key waiting[WAITING];
};

static void on_answer(enum rw_sip_outcome outcome, const struct rw_sip_message *message,
                      const struct rw_sip_hop *from, void *arg);

static bool send_first(struct rw_leg *leg)
{
    struct rw_leg_keys *keys = leg->keys;
    struct rw_sip *sip = leg->sip;
    struct rw_sip_hop hop = rw_sip_dialog_hop(&leg->dialog, rw_sip_wire_af(sip->wire), &leg->hop);
    uint64_t branch = rw_random_u64();
    struct rw_buf body;
    bool sent;

    rw_buf_init(&body, 64);
    rw_sip_info_put(&body, &keys->waiting[keys->first]);
    rw_sip_dialog_put(&sip->scratch, &leg->dialog, sip->wire, RW_SIP_INFO, ++leg->dialog.local_cseq,
                      hop.transport, branch);
    rw_sip_auth_put(keys->auth, &sip->scratch);
    sent = rw_sip_put_body(&sip->scratch, RW_SIP_KEY_TYPE, rw_buf_slice(&body)) && !body.failed &&
           rw_sip_transaction_send(sip, RW_SIP_INFO, branch, &hop, rw_buf_slice(&sip->scratch),
                                   on_answer, leg, &keys->transaction, NULL) == RW_OK;
    rw_buf_done(&body);
    return sent;
}

static void forget_first(struct rw_leg_keys *keys)
{
    keys->first = (keys->first + 1) % WAITING;
    keys->count--;
}

/* A key that can't be sent is lost, as a packet would be. */
static void send_next(struct rw_leg *leg)
{
    while (leg->keys->count && !send_first(leg))
        forget_first(leg->keys);
}

static void tell_refusal(struct rw_leg *leg, const struct rw_sip_message *message)
{
    if (leg->keys->refused)
        return;
    leg->keys->refused = true;
    rw_log(RW_LOG_WARN, "sip.key_refused", "call_id=%s code=%u", leg->dialog.call_id,
           message ? message->code : 408u);
}

static void on_answer(enum rw_sip_outcome outcome, const struct rw_sip_message *message,
                      const struct rw_sip_hop *from, void *arg)
{
    struct rw_leg *leg = arg;
    bool answered = outcome == RW_SIP_ANSWERED;

    (void)from;
    if (answered && message->code < 200)
        return;
    rw_leg_enter(leg);
    leg->keys->transaction = NULL;
    if (answered && rw_leg_answer_challenge(leg, message, RW_SIP_INFO,
                                            rw_sip_dialog_uri(&leg->dialog), &leg->keys->auth)) {
        send_next(leg);
    } else {
        if (!answered || message->code >= 300)
            tell_refusal(leg, message);
        rw_sip_auth_done(&leg->keys->auth); /* the next one is challenged anew */
        forget_first(leg->keys);
        send_next(leg);
    }
    rw_leg_leave(leg);
}

void rw_leg_key(struct rw_leg *leg, const struct rw_key *key)
{
    struct rw_leg_keys *keys = leg->keys;

    if (leg->phase != RW_PHASE_ANSWERED)
        return;
    if (!keys)
        keys = leg->keys = rw_calloc(1, sizeof(*keys));
    if (!keys || keys->count == WAITING)
        return;
    keys->waiting[(keys->first + keys->count++) % WAITING] = *key;
    if (!keys->transaction)
        send_next(leg);
}

void rw_leg_keys_done(struct rw_leg *leg)
{
    if (!leg->keys)
        return;
    rw_sip_transaction_forget(leg->keys->transaction);
    rw_sip_auth_done(&leg->keys->auth);
    rw_free(leg->keys);
    leg->keys = NULL;
}
