#include "base/mem.h"
#include "store/migrate.h"
#include "store/store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ------------------------------------------------------------------ connections */

static enum rw_class set_up(sqlite3 *db, bool writer, struct rw_err *err)
{
    /*
     * FULL: a commit is on the disk when it returns. A checkpoint every 4,000 pages costs less
     * than small ones and keeps the log at some 16 MB.
     */
    const char *sql = writer ? "PRAGMA journal_mode=WAL;"
                               "PRAGMA synchronous=FULL;"
                               "PRAGMA wal_autocheckpoint=4000;"
                               "PRAGMA journal_size_limit=67108864;"
                               "PRAGMA cache_size=-32768;"
                               "PRAGMA temp_store=MEMORY;"
                             : "PRAGMA query_only=1;"
                               "PRAGMA cache_size=-8192;"
                               "PRAGMA temp_store=MEMORY;";
    int rc = sqlite3_busy_timeout(db, RW_STORE_BUSY_MS);

    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? RW_OK : rw_sql_fail(db, rc, "setting up the connection", err);
}

enum rw_class rw_store_connect(const char *path, bool writer, sqlite3 **ret, struct rw_err *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (writer ? SQLITE_OPEN_CREATE : 0);
    enum rw_class class;
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(path, &db, flags, NULL);

    if (rc == SQLITE_OK)
        class = set_up(db, writer, err);
    else
        class = rw_sql_fail(db, rc, path, err);
    if (class != RW_OK) {
        (void)sqlite3_close(db);
        return class;
    }
    *ret = db;
    return RW_OK;
}

/* ------------------------------------------------------------------ one process at a time */

/*
 * Two servers on one database would each end the other's calls as lost. The lock stands in a file
 * of its own: closing any descriptor of the database itself would drop SQLite's locks.
 */
static enum rw_class take_lock(struct rw_store *store, struct rw_err *err)
{
    char path[4096];
    int n = snprintf(path, sizeof(path), "%s.lock", store->path);

    if (n < 0 || (size_t)n >= sizeof(path))
        return rw_fail(err, RW_IO, "store.open", "the database's path is too long");
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock_fd < 0) {
        (void)rw_fail(err, RW_IO, "store.open", "%s: %s", path, strerror(errno));
        return RW_IO;
    }
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return RW_OK;
    (void)rw_fail(err, RW_CONFLICT, "store.in_use", "another process has this database open");
    rw_err_found(err, "%s", store->path);
    rw_err_expected(err, "one server a database: stop the other one, or name another data folder");
    return RW_CONFLICT;
}

/* Makes the file before SQLite does, so that it, its log and its index are the owner's alone. */
static enum rw_class make_private(const char *path, struct rw_err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return rw_fail(err, RW_IO, "store.open", "%s: %s", path, strerror(errno));
    (void)close(fd);
    return RW_OK;
}

/* ------------------------------------------------------------------ open and close */

static enum rw_class read_last_seq(struct rw_store *store, struct rw_err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc =
        sqlite3_prepare_v2(store->db, "SELECT coalesce(max(seq), 0) FROM events", -1, &stmt, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        store->last_seq = (uint64_t)sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW ? RW_OK : rw_sql_fail(store->db, rc, "reading the log's end", err);
}

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value ? value : otherwise;
}

static void free_store(struct rw_store *store)
{
    rw_batch_done(store);
    (void)sqlite3_close(store->db);
    if (store->lock_fd >= 0)
        (void)close(store->lock_fd);
    rw_free(store->path);
    rw_free(store);
}

static void tell_sqlite_once(void)
{
    /* Statistics of its memory take a global lock at each allocation. Too late is harmless. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

enum rw_class rw_store_open(struct rw_store **ret, const struct rw_store_options *options,
                            struct rw_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct rw_store *store = rw_calloc(1, sizeof(*store));
    enum rw_class class;

    (void)pthread_once(&once, tell_sqlite_once);
    if (!store)
        return rw_fail_memory(err);
    store->lock_fd = -1;
    store->options = *options;
    store->options.batch_max = or_default(options->batch_max, 256);
    store->options.path = NULL; /* the caller's */
    store->path = rw_strdup(options->path);
    if (!store->path) {
        free_store(store);
        return rw_fail_memory(err);
    }
    class = take_lock(store, err);
    if (class == RW_OK)
        class = make_private(store->path, err);
    if (class == RW_OK)
        class = rw_store_connect(store->path, true, &store->db, err);
    if (class == RW_OK)
        class = rw_migrate(store->db, rw_migrations_count, err);
    if (class == RW_OK)
        class = read_last_seq(store, err);
    if (class == RW_OK)
        class = rw_writer_start(store, err);
    if (class != RW_OK) {
        free_store(store);
        return class;
    }
    *ret = store;
    return RW_OK;
}

void rw_store_close(struct rw_store *store)
{
    if (!store)
        return;
    rw_writer_stop(store);
    free_store(store);
}

uint64_t rw_store_generation(const struct rw_store *store)
{
    return store->generation;
}

uint64_t rw_store_last_seq(const struct rw_store *store)
{
    return store->last_seq;
}
