/* What the file wishes against what the server has. */
#include "cli/apply.h"

#include "base/err.h"
#include "cli/route_text.h"

#include <stdlib.h>
#include <string.h>

json_t *rw_apply_find(const struct rw_apply *apply, enum rw_apply_kind kind, const char *name)
{
    const char *key = rw_apply_kinds[kind].key;
    json_t *entity;
    size_t i;

    json_array_foreach(apply->fetched[kind], i, entity)
    {
        const char *called = json_string_value(json_object_get(entity, key));

        if (called && strcmp(called, name) == 0)
            return entity;
    }
    return NULL;
}

json_t *rw_apply_site_of(const struct rw_apply *apply, const struct rw_apply_item *item)
{
    const char *name = json_string_value(json_object_get(item->wish, "site"));

    return name ? rw_apply_find(apply, RW_APPLY_SITE, name)
                : json_array_get(apply->fetched[RW_APPLY_SITE], 0);
}

static const struct rw_apply_item *in_file(const struct rw_apply *apply, enum rw_apply_kind kind,
                                           const char *name)
{
    const struct rw_apply_item *item = apply->items;

    while (item && (item->kind != kind || strcmp(item->name, name) != 0))
        item = item->next;
    return item;
}

static const char *id_of(const json_t *object)
{
    const char *id = json_string_value(json_object_get(object, "id"));

    return id ? id : "";
}

bool rw_apply_is(const struct rw_apply *apply, const struct rw_apply_item *item,
                 const json_t *entity)
{
    const char *called = json_string_value(json_object_get(entity, rw_apply_kinds[item->kind].key));

    if (item->now)
        return item->now == entity;
    return called && strcmp(called, item->name) == 0 &&
           (item->kind != RW_APPLY_PLAN || strcmp(id_of(json_object_get(entity, "site")),
                                                  id_of(rw_apply_site_of(apply, item))) == 0);
}

/* What the server has of an item; NULL when it has nothing. */
static json_t *find_now(const struct rw_apply *apply, const struct rw_apply_item *item)
{
    json_t *entity;
    size_t i;

    json_array_foreach(apply->fetched[item->kind], i, entity)
    {
        if (rw_apply_is(apply, item, entity))
            return entity;
    }
    return NULL;
}

static bool is_in_file(const struct rw_apply *apply, enum rw_apply_kind kind, const json_t *entity)
{
    const struct rw_apply_item *item = apply->items;

    while (item && (item->kind != kind || !rw_apply_is(apply, item, entity)))
        item = item->next;
    return item != NULL;
}

/* The name of the thing that an id means; the id when it was not fetched. */
static json_t *name_of(const struct rw_apply *apply, enum rw_apply_kind kind,
                       const json_t *reference)
{
    json_t *entity, *id = json_object_get(reference, "id");
    size_t i;

    json_array_foreach(apply->fetched[kind], i, entity)
    {
        if (json_equal(json_object_get(entity, "id"), id))
            return json_incref(json_object_get(entity, rw_apply_kinds[kind].key));
    }
    return id ? json_incref(id) : json_null();
}

/* ------------------------------------------------------------------ one thing */

/* A route's trunks as a file has them. */
static json_t *trunk_texts(const json_t *route)
{
    json_t *texts = json_array(), *trunk;
    size_t i;

    json_array_foreach(json_object_get(route, "externalTrunkBases"), i, trunk)
    {
        (void)json_array_append_new(texts, rw_cli_trunk_text(trunk));
    }
    return texts;
}

static json_t *member_of(const json_t *object, const struct rw_apply_member *member)
{
    if (member->group)
        object = json_object_get(object, member->group);
    return json_object_get(object, member->there);
}

/* As the server has it, a new reference. */
static json_t *value_now(const struct rw_apply *apply, const struct rw_apply_item *item,
                         const struct rw_apply_member *member)
{
    enum rw_apply_kind kind;
    json_t *now;

    if (strcmp(member->there, "externalTrunkBases") == 0)
        return trunk_texts(item->now);
    now = member_of(item->now, member);
    if (rw_apply_refers(member, &kind))
        return name_of(apply, kind, now);
    return now ? json_incref(now) : json_null();
}

