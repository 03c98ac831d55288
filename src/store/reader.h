/*
 * store/reader.h - the queries of a reader, by name, and how they are run. For src/store only.
 *
 * A query is a line in reader.c: whose rows, which of them, in what order. Statements are prepared
 * when first used and kept.
 */
#ifndef RW_STORE_READER_H
#define RW_STORE_READER_H

#include "store/store_int.h"

/* The first two groups are in the order of enum rw_entity_kind, so that both are found by it. */
enum rw_query {
    RW_Q_GET,                           /* + entity: by tenant and id */
    RW_Q_LIST = RW_Q_GET + RW_ENTITIES, /* + entity: of a tenant */
    RW_Q_ALL_TENANTS = RW_Q_LIST + RW_ENTITIES,
    RW_Q_NAMED_TRUNKS,
    RW_Q_NAMED_DID_POOLS,
    RW_Q_NAMED_SITES,
    RW_Q_NAMED_ROUTES,
    RW_Q_NAMED_STATIONS,
    RW_Q_NAMED_EXTENSION_POOLS,
    RW_Q_EXTENSION_POOLS_WITH,
    RW_Q_SOME_EXTENSIONS,
    RW_Q_USERS_OF_STATION,
    RW_Q_TRUNKS_OF_EDGE,
    RW_Q_ROUTES_TO_TRUNK,
    RW_Q_ROUTES_SHOWING,
    RW_Q_ROUTES_SHOWING_POOL,
    RW_Q_PLANS_OF_SITE,
    RW_Q_SOME_NUMBERS,
    RW_Q_NUMBERS_BETWEEN,
    RW_Q_TAKEN_ELSEWHERE,
    RW_Q_TOKEN_BY_HASH,
    RW_Q_CLIENT_BY_ID,
    RW_Q_NUMBER_BY_E164,
    RW_Q_NUMBERS_FROM,
    RW_Q_NUMBERS_BELOW,
    RW_Q_OPEN,
    RW_Q_OPEN_OF_USER,
    RW_Q_OPEN_OF_ALL,
    RW_Q_CALLS_AFTER,
    RW_Q_PARTICIPANTS,
    RW_Q_EVENTS_OF,
    RW_Q_EVENTS_AFTER,
    RW_Q_KEY,
    RW_Q_RATE_TEXT,
    RW_Q_SPENDING,
    RW_Q_SPENDING_OF,
    RW_QUERIES
};

#define RW_READER_NO_LIMIT UINT32_MAX

enum rw_class rw_reader_one(struct rw_store_reader *reader, unsigned query,
                            const struct rw_value *values, unsigned count, struct rw_arena *arena,
                            void *ret_row, struct rw_err *err);

/* Parameters ?1.. are `values`; at most `limit` rows. *ret is an array of the entity's rows. */
enum rw_class rw_reader_many(struct rw_store_reader *reader, unsigned query,
                             const struct rw_value *values, unsigned count, uint32_t limit,
                             struct rw_arena *arena, void **ret, size_t *ret_count,
                             struct rw_err *err);

/* The same for one page, and how many rows there are in all, both of one moment. */
enum rw_class rw_reader_page(struct rw_store_reader *reader, unsigned query,
                             const struct rw_value *values, unsigned count, struct rw_page *page,
                             struct rw_arena *arena, void **ret, size_t *ret_count,
                             struct rw_err *err);

#endif
