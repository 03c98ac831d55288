/*
 * Extensions: short numbers of users and phones. A pool is a range of them; one that somebody has is a row of
 * its own, so that a pool may be large. See docs/decisions/0029.
 */
#include "api/change.h"
#include "api/render.h"
#include "api/resource.h"
#include "api_gen.h"
#include "base/clock.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define POOLS "telephony/providers/edges/extensionpools"
#define EXTENSIONS "telephony/providers/edges/extensions"

/* ------------------------------------------------------------------ showing */

/* models: ExtensionPool */
static void write_pool(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_extension_pool *row = arg;

    (void)r;
    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, row->description,
                                                         "active", row->version, row->created_ms,
                                                         row->modified_ms});
    rw_json_str(w, "startNumber", row->first_number);
    rw_json_str(w, "endNumber", row->last_number);
    rw_render_self(w, POOLS, row->id);
}

static bool is_users(const char *owner_type)
{
    return strcmp(owner_type, "USER") == 0;
}

/* models: Extension */
static void write_extension(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_extension *row = arg;

    (void)r;
    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->number, NULL, "active",
                                                         row->version, row->created_ms,
                                                         row->modified_ms});
    rw_json_str(w, "number", row->number);
    rw_render_ref(w, "owner", row->owner_id, NULL,
                  is_users(row->owner_type) ? "users" : "telephony/providers/edges/phones");
    rw_json_str(w, "ownerType", row->owner_type);
    rw_render_ref(w, "extensionPool", row->pool_id, NULL, POOLS);
    rw_render_self(w, EXTENSIONS, row->id);
}

static const struct rw_resource pool_kind = {
    .code = "extensionpool.not_found",
    .what = "extension pool",
    .param = "extensionPoolId",
    .list = "GET /api/v2/" POOLS,
    .named = RW_NAMED_EXTENSION_POOL,
    .write = write_pool,
};
static const struct rw_resource extension_kind = {
    .code = "extension.not_found",
    .what = "extension",
    .param = "extensionId",
    .list = "GET /api/v2/" EXTENSIONS,
    .write = write_extension,
};
static const struct rw_sort pool_sorts[] = {
    {"startNumber", "first_number"}, {"id", "id"}, {"name", "name"}, {"dateCreated", "created_ms"},
    {"dateModified", "modified_ms"}, {NULL, NULL},
};
static const struct rw_sort extension_sorts[] = {
    {"number", "number"},
    {"id", "id"},
    {"ownerType", "owner_type"},
    {"dateCreated", "created_ms"},
    {"dateModified", "modified_ms"},
    {NULL, NULL},
};

static bool find_pool(struct rw_request *r, struct rw_row_extension_pool *ret)
{
    struct rw_err err;
    enum rw_class class =
        rw_store_get_extension_pool(r->api->with.reader, rw_request_tenant(r),
                                    rw_request_param(r, "extensionPoolId"), r->arena, ret, &err);

    return rw_resource_found(r, &pool_kind, class, &err);
}

static bool find(struct rw_request *r, struct rw_row_extension *ret)
{
    struct rw_err err;
    enum rw_class class =
        rw_store_get_extension(r->api->with.reader, rw_request_tenant(r),
                               rw_request_param(r, "extensionId"), r->arena, ret, &err);

    return rw_resource_found(r, &extension_kind, class, &err);
}

void rw_op_getTelephonyProvidersEdgesExtensionpools(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, pool_sorts);
    const char *number = rw_resource_query(r, "number");
    struct rw_row_extension_pool *rows = NULL;
    size_t count = 0;
    enum rw_class class =
        rw_store_extension_pools_with(r->api->with.reader, rw_request_tenant(r), number, number,
                                      &listing.page, r->arena, &rows, &count, &listing.err);

    rw_resource_list(&listing, &pool_kind, class, rows, sizeof(*rows), count);
}

void rw_op_getTelephonyProvidersEdgesExtensionpool(struct rw_request *r)
{
    struct rw_row_extension_pool row;

    if (find_pool(r, &row))
        rw_resource_show(r, &pool_kind, &row);
}

void rw_op_getTelephonyProvidersEdgesExtensions(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, extension_sorts);
    struct rw_extension_filter filter = {.number = rw_resource_query(r, "number")};
    struct rw_row_extension *rows = NULL;
    size_t count = 0;
    enum rw_class class =
        rw_store_some_extensions(r->api->with.reader, rw_request_tenant(r), &filter, &listing.page,
                                 r->arena, &rows, &count, &listing.err);

    rw_resource_list(&listing, &extension_kind, class, rows, sizeof(*rows), count);
}

void rw_op_getTelephonyProvidersEdgesExtension(struct rw_request *r)
{
    struct rw_row_extension row;

    if (find(r, &row))
        rw_resource_show(r, &extension_kind, &row);
}

/* ------------------------------------------------------------------ pools */

