/*
 * http/query.h - the query of a target: name=value pairs joined by '&', percent-decoded.
 *
 * Owner    decoded text lives in the arena given. Threads: pure. Memory: the arena's bound.
 */
#ifndef RW_HTTP_QUERY_H
#define RW_HTTP_QUERY_H

#include "base/arena.h"
#include "base/err.h"

/*
 * Decodes %XX (RFC 3986 section 2.1) and '+' as a space. A '%' that is not followed by two
 * hexadecimal digits stays as it is. p = NULL when the arena is full.
 */
struct rw_slice rw_http_percent_decode(struct rw_slice text, struct rw_arena *arena);

/* Takes the next pair off *query, not decoded. False when none is left. Empty pairs are skipped. */
bool rw_http_query_next(struct rw_slice *query, struct rw_slice *name, struct rw_slice *value);

/* RW_MALFORMED http.query_bad_escape for the first '%' that escapes nothing. */
RW_NODISCARD enum rw_class rw_http_query_escapes(struct rw_slice query, struct rw_err *err);

#endif
