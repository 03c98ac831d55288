/*
 * exchange/admit.h - inside of src/exchange: what a call was permitted, from asking to the last word.
 *
 * An admission asks the permits of the exchange in turn (call/permit.h). One that says "later" makes
 * it wait: the order, its caller's, stays where it is meanwhile. Once admitted it belongs to the call
 * and passes on what becomes of it. An exchange without permits makes none: all of these take NULL.
 *
 * Owner    the exchange while it waits, then its live call. Threads: the exchange's worker.
 */
#ifndef RW_EXCHANGE_ADMIT_H
#define RW_EXCHANGE_ADMIT_H

#include "call/permit.h"
#include "exchange/exchange.h"

struct rw_admission {
    struct rw_permit_ask ask; /* first */
    struct rw_exchange *exchange;
    const struct rw_call_order *order; /* while it waits, as the three below */
    rw_placed_h *placed;
    void *placed_arg;
    struct rw_admission *prev, *next;
    void *held[RW_PERMITS_MAX]; /* NULL: that permit wants to be told nothing */
    uint8_t asked;              /* permits that said yes */
    uint8_t attempt;            /* the one under way */
    bool attempting, waiting, born, over;
};

/* As rw_exchange_place(), of an exchange that has permits. */
RW_NODISCARD enum rw_class rw_admission_begin(struct rw_exchange *exchange,
                                              const struct rw_call_order *order,
                                              rw_placed_h *placed, void *arg, struct rw_err *err);
/* The same for a call that came in, which never waits. */
struct rw_live_offer;
RW_NODISCARD enum rw_class rw_admission_take(struct rw_exchange *exchange,
                                             const struct rw_call_order *order,
                                             const struct rw_live_offer *offer, rw_placed_h *placed,
                                             void *arg, struct rw_err *err);
/* Whoever waits, waits no longer: the call is not placed, for this reason. */
void rw_admission_refuse_all(struct rw_exchange *exchange, const struct rw_err *err);

void rw_admission_put_birth(struct rw_admission *admission, const char *conversation_id,
                            struct rw_tx *tx);
/* May the INVITE through trunk `number` of the order of trying leave, and after which delay? */
RW_NODISCARD enum rw_class rw_admission_attempt(struct rw_admission *admission, uint8_t number,
                                                uint32_t *ret_delay_ms, struct rw_err *err);
void rw_admission_attempt_over(struct rw_admission *admission); /* if one is under way */
void rw_admission_answered(struct rw_admission *admission);
/* In how many ms the call must ask on, 0 = never; and it asks: may it? */
uint32_t rw_admission_next_ms(struct rw_admission *admission);
bool rw_admission_extend(struct rw_admission *admission, struct rw_tx *tx);
void rw_admission_extended(struct rw_admission *admission, bool stored);
void rw_admission_put_end(struct rw_admission *admission, struct rw_tx *tx);
void rw_admission_end(struct rw_admission *admission); /* gives everything back; once is enough */
void rw_admission_free(struct rw_admission *admission);

#endif
