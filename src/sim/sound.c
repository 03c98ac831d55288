#include "sim/sound.h"

#include "base/mem.h"

#include <math.h>
#include <spandsp.h>
#include <stdlib.h>

#define RATE 8000
#define ANNOUNCEMENT_HZ 620
#define GREETING_LOW_HZ 400
#define GREETING_HIGH_HZ 520
#define BEEP_HZ 1400
#define BEEP_MS 500
#define DIGITS_AFTER_MS 300 /* the far end's ears are open by then */

#define BLOCK 400 /* samples judged at a time: 50 ms */
#define QUIETEST_DBM0 (-45.0)
#define PURITY 0.85    /* share of the energy at one frequency that makes it a tone */
#define SAME_TONE 0.02 /* two blocks within this are one tone */
#define MISSES_TO_END 2

struct rw_sim_voice {
    enum rw_sim_sound sound;
    unsigned hz;
    uint32_t greeting_ms, ms; /* ms: played so far */
    uint32_t phase;
    int16_t scale;
    dtmf_tx_state_t *dtmf; /* of RW_SIM_DTMF, until its digits are out */
};

struct rw_sim_voice *rw_sim_voice_new(enum rw_sim_sound sound, unsigned hz, uint32_t greeting_ms)
{
    struct rw_sim_voice *voice = rw_calloc(1, sizeof(*voice));

    if (!voice)
        return NULL;
    voice->sound = sound;
    voice->hz = hz;
    voice->greeting_ms = greeting_ms;
    voice->scale = dds_scaling_dbm0(RW_SIM_TONE_DBM0);
    if (sound != RW_SIM_DTMF)
        return voice;
    voice->dtmf = dtmf_tx_init(NULL);
    if (!voice->dtmf) {
        rw_free(voice);
        return NULL;
    }
    (void)dtmf_tx_put(voice->dtmf, RW_SIM_DIGITS, (int)strlen(RW_SIM_DIGITS));
    return voice;
}

void rw_sim_voice_free(struct rw_sim_voice *voice)
{
    if (!voice)
        return;
    if (voice->dtmf)
        (void)dtmf_tx_free(voice->dtmf);
    rw_free(voice);
}

/* What it plays at this moment; 0 = nothing. */
static unsigned hz_now(const struct rw_sim_voice *voice)
{
    switch (voice->sound) {
    case RW_SIM_ANNOUNCEMENT:
        return ANNOUNCEMENT_HZ;
    case RW_SIM_MACHINE:
        if (voice->ms < voice->greeting_ms)
            return voice->ms / 200 % 2 ? GREETING_HIGH_HZ : GREETING_LOW_HZ;
        return voice->ms < voice->greeting_ms + BEEP_MS ? BEEP_HZ : 0;
    case RW_SIM_TONE:
    case RW_SIM_EVENTS:
        return voice->hz;
    case RW_SIM_DTMF:
        return voice->dtmf ? 0 : voice->hz;
    case RW_SIM_NOTHING:
    case RW_SIM_SILENCE:
    case RW_SIM_ECHO:
        break;
    }
    return 0;
}

void rw_sim_voice_next(struct rw_sim_voice *voice, int16_t samples[RW_SIM_FRAME])
{
    unsigned hz = hz_now(voice);
    int32_t rate = dds_phase_rate((float)hz);
    int made = 0;

    if (voice->dtmf && voice->ms >= DIGITS_AFTER_MS) {
        made = dtmf_tx(voice->dtmf, samples, RW_SIM_FRAME);
        if (made < RW_SIM_FRAME) {
            (void)dtmf_tx_free(voice->dtmf);
            voice->dtmf = NULL;
        }
    }
    for (int i = made; i < RW_SIM_FRAME; i++)
        samples[i] = hz ? dds_mod(&voice->phase, rate, voice->scale, 0) : 0;
    voice->ms += 20;
}

/*
 * The ears judge blocks of 50 ms. The zero crossings tell which frequency it could be; a Goertzel
 * filter at that frequency tells whether it really is all there is.
 *
 *            two blocks alike              two blocks without it
 *   quiet ----------------------> hearing ----------------------> quiet
 */
struct rw_sim_ears {
    rw_sim_heard_h *handler;
    void *arg;
    dtmf_rx_state_t *dtmf;
    int16_t block[BLOCK];
    size_t filled;
    double candidate_hz, hearing_hz; /* 0 = none */
    unsigned blocks, misses;         /* of what is being heard */
};

static void on_digits(void *arg, const char *digits, int len)
{
    struct rw_sim_ears *ears = arg;

    for (int i = 0; i < len; i++) {
        struct rw_sim_heard heard = {.what = RW_SIM_HEARD_DIGIT, .digit = digits[i]};

        ears->handler(&heard, ears->arg);
    }
}

