/* Whether the token may place calls at all, and what the tenant's calling policy says of the called number. */
#include "base/clock.h"
#include "route/making.h"

static void judge_token(struct rw_making *m)
{
    const struct rw_route_wish *w = m->wish;
    const char *id = w->client_id ? w->client_id : w->token_id;
    const struct rw_row_freeze *freeze;
    char since[RW_TIME_TEXT];
    struct rw_err err;
    bool missing;

    if (!id || !rw_making_settled(m, rw_table_freeze(m->table, w->tenant_id, id, &freeze, &err),
                                  &err, &missing))
        return;
    (void)rw_fail(&err, RW_FORBIDDEN, "token.frozen",
                  "the token places no calls until an administrator lifts that");
    rw_time_format(freeze->created_ms, since);
    rw_err_found(&err, "%s, since %s", freeze->reason, since);
    rw_err_expected(&err, "the %s to be let again (`ringwright token thaw %.40s`)", freeze->kind,
                    id);
    rw_making_fault(m, &err, "Authorization:");
}

void rw_making_judge_policy(struct rw_making *m)
{
    const struct rw_route_wish *w = m->wish;
    const struct rw_calling *calling = NULL;
    struct rw_err err;
    uint32_t before;
    bool missing;

    judge_token(m);
    before = m->faults->count;
    if (!w->called ||
        !rw_making_settled(m, rw_table_calling(m->table, w->tenant_id, &calling, &err), &err,
                           &missing))
        return;
    if (!rw_calling_judge(calling, w->called, rw_table_zones(m->table),
                          (uint64_t)rw_making_now_s(m) * 1000, w->to_pointer, m->faults) &&
        m->first == RW_OK)
        m->first = before < m->faults->count ? m->faults->at[before].class : RW_FORBIDDEN;
}

uint32_t rw_route_freeze_after(struct rw_route_table *table, const char *tenant_id)
{
    const struct rw_calling *calling;

    rw_table_refresh(table);
    return rw_table_calling(table, tenant_id, &calling, NULL) == RW_OK ? calling->freeze_after : 0;
}
