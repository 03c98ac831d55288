#include "base/id.h"
#include "route/making.h"

#include <stdio.h>

/* "6591, 659, 65, 6": the prefixes that a number has, the middle left out when they don't fit. */
static void list_prefixes(struct rw_slice digits, char *dst, size_t size)
{
    size_t n = 0, last = digits.n > 1 ? sizeof("... 6") : 0;

    dst[0] = '\0';
    for (size_t length = digits.n; length; length--) {
        if (length > 1 && n + length + 2 + last > size) {
            n += (size_t)snprintf(dst + n, size - n, "... ");
            length = 1;
        }
        n += (size_t)snprintf(dst + n, size - n, "%.*s%s", (int)length, digits.p,
                              length > 1 ? ", " : "");
    }
}

static void no_route(struct rw_making *m, const struct rw_table_routes *routes,
                     struct rw_slice digits, const struct rw_route_way *other)
{
    char have[100] = "", tried[110];
    size_t n = 0;
    struct rw_err err;

    for (size_t i = 0; i < routes->count && n + 24 < sizeof(have); i++)
        if (i == 0 || strcmp(routes->at[i].prefix, routes->at[i - 1].prefix) != 0)
            n += (size_t)snprintf(have + n, sizeof(have) - n, "%s%.15s", n ? ", " : "",
                                  routes->at[i].prefix);
    (void)rw_fail(&err, RW_CONFLICT, "route.none", "no route leads to this number");
    rw_err_found(&err, "+%.*s; prefixes with a route: %s%s%.40s%s", RW_SLICE_ARG(digits),
                 n ? have : "none", other ? "; route " : "", other ? other->route->name : "",
                 other ? " takes other classes of numbers" : "");
    list_prefixes(digits, tried, sizeof(tried));
    rw_err_expected(&err, "a route with a prefix that was tried: %s, or empty", tried);
    rw_making_fault(m, &err, m->wish->to_pointer);
}

static void no_trunk(struct rw_making *m, const struct rw_route_way *way,
                     const struct rw_row_trunk *trunk)
{
    struct rw_err err;

    (void)rw_fail(&err, RW_CONFLICT, "route.trunk_inactive",
                  "the route to this number leads to no active trunk");
    rw_err_found(&err, "route %s (prefix \"%s\"), trunk %s, state %s", way->route->name,
                 way->prefix, trunk ? trunk->name : way->trunk_id,
                 trunk ? trunk->state : "missing");
    rw_err_expected(&err, "an active trunk on that route, or another route with the same prefix");
    rw_making_fault(m, &err, m->wish->to_pointer);
}

static bool is_taken(const struct rw_making *m, const struct rw_row_trunk *trunk)
{
    for (uint32_t i = 0; i < m->trunk_count; i++)
        if (m->trunks[i] == trunk) /* a row stands once in the table */
            return true;
    return false;
}

static enum rw_route_fate judge_way(struct rw_making *m, const struct rw_route_way *way,
                                    const struct rw_row_trunk *trunk)
{
    if (!trunk)
        return RW_ROUTE_TRUNK_MISSING;
    if (strcmp(trunk->state, "active") != 0)
        return RW_ROUTE_TRUNK_INACTIVE;
    if (is_taken(m, trunk))
        return RW_ROUTE_SAME_TRUNK;
    if (m->trunk_count == RW_CALL_TRUNKS_MAX)
        return RW_ROUTE_ENOUGH;
    m->ways[m->trunk_count] = way;
    m->trunks[m->trunk_count++] = trunk;
    return RW_ROUTE_TAKEN;
}

static void write_step(const struct rw_making *m, const struct rw_route_way *way,
                       const struct rw_row_trunk *trunk, enum rw_route_fate fate)
{
    struct rw_route_trace *trace = m->wish->trace;

    if (trace && trace->count < RW_ROUTE_CONSIDERED)
        trace->steps[trace->count++] =
            (struct rw_route_step){way, trunk, fate, fate == RW_ROUTE_TAKEN ? m->trunk_count : 0};
}

