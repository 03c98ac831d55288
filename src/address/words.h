/*
 * address/words.h - the engine's words: what is said about each code, as api/errors/address.yaml has it.
 *
 * Internal to the engine and to report.c. tools/gen_api.py makes the tables at build time.
 * Threads  any; constant data.
 */
#ifndef RW_ADDRESS_WORDS_H
#define RW_ADDRESS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define RW_WORDS_TEMPLATES_MAX 4

struct rw_words {
    const char
        *code; /* "address.too_short"; of a note, whose code is "trimmed", "address.trimmed" */
    const char *message;
    /* Templates, "{digits} after {cc} are too few"; the first of which all is known is the one. */
    const char *explain[RW_WORDS_TEMPLATES_MAX], *expected[RW_WORDS_TEMPLATES_MAX];
    bool forbidden; /* a matter of permission: class RW_FORBIDDEN instead of RW_MALFORMED */
};

/* Sorted by code. */
extern const struct rw_words rw_words_faults[], rw_words_notes[];
extern const size_t rw_words_fault_count, rw_words_note_count;

/* "address.too_short"; NULL for any other text, and for NULL. */
const struct rw_words *rw_words_of_fault(const char *code);

/* "trimmed", as the engine names its notes; NULL for any other text, and for NULL. */
const struct rw_words *rw_words_of_note(const char *code);

#endif
