/*
 * GET /telephony/providers/edges/outboundroutes/explain: the decision of routing with all its steps,
 * and the INVITE that would leave. The plan is made by the same function that a call's is.
 */
#include "api/answer.h"
#include "api/number.h"
#include "api_gen.h"
#include "auth/identity.h"
#include "base/clock.h"
#include "exchange/exchange.h"
#include "route/route.h"

#include <stdio.h>

#define INVITE_MAX 8192

struct explaining {
    struct rw_request *r;
    struct rw_slice to_given;
    struct rw_address to, from;
    bool to_usable, placeable;
    struct rw_route_trace *trace;
    struct rw_route_plan plan;
    struct rw_buf invite;
};

/* False when memory is out. */
static bool read_number(const struct rw_request *r, const char *name, struct rw_slice *ret)
{
    struct rw_slice text = rw_request_query(r, name);

    *ret = rw_number_of_query(text, r->arena);
    return ret->p || !text.n;
}

static bool read_user(const struct rw_request *r, const char **ret)
{
    struct rw_slice user = rw_request_query(r, "userId");

    *ret = user.p ? rw_arena_copy(r->arena, user) : r->identity->user_id;
    return *ret || !user.p;
}

/* When the call would be placed; 0: now. The schema has judged the text. */
static uint64_t read_at(const struct rw_request *r)
{
    struct rw_slice text = rw_request_query(r, "at");
    int64_t ms;

    return text.n && rw_time_read(text, &ms) && ms > 0 ? (uint64_t)ms : 0;
}

/* ------------------------------------------------------------------ deciding */

static void preview(struct explaining *e)
{
    struct rw_err err;

    if (e->r->api->with.exchange &&
        rw_exchange_preview(e->r->api->with.exchange, &e->plan.trunks[0], &e->invite, &err) !=
            RW_OK) {
        rw_buf_clear(&e->invite);
        rw_faults_add(e->r->faults, &err);
        e->placeable = false;
    }
}

static void decide(struct explaining *e)
{
    struct rw_request *r = e->r;
    const struct rw_api_options *with = &r->api->with;
    struct rw_slice from;
    struct rw_route_wish wish = {
        .tenant_id = rw_request_tenant(r),
        .provider = rw_request_query(r, "providerId"),
        .to_pointer = "?to",
        .at_ms = read_at(r),
        .trace = e->trace,
    };
    struct rw_err err;

    if (!read_number(r, "to", &e->to_given) || !read_number(r, "from", &from) ||
        !read_user(r, &wish.user_id)) {
        rw_fail_memory(&err);
        rw_faults_add(r->faults, &err);
        return;
    }
    wish.from_pointer = from.p ? "?from" : "";
    wish.provider_pointer = wish.provider.p ? "?providerId" : "";
    e->to_usable = rw_number_judge(e->to_given, "?to", NULL, &e->to, r->faults, r->warnings);
    if (e->to_usable) {
        wish.to = rw_slice_str(e->to.e164);
        wish.called = &e->to;
    }
    if (from.p && rw_number_judge(from, "?from", NULL, &e->from, r->faults, r->warnings))
        wish.from = rw_slice_str(e->from.e164);
    e->placeable = rw_route_plan_make(with->routes, &wish, with->sip_local, r->arena, &e->plan,
                                      r->faults) == RW_OK &&
                   r->faults->count == 0;
    if (e->placeable)
        preview(e);
}

/* ------------------------------------------------------------------ telling */

static void write_to(const struct explaining *e, struct rw_json_writer *w)
{
    rw_json_open_object(w, "to");
    rw_json_slice(w, "given", e->to_given);
    if (e->to_usable)
        rw_json_str(w, "number", e->to.e164);
    rw_json_str(w, "verdict", rw_address_verdict_name(e->to.verdict));
    if (e->to.region[0])
        rw_json_str(w, "region", e->to.region);
    if (e->to_usable)
        rw_json_str(w, "type", rw_address_type_name(e->to.type));
    rw_json_close(w);
}

