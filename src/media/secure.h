/*
 * media/secure.h - one leg's SRTP: the keys that we offer, the one that its answer chose.
 *
 * An offer has a key of its own for each suite. What was sealed with one is remembered as long as the
 * offer stands, also when another telephone of the same call (a fork) answers with another suite in
 * between: no index of a key is ever used twice. The same answer again changes nothing.
 *
 * Owner    the leg; _free() wipes the keys.
 * Threads  its worker.
 * Errors   RW_MALFORMED sdp.bad_crypto: the answer chose what was not offered, or more than one;
 *          RW_NO_MEMORY server.no_memory.
 */
#ifndef RW_MEDIA_SECURE_H
#define RW_MEDIA_SECURE_H

#include "call/terms.h"
#include "media/sdp.h"

#define RW_SECURE_SUITES 2

struct rw_secure {
    enum rw_sdp_security security;
    struct rw_sdes ours[RW_SECURE_SUITES]; /* by suite, tag = suite */
    struct rw_srtp *out[RW_SECURE_SUITES]; /* made when an answer chose them */
    struct rw_sdes theirs;                 /* as answered last */
    struct rw_srtp *in;                    /* NULL: plain media, or no answer yet */
};

/* New keys. NULL when memory is out; srtp is not OFF. */
struct rw_secure *rw_secure_new(enum rw_terms_srtp srtp);
void rw_secure_free(struct rw_secure *secure); /* NULL is fine */

/* Only whether the answer fits: for a leg whose media nobody listens to. */
RW_NODISCARD enum rw_class rw_secure_judge(const struct rw_sdp *answer, struct rw_err *err);

/* A failure leaves all as it was. */
RW_NODISCARD enum rw_class rw_secure_answer(struct rw_secure *secure, const struct rw_sdp *answer,
                                            struct rw_err *err);

/*
 * The far end's offer: its first attribute of a suite that we have is taken, or media are plain where it
 * has none. `security` is then what our answer has.
 */
RW_NODISCARD enum rw_class rw_secure_offer(struct rw_secure *secure, const struct rw_sdp *offer,
                                           struct rw_err *err);
/* What the answer to that offer names: their tag and suite, our key. To be wiped. */
struct rw_sdes rw_secure_chosen(const struct rw_secure *secure);

/* What to seal with as the last answer has it; NULL: media are plain. */
static inline struct rw_srtp *rw_secure_out(const struct rw_secure *secure)
{
    return secure->in ? secure->out[secure->theirs.suite - 1] : NULL;
}

#endif
