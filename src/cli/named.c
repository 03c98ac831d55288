#include "cli/named.h"

#include "cli/client.h"

#include <string.h>

#define PATH_MAX_BYTES 2048

static bool fetch(struct rw_cli *cli, const char *path, bool array, json_t **ret, int *ret_exit)
{
    const struct rw_cli_call call = {.method = "GET", .path = path};
    struct rw_cli_answer answer;
    bool ok = rw_cli_send(cli, &call, &answer);

    *ret = NULL;
    *ret_exit = ok ? 1 : rw_cli_exit(&answer);
    if (ok && (array ? json_is_array(answer.json) : json_is_object(answer.json)))
        *ret = json_incref(answer.json);
    else if (ok)
        fprintf(cli->err, "ringwright: the answer to GET %s is no %s\n", path,
                array ? "array" : "object");
    rw_cli_answer_done(&answer);
    return *ret != NULL;
}

bool rw_cli_fetch(struct rw_cli *cli, const char *path, json_t **ret, int *ret_exit)
{
    return fetch(cli, path, false, ret, ret_exit);
}

bool rw_cli_fetch_array(struct rw_cli *cli, const char *path, json_t **ret, int *ret_exit)
{
    return fetch(cli, path, true, ret, ret_exit);
}

/* collection?name=..., its first entity; *ret NULL when it has none. */
static bool query(struct rw_cli *cli, const char *collection, const char *name, json_t **ret,
                  int *ret_exit)
{
    struct rw_buf path;
    json_t *page = NULL;
    bool ok;

    *ret = NULL;
    *ret_exit = 1;
    rw_buf_init(&path, PATH_MAX_BYTES);
    rw_buf_puts(&path, collection);
    rw_buf_puts(&path, name ? "?name=" : "?pageSize=1");
    if (name)
        rw_cli_escape(&path, name);
    if (path.failed)
        *ret_exit = rw_cli_path_failed(cli);
    ok = !path.failed && rw_cli_fetch(cli, path.p, &page, ret_exit);
    rw_buf_done(&path);
    if (ok)
        *ret = json_incref(json_array_get(json_object_get(page, "entities"), 0));
    json_decref(page);
    return ok;
}

bool rw_cli_find_named(struct rw_cli *cli, const char *collection, const char *name, json_t **ret,
                       int *ret_exit)
{
    struct rw_buf path;
    bool ok;

    if (!query(cli, collection, name, ret, ret_exit))
        return false;
    if (*ret)
        return true;
    rw_buf_init(&path, PATH_MAX_BYTES);
    rw_buf_puts(&path, collection);
    rw_buf_putc(&path, '/');
    rw_cli_escape(&path, name);
    if (path.failed)
        *ret_exit = rw_cli_path_failed(cli);
    ok = !path.failed && rw_cli_fetch(cli, path.p, ret, ret_exit);
    rw_buf_done(&path);
    return ok;
}

bool rw_cli_find_or_first(struct rw_cli *cli, const char *collection, const char *what,
                          const char *name, json_t **ret, int *ret_exit)
{
    if (name)
        return rw_cli_find_named(cli, collection, name, ret, ret_exit);
    if (!query(cli, collection, NULL, ret, ret_exit))
        return false;
    if (!*ret)
        fprintf(cli->err, "ringwright: the server has no %s\n", what);
    return *ret != NULL;
}

json_t *rw_cli_editable(const json_t *object)
{
    static const char *const said[] = {"id",        "selfUri",       "state",      "dateCreated",
                                       "trunkType", "dateModified",  "warnings",   "site",
                                       "edge",      "trunkMetabase", "managed",    "mediaModel",
                                       "didPool",   "usage",         "phoneNumber"};
    json_t *copy = json_deep_copy(object);

    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
        (void)json_object_del(copy, said[i]);
    (void)json_object_del(json_object_get(copy, "sip"), "hasPassword");
    return copy;
}

const char *rw_cli_path_of(const json_t *object)
{
    const char *path = json_string_value(json_object_get(object, "selfUri"));

    return path ? path : "/";
}
