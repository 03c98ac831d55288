/*
 * The disk fails at the n-th write or sync, memory at the n-th allocation: what was promised is
 * there, what was refused is not there by halves, the database is whole, and the next one works.
 */
#include "store_test.h"

#include "base/mem.h"
#include "fault_vfs.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ SQLite's own memory */

static sqlite3_mem_methods real_mem;
static _Atomic long sqlite_left = -1;

static bool refuse_memory(void)
{
    if (sqlite_left < 0)
        return false;
    if (sqlite_left == 0) {
        sqlite_left = -1;
        return true;
    }
    sqlite_left--;
    return false;
}

static void *failing_malloc(int n)
{
    return refuse_memory() ? NULL : real_mem.xMalloc(n);
}

static void *failing_realloc(void *p, int n)
{
    return refuse_memory() ? NULL : real_mem.xRealloc(p, n);
}

static int set_up_sqlite(void **state)
{
    sqlite3_mem_methods mem;

    (void)state;
    (void)sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_mem);
    mem = real_mem;
    mem.xMalloc = failing_malloc;
    mem.xRealloc = failing_realloc;
    (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &mem);
    (void)sqlite3_initialize();
    fault_vfs_install();
    return 0;
}

/* ------------------------------------------------------------------ what must hold */

static void check_integrity(const char *path)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* True when the call is there, whole; fails the test when a part of it is. */
static bool call_is_whole(struct store_test *t, const char *id)
{
    struct rw_row_conversation call;
    struct rw_row_participant *parts;
    struct rw_row_event *events;
    size_t n_parts, n_events;
    bool there =
        rw_store_get_conversation(t->reader, TENANT_A, id, &t->arena, &call, NULL) == RW_OK;

    assert_int_equal(rw_store_participants(t->reader, id, &t->arena, &parts, &n_parts, NULL),
                     RW_OK);
    assert_int_equal(
        rw_store_events_of(t->reader, TENANT_A, id, &t->arena, &events, &n_events, NULL), RW_OK);
    assert_int_equal(n_parts, there ? 2 : 0);
    assert_int_equal(n_events, there ? 4 : 0);
    if (there)
        assert_int_equal(call.ended_ms, 1009);
    rw_arena_done(&t->arena);
    rw_arena_init(&t->arena, 16u << 20);
    return there;
}

static enum rw_class commit_call(struct store_test *t, unsigned n, struct rw_err *err)
{
    struct rw_tx *tx = rw_tx_new(t->store);
    char id[37];

    store_test_call(tx, TENANT_A, store_test_id(n, id), 1000);
    return rw_tx_commit(tx, err);
}

/* ------------------------------------------------------------------ the disk */

static void test_disk(void **state)
{
    static const int faults[] = {SQLITE_IOERR_WRITE, SQLITE_FULL};
    unsigned hit = 0;

    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        bool forever = kind & 1;
        struct store_test t;
        unsigned n = 1;

        store_test_open(&t);
        for (long after = 0; after < 60; after++, n += 3) {
            struct rw_err err = {0};
            enum rw_class class;
            char id[37];

            assert_int_equal(commit_call(&t, n, &err), RW_OK);
            fault_vfs_arm(after, faults[kind / 2], forever);
            class = commit_call(&t, n + 1, &err);
            if (!fault_vfs_fired())
                after = 60;
            fault_vfs_arm(-1, 0, false);
            hit += class != RW_OK;
            if (class != RW_OK)
                assert_int_equal(class, RW_IO);
            assert_int_equal(call_is_whole(&t, store_test_id(n + 1, id)), class == RW_OK);
            assert_int_equal(commit_call(&t, n + 2, &err), RW_OK); /* the disk is well again */
            assert_true(call_is_whole(&t, store_test_id(n, id)));
            assert_true(call_is_whole(&t, store_test_id(n + 2, id)));
        }
        store_test_reopen(&t);
        for (unsigned i = 1; i < n; i += 3) {
            char id[37];

            assert_true(call_is_whole(&t, store_test_id(i, id)));
            (void)call_is_whole(&t, store_test_id(i + 1, id));
        }
        check_integrity(t.path);
        store_test_close(&t);
    }
    assert_true(hit > 20); /* the faults did hit commits */
}

