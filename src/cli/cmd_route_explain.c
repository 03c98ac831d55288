/* route explain: how a call would leave, as a person would tell it. */
#include "base/err.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/render.h"

#define EXPLAIN "/api/v2/telephony/providers/edges/outboundroutes/explain"

static const char *text(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    return value ? value : "";
}

/* Nothing at all when there is no value. */
static void put(FILE *out, const char *before, const char *value, const char *after)
{
    char clean[300];

    (void)rw_text_clean(clean, sizeof(clean), rw_slice_str(value));
    if (*clean)
        fprintf(out, "%s%s%s", before, clean, after);
}

static const char *name_of(const json_t *thing)
{
    const char *name = text(thing, "name");

    return *name ? name : text(thing, "id");
}

static void show_number(FILE *out, const json_t *to)
{
    put(out, "calls      ", *text(to, "number") ? text(to, "number") : text(to, "given"), "");
    put(out, "  (", text(to, "verdict"), "");
    put(out, ", ", text(to, "type"), "");
    put(out, ", ", text(to, "region"), "");
    fputs(")\n", out);
}

static void show_caller(FILE *out, const json_t *caller)
{
    put(out, "shows      ", *text(caller, "number") ? text(caller, "number") : "no number", "");
    put(out, ": ", text(caller, "why"), "");
    fputc('\n', out);
}

static void show_route(FILE *out, const json_t *route)
{
    const json_t *trunk = json_object_get(route, "trunk");
    const char *prefix = text(route, "prefix");

    put(out, json_is_true(json_object_get(route, "taken")) ? "  + " : "  - ", name_of(route), "");
    if (*prefix)
        put(out, ", prefix ", prefix, "");
    else
        fputs(", for all numbers", out);
    fprintf(out, ", priority %lld",
            (long long)json_integer_value(json_object_get(route, "priority")));
    put(out, ", to trunk ", name_of(trunk), "");
    put(out, ": ", text(route, "why"), "");
    fputc('\n', out);
}

static void show_routes(FILE *out, const json_t *answer)
{
    const json_t *routes = json_object_get(answer, "routes");
    long long all = json_integer_value(json_object_get(answer, "routesInAll"));
    size_t shown = json_array_size(routes);

    if (shown == 0)
        fputs("routes     none was considered: there is no number, or no route at all\n", out);
    else
        fputs("routes     in the order they are considered\n", out);
    for (size_t i = 0; i < shown; i++)
        show_route(out, json_array_get(routes, i));
    if (all > (long long)shown)
        fprintf(out, "  and %lld more, which were not looked at\n", all - (long long)shown);
}

static void show_trunks(FILE *out, const json_t *trunks)
{
    size_t count = json_array_size(trunks);

    if (count)
        fputs(count > 1 ? "trunks     asked in this order, the next when the carrier failed\n"
                        : "trunk\n",
              out);
    for (size_t i = 0; i < count; i++) {
        const json_t *trunk = json_array_get(trunks, i);

        fprintf(out, "  %zu. ", i + 1);
        put(out, "", name_of(trunk), "");
        put(out, "  ", text(trunk, "uri"), "");
        put(out, ", by ", text(trunk, "outboundProxy"), "");
        fprintf(out, ", may ring %lld s\n",
                (long long)json_integer_value(json_object_get(trunk, "answerTimeoutMs")) / 1000);
    }
}

static void show_invite(FILE *out, const char *invite)
{
    struct rw_slice rest = rw_slice_str(invite);

    if (rest.n)
        fputs("would send (without body and credentials)\n", out);
    while (rest.n) {
        const char *lf = memchr(rest.p, '\n', rest.n);
        struct rw_slice line = {rest.p, lf ? (size_t)(lf - rest.p) : rest.n};
        char clean[1024];

        rest = rw_slice_from(rest, line.n + 1);
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        (void)rw_text_clean(clean, sizeof(clean), line);
        fprintf(out, "    | %s\n", clean);
    }
}

static void show(struct rw_cli *cli, const json_t *answer)
{
    const json_t *errors = json_object_get(answer, "errors");

    show_number(cli->out, json_object_get(answer, "to"));
    show_caller(cli->out, json_object_get(answer, "callerId"));
    show_routes(cli->out, answer);
    show_trunks(cli->out, json_object_get(answer, "trunks"));
    show_invite(cli->out, text(answer, "invite"));
    (void)fflush(cli->out);
    if (json_array_size(errors)) {
        fputs("refused, because\n", cli->err);
        rw_cli_show_refusal(cli, answer, NULL); /* and the warnings */
    } else {
        rw_cli_show_warnings(cli, answer, NULL);
    }
}

static void add(struct rw_buf *path, const char *name, const char *value)
{
    if (!value)
        return;
    rw_buf_printf(path, "&%s=", name);
    rw_cli_escape(path, value);
}

int rw_cli_route_explain(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_cli_call call = {.method = "GET"};
    struct rw_cli_answer answer;
    struct rw_buf path;
    int status;

    rw_buf_init(&path, 2048);
    rw_buf_puts(&path, EXPLAIN "?to=");
    rw_cli_escape(&path, args->args[0]);
    add(&path, "from", rw_cli_option(args, "from"));
    add(&path, "providerId", rw_cli_option(args, "provider-id"));
    add(&path, "userId", rw_cli_option(args, "user"));
    add(&path, "at", rw_cli_option(args, "at"));
    if (path.failed) {
        rw_buf_done(&path);
        return rw_cli_path_failed(cli);
    }
    call.path = path.p;
    if (!rw_cli_send(cli, &call, &answer)) {
        status = rw_cli_exit(&answer);
    } else {
        status = json_is_true(json_object_get(answer.json, "placeable")) ? 0 : 1;
        if (cli->json || !cli->terminal)
            rw_cli_show_json(cli, answer.json);
        else
            show(cli, answer.json);
    }
    rw_cli_answer_done(&answer);
    rw_buf_done(&path);
    return status;
}
