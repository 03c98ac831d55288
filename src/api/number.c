#include "api/number.h"

#include "address/report.h"

#include <stdio.h>

/* What an error has room for beside the first suggestion. */
static void add_other_suggestions(struct rw_err *err, const struct rw_address *address)
{
    char expected[sizeof(err->expected)];
    size_t n = strlen(err->expected);

    if (address->suggestion_count < 2)
        return;
    memcpy(expected, err->expected, sizeof(expected));
    for (uint32_t i = 1; i < address->suggestion_count && n < sizeof(expected); i++) {
        (void)snprintf(expected + n, sizeof(expected) - n, "%s%s", i == 1 ? "; or perhaps " : ", ",
                       address->suggestions[i].text);
        n += strlen(expected + n);
    }
    rw_err_expected(err, "%s", expected);
}

static void add_fault(const struct rw_address *address, struct rw_slice text, const char *pointer,
                      struct rw_faults *faults)
{
    struct rw_err err;

    (void)rw_address_error(address, text, pointer, &err);
    if (!err.found[0])
        rw_err_found(&err, "\"%.*s\"", (int)(text.n < 100 ? text.n : 100), text.p);
    add_other_suggestions(&err, address);
    rw_faults_add(faults, &err);
}

void rw_number_policies_init(struct rw_number_policies *policies,
                             const struct rw_address_policy *configured)
{
    if (configured)
        policies->called = *configured;
    else
        rw_address_policy_init(&policies->called);
    policies->caller = policies->called;
    policies->caller.refuse_unassigned = false;
    policies->caller.refuse_types = 0;
    policies->caller.refuse_regions = NULL;
}

bool rw_number_judge(struct rw_slice text, const char *pointer,
                     const struct rw_address_policy *policy, struct rw_address *ret,
                     struct rw_faults *faults, struct rw_faults *warnings)
{
    bool refused;

    rw_address_judge(text.p, text.n, policy, ret);
    refused = ret->verdict == RW_ADDRESS_MALFORMED || ret->verdict == RW_ADDRESS_IMPOSSIBLE ||
              ret->verdict == RW_ADDRESS_REFUSED ||
              (ret->verdict == RW_ADDRESS_UNASSIGNED && policy && policy->refuse_unassigned);
    if (refused && faults)
        add_fault(ret, text, pointer, faults);
    if (!refused && warnings && ret->verdict == RW_ADDRESS_UNASSIGNED)
        add_fault(ret, text, pointer, warnings);
    for (uint32_t i = 0; warnings && i < ret->note_count; i++) {
        struct rw_err err;

        rw_address_warning(ret, i, pointer, &err);
        rw_faults_add(warnings, &err);
    }
    return !refused;
}

bool rw_number_judge_owned(struct rw_slice text, const char *pointer, struct rw_address *ret,
                           struct rw_faults *faults, struct rw_faults *warnings)
{
    struct rw_address_policy policy;

    rw_address_policy_init(&policy);
    policy.accept_extensions = false;
    return rw_number_judge(text, pointer, &policy, ret, faults, warnings);
}

bool rw_number_guess(struct rw_slice text, const struct rw_address_policy *policy,
                     struct rw_address *ret)
{
    struct rw_address first, callable = {.verdict = RW_ADDRESS_MALFORMED};

    if (rw_number_judge(text, "", policy, ret, NULL, NULL))
        return true;
    first = *ret;
    for (uint32_t i = 0; i < first.suggestion_count; i++) {
        if (!rw_number_judge(rw_slice_str(first.suggestions[i].text), "", policy, ret, NULL, NULL))
            continue;
        if (ret->verdict == RW_ADDRESS_OK)
            return true;
        if (!callable.e164[0])
            callable = *ret;
    }
    *ret = callable.e164[0] ? callable : first;
    return callable.e164[0] != '\0';
}

struct rw_slice rw_number_of_query(struct rw_slice text, struct rw_arena *arena)
{
    char *copy;

    if (!text.n || text.p[0] != ' ')
        return text;
    copy = rw_arena_copy(arena, text);
    if (!copy)
        return (struct rw_slice){NULL, 0};
    copy[0] = '+';
    return (struct rw_slice){copy, text.n};
}
