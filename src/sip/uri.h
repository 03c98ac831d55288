/*
 * sip/uri.h - SIP URIs and the addresses around them (RFC 3261, sections 19.1 and 20.10).
 *
 * Everything is a slice of the input; nothing is copied or unescaped.
 * Errors   false when the text is no SIP URI.
 */
#ifndef RW_SIP_URI_H
#define RW_SIP_URI_H

#include "base/slice.h"

#include <stdint.h>

enum rw_sip_transport { RW_SIP_ANY, RW_SIP_UDP, RW_SIP_TCP, RW_SIP_TLS, RW_SIP_OTHER };

struct rw_sip_uri {
    struct rw_slice user; /* without password; empty = none */
    struct rw_slice host; /* an IPv6 address without its brackets */
    uint16_t port;        /* 0 = not given */
    enum rw_sip_transport transport;
    bool secure; /* sips: */
    bool loose;  /* ;lr: a loose router */
};

bool rw_sip_uri_parse(struct rw_slice text, struct rw_sip_uri *ret);

/* What a request to this URI goes over: UDP when it says nothing, TLS for sips: (section 26.2.2). */
enum rw_sip_transport rw_sip_uri_way(const struct rw_sip_uri *uri);
bool rw_sip_uri_is_secure(struct rw_slice text); /* begins with sips: */
uint16_t
rw_sip_uri_port(const struct rw_sip_uri *uri); /* 5060, or 5061 over TLS, when it has none */

/*
 * Splits `"Name" <uri>;params` or `uri;params` (then the parameters are the header's, not the
 * URI's). The URI itself is not judged.
 */
bool rw_sip_address_split(struct rw_slice text, struct rw_slice *ret_uri,
                          struct rw_slice *ret_params);

/*
 * True when a strict reader has nothing against it: the name is a quoted string that ends or words
 * without separators, the URI holds no space, quote or bracket, no parameter is empty, and a URI
 * without <> has no `?` or `,`, which would leave open whose they are (RFC 3261, section 20.10).
 */
bool rw_sip_address_is_sound(struct rw_slice text);

/* True when there is something between all of its semicolons. */
bool rw_sip_params_are_sound(struct rw_slice params);

/* The value of ;name=value in `params` (quotes taken off); false when there is no such parameter. */
bool rw_sip_param(struct rw_slice params, const char *name, struct rw_slice *ret_value);

/* Takes the next element of a comma-separated list off *rest; false when there is none. */
bool rw_sip_next_element(struct rw_slice *rest, struct rw_slice *ret);

struct rw_slice rw_sip_trim(struct rw_slice s); /* without spaces and tabs at its ends */

/* True when text holds no control character, space or angle bracket: fit to stand in <>. */
bool rw_sip_uri_text_is_safe(const char *text);

#endif
