/*
 * route/rule.h - a route as calls are judged by it: its lists taken apart, once per change of the
 * configuration.
 *
 * Owner    lies in the arena it was made with, beside the row, which it speaks of. Threads: one worker's.
 * Memory   48 bytes, 32 for each trunk, and the hours.
 * Errors   RW_NO_MEMORY.
 */
#ifndef RW_ROUTE_RULE_H
#define RW_ROUTE_RULE_H

#include "route/hours.h"
#include "store/store.h"

#define RW_ROUTE_TRUNKS_MAX 20u /* of a route; more are left out */
#define RW_ROUTE_WEIGHT_MAX 1000u

struct rw_route_trunk {
    struct rw_slice id;             /* in the row's list */
    const struct rw_row_trunk *row; /* once it was looked up; NULL then: there is none */
    uint32_t weight;
    bool looked_up;
};

struct rw_route_rule {
    const struct rw_row_route *row;
    uint8_t trunk_count; /* 0: none is behind it, or it is disabled and none is asked */
    bool drawn;          /* the order of its trunks is, for each call anew */
    bool by_class;       /* it takes numbers of some classes only */
    bool by_caller;      /* it takes calls that show some numbers only */
    const struct rw_route_hours *hours; /* NULL: it is always open */
    struct rw_route_rule *next;         /* of all; the table's */
    struct rw_route_trunk *trunks;
};

RW_NODISCARD enum rw_class rw_route_rule_make(const struct rw_row_route *row,
                                              struct rw_zones *zones, struct rw_arena *arena,
                                              struct rw_route_rule **ret, struct rw_err *err);

/* Takes the first word of a list with commas from *rest; rest->p is NULL after the last one. */
struct rw_slice rw_route_next_word(struct rw_slice *rest);

/* Up to RW_ROUTE_WEIGHT_MAX. */
uint32_t rw_route_read_weight(struct rw_slice text);

/* Does the number that is shown (E.164 with '+') begin with one of the prefixes, comma-separated? */
bool rw_route_shows(const char *caller_prefixes, const char *e164);

/*
 * The order in which a call asks the trunks of a rule that is drawn, by the seed: each place goes to one of
 * those left, as likely as its weight is of theirs; those of weight 0 come last, in their order. Fills
 * order[0 .. rule->trunk_count - 1] with their indexes.
 */
void rw_route_draw(const struct rw_route_rule *rule, uint64_t seed,
                   uint8_t order[RW_ROUTE_TRUNKS_MAX]);

#endif
