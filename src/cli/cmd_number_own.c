/* number get, list, create, delete: the numbers that calls may come from. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/named.h"
#include "cli/render.h"

#define PATH_MAX_BYTES 1024

static const struct rw_cli_column columns[] = {
    {"number", "phoneNumber"}, {"id", "id"},
    {"name", "name"},          {"state", "state"},
    {"usage", "usage"},        {"outbound calls", "outboundAllowed"},
    {"owner", "owner.id"},     {"edge", "edge.id"},
    {"pool", "didPool.id"},    {NULL, NULL},
};

static const struct rw_cli_column list_columns[] = {
    {"NUMBER", "phoneNumber"}, {"ID", "id"},       {"NAME", "name"},
    {"STATE", "state"},        {"USAGE", "usage"}, {NULL, NULL},
};

/* ".../edges/ID/phoneNumbers" of --edge, of the first edge without it. False: told already. */
static bool numbers_path(struct rw_cli *cli, const struct rw_cli_args *args, struct rw_buf *path,
                         int *ret_exit)
{
    const char *id = rw_cli_option(args, "edge");
    json_t *edge = NULL;

    rw_buf_init(path, PATH_MAX_BYTES);
    if (!id && !rw_cli_find_or_first(cli, RW_CLI_EDGES, "edge", NULL, &edge, ret_exit))
        return false;
    if (!id)
        id = json_string_value(json_object_get(edge, "id"));
    rw_buf_puts(path, RW_CLI_EDGES "/");
    rw_cli_escape(path, id ? id : "");
    rw_buf_puts(path, "/phoneNumbers");
    json_decref(edge);
    if (path->failed)
        *ret_exit = rw_cli_path_failed(cli);
    return !path->failed;
}

int rw_cli_number_get(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_buf path;
    int status;

    if (numbers_path(cli, args, &path, &status))
        status = rw_cli_by_id(cli, "GET", path.p, args->args[0], "", columns);
    rw_buf_done(&path);
    return status;
}

int rw_cli_number_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_buf path;
    int status;

    if (numbers_path(cli, args, &path, &status))
        status = rw_cli_get_page(cli, path.p, args, list_columns);
    rw_buf_done(&path);
    return status;
}

int rw_cli_number_create(struct rw_cli *cli, const struct rw_cli_args *args)
{
    const char *id = rw_cli_option(args, "id"), *name = rw_cli_option(args, "name");
    const char *owner = rw_cli_option(args, "owner");
    struct rw_buf path;
    json_t *body;
    int status;

    if (numbers_path(cli, args, &path, &status)) {
        body = json_pack("{s:s, s:b}", "phoneNumber", args->args[0], "outboundAllowed",
                         !rw_cli_option(args, "internal"));
        if (id)
            (void)json_object_set_new(body, "id", json_string(id));
        if (name)
            (void)json_object_set_new(body, "name", json_string(name));
        if (owner)
            (void)json_object_set_new(body, "owner", json_pack("{s:s}", "id", owner));
        status = rw_cli_change(cli, "POST", path.p, body, columns);
    }
    rw_buf_done(&path);
    return status;
}

int rw_cli_number_delete(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_buf path;
    int status;

    if (numbers_path(cli, args, &path, &status))
        status = rw_cli_by_id(cli, "DELETE", path.p, args->args[0], "", NULL);
    rw_buf_done(&path);
    if (!status)
        rw_cli_say(cli, "The number is gone.\n");
    return status;
}
