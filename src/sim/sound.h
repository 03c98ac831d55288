/*
 * sim/sound.h - a voice that plays tones and ears that recognise them, at 8,000 samples a second.
 *
 * The voice makes 20 ms frames of linear samples. The ears take samples as they come, report any pure
 * tone from 200 to 3,400 Hz louder than -45 dBm0 with its frequency and level, and DTMF digits.
 * Tone generation, Goertzel filter, DTMF and G.711 are spandsp's.
 *
 * Owner    whoever called _new(); _free() frees, NULL is fine.
 * Threads  one at a time.
 * Units    Hz, dBm0 (a sine of G.711's full scale is +3.14), milliseconds of sound.
 */
#ifndef RW_SIM_SOUND_H
#define RW_SIM_SOUND_H

#include "sim/script.h"

#define RW_SIM_FRAME 160 /* samples in 20 ms */
#define RW_SIM_DIGITS "159#"
#define RW_SIM_TONE_DBM0 (-16)

struct rw_sim_voice;

/* hz: of its tone. NULL when memory is out. */
struct rw_sim_voice *rw_sim_voice_new(enum rw_sim_sound sound, unsigned hz, uint32_t greeting_ms);
void rw_sim_voice_free(struct rw_sim_voice *voice);
void rw_sim_voice_next(struct rw_sim_voice *voice, int16_t samples[RW_SIM_FRAME]);

struct rw_sim_ears;

struct rw_sim_heard {
    enum { RW_SIM_HEARD_TONE, RW_SIM_HEARD_TONE_END, RW_SIM_HEARD_DIGIT } what;
    unsigned hz, ms; /* ms: how long it lasted, of TONE_END */
    double dbm0;
    char digit;
};
typedef void(rw_sim_heard_h)(const struct rw_sim_heard *heard, void *arg);

struct rw_sim_ears *rw_sim_ears_new(rw_sim_heard_h *handler, void *arg);
void rw_sim_ears_free(struct rw_sim_ears *ears);
void rw_sim_ears_listen(struct rw_sim_ears *ears, const int16_t *samples, size_t count);

/* G.711; payload_type 8 is A-law, everything else mu-law. */
void rw_sim_g711_encode(uint8_t payload_type, const int16_t *samples, size_t count, uint8_t *bytes);
void rw_sim_g711_decode(uint8_t payload_type, const uint8_t *bytes, size_t count, int16_t *samples);

#endif
