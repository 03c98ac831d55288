#include "route/shelf.h"

#include <stdio.h>

static enum rw_class compile(struct rw_store_reader *reader, const struct rw_row_rate_book *book,
                             struct rw_rates **ret, struct rw_err *err)
{
    static _Thread_local struct rw_faults faults;
    struct rw_row_rate_text text = {.csv = ""};
    struct rw_arena arena;
    enum rw_class rc;

    rw_arena_init(&arena, RW_RATES_BYTES + 65536);
    rc = rw_store_get_rate_text(reader, book->tenant_id, &arena, &text, err);
    faults.count = faults.dropped = 0;
    if (rc == RW_OK || rc == RW_NOT_FOUND)
        rc = rw_rates_read(rw_slice_str(text.csv), ret, &faults);
    rw_arena_done(&arena);
    if (rc == RW_MALFORMED || rc == RW_TOO_LARGE)
        return rw_fail(err, RW_IO, "store.corrupt", "the rates that are stored can't be read");
    if (rc != RW_OK && faults.count && err)
        *err = faults.at[0];
    return rc;
}

enum rw_class rw_rate_shelf_get(struct rw_rate_shelf *shelf, struct rw_store_reader *reader,
                                const struct rw_row_rate_book *book, const struct rw_rates **ret,
                                struct rw_err *err)
{
    uint32_t place = 0;
    struct rw_rates *rates = NULL;
    enum rw_class rc;

    for (uint32_t i = 0; i < RW_RATE_SHELF; i++) {
        if (shelf->at[i].rates && strcmp(shelf->at[i].tenant_id, book->tenant_id) == 0) {
            place = i;
            break;
        }
        if (shelf->at[i].used < shelf->at[place].used)
            place = i;
    }
    if (!shelf->at[place].rates || strcmp(shelf->at[place].tenant_id, book->tenant_id) != 0 ||
        shelf->at[place].version != book->version ||
        shelf->at[place].modified_ms != book->modified_ms) {
        rc = compile(reader, book, &rates, err);
        if (rc != RW_OK)
            return rc;
        rw_rates_free(shelf->at[place].rates);
        shelf->at[place].rates = rates;
        shelf->at[place].version = book->version;
        shelf->at[place].modified_ms = book->modified_ms;
        (void)snprintf(shelf->at[place].tenant_id, sizeof(shelf->at[place].tenant_id), "%s",
                       book->tenant_id);
    }
    shelf->at[place].used = ++shelf->clock;
    *ret = shelf->at[place].rates;
    return RW_OK;
}

void rw_rate_shelf_clear(struct rw_rate_shelf *shelf)
{
    for (uint32_t i = 0; i < RW_RATE_SHELF; i++)
        rw_rates_free(shelf->at[i].rates);
    memset(shelf, 0, sizeof(*shelf));
}
