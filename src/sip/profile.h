/*
 * sip/profile.h - TLS towards trunks: one profile a trunk and host, shared by all workers.
 *
 * A profile is a trunk's certificates and rules (call/leg.h), read from their files once and again
 * when these have changed, with the ticket of its last connection and what went wrong last. The name
 * that the server has to show is the trunk's own, or the host of the URI that the request goes to
 * (RFC 5922, section 7.2): never one that came out of DNS.
 *
 * Owner    struct rw_sip_wire.
 * Threads  any; a lock inside. Reading files happens under it, once a profile.
 * Memory   at most RW_SIP_PROFILES_MAX; the one that was used longest ago makes room. Whoever still
 *          has its number then gets no connection.
 */
#ifndef RW_SIP_PROFILE_H
#define RW_SIP_PROFILE_H

#include "base/err.h"
#include "call/leg.h"
#include "tls/tls.h"

#define RW_SIP_PROFILES_MAX 1024u
#define RW_SIP_PROFILE_RETRY_MS 1000u /* files that are no use are looked at again after that */

struct rw_sip_profiles;

/* dir: where files lie that are named without a folder; NULL = ".". NULL: memory is out. */
struct rw_sip_profiles *rw_sip_profiles_new(const char *dir);
void rw_sip_profiles_free(struct rw_sip_profiles *profiles); /* NULL is fine */

/*
 * The number of the profile for these settings towards this host; never 0. trunk_id may be NULL.
 * Fails as rw_tls_client_new() does, or with RW_MALFORMED sip.bad_target for a name that no
 * certificate can have (to verify none would be to verify nothing).
 */
RW_NODISCARD enum rw_class rw_sip_profile_find(struct rw_sip_profiles *profiles,
                                               const struct rw_leg_tls *settings,
                                               const char *trunk_id, struct rw_slice host,
                                               uint32_t *ret, struct rw_err *err);

/* A session for a connection that is being made; NULL: no such profile, or memory is out. */
struct rw_tls_session *rw_sip_profile_connect(struct rw_sip_profiles *profiles, uint32_t profile,
                                              int fd);

/* News of the session's connection: it stands, it ended in order, it failed (logged now and then). */
void rw_sip_profile_is_up(struct rw_sip_profiles *profiles, uint32_t profile);
void rw_sip_profile_is_over(struct rw_sip_profiles *profiles, uint32_t profile,
                            struct rw_tls_session *session);
void rw_sip_profile_failed(struct rw_sip_profiles *profiles, uint32_t profile, const char *peer,
                           const struct rw_tls_fault *fault);

/* What the last connection failed by. False when it did not fail. */
bool rw_sip_profile_fault(struct rw_sip_profiles *profiles, uint32_t profile,
                          struct rw_tls_fault *ret);

#endif
