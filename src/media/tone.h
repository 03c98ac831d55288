/*
 * media/tone.h - tones of a test call: written in mu-law, and recognised where they come back, also after
 * another codec has been in between.
 *
 * Threads  pure functions; any thread.
 * Units    samples at 8,000 a second.
 */
#ifndef RW_MEDIA_TONE_H
#define RW_MEDIA_TONE_H

#include "base/slice.h"

#include <stdint.h>

#define RW_TONES 4u
#define RW_TONE_NONE (-1)
#define RW_TONE_FRAME 160u /* samples in 20 ms */

/* Frame number `frame` of a tone (0 to RW_TONES - 1) at -10 dBm0, or of silence (RW_TONE_NONE). */
void rw_tone_write(int tone, uint32_t frame, uint8_t ret[RW_TONE_FRAME]);

struct rw_tone_heard {
    bool sounding; /* louder than -45 dBm0 */
    int tone;      /* which one most of it is; RW_TONE_NONE */
};

/* What some 10 to 60 ms of mu-law hold. */
struct rw_tone_heard rw_tone_listen(const uint8_t *ulaw, size_t n);

#endif
