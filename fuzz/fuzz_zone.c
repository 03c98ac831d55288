/* Any bytes as a file of a time zone: refused, or every instant of a century has a sane offset. */
#include "policy/zone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_zone zone;
    struct rw_arena arena;

    rw_arena_init(&arena, 1u << 20);
    if (rw_zone_parse((struct rw_slice){(const char *)data, size}, &arena, &zone, NULL) == RW_OK)
        for (int64_t at = 1577836800; at < 1577836800 + INT64_C(3155760000); at += 7654321) {
            int64_t until;
            int32_t offset = rw_zone_offset(&zone, at, &until);

            if (until <= at || offset <= -26 * 3600 || offset >= 26 * 3600 ||
                rw_zone_minute(&zone, at) >= 1440)
                abort();
        }
    rw_arena_done(&arena);
    return 0;
}
