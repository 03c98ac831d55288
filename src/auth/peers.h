/*
 * auth/peers.h - who failed to authenticate of late, by address.
 *
 * An address is IPv4, or the first half of IPv6, since the other half is a host's to choose. A minute
 * begins with the first failure and is forgotten whole.
 *
 * Owner    whoever made it. Threads: one.
 * Memory   fixed: 1,024 addresses; of four that fall together the one with the fewest failures makes
 *          room.
 */
#ifndef RW_AUTH_PEERS_H
#define RW_AUTH_PEERS_H

#include "base/err.h"

struct rw_peers;

#define RW_PEERS_WINDOW_MS 60000

struct rw_peers *rw_peers_new(void); /* NULL when memory is out */
void rw_peers_free(struct rw_peers *peers);

/* `peer` is "192.0.2.7:51234", "[2001:db8::1]:51234" or an address alone; other text counts as it is. */
void rw_peers_failed(struct rw_peers *peers, struct rw_slice peer, uint64_t now_ms);
/* Failures in the running minute, and how long it still runs. */
uint32_t rw_peers_count(const struct rw_peers *peers, struct rw_slice peer, uint64_t now_ms,
                        uint64_t *ret_left_ms);

#endif
