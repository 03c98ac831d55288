#include "daemon/demo.h"

#include "sip/uri.h"

#include <ctype.h>
#include <limits.h>
#include <re.h>
#include <stdlib.h>

#define ANSWER_TIMEOUT_MS 60000
#define NUMBER_ID "12345-abcde-67890" /* so that the request of the README can be pasted */
#define NUMBER "+6534567890"
#define FOREIGN_NUMBER "+6531112222"

/* A host goes into the store and onto the wire as it is: nothing that could mean more there. */
static bool is_host(struct rw_slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!isalnum((unsigned char)s.p[i]) && !strchr("-_.:", s.p[i]))
            return false;
    return s.n != 0;
}

/* sip:user@host, maybe a port and parameters; no headers, which a Request-URI can't have. */
static bool is_station(struct rw_slice s)
{
    struct rw_sip_uri uri;

    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= 0x20 || (unsigned char)s.p[i] >= 0x7f ||
            strchr("<>\"\\,?", s.p[i]))
            return false;
    return rw_sip_uri_parse(s, &uri) && uri.user.n && is_host(uri.host) &&
           (rw_sip_uri_way(&uri) == RW_SIP_UDP || rw_sip_uri_way(&uri) == RW_SIP_TCP);
}

/* A name without a port is looked for by its SRV records. */
static bool read_place(struct rw_slice text, char *host, uint16_t *ret_port, struct rw_err *err)
{
    struct sa numeric;

    if (text.n && !memchr(text.p, ':', text.n) && rw_slice_copy(host, RW_CONFIG_TEXT, text) &&
        sa_set_str(&numeric, host, 0) != 0)
        return true;
    return rw_config_endpoint(text, host, RW_CONFIG_TEXT, ret_port, err) == RW_OK && *ret_port;
}

static bool read_carrier(struct rw_init *init, const char *text, struct rw_row_trunk *trunk)
{
    struct rw_slice carrier = rw_slice_str(text),
                    way = rw_slice_from(carrier, carrier.n > 4 ? carrier.n - 4 : carrier.n);
    char *host = rw_arena_alloc(&init->arena, RW_CONFIG_TEXT);
    uint16_t port = 0;

    if (!host)
        return false;
    trunk->transport = rw_slice_eq(way, RW_LIT("/tcp"))   ? "tcp"
                       : rw_slice_eq(way, RW_LIT("/tls")) ? "tls"
                                                          : "udp";
    if (trunk->transport[0] == 't')
        carrier.n -= way.n;
    if (!read_place(carrier, host, &port, init->err) || !is_host(rw_slice_str(host))) {
        rw_fail(init->err, RW_MALFORMED, "usage.bad_carrier", "--carrier is no SIP peer");
        rw_err_at(init->err, "--carrier", -1, 0);
        rw_err_found(init->err, "\"%.100s\"", text);
        rw_err_expected(
            init->err,
            "HOST:PORT, HOST:PORT/tcp or HOST:PORT/tls, for example 192.0.2.7:5060; a name may "
            "stand without a port");
        return false;
    }
    trunk->host = host;
    trunk->port = port;
    return true;
}

/* The server may be started from another folder: the whole path is kept. */
static bool read_ca(struct rw_init *init, const char *file, struct rw_row_trunk *trunk)
{
    char path[PATH_MAX];

    if (!file)
        return true;
    if (strcmp(trunk->transport, "tls") != 0 || !realpath(file, path)) {
        rw_fail(init->err, RW_MALFORMED, "usage.bad_carrier_ca",
                "--carrier-ca names no file, or the carrier is not spoken to over TLS");
        rw_err_at(init->err, "--carrier-ca", -1, 0);
        rw_err_found(init->err, "\"%.100s\"", file);
        rw_err_expected(init->err, "a file of certificates in PEM, and --carrier HOST:PORT/tls");
        return false;
    }
    trunk->ca_file = rw_arena_copy(&init->arena, rw_slice_str(path));
    return trunk->ca_file != NULL;
}

/* Every number by the one trunk, under the tenant's first site. */
static void add_route(struct rw_init *init, const char *tenant_id, const char *trunk_id)
{
    rw_tx_put_route(init->tx, &(struct rw_row_route){.id = rw_init_new_id(init),
                                                     .tenant_id = tenant_id,
                                                     .site_id = tenant_id,
                                                     .name = "Everywhere",
                                                     .prefixes = "",
                                                     .trunk_ids = trunk_id,
                                                     .distribution = "SEQUENTIAL",
                                                     .classifications = "",
                                                     .enabled = true,
                                                     .priority = 1,
                                                     .version = 1,
                                                     .created_ms = init->now_ms,
                                                     .modified_ms = init->now_ms});
}

