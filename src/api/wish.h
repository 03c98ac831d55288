/*
 * api/wish.h - what a body of POST /conversations/calls asks for: whom to call, as whom, from where.
 *
 * Two forms are documented: to.phoneNumber, from.phoneNumber, callType, providerId; and the
 * contract's phoneNumber, callerId. People write many others; those are only guessed at, for an
 * answer that helps (api/guess.h), never acted upon.
 *
 * Owner    texts live with the body.
 * Threads  any. Not to be included beside re.h.
 */
#ifndef RW_API_WISH_H
#define RW_API_WISH_H

#include "base/slice.h"

#include <jansson.h>

#include <stdint.h>

/* Members of the body that concern the wish; bits of `said`, and in this order the first six say whom to call. */
enum rw_wish_member {
    RW_WISH_TO,
    RW_WISH_PHONE_NUMBER,
    RW_WISH_CALL_USER_ID,
    RW_WISH_CALL_QUEUE_ID,
    RW_WISH_PARTICIPANTS,
    RW_WISH_CONVERSATION_IDS,
    RW_WISH_FROM,
    RW_WISH_CALLER_ID,
    RW_WISH_CALLER_ID_NAME,
    RW_WISH_PROVIDER_ID,
    RW_WISH_MEMBERS
};

#define RW_WISH_DESTINATIONS 6

extern const char *const rw_wish_names[RW_WISH_MEMBERS];

struct rw_wish {
    uint32_t said; /* bits 1 << enum rw_wish_member: it is there, of whatever type */
    struct rw_slice to, from, provider_id; /* p = NULL: not said */
    char to_at[96], from_at[96];           /* JSON pointers of where they stood */
    const char *provider_at;               /* the same of the provider */
    const char *caller_name;               /* NULL: not said */
    bool contract_form;                    /* phoneNumber rather than to.phoneNumber */
};

/* By the documented forms, exactly; what is of another type is left out. */
void rw_wish_read(const json_t *body, struct rw_wish *ret);

#endif
