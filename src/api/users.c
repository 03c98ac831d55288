/* Users of the tenant: who they are, and who is behind this token. */
#include "api/users.h"

#include "api/answer.h"
#include "api/change.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/roles.h"
#include "api_gen.h"
#include "auth/identity.h"
#include "base/clock.h"

#include <jansson.h>

#include <string.h>

/* A tenant with more users than this many pages of 500 is searched only so far. */
#define USER_PAGES_MAX 200

bool rw_users_find(struct rw_request *r, struct rw_row_user *ret)
{
    const char *id = rw_request_param(r, "userId");
    struct rw_err err;
    enum rw_class class;

    class = rw_store_get_user(r->api->with.reader, rw_request_tenant(r), id, r->arena, ret, &err);
    if (class == RW_OK && strcmp(ret->state, "deleted") != 0)
        return true;
    if (class == RW_OK || class == RW_NOT_FOUND) {
        rw_fail(&err, RW_NOT_FOUND, "user.not_found",
                "no user of this tenant has the id in the path");
        rw_err_at(&err, "{userId}", -1, 0);
        rw_err_expected(&err, "an id that GET /api/v2/users lists");
    }
    rw_answer_err(r, &err);
    return false;
}

/* Rendered before the change is stored: what is answered is what was written. */
static void commit(struct rw_request *r, struct rw_tx *tx, const struct rw_row_user *row,
                   const char *action, bool with_body)
{
    struct rw_json_writer w;
    struct rw_buf body;

    if (tx)
        rw_tx_put_user(tx, row);
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    if (with_body) {
        rw_render_user_open(&w, NULL, row);
        rw_answer_warnings(r, &w);
    } else {
        rw_json_open_object(&w, NULL);
    }
    rw_json_close(&w);
    rw_change_commit(r, tx, action, row->id, NULL, 200, &body);
}

/* The default station that the body names; null takes it away. False: refused, and answered. */
static bool read_station(struct rw_request *r, const char **ret)
{
    const json_t *member = json_object_get(r->body, "stationId");
    struct rw_row_station row;
    struct rw_err err;

    if (!member)
        return true;
    if (json_is_null(member)) {
        *ret = NULL;
        return true;
    }
    *ret = json_string_value(member);
    if (rw_store_get_station(r->api->with.reader, rw_request_tenant(r), *ret, r->arena, &row,
                             &err) == RW_OK)
        return true;
    if (err.class == RW_NOT_FOUND) {
        rw_fail(&err, RW_MALFORMED, "user.unknown_station",
                "no station of this tenant has this id");
        rw_err_at(&err, "/stationId", -1, 0);
        rw_err_found(&err, "\"%s\"", *ret);
        rw_err_expected(&err, "an id that GET /api/v2/stations lists");
    }
    rw_answer_err(r, &err);
    return false;
}

/* Nobody else of the tenant has the address. False: refused, and answered. */
static bool email_is_free(struct rw_request *r, const char *email, const char *but_user_id)
{
    struct rw_page page = {.size = 500, .number = 1};
    struct rw_row_user *rows;
    struct rw_err err;
    size_t count;

    do {
        if (rw_store_list_users(r->api->with.reader, rw_request_tenant(r), &page, r->arena, &rows,
                                &count, &err)) {
            rw_answer_err(r, &err);
            return false;
        }
        for (size_t i = 0; i < count; i++)
            if (rows[i].email && strcasecmp(rows[i].email, email) == 0 &&
                (!but_user_id || strcmp(rows[i].id, but_user_id) != 0)) {
                rw_fail(&err, RW_CONFLICT, "user.email_taken",
                        "another user of this tenant has the e-mail address");
                rw_err_at(&err, "/email", -1, 0);
                rw_err_found(&err, "\"%s\", which belongs to user %s", email, rows[i].id);
                rw_answer_err(r, &err);
                return false;
            }
    } while (count == page.size && page.number++ < USER_PAGES_MAX);
    return true;
}

static bool expands_station(const struct rw_request *r)
{
    return rw_slice_eq(rw_request_query(r, "expand"), RW_LIT("station"));
}

