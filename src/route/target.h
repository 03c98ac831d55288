/*
 * route/target.h - a trunk's row as those see it who ask its far end something outside of calls.
 *
 * Threads  pure; any.
 */
#ifndef RW_ROUTE_TARGET_H
#define RW_ROUTE_TARGET_H

#include "store/store.h"
#include "trunk/question.h"

#define RW_ROUTE_TARGET_URI 320

/* `uri` is written into; all other texts are the row's. False: the host is too long for a SIP URI. */
RW_NODISCARD bool rw_route_target(const struct rw_row_trunk *row, char uri[RW_ROUTE_TARGET_URI],
                                  struct rw_trunk_target *ret);

#endif
