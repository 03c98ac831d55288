#include "media/pump.h"

#include "base/clock.h"

#include <errno.h>
#include <re_main.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCH 128
#define ROUNDS_MAX 8 /* of batches in a turn: other work of the loop waits meanwhile */

static void on_tick(void *arg);
static void on_wake(int flags, void *arg);

/* Reads what is there. Level-triggered: a socket with more comes again in the next round. */
static uint32_t empty_sockets(struct rw_pump *pump)
{
    struct epoll_event events[BATCH];
    uint32_t count = 0;

    for (int round = 0; round < ROUNDS_MAX; round++) {
        int n = epoll_wait(pump->epoll_fd, events, BATCH, 0);

        for (int i = 0; i < n; i++) {
            struct rw_pump_source *source = events[i].data.ptr;

            source->readable(source->arg);
        }
        if (n <= 0)
            break;
        count += (uint32_t)n;
        if (!pump->ticking) /* what is left wakes us again */
            break;
    }
    return count;
}

static void start_ticking(struct rw_pump *pump)
{
    fd_close(pump->epoll_fd);
    pump->ticking = true;
    tmr_start(&pump->tick, 1, on_tick, pump);
}

static void stop_ticking(struct rw_pump *pump)
{
    if (fd_listen(pump->epoll_fd, FD_READ, on_wake, pump)) {
        tmr_start(&pump->tick, 1, on_tick, pump); /* no memory: a tick does as well */
        return;
    }
    pump->ticking = false;
}

/* Counts; at the end of a window, packets a millisecond times its length. True when one ended. */
static bool window_ended(struct rw_pump *pump, uint32_t events, uint64_t *ret_ms,
                         uint32_t *ret_events)
{
    uint64_t now = rw_clock_mono_ms(), ms = now - pump->window_start_ms;

    pump->window_events += events;
    if (ms < RW_PUMP_WINDOW_MS)
        return false;
    *ret_ms = ms;
    *ret_events = pump->window_events;
    pump->window_start_ms = now;
    pump->window_events = 0;
    return true;
}

static void on_wake(int flags, void *arg)
{
    struct rw_pump *pump = arg;
    uint64_t ms;
    uint32_t events;

    (void)flags;
    if (window_ended(pump, empty_sockets(pump), &ms, &events) && events >= ms * RW_PUMP_BUSY)
        start_ticking(pump);
}

static void on_tick(void *arg)
{
    struct rw_pump *pump = arg;
    uint64_t ms;
    uint32_t events;

    if (window_ended(pump, empty_sockets(pump), &ms, &events) && events < ms * RW_PUMP_IDLE)
        stop_ticking(pump);
    else
        tmr_start(&pump->tick, 1, on_tick, pump);
}

static enum rw_class fail(struct rw_err *err, int error)
{
    if (error == ENOMEM)
        return rw_fail_memory(err);
    return rw_fail(err, RW_LIMIT, "media.no_sockets", "another media socket can't be watched: %s",
                   strerror(error));
}

enum rw_class rw_pump_init(struct rw_pump *pump, struct rw_err *err)
{
    int fd = epoll_create1(EPOLL_CLOEXEC), failed;

    if (fd < 0)
        return fail(err, errno);
    *pump = (struct rw_pump){.epoll_fd = fd, .window_start_ms = rw_clock_mono_ms()};
    tmr_init(&pump->tick);
    failed = fd_listen(fd, FD_READ, on_wake, pump);
    if (!failed)
        return RW_OK;
    (void)close(fd);
    pump->epoll_fd = -1;
    return fail(err, failed);
}

void rw_pump_done(struct rw_pump *pump)
{
    if (pump->epoll_fd < 0)
        return;
    tmr_cancel(&pump->tick);
    if (!pump->ticking)
        fd_close(pump->epoll_fd);
    (void)close(pump->epoll_fd);
    pump->epoll_fd = -1;
}

enum rw_class rw_pump_watch(struct rw_pump *pump, int fd, struct rw_pump_source *source,
                            struct rw_err *err)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = source};

    if (epoll_ctl(pump->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        return fail(err, errno);
    return RW_OK;
}

void rw_pump_unwatch(struct rw_pump *pump, int fd)
{
    (void)epoll_ctl(pump->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}
