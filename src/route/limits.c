#include "route/limits.h"

#include "route/making.h"
#include "route/numberplan.h"

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* Takes a number and the blank behind it. */
static bool read_number(struct rw_slice *line, uint32_t *ret)
{
    uint64_t n = 0;
    size_t i = 0;

    while (i < line->n && line->p[i] >= '0' && line->p[i] <= '9' && n <= UINT32_MAX)
        n = n * 10 + (unsigned)(line->p[i++] - '0');
    if (!i || i >= line->n || line->p[i] != ' ' || n > UINT32_MAX)
        return false;
    *line = rw_slice_from(*line, i + 1);
    *ret = (uint32_t)n;
    return true;
}

static struct rw_slice next_line(const char **text)
{
    struct rw_slice line = {*text, strcspn(*text, "\n")};

    *text += line.n + ((*text)[line.n] == '\n');
    return line;
}

static bool read_client(struct rw_slice line, struct rw_route_client_limit *ret)
{
    struct rw_call_limit *limit = &ret->limit;
    bool ok = read_number(&line, &limit->calls_per_second) && read_number(&line, &limit->burst) &&
              read_number(&line, &limit->channels) && read_number(&line, &limit->wait_ms);

    ret->id = line;
    return ok && line.n;
}

static bool read_class(struct rw_slice line, struct rw_route_class_limit *ret)
{
    bool ok = read_number(&line, &ret->max_duration_ms);

    ret->class = line;
    return ok && line.n;
}

enum rw_class rw_route_limits_read(const struct rw_row_call_limits *row, struct rw_arena *arena,
                                   struct rw_route_limits *ret, struct rw_err *err)
{
    size_t clients = count_lines(row->clients), classes = count_lines(row->classes);
    const char *text;
    bool ok = true;

    *ret = (struct rw_route_limits){
        .tenant = {row->calls_per_second, row->burst, row->channels, row->wait_ms},
        .max_duration_ms = row->max_duration_ms,
        .same_number_calls = row->same_calls,
        .same_number_ms = row->same_s * 1000,
        .clients = rw_arena_alloc(arena, (clients + 1) * sizeof(*ret->clients)),
        .classes = rw_arena_alloc(arena, (classes + 1) * sizeof(*ret->classes))};
    if (!ret->clients || !ret->classes)
        return rw_fail_memory(err);
    for (text = row->clients; ok && ret->client_count < clients; ret->client_count++)
        ok = read_client(next_line(&text), &ret->clients[ret->client_count]);
    for (text = row->classes; ok && ret->class_count < classes; ret->class_count++)
        ok = read_class(next_line(&text), &ret->classes[ret->class_count]);
    return ok ? RW_OK
              : rw_fail(err, RW_IO, "store.corrupt", "the limits that are stored can't be read");
}

struct rw_call_limit rw_route_client_limit(const struct rw_route_limits *limits,
                                           const char *client_id)
{
    struct rw_call_limit others = {0};

    for (size_t i = 0; client_id && i < limits->client_count; i++) {
        const struct rw_route_client_limit *client = &limits->clients[i];

        if (rw_slice_eq(client->id, rw_slice_str(client_id)))
            return client->limit;
        if (rw_slice_eq(client->id, RW_LIT("*")))
            others = client->limit;
    }
    return others;
}

uint32_t rw_route_class_limit(const struct rw_route_limits *limits, const char *class)
{
    for (size_t i = 0; i < limits->class_count; i++)
        if (rw_slice_eq(limits->classes[i].class, rw_slice_str(class)))
            return limits->classes[i].max_duration_ms;
    return 0;
}

/* ------------------------------------------------------------------ of a plan */

static uint32_t lower(uint32_t a, uint32_t b)
{
    return !a || (b && b < a) ? b : a;
}

/* What the class of the number allows, by the plans of the first route's site; a test call has no route. */
static uint32_t by_class(struct rw_making *m, const struct rw_route_limits *limits)
{
    struct rw_slice digits = rw_slice_from(m->wish->to, 1);
    const struct rw_table_plans *plans = NULL;
    const char *class = NULL;
    struct rw_err err;
    bool missing;

    if (limits->class_count && m->routes[0] &&
        rw_making_settled(m, rw_table_plans(m->table, m->wish->tenant_id, &plans, &err), &err,
                          &missing))
        class = rw_route_class_of(m->routes[0]->site_id, plans->at, plans->count, digits);
    return class ? rw_route_class_limit(limits, class) : 0;
}

void rw_making_find_limits(struct rw_making *m)
{
    const struct rw_route_limits *limits = NULL;
    struct rw_err err;
    bool missing;

    if (!m->trunk_count ||
        !rw_making_settled(m, rw_table_limits(m->table, m->wish->tenant_id, &limits, &err), &err,
                           &missing))
        return;
    m->limits = (struct rw_call_limits){
        .tenant = limits->tenant,
        .client = rw_route_client_limit(limits, m->wish->client_id),
        .same_number_calls = limits->same_number_calls,
        .same_number_ms = limits->same_number_ms,
    };
    m->max_duration_ms = lower(limits->max_duration_ms, by_class(m, limits));
}
