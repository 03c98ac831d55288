#include "base/clock.h"
#include "base/mem.h"
#include "store/store_int.h"

#include <assert.h>

struct rw_tx *rw_tx_new(struct rw_store *store)
{
    struct rw_tx *tx = rw_calloc(1, sizeof(*tx));

    if (!tx)
        return NULL;
    rw_arena_init(&tx->arena, RW_TX_BYTES_MAX);
    tx->store = store;
    tx->doubtful_end = &tx->doubtful;
    tx->ops_end = &tx->ops;
    tx->now_ms = rw_clock_wall_ms();
    return tx;
}

void rw_tx_finish(struct rw_tx *tx)
{
    rw_arena_done(&tx->arena);
    rw_free(tx);
}

void rw_tx_drop(struct rw_tx *tx)
{
    if (tx)
        rw_tx_finish(tx);
}

void rw_tx_patient(struct rw_tx *tx)
{
    tx->patient = true;
}

/* ------------------------------------------------------------------ puts */

static struct rw_op *add_op(struct rw_tx *tx, unsigned statement, enum rw_entity_kind entity,
                            bool doubtful)
{
    struct rw_op *op = rw_arena_alloc(&tx->arena, sizeof(*op));

    if (!op) {
        tx->out_of_memory = true;
        return NULL;
    }
    op->statement = (uint8_t)statement;
    op->entity = (uint8_t)entity;
    if (doubtful) {
        *tx->doubtful_end = op;
        tx->doubtful_end = &op->next;
        if (tx->doubts < 255)
            tx->doubts++;
    } else {
        *tx->ops_end = op;
        tx->ops_end = &op->next;
    }
    return op;
}

static void put_row(struct rw_tx *tx, unsigned statement, enum rw_entity_kind entity,
                    const void *row, bool doubtful)
{
    struct rw_op *op = add_op(tx, statement + entity, entity, doubtful);

    if (!op)
        return;
    op->values = rw_values_of_row(entity, row, &tx->arena);
    op->count = rw_entities[entity].count;
    if (!op->values)
        tx->out_of_memory = true;
}

static void put_versioned(struct rw_tx *tx, enum rw_entity_kind entity, const void *row,
                          uint32_t version)
{
    tx->changes_config = true;
    put_row(tx, version == 1 ? RW_ST_INSERT : RW_ST_UPDATE, entity, row, true);
}

/* A change that is no row: ids and texts are copied, in the order of the statement's parameters. */
static void put_change(struct rw_tx *tx, unsigned statement, enum rw_entity_kind entity,
                       const struct rw_value *values, unsigned count, bool doubtful)
{
    struct rw_op *op = add_op(tx, statement, entity, doubtful);
    struct rw_value *copy = rw_arena_alloc(&tx->arena, count * sizeof(*copy));

    if (!op || !copy) {
        tx->out_of_memory = true;
        return;
    }
    memcpy(copy, values, count * sizeof(*copy));
    for (unsigned i = 0; i < count; i++)
        if (copy[i].type == 't' || copy[i].type == 'b') {
            copy[i].p = rw_arena_copy(&tx->arena, (struct rw_slice){copy[i].p, copy[i].n});
            if (!copy[i].p)
                tx->out_of_memory = true;
        }
    op->values = copy;
    op->count = (uint8_t)count;
}

void rw_tx_put_tenant(struct rw_tx *tx, const struct rw_row_tenant *row)
{
    tx->changes_config = true;
    put_row(tx, RW_ST_UPSERT, RW_ENTITY_TENANT, row, false);
}

static void delete_row(struct rw_tx *tx, enum rw_entity_kind entity, const char *tenant_id,
                       const char *id, uint32_t version)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(id, space[0]), rw_value_id(tenant_id, space[1]),
                                      rw_value_int(version)};

    tx->changes_config = true;
    put_change(tx, RW_ST_DELETE + entity, entity, values, 3, true);
}

#define PUT_OF(name, KIND)                                                                         \
    void rw_tx_put_##name(struct rw_tx *tx, const struct rw_row_##name *row)                       \
    {                                                                                              \
        put_versioned(tx, KIND, row, row->version);                                                \
    }
#define PUT_AND_DELETE_OF(name, KIND)                                                              \
    PUT_OF(name, KIND)                                                                             \
    void rw_tx_delete_##name(struct rw_tx *tx, const char *tenant_id, const char *id,              \
                             uint32_t version)                                                     \
    {                                                                                              \
        delete_row(tx, KIND, tenant_id, id, version);                                              \
    }

PUT_OF(user, RW_ENTITY_USER)
PUT_OF(edge, RW_ENTITY_EDGE)
PUT_OF(client, RW_ENTITY_CLIENT)
PUT_OF(calling_policy, RW_ENTITY_CALLING_POLICY)
PUT_OF(spend_policy, RW_ENTITY_SPEND_POLICY)
PUT_AND_DELETE_OF(station, RW_ENTITY_STATION)
PUT_OF(call_limits, RW_ENTITY_CALL_LIMITS)
PUT_AND_DELETE_OF(trunk, RW_ENTITY_TRUNK)
PUT_AND_DELETE_OF(number, RW_ENTITY_NUMBER)
PUT_AND_DELETE_OF(did_pool, RW_ENTITY_DID_POOL)
PUT_AND_DELETE_OF(site, RW_ENTITY_SITE)
PUT_AND_DELETE_OF(route, RW_ENTITY_ROUTE)
PUT_AND_DELETE_OF(number_plan, RW_ENTITY_NUMBER_PLAN)
PUT_AND_DELETE_OF(extension_pool, RW_ENTITY_EXTENSION_POOL)
PUT_AND_DELETE_OF(extension, RW_ENTITY_EXTENSION)

