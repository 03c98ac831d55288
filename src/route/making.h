/*
 * route/making.h - a plan being made: what its parts share.
 *
 * Internal to the folder: route.c makes the plan, policy.c judges the called number, caller.c chooses the
 * number that is shown, trunks.c the trunks that are asked, identity.c writes the numbers as each trunk wants
 * them. Each part adds what is wrong to the faults and goes on.
 * Owner    lives on the stack of rw_route_plan_make(); rows are the table's. Threads: one worker's.
 */
#ifndef RW_ROUTE_MAKING_H
#define RW_ROUTE_MAKING_H

#include "route/route.h"
#include "route/table.h"

struct rw_making {
    struct rw_route_table *table;
    const struct rw_route_wish *wish;
    struct rw_arena *arena;
    struct rw_faults *faults;
    enum rw_class first; /* class of the first fault */

    const struct rw_row_number *number;
    enum rw_route_caller caller;
    bool choosing;        /* nothing is named, so the first route that takes the call says */
    bool nothing_to_show; /* it did, and there is none */
    bool sought_only_one; /* and this is what was found */
    const struct rw_row_number *only_one;
    int64_t now_s; /* 0: not asked for yet; see rw_making_now_s() */
    const struct rw_row_trunk *trunks[RW_CALL_TRUNKS_MAX]; /* in the order of trying */
    const struct rw_row_route *routes[RW_CALL_TRUNKS_MAX]; /* that lead to them */
    uint32_t trunk_count;
    const struct rw_row_user *user;
    const struct rw_row_station *station;
    struct rw_spend_terms *spend; /* NULL: nobody counts */
    struct rw_call_limits limits;
    uint32_t max_duration_ms; /* the tenant's, or of the number's class; 0 = no cap */
};

/* Adds a fault; `pointer` is its place unless it has one. */
void rw_making_fault(struct rw_making *m, struct rw_err *err, const char *pointer);

/* True when the read succeeded. A thing that is not there is for the caller to judge (*ret_missing);
 * trouble of the store is a fault of its own. */
bool rw_making_settled(struct rw_making *m, enum rw_class rc, struct rw_err *err,
                       bool *ret_missing);

/* When the call is placed. */
int64_t rw_making_now_s(struct rw_making *m);

/* caller.c: fills number and caller, or sets `choosing`. */
void rw_making_find_number(struct rw_making *m);
/* What a call would show that takes this route; NULL: nothing. Trouble with the route's own is told. */
const struct rw_row_number *rw_making_number_for(struct rw_making *m,
                                                 const struct rw_row_route *route);
/* A call takes the route, and shows the number for it. */
void rw_making_show(struct rw_making *m, const struct rw_row_number *number,
                    const struct rw_row_route *route);
/* No more routes come: tells when there is nothing to show. */
void rw_making_settle_number(struct rw_making *m);
/* Tells that m->number is shown, and these routes are for others. */
void rw_making_not_on_route(struct rw_making *m, const struct rw_row_route *const *routes,
                            size_t count);

/* policy.c: what the calling policy says of the called number. */
void rw_making_judge_policy(struct rw_making *m);

/* spend.c: what the call costs, and whether it may: fills spend. */
void rw_making_find_spend(struct rw_making *m);

/* trunks.c: fills trunks, routes and trunk_count, and the wish's trace; then settles the number. */
void rw_making_find_trunks(struct rw_making *m);

/* standing.c: those whose addresses are all down stand behind the others, in the trace too. */
void rw_making_stand_back(struct rw_making *m);

/* limits.c: fills limits, but for those of trunks, and max_duration_ms. */
void rw_making_find_limits(struct rw_making *m);

/* identity.c: URIs in the arena; NULL, false: memory is out. */
const char *rw_making_number_uri(struct rw_arena *arena, const char *e164, const char *host);
const char *rw_making_called_uri(struct rw_arena *arena, const struct rw_row_trunk *trunk,
                                 const char *e164);

/* media.c: the terms' text is the row's. A station is offered all codecs, its first trunk's first. */
struct rw_media_terms rw_making_media(const struct rw_row_trunk *trunk);
struct rw_media_terms rw_making_station_media(const struct rw_media_terms *trunk);

/* Changes From of the target, and says more of the caller, where the trunk wants that. */
RW_NODISCARD bool rw_making_name_caller(struct rw_arena *arena, const struct rw_row_trunk *trunk,
                                        const char *e164, const char *local,
                                        struct rw_leg_target *target);

#endif
