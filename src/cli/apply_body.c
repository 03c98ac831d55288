/* What is sent about things that have a collection of their own, and about number plans. */
#include "cli/apply.h"
#include "cli/client.h"
#include "cli/named.h"

#include <string.h>

#define PATH_MAX_BYTES 2048
#define PLANS_MAX 256 /* of a site; the server takes fewer */

static json_t *member_of(const json_t *object, const struct rw_apply_member *member)
{
    if (member->group)
        object = json_object_get(object, member->group);
    return json_object_get(object, member->there);
}

static void put(json_t *body, const struct rw_apply_member *member, json_t *value)
{
    if (member->group) {
        json_t *group = json_object_get(body, member->group);

        if (!group) {
            group = json_object();
            (void)json_object_set_new(body, member->group, group);
        }
        body = group;
    }
    (void)json_object_set_new(body, member->there, value);
}

/* What is to be there, as a request has it; a new reference, NULL: nothing. */
static json_t *value_of(const struct rw_apply *apply, const struct rw_apply_item *item,
                        const struct rw_apply_member *member)
{
    const json_t *wish = member_of(item->wish, member), *now = member_of(item->now, member);
    enum rw_apply_kind kind;

    if (!rw_apply_refers(member, &kind))
        return wish ? json_deep_copy(wish) : now ? json_deep_copy(now) : NULL;
    if (json_is_string(wish)) {
        now = rw_apply_find(apply, kind, json_string_value(wish));
        wish = NULL;
    }
    return now && !wish ? json_pack("{s:O}", "id", json_object_get(now, "id")) : NULL;
}

json_t *rw_apply_body(const struct rw_apply *apply, const struct rw_apply_item *item)
{
    bool extension = item->kind == RW_APPLY_EXTENSION;
    json_t *body = json_object(), *version = json_object_get(item->now, "version"), *value;

    for (const struct rw_apply_member *m = rw_apply_kinds[item->kind].members; m->name; m++) {
        if (extension && m->type == RW_APPLY_PHONE_NAME &&
            !json_is_string(member_of(item->wish, m)))
            continue; /* a user has it */
        if (m->secret && !member_of(item->wish, m))
            continue; /* the server keeps it */
        value = value_of(apply, item, m);
        if (value)
            put(body, m, value);
    }
    if (extension)
        (void)json_object_set_new(
            body, "ownerType",
            json_string(json_is_string(json_object_get(item->wish, "owner")) ? "PHONE" : "USER"));
    if (extension && version)
        (void)json_object_del(body, "number");
    if (version)
        (void)json_object_set(body, "version", version);
    return body;
}

/* ------------------------------------------------------------------ number plans */

/* A plan of the server as it is to be: changed by an item of the file (NULL: by none). */
static json_t *plan_of(const struct rw_apply *apply, const struct rw_apply_item *item, json_t *now)
{
    struct rw_apply_item kept = {.kind = RW_APPLY_PLAN, .now = now};
    json_t *plan = rw_apply_body(apply, item ? item : &kept);

    if (now)
        (void)json_object_set(plan, "id", json_object_get(now, "id"));
    (void)json_object_del(plan, "site");
    return plan;
}

static struct rw_apply_item *item_of(const struct rw_apply *apply, const json_t *now)
{
    struct rw_apply_item *item = apply->items;

    while (item && (item->kind != RW_APPLY_PLAN || item->now != now))
        item = item->next;
    return item;
}

static bool is_of(const json_t *plan, const json_t *site)
{
    return json_equal(json_object_get(json_object_get(plan, "site"), "id"),
                      json_object_get(site, "id"));
}

/* Those that stay, as they are or changed, then the new ones; *ret_changes counts what the file changes. */
static json_t *plans_of(const struct rw_apply *apply, const json_t *site,
                        struct rw_apply_item *items[PLANS_MAX], size_t *ret_changes)
{
    json_t *list = json_array(), *now;
    size_t i;

    json_array_foreach(apply->fetched[RW_APPLY_PLAN], i, now)
    {
        struct rw_apply_item *item = item_of(apply, now);

        if (!is_of(now, site))
            continue;
        *ret_changes += item && item->action != RW_APPLY_KEEP;
        if ((item && item->action == RW_APPLY_DELETE) || json_array_size(list) == PLANS_MAX)
            continue;
        items[json_array_size(list)] = item;
        (void)json_array_append_new(list, plan_of(apply, item, now));
    }
    for (struct rw_apply_item *item = apply->items; item; item = item->next)
        if (item->kind == RW_APPLY_PLAN && item->action == RW_APPLY_CREATE &&
            rw_apply_site_of(apply, item) == site && json_array_size(list) < PLANS_MAX) {
            items[json_array_size(list)] = item;
            (void)json_array_append_new(list, plan_of(apply, item, NULL));
            ++*ret_changes;
        }
    return list;
}

/* The first of the items that are there; one for the place of what has no other. */
static struct rw_apply_item *any_of(const struct rw_apply *apply,
                                    struct rw_apply_item *const items[PLANS_MAX], size_t count)
{
    struct rw_apply_item *item = apply->items;

    for (size_t i = 0; i < count; i++)
        if (items[i])
            return items[i];
    while (item && item->kind != RW_APPLY_PLAN)
        item = item->next;
    return item;
}

bool rw_apply_plans(struct rw_apply *apply, size_t *ret_done, int *ret_exit)
{
    char path[PATH_MAX_BYTES];
    json_t *site;
    size_t i;

    json_array_foreach(apply->fetched[RW_APPLY_SITE], i, site)
    {
        struct rw_apply_item *items[PLANS_MAX] = {NULL};
        size_t changes = 0;
        json_t *list = plans_of(apply, site, items, &changes);

        if (!changes) {
            json_decref(list);
            continue;
        }
        (void)snprintf(path, sizeof(path), "%s/numberplans", rw_cli_path_of(site));
        if (!rw_apply_send(apply, any_of(apply, items, json_array_size(list)), "PUT", path, list,
                           items, ret_exit))
            return false;
        *ret_done += changes;
    }
    return true;
}
