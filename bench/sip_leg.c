/*
 * CPU of one leg in sip/ alone: INVITE, 100/180, 200, ACK, BYE, 200, through rw_leg_ops, no store and
 * no HTTP. bench/sip_leg.py runs it against sipp and prints the ratio to sipp's own caller.
 *
 *     sip_leg HOST:PORT CALLS CONCURRENT [hold]
 *
 * "hold" keeps CONCURRENT calls up instead and prints what each costs in memory.
 */
#include "base/clock.h"
#include "base/id.h"
#include "sip/sip.h"

#include <malloc.h>
#include <re.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static const char sdp[] =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\na=sendrecv\r\n";

static struct bench {
    struct rw_sip_wire *wire;
    struct rw_sip *sip;
    struct rw_sip_options options;
    char uri[128];
    long wanted, started, answered, ended, failed, concurrent, live;
    bool hold, measured;
    double cpu_start, wall_start;
    size_t memory_start;
    pthread_t main_thread;
} bench;

struct call {
    struct rw_leg *leg;
    bool starting;
};

static double cpu_us(void)
{
    struct rusage u;

    (void)getrusage(RUSAGE_THREAD, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static size_t memory(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

static void start_call(void);

static void report(void)
{
    struct rw_sip_counters c;
    double wall = (double)rw_clock_mono_us() - bench.wall_start;

    rw_sip_read_counters(bench.sip, &c);
    if (bench.hold)
        printf("{\"held\": %ld, \"bytes_per_call\": %.0f}\n", bench.answered,
               (double)(memory() - bench.memory_start) / (double)bench.answered);
    else
        printf(
            "{\"calls\": %ld, \"failed\": %ld, \"cpu_us_per_call\": %.2f, \"calls_per_s\": %.0f, "
            "\"retransmissions\": %llu}\n",
            bench.ended, bench.failed, (cpu_us() - bench.cpu_start) / (double)bench.ended,
            (double)bench.ended * 1e6 / wall, (unsigned long long)c.retransmissions);
    (void)fflush(stdout);
    _exit(bench.failed != 0);
}

static void on_news(const struct rw_leg_news *news, void *arg)
{
    struct call *call = arg;

    switch (news->input.kind) {
    case RW_IN_LEG_ANSWERED:
        bench.answered++;
        if (!bench.hold)
            rw_sip_leg_ops.bye(call->leg, &news->input.ending);
        else if (bench.answered == bench.wanted)
            report();
        return;
    case RW_IN_LEG_FAILED:
    case RW_IN_LEG_SILENT:
    case RW_IN_LEG_UNREACHABLE:
        bench.failed++;
        break;
    case RW_IN_LEG_ENDED:
        break;
    default:
        return;
    }
    rw_sip_leg_ops.release(call->leg);
    free(call);
    bench.live--;
    if (++bench.ended == bench.wanted)
        report();
    start_call();
}

static void start_call(void)
{
    char call_id[80];
    struct rw_leg_target target = {.uri = bench.uri,
                                   .from_uri = "sip:+6534567890@127.0.0.1",
                                   .call_id = call_id,
                                   .trunk_id = "bench"};
    struct call *call;
    struct rw_err err;

    if (bench.started == bench.wanted)
        return;
    call = calloc(1, sizeof(*call));
    bench.started++;
    bench.live++;
    (void)snprintf(call_id, sizeof(call_id), "00-%s", rw_id_new(0).text);
    if (!call || rw_sip_leg_ops.invite(rw_sip_leg_port(bench.sip), &target, RW_LIT(sdp), on_news,
                                       call, &call->leg, &err)) {
        fprintf(stderr, "invite failed\n");
        _exit(1);
    }
}

static void on_kick(void *arg)
{
    static struct tmr again;

    (void)arg;
    for (int i = 0; i < 50 && bench.live < bench.concurrent && bench.started < bench.wanted; i++)
        start_call();
    if (bench.live < bench.concurrent && bench.started < bench.wanted)
        tmr_start(&again, 10, on_kick, NULL);
}

static enum rw_class on_start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    static struct tmr kick;
    enum rw_class class;

    (void)arg;
    class = rw_sip_new(&bench.sip, worker, bench.wire, &bench.options, err);
    if (class)
        return class;
    bench.memory_start = memory();
    bench.cpu_start = cpu_us();
    bench.wall_start = (double)rw_clock_mono_us();
    tmr_start(&kick, 1, on_kick, NULL);
    return RW_OK;
}

int main(int argc, char **argv)
{
    struct rw_workers *workers;
    struct rw_err err = {.code = "usage"};

    if (argc < 4) {
        fprintf(stderr, "sip_leg HOST:PORT CALLS CONCURRENT [hold]\n");
        return 2;
    }
    (void)snprintf(bench.uri, sizeof(bench.uri), "sip:+6591234567@%s", argv[1]);
    bench.wanted = atol(argv[2]);
    bench.concurrent = atol(argv[3]);
    bench.hold = argc > 4;
    bench.options = (struct rw_sip_options){.host = "127.0.0.1", .socket_buffer = 4u << 20};
    if (rw_workers_new(&workers, 1, &err) ||
        rw_sip_wire_new(&bench.wire, &bench.options, 1, &err) ||
        rw_workers_start(workers, on_start, NULL, NULL, &err)) {
        fprintf(stderr, "%s: %s\n", err.code, err.message);
        return 1;
    }
    for (;;)
        (void)pause();
}
