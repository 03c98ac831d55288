/*
 * sip/auth.h - the answers to challenges that a request, or the requests of one call, carry with them
 * (RFC 3261, section 22): one for each realm that asked.
 *
 * A realm that asks again with a new nonce is answered twice; one that does not take the credentials is
 * not told them a second time.
 *
 * Owner    whoever has the pointer, which begins as NULL; _done() frees.
 * Memory   at most RW_SIP_REALMS headers of 2 KiB.
 */
#ifndef RW_SIP_AUTH_H
#define RW_SIP_AUTH_H

#include "sip/digest.h"

#define RW_SIP_REALMS 3

struct rw_sip_auth;

/*
 * True when a 401 or 407 can be answered and this has not been tried; keeps the header for the next
 * request. who->cnonce is not looked at; who->user.p NULL: there are no credentials.
 */
bool rw_sip_auth_answer(struct rw_sip_auth **auth, const struct rw_sip_message *challenge,
                        const struct rw_sip_credentials *who);
void rw_sip_auth_put(const struct rw_sip_auth *auth, struct rw_buf *buf); /* NULL is fine */
void rw_sip_auth_done(struct rw_sip_auth **auth);

#endif
