/*
 * api/suggest.h - suggestedRequest, or the one fact that is missing for it.
 *
 * Numbers are corrected as the address engine suggests, a misspelt providerId becomes the one that the
 * fault suggests, and the result is judged like any request: only what passes is suggested. A caller
 * id or providerId that does not pass even so is left out, as neither is required. When nothing
 * passes, one thing is named that only the caller can know, or only an administrator can put right.
 */
#ifndef RW_API_SUGGEST_H
#define RW_API_SUGGEST_H

#include "api/meant.h"
#include "api/request.h"

/*
 * Sets r->suggested or r->missing. For tokens that may place the call only: what passes depends on
 * what the tenant owns.
 */
void rw_suggest_call(struct rw_request *r, const struct rw_meant *meant, const char *user_id,
                     bool agentless);

#endif
