/*
 * Calls that wait, in the order in which they came. Whoever makes room looks through the queue, and
 * admits whom it has room for; that call's worker is told by mail. The clock makes room too: each that
 * waits for a token looks again when its own should have come.
 *
 * `waiting` of a count says how many are in front there; it is made anew with each look.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "limit/inside.h"

static void unlink_waiter(struct rw_waiter *w)
{
    struct rw_tenant *tenant = w->hold->tenant;

    *(w->prev ? &w->prev->next : &tenant->first) = w->next;
    *(w->next ? &w->next->prev : &tenant->last) = w->prev;
    tenant->waiting--;
    w->queued = false;
}

/* Whatever it may have waited for. */
static void unmark(const struct rw_waiter *w)
{
    const struct rw_hold *hold = w->hold;

    hold->tenant->self->waiting = 0;
    if (hold->client)
        hold->client->waiting = 0;
    for (uint8_t i = 0; i < hold->count; i++)
        hold->trunks[i]->waiting = 0;
}

static void mark(struct rw_waiter *w)
{
    const struct rw_obstacle *o = &w->obstacle;
    uint64_t wait_ms = o->wait_ns / 1000000 + 1;

    if (o->count->of == RW_LIMIT_OF_TRUNK)
        for (uint8_t i = 0; i < w->hold->count; i++)
            w->hold->trunks[i]->waiting++;
    else
        o->count->waiting++;
    w->wake_ms = w->until_ms;
    if (o->wait_ns != UINT64_MAX && rw_clock_mono_ms() + wait_ms < w->until_ms)
        w->wake_ms = rw_clock_mono_ms() + wait_ms;
}

static void settle(struct rw_waiter *w, enum rw_class class)
{
    unlink_waiter(w);
    w->class = class;
    rw_worker_post(w->worker, &w->mail);
}

void rw_queue_advance(struct rw_tenant *tenant)
{
    struct rw_waiter *next;

    for (struct rw_waiter *w = tenant->first; w; w = w->next)
        unmark(w);
    for (struct rw_waiter *w = tenant->first; w; w = next) {
        enum rw_class class = rw_room_take(w->hold, w->ask, &w->obstacle, &w->err);

        next = w->next;
        if (w->obstacle.count)
            mark(w);
        else
            settle(w, class);
    }
}

/* ------------------------------------------------------------------ in the worker of who waits */

static void free_waiter(struct rw_waiter *w)
{
    tmr_cancel(&w->timer);
    w->hold->waiter = NULL;
    rw_free(w);
}

static void decide(struct rw_waiter *w, enum rw_class class, const struct rw_err *err)
{
    struct rw_permit_ask *ask = w->ask;
    struct rw_hold *hold = w->hold;
    struct rw_err why = *err;

    free_waiter(w);
    if (class != RW_OK)
        rw_free(hold);
    ask->decided(ask, class, class == RW_OK ? NULL : &why);
}

static void on_mail(struct rw_mail *mail)
{
    struct rw_waiter *w = (struct rw_waiter *)mail;
    struct rw_hold *hold = w->hold;

    if (!w->withdrawn) {
        decide(w, w->class, &w->err);
        return;
    }
    (void)pthread_mutex_lock(&hold->tenant->lock);
    rw_room_give_back(hold, false);
    rw_queue_advance(hold->tenant);
    (void)pthread_mutex_unlock(&hold->tenant->lock);
    free_waiter(w);
    rw_free(hold);
}

static void on_timer(void *arg);

static void set_timer(struct rw_waiter *w)
{
    uint64_t now_ms = rw_clock_mono_ms();

    tmr_start(&w->timer, w->wake_ms > now_ms ? w->wake_ms - now_ms : 1, on_timer, w);
}

static void on_timer(void *arg)
{
    struct rw_waiter *w = arg;
    struct rw_tenant *tenant = w->hold->tenant;
    uint64_t now_ms = rw_clock_mono_ms();
    struct rw_err err = {0};
    bool refused = false;

    (void)pthread_mutex_lock(&tenant->lock);
    if (w->queued)
        rw_queue_advance(tenant);
    if (w->queued && now_ms >= w->until_ms) {
        (void)rw_room_refuse(&w->obstacle, w->ask, now_ms - w->since_ms, &err);
        unlink_waiter(w);
        unmark(w);
        rw_queue_advance(tenant);
        refused = true;
    } else if (w->queued) {
        set_timer(w);
    }
    (void)pthread_mutex_unlock(&tenant->lock);
    if (refused)
        decide(w, RW_LIMIT, &err);
}

enum rw_class rw_queue_add(struct rw_hold *hold, struct rw_permit_ask *ask,
                           const struct rw_obstacle *obstacle, struct rw_err *err)
{
    struct rw_tenant *tenant = hold->tenant;
    struct rw_waiter *w;
    enum rw_class class;

    if (tenant->waiting >= RW_LIMITS_WAITING) {
        class = rw_room_refuse(obstacle, ask, 0, err);
        if (err)
            err->code = "limit.queue_full";
        rw_err_expected(err, "at most %u calls of a tenant that wait", RW_LIMITS_WAITING);
        return class;
    }
    w = rw_calloc(1, sizeof(*w));
    if (!w)
        return rw_fail_memory(err);
    w->mail.handle = on_mail;
    w->hold = hold;
    w->ask = ask;
    w->worker = rw_worker_self();
    w->obstacle = *obstacle;
    w->since_ms = rw_clock_mono_ms();
    w->until_ms = w->since_ms + obstacle->may_wait_ms;
    w->queued = true;
    w->prev = tenant->last;
    *(tenant->last ? &tenant->last->next : &tenant->first) = w;
    tenant->last = w;
    tenant->waiting++;
    hold->waiter = w;
    mark(w);
    set_timer(w);
    return RW_OK;
}

void rw_queue_leave(struct rw_hold *hold)
{
    struct rw_tenant *tenant = hold->tenant;
    struct rw_waiter *w = hold->waiter;
    bool queued;

    (void)pthread_mutex_lock(&tenant->lock);
    queued = w->queued;
    if (queued) {
        unlink_waiter(w);
        unmark(w);
        rw_queue_advance(tenant);
    }
    (void)pthread_mutex_unlock(&tenant->lock);
    if (!queued) {
        w->withdrawn = true; /* its mail is on the way, and ends it */
        return;
    }
    free_waiter(w);
    rw_free(hold);
}
