/*
 * cli/client.h - requests to the server, by libcurl.
 *
 * Where the server is and who asks come from the command line, then the environment:
 * RINGWRIGHT_URL, RINGWRIGHT_TOKEN, RINGWRIGHT_CLIENT_ID with RINGWRIGHT_CLIENT_SECRET; then the
 * names that scripts for the vendor's platform use (GENESYSCLOUD_GATEWAY_HOST, _PORT and _PROTOCOL,
 * GENESYSCLOUD_ACCESS_TOKEN, GENESYSCLOUD_OAUTHCLIENT_ID and _SECRET). With a client's id and
 * secret a token is fetched before the first request.
 *
 * Owner    struct rw_cli's; an answer is its caller's until rw_cli_answer_done().
 * Threads  one.
 * Errors   a request that reached no server has status 0 and its class in `failure`, told already.
 */
#ifndef RW_CLI_CLIENT_H
#define RW_CLI_CLIENT_H

#include "base/buf.h"
#include "base/err.h"
#include "cli/cli.h"

struct rw_cli_answer {
    long status;  /* of HTTP; 0: no answer */
    json_t *json; /* NULL when the body is no JSON */
    struct rw_buf text;
    enum rw_class failure; /* when status is 0 */
};

struct rw_cli_call {
    const char *method, *path; /* path begins with '/' and is escaped already */
    const char *body;          /* NULL: none */
    const char *type;          /* of the body; NULL: JSON */
    const char *source_name;   /* of the body, where its faults are shown; NULL: "request" */
    const char *idempotency_key;
    long timeout_ms;  /* 0 = 30 s */
    bool anonymous;   /* needs no token */
    const char *form; /* a form instead of body, sent as this client */
    const char *client_id, *client_secret;
    /* Where the body was made from another text: moves a refusal's places there before it is shown. */
    void (*place)(json_t *refusal, void *arg);
    void *place_arg;
    struct rw_slice source; /* that text */
};

/* True when a 2xx answer came. Anything else was told on cli->err; ask rw_cli_exit() how to end. */
bool rw_cli_send(struct rw_cli *cli, const struct rw_cli_call *call, struct rw_cli_answer *ret);
int rw_cli_exit(const struct rw_cli_answer *answer);
void rw_cli_answer_done(struct rw_cli_answer *answer);

/* text with everything but unreserved characters (RFC 3986) as %XX, in buf. */
void rw_cli_escape(struct rw_buf *buf, const char *text);

/* A path that could not be built: says so; how to end. */
int rw_cli_path_failed(struct rw_cli *cli);

/* Where the server is, from command line and environment, into dst. */
void rw_cli_base_url(const struct rw_cli *cli, char *dst, size_t size);

void rw_cli_client_free(struct rw_cli_client *client); /* NULL is fine */

#endif
