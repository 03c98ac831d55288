/*
 * DID pools: ranges of numbers that came from a carrier. A pool makes its numbers, each of which is a
 * number of the edge like any other; DIDs are the contract's view of them.
 */
#include "api/answer.h"
#include "api/change.h"
#include "api/number.h"
#include "api/numbers.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/resource.h"
#include "api_gen.h"
#include "base/clock.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POOLS "telephony/providers/edges/didpools"
#define DIDS "telephony/providers/edges/dids"
#define NUMBERS_MAX 1000 /* of a pool: all are written in one transaction */
#define ROUTES_MAX 10000 /* that show its numbers */

/* ------------------------------------------------------------------ showing */

/* models: DIDPool */
static void write_pool(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_did_pool *row = arg;

    (void)r;
    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, row->description,
                                                         "active", row->version, row->created_ms,
                                                         row->modified_ms});
    rw_json_str(w, "startPhoneNumber", row->first_e164);
    rw_json_str(w, "endPhoneNumber", row->last_e164);
    rw_json_opt(w, "comments", row->comments);
    rw_render_self(w, POOLS, row->id);
}

static void write_owner(struct rw_json_writer *w, const struct rw_row_number *row)
{
    rw_render_ref(w, "didPool", row->pool_id, NULL, POOLS);
    rw_render_ref(w, "owner", row->owner_user_id, NULL, "users");
    if (row->owner_user_id)
        rw_json_str(w, "ownerType", "USER");
    rw_render_self(w, DIDS, row->id);
}

/* models: DID */
static void write_did(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_number *row = arg;

    (void)r;
    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name ? row->name : row->e164,
                                                         NULL, row->state, row->version,
                                                         row->created_ms, 0});
    rw_json_str(w, "phoneNumber", row->e164);
    write_owner(w, row);
}

/* models: DIDNumber */
static void write_did_number(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_number *row = arg;

    (void)r;
    rw_json_str(w, "id", row->id);
    rw_json_opt(w, "name", row->name);
    rw_json_str(w, "number", row->e164);
    rw_json_bool(w, "assigned", row->owner_user_id != NULL);
    write_owner(w, row);
}

static const struct rw_resource pool_kind = {
    .code = "didpool.not_found",
    .what = "DID pool",
    .param = "didPoolId",
    .list = "GET /api/v2/" POOLS,
    .named = RW_NAMED_DID_POOL,
    .write = write_pool,
};
static const struct rw_resource did_kind = {
    .code = "did.not_found",
    .what = "DID",
    .param = "didId",
    .list = "GET /api/v2/" DIDS,
    .write = write_did,
};
static const struct rw_resource did_number_kind = {.write = write_did_number};
static const struct rw_sort pool_sorts[] = {
    {"id", "id"},
    {"name", "name"},
    {"startPhoneNumber", "first_e164"},
    {"endPhoneNumber", "last_e164"},
    {"dateCreated", "created_ms"},
    {"dateModified", "modified_ms"},
    {NULL, NULL},
};
static const struct rw_sort did_sorts[] = {{"phoneNumber", "e164"},
                                           {"number", "e164"},
                                           {"id", "id"},
                                           {"name", "name"},
                                           {"state", "state"},
                                           {"dateCreated", "created_ms"},
                                           {NULL, NULL}};

static bool find(struct rw_request *r, struct rw_row_did_pool *ret)
{
    struct rw_err err;
    enum rw_class class =
        rw_store_get_did_pool(r->api->with.reader, rw_request_tenant(r),
                              rw_request_param(r, "didPoolId"), r->arena, ret, &err);

    return rw_resource_found(r, &pool_kind, class, &err);
}

