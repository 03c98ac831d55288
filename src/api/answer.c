#include "api/answer.h"

#include "api/router.h"
#include "base/log.h"
#include "base/status.h"
#include "json/locate.h"
#include "json/read.h"

#include <stdio.h>

/* Where this server is, as the client reached it: what goes before the path of a help link. */
static struct rw_slice base_url(const struct rw_request *r)
{
    struct rw_slice host = rw_http_header(r->x, "Host");
    char *text;

    for (size_t i = 0; i < host.n; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]",
                    host.p[i]))
            return RW_LIT("");
    if (host.n == 0 || host.n > 120)
        return RW_LIT("");
    text = rw_arena_printf(r->arena, "http%s://%.*s", r->http && r->http->secure ? "s" : "",
                           RW_SLICE_ARG(host));
    return rw_slice_str(text);
}

static void release(struct rw_request *r)
{
    json_decref(r->body);
    r->body = NULL;
}

/* Everything goes out through here. */
static void send(struct rw_request *r, unsigned status, const char *type, struct rw_buf *body)
{
    rw_http_reply_header(r->x, "ININ-Correlation-Id", rw_slice_str(r->correlation));
    release(r);
    rw_http_reply(r->x, status, type, body);
}

/* The last resort: fixed text, and if even that finds no memory, a status alone. */
static void send_out_of_memory(struct rw_request *r)
{
    struct rw_buf body;

    rw_buf_init(&body, 512);
    rw_buf_printf(&body,
                  "{\"message\":\"the server is out of memory\",\"code\":\"service.unavailable\","
                  "\"status\":503,\"contextId\":\"%s\",\"errors\":[]}",
                  r->correlation);
    if (body.failed) {
        rw_buf_done(&body);
        send(r, 503, NULL, NULL);
        return;
    }
    send(r, 503, "application/json", &body);
}

#ifdef RW_CHECK_ANSWERS
/* True when the description of the API says that this operation answers so. */
static bool fits_description(const struct rw_request *r, unsigned status, struct rw_slice body)
{
    const struct rw_response *response;
    struct rw_faults faults = {.count = 0};
    struct rw_err err;
    json_t *tree;
    char quoted[RW_LOG_VALUE];

    if (!r->operation)
        return true;
    response = rw_router_response(r->operation, status);
    if (!response) {
        rw_log(RW_LOG_ERROR, "api.answer_undescribed", "operation=%s status=%u", r->operation->id,
               status);
        return false;
    }
    if (body.n && body.p[0] == '"') /* of answers, unlike of requests, a bare string is one */
        return true;
    if (rw_json_read(body, &(struct rw_json_limits){.bytes_max = RW_ANSWER_BYTES_MAX}, &tree,
                     &err) != RW_OK) {
        if (err.class == RW_NO_MEMORY) /* then nobody can say */
            return true;
        rw_faults_add(&faults, &err);
    } else {
        if (response->schema)
            rw_schema_check(response->schema, tree, RW_SCHEMA_RESPONSE, &faults, NULL);
        json_decref(tree);
    }
    for (uint32_t i = 0; i < faults.count; i++)
        rw_log(RW_LOG_ERROR, "api.answer_not_as_described", "operation=%s status=%u at=%s why=%s",
               r->operation->id, status, faults.at[i].pointer,
               rw_log_quote(quoted, rw_slice_str(faults.at[i].message)));
    return faults.count == 0;
}
#endif

void rw_answer_json(struct rw_request *r, unsigned status, struct rw_buf *body)
{
    if (body->failed) {
        rw_buf_done(body);
        send_out_of_memory(r);
        return;
    }
#ifdef RW_CHECK_ANSWERS
    if (!fits_description(r, status, rw_buf_slice(body)) && status != 500) {
        struct rw_err err;

        rw_buf_done(body);
        rw_fail(&err, RW_BUG, "server.bug",
                "the answer to %s is not as the description says; the log names the difference",
                r->operation->id);
        rw_answer_err(r, &err);
        return;
    }
#endif
    send(r, status, "application/json", body);
}

void rw_answer_text(struct rw_request *r, unsigned status, const char *content_type,
                    struct rw_slice text)
{
    struct rw_buf body;

    rw_buf_init(&body, text.n);
    rw_buf_put(&body, text);
    if (body.failed) {
        rw_buf_done(&body);
        send_out_of_memory(r);
        return;
    }
    send(r, status, content_type, &body);
}

void rw_answer_nothing(struct rw_request *r, unsigned status)
{
    send(r, status, NULL, NULL);
}

/* RFC 6750 section 3: what a refused token is told in a header. */
static void challenge(struct rw_request *r, const struct rw_err *err)
{
    char text[256];

    if (err->class == RW_UNAUTHENTICATED) {
        if (rw_http_header(r->x, "Authorization").n == 0)
            (void)snprintf(text, sizeof(text), "Bearer realm=\"ringwright\"");
        else
            (void)snprintf(text, sizeof(text),
                           "Bearer realm=\"ringwright\", error=\"invalid_token\"");
    } else if (err->class == RW_FORBIDDEN && err->code && strncmp(err->code, "auth.", 5) == 0) {
        const char *const *scopes = r->operation ? r->operation->scopes : NULL;

        (void)snprintf(text, sizeof(text),
                       "Bearer realm=\"ringwright\", error=\"insufficient_scope\"%s%s%s",
                       scopes && scopes[0] ? ", scope=\"" : "",
                       scopes && scopes[0] ? scopes[0] : "", scopes && scopes[0] ? "\"" : "");
    } else {
        return;
    }
    rw_http_reply_header(r->x, "WWW-Authenticate", rw_slice_str(text));
}

/* Gives what was found in the body its line and column. */
static void locate(const struct rw_request *r, struct rw_faults *faults)
{
    if (r->http && r->http->body.n && !(r->operation && r->operation->body == RW_OPERATION_CSV))
        rw_schema_locate(r->http->body, faults);
}

/* HTTP has numbers of its own for some of what the listener refuses before there is an operation. */
static unsigned status_of(const struct rw_request *r, const struct rw_err *err)
{
    return r->operation ? rw_status_http(err->class) : rw_http_refusal_status(err);
}

static void refuse(struct rw_request *r, struct rw_faults *faults, struct rw_faults *warnings)
{
    struct rw_refusal refusal = {
        .status = status_of(r, &faults->at[0]),
        .faults = faults,
        .warnings = warnings,
        .context_id = r->correlation,
        .base = base_url(r),
        .suggested = r->suggested,
        .missing = r->missing,
    };
    struct rw_buf body;

    locate(r, faults);
    if (warnings)
        locate(r, warnings);
    challenge(r, &faults->at[0]);
    rw_answer_init(&body);
    rw_answer_write(&body, &refusal);
    rw_answer_json(r, refusal.status, &body);
}

void rw_answer_refuse(struct rw_request *r)
{
    refuse(r, r->faults, r->warnings);
}

void rw_answer_err(struct rw_request *r, const struct rw_err *err)
{
    struct rw_faults *one = r->faults;

    one->count = 0;
    one->dropped = 0;
    rw_faults_add(one, err);
    refuse(r, one, NULL);
}

void rw_answer_entries(struct rw_request *r, struct rw_json_writer *w, const char *key,
                       struct rw_faults *faults, bool with_status)
{
    locate(r, faults);
    rw_answer_write_entries(w, key, faults, with_status, base_url(r));
}

void rw_answer_warnings(struct rw_request *r, struct rw_json_writer *w)
{
    if (r->warnings->count == 0)
        return;
    rw_answer_entries(r, w, "warnings", r->warnings, false);
}
