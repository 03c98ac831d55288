#include "api/render_call.h"

#include "api/render.h"
#include "call/reason.h"

#include <stdio.h>

static void opt(struct rw_json_writer *w, const char *key, const char *text)
{
    if (text && text[0])
        rw_json_str(w, key, text);
}

/* models: DisconnectReason. What was heard: a SIP status, a Q.850 cause, or both. */
static void write_reasons(struct rw_json_writer *w, const struct rw_ending *ending)
{
    if (!ending->sip_code && !ending->q850)
        return;
    rw_json_open_array(w, "disconnectReasons");
    if (ending->sip_code) {
        rw_json_open_object(w, NULL);
        rw_json_str(w, "type", "sip");
        rw_json_uint(w, "code", ending->sip_code);
        opt(w, "phrase", ending->sip_reason);
        rw_json_close(w);
    }
    if (ending->q850) {
        rw_json_open_object(w, NULL);
        rw_json_str(w, "type", "q850");
        rw_json_uint(w, "code", ending->q850);
        rw_json_close(w);
    }
    rw_json_close(w);
}

/* Beyond the contract: our own word for it, and who said that it ends. */
static void write_ending(struct rw_json_writer *w, const struct rw_ending *ending,
                         const char *disconnect_type)
{
    if (ending->disconnect == RW_DISC_NONE)
        return;
    rw_json_str(w, "disconnectType", disconnect_type);
    write_reasons(w, ending);
    opt(w, "endedReason", ending->reason);
    rw_json_str(w, "endedBy", rw_said_by_name(ending->said_by));
}

/* Beyond the contract: the trunks that were asked, where it was more than one. */
static void write_attempts(struct rw_json_writer *w, const struct rw_participant_view *p)
{
    if (!p->attempts)
        return;
    rw_json_open_array(w, "attempts");
    for (uint32_t i = 0; i < p->attempt_count; i++) {
        const struct rw_attempt_view *a = &p->attempts[i];

        rw_json_open_object(w, NULL);
        rw_json_opt(w, "trunkId", a->trunk_id);
        rw_json_opt(w, "trunkName", a->trunk_name);
        rw_json_time(w, "startTime", a->start_ms);
        rw_json_time(w, "startAlertingTime", a->alerting_ms);
        rw_json_time(w, "connectedTime", a->connected_ms);
        rw_json_time(w, "endTime", a->end_ms);
        write_ending(w, &a->ending, rw_disconnect_name(a->ending.disconnect));
        rw_json_close(w);
    }
    rw_json_close(w);
}

/* What was heard. Of what only we noticed, such as a bad certificate, also what it means. */
static void write_message(struct rw_json_writer *w, const struct rw_ending *ending)
{
    const char *meaning = ending->reason ? rw_reason_meaning(rw_slice_str(ending->reason)) : NULL;
    char text[sizeof(ending->sip_reason) + 160];

    if (!ending->sip_reason[0]) {
        rw_json_str(w, "message", rw_disconnect_name(ending->disconnect));
    } else if (meaning && ending->disconnect == RW_DISC_TRANSPORT_FAILURE) {
        (void)snprintf(text, sizeof(text), "%s. %s", ending->sip_reason, meaning);
        rw_json_str(w, "message", text);
    } else {
        rw_json_str(w, "message", ending->sip_reason);
    }
}

/* models: ErrorInfo, for what did not end as people end calls. */
static void write_error_info(struct rw_json_writer *w, const struct rw_ending *ending)
{
    switch (ending->disconnect) {
    case RW_DISC_TIMEOUT:
    case RW_DISC_TRANSPORT_FAILURE:
    case RW_DISC_ERROR:
    case RW_DISC_UNCALLABLE:
        rw_json_open_object(w, "errorInfo");
        rw_json_str(w, "code", ending->reason ? ending->reason : "error");
        write_message(w, ending);
        rw_json_close(w);
        break;
    default:
        break;
    }
}

static void write_participant(struct rw_json_writer *w, const struct rw_conversation_view *view,
                              const struct rw_participant_view *p)
{
    rw_json_open_object(w, NULL);
    rw_json_str(w, "id", p->row->id);
    rw_json_opt(w, "name", p->row->name);
    rw_json_opt(w, "address", p->row->address);
    rw_json_str(w, "purpose", p->row->purpose);
    rw_json_str(w, "state", p->state);
    rw_json_str(w, "direction", p->direction);
    rw_json_time(w, "startTime", p->start_ms);
    rw_json_time(w, "startAlertingTime", p->alerting_ms);
    rw_json_time(w, "connectedTime", p->connected_ms);
    rw_json_time(w, "endTime", p->end_ms);
    rw_json_bool(w, "held", false);
    rw_json_bool(w, "muted", false);
    rw_json_str(w, "ani", view->row->from_number);
    rw_json_str(w, "dnis", view->row->to_number);
    rw_render_ref(w, "user", p->row->user_id, p->row->name, "users");
    write_ending(w, &p->ending, rw_view_media_disconnect(p->ending.disconnect));
    write_error_info(w, &p->ending);
    write_attempts(w, p);
    rw_json_close(w);
}

