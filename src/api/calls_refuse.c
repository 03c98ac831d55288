#include "api/calls_refuse.h"

#include "api/answer.h"
#include "api/calls_judge.h"
#include "api/explain.h"
#include "api/order.h"
#include "api/suggest.h"

struct rw_call_before rw_call_before(const struct rw_request *r)
{
    return (struct rw_call_before){r->faults->count, r->faults->dropped, r->warnings->count,
                                   r->warnings->dropped};
}

static void go_back(struct rw_request *r, const struct rw_call_before *before)
{
    r->faults->count = before->faults;
    r->faults->dropped = before->faults_dropped;
    r->warnings->count = before->warnings;
    r->warnings->dropped = before->warnings_dropped;
}

/* False when memory is out: then the answer has to do with what is known already. */
static bool understand(struct rw_request *r, const struct rw_call_before *before,
                       const char *user_id, bool agentless)
{
    struct rw_guess *guess = rw_arena_alloc(r->arena, sizeof(*guess));
    struct rw_call_judgement judgement;
    struct rw_meant meant;

    if (!guess || !rw_guess_read(r->body, r->arena, guess))
        return false;
    guess->numbers = &r->api->numbers;
    rw_meant_choose(guess, r->body, &meant);
    go_back(r, before);
    (void)rw_call_judge(r, &meant.wish, user_id, agentless, r->faults, r->warnings, &judgement);
    rw_explain(guess, &meant, r->may, r->faults, r->warnings);
    rw_order_faults(r->body, guess, &meant, r->faults);
    rw_suggest_call(r, &meant, user_id, agentless);
    return true;
}

void rw_call_refuse(struct rw_request *r, const struct rw_call_before *before, const char *user_id,
                    bool agentless)
{
    if (!r->body || !understand(r, before, user_id, agentless))
        rw_order_faults(NULL, NULL, NULL, r->faults);
    rw_answer_refuse(r);
}
