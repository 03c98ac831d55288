/*
 * Trunks: the ways to carriers. A row of the store is both of what the contract keeps apart: the settings
 * (trunkbasesettings) and the trunk that they make on the tenant's edge. See docs/decisions/0022.
 */
#include "api/change.h"
#include "api/edges.h"
#include "api/render.h"
#include "api/resource.h"
#include "api/trunk_body.h"
#include "api/trunk_settings.h"
#include "api/trunk_status.h"
#include "api_gen.h"
#include "base/clock.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define BASES "telephony/providers/edges/trunkbasesettings"
#define TRUNKS "telephony/providers/edges/trunks"

static bool is_active(const struct rw_row_trunk *row)
{
    return strcmp(row->state, "active") == 0;
}

/* ------------------------------------------------------------------ showing */

/* models: TrunkBase, and what is ours: the settings and enabled. */
static void write_base(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_trunk *row = arg;

    (void)r;
    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, row->description,
                                                         row->state, row->version, row->created_ms,
                                                         row->modified_ms});
    rw_json_str(w, "trunkType", "EXTERNAL");
    rw_render_ref(w, "trunkMetabase", "external_sip", NULL, NULL);
    rw_trunk_settings_write(w, row);
    rw_json_bool(w, "enabled", is_active(row));
    rw_render_self(w, BASES, row->id);
}

/* models: Trunk */
static void write_trunk(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_trunk *row = arg;

    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, row->description,
                                                         row->state, row->version, row->created_ms,
                                                         row->modified_ms});
    rw_json_str(w, "trunkType", "EXTERNAL");
    rw_render_ref(w, "edge", row->edge_id, NULL, "telephony/providers/edges");
    rw_render_ref(w, "trunkBase", row->id, row->name, BASES);
    rw_json_bool(w, "enabled", is_active(row));
    rw_trunk_status_write(w, row, r->api->with.board);
    rw_render_self(w, TRUNKS, row->id);
}

static const struct rw_resource base_kind = {
    .code = "trunk.not_found",
    .what = "trunk",
    .param = "trunkBaseSettingsId",
    .list = "GET /api/v2/" BASES,
    .named = RW_NAMED_TRUNK,
    .write = write_base,
};
static const struct rw_resource trunk_kind = {
    .code = "trunk.not_found",
    .what = "trunk",
    .param = "trunkId",
    .list = "GET /api/v2/" TRUNKS,
    .write = write_trunk,
};

static bool find(struct rw_request *r, const struct rw_resource *kind, struct rw_row_trunk *ret)
{
    struct rw_err err;
    enum rw_class class = rw_store_get_trunk(r->api->with.reader, rw_request_tenant(r),
                                             rw_request_param(r, kind->param), r->arena, ret, &err);

    return rw_resource_found(r, kind, class, &err);
}

void rw_op_getTelephonyProvidersEdgesTrunkbasesettings(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, rw_resource_head_sorts);
    struct rw_row_trunk *rows = NULL;
    size_t count = 0;
    enum rw_class class = rw_store_named_trunks(r->api->with.reader, rw_request_tenant(r),
                                                rw_resource_query(r, "name"), &listing.page,
                                                r->arena, &rows, &count, &listing.err);

    rw_resource_list(&listing, &base_kind, class, rows, sizeof(*rows), count);
}

void rw_op_getTelephonyProvidersEdgesTrunkbasesetting(struct rw_request *r)
{
    struct rw_row_trunk row;

    if (find(r, &base_kind, &row))
        rw_resource_show(r, &base_kind, &row);
}

/* edge_id NULL: of all edges. There are no other types than one. */
static void list_trunks(struct rw_request *r, const char *edge_id)
{
    struct rw_slice type = rw_request_query(r, "trunkType");
    struct rw_listing listing = rw_listing_begin(r, rw_resource_head_sorts);
    const char *tenant_id = rw_request_tenant(r);
    struct rw_row_trunk *rows = NULL;
    enum rw_class class = RW_OK;
    size_t count = 0;

    if (type.n && !rw_slice_eq(type, RW_LIT("EXTERNAL")))
        rows = NULL;
    else if (edge_id)
        class = rw_store_trunks_of_edge(r->api->with.reader, tenant_id, edge_id, &listing.page,
                                        r->arena, &rows, &count, &listing.err);
    else
        class = rw_store_list_trunks(r->api->with.reader, tenant_id, &listing.page, r->arena, &rows,
                                     &count, &listing.err);
    rw_resource_list(&listing, &trunk_kind, class, rows, sizeof(*rows), count);
}

void rw_op_getTelephonyProvidersEdgesTrunks(struct rw_request *r)
{
    list_trunks(r, NULL);
}

void rw_op_getTelephonyProvidersEdgeTrunks(struct rw_request *r)
{
    struct rw_row_edge edge;

    if (rw_edges_find(r, &edge))
        list_trunks(r, edge.id);
}

void rw_op_getTelephonyProvidersEdgesTrunk(struct rw_request *r)
{
    struct rw_row_trunk row;

    if (find(r, &trunk_kind, &row))
        rw_resource_show(r, &trunk_kind, &row);
}

/* ------------------------------------------------------------------ changing */

static void commit(struct rw_request *r, struct rw_tx *tx, const struct rw_row_trunk *row,
                   const char *action)
{
    if (tx)
        rw_tx_put_trunk(tx, row);
    rw_resource_commit(r, &base_kind, tx, row, action, row->id, row->name);
}

void rw_op_postTelephonyProvidersEdgesTrunkbasesettings(struct rw_request *r)
{
    struct rw_row_trunk row = {
        .tenant_id = rw_request_tenant(r), .version = 1, .created_ms = rw_clock_wall_ms()};
    struct rw_tx *tx;

    if (!rw_resource_new_id(r, &row.id) || !rw_trunk_body_read(r, &row) ||
        !rw_resource_name_free(r, &base_kind, row.id))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (rw_resource_edge(r, tx, &row.edge_id))
        commit(r, tx, &row, "trunk.create");
}

void rw_op_putTelephonyProvidersEdgesTrunkbasesetting(struct rw_request *r)
{
    struct rw_row_trunk row;

    if (!find(r, &base_kind, &row) || !rw_resource_current(r, row.version) ||
        !rw_trunk_body_read(r, &row) || !rw_resource_name_free(r, &base_kind, row.id))
        return;
    row.version++;
    commit(r, rw_tx_new(r->api->with.store), &row, "trunk.edit");
}

void rw_op_deleteTelephonyProvidersEdgesTrunkbasesetting(struct rw_request *r)
{
    struct rw_page page = {.size = RW_RESOURCE_USERS_SHOWN, .number = 1};
    struct rw_row_route *routes;
    struct rw_row_trunk row;
    struct rw_err err;
    struct rw_tx *tx;
    size_t count;

    if (!find(r, &base_kind, &row))
        return;
    if (rw_store_routes_to_trunk(r->api->with.reader, row.tenant_id, row.id, &page, r->arena,
                                 &routes, &count, &err)) {
        rw_answer_err(r, &err);
        return;
    }
    if (!rw_resource_without_routes(r, &base_kind, routes, count, page.total))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_delete_trunk(tx, row.tenant_id, row.id, row.version);
    rw_change_commit(r, tx, "trunk.delete", row.id, row.name, 200, NULL);
}
