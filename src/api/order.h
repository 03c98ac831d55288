/*
 * api/order.h - which fault of a refused call is the one to mend first.
 *
 *     1  the token: without it nothing else is of use
 *     2  the request around the body: query, headers
 *     3  the body as JSON
 *     4  the destination's form, beginning with the member that holds its number
 *     5  the destination's number
 *     6  the caller's form, beginning with the member that holds its number
 *     7  the caller's number
 *     8  the rest of the body
 *     9  what the tenant owns: caller id, number resource, user, station, route
 *
 * The first decides the answer's status, code and message. Within one rank faults stay as they were
 * found, which is the order of the body.
 *
 * Threads  any.
 */
#ifndef RW_API_ORDER_H
#define RW_API_ORDER_H

#include "api/meant.h"

/* body NULL: it could not be read; then guess and meant may be NULL too. */
void rw_order_faults(const json_t *body, const struct rw_guess *guess, const struct rw_meant *meant,
                     struct rw_faults *faults);

#endif
