#include "api/change.h"

#include "api/answer.h"
#include "auth/identity.h"
#include "base/clock.h"

#include <string.h>

/* Attempts after which "somebody was faster" is what the client is told. */
#define TRIES_MAX 3

struct change {
    struct rw_request *r;
    struct rw_buf body;
    bool has_body;
    unsigned status;
};

static void stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err, void *arg)
{
    struct change *change = arg;
    struct rw_request *r = change->r;

    (void)tx;
    if (class == RW_OK && change->has_body) {
        rw_answer_json(r, change->status, &change->body);
        return;
    }
    rw_buf_done(&change->body);
    if (class == RW_OK)
        rw_answer_nothing(r, change->status);
    else if (class == RW_CONFLICT && strcmp(err->code, "store.version") == 0 &&
             ++r->tries < TRIES_MAX)
        rw_request_judge(r);
    else
        rw_answer_err(r, err);
}

static void fail(struct rw_request *r, struct rw_tx *tx, struct rw_buf *body)
{
    struct rw_err err;

    if (tx)
        rw_tx_drop(tx);
    if (body)
        rw_buf_done(body);
    rw_fail_memory(&err);
    rw_answer_err(r, &err);
}

void rw_change_commit(struct rw_request *r, struct rw_tx *tx, const char *action,
                      const char *entity, const char *detail, unsigned status, struct rw_buf *body)
{
    struct change *change = rw_arena_alloc(r->arena, sizeof(*change));

    if (!tx || !change || (body && body->failed)) {
        fail(r, tx, body);
        return;
    }
    *change = (struct change){.r = r, .has_body = body != NULL, .status = status};
    if (body) {
        change->body = *body;
        *body = (struct rw_buf){.max = 0};
    }
    rw_tx_add_audit(tx, &(struct rw_row_audit){
                            .tenant_id = rw_request_tenant(r),
                            .actor = rw_request_actor(r),
                            .action = action,
                            .entity = entity,
                            .correlation_id = r->correlation,
                            .detail = detail,
                            .at_ms = rw_clock_wall_ms(),
                        });
    rw_tx_submit(tx, stored, change);
}

enum rw_class rw_change_stale(struct rw_err *err, uint64_t sent, uint32_t stored_version)
{
    rw_fail(err, RW_CONFLICT, "version.conflict",
            "the change starts from version %llu, but version %u is stored",
            (unsigned long long)sent, stored_version);
    rw_err_at(err, "/version", -1, 0);
    rw_err_found(err, "%llu", (unsigned long long)sent);
    rw_err_expected(err, "%u, after reading what it holds", stored_version);
    return RW_CONFLICT;
}
