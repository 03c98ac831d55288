/*
 * json/explain.h - why a text is not JSON: the first place where it stops making sense, in words.
 *
 * Walks the text by RFC 8259's grammar, without a tree, and knows the mistakes people make: single
 * quotes, a comma too many, comments, Python's None, a form instead of JSON, and so on.
 *
 * Threads  any; no state, no allocation.
 * Errors   what rw_json_read() may answer, but body.duplicate_member; RW_OK when nothing is wrong.
 */
#ifndef RW_JSON_EXPLAIN_H
#define RW_JSON_EXPLAIN_H

#include "base/err.h"

#define RW_JSON_EXPLAIN_DEPTH 256 /* depth_max may not be larger */

enum rw_class rw_json_explain(struct rw_slice text, uint32_t depth_max, struct rw_err *err);

/* Fills in what stands at an offset: "'" becomes: ' (U+0027). For every error of reading. */
void rw_json_found_at(struct rw_slice text, size_t at, struct rw_err *err);

/* Offset, line, column and length of an error that lies in text[from..to). */
void rw_json_mark(struct rw_slice text, size_t from, size_t to, struct rw_err *err);

#endif
