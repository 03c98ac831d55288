/*
 * api/wait.h - requests that wait for news: looked after ten times a second until there is some, or
 * their time is up, or the server stops.
 *
 * What happens in other workers is only seen in the store, so looking is all that can be done; each
 * look starts with a comparison that says whether reading is worth it.
 *
 * Owner    struct rw_waiting lives in its request's arena, so its answer ends it.
 * Threads  the worker's.
 */
#ifndef RW_API_WAIT_H
#define RW_API_WAIT_H

#include "api/request.h"

struct rw_waiting {
    struct rw_waiting *next; /* ours */
    struct rw_request *r;
    uint64_t until_ms;           /* ours */
    uint64_t after;              /* news is what has a higher number than this */
    const char *conversation_id; /* whose news; NULL: of all */
    /* Answers and returns true when there is news, or `anyway`; otherwise false. */
    bool (*look)(struct rw_waiting *waiting, bool anyway);
};

/*
 * What an operation with the parameters `conversationId` and `after` waits with: `size` bytes in the
 * request's arena, zeroed, of a struct that begins with its struct rw_waiting. NULL when memory is
 * out, and then that is answered.
 */
void *rw_wait_new(struct rw_request *r, size_t size,
                  bool (*look)(struct rw_waiting *waiting, bool anyway));

/* Looks now, and goes on looking for as long as the parameter `waitMs` says. */
void rw_wait(struct rw_waiting *waiting);

/* Answers everybody with what there is. */
void rw_wait_release(struct rw_api *api);

/* A query parameter that is a number, clamped; the fallback when it is absent. */
uint64_t rw_wait_number(const struct rw_request *r, const char *name, uint64_t fallback,
                        uint64_t max);

#endif
