/* pool, extension-pool: ranges of numbers and of extensions; extension: who has one; number-plan list. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/named.h"
#include "cli/render.h"

#define PATH_MAX_BYTES 2048

/* ------------------------------------------------------------------ ranges */

static const struct rw_cli_column pool_columns[] = {
    {"id", "id"},
    {"name", "name"},
    {"first", "startPhoneNumber"},
    {"last", "endPhoneNumber"},
    {"comments", "comments"},
    {"version", "version"},
    {NULL, NULL},
};
static const struct rw_cli_column pool_list_columns[] = {
    {"NAME", "name"}, {"FIRST", "startPhoneNumber"}, {"LAST", "endPhoneNumber"}, {"ID", "id"},
    {NULL, NULL},
};
static const struct rw_cli_column extension_pool_columns[] = {
    {"id", "id"},          {"name", "name"},       {"first", "startNumber"},
    {"last", "endNumber"}, {"version", "version"}, {NULL, NULL},
};
static const struct rw_cli_column extension_pool_list_columns[] = {
    {"NAME", "name"}, {"FIRST", "startNumber"}, {"LAST", "endNumber"}, {"ID", "id"}, {NULL, NULL},
};

int rw_cli_pool_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, RW_CLI_POOLS, args, pool_list_columns);
}

int rw_cli_pool_create(struct rw_cli *cli, const struct rw_cli_args *args)
{
    static const char *const members[][2] = {{"name", "name"}, {"comments", "comments"}};
    json_t *body =
        json_pack("{s:s, s:s}", "startPhoneNumber", args->args[0], "endPhoneNumber", args->args[1]);

    rw_cli_texts(args, members, 2, body);
    return rw_cli_change(cli, "POST", RW_CLI_POOLS, body, pool_columns);
}

int rw_cli_pool_delete(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_delete_named(cli, RW_CLI_POOLS, args->args[0],
                               "The pool and its numbers are gone.");
}

int rw_cli_extension_pool_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, RW_CLI_EXTENSION_POOLS, args, extension_pool_list_columns);
}

int rw_cli_extension_pool_create(struct rw_cli *cli, const struct rw_cli_args *args)
{
    static const char *const members[][2] = {{"name", "name"}};
    json_t *body =
        json_pack("{s:s, s:s}", "startNumber", args->args[0], "endNumber", args->args[1]);

    rw_cli_texts(args, members, 1, body);
    return rw_cli_change(cli, "POST", RW_CLI_EXTENSION_POOLS, body, extension_pool_columns);
}

/* The path of the pool with this name, in `dst`; "" when there is none among those listed. */
static void path_of_pool(const json_t *page, const char *name, char dst[PATH_MAX_BYTES])
{
    const json_t *pool;
    size_t i;

    *dst = '\0';
    json_array_foreach(json_object_get(page, "entities"), i, pool)
    {
        const char *called = json_string_value(json_object_get(pool, "name"));

        if (called && strcmp(called, name) == 0)
            (void)snprintf(dst, PATH_MAX_BYTES, "%s", rw_cli_path_of(pool));
    }
}

/* The contract lists these pools by a number, not by their name, so all of them are looked through. */
int rw_cli_extension_pool_delete(struct rw_cli *cli, const struct rw_cli_args *args)
{
    char path[PATH_MAX_BYTES];
    json_t *page;
    int status;

    if (!rw_cli_fetch(cli, RW_CLI_EXTENSION_POOLS "?pageSize=500", &page, &status))
        return status;
    path_of_pool(page, args->args[0], path);
    json_decref(page);
    status = *path ? rw_cli_change(cli, "DELETE", path, NULL, NULL)
                   : rw_cli_by_id(cli, "DELETE", RW_CLI_EXTENSION_POOLS, args->args[0], "", NULL);
    if (!status)
        rw_cli_say(cli, "The pool is gone.\n");
    return status;
}

/* ------------------------------------------------------------------ extensions */

static const struct rw_cli_column extension_columns[] = {
    {"number", "number"},
    {"id", "id"},
    {"owner", "owner.id"},
    {"is a", "ownerType"},
    {"pool", "extensionPool.id"},
    {"version", "version"},
    {NULL, NULL},
};
static const struct rw_cli_column extension_list_columns[] = {
    {"NUMBER", "number"}, {"IS OF A", "ownerType"}, {"OWNER", "owner.id"}, {"ID", "id"},
    {NULL, NULL},
};

