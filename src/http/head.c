#include "http/head.h"

#include <stddef.h>

const uint32_t rw_http_token_bits[8] = {0x00000000, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff};

void rw_http_err_place(struct rw_err *err, struct rw_slice text, size_t offset, size_t length)
{
    size_t line = 1, column = 1;

    if (!err)
        return;
    for (size_t i = 0; i < offset && i < text.n; i++) {
        column++;
        if (text.p[i] == '\n') {
            line++;
            column = 1;
        }
    }
    err->offset = (int32_t)offset;
    err->line = (int32_t)line;
    err->column = (int32_t)column;
    err->length = (int32_t)length;
}

size_t rw_http_head_find(struct rw_slice in, size_t *from)
{
    while (*from < in.n) {
        const char *lf = memchr(in.p + *from, '\n', in.n - *from);
        size_t at;

        if (!lf)
            break;
        at = (size_t)(lf - in.p);
        *from = at + 1;
        if (at == 0 || in.p[at - 1] != '\r')
            return at + 1;
        if (at == 1 || in.p[at - 2] == '\n')
            return at + 1;
    }
    *from = in.n;
    return 0;
}

/* What a parse carries along. */
struct parse {
    struct rw_slice in;
    size_t pos; /* start of the line being read */
    struct rw_http_head *head;
    struct rw_err *err;
};

static enum rw_class fail(const struct parse *p, const char *code, size_t at, size_t length,
                          const char *message)
{
    rw_fail(p->err, RW_MALFORMED, code, "%s", message);
    rw_http_err_place(p->err, p->in, at, length);
    if (p->err && length) {
        char text[80];

        rw_text_clean(text, sizeof(text), (struct rw_slice){p->in.p + at, length});
        rw_err_found(p->err, "%s", text);
    }
    return RW_MALFORMED;
}

/* The line at p->pos without its CRLF; moves on behind it. */
static enum rw_class next_line(struct parse *p, struct rw_slice *ret)
{
    struct rw_slice rest = rw_slice_from(p->in, p->pos);
    const char *lf = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;
    const char *cr;
    size_t end;

    if (!lf) /* the caller cut at the empty line, so this is a head without one */
        return fail(p, "http.request_line_bad", p->in.n, 0, "the head of the request is not whole");
    end = (size_t)(lf - rest.p);
    cr = memchr(rest.p, '\r', end);
    if (!cr) {
        fail(p, "http.framing.bare_lf", p->pos + end, 1, "a line ends in LF without CR");
        rw_err_expected(p->err, "CR LF at the end of each line of the head");
        return RW_MALFORMED;
    }
    if (cr + 1 != lf) {
        fail(p, "http.framing.bare_cr", p->pos + (size_t)(cr - rest.p), 1,
             "a CR stands inside a line");
        rw_err_expected(p->err, "CR only directly before LF");
        return RW_MALFORMED;
    }
    *ret = (struct rw_slice){rest.p, end - 1};
    p->pos += end + 1;
    return RW_OK;
}

static size_t place(const struct parse *p, const char *at)
{
    return (size_t)(at - p->in.p);
}

static struct rw_http_span span(const struct parse *p, struct rw_slice s)
{
    return (struct rw_http_span){(uint16_t)place(p, s.p), (uint16_t)s.n};
}

static enum rw_class bad_target(const struct parse *p, const char *at, size_t n,
                                const char *message)
{
    fail(p, "http.target_bad", place(p, at), n, message);
    rw_err_expected(p->err, "a path that begins with '/', in visible ASCII, other bytes as %%XX");
    return RW_MALFORMED;
}

/* Cuts "scheme://authority" off an absolute target; *authority keeps it for the Host check. */
static enum rw_class absolute_target(const struct parse *p, struct rw_slice *target,
                                     struct rw_slice *authority)
{
    size_t scheme = rw_slice_starts(*target, RW_LIT("http://"))    ? 7
                    : rw_slice_starts(*target, RW_LIT("https://")) ? 8
                                                                   : 0;
    struct rw_slice rest = rw_slice_from(*target, scheme);
    const char *slash;

