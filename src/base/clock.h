/*
 * base/clock.h - what time it is. Tests replace both clocks by a virtual one.
 *
 * Wall time is milliseconds since 1970 UTC and is what people read; monotonic time is milliseconds
 * since some start and is what timers run by. Neither is ever mixed with the other.
 * Threads  reading is safe; the virtual clock is per thread.
 */
#ifndef RW_BASE_CLOCK_H
#define RW_BASE_CLOCK_H

#include "base/slice.h"

#include <stddef.h>
#include <stdint.h>

uint64_t rw_clock_wall_ms(void);
uint64_t rw_clock_mono_ms(void);
uint64_t rw_clock_mono_us(void);

/* For tests: both clocks of this thread stand at ms; advance them by setting again. 0 = real. */
void rw_clock_set_virtual(uint64_t ms);

#define RW_TIME_TEXT 25 /* "2026-11-23T17:44:07.123Z" and NUL */

/* ISO 8601, UTC, milliseconds. */
void rw_time_format(uint64_t wall_ms, char out[RW_TIME_TEXT]);

/* RFC 3339, with any offset, before 1970 too; digits beyond the millisecond are cut. False: it is none. */
bool rw_time_read(struct rw_slice text, int64_t *ret_wall_ms);

#endif
