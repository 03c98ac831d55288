/*
 * route/route.h - from a request's wishes to a trunk, a caller id and a telephone.
 *
 *     caller id   which number the called party sees: a number resource of the tenant, active and
 *                 allowed outbound; named by providerId, by `from`, or the tenant's only usable one
 *     route       the tenant's enabled routes by longest prefix of the called number, then priority; the
 *                 first that takes numbers of this class and has an active trunk, and of its trunks the first active one, or, when it
 *                 distributes at random, any active one
 *     station     the user's default station
 *
 * Owner    a worker owns its table; it borrows store and reader. Plans live in the arena given and in
 *          the table until the store's configuration changes: use them at once.
 * Threads  one worker's.
 * Memory   the routes, trunks, users, stations and numbers that calls used, at most
 *          RW_ROUTE_REMEMBERED of each kind in all; dropped whenever the store's generation moves.
 * Errors   every fault at once: RW_FORBIDDEN caller.not_owned, caller.inactive, caller.internal_only,
 *          caller.none; RW_MALFORMED provider.not_found, provider.mismatch; RW_CONFLICT
 *          station.missing, station.inactive, route.none, route.trunk_inactive; RW_NOT_FOUND
 *          user.not_found; RW_NO_MEMORY and RW_IO from the store.
 */
#ifndef RW_ROUTE_ROUTE_H
#define RW_ROUTE_ROUTE_H

#include "call/leg.h"
#include "store/store.h"

#define RW_ROUTE_REMEMBERED 4096

struct rw_route_table;

RW_NODISCARD enum rw_class rw_route_table_new(struct rw_route_table **ret, struct rw_store *store,
                                              struct rw_store_reader *reader, struct rw_err *err);
void rw_route_table_free(struct rw_route_table *table); /* NULL is fine */

/* What a request asks for. Empty slices: not given (or not usable: then somebody else said so). */
struct rw_route_wish {
    const char *tenant_id;
    const char *user_id;      /* who calls */
    bool with_station;        /* ring the user's telephone first; false: agentless */
    struct rw_slice to;       /* E.164 with '+' */
    struct rw_slice from;     /* E.164 with '+' */
    struct rw_slice provider; /* id of a number resource */
    /* JSON Pointers of the members, for the faults; "" where a member is absent. */
    const char *to_pointer, *from_pointer, *provider_pointer;
};

struct rw_route_plan {
    const char *to_e164, *from_e164;
    const char *provider_id; /* the number resource that `from_e164` is */
    const char *trunk_id, *route_id;
    const char *station_id; /* NULL: agentless */
    const char *user_name;
    uint32_t trunk_answer_ms;
    struct rw_leg_target trunk;   /* call_id is the exchange's to fill */
    struct rw_leg_target station; /* uri NULL: agentless */
};

/*
 * Makes the plan, or adds every reason why there is none to the faults. `local` is the host and port
 * that From headers name ("192.0.2.1:5060"). RW_OK when nothing was added.
 */
RW_NODISCARD enum rw_class rw_route_plan_make(struct rw_route_table *table,
                                              const struct rw_route_wish *wish, const char *local,
                                              struct rw_arena *arena, struct rw_route_plan *ret,
                                              struct rw_faults *faults);

#endif
