/* Outbound routes: which trunks the numbers that begin so leave by, in what order. */
#include "api/answer.h"
#include "api/change.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/resource.h"
#include "api/sites.h"
#include "api_gen.h"
#include "base/clock.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define BASES "telephony/providers/edges/trunkbasesettings"
#define LIST_BYTES 16384u /* of prefixes, of trunk ids */
#define PREFIX_MAX 15     /* digits of E.164 */
#define PRIORITY_DEFAULT 100
#define NAMES_MAX 64

/* ------------------------------------------------------------------ showing */

static void write_prefixes(struct rw_json_writer *w, const char *list)
{
    char prefix[PREFIX_MAX + 2];
    size_t n;

    rw_json_open_array(w, "prefixes");
    for (;; list += n + 1) {
        n = strcspn(list, ",");
        (void)snprintf(prefix, sizeof(prefix), "+%.*s", (int)n, list);
        rw_json_str(w, NULL, prefix);
        if (!list[n])
            break;
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
    rw_json_open_array(w, "externalTrunkBases");
    for (const char *p = row->trunk_ids; *p;) {
        size_t n = strcspn(p, ",");
        const char *id = rw_arena_copy(r->arena, (struct rw_slice){p, n});
        const char *name = id ? name_of(r, names, row->tenant_id, id) : NULL;

        if (name)
            rw_render_ref(w, NULL, id, name, BASES);
        p += n + (p[n] == ',');
    }
    rw_json_close(w);
}

/* models: OutboundRouteBase, and what is ours: prefixes, priority. */
static void write_route(struct rw_request *r, struct rw_json_writer *w,
                        const struct rw_row_route *row, struct names *names)
{
    char collection[120];

    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, row->description,
                                                         row->enabled ? "active" : "inactive",
                                                         row->version, row->created_ms,
                                                         row->modified_ms});
    write_classes(w, row->classifications);
    write_prefixes(w, row->prefixes);
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

