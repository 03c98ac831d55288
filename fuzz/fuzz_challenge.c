/*
 * A WWW-Authenticate value. What is accepted has a nonce of its own bytes, and the answer to it is one
 * header: no line end gets from the challenge into it.
 */
#include "sip/digest.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_inside(struct rw_slice part, struct rw_slice whole)
{
    if (part.n && (part.p < whole.p || part.p + part.n > whole.p + whole.n))
        abort();
}

static bool has_line_end(struct rw_slice text)
{
    return text.n && (memchr(text.p, '\r', text.n) || memchr(text.p, '\n', text.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct rw_sip_credentials credentials = {.user = {"carol", 5},
                                                          .password = {"secret", 6},
                                                          .method = RW_SIP_INVITE,
                                                          .uri = {"sip:b@c.example", 15},
                                                          .cnonce = 7};
    struct rw_slice value = {(const char *)data, size};
    struct rw_sip_challenge challenge;
    struct rw_buf buf;

    if (!rw_sip_challenge_parse(value, &challenge))
        return 0;
    require_inside(challenge.realm, value);
    require_inside(challenge.nonce, value);
    require_inside(challenge.opaque, value);
    rw_buf_init(&buf, 65536);
    if (rw_sip_digest_put(&buf, &challenge, &credentials) && !buf.failed && !has_line_end(value) &&
        has_line_end(rw_buf_slice(&buf)))
        abort();
    rw_buf_done(&buf);
    return 0;
}
