#include "api/answer.h"

#include "api/vendor.h"
#include "base/status.h"

#include <stdio.h>
#include <string.h>

/* What a message may speak of, each under the name it has in messageParams. */
struct param {
    const char *name, *value;
};

#define PARAMS 4

static const char *code_of(const struct rw_err *err)
{
    return err->code ? err->code : "server.bug";
}

/* "/to/phoneNumber" is "to.phoneNumber" to a reader, "/participants/0" "participants[0]". */
static void field_name(const char *pointer, struct rw_buf *ret)
{
    const char *p = pointer;
    size_t n;

    if (*p == '?' || *p == '{')
        p++;
    if (*p != '/') { /* a parameter or a header */
        n = strcspn(p, ":}");
        rw_buf_put(ret, (struct rw_slice){p, n});
        return;
    }
    for (bool first = true; *p == '/'; first = false) {
        n = strcspn(++p, "/");
        if (n && strspn(p, "0123456789") == n) {
            rw_buf_printf(ret, "[%.*s]", (int)n, p);
        } else {
            if (!first)
                rw_buf_putc(ret, '.');
            rw_buf_put(ret, (struct rw_slice){p, n});
        }
        p += n;
    }
}

/* The message with each value that it quotes replaced by its name in braces. */
static void write_template(struct rw_buf *ret, const char *message, const struct param *params)
{
    bool used[PARAMS] = {false};

    while (*message) {
        size_t best = PARAMS, best_n = 0;

        for (size_t i = 0; i < PARAMS; i++) {
            size_t n = strlen(params[i].value);

            if (!used[i] && n > 1 && n > best_n && strncmp(message, params[i].value, n) == 0) {
                best = i;
                best_n = n;
            }
        }
        if (best < PARAMS) {
            used[best] = true;
            rw_buf_printf(ret, "{%s}", params[best].name);
            message += best_n;
        } else {
            rw_buf_putc(ret, *message++);
        }
    }
}

static void write_params(struct rw_json_writer *w, const struct rw_err *err)
{
    struct rw_buf field, template;

    rw_buf_init(&field, 1024);
    rw_buf_init(&template, 1024);
    field_name(err->pointer, &field);
    const struct param params[PARAMS] = {
        {"field", field.p ? field.p : ""},
        {"found", err->found},
        {"expected", err->expected},
        {"suggestion", err->suggestion},
    };
    write_template(&template, err->message, params);
    if (field.failed || template.failed)
        w->buf->failed = true;

    rw_json_slice(w, "messageWithParams", rw_buf_slice(&template));
    rw_json_open_object(w, "messageParams");
    for (size_t i = 0; i < PARAMS; i++)
        if (params[i].value[0])
            rw_json_str(w, params[i].name, params[i].value);
    rw_json_close(w);
    rw_buf_done(&field);
    rw_buf_done(&template);
}

static void opt(struct rw_json_writer *w, const char *key, const char *text)
{
    if (text[0])
        rw_json_str(w, key, text);
}

/* One fault or one warning; `status` 0 leaves that member out. */
static void write_entry(struct rw_json_writer *w, const struct rw_err *err, unsigned status,
                        struct rw_slice base)
{
    char help[256];

    rw_json_open_object(w, NULL);
    rw_json_str(w, "code", code_of(err));
    rw_json_str(w, "message", err->message);
    if (status)
        rw_json_uint(w, "status", status);
    if (err->pointer[0] || err->line > 0)
        rw_json_str(w, "pointer", err->pointer);
    if (err->line > 0) {
        rw_json_int(w, "line", err->line);
        rw_json_int(w, "column", err->column);
        if (err->offset >= 0)
            rw_json_int(w, "offset", err->offset);
        rw_json_int(w, "length", err->length);
    }
    opt(w, "found", err->found);
    opt(w, "expected", err->expected);
    opt(w, "suggestion", err->suggestion);
    (void)snprintf(help, sizeof(help), "%.*s/docs/errors/%s", RW_SLICE_ARG(base), code_of(err));
    rw_json_str(w, "help", help);
    rw_json_close(w);
}

static void write_details(struct rw_json_writer *w, const struct rw_faults *faults)
{
    struct rw_buf field;

    rw_buf_init(&field, 1024);
    rw_json_open_array(w, "details");
    for (uint32_t i = 0; i < faults->count; i++) {
        rw_buf_clear(&field);
        field_name(faults->at[i].pointer, &field);
        rw_json_open_object(w, NULL);
        rw_json_str(w, "errorCode", code_of(&faults->at[i]));
        if (field.len)
            rw_json_slice(w, "fieldName", rw_buf_slice(&field));
        rw_json_close(w);
    }
    rw_json_close(w);
    if (field.failed)
        w->buf->failed = true;
    rw_buf_done(&field);
}

void rw_answer_write_entries(struct rw_json_writer *w, const char *key,
                             const struct rw_faults *faults, bool with_status, struct rw_slice base)
{
    rw_json_open_array(w, key);
    for (uint32_t i = 0; i < faults->count; i++)
        write_entry(w, &faults->at[i], with_status ? rw_status_http(faults->at[i].class) : 0, base);
    rw_json_close(w);
}

static void write_missing(struct rw_json_writer *w, const struct rw_missing_fact *missing)
{
    if (!missing->what)
        return;
    rw_json_open_object(w, "missingFact");
    rw_json_opt(w, "pointer", missing->pointer);
    rw_json_str(w, "what", missing->what);
    rw_json_str(w, "how", missing->how);
    rw_json_close(w);
}

void rw_answer_write(struct rw_buf *buf, const struct rw_refusal *refusal)
{
    const struct rw_faults *faults = refusal->faults;
    const struct rw_err *first = &faults->at[0];
    struct rw_json_writer w = rw_json_writer(buf);

    rw_json_open_object(&w, NULL);
    rw_json_str(&w, "message", first->message);
    rw_json_str(&w, "code", rw_vendor_code(code_of(first), first->class));
    rw_json_uint(&w, "status", refusal->status);
    rw_json_str(&w, "contextId", refusal->context_id);
    write_params(&w, first);
    write_details(&w, faults);
    rw_answer_write_entries(&w, "errors", faults, true, refusal->base);
    if (faults->dropped)
        rw_json_uint(&w, "errorsOmitted", faults->dropped);
    if (refusal->warnings && refusal->warnings->count)
        rw_answer_write_entries(&w, "warnings", refusal->warnings, false, refusal->base);
    if (refusal->suggested.n)
        rw_json_raw(&w, "suggestedRequest", refusal->suggested);
    else
        write_missing(&w, &refusal->missing);
    rw_json_close(&w);
    if (!rw_json_done(&w))
        buf->failed = true;
}
