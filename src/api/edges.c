/* Edges and the telephone numbers provisioned on them: what a request's providerId and from mean. */
#include "api/answer.h"
#include "api/change.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/resource.h"
#include "api_gen.h"

#include <stdio.h>

#define NEAR_MAX 3

static const struct rw_resource edge_kind = {
    .code = "edge.not_found",
    .what = "edge",
    .param = "edgeId",
    .list = "GET /api/v2/telephony/providers/edges",
};

static void write_edge_open(struct rw_json_writer *w, const struct rw_row_edge *row)
{
    rw_json_open_object(w, NULL);
    rw_json_str(w, "id", row->id);
    rw_json_str(w, "name", row->name);
    rw_json_str(w, "state", row->state);
    rw_json_str(w, "onlineStatus", strcmp(row->state, "active") == 0 ? "ONLINE" : "OFFLINE");
    rw_json_uint(w, "version", row->version);
    rw_json_time(w, "dateCreated", row->created_ms);
    rw_render_self(w, "telephony/providers/edges", row->id);
}

void rw_op_getTelephonyProvidersEdges(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r);
    struct rw_row_edge *rows;
    size_t count;

    if (!rw_listing_open(&listing,
                         rw_store_list_edges(r->api->with.reader, rw_request_tenant(r),
                                             &listing.page, r->arena, &rows, &count, &listing.err)))
        return;
    for (size_t i = 0; i < count; i++) {
        write_edge_open(&listing.w, &rows[i]);
        rw_json_close(&listing.w);
    }
    rw_listing_close(&listing);
}

/* The edge of the path, or the refusal is answered: false. */
static bool find_edge(struct rw_request *r, struct rw_row_edge *ret)
{
    const char *id = rw_request_param(r, "edgeId");
    struct rw_err err;
    enum rw_class class;

    class = rw_store_get_edge(r->api->with.reader, rw_request_tenant(r), id, r->arena, ret, &err);
    return rw_resource_found(r, &edge_kind, class, &err);
}

void rw_op_getTelephonyProvidersEdge(struct rw_request *r)
{
    struct rw_row_edge row;
    struct rw_json_writer w;
    struct rw_buf body;

    if (!find_edge(r, &row))
        return;
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    write_edge_open(&w, &row);
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
}

void rw_op_putTelephonyProvidersEdge(struct rw_request *r)
{
    struct rw_row_edge row;
    struct rw_json_writer w;
    struct rw_buf body;
    struct rw_tx *tx;

    if (!find_edge(r, &row) || !rw_resource_current(r, row.version))
        return;
    row.name = rw_request_member(r, "name");
    row.version++;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_put_edge(tx, &row);
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    write_edge_open(&w, &row);
    rw_answer_warnings(r, &w);
    rw_json_close(&w);
    rw_change_commit(r, tx, "edge.edit", row.id, row.name, 200, &body);
}

static void write_number(struct rw_json_writer *w, const struct rw_row_number *row)
{
    char collection[120];

    rw_json_open_object(w, NULL);
    rw_json_str(w, "id", row->id);
    rw_json_str(w, "phoneNumber", row->e164);
    rw_json_opt(w, "name", row->name);
    rw_json_str(w, "state", row->state);
    rw_json_bool(w, "outboundAllowed", row->outbound_allowed);
    rw_json_str(w, "usage", row->outbound_allowed ? "outbound" : "internal-only");
    rw_render_ref(w, "edge", row->edge_id, NULL, "telephony/providers/edges");
    rw_render_ref(w, "owner", row->owner_user_id, NULL, "users");
    rw_json_uint(w, "version", row->version);
    (void)snprintf(collection, sizeof(collection), "telephony/providers/edges/%s/phoneNumbers",
                   row->edge_id);
    rw_render_self(w, collection, row->e164);
    rw_json_close(w);
}

/* Says which numbers of the edge begin alike: one digit missing is the usual reason. */
static void refuse_number(struct rw_request *r, const struct rw_row_edge *edge, const char *sent)
{
    struct rw_row_number *near;
    struct rw_err err;
    size_t count = 0;
    char list[120] = "";

    if (rw_store_near_numbers(r->api->with.reader, edge->tenant_id, edge->id, sent, NEAR_MAX,
                              r->arena, &near, &count, &err)) {
        rw_answer_err(r, &err);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(list);

        (void)snprintf(list + n, sizeof(list) - n, "%s%s", i ? ", " : "", near[i].e164);
    }
    rw_fail(&err, RW_NOT_FOUND, "number.not_found", "the number is not provisioned on this edge");
    rw_err_at(&err, "{phoneNumber}", -1, 0);
    rw_err_found(&err, "%s", sent);
    if (count) {
        rw_err_expected(&err, "a number of this edge; near are %s", list);
        rw_err_suggest(&err, "%s", near[0].e164);
    } else {
        rw_err_expected(&err, "a number of this edge, in E.164; it has none that begins alike");
    }
    rw_answer_err(r, &err);
}

void rw_op_getTelephonyProvidersEdgePhoneNumber(struct rw_request *r)
{
    const char *sent = rw_request_param(r, "phoneNumber");
    struct rw_row_number row;
    struct rw_row_edge edge;
    struct rw_json_writer w;
    struct rw_buf body;
    struct rw_err err;
    enum rw_class class;

    if (!find_edge(r, &edge))
        return;
    class = rw_store_find_number(r->api->with.reader, edge.tenant_id, sent, r->arena, &row, &err);
    if (class == RW_NOT_FOUND ||
        (class == RW_OK && (!row.edge_id || strcmp(row.edge_id, edge.id) != 0))) {
        refuse_number(r, &edge, sent);
        return;
    }
    if (class != RW_OK) {
        rw_answer_err(r, &err);
        return;
    }
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    write_number(&w, &row);
    rw_answer_json(r, 200, &body);
}
