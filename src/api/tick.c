#include "api/tick.h"

#include "base/mem.h"

#include <re.h>

struct rw_tick {
    struct tmr timer;
    uint32_t every_ms;
    void (*handler)(void *arg);
    void *arg;
};

static void fire(void *arg)
{
    struct rw_tick *tick = arg;

    tmr_start(&tick->timer, tick->every_ms, fire, tick);
    tick->handler(tick->arg);
}

struct rw_tick *rw_tick_start(uint32_t every_ms, void (*handler)(void *arg), void *arg)
{
    struct rw_tick *tick = rw_calloc(1, sizeof(*tick));

    if (!tick)
        return NULL;
    tick->every_ms = every_ms;
    tick->handler = handler;
    tick->arg = arg;
    tmr_init(&tick->timer);
    tmr_start(&tick->timer, every_ms, fire, tick);
    return tick;
}

void rw_tick_stop(struct rw_tick *tick)
{
    if (!tick)
        return;
    tmr_cancel(&tick->timer);
    rw_free(tick);
}