struct rw_sim_ears *rw_sim_ears_new(rw_sim_heard_h *handler, void *arg)
{
    struct rw_sim_ears *ears = rw_calloc(1, sizeof(*ears));

    if (!ears)
        return NULL;
    ears->handler = handler;
    ears->arg = arg;
    ears->dtmf = dtmf_rx_init(NULL, on_digits, ears);
    if (!ears->dtmf) {
        rw_free(ears);
        return NULL;
    }
    return ears;
}

void rw_sim_ears_free(struct rw_sim_ears *ears)
{
    if (!ears)
        return;
    (void)dtmf_rx_free(ears->dtmf);
    rw_free(ears);
}

/* Mean frequency by the upward zero crossings, each placed between two samples; 0 = too few. */
static double crossing_hz(const int16_t *samples)
{
    double first = 0, last = 0;
    int crossings = 0;

    for (int i = 1; i < BLOCK; i++) {
        if (samples[i - 1] >= 0 || samples[i] < 0)
            continue;
        last = i - 1 + (double)-samples[i - 1] / (samples[i] - samples[i - 1]);
        if (crossings++ == 0)
            first = last;
    }
    if (crossings < 5 || last <= first)
        return 0;
    return RATE * (crossings - 1) / (last - first);
}

/* The pure tone in the block; 0 = none. */
static double judge_block(const int16_t *samples, double *ret_dbm0)
{
    goertzel_descriptor_t descriptor;
    goertzel_state_t state;
    double energy = 0, hz, amplitude;

    for (int i = 0; i < BLOCK; i++)
        energy += (double)samples[i] * samples[i];
    amplitude = sqrt(2 * energy / BLOCK);
    *ret_dbm0 = amplitude > 0 ? 20 * log10(amplitude / 32767) + 3.14 : -99;
    if (*ret_dbm0 < QUIETEST_DBM0)
        return 0;
    hz = crossing_hz(samples);
    if (hz < 200 || hz > 3400)
        return 0;
    make_goertzel_descriptor(&descriptor, (float)hz, BLOCK);
    (void)goertzel_init(&state, &descriptor);
    (void)goertzel_update(&state, samples, BLOCK);
    /* a pure tone gives BLOCK times its energy */
    return (double)goertzel_result(&state) > PURITY * BLOCK * energy ? hz : 0;
}

static bool is_near(double a, double b)
{
    return a > 0 && b > 0 && fabs(a - b) <= SAME_TONE * b;
}

static void end_tone(struct rw_sim_ears *ears)
{
    struct rw_sim_heard heard = {.what = RW_SIM_HEARD_TONE_END,
                                 .hz = (unsigned)lround(ears->hearing_hz),
                                 .ms = ears->blocks * (BLOCK * 1000 / RATE)};

    if (ears->hearing_hz <= 0)
        return;
    ears->hearing_hz = 0;
    ears->handler(&heard, ears->arg);
}

static void hear_block(struct rw_sim_ears *ears)
{
    double dbm0, hz = judge_block(ears->block, &dbm0);
    struct rw_sim_heard heard = {.what = RW_SIM_HEARD_TONE, .dbm0 = dbm0};

    if (is_near(hz, ears->hearing_hz)) {
        ears->blocks += 1 + ears->misses; /* a lost packet does not end it */
        ears->misses = 0;
    } else if (is_near(hz, ears->candidate_hz)) {
        end_tone(ears);
        ears->hearing_hz = (hz + ears->candidate_hz) / 2;
        ears->blocks = 2;
        ears->misses = 0;
        heard.hz = (unsigned)lround(ears->hearing_hz);
        ears->handler(&heard, ears->arg);
    } else if (++ears->misses >= MISSES_TO_END) {
        end_tone(ears);
    }
    ears->candidate_hz = hz;
}

void rw_sim_ears_listen(struct rw_sim_ears *ears, const int16_t *samples, size_t count)
{
    (void)dtmf_rx(ears->dtmf, samples, (int)count);
    while (count) {
        size_t n = BLOCK - ears->filled < count ? BLOCK - ears->filled : count;

        memcpy(ears->block + ears->filled, samples, n * sizeof(*samples));
        ears->filled += n;
        samples += n;
        count -= n;
        if (ears->filled == BLOCK) {
            ears->filled = 0;
            hear_block(ears);
        }
    }
}

void rw_sim_g711_encode(uint8_t payload_type, const int16_t *samples, size_t count, uint8_t *bytes)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = payload_type == 8 ? linear_to_alaw(samples[i]) : linear_to_ulaw(samples[i]);
}

void rw_sim_g711_decode(uint8_t payload_type, const uint8_t *bytes, size_t count, int16_t *samples)
{
    for (size_t i = 0; i < count; i++)
        samples[i] = payload_type == 8 ? alaw_to_linear(bytes[i]) : ulaw_to_linear(bytes[i]);
}
