/*
 * call/failover.h - did the carrier fail, so that another one may be asked, or did a person answer?
 *
 * A call may have several trunks, in order. When the leg to one of them ends before it was answered,
 * this says whether the next is tried. Why each status stands where it does: the table in failover.c
 * and docs/decisions.
 *
 * Threads  a pure function over static tables; any thread.
 * Memory   none.
 * Errors   none: what stands in no table is an answer, and final.
 */
#ifndef RW_CALL_FAILOVER_H
#define RW_CALL_FAILOVER_H

#include "call/call.h"

/*
 * kind is how the leg ended (RW_IN_LEG_*), `before` how far it had come, `heard` its sip_code and q850
 * as heard; heard->reason is what rw_reason_judge() was given: set when we ended the leg ourselves.
 */
bool rw_failover_due(enum rw_call_input_kind kind, enum rw_leg_state before,
                     const struct rw_ending *heard);

#endif
