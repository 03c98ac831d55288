/*
 * Phones and their lines. A phone, its one line and the station that a user has are one row of the store, with
 * one id: what is called is the phone's SIP address. See docs/decisions/0029.
 */
#include "api/change.h"
#include "api/render.h"
#include "api/resource.h"
#include "api/sip_address.h"
#include "api/sites.h"
#include "api_gen.h"
#include "base/clock.h"

#include <jansson.h>

#include <string.h>

#define PHONES "telephony/providers/edges/phones"
#define LINES "telephony/providers/edges/lines"
#define SITES "telephony/providers/edges/sites"

/* ------------------------------------------------------------------ showing */

static void write_head(struct rw_json_writer *w, const struct rw_row_station *row)
{
    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, row->description,
                                                         row->state, row->version, row->created_ms,
                                                         row->modified_ms});
    rw_render_ref(w, "site", row->site_id, NULL, SITES);
}

/* models: Line */
static void write_line(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_station *row = arg;

    (void)r;
    write_head(w, row);
    rw_render_ref(w, "loggedInUser", row->user_id, NULL, "users");
    rw_render_self(w, LINES, row->id);
}

/* models: Phone, and what is ours: sip. */
static void write_phone(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_station *row = arg;

    write_head(w, row);
    rw_json_open_object(w, "sip");
    rw_json_str(w, "uri", row->sip_uri);
    rw_json_opt(w, "authUser", row->auth_user);
    rw_json_bool(w, "hasPassword", row->auth_password != NULL);
    rw_json_close(w);
    rw_json_open_array(w, "lines");
    rw_json_open_object(w, NULL);
    write_line(r, w, row);
    rw_json_close(w);
    rw_json_close(w);
    rw_render_self(w, PHONES, row->id);
}

static const struct rw_resource phone_kind = {
    .code = "phone.not_found",
    .what = "phone",
    .param = "phoneId",
    .list = "GET /api/v2/" PHONES,
    .named = RW_NAMED_STATION,
    .write = write_phone,
};
static const struct rw_resource line_kind = {
    .code = "phone.not_found",
    .what = "line",
    .param = "lineId",
    .list = "GET /api/v2/" LINES,
    .write = write_line,
};

static bool find(struct rw_request *r, const struct rw_resource *kind, struct rw_row_station *ret)
{
    struct rw_err err;
    enum rw_class class =
        rw_store_get_station(r->api->with.reader, rw_request_tenant(r),
                             rw_request_param(r, kind->param), r->arena, ret, &err);

    return rw_resource_found(r, kind, class, &err);
}

static void list(struct rw_request *r, const struct rw_resource *kind)
{
    struct rw_listing listing = rw_listing_begin(r, rw_resource_head_sorts);
    struct rw_row_station *rows = NULL;
    size_t count = 0;
    enum rw_class class = rw_store_named_stations(r->api->with.reader, rw_request_tenant(r), NULL,
                                                  rw_resource_query(r, "name"), &listing.page,
                                                  r->arena, &rows, &count, &listing.err);

    rw_resource_list(&listing, kind, class, rows, sizeof(*rows), count);
}

static void show(struct rw_request *r, const struct rw_resource *kind)
{
    struct rw_row_station row;

    if (find(r, kind, &row))
        rw_resource_show(r, kind, &row);
}

void rw_op_getTelephonyProvidersEdgesPhones(struct rw_request *r)
{
    list(r, &phone_kind);
}

void rw_op_getTelephonyProvidersEdgesPhone(struct rw_request *r)
{
    show(r, &phone_kind);
}

void rw_op_getTelephonyProvidersEdgesLines(struct rw_request *r)
{
    list(r, &line_kind);
}

void rw_op_getTelephonyProvidersEdgesLine(struct rw_request *r)
{
    show(r, &line_kind);
}

/* ------------------------------------------------------------------ changing */

