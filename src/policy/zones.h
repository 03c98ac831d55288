/*
 * policy/zones.h - the time zones that were asked for, remembered.
 *
 * Owner    a worker's. Zones live as long as the collection: an update of the system's zoneinfo counts
 *          from the next start on.
 * Threads  one worker's.
 * Memory   at most RW_ZONES_MAX zones in RW_ZONES_BYTES.
 * Errors   a zone that the system has no sound file of is NULL, and remembered as such.
 */
#ifndef RW_POLICY_ZONES_H
#define RW_POLICY_ZONES_H

#include "policy/zone.h"

#define RW_ZONES_MAX 512u
#define RW_ZONES_BYTES (2u << 20)
#define RW_ZONES_DIRECTORY "/usr/share/zoneinfo"

struct rw_zones;

RW_NODISCARD enum rw_class rw_zones_new(struct rw_zones **ret, const char *directory,
                                        struct rw_err *err);
void rw_zones_free(struct rw_zones *zones); /* NULL is fine */

/* By a tz name such as "Asia/Singapore". */
const struct rw_zone *rw_zones_get(struct rw_zones *zones, struct rw_slice name);

#endif
