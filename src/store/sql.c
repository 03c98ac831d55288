#include "store/sql.h"

void rw_sql_columns(struct rw_buf *buf, enum rw_entity_kind kind)
{
    for (unsigned i = 0; i < rw_entities[kind].count; i++)
        rw_buf_printf(buf, "%s%s", i ? "," : "", rw_entities[kind].fields[i].column);
}

void rw_sql_insert(struct rw_buf *buf, enum rw_entity_kind kind)
{
    rw_buf_printf(buf, "INSERT INTO %s (", rw_entities[kind].table);
    rw_sql_columns(buf, kind);
    rw_buf_puts(buf, ") VALUES (");
    for (unsigned i = 1; i <= rw_entities[kind].count; i++)
        rw_buf_printf(buf, "%s?%u", i > 1 ? "," : "", i);
    rw_buf_puts(buf, ")");
}

/* Every versioned row begins with id and tenant_id, which are what it is found by. */
void rw_sql_update(struct rw_buf *buf, enum rw_entity_kind kind)
{
    rw_buf_printf(buf, "UPDATE %s SET ", rw_entities[kind].table);
    for (unsigned i = 2; i < rw_entities[kind].count; i++)
        rw_buf_printf(buf, "%s%s=?%u", i > 2 ? "," : "", rw_entities[kind].fields[i].column, i + 1);
    rw_buf_printf(buf, " WHERE id=?1 AND tenant_id=?2 AND version=?%u-1",
                  rw_entities[kind].version);
}

void rw_sql_upsert(struct rw_buf *buf, enum rw_entity_kind kind)
{
    rw_sql_insert(buf, kind);
    rw_buf_puts(buf, " ON CONFLICT DO UPDATE SET ");
    for (unsigned i = 0; i < rw_entities[kind].count; i++)
        rw_buf_printf(buf, "%s%s=?%u", i ? "," : "", rw_entities[kind].fields[i].column, i + 1);
}

void rw_sql_delete(struct rw_buf *buf, enum rw_entity_kind kind)
{
    rw_buf_printf(buf, "DELETE FROM %s WHERE id=?1 AND tenant_id=?2 AND version=?3",
                  rw_entities[kind].table);
}

int rw_sql_prepare(sqlite3 *db, struct rw_slice sql, sqlite3_stmt **ret)
{
    return sqlite3_prepare_v3(db, sql.p, (int)sql.n, SQLITE_PREPARE_PERSISTENT, ret, NULL);
}

enum rw_class rw_sql_fail(sqlite3 *db, int rc, const char *doing, struct rw_err *err)
{
    static const struct {
        int rc;
        const char *code, *text;
    } known[] = {
        {SQLITE_BUSY, "store.busy", "another process holds the database"},
        {SQLITE_LOCKED, "store.busy", "another connection holds the database"},
        {SQLITE_FULL, "store.full", "the disk is full"},
        {SQLITE_CORRUPT, "store.corrupt", "the database file is damaged"},
        {SQLITE_NOTADB, "store.corrupt", "the file is no database of this program"},
        {SQLITE_READONLY, "store.read_only", "the database can't be written"},
        {SQLITE_CANTOPEN, "store.open", "the database can't be opened"},
    };
    const char *text = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);

    if ((rc & 0xff) == SQLITE_NOMEM)
        return rw_fail_memory(err);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if ((rc & 0xff) == known[i].rc) {
            (void)rw_fail(err, RW_IO, known[i].code, "%s (%s)", known[i].text, doing);
            rw_err_found(err, "%s", text);
            return RW_IO;
        }
    (void)rw_fail(err, RW_IO, "store.io", "the database failed (%s)", doing);
    rw_err_found(err, "%s (%d)", text, rc);
    return RW_IO;
}
