#include "route/route.h"

#include "base/id.h"
#include "route/decide.h"
#include "route/table.h"

#include <stdio.h>

/* A plan being made: what is known so far, and where faults go. */
struct making {
    struct rw_route_table *table;
    const struct rw_route_wish *wish;
    struct rw_arena *arena;
    struct rw_faults *faults;
    enum rw_class first; /* class of the first fault */

    const struct rw_row_number *number;
    enum rw_route_caller caller;
    const struct rw_row_route *route;                      /* of the first trunk */
    const struct rw_row_trunk *trunks[RW_CALL_TRUNKS_MAX]; /* in the order of trying */
    const struct rw_route_way *ways[RW_CALL_TRUNKS_MAX];   /* that lead to them, before the dice */
    uint32_t trunk_count;
    const struct rw_row_user *user;
    const struct rw_row_station *station;
};

static void add_fault(struct making *m, struct rw_err *err, const char *pointer)
{
    if (pointer && !err->pointer[0])
        rw_err_at(err, pointer, -1, 0);
    rw_faults_add(m->faults, err);
    if (m->first == RW_OK)
        m->first = err->class;
}

/* True when the read succeeded. A thing that is not there is for the caller to judge (*ret_missing);
 * trouble of the store is a fault of its own. */
static bool settled(struct making *m, enum rw_class rc, struct rw_err *err, bool *ret_missing)
{
    *ret_missing = rc == RW_NOT_FOUND;
    if (rc != RW_OK && rc != RW_NOT_FOUND)
        add_fault(m, err, NULL);
    return rc == RW_OK;
}

/* ------------------------------------------------------------------ caller id */

/* "+6534567890, +6534567891 and 3 more": the numbers that could be shown. */
static void list_usable(const struct rw_table_numbers *numbers, char *dst, size_t size)
{
    size_t shown = 0, usable = 0, n = 0;

    dst[0] = '\0';
    for (size_t i = 0; i < numbers->count; i++) {
        if (!rw_route_usable(&numbers->at[i]))
            continue;
        if (usable++ < 4 && n + 24 < size) {
            n += (size_t)snprintf(dst + n, size - n, "%s%.20s", shown ? ", " : "",
                                  numbers->at[i].e164);
            shown++;
        }
    }
    if (usable > shown && n < size)
        (void)snprintf(dst + n, size - n, " and %zu more", usable - shown);
}

static const struct rw_table_numbers *all_numbers(struct making *m)
{
    const struct rw_table_numbers *numbers = NULL;
    struct rw_err err;
    bool missing;

    return settled(m, rw_table_numbers(m->table, m->wish->tenant_id, &numbers, &err), &err,
                   &missing)
               ? numbers
               : NULL;
}

static void expect_usable(const struct rw_table_numbers *numbers, struct rw_err *err)
{
    char list[140];

    list_usable(numbers, list, sizeof(list));
    if (list[0])
        rw_err_expected(err, "one of %s", list);
    else
        rw_err_expected(err, "a number that is active and allowed outbound; there is none yet");
}

static void not_owned(struct making *m, const struct rw_row_number *instead)
{
    const struct rw_table_numbers *numbers = all_numbers(m);
    const struct rw_route_wish *w = m->wish;
    struct rw_err err;

    if (!numbers)
        return;
    (void)rw_fail(&err, RW_FORBIDDEN, "caller.not_owned",
                  "this number can not be shown: it is none of yours");
    rw_err_found(&err, "%.*s", RW_SLICE_ARG(w->from));
    expect_usable(numbers, &err);
    if (!instead)
        instead = rw_route_nearest_number(numbers->at, numbers->count, w->from);
    if (instead)
        rw_err_suggest(&err, "%s", instead->e164);
    add_fault(m, &err, w->from_pointer);
}

