/* trunk list, get, create, update, delete, enable, disable: the ways to carriers. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/named.h"
#include "cli/render.h"
#include "cli/settings.h"

#include <string.h>

static const struct rw_cli_column columns[] = {
    {"id", "id"},
    {"name", "name"},
    {"description", "description"},
    {"host", "sip.host"},
    {"port", "sip.port"},
    {"transport", "sip.transport"},
    {"outbound proxy", "sip.outboundProxy"},
    {"user", "sip.authUser"},
    {"password", "sip.hasPassword"},
    {"rings (ms)", "answerTimeoutMs"},
    {"enabled", "enabled"},
    {"version", "version"},
    {NULL, NULL},
};

static const struct rw_cli_column list_columns[] = {
    {"NAME", "name"},       {"HOST", "sip.host"},
    {"PORT", "sip.port"},   {"TRANSPORT", "sip.transport"},
    {"ENABLED", "enabled"}, {"ID", "id"},
    {NULL, NULL},
};

int rw_cli_trunk_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, RW_CLI_TRUNKS, args, list_columns);
}

int rw_cli_trunk_get(struct rw_cli *cli, const struct rw_cli_args *args)
{
    json_t *trunk;
    int status;

    if (!rw_cli_find_named(cli, RW_CLI_TRUNKS, args->args[0], &trunk, &status))
        return status;
    rw_cli_settings_show(cli, trunk, columns);
    json_decref(trunk);
    return 0;
}

/* What the options say, put into the body. False: told already. */
static bool read_options(struct rw_cli *cli, const struct rw_cli_args *args, json_t *body)
{
    static const char *const texts[][2] = {{"carrier", "host"},
                                           {"transport", "transport"},
                                           {"proxy", "outboundProxy"},
                                           {"auth-user", "authUser"},
                                           {"auth-password", "authPassword"}};
    json_t *sip = json_object_get(body, "sip");
    const char *name = rw_cli_option(args, "name");
    long long port = 0, seconds = 0;

    if (!rw_cli_number(cli, args, "port", &port) ||
        !rw_cli_number(cli, args, "answer-timeout", &seconds))
        return false;
    if (name)
        (void)json_object_set_new(body, "name", json_string(name));
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *value = rw_cli_option(args, texts[i][0]);

        if (value)
            (void)json_object_set_new(sip, texts[i][1], *value ? json_string(value) : json_null());
    }
    if (port)
        (void)json_object_set_new(sip, "port", json_integer(port));
    if (seconds)
        (void)json_object_set_new(body, "answerTimeoutMs", json_integer(seconds * 1000));
    if (rw_cli_option(args, "disabled"))
        (void)json_object_set_new(body, "enabled", json_false());
    return rw_cli_settings_set(cli, rw_cli_option(args, "set"), body);
}

int rw_cli_trunk_create(struct rw_cli *cli, const struct rw_cli_args *args)
{
    json_t *body = json_pack("{s:{}}", "sip");

    if (!read_options(cli, args, body)) {
        json_decref(body);
        return RW_CLI_USAGE;
    }
    return rw_cli_change_shown(cli, "POST", RW_CLI_TRUNKS, body, columns, rw_cli_settings_show);
}

/* Reads the trunk, has it changed, sends it back from the version that was read. */
static int edit(struct rw_cli *cli, const struct rw_cli_args *args,
                bool (*change)(struct rw_cli *cli, const struct rw_cli_args *args, json_t *body))
{
    json_t *trunk, *body;
    int status;

    if (!rw_cli_find_named(cli, RW_CLI_TRUNKS, args->args[0], &trunk, &status))
        return status;
    body = rw_cli_editable(trunk);
    if (change(cli, args, body)) {
        status = rw_cli_change_shown(cli, "PUT", rw_cli_path_of(trunk), body, columns,
                                     rw_cli_settings_show);
    } else {
        json_decref(body);
        status = RW_CLI_USAGE;
    }
    json_decref(trunk);
    return status;
}

int rw_cli_trunk_update(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return edit(cli, args, read_options);
}

static bool enable(struct rw_cli *cli, const struct rw_cli_args *args, json_t *body)
{
    bool on = strcmp(args->command->verb, "enable") == 0;

    (void)cli;
    (void)json_object_set_new(body, "enabled", json_boolean(on));
    return true;
}

int rw_cli_trunk_enable(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return edit(cli, args, enable);
}

int rw_cli_trunk_delete(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_delete_named(cli, RW_CLI_TRUNKS, args->args[0], "The trunk is gone.");
}