static void add_telephony(struct rw_init *init, const struct rw_daemon_options *options,
                          const char *tenant_id, const char *station_id, const char *user_id)
{
    struct rw_row_edge edge = {.id = rw_init_new_id(init),
                               .tenant_id = tenant_id,
                               .name = "Demo edge",
                               .state = "active",
                               .version = 1,
                               .created_ms = init->now_ms};
    struct rw_row_trunk trunk = {.id = rw_init_new_id(init),
                                 .tenant_id = tenant_id,
                                 .edge_id = edge.id,
                                 .name = "Demo carrier",
                                 .state = "active",
                                 .answer_timeout_ms = ANSWER_TIMEOUT_MS,
                                 .version = 1,
                                 .created_ms = init->now_ms,
                                 .modified_ms = init->now_ms};

    if (!is_station(rw_slice_str(options->station))) {
        rw_fail(init->err, RW_MALFORMED, "usage.bad_station", "--station is no SIP URI");
        rw_err_at(init->err, "--station", -1, 0);
        rw_err_found(init->err, "\"%.100s\"", options->station);
        rw_err_expected(init->err, "sip:user@host:port");
        init->failed = true;
    }
    if (!init->failed && (!read_carrier(init, options->carrier, &trunk) ||
                          !read_ca(init, options->carrier_ca, &trunk)))
        init->failed = true;
    if (init->failed)
        return;
    rw_tx_put_edge(init->tx, &edge);
    rw_tx_put_trunk(init->tx, &trunk);
    add_route(init, tenant_id, trunk.id);
    rw_tx_put_number(init->tx, &(struct rw_row_number){.id = NUMBER_ID,
                                                       .tenant_id = tenant_id,
                                                       .edge_id = edge.id,
                                                       .e164 = NUMBER,
                                                       .state = "active",
                                                       .outbound_allowed = true,
                                                       .name = "Main line",
                                                       .version = 1,
                                                       .created_ms = init->now_ms});
    rw_tx_put_station(init->tx, &(struct rw_row_station){.id = station_id,
                                                         .tenant_id = tenant_id,
                                                         .name = "Dana's telephone",
                                                         .sip_uri = options->station,
                                                         .user_id = user_id,
                                                         .state = "active",
                                                         .version = 1,
                                                         .created_ms = init->now_ms});
    rw_init_show(init, "edge_id", edge.id);
    rw_init_show(init, "trunk_id", trunk.id);
    rw_init_show(init, "provider_id", NUMBER_ID);
}

/* Somebody else's number, for showing that it can't be used. */
static void add_neighbour(struct rw_init *init)
{
    const char *tenant_id = rw_init_new_id(init), *edge_id = rw_init_new_id(init);

    rw_init_add_tenant(init, tenant_id, "Neighbour");
    rw_tx_put_edge(init->tx, &(struct rw_row_edge){.id = edge_id,
                                                   .tenant_id = tenant_id,
                                                   .name = "Neighbour's edge",
                                                   .state = "active",
                                                   .version = 1,
                                                   .created_ms = init->now_ms});
    rw_tx_put_number(init->tx, &(struct rw_row_number){.id = rw_init_new_id(init),
                                                       .tenant_id = tenant_id,
                                                       .edge_id = edge_id,
                                                       .e164 = FOREIGN_NUMBER,
                                                       .state = "active",
                                                       .outbound_allowed = true,
                                                       .version = 1,
                                                       .created_ms = init->now_ms});
    rw_init_show(init, "foreign_number", FOREIGN_NUMBER);
}

static void add_person(struct rw_init *init, struct rw_row_user user, const char *id_name,
                       const char *token_name)
{
    rw_init_show(init, id_name, user.id);
    rw_init_show(init, token_name, rw_init_add_user(init, &user, ""));
}

void rw_demo_add(struct rw_init *init, const struct rw_daemon_options *options)
{
    const char *tenant_id = rw_init_new_id(init), *station_id = rw_init_new_id(init);
    const char *dana = rw_init_new_id(init);

    rw_init_add_tenant(init, tenant_id, options->tenant ? options->tenant : "Demo");
    rw_init_show(init, "tenant_id", tenant_id);
    add_telephony(init, options, tenant_id, station_id, dana);
    add_person(init,
               (struct rw_row_user){.id = dana,
                                    .tenant_id = tenant_id,
                                    .name = "Dana Agent",
                                    .email = "dana@demo.example",
                                    .roles = "agent",
                                    .station_id = station_id},
               "user_id", "user_token");
    add_person(init,
               (struct rw_row_user){.id = rw_init_new_id(init),
                                    .tenant_id = tenant_id,
                                    .name = "Vik Viewer",
                                    .email = "vik@demo.example",
                                    .roles = "viewer"},
               "viewer_id", "viewer_token");
    add_person(init,
               (struct rw_row_user){.id = rw_init_new_id(init),
                                    .tenant_id = tenant_id,
                                    .name = "Ada Admin",
                                    .email = "ada@demo.example",
                                    .roles = "admin"},
               "admin_user_id", "admin_token");
    /* A person's token that may dial without a station: what a program's own token does, for tests. */
    add_person(init,
               (struct rw_row_user){.id = rw_init_new_id(init),
                                    .tenant_id = tenant_id,
                                    .name = "Ian Integrator",
                                    .email = "ian@demo.example",
                                    .roles = "integrator"},
               "agentless_user_id", "agentless_token");
    rw_init_add_client(
        init,
        (struct rw_row_client){
            .tenant_id = tenant_id, .name = "Demo program", .roles = "integrator", .scopes = ""},
        "client_id", "client_secret");
    add_neighbour(init);
}
