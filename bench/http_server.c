/*
 * http_server - src/http alone, for bench/http_cpu.py: answers each request with one short JSON object
 * and reads one header, as a request of the API would at least. Prints its port, runs till killed.
 */
#include "http/http.h"

#include <stdio.h>
#include <unistd.h>

static const char answer[] = "{\"id\":\"0190b0c0-0000-7000-8000-000000000000\","
                             "\"selfUri\":\"/api/v2/conversations/calls\"}";

static void handle(struct rw_http_exchange *x, const struct rw_http_request *request, void *arg)
{
    struct rw_buf body;

    (void)request;
    (void)arg;
    rw_buf_init(&body, 4096);
    if (rw_http_header(x, "Authorization").n)
        rw_buf_put(&body, RW_LIT(answer));
    rw_http_reply_header(x, "ININ-Correlation-Id", RW_LIT("0190b0c0-0000-7000-8000-000000000000"));
    rw_http_reply(x, 200, "application/json", &body);
}

static void refuse(struct rw_http_exchange *x, const struct rw_err *err, void *arg)
{
    (void)arg;
    rw_http_reply(x, rw_http_refusal_status(err), NULL, NULL);
}

static enum rw_class start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    const struct rw_http_options options = {
        .host = "127.0.0.1", .handle = handle, .refuse = refuse};

    return rw_http_new(arg, worker, &options, err);
}

int main(void)
{
    struct rw_workers *workers;
    struct rw_http *http;
    struct rw_err err;

    if (rw_workers_new(&workers, 1, &err) || rw_workers_start(workers, start, NULL, &http, &err)) {
        fprintf(stderr, "%s: %s\n", err.code, err.message);
        return 1;
    }
    printf("%u\n", rw_http_port(http));
    fflush(stdout);
    for (;;)
        (void)pause();
}