static void read_range(struct rw_request *r, const struct rw_row_extension_pool *row)
{
    struct rw_err err;

    if (strlen(row->first_number) == strlen(row->last_number) &&
        strcmp(row->first_number, row->last_number) <= 0)
        return;
    rw_fail(&err, RW_MALFORMED, "extensionpool.bad_range",
            strlen(row->first_number) != strlen(row->last_number)
                ? "the range ends with a number of another length"
                : "the range ends before it begins");
    rw_err_at(&err, "/endNumber", -1, 0);
    rw_err_found(&err, "%s, behind %s", row->last_number, row->first_number);
    rw_err_expected(&err, "as many digits as startNumber has, and not less");
    rw_request_fault(r, &err);
}

/* No other pool of the tenant has a number of the range. */
static bool is_apart(struct rw_request *r, const struct rw_row_extension_pool *row)
{
    struct rw_page page = {.size = 2, .number = 1};
    struct rw_row_extension_pool *others;
    struct rw_err err;
    size_t count;

    if (rw_store_extension_pools_with(r->api->with.reader, row->tenant_id, row->first_number,
                                      row->last_number, &page, r->arena, &others, &count, &err)) {
        rw_answer_err(r, &err);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(others[i].id, row->id) == 0)
            continue;
        rw_fail(&err, RW_CONFLICT, "extensionpool.overlap",
                "another pool of the tenant has extensions of this range");
        rw_err_at(&err, "/startNumber", -1, 0);
        rw_err_found(&err, "%s to %s, of the pool \"%.60s\"", others[i].first_number,
                     others[i].last_number, others[i].name);
        rw_err_expected(&err, "a range apart from it");
        rw_answer_err(r, &err);
        return false;
    }
    return true;
}

/* Nobody has an extension of the pool that `range` (NULL: none) does not hold. */
static bool is_unused(struct rw_request *r, const struct rw_row_extension_pool *pool,
                      const struct rw_row_extension_pool *range)
{
    struct rw_page page = {.size = RW_PAGE_SIZE_MAX, .number = 1};
    struct rw_extension_filter filter = {.pool_id = pool->id};
    struct rw_resource_users users = {0};
    struct rw_row_extension *rows;
    struct rw_err err;
    size_t count;

    do {
        if (rw_store_some_extensions(r->api->with.reader, pool->tenant_id, &filter, &page, r->arena,
                                     &rows, &count, &err)) {
            rw_answer_err(r, &err);
            return false;
        }
        for (size_t i = 0; i < count; i++)
            if (!range || strlen(rows[i].number) != strlen(range->first_number) ||
                strcmp(rows[i].number, range->first_number) < 0 ||
                strcmp(rows[i].number, range->last_number) > 0)
                rw_resource_used_by(&users, "extension", rows[i].number);
        page.number++;
    } while (count == page.size && !users.count);
    return rw_resource_unused(r, &pool_kind, &users);
}

static bool read_pool(struct rw_request *r, struct rw_row_extension_pool *row)
{
    row->name = rw_request_member(r, "name");
    row->description = rw_request_member(r, "description");
    row->first_number = rw_request_member(r, "startNumber");
    row->last_number = rw_request_member(r, "endNumber");
    row->modified_ms = rw_clock_wall_ms();
    read_range(r, row);
    return rw_resource_no_faults(r) && rw_resource_name_free(r, &pool_kind, row->id) &&
           is_apart(r, row);
}

static void commit_pool(struct rw_request *r, const struct rw_row_extension_pool *row,
                        const char *action)
{
    struct rw_tx *tx = rw_tx_new(r->api->with.store);

    if (tx)
        rw_tx_put_extension_pool(tx, row);
    rw_resource_commit(r, &pool_kind, tx, row, action, row->id, row->name);
}

void rw_op_postTelephonyProvidersEdgesExtensionpools(struct rw_request *r)
{
    struct rw_row_extension_pool row = {
        .tenant_id = rw_request_tenant(r), .version = 1, .created_ms = rw_clock_wall_ms()};

    if (rw_resource_new_id(r, &row.id) && read_pool(r, &row))
        commit_pool(r, &row, "extensionpool.create");
}

void rw_op_putTelephonyProvidersEdgesExtensionpool(struct rw_request *r)
{
    struct rw_row_extension_pool row;

    if (!find_pool(r, &row) || !rw_resource_current(r, row.version) || !read_pool(r, &row) ||
        !is_unused(r, &row, &row))
        return;
    row.version++;
    commit_pool(r, &row, "extensionpool.edit");
}

void rw_op_deleteTelephonyProvidersEdgesExtensionpool(struct rw_request *r)
{
    struct rw_row_extension_pool row;
    struct rw_tx *tx;

    if (!find_pool(r, &row) || !is_unused(r, &row, NULL))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_delete_extension_pool(tx, row.tenant_id, row.id, row.version);
    rw_change_commit(r, tx, "extensionpool.delete", row.id, row.name, 200, NULL);
}

/* ------------------------------------------------------------------ extensions */

