/* Stations: the telephones of the tenant, and which of them rings for whom. phones.c changes and deletes them. */
#include "api/change.h"
#include "api/render.h"
#include "api/resource.h"
#include "api/sip_address.h"
#include "api/sites.h"
#include "api/users.h"
#include "api_gen.h"
#include "base/clock.h"

#include <stdio.h>

/* A tenant with more stations than this many pages is searched only so far. */
#define SEARCH_PAGES_MAX 200

/* models: Station; its phone and its line have the same id. */
static void write_station(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_station *row = arg;

    (void)r;
    rw_json_str(w, "id", row->id);
    rw_json_str(w, "name", row->name);
    rw_json_opt(w, "description", row->description);
    rw_json_str(w, "status", row->user_id ? "ASSOCIATED" : "AVAILABLE");
    rw_json_opt(w, "userId", row->user_id);
    rw_json_str(w, "type", "sip");
    rw_json_str(w, "lineAppearanceId", row->id);
    rw_json_str(w, "state", row->state);
    rw_json_opt(w, "sipUri", row->sip_uri);
    rw_json_uint(w, "version", row->version);
    rw_render_self(w, "stations", row->id);
}

static const struct rw_resource kind = {
    .code = "station.not_found",
    .what = "station",
    .param = "stationId",
    .list = "GET /api/v2/stations",
    .named = RW_NAMED_STATION,
    .write = write_station,
};
static const struct rw_sort sorts[] = {
    {"id", "id"}, {"name", "name"}, {"sipUri", "sip_uri"}, {"userId", "user_id"}, {NULL, NULL}};

static bool find(struct rw_request *r, struct rw_row_station *ret)
{
    struct rw_err err;
    enum rw_class class =
        rw_store_get_station(r->api->with.reader, rw_request_tenant(r),
                             rw_request_param(r, kind.param), r->arena, ret, &err);

    return rw_resource_found(r, &kind, class, &err);
}

enum rw_class rw_users_associated(const struct rw_request *r, const char *user_id,
                                  struct rw_row_station *ret, struct rw_err *err)
{
    struct rw_page page = {.size = 500, .number = 1};
    struct rw_row_station *rows;
    size_t count;

    do {
        enum rw_class class = rw_store_list_stations(r->api->with.reader, rw_request_tenant(r),
                                                     &page, r->arena, &rows, &count, err);

        if (class != RW_OK)
            return class;
        for (size_t i = 0; i < count; i++)
            if (rows[i].user_id && strcmp(rows[i].user_id, user_id) == 0) {
                *ret = rows[i];
                return RW_OK;
            }
    } while (count == page.size && ++page.number <= SEARCH_PAGES_MAX);
    rw_fail(err, RW_NOT_FOUND, "station.not_found", "the user has no associated station");
    return RW_NOT_FOUND;
}

/* ------------------------------------------------------------------ reading */

void rw_op_getStations(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, sorts);
    struct rw_row_station *rows = NULL;
    size_t count = 0;
    enum rw_class class = rw_store_named_stations(r->api->with.reader, rw_request_tenant(r), NULL,
                                                  rw_resource_query(r, "name"), &listing.page,
                                                  r->arena, &rows, &count, &listing.err);

    rw_resource_list(&listing, &kind, class, rows, sizeof(*rows), count);
}

void rw_op_getStation(struct rw_request *r)
{
    struct rw_row_station row;

    if (find(r, &row))
        rw_resource_show(r, &kind, &row);
}

static void write_user_station(struct rw_json_writer *w, const char *key,
                               const struct rw_row_station *row)
{
    rw_json_open_object(w, key);
    rw_json_str(w, "id", row->id);
    rw_json_str(w, "name", row->name);
    rw_json_str(w, "type", "sip");
    rw_json_close(w);
}

