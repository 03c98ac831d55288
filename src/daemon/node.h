/*
 * daemon/node.h - everything that one worker holds: its reader, its SIP, media, calls, API, listener.
 *
 * Owner    the server; a node is opened and closed in its worker's thread.
 * Threads  its worker.
 */
#ifndef RW_DAEMON_NODE_H
#define RW_DAEMON_NODE_H

#include "daemon/acquaint.h"
#include "daemon/config.h"
#include "exchange/exchange.h"
#include "exchange/reception.h"
#include "http/http.h"
#include "limit/limit.h"
#include "sip/sip.h"
#include "store/store.h"

struct rw_doctor;
struct rw_doctor_turns;
struct rw_offload;
struct rw_auth_key;
struct rw_ledger;
struct rw_spikes;

/* What all nodes share; made by the server before the first worker starts, constant then. */
struct rw_node_shared {
    const struct rw_config *config;
    struct rw_store *store;
    struct rw_sip_wire *wire;
    struct rw_trunk_board *board;
    struct rw_sip_options sip;
    struct rw_offload *offload;
    struct rw_doctor_turns *turns; /* of tests of trunks */
    const struct rw_auth_key *token_key;
    const struct rw_identity_signer *signer;   /* NULL = calls are not signed */
    struct rw_permit *permits[RW_PERMITS_MAX]; /* asked for each call */
    uint32_t permits_count;
    struct rw_spikes *spikes;          /* refusals of tokens */
    struct rw_ledger *ledger;          /* what calls cost */
    struct rw_limits *limits;          /* the last of them, because it may let a call wait */
    uint32_t (*live_calls)(void *arg); /* of all workers; any thread */
    void *live_calls_arg;
    char sip_advertised[RW_CONFIG_TEXT]; /* in Via and Contact */
    char sip_local[RW_CONFIG_TEXT + 16]; /* host and port that our From headers name */
    uint64_t started_ms;
    unsigned workers;
};

/* What limits hold for tenants that have set none. */
struct rw_call_limits rw_node_default_limits(const struct rw_config *config);

struct rw_node {
    struct rw_worker *worker;
    struct rw_store_reader *reader;
    struct rw_auth *auth;
    struct rw_route_table *routes;
    struct rw_sip *sip;
    struct rw_keeper *keeper;    /* the first worker's; NULL elsewhere */
    struct rw_acquaint acquaint; /* the same */
    struct rw_relay_port *media;
    char media_advertised[RW_CONFIG_TEXT]; /* in SDP */
    struct rw_exchange *exchange;
    struct rw_reception reception;
    struct rw_doctor *doctor;
    struct rw_api *api;
    struct rw_http *http;
};

/* Everything but the HTTP listener. On failure what was opened is closed again. */
RW_NODISCARD enum rw_class rw_node_open(struct rw_node *node, struct rw_worker *worker,
                                        const struct rw_node_shared *shared, struct rw_err *err);

/* Opens the HTTP listener on `port` (0 = any); rw_http_port(node->http) tells which. */
RW_NODISCARD enum rw_class rw_node_listen(struct rw_node *node, const struct rw_node_shared *shared,
                                          uint16_t port, struct rw_err *err);

/* Trunks that are registered leave; `left` is told when that is done, now or later. */
void rw_node_leave_trunks(struct rw_node *node, void (*left)(void *arg), void *arg);

void rw_node_close(struct rw_node *node); /* a node that was never opened (all zero) is fine */

#endif
