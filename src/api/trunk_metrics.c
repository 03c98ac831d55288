/* How many calls are up on a trunk: telephony/providers/edges/trunks/{trunkId}/metrics, .../trunks/metrics. */
#include "api/render.h"
#include "api/resource.h"
#include "api_gen.h"
#include "base/clock.h"
#include "limit/limit.h"

#include <stdio.h>

#define IDS_MAX 100u

static const struct rw_resource kind = {
    .code = "trunk.not_found",
    .what = "trunk",
    .param = "trunkId",
    .list = "GET /api/v2/telephony/providers/edges/trunks",
};

/* models: TrunkMetrics */
static void write_metrics(struct rw_request *r, struct rw_json_writer *w,
                          const struct rw_row_trunk *row)
{
    struct rw_limit_count count = {.calls = 0};

    if (r->api->with.limits)
        rw_limits_read(r->api->with.limits, row->tenant_id, RW_LIMIT_OF_TRUNK, row->id, &count);
    rw_json_open_object(w, NULL);
    rw_json_time(w, "eventTime", rw_clock_wall_ms());
    rw_render_ref(w, "trunk", row->id, row->name, "telephony/providers/edges/trunks");
    rw_json_open_object(w, "calls");
    rw_json_uint(w, "inboundCallCount", count.came_in);
    rw_json_uint(w, "outboundCallCount", count.calls - count.came_in);
    rw_json_close(w);
    rw_json_close(w);
}

void rw_op_getTelephonyProvidersEdgesTrunkMetrics(struct rw_request *r)
{
    struct rw_row_trunk row;
    struct rw_json_writer w;
    struct rw_buf body;
    struct rw_err err;
    enum rw_class class = rw_store_get_trunk(r->api->with.reader, rw_request_tenant(r),
                                             rw_request_param(r, kind.param), r->arena, &row, &err);

    if (!rw_resource_found(r, &kind, class, &err))
        return;
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    write_metrics(r, &w, &row);
    rw_answer_json(r, 200, &body);
}

static void refuse_id(struct rw_request *r, struct rw_slice id)
{
    struct rw_err err;

    rw_fail(&err, RW_NOT_FOUND, kind.code, "no trunk of this tenant has this id");
    rw_err_at(&err, "?trunkIds", -1, 0);
    rw_err_found(&err, "%.*s", (int)(id.n < 64 ? id.n : 64), id.p);
    rw_err_expected(&err, "ids that %s lists, separated by commas", kind.list);
    rw_request_fault(r, &err);
}

/* Takes the next id off the list, which commas separate. */
static struct rw_slice next_id(struct rw_slice *rest)
{
    const char *comma = memchr(rest->p, ',', rest->n);
    struct rw_slice id = {rest->p, comma ? (size_t)(comma - rest->p) : rest->n};

    *rest = rw_slice_from(*rest, id.n + 1);
    return id;
}

/* Finds all of them, or tells of each that is not there. False: it is answered. */
static bool find(struct rw_request *r, struct rw_row_trunk rows[IDS_MAX], uint32_t *ret_count)
{
    struct rw_slice rest = rw_request_query(r, "trunkIds");
    struct rw_err err;

    for (*ret_count = 0; rest.n && *ret_count < IDS_MAX;) {
        struct rw_slice id = next_id(&rest);
        const char *text = rw_arena_copy(r->arena, id);
        enum rw_class class = text ? rw_store_get_trunk(r->api->with.reader, rw_request_tenant(r),
                                                        text, r->arena, &rows[*ret_count], &err)
                                   : rw_fail_memory(&err);

        if (class == RW_OK) {
            ++*ret_count;
        } else if (class == RW_NOT_FOUND) {
            refuse_id(r, id);
        } else {
            rw_answer_err(r, &err);
            return false;
        }
    }
    return rw_resource_no_faults(r);
}

void rw_op_getTelephonyProvidersEdgesTrunksMetrics(struct rw_request *r)
{
    struct rw_row_trunk *rows = rw_arena_alloc(r->arena, IDS_MAX * sizeof(*rows));
    struct rw_json_writer w;
    struct rw_buf body;
    struct rw_err err;
    uint32_t count;

    if (!rows) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return;
    }
    if (!find(r, rows, &count))
        return;
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_array(&w, NULL);
    for (uint32_t i = 0; i < count; i++)
        write_metrics(r, &w, &rows[i]);
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
}
