/* store/store_int.h - what the files of src/store share; nobody else includes it. */
#ifndef RW_STORE_STORE_INT_H
#define RW_STORE_STORE_INT_H

#include "store/sql.h"
#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>

#define RW_TX_BYTES_MAX (4u << 20) /* all rows of one transaction */
#define RW_STORE_BUSY_MS 5000      /* how long another process may hold the file */

/* One change, ready to be bound. */
struct rw_op {
    struct rw_op *next;
    const struct rw_value *values;
    uint8_t count;
    uint8_t entity;    /* enum rw_entity_kind: whose row, for the error's text */
    uint8_t statement; /* enum rw_statement or an entity's insert, update, upsert, delete */
};

/* Statements of the writer: for each entity an insert, an update, an upsert, a delete, and these. */
enum rw_statement {
    RW_ST_INSERT = 0,
    RW_ST_UPDATE = RW_ENTITIES,
    RW_ST_UPSERT = 2 * RW_ENTITIES,
    RW_ST_DELETE = 3 * RW_ENTITIES,
    RW_ST_END_CONVERSATION = 4 * RW_ENTITIES,
    RW_ST_ADD_SPENDING,
    RW_ST_LIFT_FREEZE,
    RW_ST_REVOKE_TOKEN,
    RW_ST_REVOKE_TOKENS_OF_CLIENT,
    RW_ST_FORGET_KEY,   /* an idempotency key that has expired */
    RW_ST_SWEEP_KEYS,   /* the same, the oldest few of all */
    RW_ST_SWEEP_TOKENS, /* tokens that expired or were revoked long ago */
    RW_ST_BEGIN,
    RW_ST_COMMIT,
    RW_ST_ROLLBACK,
    RW_ST_SAVEPOINT,
    RW_ST_RELEASE,
    RW_ST_ROLLBACK_TO,
    RW_STATEMENTS
};

/*
 * Life of a transaction: being filled (its worker) -> queued -> in a batch (the writer) ->
 * finished -> done handler (its worker) -> freed. It has one owner at any moment.
 */
struct rw_tx {
    struct rw_mail mail; /* first: mail is turned back into its tx */
    struct rw_tx *next;  /* in the queue or the batch */
    struct rw_store *store;
    struct rw_worker *home; /* NULL: somebody waits in rw_tx_commit() */
    rw_tx_done_h *done;
    void *arg;
    struct rw_arena arena;
    struct rw_op *doubtful, **doubtful_end; /* may be refused; applied first */
    struct rw_op *ops, **ops_end;
    uint64_t now_ms;       /* wall clock of the one who made it */
    uint64_t submitted_us; /* monotonic */
    uint8_t doubts;        /* number of doubtful ops, saturated */
    bool patient;
    bool out_of_memory;
    bool changes_config; /* anything that caches were made from */
    bool finished;
    enum rw_class class;
    struct rw_err err;
};

/* What the writer's thread is waiting for; submitters wake it only then. */
enum rw_writer_wait {
    RW_WAIT_NOTHING, /* it is awake */
    RW_WAIT_FULL,    /* a full batch, or the time */
    RW_WAIT_URGENT,  /* anything urgent, or the time */
    RW_WAIT_ANY
};

struct rw_store {
    char *path;
    struct rw_store_options options;
    int lock_fd; /* of path.lock: one process at a time */
    sqlite3 *db; /* the writer's connection */
    sqlite3_stmt *statements[RW_STATEMENTS];
    _Atomic uint64_t generation, last_seq, commits;

    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows, and every tx's `finished` */
    pthread_cond_t wake;   /* the writer waits here */
    pthread_cond_t done;   /* rw_tx_commit() waits here */
    struct rw_tx *queue, **queue_end;
    uint32_t queued, queued_urgent;
    uint64_t urgent_us; /* when the oldest urgent one came */
    enum rw_writer_wait waiting;
    bool started, stopping;

    /* the writer's own */
    uint32_t load;     /* 0..8: how often company came of late */
    uint64_t sweep_ms; /* when to look for what has expired */
};

/* tx.c */
void rw_tx_finish(struct rw_tx *tx); /* frees */

/* writer.c */
RW_NODISCARD enum rw_class rw_writer_start(struct rw_store *store, struct rw_err *err);
void rw_writer_stop(struct rw_store *store);
void rw_writer_queue(struct rw_store *store, struct rw_tx *tx);

/* batch.c: applies and commits all, and fills in each tx's class and err. */
void rw_batch_commit(struct rw_store *store, struct rw_tx *batch);
void rw_batch_done(struct rw_store *store); /* finalizes the statements */

/* apply.c */
enum rw_verdict {
    RW_APPLIED,
    RW_REFUSED, /* this transaction only; tx->class and err say why */
    RW_BROKEN   /* the database failed: nothing of the batch can be kept */
};
int rw_apply_run(struct rw_store *store, unsigned statement, const struct rw_value *values,
                 unsigned count); /* SQLITE_DONE or a failure */
/* *ret_partly: something of it was applied before it was refused. */
enum rw_verdict rw_apply_tx(struct rw_store *store, struct rw_tx *tx, uint64_t *seq,
                            bool *ret_partly);

/* store_sqlite.c */
RW_NODISCARD enum rw_class rw_store_connect(const char *path, bool writer, sqlite3 **ret,
                                            struct rw_err *err);

#endif
