/*
 * media/keys.h - keys (DTMF) where the two legs of a call carry them in different ways.
 *
 * The station has telephone events (RFC 4733). The trunk has SIP INFO, or the tones themselves:
 *
 *     station --- events ---> heard: a key for INFO, or a tone in the event packets' stead ---> trunk
 *     station <-- events, or a tone, in the stead of the trunk's sound <--- pressed <--- INFO --- trunk
 *
 * Nothing here has a clock: what goes to a leg rides on the packets that go there anyway, one for one,
 * under their own numbers and times. So a key towards the station begins with the next packet of the
 * trunk's sound. A packet that is taken away leaves no gap in the sequence numbers.
 *
 * An event is told once, however often its end is repeated, and also when all its ends were lost: then
 * with the next key, or with sound KEY_LOST later. A key held beyond the 8 s that an event can count
 * comes in segments (section 2.5.1.3) and is one key.
 *
 * Owner    the relay. Threads: its worker.
 * Memory   some 150 bytes; RW_KEYS_WAITING keys may wait for the station, more are dropped.
 */
#ifndef RW_MEDIA_KEYS_H
#define RW_MEDIA_KEYS_H

#include "call/key.h"
#include "call/terms.h"
#include "media/rtp.h"

#define RW_KEYS_WAITING 32
#define RW_KEYS_AT_ONCE 2 /* told by one packet: one whose ends were lost, and the next */

struct rw_keys;

/* An RTP packet that can be changed; bytes has room for RW_RTP_PACKET_MAX. */
struct rw_keys_packet {
    uint8_t *bytes;
    size_t n;
    struct rw_rtp rtp;
};

enum rw_keys_verdict {
    RW_KEYS_PASS,    /* goes on as it is, but for its sequence number */
    RW_KEYS_CHANGED, /* is as it has to leave */
    RW_KEYS_TAKEN    /* goes nowhere */
};

/* NULL: memory is out. dtmf: the trunk's way, INFO or INBAND. */
struct rw_keys *rw_keys_new(enum rw_terms_dtmf dtmf);
void rw_keys_free(struct rw_keys *keys); /* NULL is fine */
enum rw_terms_dtmf rw_keys_way(const struct rw_keys *keys);

/*
 * A packet of the station on its way to the trunk. is_event: it has the station's payload type of
 * telephone-event; audio: the payload type for tones. Keys that are to be told by INFO go to ret.
 */
enum rw_keys_verdict rw_keys_from_station(struct rw_keys *keys, struct rw_keys_packet *packet,
                                          bool is_event, uint8_t audio,
                                          struct rw_key ret[RW_KEYS_AT_ONCE]);

/*
 * A packet of the trunk on its way to the station. event: the station's payload type of
 * telephone-event, 0: it gets tones in the law that `audio` says.
 */
enum rw_keys_verdict rw_keys_to_station(struct rw_keys *keys, struct rw_keys_packet *packet,
                                        uint8_t event, uint8_t audio);

/* A key for the station; false: it is none, or too many wait. */
bool rw_keys_press(struct rw_keys *keys, const struct rw_key *key);

#endif
