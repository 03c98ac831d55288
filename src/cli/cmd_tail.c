/*
 * tail: what happens to calls, as it happens; and following one call to its end.
 *
 * Both logs are read by long polling. With SIP messages both are asked in turn, the one for a short
 * while, and what came is merged by time. In JSON each event or message is one line.
 */
#include "base/err.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/render.h"

#include <stdlib.h>

#define WAIT_MS 20000    /* for events alone */
#define WAIT_BOTH_MS 400 /* when SIP messages are shown too */
#define TIMEOUT_MS 40000

struct tail {
    struct rw_cli *cli;
    const char *conversation; /* NULL: of all */
    bool sip;
    long long after_event, after_message;
    bool connected, ended;
};

/* ------------------------------------------------------------------ one line */

static const char *text(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    return value ? value : "";
}

/* "2026-11-23T17:44:07.123Z" is shown as "17:44:07.123". */
static void print_head(FILE *out, const json_t *entry)
{
    char clean[64];
    const char *at = text(entry, "at"), *t = strchr(at, 'T');

    (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(t ? t + 1 : at));
    clean[strcspn(clean, "Z")] = '\0';
    fprintf(out, "%-12s  ", clean);
}

/* Nothing at all when there is no value. */
static void print_clean(FILE *out, const char *before, const char *value, const char *after)
{
    char clean[300];

    (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(value));
    if (*clean)
        fprintf(out, "%s%s%s", before, clean, after);
}

static void print_ending(FILE *out, const json_t *data)
{
    json_int_t sip = json_integer_value(json_object_get(data, "sipCode"));
    json_int_t q850 = json_integer_value(json_object_get(data, "q850"));
    json_int_t tried = json_integer_value(json_object_get(data, "trunksTried"));

    print_clean(out, "  ", text(data, "disconnect"), "");
    print_clean(out, ", said by ", text(data, "saidBy"), "");
    if (sip)
        fprintf(out, ", SIP %lld", (long long)sip);
    print_clean(out, " ", text(data, "sipReason"), "");
    if (q850)
        fprintf(out, ", Q.850 %lld", (long long)q850);
    print_clean(out, " (", text(data, "reason"), ")");
    if (tried)
        fprintf(out, ", %lld trunks tried", (long long)tried);
}

/* "  through main, attempt 2" */
static void print_trunk(FILE *out, const json_t *data)
{
    json_int_t attempt = json_integer_value(json_object_get(data, "attempt"));
    const char *name = text(data, "trunkName");

    print_clean(out, "  through ", *name ? name : text(data, "trunkId"), "");
    if (attempt > 1)
        fprintf(out, ", attempt %lld", (long long)attempt);
}

static void print_event(const struct tail *tail, const json_t *event)
{
    FILE *out = tail->cli->out;
    const char *leg = text(event, "leg");
    char clean[40];

    print_head(out, event);
    (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(*leg ? leg : "call"));
    fprintf(out, "%-8s ", clean);
    print_clean(out, "", text(event, "type"), "");
    print_trunk(out, json_object_get(event, "data"));
    print_ending(out, json_object_get(event, "data"));
    if (!tail->conversation)
        print_clean(out, "  ", text(event, "conversationId"), "");
    fputc('\n', out);
}

static bool is_sent(const json_t *message)
{
    return json_is_true(json_object_get(message, "sent")) ||
           strcmp(text(message, "direction"), "sent") == 0;
}

static void print_message(const struct tail *tail, const json_t *message)
{
    FILE *out = tail->cli->out;
    const char *leg = text(message, "leg");
    struct rw_slice rest = rw_slice_str(text(message, "message"));
    char clean[1024];

    print_head(out, message);
    (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(*leg ? leg : "sip"));
    fprintf(out, "%-8s %s", clean, is_sent(message) ? "-->" : "<--");
    print_clean(out, " ", text(message, "transport"), "");
    print_clean(out, " ", text(message, "peer"), "");
    fputc('\n', out);
    while (rest.n) {
        const char *lf = memchr(rest.p, '\n', rest.n);
        struct rw_slice line = {rest.p, lf ? (size_t)(lf - rest.p) : rest.n};

        rest = rw_slice_from(rest, line.n + 1);
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        (void)rw_text_clean(clean, sizeof(clean), line);
        fprintf(out, "    | %s\n", clean);
    }
}

