/*
 * POST /oauth/token: a client shows its secret and gets a token (RFC 6749, 4.4). Answers have that
 * standard's form, with our error body's members beside it. The secret is verified off the loop, and
 * against a hash that nothing matches when there is no such client, so that both take as long.
 */
#include "api/answer.h"
#include "api_gen.h"
#include "auth/grant.h"
#include "auth/identity.h"
#include "base/clock.h"
#include "base/status.h"

#include <stdio.h>

/* A request between its reading and its answer. Lives in the request's arena. */
struct granting {
    struct rw_job job; /* first */
    struct rw_request *r;
    struct rw_grant_request asked;
    struct rw_row_client client;
    bool known, verified;
    struct rw_buf answer;
};

/* RFC 6749 section 5.2, and for a reader who knows our refusals, the entries of errors[]. */
static void answer_faults(struct rw_request *r, const char *error, bool challenge)
{
    struct rw_faults *faults = r->faults;
    const struct rw_err *first = &faults->at[0];
    struct rw_json_writer w;
    struct rw_buf body;

    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    rw_json_str(&w, "error", error);
    rw_json_str(&w, "error_description", first->message);
    rw_json_str(&w, "description", first->message);
    rw_json_str(&w, "contextId", r->correlation);
    rw_answer_entries(r, &w, "errors", faults, true);
    rw_json_close(&w);
    if (challenge)
        rw_http_reply_header(r->x, "WWW-Authenticate", RW_LIT("Basic realm=\"ringwright\""));
    rw_http_reply_header(r->x, "Cache-Control", RW_LIT("no-store"));
    rw_answer_json(r, rw_status_http(first->class), &body);
}

static void refuse(struct rw_request *r, const struct rw_grant_refusal *refusal)
{
    r->faults->count = r->faults->dropped = 0;
    rw_faults_add(r->faults, &refusal->err);
    answer_faults(r, refusal->error, refusal->challenge);
}

/* What is no fault of the client has no word in RFC 6749 but this one. */
static void refuse_for_us(struct rw_request *r, const struct rw_err *err)
{
    struct rw_grant_refusal refusal = {.error = "temporarily_unavailable", .err = *err};

    refuse(r, &refusal);
}

static void stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err, void *arg)
{
    struct granting *granting = arg;

    (void)tx;
    if (class != RW_OK) {
        rw_buf_done(&granting->answer);
        refuse_for_us(granting->r, err);
        return;
    }
    rw_http_reply_header(granting->r->x, "Cache-Control", RW_LIT("no-store"));
    rw_http_reply_header(granting->r->x, "Pragma", RW_LIT("no-cache"));
    rw_answer_json(granting->r, 200, &granting->answer);
}

static void write_answer(struct granting *granting, const struct rw_grant *grant)
{
    struct rw_json_writer w;

    rw_answer_init(&granting->answer);
    w = rw_json_writer(&granting->answer);
    rw_json_open_object(&w, NULL);
    rw_json_str(&w, "access_token", grant->text);
    rw_json_str(&w, "token_type", "bearer");
    rw_json_uint(&w, "expires_in", grant->expires_in);
    if (grant->scope[0])
        rw_json_str(&w, "scope", grant->scope);
    rw_json_close(&w);
}

static void verify(struct rw_job *job)
{
    struct granting *granting = (struct granting *)job;

    granting->verified =
        rw_secret_verify(granting->asked.secret,
                         granting->known ? granting->client.secret_hash : rw_secret_nobody());
}

static void verified(struct rw_job *job)
{
    struct granting *granting = (struct granting *)job;
    struct rw_request *r = granting->r;
    struct rw_grant_refusal refusal;
    struct rw_grant grant;
    struct rw_err err;
    struct rw_tx *tx;

    if (rw_grant_issue(r->api->with.auth_key, &granting->asked,
                       granting->known ? &granting->client : NULL, granting->verified,
                       rw_worker_index(r->api->with.worker), rw_clock_wall_ms(), r->arena, &grant,
                       &refusal) != RW_OK) {
        if (refusal.err.class == RW_UNAUTHENTICATED)
            rw_auth_peer_failed(r->api->with.auth, rw_slice_str(r->http->peer));
        refuse(r, &refusal);
        return;
    }
    tx = rw_tx_new(r->api->with.store);
    if (!tx) {
        rw_fail_memory(&err);
        refuse_for_us(r, &err);
        return;
    }
    write_answer(granting, &grant);
    rw_secret_wipe(grant.text, sizeof(grant.text));
    rw_tx_put_token(tx, &grant.row);
    rw_tx_submit(tx, stored, granting);
}

/* Who claims to ask. A client that is not there is no error yet: it will fail like a wrong secret. */
static enum rw_class find_client(struct granting *granting, struct rw_err *err)
{
    struct rw_request *r = granting->r;
    enum rw_class class = rw_store_find_client(r->api->with.reader, granting->asked.client_id,
                                               r->arena, &granting->client, err);

    granting->known = class == RW_OK;
    return class == RW_NOT_FOUND ? RW_OK : class;
}

void rw_op_postOauthToken(struct rw_request *r)
{
    struct granting *granting = rw_arena_alloc(r->arena, sizeof(*granting));
    struct rw_grant_refusal refusal;
    struct rw_err err;
    enum rw_class class;

    if (r->faults->count) { /* of its query or its content type */
        answer_faults(r, "invalid_request", false);
        return;
    }
    if (!granting) {
        rw_fail_memory(&err);
        refuse_for_us(r, &err);
        return;
    }
    granting->r = r;
    granting->job.run = verify;
    granting->job.done = verified;
    if (rw_grant_parse(r->http->body, rw_http_header(r->x, "Authorization"), r->arena,
                       &granting->asked, &refusal) != RW_OK) {
        refuse(r, &refusal);
        return;
    }
    class = rw_auth_peer_check(r->api->with.auth, rw_slice_str(r->http->peer), &err);
    if (class == RW_OK)
        class = find_client(granting, &err);
    if (class == RW_OK)
        class = rw_offload_submit(r->api->with.offload, &granting->job, &err);
    if (class != RW_OK)
        refuse_for_us(r, &err);
}
