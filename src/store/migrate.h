/*
 * store/migrate.h - brings a database to the newest schema, one numbered migration after another.
 *
 * The files migrations/NNNN_name.sql are compiled in. Each runs in a transaction of its own together
 * with its row in schema_version, so a crash leaves the database at a whole version. A file that was
 * released is never edited again; a change is a new file.
 *
 * Errors   RW_CONFLICT store.newer_schema when a later program wrote this database,
 *          RW_IO store.io, store.full, ... when one fails; the message names it.
 */
#ifndef RW_STORE_MIGRATE_H
#define RW_STORE_MIGRATE_H

#include "base/err.h"

#include <sqlite3.h>

struct rw_migration {
    unsigned version;
    const char *name;
    const char *sql;
};

extern const struct rw_migration rw_migrations[];
extern const unsigned rw_migrations_count;

/* Up to version `upto`; tests stop early, everybody else passes rw_migrations_count. */
RW_NODISCARD enum rw_class rw_migrate(sqlite3 *db, unsigned upto, struct rw_err *err);

#endif
