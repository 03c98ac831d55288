/*
 * GET .../edges/{edgeId}/doctor and POST .../edges/trunks/{trunkId}/test: what doctor/ finds, as an answer. It
 * comes when everything has been looked at; meanwhile the connection rests.
 */
#include "doctor/doctor.h"

#include "api/answer.h"
#include "api/edges.h"
#include "api/limits.h"
#include "api/number.h"
#include "api/resource.h"
#include "api_gen.h"
#include "auth/identity.h"
#include "exchange/exchange.h"
#include "route/route.h"
#include "route/target.h"

#include <string.h>

static void write_check(struct rw_json_writer *w, const struct rw_doctor_check *check)
{
    rw_json_open_object(w, NULL);
    rw_json_str(w, "name", check->name);
    rw_json_str(w, "result", rw_doctor_result_name(check->result));
    rw_json_str(w, "found", check->found);
    if (check->next[0])
        rw_json_str(w, "next", check->next);
    rw_json_close(w);
}

static void answer(const struct rw_doctor_report *report, void *arg)
{
    struct rw_request *r = arg;
    struct rw_json_writer w;
    struct rw_buf body;

    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    rw_json_str(&w, "result", rw_doctor_result_name(rw_doctor_worst(report)));
    rw_json_open_array(&w, "checks");
    for (unsigned i = 0; i < report->count; i++)
        write_check(&w, &report->at[i]);
    rw_json_close(&w);
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
}

/* NULL: answered already. */
static struct rw_doctor *doctor_of(struct rw_request *r)
{
    struct rw_err err;

    if (!r->api->draining && r->api->with.doctor)
        return r->api->with.doctor;
    rw_fail(&err, RW_UNAVAILABLE, "server.draining", "the server is shutting down");
    rw_answer_err(r, &err);
    return NULL;
}

void rw_op_getTelephonyProvidersEdgeDoctor(struct rw_request *r)
{
    struct rw_doctor *doctor;
    struct rw_row_edge edge;
    struct rw_err err;

    if (!rw_edges_find(r, &edge) || !(doctor = doctor_of(r)))
        return;
    if (rw_doctor_examine_house(doctor, answer, r, &err) != RW_OK)
        rw_answer_err(r, &err);
}

/* ------------------------------------------------------------------ a trunk */

static bool find_trunk(struct rw_request *r, struct rw_row_trunk *ret)
{
    static const struct rw_resource kind = {
        .code = "trunk.not_found",
        .what = "trunk",
        .param = "trunkId",
        .list = "GET /api/v2/telephony/providers/edges/trunks",
    };
    struct rw_err err;
    enum rw_class class = rw_store_get_trunk(r->api->with.reader, rw_request_tenant(r),
                                             rw_request_param(r, kind.param), r->arena, ret, &err);

    return rw_resource_found(r, &kind, class, &err);
}

/* Lives in the request's arena until it is answered. */
struct patient {
    struct rw_trunk_target target;
    char uri[RW_ROUTE_TARGET_URI];
    struct rw_row_trunk row;
    struct rw_address to, from;
    struct rw_route_plan plan;
    struct rw_call_order order; /* of the test call */
};

static struct rw_slice member(const struct rw_request *r, const char *name)
{
    const char *text = rw_request_member(r, name);

    return text ? rw_slice_str(text) : (struct rw_slice){NULL, 0};
}

/* A call through this trunk, whatever the routes say, that rings no telephone of ours. */
static bool plan_call(struct rw_request *r, struct patient *patient)
{
    const struct rw_number_policies *numbers = &r->api->numbers;
    struct rw_slice to = member(r, "echoNumber"), from = member(r, "from");
    struct rw_route_wish wish = {.tenant_id = rw_request_tenant(r),
                                 .user_id = r->identity->user_id,
                                 .client_id = r->identity->client_id,
                                 .token_id = r->identity->token_id,
                                 .spender_id = r->identity->user_id,
                                 .trunk_id = patient->row.id,
                                 .called = &patient->to,
                                 .to_pointer = "/echoNumber",
                                 .from_pointer = from.p ? "/from" : "",
                                 .provider_pointer = ""};
    struct rw_err err;

    if (rw_number_judge(to, "/echoNumber", &numbers->called, &patient->to, r->faults, r->warnings))
        wish.to = rw_slice_str(patient->to.e164);
    else
        wish.called = NULL;
    if (from.p &&
        rw_number_judge(from, "/from", &numbers->caller, &patient->from, r->faults, r->warnings))
        wish.from = rw_slice_str(patient->from.e164);
    if (rw_route_plan_make(r->api->with.routes, &wish, r->api->with.sip_local, r->arena,
                           &patient->plan, r->faults) != RW_OK &&
        r->faults->count == 0) {
        rw_fail(&err, RW_NOT_FOUND, "trunk.not_found", "the trunk is gone");
        rw_request_fault(r, &err);
    }
    return r->faults->count == 0;
}

static void fill_order(const struct rw_request *r, struct patient *patient)
{
    struct rw_route_plan *plan = &patient->plan;

    plan->limits = rw_limits_in_force(r->api, &plan->limits);
    patient->order = (struct rw_call_order){
        .conversation = {.tenant_id = rw_request_tenant(r),
                         .user_id = r->identity->user_id,
                         .to_number = plan->to_e164,
                         .from_number = plan->from_e164,
                         .provider_id = plan->provider_id,
                         .trunk_id = plan->trunk_id,
                         .client_id = r->identity->client_id,
                         .correlation_id = r->correlation},
        .trunks = plan->trunks,
        .plan = {.trunks = (uint8_t)plan->trunk_count,
                 .max_duration_ms = rw_limits_duration_ms(r->api, plan->max_duration_ms)},
        .spend = plan->spend,
        .limits = &plan->limits,
    };
    memcpy(patient->order.plan.trunk_max_ms, plan->trunk_max_ms, sizeof(plan->trunk_max_ms));
    memcpy(patient->order.plan.trunk_answer_ms, plan->trunk_answer_ms,
           sizeof(plan->trunk_answer_ms));
}

static enum rw_class examine(struct rw_request *r, struct rw_doctor *doctor,
                             struct patient *patient, struct rw_err *err)
{
    const struct rw_row_trunk *row = &patient->row;
    const struct rw_doctor_trunk trunk = {
        .tenant_id = rw_request_tenant(r),
        .active = strcmp(row->state, "active") == 0,
        .channels = row->channels,
        .registers = row->registers,
        .target = &patient->target,
        .media_host = row->media_host,
        .order = patient->order.trunks ? &patient->order : NULL,
    };

    if (!rw_route_target(row, patient->uri, &patient->target))
        return rw_fail(err, RW_MALFORMED, "sip.bad_target", "the trunk's host is too long");
    return rw_doctor_test_trunk(doctor, &trunk, answer, r, err);
}

void rw_op_postTelephonyProvidersEdgesTrunkTest(struct rw_request *r)
{
    struct patient *patient = rw_arena_alloc(r->arena, sizeof(*patient));
    struct rw_doctor *doctor;
    struct rw_err err;

    if (!patient) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return;
    }
    memset(patient, 0, sizeof(*patient));
    if (!find_trunk(r, &patient->row))
        return;
    if (member(r, "echoNumber").p && plan_call(r, patient))
        fill_order(r, patient);
    if (!rw_resource_no_faults(r) || !(doctor = doctor_of(r)))
        return;
    if (examine(r, doctor, patient, &err) != RW_OK)
        rw_answer_err(r, &err);
}
