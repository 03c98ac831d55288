#include "daemon/init.h"

#include "auth/secret.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/mem.h"
#include "daemon/demo.h"
#include "daemon/files.h"
#include "store/store.h"

#include <stdio.h>
#include <unistd.h>

#define ARENA_BYTES 65536

const char *rw_init_new_id(struct rw_init *init)
{
    struct rw_id id = rw_id_new(0);

    return rw_arena_copy(&init->arena, rw_slice_str(id.text));
}

void rw_init_show(struct rw_init *init, const char *name, const char *value)
{
    if (init->shown_count == RW_INIT_SHOWN_MAX || !value) {
        init->failed = true;
    } else {
        init->shown[init->shown_count++] = (struct rw_init_shown){name, value};
    }
}

const char *rw_init_add_user(struct rw_init *init, const struct rw_row_user *user,
                             const char *scopes)
{
    struct rw_row_token row;
    char text[RW_TOKEN_TEXT];
    struct rw_row_user active = *user;
    const char *kept;

    active.state = "active";
    active.version = 1;
    active.created_ms = init->now_ms;
    if (init->failed || rw_token_for_user(init->key, &active, scopes, RW_INIT_TOKEN_SECONDS, 0,
                                          init->now_ms, &init->arena, &row, text, init->err)) {
        init->failed = true;
        return NULL;
    }
    rw_tx_put_user(init->tx, &active);
    rw_tx_put_token(init->tx, &row);
    kept = rw_arena_copy(&init->arena, rw_slice_str(text));
    rw_secret_wipe(text, sizeof(text));
    return kept;
}

void rw_init_add_client(struct rw_init *init, struct rw_row_client client, const char *id_name,
                        const char *secret_name)
{
    char secret[RW_SECRET_TEXT], hash[RW_SECRET_HASH];

    rw_secret_new(secret);
    if (!init->failed && rw_secret_hash(rw_slice_str(secret), hash, init->err))
        init->failed = true;
    if (!init->failed) {
        client.id = rw_init_new_id(init);
        client.secret_hash = hash;
        client.grant_type = "CLIENT-CREDENTIALS";
        client.token_seconds = RW_TOKEN_SECONDS;
        client.version = 1;
        client.created_ms = init->now_ms;
        rw_tx_put_client(init->tx, &client);
        rw_init_show(init, id_name, client.id);
        rw_init_show(init, secret_name, rw_arena_copy(&init->arena, rw_slice_str(secret)));
    }
    rw_secret_wipe(secret, sizeof(secret));
}

void rw_init_add_tenant(struct rw_init *init, const char *id, const char *name)
{
    rw_tx_put_tenant(init->tx, &(struct rw_row_tenant){id, name, init->now_ms});
    rw_tx_put_site(init->tx, &(struct rw_row_site){.id = id,
                                                   .tenant_id = id,
                                                   .name = "Main site",
                                                   .state = "active",
                                                   .version = 1,
                                                   .created_ms = init->now_ms,
                                                   .modified_ms = init->now_ms});
}

/* A tenant, a person who may do everything in it, and a program that may. */
static void add_administrator(struct rw_init *init, const char *tenant_name)
{
    const char *tenant_id = rw_init_new_id(init), *user_id = rw_init_new_id(init);

    rw_init_add_tenant(init, tenant_id, tenant_name);
    rw_tx_put_edge(init->tx, &(struct rw_row_edge){.id = tenant_id,
                                                   .tenant_id = tenant_id,
                                                   .name = "Main edge",
                                                   .state = "active",
                                                   .version = 1,
                                                   .created_ms = init->now_ms});
    rw_init_show(init, "tenant_id", tenant_id);
    rw_init_show(init, "admin_user_id", user_id);
    rw_init_show(init, "admin_token",
                 rw_init_add_user(init,
                                  &(struct rw_row_user){.id = user_id,
                                                        .tenant_id = tenant_id,
                                                        .name = "Administrator",
                                                        .roles = "admin"},
                                  ""));
    rw_init_add_client(
        init,
        (struct rw_row_client){
            .tenant_id = tenant_id, .name = "First client", .roles = "admin", .scopes = ""},
        "admin_client_id", "admin_client_secret");
    rw_tx_add_audit(init->tx, &(struct rw_row_audit){.tenant_id = tenant_id,
                                                     .actor = "ringwrightd --init",
                                                     .action = "tenant.create",
                                                     .entity = tenant_id,
                                                     .at_ms = init->now_ms});
}

static void print_shown(const struct rw_init *init, bool json)
{
    /* Every value is of an alphabet that needs no escaping: ids, tokens, numbers, host names. */
    if (json)
        putchar('{');
    for (unsigned i = 0; i < init->shown_count; i++) {
        const struct rw_init_shown *shown = &init->shown[i];

        if (json)
            printf("%s\"%s\":\"%s\"", i ? "," : "", shown->name, shown->value);
        else
            printf("%-20s %s\n", shown->name, shown->value);
    }
    puts(json ? "}"
              : "\nKeep the secrets: they are shown this once, the store has only their hashes.");
}

static enum rw_class write_all(struct rw_init *init, struct rw_store *store,
                               const struct rw_daemon_options *options)
{
    init->tx = rw_tx_new(store);
    if (!init->tx)
        return rw_fail_memory(init->err);
    if (options->demo)
        rw_demo_add(init, options);
    else
        add_administrator(init, options->tenant);
    if (init->failed) {
        rw_tx_drop(init->tx);
        return init->err->code ? init->err->class : rw_fail_memory(init->err);
    }
    return rw_tx_commit(init->tx, init->err);
}

enum rw_class rw_init_run(const struct rw_config *config, const struct rw_daemon_options *options,
                          struct rw_err *err)
{
    struct rw_init init = {.now_ms = rw_clock_wall_ms(), .err = err};
    struct rw_store *store = NULL;
    char path[RW_PATH_TEXT];
    enum rw_class class;
    int lock_fd = -1;

    *err = (struct rw_err){0};
    rw_arena_init(&init.arena, ARENA_BYTES);
    rw_files_path(config, "ringwright.db", path);
    class = rw_files_make_data_dir(config, err);
    if (!class)
        class = rw_files_lock(config, &lock_fd, err);
    if (!class)
        class = rw_auth_key_make(config->data_dir, &init.key, err);
    if (!class)
        class = rw_store_open(
            &store, &(struct rw_store_options){.path = path, .linger_ms = 0, .batch_max = 1}, err);
    if (!class)
        class = write_all(&init, store, options);
    rw_store_close(store);
    if (!class)
        print_shown(&init, options->json);
    rw_arena_done(&init.arena);
    rw_auth_key_free(init.key);
    if (lock_fd >= 0)
        (void)close(lock_fd);
    return class;
}
