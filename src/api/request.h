/*
 * api/request.h - one request on its way through the API.
 *
 * The way, in request.c: correlation id, route, authentication; each of these stops alone. Then
 * everything else is judged before anything is answered: permission and user, query, body (JSON,
 * members, types), and what the operation itself looks at. All faults stand in one answer, the
 * first decides its status.
 *
 * Owner    a request lives in its exchange's arena and ends with the exchange's answer.
 * Threads  its worker.
 * Memory   its arena. `faults` and `warnings` are the worker's and belong to the request only until
 *          its handler returns: whoever answers later renders or copies what it needs before.
 */
#ifndef RW_API_REQUEST_H
#define RW_API_REQUEST_H

#include "api/api.h"
#include "api/number.h"

#define RW_CORRELATION_MAX 64

struct json_t;          /* jansson.h */
struct rw_identity;     /* auth/identity.h */
struct rw_operation;    /* api/router.h */
struct rw_router_match; /* api/router.h */

/* What a worker's requests share. */
struct rw_api {
    struct rw_api_options with;
    struct rw_number_policies numbers;
    struct rw_faults faults, warnings; /* of the request being judged */
    struct rw_waiting *waiting;        /* requests that wait for news, see wait.h */
    struct rw_tick *tick;              /* wakes them */
    bool draining;
};

#define RW_REQUEST_PATH_PARAMETERS 8
#define RW_REQUEST_PARAMETERS 8 /* of a query that are remembered; beyond, it is read again */

/* What the caller has to find out before the request can be accepted. */
struct rw_missing_fact {
    const char *pointer;    /* where it belongs; NULL: not in the body */
    const char *what, *how; /* what it is, how to come by it; what NULL: nothing is missing */
};

struct rw_request {
    struct rw_api *api;
    struct rw_http_exchange *x;
    const struct rw_http_request *http;
    struct rw_arena *arena;
    const struct rw_operation *operation; /* NULL: none was found */
    const struct rw_router_match *match;
    const struct rw_identity *identity;             /* NULL for an open operation */
    const char *params[RW_REQUEST_PATH_PARAMETERS]; /* of the path, in its order */
    struct json_t *body;                            /* NULL: none, or not readable */
    struct {
        struct rw_slice name, value;
    } query[RW_REQUEST_PARAMETERS];
    uint32_t query_count; /* of all in the query */
    struct rw_faults *faults, *warnings;
    struct rw_slice suggested; /* JSON: the request as it would be accepted; empty: not known */
    struct rw_missing_fact missing; /* why that is not known */
    bool may; /* the token may do this: nothing of the tenant is looked at before that is known */
    unsigned tries; /* how often it was judged again, see change.c */
    char correlation[RW_CORRELATION_MAX + 1];
};

/*
 * Judges a request whose route and token are known, and answers it: the second half of its way. For
 * rw_api_handle(), and to begin anew when the store has moved on meanwhile.
 */
void rw_request_judge(struct rw_request *r);

/* Appends what `err` says to the faults. */
void rw_request_fault(struct rw_request *r, const struct rw_err *err);

/* A path parameter as a C string; "" when the operation has none of that name. */
const char *rw_request_param(const struct rw_request *r, const char *name);

/* A query parameter; p = NULL when absent. `on` is "true" given. */
struct rw_slice rw_request_query(const struct rw_request *r, const char *name);
bool rw_request_query_on(const struct rw_request *r, const char *name);

const char *rw_request_tenant(const struct rw_request *r);

/* Who asks, for the audit: "user:<id>" or "client:<id>", in the arena. */
const char *rw_request_actor(const struct rw_request *r);

/* A string member of an object as a C string living with the body; NULL when absent. */
const char *rw_request_member(const struct rw_request *r, const char *name);

/* A token worth echoing: 1..RW_CORRELATION_MAX of [A-Za-z0-9._-]. */
bool rw_request_sane_correlation(struct rw_slice text);

#endif
