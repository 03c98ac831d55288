/* The telephone numbers of an edge: what a request's providerId and from mean. */
#include "api/numbers.h"
#include "api/answer.h"
#include "api/change.h"
#include "api/edges.h"
#include "api/number.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/resource.h"
#include "api_gen.h"
#include "base/clock.h"

#include <jansson.h>

#include <stdio.h>

#define NEAR_MAX 3

/* ------------------------------------------------------------------ showing */

static void write_number(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_number *row = arg;
    char collection[120];

    (void)r;
    rw_json_str(w, "id", row->id);
    rw_json_str(w, "phoneNumber", row->e164);
    rw_json_opt(w, "name", row->name);
    rw_json_str(w, "state", row->state);
    rw_json_bool(w, "outboundAllowed", row->outbound_allowed);
    rw_json_str(w, "usage", row->outbound_allowed ? "outbound" : "internal-only");
    rw_render_ref(w, "edge", row->edge_id, NULL, "telephony/providers/edges");
    rw_render_ref(w, "owner", row->owner_user_id, NULL, "users");
    rw_render_ref(w, "didPool", row->pool_id, NULL, "telephony/providers/edges/didpools");
    rw_json_uint(w, "version", row->version);
    (void)snprintf(collection, sizeof(collection), "telephony/providers/edges/%s/phoneNumbers",
                   row->edge_id);
    rw_render_self(w, collection, row->e164);
}

static const struct rw_resource kind = {
    .code = "number.not_found",
    .what = "number",
    .param = "phoneNumber",
    .list = "GET /api/v2/telephony/providers/edges/{edgeId}/phoneNumbers",
    .write = write_number,
};
static const struct rw_sort sorts[] = {
    {"phoneNumber", "e164"}, {"id", "id"}, {"name", "name"}, {"state", "state"}, {NULL, NULL}};

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

/* The number of the path on the edge of the path, or the refusal is answered: false. */
static bool find(struct rw_request *r, struct rw_row_number *ret)
{
    const char *sent = rw_request_param(r, "phoneNumber");
    struct rw_row_edge edge;
    struct rw_err err;
    enum rw_class class;

    if (!rw_edges_find(r, &edge))
        return false;
    class = rw_store_find_number(r->api->with.reader, edge.tenant_id, sent, r->arena, ret, &err);
    if (class == RW_OK && ret->edge_id && strcmp(ret->edge_id, edge.id) == 0)
        return true;
    if (class == RW_OK || class == RW_NOT_FOUND)
        refuse_number(r, &edge, sent);
    else
        rw_answer_err(r, &err);
    return false;
}

void rw_op_getTelephonyProvidersEdgePhoneNumber(struct rw_request *r)
{
    struct rw_row_number row;

    if (find(r, &row))
        rw_resource_show(r, &kind, &row);
}

void rw_op_getTelephonyProvidersEdgePhoneNumbers(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, sorts);
    struct rw_row_number *rows = NULL;
    struct rw_row_edge edge;
    enum rw_class class;
    size_t count = 0;

    if (!rw_edges_find(r, &edge))
        return;
    class = rw_store_some_numbers(r->api->with.reader, edge.tenant_id,
                                  &(struct rw_number_filter){.edge_id = edge.id}, &listing.page,
                                  r->arena, &rows, &count, &listing.err);
    rw_resource_list(&listing, &kind, class, rows, sizeof(*rows), count);
}

/* ------------------------------------------------------------------ what a body says */

/* The user who is to have it. False: trouble of the store, answered. */
static bool read_owner(struct rw_request *r, const char **ret)
{
    const char *id = json_string_value(json_object_get(json_object_get(r->body, "owner"), "id"));
    struct rw_row_user user;
    struct rw_err err;
    enum rw_class class;

    *ret = id;
    if (!id)
        return true;
    class = rw_store_get_user(r->api->with.reader, rw_request_tenant(r), id, r->arena, &user, &err);
    if (class == RW_OK && strcmp(user.state, "deleted") != 0)
        return true;
    if (class != RW_OK && class != RW_NOT_FOUND) {
        rw_answer_err(r, &err);
        return false;
    }
    rw_fail(&err, RW_MALFORMED, "number.unknown_owner", "no user of this tenant has this id");
    rw_err_at(&err, "/owner/id", -1, 0);
    rw_err_found(&err, "\"%s\"", id);
    rw_err_expected(&err, "an id that GET /api/v2/users lists, or no owner");
    rw_request_fault(r, &err);
    return true;
}

static bool read_body(struct rw_request *r, struct rw_row_number *row)
{
    const char *state = rw_request_member(r, "state");

    row->name = rw_request_member(r, "name");
    row->state = state ? state : "active";
    row->outbound_allowed = !json_is_false(json_object_get(r->body, "outboundAllowed"));
    return read_owner(r, &row->owner_user_id) && rw_resource_no_faults(r);
}

