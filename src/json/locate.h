/*
 * json/locate.h - where a JSON Pointer's value stands in a text that rw_json_read() has accepted.
 *
 * Used on the error path only: it walks the text again instead of having a parser keep positions.
 *
 * Threads  any; no state, no allocation.
 * Errors   false when the pointer names nothing in the text. A text that is not JSON gives false or
 *          a place inside of it, never a read outside.
 * Units    offset in bytes from 0; line and column from 1, column and length in code points.
 */
#ifndef RW_JSON_LOCATE_H
#define RW_JSON_LOCATE_H

#include "base/err.h"

struct rw_json_place {
    size_t offset, bytes; /* the value as written, a string with its quotes */
    uint32_t line, column;
    uint32_t length;
};

/*
 * Finds the value that `pointer` (RFC 6901) names. ret_name (NULL allowed) gets the member's name
 * as written, with its quotes; for an array's element or the whole document it equals *ret_value.
 * A token may hold characters in the escaped form that base/err.h gives them.
 */
bool rw_json_locate(struct rw_slice text, const char *pointer, struct rw_json_place *ret_value,
                    struct rw_json_place *ret_name);

/* Line and column of a byte offset; past the end it is the place after the last character. */
void rw_json_line_column(struct rw_slice text, size_t offset, uint32_t *ret_line,
                         uint32_t *ret_column);

enum rw_json_part { RW_JSON_VALUE, RW_JSON_NAME };

/*
 * Completes an error made by a check of values, which knows a pointer but not the text. With
 * err->offset >= 0 it is an offset into the decoded string at the pointer (as an address check
 * leaves it) and err->length code points from there are at fault; otherwise the whole part is.
 * Afterwards offset, line, column and length speak of `text`. When the pointer's value is absent (a
 * missing member) they point to its nearest parent that is there, at its closing bracket, length 0.
 */
void rw_json_locate_err(struct rw_slice text, enum rw_json_part part, struct rw_err *err);

#endif