    if (!scheme || !rest.n)
        return bad_target(p, target->p, target->n, "the target of the request is not a path");
    slash = memchr(rest.p, '/', rest.n);
    if (!slash || slash == rest.p)
        return bad_target(p, target->p, target->n, "the address in the target has no path");
    *authority = (struct rw_slice){rest.p, (size_t)(slash - rest.p)};
    *target = (struct rw_slice){slash, rest.n - authority->n};
    return RW_OK;
}

static enum rw_class read_target(struct parse *p, struct rw_slice target,
                                 struct rw_slice *authority)
{
    struct rw_http_head *head = p->head;
    const char *mark;

    for (size_t i = 0; i < target.n; i++) {
        unsigned char c = (unsigned char)target.p[i];

        if (c <= 0x20 || c >= 0x7f || c == '#')
            return bad_target(p, target.p + i, 1,
                              "the target of the request has a byte that must be escaped");
    }
    head->target = span(p, target);
    if (!rw_slice_eq(target, RW_LIT("*")) || strcmp(head->method, "OPTIONS") != 0) {
        if (target.p[0] != '/' && absolute_target(p, &target, authority) != RW_OK)
            return RW_MALFORMED;
    }
    mark = memchr(target.p, '?', target.n);
    if (mark) {
        size_t n = (size_t)(mark - target.p);

        head->path = span(p, (struct rw_slice){target.p, n});
        head->query = span(p, (struct rw_slice){mark + 1, target.n - n - 1});
    } else {
        head->path = span(p, target);
        head->query = (struct rw_http_span){0, 0};
    }
    return RW_OK;
}

static enum rw_class bad_request_line(const struct parse *p, const char *at, size_t n,
                                      const char *message)
{
    fail(p, "http.request_line_bad", place(p, at), n, message);
    rw_err_expected(p->err, "METHOD SP target SP HTTP/1.1 CR LF");
    return RW_MALFORMED;
}

/* method SP target SP version (RFC 9112 section 3). */
static enum rw_class read_request_line(struct parse *p, struct rw_slice *authority)
{
    struct rw_slice line, target, version;
    const char *sp;
    size_t n = 0;

    if (next_line(p, &line) != RW_OK)
        return RW_MALFORMED;
    while (n < line.n && rw_http_is_token((unsigned char)line.p[n]))
        n++;
    if (n == 0 || n > RW_HTTP_METHOD_BYTES_MAX || n == line.n || line.p[n] != ' ')
        return bad_request_line(p, line.p + n, n < line.n, "the request line has no usable method");
    memcpy(p->head->method, line.p, n);
    p->head->method[n] = '\0';
    target = rw_slice_from(line, n + 1);
    sp = target.n ? memchr(target.p, ' ', target.n) : NULL;
    if (!sp || sp == target.p)
        return bad_request_line(p, line.p + line.n, 0,
                                "the request line has no target or no version");
    version = (struct rw_slice){sp + 1, target.n - (size_t)(sp - target.p) - 1};
    target.n = (size_t)(sp - target.p);
    if (rw_slice_eq(version, RW_LIT("HTTP/1.0"))) {
        p->head->http_1_0 = true;
    } else if (!rw_slice_eq(version, RW_LIT("HTTP/1.1"))) {
        fail(p, "http.version_unsupported", place(p, version.p), version.n,
             "this server does not speak that version of HTTP");
        rw_err_expected(p->err, "HTTP/1.1 or HTTP/1.0, after one space");
        return RW_MALFORMED;
    }
    return read_target(p, target, authority);
}

static enum rw_class read_name(struct parse *p, struct rw_slice line, size_t *ret_n)
{
    const char *colon = memchr(line.p, ':', line.n);
    size_t n = 0;

