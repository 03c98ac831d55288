/*
 * doctor/run.h - the test of a trunk from inside: one after the other its parts look, then all is judged.
 *
 *     addresses --> trust (files, off the loop) --> connections --> OPTIONS --> credentials --> call --> judged, told
 *         place.c       reach.c                         reach.c         ask.c       ask.c             call.c
 *
 * Each part calls rw_doctor_run_next() when it has seen what there is; the whole has a deadline. What is
 * still out then (a job, a call that ends) keeps the run's memory until it has come back.
 *
 * Owner    the doctor. Threads: its worker.
 */
#ifndef RW_DOCTOR_RUN_H
#define RW_DOCTOR_RUN_H

#include "doctor/doctor.h"
#include "doctor/trunk.h"
#include "exchange/exchange.h"
#include "media/media.h"
#include "media/probe.h"
#include "sip/locate.h"
#include "sip/sip.h"

#include <re.h>

#define RW_DOCTOR_DEADLINE_MS 45000u
#define RW_DOCTOR_REACH_MS 4000u
#define RW_DOCTOR_RING_MS 15000u /* a test call that is not answered in so long is given up */

struct rw_doctor {
    struct rw_doctor_options options;
    struct rw_doctor_house house;
    struct list runs;
};

/* A connection that is being tried. */
struct rw_doctor_try {
    struct rw_doctor_run *run;
    int fd; /* -1 = none */
    struct rw_tls_session *tls;
    bool shaking;
};

struct rw_doctor_run {
    struct le le;
    struct rw_doctor *doctor;
    struct rw_doctor_trunk trunk;
    rw_doctor_done_h *done; /* NULL: told already */
    void *arg;
    struct rw_doctor_trunk_seen seen;
    struct rw_doctor_report report;
    struct tmr deadline, patience; /* patience: of the part that looks now */
    unsigned part, waiting;        /* waiting: for so many places */

    struct rw_sip_uri next; /* hop: the trunk's or its proxy's */
    char host[RW_SIP_HOST_SIZE];
    struct rw_sip_lookup *lookup;
    struct sa peers[RW_DOCTOR_PLACES];

    uint64_t part_ms; /* when the part that looks now began */

    struct rw_job job; /* makes `tls`, */
    bool job_out;
    bool unverified; /* from these: copies, for the job may outlive the patient; */
    char ca_file[RW_DOCTOR_PATH], cert_file[RW_DOCTOR_PATH], key_file[RW_DOCTOR_PATH];
    char tls_trouble[200]; /* why it could not */
    struct rw_tls *tls;
    struct rw_doctor_try tries[RW_DOCTOR_PLACES];
    struct rw_trunk_question *question; /* that is asked now, or NULL */

    bool call_out, placed; /* placed: it was told what became of the order */
    struct rw_probe *probe;
    struct rw_call_watch watch;
    struct rw_call_order order;
    struct rw_id conversation;
    struct tmr call_tmr;
};

void rw_doctor_drop(struct rw_doctor *doctor); /* of all runs */

void rw_doctor_run_next(struct rw_doctor_run *run);
void rw_doctor_run_finish(struct rw_doctor_run *run);
/* Frees a run that was told, as soon as nothing of it is out. */
void rw_doctor_run_release(struct rw_doctor_run *run);

/* The parts. Each may call rw_doctor_run_next() before it returns. */
void rw_doctor_find_addresses(struct rw_doctor_run *run);
void rw_doctor_load_trust(struct rw_doctor_run *run);
void rw_doctor_reach(struct rw_doctor_run *run);
void rw_doctor_ask(struct rw_doctor_run *run);
void rw_doctor_ask_who_we_are(struct rw_doctor_run *run);
void rw_doctor_call(struct rw_doctor_run *run);

/* Ends what they have under way. */
void rw_doctor_stop_reaching(struct rw_doctor_run *run);
void rw_doctor_hang_up(struct rw_doctor_run *run);

#endif
