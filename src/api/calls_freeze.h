/*
 * api/calls_freeze.h - a token whose calls policy refuses again and again is frozen: it places no more calls
 * until an administrator lifts it.
 *
 * What counts are refusals by prefix, type, region or for want of a rate: whom a thief calls. Refused hours
 * and reached caps do not; an honest program meets them too. A client's tokens are frozen together, so that a
 * new one is of no use.
 *
 * Owner    nothing is kept here; the counts are policy/spike.h's. Threads: the request's worker.
 * Errors   none: what can't be stored is logged, and counted again.
 */
#ifndef RW_API_CALLS_FREEZE_H
#define RW_API_CALLS_FREEZE_H

#include "api/request.h"

/* Looks at the faults of a call that is refused; also logs that a cap was reached. */
void rw_call_note_refusal(const struct rw_request *r);

#endif
