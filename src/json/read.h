/*
 * json/read.h - a request body, read strictly (RFC 8259), with words for whoever got it wrong.
 *
 * What is refused beyond RFC 8259's grammar: two members of one name in an object, \u0000 in a
 * string, numbers that do not fit 64 bits or a double, more than `depth_max` levels, a byte order
 * mark, and any outermost value that is neither object nor array.
 *
 * Owner    the caller of rw_json_read() gets one reference and gives it back by json_decref().
 * Threads  any; rw_json_setup() once, before the first thread.
 * Memory   bounded by the text's size: at most about 40 bytes for each byte of it.
 * Errors   RW_MALFORMED body.empty, body.not_json, body.not_utf8, body.form_encoded,
 *          body.double_encoded, body.duplicate_member, body.number_too_large, body.too_deep,
 *          body.wrong_type; RW_TOO_LARGE body.too_large; RW_NO_MEMORY. Offset, line and column say
 *          where the text stopped making sense; found says what stands there.
 * Not to be included beside re.h.
 */
#ifndef RW_JSON_READ_H
#define RW_JSON_READ_H

#include "base/err.h"

#include <jansson.h>

#define RW_JSON_BYTES_MAX (256u * 1024)
#define RW_JSON_DEPTH_MAX 32u

struct rw_json_limits {
    uint32_t bytes_max; /* 0 = RW_JSON_BYTES_MAX */
    uint32_t depth_max; /* 0 = RW_JSON_DEPTH_MAX */
};

/* Makes jansson take its memory by base/mem.h, so that tests can fail its allocations. */
void rw_json_setup(void);

/* limits NULL: the defaults. */
RW_NODISCARD enum rw_class rw_json_read(struct rw_slice text, const struct rw_json_limits *limits,
                                        json_t **ret, struct rw_err *err);

#endif