static void no_provider(struct making *m, const struct rw_row_number *of_from)
{
    const struct rw_table_numbers *numbers = all_numbers(m);
    const struct rw_route_wish *w = m->wish;
    const struct rw_row_number *near = of_from;
    struct rw_err err;

    if (!numbers)
        return;
    (void)rw_fail(&err, RW_MALFORMED, "provider.not_found",
                  "none of your number resources has this id");
    rw_err_found(&err, "\"%.*s\"", RW_SLICE_ARG(w->provider));
    rw_err_expected(&err,
                    "the id of a number resource, as "
                    "GET /api/v2/telephony/providers/edges/{edgeId}/phoneNumbers/{phoneNumber} "
                    "tells it");
    if (!near)
        near = rw_route_nearest_id(numbers->at, numbers->count, w->provider);
    if (near)
        rw_err_suggest(&err, "%s", near->id);
    add_fault(m, &err, w->provider_pointer);
}

static void mismatch(struct making *m, const struct rw_row_number *of_provider,
                     const struct rw_row_number *of_from)
{
    struct rw_err err;

    (void)rw_fail(&err, RW_MALFORMED, "provider.mismatch",
                  "the number resource is not the number in `from`");
    rw_err_found(&err, "%s, which is %s", of_provider->id, of_provider->e164);
    rw_err_expected(&err, "%s, or no `from`", of_from->id);
    rw_err_suggest(&err, "%s", of_from->id);
    add_fault(m, &err, m->wish->provider_pointer);
}

/* A number of the tenant that was found: may it be shown? */
static void check_number(struct making *m, const struct rw_row_number *number, const char *pointer)
{
    const struct rw_table_numbers *numbers;
    bool active = strcmp(number->state, "active") == 0;
    struct rw_err err;

    if (rw_route_usable(number)) {
        m->number = number;
        return;
    }
    numbers = all_numbers(m);
    if (!numbers)
        return;
    if (!active)
        (void)rw_fail(&err, RW_FORBIDDEN, "caller.inactive", "this number is not active");
    else
        (void)rw_fail(&err, RW_FORBIDDEN, "caller.internal_only",
                      "this number is for internal calls only");
    rw_err_found(&err, "%s, state %s", number->e164, number->state);
    expect_usable(numbers, &err);
    add_fault(m, &err, pointer);
}

static void choose_number(struct making *m)
{
    const struct rw_table_numbers *numbers = all_numbers(m);
    struct rw_err err;

    if (!numbers)
        return;
    m->number = rw_route_default_number(numbers->at, numbers->count, m->wish->user_id);
    if (m->number) {
        m->caller = m->number->owner_user_id && m->wish->user_id &&
                            strcmp(m->number->owner_user_id, m->wish->user_id) == 0
                        ? RW_ROUTE_CALLER_USERS_OWN
                        : RW_ROUTE_CALLER_ONLY_USABLE;
        return;
    }
    (void)rw_fail(&err, RW_FORBIDDEN, "caller.none",
                  "neither `from` nor `providerId` says which number to show");
    expect_usable(numbers, &err);
    add_fault(m, &err, m->wish->from_pointer);
}

/* Caller id: by providerId, by `from`, by both if they agree, or the only one there is. */
static void find_number(struct making *m)
{
    const struct rw_route_wish *w = m->wish;
    const struct rw_row_number *of_from = NULL, *of_provider = NULL;
    bool from_given = w->from_pointer && w->from_pointer[0] && w->from.n == 0;
    bool provider_given = w->provider_pointer && w->provider_pointer[0] && w->provider.n == 0;
    bool no_from = false, no_id = false;
    struct rw_err err;

    if (w->from.n &&
        !settled(m, rw_table_number_by_e164(m->table, w->tenant_id, w->from, &of_from, &err), &err,
                 &no_from) &&
        !no_from)
        return;
    if (w->provider.n &&
        !settled(m, rw_table_number_by_id(m->table, w->tenant_id, w->provider, &of_provider, &err),
                 &err, &no_id) &&
        !no_id)
        return;
    if (no_from)
        not_owned(m, of_provider);
    if (no_id)
        no_provider(m, of_from);
    if (of_from && of_provider && strcmp(of_from->id, of_provider->id) != 0)
        mismatch(m, of_provider, of_from);
    if (of_from)
        check_number(m, of_from, w->from_pointer);
    else if (of_provider)
        check_number(m, of_provider, w->provider_pointer);
    else if (!no_from && !no_id && !from_given && !provider_given)
        choose_number(m);
    if (m->number && (of_from || of_provider))
        m->caller = !of_provider ? RW_ROUTE_CALLER_FROM
                    : of_from    ? RW_ROUTE_CALLER_BOTH
                                 : RW_ROUTE_CALLER_PROVIDER;
}

