/*
 * One batch: many transactions in one transaction of the database.
 *
 *     BEGIN -> apply each tx -> (sweep) -> COMMIT -> all told
 *                  |                         |
 *                  | refused with nothing    | failed: ROLLBACK, all told so
 *                  | of it applied: skip it
 *                  | refused half-way, in a savepoint: undone alone
 *                  | refused half-way, without one: ROLLBACK, again with savepoints for all
 *                  | database broken: ROLLBACK, all told so
 *
 * A savepoint costs as much as a row, so it is made only for a tx with two or more changes that may
 * be refused: the first such change is applied first, with nothing to undo yet. Any other refusal
 * (the same id twice, say) is a rarity that pays for doing the batch over.
 */
#include "base/clock.h"
#include "store/store_int.h"

#define SWEEP_EVERY_MS 10000u
#define SWEEP_ROWS 64
#define TOKENS_KEPT_MS                                                                             \
    (UINT64_C(7) * 24 * 3600 * 1000) /* so that an old token is called expired, not unknown */

static void fail_all(struct rw_tx *batch, enum rw_class class, const struct rw_err *err)
{
    for (struct rw_tx *tx = batch; tx; tx = tx->next) {
        tx->class = class;
        tx->err = *err;
    }
}

static void roll_back(struct rw_store *store)
{
    /* After some failures SQLite has done it by itself. */
    if (!sqlite3_get_autocommit(store->db))
        (void)rw_apply_run(store, RW_ST_ROLLBACK, NULL, 0);
}

/* A bounded bite of what has expired; goes on with the next batch while there is more. */
static int sweep(struct rw_store *store, uint64_t now_ms)
{
    uint64_t old_ms = now_ms > TOKENS_KEPT_MS ? now_ms - TOKENS_KEPT_MS : 0;
    struct rw_value values[] = {rw_value_int(now_ms), rw_value_int(SWEEP_ROWS)};
    int rc, gone;

    if (now_ms < store->sweep_ms)
        return SQLITE_DONE;
    rc = rw_apply_run(store, RW_ST_SWEEP_KEYS, values, 2);
    if (rc != SQLITE_DONE)
        return rc;
    gone = sqlite3_changes(store->db);
    values[0] = rw_value_int(old_ms);
    rc = rw_apply_run(store, RW_ST_SWEEP_TOKENS, values, 2);
    if (rc != SQLITE_DONE)
        return rc;
    if (gone < SWEEP_ROWS && sqlite3_changes(store->db) < SWEEP_ROWS)
        store->sweep_ms = now_ms + SWEEP_EVERY_MS;
    return SQLITE_DONE;
}

enum outcome { COMMITTED, FAILED, AGAIN };

/* One tx, in a savepoint when it might have to be undone alone. */
static enum rw_verdict apply_one(struct rw_store *store, struct rw_tx *tx, bool careful,
                                 uint64_t *seq, bool *ret_again)
{
    bool guarded = careful || tx->doubts > 1, partly;
    uint64_t before = *seq;
    enum rw_verdict verdict;
    int rc = SQLITE_DONE;

    tx->class = RW_OK;
    if (guarded)
        rc = rw_apply_run(store, RW_ST_SAVEPOINT, NULL, 0);
    if (rc == SQLITE_DONE) {
        verdict = rw_apply_tx(store, tx, seq, &partly);
        if (verdict == RW_REFUSED) {
            *seq = before;
            if (guarded)
                rc = rw_apply_run(store, RW_ST_ROLLBACK_TO, NULL, 0);
            else
                *ret_again = partly;
        }
        if (verdict == RW_BROKEN)
            return verdict;
        if (guarded && rc == SQLITE_DONE)
            rc = rw_apply_run(store, RW_ST_RELEASE, NULL, 0);
        if (rc == SQLITE_DONE)
            return verdict;
    }
    tx->class = rw_sql_fail(store->db, rc, "savepoint", &tx->err);
    return RW_BROKEN;
}

static enum outcome run(struct rw_store *store, struct rw_tx *batch, bool careful)
{
    uint64_t seq = store->last_seq, now_ms = 0;
    bool again = false, config = false;
    struct rw_err err;
    int rc = rw_apply_run(store, RW_ST_BEGIN, NULL, 0);

    for (struct rw_tx *tx = batch; tx && rc == SQLITE_DONE; tx = tx->next) {
        enum rw_verdict verdict = apply_one(store, tx, careful, &seq, &again);

        if (verdict == RW_BROKEN) {
            roll_back(store);
            err = tx->err;
            fail_all(batch, err.class, &err);
            return FAILED;
        }
        if (again) {
            roll_back(store);
            return AGAIN;
        }
        if (verdict == RW_APPLIED && tx->changes_config)
            config = true;
        if (tx->now_ms > now_ms)
            now_ms = tx->now_ms;
    }
    if (rc == SQLITE_DONE)
        rc = sweep(store, now_ms);
    if (rc == SQLITE_DONE)
        rc = rw_apply_run(store, RW_ST_COMMIT, NULL, 0);
    if (rc != SQLITE_DONE) {
        enum rw_class class = rw_sql_fail(store->db, rc, "commit", &err);

        roll_back(store);
        fail_all(batch, class, &err);
        return FAILED;
    }
    store->last_seq = seq;
    if (config)
        store->generation++;
    store->commits++;
    return COMMITTED;
}

void rw_batch_commit(struct rw_store *store, struct rw_tx *batch)
{
    if (run(store, batch, false) == AGAIN)
        (void)run(store, batch, true);
}

void rw_batch_done(struct rw_store *store)
{
    for (unsigned i = 0; i < RW_STATEMENTS; i++) {
        sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
}
