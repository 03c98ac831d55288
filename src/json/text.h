/*
 * json/text.h - the few steps over JSON text that reading and locating share.
 *
 * All take the text and an offset and never read outside of it. Offsets past the end stay there.
 * Threads  any; no state, no allocation.
 */
#ifndef RW_JSON_TEXT_H
#define RW_JSON_TEXT_H

#include "base/slice.h"

#include <stdint.h>

/* A zero byte is none of any. */
static inline bool rw_json_is_one_of(char c, const char *characters)
{
    return c != '\0' && strchr(characters, c);
}

/* The first offset from `at` on that is no blank, tab, line feed or carriage return. */
size_t rw_json_skip_blank(struct rw_slice text, size_t at);

/* `at` is an opening quote: the offset behind the closing one, or text.n when there is none. */
size_t rw_json_skip_string(struct rw_slice text, size_t at);

/* The offset behind the value that begins at `at`; brackets are counted, not checked. */
size_t rw_json_skip_value(struct rw_slice text, size_t at);

/*
 * Decodes one character of a string's inside at `at`, escapes and surrogate pairs included. Returns
 * the bytes it takes in the text, 0 at the end; what can't be decoded counts as one byte, U+FFFD.
 */
size_t rw_json_decode(struct rw_slice text, size_t at, uint32_t *ret_cp);

/* Decodes a string's inside into out, cut at a whole character. Returns bytes written. */
size_t rw_json_unescape(struct rw_slice inside, char *out, size_t size);

#endif
