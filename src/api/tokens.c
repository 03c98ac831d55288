/* Tokens: what the one in use is worth, those that are out, making one for a user, revoking. */
#include "api/answer.h"
#include "api/change.h"
#include "api/paging.h"
#include "api/render.h"
#include "api/roles.h"
#include "api_gen.h"
#include "auth/identity.h"
#include "auth/token.h"
#include "base/clock.h"

#include <jansson.h>

#include <string.h>

/* ------------------------------------------------------------------ the token in use */

static void write_permissions(struct rw_json_writer *w, const struct rw_identity *identity)
{
    const char *name;

    rw_json_open_array(w, "permissions");
    for (unsigned i = 0; (name = rw_permission_at(i)); i++)
        if (rw_permissions_have(&identity->permissions, name))
            rw_json_str(w, NULL, name);
    rw_json_close(w);
}

static void write_client(struct rw_request *r, struct rw_json_writer *w, const char *client_id,
                         const struct rw_row_tenant *tenant)
{
    struct rw_row_client client;

    if (!client_id)
        return;
    rw_json_open_object(w, "OAuthClient");
    rw_json_str(w, "id", client_id);
    if (rw_store_get_client(r->api->with.reader, tenant->id, client_id, r->arena, &client, NULL) ==
        RW_OK)
        rw_json_opt(w, "name", client.name);
    rw_render_ref(w, "organization", tenant->id, tenant->name, NULL);
    rw_json_close(w);
}

/* models: TokenInfo. */
void rw_op_getTokensMe(struct rw_request *r)
{
    const struct rw_identity *identity = r->identity;
    struct rw_row_tenant tenant;
    struct rw_json_writer w;
    struct rw_buf body;
    struct rw_err err;

    if (rw_store_get_tenant(r->api->with.reader, identity->tenant_id, r->arena, &tenant, &err)) {
        rw_answer_err(r, &err);
        return;
    }
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    rw_json_str(&w, "id", identity->token_id);
    rw_render_ref(&w, "organization", tenant.id, tenant.name, NULL);
    rw_render_ref(&w, "homeOrganization", tenant.id, tenant.name, NULL);
    rw_render_words(&w, "authorizedScope", identity->scopes);
    write_client(r, &w, identity->client_id, &tenant);
    rw_render_ref(&w, "user", identity->user_id, NULL, "users");
    rw_render_words(&w, "roles", identity->roles);
    write_permissions(&w, identity);
    rw_json_time(&w, "expires", identity->expires_ms);
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
}

void rw_op_headTokensMe(struct rw_request *r)
{
    rw_answer_nothing(r, 200);
}

static void revoke(struct rw_request *r, const char *token_id, unsigned status)
{
    struct rw_tx *tx = rw_tx_new(r->api->with.store);

    if (tx)
        rw_tx_revoke_token(tx, rw_request_tenant(r), token_id, rw_clock_wall_ms());
    rw_change_commit(r, tx, "token.revoke", token_id, NULL, status, NULL);
}

void rw_op_deleteTokensMe(struct rw_request *r)
{
    revoke(r, r->identity->token_id, 200);
}

/* ------------------------------------------------------------------ all tokens */

static void write_token(struct rw_json_writer *w, const struct rw_row_token *row, const char *text)
{
    rw_json_str(w, "id", row->id);
    rw_json_opt(w, "token", text);
    rw_render_ref(w, "user", row->user_id, NULL, "users");
    rw_render_ref(w, "client", row->client_id, NULL, "oauth/clients");
    rw_render_words(w, "roles", row->roles);
    rw_render_words(w, "scopes", row->scopes);
    rw_json_time(w, "created", row->created_ms);
    rw_json_time(w, "expires", row->expires_ms);
    rw_json_time(w, "revoked", row->revoked_ms);
}

void rw_op_getRingwrightTokens(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, NULL);
    struct rw_row_token *rows;
    size_t count;

    if (!rw_listing_open(&listing, rw_store_list_tokens(r->api->with.reader, rw_request_tenant(r),
                                                        &listing.page, r->arena, &rows, &count,
                                                        &listing.err)))
        return;
    for (size_t i = 0; i < count; i++) {
        rw_json_open_object(&listing.w, NULL);
        write_token(&listing.w, &rows[i], NULL);
        rw_json_close(&listing.w);
    }
    rw_listing_close(&listing);
}

/* The user a token is to be made for. False: refused, and answered. */
static bool find_user(struct rw_request *r, struct rw_row_user *ret)
{
    const char *id = rw_request_member(r, "userId");
    struct rw_err err;

    if (rw_store_get_user(r->api->with.reader, rw_request_tenant(r), id, r->arena, ret, &err) ==
        RW_OK)
        return true;
    if (err.class == RW_NOT_FOUND) {
        rw_fail(&err, RW_MALFORMED, "oauth.unknown_user", "no user of this tenant has this id");
        rw_err_at(&err, "/userId", -1, 0);
        rw_err_found(&err, "\"%s\"", id);
        rw_err_expected(&err, "an id that GET /api/v2/users lists");
    }
    rw_answer_err(r, &err);
    return false;
}

void rw_op_postRingwrightTokens(struct rw_request *r)
{
    const json_t *seconds = json_object_get(r->body, "expiresInSeconds");
    char text[RW_TOKEN_TEXT];
    const char *scopes = "";
    struct rw_row_token row;
    struct rw_row_user user;
    struct rw_json_writer w;
    struct rw_buf body;
    struct rw_err err;
    struct rw_tx *tx;

    if (!find_user(r, &user) || !rw_scopes_read(r, "scopes", &scopes))
        return;
    if (rw_token_for_user(r->api->with.auth_key, &user, scopes,
                          seconds ? (uint32_t)json_integer_value(seconds) : RW_TOKEN_SECONDS,
                          rw_worker_index(r->api->with.worker), rw_clock_wall_ms(), r->arena, &row,
                          text, &err) != RW_OK) {
        rw_answer_err(r, &err);
        return;
    }
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_put_token(tx, &row);
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    write_token(&w, &row, text);
    rw_json_close(&w);
    rw_secret_wipe(text, sizeof(text));
    rw_change_commit(r, tx, "token.create", row.id, user.id, 200, &body);
}

void rw_op_deleteRingwrightToken(struct rw_request *r)
{
    const char *id = rw_request_param(r, "tokenId");
    struct rw_row_token row;
    struct rw_err err;
    enum rw_class class;

    class = rw_store_get_token(r->api->with.reader, rw_request_tenant(r), id, r->arena, &row, &err);
    if (class == RW_OK) {
        revoke(r, row.id, 204);
        return;
    }
    if (class == RW_NOT_FOUND) {
        rw_fail(&err, RW_NOT_FOUND, "oauth.token_not_found",
                "no token of this tenant has the id in the path");
        rw_err_at(&err, "{tokenId}", -1, 0);
        rw_err_expected(&err, "an id that GET /api/v2/ringwright/tokens lists");
    }
    rw_answer_err(r, &err);
}
