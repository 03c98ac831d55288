/*
 * POST /conversations/calls and /conversations/calls/user/{userId}: the one way in which a request
 * becomes a call. Everything is decided before anything exists: judged, then an earlier use of the
 * Idempotency-Key, and only then is the call handed to the exchange, which stores it (and the answer
 * with its key) in one transaction. After that nothing can refuse it any more.
 */
#include "api/answer.h"
#include "api/calls_freeze.h"
#include "api/calls_judge.h"
#include "api/calls_refuse.h"
#include "api/idempotency.h"
#include "api/limits.h"
#include "api/render.h"
#include "api_gen.h"
#include "auth/identity.h"
#include "exchange/exchange.h"

#include <jansson.h>

#include <stdio.h>

/* A call between its order and its answer. Lives in the request's arena. */
struct placing {
    struct rw_request *r;
    struct rw_idempotency key;
    struct rw_buf warnings; /* an array, or empty: r->warnings don't outlive the handler */
    struct rw_buf answer;
    struct rw_call_order order;
    struct rw_call_limits limits;
};

/* ------------------------------------------------------------------ what the body says */

static void judge_destination(struct rw_request *r, const struct rw_wish *wish)
{
    uint32_t named = wish->said & ((UINT32_C(1) << RW_WISH_DESTINATIONS) - 1);
    char said[120] = "";
    struct rw_err err;

    if (named && (named & (named - 1)) == 0)
        return;
    for (unsigned i = 0; i < RW_WISH_DESTINATIONS; i++) {
        size_t n = strlen(said);

        if (named & UINT32_C(1) << i)
            (void)snprintf(said + n, sizeof(said) - n, "%s%s", n ? ", " : "", rw_wish_names[i]);
    }
    if (!named) {
        rw_fail(&err, RW_MALFORMED, "call.destination_missing", "the request names no destination");
        rw_err_at(&err, "/to/phoneNumber", -1, 0);
        rw_err_found(&err, "neither to.phoneNumber nor phoneNumber");
        rw_err_expected(&err, "\"to\": {\"phoneNumber\": \"+...\"}");
    } else {
        rw_fail(&err, RW_MALFORMED, "call.destination_ambiguous",
                "the request names more than one destination");
        rw_err_found(&err, "%s", said);
        rw_err_expected(&err, "exactly one of to, phoneNumber");
    }
    rw_request_fault(r, &err);
}

static void judge_caller(struct rw_request *r, const struct rw_wish *wish)
{
    struct rw_err err;

    if ((wish->said & 1u << RW_WISH_FROM) && (wish->said & 1u << RW_WISH_CALLER_ID)) {
        rw_fail(&err, RW_MALFORMED, "call.caller_id_ambiguous", "the request names two caller ids");
        rw_err_at(&err, "/callerId", -1, 0);
        rw_err_expected(&err, "from.phoneNumber or callerId, not both");
        rw_request_fault(r, &err);
    }
    for (const char *p = wish->caller_name; p && *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f) {
            rw_fail(&err, RW_MALFORMED, "call.bad_caller_name",
                    "a control character stands in the caller's name");
            rw_err_at(&err, "/callerIdName", (int32_t)(p - wish->caller_name), 1);
            rw_err_found(&err, "U+%04X", (unsigned char)*p);
            rw_err_expected(&err, "printable characters");
            rw_request_fault(r, &err);
            return;
        }
}

/* Everything of the body that can be told without looking at what the tenant owns. */
static void read_wish(struct rw_request *r, struct rw_wish *wish)
{
    *wish = (struct rw_wish){.to_at = "/to/phoneNumber"};
    if (!json_is_object(r->body))
        return;
    rw_wish_read(r->body, wish);
    judge_destination(r, wish);
    judge_caller(r, wish);
}

/* ------------------------------------------------------------------ validateOnly */

