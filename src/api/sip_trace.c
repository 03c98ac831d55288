/*
 * GET /ringwright/sip: the SIP messages of the tenant's calls as they crossed the wire, which is what a
 * ladder is drawn from. The trace is the process's; whose a message is, its conversation says.
 */
#include "api/answer.h"
#include "api/wait.h"
#include "api_gen.h"
#include "event/trace.h"

#include <string.h>

#define MESSAGES_MAX 100

struct reading {
    struct rw_waiting waiting; /* first */
    uint64_t next;
    char ours[RW_ID_TEXT]; /* the conversation last found to be the tenant's */
};

static bool is_ours(struct reading *reading, const char *conversation_id)
{
    const struct rw_request *r = reading->waiting.r;
    struct rw_row_conversation row;

    if (!conversation_id[0])
        return false;
    if (strcmp(reading->ours, conversation_id) == 0)
        return true;
    if (rw_store_get_conversation(r->api->with.reader, rw_request_tenant(r), conversation_id,
                                  r->arena, &row, NULL) != RW_OK)
        return false;
    return rw_slice_copy(reading->ours, sizeof(reading->ours), rw_slice_str(conversation_id));
}

static void write_entry(struct rw_json_writer *w, const struct rw_trace_entry *entry)
{
    static const char *const legs[] = {"station", "trunk"};

    rw_json_open_object(w, NULL);
    rw_json_uint(w, "seq", entry->n);
    rw_json_time(w, "at", entry->at_ms);
    rw_json_str(w, "direction", entry->sent ? "sent" : "received");
    rw_json_str(w, "conversationId", entry->conversation_id);
    if (entry->leg == 0 || entry->leg == 1)
        rw_json_str(w, "leg", legs[entry->leg]);
    rw_json_str(w, "transport", entry->transport);
    rw_json_str(w, "local", entry->local);
    rw_json_str(w, "peer", entry->peer);
    rw_json_bool(w, "cut", entry->cut);
    rw_json_slice(w, "message", (struct rw_slice){entry->message, entry->length});
    rw_json_close(w);
}

/* Leaves only what is the tenant's; returns how many. */
static size_t sift(struct reading *reading, struct rw_trace_entry *entries, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (is_ours(reading, entries[i].conversation_id))
            entries[kept++] = entries[i];
    return kept;
}

static void answer(const struct reading *reading, const struct rw_trace_entry *entries,
                   size_t count)
{
    struct rw_json_writer w;
    struct rw_buf body;

    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    rw_json_open_array(&w, "entities");
    for (size_t i = 0; i < count; i++)
        write_entry(&w, &entries[i]);
    rw_json_close(&w);
    rw_json_uint(&w, "after", reading->next);
    rw_json_close(&w);
    rw_answer_json(reading->waiting.r, 200, &body);
}

static bool look(struct rw_waiting *waiting, bool anyway)
{
    struct reading *reading = (struct reading *)waiting;
    struct rw_trace_entry *entries;
    struct rw_err err;
    enum rw_class class;
    size_t count;

    reading->next = reading->waiting.after;
    class = rw_trace_read(reading->waiting.after, reading->waiting.conversation_id, MESSAGES_MAX,
                          waiting->r->arena, &entries, &count, &reading->next, &err);
    if (class ==
        RW_NO_MEMORY) { /* the arena is full of others' messages: the next request goes on */
        answer(reading, NULL, 0);
        return true;
    }
    if (class != RW_OK) {
        rw_answer_err(waiting->r, &err);
        return true;
    }
    count = sift(reading, entries, count);
    if (count == 0) {
        reading->waiting.after = reading->next; /* what is not ours need not be read again */
        if (!anyway)
            return false;
    }
    answer(reading, entries, count);
    return true;
}

void rw_op_getRingwrightSip(struct rw_request *r)
{
    struct reading *reading = rw_wait_new(r, sizeof(*reading), look);

    if (reading)
        rw_wait(&reading->waiting);
}
