#include "house.h"

#include "api/api.h"
#include "auth/identity.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/mem.h"
#include "exchange/exchange.h"
#include "limit/limit.h"
#include "loop/offload.h"
#include "route/route.h"
#include "spend/permit.h"
#include "json/read.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct house house;
const struct rw_address_policy *house_address;

/* What the one worker has. */
static struct {
    struct rw_store_reader *reader;
    struct rw_auth *auth;
    struct rw_route_table *routes;
    struct rw_exchange *exchange;
    struct rw_api *api;
    struct rw_http *http;
    struct rw_offload *offload;
    struct rw_limits *limits;
    struct rw_permit *permits[2];
} in;

/* ------------------------------------------------------------------ faked legs and media */

struct rw_leg {
    rw_leg_news_h *handler;
    void *arg;
};

struct rw_relay {
    int unused;
};

static enum rw_class fake_invite(struct rw_leg_port *port, const struct rw_leg_target *target,
                                 struct rw_slice offer, rw_leg_news_h *handler, void *arg,
                                 struct rw_leg **ret, struct rw_err *err)
{
    struct rw_leg *leg = rw_calloc(1, sizeof(*leg));

    (void)port;
    (void)offer;
    if (target->trunk_id) {
        (void)snprintf(house.invited, sizeof(house.invited), "%s", target->uri);
        (void)snprintf(house.invited_as, sizeof(house.invited_as), "%s/%s",
                       target->auth_user ? target->auth_user : "",
                       target->auth_password ? target->auth_password : "");
    }
    if (!leg)
        return rw_fail_memory(err);
    leg->handler = handler;
    leg->arg = arg;
    house.invites++;
    house.live_legs++;
    *ret = leg;
    return RW_OK;
}

/* The far end agrees at once. */
static void fake_cancel(struct rw_leg *leg)
{
    struct rw_leg_news news = {.input = {.kind = RW_IN_LEG_FAILED}};

    news.input.ending.sip_code = 487;
    leg->handler(&news, leg->arg);
}

static void fake_confirm(struct rw_leg *leg)
{
    (void)leg;
}

static void fake_bye(struct rw_leg *leg, const struct rw_ending *why)
{
    (void)leg;
    (void)why;
}

static void fake_release(struct rw_leg *leg)
{
    house.live_legs--;
    rw_free(leg);
}

static void fake_describe(const struct rw_leg *leg, struct rw_leg_dialog *ret)
{
    (void)leg;
    *ret = (struct rw_leg_dialog){.local_cseq = 1};
}

static enum rw_class fake_end_orphan(struct rw_leg_port *port, const struct rw_leg_dialog *dialog,
                                     const struct rw_leg_target *target, struct rw_err *err)
{
    (void)target;
    (void)port;
    (void)dialog;
    (void)err;
    return RW_OK;
}

static enum rw_class fake_preview(struct rw_leg_port *port, const struct rw_leg_target *target,
                                  struct rw_buf *ret, struct rw_err *err)
{
    (void)port;
    (void)err;
    rw_buf_printf(ret, "INVITE %s SIP/2.0\r\nCall-ID: %s\r\n", target->uri, target->call_id);
    return RW_OK;
}

static const struct rw_leg_ops leg_ops = {
    .invite = fake_invite,
    .cancel = fake_cancel,
    .confirm = fake_confirm,
    .bye = fake_bye,
    .release = fake_release,
    .describe = fake_describe,
    .end_orphan = fake_end_orphan,
    .preview = fake_preview,
};

static struct rw_relay the_relay;

static enum rw_class fake_relay_open(struct rw_relay_port *port, unsigned legs,
                                     struct rw_relay **ret, struct rw_err *err)
{
    (void)port;
    (void)legs;
    (void)err;
    *ret = &the_relay;
    return RW_OK;
}

static enum rw_class fake_offer(struct rw_relay *relay, enum rw_leg_side leg,
                                const struct rw_media_terms *terms, struct rw_buf *sdp,
                                struct rw_err *err)
{
    (void)relay;
    (void)terms;
    (void)leg;
    (void)err;
    rw_buf_puts(sdp, "v=0\r\n");
    return RW_OK;
}

