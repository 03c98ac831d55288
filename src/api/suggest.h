/*
 * api/suggest.h - suggestedRequest: the caller's own values, put into a body that is accepted.
 *
 * What the caller meant is guessed (api/wish.h), numbers are corrected as the address engine
 * suggests, a misspelt providerId becomes the one that the fault suggests, and the result is judged
 * like any request: only what passes is suggested. A caller id or providerId that does not pass even
 * so is left out, as neither is required.
 */
#ifndef RW_API_SUGGEST_H
#define RW_API_SUGGEST_H

#include "api/request.h"

/*
 * Sets r->suggested, or leaves it empty when no accepted body can be made of what was sent. For
 * tokens that may place the call only.
 */
void rw_suggest_call(struct rw_request *r, const char *user_id, bool agentless);

#endif
