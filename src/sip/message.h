/*
 * sip/message.h - reads one SIP message (RFC 3261, sections 7, 20 and 25).
 *
 * Zero copies: the result points into the bytes read, and nothing is allocated. libre's parser
 * takes 10 us a message (a node a header, a regular expression a field); this one takes under 1 us,
 * and four messages are read for each call.
 *
 * Strict where it protects: no control character but the tab inside a line, From, To, Call-ID and
 * CSeq exactly once, CSeq's method that of the request, a body as long as it says. So no slice of a
 * message ever holds CR, LF or NUL, and may be copied into a header of ours: a control character
 * that is quoted as RFC 3261 allows (a backslash before it) is read as a space. Lenient where it
 * does no harm: a line may end with LF alone, unknown headers are skipped.
 *
 * Between the two stands what a strict reader refuses and what can be understood all the same (a
 * comma in a name without quotes, a Date of another zone): such a message is read, and its `flaw`
 * says what is wrong. A request of that kind is refused outside of dialogs; a call that is up is not
 * lost by it, and of answers it is not even asked.
 *
 * Memory   struct rw_sip_message; at most RW_SIP_HEADERS_MAX headers of the kinds below.
 * Errors   a reason as a static text that names the place: what is wrong with the message. It can
 *          be told to its sender when `answerable` (RFC 3261, section 21.4.1).
 */
#ifndef RW_SIP_MESSAGE_H
#define RW_SIP_MESSAGE_H

#include "sip/uri.h"

#define RW_SIP_HEADERS_MAX 64

enum rw_sip_method {
    RW_SIP_UNKNOWN, /* a token that is none of these */
    RW_SIP_INVITE,
    RW_SIP_ACK,
    RW_SIP_BYE,
    RW_SIP_CANCEL,
    RW_SIP_OPTIONS,
    RW_SIP_INFO,
    RW_SIP_UPDATE,
    RW_SIP_PRACK,
    RW_SIP_REFER,
    RW_SIP_NOTIFY,
    RW_SIP_SUBSCRIBE,
    RW_SIP_MESSAGE,
    RW_SIP_REGISTER,
    RW_SIP_METHODS
};

/* Headers that are kept one by one; the others are read into a field or skipped. */
enum rw_sip_header_kind {
    RW_SIP_H_VIA,
    RW_SIP_H_RECORD_ROUTE,
    RW_SIP_H_ROUTE,
    RW_SIP_H_REASON,
    RW_SIP_H_WWW_AUTHENTICATE,
    RW_SIP_H_PROXY_AUTHENTICATE,
    RW_SIP_H_REQUIRE,
    RW_SIP_H_PROXY_REQUIRE
};

struct rw_sip_header {
    enum rw_sip_header_kind kind;
    struct rw_slice value;
};

struct rw_sip_message {
    bool request;
    bool answerable;  /* a request with a Via that can be read: it can be refused at least */
    uint16_t refuse;  /* the status for what is wrong with it: 400 or 505 */
    const char *flaw; /* of a request: NULL, or what a strict reader would have refused */
    enum rw_sip_method method;   /* of the request, or of a response's CSeq */
    struct rw_slice method_text; /* as it stands in CSeq */
    struct rw_slice cseq_text;   /* CSeq as it stands */
    struct rw_slice uri;         /* of a request */
    uint16_t code;               /* of a response: 100..699 */
    struct rw_slice phrase;      /* of a response */
    struct rw_slice from, to;    /* whole values */
    struct rw_slice from_tag, to_tag;
    struct rw_slice call_id;
    uint32_t cseq;
    struct rw_slice via_host;     /* topmost Via: sent-by, */
    uint16_t via_port;            /* 0 = not given, */
    struct rw_slice via_params;   /* everything from the first ';' on, */
    struct rw_slice branch;       /* and its branch */
    struct rw_slice contact;      /* first Contact's URI; empty = none */
    struct rw_slice content_type; /* without parameters */
    struct rw_slice body;
    struct rw_slice lines; /* of all headers, as they stand: for rw_sip_message_next() */
    uint32_t header_count;
    struct rw_sip_header headers[RW_SIP_HEADERS_MAX];
};

/*
 * Reads n bytes as one message. Folded lines are joined in place, hence not const. `framed`: the
 * bytes come from a stream, where Content-Length is a must. Returns NULL, or what is wrong; of a
 * request that is wrong only the fields up to and with `cseq_text`, `from`, `to` and `call_id` may be
 * used, and any of these may be empty.
 */
const char *rw_sip_message_parse(struct rw_sip_message *ret, char *bytes, size_t n, bool framed);

/*
 * For headers that only few ask for: takes the next one of this name (and compact form, 0 = it has none)
 * off *rest, which begins as a copy of message->lines. False when there is no more.
 */
bool rw_sip_message_next(struct rw_slice *rest, const char *name, char compact,
                         struct rw_slice *ret_value);

/* True, with the SDP in *ret, when the body is one. */
bool rw_sip_message_sdp(const struct rw_sip_message *message, struct rw_slice *ret);

const char *rw_sip_method_name(enum rw_sip_method method); /* "" for unknown */

/*
 * For a stream: the bytes of the first message in `s`. 0 = more has to be read first,
 * SIZE_MAX = this will never be a message of at most `max` bytes: its length can't be known or is too
 * long, and whatever follows is not to be trusted.
 */
size_t rw_sip_message_length(struct rw_slice s, size_t max);

/* The bytes of its start line and headers, with the empty line; 0 = more has to be read first. */
size_t rw_sip_message_head(struct rw_slice s);

#endif
