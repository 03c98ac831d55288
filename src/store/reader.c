#include "store/reader.h"

#include "base/mem.h"

#include <assert.h>

#define LIMIT_PARAMETER 8
#define OFFSET_PARAMETER 9

struct rw_store_reader {
    sqlite3 *db;
    sqlite3_stmt *begin, *end;
    sqlite3_stmt *select[RW_QUERIES], *count[RW_QUERIES];
};

#define BY_ID "tenant_id=?1 AND id=?2"
#define OF_TENANT "tenant_id=?1"
#define NAMED "tenant_id=?1 AND (?2 IS NULL OR name=?2)"

static const struct {
    uint8_t entity;
    const char *where, *order; /* order NULL: at most one row */
} queries[RW_QUERIES] = {
    [RW_Q_GET + RW_ENTITY_TENANT] = {RW_ENTITY_TENANT, "id=?1", NULL},
    [RW_Q_GET + RW_ENTITY_USER] = {RW_ENTITY_USER, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_STATION] = {RW_ENTITY_STATION, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_EDGE] = {RW_ENTITY_EDGE, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_TRUNK] = {RW_ENTITY_TRUNK, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_NUMBER] = {RW_ENTITY_NUMBER, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_DID_POOL] = {RW_ENTITY_DID_POOL, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_SITE] = {RW_ENTITY_SITE, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_ROUTE] = {RW_ENTITY_ROUTE, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_NUMBER_PLAN] = {RW_ENTITY_NUMBER_PLAN, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_CALLING_POLICY] = {RW_ENTITY_CALLING_POLICY, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_RATE_BOOK] = {RW_ENTITY_RATE_BOOK, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_SPEND_POLICY] = {RW_ENTITY_SPEND_POLICY, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_EXTENSION_POOL] = {RW_ENTITY_EXTENSION_POOL, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_EXTENSION] = {RW_ENTITY_EXTENSION, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_CALL_LIMITS] = {RW_ENTITY_CALL_LIMITS, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_FREEZE] = {RW_ENTITY_FREEZE, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_CLIENT] = {RW_ENTITY_CLIENT, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_TOKEN] = {RW_ENTITY_TOKEN, BY_ID, NULL},
    [RW_Q_GET + RW_ENTITY_CONVERSATION] = {RW_ENTITY_CONVERSATION, BY_ID, NULL},

    [RW_Q_LIST + RW_ENTITY_USER] = {RW_ENTITY_USER, OF_TENANT " AND state<>'deleted'", "id"},
    [RW_Q_LIST + RW_ENTITY_STATION] = {RW_ENTITY_STATION, OF_TENANT, "id"},
    [RW_Q_LIST + RW_ENTITY_EDGE] = {RW_ENTITY_EDGE, OF_TENANT, "id"},
    [RW_Q_LIST + RW_ENTITY_TRUNK] = {RW_ENTITY_TRUNK, OF_TENANT, "id"},
    [RW_Q_LIST + RW_ENTITY_NUMBER] = {RW_ENTITY_NUMBER, OF_TENANT, "e164"},
    [RW_Q_LIST + RW_ENTITY_DID_POOL] = {RW_ENTITY_DID_POOL, OF_TENANT, "id"},
    [RW_Q_LIST + RW_ENTITY_SITE] = {RW_ENTITY_SITE, OF_TENANT, "id"},
    [RW_Q_LIST + RW_ENTITY_ROUTE] = {RW_ENTITY_ROUTE, OF_TENANT, "priority, id"},
    [RW_Q_LIST + RW_ENTITY_NUMBER_PLAN] = {RW_ENTITY_NUMBER_PLAN, OF_TENANT, "priority, id"},
    [RW_Q_LIST + RW_ENTITY_EXTENSION_POOL] = {RW_ENTITY_EXTENSION_POOL, OF_TENANT,
                                              "length(first_number), first_number"},
    [RW_Q_LIST + RW_ENTITY_EXTENSION] = {RW_ENTITY_EXTENSION, OF_TENANT, "length(number), number"},
    [RW_Q_LIST + RW_ENTITY_FREEZE] = {RW_ENTITY_FREEZE, OF_TENANT, "id"},
    [RW_Q_LIST + RW_ENTITY_CLIENT] = {RW_ENTITY_CLIENT, OF_TENANT " AND revoked_ms=0", "id"},
    [RW_Q_LIST + RW_ENTITY_TOKEN] = {RW_ENTITY_TOKEN, OF_TENANT, "id DESC"},
    [RW_Q_LIST + RW_ENTITY_CONVERSATION] = {RW_ENTITY_CONVERSATION, OF_TENANT, "id DESC"},
    [RW_Q_LIST + RW_ENTITY_AUDIT] = {RW_ENTITY_AUDIT, OF_TENANT, "seq DESC"},

    [RW_Q_NAMED_TRUNKS] = {RW_ENTITY_TRUNK, NAMED, "id"},
    [RW_Q_NAMED_DID_POOLS] = {RW_ENTITY_DID_POOL, NAMED, "id"},
    [RW_Q_NAMED_SITES] = {RW_ENTITY_SITE, NAMED, "id"},
    [RW_Q_NAMED_ROUTES] = {RW_ENTITY_ROUTE, NAMED " AND (?3 IS NULL OR site_id=?3)",
                           "priority, id"},
    [RW_Q_NAMED_STATIONS] = {RW_ENTITY_STATION, NAMED " AND (?3 IS NULL OR site_id=?3)", "id"},
    [RW_Q_NAMED_EXTENSION_POOLS] = {RW_ENTITY_EXTENSION_POOL, NAMED, "id"},
    [RW_Q_EXTENSION_POOLS_WITH] = {RW_ENTITY_EXTENSION_POOL,
                                   "tenant_id=?1 AND (?2 IS NULL OR (first_number<=?3"
                                   " AND last_number>=?2 AND length(first_number)=length(?2)))",
                                   "length(first_number), first_number"},
    [RW_Q_SOME_EXTENSIONS] = {RW_ENTITY_EXTENSION,
                              "tenant_id=?1 AND (?2 IS NULL OR number=?2)"
                              " AND (?3 IS NULL OR pool_id=?3) AND (?4 IS NULL OR owner_id=?4)",
                              "length(number), number"},
    [RW_Q_USERS_OF_STATION] = {RW_ENTITY_USER,
                               "tenant_id=?1 AND station_id=?2 AND state<>'deleted'", "id"},
    [RW_Q_TRUNKS_OF_EDGE] = {RW_ENTITY_TRUNK, OF_TENANT " AND edge_id=?2", "id"},
    [RW_Q_ROUTES_TO_TRUNK] = {RW_ENTITY_ROUTE,
                              "tenant_id=?1 AND instr(','||trunk_ids||',', ','||?2||',')>0",
                              "priority, id"},
    [RW_Q_ROUTES_SHOWING] = {RW_ENTITY_ROUTE, "tenant_id=?1 AND caller_id=?2", "priority, id"},
    [RW_Q_ROUTES_SHOWING_POOL] = {RW_ENTITY_ROUTE,
                                  "tenant_id=?1 AND caller_id IN"
                                  " (SELECT e164 FROM numbers WHERE tenant_id=?1 AND pool_id=?2)",
                                  "priority, id"},
    [RW_Q_PLANS_OF_SITE] = {RW_ENTITY_NUMBER_PLAN, OF_TENANT " AND site_id=?2", "priority, id"},
    [RW_Q_SOME_NUMBERS] = {RW_ENTITY_NUMBER,
                           "tenant_id=?1 AND (?2 IS NULL OR e164=?2)"
                           " AND (?3 IS NULL OR instr(e164, ?3)>0)"
                           " AND (?4 IS NULL OR edge_id=?4) AND (?5 IS NULL OR pool_id=?5)"
                           " AND (?6=0 OR (?6=1)=(owner_user_id IS NOT NULL))",
                           "e164"},
    [RW_Q_NUMBERS_BETWEEN] = {RW_ENTITY_NUMBER,
                              "tenant_id=?1 AND e164 BETWEEN ?2 AND ?3"
                              " AND length(e164)=length(?2)",
                              "e164"},
    [RW_Q_TAKEN_ELSEWHERE] = {RW_ENTITY_NUMBER,
                              "tenant_id<>?1 AND e164 BETWEEN ?2 AND ?3"
                              " AND length(e164)=length(?2)",
                              "e164"},

    [RW_Q_ALL_TENANTS] = {RW_ENTITY_TENANT, "1", "id"},
    [RW_Q_TOKEN_BY_HASH] = {RW_ENTITY_TOKEN, "hash=?1", NULL},
    [RW_Q_CLIENT_BY_ID] = {RW_ENTITY_CLIENT, "id=?1", NULL},
    [RW_Q_NUMBER_BY_E164] = {RW_ENTITY_NUMBER, "tenant_id=?1 AND e164=?2", NULL},
    [RW_Q_NUMBERS_FROM] = {RW_ENTITY_NUMBER,
                           "tenant_id=?1 AND e164>=?2 AND (?3 IS NULL OR edge_id=?3)", "e164"},
    [RW_Q_NUMBERS_BELOW] = {RW_ENTITY_NUMBER,
                            "tenant_id=?1 AND e164<?2 AND (?3 IS NULL OR edge_id=?3)", "e164 DESC"},
    [RW_Q_OPEN] = {RW_ENTITY_CONVERSATION, "tenant_id=?1 AND ended_ms=0", "id DESC"},
    [RW_Q_OPEN_OF_USER] = {RW_ENTITY_CONVERSATION, "tenant_id=?1 AND user_id=?2 AND ended_ms=0",
                           "id DESC"},
    [RW_Q_OPEN_OF_ALL] = {RW_ENTITY_CONVERSATION, "id>?1 AND ended_ms=0", "id"},
    [RW_Q_CALLS_AFTER] = {RW_ENTITY_CONVERSATION, "tenant_id=?1 AND id>?2", "id"},
    [RW_Q_PARTICIPANTS] = {RW_ENTITY_PARTICIPANT, "conversation_id=?1", "leg, id"},
    [RW_Q_EVENTS_OF] = {RW_ENTITY_EVENT, "conversation_id=?1 AND tenant_id=?2", "seq"},
    [RW_Q_EVENTS_AFTER] = {RW_ENTITY_EVENT, "seq>?1 AND (?2 IS NULL OR tenant_id=?2)", "seq"},
    [RW_Q_RATE_TEXT] = {RW_ENTITY_RATE_TEXT, OF_TENANT, NULL},
    [RW_Q_SPENDING] = {RW_ENTITY_SPENDING, "tenant_id=?1 AND account=?2", NULL},
    [RW_Q_SPENDING_OF] = {RW_ENTITY_SPENDING, "tenant_id=?1 AND account LIKE '% ' || ?2",
                          "micro DESC, account"},
    [RW_Q_KEY] = {RW_ENTITY_IDEMPOTENCY, "tenant_id=?1 AND key=?2 AND expires_ms>?3", NULL},
};

