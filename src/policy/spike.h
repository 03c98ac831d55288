/*
 * policy/spike.h - how often somebody was refused within a minute: the mark of a stolen token.
 *
 * Owner    a process has one. Threads: any; one mutex.
 * Memory   128 KiB: RW_SPIKES are counted at a time. Whoever was not refused for longest makes room.
 * Errors   RW_NO_MEMORY.
 */
#ifndef RW_POLICY_SPIKE_H
#define RW_POLICY_SPIKE_H

#include "base/err.h"

#define RW_SPIKES 2048u
#define RW_SPIKE_WINDOW_MS 60000u

struct rw_spikes;

RW_NODISCARD enum rw_class rw_spikes_new(struct rw_spikes **ret, struct rw_err *err);
void rw_spikes_free(struct rw_spikes *spikes); /* NULL is fine */

/*
 * One refusal of whoever has this id, which is unique in the process. Returns how many there were since the
 * first of the minute, this one included.
 */
uint32_t rw_spike_note(struct rw_spikes *spikes, const char *id, uint64_t now_ms);

#endif
