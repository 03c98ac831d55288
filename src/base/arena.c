#include "base/arena.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

#define BLOCK_SIZE 4096u

struct rw_arena_block {
    struct rw_arena_block *next;
    size_t len, cap;
    _Alignas(16) char bytes[];
};

void rw_arena_init(struct rw_arena *arena, size_t max)
{
    *arena = (struct rw_arena){.max = max};
}

void rw_arena_done(struct rw_arena *arena)
{
    while (arena->head) {
        struct rw_arena_block *next = arena->head->next;

        rw_free(arena->head);
        arena->head = next;
    }
    arena->used = 0;
}

void *rw_arena_alloc(struct rw_arena *arena, size_t size)
{
    struct rw_arena_block *block = arena->head;
    void *p;

    if (size > arena->max)
        return NULL;
    size = (size + 15) & ~(size_t)15;
    if (size > arena->max - arena->used)
        return NULL;
    if (!block || block->cap - block->len < size) {
        size_t cap = BLOCK_SIZE - sizeof(*block);

        if (cap < size)
            cap = size;
        block = rw_calloc(1, sizeof(*block) + cap);
        if (!block)
            return NULL;
        block->cap = cap;
        block->next = arena->head;
        arena->head = block;
    }
    p = block->bytes + block->len;
    block->len += size;
    arena->used += size;
    return p;
}

char *rw_arena_copy(struct rw_arena *arena, struct rw_slice bytes)
{
    char *p = rw_arena_alloc(arena, bytes.n + 1);

    if (p && bytes.n)
        memcpy(p, bytes.p, bytes.n);
    return p;
}

char *rw_arena_printf(struct rw_arena *arena, const char *fmt, ...)
{
    char brief
        [256]; /* formatting twice, first for the length, is what most texts are too short for */
    va_list ap;
    char *p;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(brief, sizeof(brief), fmt, ap);
    va_end(ap);
    if (n < 0)
        return NULL;
    if ((size_t)n < sizeof(brief))
        return rw_arena_copy(arena, (struct rw_slice){brief, (size_t)n});
    p = rw_arena_alloc(arena, (size_t)n + 1);
    if (p) {
        va_start(ap, fmt);
        (void)vsnprintf(p, (size_t)n + 1, fmt, ap);
        va_end(ap);
    }
    return p;
}