/* What is told is what the system said. */
static void test_each_fault_has_its_code(void **state)
{
    static const struct {
        int rc;
        const char *code;
    } faults[] = {
        {SQLITE_IOERR_WRITE, "store.io"},     {SQLITE_FULL, "store.full"},
        {SQLITE_BUSY, "store.busy"},          {SQLITE_LOCKED, "store.busy"},
        {SQLITE_READONLY, "store.read_only"}, {SQLITE_CORRUPT, "store.corrupt"},
    };
    struct store_test t;
    unsigned n = 1;

    (void)state;
    store_test_open(&t);
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        struct rw_err err = {0};

        fault_vfs_arm(0, faults[i].rc, false);
        assert_int_equal(commit_call(&t, n++, &err), RW_IO);
        fault_vfs_arm(-1, 0, false);
        assert_string_equal(err.code, faults[i].code);
        assert_int_equal(commit_call(&t, n++, &err), RW_OK);
    }
    store_test_close(&t);
}

/* Opening a new database on a disk that fails at the n-th operation. */
static void test_disk_at_open(void **state)
{
    long live = rw_mem_live();
    bool fired = true;

    (void)state;
    for (long after = 0; fired; after++) {
        char folder[] = "/tmp/rw-fault-XXXXXX", path[64];
        const struct rw_store_options options = {.path = path};
        struct rw_store *store = NULL;
        struct rw_err err = {0};

        assert_non_null(mkdtemp(folder));
        (void)snprintf(path, sizeof(path), "%s/db", folder);
        fault_vfs_arm(after, SQLITE_IOERR_WRITE, true);
        if (rw_store_open(&store, &options, &err) != RW_OK)
            assert_int_equal(err.class, RW_IO);
        fired = fault_vfs_fired();
        rw_store_close(store);
        fault_vfs_arm(-1, 0, false);
        assert_int_equal(rw_mem_live(), live);

        assert_int_equal(rw_store_open(&store, &options, &err), RW_OK); /* goes on from there */
        rw_store_close(store);
        check_integrity(path);
        store_test_remove(folder);
        assert_true(after < 500);
    }
}

/* ------------------------------------------------------------------ memory */

/* Our own allocations: the transaction is refused as a whole, nothing leaks. */
static void test_memory_of_tx(void **state)
{
    struct store_test t;
    struct rw_err err = {0};
    enum rw_class class = RW_NO_MEMORY;
    unsigned n = 1;

    (void)state;
    store_test_open(&t);
    for (long after = 0; class != RW_OK; after++, n++) {
        long live = rw_mem_live();
        char id[37];
        struct rw_tx *tx;

        rw_mem_fail_after(after);
        tx = rw_tx_new(t.store);
        if (tx) {
            store_test_call(tx, TENANT_A, store_test_id(n, id), 1000);
            class = rw_tx_commit(tx, &err);
        }
        rw_mem_fail_after(-1);
        assert_true(class == RW_OK || class == RW_NO_MEMORY);
        assert_int_equal(rw_mem_live(), live);
        assert_true(after < 100);
    }
    assert_true(n > 2);
    store_test_close(&t);
}

