/*
 * store/store.h - the port to everything that is kept. store_sqlite.c stands behind it.
 *
 * Writing  is asynchronous: fill a struct rw_tx with rows, submit it, be told in your own loop when
 *          it is on disk (or was refused). A transaction is all or nothing. One writer thread
 *          commits many transactions at once; those marked `patient` (events of running calls) may
 *          linger for some milliseconds to share a commit.
 * Reading  is synchronous and cheap, by a reader that each worker has of its own; it sees what was
 *          committed when the call began.
 * Owner    the daemon owns the store; a worker owns its reader; a tx owns copies of its rows.
 * Threads  struct rw_store: any thread. Readers and transactions: one worker's.
 * Errors   RW_IO store.io, store.full, store.busy, store.corrupt, store.read_only, store.open when
 *          the disk or the database fails; RW_CONFLICT store.exists when a row stands in the way
 *          (`found` names the table), store.version when somebody else changed it; RW_NOT_FOUND
 *          store.not_found; RW_NO_MEMORY. After RW_IO from a commit nothing of it can be read; should
 *          the machine stop before the next commit, it may come back whole, never by halves.
 * Tenants  every read of a tenant's thing takes the tenant's id and finds nothing of others.
 */
#ifndef RW_STORE_STORE_H
#define RW_STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "loop/worker.h"
#include "store/row.h"

struct rw_store;
struct rw_store_reader;
struct rw_tx;

struct rw_store_options {
    const char *path;           /* of the database file; its folder must exist */
    uint32_t linger_ms;         /* a commit waits this long for company while there is load; 1 */
    uint32_t linger_patient_ms; /* the same when all that waits is patient; 5 */
    uint32_t batch_max;         /* transactions a commit; 256 */
};

/*
 * Opens (makes the file, mode 0600), migrates to the newest schema (numbered migrations, each in a
 * transaction), starts the writer. One process at a time: RW_CONFLICT store.in_use while another one
 * has it open, store.newer_schema when a later program wrote it.
 */
RW_NODISCARD enum rw_class
rw_store_open(struct rw_store **ret, const struct rw_store_options *options, struct rw_err *err);
/* Commits what was submitted, stops the writer, closes. No reader may be left. NULL is fine. */
void rw_store_close(struct rw_store *store);

/*
 * Rises with every commit that changed what caches are made from: everything but calls, events,
 * idempotency keys, audit, what was spent, and tokens newly made. Any thread.
 */
uint64_t rw_store_generation(const struct rw_store *store);

RW_NODISCARD enum rw_class rw_store_reader_new(struct rw_store *store, struct rw_store_reader **ret,
                                               struct rw_err *err);
void rw_store_reader_free(struct rw_store_reader *reader); /* NULL is fine */

/* ------------------------------------------------------------------ writing */

typedef void(rw_tx_done_h)(struct rw_tx *tx, enum rw_class class, const struct rw_err *err,
                           void *arg);

/* NULL when memory is out. Freed by itself after `done`, or by rw_tx_drop() if never submitted. */
struct rw_tx *rw_tx_new(struct rw_store *store);
void rw_tx_drop(struct rw_tx *tx);
void rw_tx_patient(struct rw_tx *tx); /* may linger; for events of running calls */

/* Puts copy their rows. Out of memory is remembered and reported by submit. */
void rw_tx_put_tenant(struct rw_tx *tx, const struct rw_row_tenant *row);
void rw_tx_put_user(struct rw_tx *tx, const struct rw_row_user *row);
void rw_tx_put_station(struct rw_tx *tx, const struct rw_row_station *row);
void rw_tx_put_edge(struct rw_tx *tx, const struct rw_row_edge *row);
void rw_tx_put_trunk(struct rw_tx *tx, const struct rw_row_trunk *row);
void rw_tx_put_number(struct rw_tx *tx, const struct rw_row_number *row);
void rw_tx_put_did_pool(struct rw_tx *tx, const struct rw_row_did_pool *row);
void rw_tx_put_site(struct rw_tx *tx, const struct rw_row_site *row);
void rw_tx_put_route(struct rw_tx *tx, const struct rw_row_route *row);
void rw_tx_put_number_plan(struct rw_tx *tx, const struct rw_row_number_plan *row);
void rw_tx_put_extension_pool(struct rw_tx *tx, const struct rw_row_extension_pool *row);
void rw_tx_put_extension(struct rw_tx *tx, const struct rw_row_extension *row);
void rw_tx_put_calling_policy(struct rw_tx *tx, const struct rw_row_calling_policy *row);
void rw_tx_put_spend_policy(struct rw_tx *tx, const struct rw_row_spend_policy *row);
/* A book and its rates. */
void rw_tx_put_rates(struct rw_tx *tx, const struct rw_row_rate_book *book, const char *csv);
void rw_tx_put_call_limits(struct rw_tx *tx, const struct rw_row_call_limits *row);
/* Another one of the same id is replaced; lifting one that is not there changes nothing. */
void rw_tx_put_freeze(struct rw_tx *tx, const struct rw_row_freeze *row);
void rw_tx_lift_freeze(struct rw_tx *tx, const char *tenant_id, const char *id);
void rw_tx_put_client(struct rw_tx *tx, const struct rw_row_client *row);
void rw_tx_put_token(struct rw_tx *tx, const struct rw_row_token *row);
void rw_tx_revoke_token(struct rw_tx *tx, const char *tenant_id, const char *token_id,
                        uint64_t at_ms);
