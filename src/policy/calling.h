/*
 * policy/calling.h - whom a tenant may call at all, and when.
 *
 * The rules, each of which refuses by itself, and all of which are told:
 *
 *     blocked prefixes    the operator's own, and the built-in list of high risk unless it is off
 *     blocked types       premium, satellite, shared-cost, ... as the address engine knows them
 *     allowed regions     no others, when any is named
 *     calling hours       see policy/hours.h
 *
 * An allowed prefix lifts a blocked one that is not longer, and the rules about types and regions. Hours
 * hold for everybody. A tenant that has set nothing has the built-in list and no other rule.
 *
 * Owner    a compiled policy lives in the arena given. Threads: any; judging changes the zones.
 * Memory   see policy/prefixes.h and policy/hours.h.
 * Errors   compiling: RW_MALFORMED policy.bad_prefix, policy.bad_type, policy.bad_region,
 *          policy.bad_hours, `pointer` naming the member; RW_NO_MEMORY. Judging adds faults, all of class
 *          RW_FORBIDDEN: policy.blocked_prefix, policy.high_risk, policy.blocked_type,
 *          policy.region_not_allowed, policy.outside_hours, policy.zone_unknown.
 */
#ifndef RW_POLICY_CALLING_H
#define RW_POLICY_CALLING_H

#include "address/address.h"
#include "policy/hours.h"
#include "policy/prefixes.h"

/* As it is stored; every text may be "" for none. */
struct rw_calling_texts {
    const char *allowed_prefixes, *blocked_prefixes; /* "881,882" */
    const char *blocked_types;                       /* "premium,satellite" */
    const char *allowed_regions;                     /* "SG,MY"; "" = all */
    const char *hours;                               /* a line each, "SG 08:00-20:00" */
    bool high_risk;                                  /* the built-in list is in force */
    uint32_t freeze_after; /* refusals within a minute that freeze a token; 0 = never */
};

struct rw_calling {
    struct rw_prefixes allowed, blocked;
    uint32_t blocked_types;      /* bit 1 << enum rw_address_type */
    const char *allowed_regions; /* as in the texts, copied */
    struct rw_hours hours;
    bool high_risk;
    uint32_t freeze_after;
};

/* Refused calls of a token within a minute, beyond which it is frozen, where nothing else is set. */
#define RW_CALLING_FREEZE_AFTER 30u

/* Of a tenant that has set nothing. */
extern const struct rw_calling_texts rw_calling_default;

RW_NODISCARD enum rw_class rw_calling_compile(const struct rw_calling_texts *texts,
                                              struct rw_arena *arena, struct rw_calling *ret,
                                              struct rw_err *err);

/* Adds a fault at `pointer` for each rule that refuses. True: none does. */
bool rw_calling_judge(const struct rw_calling *calling, const struct rw_address *called,
                      struct rw_zones *zones, uint64_t now_ms, const char *pointer,
                      struct rw_faults *faults);

#endif
