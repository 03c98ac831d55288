/*
 * json/write.h - writes JSON into a buffer: no tree, no allocation but the buffer's.
 *
 *     struct rw_json_writer w = rw_json_writer(buf);
 *     rw_json_open_object(&w, NULL);
 *     rw_json_str(&w, "id", id);
 *     rw_json_open_array(&w, "entities");
 *     rw_json_uint(&w, NULL, 7);
 *     rw_json_close(&w);
 *     rw_json_close(&w);
 *     if (!rw_json_done(&w)) ...
 *
 * `key` is the member's name inside an object and NULL inside an array or at the outermost level.
 *
 * Owner    the buffer's. Threads: one at a time.
 * Errors   sticky in buf->failed, which also says that the nesting went wrong or over its bound.
 *          Text that is not UTF-8 is written with U+FFFD for each bad byte: the output is valid.
 *          With `ascii` set, texts (not names) have \uXXXX for all that is beyond ASCII: safe to show.
 */
#ifndef RW_JSON_WRITE_H
#define RW_JSON_WRITE_H

#include "base/buf.h"

#define RW_JSON_WRITE_DEPTH 32

struct rw_json_writer {
    struct rw_buf *buf;
    uint8_t depth;
    bool comma;                       /* something stands before in this container */
    bool ascii;                       /* set it before the first value */
    char closer[RW_JSON_WRITE_DEPTH]; /* '}' or ']' of each open container */
};

static inline struct rw_json_writer rw_json_writer(struct rw_buf *buf)
{
    return (struct rw_json_writer){.buf = buf};
}

void rw_json_open_object(struct rw_json_writer *w, const char *key);
void rw_json_open_array(struct rw_json_writer *w, const char *key);
void rw_json_close(struct rw_json_writer *w); /* the innermost one that is open */

void rw_json_str(struct rw_json_writer *w, const char *key, const char *value); /* NULL: null */
void rw_json_opt(struct rw_json_writer *w, const char *key, const char *value); /* NULL: nothing */
void rw_json_slice(struct rw_json_writer *w, const char *key, struct rw_slice value);
void rw_json_int(struct rw_json_writer *w, const char *key, int64_t value);
void rw_json_uint(struct rw_json_writer *w, const char *key, uint64_t value);
void rw_json_bool(struct rw_json_writer *w, const char *key, bool value);
void rw_json_null(struct rw_json_writer *w, const char *key);
/* A wall time in milliseconds as ISO 8601; 0: nothing is written. */
void rw_json_time(struct rw_json_writer *w, const char *key, uint64_t wall_ms);
/* JSON text that is known to be one valid value. */
void rw_json_raw(struct rw_json_writer *w, const char *key, struct rw_slice json);

/* True when everything that was opened is closed and the buffer took it all. */
bool rw_json_done(const struct rw_json_writer *w);

/* Only the escaped text, without quotes. */
void rw_json_escape(struct rw_buf *buf, struct rw_slice text);

#endif
