/* Numbers by what they are and where they lie, and extensions. */
#include "store/reader.h"

/* ------------------------------------------------------------------ numbers */

enum rw_class rw_store_find_number(struct rw_store_reader *reader, const char *tenant_id,
                                   const char *e164, struct rw_arena *arena,
                                   struct rw_row_number *ret, struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(e164)};

    return rw_reader_one(reader, RW_Q_NUMBER_BY_E164, values, 2, arena, ret, err);
}

enum rw_class rw_store_some_numbers(struct rw_store_reader *reader, const char *tenant_id,
                                    const struct rw_number_filter *filter, struct rw_page *page,
                                    struct rw_arena *arena, struct rw_row_number **ret,
                                    size_t *ret_count, struct rw_err *err)
{
    char space[3][16];
    const struct rw_value values[] = {
        rw_value_id(tenant_id, space[0]),       rw_value_text(filter->e164),
        rw_value_text(filter->contains),        rw_value_id(filter->edge_id, space[1]),
        rw_value_id(filter->pool_id, space[2]), rw_value_int((uint64_t)filter->owner)};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_page(reader, RW_Q_SOME_NUMBERS, values, 6, page, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_numbers_between(struct rw_store_reader *reader, const char *tenant_id,
                                       const char *first, const char *last, uint32_t max,
                                       struct rw_arena *arena, struct rw_row_number **ret,
                                       size_t *ret_count, struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(first),
                                      rw_value_text(last)};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_NUMBERS_BETWEEN, values, 3, max, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_taken_elsewhere(struct rw_store_reader *reader, const char *tenant_id,
                                       const char *first, const char *last, struct rw_arena *arena,
                                       const char **ret, struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(first),
                                      rw_value_text(last)};
    void *rows = NULL;
    size_t count;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_TAKEN_ELSEWHERE, values, 3, 1, arena, &rows, &count, err);

    if (class == RW_OK)
        *ret = count ? ((struct rw_row_number *)rows)->e164 : NULL;
    return class;
}

static size_t common_length(const char *a, const char *b)
{
    size_t n = 0;

    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

/*
 * In the order of the numbers, those that share the longest beginning stand next to the place where
 * e164 would stand: as many upwards and downwards as are asked for hold all of them.
 */
enum rw_class rw_store_near_numbers(struct rw_store_reader *reader, const char *tenant_id,
                                    const char *edge_id, const char *e164, uint32_t max,
                                    struct rw_arena *arena, struct rw_row_number **ret,
                                    size_t *ret_count, struct rw_err *err)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space[0]), rw_value_text(e164),
                                      rw_value_id(edge_id, space[1])};
    struct rw_row_number *up, *down, *rows;
    size_t up_count, down_count, u = 0, d = 0, n = 0;
    void *found = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_NUMBERS_FROM, values, 3, max, arena, &found, &up_count, err);

    if (class != RW_OK)
        return class;
    up = found;
    class =
        rw_reader_many(reader, RW_Q_NUMBERS_BELOW, values, 3, max, arena, &found, &down_count, err);
    if (class != RW_OK)
        return class;
    down = found;
    rows = rw_arena_alloc(arena, (up_count + down_count) * sizeof(*rows));
    if (!rows)
        return rw_fail_memory(err);
    while (n < max && (u < up_count || d < down_count)) {
        bool take_up = d == down_count || (u < up_count && common_length(up[u].e164, e164) >=
                                                               common_length(down[d].e164, e164));

        rows[n++] = take_up ? up[u++] : down[d++];
    }
    *ret = rows;
    *ret_count = n;
    return RW_OK;
}

/* ------------------------------------------------------------------ extensions */

enum rw_class rw_store_extension_pools_with(struct rw_store_reader *reader, const char *tenant_id,
                                            const char *first, const char *last,
                                            struct rw_page *page, struct rw_arena *arena,
                                            struct rw_row_extension_pool **ret, size_t *ret_count,
                                            struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(first),
                                      rw_value_text(last)};
    void *rows = NULL;
    enum rw_class class = rw_reader_page(reader, RW_Q_EXTENSION_POOLS_WITH, values, 3, page, arena,
                                         &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_some_extensions(struct rw_store_reader *reader, const char *tenant_id,
                                       const struct rw_extension_filter *filter,
                                       struct rw_page *page, struct rw_arena *arena,
                                       struct rw_row_extension **ret, size_t *ret_count,
                                       struct rw_err *err)
{
    char space[3][16];
    const struct rw_value values[] = {
        rw_value_id(tenant_id, space[0]), rw_value_text(filter->number),
        rw_value_id(filter->pool_id, space[1]), rw_value_id(filter->owner_id, space[2])};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_page(reader, RW_Q_SOME_EXTENSIONS, values, 4, page, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}
