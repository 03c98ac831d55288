/*
 * api/explain.h - a refusal of a call, completed by what was understood of the body.
 *
 * Beside the faults of form: every number and id is judged wherever it stands, and a fault of form at
 * a place that holds the destination or the caller's number says what to write instead, with the
 * number that was found there.
 *
 * Threads  any.
 * Errors   as faults: those of api/number.h, body.placeholder, body.bad_id,
 *          call.destination_ambiguous.
 */
#ifndef RW_API_EXPLAIN_H
#define RW_API_EXPLAIN_H

#include "api/meant.h"

/*
 * Everything but what meant->wish chose, which whoever judges the wish has judged. `providers`: what
 * the tenant owns has been looked at, so that a providerId which was not found may be spoken of.
 */
void rw_explain(const struct rw_guess *guess, const struct rw_meant *meant, bool providers,
                struct rw_faults *faults, struct rw_faults *warnings);

#endif