void rw_tx_revoke_tokens_of_client(struct rw_tx *tx, const char *tenant_id, const char *client_id,
                                   uint64_t at_ms);
/*
 * put_* of all but tenants and tokens (above) replace a row of the same id and tenant when its stored
 * version is row->version - 1, insert when row->version is 1 and none is there, and otherwise fail the
 * transaction with RW_CONFLICT store.version. Tenants have no version: theirs insert or replace. What is
 * unique in a tenant (the email of a user that is not deleted, the name of a trunk, pool, site, route or
 * station, an extension) or on the server (a number) fails with store.exists. Revoking what is not there, or ending what has ended,
 * changes nothing.
 *
 * Idempotency keys disappear when they have expired, tokens a week later; the clock is that of the
 * transactions' makers.
 */
/*
 * Deletes the row whose stored version is `version`; RW_CONFLICT store.version when it has another one or
 * is not there. Rows that speak of it are for the caller to look at before, and may be left over when
 * one is written at the same moment: whoever follows a reference copes with what is not there.
 */
void rw_tx_delete_trunk(struct rw_tx *tx, const char *tenant_id, const char *id, uint32_t version);
void rw_tx_delete_number(struct rw_tx *tx, const char *tenant_id, const char *id, uint32_t version);
void rw_tx_delete_did_pool(struct rw_tx *tx, const char *tenant_id, const char *id,
                           uint32_t version);
void rw_tx_delete_site(struct rw_tx *tx, const char *tenant_id, const char *id, uint32_t version);
void rw_tx_delete_route(struct rw_tx *tx, const char *tenant_id, const char *id, uint32_t version);
void rw_tx_delete_number_plan(struct rw_tx *tx, const char *tenant_id, const char *id,
                              uint32_t version);
void rw_tx_delete_station(struct rw_tx *tx, const char *tenant_id, const char *id,
                          uint32_t version);
void rw_tx_delete_extension_pool(struct rw_tx *tx, const char *tenant_id, const char *id,
                                 uint32_t version);
void rw_tx_delete_extension(struct rw_tx *tx, const char *tenant_id, const char *id,
                            uint32_t version);

void rw_tx_add_conversation(struct rw_tx *tx, const struct rw_row_conversation *row);
void rw_tx_end_conversation(struct rw_tx *tx, const char *tenant_id, const char *id,
                            uint64_t ended_ms, const char *disconnect, const char *reason);
void rw_tx_add_participant(struct rw_tx *tx, const struct rw_row_participant *row);
void rw_tx_add_event(struct rw_tx *tx, const struct rw_row_event *row); /* seq is ignored */
/* RW_CONFLICT store.exists when an unexpired row (by row->created_ms) of that tenant and key is there. */
void rw_tx_add_idempotency(struct rw_tx *tx, const struct rw_row_idempotency *row);
/* Adds to what an account has; negative gives back. */
void rw_tx_add_spending(struct rw_tx *tx, const char *tenant_id, const char *account,
                        int64_t micro);
void rw_tx_add_audit(struct rw_tx *tx, const struct rw_row_audit *row);

/*
 * Hands it to the writer. `done` runs in the submitting worker's loop, exactly once, after the commit
 * is durable (RW_OK) or failed. Transactions of one worker are applied in the order of submission.
 */
void rw_tx_submit(struct rw_tx *tx, rw_tx_done_h *done, void *arg);
/* For start-up and tools, outside of any worker: waits. Frees the tx. */
RW_NODISCARD enum rw_class rw_tx_commit(struct rw_tx *tx, struct rw_err *err);

/* ------------------------------------------------------------------ reading
 * One row: RW_OK, RW_NOT_FOUND store.not_found, RW_NO_MEMORY or RW_IO. Lists: arrays in the arena,
 * whose maximum bounds what is read. Lists leave out deleted users and revoked clients; get finds
 * them.
 */
