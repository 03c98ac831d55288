#include "api/request.h"

#include "api/answer.h"
#include "api/router.h"
#include "api/tick.h"
#include "api/wait.h"
#include "api_gen.h"
#include "auth/identity.h"
#include "auth/permission.h"
#include "base/mem.h"
#include "doctor/doctor.h"
#include "exchange/exchange.h"
#include "json/read.h"

#include <stdio.h>
#include <string.h>

enum rw_class rw_api_new(struct rw_api **ret, const struct rw_api_options *options,
                         struct rw_err *err)
{
    struct rw_api *api = rw_calloc(1, sizeof(*api));

    if (!api)
        return rw_fail_memory(err);
    api->with = *options;
    rw_number_policies_init(&api->numbers, options->address);
    if (!api->with.sip_local)
        api->with.sip_local = "ringwright.invalid";
    if (!api->with.station_answer_ms)
        api->with.station_answer_ms = 30000;
    *ret = api;
    return RW_OK;
}

void rw_api_free(struct rw_api *api)
{
    if (!api)
        return;
    rw_tick_stop(api->tick);
    rw_free(api);
}

void rw_api_drain(struct rw_api *api)
{
    struct rw_err err;

    api->draining = true;
    rw_wait_release(api);
    (void)rw_fail(&err, RW_UNAVAILABLE, "server.draining",
                  "the server is shutting down and takes no more calls");
    if (api->with.exchange)
        rw_exchange_refuse_waiting(api->with.exchange, &err);
    if (api->with.doctor)
        rw_doctor_abandon(api->with.doctor);
}

/* ------------------------------------------------------------------ what handlers ask a request */

void rw_request_fault(struct rw_request *r, const struct rw_err *err)
{
    rw_faults_add(r->faults, err);
}

const char *rw_request_param(const struct rw_request *r, const char *name)
{
    for (size_t i = 0; i < r->match->count; i++)
        if (strcmp(r->operation->path_names[i], name) == 0)
            return r->params[i];
    return "";
}

struct rw_slice rw_request_query(const struct rw_request *r, const char *name)
{
    for (uint32_t i = 0; i < r->query_count && i < RW_REQUEST_PARAMETERS; i++)
        if (rw_slice_eq(r->query[i].name, rw_slice_str(name)))
            return r->query[i].value;
    if (r->query_count > RW_REQUEST_PARAMETERS)
        return rw_http_query(r->x, name);
    return (struct rw_slice){NULL, 0};
}

bool rw_request_query_on(const struct rw_request *r, const char *name)
{
    return rw_slice_eq(rw_request_query(r, name), RW_LIT("true"));
}

const char *rw_request_tenant(const struct rw_request *r)
{
    return r->identity->tenant_id;
}

const char *rw_request_actor(const struct rw_request *r)
{
    const char *user = r->identity->user_id;

    return rw_arena_printf(r->arena, "%s:%s", user ? "user" : "client",
                           user                     ? user
                           : r->identity->client_id ? r->identity->client_id
                                                    : "");
}

const char *rw_request_member(const struct rw_request *r, const char *name)
{
    return json_string_value(json_object_get(r->body, name));
}

bool rw_request_sane_correlation(struct rw_slice text)
{
    if (text.n == 0 || text.n > RW_CORRELATION_MAX)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '.' || c == '_' || c == '-'))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ the way of a request */

/* A request that has its correlation id and nothing else yet. NULL: not even memory for that. */
static struct rw_request *begin(struct rw_api *api, struct rw_http_exchange *x,
                                const struct rw_http_request *http)
{
    struct rw_arena *arena = rw_http_arena(x);
    struct rw_request *r = rw_arena_alloc(arena, sizeof(*r));
    struct rw_slice given = rw_http_header(x, "ININ-Correlation-Id");

    if (!r)
        return NULL;
    r->api = api;
    r->x = x;
    r->http = http;
    r->arena = arena;
    r->faults = &api->faults;
    r->warnings = &api->warnings;
    r->faults->count = r->faults->dropped = 0;
    r->warnings->count = r->warnings->dropped = 0;
    if (rw_request_sane_correlation(given)) {
        memcpy(r->correlation, given.p, given.n);
    } else {
        struct rw_id id = rw_id_new(rw_worker_index(api->with.worker));

        memcpy(r->correlation, id.text, sizeof(id.text));
    }
    return r;
}

