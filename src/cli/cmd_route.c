/* route list, create, update, delete: which trunks numbers leave by. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/named.h"
#include "cli/render.h"
#include "cli/route_text.h"

#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 2048

static const struct rw_cli_column columns[] = {
    {"id", "id"},
    {"name", "name"},
    {"prefixes", "prefixes"},
    {"trunks", "externalTrunkBases"},
    {"classes", "classificationTypes"},
    {"callers", "callerPrefixes"},
    {"caller id", "callerId"},
    {"time zone", "callableTime.timeZoneId"},
    {"priority", "priority"},
    {"distribution", "distribution"},
    {"enabled", "enabled"},
    {"site", "site.id"},
    {"version", "version"},
    {NULL, NULL},
};

static const struct rw_cli_column list_columns[] = {
    {"NAME", "name"},
    {"PREFIXES", "prefixes"},
    {"TRUNKS", "externalTrunkBases"},
    {"PRIORITY", "priority"},
    {"DISTRIBUTION", "distribution"},
    {"ENABLED", "enabled"},
    {"ID", "id"},
    {NULL, NULL},
};

/* ".../sites/ID/outboundroutes" of --site, of the first site without it. False: told already. */
static bool routes_path(struct rw_cli *cli, const struct rw_cli_args *args, struct rw_buf *path,
                        int *ret_exit)
{
    json_t *site;

    rw_buf_init(path, PATH_MAX_BYTES);
    if (!rw_cli_find_or_first(cli, RW_CLI_SITES, "site", rw_cli_option(args, "site"), &site,
                              ret_exit))
        return false;
    rw_buf_puts(path, rw_cli_path_of(site));
    rw_buf_puts(path, "/outboundroutes");
    json_decref(site);
    if (path->failed)
        *ret_exit = rw_cli_path_failed(cli);
    return !path->failed;
}

int rw_cli_route_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_buf path;
    int status;

    if (routes_path(cli, args, &path, &status))
        status = rw_cli_get_page(cli, path.p, args, list_columns);
    rw_buf_done(&path);
    return status;
}

/* "Carrier One;weight=3" as a reference to that trunk. False: told already. */
static bool add_trunk(struct rw_cli *cli, const char *text, json_t *ret, int *ret_exit)
{
    long weight;
    struct rw_slice found = rw_cli_trunk_read(text, &weight);
    char *name = strndup(found.p, found.n);
    json_t *trunk, *reference;
    bool ok = name && rw_cli_find_named(cli, RW_CLI_TRUNKS, name, &trunk, ret_exit);

    free(name);
    if (!ok)
        return false;
    reference = json_object();
    (void)json_object_set(reference, "id", json_object_get(trunk, "id"));
    if (weight >= 0)
        (void)json_object_set_new(reference, "weight", json_integer(weight));
    (void)json_array_append_new(ret, reference);
    json_decref(trunk);
    return true;
}

/* "Carrier One,Carrier Two". Where they have weights, these decide their order. */
static bool read_trunks(struct rw_cli *cli, const char *list, json_t *body, int *ret_exit)
{
    json_t *names = rw_cli_words(list), *trunks = json_array(), *text;
    bool ok = true;
    size_t i;

    *ret_exit = 1;
    json_array_foreach(names, i, text)
    {
        ok = ok && add_trunk(cli, json_string_value(text), trunks, ret_exit);
    }
    json_array_foreach(trunks, i, text)
    {
        if (json_object_get(text, "weight"))
            (void)json_object_set_new(body, "distribution", json_string("WEIGHTED"));
    }
    (void)json_object_set_new(body, "externalTrunkBases", trunks);
    json_decref(names);
    return ok;
}

