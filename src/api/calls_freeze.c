#include "api/calls_freeze.h"

#include "auth/identity.h"
#include "base/clock.h"
#include "base/log.h"
#include "policy/spike.h"
#include "route/route.h"

#include <stdio.h>

static bool counts(const struct rw_faults *faults)
{
    static const char *const codes[] = {"policy.high_risk", "policy.blocked_prefix",
                                        "policy.blocked_type", "policy.region_not_allowed",
                                        "spend.no_rate"};

    for (uint32_t i = 0; i < faults->count; i++)
        for (size_t k = 0; k < sizeof(codes) / sizeof(*codes); k++)
            if (faults->at[i].code && strcmp(faults->at[i].code, codes[k]) == 0)
                return true;
    return false;
}

static void freeze(const struct rw_request *r, const char *id, uint32_t refusals)
{
    const char *tenant = rw_request_tenant(r);
    struct rw_row_freeze row = {.id = id,
                                .tenant_id = tenant,
                                .kind = r->identity->client_id ? "client" : "token",
                                .created_ms = rw_clock_wall_ms()};
    struct rw_tx *tx = rw_tx_new(r->api->with.store);
    char reason[80];

    (void)snprintf(reason, sizeof(reason), "policy refused %u of its calls within a minute",
                   refusals);
    row.reason = reason;
    rw_log(RW_LOG_WARN, "token.frozen", "tenant=%s %s=%s refusals=%u", tenant, row.kind, id,
           refusals);
    if (!tx)
        return;
    rw_tx_put_freeze(tx, &row);
    rw_tx_add_audit(tx, &(struct rw_row_audit){.tenant_id = tenant,
                                               .actor = "server",
                                               .action = "token.frozen",
                                               .entity = id,
                                               .correlation_id = r->correlation,
                                               .detail = reason,
                                               .at_ms = row.created_ms});
    rw_tx_submit(tx, NULL, NULL);
}

/* A reached cap is for the operator to know of; a line a second is enough for that. */
static void log_exhausted(const struct rw_request *r)
{
    static _Thread_local struct rw_log_limit limit;
    char quoted[RW_LOG_VALUE];
    uint64_t suppressed;

    for (uint32_t i = 0; i < r->faults->count; i++) {
        const struct rw_err *fault = &r->faults->at[i];

        if (!fault->code || strcmp(fault->code, "spend.exhausted") != 0)
            continue;
        if (rw_log_allow(&limit, rw_clock_mono_ms(), &suppressed))
            rw_log(RW_LOG_WARN, "spend.refused", "tenant=%s account=%s suppressed=%llu",
                   rw_request_tenant(r), rw_log_quote(quoted, rw_slice_str(fault->found)),
                   (unsigned long long)suppressed);
        return;
    }
}

void rw_call_note_refusal(const struct rw_request *r)
{
    const char *id = r->identity->client_id ? r->identity->client_id : r->identity->token_id;
    uint32_t bound, refusals;

    log_exhausted(r);
    if (!r->may || !r->api->with.spikes || !counts(r->faults))
        return;
    bound = rw_route_freeze_after(r->api->with.routes, rw_request_tenant(r));
    refusals = rw_spike_note(r->api->with.spikes, id, rw_clock_wall_ms());
    /* Each time once more, should the first one not have been stored. */
    if (bound && refusals > bound && (refusals - bound) % bound == 1 % bound)
        freeze(r, id, refusals);
}