/* ------------------------------------------------------------------ user and station */

static void find_station(struct making *m)
{
    const struct rw_route_wish *w = m->wish;
    struct rw_err err;
    bool missing;

    if (!w->user_id)
        return;
    if (!settled(m, rw_table_user(m->table, w->tenant_id, w->user_id, &m->user, &err), &err,
                 &missing)) {
        if (missing) {
            (void)rw_fail(&err, RW_NOT_FOUND, "user.not_found", "there is no such user");
            rw_err_found(&err, "%s", w->user_id);
            add_fault(m, &err, NULL);
        }
        return;
    }
    if (!w->with_station)
        return;
    missing = !m->user->station_id;
    if (m->user->station_id &&
        !settled(m,
                 rw_table_station(m->table, w->tenant_id, m->user->station_id, &m->station, &err),
                 &err, &missing) &&
        !missing)
        return;
    if (missing) {
        (void)rw_fail(&err, RW_CONFLICT, "station.missing",
                      "the user has no station, so there is no telephone to ring first");
        rw_err_found(&err, "user %s", m->user->name ? m->user->name : m->user->id);
        rw_err_expected(&err,
                        "a station associated with the user: PUT /api/v2/users/%s/station/"
                        "associatedstation/{stationId}",
                        m->user->id);
        add_fault(m, &err, NULL);
    } else if (strcmp(m->station->state, "active") != 0) {
        (void)rw_fail(&err, RW_CONFLICT, "station.inactive", "the user's station is not active");
        rw_err_found(&err, "station %s, state %s", m->station->name, m->station->state);
        rw_err_expected(&err, "an active station");
        add_fault(m, &err, NULL);
    }
}

/* ------------------------------------------------------------------ route and trunk */

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

static void no_route(struct making *m, const struct rw_table_routes *routes, struct rw_slice digits,
                     const struct rw_route_way *other)
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
    add_fault(m, &err, m->wish->to_pointer);
}

static void no_trunk(struct making *m, const struct rw_route_way *way,
                     const struct rw_row_trunk *trunk)
{
    struct rw_err err;

    (void)rw_fail(&err, RW_CONFLICT, "route.trunk_inactive",
                  "the route to this number leads to no active trunk");
    rw_err_found(&err, "route %s (prefix \"%s\"), trunk %s, state %s", way->route->name,
                 way->prefix, trunk ? trunk->name : way->trunk_id,
                 trunk ? trunk->state : "missing");
    rw_err_expected(&err, "an active trunk on that route, or another route with the same prefix");
    add_fault(m, &err, m->wish->to_pointer);
}

static bool is_taken(const struct making *m, const struct rw_row_trunk *trunk)
{
    for (uint32_t i = 0; i < m->trunk_count; i++)
        if (m->trunks[i] == trunk) /* a row stands once in the table */
            return true;
    return false;
}

