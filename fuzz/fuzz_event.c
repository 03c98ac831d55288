#include "event/event.h"
#include "event/trace.h"
#include "json/read.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read as a dialog must come back as the same dialog. */
static void dialog(struct rw_slice text)
{
    struct rw_leg_dialog *first = calloc(2, sizeof(*first));
    struct rw_buf buf;

    if (!first)
        return;
    if (rw_event_decode_dialog(text, &first[0], NULL) == RW_OK) {
        rw_buf_init(&buf, RW_EVENT_DATA_MAX);
        rw_event_encode_dialog(&buf, NULL, &first[0]);
        if (buf.failed || rw_event_decode_dialog(rw_buf_slice(&buf), &first[1], NULL) != RW_OK ||
            strcmp(first[0].call_id, first[1].call_id) != 0 ||
            strcmp(first[0].route_set, first[1].route_set) != 0 ||
            first[0].local_cseq != first[1].local_cseq)
            abort();
        rw_buf_done(&buf);
    }
    free(first);
}

static void trace(struct rw_slice message)
{
    struct rw_trace_entry *entries;
    struct rw_arena arena;
    size_t count = 0;
    uint64_t next;

    rw_arena_init(&arena, 1 << 20);
    rw_trace_add(true, "udp", "192.0.2.1:5060", "192.0.2.2:5060", message);
    if (rw_trace_read(0, NULL, 4, &arena, &entries, &count, &next, NULL) != RW_OK)
        abort();
    if (count && message.n && entries[count - 1].length != message.n && !entries[count - 1].cut)
        abort();
    rw_arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice text = {(const char *)data, size};
    struct rw_event_trunk trunk;
    struct rw_ending ending;
    struct rw_arena arena;

    if (!rw_trace_is_on()) {
        rw_json_setup();
        if (rw_trace_start(4, 65536, NULL) != RW_OK)
            abort();
    }
    rw_arena_init(&arena, 65536);
    (void)!rw_event_decode_trunk(text, &arena, &trunk, NULL);
    if (rw_event_decode_ending(text, &arena, &ending, NULL) == RW_OK &&
        memchr(ending.sip_reason, 0, sizeof(ending.sip_reason)) == NULL)
        abort();
    rw_arena_done(&arena);
    dialog(text);
    trace(text);
    return 0;
}