/* The user or phone that is to have it. False: trouble of the store, answered. */
static bool read_owner(struct rw_request *r, struct rw_row_extension *row)
{
    const char *type = rw_request_member(r, "ownerType");
    struct rw_row_station phone;
    struct rw_row_user user = {.state = ""};
    struct rw_err err;
    enum rw_class class;

    row->owner_type = type ? type : "USER";
    row->owner_id = json_string_value(json_object_get(json_object_get(r->body, "owner"), "id"));
    if (is_users(row->owner_type))
        class = rw_store_get_user(r->api->with.reader, row->tenant_id, row->owner_id, r->arena,
                                  &user, &err);
    else
        class = rw_store_get_station(r->api->with.reader, row->tenant_id, row->owner_id, r->arena,
                                     &phone, &err);
    if (class == RW_OK && strcmp(user.state, "deleted") != 0)
        return true;
    if (class != RW_OK && class != RW_NOT_FOUND) {
        rw_answer_err(r, &err);
        return false;
    }
    rw_fail(&err, RW_MALFORMED, "extension.unknown_owner", "no %s of this tenant has this id",
            is_users(row->owner_type) ? "user" : "phone");
    rw_err_at(&err, "/owner/id", -1, 0);
    rw_err_found(&err, "\"%s\"", row->owner_id);
    rw_err_expected(&err, "an id that GET /api/v2/%s lists",
                    is_users(row->owner_type) ? "users" : "telephony/providers/edges/phones");
    rw_request_fault(r, &err);
    return true;
}

/* The pool that the number is of. False: there is none, or trouble of the store; answered. */
static bool read_number(struct rw_request *r, struct rw_row_extension *row)
{
    struct rw_page page = {.size = 1, .number = 1};
    struct rw_row_extension_pool *pools;
    struct rw_err err;
    size_t count;

    row->number = rw_request_member(r, "number");
    if (rw_store_extension_pools_with(r->api->with.reader, row->tenant_id, row->number, row->number,
                                      &page, r->arena, &pools, &count, &err)) {
        rw_answer_err(r, &err);
        return false;
    }
    if (count) {
        row->pool_id = pools[0].id;
        return true;
    }
    rw_fail(&err, RW_MALFORMED, "extension.no_pool", "no extension pool has this number");
    rw_err_at(&err, "/number", -1, 0);
    rw_err_found(&err, "%s", row->number);
    rw_err_expected(&err, "a number of a pool that GET /api/v2/" POOLS " lists");
    rw_request_fault(r, &err);
    return true;
}

static bool is_free(struct rw_request *r, const struct rw_row_extension *row)
{
    struct rw_page page = {.size = 1, .number = 1};
    struct rw_extension_filter filter = {.number = row->number};
    struct rw_row_extension *others;
    struct rw_err err;
    size_t count;
    enum rw_class class = rw_store_some_extensions(r->api->with.reader, row->tenant_id, &filter,
                                                   &page, r->arena, &others, &count, &err);

    if (class == RW_OK && !count)
        return true;
    if (class == RW_OK) {
        rw_fail(&err, RW_CONFLICT, "extension.taken", "somebody has the extension already");
        rw_err_at(&err, "/number", -1, 0);
        rw_err_found(&err, "%s, of %s %s", row->number,
                     is_users(others[0].owner_type) ? "user" : "phone", others[0].owner_id);
        rw_err_expected(&err, "another number, or PUT /api/v2/" EXTENSIONS "/%s", others[0].id);
    }
    rw_answer_err(r, &err);
    return false;
}

static void commit(struct rw_request *r, struct rw_row_extension *row, const char *action)
{
    struct rw_tx *tx = rw_tx_new(r->api->with.store);

    if (tx)
        rw_tx_put_extension(tx, row);
    rw_resource_commit(r, &extension_kind, tx, row, action, row->id, row->number);
}

void rw_op_postTelephonyProvidersEdgesExtensions(struct rw_request *r)
{
    struct rw_row_extension row = {.tenant_id = rw_request_tenant(r),
                                   .version = 1,
                                   .created_ms = rw_clock_wall_ms(),
                                   .modified_ms = rw_clock_wall_ms()};

    if (rw_resource_new_id(r, &row.id) && read_number(r, &row) && read_owner(r, &row) &&
        rw_resource_no_faults(r) && is_free(r, &row))
        commit(r, &row, "extension.create");
}

void rw_op_putTelephonyProvidersEdgesExtension(struct rw_request *r)
{
    struct rw_row_extension row;

    if (!find(r, &row) || !rw_resource_current(r, row.version) || !read_owner(r, &row) ||
        !rw_resource_no_faults(r))
        return;
    row.version++;
    row.modified_ms = rw_clock_wall_ms();
    commit(r, &row, "extension.edit");
}

void rw_op_deleteTelephonyProvidersEdgesExtension(struct rw_request *r)
{
    struct rw_row_extension row;
    struct rw_tx *tx;

    if (!find(r, &row))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_delete_extension(tx, row.tenant_id, row.id, row.version);
    rw_change_commit(r, tx, "extension.delete", row.id, row.number, 200, NULL);
}
