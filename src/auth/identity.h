/*
 * auth/identity.h - who is behind a request: the door of the API.
 *
 * Owner    a worker makes its struct rw_auth and borrows store, reader and key to it. An identity
 *          lives in the arena that was given.
 * Threads  one worker's.
 * Memory   4,096 identities are remembered and 1,024 peers that failed; the oldest make room.
 * Freshness  what is remembered was read from the store's present generation, so revoking a token, a
 *          client, a user or a role counts from the moment it is committed.
 * Errors   RW_UNAUTHENTICATED auth.missing_token, auth.malformed_header, auth.unknown_token,
 *          auth.token_expired, auth.token_revoked, auth.user_inactive; RW_LIMIT
 *          auth.too_many_failures; RW_NO_MEMORY; RW_IO store.*. No message ever shows a token.
 */
#ifndef RW_AUTH_IDENTITY_H
#define RW_AUTH_IDENTITY_H

#include "auth/permission.h"
#include "store/store.h"

struct rw_auth;
struct rw_auth_key; /* auth/secret.h */

struct rw_identity {
    const char *tenant_id;
    const char *user_id;   /* NULL: a program's token */
    const char *client_id; /* NULL: made by an administrator */
    const char *token_id;
    const char *roles;  /* comma-separated, as they stand now */
    const char *scopes; /* comma-separated; "" = all that the roles give */
    struct rw_permissions permissions;
    struct rw_scopes scope_set;
    uint64_t expires_ms; /* 0 = never */
};

#define RW_AUTH_FAILURES_MAX 20 /* a minute, peer and worker */

struct rw_auth_counters {
    uint64_t hits, misses; /* found remembered; looked up in the store */
    uint64_t failures;     /* no, unknown, expired or revoked tokens */
    uint64_t locked;       /* refused because of too many of these */
};

RW_NODISCARD enum rw_class rw_auth_new(struct rw_auth **ret, struct rw_store *store,
                                       struct rw_store_reader *reader,
                                       const struct rw_auth_key *key, struct rw_err *err);
void rw_auth_free(struct rw_auth *auth); /* NULL is fine */

/*
 * `header` is the value of Authorization, empty when there is none; `peer` is where the request came
 * from ("192.0.2.7:51234"), empty to leave failures uncounted. About 1 us for a token that is
 * remembered.
 */
RW_NODISCARD enum rw_class rw_auth_identify(struct rw_auth *auth, struct rw_slice header,
                                            struct rw_slice peer, struct rw_arena *arena,
                                            const struct rw_identity **ret, struct rw_err *err);

/*
 * The lock for other doors (a client's secret at the token endpoint): RW_LIMIT while this peer has
 * failed too often, and one failure more.
 */
RW_NODISCARD enum rw_class rw_auth_peer_check(struct rw_auth *auth, struct rw_slice peer,
                                              struct rw_err *err);
void rw_auth_peer_failed(struct rw_auth *auth, struct rw_slice peer);

const struct rw_auth_counters *rw_auth_counters(const struct rw_auth *auth);

/*
 * Reads "Bearer <token>" (RFC 6750, section 2.1). *ret_token points into the header.
 * RW_UNAUTHENTICATED auth.missing_token or auth.malformed_header.
 */
RW_NODISCARD enum rw_class rw_bearer_read(struct rw_slice header, struct rw_slice *ret_token,
                                          struct rw_err *err);

#endif
