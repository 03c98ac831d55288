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

/* "44, 49, 65": prefixes that there are, as many as fit. */
static void list_present(const struct rw_route_prefixes *routes, char *dst, size_t size)
{
    size_t n = 0;

    dst[0] = '\0';
    for (size_t i = 0; i < routes->count && n + 24 < size; i++) {
        char text[RW_ROUTE_PREFIX_TEXT];

        if (i && routes->ways[i].prefix == routes->ways[i - 1].prefix)
            continue;
        rw_route_prefix_text(routes->ways[i].prefix, text);
        n += (size_t)snprintf(dst + n, size - n, "%s%s", n ? ", " : "", text);
    }
}

static void no_route(struct rw_making *m, const struct rw_route_prefixes *routes,
                     struct rw_slice digits, const struct rw_route_rule *other)
{
    char have[100], tried[110];
    struct rw_err err;

    list_present(routes, have, sizeof(have));
    (void)rw_fail(&err, RW_CONFLICT, "route.none", "no route leads to this number");
    rw_err_found(&err, "+%.*s; prefixes with a route: %s%s%.40s%s", RW_SLICE_ARG(digits),
                 *have ? have : "none", other ? "; route " : "", other ? other->row->name : "",
                 other ? " takes other classes of numbers" : "");
    list_prefixes(digits, tried, sizeof(tried));
    rw_err_expected(&err, "a route with a prefix that was tried: %s, or empty", tried);
    rw_making_fault(m, &err, m->wish->to_pointer);
}

/* The first trunk that was not to be used, when none was. */
struct dead {
    const struct rw_route_way *way;
    const struct rw_route_trunk *trunk;
};

