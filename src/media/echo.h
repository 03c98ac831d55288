/*
 * media/echo.h - which of the tones that were sent came back, and how long it took them.
 *
 * Bursts of tones follow each other, each of another pitch than the ones around it, so that one that comes
 * back is known: it is the last burst of its pitch. A burst counts as heard when two packets in a row hold
 * its tone.
 *
 * Threads  a value. Units: milliseconds of the monotonic clock.
 */
#ifndef RW_MEDIA_ECHO_H
#define RW_MEDIA_ECHO_H

#include "media/tone.h"

#define RW_ECHO_BURSTS_MAX 32u

struct rw_echo {
    uint32_t sent, heard;       /* bursts */
    uint32_t first, last;       /* of those heard; with heard > 0 */
    uint32_t round_trip_ms;     /* of the quickest; with heard > 0 */
    uint32_t packets, sounding; /* that came; those of them that were not silent */
    uint64_t sent_ms[RW_ECHO_BURSTS_MAX];
    uint32_t heard_set;  /* a bit a burst */
    int running;         /* the tone of the packet before; RW_TONE_NONE */
    uint64_t running_ms; /* since when */
};

void rw_echo_init(struct rw_echo *echo);

/* A burst begins now; its tone. RW_TONE_NONE: enough were sent. */
int rw_echo_send(struct rw_echo *echo, uint64_t now_ms);

/* A packet came. */
void rw_echo_hear(struct rw_echo *echo, struct rw_tone_heard heard, uint64_t now_ms);

#endif