/* Where SQLite, which knows no statistics, would choose to walk all that a tenant ever called. */
static const char *const indexes[RW_QUERIES] = {
    [RW_Q_OPEN] = "conversations_open",
    [RW_Q_OPEN_OF_USER] = "conversations_open",
    [RW_Q_OPEN_OF_ALL] = "conversations_open",
    [RW_Q_TAKEN_ELSEWHERE] = "numbers_of_all",
};

enum rw_class rw_store_reader_new(struct rw_store *store, struct rw_store_reader **ret,
                                  struct rw_err *err)
{
    struct rw_store_reader *reader = rw_calloc(1, sizeof(*reader));
    enum rw_class class;

    if (!reader)
        return rw_fail_memory(err);
    class = rw_store_connect(store->path, false, &reader->db, err);
    if (class != RW_OK) {
        rw_free(reader);
        return class;
    }
    *ret = reader;
    return RW_OK;
}

void rw_store_reader_free(struct rw_store_reader *reader)
{
    if (!reader)
        return;
    for (unsigned i = 0; i < RW_QUERIES; i++) {
        sqlite3_finalize(reader->select[i]);
        sqlite3_finalize(reader->count[i]);
    }
    sqlite3_finalize(reader->begin);
    sqlite3_finalize(reader->end);
    (void)sqlite3_close(reader->db);
    rw_free(reader);
}