/* The site of a route and the id of a number are what they were made with. */
static void refuse_fixed(struct rw_apply *apply, const struct rw_apply_item *item,
                         const struct rw_apply_member *member)
{
    int node = rw_cli_yaml_member(apply->yaml, item->node, member->name);
    bool differs = false;

    if (item->kind == RW_APPLY_NUMBERS && strcmp(member->name, "id") == 0)
        differs = !json_equal(json_object_get(item->now, "id"), json_object_get(item->wish, "id"));
    if (item->kind == RW_APPLY_ROUTE && strcmp(member->name, "site") == 0)
        differs = !json_equal(json_object_get(json_object_get(item->now, "site"), "id"),
                              json_object_get(rw_apply_site_of(apply, item), "id"));
    if (differs)
        rw_cli_yaml_fault(apply->yaml, node, "it was made with another one, which can't be changed",
                          "the one it has; or delete it before");
}

static bool is_fixed(const struct rw_apply_item *item, const struct rw_apply_member *member)
{
    return (item->kind == RW_APPLY_NUMBERS && strcmp(member->name, "id") == 0) ||
           (item->kind == RW_APPLY_ROUTE && strcmp(member->name, "site") == 0) ||
           (item->kind == RW_APPLY_PLAN && strcmp(member->name, "site") == 0);
}

static void compare_member(struct rw_apply *apply, struct rw_apply_item *item,
                           const struct rw_apply_member *member)
{
    json_t *wish = member_of(item->wish, member), *now;
    enum rw_apply_kind kind;

    if (!wish || strcmp(member->name, rw_apply_kinds[item->kind].key) == 0 ||
        (rw_apply_refers(member, &kind) && !json_is_string(wish)))
        return;
    if (is_fixed(item, member)) {
        refuse_fixed(apply, item, member);
        return;
    }
    if (member->secret) { /* never shown: given to a trunk that has none, or along with a change */
        if (json_is_false(json_object_get(json_object_get(item->now, "sip"), "hasPassword")) &&
            !json_is_null(wish))
            (void)json_array_append_new(item->changes,
                                        json_pack("[s, s, s]", member->name, "none", "given"));
        return;
    }
    now = value_now(apply, item, member);
    if (!json_equal(now, wish))
        (void)json_array_append_new(item->changes, json_pack("[s, O, O]", member->name, now, wish));
    json_decref(now);
}

/* ------------------------------------------------------------------ what things speak of */

static void check_name(struct rw_apply *apply, const struct rw_apply_item *item,
                       const struct rw_apply_member *member, enum rw_apply_kind kind)
{
    int node = rw_cli_yaml_member(apply->yaml, item->node, member->name);
    const char *name = rw_cli_yaml_text(apply->yaml, node);
    char message[80], expected[40];

    if (!name || in_file(apply, kind, name) || rw_apply_find(apply, kind, name))
        return;
    (void)snprintf(message, sizeof(message), "neither the file nor the server has this %s",
                   rw_apply_kinds[kind].what);
    (void)snprintf(expected, sizeof(expected), "the name of a %s", rw_apply_kinds[kind].what);
    rw_cli_yaml_fault(apply->yaml, node, message, expected);
}

static void check_names(struct rw_apply *apply, const struct rw_apply_item *item)
{
    enum rw_apply_kind kind;

    for (const struct rw_apply_member *m = rw_apply_kinds[item->kind].members; m->name; m++)
        if (rw_apply_refers(m, &kind) || strcmp(m->name, "site") == 0)
            check_name(apply, item, m, kind);
}

/* "Carrier One;weight=3" speaks of a trunk of the file or the server. */
static bool is_trunk(const struct rw_apply *apply, const char *text)
{
    long weight;
    struct rw_slice found = rw_cli_trunk_read(text, &weight);
    char *name = strndup(found.p, found.n);
    bool ok = name &&
              (in_file(apply, RW_APPLY_TRUNK, name) || rw_apply_find(apply, RW_APPLY_TRUNK, name));

    free(name);
    return ok;
}