static enum rw_class fake_answer(struct rw_relay *relay, enum rw_leg_side leg, struct rw_slice sdp,
                                 struct rw_err *err)
{
    (void)relay;
    (void)leg;
    (void)sdp;
    (void)err;
    return RW_OK;
}

static void fake_bridge(struct rw_relay *relay)
{
    (void)relay;
}

static void fake_stats(const struct rw_relay *relay, struct rw_relay_stats *ret)
{
    (void)relay;
    *ret = (struct rw_relay_stats){.packets = {0}};
}

static const struct rw_relay_ops relay_ops = {
    .open = fake_relay_open,
    .offer = fake_offer,
    .answer = fake_answer,
    .bridge = fake_bridge,
    .stats = fake_stats,
    .close = fake_bridge,
};

/* ------------------------------------------------------------------ two tenants */

static void put_site(struct rw_tx *tx, const char *id, const char *tenant)
{
    rw_tx_put_site(tx, &(struct rw_row_site){.id = id,
                                             .tenant_id = tenant,
                                             .name = "site",
                                             .state = "active",
                                             .version = 1,
                                             .created_ms = 1,
                                             .modified_ms = 1});
}

static void put_tenant_a(struct rw_tx *tx)
{
    rw_tx_put_tenant(tx, &(struct rw_row_tenant){.id = TENANT_A, .name = "A", .created_ms = 1});
    rw_tx_put_user(tx, &(struct rw_row_user){.id = ANN,
                                             .tenant_id = TENANT_A,
                                             .name = "Ann",
                                             .email = "ann@a.example",
                                             .state = "active",
                                             .roles = "agent",
                                             .station_id = STATION_A,
                                             .version = 1,
                                             .created_ms = 1});
    rw_tx_put_user(tx, &(struct rw_row_user){.id = BOB,
                                             .tenant_id = TENANT_A,
                                             .name = "Bob",
                                             .email = "bob@a.example",
                                             .state = "active",
                                             .roles = "agent",
                                             .version = 1,
                                             .created_ms = 1});
    rw_tx_put_user(tx, &(struct rw_row_user){.id = GONE,
                                             .tenant_id = TENANT_A,
                                             .name = "Gus",
                                             .email = "gus@a.example",
                                             .state = "inactive",
                                             .roles = "agent",
                                             .version = 1,
                                             .created_ms = 1});
    rw_tx_put_station(tx, &(struct rw_row_station){.id = STATION_A,
                                                   .tenant_id = TENANT_A,
                                                   .name = "Ann's",
                                                   .sip_uri = "sip:ann@192.0.2.7",
                                                   .state = "active",
                                                   .version = 1,
                                                   .created_ms = 1});
    rw_tx_put_station(tx, &(struct rw_row_station){.id = SPARE_A,
                                                   .tenant_id = TENANT_A,
                                                   .name = "spare",
                                                   .sip_uri = "sip:spare@192.0.2.8",
                                                   .state = "active",
                                                   .version = 1,
                                                   .created_ms = 1});
    rw_tx_put_edge(tx, &(struct rw_row_edge){.id = EDGE_A,
                                             .tenant_id = TENANT_A,
                                             .name = "edge",
                                             .state = "active",
                                             .version = 1,
                                             .created_ms = 1});
    put_site(tx, SITE_A, TENANT_A);
    rw_tx_put_trunk(tx, &(struct rw_row_trunk){.id = TRUNK_A,
                                               .tenant_id = TENANT_A,
                                               .edge_id = EDGE_A,
                                               .name = "trunk",
                                               .state = "active",
                                               .host = "192.0.2.1",
                                               .port = 5060,
                                               .transport = "udp",
                                               .answer_timeout_ms = 60000,
                                               .version = 1,
                                               .created_ms = 1});
    rw_tx_put_route(tx, &(struct rw_row_route){.id = "route-a",
                                               .tenant_id = TENANT_A,
                                               .site_id = SITE_A,
                                               .name = "all",
                                               .prefixes = "",
                                               .trunk_ids = TRUNK_A,
                                               .distribution = "SEQUENTIAL",
                                               .classifications = "",
                                               .enabled = true,
                                               .priority = 1,
                                               .version = 1,
                                               .created_ms = 1});
}

