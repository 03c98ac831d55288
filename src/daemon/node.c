#include "daemon/node.h"

#include "api/api.h"
#include "auth/identity.h"
#include "base/log.h"
#include "daemon/config_address.h"
#include "daemon/own_address.h"
#include "doctor/doctor.h"
#include "media/media.h"
#include "route/route.h"

/* RTP is bound where SIP is, unless it has an address of its own. */
static const char *bound_media_host(const struct rw_node_shared *shared)
{
    return shared->config->media_host[0] ? shared->config->media_host : shared->sip.host;
}

/* This worker's share of the RTP ports; none when any port will do. */
static struct rw_media_options media_options(const struct rw_node_shared *shared, unsigned index,
                                             char advertised[RW_CONFIG_TEXT])
{
    const struct rw_config *config = shared->config;
    struct rw_media_options options = {.host = bound_media_host(shared),
                                       .advertised_host = advertised};

    if (config->media_advertised_host[0])
        options.advertised_host = config->media_advertised_host;
    else if (config->sip_advertised_host[0])
        options.advertised_host = config->sip_advertised_host;
    else
        rw_own_address(options.host, advertised, RW_CONFIG_TEXT);
    if (config->media_port_max) {
        unsigned first = (unsigned)config->media_port_min;
        unsigned share = ((unsigned)config->media_port_max - first + 1) / shared->workers & ~1u;

        options.port_min = (uint16_t)(first + index * share);
        options.port_max = (uint16_t)(options.port_min + share - 1);
    }
    return options;
}

static enum rw_class open_exchange(struct rw_node *node, const struct rw_node_shared *shared,
                                   struct rw_err *err)
{
    struct rw_exchange_options options = {
        .worker = node->worker,
        .store = shared->store,
        .leg_ops = &rw_sip_leg_ops,
        .leg_port = rw_sip_leg_port(node->sip),
        .relay_ops = &rw_media_relay_ops,
        .relay_port = node->media,
        .signer = shared->signer,
        .permits = shared->permits,
        .permits_count = shared->permits_count,
        .calls_max =
            (uint32_t)((shared->config->calls_max + shared->workers - 1) / shared->workers),
    };

    return rw_exchange_new(&node->exchange, &options, err);
}

/* Calls that come in are taken from now on. */
static void open_reception(struct rw_node *node, const struct rw_node_shared *shared)
{
    node->reception = (struct rw_reception){
        .exchange = node->exchange,
        .routes = node->routes,
        .local = shared->sip_local,
        .station_answer_ms = (uint32_t)shared->config->sip_station_answer_timeout_ms,
        .max_duration_ms = (uint32_t)shared->config->sip_max_call_ms,
    };
    rw_reception_open(&node->reception, &rw_sip_leg_ops, rw_sip_leg_port(node->sip));
}

static enum rw_class open_doctor(struct rw_node *node, const struct rw_node_shared *shared,
                                 struct rw_err *err)
{
    const struct rw_config *config = shared->config;
    const struct rw_doctor_house house = {
        .data_dir = config->data_dir,
        .calls_max = (uint32_t)config->calls_max,
        .workers = shared->workers,
        .http_connections_max = (uint32_t)config->http_connections_max,
        .port_min = (uint16_t)config->media_port_min,
        .port_max = (uint16_t)config->media_port_max,
        .socket_buffer = shared->sip.socket_buffer,
        .sip_host = shared->sip_advertised,
        .media_host = node->media_advertised,
        .http_cert_file = config->http_tls_cert_file,
        .sip_cert_file = config->sip_tls_cert_file,
        .stir_cert_file = config->stir_key_file[0] ? config->stir_certificate_file : "",
    };
    const struct rw_doctor_options options = {.worker = node->worker,
                                              .offload = shared->offload,
                                              .turns = shared->turns,
                                              .sip = node->sip,
                                              .trunk_ops = &rw_sip_trunk_ops,
                                              .trunk_port = rw_sip_trunk_port(node->sip),
                                              .board = shared->board,
                                              .tls_dir = config->sip_tls_dir,
                                              .exchange = node->exchange,
                                              .media = node->media,
                                              .media_host = bound_media_host(shared),
                                              .house = &house};

    return rw_doctor_new(&node->doctor, &options, err);
}

struct rw_call_limits rw_node_default_limits(const struct rw_config *config)
{
    return (struct rw_call_limits){
        .tenant = {.calls_per_second = (uint32_t)config->limits_calls_per_second,
                   .channels = (uint32_t)config->limits_channels,
                   .wait_ms = (uint32_t)config->limits_wait_ms},
        .client = {.calls_per_second = (uint32_t)config->limits_client_calls_per_second,
                   .channels = (uint32_t)config->limits_client_channels,
                   .wait_ms = (uint32_t)config->limits_wait_ms},
        .same_number_calls = (uint32_t)config->limits_same_number_calls,
        .same_number_ms = (uint32_t)config->limits_same_number_period_s * 1000,
    };
}

static enum rw_class open_api(struct rw_node *node, const struct rw_node_shared *shared,
                              struct rw_err *err)
{
    struct rw_address_policy address;
    struct rw_api_options options = {
        .worker = node->worker,
        .store = shared->store,
        .reader = node->reader,
        .auth = node->auth,
        .exchange = node->exchange,
        .doctor = node->doctor,
        .routes = node->routes,
        .spikes = shared->spikes,
        .trunk_ops = &rw_sip_trunk_ops,
        .trunk_port = rw_sip_trunk_port(node->sip),
        .board = shared->board,
        .offload = shared->offload,
        .sip_local = shared->sip_local,
        .tls_dir = shared->config->sip_tls_dir,
        .media_is_ipv6 = strchr(bound_media_host(shared), ':') != NULL,
        .auth_key = shared->token_key,
        .live_calls = shared->live_calls,
        .live_calls_arg = shared->live_calls_arg,
        .version = RW_VERSION,
        .started_ms = shared->started_ms,
        .station_answer_ms = (uint32_t)shared->config->sip_station_answer_timeout_ms,
        .max_duration_ms = (uint32_t)shared->config->sip_max_call_ms,
        .address = &address,
        .limits = shared->limits,
        .default_limits = rw_node_default_limits(shared->config),
    };

