#include "http/conn.h"

#include "base/mem.h"
#include "base/status.h"
#include "http/query.h"

#define CONTENT_TYPE_MAX 78 /* what status_line has room for beside the rest */

/* ------------------------------------------------------------------ its life */

struct rw_http_exchange *rw_http_exchange_new(struct rw_http_conn *conn)
{
    struct rw_http_exchange *x = rw_calloc(1, sizeof(*x));

    if (!x)
        return NULL;
    x->http = conn->http;
    x->conn = conn;
    x->in = x->in_first;
    x->in_cap = sizeof(x->in_first);
    rw_arena_init(&x->arena, RW_HTTP_ARENA_MAX);
    rw_buf_init(&x->headers, RW_HTTP_REPLY_HEADERS_MAX);
    memcpy(x->request.peer, conn->peer, sizeof(x->request.peer));
    x->request.secure = conn->tls != NULL;
    list_append(&conn->http->exchanges, &x->le, x);
    return x;
}

void rw_http_exchange_free(struct rw_http_exchange *x)
{
    if (!x)
        return;
    list_unlink(&x->le);
    rw_arena_done(&x->arena);
    rw_buf_done(&x->headers);
    rw_buf_done(&x->body);
    if (x->in != x->in_first)
        rw_free(x->in);
    rw_free(x);
}

bool rw_http_exchange_reserve(struct rw_http_exchange *x, size_t more)
{
    size_t cap = x->in_cap + x->in_cap / 2;
    char *p;

    if (more <= x->in_cap - x->in_len)
        return true;
    if (cap < x->in_len + more)
        cap = x->in_len + more;
    p = rw_regrow(x->in == x->in_first ? NULL : x->in, cap, 1);
    if (!p)
        return false;
    if (x->in == x->in_first)
        memcpy(p, x->in_first, x->in_len);
    x->in = p;
    x->in_cap = cap;
    return true;
}

/* ------------------------------------------------------------------ what a handler asks */

struct rw_slice rw_http_header(const struct rw_http_exchange *x, const char *name)
{
    struct rw_slice wanted = rw_slice_str(name);

    for (unsigned i = 0; i < x->head.count; i++) {
        const struct rw_http_field *f = &x->head.fields[i];

        if (f->name.n == wanted.n && rw_slice_ieq(rw_http_span_of(x->in, f->name), wanted))
            return rw_http_span_of(x->in, f->value);
    }
    return (struct rw_slice){NULL, 0};
}

/* An encoded name equals a wanted one; almost no name is encoded, so decoding is the exception. */
static bool same_name(struct rw_http_exchange *x, struct rw_slice name, struct rw_slice wanted)
{
    if (name.n < wanted.n)
        return false;
    if (memchr(name.p, '%', name.n) || memchr(name.p, '+', name.n))
        name = rw_http_percent_decode(name, &x->arena);
    return rw_slice_eq(name, wanted);
}

struct rw_slice rw_http_query(struct rw_http_exchange *x, const char *name)
{
    struct rw_slice query = x->request.query, key, value;

    while (rw_http_query_next(&query, &key, &value))
        if (same_name(x, key, rw_slice_str(name)))
            return rw_http_percent_decode(value, &x->arena);
    return (struct rw_slice){NULL, 0};
}

void rw_http_query_each(struct rw_http_exchange *x,
                        bool (*visit)(struct rw_slice name, struct rw_slice value, void *arg),
                        void *arg)
{
    struct rw_slice query = x->request.query, name, value;

    while (rw_http_query_next(&query, &name, &value)) {
        name = rw_http_percent_decode(name, &x->arena);
        value = rw_http_percent_decode(value, &x->arena);
        if (!name.p || !value.p || !visit(name, value, arg))
            return;
    }
}

enum rw_class rw_http_query_check(const struct rw_http_exchange *x, struct rw_err *err)
{
    return rw_http_query_escapes(x->request.query, err);
}

bool rw_http_gone(const struct rw_http_exchange *x)
{
    char byte;
    ssize_t n;

    if (!x->conn)
        return true;
    n = recv(x->conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

struct rw_arena *rw_http_arena(struct rw_http_exchange *x)
{
    return &x->arena;
}

const struct rw_http_request *rw_http_request(const struct rw_http_exchange *x)
{
    return &x->request;
}

void *rw_http_user(const struct rw_http_exchange *x)
{
    return x->user;
}

void rw_http_set_user(struct rw_http_exchange *x, void *user)
{
    x->user = user;
}

unsigned rw_http_refusal_status(const struct rw_err *err)
{
    if (err->code && !strcmp(err->code, "http.target_too_long"))
        return 414;
    if (err->code && !strncmp(err->code, "http.headers_too_", strlen("http.headers_too_")))
        return 431;
    return rw_status_http(err->class);
}

/* ------------------------------------------------------------------ the answer */

static const char *reason(unsigned status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 302:
        return "Found";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    default:
        return status < 400 ? "OK" : "Error";
    }
}

static bool clean_value(struct rw_slice value)
{
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] == '\r' || value.p[i] == '\n' || value.p[i] == '\0')
            return false;
    return true;
}

