/*
 * sip/peers.h - who is answered, and who is a stranger. This is the one place of that rule:
 *
 *     known      an address (ports change) until a moment that stands beside it:
 *                  whoever we send a request to        for an hour from then on
 *                  trunks' and stations' addresses     while they are configured (sip/sip.h,
 *                                                      rw_sip_acquaint(), repeated by the daemon)
 *     in dialog  a datagram from anywhere that has the Call-ID and both tags of a dialog of ours:
 *                carriers hang up from other machines than they answered from, and nobody else
 *                was told our tag (over TCP this helps the known only: see the next lines)
 *     stranger   everybody else: nothing is sent, not even an error. Over UDP what comes is dropped,
 *                over TCP the connection is closed before a byte of it is read. So a scanner learns
 *                nothing, and a forged source is not amplified.
 *
 * A stranger can't become known by anything that he sends.
 *
 * Strangers are counted, and told in the log: at most one line a second a source, and at most
 * RW_SIP_NOISE_SLOTS lines a second in all, however many sources there are or seem to be.
 *
 * Owner    the wire. Threads: any; a lock held for some instructions.
 * Memory   RW_SIP_PEERS entries of 24 bytes, of each the RW_SIP_PEER_WAYS it may stand in; when
 *          these are taken, the one that would be forgotten first is.
 */
#ifndef RW_SIP_PEERS_H
#define RW_SIP_PEERS_H

#include "base/err.h"

#include <re.h>

#define RW_SIP_PEERS 16384u
#define RW_SIP_PEER_WAYS 8u
#define RW_SIP_MET_MS 3600000u
#define RW_SIP_NOISE_SLOTS 64u

struct rw_sip_peers;

struct rw_sip_peers *rw_sip_peers_new(void); /* NULL: no memory */
void rw_sip_peers_free(struct rw_sip_peers *peers);

/* Known for so long from now on, or for longer when it was already. */
void rw_sip_peers_know(struct rw_sip_peers *peers, const struct sa *peer, uint32_t for_ms);
bool rw_sip_peers_knows(struct rw_sip_peers *peers, const struct sa *peer);

/*
 * What a source sent and nobody answers goes to the log, within the bound above. event: its name
 * there; what: in a word, without quotes.
 */
void rw_sip_peers_tell(struct rw_sip_peers *peers, const struct sa *source, const char *event,
                       const char *what);

#endif