static void test_memory_of_reads(void **state)
{
    struct store_test t;
    struct rw_err err = {0};
    char id[37];

    (void)state;
    store_test_open(&t);
    for (unsigned i = 0; i < 40; i++)
        assert_int_equal(commit_call(&t, i, &err), RW_OK);
    for (int what = 0; what < 4; what++) {
        enum rw_class class = RW_NO_MEMORY;
        unsigned refused = 0;

        for (long after = 0; class != RW_OK; after++) {
            struct rw_page page = {.size = 40, .number = 1};
            struct rw_row_conversation one, *many;
            struct rw_row_event *events;
            struct rw_arena arena;
            long live = rw_mem_live();
            size_t n = 0;

            rw_arena_init(&arena, 1u << 20);
            rw_mem_fail_after(after);
            if (what == 0)
                class = rw_store_get_conversation(t.reader, TENANT_A, store_test_id(3, id), &arena,
                                                  &one, &err);
            else if (what == 1)
                class =
                    rw_store_list_conversations(t.reader, TENANT_A, &page, &arena, &many, &n, &err);
            else if (what == 2)
                class = rw_store_events_after(t.reader, NULL, 0, 160, &arena, &events, &n, &err);
            else
                class = rw_store_events_of(t.reader, TENANT_A, store_test_id(5, id), &arena,
                                           &events, &n, &err);
            rw_mem_fail_after(-1);
            assert_true(class == RW_OK || class == RW_NO_MEMORY);
            refused += class != RW_OK;
            rw_arena_done(&arena);
            assert_int_equal(rw_mem_live(), live);
            assert_true(after < 200);
        }
        assert_true(refused > 0);
    }
    store_test_close(&t);
}

static void test_memory_at_open(void **state)
{
    enum rw_class class = RW_NO_MEMORY;

    (void)state;
    for (long after = 0; class != RW_OK; after++) {
        char folder[] = "/tmp/rw-fault-XXXXXX", path[64];
        const struct rw_store_options options = {.path = path};
        struct rw_store_reader *reader = NULL;
        struct rw_store *store = NULL;
        struct rw_err err = {0};
        long live = rw_mem_live();

        assert_non_null(mkdtemp(folder));
        (void)snprintf(path, sizeof(path), "%s/db", folder);
        rw_mem_fail_after(after);
        class = rw_store_open(&store, &options, &err);
        if (class == RW_OK)
            class = rw_store_reader_new(store, &reader, &err);
        rw_mem_fail_after(-1);
        assert_true(class == RW_OK || class == RW_NO_MEMORY);
        rw_store_reader_free(reader);
        rw_store_close(store);
        assert_int_equal(rw_mem_live(), live);
        store_test_remove(folder);
        assert_true(after < 20);
    }
}

/* SQLite's memory, in the writer's thread: the n-th allocation of a commit fails. */
static void test_memory_of_sqlite(void **state)
{
    struct store_test t;
    struct rw_err err = {0};
    unsigned refused = 0, n = 1;
    bool spared = false;

    (void)state;
    for (long after = 0; !spared; after += 1 + after / 40, n++) {
        enum rw_class class;
        char id[37];

        store_test_open(&t); /* anew, so that statements are prepared under the fault, too */
        sqlite_left = after;
        class = commit_call(&t, n, &err);
        spared = sqlite_left >= 0;
        sqlite_left = -1;
        if (class != RW_OK)
            assert_int_equal(class, RW_NO_MEMORY);
        refused += class != RW_OK;
        assert_int_equal(call_is_whole(&t, store_test_id(n, id)), class == RW_OK);
        assert_int_equal(commit_call(&t, n + 1000, &err), RW_OK);
        assert_true(call_is_whole(&t, store_test_id(n + 1000, id)));
        store_test_close(&t);
        assert_true(after < 5000);
    }
    assert_true(refused > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disk),
        cmocka_unit_test(test_each_fault_has_its_code),
        cmocka_unit_test(test_disk_at_open),
        cmocka_unit_test(test_memory_of_tx),
        cmocka_unit_test(test_memory_of_reads),
        cmocka_unit_test(test_memory_at_open),
        cmocka_unit_test(test_memory_of_sqlite),
    };

    return cmocka_run_group_tests(tests, set_up_sqlite, NULL);
}
