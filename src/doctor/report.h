/*
 * doctor/report.h - what an examination found: a list of checks, each with its verdict, what was seen, and
 * what to do next.
 *
 * Owner    a value of fixed size; whoever examines has it.
 * Threads  one at a time.
 * Errors   none: a check beyond RW_DOCTOR_CHECKS_MAX is left out, a text that does not fit is cut at a whole
 *          character. Texts are one clean line each.
 */
#ifndef RW_DOCTOR_REPORT_H
#define RW_DOCTOR_REPORT_H

#include "base/err.h"

#define RW_DOCTOR_CHECKS_MAX 48u

enum rw_doctor_result {
    RW_DOCTOR_OK,
    RW_DOCTOR_WARN, /* calls may go through, and something is not as it should be */
    RW_DOCTOR_FAIL  /* calls fail, or will */
};

struct rw_doctor_check {
    const char *name; /* a stable word: "dns", "reach", "certificate" */
    enum rw_doctor_result result;
    char found[320]; /* what was seen */
    char next[320];  /* what to do; "" with OK */
};

struct rw_doctor_report {
    unsigned count;
    struct rw_doctor_check at[RW_DOCTOR_CHECKS_MAX];
};

/* Adds a check with what was seen; name is a constant. */
void rw_doctor_add(struct rw_doctor_report *report, const char *name, enum rw_doctor_result result,
                   const char *found, ...) RW_PRINTF(4, 5);
/* Says what to do about the check added last. */
void rw_doctor_next(struct rw_doctor_report *report, const char *next, ...) RW_PRINTF(2, 3);

const char *rw_doctor_result_name(enum rw_doctor_result result); /* "ok", "warn", "fail" */
enum rw_doctor_result rw_doctor_worst(const struct rw_doctor_report *report); /* OK when empty */

#endif
