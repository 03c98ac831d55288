/*
 * policy/hours.h - calling hours: when the telephones of a region may be rung, by their own clocks.
 *
 * A rule is a region and a stretch of the day, "SG 08:00-20:00"; "*" is every region that has no rule of
 * its own. Several rules of one region add up (a pause at noon). A stretch may reach over midnight,
 * "20:00-02:00"; it begins at its first minute and ends before its last. A number that may be in several
 * zones is called only when it is allowed in all of them.
 *
 * Owner    compiled rules live in the arena given. Threads: pure functions; any.
 * Memory   at most RW_HOURS_MAX rules.
 * Errors   RW_MALFORMED policy.bad_hours with the rule's offset in the text; RW_NO_MEMORY.
 */
#ifndef RW_POLICY_HOURS_H
#define RW_POLICY_HOURS_H

#include "policy/zones.h"

#define RW_HOURS_MAX 300u
#define RW_HOURS_TEXT 16 /* "SG 08:00-20:00" */

struct rw_hours_rule {
    char region[4]; /* "SG", "*" */
    uint16_t from_min, to_min;
};

struct rw_hours {
    size_t count;
    const struct rw_hours_rule *at;
};

/* Rules with a line each. */
RW_NODISCARD enum rw_class rw_hours_compile(struct rw_slice lines, struct rw_arena *arena,
                                            struct rw_hours *ret, struct rw_err *err);

/* One rule, "SG 08:00-20:00". False: it is none. */
bool rw_hours_read(struct rw_slice text, struct rw_hours_rule *ret);

/* What the clocks say of a call to a number. */
struct rw_hours_verdict {
    enum {
        RW_HOURS_ALLOWED, /* by the clocks, or because there is no rule for the region */
        RW_HOURS_CLOSED,  /* outside of the hours in `zone` */
        RW_HOURS_NO_ZONE  /* there is a rule, but not known what time it is there */
    } kind;
    const struct rw_hours_rule *rule; /* the first of the region's */
    struct rw_slice zone; /* of CLOSED: the first that does not allow it; NO_ZONE: not found */
    unsigned minute;      /* of CLOSED: of the day, in `zone` */
    size_t zones;         /* how many the number may be in */
    int64_t opens_s;      /* of CLOSED: when it is allowed in all; 0 = not within a week */
};

/* `names` are the tz names of the number, comma-separated; region "" = of no country. */
void rw_hours_judge(const struct rw_hours *hours, const char *region, const char *names,
                    struct rw_zones *zones, int64_t now_s, struct rw_hours_verdict *ret);

#endif
