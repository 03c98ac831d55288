/*
 * api/trunk_body.h - what the body of a request makes of a trunk.
 *
 * The settings are read by their table (api/trunk_settings.h); here is judged what they mean, each fault at
 * its place. Files of a trunk are named, not pathed: they lie in the folder that the operator of the server
 * has set aside (sip.tls_dir), so that no tenant can have another file read.
 *
 * Owner, threads: as api/request.h. Errors: told to the client (trunk.bad_*, tls.*), then false.
 */
#ifndef RW_API_TRUNK_BODY_H
#define RW_API_TRUNK_BODY_H

#include "api/request.h"

/* `row` is the trunk as it was, or a new one; false: the refusal is answered. */
bool rw_trunk_body_read(struct rw_request *r, struct rw_row_trunk *row);

#endif
