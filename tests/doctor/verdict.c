#include "verdict.h"

#include <stdio.h>
#include <string.h>

bool verdict_is(const struct rw_doctor_report *report, unsigned at, const struct verdict *verdict)
{
    const struct rw_doctor_check *check = at < report->count ? &report->at[at] : NULL;

    if (!check || !verdict->name) {
        if (!check && !verdict->name)
            return true;
        fprintf(stderr, "check %u: %s, expected %s\n", at, check ? check->found : "none",
                verdict->name ? verdict->name : "none");
        return false;
    }
    if (strcmp(check->name, verdict->name) == 0 && check->result == verdict->result &&
        strstr(check->found, verdict->found) &&
        (verdict->next ? strstr(check->next, verdict->next) != NULL : !check->next[0]))
        return true;
    fprintf(stderr, "%s %s: %s | %s\n  expected %s %s: %s | %s\n",
            rw_doctor_result_name(check->result), check->name, check->found, check->next,
            rw_doctor_result_name(verdict->result), verdict->name, verdict->found,
            verdict->next ? verdict->next : "(nothing)");
    return false;
}
