/* What the carrier says to SIP: OPTIONS to each address, and whether it takes the trunk's credentials. */
#include "base/clock.h"
#include "doctor/run.h"
#include "sip/core.h"
#include "trunk/board.h"

#include <stdio.h>

static struct rw_doctor_place *place_at(struct rw_doctor_run *run, const char *address)
{
    for (unsigned i = 0; i < run->seen.count; i++)
        if (strcmp(run->seen.at[i].address, address) == 0)
            return &run->seen.at[i];
    return NULL; /* DNS has moved on meanwhile */
}

static void take_answer(struct rw_doctor_run *run, const struct rw_trunk_answer *answer)
{
    static const enum rw_doctor_asked outcomes[] = {[RW_TRUNK_SILENT] = RW_DOCTOR_SILENT,
                                                    [RW_TRUNK_UNREACHABLE] = RW_DOCTOR_UNSENT,
                                                    [RW_TRUNK_ANSWERED] = RW_DOCTOR_ANSWERED};
    struct rw_doctor_place *place = place_at(run, answer->address);
    int64_t theirs_s;

    if (!place)
        return;
    place->asked = outcomes[answer->outcome];
    place->asked_ms = answer->rtt_us / 1000;
    place->code = answer->code;
    (void)snprintf(place->phrase, sizeof(place->phrase), "%s", answer->phrase);
    (void)snprintf(place->seen_as, sizeof(place->seen_as), "%s", answer->seen_as);
    place->has_date = rw_doctor_read_date(answer->date, &theirs_s);
    if (place->has_date)
        place->ahead_s = theirs_s - (int64_t)(rw_clock_wall_ms() / 1000);
}

static void on_answers(const struct rw_trunk_answers *answers, void *arg)
{
    struct rw_doctor_run *run = arg;

    run->question = NULL;
    for (unsigned i = 0; i < answers->count; i++)
        take_answer(run, &answers->at[i]);
    rw_doctor_run_next(run);
}

static bool is_reached(const struct rw_doctor_run *run)
{
    for (unsigned i = 0; i < run->seen.count; i++)
        if (run->seen.at[i].reached == RW_DOCTOR_REACHED || run->seen.way == RW_DOCTOR_UDP)
            return true;
    return false;
}

void rw_doctor_ask(struct rw_doctor_run *run)
{
    const struct rw_doctor_options *o = &run->doctor->options;
    const char *media =
        run->trunk.media_host ? run->trunk.media_host : run->doctor->house.media_host;

    (void)snprintf(run->seen.sent_as, sizeof(run->seen.sent_as), "%s:%u",
                   rw_sip_wire_host(o->sip->wire), rw_sip_wire_port(o->sip->wire));
    (void)snprintf(run->seen.media_as, sizeof(run->seen.media_as),
                   strchr(media, ':') ? "[%s]" : "%s", media);
    if (!is_reached(run) || o->trunk_ops->options(o->trunk_port, run->trunk.target, on_answers, run,
                                                  &run->question, NULL) != RW_OK)
        rw_doctor_run_next(run);
}

/* ------------------------------------------------------------------ credentials */

/* What whoever keeps the trunk registered knows of it. */
static void read_board(struct rw_doctor_run *run)
{
    struct rw_trunk_status status = {.count = 0};
    const struct rw_trunk_answer *answer = &status.binding.last.answer;
    uint64_t now_ms = rw_clock_wall_ms();

    run->seen.registers = run->trunk.registers && run->trunk.active;
    if (!run->seen.registers || !run->doctor->options.board ||
        !rw_trunk_board_read(run->doctor->options.board, run->trunk.target->id, &status))
        return;
    run->seen.registered = status.binding.bound && status.binding.until_ms > now_ms;
    run->seen.until_s = status.binding.until_ms / 1000;
    if (status.binding.answered)
        (void)snprintf(run->seen.registrar, sizeof(run->seen.registrar), "%s said %u %s",
                       answer->address, answer->code, answer->phrase);
}

static void on_enrolled(const struct rw_trunk_enrolled *enrolled, void *arg)
{
    struct rw_doctor_run *run = arg;

    run->question = NULL;
    run->seen.challenged = enrolled->challenged;
    run->seen.refused = enrolled->refused_credentials;
    run->seen.registrar_code = enrolled->answer.code;
    rw_doctor_run_next(run);
}

/* Asks who is bound, which changes nothing: a registrar tells it to those whom it knows only. */
void rw_doctor_ask_who_we_are(struct rw_doctor_run *run)
{
    static const struct rw_trunk_enrol look = {.kind = RW_TRUNK_LOOK};
    const struct rw_doctor_options *o = &run->doctor->options;

    read_board(run);
    if (!is_reached(run) || !run->seen.has_credentials ||
        o->trunk_ops->enrol(o->trunk_port, run->trunk.target, &look, on_enrolled, run,
                            &run->question, NULL) != RW_OK)
        rw_doctor_run_next(run);
}
