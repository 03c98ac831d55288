/*
 * event/view.h - a conversation as its log tells it.
 *
 * The rows of a conversation and of its participants say who takes part; what happened to them is
 * read from the events alone, so that an answer to GET and the log can't disagree. States are the
 * contract's words (models: Call.state). How they follow one another:
 *
 *     the user's station   none -> contacting -> alerting -> connected -> disconnected
 *     the called party     none -> dialing    -> alerting -> connected -> disconnected
 *     who calls in         none -> offering               -> connected -> disconnected
 *
 * Owner    the view borrows the rows and events, and words from the arena; it lives as long as they.
 * Threads  a value; any.
 * Errors   RW_NO_MEMORY only. Events that can't be read are counted and otherwise passed over: a
 *          damaged event must not hide the rest of a call.
 * Units    *_ms: wall time, 0 = has not happened.
 */
#ifndef RW_EVENT_VIEW_H
#define RW_EVENT_VIEW_H

#include "call/call.h"
#include "store/store.h"

/* One trunk that was asked. */
struct rw_attempt_view {
    const char *trunk_id, *trunk_name; /* NULL: the log does not say */
    uint64_t start_ms, alerting_ms, connected_ms, end_ms;
    struct rw_ending ending; /* disconnect RW_DISC_NONE while it is not over */
};

struct rw_participant_view {
    const struct rw_row_participant *row;
    enum rw_leg_side leg;
    const char *state;     /* static */
    const char *direction; /* static: "outbound" of a called party; else "inbound" */
    uint64_t start_ms;     /* its first INVITE left */
    uint64_t
        alerting_ms; /* it rang first, or early media came; of the last attempt, as what follows */
    uint64_t connected_ms;
    uint64_t end_ms;
    bool early_media;
    struct rw_ending ending; /* disconnect RW_DISC_NONE while it is not over */
    /* In order, when more than one trunk was asked; NULL and 0 otherwise. In the arena. */
    struct rw_attempt_view *attempts;
    uint32_t attempt_count;
    const struct rw_row_event *dialled; /* the newest "dialing" */
};

struct rw_conversation_view {
    const struct rw_row_conversation *row;
    const char *state; /* static: the furthest participant's, "disconnected" once it is over */
    uint64_t start_ms, connected_ms, end_ms; /* connected: the called party answered */
    uint64_t last_seq;                       /* of the newest event folded in */
    struct rw_ending ending;
    uint32_t unreadable;
    uint32_t count; /* of participants */
    struct rw_participant_view participants[RW_LEGS];
};

RW_NODISCARD enum rw_class rw_view_fold(const struct rw_row_conversation *conversation,
                                        const struct rw_row_participant *participants,
                                        size_t participant_count, const struct rw_row_event *events,
                                        size_t event_count, struct rw_arena *arena,
                                        struct rw_conversation_view *ret, struct rw_err *err);

/*
 * models: CallMediaParticipant.disconnectType and Segment know neither "timeout" nor "uncallable",
 * which Call.disconnectType does: the nearest of their words. "" for RW_DISC_NONE.
 */
const char *rw_view_media_disconnect(enum rw_disconnect disconnect);

#endif