void rw_tx_put_rates(struct rw_tx *tx, const struct rw_row_rate_book *book, const char *csv)
{
    const struct rw_row_rate_text text = {book->tenant_id, csv};

    put_versioned(tx, RW_ENTITY_RATE_BOOK, book, book->version);
    put_row(tx, RW_ST_UPSERT, RW_ENTITY_RATE_TEXT, &text, false);
}

void rw_tx_put_freeze(struct rw_tx *tx, const struct rw_row_freeze *row)
{
    tx->changes_config = true;
    put_row(tx, RW_ST_UPSERT, RW_ENTITY_FREEZE, row, false);
}

void rw_tx_lift_freeze(struct rw_tx *tx, const char *tenant_id, const char *id)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space[0]), rw_value_id(id, space[1])};

    tx->changes_config = true;
    put_change(tx, RW_ST_LIFT_FREEZE, RW_ENTITY_FREEZE, values, 2, false);
}

void rw_tx_put_token(struct rw_tx *tx, const struct rw_row_token *row)
{
    put_row(tx, RW_ST_INSERT, RW_ENTITY_TOKEN, row, true);
}

static void revoke(struct rw_tx *tx, enum rw_statement statement, const char *tenant_id,
                   const char *id, uint64_t at_ms)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space[0]), rw_value_id(id, space[1]),
                                      rw_value_int(at_ms)};

    tx->changes_config = true;
    put_change(tx, statement, RW_ENTITY_TOKEN, values, 3, false);
}

void rw_tx_revoke_token(struct rw_tx *tx, const char *tenant_id, const char *token_id,
                        uint64_t at_ms)
{
    revoke(tx, RW_ST_REVOKE_TOKEN, tenant_id, token_id, at_ms);
}

void rw_tx_revoke_tokens_of_client(struct rw_tx *tx, const char *tenant_id, const char *client_id,
                                   uint64_t at_ms)
{
    revoke(tx, RW_ST_REVOKE_TOKENS_OF_CLIENT, tenant_id, client_id, at_ms);
}

void rw_tx_add_conversation(struct rw_tx *tx, const struct rw_row_conversation *row)
{
    put_row(tx, RW_ST_INSERT, RW_ENTITY_CONVERSATION, row, false);
}

void rw_tx_end_conversation(struct rw_tx *tx, const char *tenant_id, const char *id,
                            uint64_t ended_ms, const char *disconnect, const char *reason)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space[0]), rw_value_id(id, space[1]),
                                      rw_value_int(ended_ms), rw_value_text(disconnect),
                                      rw_value_text(reason)};

    put_change(tx, RW_ST_END_CONVERSATION, RW_ENTITY_CONVERSATION, values, 5, false);
}

void rw_tx_add_participant(struct rw_tx *tx, const struct rw_row_participant *row)
{
    put_row(tx, RW_ST_INSERT, RW_ENTITY_PARTICIPANT, row, false);
}

void rw_tx_add_event(struct rw_tx *tx, const struct rw_row_event *row)
{
    put_row(tx, RW_ST_INSERT, RW_ENTITY_EVENT, row, false);
}

void rw_tx_add_idempotency(struct rw_tx *tx, const struct rw_row_idempotency *row)
{
    put_row(tx, RW_ST_INSERT, RW_ENTITY_IDEMPOTENCY, row, true);
}

void rw_tx_add_spending(struct rw_tx *tx, const char *tenant_id, const char *account, int64_t micro)
{
    char space[16];
    const struct rw_value values[] = {
        rw_value_id(tenant_id, space), rw_value_text(account), {.i = micro, .type = 'i'}};

    put_change(tx, RW_ST_ADD_SPENDING, RW_ENTITY_SPENDING, values, 3, false);
}

void rw_tx_add_audit(struct rw_tx *tx, const struct rw_row_audit *row)
{
    put_row(tx, RW_ST_INSERT, RW_ENTITY_AUDIT, row, false);
}

/* ------------------------------------------------------------------ submit */

static void tell(struct rw_mail *mail)
{
    struct rw_tx *tx = (struct rw_tx *)mail; /* its first member */

    rw_worker_arrived(tx->home);
    if (tx->done)
        tx->done(tx, tx->class, &tx->err, tx->arg);
    rw_tx_finish(tx);
}

void rw_tx_submit(struct rw_tx *tx, rw_tx_done_h *done, void *arg)
{
    tx->home = rw_worker_self();
    assert(tx->home); /* outside of a worker it is rw_tx_commit() */
    tx->done = done;
    tx->arg = arg;
    tx->mail.handle = tell;
    rw_worker_expect(tx->home);
    if (tx->out_of_memory) {
        tx->class = rw_fail_memory(&tx->err);
        rw_worker_post(tx->home, &tx->mail);
        return;
    }
    rw_writer_queue(tx->store, tx);
}

enum rw_class rw_tx_commit(struct rw_tx *tx, struct rw_err *err)
{
    struct rw_store *store = tx->store;
    enum rw_class class;

    if (tx->out_of_memory) {
        rw_tx_finish(tx);
        return rw_fail_memory(err);
    }
    rw_writer_queue(store, tx);
    pthread_mutex_lock(&store->mutex);
    while (!tx->finished)
        pthread_cond_wait(&store->done, &store->mutex);
    pthread_mutex_unlock(&store->mutex);
    class = tx->class;
    if (class != RW_OK && err)
        *err = tx->err;
    rw_tx_finish(tx);
    return class;
}