void rw_op_getTelephonyProvidersEdgesDidpools(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, pool_sorts);
    struct rw_row_did_pool *rows = NULL;
    size_t count = 0;
    enum rw_class class = rw_store_named_did_pools(r->api->with.reader, rw_request_tenant(r),
                                                   rw_resource_query(r, "name"), &listing.page,
                                                   r->arena, &rows, &count, &listing.err);

    rw_resource_list(&listing, &pool_kind, class, rows, sizeof(*rows), count);
}

void rw_op_getTelephonyProvidersEdgesDidpool(struct rw_request *r)
{
    struct rw_row_did_pool row;

    if (find(r, &row))
        rw_resource_show(r, &pool_kind, &row);
}

static void list_numbers(struct rw_request *r, const struct rw_number_filter *filter,
                         const struct rw_resource *kind)
{
    struct rw_listing listing = rw_listing_begin(r, did_sorts);
    struct rw_row_number *rows = NULL;
    size_t count = 0;
    enum rw_class class =
        rw_store_some_numbers(r->api->with.reader, rw_request_tenant(r), filter, &listing.page,
                              r->arena, &rows, &count, &listing.err);

    rw_resource_list(&listing, kind, class, rows, sizeof(*rows), count);
}

void rw_op_getTelephonyProvidersEdgesDids(struct rw_request *r)
{
    list_numbers(r, &(struct rw_number_filter){.e164 = rw_resource_query(r, "phoneNumber")},
                 &did_kind);
}

void rw_op_getTelephonyProvidersEdgesDidpoolsDids(struct rw_request *r)
{
    struct rw_slice type = rw_request_query(r, "type");
    struct rw_number_filter filter = {.pool_id = rw_resource_query(r, "id"),
                                      .contains = rw_resource_query(r, "numberMatch")};

    if (rw_slice_eq(type, RW_LIT("ASSIGNED")))
        filter.owner = RW_NUMBER_ASSIGNED;
    else if (rw_slice_eq(type, RW_LIT("UNASSIGNED")))
        filter.owner = RW_NUMBER_UNASSIGNED;
    list_numbers(r, &filter, &did_number_kind);
}

void rw_op_getTelephonyProvidersEdgesDid(struct rw_request *r)
{
    struct rw_row_number row;
    struct rw_err err;
    enum rw_class class = rw_store_get_number(r->api->with.reader, rw_request_tenant(r),
                                              rw_request_param(r, "didId"), r->arena, &row, &err);

    if (rw_resource_found(r, &did_kind, class, &err))
        rw_resource_show(r, &did_kind, &row);
}

/* ------------------------------------------------------------------ the range */

struct range {
    uint64_t first, last;
};

static uint64_t digits(const char *e164)
{
    return strtoull(e164 + 1, NULL, 10);
}

static void bad_range(struct rw_request *r, const char *why, const char *found)
{
    struct rw_err err;

    rw_fail(&err, RW_MALFORMED, "didpool.bad_range", "%s", why);
    rw_err_at(&err, "/endPhoneNumber", -1, 0);
    rw_err_found(&err, "%s", found);
    rw_err_expected(&err, "a number as long as startPhoneNumber, not below it and at most %d above",
                    NUMBERS_MAX - 1);
    rw_request_fault(r, &err);
}

/* First and last number as the body has them, judged like any number. False: refused, and answered. */
static bool read_range(struct rw_request *r, struct rw_row_did_pool *row, struct range *ret)
{
    struct rw_address first, last;
    bool both = rw_number_judge_owned(rw_slice_str(rw_request_member(r, "startPhoneNumber")),
                                      "/startPhoneNumber", &first, r->faults, r->warnings);

    both &= rw_number_judge_owned(rw_slice_str(rw_request_member(r, "endPhoneNumber")),
                                  "/endPhoneNumber", &last, r->faults, r->warnings);
    if (both) {
        row->first_e164 = rw_arena_copy(r->arena, rw_slice_str(first.e164));
        row->last_e164 = rw_arena_copy(r->arena, rw_slice_str(last.e164));
        *ret = (struct range){digits(first.e164), digits(last.e164)};
        if (strlen(first.e164) != strlen(last.e164))
            bad_range(r, "the range ends with a number of another length", last.e164);
        else if (ret->last < ret->first)
            bad_range(r, "the range ends before it begins", last.e164);
        else if (ret->last - ret->first >= NUMBERS_MAX)
            bad_range(r, "the range has too many numbers for one pool", last.e164);
    }
    return rw_resource_no_faults(r);
}

