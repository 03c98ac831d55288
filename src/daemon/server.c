#include "daemon/server.h"

#include "api/api.h"
#include "auth/secret.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/files.h"
#include "daemon/identity.h"
#include "daemon/node.h"
#include "daemon/own_address.h"
#include "daemon/recall.h"
#include "doctor/doctor.h"
#include "event/trace.h"
#include "loop/offload.h"
#include "policy/spike.h"
#include "spend/permit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define OFFLOAD_THREADS 2 /* argon2id takes 64 MiB and a core for a moment: few at once */
#define OFFLOAD_QUEUE 256
#define TRACE_BYTES_A_MESSAGE 2048
#define LEAVE_MS 2000u /* for registrars to answer when the server stops */

/* What the main thread asks of a worker; travels by mail. */
struct order {
    struct rw_mail mail;
    struct server *server;
    unsigned index;
};

struct server {
    struct rw_node_shared shared;
    struct rw_workers *workers;
    struct rw_node nodes[RW_ID_WORKERS];
    struct order listen[RW_ID_WORKERS], drain[RW_ID_WORKERS], hang_up[RW_ID_WORKERS];
    struct order recover, leave;
    struct rw_identity identity;
    struct rw_spend_permit spending;
    int lock_fd, wake_fd, signal_fd;
    _Atomic unsigned listening, quiet; /* workers that came so far */
    _Atomic bool trunks_left;          /* no registration is left behind */
    _Atomic int failed;                /* enum rw_class of a worker that could not; first wins */
    struct rw_err failure;             /* written by the one that set `failed` */
};

static void wake(struct server *server)
{
    uint64_t one = 1;

    (void)!write(server->wake_fd, &one, sizeof(one));
}

static void fail_from_worker(struct server *server, enum rw_class class, const struct rw_err *err)
{
    int none = RW_OK;

    if (err && server->failed == RW_OK)
        server->failure = *err; /* workers open their listeners one after the other */
    (void)atomic_compare_exchange_strong(&server->failed, &none, (int)class);
    wake(server);
}

/* Also asked by the workers, for /health. */
static uint32_t live_calls(const struct server *server)
{
    uint32_t live = 0;

    for (unsigned i = 0; i < server->shared.workers; i++)
        live += rw_exchange_live(server->nodes[i].exchange);
    return live;
}

static uint32_t live_calls_of(void *arg)
{
    return live_calls(arg);
}

/* ---- in the workers ---- */

static enum rw_class start_worker(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    struct server *server = arg;

    return rw_node_open(&server->nodes[rw_worker_index(worker)], worker, &server->shared, err);
}

static void stop_worker(struct rw_worker *worker, void *arg)
{
    struct server *server = arg;

    rw_node_close(&server->nodes[rw_worker_index(worker)]);
}

/* The first takes the configured port, the others the one it got: each asks the next in turn. */
static void listen_in_worker(struct rw_mail *mail)
{
    struct order *order = (struct order *)mail;
    struct server *server = order->server;
    struct rw_node *node = &server->nodes[order->index];
    unsigned next = order->index + 1;
    char host[RW_CONFIG_TEXT];
    uint16_t port = 0;
    struct rw_err err;
    enum rw_class class;

    class = rw_config_endpoint(rw_slice_str(server->shared.config->http_listen), host, sizeof(host),
                               &port, &err);
    if (!class)
        class = rw_node_listen(node, &server->shared,
                               order->index ? rw_http_port(server->nodes[0].http) : port, &err);
    if (class) {
        fail_from_worker(server, class, &err);
        return;
    }
    server->listening++;
    if (next < server->shared.workers)
        rw_worker_post(rw_workers_at(server->workers, next), &server->listen[next].mail);
    else
        wake(server);
}

static void recovered(enum rw_class class, uint32_t closed, const struct rw_err *err, void *arg)
{
    struct server *server = arg;

    if (class) {
        fail_from_worker(server, class, err);
        return;
    }
    if (closed)
        rw_log(RW_LOG_WARN, "calls.closed_at_start", "count=%u reason=node_lost", closed);
    rw_worker_post(rw_workers_at(server->workers, 0), &server->listen[0].mail);
}

static void recover_in_worker(struct rw_mail *mail)
{
    struct server *server = ((struct order *)mail)->server;

    rw_exchange_recover(server->nodes[0].exchange, recovered, server);
}

static void worker_quiet(void *arg)
{
    struct server *server = arg;

    server->quiet++;
    wake(server);
}

