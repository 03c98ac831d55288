/*
 *                 send
 *                   |
 *     .----------> TRYING ----- 1xx ----> PROCEEDING         INVITE: no timer in PROCEEDING until
 *  repeat (A, E)    | |                     |  |             cancelled; others repeat every T2
 *     '-------------' |                     |  |
 *                     +-- 64*T1 (B, F) -> told TIMED_OUT, freed
 *                     +-- 2xx, or any final of a non-INVITE -> told, freed
 *                     +-- 3xx..6xx of an INVITE -> ACK, told --> COMPLETED -- 32 s (D) --> freed
 *                                                                   '-- again: ACK again
 */
#include "sip/transaction.h"

#include "base/clock.h"
#include "base/mem.h"
#include "sip/compose.h"
#include "sip/core.h"

enum state { TRYING, PROCEEDING, COMPLETED };

struct rw_sip_transaction {
    struct le he;
    struct tmr tmr;
    struct rw_sip *sip;
    uint64_t branch;
    struct rw_sip_hop hop;
    char *bytes; /* the request; of a COMPLETED one the ACK */
    uint32_t n;
    uint32_t interval_ms;
    uint64_t deadline_ms; /* monotonic; 0 = none */
    uint8_t method, state;
    bool unwanted; /* an INVITE that was given up */
    bool bounded;  /* an INVITE that ends at its deadline, whatever provisional answers come */
    rw_sip_answer_h *handler;
    void *arg;
};

static void release(struct rw_sip_transaction *t)
{
    tmr_cancel(&t->tmr);
    hash_unlink(&t->he);
    t->sip->counters.transactions--;
    rw_free(t->bytes);
    rw_free(t);
}

/* Last news: the handler runs after the transaction is out of every table, and may do anything. */
static void finish(struct rw_sip_transaction *t, enum rw_sip_outcome outcome)
{
    rw_sip_answer_h *handler = t->state == COMPLETED ? NULL : t->handler;
    void *arg = t->arg;

    release(t);
    if (handler)
        handler(outcome, NULL, NULL, arg);
}

/* A CANCEL has its INVITE's branch, and an ACK is no transaction: neither can be told about. */
static void put_on_wire(struct rw_sip_transaction *t)
{
    bool watched = t->state != COMPLETED && t->method != RW_SIP_CANCEL;

    rw_sip_wire_send(t->sip, &t->hop, (struct rw_slice){t->bytes, t->n}, watched ? t->branch : 0);
}

static void on_timer(void *arg);

static void schedule(struct rw_sip_transaction *t)
{
    uint64_t now = rw_clock_mono_ms(), wait = UINT64_MAX;

    if (t->deadline_ms)
        wait = t->deadline_ms > now ? t->deadline_ms - now : 0;
    if (t->interval_ms && t->interval_ms < wait)
        wait = t->interval_ms;
    if (wait == UINT64_MAX)
        tmr_cancel(&t->tmr);
    else
        tmr_start(&t->tmr, wait, on_timer, t);
}

static void on_timer(void *arg)
{
    struct rw_sip_transaction *t = arg;

    if (t->deadline_ms && rw_clock_mono_ms() >= t->deadline_ms) {
        finish(t, RW_SIP_TIMED_OUT);
        return;
    }
    t->interval_ms *= 2;
    if (t->method != RW_SIP_INVITE && (t->interval_ms > RW_SIP_T2_MS || t->state == PROCEEDING))
        t->interval_ms = RW_SIP_T2_MS;
    t->sip->counters.retransmissions++;
    schedule(t);
    put_on_wire(t);
}

enum rw_class rw_sip_transaction_send(struct rw_sip *sip, enum rw_sip_method method,
                                      uint64_t branch, const struct rw_sip_hop *hop,
                                      struct rw_slice request, rw_sip_answer_h *handler, void *arg,
                                      struct rw_sip_transaction **ret, struct rw_err *err)
{
    struct rw_sip_transaction *t = rw_calloc(1, sizeof(*t));

    if (!t)
        return rw_fail_memory(err);
    t->bytes = rw_calloc(1, request.n);
    if (!t->bytes) {
        rw_free(t);
        return rw_fail_memory(err);
    }
    memcpy(t->bytes, request.p, request.n);
    t->n = (uint32_t)request.n;
    t->sip = sip;
    t->branch = branch;
    t->hop = *hop;
    t->method = (uint8_t)method;
    t->handler = handler;
    t->arg = arg;
    t->interval_ms = hop->transport == RW_SIP_UDP ? RW_SIP_T1_MS : 0;
    t->deadline_ms = rw_clock_mono_ms() + RW_SIP_GIVE_UP_MS;
    sip->counters.transactions++;
    hash_append(sip->transactions, (uint32_t)branch, &t->he, t);
    schedule(t);
    if (ret)
        *ret = t;
    rw_sip_meet(sip, &hop->peer);
    put_on_wire(t);
    return RW_OK;
}

void rw_sip_transaction_forget(struct rw_sip_transaction *t)
{
    if (!t)
        return;
    t->handler = NULL;
    t->bounded = true;
    if (t->method == RW_SIP_INVITE && t->state == PROCEEDING && !t->deadline_ms) {
        t->deadline_ms = rw_clock_mono_ms() + RW_SIP_GIVE_UP_MS;
        schedule(t);
    }
}

static struct rw_sip_transaction *find(struct rw_sip *sip, uint64_t branch, int method)
{
    for (struct le *le = list_head(hash_list(sip->transactions, (uint32_t)branch)); le;
         le = le->next) {
        struct rw_sip_transaction *t = le->data;

        if (t->branch == branch && (method < 0 || t->method == method))
            return t;
    }
    return NULL;
}

