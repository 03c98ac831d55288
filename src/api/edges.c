/* Edges: where calls leave for the telephone network. */
#include "api/edges.h"

#include "api/answer.h"
#include "api/change.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/resource.h"
#include "api_gen.h"
#include "base/clock.h"

#define EDGES "telephony/providers/edges"

/* models: Edge */
static void write_edge(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_edge *row = arg;

    (void)r;
    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, row->description,
                                                         row->state, row->version, row->created_ms,
                                                         row->modified_ms});
    rw_json_str(w, "onlineStatus", strcmp(row->state, "active") == 0 ? "ONLINE" : "OFFLINE");
    rw_render_self(w, EDGES, row->id);
}

static const struct rw_resource kind = {
    .code = "edge.not_found",
    .what = "edge",
    .param = "edgeId",
    .list = "GET /api/v2/" EDGES,
    .write = write_edge,
};
static const struct rw_sort sorts[] = {{"id", "id"},
                                       {"name", "name"},
                                       {"dateCreated", "created_ms"},
                                       {"dateModified", "modified_ms"},
                                       {NULL, NULL}};

bool rw_edges_find(struct rw_request *r, struct rw_row_edge *ret)
{
    struct rw_err err;
    enum rw_class class = rw_store_get_edge(r->api->with.reader, rw_request_tenant(r),
                                            rw_request_param(r, "edgeId"), r->arena, ret, &err);

    return rw_resource_found(r, &kind, class, &err);
}

void rw_op_getTelephonyProvidersEdges(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, sorts);
    struct rw_row_edge *rows = NULL;
    size_t count = 0;
    enum rw_class class = rw_store_list_edges(r->api->with.reader, rw_request_tenant(r),
                                              &listing.page, r->arena, &rows, &count, &listing.err);

    rw_resource_list(&listing, &kind, class, rows, sizeof(*rows), count);
}

void rw_op_getTelephonyProvidersEdge(struct rw_request *r)
{
    struct rw_row_edge row;

    if (rw_edges_find(r, &row))
        rw_resource_show(r, &kind, &row);
}

void rw_op_putTelephonyProvidersEdge(struct rw_request *r)
{
    struct rw_row_edge row;
    struct rw_tx *tx;

    if (!rw_edges_find(r, &row) || !rw_resource_current(r, row.version))
        return;
    row.name = rw_request_member(r, "name");
    row.description = rw_request_member(r, "description");
    row.modified_ms = rw_clock_wall_ms();
    row.version++;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_put_edge(tx, &row);
    rw_resource_commit(r, &kind, tx, &row, "edge.edit", row.id, row.name);
}