/* ------------------------------------------------------------------ statements */

static int prepare_text(struct rw_store_reader *reader, const char *sql, sqlite3_stmt **stmt)
{
    return *stmt ? SQLITE_OK : rw_sql_prepare(reader->db, rw_slice_str(sql), stmt);
}

static bool has_column(enum rw_entity_kind entity, const char *column)
{
    for (unsigned i = 0; i < rw_entities[entity].count; i++)
        if (strcmp(rw_entities[entity].fields[i].column, column) == 0)
            return true;
    return false;
}

/* What is equal by the column stays in the order of the list. */
static void put_order(struct rw_buf *sql, unsigned query, const struct rw_page *page)
{
    rw_buf_puts(sql, " ORDER BY ");
    if (page && page->sort) {
        assert(has_column(queries[query].entity, page->sort)); /* it becomes part of the text */
        rw_buf_printf(sql, "%s COLLATE NOCASE%s, ", page->sort, page->descending ? " DESC" : "");
    }
    rw_buf_printf(sql, "%s LIMIT ?%d OFFSET ?%d", queries[query].order, LIMIT_PARAMETER,
                  OFFSET_PARAMETER);
}

/* page: whose order it is to have; NULL: the list's own. */
static int prepare(struct rw_store_reader *reader, unsigned query, bool counting,
                   const struct rw_page *page, sqlite3_stmt **stmt)
{
    enum rw_entity_kind entity = queries[query].entity;
    struct rw_buf sql;
    int rc;

    if (*stmt)
        return SQLITE_OK;
    rw_buf_init(&sql, 4096);
    rw_buf_puts(&sql, "SELECT ");
    if (counting)
        rw_buf_puts(&sql, "count(*)");
    else
        rw_sql_columns(&sql, entity);
    rw_buf_printf(&sql, " FROM %s", rw_entities[entity].table);
    if (indexes[query])
        rw_buf_printf(&sql, " INDEXED BY %s", indexes[query]);
    rw_buf_printf(&sql, " WHERE %s", queries[query].where);
    if (!counting && queries[query].order)
        put_order(&sql, query, page);
    rc = sql.failed ? SQLITE_NOMEM : rw_sql_prepare(reader->db, rw_buf_slice(&sql), stmt);
    rw_buf_done(&sql);
    return rc;
}

