/*
 * What can be asked of calls that were placed: the user's open ones, one by its id, and its end.
 */
#include "api/answer.h"
#include "api/paging.h"
#include "api/render_call.h"
#include "api_gen.h"
#include "auth/identity.h"
#include "exchange/exchange.h"

#include <jansson.h>

/*
 * The conversation of the path. An id of another tenant is answered exactly as one that never was:
 * the text does not even repeat the id.
 */
static bool find(struct rw_request *r, struct rw_row_conversation *ret)
{
    const char *id = rw_request_param(r, "conversationId");
    struct rw_err err;
    enum rw_class class;

    class = rw_store_get_conversation(r->api->with.reader, rw_request_tenant(r), id, r->arena, ret,
                                      &err);
    if (class == RW_OK)
        return true;
    if (class == RW_NOT_FOUND) {
        rw_fail(&err, RW_NOT_FOUND, "conversation.not_found",
                "no conversation of this tenant has the id in the path");
        rw_err_at(&err, "{conversationId}", -1, 0);
        rw_err_expected(&err, "the id that POST /api/v2/conversations/calls answered with");
    }
    rw_answer_err(r, &err);
    return false;
}

typedef void(render_h)(struct rw_json_writer *w, const char *key,
                       const struct rw_conversation_view *view);

static void answer_conversation(struct rw_request *r, const struct rw_row_conversation *row,
                                render_h *render)
{
    struct rw_conversation_view view;
    struct rw_json_writer w;
    struct rw_buf body;
    struct rw_err err;

    if (rw_conversation_read(r, row, &view, &err)) {
        rw_answer_err(r, &err);
        return;
    }
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    render(&w, NULL, &view);
    rw_answer_json(r, 200, &body);
}

void rw_op_getConversationsCall(struct rw_request *r)
{
    struct rw_row_conversation row;

    if (find(r, &row))
        answer_conversation(r, &row, rw_render_call_conversation);
}

void rw_op_getConversation(struct rw_request *r)
{
    struct rw_row_conversation row;

    if (find(r, &row))
        answer_conversation(r, &row, rw_render_conversation);
}

static enum rw_class write_list(struct rw_request *r, struct rw_json_writer *w,
                                const struct rw_row_conversation *rows, size_t count,
                                struct rw_err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct rw_conversation_view view;
        enum rw_class class = rw_conversation_read(r, &rows[i], &view, err);

        if (class != RW_OK)
            return class;
        rw_render_call_conversation(w, NULL, &view);
    }
    return RW_OK;
}

void rw_op_getConversationsCalls(struct rw_request *r)
{
    struct rw_listing listing = rw_listing_begin(r, NULL);
    struct rw_row_conversation *rows;
    size_t count;

    if (!rw_listing_open(&listing, rw_store_list_open(r->api->with.reader, rw_request_tenant(r),
                                                      r->identity->user_id, &listing.page, r->arena,
                                                      &rows, &count, &listing.err)))
        return;
    if (write_list(r, &listing.w, rows, count, &listing.err)) {
        rw_buf_done(&listing.body);
        rw_answer_err(r, &listing.err);
        return;
    }
    rw_listing_close(&listing);
}

/* ------------------------------------------------------------------ the end of a call */

static void refuse_ended(struct rw_request *r, const struct rw_row_conversation *row)
{
    struct rw_err err;

    rw_fail(&err, RW_CONFLICT, "conversation.ended", "the conversation is over already%s%s",
            row->reason ? ": " : "", row->reason ? row->reason : "");
    rw_err_at(&err, "{conversationId}", -1, 0);
    rw_answer_err(r, &err);
}

/* A hang-up on its way: what to do when the owner of the call has taken it. */
struct hangup {
    struct rw_request *r;
    struct rw_row_conversation row;
    void (*answer)(struct rw_request *r, const struct rw_row_conversation *row);
};

static void hung_up(enum rw_class class, void *arg)
{
    struct hangup *hangup = arg;
    struct rw_err err;

    if (class == RW_OK) {
        hangup->answer(hangup->r, &hangup->row);
    } else if (class == RW_NOT_FOUND) {
        refuse_ended(hangup->r, &hangup->row);
    } else {
        rw_fail(&err, class, "server.busy", "the call could not be reached to end it; try again");
        rw_answer_err(hangup->r, &err);
    }
}

static void hang_up(struct rw_request *r,
                    void (*answer)(struct rw_request *r, const struct rw_row_conversation *row))
{
    struct hangup *hangup = rw_arena_alloc(r->arena, sizeof(*hangup));
    struct rw_err err;

    if (!hangup) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return;
    }
    hangup->r = r;
    hangup->answer = answer;
    if (!find(r, &hangup->row))
        return;
    if (hangup->row.ended_ms || !r->api->with.exchange) {
        refuse_ended(r, &hangup->row);
        return;
    }
    rw_exchange_hangup(r->api->with.exchange, hangup->row.tenant_id, hangup->row.id, hung_up,
                       hangup);
}

static void answer_changed(struct rw_request *r, const struct rw_row_conversation *row)
{
    answer_conversation(r, row, rw_render_conversation);
}

/* The one state that the description lets through is "disconnected". */
void rw_op_patchConversationsCall(struct rw_request *r)
{
    hang_up(r, answer_changed);
}

/* CallCommand places the call of a callback, and callbacks there are none. */
void rw_op_postConversationsCall(struct rw_request *r)
{
    struct rw_row_conversation row;
    struct rw_err err;

    if (!find(r, &row))
        return;
    rw_fail(&err, RW_MALFORMED, "conversation.command_unsupported",
            "callNumber places the call of a waiting callback, and this conversation is none");
    rw_err_at(&err, "/callNumber", -1, 0);
    rw_err_expected(&err, "POST /api/v2/conversations/calls for a new call");
    rw_answer_err(r, &err);
}

static void answer_accepted(struct rw_request *r, const struct rw_row_conversation *row)
{
    struct rw_json_writer w;
    struct rw_buf body;

    (void)row;
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_str(&w, NULL, "disconnecting");
    rw_answer_json(r, 202, &body);
}

void rw_op_postConversationDisconnect(struct rw_request *r)
{
    hang_up(r, answer_accepted);
}
