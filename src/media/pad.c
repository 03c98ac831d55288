#include "media/pad.h"

#include "media/g711.h"
#include "media/rtp.h"

#include <math.h>

#define RATE 8000u

/*
 * A full-scale sine is 3.14 dBm0. The low group has -9 dBm0 and the high one -7: the upper tones lose
 * more on the way.
 */
#define LOW_AMPLITUDE 8090.0f
#define HIGH_AMPLITUDE 10185.0f

static const uint16_t lows[] = {697, 770, 852, 941}, highs[] = {1209, 1336, 1477, 1633};

/* Row and column of the pad, in the order of the events: 0 to 9, *, #, A to D. */
static const struct {
    uint8_t row, column;
} pad[] = {{3, 1}, {0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {2, 0},
           {2, 1}, {2, 2}, {3, 0}, {3, 2}, {0, 3}, {1, 3}, {2, 3}, {3, 3}};

/* The phase is reduced in whole numbers: it stays exact however long the key is held. */
static float sine(uint32_t hz, uint32_t sample)
{
    return sinf((float)((uint64_t)hz * sample % RATE) * (2.0f * (float)M_PI / RATE));
}

void rw_pad_tone(uint8_t payload_type, uint8_t event, uint32_t first, uint8_t *ret, size_t n)
{
    uint32_t low = lows[pad[event].row], high = highs[pad[event].column];

    for (size_t i = 0; i < n; i++) {
        uint32_t at = first + (uint32_t)i;
        int16_t sample = (int16_t)(LOW_AMPLITUDE * sine(low, at) + HIGH_AMPLITUDE * sine(high, at));

        ret[i] =
            payload_type == RW_RTP_PCMA ? rw_g711_alaw_encode(sample) : rw_g711_ulaw_encode(sample);
    }
}