static void write_caller(const struct explaining *e, struct rw_json_writer *w)
{
    static const struct {
        const char *by, *why;
    } callers[] = {
        [RW_ROUTE_CALLER_NONE] = {"nothing", "`errors` says why"},
        [RW_ROUTE_CALLER_FROM] = {"from",
                                  "`from` names this number, which is active and allowed outbound"},
        [RW_ROUTE_CALLER_PROVIDER] = {"providerId", "providerId is the id of this number, which is "
                                                    "active and allowed outbound"},
        [RW_ROUTE_CALLER_BOTH] = {"both", "`from` and providerId name this number, which is active "
                                          "and allowed outbound"},
        [RW_ROUTE_CALLER_ROUTES] = {"route",
                                    "no number was named, and this is the caller id of the "
                                    "first route that takes the call"},
        [RW_ROUTE_CALLER_USERS_OWN] = {"usersOwn", "no number was named, and this is the only one "
                                                   "of the user's that may be shown"},
        [RW_ROUTE_CALLER_ONLY_USABLE] = {"onlyUsable", "no number was named, and this is the only "
                                                       "one that may be shown"},
    };
    const struct rw_row_number *number = e->trace->number;

    rw_json_open_object(w, "callerId");
    if (number) {
        rw_json_str(w, "number", number->e164);
        rw_json_str(w, "providerId", number->id);
    }
    rw_json_str(w, "chosenBy", callers[e->trace->caller].by);
    rw_json_str(w, "why", callers[e->trace->caller].why);
    rw_json_close(w);
}

static void say_fate(const struct rw_route_step *step, int64_t now_s, char *dst, size_t size)
{
    static const char *const places[] = {"first", "second", "third",   "fourth",
                                         "fifth", "sixth",  "seventh", "eighth"};
    char prefix[RW_ROUTE_PREFIX_TEXT];

    switch (step->fate) {
    case RW_ROUTE_TAKEN:
        (void)snprintf(dst, size, "asked %s%s%s", places[(step->place - 1) % RW_CALL_TRUNKS_MAX],
                       step->down ? ", behind all that answer: none of its addresses does" : "",
                       step->way->rule->drawn
                           ? ", unless the trunks of the route are drawn in another order"
                           : "");
        break;
    case RW_ROUTE_SAME_TRUNK:
        (void)snprintf(dst, size, "its trunk is asked before by another route");
        break;
    case RW_ROUTE_TRUNK_INACTIVE:
        (void)snprintf(dst, size, "its trunk is %.40s", step->trunk->row->state);
        break;
    case RW_ROUTE_TRUNK_MISSING:
        (void)snprintf(dst, size, "its trunk is gone");
        break;
    case RW_ROUTE_ENOUGH:
        (void)snprintf(dst, size, "%u trunks stand before it, and a call asks no more",
                       RW_CALL_TRUNKS_MAX);
        break;
    case RW_ROUTE_DISABLED:
        (void)snprintf(dst, size, "it is disabled");
        break;
    case RW_ROUTE_NO_TRUNKS:
        (void)snprintf(dst, size, "no trunk is behind it");
        break;
    case RW_ROUTE_OTHER_CLASS:
        (void)snprintf(dst, size, "it takes numbers of other classes: %.60s",
                       step->way->rule->row->classifications);
        break;
    case RW_ROUTE_CLOSED:
        rw_route_hours_say(step->way->rule->hours, now_s, dst, size);
        break;
    case RW_ROUTE_OTHER_CALLER:
        (void)snprintf(dst, size, "it takes calls that show other numbers: %.60s",
                       step->way->rule->row->caller_prefixes);
        break;
    case RW_ROUTE_OTHER_PREFIX:
        rw_route_prefix_text(step->way->prefix, prefix);
        (void)snprintf(dst, size, "the number does not begin with %s", prefix);
        break;
    }
}

