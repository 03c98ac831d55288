#include "api/explain.h"

#include "api/number.h"
#include "api/placeholder.h"
#include "base/id.h"

#include <stdio.h>

/* ------------------------------------------------------------------ numbers and ids elsewhere */

static bool is_chosen(const struct rw_guess_find *find, const struct rw_meant *meant)
{
    return (meant->wish.to.p && strcmp(find->at, meant->wish.to_at) == 0) ||
           (meant->wish.from.p && strcmp(find->at, meant->wish.from_at) == 0);
}

static void fault_id(const struct rw_guess_find *find, const char *code, const char *message,
                     struct rw_faults *faults)
{
    struct rw_slice shown = find->text;
    struct rw_err err;

    if (shown.n > 100)
        shown.n = 100;
    (void)rw_fail(&err, RW_MALFORMED, code, "%s", message);
    rw_err_at(&err, find->at, -1, 0);
    rw_err_found(&err, "\"%.*s\"", RW_SLICE_ARG(shown));
    if (find->role == RW_FOREIGN_USER)
        rw_err_expected(&err, "the id of a user, as GET /api/v2/users lists it");
    else if (find->role == RW_FOREIGN_PROVIDER)
        rw_err_expected(&err, "the id of a number resource, or no such member");
    else
        rw_err_expected(&err, "an id, or no such member");
    rw_faults_add(faults, &err);
}

/* The id of a number resource may be any text; that there is none of this id says more. */
static void judge_provider(const struct rw_guess_find *find, bool providers,
                           struct rw_faults *faults)
{
    if (!rw_placeholder(find->text))
        return;
    for (uint32_t i = 0; i < faults->count; i++) {
        struct rw_err *err = &faults->at[i];

        if (!err->code || strcmp(err->code, "provider.not_found") != 0 ||
            strcmp(err->pointer, find->at) != 0)
            continue;
        err->code = "body.placeholder";
        (void)snprintf(err->message, sizeof(err->message),
                       "this is a placeholder that was not filled in");
        return;
    }
    if (!find->documented || !providers)
        fault_id(find, "body.placeholder", "this is a placeholder that was not filled in", faults);
}

static void judge_id(const struct rw_guess_find *find, struct rw_faults *faults)
{
    bool ours = find->role == RW_FOREIGN_USER || find->role == RW_FOREIGN_QUEUE;

    if (find->documented)
        return; /* taken without effect, whatever it is */
    if (rw_placeholder(find->text))
        fault_id(find, "body.placeholder", "this is a placeholder that was not filled in", faults);
    else if (ours && !rw_id_is_uuid(find->text))
        fault_id(find, "body.bad_id", "this is no id of this server: those are UUIDs", faults);
}

static void judge_rest(const struct rw_guess *guess, const struct rw_meant *meant, bool providers,
                       struct rw_faults *faults, struct rw_faults *warnings)
{
    for (uint32_t i = 0; i < guess->count; i++) {
        const struct rw_guess_find *find = &guess->at[i];
        struct rw_address address;

        switch (find->role) {
        case RW_FOREIGN_DESTINATION:
        case RW_FOREIGN_CALLER:
            if (!is_chosen(find, meant))
                (void)rw_number_judge(find->text, find->at, rw_guess_policy(guess, find->role),
                                      &address, faults, warnings);
            break;
        case RW_FOREIGN_PROVIDER:
            judge_provider(find, providers, faults);
            break;
        default:
            judge_id(find, faults);
        }
    }
}

/* ------------------------------------------------------------------ what to write instead */

/* One end of the call: where its number stands, which it is, and how the documented form has it. */
struct end {
    const char *at, *e164;
    const char *party, *flat; /* "to", "/phoneNumber" */
    bool destination;
};

/* "/x": a member of the body itself. */
static bool at_top(const char *pointer)
{
    return pointer[0] == '/' && !strchr(pointer + 1, '/');
}

static bool is_code(const struct rw_err *err, const char *code)
{
    return err->code && strcmp(err->code, code) == 0;
}

/* A fault of form at a place that holds this end's number, or should. */
static bool is_about(const struct rw_err *err, const struct end *end)
{
    char party[16], number[32];

    (void)snprintf(party, sizeof(party), "/%s", end->party);
    (void)snprintf(number, sizeof(number), "/%s/phoneNumber", end->party);
    if (is_code(err, "body.missing_member"))
        return strcmp(err->pointer, number) == 0 && rw_guess_within(party, end->at);
    return rw_guess_within(err->pointer, end->at);
}

/* The number at the place where it belongs, as far as the fault's place leaves that to be written. */
static void suggest_number(struct rw_err *err, const struct end *end)
{
    bool top = at_top(err->pointer), flat = strcmp(err->pointer, end->flat) == 0;
    bool wrong_type, elsewhere;

    if (is_code(err, "call.destination_missing")) {
        if (end->destination)
            rw_err_suggest(err, "\"to\": {\"phoneNumber\": \"%s\"}", end->e164);
        return;
    }
    if (!err->pointer[0] || !is_about(err, end))
        return;
    wrong_type = is_code(err, "body.wrong_type");
    elsewhere = is_code(err, "body.unknown_member") || is_code(err, "body.not_supported");
    if (wrong_type && top && !flat)
        rw_err_suggest(err, "{\"phoneNumber\": \"%s\"}", end->e164);
    else if (wrong_type)
        rw_err_suggest(err, "\"%s\"", end->e164);
    else if (elsewhere && top)
        rw_err_suggest(err, "\"%s\": {\"phoneNumber\": \"%s\"}", end->party, end->e164);
    else if (elsewhere || is_code(err, "body.missing_member"))
        rw_err_suggest(err, "\"phoneNumber\": \"%s\"", end->e164);
}

static void suggest_numbers(const struct rw_meant *meant, struct rw_faults *faults)
{
    const struct end to = {meant->wish.to_at, meant->to_e164, "to", "/phoneNumber", true};
    const struct end from = {meant->wish.from_at, meant->from_e164, "from", "/callerId", false};

    for (uint32_t i = 0; i < faults->count; i++) {
        struct rw_err *err = &faults->at[i];
        bool of_from = rw_guess_within("/from", err->pointer);

        /* A member that holds both ends is mended by its destination. */
        if (from.e164[0])
            suggest_number(err, &from);
        else if (!meant->wish.from.p && of_from && is_code(err, "body.missing_member"))
            rw_err_suggest(err, "leave `from` out");
        if (to.e164[0])
            suggest_number(err, &to);
    }
}

/* Several numbers where one can be, which is no fault of form where the form is unknown. */
static void tell_choices(const struct rw_meant *meant, struct rw_faults *faults)
{
    struct rw_err err;

    if (!meant->to_choices)
        return;
    for (uint32_t i = 0; i < faults->count; i++)
        if (is_code(&faults->at[i], "call.destination_ambiguous"))
            return;
    (void)rw_fail(&err, RW_MALFORMED, "call.destination_ambiguous",
                  "the request names more than one destination");
    rw_err_found(&err, "%u different numbers", meant->to_choices);
    rw_err_expected(&err, "one number for each call");
    rw_faults_add(faults, &err);
}

void rw_explain(const struct rw_guess *guess, const struct rw_meant *meant, bool providers,
                struct rw_faults *faults, struct rw_faults *warnings)
{
    judge_rest(guess, meant, providers, faults, warnings);
    tell_choices(meant, faults);
    suggest_numbers(meant, faults);
}
