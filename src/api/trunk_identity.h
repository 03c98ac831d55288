/*
 * api/trunk_identity.h - judges what a trunk's `identity` says: it goes into From and headers beside it.
 *
 * Errors   faults of the request: trunk.bad_user, trunk.bad_host, and those of the address engine for
 *          the number of Diversion, which is kept as E.164. False: memory is out.
 */
#ifndef RW_API_TRUNK_IDENTITY_H
#define RW_API_TRUNK_IDENTITY_H

#include "api/request.h"

RW_NODISCARD bool rw_trunk_identity_judge(struct rw_request *r, struct rw_row_trunk *row);

#endif
