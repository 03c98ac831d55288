/*
 * route/incoming.h - whom a call that comes in from a trunk is for.
 *
 *     address it came from -> trunks that take calls -> the one whose tenant has the number called -> the
 *     owner of the number, or the user whom the trunk names -> that user's station
 *
 * The number called may be written with '+', with 00, or as bare digits beginning with the country code.
 * What the far end says of the caller is shown, not believed: what can't stand in a SIP URI is "anonymous".
 *
 * Owner    texts of the plan live in the arena, or in the table until the store's configuration changes: use
 *          them at once.
 * Threads  one worker's. Errors: a fate, each with the SIP status that tells the far end.
 */
#ifndef RW_ROUTE_INCOMING_H
#define RW_ROUTE_INCOMING_H

#include "call/leg.h"
#include "route/route.h"

enum rw_incoming_fate {
    RW_INCOMING_TAKEN,
    RW_INCOMING_NO_NUMBER,  /* no tenant with a trunk there has the number, or it is not active */
    RW_INCOMING_REFUSED,    /* no trunk of the address takes calls */
    RW_INCOMING_NOBODY,     /* the number has no owner, or the user is gone */
    RW_INCOMING_NO_STATION, /* the user has none that is active */
    RW_INCOMING_TROUBLE,    /* of the store or of memory */
};

struct rw_incoming_plan {
    const char *tenant_id, *number_id, *to_e164;
    const char *from; /* the caller, as shown */
    const char *user_id, *user_name, *station_id;
    struct rw_call_limits limits; /* of the tenant and the trunk */
    uint32_t trunk_max_ms;        /* how long a call through it may last; 0 = no cap of its own */
    struct rw_leg_target trunk;   /* id, name and media of the one it came through */
    struct rw_leg_target station;
};

/* `local` is the host and port that From headers name. *ret is filled as far as it came. */
enum rw_incoming_fate rw_route_incoming(struct rw_route_table *table,
                                        const struct rw_leg_offer *offer, const char *local,
                                        struct rw_arena *arena, struct rw_incoming_plan *ret);

struct rw_leg_refusal rw_incoming_refusal(enum rw_incoming_fate fate);
const char *rw_incoming_fate_name(enum rw_incoming_fate fate); /* a word for the log */

#endif
