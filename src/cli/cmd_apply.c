/* apply: makes the server have what a file says: sites, trunks, numbers, phones, routes and so on. */
#include "base/mem.h"
#include "cli/apply.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/named.h"
#include "cli/render.h"
#include "cli/route_text.h"

#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 2048
#define PAGES_MAX 200 /* of 500 */

/* ------------------------------------------------------------------ what the server has */

/* Every entity of a list into *ret. */
static bool fetch_all(struct rw_cli *cli, const char *collection, json_t *ret, int *ret_exit)
{
    char path[PATH_MAX_BYTES];
    json_t *page, *entities;
    bool more = true;

    for (int number = 1; more && number <= PAGES_MAX; number++) {
        (void)snprintf(path, sizeof(path), "%s?pageSize=500&pageNumber=%d", collection, number);
        if (!rw_cli_fetch(cli, path, &page, ret_exit))
            return false;
        entities = json_object_get(page, "entities");
        more = json_array_size(entities) == 500;
        (void)json_array_extend(ret, entities);
        json_decref(page);
    }
    return true;
}

static bool has_list(const struct rw_apply *apply, enum rw_apply_kind kind)
{
    return rw_cli_yaml_member(apply->yaml, rw_cli_yaml_root(apply->yaml),
                              rw_apply_kinds[kind].list) != 0;
}

/* Trunks and sites are spoken of by others; the rest is read when the file has something to say about it. */
static bool is_needed(const struct rw_apply *apply, enum rw_apply_kind kind)
{
    return kind == RW_APPLY_SITE || kind == RW_APPLY_TRUNK || has_list(apply, kind) ||
           (kind == RW_APPLY_PHONE && has_list(apply, RW_APPLY_EXTENSION));
}

/* Number plans come as an array, and without their site. */
static bool fetch_plans(struct rw_apply *apply, const json_t *site, int *ret_exit)
{
    char path[PATH_MAX_BYTES];
    json_t *plans, *plan;
    size_t i;

    (void)snprintf(path, sizeof(path), "%s/numberplans", rw_cli_path_of(site));
    if (!rw_cli_fetch_array(apply->cli, path, &plans, ret_exit))
        return false;
    json_array_foreach(plans, i, plan)
    {
        (void)json_object_set_new(plan, "site",
                                  json_pack("{s:O}", "id", json_object_get(site, "id")));
    }
    (void)json_array_extend(apply->fetched[RW_APPLY_PLAN], plans);
    json_decref(plans);
    return true;
}

