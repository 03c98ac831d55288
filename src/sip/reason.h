/*
 * sip/reason.h - the Reason header (RFC 3326): why a call ended, in SIP's and in Q.850's numbers.
 */
#ifndef RW_SIP_REASON_H
#define RW_SIP_REASON_H

#include "base/buf.h"
#include "call/call.h"
#include "sip/message.h"
#include "tls/tls.h"

/* Of one header's value; what is not given stays as it is. Text of the last SIP value is not kept. */
void rw_sip_reason_parse(struct rw_slice value, uint16_t *q850, uint16_t *sip_code);

/* Of a whole message: a final status of 300 and more, phrase and Reason headers, cleaned. */
struct rw_ending rw_sip_reason_ending(const struct rw_sip_message *message);

/* The word of call/reason.h for what a connection over TLS failed by; NULL for no fault. */
const char *rw_sip_reason_of_fault(enum rw_tls_fault_kind kind);

/* Writes Reason headers for our BYE: as much as `why` knows. */
void rw_sip_reason_put(struct rw_buf *buf, const struct rw_ending *why);

#endif
