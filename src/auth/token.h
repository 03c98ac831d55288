/*
 * auth/token.h - making tokens. They are listed by rw_store_list_tokens() and revoked by
 * rw_tx_revoke_token() and rw_tx_revoke_tokens_of_client(): the store knows hashes only.
 *
 * Errors   RW_CONFLICT auth.token_for_inactive_user, RW_MALFORMED auth.unknown_scope, RW_NO_MEMORY.
 */
#ifndef RW_AUTH_TOKEN_H
#define RW_AUTH_TOKEN_H

#include "auth/secret.h"
#include "store/store.h"

#define RW_TOKEN_SECONDS 86400 /* when nothing else is said */

struct rw_token_order {
    const char *tenant_id, *client_id, *user_id; /* the last two may be NULL */
    const char *roles;  /* "" = those of the client or user, as they change */
    const char *scopes; /* "" = all that the roles give */
    uint32_t seconds;   /* 0 = for ever */
    unsigned worker;    /* for the id */
};

/*
 * Fills a row for rw_tx_put_token() and the text to be shown once. The row's own texts (id, hash)
 * live in the arena, the others are the order's.
 */
RW_NODISCARD enum rw_class rw_token_make(const struct rw_auth_key *key,
                                         const struct rw_token_order *order, uint64_t now_ms,
                                         struct rw_arena *arena, struct rw_row_token *ret_row,
                                         char text[RW_TOKEN_TEXT], struct rw_err *err);

/* A token for a user, made by an administrator. The user must be active, the scopes known. */
RW_NODISCARD enum rw_class rw_token_for_user(const struct rw_auth_key *key,
                                             const struct rw_row_user *user, const char *scopes,
                                             uint32_t seconds, unsigned worker, uint64_t now_ms,
                                             struct rw_arena *arena, struct rw_row_token *ret_row,
                                             char text[RW_TOKEN_TEXT], struct rw_err *err);

#endif
