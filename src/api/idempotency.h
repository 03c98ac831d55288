/*
 * api/idempotency.h - Idempotency-Key: the same request sent again gets the same answer, not a second
 * call.
 *
 * A key stands for one request of a tenant, known by a BLAKE2b hash of method, path and body, for 24
 * hours. The answer is stored in the transaction that makes the call, so a key without its call, or a
 * call without its key, can't be. Two workers that get the same key at once are told apart by the
 * store: the second one's transaction fails, and it replays the first one's answer.
 *
 * Owner    the key's text is the exchange's. Threads: the request's worker.
 */
#ifndef RW_API_IDEMPOTENCY_H
#define RW_API_IDEMPOTENCY_H

#include "api/request.h"

#define RW_IDEMPOTENCY_KEY_MAX 255
#define RW_IDEMPOTENCY_KEEP_MS (24ull * 3600 * 1000)

struct rw_idempotency {
    const char *key; /* NULL: the request has none */
    char hash[65];   /* BLAKE2b-256 in hex */
};

/* Reads the header; a key that is none is added to the request's faults. False: memory is out. */
bool rw_idempotency_read(struct rw_request *r, struct rw_idempotency *ret);

/*
 * When the key was used before, answers: the stored answer again, marked Idempotent-Replayed, or
 * idempotency.conflict. True: answered. Also true when the store could not be asked (answered so).
 */
bool rw_idempotency_replay(struct rw_request *r, const struct rw_idempotency *key);

/* The row to be stored with the call; answer and conversation_id come later. */
struct rw_row_idempotency rw_idempotency_row(const struct rw_request *r,
                                             const struct rw_idempotency *key, unsigned status);

#endif
