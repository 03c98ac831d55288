/* phone list, get, create, update, delete: telephones, each of which is a station too. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/named.h"
#include "cli/render.h"

static const struct rw_cli_column columns[] = {
    {"id", "id"},
    {"name", "name"},
    {"description", "description"},
    {"telephone", "sip.uri"},
    {"user name", "sip.authUser"},
    {"site", "site.id"},
    {"user", "lines.0.loggedInUser.id"},
    {"version", "version"},
    {NULL, NULL},
};

static const struct rw_cli_column list_columns[] = {
    {"NAME", "name"}, {"TELEPHONE", "sip.uri"}, {"USER", "lines.0.loggedInUser.id"}, {"ID", "id"},
    {NULL, NULL},
};

/* What the options say over what is in `body`. False: told already. */
static bool read_options(struct rw_cli *cli, const struct rw_cli_args *args, json_t *body,
                         int *ret_exit)
{
    static const char *const members[][2] = {{"name", "name"}, {"description", "description"}};
    static const char *const of_sip[][2] = {
        {"sip-uri", "uri"}, {"auth-user", "authUser"}, {"auth-password", "authPassword"}};
    const char *site_name = rw_cli_option(args, "site");
    json_t *site;

    rw_cli_texts(args, members, 2, body);
    rw_cli_texts(args, of_sip, 3, json_object_get(body, "sip"));
    if (!site_name)
        return true;
    if (!rw_cli_find_named(cli, RW_CLI_SITES, site_name, &site, ret_exit))
        return false;
    (void)json_object_set_new(body, "site", json_pack("{s:O}", "id", json_object_get(site, "id")));
    json_decref(site);
    return true;
}

int rw_cli_phone_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, RW_CLI_PHONES, args, list_columns);
}

int rw_cli_phone_get(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_named(cli, RW_CLI_PHONES, args->args[0], columns);
}

int rw_cli_phone_create(struct rw_cli *cli, const struct rw_cli_args *args)
{
    json_t *body = json_pack("{s:{}}", "sip");
    int status;

    if (read_options(cli, args, body, &status))
        return rw_cli_change(cli, "POST", RW_CLI_PHONES, body, columns);
    json_decref(body);
    return status;
}

/* Sent back as it was read, with what was given; lines and what else the server says stay out. */
int rw_cli_phone_update(struct rw_cli *cli, const struct rw_cli_args *args)
{
    json_t *phone, *body;
    int status;

    if (!rw_cli_find_named(cli, RW_CLI_PHONES, args->args[0], &phone, &status))
        return status;
    body = rw_cli_editable(phone);
    (void)json_object_del(body, "lines");
    if (json_object_get(phone, "site"))
        (void)json_object_set_new(
            body, "site",
            json_pack("{s:O}", "id", json_object_get(json_object_get(phone, "site"), "id")));
    if (read_options(cli, args, body, &status))
        status = rw_cli_change(cli, "PUT", rw_cli_path_of(phone), body, columns);
    else
        json_decref(body);
    json_decref(phone);
    return status;
}

int rw_cli_phone_delete(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_delete_named(cli, RW_CLI_PHONES, args->args[0], "The phone is gone.");
}
