/* request check FILE: what the server thinks of a request for a call, shown as a compiler shows it. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/render.h"

#define FILE_MAX (1u << 20)

static int check(struct rw_cli *cli, const struct rw_cli_args *args, const struct rw_buf *text)
{
    const char *name = strcmp(args->args[0], "-") == 0 ? "<stdin>" : args->args[0];
    const struct rw_cli_source source = {name, rw_buf_slice(text)};
    const char *user = rw_cli_option(args, "user");
    struct rw_cli_answer answer;
    struct rw_cli_call call = {
        .method = "POST", .body = text->len ? text->p : "", .source_name = name};
    struct rw_buf path;
    int status = 0;

    rw_buf_init(&path, 1024);
    rw_buf_puts(&path, "/api/v2/conversations/calls");
    if (user) {
        rw_buf_puts(&path, "/user/");
        rw_cli_escape(&path, user);
    }
    rw_buf_puts(&path, "?validateOnly=true");
    call.path = path.p;
    if (path.failed) {
        status = rw_cli_path_failed(cli);
    } else {
        if (rw_cli_send(cli, &call, &answer)) {
            rw_cli_show_warnings(cli, answer.json, &source);
            if (cli->json || !cli->terminal)
                rw_cli_show_json(cli, answer.json);
            rw_cli_say(cli, "%s: a call would be placed\n", name);
        } else {
            status = rw_cli_exit(&answer);
        }
        rw_cli_answer_done(&answer);
    }
    rw_buf_done(&path);
    return status;
}

int rw_cli_request_check(struct rw_cli *cli, const struct rw_cli_args *args)
{
    struct rw_buf text;
    int status = 1;

    rw_buf_init(&text, FILE_MAX);
    if (rw_cli_read_file(cli, args->args[0], &text))
        status = check(cli, args, &text);
    rw_buf_done(&text);
    return status;
}
