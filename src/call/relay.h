/*
 * call/relay.h - the port through which the exchange asks for media. media/ implements it.
 *
 * A relay has an RTP (and RTCP) socket for each leg and passes packets between them. Each side
 * makes an SDP offer, reads the far end's answer, and accepts packets only from where that answer
 * (or the first packet that fits it, once) says. RFC 3264, RFC 3550, RFC 3711, RFC 4566/8866,
 * RFC 4568, RFC 4733.
 *
 * Owner    open() gives it to the caller; close() ends it.
 * Threads  the worker that opened it.
 */
#ifndef RW_CALL_RELAY_H
#define RW_CALL_RELAY_H

#include "base/buf.h"
#include "base/err.h"
#include "call/call.h"
#include "call/key.h"
#include "call/terms.h"

struct rw_relay;
struct rw_relay_port; /* one a worker */

struct rw_relay_stats {
    uint64_t packets[RW_LEGS], bytes[RW_LEGS]; /* received from that leg and passed on */
    uint64_t foreign[RW_LEGS];                 /* dropped: from somewhere else */
    uint64_t unusable[RW_LEGS];                /* dropped: no RTP, no far end known yet */
    uint64_t forged[RW_LEGS];                  /* dropped: SRTP with a wrong tag, or a repetition */
};

/* A key of the station's that has to go to the trunk's far end by SIP. */
typedef void(rw_relay_key_h)(const struct rw_key *key, void *arg);

struct rw_relay_ops {
    /*
     * legs: 2 for a station and a trunk; 1 for a trunk alone, whose media is received and dropped
     * (all such calls of a worker share one socket).
     */
    enum rw_class (*open)(struct rw_relay_port *port, unsigned legs, struct rw_relay **ret,
                          struct rw_err *err);
    /*
     * Writes our SDP offer towards leg, on these terms (nothing of them is kept). Codecs: PCMU, PCMA,
     * telephone-event; towards the second leg those that the first one's answer left, so that nothing
     * is transcoded, unless the terms have none of these: then one law is turned into the other.
     * A second offer towards a leg, to another far end, has keys of its own.
     */
    enum rw_class (*offer)(struct rw_relay *relay, enum rw_leg_side leg,
                           const struct rw_media_terms *terms, struct rw_buf *ret_sdp,
                           struct rw_err *err);
    /*
     * Reads the far end's SDP (answer or early answer). RW_MALFORMED sdp.* when it can't be used, of
     * which sdp.not_encrypted and sdp.bad_crypto are about SRTP that the terms asked for.
     */
    enum rw_class (*answer)(struct rw_relay *relay, enum rw_leg_side leg, struct rw_slice sdp,
                            struct rw_err *err);
    /*
     * Of a leg that came in, of two: reads the far end's offer on these terms (RW_MALFORMED sdp.*),
     * before the offer towards the other leg; and writes our answer on them, once the other leg's is read.
     */
    enum rw_class (*take_offer)(struct rw_relay *relay, enum rw_leg_side leg,
                                const struct rw_media_terms *terms, struct rw_slice sdp,
                                struct rw_err *err);
    enum rw_class (*write_answer)(struct rw_relay *relay, enum rw_leg_side leg,
                                  const struct rw_media_terms *terms, struct rw_buf *ret_sdp,
                                  struct rw_err *err);
    /*
     * Of two legs. Where the trunk's terms say INFO: who is told of the station's keys, in the worker, while a
     * packet is being passed (it must not close the relay). Before any offer.
     */
    void (*listen)(struct rw_relay *relay, rw_relay_key_h *handler, void *arg);
    /* The same the other way: a key for the station. Without INFO in the terms it is dropped. */
    void (*press)(struct rw_relay *relay, const struct rw_key *key);
    void (*bridge)(struct rw_relay *relay); /* from now on packets pass */
    void (*stats)(const struct rw_relay *relay, struct rw_relay_stats *ret);
    void (*close)(struct rw_relay *relay);
};

#endif
