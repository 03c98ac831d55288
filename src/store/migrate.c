#include "store/migrate.h"

#include "base/clock.h"
#include "store/sql.h"

/* The version of the database, 0 when it is empty. */
static enum rw_class read_version(sqlite3 *db, unsigned *ret, struct rw_err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc;

    rc = sqlite3_exec(db,
                      "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY,"
                      " name TEXT NOT NULL, applied_ms INTEGER NOT NULL)",
                      NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db, "SELECT coalesce(max(version), 0) FROM schema_version", -1,
                                &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *ret = (unsigned)sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW ? RW_OK : rw_sql_fail(db, rc, "reading the schema's version", err);
}

static int note_version(sqlite3 *db, const struct rw_migration *migration)
{
    sqlite3_stmt *stmt = NULL;
    int rc =
        sqlite3_prepare_v2(db, "INSERT INTO schema_version VALUES (?1, ?2, ?3)", -1, &stmt, NULL);

    if (rc == SQLITE_OK) {
        (void)sqlite3_bind_int64(stmt, 1, migration->version);
        (void)sqlite3_bind_text(stmt, 2, migration->name, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int64(stmt, 3, (sqlite3_int64)rw_clock_wall_ms());
        rc = sqlite3_step(stmt);
    }
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static enum rw_class apply(sqlite3 *db, const struct rw_migration *migration, struct rw_err *err)
{
    enum rw_class class;
    char doing[64];
    int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, migration->sql, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = note_version(db, migration);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        return RW_OK;
    (void)sqlite3_snprintf((int)sizeof(doing), doing, "migration %04u_%s", migration->version,
                           migration->name);
    class = rw_sql_fail(db, rc, doing, err);
    if (!sqlite3_get_autocommit(db))
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return class;
}

enum rw_class rw_migrate(sqlite3 *db, unsigned upto, struct rw_err *err)
{
    unsigned version = 0;
    enum rw_class class = read_version(db, &version, err);

    if (class != RW_OK)
        return class;
    if (version > rw_migrations_count) {
        (void)rw_fail(err, RW_CONFLICT, "store.newer_schema",
                      "the database was written by a later version of this program");
        rw_err_found(err, "schema version %u", version);
        rw_err_expected(err, "schema version %u or lower", rw_migrations_count);
        return RW_CONFLICT;
    }
    for (; class == RW_OK && version < upto; version++)
        class = apply(db, &rw_migrations[version], err);
    return class;
}
