/*
 * api/rewrite.h - a wish as a body of a documented form, the one that the caller used.
 *
 * What else the body held goes along where it is right: callerIdName, label, attributes and the like.
 *
 * Owner    the text lives in the arena.
 * Threads  any. Not to be included beside re.h.
 * Memory   a body of at most RW_REWRITE_BYTES_MAX; what would make it larger stays out.
 */
#ifndef RW_API_REWRITE_H
#define RW_API_REWRITE_H

#include "api/schema.h"
#include "api/wish.h"
#include "base/arena.h"

#define RW_REWRITE_BYTES_MAX 8192

/* `schema`: of the operation's body. Empty when memory is out. */
struct rw_slice rw_rewrite(const struct rw_schema *schema, const json_t *body,
                           const struct rw_wish *wish, struct rw_arena *arena);

#endif
