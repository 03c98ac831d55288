/*
 * media/g711.h - A-law and mu-law turned into each other without a detour by linear samples, and these into
 * either (ITU-T G.711, tables 3 and 4). Any thread; no memory, no failure.
 */
#ifndef RW_MEDIA_G711_H
#define RW_MEDIA_G711_H

#include <stddef.h>
#include <stdint.h>

/* In place. */
void rw_g711_ulaw_to_alaw(uint8_t *samples, size_t n);
void rw_g711_alaw_to_ulaw(uint8_t *samples, size_t n);

/* One sample of mu-law and its linear value, -32124 to 32124. */
int16_t rw_g711_ulaw_decode(uint8_t sample);
uint8_t rw_g711_ulaw_encode(int16_t linear);
uint8_t rw_g711_alaw_encode(int16_t linear);

#endif
