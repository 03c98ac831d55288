/* base/utf8.h - UTF-8 (RFC 3629), decoded strictly: no overlong forms, surrogates or > U+10FFFF. */
#ifndef RW_BASE_UTF8_H
#define RW_BASE_UTF8_H

#include "base/slice.h"

#include <stdint.h>

/* Decodes the first character. Returns its bytes (1..4), 0 when empty or invalid. */
size_t rw_utf8_decode(struct rw_slice s, uint32_t *ret_cp);

/* Encodes cp (a valid scalar value) into out; returns 1..4, or 0 when cp is none. */
size_t rw_utf8_encode(uint32_t cp, char out[4]);

/* Characters in s; each invalid byte counts as one. */
size_t rw_utf8_count(struct rw_slice s);

/* The first `most` bytes, or up to three less: never a part of a character. */
struct rw_slice rw_utf8_cut(struct rw_slice s, size_t most);

/* Offset of the first byte that is not UTF-8, or s.n. */
size_t rw_utf8_valid_prefix(struct rw_slice s);

#endif
