/*
 * sip/icmp.h - learns from ICMP that a datagram can't be delivered (RFC 3261, sections 8.1.3.1, 18.4):
 * a telephone that was switched off is known to be gone at once, not after 32 s.
 *
 * The kernel hands back the beginning of the datagram that failed. Our branch in it, 64 random bits,
 * names the transaction and proves that whoever sent the error has seen the datagram.
 */
#ifndef RW_SIP_ICMP_H
#define RW_SIP_ICMP_H

#include "sip/wire.h"

void rw_sip_icmp_enable(int fd, int af);

/* Reads all errors that wait at the worker's UDP socket and ends their transactions. */
void rw_sip_icmp_read(struct rw_sip *sip);

/* Branch and Call-ID in the first bytes of a request of ours. False when both are not there. */
bool rw_sip_icmp_parse(struct rw_slice quoted, uint64_t *ret_branch, struct rw_slice *ret_call_id);

#endif
