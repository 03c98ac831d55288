/* Lines of stored limits, of clients and of classes: read, or refused; then looked up. */
#include "route/limits.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_arena arena;
    const char *text;

    rw_arena_init(&arena, 1u << 20);
    text = rw_arena_copy(&arena, (struct rw_slice){(const char *)data, size});
    for (int i = 0; text && i < 2; i++) {
        struct rw_row_call_limits row = {.classes = i ? text : "", .clients = i ? "" : text};
        struct rw_route_limits limits;

        if (rw_route_limits_read(&row, &arena, &limits, NULL) != RW_OK)
            continue;
        for (size_t n = 0; n < limits.client_count; n++)
            if (!limits.clients[n].id.n)
                abort();
        (void)rw_route_client_limit(&limits, "c1");
        (void)rw_route_class_limit(&limits, "International");
    }
    rw_arena_done(&arena);
    return 0;
}