_Static_assert(RW_REQUEST_PATH_PARAMETERS == RW_ROUTER_PARAMS_MAX, "one for one");

/* Handlers want C strings. Answered itself without memory: false. */
static bool copy_parameters(struct rw_request *r)
{
    struct rw_err err;

    for (size_t i = 0; i < r->match->count; i++) {
        r->params[i] = rw_arena_copy(r->arena, r->match->params[i]);
        if (!r->params[i]) {
            rw_fail_memory(&err);
            rw_answer_err(r, &err);
            return false;
        }
    }
    return true;
}

/* Which operation is meant. Answered itself when there is none: false. */
static bool find_operation(struct rw_request *r)
{
    struct rw_router_match *match = rw_arena_alloc(r->arena, sizeof(*match));
    struct rw_err err;

    if (!match) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return false;
    }
    if (rw_router_match(r->http->method, r->http->path, r->arena, match, &err) != RW_OK) {
        if (err.class == RW_BAD_METHOD)
            rw_http_reply_header(r->x, "Allow", rw_slice_str(match->allow));
        rw_answer_err(r, &err);
        return false;
    }
    r->match = match;
    r->operation = match->operation;
    return copy_parameters(r);
}

/* Who asks. Answered itself when that is not known: false. */
static bool authenticate(struct rw_request *r)
{
    struct rw_err err;

    if (r->operation->auth == RW_OPERATION_OPEN)
        return true;
    if (rw_auth_identify(r->api->with.auth, rw_http_header(r->x, "Authorization"),
                         rw_slice_str(r->http->peer), r->arena, &r->identity, &err) == RW_OK)
        return true;
    rw_answer_err(r, &err);
    return false;
}

static void refuse_without_user(struct rw_request *r)
{
    bool placing = r->operation->body == RW_OPERATION_JSON;
    struct rw_err err;

    if (placing) {
        rw_fail(&err, RW_MALFORMED, "call.not_a_user",
                "a client-credentials token has no user whose telephone could ring first: use "
                "/api/v2/conversations/calls/user/{userId}");
        rw_err_expected(&err, "POST /api/v2/conversations/calls/user/{userId}, or a user's token");
    } else {
        rw_fail(&err, RW_MALFORMED, "user.not_a_user",
                "the token stands for a client, and this resource is about the user of a token");
        rw_err_expected(&err, "a user's token");
    }
    rw_err_at(&err, "Authorization:", -1, 0);
    rw_err_found(&err, "a token of client %s, without a user",
                 r->identity->client_id ? r->identity->client_id : "(unnamed)");
    rw_request_fault(r, &err);
}

/* May this token do this, and is there a user where one is needed? */
static void judge_token(struct rw_request *r)
{
    const struct rw_operation *op = r->operation;
    struct rw_err err;

    if (op->auth == RW_OPERATION_OPEN) {
        r->may = true;
        return;
    }
    /* First, whatever else the token lacks: with another role it would be as useless here. */
    if (op->needs_user && !r->identity->user_id)
        refuse_without_user(r);
    if (rw_permission_check(r->identity, op->permissions, op->scopes, &err) != RW_OK)
        rw_request_fault(r, &err);
    r->may = r->faults->count == 0;
}

struct query_judge {
    struct rw_request *r;
    uint32_t seen;
};

/* Of two values one would be passed over in silence, and programs differ in which. */
static void refuse_repeated(struct rw_request *r, struct rw_slice name)
{
    char where[80];
    struct rw_err err;

    (void)snprintf(where, sizeof(where), "?%.*s", (int)name.n, name.p); /* a name we know: short */
    rw_fail(&err, RW_MALFORMED, "request.repeated_parameter",
            "the query parameter %s stands there twice", where + 1);
    rw_err_at(&err, where, -1, 0);
    rw_err_expected(&err, "%s once", where + 1);
    rw_request_fault(r, &err);
}

