#include "exchange/admit.h"

#include "base/mem.h"
#include "exchange/live.h"

static struct rw_permit *permit_at(const struct rw_admission *a, unsigned i)
{
    return a->exchange->options.permits[i];
}

/* ------------------------------------------------------------------ those who wait */

static void enlist(struct rw_admission *a)
{
    struct rw_exchange *x = a->exchange;

    a->waiting = true;
    a->next = x->waiting;
    if (x->waiting)
        x->waiting->prev = a;
    x->waiting = a;
}

static void delist(struct rw_admission *a)
{
    if (a->prev)
        a->prev->next = a->next;
    else
        a->exchange->waiting = a->next;
    if (a->next)
        a->next->prev = a->prev;
    a->prev = a->next = NULL;
    a->waiting = false;
}

void rw_admission_refuse_all(struct rw_exchange *exchange, const struct rw_err *err)
{
    while (exchange->waiting) {
        struct rw_admission *a = exchange->waiting;
        struct rw_permit *permit = permit_at(a, a->asked);

        permit->ops->withdraw(permit, a->held[a->asked]);
        delist(a);
        rw_admission_end(a);
        a->placed(err->class, NULL, err, a->placed_arg);
        rw_admission_free(a);
    }
}

/* ------------------------------------------------------------------ asking */

/* Asks those that were not asked yet. */
static enum rw_permit_verdict ask_on(struct rw_admission *a, struct rw_err *err)
{
    while (a->asked < a->exchange->options.permits_count) {
        struct rw_permit *permit = permit_at(a, a->asked);
        enum rw_permit_verdict verdict =
            permit->ops->admit(permit, &a->ask, &a->held[a->asked], err);

        if (verdict != RW_PERMIT_YES)
            return verdict;
        a->asked++;
    }
    return RW_PERMIT_YES;
}

/* Everybody was asked: the call is born, or refused and its admission gone. */
static enum rw_class settle(struct rw_admission *a, enum rw_permit_verdict verdict,
                            const struct rw_live_offer *offer, struct rw_err *err)
{
    enum rw_class class = verdict == RW_PERMIT_YES ? rw_live_birth(a->exchange, a->order, offer, a,
                                                                   a->placed, a->placed_arg, err)
                                                   : err->class;

    if (class != RW_OK) {
        rw_admission_end(a);
        rw_admission_free(a);
    }
    return class;
}

static bool is_wanted(const struct rw_admission *a)
{
    return !a->order->wanted || a->order->wanted(a->placed_arg);
}

/* The permit that let it wait has decided. */
static void on_decided(struct rw_permit_ask *ask, enum rw_class class, const struct rw_err *err)
{
    struct rw_admission *a = (struct rw_admission *)ask;
    enum rw_permit_verdict verdict = class == RW_OK ? RW_PERMIT_YES : RW_PERMIT_NO;
    rw_placed_h *placed = a->placed;
    void *arg = a->placed_arg;
    struct rw_err why = err ? *err : (struct rw_err){.class = class};

    delist(a);
    if (verdict == RW_PERMIT_YES) {
        a->asked++;
        if (!is_wanted(a)) {
            (void)rw_fail(&why, RW_UNAVAILABLE, "call.not_wanted",
                          "the client was gone when the call's turn came");
            verdict = RW_PERMIT_NO;
        } else if (rw_exchange_may_place(a->exchange, &why) != RW_OK) {
            verdict = RW_PERMIT_NO;
        } else {
            verdict = ask_on(a, &why);
        }
    }
    if (verdict == RW_PERMIT_LATER) {
        enlist(a);
        return;
    }
    class = settle(a, verdict, NULL, &why);
    if (class != RW_OK)
        placed(class, NULL, &why, arg);
}

static void fill_ask(struct rw_permit_ask *ask, const struct rw_call_order *order)
{
    *ask = (struct rw_permit_ask){
        .tenant_id = order->conversation.tenant_id,
        .client_id = order->conversation.client_id,
        .user_id = order->conversation.user_id,
        .to_number = order->conversation.to_number,
        .from_number = order->conversation.from_number,
        .trunks = order->trunks,
        .limits = order->limits,
        .spend = order->spend,
        .has_station = order->station.uri != NULL,
        .incoming = order->plan.incoming,
        .count = order->plan.trunks,
        .max_duration_ms = order->plan.max_duration_ms,
        .decided = on_decided,
    };
    for (uint8_t i = 0; i < ask->count; i++)
        ask->order[i] = i;
}

static struct rw_admission *admission_new(struct rw_exchange *exchange,
                                          const struct rw_call_order *order, rw_placed_h *placed,
                                          void *arg)
{
    struct rw_admission *a = rw_calloc(1, sizeof(*a));

    if (!a)
        return NULL;
    fill_ask(&a->ask, order);
    a->exchange = exchange;
    a->order = order;
    a->placed = placed;
    a->placed_arg = arg;
    return a;
}

