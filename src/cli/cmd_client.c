/* client create, list, get, secret, delete: programs that may use the server. */
#include "cli/commands.h"
#include "cli/render.h"

#define CLIENTS "/api/v2/oauth/clients"

static const struct rw_cli_column columns[] = {
    {"id", "id"},
    {"name", "name"},
    {"secret (shown this once)", "secret"},
    {"roles", "roleIds"},
    {"scopes", "scope"},
    {"tokens hold (s)", "accessTokenValiditySeconds"},
    {"state", "state"},
    {"created", "dateCreated"},
    {NULL, NULL},
};

static const struct rw_cli_column list_columns[] = {
    {"ID", "id"},        {"NAME", "name"},   {"ROLES", "roleIds"},
    {"SCOPES", "scope"}, {"STATE", "state"}, {NULL, NULL},
};

int rw_cli_client_create(struct rw_cli *cli, const struct rw_cli_args *args)
{
    const char *role = rw_cli_option(args, "role"), *scope = rw_cli_option(args, "scope");
    long long seconds = 0;
    json_t *body;

    if (!rw_cli_number(cli, args, "seconds", &seconds))
        return RW_CLI_USAGE;
    body = json_object();
    (void)json_object_set_new(body, "name", json_string(rw_cli_option(args, "name")));
    (void)json_object_set_new(body, "authorizedGrantType", json_string("CLIENT-CREDENTIALS"));
    if (role)
        (void)json_object_set_new(body, "roleIds", rw_cli_words(role));
    if (scope)
        (void)json_object_set_new(body, "scope", rw_cli_words(scope));
    if (seconds)
        (void)json_object_set_new(body, "accessTokenValiditySeconds", json_integer(seconds));
    return rw_cli_change(cli, "POST", CLIENTS, body, columns);
}

int rw_cli_client_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, CLIENTS, args, list_columns);
}

int rw_cli_client_get(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_by_id(cli, CLIENTS, args->args[0], columns);
}

int rw_cli_client_secret(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_by_id(cli, "POST", CLIENTS, args->args[0], "/secret", columns);
}

int rw_cli_client_delete(struct rw_cli *cli, const struct rw_cli_args *args)
{
    int status = rw_cli_by_id(cli, "DELETE", CLIENTS, args->args[0], "", NULL);

    if (!status)
        rw_cli_say(cli, "The client and its tokens are gone.\n");
    return status;
}
