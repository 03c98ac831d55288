/* spend show, set: what calls may cost, and what they cost so far. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/render.h"

#include <stdlib.h>
#include <string.h>

#define SPENDING "/api/v2/telephony/providers/edges/spending"

static const struct rw_cli_column columns[] = {
    {"currency", "currency"},
    {"time zone", "timeZone"},
    {"unknown prefixes", "unknownPrefix"},
    {"slice (s)", "sliceSeconds"},
    {"caps", "shown"},
    {"version", "version"},
    {NULL, NULL},
};

static const struct rw_cli_column account_columns[] = {
    {"ACCOUNT", "account"}, {"LIMIT", "limit"}, {"SPENT", "spent"},
    {"HELD", "held"},       {"LEFT", "left"},   {NULL, NULL},
};

static json_t *read_spending(struct rw_cli *cli, int *ret_exit)
{
    const struct rw_cli_call call = {.method = "GET", .path = SPENDING};
    struct rw_cli_answer answer;
    json_t *spending = NULL;

    if (rw_cli_send(cli, &call, &answer))
        spending = json_incref(answer.json);
    else
        *ret_exit = rw_cli_exit(&answer);
    rw_cli_answer_done(&answer);
    return spending;
}

/* A cap as it is typed: "client * day 25.00". */
static json_t *caps_as_typed(const json_t *caps)
{
    json_t *shown = json_array();
    const json_t *cap;
    size_t i;

    json_array_foreach(caps, i, cap)
    {
        const char *id = json_string_value(json_object_get(cap, "id"));
        const char *scope, *period, *limit;

        if (json_unpack((json_t *)cap, "{s:s, s:s, s:s}", "scope", &scope, "period", &period,
                        "limit", &limit) == 0)
            (void)json_array_append_new(
                shown, json_sprintf("%s %s %s %s", scope, id ? id : "*", period, limit));
    }
    return shown;
}

static void show(struct rw_cli *cli, json_t *spending)
{
    if (!cli->terminal || cli->json) {
        rw_cli_show_object(cli, spending, columns);
        return;
    }
    (void)json_object_set_new(spending, "shown", caps_as_typed(json_object_get(spending, "caps")));
    rw_cli_show_object(cli, spending, columns);
    if (json_array_size(json_object_get(spending, "accounts"))) {
        json_t *list = json_pack("{s:O}", "entities", json_object_get(spending, "accounts"));

        rw_cli_show_list(cli, list, account_columns);
        json_decref(list);
    }
}

int rw_cli_spend_show(struct rw_cli *cli, const struct rw_cli_args *args)
{
    int status = 0;
    json_t *spending = read_spending(cli, &status);

    (void)args;
    if (spending)
        show(cli, spending);
    json_decref(spending);
    return status;
}

/* "client * day 25.00,tenant * month 1500" as objects; the server says what is wrong with one. */
static json_t *caps_of(const char *list)
{
    json_t *caps = json_array();

    while (*list) {
        static const char *const names[] = {"scope", "id", "period", "limit"};
        size_t n = strcspn(list, ",");
        json_t *cap = json_object();

        for (size_t i = 0, at = 0; i < 4; i++) {
            size_t length = i < 3 ? strcspn(list + at, " ,") : n - at;

            if (strcmp(names[i], "id") != 0 || length != 1 || list[at] != '*')
                (void)json_object_set_new(cap, names[i], json_stringn(list + at, length));
            at += length + (at + length < n);
        }
        (void)json_array_append_new(caps, cap);
        list += n + (list[n] == ',');
    }
    return caps;
}

static bool read_options(struct rw_cli *cli, const struct rw_cli_args *args, json_t *body)
{
    static const char *const texts[][2] = {
        {"currency", "currency"}, {"zone", "timeZone"}, {"unknown", "unknownPrefix"}};
    long long slice = 0;

    if (!rw_cli_number(cli, args, "slice", &slice))
        return false;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (rw_cli_option(args, texts[i][0]))
            (void)json_object_set_new(body, texts[i][1],
                                      json_string(rw_cli_option(args, texts[i][0])));
    if (slice)
        (void)json_object_set_new(body, "sliceSeconds", json_integer(slice));
    if (rw_cli_option(args, "cap"))
        (void)json_object_set_new(body, "caps", caps_of(rw_cli_option(args, "cap")));
    return true;
}

/* What is not given stays: it is read, changed, and sent back from the version that was read. */
int rw_cli_spend_set(struct rw_cli *cli, const struct rw_cli_args *args)
{
    static const char *const shown_only[] = {"dateCreated", "dateModified", "accounts", "selfUri"};
    int status = 0;
    json_t *spending = read_spending(cli, &status);

    if (!spending)
        return status;
    for (size_t i = 0; i < sizeof(shown_only) / sizeof(*shown_only); i++)
        (void)json_object_del(spending, shown_only[i]);
    if (!read_options(cli, args, spending)) {
        json_decref(spending);
        return RW_CLI_USAGE;
    }
    status = rw_cli_change(cli, "PUT", SPENDING, spending, NULL);
    return status ? status : rw_cli_spend_show(cli, args);
}
