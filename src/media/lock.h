/*
 * media/lock.h - from whom a leg's RTP is accepted, and where ours is sent. Pure; no I/O.
 *
 * A leg has one source. It is, in order of trust: the address its SDP named; another port of the
 * same host; and, while a short window after the answer is open, another host (a telephone behind
 * NAT writes its private address into its SDP) that sent RW_LOCK_RUN consecutive packets of one
 * stream. Within the window a more trusted source replaces a less trusted one; afterwards the choice
 * stands for good. A source that was never locked to may only be the named host. All other packets
 * are foreign: the caller counts and drops them, and never answers, so that nobody who sprays packets
 * at our ports hears a call or is heard in it ("RTP bleed"). Ours go to the source; but when another
 * host was taken though the SDP named a public address, ours stay with that address: whoever sends is
 * then heard (carriers do split their media so), yet hears nothing.
 *
 * Standards  RFC 4961 (symmetric RTP), RFC 7362 (latching and its dangers).
 * Threads    a value; one at a time.
 * Units      milliseconds, monotonic.
 */
#ifndef RW_MEDIA_LOCK_H
#define RW_MEDIA_LOCK_H

#include "media/addr.h"
#include "media/rtp.h"

#define RW_LOCK_WINDOW_MS 3000
#define RW_LOCK_RUN 3

struct rw_lock {
    struct rw_media_addr named;     /* by the SDP; len 0 = nothing known yet */
    struct rw_media_addr source;    /* who we listen to; len 0 = nobody yet */
    struct rw_media_addr candidate; /* of another host, on probation */
    uint64_t until_ms;              /* end of the window */
    uint32_t candidate_ssrc;
    uint16_t candidate_seq;
    uint8_t candidate_run;
    uint8_t trust;      /* of source, an enum of lock.c */
    bool final;         /* no clock is needed any more */
    bool answer_source; /* ours go to source, not to named */
};

/*
 * The SDP (an answer, or an early one) named an address. The same one again changes nothing, but
 * opens the window anew when no source is known; another one starts over.
 */
void rw_lock_name(struct rw_lock *lock, const struct rw_media_addr *named, uint64_t now_ms);

/* True when the packet is from our source (and may have made it so). now_ms is unused once final. */
bool rw_lock_accepts(struct rw_lock *lock, const struct rw_media_addr *from,
                     const struct rw_rtp *packet, uint64_t now_ms);

/* Where to send; len 0 = nowhere. */
static inline const struct rw_media_addr *rw_lock_target(const struct rw_lock *lock)
{
    return lock->answer_source ? &lock->source : &lock->named;
}

#endif
