/*
 * api/api.h - the HTTP API of one worker: what the listener hands over comes in here.
 *
 * Every operation of api/openapi.yaml is a function rw_op_<operationId>() in one of this folder's
 * files; request.h holds the way a request takes to it.
 *
 * Owner    the worker owns its struct rw_api, which borrows everything in the options.
 * Threads  its worker.
 * Errors   whatever goes wrong with a request is answered to its sender.
 */
#ifndef RW_API_API_H
#define RW_API_API_H

#include "call/limits.h"
#include "http/http.h"
#include "loop/offload.h"
#include "store/store.h"

struct rw_address_policy; /* address/address.h */
struct rw_api;
struct rw_auth;        /* auth/identity.h; one a worker */
struct rw_auth_key;    /* auth/secret.h */
struct rw_doctor;      /* doctor/doctor.h; one a worker */
struct rw_limits;      /* limit/limit.h; one for all workers */
struct rw_exchange;    /* exchange/exchange.h; one a worker */
struct rw_route_table; /* route/route.h; one a worker */
struct rw_spikes;      /* policy/spike.h */
struct rw_trunk_board; /* trunk/board.h */
struct rw_trunk_ops;   /* trunk/question.h */
struct rw_trunk_port;

struct rw_api_options {
    struct rw_worker *worker;
    struct rw_store *store;
    struct rw_store_reader *reader;
    struct rw_auth *auth;
    const struct rw_auth_key *auth_key;
    struct rw_exchange *exchange; /* NULL: a server that places no calls (tests) */
    struct rw_doctor *doctor;     /* NULL: a server that examines nothing (tests) */
    struct rw_route_table *routes;
    struct rw_spikes *spikes; /* policy/spike.h; the process's; NULL: no token is frozen */
    const struct rw_trunk_ops *trunk_ops; /* how far ends are asked; NULL: nobody can be (tests) */
    struct rw_trunk_port *trunk_port;
    struct rw_trunk_board *board; /* what is known of trunks; NULL: nothing */
    struct rw_offload *offload;
    uint32_t (*live_calls)(void *arg); /* of all workers; NULL: of this one's exchange */
    void *live_calls_arg;
    const char *version;        /* "0.1.0" */
    const char *sip_local;      /* host and port that our From headers name: "192.0.2.1:5060" */
    const char *tls_dir;        /* where files of trunks lie, or NULL */
    bool media_is_ipv6;         /* the address that RTP is bound to */
    uint64_t started_ms;        /* wall time */
    uint32_t station_answer_ms; /* how long a user's telephone may ring; 0 = 30,000 */
    uint32_t max_duration_ms;   /* 0 = calls have no cap */
    struct rw_limits *limits;   /* whose counters are shown; NULL: none are */
    /* Of tenants, clients and numbers for which a tenant has set nothing; trunks are not looked at. */
    struct rw_call_limits default_limits;
    /* How called numbers are read; NULL: as rw_address_policy_init() makes it. Copied, but for its texts. */
    const struct rw_address_policy *address;
};

RW_NODISCARD enum rw_class rw_api_new(struct rw_api **ret, const struct rw_api_options *options,
                                      struct rw_err *err);
void rw_api_free(struct rw_api *api); /* no request may be waiting any more; NULL is fine */

/*
 * From now on calls are refused with RW_UNAVAILABLE server.draining, /health says so, and requests
 * that wait for news are answered with what there is.
 */
void rw_api_drain(struct rw_api *api);

/* For struct rw_http_options; arg is the struct rw_api. */
void rw_api_handle(struct rw_http_exchange *x, const struct rw_http_request *request, void *arg);
void rw_api_refuse(struct rw_http_exchange *x, const struct rw_err *err, void *arg);
/* How large the body of this request may be, beyond what is usual; 0 = not at all. */
size_t rw_api_body_max(struct rw_http_exchange *x, const struct rw_http_request *request,
                       void *arg);

#endif
