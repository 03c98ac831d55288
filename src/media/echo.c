#include "media/echo.h"

void rw_echo_init(struct rw_echo *echo)
{
    *echo = (struct rw_echo){.running = RW_TONE_NONE};
}

int rw_echo_send(struct rw_echo *echo, uint64_t now_ms)
{
    if (echo->sent == RW_ECHO_BURSTS_MAX)
        return RW_TONE_NONE;
    echo->sent_ms[echo->sent] = now_ms;
    return (int)(echo->sent++ % RW_TONES);
}

/* The last burst with this tone; false when none was sent. */
static bool find_burst(const struct rw_echo *echo, int tone, uint32_t *ret)
{
    for (uint32_t i = echo->sent; i > 0; i--)
        if ((int)((i - 1) % RW_TONES) == tone) {
            *ret = i - 1;
            return true;
        }
    return false;
}

static void count(struct rw_echo *echo, uint32_t burst)
{
    uint32_t took_ms = (uint32_t)(echo->running_ms - echo->sent_ms[burst]);

    if (echo->heard_set >> burst & 1)
        return;
    echo->heard_set |= UINT32_C(1) << burst;
    if (echo->heard == 0 || burst < echo->first)
        echo->first = burst;
    if (echo->heard == 0 || burst > echo->last)
        echo->last = burst;
    if (echo->heard == 0 || took_ms < echo->round_trip_ms)
        echo->round_trip_ms = took_ms;
    echo->heard++;
}

void rw_echo_hear(struct rw_echo *echo, struct rw_tone_heard heard, uint64_t now_ms)
{
    uint32_t burst;

    echo->packets++;
    echo->sounding += heard.sounding;
    if (heard.tone != echo->running)
        echo->running_ms = now_ms;
    else if (heard.tone != RW_TONE_NONE && find_burst(echo, heard.tone, &burst) &&
             echo->running_ms >= echo->sent_ms[burst])
        count(echo, burst);
    echo->running = heard.tone;
}