/* From here on no call is placed; those that run may end by themselves. */
static void drain_in_worker(struct rw_mail *mail)
{
    struct order *order = (struct order *)mail;

    rw_api_drain(order->server->nodes[order->index].api);
}

static void hang_up_in_worker(struct rw_mail *mail)
{
    struct order *order = (struct order *)mail;

    rw_exchange_drain(order->server->nodes[order->index].exchange, worker_quiet, order->server);
}

static void trunks_left(void *arg)
{
    struct server *server = arg;

    server->trunks_left = true;
    wake(server);
}

static void leave_in_worker(struct rw_mail *mail)
{
    struct server *server = ((struct order *)mail)->server;

    rw_node_leave_trunks(&server->nodes[0], trunks_left, server);
}

/* ---- in the main thread ---- */

static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/*
 * Waits for a signal (returns its number), for `enough` (returns 0), or for the deadline (returns
 * -1). deadline_ms is monotonic; 0 = none.
 */
static int await(struct server *server, bool (*enough)(const struct server *server),
                 uint64_t deadline_ms)
{
    for (;;) {
        struct pollfd fds[2] = {{.fd = server->signal_fd, .events = POLLIN},
                                {.fd = server->wake_fd, .events = POLLIN}};
        uint64_t now = rw_clock_mono_ms(), count;
        struct signalfd_siginfo info;
        int timeout = -1;

        if (enough(server))
            return 0;
        if (deadline_ms && now >= deadline_ms)
            return -1;
        if (deadline_ms)
            timeout = deadline_ms - now > 1000 ? 1000 : (int)(deadline_ms - now);
        if (poll(fds, 2, timeout) < 0 && errno != EINTR)
            return SIGTERM;
        if (fds[1].revents)
            (void)!read(server->wake_fd, &count, sizeof(count));
        if (fds[0].revents && read(server->signal_fd, &info, sizeof(info)) == sizeof(info))
            return (int)info.ssi_signo;
    }
}

static bool is_ready(const struct server *server)
{
    return server->failed || server->listening == server->shared.workers;
}

static bool never(const struct server *server)
{
    (void)server;
    return false;
}

static bool is_quiet(const struct server *server)
{
    return server->quiet == server->shared.workers;
}

static bool has_left_trunks(const struct server *server)
{
    return server->trunks_left;
}

static bool is_idle(const struct server *server)
{
    return live_calls(server) == 0;
}

static void post_all(struct server *server, struct order *orders)
{
    for (unsigned i = 0; i < server->shared.workers; i++)
        rw_worker_post(rw_workers_at(server->workers, i), &orders[i].mail);
}

static void stop_gently(struct server *server)
{
    uint64_t until = rw_clock_mono_ms() + (uint64_t)server->shared.config->drain_timeout_ms;
    uint32_t live = live_calls(server);

    rw_log(RW_LOG_INFO, "server.draining", "calls=%u", live);
    post_all(server, server->drain);
    /* Asked every tenth of a second: a stop is no hot path, and calls end in their own workers. */
    while (!is_idle(server)) {
        uint64_t now = rw_clock_mono_ms(), next = now + 100;

        if (now >= until || await(server, is_idle, next < until ? next : until) > 0)
            break;
    }
    post_all(server, server->hang_up);
    if (await(server, is_quiet, rw_clock_mono_ms() + 5000))
        rw_log(RW_LOG_WARN, "server.stopped_in_haste", "calls=%u", live_calls(server));
    rw_worker_post(rw_workers_at(server->workers, 0), &server->leave.mail);
    if (await(server, has_left_trunks, rw_clock_mono_ms() + LEAVE_MS))
        rw_log(RW_LOG_WARN, "trunks.still_registered", "waited_ms=%u", LEAVE_MS);
}

static void init_orders(struct server *server)
{
    server->recover = (struct order){.mail.handle = recover_in_worker, .server = server};
    server->leave = (struct order){.mail.handle = leave_in_worker, .server = server};
    for (unsigned i = 0; i < RW_ID_WORKERS; i++) {
        server->listen[i] = (struct order){{.handle = listen_in_worker}, server, i};
        server->drain[i] = (struct order){{.handle = drain_in_worker}, server, i};
        server->hang_up[i] = (struct order){{.handle = hang_up_in_worker}, server, i};
    }
}

