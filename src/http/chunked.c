#include "http/chunked.h"

#include "http/head.h"

static enum rw_class bad(const struct rw_http_chunked *c, struct rw_slice at, const char *message,
                         const char *expected, struct rw_err *err)
{
    rw_fail(err, RW_MALFORMED, "http.framing.bad_chunk", "%s; it begins at byte %zu of the body",
            message, c->raw + 1);
    if (err) {
        char text[40];

        err->offset = (int32_t)c->raw;
        rw_text_clean(text, sizeof(text), at);
        rw_err_found(err, "%s", text);
    }
    rw_err_expected(err, "%s", expected);
    return RW_MALFORMED;
}

/*
 * The line at in[0..n): its length without CR LF goes out, RW_OK; RW_LIMIT (no error made) when its
 * end is not there yet and `max` still allows it.
 */
static enum rw_class line_of(const struct rw_http_chunked *c, const char *in, size_t n, size_t max,
                             size_t *ret, struct rw_err *err)
{
    size_t look = n < max ? n : max;
    const char *lf = look ? memchr(in, '\n', look) : NULL;
    const char *cr = look ? memchr(in, '\r', lf ? (size_t)(lf - in) : look) : NULL;

    if (lf && lf > in && cr == lf - 1) {
        *ret = (size_t)(cr - in);
        return RW_OK;
    }
    if (lf || (cr && cr != in + look - 1))
        return bad(c, (struct rw_slice){in, look < 16 ? look : 16},
                   "a line of the chunked body does not end in CR LF", "CR LF", err);
    if (n >= max)
        return bad(c, (struct rw_slice){in, 16}, "a line of the chunked body is too long",
                   "a size and CR LF", err);
    return RW_LIMIT;
}

static int hex(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    if (ch >= 'a' && ch <= 'f')
        return ch - 'a' + 10;
    if (ch >= 'A' && ch <= 'F')
        return ch - 'A' + 10;
    return -1;
}

static enum rw_class read_size(struct rw_http_chunked *c, struct rw_slice line, struct rw_err *err)
{
    uint64_t size = 0;
    size_t i = 0;

    for (; i < line.n && hex(line.p[i]) >= 0; i++) {
        if (i == 8)
            return bad(c, line, "the size of a chunk has more than 8 digits", "1 to 8 digits", err);
        size = size * 16 + (uint64_t)hex(line.p[i]);
    }
    if (i == 0 || (i < line.n && line.p[i] != ';'))
        return bad(c, line, "the size of a chunk is not hexadecimal",
                   "hexadecimal digits, then ; or CR LF", err);
    for (; i < line.n; i++)
        if ((unsigned char)line.p[i] < 0x20 || line.p[i] == 0x7f)
            return bad(c, line, "a chunk's extension has a control character", "visible characters",
                       err);
    if (size > c->body_max - c->body) {
        rw_fail(err, RW_TOO_LARGE, "http.body_too_large", "the body is larger than %zu bytes",
                c->body_max);
        rw_err_expected(err, "at most %zu bytes", c->body_max);
        return RW_TOO_LARGE;
    }
    c->left = (uint32_t)size;
    c->state = size ? RW_HTTP_CHUNK_DATA : RW_HTTP_CHUNK_TRAILER;
    return RW_OK;
}

static enum rw_class read_trailer(struct rw_http_chunked *c, struct rw_slice line,
                                  struct rw_err *err)
{
    size_t n = 0;

    c->trailer += line.n + 2;
    if (!line.n) {
        c->state = RW_HTTP_CHUNK_DONE;
        return RW_OK;
    }
    while (n < line.n && rw_http_is_token((unsigned char)line.p[n]))
        n++;
    if (n == 0 || n == line.n || line.p[n] != ':' || memchr(line.p, 0, line.n))
        return bad(c, line, "a trailer is not of the form Name: value", "Name: value", err);
    if (c->trailer > RW_HTTP_TRAILER_BYTES_MAX)
        return bad(c, (struct rw_slice){NULL, 0}, "the trailers are too long", "no trailers", err);
    return RW_OK;
}

static enum rw_class step(struct rw_http_chunked *c, const char *in, size_t n, size_t *ret_used,
                          char *out, struct rw_err *err)
{
    enum rw_class class;
    size_t len = 0;

    if (c->state == RW_HTTP_CHUNK_DATA) {
        len = n < c->left ? n : c->left;
        memmove(out + c->body, in, len);
        c->body += len;
        c->left -= (uint32_t)len;
        if (!c->left)
            c->state = RW_HTTP_CHUNK_DATA_END;
        *ret_used = len;
        return RW_OK;
    }
    class = line_of(c, in, n,
                    c->state == RW_HTTP_CHUNK_TRAILER ? RW_HTTP_TRAILER_BYTES_MAX
                                                      : RW_HTTP_CHUNK_LINE_MAX,
                    &len, err);
    if (class != RW_OK)
        return class;
    *ret_used = len + 2;
    if (c->state == RW_HTTP_CHUNK_SIZE)
        return read_size(c, (struct rw_slice){in, len}, err);
    if (c->state == RW_HTTP_CHUNK_TRAILER)
        return read_trailer(c, (struct rw_slice){in, len}, err);
    if (len)
        return bad(c, (struct rw_slice){in, len}, "a chunk is longer than its size says",
                   "CR LF behind the bytes of a chunk", err);
    c->state = RW_HTTP_CHUNK_SIZE;
    return RW_OK;
}

enum rw_class rw_http_chunked_feed(struct rw_http_chunked *c, const char *in, size_t n, size_t *pos,
                                   char *out, struct rw_err *err)
{
    while (c->state != RW_HTTP_CHUNK_DONE && *pos < n) {
        size_t used = 0;
        enum rw_class class = step(c, in + *pos, n - *pos, &used, out, err);

        if (class == RW_LIMIT)
            return RW_OK;
        if (class != RW_OK)
            return class;
        *pos += used;
        c->raw += used;
    }
    return RW_OK;
}
