/*
 * base/log.h - one event, one line: `time level event key=value ...` on standard error.
 *
 * Only the edge logs (daemon, loop, sip and http edges); library code returns errors instead.
 * Values are escaped, so an event is always exactly one line; numbers of people are masked with
 * rw_log_number() unless the operator configured otherwise.
 *
 *     rw_log(RW_LOG_INFO, "trunk.up", "trunk=%s rtt_ms=%u", name, rtt);
 *
 * Threads  safe: a line is one write().
 * Errors   none; a line that can't be written is lost. Lines are cut at 1,000 bytes.
 */
#ifndef RW_BASE_LOG_H
#define RW_BASE_LOG_H

#include "base/slice.h"

#include <stdint.h>

enum rw_log_level { RW_LOG_ERROR, RW_LOG_WARN, RW_LOG_INFO, RW_LOG_DEBUG };

void rw_log_set_level(enum rw_log_level level); /* default RW_LOG_INFO */
void rw_log_set_mask_numbers(bool mask);        /* default true */
bool rw_log_enabled(enum rw_log_level level);

/* fmt makes the `key=value` part; quote free text with rw_log_quote(). */
void rw_log(enum rw_log_level level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define RW_LOG_VALUE 160

/* Text in double quotes, escaped and cut: for "%s" in the same statement. Returns buf. */
const char *rw_log_quote(char buf[RW_LOG_VALUE], struct rw_slice text);

/* A telephone number with its middle masked ("+6591****67"). Returns buf. */
const char *rw_log_number(char buf[RW_LOG_VALUE], struct rw_slice number);

/*
 * At most one line a second for what strangers can cause. Keep one zeroed value a source.
 * True = log now; *ret_suppressed = events swallowed since the last line.
 */
struct rw_log_limit {
    uint64_t last_ms;
    uint64_t suppressed;
};
bool rw_log_allow(struct rw_log_limit *limit, uint64_t now_ms, uint64_t *ret_suppressed);

#endif