    if (line.p[0] == ' ' || line.p[0] == '\t') {
        fail(p, "http.framing.folded_header", place(p, line.p), 1,
             "a header is folded over two lines");
        rw_err_expected(p->err, "each header on one line");
        return RW_MALFORMED;
    }
    if (!colon) {
        fail(p, "http.header_no_colon", place(p, line.p), line.n, "a header line has no colon");
        rw_err_expected(p->err, "Name: value");
        return RW_MALFORMED;
    }
    while (line.p + n < colon && rw_http_is_token((unsigned char)line.p[n]))
        n++;
    if (line.p + n < colon && (line.p[n] == ' ' || line.p[n] == '\t')) {
        fail(p, "http.framing.space_before_colon", place(p, line.p + n), 1,
             "white space stands before the colon of a header");
        rw_err_expected(p->err, "the colon directly after the name");
        return RW_MALFORMED;
    }
    if (n == 0 || line.p + n < colon) {
        fail(p, "http.header_name_bad", place(p, line.p + n), 1,
             "the name of a header is not a token");
        rw_err_expected(p->err, "letters, digits and - before the colon");
        return RW_MALFORMED;
    }
    *ret_n = n;
    return RW_OK;
}

static enum rw_class read_field(struct parse *p, struct rw_slice line)
{
    struct rw_http_field *field;
    struct rw_slice value;
    size_t n;

    if (read_name(p, line, &n) != RW_OK)
        return RW_MALFORMED;
    value = rw_slice_from(line, n + 1);
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            fail(p, "http.header_bad_byte", place(p, value.p + i), 1,
                 "a header has a control character in its value");
            rw_err_expected(p->err, "visible characters, spaces and tabs");
            return RW_MALFORMED;
        }
    }
    while (value.n && (value.p[0] == ' ' || value.p[0] == '\t'))
        value = (struct rw_slice){value.p + 1, value.n - 1};
    while (value.n && (value.p[value.n - 1] == ' ' || value.p[value.n - 1] == '\t'))
        value.n--;
    if (!value.n)
        value.p = line.p + line.n;
    if (p->head->count == RW_HTTP_FIELDS_MAX) {
        rw_fail(p->err, RW_TOO_LARGE, "http.headers_too_many", "the request has too many headers");
        rw_http_err_place(p->err, p->in, place(p, line.p), 0);
        rw_err_expected(p->err, "at most %d headers", RW_HTTP_FIELDS_MAX);
        return RW_TOO_LARGE;
    }
    field = &p->head->fields[p->head->count++];
    field->name = span(p, (struct rw_slice){line.p, n});
    field->value = span(p, value);
    return RW_OK;
}

/* ------------------------------------------------------------------ what the fields mean */

/* The fields that decide where a request ends and whom it is for. */
struct decisive {
    const struct rw_http_field *host, *length, *coding, *expect;
};

static enum rw_class repeated(const struct parse *p, const struct rw_http_field *field,
                              const char *code, const char *message)
{
    fail(p, code, field->name.at, field->name.n, message);
    rw_err_expected(p->err, "this header once");
    return RW_MALFORMED;
}

/* True when the comma-separated list has that token, whatever its case. */
static bool has_token(struct rw_slice list, struct rw_slice token)
{
    while (list.n) {
        const char *comma = memchr(list.p, ',', list.n);
        struct rw_slice item = {list.p, comma ? (size_t)(comma - list.p) : list.n};

        list = rw_slice_from(list, item.n + 1);
        while (item.n && (item.p[0] == ' ' || item.p[0] == '\t'))
            item = (struct rw_slice){item.p + 1, item.n - 1};
        while (item.n && (item.p[item.n - 1] == ' ' || item.p[item.n - 1] == '\t'))
            item.n--;
        if (rw_slice_ieq(item, token))
            return true;
    }
    return false;
}

