/* number check (no server needed), number get. */
#include "address/address.h"
#include "base/err.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/render.h"

#include <ctype.h>

static json_t *span_json(const struct rw_address_span *span)
{
    json_t *object = json_object();

    (void)json_object_set_new(object, "at", json_integer(span->at));
    (void)json_object_set_new(object, "length", json_integer(span->length));
    return object;
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text && *text)
        (void)json_object_set_new(object, key, json_string(text));
}

static json_t *fault_json(const struct rw_address *a)
{
    json_t *fault = json_object(), *suggestions = json_array();
    char expected[200];

    set_text(fault, "code", a->code);
    set_text(fault, "message", rw_address_message(a->code));
    (void)json_object_set_new(fault, "span", span_json(&a->span));
    set_text(fault, "expected", rw_address_expected(a, expected, sizeof(expected)));
    for (uint32_t i = 0; i < a->suggestion_count; i++) {
        json_t *suggestion = json_object();

        set_text(suggestion, "text", a->suggestions[i].text);
        set_text(suggestion, "reason", a->suggestions[i].reason);
        (void)json_array_append_new(suggestions, suggestion);
    }
    (void)json_object_set_new(fault, "suggestions", suggestions);
    return fault;
}

static json_t *as_json(const struct rw_address *a)
{
    json_t *object = json_object(), *notes = json_array();

    set_text(object, "verdict", rw_address_verdict_name(a->verdict));
    set_text(object, "e164", a->e164);
    set_text(object, "extension", a->extension);
    set_text(object, "region", a->region);
    if (a->country_code)
        (void)json_object_set_new(object, "countryCode", json_integer(a->country_code));
    for (uint32_t i = 0; i < a->note_count; i++) {
        json_t *note = json_object();

        set_text(note, "code", a->notes[i].code);
        set_text(note, "meaning", rw_address_note_meaning(a->notes[i].code));
        (void)json_object_set_new(note, "span", span_json(&a->notes[i].span));
        (void)json_object_set_new(note, "count", json_integer(a->notes[i].count));
        (void)json_array_append_new(notes, note);
    }
    (void)json_object_set_new(object, "notes", notes);
    if (a->code)
        (void)json_object_set_new(object, "fault", fault_json(a));
    return object;
}

static void show_fault(struct rw_cli *cli, const struct rw_address *a, struct rw_slice typed)
{
    char expected[200];

    fprintf(cli->err, "%s%s:%s %s [%s]\n", cli->color ? "\033[1;31m" : "",
            rw_address_verdict_name(a->verdict), cli->color ? "\033[0m" : "",
            rw_address_message(a->code), a->code);
    rw_cli_show_line(cli->err, typed, 1, (int)a->span.at + 1, (int)a->span.length,
                     cli->color ? "\033[1;31m" : "", cli->color ? "\033[0m" : "");
    if (*rw_address_expected(a, expected, sizeof(expected)))
        fprintf(cli->err, "      = expected: %s\n", expected);
    for (uint32_t i = 0; i < a->suggestion_count; i++)
        fprintf(cli->err, "      = instead: %s (%s)\n", a->suggestions[i].text,
                a->suggestions[i].reason);
}

static void show_number(struct rw_cli *cli, const struct rw_address *a)
{
    char text[RW_ADDRESS_FORMAT_MAX];

    if (rw_address_write(a, RW_ADDRESS_INTERNATIONAL, text))
        fprintf(cli->out, "%s", text);
    if (a->region[0])
        fprintf(cli->out, "  (%s)", a->region);
    fputc('\n', cli->out);
    if (rw_address_write(a, RW_ADDRESS_E164, text))
        rw_cli_say(cli, "E.164      %s\n", text);
    if (rw_address_write(a, RW_ADDRESS_RFC3966, text))
        rw_cli_say(cli, "RFC 3966   %s\n", text);
    if (a->time_zones && *a->time_zones)
        rw_cli_say(cli, "time zone  %s\n", a->time_zones);
    for (uint32_t i = 0; i < a->note_count; i++)
        rw_cli_say(cli, "note       %s\n", rw_address_note_meaning(a->notes[i].code));
}

int rw_cli_number_check(struct rw_cli *cli, const struct rw_cli_args *args)
{
    const char *region = rw_cli_option(args, "region");
    struct rw_slice typed = rw_slice_str(args->args[0]);
    struct rw_address_policy policy;
    struct rw_address address;

    rw_address_policy_init(&policy);
    if (region) {
        if (strlen(region) != 2 || !isalpha((unsigned char)region[0]) ||
            !isalpha((unsigned char)region[1])) {
            fprintf(cli->err, "ringwright: --region takes two letters, such as SG\n");
            return RW_CLI_USAGE;
        }
        policy.region[0] = (char)toupper((unsigned char)region[0]);
        policy.region[1] = (char)toupper((unsigned char)region[1]);
    }
    rw_address_judge(typed.p, typed.n, &policy, &address);
    if (cli->json || !cli->terminal) {
        json_t *json = as_json(&address);

        rw_cli_show_json(cli, json);
        json_decref(json);
    } else if (address.e164[0]) {
        show_number(cli, &address);
    }
    if (address.code && !cli->json)
        show_fault(cli, &address, typed);
    return address.verdict == RW_ADDRESS_OK ? 0 : 1;
}

/* ------------------------------------------------------------------ number get */

static const struct rw_cli_column columns[] = {
    {"number", "phoneNumber"}, {"id", "id"},        {"name", "name"},
    {"state", "state"},        {"usage", "usage"},  {"outbound calls", "outboundAllowed"},

    {"owner", "owner.id"},     {"edge", "edge.id"}, {NULL, NULL},
};

/* The id of the first edge, into dst; false when there is none, told already. */
static bool first_edge(struct rw_cli *cli, char *dst, size_t size, int *ret_exit)
{
    const struct rw_cli_call call = {.method = "GET",
                                     .path = "/api/v2/telephony/providers/edges?pageSize=1"};
    struct rw_cli_answer answer;
    const char *id = NULL;
    char scratch[40];

    *ret_exit = 1;
    if (rw_cli_send(cli, &call, &answer)) {
        id = rw_cli_text_at(answer.json, "entities.0.id", scratch);
        if (id)
            (void)snprintf(dst, size, "%s", id);
        else
            fprintf(cli->err, "ringwright: the server has no edge\n");
    } else {
        *ret_exit = rw_cli_exit(&answer);
    }
    rw_cli_answer_done(&answer);
    return id != NULL;
}

int rw_cli_number_get(struct rw_cli *cli, const struct rw_cli_args *args)
{
    const char *edge = rw_cli_option(args, "edge");
    struct rw_buf path;
    char id[128];
    int status;

    if (!edge) {
        if (!first_edge(cli, id, sizeof(id), &status))
            return status;
        edge = id;
    }
    rw_buf_init(&path, 1024);
    rw_buf_puts(&path, "/api/v2/telephony/providers/edges/");
    rw_cli_escape(&path, edge);
    rw_buf_puts(&path, "/phoneNumbers");
    status = path.failed ? rw_cli_path_failed(cli)
                         : rw_cli_by_id(cli, "GET", path.p, args->args[0], "", columns);
    rw_buf_done(&path);
    return status;
}