struct rw_page {
    uint32_t size, number; /* number is 1-based */
    uint64_t total;        /* filled in: rows in all */
    /* A column of the table, texts without regard to ASCII case; NULL: the order of the list. */
    const char *sort;
    bool descending; /* of that column */
};

enum rw_class rw_store_get_tenant(struct rw_store_reader *reader, const char *id,
                                  struct rw_arena *arena, struct rw_row_tenant *ret,
                                  struct rw_err *err);
enum rw_class rw_store_list_tenants(struct rw_store_reader *reader, struct rw_arena *arena,
                                    struct rw_row_tenant **ret, size_t *ret_count,
                                    struct rw_err *err);
#define RW_STORE_ENTITY(name, plural)                                                              \
    enum rw_class rw_store_get_##name(struct rw_store_reader *reader, const char *tenant_id,       \
                                      const char *id, struct rw_arena *arena,                      \
                                      struct rw_row_##name *ret, struct rw_err *err);              \
    enum rw_class rw_store_list_##plural(struct rw_store_reader *reader, const char *tenant_id,    \
                                         struct rw_page *page, struct rw_arena *arena,             \
                                         struct rw_row_##name **ret, size_t *ret_count,            \
                                         struct rw_err *err);
RW_STORE_ENTITY(user, users)
RW_STORE_ENTITY(station, stations)
RW_STORE_ENTITY(edge, edges)
RW_STORE_ENTITY(trunk, trunks)
RW_STORE_ENTITY(number, numbers)
RW_STORE_ENTITY(did_pool, did_pools)
RW_STORE_ENTITY(site, sites)
RW_STORE_ENTITY(route, routes)
RW_STORE_ENTITY(number_plan, number_plans)       /* by priority */
RW_STORE_ENTITY(extension_pool, extension_pools) /* by the first number */
RW_STORE_ENTITY(extension, extensions)           /* by number */
RW_STORE_ENTITY(client, clients)
RW_STORE_ENTITY(freeze, freezes)
RW_STORE_ENTITY(token, tokens)               /* by the token's id */
RW_STORE_ENTITY(conversation, conversations) /* newest first */

/* Pages of those whose name is `name`, of all when it is NULL, in the order of their making. */
#define RW_STORE_NAMED(name_, plural)                                                              \
    enum rw_class rw_store_named_##plural(struct rw_store_reader *reader, const char *tenant_id,   \
                                          const char *name, struct rw_page *page,                  \
                                          struct rw_arena *arena, struct rw_row_##name_ **ret,     \
                                          size_t *ret_count, struct rw_err *err);
RW_STORE_NAMED(trunk, trunks)
RW_STORE_NAMED(did_pool, did_pools)
RW_STORE_NAMED(site, sites)
/* The same of a site's stations, or routes; site_id NULL = of all sites. */
enum rw_class rw_store_named_stations(struct rw_store_reader *reader, const char *tenant_id,
                                      const char *site_id, const char *name, struct rw_page *page,
                                      struct rw_arena *arena, struct rw_row_station **ret,
                                      size_t *ret_count, struct rw_err *err);
enum rw_class rw_store_named_routes(struct rw_store_reader *reader, const char *tenant_id,
                                    const char *site_id, const char *name, struct rw_page *page,
                                    struct rw_arena *arena, struct rw_row_route **ret,
                                    size_t *ret_count, struct rw_err *err);

/* The tenant's calling policy; RW_NOT_FOUND when it has set none. */
enum rw_class rw_store_get_calling_policy(struct rw_store_reader *reader, const char *tenant_id,
                                          struct rw_arena *arena, struct rw_row_calling_policy *ret,
                                          struct rw_err *err);
enum rw_class rw_store_get_call_limits(struct rw_store_reader *reader, const char *tenant_id,
                                       struct rw_arena *arena, struct rw_row_call_limits *ret,
                                       struct rw_err *err);

/* The tenant's rates and caps; RW_NOT_FOUND when it has set none. */
enum rw_class rw_store_get_rate_book(struct rw_store_reader *reader, const char *tenant_id,
                                     struct rw_arena *arena, struct rw_row_rate_book *ret,
                                     struct rw_err *err);
enum rw_class rw_store_get_rate_text(struct rw_store_reader *reader, const char *tenant_id,
                                     struct rw_arena *arena, struct rw_row_rate_text *ret,
                                     struct rw_err *err);
