/* tests/doctor/verdict.h - what a report says, compared with what it is to say. */
#ifndef TESTS_DOCTOR_VERDICT_H
#define TESTS_DOCTOR_VERDICT_H

#include "doctor/report.h"

struct verdict {
    const char *name; /* NULL: no check at all */
    enum rw_doctor_result result;
    const char *found, *next; /* hold these texts; next NULL: it says nothing */
};

/* Check number `at` is this one; prints what it is when it is not. */
bool verdict_is(const struct rw_doctor_report *report, unsigned at, const struct verdict *verdict);

#endif