/* ------------------------------------------------------------------ running */

static enum rw_class fail(struct rw_store_reader *reader, unsigned query, int rc,
                          struct rw_err *err)
{
    return rw_sql_fail(reader->db, rc, rw_entities[queries[query].entity].table, err);
}

enum rw_class rw_reader_one(struct rw_store_reader *reader, unsigned query,
                            const struct rw_value *values, unsigned count, struct rw_arena *arena,
                            void *ret_row, struct rw_err *err)
{
    enum rw_class class = RW_OK;
    sqlite3_stmt *stmt;
    int rc = prepare(reader, query, false, NULL, &reader->select[query]);

    if (rc != SQLITE_OK)
        return fail(reader, query, rc, err);
    stmt = reader->select[query];
    rw_values_bind(stmt, values, count);
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_DONE)
        class = rw_fail(err, RW_NOT_FOUND, "store.not_found", "there is no such row in %s",
                        rw_entities[queries[query].entity].table);
    else if (rc != SQLITE_ROW)
        class = fail(reader, query, rc, err);
    else if (!rw_row_read(queries[query].entity, stmt, arena, ret_row))
        class = rw_fail_memory(err);
    (void)sqlite3_reset(stmt);
    return class;
}

/* Room for one more row; *rows moves when it grows. */
static bool make_room(struct rw_arena *arena, size_t row_size, size_t count, size_t *cap,
                      char **rows)
{
    size_t more = *cap ? *cap * 2 : 16;
    char *moved;

    if (count < *cap)
        return true;
    moved = rw_arena_alloc(arena, more * row_size);
    if (!moved)
        return false;
    if (count)
        memcpy(moved, *rows, count * row_size);
    *rows = moved;
    *cap = more;
    return true;
}

