#include "event/view.h"

#include "call/reason.h"
#include "event/event.h"

static const char *const none = "none";
static const char *const disconnected = "disconnected";

static struct rw_participant_view *find(struct rw_conversation_view *view, int32_t leg)
{
    for (uint32_t i = 0; i < view->count; i++)
        if ((int32_t)view->participants[i].leg == leg)
            return &view->participants[i];
    return NULL;
}

static enum rw_class read_ending(struct rw_conversation_view *view,
                                 const struct rw_row_event *event, struct rw_arena *arena,
                                 struct rw_ending *ending, struct rw_err *err)
{
    enum rw_class rc = rw_event_decode_ending(rw_slice_str(event->data), arena, ending, err);

    if (rc == RW_NO_MEMORY)
        return rc;
    if (rc != RW_OK)
        view->unreadable++;
    if (ending->disconnect == RW_DISC_NONE)
        ending->disconnect = RW_DISC_ERROR; /* over it is, whatever its event lost */
    return RW_OK;
}

/* Writes down the attempt that the participant's members tell of. */
static enum rw_class close_attempt(struct rw_conversation_view *view, struct rw_participant_view *p,
                                   struct rw_arena *arena, struct rw_err *err)
{
    struct rw_event_trunk trunk = {.id = NULL};
    enum rw_class rc = RW_IO;

    if (!p->attempts)
        p->attempts = rw_arena_alloc(arena, RW_CALL_TRUNKS_MAX * sizeof(*p->attempts));
    if (!p->attempts)
        return rw_fail_memory(err);
    if (p->dialled->data)
        rc = rw_event_decode_trunk(rw_slice_str(p->dialled->data), arena, &trunk, err);
    if (rc == RW_NO_MEMORY)
        return rc;
    if (rc != RW_OK || p->attempt_count == RW_CALL_TRUNKS_MAX)
        view->unreadable++;
    if (p->attempt_count < RW_CALL_TRUNKS_MAX)
        p->attempts[p->attempt_count++] = (struct rw_attempt_view){
            .trunk_id = trunk.id,
            .trunk_name = trunk.name,
            .start_ms = p->dialled->at_ms,
            .alerting_ms = p->alerting_ms,
            .connected_ms = p->connected_ms,
            .end_ms = p->end_ms,
            .ending = p->ending,
        };
    return RW_OK;
}

static enum rw_class fold_dialing(struct rw_conversation_view *view, struct rw_participant_view *p,
                                  const struct rw_row_event *event, struct rw_arena *arena,
                                  struct rw_err *err)
{
    if (p->dialled) {
        enum rw_class rc = close_attempt(view, p, arena, err);

        if (rc != RW_OK)
            return rc;
        p->alerting_ms = p->connected_ms = p->end_ms = 0;
        p->early_media = false;
        p->ending = (struct rw_ending){.disconnect = RW_DISC_NONE};
    } else {
        p->start_ms = event->at_ms;
    }
    p->dialled = event;
    p->state = p->leg == RW_LEG_STATION ? "contacting" : "dialing";
    return RW_OK;
}

static enum rw_class fold_leg(struct rw_conversation_view *view, const struct rw_row_event *event,
                              enum rw_call_event type, struct rw_arena *arena, struct rw_err *err)
{
    struct rw_participant_view *p = find(view, event->leg);

    if (!p) {
        view->unreadable++;
        return RW_OK;
    }
    switch (type) {
    case RW_EV_OFFERED:
        p->start_ms = event->at_ms;
        p->state = "offering";
        break;
    case RW_EV_DIALING:
        return fold_dialing(view, p, event, arena, err);
    case RW_EV_EARLY:
        p->early_media = true;
        /* fall through */
    case RW_EV_RINGING:
        if (!p->alerting_ms)
            p->alerting_ms = event->at_ms;
        p->state = "alerting";
        break;
    case RW_EV_CONNECTED:
        p->connected_ms = event->at_ms;
        p->state = "connected";
        if (p->leg == RW_LEG_TRUNK)
            view->connected_ms = event->at_ms;
        break;
    case RW_EV_LEG_ENDED:
        p->end_ms = event->at_ms;
        p->state = disconnected;
        return read_ending(view, event, arena, &p->ending, err);
    default:
        break;
    }
    return RW_OK;
}

