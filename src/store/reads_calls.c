/* Calls, their log, and the keys that repeat a request for one. */
#include "store/reader.h"

enum rw_class rw_store_list_open(struct rw_store_reader *reader, const char *tenant_id,
                                 const char *user_id, struct rw_page *page, struct rw_arena *arena,
                                 struct rw_row_conversation **ret, size_t *ret_count,
                                 struct rw_err *err)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space[0]),
                                      rw_value_id(user_id, space[1])};
    void *rows = NULL;
    enum rw_class class = rw_reader_page(reader, user_id ? RW_Q_OPEN_OF_USER : RW_Q_OPEN, values,
                                         user_id ? 2 : 1, page, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_open_conversations(struct rw_store_reader *reader, const char *after_id,
                                          uint32_t max, struct rw_arena *arena,
                                          struct rw_row_conversation **ret, size_t *ret_count,
                                          struct rw_err *err)
{
    char space[16];
    const struct rw_value after = rw_value_id(after_id, space);
    void *rows = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_OPEN_OF_ALL, &after, 1, max, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_conversations_after(struct rw_store_reader *reader, const char *tenant_id,
                                           const char *after_id, uint32_t max,
                                           struct rw_arena *arena, struct rw_row_conversation **ret,
                                           size_t *ret_count, struct rw_err *err)
{
    char spaces[2][16];
    const struct rw_value values[] = {rw_value_id(tenant_id, spaces[0]),
                                      rw_value_id(after_id, spaces[1])};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_CALLS_AFTER, values, 2, max, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_participants(struct rw_store_reader *reader, const char *conversation_id,
                                    struct rw_arena *arena, struct rw_row_participant **ret,
                                    size_t *ret_count, struct rw_err *err)
{
    char space[16];
    const struct rw_value value = rw_value_id(conversation_id, space);
    void *rows = NULL;
    enum rw_class class = rw_reader_many(reader, RW_Q_PARTICIPANTS, &value, 1, RW_READER_NO_LIMIT,
                                         arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_events_of(struct rw_store_reader *reader, const char *tenant_id,
                                 const char *conversation_id, struct rw_arena *arena,
                                 struct rw_row_event **ret, size_t *ret_count, struct rw_err *err)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(conversation_id, space[0]),
                                      rw_value_id(tenant_id, space[1])};
    void *rows = NULL;
    enum rw_class class = rw_reader_many(reader, RW_Q_EVENTS_OF, values, 2, RW_READER_NO_LIMIT,
                                         arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_events_after(struct rw_store_reader *reader, const char *tenant_id,
                                    uint64_t after_seq, uint32_t max, struct rw_arena *arena,
                                    struct rw_row_event **ret, size_t *ret_count,
                                    struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_int(after_seq), rw_value_id(tenant_id, space)};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_EVENTS_AFTER, values, 2, max, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_get_idempotency(struct rw_store_reader *reader, const char *tenant_id,
                                       const char *key, uint64_t now_ms, struct rw_arena *arena,
                                       struct rw_row_idempotency *ret, struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(key),
                                      rw_value_int(now_ms)};

    return rw_reader_one(reader, RW_Q_KEY, values, 3, arena, ret, err);
}