static void put_number(struct rw_tx *tx, const char *tenant, const char *edge, const char *id,
                       const char *e164, const char *state, bool outbound, const char *owner)
{
    rw_tx_put_number(tx, &(struct rw_row_number){.id = id,
                                                 .tenant_id = tenant,
                                                 .edge_id = edge,
                                                 .e164 = e164,
                                                 .state = state,
                                                 .outbound_allowed = outbound,
                                                 .owner_user_id = owner,
                                                 .name = "number",
                                                 .version = 1,
                                                 .created_ms = 1});
}

static void put_tenant_b(struct rw_tx *tx)
{
    rw_tx_put_tenant(tx, &(struct rw_row_tenant){.id = TENANT_B, .name = "B", .created_ms = 1});
    rw_tx_put_user(tx, &(struct rw_row_user){.id = CY,
                                             .tenant_id = TENANT_B,
                                             .name = "Cy",
                                             .email = "cy@b.example",
                                             .state = "active",
                                             .roles = "agent",
                                             .station_id = STATION_B,
                                             .version = 1,
                                             .created_ms = 1});
    rw_tx_put_station(tx, &(struct rw_row_station){.id = STATION_B,
                                                   .tenant_id = TENANT_B,
                                                   .name = "Cy's",
                                                   .sip_uri = "sip:cy@192.0.2.9",
                                                   .state = "active",
                                                   .version = 1,
                                                   .created_ms = 1});
    rw_tx_put_edge(tx, &(struct rw_row_edge){.id = EDGE_B,
                                             .tenant_id = TENANT_B,
                                             .name = "edge",
                                             .state = "active",
                                             .version = 1,
                                             .created_ms = 1});
    put_site(tx, SITE_B, TENANT_B);
    put_number(tx, TENANT_B, EDGE_B, NUMBER_B, "+6534560000", "active", true, NULL);
}

static void put_admin(struct rw_tx *tx, const char *id, const char *tenant)
{
    rw_tx_put_user(tx, &(struct rw_row_user){.id = id,
                                             .tenant_id = tenant,
                                             .name = "Admin",
                                             .email = "admin@example",
                                             .state = "active",
                                             .roles = "admin",
                                             .version = 1,
                                             .created_ms = 1});
}

static void put_client(struct rw_tx *tx, const char *id, const char *tenant, const char *hash)
{
    rw_tx_put_client(tx, &(struct rw_row_client){.id = id,
                                                 .tenant_id = tenant,
                                                 .name = "program",
                                                 .secret_hash = hash,
                                                 .grant_type = "CLIENT-CREDENTIALS",
                                                 .roles = "integrator",
                                                 .scopes = "",
                                                 .token_seconds = 3600,
                                                 .version = 1,
                                                 .created_ms = 1});
}

static void put_old_token(struct rw_tx *tx, enum house_token which, uint64_t made_ms,
                          uint64_t revoked_ms)
{
    struct rw_token_order order = {
        .tenant_id = TENANT_A, .user_id = ANN, .roles = "", .scopes = "", .seconds = 3600};
    struct rw_row_token row;
    struct rw_err err = {0};

    if (rw_token_make(house.key, &order, made_ms, &house.store.arena, &row, house.tokens[which],
                      &err) != RW_OK)
        fail_msg("token: %s", err.message);
    row.revoked_ms = revoked_ms;
    rw_tx_put_token(tx, &row);
}

static void put_token(struct rw_tx *tx, enum house_token which, const char *tenant,
                      const char *user, const char *client, const char *roles, const char *scopes)
{
    struct rw_token_order order = {.tenant_id = tenant,
                                   .client_id = client,
                                   .user_id = user,
                                   .roles = roles,
                                   .scopes = scopes,
                                   .seconds = 3600};
    struct rw_row_token row;
    struct rw_err err = {0};

    if (rw_token_make(house.key, &order, rw_clock_wall_ms(), &house.store.arena, &row,
                      house.tokens[which], &err) != RW_OK)
        fail_msg("token: %s", err.message);
    rw_tx_put_token(tx, &row);
}

