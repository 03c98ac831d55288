#include "media/lock.h"

/*
 *            same SDP address again: no change
 *          +--------------+
 *          v              |      first packet, by its origin
 *   named, no source -----+---- named address ------------------> EXACT (final)
 *          |              +---- named host, other port ---------> HOST  --window ends--> final
 *          |              +---- other host, in the window, -----> OTHER --window ends--> final
 *          |                    RW_LOCK_RUN packets in a row
 *          +--- another SDP address: start over
 *
 *   In the window OTHER gives way to HOST and EXACT, HOST to EXACT.
 */
enum { NOBODY, OTHER, HOST, EXACT };

void rw_lock_name(struct rw_lock *lock, const struct rw_media_addr *named, uint64_t now_ms)
{
    if (lock->named.len && rw_media_addr_same(&lock->named, named)) {
        if (lock->trust == NOBODY)
            lock->until_ms = now_ms + RW_LOCK_WINDOW_MS;
        return;
    }
    *lock = (struct rw_lock){.named = *named, .until_ms = now_ms + RW_LOCK_WINDOW_MS};
}

/* RFC 3550 appendix A.1 does the same to tell a real source from a stray packet. */
static bool passes_probation(struct rw_lock *lock, const struct rw_media_addr *from,
                             const struct rw_rtp *packet)
{
    bool goes_on = lock->candidate_run && rw_media_addr_same(&lock->candidate, from) &&
                   lock->candidate_ssrc == packet->ssrc &&
                   packet->seq == (uint16_t)(lock->candidate_seq + 1);

    lock->candidate = *from;
    lock->candidate_ssrc = packet->ssrc;
    lock->candidate_seq = packet->seq;
    lock->candidate_run = goes_on ? (uint8_t)(lock->candidate_run + 1) : 1;
    return lock->candidate_run >= RW_LOCK_RUN;
}

bool rw_lock_accepts(struct rw_lock *lock, const struct rw_media_addr *from,
                     const struct rw_rtp *packet, uint64_t now_ms)
{
    bool known = lock->trust != NOBODY && rw_media_addr_same(&lock->source, from);
    bool open;
    uint8_t trust;

    if (lock->final || lock->named.len == 0)
        return known;
    open = now_ms < lock->until_ms;
    lock->final = !open && lock->trust != NOBODY;
    if (known)
        return true;
    if (rw_media_addr_same(&lock->named, from))
        trust = EXACT;
    else if (rw_media_addr_same_host(&lock->named, from))
        trust = HOST;
    else
        trust = OTHER;
    if (lock->final || trust <= lock->trust)
        return false;
    if (trust == OTHER && (!open || !passes_probation(lock, from, packet)))
        return false;
    lock->source = *from;
    lock->trust = trust;
    lock->answer_source = trust > OTHER || rw_media_addr_is_private(&lock->named);
    lock->final = trust == EXACT || !open;
    return true;
}