static void print_entry(struct tail *tail, const json_t *entry)
{
    bool message = json_object_get(entry, "message") != NULL;

    if (tail->cli->json || !tail->cli->terminal) {
        rw_cli_put_json(tail->cli->out, entry, true);
    } else if (message) {
        print_message(tail, entry);
    } else {
        print_event(tail, entry);
    }
    if (!message && strcmp(text(entry, "type"), "ended") == 0)
        tail->ended = true;
    if (!message && strcmp(text(entry, "type"), "connected") == 0)
        tail->connected = true;
}

/* Two arrays, each in order of time, as one. */
static void print_merged(struct tail *tail, const json_t *events, const json_t *messages)
{
    size_t i = 0, j = 0;

    for (;;) {
        const json_t *event = json_array_get(events, i), *message = json_array_get(messages, j);

        if (!event && !message)
            break;
        if (!message || (event && strcmp(text(event, "at"), text(message, "at")) <= 0)) {
            print_entry(tail, event);
            i++;
        } else {
            print_entry(tail, message);
            j++;
        }
    }
    (void)fflush(tail->cli->out);
}

/* ------------------------------------------------------------------ polling */

static bool poll_one(struct tail *tail, const char *what, long long *after, long wait_ms,
                     struct rw_cli_answer *ret)
{
    struct rw_cli_call call = {.method = "GET", .timeout_ms = TIMEOUT_MS};
    const json_t *next;
    struct rw_buf path;
    bool ok;

    rw_buf_init(&path, 1024);
    rw_buf_printf(&path, "/api/v2/ringwright/%s?after=%lld&waitMs=%ld", what, *after, wait_ms);
    if (tail->conversation) {
        rw_buf_puts(&path, "&conversationId=");
        rw_cli_escape(&path, tail->conversation);
    }
    if (path.failed) {
        rw_buf_done(&path);
        *ret = (struct rw_cli_answer){.failure = RW_NO_MEMORY};
        (void)rw_cli_path_failed(tail->cli);
        return false;
    }
    call.path = path.p;
    ok = rw_cli_send(tail->cli, &call, ret);
    rw_buf_done(&path);
    if (!ok)
        return false;
    next = json_object_get(ret->json, "after");
    if (!next)
        next = json_object_get(ret->json, "next");
    if (json_is_integer(next))
        *after = json_integer_value(next);
    return true;
}

/* One round. 0: go on; else how to end. */
static int round_trip(struct tail *tail, long wait_ms)
{
    struct rw_cli_answer events = {0}, messages = {0};
    int status = 0;

    if (tail->sip && !poll_one(tail, "sip", &tail->after_message, 0, &messages))
        status = rw_cli_exit(&messages);
    if (!status && !poll_one(tail, "events", &tail->after_event, wait_ms, &events))
        status = rw_cli_exit(&events);
    if (!status)
        print_merged(tail, json_object_get(events.json, "entities"),
                     json_object_get(messages.json, "entities"));
    rw_cli_answer_done(&events);
    rw_cli_answer_done(&messages);
    return status;
}

static int run(struct tail *tail)
{
    int status = 0;

    while (!status && !(tail->ended && tail->conversation))
        status = round_trip(tail, tail->sip ? WAIT_BOTH_MS : WAIT_MS);
    if (!status && tail->sip)
        status = round_trip(tail, 0); /* the last answers to BYE come after the end */
    return status;
}

bool rw_cli_follow(struct rw_cli *cli, const char *conversation_id, int *ret_exit)
{
    struct tail tail = {.cli = cli, .conversation = conversation_id};

    *ret_exit = run(&tail);
    return tail.connected;
}

/* From now on: the number of the last event there is. */
static int start_now(struct tail *tail)
{
    const struct rw_cli_call call = {.method = "GET", .path = "/health", .anonymous = true};
    struct rw_cli_answer answer;
    int status = 0;

    if (rw_cli_send(tail->cli, &call, &answer))
        tail->after_event = json_integer_value(json_object_get(answer.json, "lastSeq"));
    else
        status = rw_cli_exit(&answer);
    rw_cli_answer_done(&answer);
    return status;
}

int rw_cli_tail(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct tail tail = {.cli = cli,
                        .conversation = rw_cli_option(args, "conversation"),
                        .sip = rw_cli_option(args, "sip") != NULL};
    const char *after = rw_cli_option(args, "after");
    char *end = NULL;
    int status = 0;

    if (after) {
        tail.after_event = strtoll(after, &end, 10);
        if (end == after || *end || tail.after_event < 0) {
            fprintf(cli->err, "ringwright: --after takes the number of an event\n");
            return RW_CLI_USAGE;
        }
    } else if (!tail.conversation) {
        status = start_now(&tail);
    }
    return status ? status : run(&tail);
}
