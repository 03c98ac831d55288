/*
 * cli/route_text.h - what routes are made of, as people write it, in options and in files for apply.
 *
 *     a trunk     "Carrier One", "Carrier One;weight=3"
 *     hours       "Mon-Fri 09:00-18:00", "Sat 10:00-14:00", "Sun-Thu 20:00-06:00"
 *
 * Threads  pure functions; any.
 * Errors   false or NULL: it is none.
 */
#ifndef RW_CLI_ROUTE_TEXT_H
#define RW_CLI_ROUTE_TEXT_H

#include "base/slice.h"

#include <jansson.h>

/* The name in the text, and the weight behind it; -1: none is given. */
struct rw_slice rw_cli_trunk_read(const char *text, long *ret_weight);

/* The other way around, of a trunk as a route has it: a new reference. */
json_t *rw_cli_trunk_text(const json_t *trunk);

/* Adds a slot for each day to an array of timeSlots. Times are the server's to judge. */
bool rw_cli_hours_read(struct rw_slice text, json_t *slots);

#endif
