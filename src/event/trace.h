/*
 * event/trace.h - the last SIP messages of the process, for whoever asks what went over the wire.
 *
 * A ring of messages, bounded in number and in bytes; the oldest make room. Which conversation and
 * leg a message belongs to is read from its Call-ID, which we make as "<2 hex digits of the worker>-
 * <conversation's id>-<s or t>", and a digit behind it when it is the second trunk or a later one.
 * Secrets are masked on the way in: the response of an Authorization or Proxy-Authorization header
 * (RFC 3261, 22.4), and all of it when its scheme is not Digest; the keys of SRTP in a body (RFC 4568); and
 * the keys that somebody pressed, in the body of an INFO.
 *
 * Owner    the process: start before the workers, stop after them.
 * Threads  any; one mutex, held for a copy.
 * Memory   bytes + messages * about 250, taken at start.
 * Errors   a message longer than RW_TRACE_MESSAGE_MAX is cut, and says so. Adding never fails.
 */
#ifndef RW_EVENT_TRACE_H
#define RW_EVENT_TRACE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

#define RW_TRACE_MESSAGE_MAX 8192

/* messages 0: tracing is off, and adding costs nothing. bytes: at least RW_TRACE_MESSAGE_MAX. */
RW_NODISCARD enum rw_class rw_trace_start(uint32_t messages, size_t bytes, struct rw_err *err);
void rw_trace_stop(void); /* not started is fine */
bool rw_trace_is_on(void);

void rw_trace_add(bool sent, const char *transport, const char *local, const char *peer,
                  struct rw_slice message);

struct rw_trace_entry {
    uint64_t n;     /* 1, 2, 3, ... of all that were added; gaps = forgotten ones */
    uint64_t at_ms; /* wall time */
    bool sent, cut;
    char transport[8], local[64], peer[64];
    char conversation_id[37]; /* "" = none of our calls */
    int8_t leg;               /* enum rw_leg_side, -1 = none */
    const char *message;      /* NUL-terminated, in the arena */
    size_t length;
};

/*
 * What came after message number after_n, oldest first, at most max; conversation_id NULL = of all.
 * *ret_next is what to give as after_n next time. Entries live in the arena; one that the arena has no
 * room for is left for the next time (RW_NO_MEMORY when there is none at all in it).
 */
RW_NODISCARD enum rw_class rw_trace_read(uint64_t after_n, const char *conversation_id,
                                         uint32_t max, struct rw_arena *arena,
                                         struct rw_trace_entry **ret, size_t *ret_count,
                                         uint64_t *ret_next, struct rw_err *err);

#endif