void rw_op_getUsersMe(struct rw_request *r)
{
    struct rw_row_user row;
    struct rw_json_writer w;
    struct rw_buf body;
    struct rw_err err;

    if (rw_store_get_user(r->api->with.reader, rw_request_tenant(r), r->identity->user_id, r->arena,
                          &row, &err)) {
        rw_answer_err(r, &err);
        return;
    }
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_render_user_open(&w, NULL, &row);
    if (expands_station(r))
        rw_users_write_station(r, &w, &row);
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
}

static const struct rw_sort sorts[] = {{"id", "id"}, {NULL, NULL}};

void rw_op_getUsers(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, sorts);
    struct rw_row_user *rows;
    size_t count;

    if (!rw_listing_open(&listing,
                         rw_store_list_users(r->api->with.reader, rw_request_tenant(r),
                                             &listing.page, r->arena, &rows, &count, &listing.err)))
        return;
    for (size_t i = 0; i < count; i++)
        rw_render_user(&listing.w, NULL, &rows[i]);
    rw_listing_close(&listing);
}

void rw_op_getUser(struct rw_request *r)
{
    struct rw_row_user row;
    struct rw_json_writer w;
    struct rw_buf body;

    if (!rw_users_find(r, &row))
        return;
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_render_user_open(&w, NULL, &row);
    if (expands_station(r))
        rw_users_write_station(r, &w, &row);
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
}

void rw_op_postUsers(struct rw_request *r)
{
    struct rw_id id = rw_id_new(rw_worker_index(r->api->with.worker));
    const char *state = rw_request_member(r, "state"), *roles = "agent", *station_id = NULL;

    if (!rw_roles_read(r, "roles", &roles) || !read_station(r, &station_id) ||
        !email_is_free(r, rw_request_member(r, "email"), NULL))
        return;
    commit(r, rw_tx_new(r->api->with.store),
           &(struct rw_row_user){
               .id = id.text,
               .tenant_id = rw_request_tenant(r),
               .name = rw_request_member(r, "name"),
               .email = rw_request_member(r, "email"),
               .state = state ? state : "active",
               .roles = roles,
               .station_id = station_id,
               .version = 1,
               .created_ms = rw_clock_wall_ms(),
           },
           "user.create", true);
}

void rw_op_patchUser(struct rw_request *r)
{
    uint64_t sent = (uint64_t)json_integer_value(json_object_get(r->body, "version"));
    const char *name = rw_request_member(r, "name"), *email = rw_request_member(r, "email");
    const char *state = rw_request_member(r, "state");
    struct rw_row_user row;
    struct rw_err err;

    if (!rw_users_find(r, &row))
        return;
    if (!rw_roles_read(r, "roles", &row.roles) || !read_station(r, &row.station_id) ||
        (email && !email_is_free(r, email, row.id)))
        return;
    if (sent != row.version) {
        rw_change_stale(&err, sent, row.version);
        rw_answer_err(r, &err);
        return;
    }
    row.name = name ? name : row.name;
    row.email = email ? email : row.email;
    row.state = state ? state : row.state;
    row.version++;
    commit(r, rw_tx_new(r->api->with.store), &row, "user.edit", true);
}

/* A user stays in the store, so that calls of the past keep their name. */
/* Extensions that the user had are free again. */
static enum rw_class free_extensions(struct rw_request *r, struct rw_tx *tx,
                                     const struct rw_row_user *row, struct rw_err *err)
{
    struct rw_page page = {.size = RW_PAGE_SIZE_MAX, .number = 1};
    struct rw_row_extension *extensions;
    size_t count;
    enum rw_class class = rw_store_some_extensions(
        r->api->with.reader, row->tenant_id, &(struct rw_extension_filter){.owner_id = row->id},
        &page, r->arena, &extensions, &count, err);

    for (size_t i = 0; class == RW_OK && i < count; i++)
        rw_tx_delete_extension(tx, row->tenant_id, extensions[i].id, extensions[i].version);
    return class;
}

void rw_op_deleteUser(struct rw_request *r)
{
    struct rw_row_user row;
    struct rw_tx *tx;
    struct rw_err err;

    if (!rw_users_find(r, &row))
        return;
    row.state = "deleted";
    row.version++;
    tx = rw_tx_new(r->api->with.store);
    if (tx && free_extensions(r, tx, &row, &err) != RW_OK) {
        rw_tx_drop(tx);
        rw_answer_err(r, &err);
        return;
    }
    commit(r, tx, &row, "user.delete", false);
}
