#include "rig.h"

#include "base/mem.h"

#include <poll.h>
#include <semaphore.h>
#include <unistd.h>

static struct rw_workers *workers;
static const struct rw_relay_ops *ops = &rw_media_relay_ops;

/* ---- calls into the worker ---- */

struct errand {
    struct rw_mail mail;
    void (*run)(void *arg);
    void *arg;
    sem_t done;
};

static void run_errand(struct rw_mail *mail)
{
    struct errand *errand = (struct errand *)(void *)((char *)mail - offsetof(struct errand, mail));

    errand->run(errand->arg);
    (void)sem_post(&errand->done);
}

void in_worker(void (*run)(void *arg), void *arg)
{
    struct errand errand = {.mail = {.handle = run_errand}, .run = run, .arg = arg};

    (void)sem_init(&errand.done, 0, 0);
    rw_worker_post(rw_workers_at(workers, 0), &errand.mail);
    (void)sem_wait(&errand.done);
    (void)sem_destroy(&errand.done);
}

void do_new(void *arg)
{
    struct job *j = arg;

    j->class = rw_media_new(&j->port, rw_worker_self(), &j->options, &j->err);
}

void do_free(void *arg)
{
    struct job *j = arg;

    rw_media_free(j->port);
    j->live = rw_mem_live();
}

void do_open(void *arg)
{
    struct job *j = arg;

    j->class = ops->open(j->port, j->legs, &j->relay, &j->err);
}

void do_offer(void *arg)
{
    struct job *j = arg;
    struct rw_buf buf;

    rw_buf_init(&buf, RW_SDP_TEXT_MAX);
    j->class = ops->offer(j->relay, j->leg, &j->terms, &buf, &j->err);
    (void)rw_slice_copy(j->offer, sizeof(j->offer), rw_buf_slice(&buf));
    rw_buf_done(&buf);
}

void do_answer(void *arg)
{
    struct job *j = arg;

    j->class = ops->answer(j->relay, j->leg, rw_slice_str(j->sdp), &j->err);
}

void do_take_offer(void *arg)
{
    struct job *j = arg;

    j->class = ops->take_offer(j->relay, j->leg, &j->terms, rw_slice_str(j->sdp), &j->err);
}

void do_write_answer(void *arg)
{
    struct job *j = arg;
    struct rw_buf sdp;

    rw_buf_init(&sdp, RW_SDP_TEXT_MAX);
    j->class = ops->write_answer(j->relay, j->leg, &j->terms, &sdp, &j->err);
    (void)rw_slice_copy(j->offer, sizeof(j->offer), rw_buf_slice(&sdp));
    rw_buf_done(&sdp);
}

void do_press(void *arg)
{
    struct job *j = arg;

    ops->press(j->relay, &j->key);
}

void do_bridge(void *arg)
{
    ops->bridge(((struct job *)arg)->relay);
}

void do_stats(void *arg)
{
    struct job *j = arg;

    ops->stats(j->relay, &j->stats);
    j->sink = rw_media_sink_packets(j->port);
    j->live = rw_mem_live();
}

void do_close(void *arg)
{
    struct job *j = arg;

    ops->close(j->relay);
    j->relay = NULL;
}

/* ---- far ends ---- */

int bound(const char *host, struct rw_media_addr *ret)
{
    int fd;

    assert_true(rw_media_addr_parse(ret, AF_UNSPEC, rw_slice_str(host), 0));
    fd = socket(ret->u.sa.sa_family, SOCK_DGRAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, &ret->u.sa, ret->len), 0);
    assert_int_equal(getsockname(fd, &ret->u.sa, &ret->len), 0);
    return fd;
}

struct peer peer_at(const char *host)
{
    struct peer peer = {.rtcp_fd = -1};

    peer.fd = bound(host, &peer.here);
    return peer;
}

void peer_done(struct peer *peer)
{
    (void)close(peer->fd);
    if (peer->rtcp_fd >= 0)
        (void)close(peer->rtcp_fd);
}

/* 160 bytes of `fill` under payload type pt, to where the relay expects this peer. */
void say(struct peer *peer, uint8_t pt, uint8_t fill)
{
    uint8_t bytes[RW_RTP_HEADER + 160];

    rw_rtp_write_header(bytes, pt, false, peer->seq, 160u * peer->seq, 42);
    peer->seq++;
    memset(bytes + RW_RTP_HEADER, fill, 160);
    assert_int_equal(sendto(peer->fd, bytes, sizeof(bytes), 0, &peer->there.u.sa, peer->there.len),
                     sizeof(bytes));
}

size_t receive(int fd, uint8_t *bytes, size_t size)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t n;

    assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
    n = recv(fd, bytes, size, 0);
    assert_true(n > 0);
    return (size_t)n;
}

