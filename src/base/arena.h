/*
 * base/arena.h - memory of one request or one message: allocated piecewise, freed whole.
 *
 * Owner    whoever called _init(); _done() frees every block. What an arena hands out lives until
 *          then; nothing is freed singly.
 * Threads  one at a time.
 * Memory   at most `max` bytes in all, given at birth; blocks of 4 KiB, larger ones as needed.
 * Errors   NULL when memory or the bound is out; the arena stays usable.
 */
#ifndef RW_BASE_ARENA_H
#define RW_BASE_ARENA_H

#include "base/slice.h"

struct rw_arena_block;

struct rw_arena {
    struct rw_arena_block *head;
    size_t used, max;
};

void rw_arena_init(struct rw_arena *arena, size_t max);
void rw_arena_done(struct rw_arena *arena);

void *rw_arena_alloc(struct rw_arena *arena, size_t size);          /* zeroed, aligned to 16 */
char *rw_arena_copy(struct rw_arena *arena, struct rw_slice bytes); /* NUL-terminated */
char *rw_arena_printf(struct rw_arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
