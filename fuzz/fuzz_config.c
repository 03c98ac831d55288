/* Any bytes as a configuration file: accepted, or refused with a place inside the text. */
#include "daemon/config.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_config config;
    struct rw_err err = {0};

    rw_config_defaults(&config);
    if (rw_config_read(&config, "fuzz", (struct rw_slice){(const char *)data, size}, &err) &&
        (!err.code || err.column < 0 || err.line < 0))
        abort();
    return 0;
}
