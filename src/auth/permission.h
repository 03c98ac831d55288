/*
 * auth/permission.h - what a role may do, and what a scope leaves of it.
 *
 * A permission is a word of the contract such as "conversation:call:add"; an operation needs any one
 * of a list. A role gives permissions; a token's permissions are those of its roles. A scope narrows
 * a token: an operation also names the scopes of which the token needs one, unless the token has no
 * scope list at all, which leaves everything that the roles give.
 *
 *     role         may
 *     admin        everything
 *     supervisor   what an agent may; calls without a station; recordings, statistics; users,
 *                  stations and the audit to look at
 *     agent        place calls, see them, end them, transfer them, note wrap-up codes
 *     integrator   place calls without a station, see them, end them: for programs that dial
 *     viewer       see calls, users and statistics; change nothing
 *
 * Lists of roles and scopes are comma-separated texts. Unknown words in them give nothing.
 *
 * Threads  constant tables and values; safe.
 * Memory   none is allocated.
 */
#ifndef RW_AUTH_PERMISSION_H
#define RW_AUTH_PERMISSION_H

#include "base/err.h"

#define RW_PERMISSIONS_MAX 128
#define RW_LIST_TEXT 1024 /* a list of roles or scopes as text, at most */

struct rw_permissions {
    uint64_t bits[RW_PERMISSIONS_MAX / 64];
};

struct rw_scopes {
    bool all; /* no list: everything that the roles give */
    uint64_t bits;
};

struct rw_identity;

/* Names in order, NULL past the end: for help texts and for judging what somebody asks for. */
const char *rw_permission_at(unsigned index);
const char *rw_role_at(unsigned index);
const char *rw_scope_at(unsigned index);
bool rw_role_known(struct rw_slice name);
bool rw_scope_known(struct rw_slice name);

/* Of a list of roles; NULL or "" gives none. */
struct rw_permissions rw_permissions_of_roles(const char *roles);
struct rw_permissions rw_permissions_both(const struct rw_permissions *a,
                                          const struct rw_permissions *b);
bool rw_permissions_have(const struct rw_permissions *permissions, const char *name);

/* Of a list of scopes; NULL or "" gives all. */
struct rw_scopes rw_scopes_of_list(const char *list);
struct rw_scopes rw_scopes_both(const struct rw_scopes *a, const struct rw_scopes *b);
bool rw_scopes_have(const struct rw_scopes *scopes, const char *name);
/* "conversations,users", cut at whole names when it does not fit; "" when all. Returns buf. */
const char *rw_scopes_text(const struct rw_scopes *scopes, char *buf, size_t size);

/*
 * May whoever this is do something that needs any of `permissions` and any of `scopes`? Both lists
 * end with NULL; a NULL or empty list asks for nothing.
 * RW_FORBIDDEN auth.missing_permission or auth.missing_scope; the error says what is needed, which
 * roles would give it, and what the token has.
 */
RW_NODISCARD enum rw_class rw_permission_check(const struct rw_identity *identity,
                                               const char *const *permissions,
                                               const char *const *scopes, struct rw_err *err);

#endif