static void fill(void)
{
    struct rw_tx *tx = rw_tx_new(house.store.store);
    char hash[RW_SECRET_HASH];

    assert_non_null(tx);
    rw_secret_new(house.secret);
    assert_int_equal(rw_secret_hash(rw_slice_str(house.secret), hash, NULL), RW_OK);
    put_tenant_a(tx);
    put_tenant_b(tx);
    put_admin(tx, ADMIN_A, TENANT_A);
    put_admin(tx, ADMIN_B, TENANT_B);
    put_number(tx, TENANT_A, EDGE_A, NUMBER_A, "+6534567890", "active", true, NULL);
    put_number(tx, TENANT_A, EDGE_A, "bobs", "+6534567891", "inactive", true, BOB);
    put_number(tx, TENANT_A, EDGE_A, "off", "+6534567892", "inactive", true, NULL);
    put_number(tx, TENANT_A, EDGE_A, "internal", "+6534567893", "active", false, NULL);
    put_client(tx, CLIENT_A, TENANT_A, hash);
    put_client(tx, CLIENT_B, TENANT_B, hash);
    put_token(tx, TOKEN_ANN, TENANT_A, ANN, NULL, "", "");
    put_token(tx, TOKEN_BOB, TENANT_A, BOB, NULL, "", "");
    put_token(tx, TOKEN_ADMIN, TENANT_A, ADMIN_A, NULL, "", "");
    put_token(tx, TOKEN_VIEWER, TENANT_A, ANN, NULL, "viewer", "");
    put_token(tx, TOKEN_NARROW, TENANT_A, ANN, NULL, "", "users:readonly");
    put_token(tx, TOKEN_CLIENT, TENANT_A, NULL, CLIENT_A, "", "");
    put_token(tx, TOKEN_CY, TENANT_B, CY, NULL, "", "");
    put_token(tx, TOKEN_CY_ADMIN, TENANT_B, ADMIN_B, NULL, "", "");
    put_token(tx, TOKEN_GONE, TENANT_A, GONE, NULL, "", "");
    put_old_token(tx, TOKEN_EXPIRED, rw_clock_wall_ms() - 86400000, 0);
    put_old_token(tx, TOKEN_REVOKED, rw_clock_wall_ms(), rw_clock_wall_ms());
    store_test_commit(tx);
}

/* ------------------------------------------------------------------ the worker */

static enum rw_class start_http(struct rw_worker *worker, struct rw_err *err)
{
    struct rw_http_options options = {.host = "127.0.0.1",
                                      .header_bytes_max = 8192,
                                      .body_bytes_max = 65536,
                                      .header_deadline_ms = 20000,
                                      .body_deadline_ms = 20000,
                                      .idle_deadline_ms = 20000,
                                      .answer_deadline_ms = 20000,
                                      .connections_max = 16,
                                      .handle = rw_api_handle,
                                      .refuse = rw_api_refuse,
                                      .body_max = rw_api_body_max,
                                      .arg = in.api};
    enum rw_class class = rw_http_new(&in.http, worker, &options, err);

    if (class == RW_OK)
        house.port = rw_http_port(in.http);
    return class;
}

static struct rw_ledger *ledger;
static struct rw_spend_permit spending;

static enum rw_class open_ledger(struct rw_err *err)
{
    enum rw_class class = rw_ledger_new(&ledger, err);

    rw_spend_permit_init(&spending, ledger);
    rw_route_table_count_in(in.routes, ledger);
    return class;
}

static enum rw_class on_start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    struct rw_exchange_options exchange = {.worker = worker,
                                           .store = house.store.store,
                                           .leg_ops = &leg_ops,
                                           .relay_ops = &relay_ops,
                                           .permits = in.permits,
                                           .permits_count = 2,
                                           .calls_max = 100};
    enum rw_class class = rw_store_reader_new(house.store.store, &in.reader, err);

    (void)arg;
    if (class == RW_OK)
        class = rw_auth_new(&in.auth, house.store.store, in.reader, house.key, err);
    if (class == RW_OK)
        class = rw_route_table_new(&in.routes, house.store.store, in.reader, err);
    if (class == RW_OK)
        class = open_ledger(err);
    if (class == RW_OK)
        class = rw_exchange_new(&in.exchange, &exchange, err);
    if (class == RW_OK)
        class = rw_api_new(&in.api,
                           &(struct rw_api_options){.worker = worker,
                                                    .store = house.store.store,
                                                    .reader = in.reader,
                                                    .auth = in.auth,
                                                    .auth_key = house.key,
                                                    .exchange = in.exchange,
                                                    .routes = in.routes,
                                                    .offload = in.offload,
                                                    .version = "test",
                                                    .address = house_address,
                                                    .limits = in.limits,
                                                    .sip_local = "192.0.2.9:5060",
                                                    .started_ms = rw_clock_wall_ms()},
                           err);
    return class == RW_OK ? start_http(worker, err) : class;
}

