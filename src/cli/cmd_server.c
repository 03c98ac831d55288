/* edge list, audit list, health: what the server says about itself. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/render.h"

static const struct rw_cli_column edge_columns[] = {
    {"ID", "id"}, {"NAME", "name"}, {"STATE", "state"}, {"STATUS", "onlineStatus"}, {NULL, NULL},
};

static const struct rw_cli_column audit_columns[] = {
    {"WHEN", "at"},   {"WHO", "actor"},     {"DID", "action"},
    {"TO", "entity"}, {"DETAIL", "detail"}, {"CORRELATION ID", "correlationId"},
    {NULL, NULL},
};

static const struct rw_cli_column health_columns[] = {
    {"status", "status"},
    {"version", "version"},
    {"up for (s)", "uptimeSeconds"},
    {"calls up in this worker", "liveCalls"},
    {"last event", "lastSeq"},
    {NULL, NULL},
};

int rw_cli_edge_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, "/api/v2/telephony/providers/edges", args, edge_columns);
}

int rw_cli_audit_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, "/api/v2/ringwright/audit", args, audit_columns);
}

int rw_cli_health(struct rw_cli *cli, const struct rw_cli_args *args)
{
    const struct rw_cli_call call = {.method = "GET", .path = "/health", .anonymous = true};
    struct rw_cli_answer answer;
    int status = 0;

    (void)args;
    if (rw_cli_send(cli, &call, &answer))
        rw_cli_show_object(cli, answer.json, health_columns);
    else
        status = rw_cli_exit(&answer);
    rw_cli_answer_done(&answer);
    return status;
}
