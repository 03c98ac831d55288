/* How transactions become commits: order, company, refusals among others, keys, sweeping. */
#include "store_test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_int.h"

#include <pthread.h>

static int tear_down(void **state)
{
    rw_clock_set_virtual(0);
    return store_test_tear_down(state);
}

static void add_event(struct rw_tx *tx, const char *id, uint64_t at_ms)
{
    rw_tx_add_event(
        tx, &(struct rw_row_event){
                .conversation_id = id, .tenant_id = TENANT_A, .at_ms = at_ms, .type = "ringing"});
}

static void add_key(struct rw_tx *tx, const char *key, uint64_t created_ms, uint64_t expires_ms)
{
    rw_tx_add_idempotency(tx, &(struct rw_row_idempotency){.tenant_id = TENANT_A,
                                                           .key = key,
                                                           .body_hash = "h",
                                                           .conversation_id = "c",
                                                           .status = 200,
                                                           .answer = "{}",
                                                           .created_ms = created_ms,
                                                           .expires_ms = expires_ms});
}

/* ------------------------------------------------------------------ one batch */

/* A batch put together by hand: what the writer's thread would do with just these, in this order. */
static void commit_batch(struct store_test *t, struct rw_tx **all, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        all[i]->next = i + 1 < count ? all[i + 1] : NULL;
    rw_batch_commit(t->store, all[0]);
}

/* Each refusal is its tx's alone, whether it needs a savepoint, a second run, or neither. */
static void test_refused_alone(void **state)
{
    struct store_test *t = *state;
    struct rw_row_edge one = {"e1", TENANT_A, "x", "active", 1, 1, .modified_ms = 1};
    struct rw_row_edge two = {"e2", TENANT_A, "y", "active", 1, 1, .modified_ms = 1};
    struct rw_row_edge late = {"e1", TENANT_A, "z", "active", 3, 1, .modified_ms = 1};
    struct rw_tx *all[6];
    struct rw_row_edge edge;
    struct rw_row_event *events;
    struct rw_row_conversation call;
    size_t n;

    for (int twice = 0; twice < 2; twice++) {
        uint64_t seq = rw_store_last_seq(t->store);
        const char *c = twice ? "c-second" : "c-first", *e = twice ? "e4" : "e3";

        for (unsigned i = 0; i < 6; i++) {
            all[i] = rw_tx_new(t->store);
            add_event(all[i], "before", i);
        }
        one.id = twice ? "e5" : "e1";
        late.id = one.id;
        two.id = e;
        rw_tx_put_edge(all[0], &one);
        rw_tx_put_edge(all[1], &late); /* refused at once: version 3 after 1 */
        rw_tx_put_edge(all[2], &two);  /* applied, then ... */
        rw_tx_put_edge(all[2], &late); /* ... refused half-way */
        rw_tx_add_conversation(all[3],
                               &(struct rw_row_conversation){.id = c, .tenant_id = TENANT_A});
        add_event(all[4], "after", 9);
        if (twice) /* the same id again: refused with its event already applied */
            rw_tx_add_conversation(all[4],
                                   &(struct rw_row_conversation){.id = c, .tenant_id = TENANT_A});
        commit_batch(t, all, 6);
        assert_int_equal(all[0]->class, RW_OK);
        assert_int_equal(all[1]->class, RW_CONFLICT);
        assert_string_equal(all[1]->err.code, "store.version");
        assert_int_equal(all[2]->class, RW_CONFLICT);
        assert_int_equal(all[3]->class, RW_OK);
        assert_int_equal(all[4]->class, twice ? RW_CONFLICT : RW_OK);
        if (twice)
            assert_string_equal(all[4]->err.code, "store.exists");
        assert_int_equal(all[5]->class, RW_OK);
        for (unsigned i = 0; i < 6; i++)
            rw_tx_drop(all[i]);

        assert_int_equal(rw_store_get_edge(t->reader, TENANT_A, one.id, &t->arena, &edge, NULL),
                         RW_OK);
        assert_string_equal(edge.name, "x");
        assert_int_equal(rw_store_get_edge(t->reader, TENANT_A, e, &t->arena, &edge, NULL),
                         RW_NOT_FOUND);
        assert_int_equal(rw_store_get_conversation(t->reader, TENANT_A, c, &t->arena, &call, NULL),
                         RW_OK);
        /* the log has no gap where a refused one would have stood */
        assert_int_equal(
            rw_store_events_after(t->reader, NULL, seq, 99, &t->arena, &events, &n, NULL), RW_OK);
        assert_int_equal(n, twice ? 3 : 5);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(events[i].seq, seq + 1 + i);
        assert_int_equal(rw_store_last_seq(t->store), seq + n);
    }
}

