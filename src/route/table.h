/*
 * route/table.h - what routing reads, remembered until the store's configuration changes.
 *
 * Internal to route/. A found row lives in the table until rw_table_refresh() drops everything, which
 * it does when the store's generation moved or the table is nearly full: call it once before each
 * plan, never within one.
 *
 * Owner    the worker's. Threads: one. Memory: see route/route.h; at most RW_TABLE_BYTES of rows.
 * Errors   RW_NOT_FOUND (remembered as well), RW_NO_MEMORY, RW_IO of the store.
 */
#ifndef RW_ROUTE_TABLE_H
#define RW_ROUTE_TABLE_H

#include "policy/calling.h"
#include "route/limits.h"
#include "route/numberplan.h"
#include "route/route.h"
#include "route/shelf.h"

#define RW_TABLE_BYTES (64u << 20) /* see docs/decisions/0030 */
#define RW_TABLE_LIST_MAX 10000u   /* rows of a list that are looked at */

void rw_table_refresh(struct rw_route_table *table);

struct rw_trunk_board *rw_table_board(const struct rw_route_table *table); /* NULL = none */

enum rw_class rw_table_number_by_id(struct rw_route_table *table, const char *tenant_id,
                                    struct rw_slice id, const struct rw_row_number **ret,
                                    struct rw_err *err);
enum rw_class rw_table_number_by_e164(struct rw_route_table *table, const char *tenant_id,
                                      struct rw_slice e164, const struct rw_row_number **ret,
                                      struct rw_err *err);
enum rw_class rw_table_user(struct rw_route_table *table, const char *tenant_id, const char *id,
                            const struct rw_row_user **ret, struct rw_err *err);
enum rw_class rw_table_station(struct rw_route_table *table, const char *tenant_id, const char *id,
                               const struct rw_row_station **ret, struct rw_err *err);
enum rw_class rw_table_trunk(struct rw_route_table *table, const char *tenant_id,
                             struct rw_slice id, const struct rw_row_trunk **ret,
                             struct rw_err *err);

struct rw_table_numbers {
    struct rw_row_number *at;
    size_t count;
};
struct rw_table_plans {
    struct rw_number_plan *at; /* by priority */
    size_t count;
};
enum rw_class rw_table_plans(struct rw_route_table *table, const char *tenant_id,
                             const struct rw_table_plans **ret, struct rw_err *err);
enum rw_class rw_table_numbers(struct rw_route_table *table, const char *tenant_id,
                               const struct rw_table_numbers **ret, struct rw_err *err);
/* The tenant's limits of calls; none where it has set nothing. */
enum rw_class rw_table_limits(struct rw_route_table *table, const char *tenant_id,
                              const struct rw_route_limits **ret, struct rw_err *err);
/* All routes, those too that are disabled: they are seen by whoever wants to know. */
enum rw_class rw_table_routes(struct rw_route_table *table, const char *tenant_id,
                              const struct rw_route_prefixes **ret, struct rw_err *err);

/* The tenant's calling policy, or the one of a tenant that has set none. */
enum rw_class rw_table_calling(struct rw_route_table *table, const char *tenant_id,
                               const struct rw_calling **ret, struct rw_err *err);
/* The tenant's caps; RW_NOT_FOUND when it has none. */
struct rw_table_spend {
    const struct rw_row_spend_policy *row;
    struct rw_caps caps;
    const struct rw_zone *zone; /* NULL: UTC */
};
enum rw_class rw_table_spend(struct rw_route_table *table, const char *tenant_id,
                             const struct rw_table_spend **ret, struct rw_err *err);
/* The tenant's rates; RW_NOT_FOUND when it has none. */
enum rw_class rw_table_rates(struct rw_route_table *table, const char *tenant_id,
                             const struct rw_rates **ret, struct rw_err *err);
struct rw_ledger *rw_table_ledger(struct rw_route_table *table); /* NULL: nobody counts */
/* What the store has of an account; 0 when nothing. */
enum rw_class rw_table_spent(struct rw_route_table *table, const char *tenant_id,
                             const char *account, struct rw_arena *arena, int64_t *ret,
                             struct rw_err *err);
/* Why this client or token may place no calls; RW_NOT_FOUND: it may. */
enum rw_class rw_table_freeze(struct rw_route_table *table, const char *tenant_id, const char *id,
                              const struct rw_row_freeze **ret, struct rw_err *err);
struct rw_zones *rw_table_zones(struct rw_route_table *table);

#endif
