/* route list, create, delete: which trunks numbers leave by. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/named.h"
#include "cli/render.h"

#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 2048

static const struct rw_cli_column columns[] = {
    {"id", "id"},
    {"name", "name"},
    {"prefixes", "prefixes"},
    {"trunks", "externalTrunkBases"},
    {"classes", "classificationTypes"},
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

/* "Carrier One,Carrier Two" as references to those trunks. False: told already. */
static bool find_trunks(struct rw_cli *cli, const char *list, json_t *ret, int *ret_exit)
{
    bool ok = true;

    while (ok && *list) {
        size_t n = strcspn(list, ",");
        char *name = strndup(list, n);
        json_t *trunk;

        *ret_exit = 1;
        ok = name && (!n || rw_cli_find_named(cli, RW_CLI_TRUNKS, name, &trunk, ret_exit));
        if (ok && n) {
            json_t *reference = json_object();

            (void)json_object_set(reference, "id", json_object_get(trunk, "id"));
            (void)json_array_append_new(ret, reference);
            json_decref(trunk);
        }
        free(name);
        list += n + (list[n] == ',');
    }
    return ok;
}

/* What the options say. NULL: told already. */
static json_t *read_options(struct rw_cli *cli, const struct rw_cli_args *args, int *ret_exit)
{
    const char *prefix = rw_cli_option(args, "prefix"), *priority = rw_cli_option(args, "priority");
    json_t *trunks = json_array(), *body = json_object();
    long long number = 0;

    *ret_exit = RW_CLI_USAGE;
    (void)json_object_set_new(body, "name", json_string(rw_cli_option(args, "name")));
    (void)json_object_set_new(body, "externalTrunkBases", trunks);
    if (!rw_cli_number(cli, args, "priority", &number) ||
        !find_trunks(cli, rw_cli_option(args, "trunk"), trunks, ret_exit)) {
        json_decref(body);
        return NULL;
    }
    if (prefix)
        (void)json_object_set_new(body, "prefixes", rw_cli_words(prefix));
    if (rw_cli_option(args, "class"))
        (void)json_object_set_new(body, "classificationTypes",
                                  rw_cli_words(rw_cli_option(args, "class")));
    if (priority)
        (void)json_object_set_new(body, "priority", json_integer(number));
    if (rw_cli_option(args, "random"))
        (void)json_object_set_new(body, "distribution", json_string("RANDOM"));
    if (rw_cli_option(args, "disabled"))
        (void)json_object_set_new(body, "enabled", json_false());
    return body;
}

int rw_cli_route_create(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_buf path;
    json_t *body;
    int status;

    if (routes_path(cli, args, &path, &status)) {
        body = read_options(cli, args, &status);
        if (body)
            status = rw_cli_change(cli, "POST", path.p, body, columns);
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
