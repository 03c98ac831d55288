/* user create, list, get, me, delete. */
#include "cli/commands.h"
#include "cli/render.h"

#define USERS "/api/v2/users"

static const struct rw_cli_column columns[] = {
    {"id", "id"},
    {"name", "name"},
    {"email", "email"},
    {"roles", "authorization.roles"},
    {"station", "station.associatedStation.id"},
    {"state", "state"},
    {NULL, NULL},
};

static const struct rw_cli_column list_columns[] = {
    {"ID", "id"},       {"NAME", "name"}, {"EMAIL", "email"}, {"ROLES", "authorization.roles"},
    {"STATE", "state"}, {NULL, NULL},
};

int rw_cli_user_create(struct rw_cli *cli, const struct rw_cli_args *args)
{
    const char *role = rw_cli_option(args, "role"), *station = rw_cli_option(args, "station");
    json_t *body = json_object();

    (void)json_object_set_new(body, "name", json_string(rw_cli_option(args, "name")));
    (void)json_object_set_new(body, "email", json_string(rw_cli_option(args, "email")));
    if (role)
        (void)json_object_set_new(body, "roles", rw_cli_words(role));
    if (station)
        (void)json_object_set_new(body, "stationId", json_string(station));
    return rw_cli_change(cli, "POST", USERS, body, columns);
}

int rw_cli_user_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, USERS, args, list_columns);
}

int rw_cli_user_get(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_by_id(cli, USERS, args->args[0], columns);
}

int rw_cli_user_me(struct rw_cli *cli, const struct rw_cli_args *args)
{
    (void)args;
    return rw_cli_get_object(cli, USERS "/me", columns);
}

int rw_cli_user_delete(struct rw_cli *cli, const struct rw_cli_args *args)
{
    int status = rw_cli_by_id(cli, "DELETE", USERS, args->args[0], "", NULL);

    if (!status)
        rw_cli_say(cli, "The user is gone.\n");
    return status;
}