int rw_cli_extension_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, RW_CLI_EXTENSIONS, args, extension_list_columns);
}

/* The extension of a number; *ret NULL: nobody has it. False: told already. */
static bool find_extension(struct rw_cli *cli, const char *number, json_t **ret, int *ret_exit)
{
    struct rw_buf path;
    json_t *page = NULL;
    bool ok;

    rw_buf_init(&path, PATH_MAX_BYTES);
    rw_buf_puts(&path, RW_CLI_EXTENSIONS "?number=");
    rw_cli_escape(&path, number);
    *ret_exit = 1;
    if (path.failed)
        *ret_exit = rw_cli_path_failed(cli);
    ok = !path.failed && rw_cli_fetch(cli, path.p, &page, ret_exit);
    *ret = json_incref(json_array_get(json_object_get(page, "entities"), 0));
    json_decref(page);
    rw_buf_done(&path);
    return ok;
}

/* --user and --phone as owner and ownerType. False: told already. */
static bool read_owner(struct rw_cli *cli, const struct rw_cli_args *args, json_t *body,
                       int *ret_exit)
{
    const char *user = rw_cli_option(args, "user"), *name = rw_cli_option(args, "phone");
    json_t *phone;

    if (!user == !name) {
        *ret_exit = rw_cli_usage(cli, args->command, "an extension has one owner, of these two",
                                 "--user or --phone");
        return false;
    }
    (void)json_object_set_new(body, "ownerType", json_string(user ? "USER" : "PHONE"));
    if (user) {
        (void)json_object_set_new(body, "owner", json_pack("{s:s}", "id", user));
        return true;
    }
    if (!rw_cli_find_named(cli, RW_CLI_PHONES, name, &phone, ret_exit))
        return false;
    (void)json_object_set_new(body, "owner",
                              json_pack("{s:O}", "id", json_object_get(phone, "id")));
    json_decref(phone);
    return true;
}

/* To whom it is given; one that somebody has is taken from there. */
int rw_cli_extension_give(struct rw_cli *cli, const struct rw_cli_args *args)
{
    json_t *body = json_object(), *extension = NULL;
    int status;

    if (!read_owner(cli, args, body, &status) ||
        !find_extension(cli, args->args[0], &extension, &status)) {
        json_decref(body);
        return status;
    }
    if (extension) {
        (void)json_object_set(body, "version", json_object_get(extension, "version"));
        status = rw_cli_change(cli, "PUT", rw_cli_path_of(extension), body, extension_columns);
    } else {
        (void)json_object_set_new(body, "number", json_string(args->args[0]));
        status = rw_cli_change(cli, "POST", RW_CLI_EXTENSIONS, body, extension_columns);
    }
    json_decref(extension);
    return status;
}

int rw_cli_extension_free(struct rw_cli *cli, const struct rw_cli_args *args)
{
    json_t *extension;
    int status;

    if (!find_extension(cli, args->args[0], &extension, &status))
        return status;
    if (!extension) {
        fprintf(cli->err, "ringwright: nobody has this extension\n");
        return 1;
    }
    status = rw_cli_change(cli, "DELETE", rw_cli_path_of(extension), NULL, NULL);
    json_decref(extension);
    if (!status)
        rw_cli_say(cli, "The extension is free.\n");
    return status;
}

/* ------------------------------------------------------------------ number plans */

int rw_cli_number_plan_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    static const struct rw_cli_column columns[] = {
        {"NAME", "name"},   {"CLASS", "classification"}, {"BY", "matchType"},
        {"MATCH", "match"}, {"PRIORITY", "priority"},    {"ID", "id"},
        {NULL, NULL},
    };
    char path[PATH_MAX_BYTES];
    json_t *site;
    int status;

    if (!rw_cli_find_or_first(cli, RW_CLI_SITES, "site", rw_cli_option(args, "site"), &site,
                              &status))
        return status;
    (void)snprintf(path, sizeof(path), "%s/numberplans", rw_cli_path_of(site));
    json_decref(site);
    return rw_cli_get_list(cli, path, columns);
}
