#include "api/calls_judge.h"

#include "api/number.h"
#include "auth/identity.h"

static bool has_fault(const struct rw_faults *faults, uint32_t from, const char *code)
{
    for (uint32_t i = from; i < faults->count; i++)
        if (faults->at[i].code && strcmp(faults->at[i].code, code) == 0)
            return true;
    return false;
}

/* The path names the user. The id is not repeated: a foreign one is answered like one that never was. */
static void mend_user_fault(struct rw_faults *faults, uint32_t from)
{
    for (uint32_t i = from; i < faults->count; i++) {
        struct rw_err *err = &faults->at[i];

        if (!err->code || strcmp(err->code, "user.not_found") != 0)
            continue;
        rw_err_at(err, "{userId}", -1, 0);
        err->found[0] = '\0';
        rw_err_expected(err, "an id that GET /api/v2/users lists");
    }
}

/*
 * What the tenant owns. A token that may call without a station does so for a user who has none; for
 * any other that is a fault.
 */
static bool resolve(const struct rw_request *r, const struct rw_wish *wish, const char *user_id,
                    bool agentless, struct rw_faults *faults, struct rw_call_judgement *ret)
{
    const struct rw_api_options *with = &r->api->with;
    uint32_t before = faults->count;
    struct rw_route_wish route = {
        .tenant_id = r->identity->tenant_id,
        .user_id = user_id,
        .client_id = r->identity->client_id,
        .token_id = r->identity->token_id,
        .spender_id = r->identity->user_id ? r->identity->user_id : user_id,
        .with_station = true,
        .provider = wish->provider_id,
        .to_pointer = wish->to_at,
        .from_pointer = wish->from.p ? wish->from_at : "",
        .provider_pointer = wish->provider_id.p ? wish->provider_at : "",
    };

    if (ret->to_usable) {
        route.to = rw_slice_str(ret->to.e164);
        route.called = &ret->to;
    }
    if (ret->from_usable)
        route.from = rw_slice_str(ret->from.e164);
    if (rw_route_plan_make(with->routes, &route, with->sip_local, r->arena, &ret->plan, faults) ==
        RW_OK)
        return true;
    mend_user_fault(faults, before);
    if (!agentless || !has_fault(faults, before, "station.missing"))
        return false;
    faults->count = before;
    route.with_station = false;
    return rw_route_plan_make(with->routes, &route, with->sip_local, r->arena, &ret->plan,
                              faults) == RW_OK;
}

bool rw_call_judge(const struct rw_request *r, const struct rw_wish *wish, const char *user_id,
                   bool agentless, struct rw_faults *faults, struct rw_faults *warnings,
                   struct rw_call_judgement *ret)
{
    const struct rw_number_policies *numbers = &r->api->numbers;
    uint32_t before = faults->count;
    bool resolved;

    ret->to_usable = wish->to.p && rw_number_judge(wish->to, wish->to_at, &numbers->called,
                                                   &ret->to, faults, warnings);
    ret->from_usable = wish->from.p && rw_number_judge(wish->from, wish->from_at, &numbers->caller,
                                                       &ret->from, faults, warnings);
    if (!r->may)
        return false;
    resolved = resolve(r, wish, user_id, agentless, faults, ret);
    return resolved && ret->to_usable && faults->count == before && !faults->dropped;
}
