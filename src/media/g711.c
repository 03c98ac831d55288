#include "media/g711.h"

/*
 * Both laws number 128 steps from silence to full scale. On the wire mu-law inverts all bits, A-law
 * those at even places; the sign is the first bit in both. (The program links no library of signal
 * processing for this: its dependencies would be half of the time it takes to start.)
 */
#define SIGN 0x80
#define ULAW_INVERTED 0xff
#define ALAW_INVERTED 0x55

static const uint8_t alaw_step[128] = {
    0,   0,   1,   1,   2,   2,   3,   3,   4,   4,   5,   5,   6,   6,   7,   7,   8,   9,   10,
    11,  12,  13,  14,  15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  26,  28,  30,  32,  33,
    34,  35,  36,  37,  38,  39,  40,  41,  42,  43,  45,  47,  48,  49,  50,  51,  52,  53,  54,
    55,  56,  57,  58,  59,  60,  61,  63,  64,  65,  66,  67,  68,  69,  70,  71,  72,  73,  74,
    75,  76,  77,  78,  79,  81,  82,  83,  84,  85,  86,  87,  88,  89,  90,  91,  92,  93,  94,
    95,  96,  97,  98,  99,  100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113,
    114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
};
static const uint8_t ulaw_step[128] = {
    1,   3,   5,   7,   9,   11,  13,  15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  25,  26,
    27,  28,  29,  30,  31,  32,  32,  33,  33,  34,  34,  35,  35,  36,  37,  38,  39,  40,  41,
    42,  43,  44,  45,  46,  47,  48,  48,  49,  49,  50,  51,  52,  53,  54,  55,  56,  57,  58,
    59,  60,  61,  62,  63,  64,  64,  65,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,  76,
    77,  78,  79,  80,  80,  81,  82,  83,  84,  85,  86,  87,  88,  89,  90,  91,  92,  93,  94,
    95,  96,  97,  98,  99,  100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113,
    114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
};

void rw_g711_ulaw_to_alaw(uint8_t *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t step = alaw_step[(samples[i] ^ ULAW_INVERTED) & ~SIGN];

        samples[i] = (uint8_t)((samples[i] & SIGN) | step) ^ ALAW_INVERTED;
    }
}

void rw_g711_alaw_to_ulaw(uint8_t *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t step = ulaw_step[(samples[i] ^ ALAW_INVERTED) & ~SIGN];

        samples[i] = (uint8_t)((samples[i] & SIGN) | (step ^ (ULAW_INVERTED & ~SIGN)));
    }
}

/*
 * Mu-law: eight segments, each twice as wide as the one before, of 16 steps. With the bias of 33 (here in
 * units of four) a segment is a power of two and the step the four bits behind its first one.
 */
#define BIAS 132
#define CLIP 32635

int16_t rw_g711_ulaw_decode(uint8_t sample)
{
    int bits = sample ^ ULAW_INVERTED;
    int size = ((((bits & 0x0f) << 3) + BIAS) << (bits >> 4 & 7)) - BIAS;

    return (int16_t)(bits & SIGN ? -size : size);
}

uint8_t rw_g711_ulaw_encode(int16_t linear)
{
    int size = linear < 0 ? -(int)linear : linear, segment = 7;

    size = (size > CLIP ? CLIP : size) + BIAS;
    while (segment && !(size & 0x80 << segment))
        segment--;
    return (uint8_t)(((linear < 0 ? SIGN : 0) | segment << 4 | (size >> (segment + 3) & 0x0f)) ^
                     ULAW_INVERTED);
}

/* A-law: the lowest segment is as wide as the second and has no offset. */
uint8_t rw_g711_alaw_encode(int16_t linear)
{
    int size = linear < 0 ? ~linear : linear, segment = 0;

    while (segment < 7 && size >> (8 + segment))
        segment++;
    return (uint8_t)((linear < 0 ? 0 : SIGN) | segment << 4 |
                     (size >> (segment ? segment + 3 : 4) & 0x0f)) ^
           ALAW_INVERTED;
}
