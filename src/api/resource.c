#include "api/resource.h"

#include "api/change.h"
#include "base/clock.h"
#include "policy/zone_name.h"
#include "policy/zones.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

bool rw_resource_found(struct rw_request *r, const struct rw_resource *kind, enum rw_class class,
                       const struct rw_err *err)
{
    struct rw_err none;
    char at[40];

    if (class == RW_OK)
        return true;
    if (class != RW_NOT_FOUND) {
        rw_answer_err(r, err);
        return false;
    }
    rw_fail(&none, RW_NOT_FOUND, kind->code, "no %s of this tenant has the id in the path",
            kind->what);
    (void)snprintf(at, sizeof(at), "{%s}", kind->param);
    rw_err_at(&none, at, -1, 0);
    rw_err_expected(&none, "an id that %s lists", kind->list);
    rw_answer_err(r, &none);
    return false;
}

bool rw_resource_found_or_default(struct rw_request *r, enum rw_class class,
                                  const struct rw_err *err)
{
    if (class == RW_OK || class == RW_NOT_FOUND)
        return true;
    rw_answer_err(r, err);
    return false;
}

bool rw_resource_current(struct rw_request *r, uint32_t stored)
{
    uint64_t sent = (uint64_t)json_integer_value(json_object_get(r->body, "version"));
    struct rw_err err;

    if (sent == stored)
        return true;
    (void)rw_change_stale(&err, sent, stored);
    rw_answer_err(r, &err);
    return false;
}

bool rw_resource_name_free(struct rw_request *r, const struct rw_resource *kind, const char *id)
{
    const char *name = rw_request_member(r, "name"), *other_id;
    struct rw_err err;
    enum rw_class class = rw_store_find_named(
        r->api->with.reader, kind->named, rw_request_tenant(r), name, r->arena, &other_id, &err);

    if (class == RW_NOT_FOUND || (class == RW_OK && id && strcmp(id, other_id) == 0))
        return true;
    if (class == RW_OK) {
        rw_fail(&err, RW_CONFLICT, "telephony.name_taken", "another %s of this tenant has the name",
                kind->what);
        rw_err_at(&err, "/name", -1, 0);
        rw_err_found(&err, "\"%s\", which belongs to %s", name, other_id);
        rw_err_expected(&err, "a name that no other %s has", kind->what);
    }
    rw_answer_err(r, &err);
    return false;
}

void rw_resource_used_by(struct rw_resource_users *users, const char *what, const char *name)
{
    size_t n = strlen(users->text);

    if (users->count++ < RW_RESOURCE_USERS_SHOWN)
        (void)snprintf(users->text + n, sizeof(users->text) - n, "%s%s \"%.30s\"", n ? ", " : "",
                       what, name);
}

bool rw_resource_unused(struct rw_request *r, const struct rw_resource *kind,
                        const struct rw_resource_users *users)
{
    struct rw_err err;
    char at[40], more[32] = "";

    if (!users->count)
        return true;
    if (users->count > RW_RESOURCE_USERS_SHOWN)
        (void)snprintf(more, sizeof(more), " and %zu more", users->count - RW_RESOURCE_USERS_SHOWN);
    rw_fail(&err, RW_CONFLICT, "telephony.in_use", "the %s is in use", kind->what);
    (void)snprintf(at, sizeof(at), "{%s}", kind->param);
    rw_err_at(&err, at, -1, 0);
    rw_err_found(&err, "used by %s%s", users->text, more);
    rw_err_expected(&err, "a %s that nothing speaks of; change or delete what does before",
                    kind->what);
    rw_answer_err(r, &err);
    return false;
}

bool rw_resource_new_id(struct rw_request *r, const char **ret)
{
    struct rw_id id = rw_id_new(rw_worker_index(r->api->with.worker));
    struct rw_err err;

    *ret = rw_arena_copy(r->arena, rw_slice_str(id.text));
    if (*ret)
        return true;
    rw_fail_memory(&err);
    rw_answer_err(r, &err);
    return false;
}

bool rw_resource_without_routes(struct rw_request *r, const struct rw_resource *kind,
                                const struct rw_row_route *routes, size_t count, uint64_t total)
{
    struct rw_resource_users users = {0};

    for (size_t i = 0; i < count; i++)
        rw_resource_used_by(&users, "outbound route", routes[i].name);
    users.count = (size_t)total;
    return rw_resource_unused(r, kind, &users);
}