void rw_render_call_conversation(struct rw_json_writer *w, const char *key,
                                 const struct rw_conversation_view *view)
{
    rw_json_open_object(w, key);
    rw_json_str(w, "id", view->row->id);
    rw_json_str(w, "state", view->state);
    rw_json_time(w, "startTime", view->start_ms);
    rw_json_time(w, "connectedTime", view->connected_ms);
    rw_json_time(w, "endTime", view->end_ms);
    write_ending(w, &view->ending, rw_disconnect_name(view->ending.disconnect));
    if (view->ending.trunks_tried)
        rw_json_uint(w, "trunksTried", view->ending.trunks_tried);
    rw_json_open_array(w, "participants");
    for (uint32_t i = 0; i < view->count; i++)
        write_participant(w, view, &view->participants[i]);
    rw_json_close(w);
    rw_json_str(w, "recordingState", "none");
    rw_json_bool(w, "securePause", false);
    rw_json_opt(w, "providerId", view->row->provider_id);
    rw_json_opt(w, "correlationId", view->row->correlation_id);
    rw_render_self(w, "conversations/calls", view->row->id);
    rw_json_close(w);
}

static void write_address(struct rw_json_writer *w, const char *key, const char *number)
{
    if (!number)
        return;
    rw_json_open_object(w, key);
    rw_json_str(w, "addressNormalized", number);
    rw_json_str(w, "addressDisplayable", number);
    rw_json_close(w);
}

/* models: Call. */
static void write_call(struct rw_json_writer *w, const struct rw_conversation_view *view,
                       const struct rw_participant_view *p)
{
    rw_json_open_object(w, NULL);
    rw_json_str(w, "id", p->row->communication_id);
    rw_json_str(w, "state", p->state);
    rw_json_str(w, "direction", p->direction);
    rw_json_bool(w, "held", false);
    rw_json_bool(w, "muted", false);
    rw_json_bool(w, "recording", false);
    rw_json_time(w, "startAlertingTime", p->alerting_ms);
    rw_json_time(w, "connectedTime", p->connected_ms);
    rw_json_time(w, "disconnectedTime", p->end_ms);
    write_address(w, "self", view->row->from_number);
    write_address(w, "other", view->row->to_number);
    write_ending(w, &p->ending, rw_disconnect_name(p->ending.disconnect));
    write_error_info(w, &p->ending);
    write_attempts(w, p);
    rw_json_close(w);
}

static void write_party(struct rw_json_writer *w, const struct rw_conversation_view *view,
                        const struct rw_participant_view *p)
{
    rw_json_open_object(w, NULL);
    rw_json_str(w, "id", p->row->id);
    rw_json_opt(w, "name", p->row->name);
    rw_json_opt(w, "userId", p->row->user_id);
    rw_json_opt(w, "address", p->row->address);
    rw_json_str(w, "purpose", p->row->purpose);
    rw_json_time(w, "startTime", p->start_ms);
    rw_json_time(w, "connectedTime", p->connected_ms);
    rw_json_time(w, "endTime", p->end_ms);
    rw_json_str(w, "ani", view->row->from_number);
    rw_json_str(w, "dnis", view->row->to_number);
    rw_json_open_array(w, "calls");
    write_call(w, view, p);
    rw_json_close(w);
    rw_json_close(w);
}

void rw_render_conversation(struct rw_json_writer *w, const char *key,
                            const struct rw_conversation_view *view)
{
    rw_json_open_object(w, key);
    rw_json_str(w, "id", view->row->id);
    rw_json_time(w, "startTime", view->start_ms);
    rw_json_time(w, "endTime", view->end_ms);
    rw_json_opt(w, "address", view->row->to_number);
    rw_json_str(w, "state", view->state);
    rw_json_open_array(w, "participants");
    for (uint32_t i = 0; i < view->count; i++)
        write_party(w, view, &view->participants[i]);
    rw_json_close(w);
    rw_json_str(w, "recordingState", "NONE");
    rw_render_self(w, "conversations", view->row->id);
    rw_json_close(w);
}

enum rw_class rw_conversation_read(const struct rw_request *r,
                                   const struct rw_row_conversation *row,
                                   struct rw_conversation_view *ret, struct rw_err *err)
{
    struct rw_store_reader *reader = r->api->with.reader;
    struct rw_row_participant *participants;
    struct rw_row_event *events;
    size_t participant_count, event_count;
    enum rw_class class;

    class =
        rw_store_participants(reader, row->id, r->arena, &participants, &participant_count, err);
    if (class == RW_OK)
        class = rw_store_events_of(reader, row->tenant_id, row->id, r->arena, &events, &event_count,
                                   err);
    if (class == RW_OK)
        class = rw_view_fold(row, participants, participant_count, events, event_count, r->arena,
                             ret, err);
    return class;
}
