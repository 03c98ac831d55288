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

#define STRICT_MAX 4u

/* A search among the routes, and what stood in its way. */
struct search {
    const struct rw_route_prefixes *routes;
    struct rw_slice digits;              /* of the number */
    uint32_t looked_at;                  /* trunks */
    uint32_t seen;                       /* ways that lead to the number and stand in the trace */
    const struct rw_route_way *dead_way; /* the first whose trunk is not to be used */
    const struct rw_route_trunk *dead_trunk;
    const struct rw_route_rule *idle;              /* the first that is disabled or has no trunk */
    const struct rw_route_rule *other_class;       /* the first that takes other numbers */
    const struct rw_route_rule *closed;            /* the first whose hour it is not */
    const struct rw_row_route *strict[STRICT_MAX]; /* those that are for other callers */
    uint32_t strict_count;
};

/* Why routes that lead to the number were passed over; "" when none leads there. */
static void say_passed_over(struct rw_making *m, const struct search *s, char *dst, size_t size)
{
    char when[100];
    int n = 0;

    dst[0] = '\0';
    if (s->idle)
        n = snprintf(dst, size, "; route %.40s is %s", s->idle->row->name,
                     s->idle->row->enabled ? "without trunks" : "disabled");
    if (s->other_class)
        n += snprintf(dst + n, size - (size_t)n, "; route %.40s takes other classes of numbers",
                      s->other_class->row->name);
    if (!s->closed)
        return;
    rw_route_hours_say(s->closed->hours, rw_making_now_s(m), when, sizeof(when));
    (void)snprintf(dst + n, size - (size_t)n, "; route %.40s is closed: %s", s->closed->row->name,
                   when);
}

static void no_route(struct rw_making *m, const struct search *s)
{
    char have[100], tried[110], passed_over[300];
    struct rw_err err;

    say_passed_over(m, s, passed_over, sizeof(passed_over));
    list_present(s->routes, have, sizeof(have));
    list_prefixes(s->digits, tried, sizeof(tried));
    (void)rw_fail(&err, RW_CONFLICT, "route.none", "no route leads to this number%s",
                  s->closed ? " now" : "");
    if (*passed_over)
        rw_err_found(&err, "+%.*s%s", RW_SLICE_ARG(s->digits), passed_over);
    else
        rw_err_found(&err, "+%.*s; prefixes with a route: %s", RW_SLICE_ARG(s->digits),
                     *have ? have : "none");
    rw_err_expected(&err, "a route with a prefix that was tried: %s, or empty%s", tried,
                    s->closed ? ", open at this hour" : "");
    rw_making_fault(m, &err, m->wish->to_pointer);
}

