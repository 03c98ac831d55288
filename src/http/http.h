/*
 * http/http.h - an HTTP/1.1 server (RFC 9110, RFC 9112) inside each worker's loop.
 *
 * Requests are read strictly (http/head.h): every ambiguous framing (RFC 9112 sections 6.3, 11.2) is
 * refused with 400 and the connection closed; absolute deadlines end slow clients. The listener
 * knows nothing of the API: it hands complete requests to one handler. The handler answers at once
 * or later from the same worker; meanwhile the connection rests.
 *
 * Owner    the worker owns its listener; an exchange belongs to the listener and lives until it was
 *          answered; the request's slices and arena live as long as the exchange.
 * Threads  everything of a listener in its worker.
 * Memory   headers, body and target are bounded by the options. An idle connection holds its
 *          struct only (some 300 bytes), a request 3 KiB and what its head and body need beyond 2 KiB.
 * Errors   refusals of the server itself go through `refuse`, so that they look like all others.
 */
#ifndef RW_HTTP_HTTP_H
#define RW_HTTP_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "loop/worker.h"

struct rw_http;          /* a worker's listener */
struct rw_http_exchange; /* a request and its answer to be */

struct rw_http_request {
    const char *method;    /* "GET" */
    struct rw_slice path;  /* as sent, not decoded, without the query */
    struct rw_slice query; /* as sent, without '?' */
    struct rw_slice body;
    char peer[64];        /* "192.0.2.7:51234" */
    uint64_t received_us; /* monotonic */
    bool secure;          /* came over TLS */
};

typedef void(rw_http_handler)(struct rw_http_exchange *x, const struct rw_http_request *request,
                              void *arg);
/* Writes the answer for a request the server refuses itself (framing, size, deadline). */
typedef void(rw_http_refuse_h)(struct rw_http_exchange *x, const struct rw_err *err, void *arg);

struct rw_http_options {
    const char *host;                 /* address to listen on */
    uint16_t port;                    /* 0 = any; rw_http_port() tells */
    const char *cert_file, *key_file; /* both or none: TLS */
    uint32_t header_bytes_max;        /* request line and headers; 8 KiB */
    uint32_t body_bytes_max;          /* 256 KiB */
    uint32_t
        header_deadline_ms; /* from accept (or the end of the last answer) to the end of headers; 5,000 */
    uint32_t body_deadline_ms;   /* from the end of headers to the end of the body; 10,000 */
    uint32_t idle_deadline_ms;   /* kept alive without a request; 30,000 */
    uint32_t answer_deadline_ms; /* longest time to write an answer; 30,000 */
    uint32_t connections_max;    /* a worker; 4,096 */
    rw_http_handler *handle;
    rw_http_refuse_h *refuse;
    /*
     * How large the body of this request may be, asked when it is larger than body_bytes_max or its
     * size is not said; 0 = that and no more. The head is read, the body is not. NULL: never more.
     */
    size_t (*body_max)(struct rw_http_exchange *x, const struct rw_http_request *request,
                       void *arg);
    void *arg;
};

/*
 * In a worker. All workers listen on one port (SO_REUSEPORT): the first with options->port, the
 * others with the port that rw_http_port() of the first says. A port that another process has is
 * refused, though it may have been opened for sharing too.
 */
RW_NODISCARD enum rw_class rw_http_new(struct rw_http **ret, struct rw_worker *worker,
                                       const struct rw_http_options *options, struct rw_err *err);
uint16_t rw_http_port(const struct rw_http *http);
/* Accepts no more, lets running exchanges end; `quiet` runs when none is left or after grace_ms. */
void rw_http_drain(struct rw_http *http, uint32_t grace_ms, void (*quiet)(void *arg), void *arg);
/* Cuts what is open; never from inside a handler. NULL is fine. */
void rw_http_free(struct rw_http *http);

struct rw_http_counters {
    uint64_t connections, requests, refused_framing, refused_size, cut_slow, open_connections;
    uint64_t bugs; /* answer headers dropped, answers lost for want of memory */
};
void rw_http_read_counters(const struct rw_http *http, struct rw_http_counters *ret);

/*
 * The status that a refusal of the server itself should carry: 431 and 414 where HTTP has a number
 * of its own, else rw_status_http() of its class. For whoever writes the answer in `refuse`.
 */
unsigned rw_http_refusal_status(const struct rw_err *err);

/* The value of a request header, first of its name; empty slice when absent. */
struct rw_slice rw_http_header(const struct rw_http_exchange *x, const char *name);
/* A query parameter, percent-decoded (RFC 3986 2.1, '+' is a space) into the arena; p = NULL when absent. */
struct rw_slice rw_http_query(struct rw_http_exchange *x, const char *name);
/* Every query parameter in turn; stops when the visitor returns false. Decoded as above. */
void rw_http_query_each(struct rw_http_exchange *x,
                        bool (*visit)(struct rw_slice name, struct rw_slice value, void *arg),
                        void *arg);
/*
 * RW_MALFORMED http.query_bad_escape, with its offset in the query, when a '%' there escapes
 * nothing; rw_http_query() and rw_http_query_each() leave such a '%' as it is.
 */
RW_NODISCARD enum rw_class rw_http_query_check(const struct rw_http_exchange *x,
                                               struct rw_err *err);
struct rw_arena *rw_http_arena(struct rw_http_exchange *x); /* freed with the exchange */
const struct rw_http_request *rw_http_request(const struct rw_http_exchange *x);
void *rw_http_user(const struct rw_http_exchange *x); /* whatever the handler wants to remember */
void rw_http_set_user(struct rw_http_exchange *x, void *user);

/* Has the peer closed its side since? A look at the socket, for answers that took their time. */
bool rw_http_gone(const struct rw_http_exchange *x);

/* Adds an answer header; copied. Values with CR, LF or NUL are refused (dropped and counted as a bug). */
void rw_http_reply_header(struct rw_http_exchange *x, const char *name, struct rw_slice value);
/*
 * Answers, once. The body is taken over: *body is empty afterwards. content_type NULL: no body.
 * Returns with the exchange still valid; it is freed when the bytes are out or the peer is gone.
 */
void rw_http_reply(struct rw_http_exchange *x, unsigned status, const char *content_type,
                   struct rw_buf *body);

#endif
