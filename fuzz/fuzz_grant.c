/*
 * A token request: up to the first NUL the Authorization header, after it the form. What is accepted
 * names a client and a secret; what is not says why.
 */
#include "auth/grant.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice input = {(const char *)data, size}, header = input;
    const char *nul = size ? memchr(data, 0, size) : NULL;
    struct rw_grant_request request;
    struct rw_grant_refusal refusal;
    struct rw_arena arena;

    if (nul)
        header.n = (size_t)(nul - header.p);
    rw_arena_init(&arena, 1u << 20);
    if (rw_grant_parse(rw_slice_from(input, header.n + 1), header, &arena, &request, &refusal) ==
        RW_OK) {
        if (!*request.client_id || request.secret.n == 0)
            abort();
    } else if (!refusal.error || !refusal.err.code) {
        abort();
    }
    rw_arena_done(&arena);
    return 0;
}
