#include "base/clock.h"
#include "base/hash.h"
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
    return rw_hash_text(RW_HASH_START, id) & (x->buckets - 1);
}

void rw_live_enter(struct rw_live *live)
{
    struct rw_exchange *x = live->exchange;
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

void rw_live_free(struct rw_live *live)
{
    for (int leg = 0; leg < RW_LEGS; leg++)
        rw_free(live->sides[leg].targets);
    rw_admission_free(live->admission);
    rw_free(live->tenant_id);
    rw_free(live);
}

/* Everything that it holds beside its memory. */
static void let_go(struct rw_live *live)
{
    for (int i = 0; i < RW_TIMERS; i++)
        tmr_cancel(&live->timers[i].tmr);
    tmr_cancel(&live->stretch.tmr);
    for (int leg = 0; leg < RW_LEGS; leg++)
        rw_live_release(live, (enum rw_leg_side)leg);
    if (live->relay)
        rw_live_relay_ops(live)->close(live->relay);
    live->relay = NULL;
}

void rw_live_forget(struct rw_live *live)
{
    let_go(live);
    rw_admission_end(live->admission);
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
    rw_live_free(live);
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

void rw_exchange_refuse_waiting(struct rw_exchange *exchange, const struct rw_err *err)
{
    rw_admission_refuse_all(exchange, err);
}

uint32_t rw_exchange_live(const struct rw_exchange *exchange)
{
    return exchange->live;
}

void rw_exchange_drain(struct rw_exchange *exchange, void (*quiet)(void *arg), void *arg)
{
    struct rw_call_input input = {.kind = RW_IN_DRAIN};
    struct rw_live *next;
    struct rw_err err;

    exchange->draining = true;
    exchange->quiet = quiet;
    exchange->quiet_arg = arg;
    (void)rw_fail(&err, RW_UNAVAILABLE, "server.draining", "the server is shutting down");
    rw_admission_refuse_all(exchange, &err);
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
    struct rw_err err;

    if (!exchange)
        return;
    (void)rw_fail(&err, RW_UNAVAILABLE, "server.draining", "the server is shutting down");
    rw_admission_refuse_all(exchange, &err);
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
