#include "media/tone.h"

#include "media/g711.h"

#include <math.h>

#define RATE 8000.0
#define TURN 6.283185307179586
#define LOUD 7075.0  /* amplitude of a sine of -10 dBm0; one of full scale, +3.17 dBm0, is 32,124 */
#define QUIET 7900.0 /* mean square of one of -45 dBm0 */
#define MOSTLY 0.5   /* of the energy that a tone has to have */
#define SAMPLES_MAX 480u

/* No one is near a harmonic of another, and all pass a telephone. */
static const double hertz[RW_TONES] = {740, 1060, 1460, 1940};

void rw_tone_write(int tone, uint32_t frame, uint8_t ret[RW_TONE_FRAME])
{
    for (uint32_t i = 0; i < RW_TONE_FRAME; i++) {
        double at = tone < 0 ? 0 : TURN * hertz[tone] / RATE * (frame * RW_TONE_FRAME + i);

        ret[i] = rw_g711_ulaw_encode((int16_t)(tone < 0 ? 0 : LOUD * sin(at)));
    }
}

/* The energy at one frequency (Goertzel), on the scale of the sum of squares: a pure sine gives all of it. */
static double energy_at(const double *samples, size_t n, double frequency)
{
    double k = 2 * cos(TURN * frequency / RATE), a = 0, b = 0;

    for (size_t i = 0; i < n; i++) {
        double c = samples[i] + k * a - b;

        b = a;
        a = c;
    }
    return 2 * (a * a + b * b - k * a * b) / (double)n;
}

struct rw_tone_heard rw_tone_listen(const uint8_t *ulaw, size_t n)
{
    struct rw_tone_heard heard = {.tone = RW_TONE_NONE};
    double samples[SAMPLES_MAX], energy = 0;

    n = n > SAMPLES_MAX ? SAMPLES_MAX : n;
    for (size_t i = 0; i < n; i++) {
        samples[i] = rw_g711_ulaw_decode(ulaw[i]);
        energy += samples[i] * samples[i];
    }
    heard.sounding = n && energy / (double)n > QUIET;
    for (unsigned i = 0; heard.sounding && i < RW_TONES; i++)
        if (energy_at(samples, n, hertz[i]) > MOSTLY * energy)
            heard.tone = (int)i;
    return heard;
}
