/* Outbound routes: which trunks the numbers that begin so leave by, in what order. */
#include "api/answer.h"
#include "api/change.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/resource.h"
#include "api/route_body.h"
#include "api/sites.h"
#include "api_gen.h"
#include "base/clock.h"
#include "route/prefixes.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define BASES "telephony/providers/edges/trunkbasesettings"
#define NAMES_MAX 64

/* ------------------------------------------------------------------ showing */

/* "65,81" as "+65", "+81". */
static void write_prefixes(struct rw_json_writer *w, const char *member, const char *list)
{
    char prefix[RW_ROUTE_PREFIX_MAX + 2];
    struct rw_slice rest = rw_slice_str(list);

    rw_json_open_array(w, member);
    while (rest.p) {
        struct rw_slice word = rw_route_next_word(&rest);

        (void)snprintf(prefix, sizeof(prefix), "+%.*s", RW_SLICE_ARG(word));
        rw_json_str(w, NULL, prefix);
    }
    rw_json_close(w);
}

static void write_classes(struct rw_json_writer *w, const char *lines)
{
    rw_json_open_array(w, "classificationTypes");
    while (*lines) {
        size_t n = strcspn(lines, "\n");

        rw_json_slice(w, NULL, (struct rw_slice){lines, n});
        lines += n + (lines[n] == '\n');
    }
    rw_json_close(w);
}

/* Names of trunks that were read, so that a page of routes reads each trunk once. */
struct names {
    size_t count;
    struct {
        const char *id, *name; /* name NULL: there is none any more */
    } at[NAMES_MAX];
};

static const char *name_of(struct rw_request *r, struct names *names, const char *tenant_id,
                           const char *id)
{
    struct rw_row_trunk trunk = {0};

    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->at[i].id, id) == 0)
            return names->at[i].name;
    if (rw_store_get_trunk(r->api->with.reader, tenant_id, id, r->arena, &trunk, NULL) != RW_OK)
        trunk.name = NULL;
    if (names->count < NAMES_MAX) {
        names->at[names->count].id = id;
        names->at[names->count++].name = trunk.name;
    }
    return trunk.name;
}

static void write_trunks(struct rw_request *r, struct rw_json_writer *w,
                         const struct rw_row_route *row, struct names *names)
{
    struct rw_slice ids = rw_slice_str(row->trunk_ids);
    struct rw_slice weights = rw_slice_str(row->trunk_weights);

    rw_json_open_array(w, "externalTrunkBases");
    while (ids.n) {
        const char *id = rw_arena_copy(r->arena, rw_route_next_word(&ids));
        const char *name = id ? name_of(r, names, row->tenant_id, id) : NULL;
        uint32_t weight = weights.p ? rw_route_read_weight(rw_route_next_word(&weights)) : 1;

        if (!name)
            continue;
        rw_json_open_object(w, NULL);
        rw_json_str(w, "id", id);
        rw_json_str(w, "name", name);
        rw_json_uint(w, "weight", weight);
        rw_render_self(w, BASES, id);
        rw_json_close(w);
    }
    rw_json_close(w);
}

/* models: CallableTime; "Asia/Singapore,1 09:00:00-18:00:00". */
static void write_hours(struct rw_json_writer *w, const char *text)
{
    struct rw_slice rest = rw_slice_str(text);

    if (!rest.p)
        return;
    rw_json_open_object(w, "callableTime");
    rw_json_slice(w, "timeZoneId", rw_route_next_word(&rest));
    rw_json_open_array(w, "timeSlots");
    while (rest.p) {
        char start[RW_ROUTE_TIME_TEXT], stop[RW_ROUTE_TIME_TEXT];
        struct rw_route_slot slot;

        if (!rw_route_slot_read(rw_route_next_word(&rest), &slot))
            continue;
        rw_route_time_write(slot.start_s, start);
        rw_route_time_write(slot.stop_s, stop);
        rw_json_open_object(w, NULL);
        rw_json_uint(w, "day", slot.day);
        rw_json_str(w, "startTime", start);
        rw_json_str(w, "stopTime", stop);
        rw_json_close(w);
    }
    rw_json_close(w);
    rw_json_close(w);
}

/* models: OutboundRouteBase, and what is ours: prefixes, priority, weights, who is shown. */
static void write_route(struct rw_request *r, struct rw_json_writer *w,
                        const struct rw_row_route *row, struct names *names)
{
    char collection[120];

    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, row->description,
                                                         row->enabled ? "active" : "inactive",
                                                         row->version, row->created_ms,
                                                         row->modified_ms});
    write_classes(w, row->classifications);
    write_prefixes(w, "prefixes", row->prefixes);
    write_prefixes(w, "callerPrefixes", row->caller_prefixes);
    rw_json_opt(w, "callerId", row->caller_id);
    write_hours(w, row->hours);
    rw_json_uint(w, "priority", row->priority);
    rw_json_bool(w, "enabled", row->enabled);
    rw_json_str(w, "distribution", row->distribution);
    write_trunks(r, w, row, names);
    rw_render_ref(w, "site", row->site_id, NULL, "telephony/providers/edges/sites");
    (void)snprintf(collection, sizeof(collection),
                   "telephony/providers/edges/sites/%s/outboundroutes", row->site_id);
    rw_render_self(w, collection, row->id);
}

