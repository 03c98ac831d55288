/*
 * bench/relay_host.c - our relay with as many calls as the caller names, for bench/relay.py.
 *
 *     relay_host [plain|sealed]
 *
 * Standard input: a line "A B" a call, the far ends' ports on 127.0.0.1, then "end". Standard output:
 * a line "a b" a call, the relay's ports towards them. Runs until standard input closes.
 *
 * With an argument each call goes through two relays, which face each other as trunks, without SRTP or
 * with it: then each packet is sealed once and opened once, and the far ends know nothing of it.
 */
#include "media/media.h"
#include "media/sdp.h"

#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#define CALLS_MAX 2000

static struct {
    struct rw_relay_port *port;
    bool chained;
    struct rw_media_terms terms; /* between chained relays */
    struct rw_relay *relays[CALLS_MAX], *seconds[CALLS_MAX];
    unsigned far[CALLS_MAX][RW_LEGS];
    unsigned near[CALLS_MAX][RW_LEGS];
    unsigned calls;
    bool good;
    sem_t done;
} host;

static struct rw_relay *relay_of(unsigned call, enum rw_leg_side leg)
{
    return host.chained && leg == RW_LEG_TRUNK ? host.seconds[call] : host.relays[call];
}

/* The far end B is the second relay's station. */
static bool connect_leg(unsigned call, enum rw_leg_side leg)
{
    struct rw_relay *relay = relay_of(call, leg);
    enum rw_leg_side there = host.chained ? RW_LEG_STATION : leg;
    struct rw_buf offer;
    const struct rw_media_terms terms = {.codec_count = 0};
    struct rw_sdp sdp;
    char answer[256];
    bool good;

    rw_buf_init(&offer, RW_SDP_TEXT_MAX);
    good = rw_media_relay_ops.offer(relay, there, &terms, &offer, NULL) == RW_OK &&
           rw_sdp_read(rw_buf_slice(&offer), &rw_sdp_all_codecs, RW_SDP_PLAIN, AF_INET, &sdp,
                       NULL) == RW_OK;
    rw_buf_done(&offer);
    if (!good)
        return false;
    host.near[call][leg] = rw_media_addr_port(&sdp.rtp);
    (void)snprintf(answer, sizeof(answer), "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio %u RTP/AVP 0\r\n",
                   host.far[call][leg]);
    return rw_media_relay_ops.answer(relay, there, rw_slice_str(answer), NULL) == RW_OK;
}

/* An offer becomes an answer when it has chosen: the second suite is taken out. */
static bool offer_as_answer(struct rw_relay *relay, struct rw_buf *ret)
{
    char *second, *end;

    if (rw_media_relay_ops.offer(relay, RW_LEG_TRUNK, &host.terms, ret, NULL) != RW_OK)
        return false;
    rw_buf_putc(ret, '\0');
    second = ret->failed ? NULL : strstr(ret->p, "a=crypto:2");
    end = second ? strstr(second, "\r\n") : NULL;
    if (end)
        memmove(second, end + 2, strlen(end + 2) + 1);
    return !ret->failed;
}

static bool join(unsigned call)
{
    struct rw_relay *relays[] = {host.relays[call], host.seconds[call]};
    struct rw_buf texts[2];
    bool good = true;

    for (int i = 0; i < 2; i++) {
        rw_buf_init(&texts[i], RW_SDP_TEXT_MAX);
        good = offer_as_answer(relays[i], &texts[i]) && good;
    }
    for (int i = 0; good && i < 2; i++)
        good = rw_media_relay_ops.answer(relays[i], RW_LEG_TRUNK, rw_slice_str(texts[1 - i].p),
                                         NULL) == RW_OK;
    for (int i = 0; i < 2; i++)
        rw_buf_done(&texts[i]);
    return good;
}

static bool open_call(unsigned call)
{
    if (rw_media_relay_ops.open(host.port, RW_LEGS, &host.relays[call], NULL) != RW_OK ||
        (host.chained &&
         rw_media_relay_ops.open(host.port, RW_LEGS, &host.seconds[call], NULL) != RW_OK) ||
        !connect_leg(call, RW_LEG_STATION) || !connect_leg(call, RW_LEG_TRUNK) ||
        (host.chained && !join(call)))
        return false;
    rw_media_relay_ops.bridge(host.relays[call]);
    if (host.chained)
        rw_media_relay_ops.bridge(host.seconds[call]);
    return true;
}

static void open_calls(struct rw_mail *mail)
{
    const struct rw_media_options options = {.host = "127.0.0.1"};

    (void)mail;
    host.good = rw_media_new(&host.port, rw_worker_self(), &options, NULL) == RW_OK;
    for (unsigned i = 0; host.good && i < host.calls; i++)
        host.good = open_call(i);
    (void)sem_post(&host.done);
}

static void close_calls(struct rw_mail *mail)
{
    (void)mail;
    for (unsigned i = 0; i < host.calls; i++) {
        rw_media_relay_ops.close(host.relays[i]);
        rw_media_relay_ops.close(host.seconds[i]);
    }
    rw_media_free(host.port);
    (void)sem_post(&host.done);
}

static void in_worker(struct rw_workers *workers, void (*handle)(struct rw_mail *mail))
{
    static struct rw_mail mail;

    mail.handle = handle;
    rw_worker_post(rw_workers_at(workers, 0), &mail);
    (void)sem_wait(&host.done);
}

int main(int argc, char **argv)
{
    struct rw_workers *workers;
    char line[64];

    while (fgets(line, sizeof(line), stdin) && host.calls < CALLS_MAX &&
           sscanf(line, "%u %u", &host.far[host.calls][0], &host.far[host.calls][1]) == 2)
        host.calls++;
    host.chained = argc > 1;
    if (argc > 1 && strcmp(argv[1], "sealed") == 0)
        host.terms.srtp = RW_TERMS_SRTP_REQUIRED;
    (void)sem_init(&host.done, 0, 0);
    if (rw_workers_new(&workers, 1, NULL) != RW_OK ||
        rw_workers_start(workers, NULL, NULL, NULL, NULL) != RW_OK)
        return 1;
    in_worker(workers, open_calls);
    if (!host.good)
        return 1;
    for (unsigned i = 0; i < host.calls; i++)
        (void)printf("%u %u\n", host.near[i][0], host.near[i][1]);
    (void)fflush(stdout);
    while (fgets(line, sizeof(line), stdin))
        ;
    in_worker(workers, close_calls);
    rw_workers_stop(workers);
    rw_workers_free(workers);
    return 0;
}
