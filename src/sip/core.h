/*
 * sip/core.h - what the files of this folder share: the SIP side of one worker from inside.
 *
 *     wire.c, stream.c   bytes in and out           icmp.c      undeliverable ones
 *     profile.c          TLS towards trunks
 *     message.c, uri.c, extension.c   reading       compose.c   writing
 *     locate.c           from a host to addresses
 *     sip.c              who a message is for
 *     transaction.c      our requests, until they are answered (RFC 3261, section 17.1)
 *     leg.c              an INVITE and what it leads to          dialog.c   its identity
 *     leg_target.c       from a target to it                     auth.c     who we say we are
 *     leg_place.c        where it goes                           leg_caller.c, leg_identity.c  whose call it is
 *     leg_end.c          how we end it                           leg_timer.c, leg_reliable.c  extensions
 *     invited.c          an INVITE of the far end                incoming.c what it asks of a leg
 *     info.c, leg_key.c  keys that are pressed
 *     question.c         what is asked of trunks outside of calls: options.c, enrol.c, binding.c
 *     orphan.c           dialogs of an earlier life, to be ended
 *     stray.c            what belongs to nobody here
 *     peers.c            who is answered at all            acquaint.c  configured addresses
 *
 * Threads  one worker's.
 */
#ifndef RW_SIP_CORE_H
#define RW_SIP_CORE_H

#include "base/buf.h"
#include "base/log.h"
#include "sip/locate.h"
#include "sip/message.h"
#include "sip/sip.h"
#include "sip/stream.h"
#include "sip/wire.h"

#define RW_SIP_T1_MS 500u
#define RW_SIP_T2_MS 4000u
#define RW_SIP_GIVE_UP_MS 32000u /* 64 * T1 */
#define RW_SIP_AGENT "Ringwright/" RW_VERSION
#define RW_SIP_ENDED_SLOTS 16384u /* of a worker: 16 bytes each */
#define RW_SIP_BUCKETS 16384u     /* of each table of a worker: 16 bytes each */

struct rw_leg_port {
    struct rw_sip *sip;
};

struct rw_trunk_port {
    struct rw_sip *sip;
};

/* A call of ours that ended less than 32 s ago, so that a repeated BYE still gets its 200. */
struct rw_sip_ended {
    uint64_t call; /* hash of its Call-ID */
    uint64_t at_ms;
};

struct rw_sip {
    struct rw_leg_port port;
    struct rw_trunk_port trunk_port;
    struct rw_worker *worker;
    struct rw_sip_wire *wire;
    struct rw_trunk_board *board; /* NULL = none */
    unsigned index;
    uint32_t check_ms;
    rw_sip_trace_h *trace;
    void *trace_arg;
    rw_leg_offered_h *offered; /* NULL: nobody takes calls */
    void *offered_arg;
    struct rw_sip_udp udp;
    struct rw_sip_streams streams;
    struct hash *transactions, *legs, *orphans;
    struct dnsc *dns;      /* NULL until a name has to be looked up */
    struct list lookups;   /* acquaint.c */
    struct list questions; /* question.c */
    struct rw_sip_known *known[RW_SIP_KNOWN_HOSTS];
    struct sa last_known;   /* last peer told to the wire, */
    uint64_t last_known_ms; /* and when */
    struct rw_buf scratch;  /* for composing; one message at a time */
    struct rw_buf raw;      /* a message as it came, while tracing */
    struct rw_sip_counters counters;
    struct rw_sip_ended *ended;
    struct rw_log_limit tls_refused;
    bool closing;   /* freed at the end of this turn */
    char local[64]; /* "192.0.2.1:5060", for the trace */
};

/* One message, in the worker that read it. bytes is changed. */
void rw_sip_receive(struct rw_sip *sip, const struct rw_sip_hop *hop, char *bytes, size_t n);

void rw_sip_trace(struct rw_sip *sip, bool sent, const struct rw_sip_hop *hop,
                  struct rw_slice message);

/* "192.0.2.1:5060" or "[2001:db8::1]:5060" */
void rw_sip_peer_text(const struct sa *peer, char *dst, size_t size);

uint64_t rw_sip_hash(struct rw_slice s);

/* Whoever we send requests to is no stranger (sip/peers.h) from now on. */
void rw_sip_meet(struct rw_sip *sip, const struct sa *peer);

/* A stranger sent this: it is counted, told within bounds, and not answered. */
void rw_sip_strange(struct rw_sip *sip, const struct sa *source, const char *what);

struct dnsc *rw_sip_dns(struct rw_sip *sip); /* the system's resolver, or NULL */
/* The type of record that holds addresses which our SIP port can reach, and what stands in one of either. */
uint16_t rw_sip_address_type(const struct rw_sip *sip);
bool rw_sip_record_address(const struct dnsrr *record, uint16_t port, struct sa *ret);
void rw_sip_lookups_drop(struct rw_sip *sip);

void rw_sip_remember_ended(struct rw_sip *sip, struct rw_slice call_id);
bool rw_sip_has_ended(const struct rw_sip *sip, struct rw_slice call_id);

/* stray.c: what no leg, transaction or orphan wanted. */
void rw_sip_stray_request(struct rw_sip *sip, const struct rw_sip_message *message,
                          const struct rw_sip_hop *from);
/* 400 (or 505), and its reason says what is wrong. For requests that are `answerable`, of the known. */
void rw_sip_refuse_malformed(struct rw_sip *sip, const struct rw_sip_message *message,
                             const struct rw_sip_hop *from, const char *what);
void rw_sip_stray_answer(struct rw_sip *sip, const struct rw_sip_message *message,
                         const struct rw_sip_hop *from);

/*
 * A 2xx that nobody wants (of a second fork, after a CANCEL, of a leg that is gone): ACK, then BYE,
 * with what the message itself says (RFC 3261, section 13.2.2.4).
 */
void rw_sip_end_unwanted(struct rw_sip *sip, const struct rw_sip_message *answer,
                         const struct rw_sip_hop *from);

/* leg.c and incoming.c: true = it was for a leg. */
bool rw_sip_leg_request(struct rw_sip *sip, const struct rw_sip_message *message,
                        const struct rw_sip_hop *from);
/* invited.c: a call that comes in. */
void rw_sip_invited(struct rw_sip *sip, const struct rw_sip_message *message,
                    const struct rw_sip_hop *from);
bool rw_sip_leg_late_answer(struct rw_sip *sip, const struct rw_sip_message *message,
                            const struct rw_sip_hop *from);
void rw_sip_legs_drop(struct rw_sip *sip); /* frees them all; tells nobody */

/* orphan.c: true = it was for an orphan. */
bool rw_sip_orphan_answer(struct rw_sip *sip, const struct rw_sip_message *message,
                          const struct rw_sip_hop *from);
bool rw_sip_orphan_request(struct rw_sip *sip, const struct rw_sip_message *message,
                           const struct rw_sip_hop *from);
enum rw_class rw_sip_orphan_end(struct rw_leg_port *port, const struct rw_leg_dialog *dialog,
                                const struct rw_leg_target *target, struct rw_err *err);
void rw_sip_orphans_drop(struct rw_sip *sip);

#endif