static void answer_validated(struct rw_request *r, const struct rw_route_plan *plan)
{
    struct rw_json_writer w;
    struct rw_buf body;

    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    rw_json_bool(&w, "validateOnly", true);
    rw_json_bool(&w, "valid", true);
    rw_json_str(&w, "to", plan->to_e164);
    rw_json_str(&w, "from", plan->from_e164);
    rw_json_opt(&w, "providerId", plan->provider_id);
    rw_json_opt(&w, "trunkId", plan->trunk_id);
    rw_json_opt(&w, "stationId", plan->station_id);
    rw_answer_warnings(r, &w);
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
}

static void warn_key_unused(struct rw_request *r)
{
    struct rw_err err;

    if (!rw_http_header(r->x, "Idempotency-Key").p)
        return;
    rw_fail(&err, RW_OK, "idempotency.not_used",
            "nothing is stored with validateOnly, so neither is the Idempotency-Key");
    rw_err_at(&err, "Idempotency-Key:", -1, 0);
    rw_faults_add(r->warnings, &err);
}

/* ------------------------------------------------------------------ placing */

static void write_answer(struct placing *placing, const char *conversation_id)
{
    struct rw_json_writer w = rw_json_writer(&placing->answer);

    rw_json_open_object(&w, NULL);
    rw_json_str(&w, "id", conversation_id);
    rw_render_self(&w, "conversations/calls", conversation_id);
    if (placing->warnings.len)
        rw_json_raw(&w, "warnings", rw_buf_slice(&placing->warnings));
    rw_json_close(&w);
}

/* The exchange asks for the answer that is stored with the key. */
static const char *keep_answer(const struct rw_row_conversation *conversation,
                               const struct rw_row_participant *participants, size_t count,
                               void *arg)
{
    struct placing *placing = arg;

    (void)participants;
    (void)count;
    write_answer(placing, conversation->id);
    return placing->answer.failed ? NULL : placing->answer.p;
}

/* After the call had to wait for its turn. */
static bool wanted(void *arg)
{
    const struct placing *placing = arg;

    return !rw_http_gone(placing->r->x);
}

static void done(struct placing *placing)
{
    rw_buf_done(&placing->warnings);
    rw_buf_done(&placing->answer);
}

/*
 * A token comes within a second. Only now, while no call exists, may a client be told to send it again:
 * one of the vendor's does so by itself.
 */
static void refuse(struct rw_request *r, const struct rw_err *err)
{
    if (err->code && strcmp(err->code, "limit.calls_per_second") == 0)
        rw_http_reply_header(r->x, "Retry-After", RW_LIT("1"));
    rw_answer_err(r, err);
}

/*
 * The call exists. Should there be no memory left to say so, an answer with no body but the right
 * status still keeps the client from calling again.
 */
static void placed(enum rw_class class, const char *conversation_id, const struct rw_err *err,
                   void *arg)
{
    struct placing *placing = arg;
    struct rw_request *r = placing->r;

    if (class == RW_OK) {
        if (!placing->answer.len)
            write_answer(placing, conversation_id);
        if (placing->answer.failed)
            rw_answer_nothing(r, 200);
        else
            rw_answer_json(r, 200, &placing->answer);
        done(placing);
        return;
    }
    done(placing);
    if (class == RW_CONFLICT && placing->key.key && rw_idempotency_replay(r, &placing->key))
        return;
    refuse(r, err);
}

