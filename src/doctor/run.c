#include "doctor/run.h"

#include "base/clock.h"
#include "base/mem.h"

static void (*const parts[])(struct rw_doctor_run *run) = {
    rw_doctor_find_addresses, rw_doctor_load_trust, rw_doctor_reach,      rw_doctor_ask,
    rw_doctor_ask_who_we_are, rw_doctor_call,       rw_doctor_run_finish,
};

void rw_doctor_run_next(struct rw_doctor_run *run)
{
    run->part_ms = rw_clock_mono_ms();
    parts[run->part++](run);
}

void rw_doctor_run_release(struct rw_doctor_run *run)
{
    if (run->job_out || run->call_out)
        return;
    tmr_cancel(&run->call_tmr);
    rw_probe_free(run->probe);
    rw_tls_free(run->tls);
    list_unlink(&run->le);
    rw_free(run);
}

void rw_doctor_run_finish(struct rw_doctor_run *run)
{
    rw_doctor_done_h *done = run->done;

    run->done = NULL;
    tmr_cancel(&run->deadline);
    tmr_cancel(&run->patience);
    rw_sip_lookup_cancel(run->lookup);
    run->lookup = NULL;
    rw_doctor_stop_reaching(run);
    run->doctor->options.trunk_ops->drop(run->question);
    run->question = NULL;
    rw_doctor_turns_give_back(run->doctor->options.turns, run->trunk.tenant_id);
    rw_doctor_trunk_judge(&run->report, &run->seen);
    rw_doctor_judge_channels(&run->report, &run->doctor->house, run->trunk.channels);
    done(&run->report, run->arg);
    rw_doctor_run_release(run);
}

static void on_deadline(void *arg)
{
    struct rw_doctor_run *run = arg;

    run->seen.late = true;
    if (run->call_out && !run->placed)
        return; /* its order is the patient's: as soon as it was told what became of it */
    if (run->call_out)
        rw_doctor_hang_up(run);
    rw_doctor_run_finish(run);
}

void rw_doctor_abandon(struct rw_doctor *doctor)
{
    for (struct le *le = doctor->runs.head, *next; le; le = next) {
        struct rw_doctor_run *run = le->data;

        next = le->next;
        if (run->done)
            on_deadline(run);
    }
}

void rw_doctor_drop(struct rw_doctor *doctor)
{
    rw_doctor_abandon(doctor);
    while (doctor->runs.head) {
        struct rw_doctor_run *run = doctor->runs.head->data;

        run->call_out = false; /* the exchange is gone */
        rw_doctor_run_release(run);
    }
}

/* From the loop, so that nobody is told before rw_doctor_test_trunk() has returned. */
static void on_begin(void *arg)
{
    rw_doctor_run_next(arg);
}

enum rw_class rw_doctor_test_trunk(struct rw_doctor *doctor, const struct rw_doctor_trunk *trunk,
                                   rw_doctor_done_h *done, void *arg, struct rw_err *err)
{
    struct rw_doctor_run *run = rw_calloc(1, sizeof(*run));
    enum rw_class class;

    if (!run)
        return rw_fail_memory(err);
    class = rw_doctor_turns_take(doctor->options.turns, trunk->tenant_id, err);
    if (class != RW_OK) {
        rw_free(run);
        return class;
    }
    run->doctor = doctor;
    run->trunk = *trunk;
    run->done = done;
    run->arg = arg;
    run->seen.active = trunk->active;
    run->seen.has_credentials = trunk->target->auth_user != NULL;
    run->seen.wall_s = rw_clock_wall_ms() / 1000;
    list_append(&doctor->runs, &run->le, run);
    tmr_start(&run->deadline, RW_DOCTOR_DEADLINE_MS, on_deadline, run);
    tmr_start(&run->patience, 0, on_begin, run);
    return RW_OK;
}
