/*
 * api/tick.h - a timer that beats at one pace until it is stopped. Stands between re.h and jansson.h,
 * which one source file can't include together.
 *
 * Owner    whoever called _start(); _stop() frees (NULL is fine). Threads: the worker's.
 */
#ifndef RW_API_TICK_H
#define RW_API_TICK_H

#include <stdint.h>

struct rw_tick;

/* NULL when memory is out. The handler may stop the tick it is called from. */
struct rw_tick *rw_tick_start(uint32_t every_ms, void (*handler)(void *arg), void *arg);
void rw_tick_stop(struct rw_tick *tick);

#endif
