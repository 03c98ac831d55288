/* Clients: programs that may ask for tokens. A secret is made here, shown once, and kept as a hash. */
#include "api/answer.h"
#include "api/change.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/roles.h"
#include "api_gen.h"
#include "auth/secret.h"
#include "base/clock.h"

#include <jansson.h>

#include <string.h>

#define TOKEN_SECONDS_DEFAULT 86400

/* A secret between its making and its hash. Lives in the request's arena. */
struct sealing {
    struct rw_job job; /* first */
    struct rw_request *r;
    struct rw_row_client row;
    const char *action;
    char secret[RW_SECRET_TEXT], hash[RW_SECRET_HASH];
    struct rw_buf body;
    enum rw_class class;
    struct rw_err err;
};

static void write_client(struct rw_json_writer *w, const struct rw_row_client *row,
                         const char *secret)
{
    rw_json_str(w, "id", row->id);
    rw_json_str(w, "name", row->name);
    rw_json_str(w, "authorizedGrantType", row->grant_type);
    rw_json_uint(w, "accessTokenValiditySeconds", row->token_seconds);
    rw_render_words(w, "scope", row->scopes);
    rw_render_words(w, "roleIds", row->roles);
    rw_json_str(w, "state", row->revoked_ms ? "inactive" : "active");
    rw_json_opt(w, "secret", secret);
    rw_json_time(w, "dateCreated", row->created_ms);
    rw_json_uint(w, "version", row->version);
    rw_render_self(w, "oauth/clients", row->id);
}

static void write_body(struct rw_request *r, struct rw_buf *body, const struct rw_row_client *row,
                       const char *secret, bool warnings)
{
    struct rw_json_writer w;

    rw_answer_init(body);
    w = rw_json_writer(body);
    rw_json_open_object(&w, NULL);
    write_client(&w, row, secret);
    if (warnings)
        rw_answer_warnings(r, &w);
    rw_json_close(&w);
}

/* The client of the path, or the refusal is answered: false. A deleted one is not there. */
static bool find(struct rw_request *r, struct rw_row_client *ret)
{
    const char *id = rw_request_param(r, "clientId");
    struct rw_err err;
    enum rw_class class;

    class = rw_store_get_client(r->api->with.reader, rw_request_tenant(r), id, r->arena, ret, &err);
    if (class == RW_OK && !ret->revoked_ms)
        return true;
    if (class == RW_OK || class == RW_NOT_FOUND) {
        rw_fail(&err, RW_NOT_FOUND, "oauth.client_not_found",
                "no client of this tenant has the id in the path");
        rw_err_at(&err, "{clientId}", -1, 0);
        rw_err_expected(&err, "an id that GET /api/v2/oauth/clients lists");
    }
    rw_answer_err(r, &err);
    return false;
}

/* ------------------------------------------------------------------ reading */

void rw_op_getOauthClients(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, NULL);
    struct rw_row_client *rows;
    size_t count;

    if (!rw_listing_open(&listing, rw_store_list_clients(r->api->with.reader, rw_request_tenant(r),
                                                         &listing.page, r->arena, &rows, &count,
                                                         &listing.err)))
        return;
    for (size_t i = 0; i < count; i++) {
        rw_json_open_object(&listing.w, NULL);
        write_client(&listing.w, &rows[i], NULL);
        rw_json_close(&listing.w);
    }
    rw_listing_close(&listing);
}

void rw_op_getOauthClient(struct rw_request *r)
{
    struct rw_row_client row;
    struct rw_buf body;

    if (!find(r, &row))
        return;
    write_body(r, &body, &row, NULL, false);
    rw_answer_json(r, 200, &body);
}

/* ------------------------------------------------------------------ changing */

static void seal(struct rw_job *job)
{
    struct sealing *sealing = (struct sealing *)job;

    sealing->class = rw_secret_hash(rw_slice_str(sealing->secret), sealing->hash, &sealing->err);
    rw_secret_wipe(sealing->secret, sizeof(sealing->secret));
}

