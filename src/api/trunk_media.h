/*
 * api/trunk_media.h - judges what a trunk's `media` says: what is offered to its far end, and from where.
 *
 * Errors   faults of the request: trunk.bad_media_host, trunk.codec_twice. A warning, trunk.keys_in_clear:
 *          the keys of SRTP stand in SIP, which is sent without TLS.
 */
#ifndef RW_API_TRUNK_MEDIA_H
#define RW_API_TRUNK_MEDIA_H

#include "api/request.h"

void rw_trunk_media_judge(struct rw_request *r, const struct rw_row_trunk *row);

#endif
