#include "daemon/recall.h"

#include "base/clock.h"

#include <stdio.h>

#define PAGE 500u
#define ARENA_BYTES (16u << 20)

/* The id that every one made since then is greater than. */
static struct rw_id first_id(uint64_t since_ms)
{
    struct rw_id id;

    (void)snprintf(id.text, sizeof(id.text), "%08x-%04x-7000-8000-000000000000",
                   (unsigned)(since_ms >> 16), (unsigned)(since_ms & 0xffff));
    return id;
}

static enum rw_class recall_tenant(struct rw_store_reader *reader, struct rw_limits *limits,
                                   const char *tenant_id, uint64_t period_ms, struct rw_err *err)
{
    struct rw_id after = first_id(rw_clock_wall_ms() - period_ms);
    struct rw_row_conversation *rows;
    enum rw_class class;
    size_t count;

    do {
        struct rw_arena arena;

        rw_arena_init(&arena, ARENA_BYTES);
        class = rw_store_conversations_after(reader, tenant_id, after.text, PAGE, &arena, &rows,
                                             &count, err);
        for (size_t i = 0; class == RW_OK && i < count; i++)
            if (rows[i].to_number && !rows[i].incoming)
                rw_limits_recall(limits, tenant_id, rows[i].to_number, rows[i].created_ms,
                                 period_ms);
        if (class == RW_OK && count)
            (void)rw_slice_copy(after.text, sizeof(after.text), rw_slice_str(rows[count - 1].id));
        rw_arena_done(&arena);
    } while (class == RW_OK && count == PAGE);
    return class;
}

/* For how long back its calls count; 0 = they do not. */
static enum rw_class read_period(struct rw_store_reader *reader, const char *tenant_id,
                                 const struct rw_call_limits *standard, struct rw_arena *arena,
                                 uint64_t *ret_ms, struct rw_err *err)
{
    struct rw_row_call_limits row;
    enum rw_class class = rw_store_get_call_limits(reader, tenant_id, arena, &row, err);

    *ret_ms = standard->same_number_calls ? standard->same_number_ms : 0;
    if (class == RW_OK && row.same_calls)
        *ret_ms = row.same_s * UINT64_C(1000);
    return class == RW_NOT_FOUND ? RW_OK : class;
}

enum rw_class rw_recall(struct rw_store *store, struct rw_limits *limits,
                        const struct rw_call_limits *standard, struct rw_err *err)
{
    struct rw_store_reader *reader = NULL;
    struct rw_row_tenant *tenants;
    struct rw_arena arena;
    size_t count = 0;
    enum rw_class class = rw_store_reader_new(store, &reader, err);

    rw_arena_init(&arena, ARENA_BYTES);
    if (class == RW_OK)
        class = rw_store_list_tenants(reader, &arena, &tenants, &count, err);
    for (size_t i = 0; class == RW_OK && i < count; i++) {
        uint64_t period_ms;

        class = read_period(reader, tenants[i].id, standard, &arena, &period_ms, err);
        if (class == RW_OK && period_ms)
            class = recall_tenant(reader, limits, tenants[i].id, period_ms, err);
    }
    rw_arena_done(&arena);
    rw_store_reader_free(reader);
    return class;
}