void rw_op_getTelephonyProvidersEdgesSiteOutboundroutes(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, sorts);
    struct names names = {0};
    struct rw_row_route *rows;
    struct rw_row_site site;
    size_t count;

    if (!rw_sites_find(r, &site))
        return;
    if (!rw_listing_open(&listing,
                         rw_store_named_routes(r->api->with.reader, site.tenant_id, site.id,
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

void rw_op_getTelephonyProvidersEdgesSiteOutboundroute(struct rw_request *r)
{
    struct rw_row_route row;

    if (find(r, &row))
        rw_resource_show(r, &kind, &row);
}

/* ------------------------------------------------------------------ what a body says */

static void bad_prefix(struct rw_request *r, const char *pointer, const char *text)
{
    size_t n = strspn(text, "0123456789");
    struct rw_err err;

    rw_fail(&err, RW_MALFORMED, "route.bad_prefix", "this is no beginning of telephone numbers");
    rw_err_at(&err, pointer, -1, 0);
    rw_err_found(&err, "\"%.60s\"", text);
    rw_err_expected(&err, "+ and up to %d digits, as in +65; + alone is every number", PREFIX_MAX);
    if (n && !text[n] && *text != '0' && n <= PREFIX_MAX)
        rw_err_suggest(&err, "+%s", text);
    rw_request_fault(r, &err);
}

static void add_word(struct rw_buf *list, const char *word, bool first)
{
    if (!first)
        rw_buf_putc(list, ',');
    rw_buf_puts(list, word);
}

/* "+65", "+81" as "65,81"; none given is every number. */
static void read_prefixes(struct rw_request *r, struct rw_buf *list)
{
    const json_t *prefixes = json_object_get(r->body, "prefixes"), *item;
    char pointer[40];
    size_t i;

    json_array_foreach(prefixes, i, item)
    {
        const char *text = json_string_value(item);
        size_t n = text && *text == '+' ? strspn(text + 1, "0123456789") : 0;

        if (text && *text == '+' && !text[n + 1] && n <= PREFIX_MAX && text[1] != '0') {
            add_word(list, text + 1, i == 0);
            continue;
        }
        (void)snprintf(pointer, sizeof(pointer), "/prefixes/%zu", i);
        bad_prefix(r, pointer, text ? text : "");
    }
}

/* Ids of trunks that are there. False: trouble of the store, answered. */
static bool read_trunks(struct rw_request *r, struct rw_buf *list)
{
    const json_t *bases = json_object_get(r->body, "externalTrunkBases"), *item;
    size_t i;

    json_array_foreach(bases, i, item)
    {
        const char *id = json_string_value(json_object_get(item, "id"));
        struct rw_row_trunk trunk;
        struct rw_err err;
        char pointer[48];
        enum rw_class class = rw_store_get_trunk(r->api->with.reader, rw_request_tenant(r),
                                                 id ? id : "", r->arena, &trunk, &err);

        if (class == RW_OK) {
            add_word(list, trunk.id, i == 0);
            continue;
        }
        if (class != RW_NOT_FOUND) {
            rw_answer_err(r, &err);
            return false;
        }
        (void)snprintf(pointer, sizeof(pointer), "/externalTrunkBases/%zu/id", i);
        rw_fail(&err, RW_MALFORMED, "route.unknown_trunk", "no trunk of this tenant has this id");
        rw_err_at(&err, pointer, -1, 0);
        rw_err_found(&err, "\"%.64s\"", id ? id : "");
        rw_err_expected(&err, "an id that GET /api/v2/" BASES " lists");
        rw_request_fault(r, &err);
    }
    return true;
}

/* A line each; a class can't be called with a line end in it, so one that has is never met. */
static void read_classes(struct rw_request *r, struct rw_buf *list)
{
    const json_t *classes = json_object_get(r->body, "classificationTypes"), *item;
    size_t i;

    json_array_foreach(classes, i, item)
    {
        if (i)
            rw_buf_putc(list, '\n');
        rw_buf_puts(list, json_string_value(item));
    }
}

static bool read_lists(struct rw_request *r, struct rw_row_route *row)
{
    struct rw_buf prefixes, trunks, classes;
    struct rw_err err;
    bool ok;

    rw_buf_init(&prefixes, LIST_BYTES);
    rw_buf_init(&trunks, LIST_BYTES);
    rw_buf_init(&classes, LIST_BYTES);
    read_prefixes(r, &prefixes);
    read_classes(r, &classes);
    ok = read_trunks(r, &trunks);
    row->prefixes = rw_arena_copy(r->arena, rw_buf_slice(&prefixes));
    row->classifications = rw_arena_copy(r->arena, rw_buf_slice(&classes));
    row->trunk_ids = rw_arena_copy(r->arena, rw_buf_slice(&trunks));
    if (ok && (prefixes.failed || trunks.failed || classes.failed || !row->classifications ||
               !row->prefixes || !row->trunk_ids)) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        ok = false;
    }
    rw_buf_done(&prefixes);
    rw_buf_done(&trunks);
    rw_buf_done(&classes);
    return ok;
}

static bool read_body(struct rw_request *r, struct rw_row_route *row)
{
    const json_t *priority = json_object_get(r->body, "priority");
    const char *distribution = rw_request_member(r, "distribution");

    row->name = rw_request_member(r, "name");
    row->description = rw_request_member(r, "description");
    row->distribution = distribution ? distribution : "SEQUENTIAL";
    row->enabled = !json_is_false(json_object_get(r->body, "enabled"));
    row->priority = priority ? (uint32_t)json_integer_value(priority) : PRIORITY_DEFAULT;
    row->modified_ms = rw_clock_wall_ms();
    return read_lists(r, row) && rw_resource_no_faults(r) &&
           rw_resource_name_free(r, &kind, row->id);
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
    if (rw_resource_new_id(r, &row.id) && read_body(r, &row))
        commit(r, &row, "outbound_route.create");
}

void rw_op_putTelephonyProvidersEdgesSiteOutboundroute(struct rw_request *r)
{
    struct rw_row_route row;

    if (!find(r, &row) || !rw_resource_current(r, row.version) || !read_body(r, &row))
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