static enum rw_class collect(struct rw_store_reader *reader, unsigned query, sqlite3_stmt *stmt,
                             struct rw_arena *arena, void **ret, size_t *ret_count,
                             struct rw_err *err)
{
    enum rw_entity_kind entity = queries[query].entity;
    size_t size = rw_entities[entity].row_size, count = 0, cap = 0;
    char *rows = NULL;
    int rc;

    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (!make_room(arena, size, count, &cap, &rows) ||
            !rw_row_read(entity, stmt, arena, rows + count * size))
            return rw_fail_memory(err);
        count++;
    }
    if (rc != SQLITE_DONE)
        return fail(reader, query, rc, err);
    *ret = rows;
    *ret_count = count;
    return RW_OK;
}

/* `page` says how many of them and which, and in what order. Statements of an order of its own are not kept. */
static enum rw_class select_rows(struct rw_store_reader *reader, unsigned query,
                                 const struct rw_value *values, unsigned count,
                                 const struct rw_page *page, struct rw_arena *arena, void **ret,
                                 size_t *ret_count, struct rw_err *err)
{
    uint64_t offset = page->number ? (page->number - 1) * (uint64_t)page->size : 0;
    sqlite3_stmt *sorted = NULL, **stmt = page->sort ? &sorted : &reader->select[query];
    enum rw_class class;
    int rc = prepare(reader, query, false, page, stmt);

    if (rc != SQLITE_OK)
        return fail(reader, query, rc, err);
    rw_values_bind(*stmt, values, count);
    (void)sqlite3_bind_int64(*stmt, LIMIT_PARAMETER, page->size);
    (void)sqlite3_bind_int64(*stmt, OFFSET_PARAMETER, (sqlite3_int64)offset);
    class = collect(reader, query, *stmt, arena, ret, ret_count, err);
    (void)sqlite3_reset(*stmt);
    (void)sqlite3_finalize(sorted);
    return class;
}

enum rw_class rw_reader_many(struct rw_store_reader *reader, unsigned query,
                             const struct rw_value *values, unsigned count, uint32_t limit,
                             struct rw_arena *arena, void **ret, size_t *ret_count,
                             struct rw_err *err)
{
    const struct rw_page page = {.size = limit, .number = 1};

    return select_rows(reader, query, values, count, &page, arena, ret, ret_count, err);
}

static enum rw_class count_rows(struct rw_store_reader *reader, unsigned query,
                                const struct rw_value *values, unsigned count, uint64_t *ret,
                                struct rw_err *err)
{
    sqlite3_stmt *stmt;
    int rc = prepare(reader, query, true, NULL, &reader->count[query]);

    if (rc != SQLITE_OK)
        return fail(reader, query, rc, err);
    stmt = reader->count[query];
    rw_values_bind(stmt, values, count);
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *ret = (uint64_t)sqlite3_column_int64(stmt, 0);
    (void)sqlite3_reset(stmt);
    return rc == SQLITE_ROW ? RW_OK : fail(reader, query, rc, err);
}

static int step_once(sqlite3_stmt *stmt)
{
    int rc = sqlite3_step(stmt);

    (void)sqlite3_reset(stmt);
    return rc;
}

enum rw_class rw_reader_page(struct rw_store_reader *reader, unsigned query,
                             const struct rw_value *values, unsigned count, struct rw_page *page,
                             struct rw_arena *arena, void **ret, size_t *ret_count,
                             struct rw_err *err)
{
    enum rw_class class;
    int rc = prepare_text(reader, "BEGIN", &reader->begin);

    if (rc == SQLITE_OK)
        rc = prepare_text(reader, "COMMIT", &reader->end);
    if (rc == SQLITE_OK)
        rc = step_once(reader->begin);
    if (rc != SQLITE_DONE)
        return fail(reader, query, rc, err);
    class = count_rows(reader, query, values, count, &page->total, err);
    if (class == RW_OK)
        class = select_rows(reader, query, values, count, page, arena, ret, ret_count, err);
    (void)step_once(reader->end); /* nothing was written: it can only end */
    return class;
}