/* Headers that say one thing: with two of them it would depend on the reader which. */
static bool is_said_twice(struct rw_slice name, unsigned *seen)
{
    static const char *const once[] = {"Authorization", "Content-Type", "Idempotency-Key"};

    for (unsigned i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
        if (!rw_slice_ieq(name, rw_slice_str(once[i])))
            continue;
        if (*seen & 1u << i)
            return true;
        *seen |= 1u << i;
    }
    return false;
}

static enum rw_class sort_fields(struct parse *p, struct decisive *ret)
{
    bool keep = false;
    unsigned seen = 0;

    for (unsigned i = 0; i < p->head->count; i++) {
        const struct rw_http_field *f = &p->head->fields[i];
        struct rw_slice name = rw_http_span_of(p->in.p, f->name);
        struct rw_slice value = rw_http_span_of(p->in.p, f->value);

        if (rw_slice_ieq(name, RW_LIT("Host"))) {
            if (ret->host)
                return repeated(p, f, "http.host_repeated", "the request has two Host headers");
            ret->host = f;
        } else if (rw_slice_ieq(name, RW_LIT("Content-Length"))) {
            if (ret->length)
                return repeated(p, f, "http.framing.two_lengths",
                                "the request has two Content-Length headers");
            ret->length = f;
        } else if (rw_slice_ieq(name, RW_LIT("Transfer-Encoding"))) {
            if (ret->coding)
                return repeated(p, f, "http.framing.two_transfer_encodings",
                                "the request has two Transfer-Encoding headers");
            ret->coding = f;
        } else if (rw_slice_ieq(name, RW_LIT("Connection"))) {
            p->head->close |= has_token(value, RW_LIT("close"));
            keep |= has_token(value, RW_LIT("keep-alive"));
        } else if (rw_slice_ieq(name, RW_LIT("Expect"))) {
            ret->expect = f;
        } else if (is_said_twice(name, &seen)) {
            return repeated(p, f, "http.header_repeated",
                            "a header that says one thing stands there twice");
        }
    }
    if (p->head->http_1_0 && !keep)
        p->head->close = true;
    return RW_OK;
}

static enum rw_class check_host(const struct parse *p, const struct rw_http_field *host,
                                struct rw_slice authority)
{
    struct rw_slice value;

    if (!host) {
        if (p->head->http_1_0)
            return RW_OK;
        fail(p, "http.host_missing", 0, 0, "the request has no Host header");
        rw_err_expected(p->err, "Host: and the name or address of this server");
        return RW_MALFORMED;
    }
    value = rw_http_span_of(p->in.p, host->value);
    for (size_t i = 0; i < value.n; i++)
        if (strchr(" \t,/@?#\\\"<>", value.p[i]) || (unsigned char)value.p[i] >= 0x80) {
            fail(p, "http.host_bad", host->value.at + i, 1,
                 "the Host header is not one name with an optional port");
            rw_err_expected(p->err, "Host: name or Host: name:port");
            return RW_MALFORMED;
        }
    if (authority.p && !rw_slice_ieq(authority, value)) {
        fail(p, "http.host_differs", host->value.at, value.n,
             "the Host header and the target name different servers");
        rw_err_expected(p->err, "the same name in both, or only a path as target");
        return RW_MALFORMED;
    }
    return RW_OK;
}

static enum rw_class read_length(struct parse *p, const struct rw_http_field *field)
{
    struct rw_slice value = rw_http_span_of(p->in.p, field->value);
    uint64_t n = 0;
    size_t i = 0;

    for (; i < value.n && value.p[i] >= '0' && value.p[i] <= '9'; i++) {
        n = n * 10 + (uint64_t)(value.p[i] - '0');
        if (n > INT64_MAX / 16)
            break;
    }
    if (i == 0 || i < value.n) {
        fail(p, "http.framing.bad_length", field->value.at + i, i < value.n,
             "Content-Length is not a plain decimal number of bytes");
        rw_err_expected(p->err, "only digits, such as Content-Length: 42");
        return RW_MALFORMED;
    }
    p->head->length = n;
    return RW_OK;
}

