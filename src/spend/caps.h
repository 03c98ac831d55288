/*
 * spend/caps.h - how much may be spent: by a tenant, a client or a user, in a day or a month.
 *
 * A cap is a line, "client * day 25.00": whose (tenant, client, user), of which (an id, or * for each),
 * the period and the amount. One that names an id stands in the stead of one with * for it. A call counts
 * in the period in which it begins, whole.
 *
 * Every cap that a call meets is an account: "client 0190c5b2-... 2026-11-26", "tenant * 2026-11".
 *
 * Owner    compiled caps live in the arena given. Threads: pure functions; any.
 * Memory   at most RW_CAPS_MAX caps, RW_CAPS_A_CALL of them for a call.
 * Errors   RW_MALFORMED spend.bad_cap with the line's offset in the text; RW_NO_MEMORY.
 * Units    micro of the currency, see spend/money.h.
 */
#ifndef RW_SPEND_CAPS_H
#define RW_SPEND_CAPS_H

#include "base/arena.h"
#include "base/err.h"
#include "policy/zone.h"

#define RW_CAPS_MAX 1000u
#define RW_CAPS_A_CALL 6u /* three scopes, two periods */
#define RW_CAP_SUBJECT 65
#define RW_ACCOUNT_TEXT 88

enum rw_cap_scope { RW_CAP_TENANT, RW_CAP_CLIENT, RW_CAP_USER, RW_CAP_SCOPES };
enum rw_cap_period { RW_CAP_DAY, RW_CAP_MONTH, RW_CAP_PERIODS };

extern const char *const rw_cap_scopes[RW_CAP_SCOPES];   /* "tenant", ... */
extern const char *const rw_cap_periods[RW_CAP_PERIODS]; /* "day", ... */

struct rw_cap {
    enum rw_cap_scope scope;
    enum rw_cap_period period;
    int64_t limit_micro;
    char subject[RW_CAP_SUBJECT]; /* "*" = each; of a tenant always */
};

struct rw_caps {
    size_t count;
    const struct rw_cap *at;
};

/* One cap. False: it is none. */
bool rw_cap_read(struct rw_slice text, struct rw_cap *ret);
/* Caps with a line each. */
RW_NODISCARD enum rw_class rw_caps_compile(struct rw_slice lines, struct rw_arena *arena,
                                           struct rw_caps *ret, struct rw_err *err);

/* Where a cap's money is counted now. */
struct rw_account {
    char name[RW_ACCOUNT_TEXT];
    int64_t limit_micro;
    uint64_t ends_ms; /* of the period */
};

/* The account of one cap for a subject (of a tenant: "*"). zone NULL: periods are UTC's. */
void rw_cap_account(const struct rw_cap *cap, const char *subject, const struct rw_zone *zone,
                    uint64_t now_ms, struct rw_account *ret);

/* The accounts that a call of this client and user (each NULL = none) counts in. Returns how many. */
size_t rw_caps_of_call(const struct rw_caps *caps, const char *client_id, const char *user_id,
                       const struct rw_zone *zone, uint64_t now_ms,
                       struct rw_account ret[RW_CAPS_A_CALL]);

#endif
