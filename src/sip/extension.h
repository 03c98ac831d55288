/*
 * sip/extension.h - what messages say of the extensions that a trunk may use: session timers (RFC 4028)
 * and reliable provisional answers (RFC 3262).
 *
 * These headers are looked for in a message's lines by a leg that uses them, and by no other: a call
 * without extensions pays nothing for them.
 *
 * Threads  pure functions; any.
 * Errors   false: not there, or not readable.
 */
#ifndef RW_SIP_EXTENSION_H
#define RW_SIP_EXTENSION_H

#include "sip/message.h"

/* Option tags: a set of them. */
enum { RW_SIP_TIMER = 1, RW_SIP_100REL = 2 };

#define RW_SIP_SESSION_MIN_S 90u      /* RFC 4028, section 5: no interval may be shorter */
#define RW_SIP_SESSION_MAX_S 4000000u /* 46 days: what is longer is cut */

enum rw_sip_refresher { RW_SIP_REFRESHER_OPEN, RW_SIP_REFRESHER_UAC, RW_SIP_REFRESHER_UAS };

struct rw_sip_session_expires {
    uint32_t s; /* at least 1 */
    enum rw_sip_refresher refresher;
};

bool rw_sip_session_expires_read(const struct rw_sip_message *m,
                                 struct rw_sip_session_expires *ret);
bool rw_sip_min_se_read(const struct rw_sip_message *m, uint32_t *ret_s);
bool rw_sip_rseq_read(const struct rw_sip_message *m, uint32_t *ret); /* at least 1 */

/* True when Require names this one (of `m->headers`, so it costs little). */
bool rw_sip_requires(const struct rw_sip_message *m, const char *tag);

/* True when Require or Proxy-Require names one that is not in the set. */
bool rw_sip_requires_beyond(const struct rw_sip_message *m, unsigned known);

/* True when `tag` is one of the set. */
bool rw_sip_extension_known(struct rw_slice tag, unsigned known);

/* True when Allow lists the method. */
bool rw_sip_allows(const struct rw_sip_message *m, enum rw_sip_method method);

#endif
