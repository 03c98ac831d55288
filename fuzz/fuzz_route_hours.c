/* Any text as the hours of a route: a slot that is taken is written as it was read, and nothing is open without one. */
#include "route/rule.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_slots(struct rw_slice rest)
{
    while (rest.p) {
        struct rw_route_slot slot;
        char start[RW_ROUTE_TIME_TEXT], stop[RW_ROUTE_TIME_TEXT];
        uint32_t again;

        if (!rw_route_slot_read(rw_route_next_word(&rest), &slot))
            continue;
        rw_route_time_write(slot.start_s, start);
        rw_route_time_write(slot.stop_s, stop);
        if (!rw_route_time_read(rw_slice_str(start), &again) || again != slot.start_s ||
            !rw_route_time_read(rw_slice_str(stop), &again) || again != slot.stop_s ||
            slot.day < 1 || slot.day > 7)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct rw_zones *zones;
    const struct rw_route_hours *hours;
    struct rw_arena arena;
    const char *text;

    if (!zones && rw_zones_new(&zones, RW_ZONES_DIRECTORY, NULL) != RW_OK)
        abort();
    rw_arena_init(&arena, 1u << 20);
    text = rw_arena_copy(&arena, (struct rw_slice){(const char *)data, size});
    if (text && rw_route_hours_read(text, zones, &arena, &hours, NULL) == RW_OK) {
        check_slots(rw_slice_str(text));
        for (int64_t at = 1795392000; at < 1795392000 + 14 * 86400; at += 3599) {
            char said[120];

            rw_route_hours_say(hours, at, said, sizeof(said));
            if (rw_route_hours_open(hours, at) && (!hours->zone || !hours->count))
                abort();
        }
    }
    rw_arena_done(&arena);
    return 0;
}
