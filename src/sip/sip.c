#include "sip/sip.h"

#include "base/clock.h"
#include "base/mem.h"
#include "sip/compose.h"
#include "sip/core.h"
#include "sip/question.h"
#include "sip/transaction.h"

#include <stdio.h>

uint64_t rw_sip_hash(struct rw_slice s)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */

    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    return h ^ h >> 32;
}

/* ------------------------------------------------------------------ calls that ended */

void rw_sip_remember_ended(struct rw_sip *sip, struct rw_slice call_id)
{
    uint64_t call = rw_sip_hash(call_id);

    /* two calls in one slot: the later one wins, and the earlier one's repeated BYE gets a 481 */
    sip->ended[call % RW_SIP_ENDED_SLOTS] =
        (struct rw_sip_ended){.call = call, .at_ms = rw_clock_mono_ms()};
}

bool rw_sip_has_ended(const struct rw_sip *sip, struct rw_slice call_id)
{
    uint64_t call = rw_sip_hash(call_id);
    const struct rw_sip_ended *slot = &sip->ended[call % RW_SIP_ENDED_SLOTS];

    return slot->at_ms && slot->call == call &&
           rw_clock_mono_ms() - slot->at_ms < RW_SIP_GIVE_UP_MS;
}

void rw_sip_meet(struct rw_sip *sip, const struct sa *peer)
{
    uint64_t now = rw_clock_mono_ms();

    /* mostly it is the carrier again: the table that all workers share can wait a second */
    if (now - sip->last_known_ms <= 1000 && sa_cmp(&sip->last_known, peer, SA_ADDR))
        return;
    sip->last_known = *peer;
    sip->last_known_ms = now;
    rw_sip_peers_know(rw_sip_wire_peers(sip->wire), peer, RW_SIP_MET_MS);
}

void rw_sip_strange(struct rw_sip *sip, const struct sa *source, const char *what)
{
    sip->counters.from_strangers++;
    rw_sip_peers_tell(rw_sip_wire_peers(sip->wire), source, "sip.stranger",
                      what[0] ? what : "unknown method");
}

/* ------------------------------------------------------------------ receiving */

void rw_sip_peer_text(const struct sa *peer, char *dst, size_t size)
{
    char ip[64] = "?";

    (void)sa_ntop(peer, ip, sizeof(ip));
    (void)snprintf(dst, size, sa_af(peer) == AF_INET6 ? "[%s]:%u" : "%s:%u", ip, sa_port(peer));
}

void rw_sip_trace(struct rw_sip *sip, bool sent, const struct rw_sip_hop *hop,
                  struct rw_slice message)
{
    char peer[80];

    rw_sip_peer_text(&hop->peer, peer, sizeof(peer));
    sip->trace(sent, rw_sip_transport_name(hop->transport), sip->local, peer, message,
               sip->trace_arg);
}

static bool is_known(struct rw_sip *sip, const struct rw_sip_hop *hop)
{
    return rw_sip_peers_knows(rw_sip_wire_peers(sip->wire), &hop->peer);
}

/* Not in a dialog and from a stranger: it can be dropped before anything else is looked at. */
static bool is_strange(struct rw_sip *sip, const struct rw_sip_message *m,
                       const struct rw_sip_hop *hop)
{
    return m->request && m->to_tag.n == 0 && !is_known(sip, hop);
}

static void malformed(struct rw_sip *sip, const struct rw_sip_message *m,
                      const struct rw_sip_hop *hop, const char *what)
{
    if (!is_known(sip, hop)) {
        rw_sip_strange(sip, &hop->peer, what);
        return;
    }
    sip->counters.malformed++;
    rw_sip_peers_tell(rw_sip_wire_peers(sip->wire), &hop->peer, "sip.malformed", what);
    if (m->answerable && m->method != RW_SIP_ACK)
        rw_sip_refuse_malformed(sip, m, hop, what);
}

static void dispatch(struct rw_sip *sip, const struct rw_sip_message *m,
                     const struct rw_sip_hop *hop)
{
    if (m->request) {
        if (!rw_sip_leg_request(sip, m, hop) && !rw_sip_orphan_request(sip, m, hop))
            rw_sip_stray_request(sip, m, hop);
        return;
    }
    if (rw_sip_transaction_answer(sip, m, hop))
        return;
    if (m->method == RW_SIP_INVITE && m->code >= 200 && m->code < 300 &&
        rw_sip_leg_late_answer(sip, m, hop))
        return;
    if (!rw_sip_orphan_answer(sip, m, hop))
        rw_sip_stray_answer(sip, m, hop);
}

