/* An expression of a number plan in the first line, digits in the next: read, then matched in bounded time. */
#include "route/pattern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end = size ? memchr(text, '\n', size) : NULL;
    struct rw_slice expression = {text, end ? (size_t)(end - text) : size}, digits = {NULL, 0};
    const struct rw_pattern *pattern;
    struct rw_arena arena;
    struct rw_err err;

    if (end)
        digits = (struct rw_slice){end + 1, size - expression.n - 1};
    rw_arena_init(&arena, 1u << 16);
    if (rw_pattern_make(expression, &arena, &pattern, &err) == RW_OK)
        (void)rw_pattern_matches(pattern, digits);
    else if (err.offset < 0 || (size_t)err.offset > expression.n)
        abort();
    rw_arena_done(&arena);
    return 0;
}