static void no_trunk(struct rw_making *m, const struct dead *dead)
{
    const struct rw_row_trunk *row = dead->trunk->row;
    struct rw_slice trunk = row ? rw_slice_str(row->name) : dead->trunk->id;
    char prefix[RW_ROUTE_PREFIX_TEXT];
    struct rw_err err;

    rw_route_prefix_text(dead->way->prefix, prefix);
    (void)rw_fail(&err, RW_CONFLICT, "route.trunk_inactive",
                  "the route to this number leads to no active trunk");
    rw_err_found(&err, "route %s (prefix \"%s\"), trunk %.*s, state %s", dead->way->rule->row->name,
                 prefix, RW_SLICE_ARG(trunk), row ? row->state : "missing");
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

static enum rw_route_fate judge_trunk(struct rw_making *m, const struct rw_row_trunk *trunk)
{
    if (!trunk)
        return RW_ROUTE_TRUNK_MISSING;
    if (strcmp(trunk->state, "active") != 0)
        return RW_ROUTE_TRUNK_INACTIVE;
    if (is_taken(m, trunk))
        return RW_ROUTE_SAME_TRUNK;
    if (m->trunk_count == RW_CALL_TRUNKS_MAX)
        return RW_ROUTE_ENOUGH;
    m->trunks[m->trunk_count++] = trunk;
    return RW_ROUTE_TAKEN;
}

static void write_step(const struct rw_making *m, struct rw_route_step step)
{
    struct rw_route_trace *trace = m->wish->trace;

    if (!trace || trace->count == RW_ROUTE_CONSIDERED)
        return;
    step.place = step.fate == RW_ROUTE_TAKEN ? m->trunk_count : 0;
    trace->steps[trace->count++] = step;
}

/* The ways that do not lead there, for the trace; `seen` do. */
static void write_others(const struct rw_making *m, const struct rw_route_prefixes *routes,
                         struct rw_slice digits, size_t seen)
{
    struct rw_route_trace *trace = m->wish->trace;

    if (!trace)
        return;
    for (size_t i = 0; i < routes->count && trace->count < RW_ROUTE_CONSIDERED; i++)
        if (!rw_route_leads_to(&routes->ways[i], digits)) {
            write_step(
                m, (struct rw_route_step){.way = &routes->ways[i], .fate = RW_ROUTE_OTHER_PREFIX});
            seen++;
        }
    trace->unseen = (uint32_t)(routes->count - seen);
}

/* Looks a trunk up, once. False: trouble of the store, told already. */
static bool look_up(struct rw_making *m, struct rw_route_trunk *trunk)
{
    struct rw_err err;
    bool missing;

    if (trunk->looked_up)
        return true;
    trunk->looked_up =
        rw_making_settled(
            m, rw_table_trunk(m->table, m->wish->tenant_id, trunk->id, &trunk->row, &err), &err,
            &missing) ||
        missing;
    return trunk->looked_up;
}

/* May the route take the number? Plans are read only for a route that is limited by class. */
static bool takes(struct rw_making *m, const struct rw_route_rule *rule, struct rw_slice digits)
{
    const struct rw_table_plans *plans = NULL;
    struct rw_err err;
    bool missing;

    if (!rule->by_class)
        return true;
    return rw_making_settled(m, rw_table_plans(m->table, m->wish->tenant_id, &plans, &err), &err,
                             &missing) &&
           rw_route_takes(rule->row, plans->at, plans->count, digits);
}

/* Whether more trunks are to be looked at: enough for a call, or for whoever wants to see the way. */
static bool wants_more(const struct rw_making *m, uint32_t looked_at)
{
    return looked_at < RW_ROUTE_CONSIDERED &&
           (m->trunk_count < RW_CALL_TRUNKS_MAX || m->wish->trace);
}

/* The trunks behind a way, which takes the call. False: trouble of the store, told already. */
static bool take_trunks(struct rw_making *m, const struct rw_route_way *way, uint32_t *looked_at,
                        struct dead *dead)
{
    struct rw_route_rule *rule = way->rule;
    /* whoever wants to see the way sees the order before the dice */
    bool drawn = rule->drawn && !m->wish->trace;
    uint8_t order[RW_ROUTE_TRUNKS_MAX];

    if (drawn)
        rw_route_draw(rule, rw_random_u64(), order);
    for (uint32_t i = 0; i < rule->trunk_count && wants_more(m, *looked_at); i++, ++*looked_at) {
        struct rw_route_trunk *trunk = &rule->trunks[drawn ? order[i] : i];
        enum rw_route_fate fate;

        if (!look_up(m, trunk))
            return false;
        fate = judge_trunk(m, trunk->row);
        if (fate == RW_ROUTE_TAKEN && !m->route)
            m->route = rule->row;
        if (fate != RW_ROUTE_TAKEN && !dead->way)
            *dead = (struct dead){way, trunk};
        write_step(m, (struct rw_route_step){way, trunk, fate, 0});
    }
    return true;
}

void rw_making_find_trunks(struct rw_making *m)
{
    struct rw_slice digits = rw_slice_from(m->wish->to, 1);
    const struct rw_route_prefixes *routes = NULL;
    const struct rw_route_rule *other = NULL;
    const struct rw_route_way *way;
    struct rw_route_cursor cursor;
    struct dead dead = {.way = NULL};
    uint32_t looked_at = 0, seen = 0;
    struct rw_err err;
    bool missing;

    if (digits.n == 0 ||
        !rw_making_settled(m, rw_table_routes(m->table, m->wish->tenant_id, &routes, &err), &err,
                           &missing))
        return;
    cursor = rw_route_cursor(routes, digits);
    for (; wants_more(m, looked_at) && (way = rw_route_next(&cursor)) != NULL; seen++) {
        if (takes(m, way->rule, digits)) {
            if (!take_trunks(m, way, &looked_at, &dead))
                return;
        } else {
            other = other ? other : way->rule;
            looked_at++;
            write_step(m, (struct rw_route_step){.way = way, .fate = RW_ROUTE_OTHER_CLASS});
        }
    }
    write_others(m, routes, digits, seen);
    if (m->trunk_count)
        return;
    if (dead.way)
        no_trunk(m, &dead);
    else
        no_route(m, routes, digits, other);
}