static void on_stop(struct rw_worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    rw_http_free(in.http);
    rw_api_free(in.api);
    rw_exchange_free(in.exchange);
    rw_route_table_free(in.routes);
    rw_auth_free(in.auth);
    rw_store_reader_free(in.reader);
}

int house_open(void **state)
{
    struct rw_err err = {0};

    (void)state;
    rw_json_setup();
    house = (struct house){.port = 0};
    store_test_open(&house.store);
    if (rw_auth_key_make(house.store.folder, &house.key, &err) != RW_OK)
        fail_msg("key: %s", err.message);
    fill();
    if (rw_limits_new(&in.limits, &err) != RW_OK)
        fail_msg("limits: %s", err.message);
    in.permits[0] = &spending.permit;
    in.permits[1] = rw_limits_permit(in.limits);
    if (rw_offload_new(&in.offload, 1, 16, &err) != RW_OK ||
        rw_workers_new(&house.workers, 1, &err) != RW_OK ||
        rw_workers_start(house.workers, on_start, on_stop, NULL, &err) != RW_OK)
        fail_msg("start: %s", err.message);
    return 0;
}

static struct house_answer answer;

int house_close(void **state)
{
    (void)state;
    rw_workers_stop(house.workers);
    rw_workers_free(house.workers);
    rw_limits_free(in.limits);
    rw_ledger_free(ledger);
    rw_offload_free(in.offload);
    rw_auth_key_free(house.key);
    store_test_close(&house.store);
    json_decref(answer.body);
    free(answer.text);
    answer = (struct house_answer){.status = 0};
    return 0;
}

/* ------------------------------------------------------------------ errands to the worker */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
} door = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};

struct errand {
    struct rw_mail mail; /* first */
    void (*run)(void *arg);
    void *arg;
};

static void on_errand(struct rw_mail *mail)
{
    struct errand *errand = (struct errand *)mail;

    errand->run(errand->arg);
    (void)pthread_mutex_lock(&door.lock);
    door.open = true;
    (void)pthread_cond_signal(&door.opened);
    (void)pthread_mutex_unlock(&door.lock);
}

void house_do(void (*run)(void *arg), void *arg)
{
    struct errand errand = {{.handle = on_errand}, run, arg};

    rw_worker_post(rw_workers_at(house.workers, 0), &errand.mail);
    (void)pthread_mutex_lock(&door.lock);
    while (!door.open)
        (void)pthread_cond_wait(&door.opened, &door.lock);
    door.open = false;
    (void)pthread_mutex_unlock(&door.lock);
}

struct rw_api *house_api(void)
{
    return in.api;
}

/* ------------------------------------------------------------------ the client */