static enum rw_class block_signals(struct server *server, struct rw_err *err)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a limit reached is an error of the store, not our end */
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->wake_fd < 0 || sigprocmask(SIG_BLOCK, &set, NULL) ||
        (server->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
        return rw_fail(err, RW_IO, "daemon.no_signals", "signals can't be awaited: %s",
                       strerror(errno));
    return RW_OK;
}

static void trace_message(bool sent, const char *transport, const char *local, const char *peer,
                          struct rw_slice message, void *arg)
{
    (void)arg;
    rw_trace_add(sent, transport, local, peer, message);
}

static void endpoint_text(const char *host, uint16_t port, char ret[RW_CONFIG_TEXT + 16])
{
    (void)snprintf(ret, RW_CONFIG_TEXT + 16, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
}

static enum rw_class open_sip(struct server *server, char host[RW_CONFIG_TEXT], struct rw_err *err)
{
    const struct rw_config *config = server->shared.config;
    struct rw_sip_options *sip = &server->shared.sip;
    enum rw_class class;

    server->shared.board = rw_trunk_board_new();
    if (!server->shared.board)
        return rw_fail_memory(err);
    *sip = (struct rw_sip_options){.host = host,
                                   .board = server->shared.board,
                                   .tls_dir = config->sip_tls_dir,
                                   .socket_buffer = 4u << 20,
                                   .check_ms = (uint32_t)config->sip_check_interval_s * 1000};
    if (config->sip_tls_cert_file[0]) {
        sip->cert_file = config->sip_tls_cert_file;
        sip->key_file = config->sip_tls_key_file;
    }
    class =
        rw_config_endpoint(rw_slice_str(config->sip_listen), host, RW_CONFIG_TEXT, &sip->port, err);
    if (class)
        return class;
    rw_own_address(config->sip_advertised_host[0] ? config->sip_advertised_host : host,
                   server->shared.sip_advertised, sizeof(server->shared.sip_advertised));
    sip->advertised_host = server->shared.sip_advertised;
    if (config->sip_trace_messages) {
        uint32_t messages = (uint32_t)config->sip_trace_messages;
        size_t bytes = (size_t)messages * TRACE_BYTES_A_MESSAGE;

        class = rw_trace_start(messages,
                               bytes < RW_TRACE_MESSAGE_MAX ? RW_TRACE_MESSAGE_MAX : bytes, err);
        if (class)
            return class;
        sip->trace = trace_message;
    }
    class = rw_sip_wire_new(&server->shared.wire, sip, server->shared.workers, err);
    if (!class)
        endpoint_text(sip->advertised_host, rw_sip_wire_port(server->shared.wire),
                      server->shared.sip_local);
    return class;
}

static enum rw_class open_store(struct server *server, struct rw_err *err)
{
    const struct rw_config *config = server->shared.config;
    char path[RW_PATH_TEXT];
    struct rw_store_options options = {.path = path,
                                       .linger_ms = (uint32_t)config->store_linger_ms,
                                       .linger_patient_ms =
                                           (uint32_t)config->store_linger_patient_ms,
                                       .batch_max = 256};

    rw_files_path(config, "ringwright.db", path);
    return rw_store_open(&server->shared.store, &options, err);
}

static enum rw_class open_permits(struct server *server, struct rw_err *err)
{
    struct rw_node_shared *shared = &server->shared;
    struct rw_call_limits standard = rw_node_default_limits(shared->config);
    enum rw_class class = rw_ledger_new(&shared->ledger, err);

    if (class == RW_OK)
        class = rw_spikes_new(&shared->spikes, err);
    if (class == RW_OK)
        class = rw_limits_new(&shared->limits, err);
    if (class == RW_OK)
        class = rw_recall(shared->store, shared->limits, &standard, err);
    if (class != RW_OK)
        return class;
    /* in this order: a call that waits for its turn holds no money meanwhile */
    rw_spend_permit_init(&server->spending, shared->ledger);
    shared->permits[shared->permits_count++] = rw_limits_permit(shared->limits);
    shared->permits[shared->permits_count++] = &server->spending.permit;
    return RW_OK;
}

static enum rw_class write_ready_file(struct server *server, struct rw_err *err)
{
    const struct rw_config *config = server->shared.config;
    char path[RW_PATH_TEXT], host[RW_CONFIG_TEXT], text[1200];
    char http[RW_CONFIG_TEXT + 16], sip[RW_CONFIG_TEXT + 16];
    uint16_t configured;

    if (rw_config_endpoint(rw_slice_str(config->http_listen), host, sizeof(host), &configured, err))
        return RW_MALFORMED;
    endpoint_text(host, rw_http_port(server->nodes[0].http), http);
    endpoint_text(server->shared.sip.host, rw_sip_wire_port(server->shared.wire), sip);
    (void)snprintf(text, sizeof(text),
                   "{\"pid\":%d,\"http\":\"%s\",\"sip\":\"%s\",\"workers\":%u,"
                   "\"version\":\"%s\"}\n",
                   (int)getpid(), http, sip, server->shared.workers, RW_VERSION);
    rw_files_path(config, "ringwrightd.json", path);
    if (rw_files_write(path, rw_slice_str(text), err))
        return RW_IO;
    rw_log(RW_LOG_INFO, "server.ready", "http=%s sip=%s advertised=%s workers=%u", http, sip,
           server->shared.sip_advertised, server->shared.workers);
    return RW_OK;
}

static enum rw_class serve(struct server *server, struct rw_err *err)
{
    char path[RW_PATH_TEXT];
    enum rw_class class;
    int signal_number;

    class = rw_workers_start(server->workers, start_worker, stop_worker, server, err);
    if (class)
        return class;
    rw_worker_post(rw_workers_at(server->workers, 0), &server->recover.mail);
    signal_number = await(server, is_ready, 0);
    if (server->failed) {
        *err = server->failure;
        rw_workers_stop(server->workers);
        return (enum rw_class)server->failed;
    }
    class = signal_number ? RW_OK : write_ready_file(server, err);
    if (!class && !signal_number)
        signal_number = await(server, never, 0);
    rw_log(RW_LOG_INFO, "server.stopping", "signal=%d", signal_number);
    stop_gently(server);
    rw_workers_stop(server->workers);
    rw_files_path(server->shared.config, "ringwrightd.json", path);
    (void)unlink(path);
    return class;
}

static unsigned worker_count(const struct rw_config *config)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (config->workers)
        return (unsigned)config->workers;
    return cores < 1 ? 1 : cores > RW_ID_WORKERS ? RW_ID_WORKERS : (unsigned)cores;
}