enum rw_class rw_store_get_spend_policy(struct rw_store_reader *reader, const char *tenant_id,
                                        struct rw_arena *arena, struct rw_row_spend_policy *ret,
                                        struct rw_err *err);
/* What an account has; RW_NOT_FOUND when nothing was ever spent on it. */
enum rw_class rw_store_get_spending(struct rw_store_reader *reader, const char *tenant_id,
                                    const char *account, struct rw_arena *arena,
                                    struct rw_row_spending *ret, struct rw_err *err);
/* The accounts of a tenant that end with `period` ("2026-11-26", "2026-11"), dearest first, at most `max`. */
enum rw_class rw_store_spending_of(struct rw_store_reader *reader, const char *tenant_id,
                                   const char *period, uint32_t max, struct rw_arena *arena,
                                   struct rw_row_spending **ret, size_t *ret_count,
                                   struct rw_err *err);

/* Whose name it is: the id of the trunk, pool ... of the tenant that is called so. RW_NOT_FOUND: nobody's. */
enum rw_store_named {
    RW_NAMED_NOTHING, /* names need not be unique */
    RW_NAMED_TRUNK,
    RW_NAMED_DID_POOL,
    RW_NAMED_SITE,
    RW_NAMED_ROUTE,
    RW_NAMED_STATION,
    RW_NAMED_EXTENSION_POOL
};
enum rw_class rw_store_find_named(struct rw_store_reader *reader, enum rw_store_named what,
                                  const char *tenant_id, const char *name, struct rw_arena *arena,
                                  const char **ret_id, struct rw_err *err);

/* The users whose default station it is, and how many they are. */
enum rw_class rw_store_users_of_station(struct rw_store_reader *reader, const char *tenant_id,
                                        const char *station_id, struct rw_page *page,
                                        struct rw_arena *arena, struct rw_row_user **ret,
                                        size_t *ret_count, struct rw_err *err);

/* Extension pools with a number from first to last, of the same length, in them; all when first is NULL. */
enum rw_class rw_store_extension_pools_with(struct rw_store_reader *reader, const char *tenant_id,
                                            const char *first, const char *last,
                                            struct rw_page *page, struct rw_arena *arena,
                                            struct rw_row_extension_pool **ret, size_t *ret_count,
                                            struct rw_err *err);
/* Which extensions; NULL leaves all. */
struct rw_extension_filter {
    const char *number, *pool_id, *owner_id;
};
enum rw_class rw_store_some_extensions(struct rw_store_reader *reader, const char *tenant_id,
                                       const struct rw_extension_filter *filter,
                                       struct rw_page *page, struct rw_arena *arena,
                                       struct rw_row_extension **ret, size_t *ret_count,
                                       struct rw_err *err);

/* A site's number plans, by priority; at most `max`. */
enum rw_class rw_store_plans_of_site(struct rw_store_reader *reader, const char *tenant_id,
                                     const char *site_id, uint32_t max, struct rw_arena *arena,
                                     struct rw_row_number_plan **ret, size_t *ret_count,
                                     struct rw_err *err);
enum rw_class rw_store_trunks_of_edge(struct rw_store_reader *reader, const char *tenant_id,
                                      const char *edge_id, struct rw_page *page,
                                      struct rw_arena *arena, struct rw_row_trunk **ret,
                                      size_t *ret_count, struct rw_err *err);
/* The routes that lead to a trunk, and how many they are. */
enum rw_class rw_store_routes_to_trunk(struct rw_store_reader *reader, const char *tenant_id,
                                       const char *trunk_id, struct rw_page *page,
                                       struct rw_arena *arena, struct rw_row_route **ret,
                                       size_t *ret_count, struct rw_err *err);
/* The routes whose caller id a number is, and how many they are. */
enum rw_class rw_store_routes_showing(struct rw_store_reader *reader, const char *tenant_id,
                                      const char *e164, struct rw_page *page,
                                      struct rw_arena *arena, struct rw_row_route **ret,
                                      size_t *ret_count, struct rw_err *err);
/* The routes whose caller id is a number of a DID pool. */
enum rw_class rw_store_routes_showing_pool(struct rw_store_reader *reader, const char *tenant_id,
                                           const char *pool_id, struct rw_page *page,
                                           struct rw_arena *arena, struct rw_row_route **ret,
                                           size_t *ret_count, struct rw_err *err);

/* Across tenants, for the door only: who is behind this hash, this client id. */
enum rw_class rw_store_find_token(struct rw_store_reader *reader, const char *hash,
                                  struct rw_arena *arena, struct rw_row_token *ret,
                                  struct rw_err *err);