static void test_generation(void **state)
{
    struct store_test *t = *state;
    uint64_t before = rw_store_generation(t->store);
    struct rw_tx *tx = rw_tx_new(t->store);
    char id[37];

    store_test_call(tx, TENANT_A, store_test_id(1, id), 5);
    add_key(tx, "k", 1, UINT64_MAX >> 2);
    rw_tx_put_token(tx,
                    &(struct rw_row_token){
                        .hash = "h", .id = "i", .tenant_id = TENANT_A, .roles = "", .scopes = ""});
    store_test_commit(tx);
    assert_int_equal(rw_store_generation(t->store), before); /* nothing a cache was made from */
    tx = rw_tx_new(t->store);
    rw_tx_revoke_token(tx, TENANT_A, "i", 5);
    store_test_commit(tx);
    assert_int_equal(rw_store_generation(t->store), before + 1);
}

static void test_reopen(void **state)
{
    struct store_test *t = *state;
    struct rw_tx *tx = rw_tx_new(t->store);
    struct rw_row_event *events;
    char id[37];
    size_t n;

    store_test_call(tx, TENANT_A, store_test_id(1, id), 5);
    store_test_commit(tx);
    store_test_reopen(t);
    assert_int_equal(rw_store_last_seq(t->store), 4);
    tx = rw_tx_new(t->store);
    add_event(tx, "c", 5);
    store_test_commit(tx);
    assert_int_equal(rw_store_events_after(t->reader, TENANT_A, 3, 1, &t->arena, &events, &n, NULL),
                     RW_OK);
    assert_int_equal(n, 1);
    assert_int_equal(events[0].seq, 4);
    assert_int_equal(rw_store_events_after(t->reader, TENANT_A, 4, 9, &t->arena, &events, &n, NULL),
                     RW_OK);
    assert_int_equal(n, 1);
    assert_int_equal(events[0].seq, 5);
}

/* ------------------------------------------------------------------ keys and tokens expire */

static void test_keys(void **state)
{
    struct store_test *t = *state;
    static const struct {
        const char *key;
        uint64_t created_ms, expires_ms;
        const char *code;
    } cases[] = {
        {"a", 1000, 2000, ""},
        {"a", 1500, 2500, "store.exists"},
        {"b", 1500, 2500, ""},
        {"a", 2000, 3000, ""}, /* the old one had expired, swept or not */
        {"a", 2000, 9000, "store.exists"},
    };
    struct rw_row_idempotency row;
    struct rw_tx *tx;

    rw_clock_set_virtual(900); /* the sweep goes by the clock of who writes */
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *code;

        tx = rw_tx_new(t->store);
        add_event(tx, cases[i].key, 1);
        add_key(tx, cases[i].key, cases[i].created_ms, cases[i].expires_ms);
        (void)store_test_try(tx, &code);
        assert_string_equal(code, cases[i].code);
    }
    assert_int_equal(rw_store_last_seq(t->store), 3); /* no event of the refused ones */
    assert_int_equal(
        rw_store_get_idempotency(t->reader, TENANT_A, "a", 2999, &t->arena, &row, NULL), RW_OK);
    assert_int_equal(row.expires_ms, 3000);
    assert_int_equal(row.status, 200);
    assert_string_equal(row.answer, "{}");
    assert_string_equal(row.conversation_id, "c");
    assert_int_equal(
        rw_store_get_idempotency(t->reader, TENANT_A, "a", 3000, &t->arena, &row, NULL),
        RW_NOT_FOUND);
}

