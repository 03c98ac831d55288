/* GET the SIP messages of a conversation, as they crossed the wire: what a ladder is drawn from. */
#include "api/answer.h"
#include "api_gen.h"
#include "event/trace.h"

#define MESSAGES_MAX 200

static void write_entry(struct rw_json_writer *w, const struct rw_trace_entry *entry)
{
    static const char *const legs[] = {"station", "trunk"};

    rw_json_open_object(w, NULL);
    rw_json_uint(w, "n", entry->n);
    rw_json_time(w, "at", entry->at_ms);
    rw_json_str(w, "direction", entry->sent ? "sent" : "received");
    if (entry->leg == 0 || entry->leg == 1)
        rw_json_str(w, "leg", legs[entry->leg]);
    rw_json_str(w, "transport", entry->transport);
    rw_json_str(w, "local", entry->local);
    rw_json_str(w, "peer", entry->peer);
    rw_json_bool(w, "cut", entry->cut);
    rw_json_slice(w, "message", (struct rw_slice){entry->message, entry->length});
    rw_json_close(w);
}

void rw_op_getRingwrightConversationSip(struct rw_request *r)
{
    const char *id = rw_request_param(r, "conversationId");
    struct rw_trace_entry *entries;
    struct rw_row_conversation row;
    struct rw_json_writer w;
    struct rw_buf body;
    struct rw_err err;
    enum rw_class class;
    uint64_t next;
    size_t count;

    class = id ? rw_store_get_conversation(r->api->with.reader, rw_request_tenant(r), id, r->arena,
                                           &row, &err)
               : rw_fail_memory(&err);
    if (class == RW_OK)
        class = rw_trace_read(0, row.id, MESSAGES_MAX, r->arena, &entries, &count, &next, &err);
    if (class != RW_OK) {
        rw_answer_err(r, &err);
        return;
    }
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    rw_json_open_array(&w, "entities");
    for (size_t i = 0; i < count; i++)
        write_entry(&w, &entries[i]);
    rw_json_close(&w);
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
}
