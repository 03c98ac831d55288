/*
 * media/pump.h - many sockets of a worker, read in batches.
 *
 * Most of what a relayed packet costs is not the packet but waking up for it. While few packets come,
 * each wakes the loop at once. From RW_PUMP_BUSY packets a millisecond on the loop is not woken any
 * more; a timer of a millisecond empties all sockets instead. That adds half a millisecond on average
 * and halves the cost (bench/relay.py); telephones smooth twenty times as much.
 *
 *   WAKING --- RW_PUMP_BUSY packets/ms or more in a window ---> TICKING
 *   WAKING <-- fewer than RW_PUMP_IDLE packets/ms in a window -- TICKING
 *
 * Owner    whoever called _init(); a source lives in its owner's struct while it is watched.
 * Threads  the worker that called _init(). A handler must not watch or unwatch.
 * Errors   RW_LIMIT media.no_sockets, RW_NO_MEMORY.
 */
#ifndef RW_MEDIA_PUMP_H
#define RW_MEDIA_PUMP_H

#include "base/err.h"

#include <re_types.h>

#include <re_fmt.h>
#include <re_list.h>
#include <re_tmr.h>

#define RW_PUMP_WINDOW_MS 16
#define RW_PUMP_BUSY 2
#define RW_PUMP_IDLE 1

struct rw_pump_source {
    void (*readable)(void *arg); /* reads one datagram; called again while more are there */
    void *arg;
};

struct rw_pump {
    int epoll_fd;
    bool ticking;
    uint64_t window_start_ms;
    uint32_t window_events;
    struct tmr tick;
};

RW_NODISCARD enum rw_class rw_pump_init(struct rw_pump *pump, struct rw_err *err);
void rw_pump_done(struct rw_pump *pump); /* nothing may be watched any more; twice is fine */

RW_NODISCARD enum rw_class rw_pump_watch(struct rw_pump *pump, int fd,
                                         struct rw_pump_source *source, struct rw_err *err);
void rw_pump_unwatch(struct rw_pump *pump, int fd); /* before the fd is closed */

#endif
