/*
 * What becomes a part of a token or of the Identity header: whatever number or address comes, what is
 * written holds nothing that ends a JSON string, a header or a parameter.
 */
#include "stir/passport.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_only(struct rw_slice text, const char *allowed)
{
    for (size_t i = 0; i < text.n; i++)
        if (!text.p[i] || !strchr(allowed, text.p[i]))
            abort();
}

static void check_number(struct rw_slice number)
{
    struct rw_buf buf;

    rw_buf_init(&buf, RW_STIR_NUMBER_MAX);
    if (rw_stir_number_put(&buf, number, NULL) == RW_OK) {
        if (buf.len == 0 || buf.failed)
            abort();
        require_only(rw_buf_slice(&buf), "0123456789*#");
    }
    rw_buf_done(&buf);
}

static void check_url(struct rw_slice url)
{
    struct rw_buf buf;
    unsigned quotes = 0;

    if (!rw_stir_url_is_usable(url))
        return;
    rw_buf_init(&buf, 512);
    rw_stir_header_put(&buf, url);
    if (buf.failed)
        abort();
    for (size_t i = 0; i < buf.len; i++) {
        if (buf.p[i] <= ' ' || buf.p[i] > '~' || buf.p[i] == '\\' || buf.p[i] == '<' ||
            buf.p[i] == '>')
            abort();
        quotes += buf.p[i] == '"';
    }
    if (quotes != 16)
        abort();
    rw_buf_done(&buf);
}

static void check_base64(struct rw_slice bytes)
{
    struct rw_buf buf;

    rw_buf_init(&buf, 2 * bytes.n + 4);
    rw_stir_base64url_put(&buf, bytes);
    if (buf.failed || buf.len != (bytes.n * 8 + 5) / 6)
        abort();
    require_only(rw_buf_slice(&buf),
                 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    rw_buf_done(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice text = {(const char *)data, size};

    check_number(text);
    check_url(text);
    check_base64(text);
    return 0;
}
