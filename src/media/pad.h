/*
 * media/pad.h - the two tones of a key, as G.711 (ITU-T Q.23; levels within Q.24).
 *
 * Threads  pure. Units: samples of 1/8000 s, counted from the key's beginning, so that pieces that are
 * asked for one after the other join without a click.
 */
#ifndef RW_MEDIA_PAD_H
#define RW_MEDIA_PAD_H

#include <stddef.h>
#include <stdint.h>

/* payload_type: RW_RTP_PCMU or RW_RTP_PCMA; event: 0 to 15, as call/key.h numbers keys. */
void rw_pad_tone(uint8_t payload_type, uint8_t event, uint32_t first, uint8_t *ret, size_t n);

#endif
