/*
 * base/id.h - identifiers: UUID version 7 (RFC 9562, section 5.7), ordered by time.
 *
 * Made in one thread they are strictly ascending, which keeps the store's indexes dense. The 12
 * bits that follow the version carry the number of the worker that made the id, so that whoever
 * holds the id of a live call knows who owns it without asking.
 *
 * Threads  each has its own state; seeded from the kernel.
 */
#ifndef RW_BASE_ID_H
#define RW_BASE_ID_H

#include "base/slice.h"

#include <stdint.h>

#define RW_ID_TEXT 37     /* 8-4-4-4-12 in lower case, and NUL */
#define RW_ID_WORKERS 256 /* worker numbers are 0..255 */

struct rw_id {
    char text[RW_ID_TEXT]; /* "" = none */
};

struct rw_id rw_id_new(unsigned worker);

/* The worker in an id that rw_id_new() made; -1 when it is no version 7 id. */
int rw_id_worker(struct rw_slice id);

/* True for 8-4-4-4-12 hexadecimal digits of either case, any version. */
bool rw_id_is_uuid(struct rw_slice s);

/*
 * Random bits of the kernel, unpredictable (RFC 3261, section 19.3, wants that of tags), through a
 * pool of the thread: some 20 ns for eight bytes. What was handed out is wiped from the pool.
 */
uint64_t rw_random_u64(void);
void rw_random_bytes(void *p, size_t size);

#endif
