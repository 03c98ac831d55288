/*
 * http_mhd - what bench/http_server does, by libmicrohttpd with an external epoll loop: the second
 * control of bench/http_cpu.py. It does less than src/http must: no guard against ambiguous framing, no
 * absolute deadlines, no answer that waits. Prints its port, runs till killed.
 */
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

static const char answer[] = "{\"id\":\"0190b0c0-0000-7000-8000-000000000000\","
                             "\"selfUri\":\"/api/v2/conversations/calls\"}";

struct upload {
    size_t n;
    char bytes[4096];
};

static enum MHD_Result reply(struct MHD_Connection *conn)
{
    struct MHD_Response *response;
    enum MHD_Result result;

    response =
        MHD_create_response_from_buffer(sizeof(answer) - 1, strdup(answer), MHD_RESPMEM_MUST_FREE);
    (void)MHD_lookup_connection_value(conn, MHD_HEADER_KIND, "Authorization");
    (void)MHD_add_response_header(response, "Content-Type", "application/json");
    (void)MHD_add_response_header(response, "ININ-Correlation-Id",
                                  "0190b0c0-0000-7000-8000-000000000000");
    result = MHD_queue_response(conn, 200, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *conn, const char *url,
                              const char *method, const char *version, const char *data, size_t *n,
                              void **state)
{
    struct upload *upload = *state;

    (void)arg;
    (void)url;
    (void)method;
    (void)version;
    if (!upload) {
        *state = calloc(1, sizeof(*upload));
        return MHD_YES;
    }
    if (!*n)
        return reply(conn);
    if (*n > sizeof(upload->bytes) - upload->n)
        return MHD_NO;
    memcpy(upload->bytes + upload->n, data, *n);
    upload->n += *n;
    *n = 0;
    return MHD_YES;
}

static void completed(void *arg, struct MHD_Connection *conn, void **state,
                      enum MHD_RequestTerminationCode why)
{
    (void)arg;
    (void)conn;
    (void)why;
    free(*state);
    *state = NULL;
}

int main(void)
{
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, NULL,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)8192,
                         MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_END);
    struct epoll_event event = {.events = EPOLLIN};
    int loop = epoll_create1(EPOLL_CLOEXEC);

    if (!daemon || loop < 0 ||
        epoll_ctl(loop, EPOLL_CTL_ADD,
                  MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, &event))
        return 1;
    printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    for (;;) {
        MHD_UNSIGNED_LONG_LONG wait_ms;
        bool waits = MHD_get_timeout(daemon, &wait_ms) == MHD_YES;

        (void)epoll_wait(loop, &event, 1, waits ? (int)wait_ms : -1);
        (void)MHD_run(daemon);
    }
}
