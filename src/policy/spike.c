#include "policy/spike.h"

#include "base/hash.h"
#include "base/mem.h"

#include <pthread.h>

#define WAYS 8u
#define ID_BYTES 40u

struct counted {
    char id[ID_BYTES]; /* "" = free */
    uint64_t first_ms, last_ms;
    uint32_t count;
};

struct rw_spikes {
    pthread_mutex_t mutex;
    struct counted sets[RW_SPIKES / WAYS][WAYS];
};

enum rw_class rw_spikes_new(struct rw_spikes **ret, struct rw_err *err)
{
    struct rw_spikes *spikes = rw_calloc(1, sizeof(*spikes));

    if (!spikes)
        return rw_fail_memory(err);
    (void)pthread_mutex_init(&spikes->mutex, NULL);
    *ret = spikes;
    return RW_OK;
}

void rw_spikes_free(struct rw_spikes *spikes)
{
    if (!spikes)
        return;
    (void)pthread_mutex_destroy(&spikes->mutex);
    rw_free(spikes);
}

/* Whose it is, or that of whoever was not refused for longest. */
static struct counted *place_of(struct rw_spikes *spikes, const char *id)
{
    struct counted *set = spikes->sets[rw_hash_text(RW_HASH_START, id) % (RW_SPIKES / WAYS)];
    struct counted *oldest = set;

    for (unsigned i = 0; i < WAYS; i++) {
        if (strncmp(set[i].id, id, ID_BYTES - 1) == 0)
            return &set[i];
        if (set[i].last_ms < oldest->last_ms)
            oldest = &set[i];
    }
    *oldest = (struct counted){.count = 0};
    (void)rw_slice_copy(oldest->id, sizeof(oldest->id),
                        (struct rw_slice){id, strnlen(id, ID_BYTES - 1)});
    return oldest;
}

uint32_t rw_spike_note(struct rw_spikes *spikes, const char *id, uint64_t now_ms)
{
    struct counted *counted;
    uint32_t count;

    pthread_mutex_lock(&spikes->mutex);
    counted = place_of(spikes, id);
    if (!counted->count || now_ms - counted->first_ms >= RW_SPIKE_WINDOW_MS) {
        counted->first_ms = now_ms;
        counted->count = 0;
    }
    counted->last_ms = now_ms;
    count = ++counted->count;
    pthread_mutex_unlock(&spikes->mutex);
    return count;
}
