/*
 * address/fiction.h - numbers that regulators keep free for films, books and examples.
 *
 * Internal to the engine. Nobody can be reached there, although numbering data may call them valid.
 * Threads: any; a constant table.
 */
#ifndef RW_ADDRESS_FICTION_H
#define RW_ADDRESS_FICTION_H

#include <stdbool.h>
#include <stddef.h>

/* digits: from the country code on. */
bool rw_fiction_has(const char *digits, size_t n);

#endif
