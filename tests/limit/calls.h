/* tests/limit/calls.h - calls that ask the limits, without an exchange. */
#ifndef RW_TEST_LIMIT_CALLS_H
#define RW_TEST_LIMIT_CALLS_H

#include "../test.h"
#include "limit/limit.h"

#define CALLS_TRUNKS 3

struct call {
    struct rw_permit_ask ask; /* first */
    struct rw_leg_target trunks[CALLS_TRUNKS];
    void *held;
    unsigned decided;
    enum rw_class class;
    struct rw_err err;
};

/* A call of tenant "t" and client "c" to +6591234567 that may leave by `count` trunks, t0 on. */
void call_make(struct call *call, uint8_t count, const struct rw_call_limits *limits);
enum rw_permit_verdict call_ask(struct rw_limits *limits, struct call *call);
/* What the exchange tells of it. */
enum rw_class call_attempt(struct rw_limits *limits, struct call *call, uint32_t number,
                           uint32_t *ret_delay_ms);
void call_attempt_over(struct rw_limits *limits, struct call *call, uint32_t number);
void call_end(struct rw_limits *limits, struct call *call, bool born);
/* Asks, tries its first trunk and ends. */
bool call_whole(struct rw_limits *limits, struct call *call);

#endif
