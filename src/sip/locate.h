/*
 * sip/locate.h - from the host of a SIP URI to the addresses to try, in their order (RFC 3263, 4.2).
 *
 *     a list by hand                               its places, in the order that SRV has:
 *                                                  "192.0.2.1:5061;priority=1;weight=3, b.example"
 *     an address, or localhost                     that
 *     a name with a port                           its addresses (A or AAAA, as our SIP port is)
 *     a name without                               its SRV records for the transport: _sips._tcp,
 *                                                  _sip._tcp or _sip._udp; the lowest priority first,
 *                                                  among equals drawn by weight (RFC 2782) for each
 *                                                  call anew; without any, its addresses
 *
 * NAPTR is left out: the transport is the trunk's to say. What was found is kept for as long as its
 * records live, an hour at most; what was not found is asked for again.
 *
 * Owner    a lookup belongs to whoever began it, until its handler runs or it is cancelled.
 * Threads  a worker's.
 * Memory   at most RW_SIP_PLACES_MAX addresses of a host, RW_SIP_KNOWN_HOSTS hosts.
 */
#ifndef RW_SIP_LOCATE_H
#define RW_SIP_LOCATE_H

#include "base/err.h"
#include "sip/target.h"
#include "sip/uri.h"

#include <re.h>

#define RW_SIP_KNOWN_HOSTS 64u
#define RW_SIP_QUESTION_MS 5000u /* for each question, repetitions and all; then on to the next */

struct rw_sip;
struct rw_sip_known;
struct rw_sip_lookup;

struct rw_sip_places {
    unsigned count;
    struct sa at[RW_SIP_PLACES_MAX]; /* in the order to try them */
    bool by_service;                 /* as SRV records name them */
};

/* count 0: there is none, or nobody answers. places is valid during the call. */
typedef void(rw_sip_located_h)(const struct rw_sip_places *places, void *arg);

/*
 * by_hand: the places to take instead of the URI's host, at most RW_SIP_PLACES_MAX, each with the URI's
 * port unless it names its own, priority 0 and weight 0; NULL or "" = none.
 *
 * Either fills *ret at once and sets *ret_lookup to NULL, or begins a lookup, whose handler is called
 * later. RW_MALFORMED sip.bad_target, sip.bad_places, sip.wrong_address_family; RW_IO sip.unresolvable when nobody can
 * be asked; RW_NO_MEMORY.
 */
RW_NODISCARD enum rw_class rw_sip_locate(struct rw_sip *sip, const struct rw_sip_uri *uri,
                                         const char *by_hand, struct rw_sip_places *ret,
                                         rw_sip_located_h *handler, void *arg,
                                         struct rw_sip_lookup **ret_lookup, struct rw_err *err);
void rw_sip_lookup_cancel(struct rw_sip_lookup *lookup); /* NULL is fine */

/* Forgets what was found. */
void rw_sip_known_free(struct rw_sip *sip);

#endif
