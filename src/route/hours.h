/*
 * route/hours.h - when a route is open: days of the week and hours, by the clock of a time zone.
 *
 * Stored as "Asia/Singapore,1 09:00:00-18:00:00,2 09:00:00-18:00:00": the zone, then slots, the day of each from
 * 1 = Monday. A slot begins with its first second and ends before its last; one whose end is not behind its
 * beginning goes on into the next day. What the clocks of the place show is what counts, so a slot is an
 * hour shorter or longer, or met twice, on the days when they are put forward or back.
 *
 * Owner    lies in the arena it was made with; the zone is the collection's. Threads: a worker's.
 * Memory   12 bytes a slot.
 * Errors   RW_NO_MEMORY. A zone that the system does not know is never open.
 */
#ifndef RW_ROUTE_HOURS_H
#define RW_ROUTE_HOURS_H

#include "policy/zones.h"

#define RW_ROUTE_DAY_S 86400u
#define RW_ROUTE_TIME_TEXT 9 /* "09:00:00" */

struct rw_route_slot {
    uint8_t day;              /* 1 = Monday */
    uint32_t start_s, stop_s; /* of the day, up to RW_ROUTE_DAY_S */
};

struct rw_route_hours {
    struct rw_slice zone_name;
    const struct rw_zone *zone; /* NULL: not known here */
    size_t count;
    const struct rw_route_slot *slots;
};

/* Text as it is stored. Slots that are none are left out. */
RW_NODISCARD enum rw_class rw_route_hours_read(const char *text, struct rw_zones *zones,
                                               struct rw_arena *arena,
                                               const struct rw_route_hours **ret,
                                               struct rw_err *err);

/* "09:00" or "09:00:00", up to "24:00"; false: it is none. */
bool rw_route_time_read(struct rw_slice text, uint32_t *ret_s);
void rw_route_time_write(uint32_t s, char dst[RW_ROUTE_TIME_TEXT]);
/* "1 09:00:00-18:00:00"; false: it is none. */
bool rw_route_slot_read(struct rw_slice text, struct rw_route_slot *ret);

bool rw_route_hours_open(const struct rw_route_hours *hours, int64_t now_s);

/* "it is Thu 23:10 in Asia/Singapore, and it opens Fri 09:00" */
void rw_route_hours_say(const struct rw_route_hours *hours, int64_t now_s, char *dst, size_t size);

#endif
