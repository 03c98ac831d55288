/*
 * GET .../edges/{edgeId}/doctor and POST .../edges/trunks/{trunkId}/test: what doctor/ finds, as an answer. It
 * comes when everything has been looked at; meanwhile the connection rests.
 */
#include "doctor/doctor.h"

#include "api/answer.h"
#include "api/edges.h"
#include "api/resource.h"
#include "api_gen.h"
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
};

static enum rw_class examine(struct rw_request *r, struct rw_doctor *doctor,
                             const struct rw_row_trunk *row, struct rw_err *err)
{
    struct patient *patient = rw_arena_alloc(r->arena, sizeof(*patient));
    const struct rw_doctor_trunk trunk = {.tenant_id = rw_request_tenant(r),
                                          .active = strcmp(row->state, "active") == 0,
                                          .target = &patient->target};

    if (!patient)
        return rw_fail_memory(err);
    if (!rw_route_target(row, patient->uri, &patient->target))
        return rw_fail(err, RW_MALFORMED, "sip.bad_target", "the trunk's host is too long");
    return rw_doctor_test_trunk(doctor, &trunk, answer, r, err);
}

void rw_op_postTelephonyProvidersEdgesTrunkTest(struct rw_request *r)
{
    struct rw_doctor *doctor;
    struct rw_row_trunk row;
    struct rw_err err;

    if (!find_trunk(r, &row) || !rw_resource_no_faults(r) || !(doctor = doctor_of(r)))
        return;
    if (examine(r, doctor, &row, &err) != RW_OK)
        rw_answer_err(r, &err);
}
