/* Sites: what outbound routes are grouped by. */
#include "api/sites.h"

#include "api/change.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/resource.h"
#include "api_gen.h"
#include "base/clock.h"

#include <jansson.h>

#include <string.h>

#define SITES "telephony/providers/edges/sites"
#define PLANS_MAX 1000

/* models: Site */
static void write_site(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_site *row = arg;

    (void)r;
    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, row->description,
                                                         row->state, row->version, row->created_ms,
                                                         row->modified_ms});
    rw_json_bool(w, "managed", false);
    rw_json_str(w, "mediaModel", "Premises");
    rw_render_self(w, SITES, row->id);
}

static const struct rw_resource kind = {
    .code = "site.not_found",
    .what = "site",
    .param = "siteId",
    .list = "GET /api/v2/" SITES,
    .named = RW_NAMED_SITE,
    .write = write_site,
};
static const struct rw_sort sorts[] = {
    {"id", "id"}, {"name", "name"}, {"dateCreated", "created_ms"}, {"dateModified", "modified_ms"},
    {NULL, NULL},
};

bool rw_sites_find(struct rw_request *r, struct rw_row_site *ret)
{
    struct rw_err err;
    enum rw_class class = rw_store_get_site(r->api->with.reader, rw_request_tenant(r),
                                            rw_request_param(r, "siteId"), r->arena, ret, &err);

    return rw_resource_found(r, &kind, class, &err);
}

bool rw_sites_of_body(struct rw_request *r, const char **ret)
{
    const char *id = json_string_value(json_object_get(json_object_get(r->body, "site"), "id"));
    struct rw_page page = {.size = 1, .number = 1};
    struct rw_row_site *rows, row;
    struct rw_err err;
    enum rw_class class;
    size_t count = 1;

    if (id) {
        rows = &row;
        class =
            rw_store_get_site(r->api->with.reader, rw_request_tenant(r), id, r->arena, &row, &err);
    } else {
        class = rw_store_list_sites(r->api->with.reader, rw_request_tenant(r), &page, r->arena,
                                    &rows, &count, &err);
    }
    if (class == RW_OK) {
        *ret = count ? rows[0].id : NULL;
        return true;
    }
    if (class != RW_NOT_FOUND) {
        rw_answer_err(r, &err);
        return false;
    }
    rw_fail(&err, RW_MALFORMED, "phone.unknown_site", "no site of this tenant has this id");
    rw_err_at(&err, "/site/id", -1, 0);
    rw_err_found(&err, "\"%s\"", id);
    rw_err_expected(&err, "an id that GET /api/v2/" SITES " lists, or no site: then the first one");
    rw_request_fault(r, &err);
    return true;
}

/* ------------------------------------------------------------------ showing */

void rw_op_getTelephonyProvidersEdgesSites(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, sorts);
    struct rw_row_site *rows = NULL;
    size_t count = 0;
    enum rw_class class = rw_store_named_sites(r->api->with.reader, rw_request_tenant(r),
                                               rw_resource_query(r, "name"), &listing.page,
                                               r->arena, &rows, &count, &listing.err);

    rw_resource_list(&listing, &kind, class, rows, sizeof(*rows), count);
}

void rw_op_getTelephonyProvidersEdgesSite(struct rw_request *r)
{
    struct rw_row_site row;

    if (rw_sites_find(r, &row))
        rw_resource_show(r, &kind, &row);
}

/* ------------------------------------------------------------------ changing */

static bool read_body(struct rw_request *r, struct rw_row_site *row)
{
    row->name = rw_request_member(r, "name");
    row->description = rw_request_member(r, "description");
    row->modified_ms = rw_clock_wall_ms();
    return rw_resource_name_free(r, &kind, row->id);
}

static void commit(struct rw_request *r, const struct rw_row_site *row, const char *action)
{
    struct rw_tx *tx = rw_tx_new(r->api->with.store);

    if (tx)
        rw_tx_put_site(tx, row);
    rw_resource_commit(r, &kind, tx, row, action, row->id, row->name);
}

void rw_op_postTelephonyProvidersEdgesSites(struct rw_request *r)
{
    struct rw_row_site row = {.tenant_id = rw_request_tenant(r),
                              .state = "active",
                              .version = 1,
                              .created_ms = rw_clock_wall_ms()};

    if (rw_resource_new_id(r, &row.id) && read_body(r, &row))
        commit(r, &row, "site.create");
}

void rw_op_putTelephonyProvidersEdgesSite(struct rw_request *r)
{
    struct rw_row_site row;

    if (!rw_sites_find(r, &row) || !rw_resource_current(r, row.version) || !read_body(r, &row))
        return;
    row.version++;
    commit(r, &row, "site.edit");
}

static bool is_without_phones(struct rw_request *r, const struct rw_row_site *row)
{
    struct rw_page page = {.size = RW_RESOURCE_USERS_SHOWN, .number = 1};
    struct rw_resource_users users = {0};
    struct rw_row_station *phones;
    struct rw_err err;
    size_t count;

    if (rw_store_named_stations(r->api->with.reader, row->tenant_id, row->id, NULL, &page, r->arena,
                                &phones, &count, &err)) {
        rw_answer_err(r, &err);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        rw_resource_used_by(&users, "phone", phones[i].name);
    users.count = (size_t)page.total;
    return rw_resource_unused(r, &kind, &users);
}

void rw_op_deleteTelephonyProvidersEdgesSite(struct rw_request *r)
{
    struct rw_page page = {.size = RW_RESOURCE_USERS_SHOWN, .number = 1};
    struct rw_row_number_plan *plans;
    struct rw_row_route *routes;
    struct rw_row_site row;
    struct rw_err err;
    struct rw_tx *tx;
    size_t count;

    if (!rw_sites_find(r, &row))
        return;
    if (rw_store_named_routes(r->api->with.reader, row.tenant_id, row.id, NULL, &page, r->arena,
                              &routes, &count, &err)) {
        rw_answer_err(r, &err);
        return;
    }
    if (!rw_resource_without_routes(r, &kind, routes, count, page.total) ||
        !is_without_phones(r, &row))
        return;
    if (rw_store_plans_of_site(r->api->with.reader, row.tenant_id, row.id, PLANS_MAX, r->arena,
                               &plans, &count, &err)) {
        rw_answer_err(r, &err);
        return;
    }
    tx = rw_tx_new(r->api->with.store);
    for (size_t i = 0; tx && i < count; i++) /* they are the site's, and mean nothing without it */
        rw_tx_delete_number_plan(tx, row.tenant_id, plans[i].id, plans[i].version);
    if (tx)
        rw_tx_delete_site(tx, row.tenant_id, row.id, row.version);
    rw_change_commit(r, tx, "site.delete", row.id, row.name, 200, NULL);
}
