/*
 * sip/info.h - a key (DTMF) as the body of an INFO: what is called application/dtmf-relay.
 *
 *     Signal=5
 *     Duration=160
 *
 * No RFC has it; carriers and telephones do. Read are also application/dtmf, which is the sign alone, event
 * numbers (10 for *, 11 for #), blanks around, and a body without a duration, which is then 160 ms.
 *
 * Threads  pure functions.
 */
#ifndef RW_SIP_INFO_H
#define RW_SIP_INFO_H

#include "base/buf.h"
#include "call/key.h"
#include "sip/message.h"

#define RW_SIP_KEY_TYPE "application/dtmf-relay"

enum rw_sip_info { RW_SIP_INFO_OTHER, RW_SIP_INFO_KEY, RW_SIP_INFO_BAD };

/* KEY: *ret has it, with its duration in the bounds of call/key.h. BAD: it should be one. */
enum rw_sip_info rw_sip_info_read(struct rw_slice type, struct rw_slice body, struct rw_key *ret);

void rw_sip_info_put(struct rw_buf *buf, const struct rw_key *key);

#endif
