/*
 * address/automaton.h - steps through pools of deterministic automata over the digits 0 to 9.
 *
 * A state is a place in its pool. Its first word, the header, and what follows it:
 *
 *     bits 0..8   bit i: digit i + 1 leads elsewhere than digit i does
 *     bit 9       the label stands in the next word
 *     bit 10      a leaf: no digit leads anywhere
 *     bit 11      of a leaf, a sink: every digit leads to itself. Else, in the pool of numbers, a tail: as
 *                 many more digits as reach says, whatever they are, lead to the label; it is not its own
 *     bits 12..15 the label, when it is below 16; 0 = none
 *     [label]     with bit 9
 *     [reach]     in the pool of numbers, unless a leaf: bit i: i more digits can make an assigned number
 *     targets     unless a leaf: one for each run of digits that lead to the same state
 *
 * State 0 is the dead one, a leaf without label. Threads: any.
 */
#ifndef RW_ADDRESS_AUTOMATON_H
#define RW_ADDRESS_AUTOMATON_H

#include "address/tables.h"

enum { RW_STATE_DEAD = 0 };

#define RW_STATE_LABEL_FOLLOWS (1u << 9)
#define RW_STATE_LEAF (1u << 10)
#define RW_STATE_SINK (1u << 11)
#define RW_STATE_TAIL (1u << 11)

/* Of a tail, the label that it leads to. */
static inline unsigned rw_state_label(const uint16_t *pool, unsigned state)
{
    unsigned header = pool[state];

    return header & RW_STATE_LABEL_FOLLOWS ? pool[state + 1] : header >> 12;
}

static inline bool rw_state_is_tail(unsigned state)
{
    return (rw_tables_numbers[state] & (RW_STATE_LEAF | RW_STATE_TAIL)) == RW_STATE_TAIL;
}

/* In the pool of numbers, of a state that is no leaf. */
static inline unsigned rw_state_reach(unsigned state)
{
    return rw_tables_numbers[state + 1 + (rw_tables_numbers[state] >> 9 & 1)];
}

/* How many of the lowest nine bits are set. */
static inline unsigned rw_state_count(unsigned bits)
{
    bits = (bits & 0x155) + (bits >> 1 & 0x055);
    bits = (bits & 0x133) + (bits >> 2 & 0x033);
    return (bits & 0xf) + (bits >> 4 & 0xf) + (bits >> 8);
}

static inline unsigned rw_state_step(const uint16_t *pool, unsigned between, unsigned state,
                                     unsigned digit)
{
    unsigned header = pool[state];
    unsigned run = rw_state_count(header & ((1u << digit) - 1));

    if (header & RW_STATE_LEAF)
        return header & RW_STATE_SINK ? state : RW_STATE_DEAD;
    return pool[state + 1 + (header >> 9 & 1) + between + run];
}

/* The state that a digit, 0..9, leads to. */
static inline unsigned rw_state_next(unsigned state, unsigned digit)
{
    return rw_state_step(rw_tables_pool, 0, state, digit);
}

/* The same in the pool of numbers. */
static inline unsigned rw_state_next_of_number(unsigned state, unsigned digit)
{
    return rw_state_step(rw_tables_numbers, 1, state, digit);
}

#endif
