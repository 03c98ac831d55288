/*
 * api/route_body.h - what the body of a request makes of an outbound route.
 *
 * Owner    texts live with the request. Threads: the request's worker.
 * Errors   all of a body at once: RW_MALFORMED route.bad_prefix, route.unknown_trunk, route.bad_caller_id,
 *          route.bad_hours, route.unknown_zone, or the number's own; RW_NO_MEMORY and RW_IO of the store.
 */
#ifndef RW_API_ROUTE_BODY_H
#define RW_API_ROUTE_BODY_H

#include "api/request.h"

/* Fills what a body says of a row, absent members with their defaults. False: answered. */
bool rw_route_body_read(struct rw_request *r, struct rw_row_route *row);

#endif
