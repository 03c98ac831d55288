/*
 * policy/zone_name.h - names of time zones as an operator writes them: is there one, and which was meant?
 *
 * For judging a configuration: nothing is kept, so names that nobody has take no room among the zones of
 * policy/zones.h.
 *
 * Threads  any; files of the directory are read (RW_ZONES_DIRECTORY).
 * Memory   one file at a time, at most RW_ZONE_FILE_MAX.
 * Errors   false: there is none, or memory is out.
 */
#ifndef RW_POLICY_ZONE_NAME_H
#define RW_POLICY_ZONE_NAME_H

#include "base/slice.h"

#define RW_ZONE_NAME_SIZE 64

bool rw_zone_name_known(const char *directory, struct rw_slice name);

/*
 * The zone of the directory's zone.tab that is nearest: "singapore" and "Asia/Singapoer" are near to
 * Asia/Singapore.
 */
bool rw_zone_name_nearest(const char *directory, struct rw_slice name, char dst[RW_ZONE_NAME_SIZE]);

#endif
