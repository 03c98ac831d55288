/*
 * address/text.h - the input as code points that remember where they stood, and what each one is.
 *
 * Internal to the engine. Threads: any; static tables. Memory: the caller's array.
 */
#ifndef RW_ADDRESS_TEXT_H
#define RW_ADDRESS_TEXT_H

#include "address/address.h"
#include "base/slice.h"

/* A code point as written, or three of them that were a percent-escape. */
struct rw_mark {
    uint32_t cp;         /* RW_CP_BAD for a byte that is not UTF-8 */
    uint16_t at, length; /* code points */
    uint16_t byte, bytes;
    uint8_t kind;  /* enum rw_cp_kind */
    int16_t digit; /* 0..9, or -1 */
};

#define RW_CP_BAD 0xffffffffu

enum rw_cp_kind {
    RW_CP_OTHER,
    RW_CP_DIGIT,       /* 0-9 */
    RW_CP_WIDE_DIGIT,  /* full-width */
    RW_CP_OTHER_DIGIT, /* decimal digit of another script */
    RW_CP_PLUS,
    RW_CP_OTHER_PLUS,
    RW_CP_SEPARATOR,       /* space - . ( ) */
    RW_CP_OTHER_SEPARATOR, /* the same beyond ASCII */
    RW_CP_LETTER,          /* A-Z a-z */
    RW_CP_INVISIBLE,
    RW_CP_BIDI,
    RW_CP_CONTROL /* C0, C1, line and paragraph separator, bytes that are not UTF-8 */
};

enum rw_cp_kind rw_cp_kind_of(uint32_t cp);
bool rw_cp_is_space(uint32_t cp);
int rw_cp_digit(uint32_t cp); /* 0..9, or -1 */
int rw_cp_hex(uint32_t cp);   /* 0..15, or -1 */

/* Makes it the mark of another code point at the same place. */
void rw_mark_set(struct rw_mark *mark, uint32_t cp);

/* Decodes text (at most RW_ADDRESS_INPUT_MAX bytes) into marks; returns how many. *ret_kinds gets bit
 * 1 << kind of every kind that is there. */
size_t rw_text_decode(struct rw_slice text, struct rw_mark marks[RW_ADDRESS_INPUT_MAX],
                      uint32_t *ret_kinds);

#endif
