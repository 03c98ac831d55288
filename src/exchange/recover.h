/* exchange/recover.h - inside of src/exchange: a recovery whose exchange is freed before its end. */
#ifndef RW_EXCHANGE_RECOVER_H
#define RW_EXCHANGE_RECOVER_H

struct rw_recovery;

/* `done` is not called any more; the memory is freed when the store has answered. NULL is fine. */
void rw_recovery_abandon(struct rw_recovery *recovery);

#endif
