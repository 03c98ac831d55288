/* The Authorization header: whatever comes, a token is a part of it, without blanks. */
#include "auth/identity.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice header = {(const char *)data, size}, token = {NULL, 0};
    struct rw_err err = {0};

    if (rw_bearer_read(header, &token, &err) == RW_OK) {
        if (token.n == 0 || token.p < header.p || token.p + token.n > header.p + header.n ||
            memchr(token.p, ' ', token.n))
            abort();
    } else if (!err.code || err.class != RW_UNAUTHENTICATED) {
        abort();
    }
    return 0;
}
