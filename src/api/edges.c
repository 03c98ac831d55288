/* Edges: where calls leave for the telephone network. */
#include "api/edges.h"

#include "api/answer.h"
#include "api/change.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/resource.h"
#include "api_gen.h"

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

bool rw_edges_find(struct rw_request *r, struct rw_row_edge *ret)
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

    if (!rw_edges_find(r, &row))
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

    if (!rw_edges_find(r, &row) || !rw_resource_current(r, row.version))
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
