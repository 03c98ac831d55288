/*
 * auth/form.h - the two texts in which a client names itself: a form body and a Basic header.
 *
 * Results live in the arena. A value holds no NUL and no control character.
 * Errors   RW_MALFORMED auth.grant_form, auth.grant_basic; RW_NO_MEMORY.
 */
#ifndef RW_AUTH_FORM_H
#define RW_AUTH_FORM_H

#include "base/arena.h"
#include "base/err.h"

#define RW_FORM_FIELDS_MAX 32

struct rw_form_field {
    const char *name, *value;
};

struct rw_form {
    struct rw_form_field at[RW_FORM_FIELDS_MAX];
    unsigned count;
};

/*
 * application/x-www-form-urlencoded: percent signs and '+' are decoded. A name that comes twice is
 * refused (RFC 6749, section 3.2), as is a broken percent sign; names without a value count as absent.
 */
RW_NODISCARD enum rw_class rw_form_read(struct rw_slice body, struct rw_arena *arena,
                                        struct rw_form *ret, struct rw_err *err);
const char *rw_form_get(const struct rw_form *form, const char *name); /* NULL: absent */

/*
 * The header "Basic <base64 of id:secret>" (RFC 7617), id and secret form-encoded inside (RFC 6749,
 * section 2.3.1); what does not decode as such is taken as it stands.
 */
RW_NODISCARD enum rw_class rw_basic_read(struct rw_slice header, struct rw_arena *arena,
                                         const char **ret_id, const char **ret_secret,
                                         struct rw_err *err);

#endif
