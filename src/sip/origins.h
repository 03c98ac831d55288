/*
 * sip/origins.h - which trunks an address belongs to, for calls that come in from it.
 *
 * Several trunks, of several tenants even, may have one carrier's address; ports change and say nothing.
 *
 * Owner    the wire. Threads: any; a lock held for a walk through the table.
 * Memory   RW_SIP_ORIGINS entries; the one that would be forgotten first makes room.
 */
#ifndef RW_SIP_ORIGINS_H
#define RW_SIP_ORIGINS_H

#include "call/leg.h"

#include <re.h>

#define RW_SIP_ORIGINS 2048u
#define RW_SIP_ORIGIN_TRUNKS 8u /* of one address */

struct rw_sip_origins;

struct rw_sip_origins *rw_sip_origins_new(void); /* NULL: no memory */
void rw_sip_origins_free(struct rw_sip_origins *origins);

/* The trunk may call from this address for so long from now on. */
void rw_sip_origins_put(struct rw_sip_origins *origins, const struct sa *peer,
                        const struct rw_leg_origin *origin, uint32_t for_ms);

/* The trunks of an address, at most RW_SIP_ORIGIN_TRUNKS of them; returns how many. */
unsigned rw_sip_origins_find(struct rw_sip_origins *origins, const struct sa *peer,
                             struct rw_leg_origin ret[RW_SIP_ORIGIN_TRUNKS]);

#endif
