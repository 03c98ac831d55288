/*
 * GET /docs/errors, /docs/errors/{code}, /docs/reference: what the help links of a refusal lead to. A
 * browser gets a page, a program that asks for application/json gets the same as JSON.
 */
#include "api/answer.h"
#include "api/catalogue.h"
#include "api/reference.h"
#include "api/vendor.h"
#include "api_gen.h"
#include "base/status.h"

#include <string.h>

static bool wants_json(const struct rw_request *r)
{
    struct rw_slice accept = rw_http_header(r->x, "Accept");

    return accept.p && memmem(accept.p, accept.n, "application/json", 16) &&
           !memmem(accept.p, accept.n, "text/html", 9);
}

static void put_escaped(struct rw_buf *buf, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            rw_buf_puts(buf, "&lt;");
            break;
        case '>':
            rw_buf_puts(buf, "&gt;");
            break;
        case '&':
            rw_buf_puts(buf, "&amp;");
            break;
        case '"':
            rw_buf_puts(buf, "&quot;");
            break;
        default:
            rw_buf_putc(buf, *text);
        }
    }
}

static void put_head(struct rw_buf *buf, const char *title)
{
    rw_buf_puts(buf, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>");
    put_escaped(buf, title);
    rw_buf_puts(buf, "</title><style>body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto;"
                     "padding:0 1em}code,pre{background:#eee;padding:.1em .3em}"
                     "pre{white-space:pre-wrap;padding:.6em}dt{margin-top:.6em}</style>");
}

static void write_json(struct rw_json_writer *w, const char *key,
                       const struct rw_catalogue_entry *entry)
{
    rw_json_open_object(w, key);
    rw_json_str(w, "code", entry->code);
    rw_json_str(w, "topLevelCode", rw_vendor_code(entry->code, entry->class));
    rw_json_uint(w, "status", rw_status_http(entry->class));
    rw_json_str(w, "class", rw_catalogue_class_name(entry->class));
    rw_json_str(w, "title", entry->title);
    rw_json_str(w, "help", entry->help);
    rw_json_str(w, "example", entry->example);
    rw_json_close(w);
}

static void answer_page(struct rw_request *r, struct rw_buf *body)
{
    if (body->failed) {
        struct rw_err err;

        rw_buf_done(body);
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return;
    }
    rw_answer_text(r, 200, "text/html; charset=utf-8", rw_buf_slice(body));
    rw_buf_done(body);
}

void rw_op_getDocsErrors(struct rw_request *r)
{
    struct rw_buf body;

    rw_answer_init(&body);
    if (wants_json(r)) {
        struct rw_json_writer w = rw_json_writer(&body);

        rw_json_open_object(&w, NULL);
        rw_json_open_array(&w, "entities");
        for (size_t i = 0; i < rw_catalogue_count(); i++)
            write_json(&w, NULL, rw_catalogue_at(i));
        rw_json_close(&w);
        rw_json_uint(&w, "total", rw_catalogue_count());
        rw_json_close(&w);
        rw_answer_json(r, 200, &body);
        return;
    }
    put_head(&body, "Errors");
    rw_buf_puts(&body, "<h1>Every code this server answers with</h1><dl>");
    for (size_t i = 0; i < rw_catalogue_count(); i++) {
        const struct rw_catalogue_entry *entry = rw_catalogue_at(i);

        rw_buf_printf(&body, "<dt><a href=\"/docs/errors/%s\"><code>%s</code></a><dd>", entry->code,
                      entry->code);
        put_escaped(&body, entry->title);
    }
    rw_buf_puts(&body, "</dl>");
    answer_page(r, &body);
}

static void refuse_unknown(struct rw_request *r, struct rw_slice code)
{
    const struct rw_catalogue_entry *near = rw_catalogue_near(code);
    struct rw_err err;

    rw_fail(&err, RW_NOT_FOUND, "docs.not_found", "no error has this code");
    rw_err_at(&err, "{code}", -1, 0);
    rw_err_found(&err, "%.*s", (int)(code.n < 100 ? code.n : 100), code.p);
    rw_err_expected(&err, "one of the codes listed at /docs/errors");
    if (near)
        rw_err_suggest(&err, "/docs/errors/%s", near->code);
    rw_answer_err(r, &err);
}

void rw_op_getDocsError(struct rw_request *r)
{
    const char *code = rw_request_param(r, "code");
    const struct rw_catalogue_entry *entry = rw_catalogue_find(rw_slice_str(code));
    struct rw_buf body;

    if (!entry) {
        refuse_unknown(r, rw_slice_str(code));
        return;
    }
    rw_answer_init(&body);
    if (wants_json(r)) {
        struct rw_json_writer w = rw_json_writer(&body);

        write_json(&w, NULL, entry);
        rw_answer_json(r, 200, &body);
        return;
    }
    put_head(&body, entry->code);
    rw_buf_printf(&body, "<p><a href=\"/docs/errors\">All codes</a><h1><code>%s</code></h1><p><b>",
                  entry->code);
    put_escaped(&body, entry->title);
    rw_buf_printf(&body, "</b> (HTTP %u)<p>", rw_status_http(entry->class));
    put_escaped(&body, entry->help);
    rw_buf_puts(&body, "<h2>For example</h2><pre>");
    put_escaped(&body, entry->example);
    rw_buf_puts(&body, "</pre>");
    answer_page(r, &body);
}

void rw_op_getDocsReference(struct rw_request *r)
{
    rw_answer_text(r, 200, "text/html; charset=utf-8", rw_reference_html());
}
