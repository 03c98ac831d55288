/*
 * api/wish.h - what a body of POST /conversations/calls asks for: whom to call, as whom, from where.
 *
 * Two forms are documented: to.phoneNumber, from.phoneNumber, callType, providerId; and the
 * contract's phoneNumber, callerId. People write many others; those are only guessed at for a
 * suggestion, never acted upon.
 *
 * Owner    texts live with the body, or in the arena where a number had to be turned into text.
 * Threads  any. Not to be included beside re.h.
 */
#ifndef RW_API_WISH_H
#define RW_API_WISH_H

#include "base/arena.h"

#include <jansson.h>

struct rw_wish {
    struct rw_slice to, from, provider_id; /* p = NULL: not said */
    char to_at[96], from_at[96];           /* JSON pointers of where they stood */
    const char *caller_name;               /* NULL: not said */
    bool contract_form;                    /* phoneNumber rather than to.phoneNumber */
};

/* By the documented forms, exactly; what is of another type is left out. */
void rw_wish_read(const json_t *body, struct rw_wish *ret);

/* In whatever words. False when memory is out. */
bool rw_wish_guess(const json_t *body, struct rw_arena *arena, struct rw_wish *ret);

#endif