bool rw_numbers_free_elsewhere(struct rw_request *r, const char *first, const char *last,
                               const char *pointer)
{
    const char *taken;
    struct rw_err err;
    enum rw_class class = rw_store_taken_elsewhere(r->api->with.reader, rw_request_tenant(r), first,
                                                   last, r->arena, &taken, &err);

    if (class == RW_OK && !taken)
        return true;
    if (class == RW_OK) {
        rw_fail(&err, RW_CONFLICT, "number.taken_elsewhere",
                "another customer of this server has the number");
        rw_err_at(&err, pointer, -1, 0);
        rw_err_found(&err, "%s", taken);
        rw_err_expected(&err, "a number that your carrier gave to you; the operator of the server "
                              "settles whose it is");
    }
    rw_answer_err(r, &err);
    return false;
}

/* Nobody has the id and the number yet. False: refused, and answered. */
static bool is_free(struct rw_request *r, const struct rw_row_number *row)
{
    struct rw_row_number other;
    struct rw_err err;
    enum rw_class by_id, by_e164;

    by_e164 = rw_store_find_number(r->api->with.reader, row->tenant_id, row->e164, r->arena, &other,
                                   &err);
    if (by_e164 == RW_OK) {
        rw_fail(&err, RW_CONFLICT, "number.taken", "the tenant has this number already");
        rw_err_at(&err, "/phoneNumber", -1, 0);
        rw_err_found(&err, "%s, whose id is %s", row->e164, other.id);
        rw_answer_err(r, &err);
        return false;
    }
    by_id =
        rw_store_get_number(r->api->with.reader, row->tenant_id, row->id, r->arena, &other, &err);
    if (by_id == RW_OK) {
        rw_fail(&err, RW_CONFLICT, "number.id_taken", "another number of this tenant has the id");
        rw_err_at(&err, "/id", -1, 0);
        rw_err_found(&err, "\"%s\", which is %s", row->id, other.e164);
        rw_err_expected(&err, "another id, or none: then one is made");
    }
    if (by_id != RW_NOT_FOUND || by_e164 != RW_NOT_FOUND) {
        rw_answer_err(r, &err);
        return false;
    }
    return rw_numbers_free_elsewhere(r, row->e164, row->e164, "/phoneNumber");
}

/* ------------------------------------------------------------------ changing */

static void commit(struct rw_request *r, const struct rw_row_number *row, const char *action)
{
    struct rw_tx *tx = rw_tx_new(r->api->with.store);

    if (tx)
        rw_tx_put_number(tx, row);
    rw_resource_commit(r, &kind, tx, row, action, row->id, row->e164);
}

void rw_op_postTelephonyProvidersEdgePhoneNumbers(struct rw_request *r)
{
    struct rw_row_number row = {
        .tenant_id = rw_request_tenant(r), .version = 1, .created_ms = rw_clock_wall_ms()};
    struct rw_address address;
    struct rw_row_edge edge;

    if (!rw_edges_find(r, &edge))
        return;
    row.edge_id = edge.id;
    (void)rw_number_judge_owned(rw_slice_str(rw_request_member(r, "phoneNumber")), "/phoneNumber",
                                &address, r->faults, r->warnings);
    row.id = rw_request_member(r, "id");
    if (!read_body(r, &row))
        return;
    row.e164 = address.e164;
    if ((row.id || rw_resource_new_id(r, &row.id)) && is_free(r, &row))
        commit(r, &row, "number.create");
}

void rw_op_putTelephonyProvidersEdgePhoneNumber(struct rw_request *r)
{
    struct rw_row_number row;

    if (!find(r, &row) || !rw_resource_current(r, row.version) || !read_body(r, &row))
        return;
    row.version++;
    commit(r, &row, "number.edit");
}

/* Gathers the routes that show the number. False: answered. */
static bool find_routes(struct rw_request *r, const struct rw_row_number *row,
                        struct rw_resource_users *users)
{
    struct rw_page page = {.size = RW_RESOURCE_USERS_SHOWN, .number = 1};
    struct rw_row_route *routes;
    struct rw_err err;
    size_t count;

    if (rw_store_routes_showing(r->api->with.reader, row->tenant_id, row->e164, &page, r->arena,
                                &routes, &count, &err)) {
        rw_answer_err(r, &err);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        rw_resource_used_by(users, "outbound route", routes[i].name);
    return true;
}

void rw_op_deleteTelephonyProvidersEdgePhoneNumber(struct rw_request *r)
{
    struct rw_resource_users users = {0};
    struct rw_row_did_pool pool;
    struct rw_row_number row;
    struct rw_row_user user;
    struct rw_tx *tx;

    if (!find(r, &row))
        return;
    if (row.owner_user_id && rw_store_get_user(r->api->with.reader, row.tenant_id,
                                               row.owner_user_id, r->arena, &user, NULL) == RW_OK)
        rw_resource_used_by(&users, "user", user.name);
    if (row.pool_id && rw_store_get_did_pool(r->api->with.reader, row.tenant_id, row.pool_id,
                                             r->arena, &pool, NULL) == RW_OK)
        rw_resource_used_by(&users, "DID pool", pool.name);
    if (!find_routes(r, &row, &users) || !rw_resource_unused(r, &kind, &users))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_delete_number(tx, row.tenant_id, row.id, row.version);
    rw_change_commit(r, tx, "number.delete", row.id, row.e164, 200, NULL);
}
