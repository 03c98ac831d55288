/*
 * route/shelf.h - the rates of tenants, read and compiled when their book has another version.
 *
 * A book of 100,000 rates takes some 50 ms to compile, so it is not done again for every change of the
 * configuration, as the rest of what routing reads is.
 *
 * Internal to route/. Owner: the table's. Threads: one worker's.
 * Memory   RW_RATE_SHELF books, the least lately used one makes room; see spend/rates.h for each.
 * Errors   RW_IO of the store, store.corrupt; RW_NO_MEMORY.
 */
#ifndef RW_ROUTE_SHELF_H
#define RW_ROUTE_SHELF_H

#include "spend/rates.h"
#include "store/store.h"

#define RW_RATE_SHELF 32u

struct rw_rate_shelf {
    uint64_t clock; /* counts uses */
    struct {
        struct rw_rates *rates; /* NULL: empty */
        uint64_t used, modified_ms;
        uint32_t version;
        char tenant_id[40];
    } at[RW_RATE_SHELF];
};

/* The rates of a book; valid until the next call. */
RW_NODISCARD enum rw_class rw_rate_shelf_get(struct rw_rate_shelf *shelf,
                                             struct rw_store_reader *reader,
                                             const struct rw_row_rate_book *book,
                                             const struct rw_rates **ret, struct rw_err *err);
void rw_rate_shelf_clear(struct rw_rate_shelf *shelf);

#endif
