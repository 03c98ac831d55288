/*
 * loop/timer_wheel.h - libre's timers (re_tmr.h) on a hierarchical wheel instead of a sorted list.
 *
 * timer_wheel.c defines tmr_start(), tmr_cancel() and the rest of libre's tmr_* under their own
 * names; libre calls them through the dynamic linker, so the definitions in the executable win. The
 * executable must export them: loop_dep links with -rdynamic and keeps the objects from being
 * dropped. rw_timers_check() proves that it worked.
 *
 * Starting and stopping is O(1) however many timers run. A timer fires in the first turn of the
 * loop that begins at or after its time, timers of one millisecond in the order they were started.
 * Time is the monotonic clock of base/clock.h.
 *
 * Owner    a timer belongs to whoever embeds it, and must be cancelled before it is freed.
 * Threads  each thread has a wheel of its own (11 KiB); a timer belongs to the thread that started it.
 * Memory   none but the timers themselves.
 */
#ifndef RW_LOOP_TIMER_WHEEL_H
#define RW_LOOP_TIMER_WHEEL_H

#include "base/err.h"

/*
 * Lets libre start and stop a timer of its own and looks whether our wheel saw it.
 * RW_BUG loop.timers_not_replaced when not; RW_NO_MEMORY.
 */
RW_NODISCARD enum rw_class rw_timers_check(struct rw_err *err);

/* Timers that run in this thread. */
uint64_t rw_timers_running(void);

/*
 * `run` is called in this thread after each round of due timers, which is the end of a turn of the
 * loop; it returns true while it has more to do, so that the loop does not sleep. NULL = nobody.
 */
void rw_timers_set_turn_end(bool (*run)(void *arg), void *arg);

#endif
