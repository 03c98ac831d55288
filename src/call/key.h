/*
 * call/key.h - a key of a telephone's pad (DTMF): its sign, and how long it was held.
 *
 * Signs and event numbers are those of RFC 4733, section 3.2: 0 to 9, *, #, A to D.
 * Threads  a value; pure functions.
 */
#ifndef RW_CALL_KEY_H
#define RW_CALL_KEY_H

#include <stdbool.h>
#include <stdint.h>

#define RW_KEY_MS_MIN 50   /* shorter ones are missed by receivers (ITU-T Q.24 asks for 40) */
#define RW_KEY_MS_MAX 8000 /* an event's duration is counted in 16 bits of 1/8000 s */
#define RW_KEYS 16

struct rw_key {
    char sign; /* '\0' = none */
    uint16_t ms;
};

/* "0123456789*#ABCD": a sign's place is its event. */
extern const char rw_key_signs[RW_KEYS + 1];

/* The event of a sign, or -1. */
int rw_key_event(char sign);

/* ms within the bounds above. */
uint16_t rw_key_bounded_ms(uint32_t ms);

#endif
