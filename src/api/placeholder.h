/*
 * api/placeholder.h - is a text that stands where an id belongs what documentation writes there?
 *
 * "your-user-id", "{{queue_id}}", "<uuid>", "agent_id_here", "null": copied and not filled in. An id
 * of somebody's own making, such as "default" or "12345-abcde", is none.
 *
 * Threads  any; no state.
 */
#ifndef RW_API_PLACEHOLDER_H
#define RW_API_PLACEHOLDER_H

#include "base/slice.h"

bool rw_placeholder(struct rw_slice text);

#endif
