/*
 * daemon/own_address.h - which of this machine's addresses others would reach it by.
 *
 * Needed where the operator listens on every address (0.0.0.0 or ::) and names none to advertise: Via,
 * Contact and SDP have to name one. It is the one that packets to the outside leave from; loopback
 * where there is no way outside. Nothing is sent to find out. Behind NAT the operator has to say it.
 */
#ifndef RW_DAEMON_OWN_ADDRESS_H
#define RW_DAEMON_OWN_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* True for "0.0.0.0" and "::". */
bool rw_own_address_is_any(const char *host);

/* Writes the numeric address to advertise for `host`: itself, unless it is any address. */
void rw_own_address(const char *host, char *ret, size_t size);

#endif
