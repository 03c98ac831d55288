#include "store/store_int.h"

static const char *const special[RW_STATEMENTS] = {
    [RW_ST_END_CONVERSATION] = ("UPDATE conversations SET ended_ms=?3, disconnect=?4, reason=?5"
                                " WHERE tenant_id=?1 AND id=?2 AND ended_ms=0"),
    [RW_ST_ADD_SPENDING] = ("INSERT INTO spending (tenant_id,account,micro) VALUES (?1,?2,?3)"
                            " ON CONFLICT DO UPDATE SET micro=micro+?3"),
    [RW_ST_LIFT_FREEZE] = "DELETE FROM freezes WHERE tenant_id=?1 AND id=?2",
    [RW_ST_REVOKE_TOKEN] = ("UPDATE tokens SET revoked_ms=?3"
                            " WHERE tenant_id=?1 AND id=?2 AND revoked_ms=0"),
    [RW_ST_REVOKE_TOKENS_OF_CLIENT] = ("UPDATE tokens SET revoked_ms=?3"
                                       " WHERE tenant_id=?1 AND client_id=?2 AND revoked_ms=0"),
    [RW_ST_FORGET_KEY] = ("DELETE FROM idempotency"
                          " WHERE tenant_id=?1 AND key=?2 AND expires_ms<=?7"),
    [RW_ST_SWEEP_KEYS] = ("DELETE FROM idempotency WHERE expires_ms<=?1 AND seq IN"
                          " (SELECT seq FROM idempotency ORDER BY seq LIMIT ?2)"),
    [RW_ST_SWEEP_TOKENS] = ("DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens"
                            " WHERE expires_ms>0 AND expires_ms<=?1 ORDER BY expires_ms LIMIT ?2)"),
    [RW_ST_BEGIN] = "BEGIN IMMEDIATE",
    [RW_ST_COMMIT] = "COMMIT",
    [RW_ST_ROLLBACK] = "ROLLBACK",
    [RW_ST_SAVEPOINT] = "SAVEPOINT tx",
    [RW_ST_RELEASE] = "RELEASE tx",
    [RW_ST_ROLLBACK_TO] = "ROLLBACK TO tx",
};

static int prepare(struct rw_store *store, unsigned statement)
{
    enum rw_entity_kind entity = statement % RW_ENTITIES;
    struct rw_buf sql;
    int rc;

    if (special[statement])
        return rw_sql_prepare(store->db, rw_slice_str(special[statement]),
                              &store->statements[statement]);
    rw_buf_init(&sql, 4096);
    if (statement < RW_ST_UPDATE)
        rw_sql_insert(&sql, entity);
    else if (statement < RW_ST_UPSERT)
        rw_sql_update(&sql, entity);
    else if (statement < RW_ST_DELETE)
        rw_sql_upsert(&sql, entity);
    else
        rw_sql_delete(&sql, entity);
    rc = sql.failed ? SQLITE_NOMEM
                    : rw_sql_prepare(store->db, rw_buf_slice(&sql), &store->statements[statement]);
    rw_buf_done(&sql);
    return rc;
}

int rw_apply_run(struct rw_store *store, unsigned statement, const struct rw_value *values,
                 unsigned count)
{
    sqlite3_stmt *stmt;
    int rc = store->statements[statement] ? SQLITE_OK : prepare(store, statement);

    if (rc != SQLITE_OK)
        return rc;
    stmt = store->statements[statement];
    rw_values_bind(stmt, values, count);
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        rc = SQLITE_DONE;
    (void)sqlite3_reset(stmt);
    return rc;
}

static enum rw_verdict refuse(struct rw_tx *tx, enum rw_class class, const char *code,
                              const char *text, const char *found)
{
    tx->class = rw_fail(&tx->err, class, code, "%s", text);
    rw_err_found(&tx->err, "%s", found);
    return RW_REFUSED;
}