static enum rw_class fold(struct rw_conversation_view *view, const struct rw_row_event *event,
                          struct rw_arena *arena, struct rw_err *err)
{
    enum rw_call_event type;

    if (event->seq > view->last_seq)
        view->last_seq = event->seq;
    if (!rw_call_event_parse(rw_slice_str(event->type), &type)) {
        view->unreadable++;
        return RW_OK;
    }
    switch (type) {
    case RW_EV_CREATED:
        view->start_ms = event->at_ms;
        return RW_OK;
    case RW_EV_ENDED:
        view->end_ms = event->at_ms;
        return read_ending(view, event, arena, &view->ending, err);
    default:
        return fold_leg(view, event, type, arena, err);
    }
}

/* A conversation that ended takes along whoever was not called yet. */
static void close_rest(struct rw_conversation_view *view)
{
    for (uint32_t i = 0; i < view->count; i++) {
        struct rw_participant_view *p = &view->participants[i];

        if (p->end_ms)
            continue;
        p->state = disconnected;
        p->end_ms = view->end_ms;
        p->ending = view->ending;
        if (p->ending.disconnect != RW_DISC_CLIENT && p->ending.disconnect != RW_DISC_SYSTEM)
            p->ending.disconnect = RW_DISC_PEER;
    }
}

static const char *state_of(const struct rw_conversation_view *view)
{
    const char *state = none;

    if (view->end_ms)
        return disconnected;
    for (uint32_t i = 0; i < view->count; i++)
        if (view->participants[i].state != none &&
            (state == none || view->participants[i].leg == RW_LEG_TRUNK))
            state = view->participants[i].state;
    return state;
}

enum rw_class rw_view_fold(const struct rw_row_conversation *conversation,
                           const struct rw_row_participant *participants, size_t participant_count,
                           const struct rw_row_event *events, size_t event_count,
                           struct rw_arena *arena, struct rw_conversation_view *ret,
                           struct rw_err *err)
{
    struct rw_conversation_view view = {.row = conversation, .start_ms = conversation->created_ms};

    for (size_t i = 0; i < participant_count; i++) {
        bool station = participants[i].leg == RW_LEG_STATION;

        if (participants[i].leg >= RW_LEGS || find(&view, (int32_t)participants[i].leg))
            continue;
        view.participants[view.count++] = (struct rw_participant_view){
            .row = &participants[i],
            .leg = station ? RW_LEG_STATION : RW_LEG_TRUNK,
            .state = none,
            .direction = station || conversation->incoming ? "inbound" : "outbound",
        };
    }
    for (size_t i = 0; i < event_count; i++) {
        enum rw_class rc = fold(&view, &events[i], arena, err);

        if (rc != RW_OK)
            return rc;
    }
    if (view.end_ms)
        close_rest(&view);
    for (uint32_t i = 0; i < view.count; i++) {
        enum rw_class rc = view.participants[i].attempts
                               ? close_attempt(&view, &view.participants[i], arena, err)
                               : RW_OK;

        if (rc != RW_OK)
            return rc;
    }
    view.state = state_of(&view);
    *ret = view;
    return RW_OK;
}

const char *rw_view_media_disconnect(enum rw_disconnect disconnect)
{
    if (disconnect == RW_DISC_TIMEOUT)
        return rw_disconnect_name(RW_DISC_SYSTEM);
    if (disconnect == RW_DISC_UNCALLABLE)
        return rw_disconnect_name(RW_DISC_ERROR);
    return rw_disconnect_name(disconnect);
}