/* A password that is not sent stays, as long as there is a user for it. */
static void read_sip(struct rw_request *r, struct rw_row_station *row)
{
    const json_t *sip = json_object_get(r->body, "sip");
    const char *password = json_string_value(json_object_get(sip, "authPassword"));
    struct rw_err err;

    row->sip_uri = json_string_value(json_object_get(sip, "uri"));
    row->auth_user = json_string_value(json_object_get(sip, "authUser"));
    row->auth_password = password ? password : row->auth_user ? row->auth_password : NULL;
    if (rw_sip_address_is_station(row->sip_uri))
        return;
    rw_fail(&err, RW_MALFORMED, "station.bad_uri", "a phone is reached at a SIP URI");
    rw_err_at(&err, "/sip/uri", -1, 0);
    rw_err_found(&err, "\"%s\"", row->sip_uri);
    rw_err_expected(&err, RW_SIP_ADDRESS_STATION);
    rw_request_fault(r, &err);
}

static bool read_body(struct rw_request *r, struct rw_row_station *row)
{
    row->name = rw_request_member(r, "name");
    row->description = rw_request_member(r, "description");
    row->modified_ms = rw_clock_wall_ms();
    read_sip(r, row);
    return rw_sites_of_body(r, &row->site_id) && rw_resource_no_faults(r) &&
           rw_resource_name_free(r, &phone_kind, row->id);
}

static void commit(struct rw_request *r, const struct rw_row_station *row, const char *action)
{
    struct rw_tx *tx = rw_tx_new(r->api->with.store);

    if (tx)
        rw_tx_put_station(tx, row);
    rw_resource_commit(r, &phone_kind, tx, row, action, row->id, row->name);
}

void rw_op_postTelephonyProvidersEdgesPhones(struct rw_request *r)
{
    struct rw_row_station row = {.tenant_id = rw_request_tenant(r),
                                 .state = "active",
                                 .version = 1,
                                 .created_ms = rw_clock_wall_ms()};

    if (rw_resource_new_id(r, &row.id) && read_body(r, &row))
        commit(r, &row, "phone.create");
}

void rw_op_putTelephonyProvidersEdgesPhone(struct rw_request *r)
{
    struct rw_row_station row;

    if (!find(r, &phone_kind, &row) || !rw_resource_current(r, row.version) || !read_body(r, &row))
        return;
    row.version++;
    commit(r, &row, "phone.edit");
}

/* Who has it, or what rings it. False: trouble of the store, answered. */
static bool find_users(struct rw_request *r, const struct rw_row_station *row,
                       struct rw_resource_users *users)
{
    struct rw_page page = {.size = RW_RESOURCE_USERS_SHOWN, .number = 1}, extension_page = page;
    struct rw_row_extension *extensions;
    struct rw_row_user *rows, user;
    struct rw_err err;
    size_t count, extension_count;

    if (rw_store_users_of_station(r->api->with.reader, row->tenant_id, row->id, &page, r->arena,
                                  &rows, &count, &err) ||
        rw_store_some_extensions(r->api->with.reader, row->tenant_id,
                                 &(struct rw_extension_filter){.owner_id = row->id},
                                 &extension_page, r->arena, &extensions, &extension_count, &err)) {
        rw_answer_err(r, &err);
        return false;
    }
    if (page.total == 0 && row->user_id &&
        rw_store_get_user(r->api->with.reader, row->tenant_id, row->user_id, r->arena, &user,
                          NULL) == RW_OK)
        rw_resource_used_by(users, "user", user.name);
    for (size_t i = 0; i < count; i++)
        rw_resource_used_by(users, "user", rows[i].name);
    for (size_t i = 0; i < extension_count; i++)
        rw_resource_used_by(users, "extension", extensions[i].number);
    users->count += (size_t)(page.total - count + extension_page.total - extension_count);
    return true;
}

void rw_op_deleteTelephonyProvidersEdgesPhone(struct rw_request *r)
{
    struct rw_resource_users users = {0};
    struct rw_row_station row;
    struct rw_tx *tx;

    if (!find(r, &phone_kind, &row) || !find_users(r, &row, &users) ||
        !rw_resource_unused(r, &phone_kind, &users))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_delete_station(tx, row.tenant_id, row.id, row.version);
    rw_change_commit(r, tx, "phone.delete", row.id, row.name, 200, NULL);
}
