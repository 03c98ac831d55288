/*
 * route/route.h - from a request's wishes to a trunk, a caller id and a telephone.
 *
 *     caller id   which number the called party sees: a number resource of the tenant, active and
 *                 allowed outbound; named by providerId, by `from`, or else that of the first route that
 *                 takes the call, or the user's or tenant's only usable one
 *     trunks      the tenant's enabled routes by longest prefix of the called number, then priority, as far as
 *                 they take numbers of its class and calls that show such a number, and it is their hour: their
 *                 active trunks in this order, each once, at most RW_CALL_TRUNKS_MAX; those of a route that distributes at
 *                 random or by weight in an order drawn for the call; those whose addresses are all down
 *                 (trunk/board.h) behind the others. The first one is called; what makes a call ask the next
 *                 one: call/failover.h
 *     station     the user's default station
 *
 * Before all of that the tenant's calling policy is asked whether the number may be called at all, and now
 * (policy/calling.h). Where the tenant has caps on spending, the call's rate is looked up, and a number
 * without one is refused unless the tenant allows it.
 *
 * Owner    a worker owns its table; it borrows store and reader. Plans live in the arena given and in
 *          the table until the store's configuration changes: use them at once.
 * Threads  one worker's.
 * Memory   the routes, trunks, users, stations and numbers that calls used, at most
 *          RW_ROUTE_REMEMBERED of each kind in all; dropped whenever the store's generation moves.
 * Errors   every fault at once: those of policy/calling.h; RW_FORBIDDEN token.frozen; RW_FORBIDDEN caller.not_owned, caller.inactive,
 *          caller.internal_only, caller.none, caller.not_on_route; RW_MALFORMED provider.not_found, provider.mismatch; RW_CONFLICT
 *          station.missing, station.inactive, route.none, route.trunk_inactive; RW_NOT_FOUND
 *          user.not_found; RW_NO_MEMORY and RW_IO from the store.
 */
#ifndef RW_ROUTE_ROUTE_H
#define RW_ROUTE_ROUTE_H

#include "address/address.h"
#include "call/leg.h"
#include "call/limits.h"
#include "route/numbers.h"
#include "route/prefixes.h"
#include "spend/ledger.h"
#include "store/store.h"

#define RW_ROUTE_REMEMBERED 4096
#define RW_ROUTE_CONSIDERED                                                                        \
    64u /* trunks behind routes to a number that are looked at, of one plan */

struct rw_route_table;
struct rw_trunk_board; /* trunk/board.h */

RW_NODISCARD enum rw_class rw_route_table_new(struct rw_route_table **ret, struct rw_store *store,
                                              struct rw_store_reader *reader, struct rw_err *err);
void rw_route_table_free(struct rw_route_table *table); /* NULL is fine */
/* Where spending is counted, which outlives the table; without one nobody counts. */
void rw_route_table_count_in(struct rw_route_table *table, struct rw_ledger *ledger);

/*
 * The rate of a number (E.164 without '+'), for whoever wants to see it: use at once. RW_NOT_FOUND
 * rate.none when the tenant has none for it.
 */
RW_NODISCARD enum rw_class rw_route_rate(struct rw_route_table *table, const char *tenant_id,
                                         struct rw_slice digits, const struct rw_rate **ret,
                                         struct rw_err *err);

/* Plans heed from now on which trunks are down; borrowed. NULL: nobody knows. */
void rw_route_table_heed(struct rw_route_table *table, struct rw_trunk_board *board);

/* How the number that is shown was chosen. */
enum rw_route_caller {
    RW_ROUTE_CALLER_NONE,        /* it was not */
    RW_ROUTE_CALLER_FROM,        /* `from` names it */
    RW_ROUTE_CALLER_PROVIDER,    /* providerId names it */
    RW_ROUTE_CALLER_BOTH,        /* both do */
    RW_ROUTE_CALLER_ROUTES,      /* nothing does: the route has a number of its own */
    RW_ROUTE_CALLER_USERS_OWN,   /* nothing does: the only usable one that is the user's */
    RW_ROUTE_CALLER_ONLY_USABLE, /* nothing does: the only usable one that there is */
};

