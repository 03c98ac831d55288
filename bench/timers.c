/*
 * What starting and stopping a timer costs while 1,000 others run, and while 100,000 do. The control
 * is the first figure: a wheel is O(1), so the ratio must stay at or under 2 (a list reaches 100).
 *
 *     build/bench/bench_timers        prints nanoseconds of both and their ratio; exit 1 when over 2
 *
 * Load: delays of 0.5 to 32.5 s, as SIP's are; 256 calls' timers are started and stopped in turns, the
 * others only stand there. Median of seven rounds of 200,000 pairs, the two sizes taken in turns so
 * that a busy machine hits both. (Stopping any of the 100,000 at random costs about 190 ns instead of
 * 50 ns: that is the memory of 5.6 MB missing the cache, whatever the algorithm.)
 */
#include "base/id.h"
#include "base/mem.h"
#include "measure.h"

#include <re.h>

#define ROUNDS 7
#define PAIRS 200000u
#define FEW 1000u
#define MANY 100000u
#define BUSY 256u

static void never(void *arg)
{
    (void)arg;
    abort();
}

static uint64_t delay(uint64_t random)
{
    return 500 + random % 32000;
}

/* Nanoseconds for stopping one of the busy timers and starting it anew, while `count` others run. */
static double pair_ns(struct tmr *timers, unsigned count)
{
    static struct tmr busy[BUSY];
    static uint64_t delays[1024];
    double begin;

    for (unsigned i = 0; i < 1024; i++)
        delays[i] = delay(rw_random_u64());
    for (unsigned i = 0; i < count; i++)
        tmr_start(&timers[i], delay(rw_random_u64()), never, NULL);
    begin = bench_cpu_ns();
    for (unsigned i = 0; i < PAIRS; i++) {
        struct tmr *tmr = &busy[i % BUSY];

        tmr_cancel(tmr);
        tmr_start(tmr, delays[i % 1024], never, NULL);
    }
    begin = bench_cpu_ns() - begin;
    for (unsigned i = 0; i < count; i++)
        tmr_cancel(&timers[i]);
    for (unsigned i = 0; i < BUSY; i++)
        tmr_cancel(&busy[i]);
    return begin / PAIRS;
}

int main(void)
{
    struct tmr *timers = rw_calloc(MANY, sizeof(*timers));
    double few[ROUNDS], many[ROUNDS], few_ns, many_ns;

    if (!timers)
        return 70;
    for (int i = 0; i < ROUNDS; i++) {
        few[i] = pair_ns(timers, FEW);
        many[i] = pair_ns(timers, MANY);
    }
    rw_free(timers);
    few_ns = bench_median(few, ROUNDS);
    many_ns = bench_median(many, ROUNDS);
    printf("timers: stop and start at %u running %.0f ns, at %u running %.0f ns, ratio %.2f "
           "(must be <= 2)\n",
           FEW, few_ns, MANY, many_ns, many_ns / few_ns);
    return many_ns / few_ns > 2;
}