enum rw_class rw_server_run(const struct rw_config *config, struct rw_err *err)
{
    struct server *server = rw_calloc(1, sizeof(*server));
    char sip_host[RW_CONFIG_TEXT];
    enum rw_class class;

    if (!server)
        return rw_fail_memory(err);
    server->lock_fd = server->wake_fd = server->signal_fd = -1;
    server->shared.config = config;
    server->shared.started_ms = rw_clock_wall_ms();
    server->shared.workers = worker_count(config);
    server->shared.live_calls = live_calls_of;
    server->shared.live_calls_arg = server;
    init_orders(server);
    raise_file_limit();
    class = rw_files_make_data_dir(config, err);
    if (!class)
        class = rw_files_lock(config, &server->lock_fd, err);
    if (!class)
        class = block_signals(server, err);
    if (!class)
        class = rw_auth_key_load(config->data_dir, &server->shared.token_key, err);
    if (!class)
        class = rw_identity_open(config, &server->identity, err);
    if (!class)
        class = open_store(server, err);
    server->shared.signer = rw_identity_signer(&server->identity);
    if (!class)
        class = open_permits(server, err);
    if (!class)
        class = rw_offload_new(&server->shared.offload, OFFLOAD_THREADS, OFFLOAD_QUEUE, err);
    if (!class)
        class = rw_doctor_turns_new(&server->shared.turns, err);
    if (!class)
        class = rw_workers_new(&server->workers, server->shared.workers, err);
    if (!class)
        class = open_sip(server, sip_host, err);
    if (!class)
        class = serve(server, err);
    rw_workers_free(server->workers);
    rw_limits_free(server->shared.limits);
    rw_ledger_free(server->shared.ledger);
    rw_spikes_free(server->shared.spikes);
    rw_sip_wire_free(server->shared.wire);
    rw_trunk_board_free(server->shared.board);
    rw_offload_free(server->shared.offload);
    rw_doctor_turns_free(server->shared.turns);
    rw_store_close(server->shared.store);
    rw_identity_close(&server->identity);
    rw_auth_key_free(server->shared.token_key);
    rw_trace_stop();
    for (int *fd = &server->lock_fd; fd <= &server->signal_fd; fd++)
        if (*fd >= 0)
            (void)close(*fd);
    rw_free(server);
    return class;
}
