/* What commands about resources have in common: get and show, change and show. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/named.h"
#include "cli/render.h"

#include <errno.h>
#include <stdlib.h>

#define PATH_MAX_BYTES 2048

int rw_cli_get_list(struct rw_cli *cli, const char *path, const struct rw_cli_column *columns)
{
    const struct rw_cli_call call = {.method = "GET", .path = path};
    struct rw_cli_answer answer;
    int status = 0;

    if (rw_cli_send(cli, &call, &answer))
        rw_cli_show_list(cli, answer.json, columns);
    else
        status = rw_cli_exit(&answer);
    rw_cli_answer_done(&answer);
    return status;
}

int rw_cli_get_object(struct rw_cli *cli, const char *path, const struct rw_cli_column *columns)
{
    return rw_cli_change(cli, "GET", path, NULL, columns);
}

int rw_cli_get_by_id(struct rw_cli *cli, const char *path, const char *id,
                     const struct rw_cli_column *columns)
{
    return rw_cli_by_id(cli, "GET", path, id, "", columns);
}

int rw_cli_change(struct rw_cli *cli, const char *method, const char *path, json_t *body,
                  const struct rw_cli_column *columns)
{
    return rw_cli_change_shown(cli, method, path, body, columns, rw_cli_show_object);
}

int rw_cli_change_shown(struct rw_cli *cli, const char *method, const char *path, json_t *body,
                        const struct rw_cli_column *columns, rw_cli_show_h *show)
{
    char *text = body ? json_dumps(body, JSON_INDENT(2)) : NULL;
    const struct rw_cli_call call = {.method = method, .path = path, .body = text};
    const struct rw_cli_source source = {"request", rw_slice_str(text)};
    struct rw_cli_answer answer;
    int status = 0;

    json_decref(body);
    if (body && !text) {
        fprintf(cli->err, "ringwright: a value is not UTF-8\n");
        return RW_CLI_USAGE;
    }
    if (rw_cli_send(cli, &call, &answer)) {
        rw_cli_show_warnings(cli, answer.json, &source);
        if (columns && answer.json)
            show(cli, answer.json, columns);
    } else {
        status = rw_cli_exit(&answer);
    }
    rw_cli_answer_done(&answer);
    free(text);
    return status;
}

int rw_cli_by_id(struct rw_cli *cli, const char *method, const char *path, const char *id,
                 const char *tail, const struct rw_cli_column *columns)
{
    struct rw_buf full;
    int status;

    rw_buf_init(&full, PATH_MAX_BYTES);
    rw_buf_puts(&full, path);
    rw_buf_putc(&full, '/');
    rw_cli_escape(&full, id);
    rw_buf_puts(&full, tail);
    if (full.failed) {
        status = rw_cli_path_failed(cli);
    } else {
        status = rw_cli_change(cli, method, full.p, NULL, columns);
    }
    rw_buf_done(&full);
    return status;
}

int rw_cli_get_page(struct rw_cli *cli, const char *path, const struct rw_cli_args *args,
                    const struct rw_cli_column *columns)
{
    const char *size = rw_cli_option(args, "page-size"), *number = rw_cli_option(args, "page");
    struct rw_buf full;
    int status;

    rw_buf_init(&full, PATH_MAX_BYTES);
    rw_buf_puts(&full, path);
    if (size) {
        rw_buf_puts(&full, "?pageSize=");
        rw_cli_escape(&full, size);
    }
    if (number) {
        rw_buf_puts(&full, size ? "&pageNumber=" : "?pageNumber=");
        rw_cli_escape(&full, number);
    }
    status = full.failed ? rw_cli_path_failed(cli) : rw_cli_get_list(cli, full.p, columns);
    rw_buf_done(&full);
    return status;
}

void rw_cli_texts(const struct rw_cli_args *args, const char *const (*members)[2], size_t count,
                  json_t *body)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = rw_cli_option(args, members[i][0]);

        if (value)
            (void)json_object_set_new(body, members[i][1],
                                      *value ? json_string(value) : json_null());
    }
}

int rw_cli_delete_named(struct rw_cli *cli, const char *collection, const char *name,
                        const char *said)
{
    json_t *thing;
    int status;

    if (!rw_cli_find_named(cli, collection, name, &thing, &status))
        return status;
    status = rw_cli_change(cli, "DELETE", rw_cli_path_of(thing), NULL, NULL);
    json_decref(thing);
    if (!status)
        rw_cli_say(cli, "%s\n", said);
    return status;
}

int rw_cli_get_named(struct rw_cli *cli, const char *collection, const char *name,
                     const struct rw_cli_column *columns)
{
    json_t *thing;
    int status;

    if (!rw_cli_find_named(cli, collection, name, &thing, &status))
        return status;
    rw_cli_show_object(cli, thing, columns);
    json_decref(thing);
    return 0;
}

json_t *rw_cli_words(const char *list)
{
    json_t *array = json_array();

    while (list && *list) {
        size_t n = strcspn(list, ",");

        if (n)
            (void)json_array_append_new(array, json_stringn(list, n));
        list += n + (list[n] == ',');
    }
    return array;
}

bool rw_cli_number(struct rw_cli *cli, const struct rw_cli_args *args, const char *name,
                   long long *ret)
{
    const char *text = rw_cli_option(args, name);
    char *end;

    if (!text)
        return true;
    *ret = strtoll(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && *ret > 0)
        return true;
    fprintf(cli->err, "ringwright: --%s takes a number above 0\n", name);
    return false;
}

bool rw_cli_read_file(struct rw_cli *cli, const char *name, struct rw_buf *text)
{
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    char bytes[4096];
    size_t n;
    bool failed;

    if (!file) {
        fprintf(cli->err, "ringwright: %s: %s\n", name, strerror(errno));
        return false;
    }
    while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
        rw_buf_put(text, (struct rw_slice){bytes, n});
    failed = ferror(file) != 0;
    if (file != stdin)
        (void)fclose(file);
    if (failed || text->failed || (text->len && strlen(text->p) != text->len)) {
        fprintf(cli->err, "ringwright: %s: not a text file of at most %zu KiB\n", name,
                text->max >> 10);
        return false;
    }
    return true;
}
