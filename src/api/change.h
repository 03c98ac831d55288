/*
 * api/change.h - a change of the configuration: one transaction with its audit row, answered when it
 * is on disk.
 *
 * A change starts from the version that the handler read. When somebody else was faster, the store
 * refuses it, and the request is judged again from the start: its handler then sees the newer state,
 * and says so where the client named the version it started from.
 *
 * Owner    rw_change_commit() takes tx and body over, and answers the request, now or later.
 */
#ifndef RW_API_CHANGE_H
#define RW_API_CHANGE_H

#include "api/request.h"
#include "base/buf.h"

/*
 * Adds the audit row (actor, correlation id, action "user.create", entity its id, detail free text or
 * NULL) and submits. body NULL: the answer has none. tx NULL says that memory was out for it.
 */
void rw_change_commit(struct rw_request *r, struct rw_tx *tx, const char *action,
                      const char *entity, const char *detail, unsigned status, struct rw_buf *body);

/* Fills *err with version.conflict, naming both versions. */
enum rw_class rw_change_stale(struct rw_err *err, uint64_t sent, uint32_t stored);

#endif
