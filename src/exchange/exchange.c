#include "base/clock.h"
#include "base/mem.h"
#include "call/reason.h"
#include "event/event.h"
#include "exchange/live.h"
#include "exchange/recover.h"

#include <stdio.h>

#define BUCKETS_MAX 65536u

/* A worker has one exchange; mail from other workers finds it here. */
static _Thread_local struct rw_exchange *mine;

/* ------------------------------------------------------------------ the table of live calls */

static uint32_t bucket_of(const struct rw_exchange *x, const char *id)
{
    uint32_t hash = 2166136261u;

    for (; *id; id++)
        hash = (hash ^ (unsigned char)*id) * 16777619u;
    return hash & (x->buckets - 1);
}

static void enter(struct rw_exchange *x, struct rw_live *live)
{
    struct rw_live **bucket = &x->table[bucket_of(x, live->id.text)];

    live->next_hash = *bucket;
    *bucket = live;
    live->next = x->all;
    if (x->all)
        x->all->prev = live;
    x->all = live;
    x->live++;
    x->kept++;
}

static void leave_table(struct rw_live *live)
{
    struct rw_exchange *x = live->exchange;
    struct rw_live **at = &x->table[bucket_of(x, live->id.text)];

    while (*at != live)
        at = &(*at)->next_hash;
    *at = live->next_hash;
    x->live--;
}

static struct rw_live *find(const struct rw_exchange *x, const char *id)
{
    struct rw_live *live = x->table[bucket_of(x, id)];

    while (live && strcmp(live->id.text, id) != 0)
        live = live->next_hash;
    return live;
}

/* ------------------------------------------------------------------ the end of a call */

static void free_live(struct rw_live *live)
{
    for (int leg = 0; leg < RW_LEGS; leg++)
        rw_free(live->sides[leg].targets);
    rw_free(live->tenant_id);
    rw_free(live);
}

/* Everything that it holds beside its memory. */
static void let_go(struct rw_live *live)
{
    for (int i = 0; i < RW_TIMERS; i++)
        tmr_cancel(&live->timers[i].tmr);
    for (int leg = 0; leg < RW_LEGS; leg++)
        rw_live_release(live, (enum rw_leg_side)leg);
    if (live->relay)
        live->exchange->options.relay_ops->close(live->relay);
    live->relay = NULL;
}

void rw_live_forget(struct rw_live *live)
{
    let_go(live);
    leave_table(live);
    live->over = true;
}

static void on_quiet(struct rw_mail *mail)
{
    char *at = (char *)mail - offsetof(struct rw_exchange, quiet_mail);
    struct rw_exchange *x = (struct rw_exchange *)(void *)at;
    void (*quiet)(void *arg) = x->quiet;

    x->quiet = NULL;
    if (quiet)
        quiet(x->quiet_arg);
}

static void tell_when_quiet(struct rw_exchange *x)
{
    if (!x->quiet || x->kept || x->quiet_mail.handle)
        return;
    x->quiet_mail.handle = on_quiet;
    rw_worker_defer(x->options.worker, &x->quiet_mail);
}

void rw_live_free_if_done(struct rw_live *live)
{
    struct rw_exchange *x = live->exchange;

    if (!live->over || live->transactions || live->end_due)
        return;
    if (x) {
        if (x->stepping)
            return; /* the step looks again at its end */
        if (live->prev)
            live->prev->next = live->next;
        else
            x->all = live->next;
        if (live->next)
            live->next->prev = live->prev;
        x->kept--;
        tell_when_quiet(x);
    }
    free_live(live);
}

/* ------------------------------------------------------------------ birth */

static void on_birth_stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err,
                            void *arg)
{
    struct rw_live *live = arg;
    struct rw_call_input input = {.kind = class == RW_OK ? RW_IN_STORED : RW_IN_STORE_FAILED};
    rw_placed_h *placed = live->placed;
    struct rw_err gone;

    (void)tx;
    if (live->exchange) {
        rw_live_feed(live, &input);
    } else if (class == RW_OK) {
        class = rw_fail(&gone, RW_UNAVAILABLE, "server.draining", "the server is shutting down");
        err = &gone;
    }
    placed(class, class == RW_OK ? live->id.text : NULL, class == RW_OK ? NULL : err,
           live->placed_arg);
    live->transactions--; /* not before: it kept the call */
    rw_live_free_if_done(live);
}

/* The rows of those who take part; returns how many. */
static size_t make_participants(const struct rw_live *live, const struct rw_call_order *order,
                                struct rw_id ids[2 * RW_LEGS],
                                struct rw_row_participant rows[RW_LEGS])
{
    unsigned worker = rw_worker_index(live->exchange->options.worker);
    size_t count = 0;

