#include "auth/peers.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <sodium.h>

#define SETS 256
#define WAYS 4

struct entry {
    uint64_t hash; /* of the address; 0 = free */
    uint64_t since_ms;
    uint32_t count;
};

struct rw_peers {
    unsigned char key[crypto_shorthash_KEYBYTES]; /* so that nobody can choose who falls together */
    struct entry sets[SETS][WAYS];
};

struct rw_peers *rw_peers_new(void)
{
    struct rw_peers *peers = sodium_init() < 0 ? NULL : rw_calloc(1, sizeof(*peers));

    if (peers)
        randombytes_buf(peers->key, sizeof(peers->key));
    return peers;
}

void rw_peers_free(struct rw_peers *peers)
{
    rw_free(peers);
}

static struct rw_slice without_port(struct rw_slice peer)
{
    const char *colon = peer.n ? memchr(peer.p, ':', peer.n) : NULL;
    const char *bracket = peer.n ? memchr(peer.p, ']', peer.n) : NULL;

    if (peer.n && peer.p[0] == '[' && bracket)
        return (struct rw_slice){peer.p + 1, (size_t)(bracket - peer.p) - 1};
    if (colon && !memchr(colon + 1, ':', peer.n - (size_t)(colon + 1 - peer.p)))
        return (struct rw_slice){peer.p, (size_t)(colon - peer.p)};
    return peer;
}

static uint64_t hash_of(const struct rw_peers *peers, struct rw_slice peer)
{
    struct rw_slice address = without_port(peer);
    unsigned char bytes[16];
    char text[INET6_ADDRSTRLEN];
    uint64_t hash = 0;

    if (rw_slice_copy(text, sizeof(text), address) && inet_pton(AF_INET6, text, bytes) == 1)
        address = (struct rw_slice){(const char *)bytes, 8};
    (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)address.p, address.n,
                           peers->key);
    return hash ? hash : 1;
}

static bool is_current(const struct entry *entry, uint64_t now_ms)
{
    return entry->hash && now_ms - entry->since_ms < RW_PEERS_WINDOW_MS;
}

static struct entry *find(const struct rw_peers *peers, uint64_t hash)
{
    const struct entry *set = peers->sets[hash % SETS];

    for (int i = 0; i < WAYS; i++)
        if (set[i].hash == hash)
            return (struct entry *)&set[i];
    return NULL;
}

/* A free or past entry, or the least of the present ones. */
static struct entry *make_room(struct rw_peers *peers, uint64_t hash, uint64_t now_ms)
{
    struct entry *set = peers->sets[hash % SETS], *least = &set[0];

    for (int i = 0; i < WAYS; i++) {
        if (!is_current(&set[i], now_ms))
            return &set[i];
        if (set[i].count < least->count)
            least = &set[i];
    }
    return least;
}

void rw_peers_failed(struct rw_peers *peers, struct rw_slice peer, uint64_t now_ms)
{
    uint64_t hash = hash_of(peers, peer);
    struct entry *entry = find(peers, hash);

    if (!entry)
        entry = make_room(peers, hash, now_ms);
    if (entry->hash != hash || !is_current(entry, now_ms))
        *entry = (struct entry){.hash = hash, .since_ms = now_ms};
    if (entry->count < UINT32_MAX)
        entry->count++;
}

uint32_t rw_peers_count(const struct rw_peers *peers, struct rw_slice peer, uint64_t now_ms,
                        uint64_t *ret_left_ms)
{
    const struct entry *entry = find(peers, hash_of(peers, peer));

    if (!entry || !is_current(entry, now_ms))
        return 0;
    *ret_left_ms = RW_PEERS_WINDOW_MS - (now_ms - entry->since_ms);
    return entry->count;
}
