/* Who may place no calls: clients and tokens that were frozen, and how that is lifted. */
#include "api/change.h"
#include "api/paging.h"
#include "api/resource.h"
#include "api_gen.h"

static void write_freeze(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_freeze *row = arg;

    (void)r;
    rw_json_str(w, "id", row->id);
    rw_json_str(w, "kind", row->kind);
    rw_json_str(w, "reason", row->reason);
    rw_json_time(w, "dateCreated", row->created_ms);
}

static const struct rw_resource kind = {
    .code = "freeze.not_found",
    .what = "freeze",
    .param = "freezeId",
    .list = "GET /api/v2/ringwright/freezes",
    .write = write_freeze,
};
static const struct rw_sort sorts[] = {{"id", "id"}, {"dateCreated", "created_ms"}, {NULL, NULL}};

void rw_op_getRingwrightFreezes(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, sorts);
    struct rw_row_freeze *rows = NULL;
    size_t count = 0;
    enum rw_class class =
        rw_store_list_freezes(r->api->with.reader, rw_request_tenant(r), &listing.page, r->arena,
                              &rows, &count, &listing.err);

    rw_resource_list(&listing, &kind, class, rows, sizeof(*rows), count);
}

void rw_op_deleteRingwrightFreeze(struct rw_request *r)
{
    struct rw_row_freeze row;
    struct rw_err err;
    struct rw_tx *tx;

    if (!rw_resource_found(r, &kind,
                           rw_store_get_freeze(r->api->with.reader, rw_request_tenant(r),
                                               rw_request_param(r, "freezeId"), r->arena, &row,
                                               &err),
                           &err))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_lift_freeze(tx, row.tenant_id, row.id);
    rw_change_commit(r, tx, "token.thaw", row.id, row.reason, 200, NULL);
}
