/* call place, get, list, hangup. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/render.h"

#include <stdlib.h>

#define CALLS "/api/v2/conversations/calls"

static const struct rw_cli_column call_columns[] = {
    {"id", "id"},
    {"state", "state"},
    {"from", "participants.0.ani"},
    {"to", "participants.0.dnis"},
    {"started", "startTime"},
    {"connected", "connectedTime"},
    {"ended", "endTime"},
    {"why", "disconnectType"},
    {"reason", "endedReason"},
    {"heard", "disconnectReasons"},
    {"said by", "endedBy"},
    {"trunks tried", "trunksTried"},
    {"number resource", "providerId"},
    {"correlation id", "correlationId"},
    {NULL, NULL},
};

/* What an answer to validateOnly says. */
static const struct rw_cli_column judged_columns[] = {
    {"to", "to"},         {"from", "from"},         {"number resource", "providerId"},
    {"trunk", "trunkId"}, {"station", "stationId"}, {NULL, NULL},
};

static const struct rw_cli_column list_columns[] = {
    {"ID", "id"},
    {"STATE", "state"},
    {"FROM", "participants.0.ani"},
    {"TO", "participants.0.dnis"},
    {"STARTED", "startTime"},
    {"CONNECTED", "connectedTime"},
    {NULL, NULL},
};

static const struct rw_cli_column leg_columns[] = {
    {"PARTICIPANT", "purpose"},
    {"NAME", "name"},
    {"ADDRESS", "address"},
    {"STATE", "state"},
    {"WHY", "disconnectType"},
    {"HEARD", "disconnectReasons"},
    {NULL, NULL},
};

/* Only of a call that asked several trunks. */
static const struct rw_cli_column attempt_columns[] = {
    {"TRUNK", "trunkName"},
    {"ASKED", "startTime"},
    {"RANG", "startAlertingTime"},
    {"CONNECTED", "connectedTime"},
    {"REASON", "endedReason"},
    {"HEARD", "disconnectReasons"},
    {NULL, NULL},
};

static void show_attempts(struct rw_cli *cli, const json_t *participants)
{
    for (size_t i = 0; i < json_array_size(participants); i++) {
        const json_t *attempts = json_object_get(json_array_get(participants, i), "attempts");

        if (!attempts)
            continue;
        fputc('\n', cli->out);
        rw_cli_show_list(cli, attempts, attempt_columns);
    }
}

static json_t *number_object(const char *number)
{
    json_t *object = json_object();

    (void)json_object_set_new(object, "phoneNumber", json_string(number));
    return object;
}

static json_t *place_body(const struct rw_cli_args *args)
{
    const char *from = rw_cli_option(args, "from"), *provider = rw_cli_option(args, "provider-id");
    json_t *body = json_object();

    (void)json_object_set_new(body, "to", number_object(rw_cli_option(args, "to")));
    if (from)
        (void)json_object_set_new(body, "from", number_object(from));
    (void)json_object_set_new(body, "callType", json_string("outbound"));
    if (provider)
        (void)json_object_set_new(body, "providerId", json_string(provider));
    return body;
}

static void place_path(const struct rw_cli_args *args, struct rw_buf *path)
{
    const char *user = rw_cli_option(args, "user");

    rw_buf_puts(path, CALLS);
    if (user) {
        rw_buf_puts(path, "/user/");
        rw_cli_escape(path, user);
    }
    if (rw_cli_option(args, "validate-only"))
        rw_buf_puts(path, "?validateOnly=true");
}

/* What is shown of a call that was placed, or only judged. */
static int show_placed(struct rw_cli *cli, const struct rw_cli_args *args, const json_t *json)
{
    const char *id = json_string_value(json_object_get(json, "id"));
    int status = 0;

    if (rw_cli_option(args, "validate-only")) {
        rw_cli_say(cli, "This call would be placed.\n");
        rw_cli_show_object(cli, json, judged_columns);
        return 0;
    }
    if (!id || !rw_cli_option(args, "wait")) {
        rw_cli_show_object(cli, json, call_columns);
        return 0;
    }
    rw_cli_say(cli, "Call %s\n", id);
    return rw_cli_follow(cli, id, &status) || status ? status : 1;
}

int rw_cli_call_place(struct rw_cli *cli, const struct rw_cli_args *args)
{
    json_t *body = place_body(args);
    char *text = json_dumps(body, JSON_INDENT(2));
    const struct rw_cli_source source = {"request", rw_slice_str(text)};
    struct rw_cli_answer answer = {0};
    struct rw_cli_call call = {
        .method = "POST", .body = text, .idempotency_key = rw_cli_option(args, "idempotency-key")};
    struct rw_buf path;
    int status = RW_CLI_USAGE;

    rw_buf_init(&path, 1024);
    place_path(args, &path);
    if (!text || path.failed) {
        fprintf(cli->err, "ringwright: a value is too long or not UTF-8\n");
    } else {
        call.path = path.p;
        if (rw_cli_send(cli, &call, &answer)) {
            rw_cli_show_warnings(cli, answer.json, &source);
            status = show_placed(cli, args, answer.json);
        } else {
            status = rw_cli_exit(&answer);
        }
        rw_cli_answer_done(&answer);
    }
    rw_buf_done(&path);
    json_decref(body);
    free(text);
    return status;
}

int rw_cli_call_get(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_cli_answer answer;
    struct rw_cli_call call = {.method = "GET"};
    struct rw_buf path;
    int status = 0;

    rw_buf_init(&path, 1024);
    rw_buf_puts(&path, CALLS "/");
    rw_cli_escape(&path, args->args[0]);
    if (path.failed) {
        rw_buf_done(&path);
        return rw_cli_path_failed(cli);
    }
    call.path = path.p;
    if (rw_cli_send(cli, &call, &answer)) {
        rw_cli_show_object(cli, answer.json, call_columns);
        if (cli->terminal && !cli->json) {
            fputc('\n', cli->out);
            rw_cli_show_list(cli, json_object_get(answer.json, "participants"), leg_columns);
            show_attempts(cli, json_object_get(answer.json, "participants"));
        }
    } else {
        status = rw_cli_exit(&answer);
    }
    rw_cli_answer_done(&answer);
    rw_buf_done(&path);
    return status;
}

int rw_cli_call_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, CALLS, args, list_columns);
}

int rw_cli_call_hangup(struct rw_cli *cli, const struct rw_cli_args *args)
{
    int status =
        rw_cli_by_id(cli, "POST", "/api/v2/conversations", args->args[0], "/disconnect", NULL);

    if (!status)
        rw_cli_say(cli, "The call is being ended.\n");
    return status;
}
