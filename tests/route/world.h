/*
 * tests/route/world.h - a store with what calls are planned from.
 *
 * A tenant with ann (a station), bob (an inactive one), cat (none); numbers of every kind; routes to a
 * trunk, to a dead one, and to a live one behind a dead one. Tenant B has a number and a user.
 */
#ifndef RW_TEST_ROUTE_WORLD_H
#define RW_TEST_ROUTE_WORLD_H

#include "route/route.h"
#include "store_test.h"

extern struct store_test world;
extern struct rw_route_table *world_table;

int world_open(void **state);
int world_close(void **state);

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)

/* Rows of tenant A. */
struct rw_row_number world_number(const char *id, const char *e164, const char *state,
                                  bool allowed);
void world_put_route(struct rw_tx *tx, const char *id, const char *prefix, const char *trunk,
                     uint32_t priority);

struct wish {
    const char *user, *to, *from, *provider; /* "!": given, but unusable */
    const char *codes;                       /* of the faults, in order; "" = a plan */
    const char *suggestion;                  /* of the first fault; NULL: not looked at */
};

/* ann calls Singapore with a number of hers: a plan. */
extern const struct wish world_wish;

/* Plans what is wished; the plan lives in the world's arena. */
enum rw_class world_plan(const struct wish *w, struct rw_route_plan *plan,
                         struct rw_faults *faults);
/* Plans it, and holds the answer against the wish. */
void world_check(const struct wish *w);

#endif
