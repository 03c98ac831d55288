/*
 * address/odd.h - what a text is in which a character has no place in a number.
 *
 * Internal to the engine: odd.c knows one by one in which order to look, misread.c what has happened to
 * the digits, embedded.c how numbers stand within other text, filler.c what stands there instead of one.
 * Each function says whether the text is such a thing; then it has set the fault and its suggestions.
 */
#ifndef RW_ADDRESS_ODD_H
#define RW_ADDRESS_ODD_H

#include "address/parse.h"

struct odd {
    struct rw_parse *p;
    struct rw_range r;              /* the whole text */
    size_t at;                      /* the character */
    const struct rw_digits *before; /* what was read up to it */
};

/* The code point at mark i; 0 behind the end. */
uint32_t rw_odd_at(const struct odd *o, size_t i);
bool rw_odd_is_letter(uint32_t cp);
bool rw_odd_is_wordy(
    uint32_t cp); /* a letter, or any character beyond ASCII that is nothing else */
struct rw_range rw_odd_rest(const struct odd *o);
size_t rw_odd_digits(const struct odd *o); /* in the whole text */

/* misread.c */
bool rw_odd_is_percent_encoded(struct odd *o); /* "%2B6591234567" */
bool rw_odd_is_scientific(struct odd *o);      /* "6.591234567E9" */
bool rw_odd_is_lookalike(struct odd *o);       /* "+659I234567" */
bool rw_odd_is_vanity(struct odd *o);          /* "1-800-FLOWERS" */

/* embedded.c */
bool rw_odd_is_name_addr(struct odd *o);          /* "\"Bob\" <sip:+65...>" */
bool rw_odd_is_scheme(struct odd *o);             /* "client:alice", "phone: +65..." */
bool rw_odd_is_sip_without_scheme(struct odd *o); /* "+6591234567@example.com" */
bool rw_odd_is_post_dial(struct odd *o);          /* "+12025550123,,1234#" */
bool rw_odd_is_several(struct odd *o);            /* "+6591234567 or +6591234568" */
bool rw_odd_is_text_around(struct odd *o);        /* "call +6591234567 now" */

/* filler.c */
bool rw_odd_is_id(struct odd *o);           /* "e1234567-89ab-..." */
bool rw_odd_is_masked(struct odd *o);       /* "+2772xxxxxxx" */
bool rw_odd_is_placeholder(struct odd *o);  /* "{{phone}}" */
bool rw_odd_is_service_code(struct odd *o); /* "#31#" */
bool rw_odd_is_no_number(struct odd *o);    /* "anonymous" */

#endif