bool rw_resource_no_faults(struct rw_request *r)
{
    if (r->faults->count == 0)
        return true;
    rw_answer_refuse(r);
    return false;
}

bool rw_resource_body_read(struct rw_request *r, bool complete)
{
    struct rw_err err;

    if (complete)
        return rw_resource_no_faults(r);
    rw_fail_memory(&err);
    rw_answer_err(r, &err);
    return false;
}

const char *rw_resource_query(struct rw_request *r, const char *name)
{
    struct rw_slice text = rw_request_query(r, name);

    return text.n ? rw_arena_copy(r->arena, text) : NULL;
}

/* ------------------------------------------------------------------ answers */

void rw_resource_show(struct rw_request *r, const struct rw_resource *kind, const void *row)
{
    struct rw_json_writer w;
    struct rw_buf body;

    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    kind->write(r, &w, row);
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
}

void rw_resource_list(struct rw_listing *listing, const struct rw_resource *kind,
                      enum rw_class class, const void *rows, size_t row_size, size_t count)
{
    if (!rw_listing_open(listing, class))
        return;
    for (size_t i = 0; i < count; i++) {
        rw_json_open_object(&listing->w, NULL);
        kind->write(listing->r, &listing->w, (const char *)rows + i * row_size);
        rw_json_close(&listing->w);
    }
    rw_listing_close(listing);
}

void rw_resource_commit(struct rw_request *r, const struct rw_resource *kind, struct rw_tx *tx,
                        const void *row, const char *action, const char *id, const char *name)
{
    struct rw_json_writer w;
    struct rw_buf body;

    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    kind->write(r, &w, row);
    rw_answer_warnings(r, &w);
    rw_json_close(&w);
    rw_change_commit(r, tx, action, id, name, 200, &body);
}

void rw_resource_write_version(struct rw_json_writer *w, uint32_t version, uint64_t created_ms,
                               uint64_t modified_ms)
{
    rw_json_uint(w, "version", version);
    rw_json_time(w, "dateCreated", created_ms);
    rw_json_time(w, "dateModified", modified_ms);
}

const struct rw_sort rw_resource_head_sorts[] = {
    {"id", "id"},
    {"name", "name"},
    {"state", "state"},
    {"dateCreated", "created_ms"},
    {"dateModified", "modified_ms"},
    {NULL, NULL},
};

void rw_resource_write_head(struct rw_json_writer *w, const struct rw_resource_head *head)
{
    rw_json_str(w, "id", head->id);
    rw_json_str(w, "name", head->name);
    rw_json_opt(w, "description", head->description);
    rw_json_str(w, "state", head->state);
    rw_resource_write_version(w, head->version, head->created_ms, head->modified_ms);
}

bool rw_resource_edge(struct rw_request *r, struct rw_tx *tx, const char **ret)
{
    struct rw_page page = {.size = 1, .number = 1};
    const char *tenant = rw_request_tenant(r);
    struct rw_row_edge *edges;
    struct rw_err err;
    size_t count;

    *ret = tenant;
    if (rw_store_list_edges(r->api->with.reader, tenant, &page, r->arena, &edges, &count, &err)) {
        rw_tx_drop(tx);
        rw_answer_err(r, &err);
        return false;
    }
    if (count)
        *ret = edges[0].id;
    else if (tx)
        rw_tx_put_edge(tx, &(struct rw_row_edge){.id = tenant,
                                                 .tenant_id = tenant,
                                                 .name = "Main edge",
                                                 .state = "active",
                                                 .version = 1,
                                                 .created_ms = rw_clock_wall_ms()});
    return true;
}

const char *rw_resource_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

void rw_resource_unknown_zone(struct rw_request *r, struct rw_err *err, const char *zone)
{
    char near[RW_ZONE_NAME_SIZE];

    rw_err_found(err, "\"%.60s\"", zone);
    if (rw_zone_name_nearest(RW_ZONES_DIRECTORY, rw_slice_str(zone), near))
        rw_err_suggest(err, "%s", near);
    rw_request_fault(r, err);
}
