#include "auth/token.h"

#include "auth/permission.h"

enum rw_class rw_token_make(const struct rw_auth_key *key, const struct rw_token_order *order,
                            uint64_t now_ms, struct rw_arena *arena, struct rw_row_token *ret_row,
                            char text[RW_TOKEN_TEXT], struct rw_err *err)
{
    struct rw_id id = rw_id_new(order->worker);
    char *hash = rw_arena_alloc(arena, RW_TOKEN_HASH);
    char *id_text = rw_arena_copy(arena, rw_slice_str(id.text));

    if (!hash || !id_text)
        return rw_fail_memory(err);
    rw_token_new(text);
    rw_token_hash(key, (struct rw_slice){text, RW_TOKEN_TEXT - 1}, hash);
    *ret_row = (struct rw_row_token){
        .hash = hash,
        .id = id_text,
        .tenant_id = order->tenant_id,
        .client_id = order->client_id,
        .user_id = order->user_id,
        .roles = order->roles ? order->roles : "",
        .scopes = order->scopes ? order->scopes : "",
        .created_ms = now_ms,
        .expires_ms = order->seconds ? now_ms + (uint64_t)order->seconds * 1000 : 0,
    };
    return RW_OK;
}

static enum rw_class check_scopes(const char *scopes, struct rw_err *err)
{
    struct rw_slice rest = rw_slice_str(scopes);

    while (rest.n) {
        const char *comma = memchr(rest.p, ',', rest.n);
        struct rw_slice word = {rest.p, comma ? (size_t)(comma - rest.p) : rest.n};

        if (!rw_scope_known(word)) {
            (void)rw_fail(err, RW_MALFORMED, "auth.unknown_scope",
                          "there is no scope of this name");
            rw_err_at(err, "scope", (int32_t)(word.p - scopes), (int32_t)word.n);
            rw_err_found(err, "%.*s", RW_SLICE_ARG(word));
            rw_err_expected(err, "names of scopes, comma-separated: conversations, call:write, "
                                 "conversations:readonly, users, telephony, oauth, ...");
            return RW_MALFORMED;
        }
        rest = rw_slice_from(rest, word.n + (comma ? 1 : 0));
    }
    return RW_OK;
}

enum rw_class rw_token_for_user(const struct rw_auth_key *key, const struct rw_row_user *user,
                                const char *scopes, uint32_t seconds, unsigned worker,
                                uint64_t now_ms, struct rw_arena *arena,
                                struct rw_row_token *ret_row, char text[RW_TOKEN_TEXT],
                                struct rw_err *err)
{
    const struct rw_token_order order = {.tenant_id = user->tenant_id,
                                         .user_id = user->id,
                                         .roles = "",
                                         .scopes = scopes,
                                         .seconds = seconds,
                                         .worker = worker};

    if (!user->state || strcmp(user->state, "active") != 0) {
        (void)rw_fail(err, RW_CONFLICT, "auth.token_for_inactive_user",
                      "only an active user can have a token");
        rw_err_found(err, "user %s is %s", user->id, user->state ? user->state : "in no state");
        return RW_CONFLICT;
    }
    if (check_scopes(scopes ? scopes : "", err) != RW_OK)
        return RW_MALFORMED;
    return rw_token_make(key, &order, now_ms, arena, ret_row, text, err);
}
