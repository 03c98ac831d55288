/*
 * http/chunked.h - the chunked transfer coding (RFC 9112 section 7.1), decoded in place.
 *
 * Strict as the head is: lines end in CR LF, a size is 1 to 8 hexadecimal digits, extensions are
 * skipped up to a bound, trailers are checked and dropped.
 *
 * Owner    the bytes are the caller's. Threads: pure. Memory: none.
 */
#ifndef RW_HTTP_CHUNKED_H
#define RW_HTTP_CHUNKED_H

#include "base/err.h"

#define RW_HTTP_CHUNK_LINE_MAX 256     /* a size with its extensions */
#define RW_HTTP_TRAILER_BYTES_MAX 4096 /* all trailers */

enum rw_http_chunk_state {
    RW_HTTP_CHUNK_SIZE, /* before or in a size line */
    RW_HTTP_CHUNK_DATA,
    RW_HTTP_CHUNK_DATA_END, /* the CR LF behind a chunk's bytes */
    RW_HTTP_CHUNK_TRAILER,
    RW_HTTP_CHUNK_DONE
};

struct rw_http_chunked {
    enum rw_http_chunk_state state;
    uint32_t left;   /* of the chunk being read */
    size_t body_max; /* decoded bytes allowed */
    size_t body;     /* decoded so far */
    size_t trailer;  /* bytes of trailers so far */
    size_t raw;      /* coded bytes consumed so far: the offset that errors name */
};

/*
 * Decodes as much of in[*pos .. n) as is there, appending to out, which may be in itself at or
 * before *pos. Advances *pos over what was consumed. RW_OK says nothing about the end: look at
 * c->state. Fails with RW_MALFORMED http.framing.bad_chunk or RW_TOO_LARGE http.body_too_large.
 */
RW_NODISCARD enum rw_class rw_http_chunked_feed(struct rw_http_chunked *c, const char *in, size_t n,
                                                size_t *pos, char *out, struct rw_err *err);

#endif
