/*
 * api/meant.h - of all that a body holds: whom to call, as whom, from where.
 *
 * What stands in a documented form counts before what stands elsewhere at the top, and that before
 * what stands deeper. What is no number (a placeholder, an id) gives way to a number. Of two
 * different numbers equally near nobody can say which was meant: then no destination is chosen, and a
 * caller whose from_e164 is empty, as it is of one that is no number.
 *
 * Owner    texts live as those of the guess do.
 * Threads  any. Not to be included beside re.h.
 */
#ifndef RW_API_MEANT_H
#define RW_API_MEANT_H

#include "api/guess.h"
#include "api/wish.h"

struct rw_meant {
    struct rw_wish wish;             /* as it was written, with the places */
    char to_e164[17], from_e164[17]; /* what is probably meant by it; "" when nobody can say */
    uint32_t to_choices;             /* numbers that may be meant, when there are several; else 0 */
    const struct rw_guess_find *like; /* stands where a destination should and is none; or NULL */
};

void rw_meant_choose(const struct rw_guess *guess, const json_t *body, struct rw_meant *ret);

#endif
