/*
 * What an earlier life left open, page by page: each dialog that stands in the log gets its BYE or
 * CANCEL, then the conversation is closed in the log. In this order a crash in between repeats the
 * goodbye, and never forgets it.
 *
 *     page -> goodbyes -> one transaction -> stored -> next page ... -> done
 */
#include "exchange/recover.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "call/reason.h"
#include "event/event.h"
#include "exchange/live.h"

#define PAGE 64u
#define PAGE_BYTES (16u << 20)
#define MAY_RING_MS                                                                                \
    300000u /* longer than a carrier lets a telephone ring (RFC 3261, 16.6: timer C) */

struct rw_recovery {
    struct rw_exchange *exchange; /* NULL: abandoned */
    struct rw_store_reader *reader;
    char after_id[128]; /* of the last conversation of the page before */
    uint32_t closed, in_page;
    struct rw_buf data;
    void (*done)(enum rw_class class, uint32_t closed, const struct rw_err *err, void *arg);
    void *arg;
};

static const struct rw_ending lost = {
    .disconnect = RW_DISC_ERROR, .said_by = RW_SAID_US, .reason = RW_REASON_NODE_LOST};

static void free_recovery(struct rw_recovery *r)
{
    rw_store_reader_free(r->reader);
    rw_buf_done(&r->data);
    rw_free(r);
}

static void finish(struct rw_recovery *r, enum rw_class class, const struct rw_err *err)
{
    r->exchange->recovery = NULL;
    r->done(class, r->closed, class == RW_OK ? NULL : err, r->arg);
    free_recovery(r);
}

/* Was this leg dialled, and has not ended? */
static bool leg_is_open(const struct rw_row_event *events, size_t count, int32_t leg)
{
    bool open = false;

    for (size_t i = 0; i < count; i++) {
        enum rw_call_event type;

        if (events[i].leg == leg && rw_call_event_parse(rw_slice_str(events[i].type), &type))
            open = type != RW_EV_LEG_ENDED;
    }
    return open;
}

/* The trunk that was asked last, which may be a later one than the conversation's. */
static const char *trunk_asked(const struct rw_row_conversation *conversation,
                               const struct rw_row_event *events, size_t count,
                               struct rw_arena *arena)
{
    for (size_t i = count; i-- > 0;) {
        struct rw_event_trunk trunk = {.id = NULL};
        enum rw_call_event type;

        if (events[i].leg == RW_LEG_TRUNK && events[i].data &&
            rw_call_event_parse(rw_slice_str(events[i].type), &type) && type == RW_EV_DIALING &&
            rw_event_decode_trunk(rw_slice_str(events[i].data), arena, &trunk, NULL) == RW_OK)
            return trunk.id ? trunk.id : conversation->trunk_id;
    }
    return conversation->trunk_id;
}

/* What the trunk says today; a trunk that is gone leaves what the system does. */
static void read_target(struct rw_recovery *r, const struct rw_row_conversation *conversation,
                        const char *trunk_id, struct rw_arena *arena, struct rw_leg_target *ret)
{
    struct rw_row_trunk trunk;

    *ret = (struct rw_leg_target){.trunk_id = trunk_id};
    if (!trunk_id || rw_store_get_trunk(r->reader, conversation->tenant_id, trunk_id, arena, &trunk,
                                        NULL) != RW_OK)
        return;
    ret->route = trunk.outbound_proxy;
    ret->tls = (struct rw_leg_tls){.ca_file = trunk.ca_file,
                                   .cert_file = trunk.client_cert_file,
                                   .key_file = trunk.client_key_file,
                                   .name = trunk.tls_name,
                                   .unverified = trunk.tls_unverified};
}

static void end_dialog(struct rw_recovery *r, const struct rw_row_conversation *conversation,
                       const struct rw_row_event *events, size_t count, enum rw_leg_side leg,
                       struct rw_arena *arena)
{
    const struct rw_exchange_options *o = &r->exchange->options;
    struct rw_leg_target target = {.uri = NULL};
    struct rw_leg_dialog dialog;
    char quoted[RW_LOG_VALUE];
    struct rw_err err;

    if (!rw_event_open_dialog(events, count, leg, &dialog))
        return;
    if (leg == RW_LEG_TRUNK)
        read_target(r, conversation, trunk_asked(conversation, events, count, arena), arena,
                    &target);
    if (o->leg_ops->end_orphan(o->leg_port, &dialog, &target, &err) != RW_OK)
        rw_log(RW_LOG_WARN, "call.orphan_not_ended", "conversation=%s leg=%d why=%s",
               conversation->id, (int)leg, rw_log_quote(quoted, rw_slice_str(err.message)));
}

/*
 * A trunk that gave no answer was left for the next one while its INVITE may still have been on its
 * way: with the server went what would have cancelled it.
 */
static void end_given_up(struct rw_recovery *r, const struct rw_row_conversation *conversation,
                         const struct rw_row_event *events, size_t count, struct rw_arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        enum rw_call_event type;
        struct rw_ending ending;

        if (events[i].leg == RW_LEG_TRUNK && events[i].data &&
            events[i].at_ms + MAY_RING_MS > rw_clock_wall_ms() &&
            rw_call_event_parse(rw_slice_str(events[i].type), &type) && type == RW_EV_LEG_ENDED &&
            rw_event_decode_ending(rw_slice_str(events[i].data), arena, &ending, NULL) == RW_OK &&
            ending.reason && strcmp(ending.reason, RW_REASON_CARRIER_SILENT) == 0)
            end_dialog(r, conversation, events, i, RW_LEG_TRUNK, arena);
    }
}

