/* What the tenant's calling policy says of the called number. */
#include "route/making.h"

void rw_making_judge_policy(struct rw_making *m)
{
    const struct rw_route_wish *w = m->wish;
    const struct rw_calling *calling = NULL;
    uint32_t before = m->faults->count;
    struct rw_err err;
    bool missing;

    if (!w->called ||
        !rw_making_settled(m, rw_table_calling(m->table, w->tenant_id, &calling, &err), &err,
                           &missing))
        return;
    if (!rw_calling_judge(calling, w->called, rw_table_zones(m->table),
                          (uint64_t)rw_making_now_s(m) * 1000, w->to_pointer, m->faults) &&
        m->first == RW_OK)
        m->first = before < m->faults->count ? m->faults->at[before].class : RW_FORBIDDEN;
}