static void check_trunks(struct rw_apply *apply, const struct rw_apply_item *route)
{
    int trunks = rw_cli_yaml_member(apply->yaml, route->node, "trunks");
    json_t *trunk;
    size_t i;

    json_array_foreach(json_object_get(route->wish, "externalTrunkBases"), i, trunk)
    {
        int node = rw_cli_yaml_item(apply->yaml, trunks, i);

        if (!is_trunk(apply, json_string_value(trunk)))
            rw_cli_yaml_fault(apply->yaml, node ? node : trunks,
                              "neither the file nor the server has this trunk",
                              "the name of a trunk");
    }
}

/* Things of the server that the file's list does not have; numbers of a pool go with their pool. */
static bool add_deletions(struct rw_apply *apply, enum rw_apply_kind kind)
{
    const struct rw_apply_kind_of *k = &rw_apply_kinds[kind];
    json_t *entity;
    size_t i;

    if (!rw_cli_yaml_member(apply->yaml, rw_cli_yaml_root(apply->yaml), k->list))
        return true;
    json_array_foreach(apply->fetched[kind], i, entity)
    {
        const char *name = json_string_value(json_object_get(entity, k->key));
        struct rw_apply_item *item;

        if (!name || is_in_file(apply, kind, entity) || json_object_get(entity, "didPool"))
            continue;
        item = rw_apply_add(apply, kind, name, 0);
        if (!item)
            return false;
        item->now = json_incref(entity);
        item->action = RW_APPLY_DELETE;
    }
    return true;
}

bool rw_apply_compare(struct rw_apply *apply)
{
    for (struct rw_apply_item *item = apply->items; item; item = item->next) {
        item->now = json_incref(find_now(apply, item));
        item->changes = json_array();
        check_trunks(apply, item);
        check_names(apply, item);
        if (!item->now) {
            item->action = RW_APPLY_CREATE;
            continue;
        }
        for (const struct rw_apply_member *m = rw_apply_kinds[item->kind].members; m->name; m++)
            compare_member(apply, item, m);
        item->action = json_array_size(item->changes) ? RW_APPLY_CHANGE : RW_APPLY_KEEP;
    }
    for (int kind = RW_APPLY_ROUTE; apply->prune && kind >= RW_APPLY_SITE; kind--)
        if (!add_deletions(apply, (enum rw_apply_kind)kind))
            return false;
    return rw_cli_yaml_sound(apply->yaml);
}

/* ------------------------------------------------------------------ showing */

static void put_value(FILE *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    char clean[200];

    (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(text ? text : "?"));
    fputs(clean, out);
    free(text);
}

size_t rw_apply_show(const struct rw_apply *apply)
{
    static const char signs[] = {' ', '+', '~', '-'};
    FILE *out = apply->cli->out;
    size_t count[4] = {0}, i;
    const json_t *change;

    for (const struct rw_apply_item *item = apply->items; item; item = item->next) {
        char name[120];

        count[item->action]++;
        if (item->action == RW_APPLY_KEEP)
            continue;
        (void)rw_text_clean(name, sizeof(name), rw_slice_str(item->name));
        fprintf(out, "%c %s \"%s\"\n", signs[item->action], rw_apply_kinds[item->kind].what, name);
        json_array_foreach(item->changes, i, change)
        {
            fprintf(out, "    %s: ", json_string_value(json_array_get(change, 0)));
            put_value(out, json_array_get(change, 1));
            fputs(" -> ", out);
            put_value(out, json_array_get(change, 2));
            fputc('\n', out);
        }
    }
    fprintf(out, "%zu to create, %zu to change, %zu to delete; %zu as they are\n",
            count[RW_APPLY_CREATE], count[RW_APPLY_CHANGE], count[RW_APPLY_DELETE],
            count[RW_APPLY_KEEP]);
    return count[RW_APPLY_CREATE] + count[RW_APPLY_CHANGE] + count[RW_APPLY_DELETE];
}
