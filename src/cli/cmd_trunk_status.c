/* trunk status: whether the carriers are there, and whether the trunks are registered at them. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/named.h"
#include "cli/render.h"

#include <stdio.h>
#include <string.h>

#define STATUS RW_CLI_EDGES "/trunks"
#define PAGE_SIZE 100

static const struct rw_cli_column columns[] = {
    {"TRUNK", "trunk"}, {"IN SERVICE", "inService"},  {"ADDRESS", "address"},
    {"STATE", "state"}, {"SINCE", "since"},           {"ROUND TRIP", "roundTrip"},
    {"SAID", "said"},   {"REGISTERED", "registered"}, {NULL, NULL},
};

/* ------------------------------------------------------------------ asking */

/* Adds the entities of every page to the list. False: told already. */
static bool fetch_all(struct rw_cli *cli, json_t *list, int *ret_exit)
{
    json_int_t pages = 1;

    for (json_int_t page = 1; page <= pages; page++) {
        json_t *answer;
        char path[160];

        (void)snprintf(path, sizeof(path), STATUS "?pageSize=%d&pageNumber=%lld", PAGE_SIZE,
                       (long long)page);
        if (!rw_cli_fetch(cli, path, &answer, ret_exit))
            return false;
        (void)json_array_extend(list, json_object_get(answer, "entities"));
        pages = json_integer_value(json_object_get(answer, "pageCount"));
        json_decref(answer);
    }
    return true;
}

static bool fetch_one(struct rw_cli *cli, const char *name, json_t *list, int *ret_exit)
{
    json_t *settings, *trunk = NULL;
    char path[160];
    bool ok;

    if (!rw_cli_find_named(cli, RW_CLI_TRUNKS, name, &settings, ret_exit))
        return false;
    (void)snprintf(path, sizeof(path), STATUS "/%.80s",
                   json_string_value(json_object_get(settings, "id")));
    json_decref(settings);
    ok = rw_cli_fetch(cli, path, &trunk, ret_exit);
    if (ok)
        (void)json_array_append_new(list, trunk);
    return ok;
}

/* ------------------------------------------------------------------ telling */

static const char *text(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    return value ? value : "";
}

/* "2026-11-26 02:10:11Z" of a time with its milliseconds; "" of none. */
static void write_time(const char *time, char dst[24])
{
    (void)snprintf(dst, 24, "%.19s%s", time, *time ? "Z" : "");
    if (strlen(dst) > 10)
        dst[10] = ' ';
}

static json_t *said(const json_t *address)
{
    const json_t *error = json_object_get(address, "errorInfo");
    const char *agent = text(address, "agent");
    json_int_t code = json_integer_value(json_object_get(address, "sipCode"));

    if (code)
        return json_sprintf("%d %s%s%s", (int)code, text(address, "sipReason"), *agent ? ", " : "",
                            agent);
    return json_string(text(error, "text"));
}

static json_t *round_trip(const json_t *address)
{
    const json_t *us = json_object_get(address, "roundTripUs");

    return us ? json_sprintf("%.1f ms", (double)json_integer_value(us) / 1000) : json_string("");
}

static json_t *registered(const json_t *trunk)
{
    const json_t *status = json_array_get(json_object_get(trunk, "registersStatus"), 0);
    const json_t *error = json_object_get(status, "errorInfo");
    bool bound = json_is_true(json_object_get(status, "registerState"));
    char until[24], next[24];

    if (!status)
        return json_string("");
    write_time(text(status, "registeredUntil"), until);
    write_time(text(status, "nextTime"), next);
    if (bound && !error)
        return json_sprintf("until %s", until);
    return json_sprintf("%s%s%s%s%s%s", bound ? "until " : "no", bound ? until : "",
                        error ? ": " : "", text(error, "text"), *next ? "; again at " : "", next);
}

static void add_row(json_t *rows, const json_t *trunk, const json_t *address, json_t *registered)
{
    bool asked = strcmp(text(trunk, "optionsEnabledStatus"), "ENABLED") == 0;
    const char *state = address ? text(address, "state") : asked ? "unknown" : "not asked";
    json_t *row = json_object();
    char since[24];

    write_time(text(address, "optionStateTime"), since);
    (void)json_object_set_new(row, "trunk", json_string(text(trunk, "name")));
    (void)json_object_set(row, "inService", json_object_get(trunk, "inService"));
    (void)json_object_set_new(row, "address", json_string(text(address, "proxyAddress")));
    (void)json_object_set_new(row, "state", json_string(state));
    (void)json_object_set_new(row, "since", json_string(since));
    (void)json_object_set_new(row, "roundTrip", round_trip(address));
    (void)json_object_set_new(row, "said", said(address));
    (void)json_object_set(row, "registered", registered);
    (void)json_array_append_new(rows, row);
}

/* A row an address; of a trunk whose addresses are not known, one. */
static void add_rows(json_t *rows, const json_t *trunk)
{
    const json_t *addresses = json_object_get(trunk, "optionsStatus");
    json_t *binding = registered(trunk);
    size_t count = json_array_size(addresses);

    for (size_t i = 0; i < count || i == 0; i++)
        add_row(rows, trunk, json_array_get(addresses, i), binding);
    json_decref(binding);
}

int rw_cli_trunk_status(struct rw_cli *cli, const struct rw_cli_args *args)
{
    json_t *trunks = json_array(), *rows = json_array(), *trunk;
    int status = 0;
    size_t i;

    if (args->args[0] ? fetch_one(cli, args->args[0], trunks, &status)
                      : fetch_all(cli, trunks, &status)) {
        status = 0;
        json_array_foreach(trunks, i, trunk) add_rows(rows, trunk);
        rw_cli_show_list(cli, cli->json || !cli->terminal ? trunks : rows, columns);
    }
    json_decref(trunks);
    json_decref(rows);
    return status;
}