enum rw_class rw_admission_begin(struct rw_exchange *exchange, const struct rw_call_order *order,
                                 rw_placed_h *placed, void *arg, struct rw_err *err)
{
    struct rw_admission *a = admission_new(exchange, order, placed, arg);
    enum rw_permit_verdict verdict;
    struct rw_err why;

    if (!a)
        return rw_fail_memory(err);
    verdict = ask_on(a, err ? err : &why);
    if (verdict != RW_PERMIT_LATER)
        return settle(a, verdict, NULL, err ? err : &why);
    enlist(a);
    return RW_OK;
}

enum rw_class rw_admission_take(struct rw_exchange *exchange, const struct rw_call_order *order,
                                const struct rw_live_offer *offer, rw_placed_h *placed, void *arg,
                                struct rw_err *err)
{
    struct rw_admission *a = admission_new(exchange, order, placed, arg);

    return a ? settle(a, ask_on(a, err), offer, err) : rw_fail_memory(err);
}

/* ------------------------------------------------------------------ telling */

#define TELL(a, op, ...)                                                                           \
    do {                                                                                           \
        for (unsigned i = 0; (a) && i < (a)->asked; i++) {                                         \
            struct rw_permit *permit = permit_at((a), i);                                          \
                                                                                                   \
            if (permit->ops->op && (a)->held[i])                                                   \
                permit->ops->op(permit, (a)->held[i], __VA_ARGS__);                                \
        }                                                                                          \
    } while (0)

void rw_admission_put_birth(struct rw_admission *admission, const char *conversation_id,
                            struct rw_tx *tx)
{
    TELL(admission, born, conversation_id, tx);
}

/* Those before `count` have allowed it, and are told that it is over. */
static void take_back(struct rw_admission *a, unsigned count)
{
    while (count--) {
        struct rw_permit *permit = permit_at(a, count);

        if (permit->ops->attempt_over && a->held[count])
            permit->ops->attempt_over(permit, a->held[count], a->attempt);
    }
}

enum rw_class rw_admission_attempt(struct rw_admission *admission, uint8_t number,
                                   uint32_t *ret_delay_ms, struct rw_err *err)
{
    *ret_delay_ms = 0;
    if (!admission)
        return RW_OK;
    admission->attempt = number;
    for (unsigned i = 0; i < admission->asked; i++) {
        struct rw_permit *permit = permit_at(admission, i);
        uint32_t delay_ms = 0;
        enum rw_class class = RW_OK;

        if (permit->ops->attempt && admission->held[i])
            class = permit->ops->attempt(permit, admission->held[i], number, &delay_ms, err);
        if (class != RW_OK) {
            take_back(admission, i);
            return class;
        }
        if (delay_ms > *ret_delay_ms)
            *ret_delay_ms = delay_ms;
    }
    admission->attempting = true;
    return RW_OK;
}

void rw_admission_attempt_over(struct rw_admission *admission)
{
    if (!admission || !admission->attempting)
        return;
    admission->attempting = false;
    take_back(admission, admission->asked);
}

void rw_admission_answered(struct rw_admission *admission)
{
    TELL(admission, answered, admission->attempt);
}

uint32_t rw_admission_next_ms(struct rw_admission *admission)
{
    uint32_t least = 0;

    for (unsigned i = 0; admission && i < admission->asked; i++) {
        struct rw_permit *permit = permit_at(admission, i);
        uint32_t ms = permit->ops->next_ms && admission->held[i]
                          ? permit->ops->next_ms(permit, admission->held[i])
                          : 0;

        if (ms && (!least || ms < least))
            least = ms;
    }
    return least;
}

bool rw_admission_extend(struct rw_admission *admission, struct rw_tx *tx)
{
    bool all = true;

    for (unsigned i = 0; i < admission->asked; i++) {
        struct rw_permit *permit = permit_at(admission, i);

        if (permit->ops->extend && admission->held[i])
            all &= permit->ops->extend(permit, admission->held[i], tx);
    }
    return all;
}

void rw_admission_extended(struct rw_admission *admission, bool stored)
{
    TELL(admission, extended, stored);
}

void rw_admission_put_end(struct rw_admission *admission, struct rw_tx *tx)
{
    TELL(admission, closing, tx);
}

void rw_admission_end(struct rw_admission *admission)
{
    if (!admission || admission->over)
        return;
    rw_admission_attempt_over(admission);
    admission->over = true;
    TELL(admission, ended, admission->born);
}

void rw_admission_free(struct rw_admission *admission)
{
    if (!admission)
        return;
    for (unsigned i = 0; i < admission->asked; i++) {
        struct rw_permit *permit = permit_at(admission, i);

        if (admission->held[i])
            permit->ops->done(permit, admission->held[i]);
    }
    rw_free(admission);
}