/* The next packet is of payload type pt and full of `fill`. */
void hears(struct peer *peer, uint8_t pt, uint8_t fill)
{
    uint8_t bytes[2000];
    struct rw_rtp rtp;
    size_t n = receive(peer->fd, bytes, sizeof(bytes));

    assert_true(rw_rtp_read((struct rw_slice){(char *)bytes, n}, &rtp));
    assert_int_equal(rtp.payload_type, pt);
    assert_int_equal(rtp.payload_len, 160);
    for (size_t i = 0; i < 160; i++)
        assert_int_equal(bytes[rtp.payload_at + i], fill);
}

/* ---- a call ---- */

void set_up_at(struct call *call, unsigned legs, const char *host)
{
    *call = (struct call){.job = {.options = {.host = host}, .legs = legs}};
    in_worker(do_new, &call->job);
    assert_int_equal(call->job.class, RW_OK);
    in_worker(do_open, &call->job);
    assert_int_equal(call->job.class, RW_OK);
    call->station = peer_at(host);
    call->trunk = peer_at(host);
}

void set_up(struct call *call, unsigned legs)
{
    set_up_at(call, legs, "127.0.0.1");
}

void tear_down(struct call *call)
{
    in_worker(do_close, &call->job);
    in_worker(do_free, &call->job);
    assert_int_equal(call->job.live, 0);
    peer_done(&call->station);
    peer_done(&call->trunk);
}

struct rw_relay_stats stats(struct call *call)
{
    in_worker(do_stats, &call->job);
    return call->job.stats;
}

/* Asks for the offer, and reads from it where the relay's socket for that leg is. */
void offer(struct call *call, enum rw_leg_side leg)
{
    struct rw_sdp sdp;

    call->job.leg = leg;
    in_worker(do_offer, &call->job);
    assert_int_equal(call->job.class, RW_OK);
    assert_int_equal(rw_sdp_read(rw_slice_str(call->job.offer), &rw_sdp_all_codecs, RW_SDP_EITHER,
                                 call->station.here.u.sa.sa_family, &sdp, NULL),
                     RW_OK);
    (leg == RW_LEG_STATION ? &call->station : &call->trunk)->there = sdp.rtp;
    call->offered = sdp;
}

/* A description of the peer; `stream` is what stands behind the port in m=, and the attributes. */
static void describe(const struct call *call, const struct peer *peer, const char *stream,
                     char ret[512])
{
    bool v6 = peer->here.u.sa.sa_family == AF_INET6;

    (void)snprintf(ret, 512, "v=0\r\ns=-\r\nc=IN %s\r\nt=0 0\r\nm=audio %u %s %s",
                   v6 ? "IP6 ::1" : "IP4 127.0.0.1", rw_media_addr_port(&peer->here),
                   call->profile ? call->profile : "RTP/AVP", stream);
}

void answer(struct call *call, enum rw_leg_side leg, const char *stream)
{
    char sdp[512];

    describe(call, leg == RW_LEG_STATION ? &call->station : &call->trunk, stream, sdp);
    call->job.leg = leg;
    call->job.sdp = sdp;
    in_worker(do_answer, &call->job);
    assert_int_equal(call->job.class, RW_OK);
}

enum rw_class come_in(struct call *call, const char *stream)
{
    char sdp[512];

    describe(call, &call->trunk, stream, sdp);
    call->job.leg = RW_LEG_TRUNK;
    call->job.sdp = sdp;
    in_worker(do_take_offer, &call->job);
    return call->job.class;
}

void accept_trunk(struct call *call)
{
    struct rw_sdp sdp;

    call->job.leg = RW_LEG_TRUNK;
    in_worker(do_write_answer, &call->job);
    assert_int_equal(call->job.class, RW_OK);
    assert_int_equal(rw_sdp_read(rw_slice_str(call->job.offer), &rw_sdp_all_codecs, RW_SDP_EITHER,
                                 call->trunk.here.u.sa.sa_family, &sdp, NULL),
                     RW_OK);
    call->trunk.there = sdp.rtp;
    call->offered = sdp;
    in_worker(do_bridge, &call->job);
}

void connect_both(struct call *call, const char *station, const char *trunk)
{
    offer(call, RW_LEG_STATION);
    answer(call, RW_LEG_STATION, station);
    offer(call, RW_LEG_TRUNK);
    answer(call, RW_LEG_TRUNK, trunk);
    in_worker(do_bridge, &call->job);
}

int start_worker(void **state)
{
    struct rw_err err;

    (void)state;
    if (rw_workers_new(&workers, 1, &err) != RW_OK)
        return -1;
    return rw_workers_start(workers, NULL, NULL, NULL, &err) == RW_OK ? 0 : -1;
}

int stop_worker(void **state)
{
    (void)state;
    rw_workers_stop(workers);
    rw_workers_free(workers);
    return 0;
}
