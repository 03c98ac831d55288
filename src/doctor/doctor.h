/*
 * doctor/doctor.h - examines a trunk before the first call, and the house that calls are made in.
 *
 * Looking (house_look.c, place.c, reach.c, ask.c, call.c) and judging (house.c, trunk.c, trunk_answer.c, trunk_call.c) are apart: each verdict
 * is a pure function of what was seen.
 *
 * Owner    the worker owns its doctor, which borrows everything in the options. It is freed after the
 *          exchange and before media and SIP.
 * Threads  its worker. Files are read off the loop; everything else is done on it without waiting.
 * Memory   an examination some 60 KiB while it runs. One trunk of a tenant is tested at a time, and
 *          RW_DOCTOR_TURNS of all tenants.
 * Errors   RW_CONFLICT doctor.busy, RW_LIMIT doctor.crowded, RW_LIMIT server.busy, RW_NO_MEMORY; what is
 *          wrong with the patient stands in the report.
 */
#ifndef RW_DOCTOR_DOCTOR_H
#define RW_DOCTOR_DOCTOR_H

#include "doctor/house.h"
#include "doctor/report.h"
#include "loop/offload.h"
#include "trunk/question.h"

struct rw_doctor;
struct rw_call_order;   /* exchange/exchange.h */
struct rw_exchange;     /* the same */
struct rw_relay_port;   /* call/relay.h */
struct rw_sip;          /* sip/sip.h */
struct rw_trunk_board;  /* trunk/board.h */
struct rw_doctor_turns; /* who is being examined; shared by all workers, any thread */

#define RW_DOCTOR_TURNS 16u

/* A tenant's turn; RW_OK until it is given back. */
RW_NODISCARD enum rw_class rw_doctor_turns_take(struct rw_doctor_turns *turns,
                                                const char *tenant_id, struct rw_err *err);
void rw_doctor_turns_give_back(struct rw_doctor_turns *turns, const char *tenant_id);
RW_NODISCARD enum rw_class rw_doctor_turns_new(struct rw_doctor_turns **ret, struct rw_err *err);
void rw_doctor_turns_free(struct rw_doctor_turns *turns); /* NULL is fine */

struct rw_doctor_options {
    struct rw_worker *worker;
    struct rw_offload *offload;
    struct rw_doctor_turns *turns;
    struct rw_sip *sip;
    const struct rw_trunk_ops *trunk_ops; /* to ask carriers by */
    struct rw_trunk_port *trunk_port;
    struct rw_trunk_board *board; /* what is known of registrations; NULL: nothing */
    const char *tls_dir;          /* where files of trunks lie that are named without a folder */
    struct rw_exchange *exchange; /* NULL: no test call can be placed */
    struct rw_relay_port *media;  /* of media/media.h, */
    const char *media_host;       /* bound to this numeric address */
    const struct rw_doctor_house *house; /* copied, but for its texts */
};

RW_NODISCARD enum rw_class
rw_doctor_new(struct rw_doctor **ret, const struct rw_doctor_options *options, struct rw_err *err);
void rw_doctor_free(struct rw_doctor *doctor); /* NULL is fine */

/* Called once, later, in the worker. */
typedef void(rw_doctor_done_h)(const struct rw_doctor_report *report, void *arg);

RW_NODISCARD enum rw_class rw_doctor_examine_house(struct rw_doctor *doctor, rw_doctor_done_h *done,
                                                   void *arg, struct rw_err *err);

/* The patient. Texts live until it is told. */
struct rw_doctor_trunk {
    const char *tenant_id;
    bool active;
    uint32_t channels; /* calls at a time that it may have; 0 = no limit */
    bool registers;    /* it is to be registered at the carrier */
    const struct rw_trunk_target *target;
    const char *media_host; /* that its SDP names; NULL = the server's */
    const struct rw_call_order
        *order; /* of a test call through this trunk; NULL = none is placed */
};

RW_NODISCARD enum rw_class rw_doctor_test_trunk(struct rw_doctor *doctor,
                                                const struct rw_doctor_trunk *trunk,
                                                rw_doctor_done_h *done, void *arg,
                                                struct rw_err *err);

/* Tells all tests that run what was seen so far: the server stops. */
void rw_doctor_abandon(struct rw_doctor *doctor);

#endif
