#include "spend/permit.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "spend/money.h"
#include "store/store.h"

struct held {
    struct rw_charge charge;
    uint64_t answered_ms; /* monotonic; 0 = not yet */
    int64_t slice_micro;  /* the last one's */
    int64_t unstored_micro;
    int64_t back_micro; /* what goes back, once settled */
    bool settled;
    char tenant_id[];
};

static struct rw_ledger *ledger_of(struct rw_permit *permit)
{
    return ((struct rw_spend_permit *)permit)->ledger;
}

/* An account came past its warning, or to its end: for the operator, in the log and the audit. */
static void tell(const struct held *held, size_t i, const char *what, struct rw_tx *tx)
{
    const struct rw_ledger_account *account = held->charge.accounts[i];
    char limit[RW_MONEY_TEXT], quoted[RW_LOG_VALUE];

    rw_log(RW_LOG_WARN, what, "tenant=%s account=%s limit=%s", held->tenant_id,
           rw_log_quote(quoted, rw_slice_str(rw_ledger_name(account))),
           rw_money_write(rw_ledger_limit(account), limit));
    rw_tx_add_audit(tx, &(struct rw_row_audit){.tenant_id = held->tenant_id,
                                               .actor = "server",
                                               .action = what,
                                               .entity = rw_ledger_name(account),
                                               .detail = limit,
                                               .at_ms = rw_clock_wall_ms()});
}

static void tell_all(struct held *held, struct rw_tx *tx)
{
    for (size_t i = 0; i < held->charge.count; i++) {
        if (held->charge.warned & 1u << i)
            tell(held, i, "spend.warned", tx);
        if (held->charge.exhausted & 1u << i)
            tell(held, i, "spend.exhausted", tx);
    }
    held->charge.warned = held->charge.exhausted = 0;
}

static void put(const struct held *held, struct rw_tx *tx, int64_t micro)
{
    for (size_t i = 0; micro && i < held->charge.count; i++)
        rw_tx_add_spending(tx, held->tenant_id, rw_ledger_name(held->charge.accounts[i]), micro);
}

static enum rw_permit_verdict admit(struct rw_permit *permit, struct rw_permit_ask *ask,
                                    void **ret_held, struct rw_err *err)
{
    const struct rw_spend_terms *terms = ask->spend;
    struct held *held;
    size_t n;

    if (!terms || !terms->count)
        return RW_PERMIT_YES; /* nothing is held, so nothing more is told */
    n = strlen(terms->tenant_id) + 1;
    held = rw_calloc(1, sizeof(*held) + n);
    if (!held) {
        (void)rw_fail_memory(err);
        return RW_PERMIT_NO;
    }
    memcpy(held->tenant_id, terms->tenant_id, n);
    if (rw_ledger_begin(ledger_of(permit), terms, &held->charge, err) != RW_OK) {
        rw_free(held);
        return RW_PERMIT_NO;
    }
    *ret_held = held;
    return RW_PERMIT_YES;
}

static void born(struct rw_permit *permit, void *arg, const char *conversation_id, struct rw_tx *tx)
{
    struct held *held = arg;

    (void)permit;
    (void)conversation_id;
    put(held, tx, held->charge.taken_micro);
    tell_all(held, tx);
}

static void answered(struct rw_permit *permit, void *arg, uint32_t number)
{
    (void)permit;
    (void)number;
    ((struct held *)arg)->answered_ms = rw_clock_mono_ms();
}

static uint32_t next_ms(struct rw_permit *permit, void *arg)
{
    const struct held *held = arg;
    uint64_t due = held->answered_ms + UINT64_C(1000) * held->charge.paid_s - RW_SPEND_AHEAD_MS;
    uint64_t now = rw_clock_mono_ms();

    (void)permit;
    return due > now ? (uint32_t)(due - now) : 1;
}

static bool extend(struct rw_permit *permit, void *arg, struct rw_tx *tx)
{
    struct held *held = arg;
    bool may = rw_ledger_extend(ledger_of(permit), &held->charge, &held->slice_micro);

    if (may)
        put(held, tx, held->slice_micro);
    tell_all(held, tx);
    return may;
}

static void extended(struct rw_permit *permit, void *arg, bool stored)
{
    struct held *held = arg;

    (void)permit;
    if (!stored)
        held->unstored_micro += held->slice_micro;
    held->slice_micro = 0;
}

/* A call is paid for by begun seconds, as the carrier counts them. */
static void settle(struct rw_permit *permit, struct held *held)
{
    uint64_t ms = rw_clock_mono_ms() - held->answered_ms + RW_SPEND_WAY_MS;
    uint32_t seconds = held->answered_ms ? (uint32_t)((ms + 999) / 1000) : 0;

    if (held->settled)
        return;
    held->settled = true;
    held->back_micro = rw_ledger_settle(ledger_of(permit), &held->charge, seconds);
}

static void closing(struct rw_permit *permit, void *arg, struct rw_tx *tx)
{
    struct held *held = arg;

    settle(permit, held);
    put(held, tx, held->unstored_micro - held->back_micro);
}

static void ended(struct rw_permit *permit, void *arg, bool born_)
{
    struct held *held = arg;

    if (born_) {
        settle(permit, held);
    } else if (!held->settled) {
        held->settled = true;
        rw_ledger_drop(ledger_of(permit), &held->charge);
    }
}

static void done(struct rw_permit *permit, void *arg)
{
    struct held *held = arg;

    rw_ledger_leave(ledger_of(permit), &held->charge);
    rw_free(held);
}

static const struct rw_permit_ops ops = {
    .admit = admit,
    .born = born,
    .answered = answered,
    .next_ms = next_ms,
    .extend = extend,
    .extended = extended,
    .closing = closing,
    .ended = ended,
    .done = done,
};

void rw_spend_permit_init(struct rw_spend_permit *permit, struct rw_ledger *ledger)
{
    *permit = (struct rw_spend_permit){.permit = {&ops}, .ledger = ledger};
}