static uint8_t trunks_tried(const struct rw_row_event *events, size_t count)
{
    enum rw_call_event type;
    unsigned tried = 0;

    for (size_t i = 0; i < count; i++)
        tried += events[i].leg == RW_LEG_TRUNK &&
                 rw_call_event_parse(rw_slice_str(events[i].type), &type) && type == RW_EV_DIALING;
    return tried > 1 && tried <= RW_CALL_TRUNKS_MAX ? (uint8_t)tried : 0;
}

/* False: memory is out. */
static bool encode_lost(struct rw_recovery *r, uint8_t tried)
{
    struct rw_ending ending = lost;

    ending.trunks_tried = tried;
    rw_buf_clear(&r->data);
    rw_event_encode_ending(&r->data, &ending);
    return !r->data.failed;
}

static void add_event(struct rw_recovery *r, struct rw_tx *tx,
                      const struct rw_row_conversation *conversation, enum rw_call_event event,
                      int32_t leg)
{
    rw_tx_add_event(tx, &(struct rw_row_event){.conversation_id = conversation->id,
                                               .tenant_id = conversation->tenant_id,
                                               .at_ms = rw_clock_wall_ms(),
                                               .leg = leg,
                                               .type = rw_call_event_name(event),
                                               .data = r->data.p});
}

static enum rw_class close_one(struct rw_recovery *r, struct rw_tx *tx,
                               const struct rw_row_conversation *conversation,
                               struct rw_arena *arena, struct rw_err *err)
{
    struct rw_row_event *events;
    size_t count;
    enum rw_class class = rw_store_events_of(r->reader, conversation->tenant_id, conversation->id,
                                             arena, &events, &count, err);

    if (class != RW_OK)
        return class;
    if (!encode_lost(r, 0))
        return rw_fail_memory(err);
    end_given_up(r, conversation, events, count, arena);
    for (int leg = 0; leg < RW_LEGS; leg++) {
        if (!leg_is_open(events, count, leg))
            continue;
        end_dialog(r, conversation, events, count, (enum rw_leg_side)leg, arena);
        add_event(r, tx, conversation, RW_EV_LEG_ENDED, leg);
    }
    if (!encode_lost(r, trunks_tried(events, count)))
        return rw_fail_memory(err);
    add_event(r, tx, conversation, RW_EV_ENDED, -1);
    rw_tx_end_conversation(tx, conversation->tenant_id, conversation->id, rw_clock_wall_ms(),
                           rw_disconnect_name(lost.disconnect), lost.reason);
    return RW_OK;
}

/* Fills tx with the end of each conversation of the next page; r->in_page says how many. */
static enum rw_class close_page(struct rw_recovery *r, struct rw_tx *tx, struct rw_err *err)
{
    struct rw_row_conversation *rows;
    struct rw_arena arena;
    size_t count = 0;
    enum rw_class class;

    rw_arena_init(&arena, PAGE_BYTES);
    class = rw_store_open_conversations(r->reader, r->after_id, PAGE, &arena, &rows, &count, err);
    for (size_t i = 0; class == RW_OK && i < count; i++)
        class = close_one(r, tx, &rows[i], &arena, err);
    if (class == RW_OK && count &&
        !rw_slice_copy(r->after_id, sizeof(r->after_id), rw_slice_str(rows[count - 1].id)))
        class = rw_fail(err, RW_BUG, "server.bug", "a conversation's id is too long");
    r->in_page = class == RW_OK ? (uint32_t)count : 0;
    rw_arena_done(&arena);
    return class;
}

static void on_page_stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err,
                           void *arg);

static void next_page(struct rw_recovery *r)
{
    struct rw_tx *tx = rw_tx_new(r->exchange->options.store);
    struct rw_err err = {0};
    enum rw_class class = tx ? close_page(r, tx, &err) : rw_fail_memory(&err);

    if (class == RW_OK && r->in_page) {
        rw_tx_submit(tx, on_page_stored, r);
        return;
    }
    rw_tx_drop(tx);
    finish(r, class, &err);
}

static void on_page_stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err,
                           void *arg)
{
    struct rw_recovery *r = arg;

    (void)tx;
    if (!r->exchange) {
        free_recovery(r);
    } else if (class != RW_OK) {
        finish(r, class, err);
    } else {
        r->closed += r->in_page;
        next_page(r);
    }
}

void rw_recovery_abandon(struct rw_recovery *recovery)
{
    if (!recovery)
        return;
    recovery->exchange = NULL;
    rw_store_reader_free(recovery->reader); /* the store may be closed before it answers */
    recovery->reader = NULL;
}

void rw_exchange_recover(struct rw_exchange *exchange,
                         void (*done)(enum rw_class class, uint32_t closed,
                                      const struct rw_err *err, void *arg),
                         void *arg)
{
    struct rw_recovery *r = rw_calloc(1, sizeof(*r));
    struct rw_err err = {0};
    enum rw_class class;

    if (!r) {
        class = rw_fail_memory(&err);
        done(class, 0, &err, arg);
        return;
    }
    r->exchange = exchange;
    r->done = done;
    r->arg = arg;
    exchange->recovery = r;
    rw_buf_init(&r->data, RW_EVENT_DATA_MAX);
    class = rw_store_reader_new(exchange->options.store, &r->reader, &err);
    if (class != RW_OK)
        finish(r, class, &err);
    else
        next_page(r);
}
