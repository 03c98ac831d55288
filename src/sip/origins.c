#include "sip/origins.h"

#include "base/clock.h"
#include "base/mem.h"

#include <pthread.h>
#include <string.h>

struct origin {
    struct sa peer;
    struct rw_leg_origin who;
    uint64_t until_ms; /* monotonic; 0 = none */
};

struct rw_sip_origins {
    pthread_mutex_t lock;
    unsigned count;
    struct origin at[RW_SIP_ORIGINS];
};

struct rw_sip_origins *rw_sip_origins_new(void)
{
    struct rw_sip_origins *origins = rw_calloc(1, sizeof(*origins));

    if (origins)
        (void)pthread_mutex_init(&origins->lock, NULL);
    return origins;
}

void rw_sip_origins_free(struct rw_sip_origins *origins)
{
    if (!origins)
        return;
    (void)pthread_mutex_destroy(&origins->lock);
    rw_free(origins);
}

/* The entry of the two, or the one to put them into. Under the lock. */
static struct origin *slot_of(struct rw_sip_origins *origins, const struct sa *peer,
                              const char *trunk_id)
{
    struct origin *oldest = &origins->at[0];

    for (unsigned i = 0; i < origins->count; i++) {
        struct origin *origin = &origins->at[i];

        if (sa_cmp(&origin->peer, peer, SA_ADDR) && strcmp(origin->who.trunk.text, trunk_id) == 0)
            return origin;
        if (origin->until_ms < oldest->until_ms)
            oldest = origin;
    }
    return origins->count < RW_SIP_ORIGINS ? &origins->at[origins->count++] : oldest;
}

void rw_sip_origins_put(struct rw_sip_origins *origins, const struct sa *peer,
                        const struct rw_leg_origin *who, uint32_t for_ms)
{
    (void)pthread_mutex_lock(&origins->lock);
    *slot_of(origins, peer, who->trunk.text) =
        (struct origin){.peer = *peer, .who = *who, .until_ms = rw_clock_mono_ms() + for_ms};
    (void)pthread_mutex_unlock(&origins->lock);
}

unsigned rw_sip_origins_find(struct rw_sip_origins *origins, const struct sa *peer,
                             struct rw_leg_origin ret[RW_SIP_ORIGIN_TRUNKS])
{
    uint64_t now = rw_clock_mono_ms();
    unsigned found = 0;

    (void)pthread_mutex_lock(&origins->lock);
    for (unsigned i = 0; i < origins->count && found < RW_SIP_ORIGIN_TRUNKS; i++)
        if (now < origins->at[i].until_ms && sa_cmp(&origins->at[i].peer, peer, SA_ADDR))
            ret[found++] = origins->at[i].who;
    (void)pthread_mutex_unlock(&origins->lock);
    return found;
}
