/*
 * daemon/init.h - `ringwrightd --init`: the first tenant, its first administrator, and the demo.
 *
 * Writes to the store while no server runs on it, and prints what it made, secrets included, once:
 * the store keeps only their hashes.
 *
 * Threads  main, before any other.
 * Errors   RW_CONFLICT daemon.already_running, whatever store and auth say.
 */
#ifndef RW_DAEMON_INIT_H
#define RW_DAEMON_INIT_H

#include "daemon/options.h"
#include "store/store.h"

RW_NODISCARD enum rw_class rw_init_run(const struct rw_config *config,
                                       const struct rw_daemon_options *options, struct rw_err *err);

/* What init.c and demo.c share: one transaction in the making, and what is to be shown of it. */
#define RW_INIT_SHOWN_MAX 24
#define RW_INIT_TOKEN_SECONDS (30 * 86400)

struct rw_init_shown {
    const char *name, *value;
};

struct rw_init {
    struct rw_arena arena; /* every text of the rows */
    struct rw_tx *tx;
    const struct rw_auth_key *key;
    uint64_t now_ms;
    struct rw_err *err;
    bool failed; /* sticky; err says why, or memory is out */
    unsigned shown_count;
    struct rw_init_shown shown[RW_INIT_SHOWN_MAX];
};

const char *rw_init_new_id(struct rw_init *init); /* NULL when memory is out */
void rw_init_show(struct rw_init *init, const char *name, const char *value);
void rw_init_add_tenant(struct rw_init *init, const char *id, const char *name);

/* Adds an active user and a token for it with these scopes ("" = all); returns the token's text. */
const char *rw_init_add_user(struct rw_init *init, const struct rw_row_user *user,
                             const char *scopes);

/* Adds a client with a new id and secret and shows both under these names. */
void rw_init_add_client(struct rw_init *init, struct rw_row_client client, const char *id_name,
                        const char *secret_name);

#endif