static bool fetch(struct rw_apply *apply, int *ret_exit)
{
    char path[PATH_MAX_BYTES];
    json_t *edge, *site;
    size_t i;

    if (!rw_cli_find_or_first(apply->cli, RW_CLI_EDGES, "edge", NULL, &edge, ret_exit))
        return false;
    (void)snprintf(apply->numbers_path, sizeof(apply->numbers_path), "%s/phoneNumbers",
                   rw_cli_path_of(edge));
    json_decref(edge);
    for (i = 0; i < RW_APPLY_KINDS; i++)
        if (rw_apply_kinds[i].collection && is_needed(apply, (enum rw_apply_kind)i) &&
            !fetch_all(apply->cli, rw_apply_kinds[i].collection, apply->fetched[i], ret_exit))
            return false;
    if (!fetch_all(apply->cli, apply->numbers_path, apply->fetched[RW_APPLY_NUMBERS], ret_exit))
        return false;
    json_array_foreach(apply->fetched[RW_APPLY_SITE], i, site)
    {
        (void)snprintf(path, sizeof(path), "%s/outboundroutes", rw_cli_path_of(site));
        if (!fetch_all(apply->cli, path, apply->fetched[RW_APPLY_ROUTE], ret_exit) ||
            (has_list(apply, RW_APPLY_PLAN) && !fetch_plans(apply, site, ret_exit)))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ requests */

/* "Carrier One;weight=3" as a reference. The trunk is there: apply_plan.c looked. */
static json_t *reference_to(const struct rw_apply *apply, const char *text)
{
    long weight;
    struct rw_slice found = rw_cli_trunk_read(text, &weight);
    char *name = strndup(found.p, found.n);
    const json_t *trunk = name ? rw_apply_find(apply, RW_APPLY_TRUNK, name) : NULL;
    json_t *reference = json_object();

    (void)json_object_set(reference, "id", json_object_get(trunk, "id"));
    if (weight >= 0)
        (void)json_object_set_new(reference, "weight", json_integer(weight));
    free(name);
    return reference;
}

static void refer_to_trunks(const struct rw_apply *apply, json_t *body)
{
    json_t *references = json_array(), *text;
    size_t i;

    json_array_foreach(json_object_get(body, "externalTrunkBases"), i, text)
    {
        (void)json_array_append_new(references, reference_to(apply, json_string_value(text)));
    }
    (void)json_object_set_new(body, "externalTrunkBases", references);
    (void)json_object_del(body, "site");
}

/* The wish over what there is; of a group, member by member. */
static json_t *body_of(const struct rw_apply *apply, const struct rw_apply_item *item)
{
    json_t *body, *value;
    const char *key;

    if (rw_apply_kinds[item->kind].collection && item->kind != RW_APPLY_TRUNK)
        return rw_apply_body(apply, item);
    body = item->now ? rw_cli_editable(item->now) : json_object();
    json_object_foreach(item->wish, key, value)
    {
        json_t *group = json_object_get(body, key);

        if (json_is_object(value) && json_is_object(group))
            (void)json_object_update(group, value);
        else
            (void)json_object_set_new(body, key, json_deep_copy(value));
    }
    if (item->kind == RW_APPLY_ROUTE && json_object_get(item->wish, "externalTrunkBases"))
        refer_to_trunks(apply, body);
    if (item->kind == RW_APPLY_NUMBERS &&
        !json_string_value(json_object_get(json_object_get(body, "owner"), "id")))
        (void)json_object_del(body, "owner");
    if (item->kind == RW_APPLY_NUMBERS && item->now) {
        (void)json_object_del(body, "id");
        (void)json_object_del(body, "phoneNumber");
        if (!json_object_get(body, "state"))
            (void)json_object_set(body, "state", json_object_get(item->now, "state"));
    }
    return body;
}

struct place {
    const struct rw_apply *apply;
    const struct rw_apply_item *item;
    struct rw_apply_item *const *items; /* of a body that is a list of them */
};

/* The node that a pointer into the request came from: "/sip/host", "/prefixes/1"; else the thing. */
static int node_of(const struct place *place, const char *pointer)
{
    const struct rw_cli_yaml *yaml = place->apply->yaml;
    const struct rw_apply_item *about = place->item;
    const struct rw_apply_member *m = rw_apply_kinds[about->kind].members;
    char *rest;

    if (pointer && place->items && *pointer == '/') {
        about = place->items[strtoul(pointer + 1, &rest, 10)];
        pointer = rest;
    }
    if (!about || !about->node)
        return place->item->node;
    for (; pointer && m->name; m++) {
        char there[80];
        size_t n = (size_t)snprintf(there, sizeof(there), "/%s%s%s", m->group ? m->group : "",
                                    m->group ? "/" : "", m->there);
        int node = rw_cli_yaml_member(yaml, about->node, m->name), item = 0;

        if (strncmp(pointer, there, n) != 0 || (pointer[n] && pointer[n] != '/') || !node)
            continue;
        if (pointer[n] && m->type != RW_APPLY_HOURS) /* a line of hours is several slots */
            item = rw_cli_yaml_item(yaml, node, (size_t)strtoul(pointer + n + 1, NULL, 10));
        return item ? item : node;
    }
    return about->node;
}

/* A refusal speaks of the request: here it is made to speak of the file. */
static void move_places(json_t *refusal, void *arg)
{
    static const char *const lists[] = {"errors", "warnings"};
    const struct place *place = arg;
    json_t *fault;
    size_t i;

    for (size_t n = 0; n < sizeof(lists) / sizeof(lists[0]); n++)
        json_array_foreach(json_object_get(refusal, lists[n]), i, fault) rw_cli_yaml_place(
            place->apply->yaml,
            node_of(place, json_string_value(json_object_get(fault, "pointer"))), fault);
    (void)json_object_del(refusal, "suggestedRequest");
}

bool rw_apply_send(struct rw_apply *apply, struct rw_apply_item *item, const char *method,
                   const char *path, json_t *body, struct rw_apply_item *const *items,
                   int *ret_exit)
{
    char *text = body ? json_dumps(body, 0) : NULL;
    struct place place = {apply, item, items};
    const struct rw_cli_call call = {.method = method,
                                     .path = path,
                                     .body = text,
                                     .source_name = rw_cli_yaml_name(apply->yaml),
                                     .place = item->node ? move_places : NULL,
                                     .place_arg = &place,
                                     .source = rw_cli_yaml_source(apply->yaml)};
    struct rw_cli_answer answer;
    bool ok;

    if (body && !text) {
        fprintf(apply->cli->err, "ringwright: out of memory\n");
        json_decref(body);
        return false;
    }
    ok = rw_cli_send(apply->cli, &call, &answer);
    if (!ok)
        *ret_exit = rw_cli_exit(&answer);
    else if (item->action == RW_APPLY_CREATE && json_is_object(answer.json))
        (void)json_array_append(apply->fetched[item->kind], answer.json);
    rw_cli_answer_done(&answer);
    json_decref(body);
    free(text);
    return ok;
}

/* ------------------------------------------------------------------ doing it */

static bool create(struct rw_apply *apply, struct rw_apply_item *item, int *ret_exit)
{
    const char *collection = rw_apply_kinds[item->kind].collection;
    char path[PATH_MAX_BYTES];

    if (item->kind == RW_APPLY_NUMBERS)
        collection = apply->numbers_path;
    if (collection)
        (void)snprintf(path, sizeof(path), "%s", collection);
    else
        (void)snprintf(path, sizeof(path), "%s/outboundroutes",
                       rw_cli_path_of(rw_apply_site_of(apply, item)));
    return rw_apply_send(apply, item, "POST", path, body_of(apply, item), NULL, ret_exit);
}

/* First what others refer to, the deletions last and the other way around; stops at the first refusal. */
static bool perform(struct rw_apply *apply, size_t *ret_done, int *ret_exit)
{
    bool ok = true;

    for (int kind = RW_APPLY_SITE; kind <= RW_APPLY_ROUTE; kind++) {
        if (ok && kind == RW_APPLY_PLAN)
            ok = rw_apply_plans(apply, ret_done, ret_exit);
        for (struct rw_apply_item *item = apply->items; ok && item; item = item->next) {
            if ((int)item->kind != kind || kind == RW_APPLY_PLAN || item->action == RW_APPLY_KEEP ||
                item->action == RW_APPLY_DELETE)
                continue;
            ok = item->action == RW_APPLY_CREATE
                     ? create(apply, item, ret_exit)
                     : rw_apply_send(apply, item, "PUT", rw_cli_path_of(item->now),
                                     body_of(apply, item), NULL, ret_exit);
            *ret_done += ok;
        }
    }
    for (struct rw_apply_item *item = apply->items; ok && item; item = item->next)
        if (item->action == RW_APPLY_DELETE && item->kind != RW_APPLY_PLAN) {
            ok = rw_apply_send(apply, item, "DELETE", rw_cli_path_of(item->now), NULL, NULL,
                               ret_exit);
            *ret_done += ok;
        }
    return ok;
}

static bool agreed(struct rw_cli *cli, const struct rw_cli_args *args)
{
    char line[16] = "";

    if (rw_cli_option(args, "yes"))
        return true;
    fprintf(cli->err, "Apply? [y/N] ");
    (void)fflush(cli->err);
    return cli->in && fgets(line, sizeof(line), cli->in) && (*line == 'y' || *line == 'Y');
}

static int apply_file(struct rw_apply *apply, const struct rw_cli_args *args)
{
    size_t changes, done = 0;
    int status = 1;

    if (!rw_apply_read(apply) || !fetch(apply, &status) || !rw_apply_compare(apply))
        return status;
    changes = rw_apply_show(apply);
    if (!changes || rw_cli_option(args, "plan"))
        return 0;
    if (!agreed(apply->cli, args)) {
        fprintf(apply->cli->err, "ringwright: nothing was changed\n");
        return 1;
    }
    if (!perform(apply, &done, &status)) {
        fprintf(apply->cli->err, "ringwright: %zu of %zu done; mend the file and apply it again\n",
                done, changes);
        return status;
    }
    rw_cli_say(apply->cli, "done\n");
    return 0;
}

int rw_cli_apply(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_apply apply = {.cli = cli, .prune = rw_cli_option(args, "prune") != NULL};
    struct rw_apply_item *next;
    int status = 1;

    apply.end = &apply.items;
    for (int i = 0; i < RW_APPLY_KINDS; i++)
        apply.fetched[i] = json_array();
    apply.yaml = rw_cli_yaml_open(cli, rw_cli_option(args, "file"));
    if (apply.yaml)
        status = apply_file(&apply, args);
    for (struct rw_apply_item *item = apply.items; item; item = next) {
        next = item->next;
        json_decref(item->wish);
        json_decref(item->now);
        json_decref(item->changes);
        rw_free(item);
    }
    for (int i = 0; i < RW_APPLY_KINDS; i++)
        json_decref(apply.fetched[i]);
    rw_cli_yaml_free(apply.yaml);
    return status;
}
