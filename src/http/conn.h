/*
 * http/conn.h - what the files of this module share: listener, connection, exchange. Not for others.
 *
 * Owner    the listener owns its connections; a connection owns the exchange it is reading or
 *          writing. While a handler thinks, the exchange may outlive its connection: then its conn
 *          is NULL. A listener that is freed lives on, closed, until its last exchange was answered.
 * Threads  the worker's.
 */
#ifndef RW_HTTP_CONN_H
#define RW_HTTP_CONN_H

#include "http/chunked.h"
#include "http/head.h"
#include "http/http.h"

#include <re.h>
#include <sys/socket.h>

#define RW_HTTP_IN_FIRST 2048           /* bytes of a request that need no further allocation */
#define RW_HTTP_ARENA_MAX (4u << 20)    /* of an exchange */
#define RW_HTTP_REPLY_HEADERS_MAX 16384 /* bytes that rw_http_reply_header() may add */
#define RW_HTTP_DATE_BYTES 30

struct rw_tls;
struct rw_tls_session;

struct rw_http {
    struct rw_worker *worker;
    struct rw_http_options opt;
    int fd; /* -1: accepts no more */
    bool accepting;
    uint16_t port;
    struct rw_tls *tls;
    struct list conns;     /* struct rw_http_conn */
    struct list exchanges; /* struct rw_http_exchange, all that are not freed */
    struct list answered;  /* struct rw_http_conn with an answer to write at the end of this turn */
    struct list abandoned; /* struct rw_http_exchange to free at the end of this turn */
    struct rw_mail turn_end;
    bool turn_end_queued, freed;
    struct tmr accept_pause, grace;
    bool draining;
    void (*quiet)(void *arg);
    void *quiet_arg;
    uint64_t date_s; /* what `date` says */
    char date[RW_HTTP_DATE_BYTES];
    struct rw_http_counters count;
};

enum rw_http_conn_state {
    RW_HTTP_HANDSHAKE,
    RW_HTTP_IDLE,
    RW_HTTP_HEAD,
    RW_HTTP_BODY,
    RW_HTTP_HANDLING,
    RW_HTTP_WRITING,
    RW_HTTP_LINGER
};

struct rw_http_conn {
    struct le le;          /* in http->conns */
    struct le answered_le; /* in http->answered */
    struct rw_http *http;
    struct rw_http_exchange *x; /* NULL when idle, shaking hands or lingering */
    struct rw_tls_session *tls; /* or NULL */
    struct tmr timer;
    uint64_t deadline_ms,
        timer_ms;    /* when time is up; when the timer fires, never later than that */
    size_t lingered; /* bytes thrown away */
    int fd;
    int watched;                          /* FD_READ, FD_WRITE */
    enum rw_http_conn_state state, timed; /* timed: whose deadline deadline_ms is */
    bool calling; /* inside the handler: an answer is written when it returns */
    char peer[64];
};

struct rw_http_exchange {
    struct le le; /* in http->exchanges, in the end in http->abandoned */
    struct rw_http *http;
    struct rw_http_conn *conn;
    void *user;
    struct rw_http_request request;
    struct rw_http_head head;
    struct rw_arena arena;
    char *in; /* in_first, or from base/mem.h */
    size_t in_len, in_cap;
    size_t scanned;    /* by rw_http_head_find() */
    size_t head_bytes; /* 0 until the head is whole */
    size_t end;        /* of the request in `in`, once it is whole */
    struct rw_http_chunked chunked;
    bool answered, refused, close;
    struct rw_buf headers; /* that the handler adds */
    struct rw_buf body;
    size_t status_bytes, out_bytes, written; /* status line and our headers; all; so far */
    char status_line[256];
    char in_first[RW_HTTP_IN_FIRST];
};

/* exchange.c */
struct rw_http_exchange *rw_http_exchange_new(struct rw_http_conn *conn);
void rw_http_exchange_free(struct rw_http_exchange *x);
/* Room for at least `more` bytes behind in_len. False when memory is out. */
bool rw_http_exchange_reserve(struct rw_http_exchange *x, size_t more);
/* Copies what is to be written, from x->written on, as much as fits; returns how much. */
size_t rw_http_exchange_output(const struct rw_http_exchange *x, char *dst, size_t size);

/* conn.c */
void rw_http_conn_start(struct rw_http *http, int fd, const struct sockaddr *peer);
void rw_http_conn_free(struct rw_http_conn *conn);  /* its exchange stays if a handler has it */
void rw_http_conn_flush(struct rw_http_conn *conn); /* its exchange was answered */

/* listener.c */
void rw_http_conn_gone(struct rw_http *http); /* after the last act of a connection */
void rw_http_answered(struct rw_http_conn *conn);
void rw_http_abandoned(struct rw_http_exchange *x); /* answered, but its connection is gone */
const char *rw_http_date(struct rw_http *http);

#endif