static int64_t count_of(struct store_test *t, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    int64_t n;

    assert_int_equal(sqlite3_open(t->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return n;
}

static void test_sweep(void **state)
{
    struct store_test *t = *state;
    const uint64_t week_ms = UINT64_C(7) * 24 * 3600 * 1000;
    struct rw_tx *tx;
    char name[16];

    rw_clock_set_virtual(1000);
    tx = rw_tx_new(t->store);
    for (int i = 0; i < 150; i++) {
        (void)snprintf(name, sizeof(name), "%d", i);
        add_key(tx, name, 1000, i < 140 ? 5000 : week_ms * 9);
        rw_tx_put_token(tx, &(struct rw_row_token){.hash = name,
                                                   .id = name,
                                                   .tenant_id = TENANT_A,
                                                   .roles = "",
                                                   .scopes = "",
                                                   .expires_ms = i < 3   ? 5000
                                                                 : i < 9 ? 0
                                                                         : week_ms * 9});
    }
    store_test_commit(tx);
    assert_int_equal(count_of(t, "SELECT count(*) FROM idempotency"), 150);

    /* A bite a commit while there is more, then a rest. */
    for (int i = 0; i < 3; i++) {
        static const int64_t left[] = {86, 22, 10};

        rw_clock_set_virtual(20000);
        tx = rw_tx_new(t->store);
        add_event(tx, "c", 1);
        store_test_commit(tx);
        assert_int_equal(count_of(t, "SELECT count(*) FROM idempotency"), left[i]);
    }
    assert_int_equal(count_of(t, "SELECT count(*) FROM tokens"), 150); /* still told as expired */

    rw_clock_set_virtual(week_ms + 6000);
    tx = rw_tx_new(t->store);
    add_event(tx, "c", 1);
    store_test_commit(tx);
    assert_int_equal(count_of(t, "SELECT count(*) FROM tokens"), 147);
}

/* ------------------------------------------------------------------ workers */

#define WORKERS 3
#define EACH 200

struct crowd {
    struct store_test *t;
    pthread_mutex_t mutex;
    pthread_cond_t all_done;
    unsigned told, wrong, running;
};

struct sender {
    struct crowd *crowd;
    struct rw_worker *home;
    unsigned index, sent, told;
};

static struct sender senders[WORKERS];

static void send_next(struct sender *sender);

static void told(struct rw_tx *tx, enum rw_class class, const struct rw_err *err, void *arg)
{
    struct sender *sender = arg;
    struct crowd *crowd = sender->crowd;

    (void)tx;
    (void)err;
    sender->told++;
    pthread_mutex_lock(&crowd->mutex);
    crowd->told++;
    crowd->wrong += class != RW_OK || rw_worker_self() != sender->home;
    pthread_cond_signal(&crowd->all_done);
    pthread_mutex_unlock(&crowd->mutex);
    if (sender->sent < EACH)
        send_next(sender);
}

static void send_next(struct sender *sender)
{
    struct rw_tx *tx = rw_tx_new(sender->crowd->t->store);
    char id[37];

    add_event(tx, store_test_id(sender->index, id), sender->sent);
    if (sender->sent % 3)
        rw_tx_patient(tx);
    sender->sent++;
    rw_tx_submit(tx, told, sender);
}

static enum rw_class start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    struct sender *sender = &senders[rw_worker_index(worker)];

    (void)err;
    *sender = (struct sender){arg, worker, rw_worker_index(worker), 0, 0};
    for (int i = 0; i < 8; i++)
        send_next(sender);
    return RW_OK;
}

static void stop(struct rw_worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
}

/* Every worker's events are in its order, each told once, in its own loop; commits were shared. */
static void test_workers(void **state)
{
    struct store_test *t = *state;
    struct crowd crowd = {.t = t};
    struct rw_workers *workers = NULL;
    struct rw_row_event *events;
    struct rw_err err;
    size_t n;
    char id[37];

    (void)pthread_mutex_init(&crowd.mutex, NULL);
    (void)pthread_cond_init(&crowd.all_done, NULL);
    assert_int_equal(rw_workers_new(&workers, WORKERS, &err), RW_OK);
    assert_int_equal(rw_workers_start(workers, start, stop, &crowd, &err), RW_OK);
    pthread_mutex_lock(&crowd.mutex);
    while (crowd.told < WORKERS * EACH)
        pthread_cond_wait(&crowd.all_done, &crowd.mutex);
    pthread_mutex_unlock(&crowd.mutex);
    rw_workers_stop(workers);
    rw_workers_free(workers);
    assert_int_equal(crowd.wrong, 0);
    assert_int_equal(rw_store_last_seq(t->store), WORKERS * EACH);
    for (unsigned w = 0; w < WORKERS; w++) {
        assert_int_equal(senders[w].told, EACH);
        assert_int_equal(rw_store_events_of(t->reader, TENANT_A, store_test_id(w, id), &t->arena,
                                            &events, &n, NULL),
                         RW_OK);
        assert_int_equal(n, EACH);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(events[i].at_ms, i);
    }
    assert_true(t->store->commits < WORKERS * EACH / 2);
}

/* ------------------------------------------------------------------ one process at a time */

static void test_in_use(void **state)
{
    struct store_test *t = *state;
    const struct rw_store_options options = {.path = t->path};
    struct rw_store *second = NULL;
    struct rw_err err;
    long live = rw_mem_live();

    assert_int_equal(rw_store_open(&second, &options, &err), RW_CONFLICT);
    assert_string_equal(err.code, "store.in_use");
    assert_null(second);
    assert_int_equal(rw_mem_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_refused_alone, store_test_set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_generation, store_test_set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reopen, store_test_set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_keys, store_test_set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sweep, store_test_set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_workers, store_test_set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_in_use, store_test_set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
