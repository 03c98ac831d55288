/*
 * sip/compose.h - writes messages (RFC 3261, sections 7, 8.1.1, 8.2.6; RFC 3581 for rport).
 *
 * Messages are written into the worker's scratch buffer, one at a time. What is copied from a
 * message read holds no CR, LF or NUL (sip/message.h), what comes from a target was checked.
 * Errors   false when memory is out or the message would be too long; the buffer is then useless.
 */
#ifndef RW_SIP_COMPOSE_H
#define RW_SIP_COMPOSE_H

#include "base/buf.h"
#include "sip/message.h"
#include "sip/wire.h"

#define RW_SIP_BRANCH 24 /* "z9hG4bK", 16 hexadecimal digits, NUL */
#define RW_SIP_CONTACT_USER "ringwright"
#define RW_SIP_TAG 17 /* 16 hexadecimal digits, NUL */

void rw_sip_branch_write(char out[RW_SIP_BRANCH], uint64_t branch);
bool rw_sip_branch_read(struct rw_slice text, uint64_t *ret); /* false: none of ours */
void rw_sip_tag_write(char out[RW_SIP_TAG], uint64_t tag);

void rw_sip_put_request_line(struct rw_buf *buf, enum rw_sip_method method, struct rw_slice uri);
void rw_sip_put_via(struct rw_buf *buf, const struct rw_sip_wire *wire,
                    enum rw_sip_transport transport, uint64_t branch);
const char *rw_sip_transport_name(enum rw_sip_transport transport); /* "UDP", "TCP", "TLS" */

/* secure: a sips: URI, which answers one (section 8.1.1.8). */
void rw_sip_put_contact(struct rw_buf *buf, const struct rw_sip_wire *wire,
                        enum rw_sip_transport transport, bool secure);
void rw_sip_put_header(struct rw_buf *buf, const char *name, struct rw_slice value);
void rw_sip_put_cseq(struct rw_buf *buf, uint32_t cseq, enum rw_sip_method method);
/* Allow and Supported; extensions: a set of sip/extension.h. */
void rw_sip_put_capabilities(struct rw_buf *buf, unsigned extensions);

/* A quoted string of `text`; what can't stand in one is left out. */
void rw_sip_put_quoted(struct rw_buf *buf, struct rw_slice text);

/* Ends the headers, with the body and its length; sdp may be empty. True when all of it fitted. */
bool rw_sip_put_end(struct rw_buf *buf, struct rw_slice sdp);
bool rw_sip_put_body(struct rw_buf *buf, const char *type, struct rw_slice body);

/*
 * The ACK to a failure, or the CANCEL, of an INVITE that was sent: same branch, hop by hop
 * (sections 9.1 and 17.1.1.3). to: of the answer; empty = the INVITE's.
 */
bool rw_sip_compose_hop_request(struct rw_buf *buf, enum rw_sip_method method,
                                struct rw_slice invite, struct rw_slice to);

struct rw_sip_reply {
    uint16_t code;
    const char *phrase;
    struct rw_slice tag;   /* for To when the request has none there; empty = none */
    struct rw_slice sdp;   /* empty = no body */
    bool contact;          /* with our Contact */
    bool capabilities;     /* with Allow and the like */
    bool unsupported;      /* with Unsupported: all that the request demands and is not known */
    unsigned extensions;   /* that are known: a set of sip/extension.h */
    struct rw_slice lines; /* further headers, whole lines; empty = none */
};

/*
 * The headers that every answer to a request has, from Via to CSeq, so that a later answer needs the
 * request no more: what it becomes, and what stands behind, is the caller's to write.
 */
void rw_sip_put_reply_head(struct rw_buf *buf, const struct rw_sip_message *request,
                           const struct rw_sip_hop *from, struct rw_slice tag);

bool rw_sip_compose_reply(struct rw_buf *buf, const struct rw_sip_wire *wire,
                          const struct rw_sip_message *request, const struct rw_sip_hop *from,
                          const struct rw_sip_reply *reply);

/* Where the answer to a request goes (section 18.2.2, RFC 3581). */
struct rw_sip_hop rw_sip_reply_hop(const struct rw_sip_message *request,
                                   const struct rw_sip_hop *from);

/* Composes and sends it. No memory: nothing is sent, the far end will ask again. */
void rw_sip_answer(struct rw_sip *sip, const struct rw_sip_message *request,
                   const struct rw_sip_hop *from, const struct rw_sip_reply *reply);

#endif
