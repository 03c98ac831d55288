#include "api/wait.h"

#include "api/answer.h"
#include "api/tick.h"
#include "base/clock.h"

#define EVERY_MS 100
#define WAIT_MAX_MS 30000

static void look_after(struct rw_api *api, bool anyway)
{
    uint64_t now_ms = rw_clock_mono_ms();
    struct rw_waiting **link = &api->waiting;

    while (*link) {
        struct rw_waiting *waiting = *link, *next = waiting->next;

        /* The answer frees what `waiting` lives in. */
        if (waiting->look(waiting, anyway || now_ms >= waiting->until_ms))
            *link = next;
        else
            link = &waiting->next;
    }
    if (!api->waiting) {
        rw_tick_stop(api->tick);
        api->tick = NULL;
    }
}

static void beat(void *arg)
{
    look_after(arg, false);
}

void rw_wait_release(struct rw_api *api)
{
    look_after(api, true);
}

void *rw_wait_new(struct rw_request *r, size_t size,
                  bool (*look)(struct rw_waiting *waiting, bool anyway))
{
    struct rw_waiting *waiting = rw_arena_alloc(r->arena, size);
    struct rw_slice id = rw_request_query(r, "conversationId");
    struct rw_err err;

    if (waiting && id.p)
        waiting->conversation_id = rw_arena_copy(r->arena, id);
    if (!waiting || (id.p && !waiting->conversation_id)) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return NULL;
    }
    waiting->r = r;
    waiting->look = look;
    waiting->after = rw_wait_number(r, "after", 0, INT64_MAX);
    return waiting;
}

void rw_wait(struct rw_waiting *waiting)
{
    struct rw_api *api = waiting->r->api;
    uint64_t wait_ms = rw_wait_number(waiting->r, "waitMs", 0, WAIT_MAX_MS);

    if (waiting->look(waiting, wait_ms == 0 || api->draining))
        return;
    if (!api->tick)
        api->tick = rw_tick_start(EVERY_MS, beat, api);
    if (!api->tick) { /* no memory to wait with */
        (void)waiting->look(waiting, true);
        return;
    }
    waiting->until_ms = rw_clock_mono_ms() + wait_ms;
    waiting->next = api->waiting;
    api->waiting = waiting;
}

uint64_t rw_wait_number(const struct rw_request *r, const char *name, uint64_t fallback,
                        uint64_t max)
{
    struct rw_slice text = rw_request_query(r, name);
    uint64_t n = 0;

    if (text.n == 0)
        return fallback;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return fallback;
        if (n > max / 10)
            return max;
        n = n * 10 + (unsigned)(text.p[i] - '0');
    }
    return n < max ? n : max;
}
