/*
 * http/head.h - the head of an HTTP/1.1 request (RFC 9112), read strictly and once.
 *
 * Whatever two readers could understand differently is refused, not repaired: bare LF and CR,
 * folded lines, white space before a colon, repeated or conflicting Content-Length,
 * Transfer-Encoding and Host (RFC 9112 sections 2.2, 3.2, 5.1, 5.2, 6.3, 11.2). A refusal names the
 * byte: offset, line and column in the head as it was sent.
 *
 * Owner    a head points into the bytes it was read from by offsets; they may move together.
 * Threads  pure functions.
 * Memory   none of its own; at most RW_HTTP_FIELDS_MAX fields, at most 65,535 bytes.
 */
#ifndef RW_HTTP_HEAD_H
#define RW_HTTP_HEAD_H

#include "base/err.h"

#define RW_HTTP_FIELDS_MAX 64
#define RW_HTTP_HEAD_BYTES_MAX 65535u
#define RW_HTTP_METHOD_BYTES_MAX 20

/* A part of the head: where it begins, how long it is. */
struct rw_http_span {
    uint16_t at, n;
};

struct rw_http_field {
    struct rw_http_span name, value; /* the value without the white space around it */
};

struct rw_http_head {
    char method[RW_HTTP_METHOD_BYTES_MAX + 1];
    struct rw_http_span target, path, query; /* query without '?' */
    bool http_1_0;
    bool close;           /* the client wants the connection closed after the answer */
    bool expect_continue; /* it waits for "100 Continue" before it sends the body */
    bool chunked;
    uint64_t length; /* of the body; 0 when chunked or none */
    unsigned count;
    struct rw_http_field fields[RW_HTTP_FIELDS_MAX];
};

/*
 * How many bytes the head has, with its closing empty line; 0 when the end is not there yet. A line
 * that ends in a bare LF ends the search as well: parsing then says what is wrong with it. *from
 * (0 at first) remembers how far the search came, so that bytes are looked at once.
 */
size_t rw_http_head_find(struct rw_slice in, size_t *from);

/* Reads `head`, whole, as rw_http_head_find() measured it. *ret is garbage after a failure. */
RW_NODISCARD enum rw_class rw_http_head_parse(struct rw_slice head, struct rw_http_head *ret,
                                              struct rw_err *err);

/* Sets offset, line, column and length of *err to that place in `text`. */
void rw_http_err_place(struct rw_err *err, struct rw_slice text, size_t offset, size_t length);

/* One bit a character of ASCII: letters, digits and !#$%&'*+-.^_`|~ (RFC 9110 section 5.6.2). */
extern const uint32_t rw_http_token_bits[8];

static inline bool rw_http_is_token(unsigned char c)
{
    return rw_http_token_bits[c / 32] >> (c % 32) & 1;
}

static inline struct rw_slice rw_http_span_of(const char *head, struct rw_http_span span)
{
    return (struct rw_slice){head + span.at, span.n};
}

#endif
