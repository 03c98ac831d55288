/*
 * call/identity.h - the port through which a leg has its caller vouched for (RFC 8224).
 *
 * The daemon puts stir/ behind it; tests fake it. A leg asks whenever it writes an INVITE and has no
 * answer that is still fresh, since what is signed says when.
 *
 * Owner    whoever made the signer; it outlives every leg that names it.
 * Threads  a signer serves all workers at once and is constant.
 * Errors   put() fails when it can't say what it should; no INVITE leaves then.
 */
#ifndef RW_CALL_IDENTITY_H
#define RW_CALL_IDENTITY_H

#include "base/buf.h"
#include "base/err.h"

#define RW_IDENTITY_MAX 2048 /* bytes of an Identity header's value */

/*
 * So long a token is sent again. Verifiers take one for 60 s (RFC 8224), and the INVITE that carries it
 * is itself repeated for up to 32 s over UDP (RFC 3261, timer B).
 */
#define RW_IDENTITY_FRESH_S 28

struct rw_identity_claim {
    const char *from_number, *to_number; /* E.164 with '+' */
    const char *trunk_id;                /* where the call leaves; a UUID */
    bool owned;                          /* from_number is the caller's own: that was checked */
};

struct rw_identity_signer {
    /* Puts the value of an Identity header into ret, which is empty; nothing: the call gets none. */
    enum rw_class (*put)(const struct rw_identity_signer *signer,
                         const struct rw_identity_claim *claim, uint64_t wall_s, struct rw_buf *ret,
                         struct rw_err *err);
};

#endif