/* The numbers of the tenant within the range; those of another pool, or of none, are refused. */
static bool read_present(struct rw_request *r, const struct rw_row_did_pool *pool,
                         struct rw_row_number **ret, size_t *ret_count)
{
    struct rw_err err;

    if (rw_store_numbers_between(r->api->with.reader, pool->tenant_id, pool->first_e164,
                                 pool->last_e164, NUMBERS_MAX, r->arena, ret, ret_count, &err)) {
        rw_answer_err(r, &err);
        return false;
    }
    for (size_t i = 0; i < *ret_count; i++) {
        const struct rw_row_number *number = &(*ret)[i];

        if (number->pool_id && strcmp(number->pool_id, pool->id) == 0)
            continue;
        rw_fail(&err, RW_CONFLICT, "didpool.overlap",
                "the tenant has a number of this range already");
        rw_err_at(&err, "/startPhoneNumber", -1, 0);
        rw_err_found(&err, "%s, whose id is %s, of %s%s", number->e164, number->id,
                     number->pool_id ? "DID pool " : "no DID pool",
                     number->pool_id ? number->pool_id : "");
        rw_err_expected(&err, "a range without it; or delete the number before");
        rw_answer_err(r, &err);
        return false;
    }
    return rw_numbers_free_elsewhere(r, pool->first_e164, pool->last_e164, "/startPhoneNumber");
}

/* Makes the numbers of the range that are not there. */
static void add_numbers(struct rw_request *r, struct rw_tx *tx, const struct rw_row_did_pool *pool,
                        const struct range *range, const char *edge_id,
                        const struct rw_row_number *present, size_t count)
{
    for (uint64_t n = range->first; tx && n <= range->last; n++) {
        struct rw_id id = rw_id_new(rw_worker_index(r->api->with.worker));
        char e164[24];

        (void)snprintf(e164, sizeof(e164), "+%" PRIu64, n);
        if (count && strcmp(present->e164, e164) == 0) { /* both are in order */
            present++;
            count--;
            continue;
        }
        rw_tx_put_number(tx, &(struct rw_row_number){.id = id.text,
                                                     .tenant_id = pool->tenant_id,
                                                     .edge_id = edge_id,
                                                     .e164 = e164,
                                                     .state = "active",
                                                     .outbound_allowed = true,
                                                     .version = 1,
                                                     .created_ms = pool->modified_ms,
                                                     .pool_id = pool->id});
    }
}

static bool is_within(const struct range *range, const char *e164)
{
    uint64_t n = digits(e164);

    return range && n >= range->first && n <= range->last;
}

/* Gathers the routes that show a number which `range` (NULL: none) has not. False: answered. */
static bool find_routes(struct rw_request *r, const struct rw_row_did_pool *pool,
                        const struct range *range, struct rw_resource_users *users)
{
    struct rw_page page = {.size = ROUTES_MAX, .number = 1};
    struct rw_row_route *routes;
    struct rw_err err;
    size_t count;

    if (rw_store_routes_showing_pool(r->api->with.reader, pool->tenant_id, pool->id, &page,
                                     r->arena, &routes, &count, &err)) {
        rw_answer_err(r, &err);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!is_within(range, routes[i].caller_id))
            rw_resource_used_by(users, "outbound route", routes[i].name);
    return true;
}

