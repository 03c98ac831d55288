/*
 * api/calls_refuse.h - the refusal of a call: the body read once more, for what was meant by it.
 *
 * Only here is anything guessed, so a request that is accepted never pays for it.
 */
#ifndef RW_API_CALLS_REFUSE_H
#define RW_API_CALLS_REFUSE_H

#include "api/request.h"

/* How many faults and warnings there were before the call itself was judged. */
struct rw_call_before {
    uint32_t faults, faults_dropped, warnings, warnings_dropped;
};

struct rw_call_before rw_call_before(const struct rw_request *r);

/*
 * Answers a call that was refused. What was judged by the documented forms alone, after `before`, is
 * judged again by what was meant, so that numbers at other places are judged as thoroughly.
 */
void rw_call_refuse(struct rw_request *r, const struct rw_call_before *before, const char *user_id,
                    bool agentless);

#endif
