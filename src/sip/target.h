/*
 * sip/target.h - one of the hosts behind a trunk: the URI's own, one of a SRV record, or one written down by
 * an operator.
 *
 * Threads  a pure function; any. Memory: fixed. Errors: false.
 */
#ifndef RW_SIP_TARGET_H
#define RW_SIP_TARGET_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

#define RW_SIP_PLACES_MAX                                                                          \
    8u /* hosts that one trunk can have, and addresses that are tried of them */
#define RW_SIP_HOST_SIZE 256

struct rw_sip_target {
    char name[RW_SIP_HOST_SIZE]; /* or an address */
    uint16_t priority, weight, port;
    uint8_t number; /* tells it from the others */
};

/* Reads "b.example:5061;priority=1;weight=3"; what is not said stays as it is. False: it is none. */
bool rw_sip_target_read(struct rw_slice text, struct rw_sip_target *ret);

#endif