static void write_one(struct rw_request *r, struct rw_json_writer *w, const void *row)
{
    struct names names = {0};

    write_route(r, w, row, &names);
}

static const struct rw_resource kind = {
    .code = "outbound_route.not_found",
    .what = "outbound route",
    .param = "outboundRouteId",
    .list = "GET /api/v2/telephony/providers/edges/sites/{siteId}/outboundroutes",
    .named = RW_NAMED_ROUTE,
    .write = write_one,
};
static const struct rw_sort sorts[] = {
    {"priority", "priority"},
    {"id", "id"},
    {"name", "name"},
    {"enabled", "enabled"},
    {"dateCreated", "created_ms"},
    {"dateModified", "modified_ms"},
    {NULL, NULL},
};

/* The route of the path, of the site of the path, or the refusal is answered: false. */
static bool find(struct rw_request *r, struct rw_row_route *ret)
{
    struct rw_row_site site;
    struct rw_err err;
    enum rw_class class;

    if (!rw_sites_find(r, &site))
        return false;
    class = rw_store_get_route(r->api->with.reader, site.tenant_id,
                               rw_request_param(r, "outboundRouteId"), r->arena, ret, &err);
    if (class == RW_OK && strcmp(ret->site_id, site.id) != 0)
        class = RW_NOT_FOUND;
    return rw_resource_found(r, &kind, class, &err);
}

/* site_id NULL: of all sites. */
static void list(struct rw_request *r, const char *site_id)
{
    struct rw_listing listing = rw_listing_begin(r, sorts);
    struct names names = {0};
    struct rw_row_route *rows;
    size_t count;

    if (!rw_listing_open(&listing,
                         rw_store_named_routes(r->api->with.reader, rw_request_tenant(r), site_id,
                                               rw_resource_query(r, "name"), &listing.page,
                                               r->arena, &rows, &count, &listing.err)))
        return;
    for (size_t i = 0; i < count; i++) {
        rw_json_open_object(&listing.w, NULL);
        write_route(r, &listing.w, &rows[i], &names);
        rw_json_close(&listing.w);
    }
    rw_listing_close(&listing);
}

void rw_op_getTelephonyProvidersEdgesOutboundroutes(struct rw_request *r)
{
    list(r, NULL);
}

void rw_op_getTelephonyProvidersEdgesSiteOutboundroutes(struct rw_request *r)
{
    struct rw_row_site site;

    if (rw_sites_find(r, &site))
        list(r, site.id);
}

void rw_op_getTelephonyProvidersEdgesSiteOutboundroute(struct rw_request *r)
{
    struct rw_row_route row;

    if (find(r, &row))
        rw_resource_show(r, &kind, &row);
}

/* ------------------------------------------------------------------ changing */

static void commit(struct rw_request *r, const struct rw_row_route *row, const char *action)
{
    struct rw_tx *tx = rw_tx_new(r->api->with.store);

    if (tx)
        rw_tx_put_route(tx, row);
    rw_resource_commit(r, &kind, tx, row, action, row->id, row->name);
}

void rw_op_postTelephonyProvidersEdgesSiteOutboundroutes(struct rw_request *r)
{
    struct rw_row_route row = {
        .tenant_id = rw_request_tenant(r), .version = 1, .created_ms = rw_clock_wall_ms()};
    struct rw_row_site site;

    if (!rw_sites_find(r, &site))
        return;
    row.site_id = site.id;
    if (rw_resource_new_id(r, &row.id) && rw_route_body_read(r, &row) &&
        rw_resource_name_free(r, &kind, row.id))
        commit(r, &row, "outbound_route.create");
}

void rw_op_putTelephonyProvidersEdgesSiteOutboundroute(struct rw_request *r)
{
    struct rw_row_route row;

    if (!find(r, &row) || !rw_resource_current(r, row.version) || !rw_route_body_read(r, &row) ||
        !rw_resource_name_free(r, &kind, row.id))
        return;
    row.version++;
    commit(r, &row, "outbound_route.edit");
}

void rw_op_deleteTelephonyProvidersEdgesSiteOutboundroute(struct rw_request *r)
{
    struct rw_row_route row;
    struct rw_tx *tx;

    if (!find(r, &row))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_delete_route(tx, row.tenant_id, row.id, row.version);
    rw_change_commit(r, tx, "outbound_route.delete", row.id, row.name, 200, NULL);
}
