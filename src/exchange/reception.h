/*
 * exchange/reception.h - takes the calls that come in: routing says whom they are for, the exchange rings.
 *
 * Owner    the worker. Threads: its.
 * Memory   an arena a call, freed when it is taken.
 * Errors   a call that is not taken is refused with the status that fits; the log has a line of it (within
 *          bounds), with the reason.
 */
#ifndef RW_EXCHANGE_RECEPTION_H
#define RW_EXCHANGE_RECEPTION_H

#include "base/log.h"
#include "exchange/exchange.h"
#include "route/route.h"

struct rw_reception {
    struct rw_exchange *exchange;
    struct rw_route_table *routes;
    const char *local;          /* host and port that our From headers name */
    uint32_t station_answer_ms; /* how long the user's telephone may ring */
    uint32_t max_duration_ms;   /* 0 = no cap */
    struct rw_log_limit limit;
};

/* Offers calls from the leg port on to `reception`, which lives as long as the port. */
void rw_reception_open(struct rw_reception *reception, const struct rw_leg_ops *ops,
                       struct rw_leg_port *port);

#endif
