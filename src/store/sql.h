/*
 * store/sql.h - rows and SQL: one table says for every kind of row which member is which column.
 *
 * From it come the statements' texts, the values to bind when a row is written and the members when
 * it is read. A new column is a line in rows.c and a migration.
 *
 * Ids that are UUIDs in lower case travel as 16-byte blobs: measured, the writer takes 21-26 us a
 * call with them and 25-27 with text. Any other id stays text.
 */
#ifndef RW_STORE_SQL_H
#define RW_STORE_SQL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <sqlite3.h>
#include <stdint.h>

enum rw_entity_kind {
    RW_ENTITY_TENANT,
    RW_ENTITY_USER,
    RW_ENTITY_STATION,
    RW_ENTITY_EDGE,
    RW_ENTITY_TRUNK,
    RW_ENTITY_NUMBER,
    RW_ENTITY_DID_POOL,
    RW_ENTITY_SITE,
    RW_ENTITY_ROUTE,
    RW_ENTITY_NUMBER_PLAN,
    RW_ENTITY_EXTENSION_POOL,
    RW_ENTITY_EXTENSION,
    RW_ENTITY_CALLING_POLICY,
    RW_ENTITY_RATE_BOOK,
    RW_ENTITY_RATE_TEXT,
    RW_ENTITY_SPEND_POLICY,
    RW_ENTITY_SPENDING,
    RW_ENTITY_CALL_LIMITS,
    RW_ENTITY_FREEZE,
    RW_ENTITY_CLIENT,
    RW_ENTITY_TOKEN,
    RW_ENTITY_CONVERSATION,
    RW_ENTITY_PARTICIPANT,
    RW_ENTITY_EVENT,
    RW_ENTITY_IDEMPOTENCY,
    RW_ENTITY_AUDIT,
    RW_ENTITIES
};

enum rw_field_kind {
    RW_FIELD_TEXT,
    RW_FIELD_ID,
    RW_FIELD_U64,
    RW_FIELD_U32,
    RW_FIELD_I32,
    RW_FIELD_BOOL
};

struct rw_field {
    const char *column;
    uint16_t offset;
    uint8_t kind; /* enum rw_field_kind */
};

struct rw_entity {
    const char *table;
    const struct rw_field *fields; /* in the order of the statements' parameters, ?1 first */
    uint16_t row_size;
    uint8_t count;
    uint8_t version; /* 1-based column of the version, 0 = none */
};

extern const struct rw_entity rw_entities[RW_ENTITIES];

/* A value ready to be bound: texts and blobs are borrowed. */
struct rw_value {
    union {
        int64_t i;
        const char *p;
    };
    uint32_t n;
    char type; /* 'n' NULL, 'i' integer, 't' text, 'b' blob */
};

#define RW_VALUES_MAX 64 /* columns of the widest row */

/*
 * Values of a row, texts copied into the arena (an id as blob takes 16 bytes). The array has
 * rw_entities[kind].count elements. NULL when the arena has no more.
 */
struct rw_value *rw_values_of_row(enum rw_entity_kind kind, const void *row,
                                  struct rw_arena *arena);
/* One id or text as a value that borrows: `space` takes the 16 bytes of a blob. */
struct rw_value rw_value_id(const char *id, char space[16]);
struct rw_value rw_value_text(const char *text);
struct rw_value rw_value_int(uint64_t n);

void rw_values_bind(sqlite3_stmt *stmt, const struct rw_value *values, unsigned count);

/* Reads the columns of rw_sql_columns() from the statement's current row. False: memory is out. */
bool rw_row_read(enum rw_entity_kind kind, sqlite3_stmt *stmt, struct rw_arena *arena, void *row);

/* Statement texts, appended to a buffer. */
void rw_sql_columns(struct rw_buf *buf, enum rw_entity_kind kind); /* "id,tenant_id,name" */
void rw_sql_insert(struct rw_buf *buf, enum rw_entity_kind kind);
void rw_sql_update(struct rw_buf *buf, enum rw_entity_kind kind); /* of the version before */
void rw_sql_upsert(struct rw_buf *buf, enum rw_entity_kind kind);
void rw_sql_delete(struct rw_buf *buf, enum rw_entity_kind kind); /* of id, tenant, version */

/* Prepares for keeping. */
int rw_sql_prepare(sqlite3 *db, struct rw_slice sql, sqlite3_stmt **ret);

/* A failure of SQLite as ours: RW_NO_MEMORY, or RW_IO store.busy, store.full, store.corrupt, store.io. */
enum rw_class rw_sql_fail(sqlite3 *db, int rc, const char *doing, struct rw_err *err);

#endif
