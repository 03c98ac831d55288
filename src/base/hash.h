/*
 * base/hash.h - spreads texts of ours over the buckets of a table: FNV-1a, 32 bits.
 *
 * Not for keys that a stranger chooses: he can find many that fall together.
 * Threads  a pure function.
 */
#ifndef RW_BASE_HASH_H
#define RW_BASE_HASH_H

#include <stdint.h>

#define RW_HASH_START UINT32_C(2166136261)

/* Goes on from `hash`, which is RW_HASH_START for the first text. */
static inline uint32_t rw_hash_text(uint32_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT32_C(16777619);
    return hash;
}

#endif
