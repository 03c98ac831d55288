/* GET /ringwright/events: what happened to the tenant's calls after a place in the log. */
#include "api/answer.h"
#include "api/wait.h"
#include "api_gen.h"
#include "event/event.h"

#include <string.h>

#define EVENTS_DEFAULT 100
#define EVENTS_MAX 500

struct reading {
    struct rw_waiting waiting; /* first */
    uint64_t looked_at;        /* last number of the log when it was last read */
    uint32_t max;
};

/* Of a dialling only the trunk is told: the dialog beside it is of use to a restart only. */
static void write_trunk(struct rw_json_writer *w, struct rw_arena *arena,
                        const struct rw_row_event *row)
{
    struct rw_event_trunk trunk;

    if (!row->data ||
        rw_event_decode_trunk(rw_slice_str(row->data), arena, &trunk, NULL) != RW_OK || !trunk.id)
        return;
    rw_json_open_object(w, "data");
    rw_json_str(w, "trunkId", trunk.id);
    rw_json_opt(w, "trunkName", trunk.name);
    rw_json_uint(w, "attempt", trunk.attempt);
    rw_json_close(w);
}

static void write_event(struct rw_json_writer *w, struct rw_arena *arena,
                        const struct rw_row_event *row)
{
    static const char *const legs[] = {"station", "trunk"};
    bool ends = strcmp(row->type, "leg_ended") == 0 || strcmp(row->type, "ended") == 0;

    rw_json_open_object(w, NULL);
    rw_json_uint(w, "seq", row->seq);
    rw_json_time(w, "at", row->at_ms);
    rw_json_str(w, "conversationId", row->conversation_id);
    if (row->leg == 0 || row->leg == 1)
        rw_json_str(w, "leg", legs[row->leg]);
    rw_json_str(w, "type", row->type);
    if (ends && row->data)
        rw_json_raw(w, "data", rw_slice_str(row->data));
    else if (strcmp(row->type, "dialing") == 0)
        write_trunk(w, arena, row);
    rw_json_close(w);
}

/* Events of one conversation come all at once: drops those that were read before and too many. */
static void cut(const struct reading *reading, struct rw_row_event **rows, size_t *count)
{
    while (*count && (*rows)->seq <= reading->waiting.after) {
        (*rows)++;
        (*count)--;
    }
    if (*count > reading->max)
        *count = reading->max;
}

static enum rw_class read_log(const struct reading *reading, struct rw_row_event **ret,
                              size_t *ret_count, struct rw_err *err)
{
    const struct rw_request *r = reading->waiting.r;
    const char *tenant = rw_request_tenant(r);
    enum rw_class class;

    if (!reading->waiting.conversation_id)
        return rw_store_events_after(r->api->with.reader, tenant, reading->waiting.after,
                                     reading->max, r->arena, ret, ret_count, err);
    class = rw_store_events_of(r->api->with.reader, tenant, reading->waiting.conversation_id,
                               r->arena, ret, ret_count, err);
    if (class == RW_OK)
        cut(reading, ret, ret_count);
    return class;
}

static void answer(const struct reading *reading, const struct rw_row_event *rows, size_t count)
{
    struct rw_json_writer w;
    struct rw_buf body;

    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    rw_json_open_array(&w, "entities");
    for (size_t i = 0; i < count; i++)
        write_event(&w, reading->waiting.r->arena, &rows[i]);
    rw_json_close(&w);
    rw_json_uint(&w, "after", count ? rows[count - 1].seq : reading->waiting.after);
    rw_json_close(&w);
    rw_answer_json(reading->waiting.r, 200, &body);
}

static bool look(struct rw_waiting *waiting, bool anyway)
{
    struct reading *reading = (struct reading *)waiting;
    uint64_t last = rw_store_last_seq(waiting->r->api->with.store);
    struct rw_row_event *rows;
    struct rw_err err;
    size_t count;

    if (!anyway && last == reading->looked_at)
        return false;
    reading->looked_at = last;
    if (read_log(reading, &rows, &count, &err)) {
        rw_answer_err(waiting->r, &err);
        return true;
    }
    if (count == 0 && !anyway)
        return false;
    answer(reading, rows, count);
    return true;
}

void rw_op_getRingwrightEvents(struct rw_request *r)
{
    struct reading *reading = rw_wait_new(r, sizeof(*reading), look);

    if (!reading)
        return;
    reading->looked_at = UINT64_MAX;
    reading->max = (uint32_t)rw_wait_number(r, "pageSize", EVENTS_DEFAULT, EVENTS_MAX);
    rw_wait(&reading->waiting);
}
