/*
 * event/event.h - the data of an event as it stands in the log: a small JSON object.
 *
 * "leg_ended" and "ended" carry an ending:
 *     {"disconnect":"endpoint","saidBy":"carrier","sipCode":486,"sipReason":"Busy Here","q850":17,
 *      "reason":"busy"}                                           what is not known is not there
 * an ended conversation that tried several trunks has "trunksTried":2 as well. "dialing" of the trunk's
 * leg says which trunk, and from the second on, the number of the attempt:
 *     {"trunk":{"id":"..","name":".."},"attempt":2,"dialog":{..}}
 * "dialing", "early_media" and "connected" may carry the dialog that a restart needs to end the leg:
 *     {"dialog":{"callId":"..","localTag":"..",...}}
 * Texts of a dialog come off the wire and must come back byte for byte, also when they are no UTF-8:
 * each byte stands as the character of that number (U+0000 to U+00FF).
 *
 * Owner    nothing is kept. Threads: any.
 * Memory   an encoded event has at most RW_EVENT_DATA_MAX bytes.
 * Errors   encoding: sticky in the buffer. Decoding: RW_IO event.unreadable when the text is not what
 *          this file writes, RW_NO_MEMORY. Members of a later version are passed over.
 */
#ifndef RW_EVENT_EVENT_H
#define RW_EVENT_EVENT_H

#include "base/buf.h"
#include "call/leg.h"
#include "store/store.h"

#define RW_EVENT_DATA_MAX 16384

void rw_event_encode_ending(struct rw_buf *buf, const struct rw_ending *ending);

struct rw_event_trunk {
    const char *id, *name; /* NULL: not known */
    uint32_t attempt;      /* from 1 */
};
/* trunk NULL: the event names none. */
void rw_event_encode_dialog(struct rw_buf *buf, const struct rw_event_trunk *trunk,
                            const struct rw_leg_dialog *dialog);

/* The word in ret->reason is static when call/reason.h knows it, otherwise it lives in the arena. */
RW_NODISCARD enum rw_class rw_event_decode_ending(struct rw_slice data, struct rw_arena *arena,
                                                  struct rw_ending *ret, struct rw_err *err);
RW_NODISCARD enum rw_class rw_event_decode_dialog(struct rw_slice data, struct rw_leg_dialog *ret,
                                                  struct rw_err *err);
/* Texts live in the arena. Data that names no trunk gives NULL, NULL and attempt 1. */
RW_NODISCARD enum rw_class rw_event_decode_trunk(struct rw_slice data, struct rw_arena *arena,
                                                 struct rw_event_trunk *ret, struct rw_err *err);

/*
 * For recovery: the newest dialog that the events of one conversation (in their order) hold for `leg`.
 * False when there is none to be ended: never dialled, or over already.
 */
bool rw_event_open_dialog(const struct rw_row_event *events, size_t count, enum rw_leg_side leg,
                          struct rw_leg_dialog *ret);

#endif
