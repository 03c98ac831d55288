#include "sip/peers.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <pthread.h>

struct peer {
    uint8_t ip[16];       /* IPv4 as ::ffff:a.b.c.d */
    uint64_t known_until; /* monotonic; 0 = nobody */
};

struct noise {
    uint8_t ip[16];
    struct rw_log_limit limit;
};

struct rw_sip_peers {
    pthread_mutex_t lock;
    struct noise noise[RW_SIP_NOISE_SLOTS];
    struct peer at[RW_SIP_PEERS];
};

struct rw_sip_peers *rw_sip_peers_new(void)
{
    struct rw_sip_peers *peers = rw_calloc(1, sizeof(*peers));

    if (peers)
        (void)pthread_mutex_init(&peers->lock, NULL);
    return peers;
}

void rw_sip_peers_free(struct rw_sip_peers *peers)
{
    if (!peers)
        return;
    (void)pthread_mutex_destroy(&peers->lock);
    rw_free(peers);
}

static void ip_of(const struct sa *sa, uint8_t ret[16])
{
    memset(ret, 0, 16);
    if (sa_af(sa) == AF_INET6) {
        sa_in6(sa, ret);
        return;
    }
    ret[10] = ret[11] = 0xff;
    memcpy(ret + 12, &sa->u.in.sin_addr, 4);
}

/* The entry of `peer`, or the one of those it may stand in that is forgotten first. Under the lock. */
static struct peer *slot_of(struct rw_sip_peers *peers, const struct sa *sa, const uint8_t ip[16])
{
    uint32_t first = sa_hash(sa, SA_ADDR) * 0x9e3779b1u >> 16;
    struct peer *next = NULL;

    for (unsigned i = 0; i < RW_SIP_PEER_WAYS; i++) {
        struct peer *slot = &peers->at[(first + i) % RW_SIP_PEERS];

        if (memcmp(slot->ip, ip, 16) == 0)
            return slot;
        if (!next || slot->known_until < next->known_until)
            next = slot;
    }
    return next;
}

void rw_sip_peers_know(struct rw_sip_peers *peers, const struct sa *peer, uint32_t for_ms)
{
    uint64_t until = rw_clock_mono_ms() + for_ms;
    struct peer *slot;
    uint8_t ip[16];

    ip_of(peer, ip);
    (void)pthread_mutex_lock(&peers->lock);
    slot = slot_of(peers, peer, ip);
    if (memcmp(slot->ip, ip, 16) != 0 || slot->known_until < until) {
        memcpy(slot->ip, ip, 16);
        slot->known_until = until;
    }
    (void)pthread_mutex_unlock(&peers->lock);
}

bool rw_sip_peers_knows(struct rw_sip_peers *peers, const struct sa *peer)
{
    const struct peer *slot;
    uint8_t ip[16];
    bool known;

    ip_of(peer, ip);
    (void)pthread_mutex_lock(&peers->lock);
    slot = slot_of(peers, peer, ip);
    known = memcmp(slot->ip, ip, 16) == 0 && rw_clock_mono_ms() < slot->known_until;
    (void)pthread_mutex_unlock(&peers->lock);
    return known;
}

/* True = now; a slot that others have had a line of in this second swallows this one. */
static bool may_tell(struct rw_sip_peers *peers, const struct sa *source, uint64_t *ret_suppressed)
{
    uint64_t now = rw_clock_mono_ms();
    struct noise *noise;
    uint8_t ip[16];
    bool allowed;

    ip_of(source, ip);
    (void)pthread_mutex_lock(&peers->lock);
    noise = &peers->noise[sa_hash(source, SA_ADDR) % RW_SIP_NOISE_SLOTS];
    if (memcmp(noise->ip, ip, 16) != 0 && now - noise->limit.last_ms >= 1000) {
        *noise = (struct noise){.limit = {0}};
        memcpy(noise->ip, ip, 16);
    }
    allowed = rw_log_allow(&noise->limit, now, ret_suppressed);
    (void)pthread_mutex_unlock(&peers->lock);
    return allowed;
}

void rw_sip_peers_tell(struct rw_sip_peers *peers, const struct sa *source, const char *event,
                       const char *what)
{
    uint64_t suppressed;
    char ip[64] = "?";

    if (!may_tell(peers, source, &suppressed))
        return;
    (void)sa_ntop(source, ip, sizeof(ip));
    rw_log(RW_LOG_WARN, event, "source=%s what=\"%s\" suppressed=%llu", ip, what,
           (unsigned long long)suppressed);
}