/* models: UserStations. What rings is the default station; associating one makes it that. */
static void write_stations(struct rw_request *r, struct rw_json_writer *w, const char *key,
                           const struct rw_row_user *user)
{
    struct rw_row_station associated, standard;
    bool has_associated = rw_users_associated(r, user->id, &associated, NULL) == RW_OK;
    bool has_standard = user->station_id &&
                        rw_store_get_station(r->api->with.reader, user->tenant_id, user->station_id,
                                             r->arena, &standard, NULL) == RW_OK;

    rw_json_open_object(w, key);
    if (has_associated)
        write_user_station(w, "associatedStation", &associated);
    if (has_standard) {
        write_user_station(w, "effectiveStation", &standard);
        write_user_station(w, "defaultStation", &standard);
    }
    rw_json_close(w);
}

void rw_users_write_station(struct rw_request *r, struct rw_json_writer *w,
                            const struct rw_row_user *user)
{
    write_stations(r, w, "station", user);
}

void rw_op_getUserStation(struct rw_request *r)
{
    struct rw_row_user user;
    struct rw_json_writer w;
    struct rw_buf body;

    if (!rw_users_find(r, &user))
        return;
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    write_stations(r, &w, NULL, &user);
    rw_answer_json(r, 200, &body);
}

/* ------------------------------------------------------------------ changing */

/* The user whose default station a new one becomes. False: refused, and answered. */
static bool find_owner(struct rw_request *r, const char *user_id, struct rw_row_user *ret)
{
    struct rw_err err;

    if (rw_store_get_user(r->api->with.reader, rw_request_tenant(r), user_id, r->arena, ret,
                          &err) == RW_OK)
        return true;
    if (err.class == RW_NOT_FOUND) {
        rw_fail(&err, RW_MALFORMED, "station.unknown_user", "no user of this tenant has this id");
        rw_err_at(&err, "/userId", -1, 0);
        rw_err_found(&err, "\"%s\"", user_id);
        rw_err_expected(&err, "an id that GET /api/v2/users lists");
    }
    rw_answer_err(r, &err);
    return false;
}

static bool read_uri(struct rw_request *r, const char **ret)
{
    struct rw_err err;

    *ret = rw_request_member(r, "sipUri");
    if (rw_sip_address_is_station(*ret))
        return true;
    rw_fail(&err, RW_MALFORMED, "station.bad_uri", "a station is reached at a SIP URI");
    rw_err_at(&err, "/sipUri", -1, 0);
    rw_err_found(&err, "\"%s\"", *ret);
    rw_err_expected(&err, RW_SIP_ADDRESS_STATION);
    rw_answer_err(r, &err);
    return false;
}

void rw_op_postStations(struct rw_request *r)
{
    const char *user_id = rw_request_member(r, "userId");
    struct rw_row_user user;
    struct rw_tx *tx;
    struct rw_row_station row = {
        .tenant_id = rw_request_tenant(r),
        .name = rw_request_member(r, "name"),
        .auth_user = rw_request_member(r, "authUser"),
        .auth_password = rw_request_member(r, "authPassword"),
        .state = "active",
        .version = 1,
        .created_ms = rw_clock_wall_ms(),
        .modified_ms = rw_clock_wall_ms(),
    };

    if (!rw_resource_new_id(r, &row.id) || !read_uri(r, &row.sip_uri) ||
        !rw_sites_of_body(r, &row.site_id) || !rw_resource_name_free(r, &kind, row.id) ||
        (user_id && !find_owner(r, user_id, &user)))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_put_station(tx, &row);
    if (tx && user_id) {
        user.station_id = row.id;
        user.version++;
        rw_tx_put_user(tx, &user);
    }
    rw_resource_commit(r, &kind, tx, &row, "station.create", row.id, row.name);
}

/* Sets or takes away what rings for a user, in the same change. */
static void set_ringing(struct rw_tx *tx, struct rw_row_user *user, const char *station_id)
{
    user->station_id = station_id;
    user->version++;
    rw_tx_put_user(tx, user);
}