static int connect_to_house(void)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(house.port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval patience = {.tv_sec = 20};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

/* Everything the server sends until it closes. */
static char *read_all(int fd)
{
    size_t n = 0, cap = 1 << 20;
    char *text = malloc(cap);

    assert_non_null(text);
    for (;;) {
        ssize_t got = recv(fd, text + n, cap - 1 - n, 0);

        if (got <= 0)
            break;
        n += (size_t)got;
    }
    text[n] = '\0';
    return text;
}

bool house_send_raw(const char *bytes, size_t n)
{
    char *text, *end;
    int fd = connect_to_house();

    assert_int_equal(send(fd, bytes, n, MSG_NOSIGNAL), (ssize_t)n);
    text = read_all(fd);
    (void)close(fd);

    json_decref(answer.body);
    free(answer.text);
    answer = (struct house_answer){.status = 0};
    end = strstr(text, "\r\n\r\n");
    if (end) {
        answer.text = strdup(end + 4);
        (void)rw_slice_copy(answer.head, sizeof(answer.head),
                            (struct rw_slice){text, (size_t)(end + 2 - text)});
        (void)sscanf(text, "HTTP/1.1 %d", &answer.status);
        answer.body = json_loads(answer.text, JSON_DECODE_ANY, NULL);
    }
    free(text);
    return end != NULL;
}

bool house_try(enum house_token token, const char *method, const char *path, const char *headers,
               const char *body)
{
    struct rw_buf request;
    bool answered;

    rw_buf_init(&request, 4 << 20);
    rw_buf_printf(&request, "%s %s HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n", method,
                  path);
    if (token != TOKEN_NONE)
        rw_buf_printf(&request, "Authorization: Bearer %s\r\n", house.tokens[token]);
    if (headers)
        rw_buf_puts(&request, headers);
    if (body)
        rw_buf_printf(
            &request, "%sContent-Length: %zu\r\n",
            headers && strstr(headers, "Content-Type:") ? "" : "Content-Type: application/json\r\n",
            strlen(body));
    rw_buf_puts(&request, "\r\n");
    rw_buf_puts(&request, body ? body : "");
    assert_false(request.failed);
    answered = house_send_raw(request.p, request.len);
    rw_buf_done(&request);
    return answered;
}

const struct house_answer *house_last(void)
{
    return &answer;
}

const struct house_answer *house_send(enum house_token token, const char *method, const char *path,
                                      const char *headers, const char *body)
{
    if (!house_try(token, method, path, headers, body))
        fail_msg("no answer to %s %s", method, path);
    return &answer;
}

const struct house_answer *house_admin(const char *method, const char *path, const char *body,
                                       int status)
{
    const struct house_answer *a = house_send(TOKEN_ADMIN, method, path, NULL, body);

    if (a->status != status)
        fail_msg("%s %s: %d %s", method, path, a->status, a->text);
    return a;
}

void house_refused(const char *code, const char *pointer)
{
    for (size_t i = 0; i < house_count("errors"); i++) {
        char path[40];

        (void)snprintf(path, sizeof(path), "errors/%zu/code", i);
        if (strcmp(house_text(path), code) != 0)
            continue;
        (void)snprintf(path, sizeof(path), "errors/%zu/pointer", i);
        if (strcmp(house_text(path), pointer) == 0)
            return;
    }
    fail_msg("no %s at %s: %s", code, pointer, house_last()->text);
}

const struct house_answer *house_judge(enum house_token token, const char *body)
{
    return house_send(token, "POST", "/api/v2/conversations/calls?validateOnly=true", NULL, body);
}

static const json_t *at(const char *path)
{
    const json_t *value = answer.body;
    char part[64];

    while (value && *path) {
        size_t n = strcspn(path, "/");

        assert_true(rw_slice_copy(part, sizeof(part), (struct rw_slice){path, n}));
        value = json_is_array(value) ? json_array_get(value, strtoul(part, NULL, 10))
                                     : json_object_get(value, part);
        path += n + (path[n] == '/');
    }
    return value;
}

const char *house_text(const char *path)
{
    const char *text = json_string_value(at(path));

    return text ? text : "(none)";
}

long long house_number(const char *path)
{
    const json_t *value = at(path);

    return json_is_integer(value) ? json_integer_value(value) : -1;
}

size_t house_count(const char *path)
{
    return json_array_size(at(path));
}

static bool has(const char *list, const char *code)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(at(list), i, entry)
    {
        const char *found = json_string_value(json_object_get(entry, "code"));

        if (found && strcmp(found, code) == 0)
            return true;
    }
    return false;
}

bool house_has_code(const char *code)
{
    return has("errors", code);
}

bool house_warns(const char *code)
{
    return has("warnings", code);
}

const char *house_header(const char *name)
{
    static char value[512];
    size_t n = strlen(name);
    const char *line = answer.head;

    value[0] = '\0';
    while ((line = strstr(line, "\r\n"))) {
        line += 2;
        if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
            line += n + 1;
            line += strspn(line, " ");
            (void)rw_slice_copy(value, sizeof(value), (struct rw_slice){line, strcspn(line, "\r")});
            break;
        }
    }
    return value;
}
