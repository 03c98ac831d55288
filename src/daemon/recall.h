/*
 * daemon/recall.h - at start: which numbers were called lately, for tenants that limit how often.
 *
 * Read from the store's conversations, so that a restart is no way around the limit.
 *
 * Threads  the main thread, before the first worker starts. Memory: a page of rows at a time.
 * Errors   of the store, and RW_NO_MEMORY.
 */
#ifndef RW_DAEMON_RECALL_H
#define RW_DAEMON_RECALL_H

#include "call/limits.h"
#include "limit/limit.h"
#include "store/store.h"

/* `standard` holds for tenants that have set nothing. */
RW_NODISCARD enum rw_class rw_recall(struct rw_store *store, struct rw_limits *limits,
                                     const struct rw_call_limits *standard, struct rw_err *err);

#endif