    if (order->station.uri)
        rows[count++] = (struct rw_row_participant){.leg = RW_LEG_STATION,
                                                    .purpose = "user",
                                                    .user_id = order->conversation.user_id,
                                                    .address = order->station.uri,
                                                    .name = order->user_name};
    rows[count++] = (struct rw_row_participant){
        .leg = RW_LEG_TRUNK, .purpose = "external", .address = order->conversation.to_number};
    for (size_t i = 0; i < count; i++) {
        ids[2 * i] = rw_id_new(worker);
        ids[2 * i + 1] = rw_id_new(worker);
        rows[i].id = ids[2 * i].text;
        rows[i].communication_id = ids[2 * i + 1].text;
        rows[i].conversation_id = live->id.text;
    }
    return count;
}

static bool put_birth(struct rw_live *live, struct rw_tx *tx, const struct rw_call_order *order,
                      void *arg)
{
    struct rw_row_conversation conversation = order->conversation;
    struct rw_row_idempotency idempotency = order->idempotency;
    struct rw_row_participant participants[RW_LEGS];
    struct rw_id ids[2 * RW_LEGS];
    size_t count = make_participants(live, order, ids, participants);

    conversation.id = live->id.text;
    conversation.created_ms = rw_clock_wall_ms();
    conversation.ended_ms = 0;
    rw_tx_add_conversation(tx, &conversation);
    for (size_t i = 0; i < count; i++)
        rw_tx_add_participant(tx, &participants[i]);
    rw_live_event(live, tx, RW_EV_CREATED, -1, NULL);
    rw_live_event(live, tx, RW_EV_DIALING, order->station.uri ? RW_LEG_STATION : RW_LEG_TRUNK,
                  NULL);
    if (!idempotency.key)
        return true;
    idempotency.conversation_id = live->id.text;
    if (order->answer) {
        idempotency.answer = order->answer(&conversation, participants, count, arg);
        if (!idempotency.answer)
            return false;
    }
    rw_tx_add_idempotency(tx, &idempotency);
    return true;
}

static struct rw_live *make_live(struct rw_exchange *x, const struct rw_call_order *order)
{
    struct rw_live *live = rw_calloc(1, sizeof(*live));

    if (!live)
        return NULL;
    live->exchange = x;
    live->id = rw_id_new(rw_worker_index(x->options.worker));
    for (int i = 0; i < RW_TIMERS; i++)
        live->timers[i].live = live;
    for (int leg = 0; leg < RW_LEGS; leg++)
        live->sides[leg].live = live;
    live->tenant_id = rw_strdup(order->conversation.tenant_id);
    if (!live->tenant_id ||
        !rw_live_targets_set(live, RW_LEG_TRUNK, order->trunks, order->plan.trunks) ||
        (order->station.uri && !rw_live_targets_set(live, RW_LEG_STATION, &order->station, 1))) {
        free_live(live);
        return NULL;
    }
    return live;
}

static enum rw_class may_place(const struct rw_exchange *x, struct rw_err *err)
{
    enum rw_class class;

    if (x->draining)
        return rw_fail(err, RW_UNAVAILABLE, "server.draining", "the server is shutting down");
    if (x->live < x->options.calls_max)
        return RW_OK;
    class =
        rw_fail(err, RW_LIMIT, "call.capacity", "as many calls are up as this server may carry");
    rw_err_found(err, "%u calls in this worker", x->live);
    rw_err_expected(err, "fewer than %u", x->options.calls_max);
    return class;
}

enum rw_class rw_exchange_place(struct rw_exchange *exchange, const struct rw_call_order *order,
                                rw_placed_h *placed, void *arg, struct rw_err *err)
{
    const struct rw_exchange_options *o = &exchange->options;
    struct rw_call_plan plan = order->plan;
    struct rw_call_actions actions;
    struct rw_live *live;
    struct rw_tx *tx;
    enum rw_class class = may_place(exchange, err);

    if (class != RW_OK)
        return class;
    live = make_live(exchange, order);
    if (!live)
        return rw_fail_memory(err);
    plan.has_station = order->station.uri != NULL;
    class = o->relay_ops->open(o->relay_port, plan.has_station ? 2 : 1, &live->relay, err);
    if (class != RW_OK) {
        free_live(live);
        return class;
    }
    rw_call_begin(&live->call, &plan, &actions); /* asks for what is done here: the birth */
    tx = rw_tx_new(o->store);
    if (!tx || !put_birth(live, tx, order, arg)) {
        rw_tx_drop(tx);
        o->relay_ops->close(live->relay);
        free_live(live);
        return rw_fail_memory(err);
    }
    live->placed = placed;
    live->placed_arg = arg;
    live->transactions = 1;
    enter(exchange, live);
    rw_tx_submit(tx, on_birth_stored, live);
    return RW_OK;
}

/* ------------------------------------------------------------------ hanging up */

struct hangup {
    struct rw_mail mail;
    struct rw_worker *home;
    struct rw_id id;
    enum rw_class class;
    void (*done)(enum rw_class class, void *arg);
    void *arg;
    char tenant_id[];
};

static enum rw_class hang_up_here(struct rw_exchange *x, const char *tenant_id, const char *id)
{
    struct rw_call_input input = {.kind = RW_IN_HANGUP};
    struct rw_live *live = x ? find(x, id) : NULL;

