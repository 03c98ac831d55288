/*
 * sip/binding.h - what the answer to a REGISTER says of our binding (RFC 3261, sections 10.2.4 and 20).
 *
 * Threads  pure; any.
 */
#ifndef RW_SIP_BINDING_H
#define RW_SIP_BINDING_H

#include "sip/message.h"

struct rw_sip_binding {
    uint32_t expires_s;     /* of a 2xx: for so long from now; 0 = our Contact is not bound */
    uint32_t min_expires_s; /* 0 = not said */
    uint32_t retry_after_s; /* 0 = not said */
};

/*
 * host (without brackets) and port are those of our Contact. Registrars show all that are bound: ours
 * counts. Where it is not found, the only one is taken for it, changed on its way through a NAT; what
 * says nothing of a time has Expires', and without that wanted_s.
 */
struct rw_sip_binding rw_sip_binding_read(const struct rw_sip_message *answer, struct rw_slice host,
                                          uint16_t port, uint32_t wanted_s);

#endif
