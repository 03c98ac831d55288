/* GET the audit: who changed the configuration, when, and under which correlation id. */
#include "api/answer.h"
#include "api/paging.h"
#include "api_gen.h"

static void write_row(struct rw_json_writer *w, const struct rw_row_audit *row)
{
    rw_json_open_object(w, NULL);
    rw_json_uint(w, "seq", row->seq);
    rw_json_time(w, "at", row->at_ms);
    rw_json_str(w, "actor", row->actor);
    rw_json_str(w, "action", row->action);
    rw_json_opt(w, "entity", row->entity);
    rw_json_opt(w, "correlationId", row->correlation_id);
    rw_json_opt(w, "detail", row->detail);
    rw_json_close(w);
}

void rw_op_getRingwrightAudit(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, NULL);
    struct rw_row_audit *rows;
    size_t count;

    if (!rw_listing_open(&listing,
                         rw_store_list_audit(r->api->with.reader, rw_request_tenant(r),
                                             &listing.page, r->arena, &rows, &count, &listing.err)))
        return;
    for (size_t i = 0; i < count; i++)
        write_row(&listing.w, &rows[i]);
    rw_listing_close(&listing);
}
