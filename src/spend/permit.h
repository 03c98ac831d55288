/*
 * spend/permit.h - holds calls to the caps on spending: the ledger as a permit of the exchange.
 *
 * A call that is counted takes its first slice when it asks, and each further one a second before it
 * begins; what it takes is stored with its birth, or at once. When an account has not enough left, the call
 * is ended then, within what it has paid for. Its end stores what goes back, in the same transaction.
 *
 * Owner    the daemon's, like the ledger, which it borrows; both outlive every exchange.
 * Threads  any, see call/permit.h. Memory: 300 bytes a call that is counted.
 * Errors   RW_LIMIT spend.exhausted when a call asks. Warnings (80 % of a cap, its end) are logged and
 *          stand in the audit: actions spend.warned and spend.exhausted.
 */
#ifndef RW_SPEND_PERMIT_H
#define RW_SPEND_PERMIT_H

#include "call/permit.h"
#include "spend/ledger.h"

#define RW_SPEND_WAY_MS                                                                            \
    200 /* a carrier hears of the end so much later, and counts from its own answer */
#define RW_SPEND_AHEAD_MS                                                                          \
    1000 /* before the end of what is paid the next slice is taken, or the call ended */

struct rw_spend_permit {
    struct rw_permit permit; /* first */
    struct rw_ledger *ledger;
};

void rw_spend_permit_init(struct rw_spend_permit *permit, struct rw_ledger *ledger);

#endif
