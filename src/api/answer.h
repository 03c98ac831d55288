/*
 * api/answer.h - how answers look: the error body, warnings, headers.
 *
 * Owner    every answer ends its request: the body's tree is released, the exchange is answered.
 * Threads  the request's worker.
 * Errors   none comes back. When memory is out while rendering, a short fixed answer goes out.
 */
#ifndef RW_API_ANSWER_H
#define RW_API_ANSWER_H

#include "api/request.h"
#include "json/write.h"

#define RW_ANSWER_BYTES_MAX ((size_t)1024 * 1024)

/* Sets up a buffer for an answer's body. */
static inline void rw_answer_init(struct rw_buf *body)
{
    rw_buf_init(body, RW_ANSWER_BYTES_MAX);
}

/* JSON of an operation; the body is taken over. In debug builds it is held against the description. */
void rw_answer_json(struct rw_request *r, unsigned status, struct rw_buf *body);

/* Anything else, copied. */
void rw_answer_text(struct rw_request *r, unsigned status, const char *content_type,
                    struct rw_slice text);

/* A status without a body. */
void rw_answer_nothing(struct rw_request *r, unsigned status);

/* The error body of everything in r->faults, of which there must be one, and r->warnings. */
void rw_answer_refuse(struct rw_request *r);

/* The error body of one fault; r->faults and r->warnings are not looked at. */
void rw_answer_err(struct rw_request *r, const struct rw_err *err);

/* Writes faults as entries of an array, each with its place in the body. */
void rw_answer_entries(struct rw_request *r, struct rw_json_writer *w, const char *key,
                       struct rw_faults *faults, bool with_status);

/* Writes the member "warnings" from r->warnings; nothing when there are none. */
void rw_answer_warnings(struct rw_request *r, struct rw_json_writer *w);

/* Writes faults or warnings as an array of entries; `base` as below. */
void rw_answer_write_entries(struct rw_json_writer *w, const char *key,
                             const struct rw_faults *faults, bool with_status,
                             struct rw_slice base);

/* What an error body is made of. */
struct rw_refusal {
    unsigned status;
    const struct rw_faults *faults;   /* at least one */
    const struct rw_faults *warnings; /* NULL or empty: none */
    const char *context_id;
    struct rw_slice base;      /* what stands before "/docs/errors/" in help links */
    struct rw_slice suggested; /* JSON; empty: none */
    struct rw_missing_fact missing;
};

/*
 * Writes the error body. Members: message, code, status, contextId, messageWithParams, messageParams,
 * details, errors, warnings, suggestedRequest, missingFact.
 */
void rw_answer_write(struct rw_buf *buf, const struct rw_refusal *refusal);

#endif