/* What became of a route, or of a trunk behind it. */
enum rw_route_fate {
    RW_ROUTE_TAKEN,
    RW_ROUTE_SAME_TRUNK, /* its trunk is tried before, by another route */
    RW_ROUTE_TRUNK_INACTIVE,
    RW_ROUTE_TRUNK_MISSING,
    RW_ROUTE_ENOUGH,       /* as many trunks as one call may try stand before it */
    RW_ROUTE_OTHER_PREFIX, /* the number does not begin so */
    RW_ROUTE_DISABLED,
    RW_ROUTE_NO_TRUNKS,    /* none is behind the route */
    RW_ROUTE_OTHER_CLASS,  /* the route takes numbers of other classes */
    RW_ROUTE_CLOSED,       /* it is not the route's hour */
    RW_ROUTE_OTHER_CALLER, /* the route takes calls that show other numbers */
};

/* What became of a trunk behind a route, or of a route that was passed over with all of them. */
struct rw_route_step {
    const struct rw_route_way *way;     /* of the table: use at once */
    const struct rw_route_trunk *trunk; /* NULL: the route was passed over */
    enum rw_route_fate fate;
    uint32_t place; /* of TAKEN: in the order of trying, from 1 */
    bool down;      /* of TAKEN: no address of the trunk answers, so it stands behind the others */
};

/*
 * The way to a plan, for whoever wants to see it. Filled as far as the decision came. Those that lead
 * to the number come first, in the order they were considered, then the others.
 */
struct rw_route_trace {
    enum rw_route_caller caller;
    const struct rw_row_number *number; /* of the table; NULL: none was chosen */
    int64_t now_s;                      /* when it was decided for */
    uint32_t unseen; /* routes, each counted once a prefix, that are in no step */
    uint32_t count;
    struct rw_route_step steps[RW_ROUTE_CONSIDERED];
};

/* What a request asks for. Empty slices: not given (or not usable: then somebody else said so). */
struct rw_route_wish {
    const char *tenant_id;
    const char *user_id;    /* who calls */
    const char *client_id;  /* whose token it is; NULL: not a client's */
    const char *token_id;   /* the token; NULL: there is none */
    const char *spender_id; /* the user whose caps it counts in; NULL: nobody's */
    bool with_station;      /* ring the user's telephone first; false: agentless */
    struct rw_slice to;     /* E.164 with '+' */
    const struct rw_address
        *called;              /* the verdict on `to`, for the calling policy; NULL: `to` is empty */
    struct rw_slice from;     /* E.164 with '+' */
    struct rw_slice provider; /* id of a number resource */
    /* JSON Pointers of the members, for the faults; "" where a member is absent. */
    const char *to_pointer, *from_pointer, *provider_pointer;
    uint64_t at_ms;               /* when it is to be placed, wall time; 0 = now */
    struct rw_route_trace *trace; /* NULL: nobody wants to see the way */
    const char
        *trunk_id; /* this one, also when it is inactive: it is tested; NULL: by the routes */
};

struct rw_route_plan {
    const char *to_e164, *from_e164;
    const char *provider_id;         /* the number resource that `from_e164` is */
    const char *trunk_id, *route_id; /* the first one's; no route with a wish for a trunk */
    const char *station_id;          /* NULL: agentless */
    const char *user_name;
    uint32_t trunk_count;         /* in the order of trying, at least 1 */
    struct rw_leg_target *trunks; /* call_id and signer are the exchange's to fill */
    uint32_t trunk_answer_ms[RW_CALL_TRUNKS_MAX];
    uint32_t
        trunk_max_ms[RW_CALL_TRUNKS_MAX]; /* how long the call may last through each; 0 = no cap */
    struct rw_call_limits limits;
    struct rw_leg_target station;       /* uri NULL: agentless */
    const struct rw_spend_terms *spend; /* NULL: nobody counts what it costs */
    uint32_t max_duration_ms;           /* the tenant's, or of the number's class; 0 = no cap */
};

/*
 * Makes the plan, or adds every reason why there is none to the faults. `local` is the host and port
 * that From headers name ("192.0.2.1:5060"). RW_OK when nothing was added.
 */
RW_NODISCARD enum rw_class rw_route_plan_make(struct rw_route_table *table,
                                              const struct rw_route_wish *wish, const char *local,
                                              struct rw_arena *arena, struct rw_route_plan *ret,
                                              struct rw_faults *faults);

/* What an account has; false, with *ret untouched: no call of this life met it, and the store has it all. */
bool rw_route_spent(struct rw_route_table *table, const char *tenant_id,
                    const struct rw_account *account, struct rw_ledger_state *ret);

/* How many refusals of its calls within a minute a token of the tenant is let; 0 = any. */
uint32_t rw_route_freeze_after(struct rw_route_table *table, const char *tenant_id);

#endif
