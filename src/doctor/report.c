#include "doctor/report.h"

#include <stdarg.h>
#include <stdio.h>

static void write_clean(char *dst, size_t size, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

static void write_clean(char *dst, size_t size, const char *fmt, va_list ap)
{
    char text[1024];

    (void)vsnprintf(text, sizeof(text), fmt, ap);
    (void)rw_text_clean(dst, size, rw_slice_str(text));
}

void rw_doctor_add(struct rw_doctor_report *report, const char *name, enum rw_doctor_result result,
                   const char *found, ...)
{
    struct rw_doctor_check *check;
    va_list ap;

    if (report->count == RW_DOCTOR_CHECKS_MAX)
        return;
    check = &report->at[report->count++];
    *check = (struct rw_doctor_check){.name = name, .result = result};
    va_start(ap, found);
    write_clean(check->found, sizeof(check->found), found, ap);
    va_end(ap);
}

void rw_doctor_next(struct rw_doctor_report *report, const char *next, ...)
{
    struct rw_doctor_check *check;
    va_list ap;

    if (report->count == 0)
        return;
    check = &report->at[report->count - 1];
    va_start(ap, next);
    write_clean(check->next, sizeof(check->next), next, ap);
    va_end(ap);
}

const char *rw_doctor_result_name(enum rw_doctor_result result)
{
    static const char *const names[] = {"ok", "warn", "fail"};

    return names[result];
}

enum rw_doctor_result rw_doctor_worst(const struct rw_doctor_report *report)
{
    enum rw_doctor_result worst = RW_DOCTOR_OK;

    for (unsigned i = 0; i < report->count; i++)
        if (report->at[i].result > worst)
            worst = report->at[i].result;
    return worst;
}
