/*
 * sip/transaction.h - a request of ours until it is answered (RFC 3261, section 17.1; RFC 6026).
 *
 * One timer and one copy of the bytes a transaction. An INVITE's ends with its 2xx: repeated ones
 * find the leg by Call-ID. After another final answer only the ACK is kept, for 32 s, to be sent
 * again. Others end with their final answer: repeated ones are recognised by nobody and dropped.
 *
 * Owner    the table of struct rw_sip. Who sent it may hold a pointer until its handler was told
 *          ANSWERED with a final status, TIMED_OUT or UNSENT, or until forget().
 */
#ifndef RW_SIP_TRANSACTION_H
#define RW_SIP_TRANSACTION_H

#include "sip/message.h"
#include "sip/wire.h"

struct rw_sip_transaction;

enum rw_sip_outcome {
    RW_SIP_ANSWERED,  /* provisional or final: look at the message */
    RW_SIP_TIMED_OUT, /* no final answer in 64*T1 */
    RW_SIP_UNSENT     /* the transport refused it */
};

/* message and from are NULL unless ANSWERED; pointers are valid during the call. */
typedef void(rw_sip_answer_h)(enum rw_sip_outcome outcome, const struct rw_sip_message *message,
                              const struct rw_sip_hop *from, void *arg);

/*
 * Sends `request` (whole, its top Via with our branch) and repeats it as the transport needs. Takes a
 * copy. handler NULL: nobody cares. RW_NO_MEMORY.
 */
RW_NODISCARD enum rw_class rw_sip_transaction_send(struct rw_sip *sip, enum rw_sip_method method,
                                                   uint64_t branch, const struct rw_sip_hop *hop,
                                                   struct rw_slice request,
                                                   rw_sip_answer_h *handler, void *arg,
                                                   struct rw_sip_transaction **ret,
                                                   struct rw_err *err);

/* Nobody is told any more; it goes on alone, for 64*T1 at most. NULL is fine. */
void rw_sip_transaction_forget(struct rw_sip_transaction *transaction);

/* Sends no further copy, and takes the answers that may still come. */
void rw_sip_transaction_hush(struct rw_sip_transaction *transaction);

/*
 * An INVITE that was given up for its silence: nobody is told any more, no further copy is sent. Should the
 * far end wake up all the same, its first provisional answer gets CANCEL; a 2xx is left to whoever ends those
 * that nobody wants (rw_sip_end_unwanted()). NULL is fine.
 */
void rw_sip_transaction_give_up(struct rw_sip_transaction *transaction);

/*
 * Sends CANCEL for an INVITE that has a provisional answer and no final one; it then ends within
 * 64*T1, whatever the far end does.
 */
void rw_sip_transaction_cancel(struct rw_sip_transaction *transaction);

/* True when the answer belonged to a transaction. */
bool rw_sip_transaction_answer(struct rw_sip *sip, const struct rw_sip_message *message,
                               const struct rw_sip_hop *from);

/* The wire's news: it could not be sent, it waits for this stream, this stream is no more. */
void rw_sip_transaction_unsent(struct rw_sip *sip, uint64_t key);
void rw_sip_transaction_unsent_later(struct rw_sip *sip, uint64_t key);
void rw_sip_transaction_uses_stream(struct rw_sip *sip, uint64_t key, uint32_t stream);
void rw_sip_transaction_stream_lost(struct rw_sip *sip, uint32_t stream);

void rw_sip_transactions_drop(struct rw_sip *sip); /* frees them all; tells nobody */

#endif
