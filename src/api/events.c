/*
 * GET the log of events: what happened to the tenant's calls after a place in the log. With `wait` an
 * answer without news is put off until there are some, or the time is up.
 *
 * The log is the store's and every worker may write to it, so a waiting request is woken by looking
 * at its last number ten times a second; that costs one comparison as long as nothing happens.
 */
#include "api/events.h"

#include "api/answer.h"
#include "api/tick.h"
#include "api_gen.h"
#include "base/clock.h"

#define EVERY_MS 100
#define WAIT_MAX_MS 30000
#define EVENTS_DEFAULT 100
#define EVENTS_MAX 500

struct rw_waiting {
    struct rw_waiting *next;
    struct rw_request *r;
    uint64_t after, until_ms;
    uint64_t looked_at; /* last number of the log when it was last read */
    uint32_t max;
};

static uint64_t number(const struct rw_request *r, const char *name, uint64_t fallback,
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

static void write_event(struct rw_json_writer *w, const struct rw_row_event *row)
{
    static const char *const legs[] = {"station", "trunk"};

    rw_json_open_object(w, NULL);
    rw_json_uint(w, "seq", row->seq);
    rw_json_time(w, "at", row->at_ms);
    rw_json_str(w, "conversationId", row->conversation_id);
    if (row->leg == 0 || row->leg == 1)
        rw_json_str(w, "leg", legs[row->leg]);
    rw_json_str(w, "type", row->type);
    if (row->data)
        rw_json_raw(w, "data", rw_slice_str(row->data));
    rw_json_close(w);
}

/*
 * Answers when there are events, or when `anyway`. False: nothing yet, the request goes on waiting.
 */
static bool try_answer(struct rw_waiting *wait, bool anyway)
{
    struct rw_request *r = wait->r;
    struct rw_row_event *rows;
    struct rw_json_writer w;
    struct rw_buf body;
    struct rw_err err;
    size_t count;

    wait->looked_at = rw_store_last_seq(r->api->with.store);
    if (rw_store_events_after(r->api->with.reader, rw_request_tenant(r), wait->after, wait->max,
                              r->arena, &rows, &count, &err)) {
        rw_answer_err(r, &err);
        return true;
    }
    if (count == 0 && !anyway)
        return false;
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    rw_json_open_array(&w, "entities");
    for (size_t i = 0; i < count; i++)
        write_event(&w, &rows[i]);
    rw_json_close(&w);
    rw_json_uint(&w, "after", count ? rows[count - 1].seq : wait->after);
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
    return true;
}

/* Looks after everybody who waits; with `anyway` nobody waits afterwards. */
static void look(struct rw_api *api, bool anyway)
{
    uint64_t now_ms = rw_clock_mono_ms(), last = rw_store_last_seq(api->with.store);
    struct rw_waiting **link = &api->waiting;

    while (*link) {
        struct rw_waiting *wait = *link, *next = wait->next;
        bool due = anyway || now_ms >= wait->until_ms;

        /* The answer frees what `wait` lives in. */
        if ((due || last != wait->looked_at) && try_answer(wait, due))
            *link = next;
        else
            link = &wait->next;
    }
    if (!api->waiting) {
        rw_tick_stop(api->tick);
        api->tick = NULL;
    }
}

static void beat(void *arg)
{
    look(arg, false);
}

void rw_events_release(struct rw_api *api)
{
    look(api, true);
}

void rw_op_getRingwrightEvents(struct rw_request *r)
{
    struct rw_api *api = r->api;
    uint64_t wait_ms = number(r, "wait", 0, WAIT_MAX_MS);
    struct rw_waiting *wait = rw_arena_alloc(r->arena, sizeof(*wait));
    struct rw_err err;

    if (!wait) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return;
    }
    *wait = (struct rw_waiting){
        .r = r,
        .after = number(r, "after", 0, INT64_MAX),
        .until_ms = rw_clock_mono_ms() + wait_ms,
        .max = (uint32_t)number(r, "max", EVENTS_DEFAULT, EVENTS_MAX),
    };
    if (try_answer(wait, wait_ms == 0 || api->draining))
        return;
    if (!api->tick)
        api->tick = rw_tick_start(EVERY_MS, beat, api);
    if (!api->tick) {
        (void)try_answer(wait, true);
        return;
    }
    wait->next = api->waiting;
    api->waiting = wait;
}
