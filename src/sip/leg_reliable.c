/*
 * Provisional answers that are sent reliably (RFC 3262): each is acknowledged with a PRACK in the early
 * dialog that it makes or belongs to. Those of one telephone (fork) count up by one, and whatever else
 * comes is a repetition or too early: it is neither acknowledged nor heard (section 4). The answer to our
 * offer may stand in one of them, and not in the 2xx any more.
 */
#include "base/id.h"
#include "base/mem.h"
#include "sip/extension.h"
#include "sip/session.h"

#define FORKS_MAX 8u /* of a leg; more are heard without PRACK */

struct rw_leg_fork {
    struct rw_leg_fork *next;
    struct rw_leg *leg;
    struct rw_sip_dialog
        dialog;            /* remote_tag, target and routes are its own, the rest is the leg's */
    struct rw_sip_hop hop; /* from where it last spoke */
    struct rw_sip_transaction *prack; /* NULL = none under way */
    struct rw_sip_auth *auth;         /* of the PRACK */
    char *sdp;                        /* NULL = none was described */
    uint32_t rseq;                    /* of the last one heard */
};

static void release(struct rw_leg_fork *fork)
{
    rw_sip_transaction_forget(fork->prack);
    rw_sip_auth_done(&fork->auth);
    rw_free(fork->dialog.remote_tag);
    rw_free(fork->dialog.target);
    rw_free(fork->dialog.routes);
    rw_free(fork->sdp);
    rw_free(fork);
}

void rw_leg_reliable_done(struct rw_leg *leg)
{
    while (leg->forks) {
        struct rw_leg_fork *fork = leg->forks;

        leg->forks = fork->next;
        release(fork);
    }
}

static struct rw_leg_fork *find(const struct rw_leg *leg, const struct rw_sip_message *m,
                                unsigned *ret_count)
{
    *ret_count = 0;
    for (struct rw_leg_fork *fork = leg->forks; fork; fork = fork->next, ++*ret_count)
        if (rw_slice_eq(m->to_tag, rw_slice_str(fork->dialog.remote_tag)))
            return fork;
    return NULL;
}

/* The early dialog that the answer makes. NULL: memory is out, or it is none. */
static struct rw_leg_fork *new_fork(struct rw_leg *leg, const struct rw_sip_message *m)
{
    struct rw_leg_fork *fork = rw_calloc(1, sizeof(*fork));

    if (!fork)
        return NULL;
    fork->leg = leg;
    fork->dialog = leg->dialog;
    fork->dialog.remote_tag = fork->dialog.target = fork->dialog.routes = NULL;
    if (!rw_sip_dialog_confirm(&fork->dialog, m)) {
        release(fork);
        return NULL;
    }
    return fork;
}

/* ------------------------------------------------------------------ PRACK */

static void on_prack(enum rw_sip_outcome outcome, const struct rw_sip_message *message,
                     const struct rw_sip_hop *from, void *arg);

static bool send_prack(struct rw_leg_fork *fork)
{
    struct rw_leg *leg = fork->leg;
    struct rw_sip *sip = leg->sip;
    struct rw_sip_hop hop = rw_sip_dialog_hop(&fork->dialog, rw_sip_wire_af(sip->wire), &fork->hop);
    uint64_t branch = rw_random_u64();

    rw_sip_transaction_forget(fork->prack);
    fork->prack = NULL;
    rw_sip_dialog_put(&sip->scratch, &fork->dialog, sip->wire, RW_SIP_PRACK,
                      ++leg->dialog.local_cseq, hop.transport, branch);
    rw_buf_printf(&sip->scratch, "RAck: %u %u INVITE\r\n", fork->rseq, leg->invite_cseq);
    rw_sip_auth_put(fork->auth, &sip->scratch);
    return rw_sip_put_end(&sip->scratch, (struct rw_slice){NULL, 0}) &&
           rw_sip_transaction_send(sip, RW_SIP_PRACK, branch, &hop, rw_buf_slice(&sip->scratch),
                                   on_prack, fork, &fork->prack, NULL) == RW_OK;
}

/* Whatever it says but for a challenge, the INVITE has an end of its own. */
static void on_prack(enum rw_sip_outcome outcome, const struct rw_sip_message *m,
                     const struct rw_sip_hop *from, void *arg)
{
    struct rw_leg_fork *fork = arg;

    (void)from;
    if (outcome == RW_SIP_ANSWERED && m->code < 200)
        return;
    fork->prack = NULL;
    if (outcome == RW_SIP_ANSWERED &&
        rw_leg_answer_challenge(fork->leg, m, RW_SIP_PRACK, rw_sip_dialog_uri(&fork->dialog),
                                &fork->auth) &&
        send_prack(fork))
        return;
    rw_sip_auth_done(&fork->auth);
}

/* ------------------------------------------------------------------ what is heard */

static void keep_sdp(struct rw_leg_fork *fork, const struct rw_sip_message *m)
{
    struct rw_slice sdp;
    char *copy;

    if (!rw_sip_message_sdp(m, &sdp) || sdp.n > RW_SDP_MAX)
        return;
    copy = rw_calloc(sdp.n + 1, 1);
    if (!copy)
        return; /* the call hears it now, and will again if the 2xx repeats it */
    memcpy(copy, sdp.p, sdp.n);
    rw_free(fork->sdp);
    fork->sdp = copy;
}

/* As if the last answer had not come. */
static void take_back(struct rw_leg *leg, struct rw_leg_fork *fork, uint32_t rseq)
{
    fork->rseq = rseq;
    if (rseq)
        return;
    leg->forks = fork->next; /* a new one is the first */
    release(fork);
}

bool rw_leg_reliable_heard(struct rw_leg *leg, const struct rw_sip_message *m,
                           const struct rw_sip_hop *from)
{
    unsigned count;
    struct rw_leg_fork *fork = find(leg, m, &count);
    uint32_t rseq, before;

    if (m->to_tag.n == 0 || !rw_sip_rseq_read(m, &rseq))
        return true; /* can't be acknowledged: heard as any other */
    if (fork && rseq != fork->rseq + 1)
        return false;
    if (!fork) {
        fork = count < FORKS_MAX ? new_fork(leg, m) : NULL;
        if (!fork)
            return true;
        fork->next = leg->forks;
        leg->forks = fork;
    }
    before = fork->rseq;
    fork->rseq = rseq;
    fork->hop = *from;
    if (leg->hop.transport == RW_SIP_TLS && from->profile != leg->hop.profile)
        fork->hop = leg->hop;
    keep_sdp(fork, m);
    if (!send_prack(fork)) /* no memory now: it will be repeated */
        take_back(leg, fork, before);
    return true;
}

bool rw_leg_reliable_matches(const struct rw_leg *leg, const struct rw_sip_message *request)
{
    for (const struct rw_leg_fork *fork = leg->forks; fork; fork = fork->next)
        if (rw_sip_dialog_matches(&fork->dialog, request))
            return true;
    return false;
}

bool rw_leg_reliable_sdp(const struct rw_leg *leg, const struct rw_sip_message *m,
                         struct rw_slice *ret)
{
    unsigned count;
    const struct rw_leg_fork *fork = find(leg, m, &count);

    if (!fork || !fork->sdp)
        return false;
    *ret = rw_slice_str(fork->sdp);
    return true;
}
