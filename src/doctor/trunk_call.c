/* What a test call says of a trunk: whether it was answered, and who heard whom. */
#include "doctor/trunk.h"

#include <stdio.h>
#include <string.h>

void rw_doctor_judge_call(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen)
{
    const struct rw_doctor_call_seen *call = &seen->call;

    if (!call->wanted)
        return;
    if (call->refused[0]) {
        rw_doctor_add(report, "call", RW_DOCTOR_FAIL, "no test call was placed: %s", call->refused);
        rw_doctor_next(report, "mend what the sentence says, and test again");
    } else if (call->answered) {
        rw_doctor_add(report, "call", RW_DOCTOR_OK, "the test call was answered after %u ms",
                      call->answered_ms);
    } else {
        rw_doctor_add(report, "call", RW_DOCTOR_FAIL, "the test call was not answered: %u %s. %s",
                      call->code, call->phrase, call->meaning);
        rw_doctor_next(report,
                       call->credentials
                           ? "set the trunk's user and password: `ringwright trunk update NAME "
                             "--auth-user USER --auth-password PASSWORD`"
                           : "see that the number is the carrier's echo number, and that the "
                             "caller id is one that it lets you show");
    }
}

/* Sound came, and from another place than the carrier's description says. */
static void judge_foreign(struct rw_doctor_report *report, const struct rw_doctor_call_seen *call)
{
    rw_doctor_add(report, "audio", RW_DOCTOR_WARN,
                  "one way: %u packets came from another address than the %s that the carrier's "
                  "SDP names, and were dropped",
                  call->foreign, call->named);
    rw_doctor_next(report, "ask the carrier to send its sound from the address that its SDP names, "
                           "or to name the one it sends from");
}

static void judge_nothing(struct rw_doctor_report *report, const struct rw_doctor_call_seen *call)
{
    rw_doctor_add(report, "audio", RW_DOCTOR_WARN,
                  "one way: %u packets were sent to %s, and none came back; our SDP has them come "
                  "to %s",
                  call->sent, call->named[0] ? call->named : "nowhere", call->told);
    rw_doctor_next(report,
                   "let UDP to %s, and to all RTP ports, through firewall and NAT to this machine; "
                   "if the carrier can't reach that address, set media.advertised_host (see `nat`)",
                   call->told);
}

static void judge_no_echo(struct rw_doctor_report *report, const struct rw_doctor_call_seen *call)
{
    rw_doctor_add(report, "audio", RW_DOCTOR_WARN,
                  call->sounding ? "%u packets came, with sound in them that is not ours"
                                 : "%u packets came, all of them silent",
                  call->received);
    if (call->sounding)
        rw_doctor_next(report, "see that the number sends back what it hears: this one plays "
                               "something of its own");
    else
        rw_doctor_next(report,
                       "either the number does not echo, or our sound does not reach %s: let UDP "
                       "out to there",
                       call->named);
}

/* Behind NAT sound comes from elsewhere than a description says, and goes back there. */
static void put_source(const struct rw_doctor_call_seen *call, char *dst, size_t size)
{
    if (!call->from[0] || strcmp(call->from, call->named) == 0)
        (void)snprintf(dst, size, "%s", call->named);
    else
        (void)snprintf(dst, size, "%s (the carrier's SDP names %s)", call->from, call->named);
}

static void judge_echo(struct rw_doctor_report *report, const struct rw_doctor_call_seen *call)
{
    bool all = call->bursts_heard >= call->bursts;
    char source[2 * RW_DOCTOR_ADDRESS + 40];

    put_source(call, source, sizeof(source));
    rw_doctor_add(report, "audio", all ? RW_DOCTOR_OK : RW_DOCTOR_WARN,
                  "%u of %u tones came back from %s, the quickest after %u ms", call->bursts_heard,
                  call->bursts, source, call->round_trip_ms);
    if (!all)
        rw_doctor_next(report, "see where RTP is lost on the way to %s and back", call->named);
}

void rw_doctor_judge_audio(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen)
{
    const struct rw_doctor_call_seen *call = &seen->call;

    if (!call->wanted || !call->answered)
        return;
    if (call->bursts_heard) {
        judge_echo(report, call);
    } else if (call->received) {
        judge_no_echo(report, call);
    } else if (call->forged) {
        rw_doctor_add(report, "audio", RW_DOCTOR_WARN,
                      "one way: %u packets came that the key of the carrier's SDP does not fit",
                      call->forged);
        rw_doctor_next(report, "ask the carrier about its SRTP, or set the trunk's to off");
    } else if (call->foreign) {
        judge_foreign(report, call);
    } else {
        judge_nothing(report, call);
    }
}