/* --hours and --time-zone; without any hours the route is always open. False: told already. */
static bool read_hours(struct rw_cli *cli, const struct rw_cli_args *args, json_t *body)
{
    const char *hours = rw_cli_option(args, "hours"), *zone = rw_cli_option(args, "time-zone");
    json_t *times = json_object_get(body, "callableTime"), *slots, *words, *text;
    bool ok = true;
    size_t i;

    if (hours && !*hours) {
        (void)json_object_del(body, "callableTime");
        return true;
    }
    if (!times && (hours || zone)) {
        times = json_object();
        (void)json_object_set_new(body, "callableTime", times);
    }
    if (zone)
        (void)json_object_set_new(times, "timeZoneId", json_string(zone));
    if (!hours)
        return true;
    slots = json_array();
    words = rw_cli_words(hours);
    json_array_foreach(words, i, text)
    {
        ok = ok && rw_cli_hours_read(rw_slice_str(json_string_value(text)), slots);
    }
    json_decref(words);
    (void)json_object_set_new(times, "timeSlots", slots);
    if (!ok)
        fprintf(cli->err, "ringwright: --hours has days and times, as in "
                          "'Mon-Fri 09:00-18:00,Sat 10:00-14:00'\n");
    return ok;
}

static void read_flags(const struct rw_cli_args *args, json_t *body)
{
    static const struct {
        const char *option, *member;
        const char *text; /* NULL: a flag, on or off */
        bool on;
    } flags[] = {
        {"random", "distribution", "RANDOM", false},
        {"sequential", "distribution", "SEQUENTIAL", false},
        {"enabled", "enabled", NULL, true},
        {"disabled", "enabled", NULL, false},
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (rw_cli_option(args, flags[i].option))
            (void)json_object_set_new(body, flags[i].member,
                                      flags[i].text ? json_string(flags[i].text)
                                                    : json_boolean(flags[i].on));
}

/* Puts what the options say over the body. False: told already. */
static bool read_options(struct rw_cli *cli, const struct rw_cli_args *args, json_t *body,
                         int *ret_exit)
{
    static const char *const lists[][2] = {
        {"prefix", "prefixes"}, {"class", "classificationTypes"}, {"caller", "callerPrefixes"}};
    const char *name = rw_cli_option(args, "name"), *caller_id = rw_cli_option(args, "caller-id");
    const char *trunks = rw_cli_option(args, "trunk");
    long long priority = -1;

    *ret_exit = RW_CLI_USAGE;
    if (!rw_cli_number(cli, args, "priority", &priority))
        return false;
    if (name)
        (void)json_object_set_new(body, "name", json_string(name));
    if (trunks && !read_trunks(cli, trunks, body, ret_exit))
        return false;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const char *value = rw_cli_option(args, lists[i][0]);

        if (value && *value)
            (void)json_object_set_new(body, lists[i][1], rw_cli_words(value));
        else if (value)
            (void)json_object_del(body, lists[i][1]);
    }
    if (caller_id && *caller_id)
        (void)json_object_set_new(body, "callerId", json_string(caller_id));
    else if (caller_id)
        (void)json_object_del(body, "callerId");
    if (priority >= 0)
        (void)json_object_set_new(body, "priority", json_integer(priority));
    read_flags(args, body);
    *ret_exit = RW_CLI_USAGE;
    return read_hours(cli, args, body);
}

int rw_cli_route_create(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_buf path;
    json_t *body;
    int status;

    if (routes_path(cli, args, &path, &status)) {
        body = json_object();
        if (read_options(cli, args, body, &status))
            status = rw_cli_change(cli, "POST", path.p, body, columns);
        else
            json_decref(body);
    }
    rw_buf_done(&path);
    return status;
}

int rw_cli_route_update(struct rw_cli *cli, const struct rw_cli_args *args)
{
    json_t *route, *body;
    struct rw_buf path;
    int status;

    if (routes_path(cli, args, &path, &status) &&
        rw_cli_find_named(cli, path.p, args->args[0], &route, &status)) {
        body = rw_cli_editable(route);
        if (read_options(cli, args, body, &status))
            status = rw_cli_change(cli, "PUT", rw_cli_path_of(route), body, columns);
        else
            json_decref(body);
        json_decref(route);
    }
    rw_buf_done(&path);
    return status;
}

int rw_cli_route_delete(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_buf path;
    json_t *route;
    int status;

    if (routes_path(cli, args, &path, &status) &&
        rw_cli_find_named(cli, path.p, args->args[0], &route, &status)) {
        status = rw_cli_change(cli, "DELETE", rw_cli_path_of(route), NULL, NULL);
        json_decref(route);
        if (!status)
            rw_cli_say(cli, "The route is gone.\n");
    }
    rw_buf_done(&path);
    return status;
}