void rw_http_reply_header(struct rw_http_exchange *x, const char *name, struct rw_slice value)
{
    if (x->answered || !clean_value(value) || !clean_value(rw_slice_str(name))) {
        x->http->count.bugs++;
        return;
    }
    rw_buf_puts(&x->headers, name);
    rw_buf_put(&x->headers, RW_LIT(": "));
    rw_buf_put(&x->headers, value);
    rw_buf_put(&x->headers, RW_LIT("\r\n"));
}

/* Appends to the status line and our own headers, which are of bounded length but for the type. */
static void put(struct rw_http_exchange *x, struct rw_slice text)
{
    if (text.n > sizeof(x->status_line) - x->status_bytes)
        text.n = sizeof(x->status_line) -
                 x->status_bytes; /* CONTENT_TYPE_MAX keeps this from happening */
    memcpy(x->status_line + x->status_bytes, text.p, text.n);
    x->status_bytes += text.n;
}

static void put_number(struct rw_http_exchange *x, size_t n)
{
    char digits[20], *p = digits + sizeof(digits);

    do
        *--p = (char)('0' + n % 10);
    while (n /= 10);
    put(x, (struct rw_slice){p, (size_t)(digits + sizeof(digits) - p)});
}

static void put_status(struct rw_http_exchange *x, unsigned status)
{
    x->status_bytes = 0;
    put(x, RW_LIT("HTTP/1.1 "));
    put_number(x, status);
    put(x, RW_LIT(" "));
    put(x, rw_slice_str(reason(status)));
    put(x, RW_LIT("\r\nDate: "));
    put(x, rw_slice_str(rw_http_date(x->http)));
    put(x, RW_LIT("\r\n"));
}

/* What is said when there is no memory for what the handler wanted to say. */
static void answer_no_memory(struct rw_http_exchange *x)
{
    x->http->count.bugs++;
    x->close = true;
    rw_buf_done(&x->headers);
    rw_buf_done(&x->body);
    put_status(x, 503);
    put(x, RW_LIT("Content-Length: 0\r\nConnection: close\r\n\r\n"));
    x->out_bytes = x->status_bytes;
}

static void compose(struct rw_http_exchange *x, unsigned status, const char *content_type)
{
    struct rw_slice type = rw_slice_str(content_type);
    bool bodiless = status == 204 || status == 304 || status < 200;

    rw_buf_put(&x->headers, RW_LIT("\r\n"));
    if (x->headers.failed || type.n > CONTENT_TYPE_MAX) {
        answer_no_memory(x);
        return;
    }
    put_status(x, status);
    if (type.n) {
        put(x, RW_LIT("Content-Type: "));
        put(x, type);
        put(x, RW_LIT("\r\n"));
    }
    if (!bodiless) {
        put(x, RW_LIT("Content-Length: "));
        put_number(x, x->body.len);
        put(x, RW_LIT("\r\n"));
    }
    if (x->close)
        put(x, RW_LIT("Connection: close\r\n"));
    else if (x->head.http_1_0)
        put(x, RW_LIT("Connection: keep-alive\r\n"));
    if (bodiless || !strcmp(x->head.method, "HEAD"))
        rw_buf_done(&x->body);
    x->out_bytes = x->status_bytes + x->headers.len + x->body.len;
}

void rw_http_reply(struct rw_http_exchange *x, unsigned status, const char *content_type,
                   struct rw_buf *body)
{
    bool lost = body && body->failed;

    if (x->answered) { /* only the first answer counts */
        x->http->count.bugs++;
        if (body)
            rw_buf_done(body);
        return;
    }
    x->answered = true;
    if (body && content_type) {
        x->body = *body;
        rw_buf_init(body, body->max);
    } else if (body) {
        rw_buf_done(body);
    }
    if (!x->conn) { /* the peer is gone: nobody waits */
        rw_http_abandoned(x);
        return;
    }
    x->close |= x->head.close || x->refused || x->http->draining;
    if (lost)
        answer_no_memory(x);
    else
        compose(x, status, content_type);
    if (!x->conn->calling)
        rw_http_answered(x->conn);
}

size_t rw_http_exchange_output(const struct rw_http_exchange *x, char *dst, size_t size)
{
    const struct rw_slice parts[] = {
        {x->status_line, x->status_bytes}, rw_buf_slice(&x->headers), rw_buf_slice(&x->body)};
    size_t skip = x->written, n = 0;

    for (unsigned i = 0; i < 3; i++) {
        struct rw_slice part = rw_slice_from(parts[i], skip);

        skip -= parts[i].n < skip ? parts[i].n : skip;
        if (part.n > size - n)
            part.n = size - n;
        if (part.n)
            memcpy(dst + n, part.p, part.n);
        n += part.n;
    }
    return n;
}