    if (!live || strcmp(live->tenant_id, tenant_id) != 0)
        return RW_NOT_FOUND;
    rw_live_feed(live, &input);
    return RW_OK;
}

static void on_hangup_answer(struct rw_mail *mail)
{
    struct hangup *hangup = (struct hangup *)mail;

    hangup->done(hangup->class, hangup->arg);
    rw_free(hangup);
}

static void on_hangup(struct rw_mail *mail)
{
    struct hangup *hangup = (struct hangup *)mail;

    hangup->class = hang_up_here(mine, hangup->tenant_id, hangup->id.text);
    mail->handle = on_hangup_answer;
    rw_worker_post(hangup->home, mail);
}

void rw_exchange_hangup(struct rw_exchange *exchange, const char *tenant_id,
                        const char *conversation_id, void (*done)(enum rw_class class, void *arg),
                        void *arg)
{
    struct rw_worker *self = exchange->options.worker;
    struct rw_workers *all = rw_worker_all(self);
    int owner = rw_id_worker(rw_slice_str(conversation_id));
    size_t tenant_size = strlen(tenant_id) + 1;
    struct hangup *hangup;

    if (owner < 0 || (unsigned)owner >= rw_workers_count(all)) {
        done(RW_NOT_FOUND, arg);
        return;
    }
    if ((unsigned)owner == rw_worker_index(self)) {
        done(hang_up_here(exchange, tenant_id, conversation_id), arg);
        return;
    }
    hangup = rw_calloc(1, sizeof(*hangup) + tenant_size);
    if (!hangup) {
        done(RW_NO_MEMORY, arg);
        return;
    }
    hangup->mail.handle = on_hangup;
    hangup->home = self;
    hangup->done = done;
    hangup->arg = arg;
    (void)rw_slice_copy(hangup->id.text, sizeof(hangup->id.text), rw_slice_str(conversation_id));
    memcpy(hangup->tenant_id, tenant_id, tenant_size);
    rw_worker_post(rw_workers_at(all, (unsigned)owner), &hangup->mail);
}

enum rw_class rw_exchange_preview(struct rw_exchange *exchange, const struct rw_leg_target *target,
                                  struct rw_buf *ret, struct rw_err *err)
{
    const struct rw_exchange_options *o = &exchange->options;
    struct rw_leg_target whole = *target;
    struct rw_id id = rw_id_new(rw_worker_index(o->worker));
    char call_id[RW_ID_TEXT + 8];

    (void)snprintf(call_id, sizeof(call_id), "%02x-%s-t", rw_worker_index(o->worker), id.text);
    whole.call_id = call_id;
    whole.local_tag = whole.branch = NULL;
    return o->leg_ops->preview(o->leg_port, &whole, ret, err);
}

uint32_t rw_exchange_live(const struct rw_exchange *exchange)
{
    return exchange->live;
}

void rw_exchange_drain(struct rw_exchange *exchange, void (*quiet)(void *arg), void *arg)
{
    struct rw_call_input input = {.kind = RW_IN_DRAIN};
    struct rw_live *next;

    exchange->draining = true;
    exchange->quiet = quiet;
    exchange->quiet_arg = arg;
    for (struct rw_live *live = exchange->all; live; live = next) {
        next = live->next;
        if (!live->over)
            rw_live_feed(live, &input);
        else if (live->end_due)
            rw_live_retry_end(live); /* a last time */
    }
    tell_when_quiet(exchange);
}

/* ------------------------------------------------------------------ the exchange */

enum rw_class rw_exchange_new(struct rw_exchange **ret, const struct rw_exchange_options *options,
                              struct rw_err *err)
{
    struct rw_exchange *x = rw_calloc(1, sizeof(*x));

    if (!x)
        return rw_fail_memory(err);
    x->options = *options;
    x->buckets = 64;
    while (x->buckets < options->calls_max && x->buckets < BUCKETS_MAX)
        x->buckets *= 2;
    x->table = rw_calloc(x->buckets, sizeof(struct rw_live *));
    if (!x->table) {
        rw_free(x);
        return rw_fail_memory(err);
    }
    rw_buf_init(&x->data, RW_EVENT_DATA_MAX);
    mine = x;
    *ret = x;
    return RW_OK;
}

void rw_exchange_free(struct rw_exchange *exchange)
{
    if (!exchange)
        return;
    while (exchange->all) {
        struct rw_live *live = exchange->all;

        exchange->all = live->next;
        if (!live->over)
            rw_live_forget(live);
        tmr_cancel(&live->timers[0].tmr);
        live->end_due = false;
        live->exchange = NULL;
        rw_live_free_if_done(live);
    }
    rw_recovery_abandon(exchange->recovery);
    rw_buf_done(&exchange->data);
    rw_free(exchange->table);
    if (mine == exchange)
        mine = NULL;
    rw_free(exchange);
}