static enum rw_class read_coding(struct parse *p, const struct decisive *d)
{
    const struct rw_http_field *field = d->coding;
    struct rw_slice value = rw_http_span_of(p->in.p, field->value);

    if (d->length) {
        fail(p, "http.framing.length_and_transfer_encoding", field->name.at, field->name.n,
             "the request has both Content-Length and Transfer-Encoding");
        rw_err_expected(p->err, "one of them");
        return RW_MALFORMED;
    }
    if (p->head->http_1_0) {
        fail(p, "http.framing.transfer_encoding_in_1_0", field->name.at, field->name.n,
             "an HTTP/1.0 request cannot have a Transfer-Encoding");
        rw_err_expected(p->err, "Content-Length");
        return RW_MALFORMED;
    }
    if (!rw_slice_ieq(value, RW_LIT("chunked"))) {
        fail(p, "http.framing.bad_transfer_encoding", field->value.at, value.n,
             "the only transfer coding read here is chunked, once");
        rw_err_expected(p->err, "Transfer-Encoding: chunked");
        return RW_MALFORMED;
    }
    p->head->chunked = true;
    return RW_OK;
}

static enum rw_class decide(struct parse *p, struct rw_slice authority)
{
    struct decisive d = {0};
    struct rw_slice expect;

    if (sort_fields(p, &d) != RW_OK)
        return RW_MALFORMED;
    if (d.coding && read_coding(p, &d) != RW_OK)
        return RW_MALFORMED;
    if (d.length && read_length(p, d.length) != RW_OK)
        return RW_MALFORMED;
    if (check_host(p, d.host, authority) != RW_OK)
        return RW_MALFORMED;
    if (!d.expect)
        return RW_OK;
    expect = rw_http_span_of(p->in.p, d.expect->value);
    if (!rw_slice_ieq(expect, RW_LIT("100-continue"))) {
        fail(p, "http.expectation_unknown", d.expect->value.at, expect.n,
             "the request expects something that this server does not know");
        rw_err_expected(p->err, "Expect: 100-continue, or no such header");
        return RW_MALFORMED;
    }
    p->head->expect_continue = !p->head->http_1_0;
    return RW_OK;
}

/* A ClientHello on a plain port is the commonest strange first byte: say so. */
static enum rw_class check_first_byte(const struct parse *p)
{
    if (p->in.n && p->in.p[0] != '\r' && p->in.p[0] != '\n' &&
        !rw_http_is_token((unsigned char)p->in.p[0]) && p->in.p[0] != 0x16)
        return bad_request_line(p, p->in.p, 1, "the request line has no usable method");
    if (p->in.n && p->in.p[0] == 0x16) {
        fail(p, "http.tls_on_plain_port", 0, 1,
             "this looks like TLS, but the port speaks plain HTTP");
        rw_err_expected(p->err, "an http:// address, or the port configured for TLS");
        return RW_MALFORMED;
    }
    return RW_OK;
}

enum rw_class rw_http_head_parse(struct rw_slice in, struct rw_http_head *ret, struct rw_err *err)
{
    struct parse p = {.in = in, .head = ret, .err = err};
    struct rw_slice authority = {NULL, 0}, line;
    enum rw_class class;

    memset(ret, 0, offsetof(struct rw_http_head, fields));
    if (in.n > RW_HTTP_HEAD_BYTES_MAX)
        return rw_fail(err, RW_TOO_LARGE, "http.headers_too_large", "the head is too large");
    if (check_first_byte(&p) != RW_OK || read_request_line(&p, &authority) != RW_OK)
        return RW_MALFORMED;
    for (;;) {
        if (next_line(&p, &line) != RW_OK)
            return RW_MALFORMED;
        if (!line.n)
            break;
        class = read_field(&p, line);
        if (class != RW_OK)
            return class;
    }
    return decide(&p, authority);
}
