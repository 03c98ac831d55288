/* doctor, trunk test: what the server found when it looked at itself and at its carriers. */
#include "base/err.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/named.h"
#include "cli/render.h"

#include <stdlib.h>
#include <string.h>

#define TRUNKS RW_CLI_EDGES "/trunks"
#define TEST_TIMEOUT_MS 60000 /* a test has 45 s */

static const char *text(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    return value ? value : "";
}

static bool is_shown_as_json(const struct rw_cli *cli)
{
    return cli->json || !cli->terminal;
}

/* ------------------------------------------------------------------ showing */

static void put(FILE *out, const char *before, const char *value)
{
    char clean[400];

    (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(value));
    fprintf(out, "%s%s\n", before, clean);
}

static void show_check(FILE *out, const json_t *check)
{
    char head[64];

    (void)snprintf(head, sizeof(head), "%-5.8s %-12.20s ", text(check, "result"),
                   text(check, "name"));
    put(out, head, text(check, "found"));
    if (*text(check, "next"))
        put(out, "                   next: ", text(check, "next"));
}

static size_t count(const json_t *checks, const char *result)
{
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(checks); i++)
        n += strcmp(text(json_array_get(checks, i), "result"), result) == 0;
    return n;
}

static void show_report(struct rw_cli *cli, const char *title, const json_t *report)
{
    const json_t *checks = json_object_get(report, "checks");
    size_t all = json_array_size(checks);

    put(cli->out, "", title);
    for (size_t i = 0; i < all; i++)
        show_check(cli->out, json_array_get(checks, i));
    fprintf(cli->out, "%zu checks: %zu ok, %zu warn, %zu fail\n", all, count(checks, "ok"),
            count(checks, "warn"), count(checks, "fail"));
}

static bool has_failed(const json_t *report)
{
    return strcmp(text(report, "result"), "fail") == 0;
}

/* ------------------------------------------------------------------ asking */

/* collection/ID/what; false: told already. */
static bool ask(struct rw_cli *cli, struct rw_cli_call *call, const char *collection,
                const char *id, const char *what, json_t **ret, int *ret_exit)
{
    struct rw_cli_answer answer;
    struct rw_buf path;
    bool ok;

    *ret = NULL;
    rw_buf_init(&path, 2048);
    rw_buf_puts(&path, collection);
    rw_buf_putc(&path, '/');
    rw_cli_escape(&path, id);
    rw_buf_puts(&path, what);
    if (path.failed) {
        rw_buf_done(&path);
        *ret_exit = rw_cli_path_failed(cli);
        return false;
    }
    call->path = path.p;
    call->timeout_ms = TEST_TIMEOUT_MS;
    ok = rw_cli_send(cli, call, &answer);
    if (ok)
        *ret = json_incref(answer.json);
    else
        *ret_exit = rw_cli_exit(&answer);
    rw_cli_answer_done(&answer);
    rw_buf_done(&path);
    return ok;
}

/* echo NULL: no call. */
static bool test(struct rw_cli *cli, const char *id, const char *echo, const char *from,
                 json_t **ret, int *ret_exit)
{
    json_t *body = echo ? json_pack("{s:s,s:s*}", "echoNumber", echo, "from", from) : NULL;
    char *words = body ? json_dumps(body, JSON_INDENT(2)) : NULL;
    struct rw_cli_call call = {.method = "POST", .body = words};
    bool ok = false;

    json_decref(body);
    if (echo && !words) {
        fprintf(cli->err, "ringwright: a value is not UTF-8\n");
        *ret = NULL;
        *ret_exit = RW_CLI_USAGE;
    } else {
        ok = ask(cli, &call, TRUNKS, id, "/test", ret, ret_exit);
    }
    free(words);
    return ok;
}

int rw_cli_trunk_test(struct rw_cli *cli, const struct rw_cli_args *args)
{
    const char *echo = rw_cli_option(args, "echo"), *from = rw_cli_option(args, "from");
    json_t *trunk, *report = NULL;
    int status;

    if (from && !echo)
        return rw_cli_usage(cli, args->command, "a number to show, and no --echo to call", from);
    if (!rw_cli_find_named(cli, RW_CLI_TRUNKS, args->args[0], &trunk, &status))
        return status;
    if (test(cli, text(trunk, "id"), echo, from, &report, &status)) {
        status = has_failed(report);
        if (is_shown_as_json(cli))
            rw_cli_show_json(cli, report);
        else
            show_report(cli, text(trunk, "name"), report);
    }
    json_decref(report);
    json_decref(trunk);
    return status;
}

/* ------------------------------------------------------------------ doctor */

/* The trunks that are enabled, each with its report. False: told already. */
static bool test_trunks(struct rw_cli *cli, json_t *whole, int *ret_exit)
{
    json_t *list = json_array(), *page;
    bool ok = rw_cli_fetch(cli, RW_CLI_TRUNKS "?pageSize=500", &page, ret_exit);
    const json_t *entities = json_object_get(page, "entities");

    (void)json_object_set_new(whole, "trunks", list);
    for (size_t i = 0; ok && i < json_array_size(entities); i++) {
        const json_t *trunk = json_array_get(entities, i);
        json_t *report;

        if (!json_is_true(json_object_get(trunk, "enabled")))
            continue;
        ok = test(cli, text(trunk, "id"), NULL, NULL, &report, ret_exit);
        if (!ok)
            break;
        if (!is_shown_as_json(cli))
            show_report(cli, text(trunk, "name"), report);
        (void)json_object_set_new(report, "id", json_string(text(trunk, "id")));
        (void)json_object_set_new(report, "name", json_string(text(trunk, "name")));
        (void)json_array_append_new(list, report);
    }
    json_decref(page);
    return ok;
}

static bool any_failed(const json_t *whole)
{
    const json_t *trunks = json_object_get(whole, "trunks");
    bool failed = has_failed(json_object_get(whole, "server"));

    for (size_t i = 0; i < json_array_size(trunks); i++)
        failed |= has_failed(json_array_get(trunks, i));
    return failed;
}

static bool examine(struct rw_cli *cli, const struct rw_cli_args *args, json_t *whole,
                    int *ret_exit)
{
    struct rw_cli_call call = {.method = "GET"};
    json_t *edge, *report;
    bool ok;

    if (!rw_cli_find_or_first(cli, RW_CLI_EDGES, "edge", NULL, &edge, ret_exit))
        return false;
    ok = ask(cli, &call, RW_CLI_EDGES, text(edge, "id"), "/doctor", &report, ret_exit);
    json_decref(edge);
    if (!ok)
        return false;
    if (!is_shown_as_json(cli))
        show_report(cli, "the server", report);
    (void)json_object_set_new(whole, "server", report);
    return rw_cli_option(args, "no-trunks") || test_trunks(cli, whole, ret_exit);
}

int rw_cli_doctor(struct rw_cli *cli, const struct rw_cli_args *args)
{
    json_t *whole = json_object();
    int status;

    if (examine(cli, args, whole, &status)) {
        status = any_failed(whole);
        if (is_shown_as_json(cli))
            rw_cli_show_json(cli, whole);
    }
    json_decref(whole);
    return status;
}
