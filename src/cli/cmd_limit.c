/* limit show, set: how many calls the tenant and its programs may make, and how many they make. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/render.h"

#include <stdlib.h>
#include <string.h>

#define LIMITS "/api/v2/telephony/providers/edges/limits"

static const struct rw_cli_column columns[] = {
    {"calls per second", "callsPerSecond"},
    {"burst", "burst"},
    {"channels", "channels"},
    {"waits (ms)", "waitMs"},
    {"longest call (ms)", "maxDurationMs"},
    {"to one number", "sameNumber.calls"},
    {"within (s)", "sameNumber.periodSeconds"},
    {"version", "version"},
    {NULL, NULL},
};
static const struct rw_cli_column counter_columns[] = {
    {"OF", "of"},
    {"NAME", "name"},
    {"CALLS", "calls"},
    {"CHANNELS", "channels"},
    {"PER SECOND", "callsPerSecond"},
    {"WAITING", "waiting"},
    {"ADMITTED", "admitted"},
    {"REFUSED", "refused"},
    {"ID", "id"},
    {NULL, NULL},
};
static const struct rw_cli_column class_columns[] = {
    {"CLASS", "classification"},
    {"LONGEST CALL (MS)", "maxDurationMs"},
    {NULL, NULL},
};
static const struct rw_cli_column client_columns[] = {
    {"CLIENT", "id"},         {"PER SECOND", "callsPerSecond"}, {"BURST", "burst"},
    {"CHANNELS", "channels"}, {"WAITS (MS)", "waitMs"},         {NULL, NULL},
};

/* ------------------------------------------------------------------ showing */

static void add_counters(json_t *rows, const char *of, const json_t *list)
{
    json_t *counter;
    size_t i;

    json_array_foreach(list, i, counter)
    {
        (void)json_object_set_new(counter, "of", json_string(of));
        (void)json_array_append(rows, counter);
    }
}

static void show_rows(struct rw_cli *cli, json_t *rows, const struct rw_cli_column *shown)
{
    json_t *listing = json_pack("{s:O}", "entities", rows);

    if (json_array_size(rows)) {
        fprintf(cli->out, "\n");
        rw_cli_show_list(cli, listing, shown);
    }
    json_decref(listing);
}

/* On a terminal as tables, otherwise the answer as it is. */
static void show(struct rw_cli *cli, json_t *limits)
{
    json_t *counters = json_object_get(limits, "counters"), *rows = json_array();
    json_t *tenant = json_object_get(counters, "tenant");

    rw_cli_show_object(cli, limits, columns);
    if (cli->terminal && !cli->json) {
        show_rows(cli, json_object_get(limits, "classes"), class_columns);
        show_rows(cli, json_object_get(limits, "clients"), client_columns);
        if (tenant) {
            (void)json_object_set_new(tenant, "of", json_string("tenant"));
            (void)json_array_append(rows, tenant);
        }
        add_counters(rows, "client", json_object_get(counters, "clients"));
        add_counters(rows, "trunk", json_object_get(counters, "trunks"));
        show_rows(cli, rows, counter_columns);
    }
    json_decref(rows);
}

/* The limits as the server has them, or the exit status. */
static json_t *read_limits(struct rw_cli *cli, int *ret_exit)
{
    const struct rw_cli_call call = {.method = "GET", .path = LIMITS};
    struct rw_cli_answer answer;
    json_t *limits = NULL;

    if (rw_cli_send(cli, &call, &answer))
        limits = json_incref(answer.json);
    else
        *ret_exit = rw_cli_exit(&answer);
    rw_cli_answer_done(&answer);
    return limits;
}

int rw_cli_limit_show(struct rw_cli *cli, const struct rw_cli_args *args)
{
    int status = 0;
    json_t *limits = read_limits(cli, &status);

    (void)args;
    if (limits)
        show(cli, limits);
    json_decref(limits);
    return status;
}

/* ------------------------------------------------------------------ setting */

/* The entry of a client; a new one is added. */
static json_t *client_of(json_t *limits, const char *id)
{
    json_t *clients = json_object_get(limits, "clients"), *client;
    size_t i;

    json_array_foreach(clients, i, client)
    {
        const char *have = json_string_value(json_object_get(client, "id"));

        if (have && strcmp(have, id) == 0)
            return client;
    }
    (void)json_array_append_new(clients, json_pack("{s:s}", "id", id));
    return json_array_get(clients, json_array_size(clients) - 1);
}