static void write_step(struct rw_json_writer *w, const struct rw_route_step *step, int64_t now_s)
{
    const struct rw_row_route *route = step->way->rule->row;
    char prefix[RW_ROUTE_PREFIX_TEXT], why[140] = "";

    say_fate(step, now_s, why, sizeof(why));
    rw_route_prefix_text(step->way->prefix, prefix);
    rw_json_open_object(w, NULL);
    rw_json_str(w, "id", route->id);
    rw_json_opt(w, "name", route->name);
    rw_json_str(w, "prefix", prefix);
    rw_json_uint(w, "priority", route->priority);
    rw_json_bool(w, "taken", step->fate == RW_ROUTE_TAKEN);
    if (step->place)
        rw_json_uint(w, "place", step->place);
    if (step->trunk) {
        rw_json_open_object(w, "trunk");
        rw_json_slice(w, "id", step->trunk->id);
        rw_json_opt(w, "name", step->trunk->row ? step->trunk->row->name : NULL);
        rw_json_close(w);
    }
    rw_json_str(w, "why", why);
    rw_json_close(w);
}

static void write_trunks(const struct explaining *e, struct rw_json_writer *w)
{
    rw_json_open_array(w, "trunks");
    for (uint32_t i = 0; e->placeable && i < e->plan.trunk_count; i++) {
        const struct rw_leg_target *target = &e->plan.trunks[i];

        rw_json_open_object(w, NULL);
        rw_json_str(w, "id", target->trunk_id);
        rw_json_opt(w, "name", target->trunk_name);
        rw_json_str(w, "uri", target->uri);
        rw_json_opt(w, "outboundProxy", target->route);
        rw_json_uint(w, "answerTimeoutMs", e->plan.trunk_answer_ms[i]);
        rw_json_close(w);
    }
    rw_json_close(w);
}

static void answer(struct explaining *e)
{
    char at[RW_TIME_TEXT];
    struct rw_json_writer w;
    struct rw_buf body;

    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    rw_json_bool(&w, "placeable", e->placeable);
    rw_time_format((uint64_t)e->trace->now_s * 1000, at);
    rw_json_str(&w, "at", at);
    write_to(e, &w);
    write_caller(e, &w);
    rw_json_open_array(&w, "routes");
    for (uint32_t i = 0; i < e->trace->count; i++)
        write_step(&w, &e->trace->steps[i], e->trace->now_s);
    rw_json_close(&w);
    rw_json_uint(&w, "routesInAll", (uint64_t)e->trace->count + e->trace->unseen);
    write_trunks(e, &w);
    if (e->invite.len)
        rw_json_slice(&w, "invite", rw_buf_slice(&e->invite));
    if (e->r->faults->count)
        rw_answer_entries(e->r, &w, "errors", e->r->faults, true);
    rw_answer_warnings(e->r, &w);
    rw_json_close(&w);
    rw_answer_json(e->r, 200, &body);
}

/* Trouble of the server is no explanation: the first such fault, or NULL. */
static const struct rw_err *own_trouble(const struct rw_faults *faults)
{
    for (uint32_t i = 0; i < faults->count; i++)
        if (faults->at[i].class >= RW_NO_MEMORY)
            return &faults->at[i];
    return NULL;
}

void rw_op_getTelephonyProvidersEdgesOutboundroutesExplain(struct rw_request *r)
{
    struct explaining *e = rw_arena_alloc(r->arena, sizeof(*e));
    struct rw_route_trace *trace = rw_arena_alloc(r->arena, sizeof(*trace));

    if (!e || !trace) {
        struct rw_err err;

        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return;
    }
    memset(trace, 0, sizeof(*trace));
    memset(e, 0, sizeof(*e));
    e->r = r;
    e->trace = trace;
    rw_buf_init(&e->invite, INVITE_MAX);
    decide(e);
    if (own_trouble(r->faults))
        rw_answer_err(r, own_trouble(r->faults));
    else
        answer(e);
    rw_buf_done(&e->invite);
}