/* Frees the station a user is associated with, if any and if it is another one, in the same change. */
static enum rw_class release_other(struct rw_request *r, struct rw_tx *tx, const char *user_id,
                                   const char *but_station_id, struct rw_err *err)
{
    struct rw_row_station other;
    enum rw_class class = rw_users_associated(r, user_id, &other, err);

    if (class == RW_NOT_FOUND)
        return RW_OK;
    if (class != RW_OK)
        return class;
    if (but_station_id && strcmp(other.id, but_station_id) == 0)
        return RW_OK;
    other.user_id = NULL;
    other.version++;
    rw_tx_put_station(tx, &other);
    return RW_OK;
}

void rw_op_putUserStationAssociatedstationStationId(struct rw_request *r)
{
    struct rw_row_user user;
    struct rw_row_station station;
    struct rw_tx *tx;
    struct rw_err err;

    if (!rw_users_find(r, &user) || !find(r, &station))
        return;
    if (station.user_id && strcmp(station.user_id, user.id) != 0) {
        rw_fail(&err, RW_CONFLICT, "station.taken", "the station is associated with another user");
        rw_err_at(&err, "{stationId}", -1, 0);
        rw_err_found(&err, "associated with user %s", station.user_id);
        rw_err_expected(&err, "a station with the status AVAILABLE");
        rw_answer_err(r, &err);
        return;
    }
    tx = rw_tx_new(r->api->with.store);
    if (tx && release_other(r, tx, user.id, station.id, &err) != RW_OK) {
        rw_tx_drop(tx);
        rw_answer_err(r, &err);
        return;
    }
    station.user_id = user.id;
    station.version++;
    if (tx) {
        rw_tx_put_station(tx, &station);
        set_ringing(tx, &user, station.id);
    }
    rw_change_commit(r, tx, "station.associate", station.id, user.id, 202, NULL);
}

void rw_op_deleteUserStationAssociatedstation(struct rw_request *r)
{
    struct rw_row_user user;
    struct rw_tx *tx;
    struct rw_err err;

    if (!rw_users_find(r, &user))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (tx && release_other(r, tx, user.id, NULL, &err) != RW_OK) {
        rw_tx_drop(tx);
        rw_answer_err(r, &err);
        return;
    }
    if (tx)
        set_ringing(tx, &user, NULL);
    rw_change_commit(r, tx, "station.disassociate", user.id, NULL, 202, NULL);
}

void rw_op_deleteStationAssociateduser(struct rw_request *r)
{
    struct rw_row_station station;
    struct rw_row_user user;
    struct rw_tx *tx;
    bool rings;

    if (!find(r, &station))
        return;
    rings = station.user_id &&
            rw_store_get_user(r->api->with.reader, station.tenant_id, station.user_id, r->arena,
                              &user, NULL) == RW_OK &&
            user.station_id && strcmp(user.station_id, station.id) == 0;
    station.user_id = NULL;
    station.version++;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_put_station(tx, &station);
    if (tx && rings)
        set_ringing(tx, &user, NULL);
    rw_change_commit(r, tx, "station.disassociate", station.id, NULL, 200, NULL);
}

static void set_default(struct rw_request *r, struct rw_row_user *user, const char *station_id)
{
    struct rw_tx *tx = rw_tx_new(r->api->with.store);

    if (tx)
        set_ringing(tx, user, station_id);
    rw_change_commit(r, tx, "user.default_station", user->id, station_id, 202, NULL);
}

void rw_op_putUserStationDefaultstationStationId(struct rw_request *r)
{
    struct rw_row_user user;
    struct rw_row_station station;

    if (rw_users_find(r, &user) && find(r, &station))
        set_default(r, &user, station.id);
}

void rw_op_deleteUserStationDefaultstation(struct rw_request *r)
{
    struct rw_row_user user;

    if (rw_users_find(r, &user))
        set_default(r, &user, NULL);
}
