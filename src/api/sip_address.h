/*
 * api/sip_address.h - what an operator may write where a SIP peer is.
 *
 * A host or URI goes onto the wire as it stands: nothing that could end a header early, and nothing
 * that means more there.
 *
 * Threads  pure functions; any.
 */
#ifndef RW_API_SIP_ADDRESS_H
#define RW_API_SIP_ADDRESS_H

#include <stdbool.h>

/* A name, an IPv4 address, or an IPv6 address with or without brackets. No port. */
bool rw_sip_address_is_host(const char *text);

/* sip:name@host, maybe with a port and ;transport=udp or tcp: what an INVITE can be sent to. */
bool rw_sip_address_is_station(const char *uri);

#define RW_SIP_ADDRESS_STATION                                                                     \
    "sip:name@host or sip:name@host:port, or one with ;transport=tcp" /* for people */

/* sip:host, maybe with a port, ;transport=udp or tcp and ;lr: where requests are sent first. */
bool rw_sip_address_is_proxy(const char *uri);

#endif
