/*
 * address/automaton.h - steps through the pool of deterministic automata over the digits 0 to 9.
 *
 * A state is a place in the pool. Its first word, the header, and what follows it:
 *
 *     bits 0..8   bit i: digit i + 1 leads elsewhere than digit i does
 *     bit 9       the label stands in the next word
 *     bit 10      a leaf: no digit leads anywhere
 *     bit 11      of a leaf, a sink: every digit leads to itself
 *     bits 12..15 the label, when it is below 16; 0 = none
 *     [label]     with bit 9
 *     targets     unless a leaf: one for each run of digits that lead to the same state
 *
 * State 0 is the dead one, a leaf without label. Threads: any.
 */
#ifndef RW_ADDRESS_AUTOMATON_H
#define RW_ADDRESS_AUTOMATON_H

#include "address/tables.h"

enum { RW_STATE_DEAD = 0 };

static inline unsigned rw_state_label(unsigned state)
{
    unsigned header = rw_tables_pool[state];

    return header & 1u << 9 ? rw_tables_pool[state + 1] : header >> 12;
}

static inline bool rw_state_is_sink(unsigned state)
{
    return rw_tables_pool[state] & 1u << 11;
}

/* Bits set among the lowest nine. */
static inline unsigned rw_state_count_runs(unsigned bits)
{
    bits = (bits & 0x155) + (bits >> 1 & 0x055);
    bits = (bits & 0x133) + (bits >> 2 & 0x033);
    return (bits & 0xf) + (bits >> 4 & 0xf) + (bits >> 8);
}

/* digit: 0..9 */
static inline unsigned rw_state_next(unsigned state, unsigned digit)
{
    unsigned header = rw_tables_pool[state];
    unsigned run = rw_state_count_runs(header & ((1u << digit) - 1));

    if (header & 1u << 10)
        return header & 1u << 11 ? state : RW_STATE_DEAD;
    return rw_tables_pool[state + 1 + (header >> 9 & 1) + run];
}

#endif