/* What a constraint that stands in the way means to the one who made the transaction. */
static enum rw_verdict refuse_constraint(struct rw_store *store, struct rw_tx *tx,
                                         const struct rw_op *op)
{
    const char *table = rw_entities[op->entity].table;
    int rc = sqlite3_extended_errcode(store->db);

    if (rc == SQLITE_CONSTRAINT_NOTNULL)
        return refuse(tx, RW_BUG, "store.incomplete", "a row lacks what it must have",
                      sqlite3_errmsg(store->db));
    if (rc == SQLITE_CONSTRAINT_PRIMARYKEY && rw_entities[op->entity].version)
        return refuse(tx, RW_CONFLICT, "store.version",
                      "a row of this id is there already; replacing it takes its next version",
                      table);
    return refuse(tx, RW_CONFLICT, "store.exists", "a row like this is there already", table);
}

/* An expired key that was not swept yet is as good as none. */
static int retry_key(struct rw_store *store, const struct rw_op *op)
{
    int rc = rw_apply_run(store, RW_ST_FORGET_KEY, op->values, 7);

    if (rc == SQLITE_DONE && sqlite3_changes(store->db) > 0)
        return rw_apply_run(store, op->statement, op->values, op->count);
    return rc == SQLITE_DONE ? SQLITE_CONSTRAINT : rc;
}

/* An update or a delete, which finds its row by the version before. */
static bool needs_its_row(const struct rw_op *op)
{
    return (op->statement >= RW_ST_UPDATE && op->statement < RW_ST_UPSERT) ||
           (op->statement >= RW_ST_DELETE && op->statement < RW_ST_END_CONVERSATION);
}

static enum rw_verdict apply_op(struct rw_store *store, struct rw_tx *tx, const struct rw_op *op,
                                uint64_t *seq)
{
    int rc;

    if (op->statement == RW_ST_INSERT + RW_ENTITY_EVENT ||
        op->statement == RW_ST_INSERT + RW_ENTITY_AUDIT) {
        struct rw_value numbered[RW_VALUES_MAX];

        memcpy(numbered, op->values, op->count * sizeof(*numbered));
        if (op->entity == RW_ENTITY_EVENT)
            numbered[0] = rw_value_int(++*seq);
        else /* SQLite numbers the audit itself */
            numbered[0] = (struct rw_value){.type = 'n'};
        rc = rw_apply_run(store, op->statement, numbered, op->count);
    } else {
        rc = rw_apply_run(store, op->statement, op->values, op->count);
    }
    if ((rc & 0xff) == SQLITE_CONSTRAINT && op->entity == RW_ENTITY_IDEMPOTENCY) {
        rc = retry_key(store, op);
        if (rc == SQLITE_CONSTRAINT)
            return refuse(tx, RW_CONFLICT, "store.exists", "this key was used already",
                          rw_entities[op->entity].table);
    }
    if ((rc & 0xff) == SQLITE_CONSTRAINT)
        return refuse_constraint(store, tx, op);
    if (rc != SQLITE_DONE) {
        tx->class = rw_sql_fail(store->db, rc, rw_entities[op->entity].table, &tx->err);
        return RW_BROKEN;
    }
    if (needs_its_row(op) && sqlite3_changes(store->db) == 0)
        return refuse(tx, RW_CONFLICT, "store.version",
                      "the row was changed by somebody else, or is not there",
                      rw_entities[op->entity].table);
    return RW_APPLIED;
}

enum rw_verdict rw_apply_tx(struct rw_store *store, struct rw_tx *tx, uint64_t *seq,
                            bool *ret_partly)
{
    enum rw_verdict verdict = RW_APPLIED;

    *ret_partly = false;
    for (struct rw_op *op = tx->doubtful; op && verdict == RW_APPLIED; op = op->next) {
        *ret_partly = op != tx->doubtful;
        verdict = apply_op(store, tx, op, seq);
    }
    for (struct rw_op *op = tx->ops; op && verdict == RW_APPLIED; op = op->next) {
        *ret_partly = tx->doubtful || op != tx->ops;
        verdict = apply_op(store, tx, op, seq);
    }
    return verdict;
}