static void no_trunk(struct rw_making *m, const struct search *s)
{
    const struct rw_row_trunk *row = s->dead_trunk->row;
    struct rw_slice trunk = row ? rw_slice_str(row->name) : s->dead_trunk->id;
    char prefix[RW_ROUTE_PREFIX_TEXT];
    struct rw_err err;

    rw_route_prefix_text(s->dead_way->prefix, prefix);
    (void)rw_fail(&err, RW_CONFLICT, "route.trunk_inactive",
                  "the route to this number leads to no active trunk");
    rw_err_found(&err, "route %s (prefix \"%s\"), trunk %.*s, state %s",
                 s->dead_way->rule->row->name, prefix, RW_SLICE_ARG(trunk),
                 row ? row->state : "missing");
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

static enum rw_route_fate judge_trunk(struct rw_making *m, const struct rw_row_route *route,
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
    m->routes[m->trunk_count] = route;
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

/* The ways that do not lead there, for the trace. */
static void write_others(const struct rw_making *m, const struct search *s)
{
    struct rw_route_trace *trace = m->wish->trace;
    size_t seen = s->seen;

    if (!trace)
        return;
    for (size_t i = 0; i < s->routes->count && trace->count < RW_ROUTE_CONSIDERED; i++)
        if (!rw_route_leads_to(&s->routes->ways[i], s->digits)) {
            write_step(m, (struct rw_route_step){.way = &s->routes->ways[i],
                                                 .fate = RW_ROUTE_OTHER_PREFIX});
            seen++;
        }
    trace->unseen = (uint32_t)(s->routes->count - seen);
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
static bool wants_more(const struct rw_making *m, const struct search *s)
{
    return s->looked_at < RW_ROUTE_CONSIDERED &&
           (m->trunk_count < RW_CALL_TRUNKS_MAX || m->wish->trace);
}

/* May a call take the route? *ret_number is what it would show then. */
static enum rw_route_fate judge_rule(struct rw_making *m, const struct rw_route_rule *rule,
                                     struct rw_slice digits,
                                     const struct rw_row_number **ret_number)
{
    const struct rw_row_number *number;

    if (!rule->trunk_count)
        return rule->row->enabled ? RW_ROUTE_NO_TRUNKS : RW_ROUTE_DISABLED;
    if (!takes(m, rule, digits))
        return RW_ROUTE_OTHER_CLASS;
    if (rule->hours && !rw_route_hours_open(rule->hours, rw_making_now_s(m)))
        return RW_ROUTE_CLOSED;
    *ret_number = number = rw_making_number_for(m, rule->row);
    if (rule->by_caller && (number || m->choosing) &&
        !(number && rw_route_shows(rule->row->caller_prefixes, number->e164)))
        return RW_ROUTE_OTHER_CALLER;
    return RW_ROUTE_TAKEN;
}

/* Half of the trace is kept for routes that take the call. */
static void pass_over(struct rw_making *m, struct search *s, const struct rw_route_way *way,
                      enum rw_route_fate fate)
{
    struct rw_route_trace *trace = m->wish->trace;

    if ((fate == RW_ROUTE_DISABLED || fate == RW_ROUTE_NO_TRUNKS) && !s->idle)
        s->idle = way->rule;
    if (fate == RW_ROUTE_OTHER_CLASS && !s->other_class)
        s->other_class = way->rule;
    if (fate == RW_ROUTE_CLOSED && !s->closed)
        s->closed = way->rule;
    if (fate == RW_ROUTE_OTHER_CALLER && s->strict_count < STRICT_MAX)
        s->strict[s->strict_count++] = way->rule->row;
    if (trace && trace->count < RW_ROUTE_CONSIDERED / 2) {
        write_step(m, (struct rw_route_step){.way = way, .fate = fate});
        s->seen++;
    }
}

/* The trunks behind a way that takes the call. False: trouble of the store, told already. */
static bool take_trunks(struct rw_making *m, struct search *s, const struct rw_route_way *way,
                        const struct rw_row_number *number)
{
    struct rw_route_rule *rule = way->rule;
    /* whoever wants to see the way sees the order before the dice */
    bool drawn = rule->drawn && !m->wish->trace;
    uint8_t order[RW_ROUTE_TRUNKS_MAX];

    s->seen++;
    if (drawn)
        rw_route_draw(rule, rw_random_u64(), order);
    for (uint32_t i = 0; i < rule->trunk_count && wants_more(m, s); i++, s->looked_at++) {
        struct rw_route_trunk *trunk = &rule->trunks[drawn ? order[i] : i];
        enum rw_route_fate fate;

        if (!look_up(m, trunk))
            return false;
        fate = judge_trunk(m, rule->row, trunk->row);
        if (fate == RW_ROUTE_TAKEN && m->trunk_count == 1)
            rw_making_show(m, number, rule->row);
        if (fate != RW_ROUTE_TAKEN && !s->dead_way) {
            s->dead_way = way;
            s->dead_trunk = trunk;
        }
        write_step(m, (struct rw_route_step){way, trunk, fate, 0, false});
    }
    return true;
}

/* False: trouble of the store, told already. */
static bool search(struct rw_making *m, struct search *s)
{
    struct rw_route_cursor cursor;
    const struct rw_route_way *way;
    struct rw_err err;
    bool missing;

    if (!rw_making_settled(m, rw_table_routes(m->table, m->wish->tenant_id, &s->routes, &err), &err,
                           &missing))
        return false;
    cursor = rw_route_cursor(s->routes, s->digits);
    while (wants_more(m, s) && (way = rw_route_next(&cursor)) != NULL) {
        const struct rw_row_number *number = NULL;
        enum rw_route_fate fate = judge_rule(m, way->rule, s->digits, &number);

        if (fate != RW_ROUTE_TAKEN)
            pass_over(m, s, way, fate);
        else if (!take_trunks(m, s, way, number))
            return false;
    }
    write_others(m, s);
    return true;
}

static bool take_named(struct rw_making *m)
{
    struct rw_err err;
    bool missing;

    if (!rw_making_settled(m,
                           rw_table_trunk(m->table, m->wish->tenant_id,
                                          rw_slice_str(m->wish->trunk_id), &m->trunks[0], &err),
                           &err, &missing))
        return false;
    m->trunk_count = 1;
    return true;
}

void rw_making_find_trunks(struct rw_making *m)
{
    struct search s = {.digits = rw_slice_from(m->wish->to, 1)};
    bool complete = s.digits.n && (m->wish->trunk_id ? take_named(m) : search(m, &s));

    rw_making_settle_number(m);
    rw_making_stand_back(m);
    if (!complete || m->trunk_count || !s.routes)
        return;
    if (s.dead_way)
        no_trunk(m, &s);
    else if (!s.strict_count)
        no_route(m, &s);
    else if (m->number) /* otherwise it is said already why there is none */
        rw_making_not_on_route(m, s.strict, s.strict_count);
}
