/*
 * spend/ledger.h - what was spent, and what running calls have taken in advance.
 *
 * A call takes the cost of its first stretch (a slice) from all its accounts before it exists, and of
 * each further one before that begins: all accounts or none. What it did not use it gives back at its end.
 * One mutex holds all of it, so that no two calls take the same money, whichever workers they are in: the
 * sum of what is taken never passes a limit.
 *
 *     know -> begin -> [extend]... -> settle -> leave
 *                  '-> drop (the call never existed) ^
 *
 * The store has the same sums: everything taken is added to it when it is taken, everything given back when
 * the call ends. After a crash what running calls had taken stays taken.
 *
 * Owner    a process has one; a charge belongs to its call, must be settled or dropped, and then left:
 *          until then its accounts are there.
 * Threads  any.
 * Memory   160 bytes an account that calls of this life met; those of periods that are over are forgotten
 *          when there are more than RW_LEDGER_ACCOUNTS.
 * Errors   RW_LIMIT spend.exhausted; RW_NO_MEMORY; RW_BUG when an account is not known.
 * Units    micro of the currency; seconds.
 */
#ifndef RW_SPEND_LEDGER_H
#define RW_SPEND_LEDGER_H

#include "spend/caps.h"
#include "spend/rates.h"

#define RW_LEDGER_ACCOUNTS 100000u
#define RW_LEDGER_WARN_PERCENT 80

struct rw_ledger;
struct rw_ledger_account;

/* On what terms a call is made: what routing found out. */
struct rw_spend_terms {
    const char *tenant_id;
    struct rw_rate rate;
    uint32_t slice_s;
    size_t count; /* of accounts; 0 = the call is not counted */
    struct rw_account accounts[RW_CAPS_A_CALL];
};

struct rw_charge {
    struct rw_ledger_account *accounts[RW_CAPS_A_CALL];
    size_t count;
    struct rw_rate rate;
    uint32_t slice_s;
    uint32_t paid_s;     /* of conversation that are taken for */
    int64_t taken_micro; /* from each account */
    /* Bit i: this charge was the one that brought account i past the warning, or to its end. */
    uint8_t warned, exhausted;
};

RW_NODISCARD enum rw_class rw_ledger_new(struct rw_ledger **ret, struct rw_err *err);
void rw_ledger_free(struct rw_ledger *ledger); /* no charge may be left; NULL is fine */

/* What an account has; false: it is not known yet, and the store must be asked. */
struct rw_ledger_state {
    int64_t spent_micro, held_micro; /* by calls that are over; by running ones */
};
bool rw_ledger_look(struct rw_ledger *ledger, const char *tenant_id, const char *account,
                    struct rw_ledger_state *ret);

/* Enters what the store has; an account that is known keeps what it has. */
RW_NODISCARD enum rw_class rw_ledger_know(struct rw_ledger *ledger, const char *tenant_id,
                                          const struct rw_account *account, int64_t spent_micro,
                                          struct rw_err *err);

/* Would the first slice fit? Adds spend.exhausted for each account that it does not. */
bool rw_ledger_fits(struct rw_ledger *ledger, const struct rw_spend_terms *terms,
                    const char *pointer, struct rw_faults *faults);

/* Takes the first slice. */
RW_NODISCARD enum rw_class rw_ledger_begin(struct rw_ledger *ledger,
                                           const struct rw_spend_terms *terms,
                                           struct rw_charge *ret, struct rw_err *err);

/* Takes the next one; *ret_micro is what it costs. False: an account has not so much left. */
bool rw_ledger_extend(struct rw_ledger *ledger, struct rw_charge *charge, int64_t *ret_micro);

/*
 * The call is over after so many seconds of conversation (0 = it was not answered). Returns what goes back
 * to each account; negative when the call lasted longer than was taken for.
 */
int64_t rw_ledger_settle(struct rw_ledger *ledger, struct rw_charge *charge, uint32_t seconds);

/* The call never existed: all of it goes back. */
void rw_ledger_drop(struct rw_ledger *ledger, struct rw_charge *charge);

/* Its accounts are not looked at any more. */
void rw_ledger_leave(struct rw_ledger *ledger, struct rw_charge *charge);

const char *
rw_ledger_name(const struct rw_ledger_account *account); /* "client 0190... 2026-11-26" */
int64_t rw_ledger_limit(const struct rw_ledger_account *account);

#endif