/* A number, which 0 is too: no limit. -1 when it is not given. False: told. */
static bool read_number(struct rw_cli *cli, const struct rw_cli_args *args, const char *option,
                        long long *ret)
{
    const char *text = rw_cli_option(args, option);
    char *end;

    *ret = -1;
    if (!text)
        return true;
    *ret = strtoll(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end)
        return true;
    fprintf(cli->err, "ringwright: --%s takes a number\n", option);
    return false;
}

/* Those that a tenant and a client have. */
static bool read_numbers(struct rw_cli *cli, const struct rw_cli_args *args, json_t *into)
{
    static const char *const numbers[][2] = {{"calls-per-second", "callsPerSecond"},
                                             {"burst", "burst"},
                                             {"channels", "channels"},
                                             {"wait-ms", "waitMs"}};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        long long n;

        if (!read_number(cli, args, numbers[i][0], &n))
            return false;
        if (n >= 0)
            (void)json_object_set_new(into, numbers[i][1], json_integer(n));
    }
    return true;
}

/* "3/86400": calls and seconds. False: told. */
static bool read_same_number(struct rw_cli *cli, const char *text, json_t *body)
{
    char *end;
    long long calls = strtoll(text, &end, 10), seconds = 0;
    bool ok = *text >= '0' && *text <= '9' && (*end == '/' || (!*end && !calls));

    if (ok && *end) {
        const char *from = end + 1;

        seconds = strtoll(from, &end, 10);
        ok = *from >= '0' && *from <= '9' && !*end;
    }
    if (!ok) {
        fprintf(cli->err,
                "ringwright: --same-number takes calls and seconds, as in 3/86400, or 0\n");
        return false;
    }
    (void)json_object_set_new(
        body, "sameNumber",
        json_pack("{s:I, s:I}", "calls", (json_int_t)calls, "periodSeconds", (json_int_t)seconds));
    return true;
}

/* "International=1800,Mobile=3600", longest calls in seconds. False: told. */
static bool read_classes(struct rw_cli *cli, const char *list, json_t *body)
{
    json_t *classes = json_array();

    while (*list) {
        size_t n = strcspn(list, ","), name = strcspn(list, "=");
        char *end = NULL;
        long long seconds = name < n ? strtoll(list + name + 1, &end, 10) : 0;

        if (!name || name >= n || end != list + n || seconds <= 0) {
            fprintf(cli->err, "ringwright: --class takes NAME=SECONDS, separated by commas\n");
            json_decref(classes);
            return false;
        }
        (void)json_array_append_new(classes,
                                    json_pack("{s:s%, s:I}", "classification", list, name,
                                              "maxDurationMs", (json_int_t)seconds * 1000));
        list += n + (list[n] == ',');
    }
    (void)json_object_set_new(body, "classes", classes);
    return true;
}

static bool read_options(struct rw_cli *cli, const struct rw_cli_args *args, json_t *body)
{
    const char *client = rw_cli_option(args, "client"), *same = rw_cli_option(args, "same-number");
    const char *classes = rw_cli_option(args, "class");
    long long seconds;

    if (!read_numbers(cli, args, client ? client_of(body, client) : body) ||
        !read_number(cli, args, "max-duration", &seconds))
        return false;
    if (seconds >= 0)
        (void)json_object_set_new(body, "maxDurationMs", json_integer(seconds * 1000));
    return (!same || read_same_number(cli, same, body)) &&
           (!classes || read_classes(cli, classes, body));
}

/* What is not given stays: the limits are read, changed, and sent back from the version that was read. */
int rw_cli_limit_set(struct rw_cli *cli, const struct rw_cli_args *args)
{
    static const char *const shown_only[] = {"dateCreated", "dateModified", "counters", "selfUri"};
    int status = 0;
    json_t *limits = read_limits(cli, &status);

    if (!limits)
        return status;
    for (size_t i = 0; i < sizeof(shown_only) / sizeof(*shown_only); i++)
        (void)json_object_del(limits, shown_only[i]);
    if (!read_options(cli, args, limits)) {
        json_decref(limits);
        return RW_CLI_USAGE;
    }
    status = rw_cli_change(cli, "PUT", LIMITS, limits, NULL);
    return status ? status : rw_cli_limit_show(cli, args);
}