static bool leads_to(const struct rw_route_way *way, struct rw_slice digits)
{
    size_t n = strlen(way->prefix);

    return n <= digits.n && memcmp(way->prefix, digits.p, n) == 0;
}

/* The ways that do not lead there, for the trace. */
static void write_others(const struct rw_making *m, const struct rw_table_routes *routes,
                         struct rw_slice digits)
{
    if (!m->wish->trace)
        return;
    m->wish->trace->routes = (uint32_t)routes->count;
    for (size_t i = 0; i < routes->count; i++)
        if (!leads_to(&routes->at[i], digits))
            write_step(m, &routes->at[i], NULL, RW_ROUTE_OTHER_PREFIX);
}

/* The trunk of a way; NULL when there is none. False: trouble of the store, told already. */
static bool read_trunk(struct rw_making *m, const struct rw_route_way *way,
                       const struct rw_row_trunk **ret)
{
    struct rw_err err;
    bool missing;

    *ret = NULL;
    return rw_making_settled(m,
                             rw_table_trunk(m->table, m->wish->tenant_id, way->trunk_id, ret, &err),
                             &err, &missing) ||
           missing;
}

/* May the way's route take the number? Plans are read only for a route that is limited by class. */
static bool takes(struct rw_making *m, const struct rw_route_way *way, struct rw_slice digits)
{
    const struct rw_table_plans *plans = NULL;
    struct rw_err err;
    bool missing;

    if (!*way->route->classifications)
        return true;
    return rw_making_settled(m, rw_table_plans(m->table, m->wish->tenant_id, &plans, &err), &err,
                             &missing) &&
           rw_route_takes(way->route, plans->at, plans->count, digits);
}

/* Trunks of one route that distributes at random stand side by side: each order of them is as likely. */
static void spread(struct rw_making *m)
{
    for (uint32_t from = 0, to; from < m->trunk_count; from = to) {
        const struct rw_row_route *route = m->ways[from]->route;

        for (to = from + 1; to < m->trunk_count && m->ways[to]->route == route;)
            to++;
        for (uint32_t i = to - 1; i > from && strcmp(route->distribution, "RANDOM") == 0; i--) {
            uint32_t other = from + (uint32_t)(rw_random_u64() % (i - from + 1));
            const struct rw_row_trunk *trunk = m->trunks[i];

            m->trunks[i] = m->trunks[other];
            m->trunks[other] = trunk;
        }
    }
}

void rw_making_find_trunks(struct rw_making *m)
{
    struct rw_slice digits = rw_slice_from(m->wish->to, 1);
    const struct rw_table_routes *routes = NULL;
    const struct rw_route_way *way, *dead = NULL, *other = NULL;
    const struct rw_row_trunk *dead_trunk = NULL, *trunk;
    struct rw_route_cursor cursor = {.started = false};
    struct rw_err err;
    bool missing;

    if (digits.n == 0 ||
        !rw_making_settled(m, rw_table_routes(m->table, m->wish->tenant_id, &routes, &err), &err,
                           &missing))
        return;
    for (uint32_t i = 0;
         i < RW_ROUTE_CONSIDERED && (m->trunk_count < RW_CALL_TRUNKS_MAX || m->wish->trace) &&
         (way = rw_route_next(routes->at, routes->count, digits, &cursor)) != NULL;
         i++) {
        enum rw_route_fate fate = RW_ROUTE_OTHER_CLASS;

        trunk = NULL;
        if (takes(m, way, digits)) {
            if (!read_trunk(m, way, &trunk))
                return;
            fate = judge_way(m, way, trunk);
        }
        write_step(m, way, trunk, fate);
        if (fate == RW_ROUTE_OTHER_CLASS) {
            other = other ? other : way;
        } else if (fate != RW_ROUTE_TAKEN && !dead) {
            dead = way;
            dead_trunk = trunk;
        }
    }
    write_others(m, routes, digits);
    if (!m->wish->trace) /* whoever wants to see the way sees the order before the dice */
        spread(m);
    if (m->trunk_count)
        m->route = m->ways[0]->route;
    else if (dead)
        no_trunk(m, dead, dead_trunk);
    else
        no_route(m, routes, digits, other);
}
