/*
 * Trunks: the ways to carriers. A row of the store is both of what the contract keeps apart: the settings
 * (trunkbasesettings) and the trunk that they make on the tenant's edge. See docs/decisions/0022.
 */
#include "api/answer.h"
#include "api/change.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/resource.h"
#include "api/trunk_body.h"
#include "api/trunk_settings.h"
#include "api_gen.h"
#include "base/clock.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define BASES "telephony/providers/edges/trunkbasesettings"
#define TRUNKS "telephony/providers/edges/trunks"

static const struct rw_resource base_kind = {
    .code = "trunk.not_found",
    .what = "trunk",
    .param = "trunkBaseSettingsId",
    .list = "GET /api/v2/" BASES,
};
static const struct rw_resource trunk_kind = {
    .code = "trunk.not_found",
    .what = "trunk",
    .param = "trunkId",
    .list = "GET /api/v2/" TRUNKS,
};

static bool find(struct rw_request *r, const struct rw_resource *kind, struct rw_row_trunk *ret)
{
    struct rw_err err;
    enum rw_class class = rw_store_get_trunk(r->api->with.reader, rw_request_tenant(r),
                                             rw_request_param(r, kind->param), r->arena, ret, &err);

    return rw_resource_found(r, kind, class, &err);
}

static bool is_active(const struct rw_row_trunk *row)
{
    return strcmp(row->state, "active") == 0;
}

/* ------------------------------------------------------------------ showing */

/* models: TrunkBase, and what is ours: the settings and enabled. */
static void write_base(struct rw_request *r, struct rw_json_writer *w,
                       const struct rw_row_trunk *row, bool with_warnings)
{
    rw_json_open_object(w, NULL);
    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, row->description,
                                                         row->state, row->version, row->created_ms,
                                                         row->modified_ms});
    rw_json_str(w, "trunkType", "EXTERNAL");
    rw_render_ref(w, "trunkMetabase", "external_sip", NULL, NULL);
    rw_trunk_settings_write(w, row);
    rw_json_bool(w, "enabled", is_active(row));
    rw_render_self(w, BASES, row->id);
    if (with_warnings)
        rw_answer_warnings(r, w);
    rw_json_close(w);
}

/* models: Trunk */
static void write_trunk(struct rw_json_writer *w, const struct rw_row_trunk *row)
{
    rw_json_open_object(w, NULL);
    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, row->description,
                                                         row->state, row->version, row->created_ms,
                                                         row->modified_ms});
    rw_json_str(w, "trunkType", "EXTERNAL");
    rw_render_ref(w, "edge", row->edge_id, NULL, "telephony/providers/edges");
    rw_render_ref(w, "trunkBase", row->id, row->name, BASES);
    rw_json_bool(w, "enabled", is_active(row));
    rw_json_bool(w, "inService", is_active(row));
    rw_render_self(w, TRUNKS, row->id);
    rw_json_close(w);
}

void rw_op_getTelephonyProvidersEdgesTrunkbasesettings(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r);
    struct rw_row_trunk *rows;
    size_t count;

    if (!rw_listing_open(&listing,
                         rw_store_named_trunks(r->api->with.reader, rw_request_tenant(r),
                                               rw_resource_query(r, "name"), &listing.page,
                                               r->arena, &rows, &count, &listing.err)))
        return;
    for (size_t i = 0; i < count; i++)
        write_base(r, &listing.w, &rows[i], false);
    rw_listing_close(&listing);
}

void rw_op_getTelephonyProvidersEdgesTrunkbasesetting(struct rw_request *r)
{
    struct rw_row_trunk row;
    struct rw_json_writer w;
    struct rw_buf body;

    if (!find(r, &base_kind, &row))
        return;
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    write_base(r, &w, &row, false);
    rw_answer_json(r, 200, &body);
}

void rw_op_getTelephonyProvidersEdgesTrunks(struct rw_request *r)
{
    struct rw_slice type = rw_request_query(r, "trunkType");
    struct rw_listing listing = rw_listing_begin(r);
    struct rw_row_trunk *rows;
    size_t count = 0;

    if (type.n == 0 || rw_slice_eq(type, RW_LIT("EXTERNAL"))) {
        if (!rw_listing_open(&listing, rw_store_list_trunks(r->api->with.reader,
                                                            rw_request_tenant(r), &listing.page,
                                                            r->arena, &rows, &count, &listing.err)))
            return;
    } else if (!rw_listing_open(&listing, RW_OK)) { /* there are none of the other types */
        return;
    }
    for (size_t i = 0; i < count; i++)
        write_trunk(&listing.w, &rows[i]);
    rw_listing_close(&listing);
}

void rw_op_getTelephonyProvidersEdgesTrunk(struct rw_request *r)
{
    struct rw_row_trunk row;
    struct rw_json_writer w;
    struct rw_buf body;

    if (!find(r, &trunk_kind, &row))
        return;
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    write_trunk(&w, &row);
    rw_answer_json(r, 200, &body);
}

static bool name_is_free(struct rw_request *r, const struct rw_row_trunk *row)
{
    struct rw_page page = {.size = 1, .number = 1};
    struct rw_row_trunk *others;
    struct rw_err err;
    size_t count;

    if (rw_store_named_trunks(r->api->with.reader, row->tenant_id, row->name, &page, r->arena,
                              &others, &count, &err)) {
        rw_answer_err(r, &err);
        return false;
    }
    return rw_resource_name_free(r, &base_kind, row->id, count ? others[0].id : NULL);
}

/* ------------------------------------------------------------------ changing */

static void commit(struct rw_request *r, struct rw_tx *tx, const struct rw_row_trunk *row,
                   const char *action)
{
    struct rw_json_writer w;
    struct rw_buf body;

    if (tx)
        rw_tx_put_trunk(tx, row);
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    write_base(r, &w, row, true);
    rw_change_commit(r, tx, action, row->id, row->name, 200, &body);
}

void rw_op_postTelephonyProvidersEdgesTrunkbasesettings(struct rw_request *r)
{
    struct rw_row_trunk row = {
        .tenant_id = rw_request_tenant(r), .version = 1, .created_ms = rw_clock_wall_ms()};
    struct rw_tx *tx;

    if (!rw_resource_new_id(r, &row.id) || !rw_trunk_body_read(r, &row) || !name_is_free(r, &row))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (rw_resource_edge(r, tx, &row.edge_id))
        commit(r, tx, &row, "trunk.create");
}

void rw_op_putTelephonyProvidersEdgesTrunkbasesetting(struct rw_request *r)
{
    struct rw_row_trunk row;

    if (!find(r, &base_kind, &row) || !rw_resource_current(r, row.version) ||
        !rw_trunk_body_read(r, &row) || !name_is_free(r, &row))
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
