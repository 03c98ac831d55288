/* rate load, show: what calls cost. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/render.h"

#define RATES "/api/v2/telephony/providers/edges/rates"
#define FILE_MAX (3u << 20)
#define LOAD_MS 60000

static const struct rw_cli_column columns[] = {
    {"rates", "rates"},
    {"version", "version"},
    {"prefix", "rate.prefix"},
    {"rate a minute", "rate.ratePerMinute"},
    {"to connect", "rate.connectFee"},
    {"first (s)", "rate.firstSeconds"},
    {"then (s)", "rate.nextSeconds"},
    {NULL, NULL},
};

int rw_cli_rate_show(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_buf path;
    int status;

    rw_buf_init(&path, 1024);
    rw_buf_puts(&path, RATES);
    if (args->args[0]) {
        rw_buf_puts(&path, "?number=");
        rw_cli_escape(&path, args->args[0]);
    }
    status = path.failed ? rw_cli_path_failed(cli) : rw_cli_get_object(cli, path.p, columns);
    rw_buf_done(&path);
    return status;
}

int rw_cli_rate_load(struct rw_cli *cli, const struct rw_cli_args *args)
{
    const char *name = strcmp(args->args[0], "-") == 0 ? "<stdin>" : args->args[0];
    struct rw_cli_answer answer;
    struct rw_buf text;
    int status = 1;

    rw_buf_init(&text, FILE_MAX);
    if (rw_cli_read_file(cli, args->args[0], &text)) {
        const struct rw_cli_call call = {.method = "PUT",
                                         .path = RATES,
                                         .body = text.len ? text.p : "",
                                         .type = "text/csv",
                                         .source_name = name,
                                         .timeout_ms = LOAD_MS};

        status = 0;
        if (rw_cli_send(cli, &call, &answer))
            rw_cli_show_object(cli, answer.json, columns);
        else
            status = rw_cli_exit(&answer);
        rw_cli_answer_done(&answer);
    }
    rw_buf_done(&text);
    return status;
}