void rw_sip_transaction_hush(struct rw_sip_transaction *t)
{
    t->interval_ms = 0;
    schedule(t);
}

void rw_sip_transaction_give_up(struct rw_sip_transaction *t)
{
    if (!t)
        return;
    t->unwanted = true;
    rw_sip_transaction_hush(t);
    rw_sip_transaction_forget(t);
}

void rw_sip_transaction_cancel(struct rw_sip_transaction *t)
{
    struct rw_sip *sip = t->sip;

    if (t->state != PROCEEDING)
        return;
    t->bounded = true;
    t->deadline_ms = rw_clock_mono_ms() + RW_SIP_GIVE_UP_MS;
    schedule(t);
    if (rw_sip_compose_hop_request(&sip->scratch, RW_SIP_CANCEL, (struct rw_slice){t->bytes, t->n},
                                   (struct rw_slice){NULL, 0}))
        /* without memory for it the INVITE still ends at its deadline */
        (void)!rw_sip_transaction_send(sip, RW_SIP_CANCEL, t->branch, &t->hop,
                                       rw_buf_slice(&sip->scratch), NULL, NULL, NULL, NULL);
}

/* A final answer that is no 2xx: the ACK is this transaction's work, and all it keeps. */
static void complete_invite(struct rw_sip_transaction *t, const struct rw_sip_message *message,
                            const struct rw_sip_hop *from)
{
    struct rw_buf *ack = &t->sip->scratch;
    rw_sip_answer_h *handler = t->handler;
    void *arg = t->arg;
    char *bytes = NULL;

    t->handler = NULL;
    t->state = COMPLETED;
    if (rw_sip_compose_hop_request(ack, RW_SIP_ACK, (struct rw_slice){t->bytes, t->n},
                                   message->to)) {
        rw_sip_wire_send(t->sip, &t->hop, rw_buf_slice(ack), 0);
        bytes = t->hop.transport == RW_SIP_UDP ? rw_calloc(1, ack->len) : NULL;
    }
    if (bytes) {
        memcpy(bytes, ack->p, ack->len);
        rw_free(t->bytes);
        t->bytes = bytes;
        t->n = (uint32_t)ack->len;
        t->interval_ms = 0;
        t->deadline_ms = rw_clock_mono_ms() + RW_SIP_GIVE_UP_MS;
        schedule(t);
    } else {
        release(t);
    }
    if (handler)
        handler(RW_SIP_ANSWERED, message, from, arg);
}

static void answer_found(struct rw_sip_transaction *t, const struct rw_sip_message *message,
                         const struct rw_sip_hop *from)
{
    rw_sip_answer_h *handler = t->handler;
    void *arg = t->arg;

    if (t->state == COMPLETED) {
        if (message->code >= 300) {
            t->sip->counters.retransmissions++;
            put_on_wire(t);
        }
        return;
    }
    if (message->code < 200) {
        bool first = t->state == TRYING;

        t->state = PROCEEDING;
        if (t->method == RW_SIP_INVITE) {
            t->interval_ms = 0;
            if (!t->bounded)
                t->deadline_ms = 0;
            schedule(t);
        }
        if (t->unwanted && first)
            rw_sip_transaction_cancel(t);
    } else if (t->method == RW_SIP_INVITE && message->code >= 300) {
        complete_invite(t, message, from);
        return;
    } else {
        release(t);
    }
    if (handler)
        handler(RW_SIP_ANSWERED, message, from, arg);
}

bool rw_sip_transaction_answer(struct rw_sip *sip, const struct rw_sip_message *message,
                               const struct rw_sip_hop *from)
{
    struct rw_sip_transaction *t;
    uint64_t branch;

    if (!rw_sip_branch_read(message->branch, &branch))
        return false;
    t = find(sip, branch, (int)message->method);
    /* after a failure another fork may still answer: that is the leg's affair, or a stray's */
    if (!t || (t->state == COMPLETED && message->code < 300 && message->code >= 200))
        return false;
    if (t->unwanted && message->code >= 200 && message->code < 300) {
        release(t);
        return false;
    }
    answer_found(t, message, from);
    return true;
}

void rw_sip_transaction_unsent(struct rw_sip *sip, uint64_t key)
{
    struct rw_sip_transaction *t = find(sip, key, -1);

    if (t && t->state == TRYING)
        finish(t, RW_SIP_UNSENT);
}

static void on_unsent(void *arg)
{
    finish(arg, RW_SIP_UNSENT);
}

void rw_sip_transaction_unsent_later(struct rw_sip *sip, uint64_t key)
{
    struct rw_sip_transaction *t = find(sip, key, -1);

    if (t && t->state == TRYING)
        tmr_start(&t->tmr, 0, on_unsent, t);
}

void rw_sip_transaction_uses_stream(struct rw_sip *sip, uint64_t key, uint32_t stream)
{
    struct rw_sip_transaction *t = find(sip, key, -1);

    if (t)
        t->hop.stream = stream;
}

static bool fail_if_lost(struct le *le, void *arg)
{
    struct rw_sip_transaction *t = le->data;

    if (t->hop.transport != RW_SIP_UDP && t->hop.stream == *(uint32_t *)arg && t->state == TRYING)
        tmr_start(&t->tmr, 0, on_unsent, t); /* not from within the walk */
    return false;
}

void rw_sip_transaction_stream_lost(struct rw_sip *sip, uint32_t stream)
{
    (void)hash_apply(sip->transactions, fail_if_lost, &stream);
}

static bool drop(struct le *le, void *arg)
{
    (void)arg;
    release(le->data);
    return false;
}

void rw_sip_transactions_drop(struct rw_sip *sip)
{
    (void)hash_apply(sip->transactions, drop, NULL);
}
