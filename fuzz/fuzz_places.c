/*
 * A trunk's addresses as an operator wrote them down: whatever is accepted is a host that can stand in a question
 * to a name server and in a log.
 */
#include "sip/locate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice rest = {(const char *)data, size}, one;

    while (rw_sip_next_element(&rest, &one)) {
        struct rw_sip_target target = {.port = 5060};
        size_t n;

        if (!rw_sip_target_read(one, &target))
            continue;
        n = strnlen(target.name, sizeof(target.name));
        if (n == 0 || n == sizeof(target.name) || target.port == 0)
            abort();
        for (size_t i = 0; i < n; i++)
            if ((unsigned char)target.name[i] <= 0x20 || strchr("\x7f<>\"@;?,", target.name[i]))
                abort();
    }
    return 0;
}
