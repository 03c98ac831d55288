/* From an empty file and from each earlier version to the newest; never from a later one. */
#include "store_test.h"

#include "base/mem.h"
#include "store/migrate.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void exec(const char *path, const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* What the database looks like: every table and index, as text. */
static void describe(const char *path, char *out, size_t size)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    size_t at = 0;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT name || ':' || sql FROM sqlite_schema WHERE sql NOT NULL"
                           " UNION ALL SELECT version || name FROM schema_version ORDER BY 1",
                           -1, &stmt, NULL),
        SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        int n = snprintf(out + at, size - at, "%s\n", sqlite3_column_text(stmt, 0));

        assert_true(n > 0 && (size_t)n < size - at);
        at += (size_t)n;
    }
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_from_each(void **state)
{
    static char newest[32768], got[32768];

    (void)state;
    for (unsigned from = 0; from <= rw_migrations_count; from++) {
        char folder[] = "/tmp/rw-migrate-XXXXXX", path[64];
        struct rw_store_options options = {.path = path};
        struct rw_store *store = NULL;
        struct rw_err err = {0};
        struct stat st;
        sqlite3 *db;

        assert_non_null(mkdtemp(folder));
        (void)snprintf(path, sizeof(path), "%s/db", folder);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(rw_migrate(db, from, &err), RW_OK);
        if (from)
            assert_int_equal(
                sqlite3_exec(db, "INSERT INTO tenants VALUES ('t', 'kept', 1)", NULL, NULL, NULL),
                SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        assert_int_equal(rw_store_open(&store, &options, &err), RW_OK);
        rw_store_close(store);
        describe(path, from ? got : newest, sizeof(got));
        if (from) {
            assert_string_equal(got, newest);
            exec(path, "UPDATE tenants SET name='x' WHERE id='t' AND name='kept'");
        } else {
            assert_int_equal(stat(path, &st), 0);
        }
        store_test_remove(folder);
    }
}

/* What an operator had set up by version 3 is there afterwards, in its new place. */
static void test_telephony(void **state)
{
    static const char old[] =
        "INSERT INTO tenants VALUES (x'0192f000000070008000000000000aaa', 'A', 5);"
        "INSERT INTO tenants VALUES ('b', 'B', 6);"
        "INSERT INTO edges VALUES ('e', 'b', 'Edge', 'active', 1, 6);"
        "INSERT INTO trunks VALUES (x'0192f0000000700080000000000000f1', 'b', 'e', 'carrier', "
        "'active',"
        " '192.0.2.1', 5060, 'udp', NULL, NULL, NULL, 60000, 3, 7);"
        "INSERT INTO trunks VALUES ('t2', 'b', 'e', 'carrier', 'active',"
        " '192.0.2.2', 5060, 'udp', NULL, NULL, NULL, 60000, 1, 8);"
        "INSERT INTO routes VALUES ('r', 'b', 'all', '', x'0192f0000000700080000000000000f1', 4, "
        "9);"
        "INSERT INTO routes VALUES ('s', 'b', 'all', '65', 't2', 1, 9);";
    struct store_test t;
    struct rw_page page = {.size = 10, .number = 1};
    struct rw_row_route *routes;
    struct rw_row_trunk *trunks;
    struct rw_row_calling_policy policy;
    struct rw_row_site site;
    struct rw_row_edge edge;
    struct rw_err err = {0};
    sqlite3 *db;
    size_t n;

    (void)state;
    store_test_open(&t);
    rw_store_reader_free(t.reader);
    rw_store_close(t.store);
    assert_int_equal(unlink(t.path), 0);
    assert_int_equal(sqlite3_open(t.path, &db), SQLITE_OK);
    assert_int_equal(rw_migrate(db, 3, &err), RW_OK);
    assert_int_equal(sqlite3_exec(db, old, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(rw_store_open(&t.store, &(struct rw_store_options){.path = t.path}, &err),
                     RW_OK);
    assert_int_equal(rw_store_reader_new(t.store, &t.reader, &err), RW_OK);

    assert_int_equal(rw_store_list_trunks(t.reader, "b", &page, &t.arena, &trunks, &n, &err),
                     RW_OK);
    assert_int_equal(n, 2);
    assert_string_not_equal(trunks[0].name, trunks[1].name);
    assert_int_equal(rw_store_list_routes(t.reader, "b", &page, &t.arena, &routes, &n, &err),
                     RW_OK);
    assert_int_equal(n, 2);
    assert_string_equal(routes[0].prefixes, "65");
    assert_string_equal(routes[0].trunk_ids, "t2");
    assert_string_equal(routes[1].name, "all");
    assert_string_equal(routes[1].prefixes, "");
    assert_string_equal(routes[1].trunk_ids, "0192f000-0000-7000-8000-0000000000f1");
    assert_string_equal(routes[1].site_id, "b");
    assert_int_equal(routes[1].enabled, 1);
    assert_int_equal(routes[1].priority, 4);
    assert_int_equal(rw_store_get_site(t.reader, "b", "b", &t.arena, &site, &err), RW_OK);
    assert_int_equal(rw_store_get_edge(t.reader, "b", "b", &t.arena, &edge, &err), RW_NOT_FOUND);
    assert_int_equal(rw_store_get_edge(t.reader, "0192f000-0000-7000-8000-000000000aaa",
                                       "0192f000-0000-7000-8000-000000000aaa", &t.arena, &edge,
                                       &err),
                     RW_OK);
    assert_int_equal(rw_store_get_calling_policy(t.reader, "b", &t.arena, &policy, &err), RW_OK);
    assert_false(policy.high_risk); /* nobody of before is refused what went */
    store_test_close(&t);
}

static void test_private(void **state)
{
    struct store_test t;
    char path[112];
    struct stat st;
    struct rw_tx *tx;

    (void)state;
    store_test_open(&t);
    tx = rw_tx_new(t.store);
    rw_tx_put_tenant(tx, &(struct rw_row_tenant){TENANT_A, "A", 1});
    store_test_commit(tx);
    for (int i = 0; i < 4; i++) {
        static const char *const suffix[] = {"", "-wal", "-shm", ".lock"};

        (void)snprintf(path, sizeof(path), "%s%s", t.path, suffix[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    store_test_close(&t);
}

static void test_newer(void **state)
{
    struct store_test t;
    struct rw_store_options options = {.path = t.path};
    struct rw_store *store = NULL;
    struct rw_err err = {0};

    (void)state;
    store_test_open(&t);
    rw_store_reader_free(t.reader);
    rw_store_close(t.store);
    t.reader = NULL;
    t.store = NULL;
    exec(t.path, "INSERT INTO schema_version VALUES (9999, 'from_the_future', 1)");
    assert_int_equal(rw_store_open(&store, &options, &err), RW_CONFLICT);
    assert_string_equal(err.code, "store.newer_schema");
    assert_string_equal(err.found, "schema version 9999");
    assert_null(store);
    store_test_close(&t);
}

static void test_no_database(void **state)
{
    struct store_test t;
    struct rw_store_options options = {.path = t.path};
    struct rw_store *store = NULL;
    struct rw_err err = {0};
    FILE *f;

    (void)state;
    store_test_open(&t);
    rw_store_reader_free(t.reader);
    rw_store_close(t.store);
    t.reader = NULL;
    t.store = NULL;
    f = fopen(t.path, "w");
    assert_non_null(f);
    for (int i = 0; i < 1000; i++)
        (void)fputs("this is a letter to my aunt\n", f);
    (void)fclose(f);
    assert_int_equal(rw_store_open(&store, &options, &err), RW_IO);
    assert_string_equal(err.code, "store.corrupt");
    options.path = "/nonexistent/folder/db";
    assert_int_equal(rw_store_open(&store, &options, &err), RW_IO);
    assert_string_equal(err.code, "store.open");
    store_test_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_each),   cmocka_unit_test(test_telephony),
        cmocka_unit_test(test_private),     cmocka_unit_test(test_newer),
        cmocka_unit_test(test_no_database),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
