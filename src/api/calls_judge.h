/*
 * api/calls_judge.h - may this call be placed, and if so, how: who is called by which telephone through
 * which trunk, showing which number.
 *
 * Order: the address first, which anybody may know; then, for a token that may place the call only,
 * the user, the station, caller id, providerId and route, of which nothing must leak.
 *
 * Owner    what the judgement points to lives in the request's arena or with its body.
 */
#ifndef RW_API_CALLS_JUDGE_H
#define RW_API_CALLS_JUDGE_H

#include "address/address.h"
#include "api/request.h"
#include "api/wish.h"
#include "route/route.h"

struct rw_call_judgement {
    struct rw_address to, from;
    bool to_usable, from_usable; /* as addresses; from_usable only when one was given */
    struct rw_route_plan plan;   /* filled in when everything passed */
};

/*
 * Judges what is wished for. Faults and warnings are added; true when there is no new fault and the
 * token may place the call, so that ret->plan can be dialled.
 */
bool rw_call_judge(const struct rw_request *r, const struct rw_wish *wish, const char *user_id,
                   bool agentless, struct rw_faults *faults, struct rw_faults *warnings,
                   struct rw_call_judgement *ret);

#endif
