/* What the call costs, where it is counted, and whether that leaves room for it. */
#include "base/clock.h"
#include "route/making.h"

/* The tenant's caps; NULL: it has none, and nothing costs. */
static const struct rw_table_spend *find_caps(struct rw_making *m)
{
    const struct rw_table_spend *spend = NULL;
    struct rw_err err;
    bool missing;

    if (!rw_table_ledger(m->table) || !m->wish->called ||
        !rw_making_settled(m, rw_table_spend(m->table, m->wish->tenant_id, &spend, &err), &err,
                           &missing) ||
        !spend->caps.count)
        return NULL;
    return spend;
}

static void no_rate(struct rw_making *m)
{
    struct rw_err err;

    (void)rw_fail(&err, RW_FORBIDDEN, "spend.no_rate",
                  "nobody knows what this call costs, and there is a cap on spending");
    rw_err_found(&err, "no rate for any beginning of %.*s", RW_SLICE_ARG(m->wish->to));
    rw_err_expected(&err, "a number that the tenant's rates have; or have them completed "
                          "(`ringwright rate load`)");
    rw_making_fault(m, &err, m->wish->to_pointer);
}

static bool find_rate(struct rw_making *m, const struct rw_table_spend *spend, struct rw_rate *ret)
{
    const struct rw_rates *rates = NULL;
    const struct rw_rate *rate;
    struct rw_err err;
    bool missing;

    if (!rw_making_settled(m, rw_table_rates(m->table, m->wish->tenant_id, &rates, &err), &err,
                           &missing) &&
        !missing)
        return false;
    rate = rates ? rw_rates_find(rates, rw_slice_from(m->wish->to, 1)) : NULL;
    if (rate)
        *ret = *rate;
    else if (!spend->row->unknown_allowed)
        no_rate(m);
    return rate != NULL;
}

/* Every account is in the ledger afterwards; what it had before this life is in the store. */
static bool enter_accounts(struct rw_making *m, const struct rw_spend_terms *terms)
{
    struct rw_ledger *ledger = rw_table_ledger(m->table);
    struct rw_ledger_state state;
    struct rw_err err;

    for (size_t i = 0; i < terms->count; i++) {
        const struct rw_account *account = &terms->accounts[i];
        int64_t spent;

        if (rw_ledger_look(ledger, terms->tenant_id, account->name, &state))
            continue;
        if (rw_table_spent(m->table, terms->tenant_id, account->name, m->arena, &spent, &err) !=
                RW_OK ||
            rw_ledger_know(ledger, terms->tenant_id, account, spent, &err) != RW_OK) {
            rw_making_fault(m, &err, NULL);
            return false;
        }
    }
    return true;
}

void rw_making_find_spend(struct rw_making *m)
{
    const struct rw_route_wish *w = m->wish;
    const struct rw_table_spend *spend = find_caps(m);
    uint32_t before = m->faults->count;
    struct rw_spend_terms *terms;
    struct rw_rate rate;
    struct rw_err err;

    if (!spend || !find_rate(m, spend, &rate))
        return;
    terms = rw_arena_alloc(m->arena, sizeof(*terms));
    if (!terms) {
        (void)rw_fail_memory(&err);
        rw_making_fault(m, &err, NULL);
        return;
    }
    *terms = (struct rw_spend_terms){
        .tenant_id = w->tenant_id, .rate = rate, .slice_s = spend->row->slice_s};
    terms->count =
        rw_caps_of_call(&spend->caps, w->client_id && *w->client_id ? w->client_id : NULL,
                        w->spender_id && *w->spender_id ? w->spender_id : NULL, spend->zone,
                        rw_clock_wall_ms(), terms->accounts);
    if (!enter_accounts(m, terms))
        return;
    if (rw_ledger_fits(rw_table_ledger(m->table), terms, w->to_pointer, m->faults))
        m->spend = terms;
    else if (m->first == RW_OK)
        m->first = before < m->faults->count ? m->faults->at[before].class : RW_LIMIT;
}

enum rw_class rw_route_rate(struct rw_route_table *table, const char *tenant_id,
                            struct rw_slice digits, const struct rw_rate **ret, struct rw_err *err)
{
    const struct rw_rates *rates = NULL;
    enum rw_class rc;

    rw_table_refresh(table);
    rc = rw_table_rates(table, tenant_id, &rates, err);
    if (rc != RW_OK && rc != RW_NOT_FOUND)
        return rc;
    *ret = rates ? rw_rates_find(rates, digits) : NULL;
    return *ret ? RW_OK
                : rw_fail(err, RW_NOT_FOUND, "rate.none",
                          "the tenant's rates have no prefix of the number");
}

bool rw_route_spent(struct rw_route_table *table, const char *tenant_id,
                    const struct rw_account *account, struct rw_ledger_state *ret)
{
    struct rw_ledger *ledger = rw_table_ledger(table);

    return ledger && rw_ledger_look(ledger, tenant_id, account->name, ret);
}