enum rw_class rw_store_find_client(struct rw_store_reader *reader, const char *client_id,
                                   struct rw_arena *arena, struct rw_row_client *ret,
                                   struct rw_err *err);

enum rw_class rw_store_find_number(struct rw_store_reader *reader, const char *tenant_id,
                                   const char *e164, struct rw_arena *arena,
                                   struct rw_row_number *ret, struct rw_err *err);
/* Which numbers; what is NULL or not looked at leaves all. */
struct rw_number_filter {
    const char *e164, *contains, *edge_id, *pool_id;
    enum { RW_NUMBER_ANY, RW_NUMBER_ASSIGNED, RW_NUMBER_UNASSIGNED } owner;
};
enum rw_class rw_store_some_numbers(struct rw_store_reader *reader, const char *tenant_id,
                                    const struct rw_number_filter *filter, struct rw_page *page,
                                    struct rw_arena *arena, struct rw_row_number **ret,
                                    size_t *ret_count, struct rw_err *err);
/* The tenant's numbers from first to last, both of the same length and included; at most `max`. */
enum rw_class rw_store_numbers_between(struct rw_store_reader *reader, const char *tenant_id,
                                       const char *first, const char *last, uint32_t max,
                                       struct rw_arena *arena, struct rw_row_number **ret,
                                       size_t *ret_count, struct rw_err *err);
/*
 * Across tenants, and nothing but this may be told of it: a number from first to last, both of the same length
 * and included, that another tenant than this one has. *ret NULL: none.
 */
enum rw_class rw_store_taken_elsewhere(struct rw_store_reader *reader, const char *tenant_id,
                                       const char *first, const char *last, struct rw_arena *arena,
                                       const char **ret, struct rw_err *err);
/* The tenant's numbers that share the longest beginning with e164, at most `max`. */
enum rw_class rw_store_near_numbers(struct rw_store_reader *reader, const char *tenant_id,
                                    const char *edge_id, const char *e164, uint32_t max,
                                    struct rw_arena *arena, struct rw_row_number **ret,
                                    size_t *ret_count, struct rw_err *err);
/* Open conversations only, newest first. user_id NULL = of all users. */
enum rw_class rw_store_list_open(struct rw_store_reader *reader, const char *tenant_id,
                                 const char *user_id, struct rw_page *page, struct rw_arena *arena,
                                 struct rw_row_conversation **ret, size_t *ret_count,
                                 struct rw_err *err);
/* Open conversations of all tenants, for recovery at start; oldest first, at most `max`, after `after_id` ("" = from the first). */
enum rw_class rw_store_open_conversations(struct rw_store_reader *reader, const char *after_id,
                                          uint32_t max, struct rw_arena *arena,
                                          struct rw_row_conversation **ret, size_t *ret_count,
                                          struct rw_err *err);
/* A tenant's conversations whose ids are greater, oldest first, at most `max`. */
enum rw_class rw_store_conversations_after(struct rw_store_reader *reader, const char *tenant_id,
                                           const char *after_id, uint32_t max,
                                           struct rw_arena *arena, struct rw_row_conversation **ret,
                                           size_t *ret_count, struct rw_err *err);
/* Read the conversation itself first: that it is the tenant's is checked there. */
enum rw_class rw_store_participants(struct rw_store_reader *reader, const char *conversation_id,
                                    struct rw_arena *arena, struct rw_row_participant **ret,
                                    size_t *ret_count, struct rw_err *err);
enum rw_class rw_store_events_of(struct rw_store_reader *reader, const char *tenant_id,
                                 const char *conversation_id, struct rw_arena *arena,
                                 struct rw_row_event **ret, size_t *ret_count, struct rw_err *err);
/* The log of a tenant after `after_seq`, in order. tenant_id NULL = of all, for internal readers. */
enum rw_class rw_store_events_after(struct rw_store_reader *reader, const char *tenant_id,
                                    uint64_t after_seq, uint32_t max, struct rw_arena *arena,
                                    struct rw_row_event **ret, size_t *ret_count,
                                    struct rw_err *err);
uint64_t
rw_store_last_seq(const struct rw_store *store); /* of the last committed event; any thread */
enum rw_class rw_store_get_idempotency(struct rw_store_reader *reader, const char *tenant_id,
                                       const char *key, uint64_t now_ms, struct rw_arena *arena,
                                       struct rw_row_idempotency *ret, struct rw_err *err);
enum rw_class rw_store_list_audit(struct rw_store_reader *reader, const char *tenant_id,
                                  struct rw_page *page, struct rw_arena *arena,
                                  struct rw_row_audit **ret, size_t *ret_count, struct rw_err *err);

#endif