static void sealed(struct rw_job *job)
{
    struct sealing *sealing = (struct sealing *)job;
    struct rw_request *r = sealing->r;
    struct rw_tx *tx;

    if (sealing->class != RW_OK) {
        rw_buf_done(&sealing->body);
        rw_answer_err(r, &sealing->err);
        return;
    }
    sealing->row.secret_hash = sealing->hash;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_put_client(tx, &sealing->row);
    rw_change_commit(r, tx, sealing->action, sealing->row.id, sealing->row.name, 200,
                     &sealing->body);
}

/* Gives the client of `row` a new secret and stores both. The answer is rendered before. */
static void commit_with_secret(struct rw_request *r, const struct rw_row_client *row,
                               const char *action)
{
    struct sealing *sealing = rw_arena_alloc(r->arena, sizeof(*sealing));
    struct rw_err err;

    if (!sealing) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return;
    }
    sealing->job.run = seal;
    sealing->job.done = sealed;
    sealing->r = r;
    sealing->row = *row;
    sealing->action = action;
    rw_secret_new(sealing->secret);
    write_body(r, &sealing->body, row, sealing->secret, true);
    if (rw_offload_submit(r->api->with.offload, &sealing->job, &err) != RW_OK) {
        rw_buf_done(&sealing->body);
        rw_answer_err(r, &err);
    }
}

/* What the body says of a client. False: refused, and answered. */
static bool read_body(struct rw_request *r, struct rw_row_client *row)
{
    const json_t *seconds = json_object_get(r->body, "accessTokenValiditySeconds");
    const char *grant = rw_request_member(r, "authorizedGrantType");
    struct rw_err err;

    row->name = rw_request_member(r, "name");
    row->grant_type = "CLIENT-CREDENTIALS";
    row->token_seconds = seconds ? (uint32_t)json_integer_value(seconds) : TOKEN_SECONDS_DEFAULT;
    row->roles = "integrator";
    row->scopes = "";
    if (strcmp(grant, row->grant_type) != 0) {
        rw_fail(&err, RW_MALFORMED, "oauth.grant_unsupported", "the grant type %s is not served",
                grant);
        rw_err_at(&err, "/authorizedGrantType", -1, 0);
        rw_err_found(&err, "\"%s\"", grant);
        rw_err_expected(&err, "CLIENT-CREDENTIALS");
        rw_err_suggest(&err, "CLIENT-CREDENTIALS");
        rw_answer_err(r, &err);
        return false;
    }
    return rw_roles_read(r, "roleIds", &row->roles) && rw_scopes_read(r, "scope", &row->scopes);
}

void rw_op_postOauthClients(struct rw_request *r)
{
    struct rw_id id = rw_id_new(rw_worker_index(r->api->with.worker));
    struct rw_row_client row = {
        .id = rw_arena_copy(r->arena, rw_slice_str(id.text)),
        .tenant_id = rw_request_tenant(r),
        .version = 1,
        .created_ms = rw_clock_wall_ms(),
    };
    struct rw_err err;

    if (!row.id) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return;
    }
    if (read_body(r, &row))
        commit_with_secret(r, &row, "client.create");
}

void rw_op_putOauthClient(struct rw_request *r)
{
    struct rw_row_client row;
    struct rw_buf body;
    struct rw_tx *tx;

    if (!find(r, &row) || !read_body(r, &row))
        return;
    row.version++;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_put_client(tx, &row);
    write_body(r, &body, &row, NULL, true);
    rw_change_commit(r, tx, "client.edit", row.id, row.name, 200, &body);
}

void rw_op_postOauthClientSecret(struct rw_request *r)
{
    struct rw_row_client row;

    if (!find(r, &row))
        return;
    row.version++;
    commit_with_secret(r, &row, "client.new_secret");
}

void rw_op_deleteOauthClient(struct rw_request *r)
{
    uint64_t now_ms = rw_clock_wall_ms();
    struct rw_row_client row;
    struct rw_tx *tx;

    if (!find(r, &row))
        return;
    row.version++;
    row.revoked_ms = now_ms;
    tx = rw_tx_new(r->api->with.store);
    if (tx) {
        rw_tx_put_client(tx, &row);
        rw_tx_revoke_tokens_of_client(tx, row.tenant_id, row.id, now_ms);
    }
    rw_change_commit(r, tx, "client.delete", row.id, row.name, 200, NULL);
}