/* Takes the pool's numbers that are not in `range` (NULL: all). False: one is in use, answered. */
static bool take_numbers(struct rw_request *r, struct rw_tx *tx, const struct rw_row_did_pool *pool,
                         const struct range *range)
{
    struct rw_page page = {.size = NUMBERS_MAX, .number = 1};
    struct rw_number_filter filter = {.pool_id = pool->id};
    struct rw_resource_users users = {0};
    struct rw_row_number *numbers;
    struct rw_row_user user;
    struct rw_err err;
    size_t count;

    if (rw_store_some_numbers(r->api->with.reader, pool->tenant_id, &filter, &page, r->arena,
                              &numbers, &count, &err)) {
        rw_answer_err(r, &err);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct rw_row_number *number = &numbers[i];

        if (is_within(range, number->e164))
            continue;
        if (number->owner_user_id &&
            rw_store_get_user(r->api->with.reader, pool->tenant_id, number->owner_user_id, r->arena,
                              &user, NULL) == RW_OK)
            rw_resource_used_by(&users, number->e164, user.name);
        if (tx)
            rw_tx_delete_number(tx, pool->tenant_id, number->id, number->version);
    }
    return find_routes(r, pool, range, &users) && rw_resource_unused(r, &pool_kind, &users);
}

/* ------------------------------------------------------------------ changing */

static bool read_body(struct rw_request *r, struct rw_row_did_pool *row, struct range *ret)
{
    row->name = rw_request_member(r, "name");
    row->description = rw_request_member(r, "description");
    row->comments = rw_request_member(r, "comments");
    row->modified_ms = rw_clock_wall_ms();
    return read_range(r, row, ret) && rw_resource_name_free(r, &pool_kind, row->id);
}

static void commit(struct rw_request *r, struct rw_tx *tx, const struct rw_row_did_pool *row,
                   const char *action)
{
    if (tx)
        rw_tx_put_did_pool(tx, row);
    rw_resource_commit(r, &pool_kind, tx, row, action, row->id, row->name);
}

void rw_op_postTelephonyProvidersEdgesDidpools(struct rw_request *r)
{
    struct rw_row_did_pool row = {
        .tenant_id = rw_request_tenant(r), .version = 1, .created_ms = rw_clock_wall_ms()};
    struct rw_row_number *present;
    const char *edge_id;
    struct range range = {0, 0};
    struct rw_tx *tx;
    size_t count;

    if (!rw_resource_new_id(r, &row.id) || !read_body(r, &row, &range) ||
        !read_present(r, &row, &present, &count))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (!rw_resource_edge(r, tx, &edge_id))
        return;
    add_numbers(r, tx, &row, &range, edge_id, present, count);
    commit(r, tx, &row, "didpool.create");
}

void rw_op_putTelephonyProvidersEdgesDidpool(struct rw_request *r)
{
    struct rw_row_did_pool row;
    struct rw_row_number *present;
    const char *edge_id;
    struct range range = {0, 0};
    struct rw_tx *tx;
    size_t count;

    if (!find(r, &row) || !rw_resource_current(r, row.version) || !read_body(r, &row, &range) ||
        !read_present(r, &row, &present, &count))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (!take_numbers(r, tx, &row, &range)) {
        rw_tx_drop(tx);
        return;
    }
    if (!rw_resource_edge(r, tx, &edge_id))
        return;
    add_numbers(r, tx, &row, &range, edge_id, present, count);
    row.version++;
    commit(r, tx, &row, "didpool.edit");
}

void rw_op_deleteTelephonyProvidersEdgesDidpool(struct rw_request *r)
{
    struct rw_row_did_pool row;
    struct rw_tx *tx;

    if (!find(r, &row))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (!take_numbers(r, tx, &row, NULL)) {
        rw_tx_drop(tx);
        return;
    }
    if (tx)
        rw_tx_delete_did_pool(tx, row.tenant_id, row.id, row.version);
    rw_change_commit(r, tx, "didpool.delete", row.id, row.name, 200, NULL);
}