static void fill_order(const struct rw_request *r, const struct placing *placing,
                       const struct rw_route_plan *plan, const char *user_id,
                       const struct rw_wish *wish, struct rw_call_order *ret)
{
    *ret = (struct rw_call_order){
        .conversation = {.tenant_id = r->identity->tenant_id,
                         .user_id = user_id,
                         .to_number = plan->to_e164,
                         .from_number = plan->from_e164,
                         .provider_id = plan->provider_id,
                         .trunk_id = plan->trunk_id,
                         .station_id = plan->station_id,
                         .client_id = r->identity->client_id,
                         .correlation_id = r->correlation},
        .station = plan->station,
        .trunks = plan->trunks,
        .user_name = plan->user_name,
        .plan = {.trunks = (uint8_t)plan->trunk_count,
                 .station_answer_ms = r->api->with.station_answer_ms,
                 .max_duration_ms = rw_limits_duration_ms(r->api, plan->max_duration_ms)},
        .limits = &placing->limits,
        .spend = plan->spend,
        .wanted = wanted,
    };
    memcpy(ret->plan.trunk_answer_ms, plan->trunk_answer_ms, sizeof(plan->trunk_answer_ms));
    memcpy(ret->plan.trunk_max_ms, plan->trunk_max_ms, sizeof(plan->trunk_max_ms));
    for (uint32_t i = 0; i < plan->trunk_count; i++)
        if (!plan->trunks[i].caller.withheld)
            plan->trunks[i].from_name = wish->caller_name;
    if (placing->key.key) {
        ret->idempotency = rw_idempotency_row(r, &placing->key, 200);
        ret->answer = keep_answer;
    }
}

static void place(struct rw_request *r, struct placing *placing, const struct rw_route_plan *plan,
                  const char *user_id, const struct rw_wish *wish)
{
    struct rw_err err;

    rw_answer_init(&placing->answer);
    rw_answer_init(&placing->warnings);
    if (r->warnings->count) {
        struct rw_json_writer w = rw_json_writer(&placing->warnings);

        rw_answer_entries(r, &w, NULL, r->warnings, false);
    }
    placing->limits = rw_limits_in_force(r->api, &plan->limits);
    fill_order(r, placing, plan, user_id, wish, &placing->order);
    if (placing->warnings.failed)
        rw_fail_memory(&err);
    else if (rw_exchange_place(r->api->with.exchange, &placing->order, placed, placing, &err) ==
             RW_OK)
        return;
    done(placing);
    refuse(r, &err);
}

/* ------------------------------------------------------------------ the two operations */

static bool refuse_draining(struct rw_request *r)
{
    struct rw_err err;

    if (!r->api->draining && r->api->with.exchange)
        return false;
    rw_fail(&err, RW_UNAVAILABLE, "server.draining",
            "the server is shutting down and takes no more calls");
    rw_answer_err(r, &err);
    return true;
}

static void create(struct rw_request *r, const char *user_id, bool agentless)
{
    bool validate_only = rw_request_query_on(r, "validateOnly");
    struct placing *placing = rw_arena_alloc(r->arena, sizeof(*placing));
    struct rw_call_judgement judgement;
    struct rw_call_before before;
    struct rw_wish wish;
    struct rw_err err;

    if (!placing || !user_id || !rw_idempotency_read(r, &placing->key)) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return;
    }
    placing->r = r;
    if (!validate_only && r->may && placing->key.key && rw_idempotency_replay(r, &placing->key))
        return;
    read_wish(r, &wish);
    before = rw_call_before(r);
    if (!rw_call_judge(r, &wish, user_id, agentless, r->faults, r->warnings, &judgement) ||
        r->faults->count) {
        if (!validate_only)
            rw_call_note_refusal(r);
        rw_call_refuse(r, &before, user_id, agentless);
        return;
    }
    if (validate_only) {
        warn_key_unused(r);
        answer_validated(r, &judgement.plan);
        return;
    }
    if (!refuse_draining(r))
        place(r, placing, &judgement.plan, user_id, &wish);
}

/* A token without a user has been refused by then, but its body is judged all the same. */
void rw_op_postConversationsCalls(struct rw_request *r)
{
    create(r, r->identity->user_id ? r->identity->user_id : "", false);
}

void rw_op_postConversationsCallsUserUserId(struct rw_request *r)
{
    create(r, rw_request_param(r, "userId"),
           rw_permissions_have(&r->identity->permissions, "conversation:agentlessCall:add"));
}