    if (rw_config_address(shared->config, &address, err) != RW_OK)
        return err->class;
    return rw_api_new(&node->api, &options, err);
}

static enum rw_class open_keeper(struct rw_node *node, const struct rw_node_shared *shared,
                                 struct rw_err *err)
{
    const struct rw_keeper_options options = {
        .ops = &rw_sip_trunk_ops,
        .port = rw_sip_trunk_port(node->sip),
        .board = shared->board,
        .worker = rw_worker_index(node->worker),
    };

    node->keeper = rw_keeper_new(&options);
    if (!node->keeper)
        return rw_fail_memory(err);
    rw_acquaint_start(&node->acquaint, shared->store, node->reader, node->sip, node->keeper);
    return RW_OK;
}

enum rw_class rw_node_open(struct rw_node *node, struct rw_worker *worker,
                           const struct rw_node_shared *shared, struct rw_err *err)
{
    struct rw_media_options media;
    enum rw_class class;

    *node = (struct rw_node){.worker = worker};
    media = media_options(shared, rw_worker_index(worker), node->media_advertised);
    if (media.advertised_host != node->media_advertised)
        (void)rw_slice_copy(node->media_advertised, sizeof(node->media_advertised),
                            rw_slice_str(media.advertised_host));
    class = rw_store_reader_new(shared->store, &node->reader, err);
    if (!class)
        class = rw_auth_new(&node->auth, shared->store, node->reader, shared->token_key, err);
    if (!class)
        class = rw_route_table_new(&node->routes, shared->store, node->reader, err);
    if (!class)
        rw_route_table_heed(node->routes, shared->board);
    if (!class)
        rw_route_table_count_in(node->routes, shared->ledger);
    if (!class)
        class = rw_sip_new(&node->sip, worker, shared->wire, &shared->sip, err);
    if (!class)
        class = rw_media_new(&node->media, worker, &media, err);
    if (!class)
        class = open_exchange(node, shared, err);
    if (!class)
        class = open_doctor(node, shared, err);
    if (!class)
        class = open_api(node, shared, err);
    if (!class && rw_worker_index(worker) == 0)
        class = open_keeper(node, shared, err);
    if (class)
        rw_node_close(node);
    return class;
}

void rw_node_leave_trunks(struct rw_node *node, void (*left)(void *arg), void *arg)
{
    rw_acquaint_stop(&node->acquaint);
    if (node->keeper)
        rw_keeper_leave(node->keeper, left, arg);
    else
        left(arg);
}

enum rw_class rw_node_listen(struct rw_node *node, const struct rw_node_shared *shared,
                             uint16_t port, struct rw_err *err)
{
    const struct rw_config *config = shared->config;
    char host[RW_CONFIG_TEXT];
    uint16_t configured;
    struct rw_http_options options = {
        .host = host,
        .port = port,
        .header_bytes_max = (uint32_t)config->http_header_bytes_max,
        .body_bytes_max = (uint32_t)config->http_body_bytes_max,
        .header_deadline_ms = (uint32_t)config->http_header_deadline_ms,
        .body_deadline_ms = (uint32_t)config->http_body_deadline_ms,
        .idle_deadline_ms = (uint32_t)config->http_idle_deadline_ms,
        .answer_deadline_ms = (uint32_t)config->http_answer_deadline_ms,
        .connections_max = (uint32_t)config->http_connections_max,
        .handle = rw_api_handle,
        .refuse = rw_api_refuse,
        .body_max = rw_api_body_max,
        .arg = node->api,
    };
    enum rw_class class =
        rw_config_endpoint(rw_slice_str(config->http_listen), host, sizeof(host), &configured, err);

    if (class)
        return class;
    if (config->http_tls_cert_file[0]) {
        options.cert_file = config->http_tls_cert_file;
        options.key_file = config->http_tls_key_file;
    }
    class = rw_http_new(&node->http, node->worker, &options, err);
    if (!class)
        open_reception(node, shared);
    return class;
}

/* What the wire brought in this life; what was bad in it was told at most once a second a source. */
static void log_sip_totals(const struct rw_node *node)
{
    struct rw_sip_counters n;

    if (!node->sip)
        return;
    rw_sip_read_counters(node->sip, &n);
    rw_log(RW_LOG_INFO, "sip.totals",
           "worker=%u received=%llu sent=%llu malformed=%llu from_strangers=%llu "
           "retransmissions=%llu transactions=%llu",
           rw_worker_index(node->worker), (unsigned long long)n.received,
           (unsigned long long)n.sent, (unsigned long long)n.malformed,
           (unsigned long long)n.from_strangers, (unsigned long long)n.retransmissions,
           (unsigned long long)n.transactions);
}

void rw_node_close(struct rw_node *node)
{
    log_sip_totals(node);
    rw_acquaint_stop(&node->acquaint);
    rw_keeper_free(node->keeper);
    rw_http_free(node->http);
    rw_api_free(node->api);
    rw_exchange_free(node->exchange);
    rw_doctor_free(node->doctor);
    rw_media_free(node->media);
    rw_sip_free(node->sip);
    rw_route_table_free(node->routes);
    rw_auth_free(node->auth);
    rw_store_reader_free(node->reader);
    *node = (struct rw_node){0};
}