static enum rw_route_fate judge_way(struct making *m, const struct rw_route_way *way,
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

static void write_step(const struct making *m, const struct rw_route_way *way,
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
static void write_others(const struct making *m, const struct rw_table_routes *routes,
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
static bool read_trunk(struct making *m, const struct rw_route_way *way,
                       const struct rw_row_trunk **ret)
{
    struct rw_err err;
    bool missing;

    *ret = NULL;
    return settled(m, rw_table_trunk(m->table, m->wish->tenant_id, way->trunk_id, ret, &err), &err,
                   &missing) ||
           missing;
}

/* May the way's route take the number? Plans are read only for a route that is limited by class. */
static bool takes(struct making *m, const struct rw_route_way *way, struct rw_slice digits)
{
    const struct rw_table_plans *plans = NULL;
    struct rw_err err;
    bool missing;

    if (!*way->route->classifications)
        return true;
    return settled(m, rw_table_plans(m->table, m->wish->tenant_id, &plans, &err), &err, &missing) &&
           rw_route_takes(way->route, plans->at, plans->count, digits);
}

/* Trunks of one route that distributes at random stand side by side: each order of them is as likely. */
static void spread(struct making *m)
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

static void find_trunks(struct making *m)
{
    struct rw_slice digits = rw_slice_from(m->wish->to, 1);
    const struct rw_table_routes *routes = NULL;
    const struct rw_route_way *way, *dead = NULL, *other = NULL;
    const struct rw_row_trunk *dead_trunk = NULL, *trunk;
    struct rw_route_cursor cursor = {.started = false};
    struct rw_err err;
    bool missing;

    if (digits.n == 0 ||
        !settled(m, rw_table_routes(m->table, m->wish->tenant_id, &routes, &err), &err, &missing))
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

/* ------------------------------------------------------------------ the plan */

/* Copies into the request's arena: the table may forget its rows before the plan has been used. */
static const char *keep(struct making *m, const char *text, bool *failed)
{
    const char *copy = text ? rw_arena_copy(m->arena, rw_slice_str(text)) : NULL;

    *failed |= text && !copy;
    return copy;
}

#define PARTS_MAX 9
#define PORT_TEXT 12

static const char *port_text(uint32_t port, char text[PORT_TEXT])
{
    char *p = text + PORT_TEXT - 1;

    *p = '\0';
    do
        *--p = (char)('0' + port % 10);
    while (port /= 10);
    return p;
}

/* Texts put together in the arena. Every call passes here, so no format is interpreted. */
static const char *join(struct rw_arena *arena, const char *const *parts, size_t count)
{
    size_t n[PARTS_MAX], all = 0;
    char *text, *at;

    for (size_t i = 0; i < count; i++)
        all += n[i] = strlen(parts[i]);
    at = text = rw_arena_alloc(arena, all + 1);
    for (size_t i = 0; text && i < count; i++) {
        memcpy(at, parts[i], n[i]);
        at += n[i];
    }
    return text;
}

/* "sip:+6534567890@192.0.2.1:5060;user=phone" */
static const char *number_uri(struct rw_arena *arena, const char *e164, const char *host)
{
    const char *const parts[] = {"sip:", e164 ? e164 : "", "@", host, ";user=phone"};

    return join(arena, parts, 5);
}

static void fill_trunk(struct making *m, const struct rw_row_trunk *t, const char *from_uri,
                       struct rw_route_plan *plan, bool *failed)
{
    bool bare_v6 = strchr(t->host, ':') && t->host[0] != '[';
    char port[PORT_TEXT];
    const char *behind_host = bare_v6 ? (t->port ? "]:" : "]") : t->port ? ":" : "";
    const char *const uri[] = {
        "sip:",        plan->to_e164, bare_v6 ? "@[" : "@",
        t->host,       behind_host,   t->port ? port_text(t->port, port) : "",
        ";transport=", t->transport,  ";user=phone"};
    struct rw_leg_target *target = &plan->trunks[plan->trunk_count];

    *target = (struct rw_leg_target){
        .uri = join(m->arena, uri, sizeof(uri) / sizeof(uri[0])),
        .route = keep(m, t->outbound_proxy, failed),
        .from_uri = from_uri,
        .auth_user = keep(m, t->auth_user, failed),
        .auth_password = keep(m, t->auth_password, failed),
        .trunk_id = keep(m, t->id, failed),
        .trunk_name = keep(m, t->name, failed),
        /* every caller id is a number resource of the tenant: find_number() lets no other pass */
        .claim = {.from_number = plan->from_e164, .to_number = plan->to_e164, .owned = true},
        .tls = {.ca_file = keep(m, t->ca_file, failed),
                .cert_file = keep(m, t->client_cert_file, failed),
                .key_file = keep(m, t->client_key_file, failed),
                .name = keep(m, t->tls_name, failed),
                .unverified = t->tls_unverified},
        .places = keep(m, t->addresses, failed),
    };
    plan->trunk_answer_ms[plan->trunk_count++] = t->answer_timeout_ms;
    *failed |= !target->uri;
}

static void fill_trunks(struct making *m, const char *local, struct rw_route_plan *plan,
                        bool *failed)
{
    const char *from_uri = number_uri(m->arena, plan->from_e164, local);

    plan->trunks = rw_arena_alloc(m->arena, m->trunk_count * sizeof(*plan->trunks));
    *failed |= !from_uri || !plan->trunks;
    for (uint32_t i = 0; i < m->trunk_count && !*failed; i++)
        fill_trunk(m, m->trunks[i], from_uri, plan, failed);
    if (!*failed)
        plan->trunk_id = plan->trunks[0].trunk_id;
}

/* The user's telephone shows whom it is going to be connected to. */
static void fill_station(struct making *m, const char *local, struct rw_route_plan *plan,
                         bool *failed)
{
    plan->station_id = keep(m, m->station->id, failed);
    plan->station = (struct rw_leg_target){
        .uri = keep(m, m->station->sip_uri, failed),
        .from_uri = number_uri(m->arena, plan->to_e164, local),
        .auth_user = keep(m, m->station->auth_user, failed),
        .auth_password = keep(m, m->station->auth_password, failed),
    };
    *failed |= !plan->station.from_uri;
}

static bool fill(struct making *m, const char *local, struct rw_route_plan *plan)
{
    bool failed = false;

    *plan = (struct rw_route_plan){
        .to_e164 = rw_arena_copy(m->arena, m->wish->to),
        .from_e164 = keep(m, m->number->e164, &failed),
        .provider_id = keep(m, m->number->id, &failed),
        .route_id = keep(m, m->route->id, &failed),
        .user_name = keep(m, m->user ? m->user->name : NULL, &failed),
    };
    if (failed || !plan->to_e164)
        return false;
    fill_trunks(m, local, plan, &failed);
    if (m->station)
        fill_station(m, local, plan, &failed);
    return !failed;
}

enum rw_class rw_route_plan_make(struct rw_route_table *table, const struct rw_route_wish *wish,
                                 const char *local, struct rw_arena *arena,
                                 struct rw_route_plan *ret, struct rw_faults *faults)
{
    struct making m = {.table = table, .wish = wish, .arena = arena, .faults = faults};
    struct rw_route_plan plan;
    struct rw_err err;

    rw_table_refresh(table);
    find_station(&m);
    find_number(&m);
    find_trunks(&m);
    if (wish->trace) {
        wish->trace->caller = m.caller;
        wish->trace->number = m.number;
    }
    if (m.first != RW_OK)
        return m.first;
    if (!m.number || !m.trunk_count || (wish->with_station && !m.station))
        return RW_MALFORMED; /* something was given that is not usable: whoever read it said so */
    if (!fill(&m, local, &plan)) {
        (void)rw_fail_memory(&err);
        add_fault(&m, &err, NULL);
        return m.first;
    }
    *ret = plan;
    return RW_OK;
}
