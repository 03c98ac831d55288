/*
 * tests/media/rig.h - the relay on a real worker's loop, with sockets on the loopback as far ends. A
 * packet that must not arrive is followed by one that must: both take the same way, so the first to
 * arrive tells.
 */
#ifndef RW_TESTS_MEDIA_RIG_H
#define RW_TESTS_MEDIA_RIG_H

#include "media/media.h"
#include "media/rtp.h"
#include "media/sdp.h"
#include "test.h"

#define PATIENCE_MS 10000 /* a packet on the loopback that takes longer is lost: the test fails */

struct job { /* one call of the port, with its arguments and results */
    struct rw_media_options options;
    struct rw_relay_port *port;
    struct rw_relay *relay;
    unsigned legs;
    enum rw_leg_side leg;
    struct rw_media_terms terms;
    struct rw_key key;
    const char *sdp;
    char offer[RW_SDP_TEXT_MAX];
    struct rw_relay_stats stats;
    uint64_t sink;
    long live;
    enum rw_class class;
    struct rw_err err;
};

struct peer {
    int fd, rtcp_fd;
    struct rw_media_addr here, there; /* own address, the relay's towards us */
    uint16_t seq;
};

struct call {
    struct job job;
    struct peer station, trunk;
    struct rw_sdp offered; /* the last offer */
    const char *profile;   /* of answers; NULL = RTP/AVP */
};

void in_worker(void (*run)(void *arg), void *arg);
void do_new(void *arg);
void do_free(void *arg);
void do_open(void *arg);
void do_offer(void *arg);
void do_answer(void *arg);
void do_take_offer(void *arg);
void do_write_answer(void *arg); /* to job.offer */
void do_bridge(void *arg);
void do_press(void *arg);
void do_stats(void *arg);
void do_close(void *arg);
int bound(const char *host, struct rw_media_addr *ret); /* a socket there; its address */
struct peer peer_at(const char *host);
void peer_done(struct peer *peer);
void say(struct peer *peer, uint8_t pt, uint8_t fill);
size_t receive(int fd, uint8_t *bytes, size_t size);
void hears(struct peer *peer, uint8_t pt, uint8_t fill);
void set_up_at(struct call *call, unsigned legs, const char *host);
void set_up(struct call *call, unsigned legs);
void tear_down(struct call *call);
struct rw_relay_stats stats(struct call *call);
void offer(struct call *call, enum rw_leg_side leg);
void answer(struct call *call, enum rw_leg_side leg, const char *stream);
/* The trunk's leg comes in with this offer; later our answer is written, and the legs are joined. */
enum rw_class come_in(struct call *call, const char *stream);
void accept_trunk(struct call *call);
void connect_both(struct call *call, const char *station, const char *trunk);
int start_worker(void **state);
int stop_worker(void **state);

#endif
