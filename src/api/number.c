#include "api/number.h"

#include "api/catalogue.h"

#include <stdio.h>

/* The code as the catalogue has it, under "address.": static, and with its class. */
static const struct rw_catalogue_entry *entry_of(const char *code)
{
    char full[64];

    if (strncmp(code, "address.", 8) == 0)
        return rw_catalogue_find(rw_slice_str(code));
    (void)snprintf(full, sizeof(full), "address.%s", code);
    return rw_catalogue_find(rw_slice_str(full));
}

/* "+65...", and the character that is at fault by its number and name. */
static void say_found(struct rw_err *err, struct rw_slice text, uint32_t code_point)
{
    char name[RW_ADDRESS_NAME_MAX];
    int n = (int)(text.n < 60 ? text.n : 60);

    if (code_point)
        rw_err_found(err, "\"%.*s\" with %s", n, text.p,
                     rw_address_code_point_name(code_point, name));
    else
        rw_err_found(err, "\"%.*s\"", n, text.p);
}

static void say_suggestions(struct rw_err *err, const struct rw_address *address)
{
    char expected[160];
    size_t n;

    (void)rw_address_expected(address, expected, sizeof(expected));
    n = strlen(expected);
    for (uint32_t i = 1; i < address->suggestion_count && n < sizeof(expected); i++) {
        (void)snprintf(expected + n, sizeof(expected) - n, "%s%s", i == 1 ? "; perhaps " : ", ",
                       address->suggestions[i].text);
        n += strlen(expected + n);
    }
    rw_err_expected(err, "%s", expected);
    if (address->suggestion_count)
        rw_err_suggest(err, "%s", address->suggestions[0].text);
}

static void add_fault(const struct rw_address *address, struct rw_slice text, const char *pointer,
                      struct rw_faults *faults)
{
    const struct rw_catalogue_entry *entry = entry_of(address->code);
    struct rw_err err;

    rw_fail(&err, entry ? entry->class : RW_MALFORMED, address->code, "%s",
            rw_address_message(address->code));
    rw_err_at(&err, pointer, (int32_t)address->span.byte, (int32_t)address->span.length);
    say_found(&err, text, address->code_point);
    say_suggestions(&err, address);
    rw_faults_add(faults, &err);
}

static void add_note(const struct rw_address *address, const struct rw_address_note *note,
                     struct rw_slice text, const char *pointer, struct rw_faults *warnings)
{
    const struct rw_catalogue_entry *entry = entry_of(note->code);
    struct rw_err err;

    rw_fail(&err, RW_MALFORMED, entry ? entry->code : "address.normalised", "%s; read as %s",
            rw_address_note_meaning(note->code), address->e164);
    rw_err_at(&err, pointer, (int32_t)note->span.byte, (int32_t)note->span.length);
    say_found(&err, text, note->code_point);
    rw_err_expected(&err, "%s", address->e164);
    rw_err_suggest(&err, "%s", address->e164);
    rw_faults_add(warnings, &err);
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
    if (refused) {
        if (faults)
            add_fault(ret, text, pointer, faults);
        return false;
    }
    if (warnings && ret->verdict == RW_ADDRESS_UNASSIGNED)
        add_fault(ret, text, pointer, warnings);
    for (uint32_t i = 0; warnings && i < ret->note_count; i++)
        add_note(ret, &ret->notes[i], text, pointer, warnings);
    return true;
}

bool rw_number_guess(struct rw_slice text, const struct rw_address_policy *policy,
                     struct rw_address *ret)
{
    struct rw_address first;

    if (rw_number_judge(text, "", policy, ret, NULL, NULL))
        return true;
    first = *ret;
    for (uint32_t i = 0; i < first.suggestion_count; i++)
        if (rw_number_judge(rw_slice_str(first.suggestions[i].text), "", policy, ret, NULL, NULL))
            return true;
    return false;
}