static bool judge_parameter(struct rw_slice name, struct rw_slice value, void *arg)
{
    struct query_judge *judge = arg;
    struct rw_request *r = judge->r;
    uint32_t known;

    if (r->query_count < RW_REQUEST_PARAMETERS) {
        r->query[r->query_count].name = name;
        r->query[r->query_count].value = value;
    }
    r->query_count++;
    known = rw_router_check_query(r->operation, name, value, r->faults, r->warnings);
    if (known & judge->seen)
        refuse_repeated(r, name);
    judge->seen |= known;
    return true;
}

static void judge_query(struct rw_request *r)
{
    struct query_judge judge = {.r = r};
    struct rw_err err;

    r->query_count = 0;

    if (r->http->query.n) {
        if (rw_http_query_check(r->x, &err) != RW_OK)
            rw_request_fault(r, &err);
        rw_http_query_each(r->x, judge_parameter, &judge);
    }
    rw_router_check_missing(r->operation, judge.seen, r->faults);
}

static bool is_of(struct rw_slice type, const char *wanted)
{
    size_t n = strlen(wanted);

    while (type.n && (type.p[type.n - 1] == ' ' || type.p[type.n - 1] == '\t'))
        type.n--;
    return type.n >= n && strncasecmp(type.p, wanted, n) == 0 &&
           (type.n == n || strchr("; \t", type.p[n]));
}

static void judge_media_type(struct rw_request *r, const char *wanted, const char *called)
{
    struct rw_slice type = rw_http_header(r->x, "Content-Type");
    struct rw_err err;

    if (!r->http->body.n || is_of(type, wanted))
        return;
    rw_fail(&err, RW_BAD_MEDIA_TYPE, "request.bad_media_type",
            "the body is announced as something else than %s", called);
    rw_err_at(&err, "Content-Type:", -1, 0);
    if (type.n)
        rw_err_found(&err, "%.*s", (int)(type.n < 80 ? type.n : 80), type.p);
    else
        rw_err_found(&err, "no Content-Type");
    rw_err_expected(&err, "%s", wanted);
    rw_err_suggest(&err, "Content-Type: %s", wanted);
    rw_request_fault(r, &err);
}

/* Reads the body and holds it against the description. What is wrong is added to the faults. */
static void judge_body(struct rw_request *r)
{
    const struct rw_operation *op = r->operation;
    struct rw_err err;

    if (op->body == RW_OPERATION_CSV)
        judge_media_type(r, "text/csv", "CSV");
    if (op->body != RW_OPERATION_JSON || (r->http->body.n == 0 && !op->body_required))
        return;
    judge_media_type(r, "application/json", "JSON");
    if (!r->body && rw_json_read(r->http->body, NULL, &r->body, &err) != RW_OK) {
        r->body = NULL;
        rw_request_fault(r, &err);
        return;
    }
    rw_schema_check(op->request, r->body, RW_SCHEMA_REQUEST, r->faults, r->warnings);
}

/* Operations that look for more faults themselves before they answer, or answer in a form of their own. */
static bool looks_further(const struct rw_operation *op)
{
    rw_operation_h *handler = rw_operation_handler(op);

    return handler == rw_op_postConversationsCalls ||
           handler == rw_op_postConversationsCallsUserUserId || handler == rw_op_postOauthToken;
}

void rw_request_judge(struct rw_request *r)
{
    r->faults->count = r->faults->dropped = 0;
    r->warnings->count = r->warnings->dropped = 0;
    judge_token(r);
    judge_query(r);
    judge_body(r);
    if (r->faults->count && !looks_further(r->operation))
        rw_answer_refuse(r);
    else
        rw_operation_handler(r->operation)(r);
}

void rw_api_handle(struct rw_http_exchange *x, const struct rw_http_request *request, void *arg)
{
    struct rw_request *r = begin(arg, x, request);

    if (!r) {
        rw_http_reply(x, 503, NULL, NULL);
        return;
    }
    if (find_operation(r) && authenticate(r))
        rw_request_judge(r);
}

void rw_api_refuse(struct rw_http_exchange *x, const struct rw_err *err, void *arg)
{
    struct rw_request *r = begin(arg, x, NULL);

    if (!r)
        rw_http_reply(x, 503, NULL, NULL);
    else
        rw_answer_err(r, err);
}
