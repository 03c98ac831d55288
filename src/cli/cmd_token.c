/* token create, list, revoke, me. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/render.h"

#define FREEZES "/api/v2/ringwright/freezes"
#define TOKENS "/api/v2/ringwright/tokens"

/* Of our own tokens and of /oauth/token alike. */
static const struct rw_cli_column token_columns[] = {
    {"token", "token"},     {"token", "access_token"},
    {"id", "id"},           {"user", "user.id"},
    {"roles", "roles"},     {"scopes", "scopes"},
    {"expires", "expires"}, {"holds for (s)", "expires_in"},
    {NULL, NULL},
};

static const struct rw_cli_column list_columns[] = {
    {"ID", "id"},         {"USER", "user.id"},    {"CLIENT", "client.id"},
    {"SCOPES", "scopes"}, {"CREATED", "created"}, {"EXPIRES", "expires"},
    {NULL, NULL},
};

static const struct rw_cli_column me_columns[] = {
    {"id", "id"},
    {"organization", "organization.name"},
    {"user", "user.id"},
    {"client", "OAuthClient.name"},
    {"client id", "OAuthClient.id"},
    {"scopes", "authorizedScope"},
    {"roles", "roles"},
    {"permissions", "permissions"},
    {"expires", "expires"},
    {NULL, NULL},
};

static int create_for_user(struct rw_cli *cli, const struct rw_cli_args *args, const char *user)
{
    const char *scope = rw_cli_option(args, "scope");
    long long seconds = 0;
    json_t *body;

    if (!rw_cli_number(cli, args, "seconds", &seconds))
        return RW_CLI_USAGE;
    body = json_object();
    (void)json_object_set_new(body, "userId", json_string(user));
    if (scope)
        (void)json_object_set_new(body, "scopes", rw_cli_words(scope));
    if (seconds)
        (void)json_object_set_new(body, "expiresInSeconds", json_integer(seconds));
    return rw_cli_change(cli, "POST", TOKENS, body, token_columns);
}

static int create_for_client(struct rw_cli *cli, const struct rw_cli_args *args)
{
    const char *id = rw_cli_option(args, "client"), *secret = rw_cli_option(args, "secret");
    const struct rw_cli_call call = {.method = "POST",
                                     .path = "/oauth/token",
                                     .client_id = id ? id : cli->env("RINGWRIGHT_CLIENT_ID"),
                                     .client_secret =
                                         secret ? secret : cli->env("RINGWRIGHT_CLIENT_SECRET"),
                                     .form = "grant_type=client_credentials"};
    struct rw_cli_answer answer;
    int status = 0;

    if (!call.client_id || !call.client_secret) {
        fprintf(cli->err, "ringwright: give --user, or --client with its secret in "
                          "RINGWRIGHT_CLIENT_SECRET\n");
        return RW_CLI_USAGE;
    }
    if (rw_cli_send(cli, &call, &answer))
        rw_cli_show_object(cli, answer.json, token_columns);
    else
        status = rw_cli_exit(&answer);
    rw_cli_answer_done(&answer);
    return status;
}

int rw_cli_token_create(struct rw_cli *cli, const struct rw_cli_args *args)
{
    const char *user = rw_cli_option(args, "user");

    return user ? create_for_user(cli, args, user) : create_for_client(cli, args);
}

int rw_cli_token_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, TOKENS, args, list_columns);
}

int rw_cli_token_revoke(struct rw_cli *cli, const struct rw_cli_args *args)
{
    int status = rw_cli_by_id(cli, "DELETE", TOKENS, args->args[0], "", NULL);

    if (!status)
        rw_cli_say(cli, "The token is worth nothing now.\n");
    return status;
}

int rw_cli_token_me(struct rw_cli *cli, const struct rw_cli_args *args)
{
    (void)args;
    return rw_cli_get_object(cli, "/api/v2/tokens/me", me_columns);
}

static const struct rw_cli_column freeze_columns[] = {
    {"ID", "id"}, {"KIND", "kind"}, {"SINCE", "dateCreated"}, {"REASON", "reason"}, {NULL, NULL},
};

int rw_cli_token_frozen(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, FREEZES, args, freeze_columns);
}

int rw_cli_token_thaw(struct rw_cli *cli, const struct rw_cli_args *args)
{
    int status = rw_cli_by_id(cli, "DELETE", FREEZES, args->args[0], "", NULL);

    if (!status)
        rw_cli_say(cli, "It may place calls again.\n");
    return status;
}
