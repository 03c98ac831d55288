/* api/roles.h - names of roles and scopes in a request, checked and made into a row's text. */
#ifndef RW_API_ROLES_H
#define RW_API_ROLES_H

#include "api/request.h"

/*
 * The array of strings under `member` as "a,b,c" in the arena; *ret is left alone when the body has
 * no such member. False: a name is unknown and the refusal is answered.
 */
bool rw_roles_read(struct rw_request *r, const char *member, const char **ret);
bool rw_scopes_read(struct rw_request *r, const char *member, const char **ret);

#endif
