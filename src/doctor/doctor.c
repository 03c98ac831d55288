#include "doctor/doctor.h"

#include "base/mem.h"
#include "doctor/run.h"

/* ------------------------------------------------------------------ the house */

struct examination {
    struct rw_job job;
    struct rw_doctor_house house;
    struct rw_doctor_house_seen seen;
    struct rw_doctor_report report;
    rw_doctor_done_h *done;
    void *arg;
};

static void look(struct rw_job *job)
{
    struct examination *examination = (struct examination *)job;

    rw_doctor_house_look(&examination->house, &examination->seen);
}

static void looked(struct rw_job *job)
{
    struct examination *examination = (struct examination *)job;

    rw_doctor_house_judge(&examination->report, &examination->house, &examination->seen);
    examination->done(&examination->report, examination->arg);
    rw_free(examination);
}

enum rw_class rw_doctor_examine_house(struct rw_doctor *doctor, rw_doctor_done_h *done, void *arg,
                                      struct rw_err *err)
{
    struct examination *examination = rw_calloc(1, sizeof(*examination));
    enum rw_class class;

    if (!examination)
        return rw_fail_memory(err);
    examination->job.run = look;
    examination->job.done = looked;
    examination->house = doctor->house;
    examination->done = done;
    examination->arg = arg;
    class = rw_offload_submit(doctor->options.offload, &examination->job, err);
    if (class != RW_OK)
        rw_free(examination);
    return class;
}

/* ------------------------------------------------------------------ the doctor */

enum rw_class rw_doctor_new(struct rw_doctor **ret, const struct rw_doctor_options *options,
                            struct rw_err *err)
{
    struct rw_doctor *doctor = rw_calloc(1, sizeof(*doctor));

    if (!doctor)
        return rw_fail_memory(err);
    doctor->options = *options;
    doctor->house = *options->house;
    *ret = doctor;
    return RW_OK;
}

void rw_doctor_free(struct rw_doctor *doctor)
{
    if (!doctor)
        return;
    rw_doctor_drop(doctor);
    rw_free(doctor);
}
