/*
 * auth/grant.h - the token endpoint's rules: the client_credentials grant of RFC 6749 (2.3.1, 4.4, 5).
 *
 * Pure: the caller reads the client from the store and verifies its secret off the loop.
 *
 *     parse -> rw_store_find_client() -> rw_secret_verify(), of rw_secret_nobody() when there is no
 *     such client -> issue -> rw_tx_put_token() -> answer when it is stored
 *
 * Errors   a refusal: RFC 6749's word for programs, our error for people. Class RW_MALFORMED is
 *          answered 400, RW_UNAUTHENTICATED 401 (with a Basic challenge when `challenge` is set).
 *          RW_NO_MEMORY is no refusal of the client: answer 503.
 */
#ifndef RW_AUTH_GRANT_H
#define RW_AUTH_GRANT_H

#include "auth/token.h"

#define RW_GRANT_BODY_MAX 8192

struct rw_grant_request {
    const char *client_id;
    struct rw_slice secret;
    const char *scope; /* as asked: separated by spaces; NULL = none asked */
    bool challenge;    /* the client tried HTTP Basic */
};

struct rw_grant_refusal {
    const char *error; /* "invalid_client", ... of section 5.2 */
    bool challenge;    /* the client tried HTTP Basic */
    struct rw_err err; /* code auth.grant_* */
};

struct rw_grant {
    struct rw_row_token row;
    char text[RW_TOKEN_TEXT]; /* access_token; wipe it when the answer is written */
    const char *scope;        /* separated by spaces; "" = all that the roles give */
    uint32_t expires_in;      /* seconds */
};

/* `authorization` is that header's value, empty when absent. What it returns lives in the arena. */
RW_NODISCARD enum rw_class rw_grant_parse(struct rw_slice body, struct rw_slice authorization,
                                          struct rw_arena *arena, struct rw_grant_request *ret,
                                          struct rw_grant_refusal *refusal);

/*
 * `client` is NULL when there is none of that id. The texts of ret->row belong to the client's row
 * and the arena.
 */
RW_NODISCARD enum rw_class rw_grant_issue(const struct rw_auth_key *key,
                                          const struct rw_grant_request *request,
                                          const struct rw_row_client *client, bool verified,
                                          unsigned worker, uint64_t now_ms, struct rw_arena *arena,
                                          struct rw_grant *ret, struct rw_grant_refusal *refusal);

#endif