/*
 * The worker whose dialog or transaction it belongs to; -1: ours as well as any. A call that comes in is its
 * who reads the INVITE; what has no tag of ours yet (CANCEL, the INVITE again) comes the same way.
 */
static int owner_of(const struct rw_sip *sip, const struct rw_sip_message *m)
{
    int owner = rw_sip_wire_owner(sip->wire, m->call_id);

    return owner < 0 && m->request ? rw_sip_wire_tag_owner(sip->wire, m->to_tag) : owner;
}

void rw_sip_receive(struct rw_sip *sip, const struct rw_sip_hop *hop, char *bytes, size_t n)
{
    struct rw_sip_message message;
    const char *wrong;
    int owner;

    if (n <= 4)
        return; /* a keep-alive */
    if (sip->trace) {
        rw_buf_clear(&sip->raw);
        rw_buf_put(&sip->raw, (struct rw_slice){bytes, n});
    }
    wrong = rw_sip_message_parse(&message, bytes, n, hop->transport != RW_SIP_UDP);
    if (!wrong && is_strange(sip, &message, hop)) {
        sip->counters.received++;
        rw_sip_strange(sip, &hop->peer, rw_sip_method_name(message.method));
        return;
    }
    owner = wrong ? -1 : owner_of(sip, &message);
    if (owner >= 0 && (unsigned)owner != sip->index) {
        rw_sip_wire_pass(sip, (unsigned)owner, hop, (struct rw_slice){bytes, n});
        return;
    }
    sip->counters.received++;
    if (sip->trace)
        rw_sip_trace(sip, false, hop, rw_buf_slice(&sip->raw));
    if (wrong)
        malformed(sip, &message, hop, wrong);
    else
        dispatch(sip, &message, hop);
}

/* ------------------------------------------------------------------ life */

static bool make_tables(struct rw_sip *sip)
{
    sip->ended = rw_calloc(RW_SIP_ENDED_SLOTS, sizeof(*sip->ended));
    return sip->ended && hash_alloc(&sip->transactions, RW_SIP_BUCKETS) == 0 &&
           hash_alloc(&sip->legs, RW_SIP_BUCKETS) == 0 && hash_alloc(&sip->orphans, 1024) == 0;
}

enum rw_class rw_sip_new(struct rw_sip **ret, struct rw_worker *worker, struct rw_sip_wire *wire,
                         const struct rw_sip_options *options, struct rw_err *err)
{
    struct rw_sip *sip = rw_calloc(1, sizeof(*sip));
    enum rw_class class;

    if (!sip)
        return rw_fail_memory(err);
    sip->port.sip = sip->trunk_port.sip = sip;
    sip->worker = worker;
    sip->wire = wire;
    sip->index = rw_worker_index(worker);
    sip->board = options->board;
    sip->check_ms = options->check_ms;
    sip->trace = options->trace;
    sip->trace_arg = options->trace_arg;
    rw_buf_init(&sip->scratch, RW_SIP_DATAGRAM_MAX);
    rw_buf_init(&sip->raw, 65536);
    class = make_tables(sip) ? rw_sip_wire_attach(sip, err) : rw_fail_memory(err);
    if (class) {
        rw_sip_free(sip);
        return class;
    }
    *ret = sip;
    return RW_OK;
}

void rw_sip_free(struct rw_sip *sip)
{
    if (!sip)
        return;
    if (sip->transactions)
        rw_sip_streams_close(sip);
    rw_sip_wire_detach(sip);
    if (sip->legs)
        rw_sip_legs_drop(sip);
    if (sip->orphans)
        rw_sip_orphans_drop(sip);
    rw_sip_questions_drop(sip);
    if (sip->transactions)
        rw_sip_transactions_drop(sip);
    rw_sip_lookups_drop(sip);
    rw_sip_known_free(sip);
    mem_deref(sip->dns);
    mem_deref(sip->legs);
    mem_deref(sip->orphans);
    mem_deref(sip->transactions);
    rw_free(sip->ended);
    rw_buf_done(&sip->scratch);
    rw_buf_done(&sip->raw);
    if (sip->udp.flush_due)
        sip->closing = true; /* the worker still holds our mail for the end of the turn */
    else
        rw_free(sip);
}

struct rw_leg_port *rw_sip_leg_port(struct rw_sip *sip)
{
    return &sip->port;
}

struct rw_trunk_port *rw_sip_trunk_port(struct rw_sip *sip)
{
    return &sip->trunk_port;
}

void rw_sip_read_counters(const struct rw_sip *sip, struct rw_sip_counters *ret)
{
    *ret = sip->counters;
}
