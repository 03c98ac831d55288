#include "call/call.h"
#include "call/reason.h"

#include "base/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * A scenario is a line of inputs and what must come of it. Inputs, the leg first (s station, t trunk):
 *     stored lost            the store's answer       hangup drain max
 *     s180 s183 s200         progress                 sT tT           the leg's answer timer fired
 *     s486 t503/34           final status [/ Q.850]   sBYE tBYE/16    BYE [/ Q.850 of its Reason]
 *     tSILENT tDOWN tGONE    no answer, not sendable, dialog died      tCANCEL  of a caller
 * wire:   what is done: store +s INVITE, xs CANCEL, -s BYE, = bridge, . forget, ~t ring, ^t accept
 * events: C created, E ended; of a leg to offered, sd dialing, sr ringing, se early, sc connected, sx ended
 * endings: "disconnect who reason code q850" of conversation, station, trunk; NULL: not looked at
 */
struct scenario {
    const char *inputs, *wire, *events, *call, *station, *trunk;
};

#define WITH_STATION "C sd sc "

static const struct scenario with_station[] = {
    /* answered, and who hangs up */
    {"stored s180 s200 t180 t200 tBYE/16", "store +s +t = -s .", "C sd sr sc td tr tc tx sx E",
     "endpoint carrier hung_up 0 16", "peer carrier hung_up 0 16", "endpoint carrier hung_up 0 16"},
    {"stored s200 t183 t200 sBYE", "store +s +t = -t .", WITH_STATION "td te tc sx tx E",
     "endpoint station hung_up 0 0", "endpoint station hung_up 0 0", "peer station hung_up 0 0"},
    {"stored s200 t200 hangup", "store +s +t = -t -s .", WITH_STATION "td tc tx sx E",
     "client api hung_up 0 0", "client api hung_up 0 0", "client api hung_up 0 0"},
    {"stored s200 t200 drain", "store +s +t = -t -s .", WITH_STATION "td tc tx sx E",
     "system server drained 0 0", "system server drained 0 0", "system server drained 0 0"},
    {"stored s200 t200 max", "store +s +t = -t -s .", WITH_STATION "td tc tx sx E",
     "system server max_duration 0 0", "system server max_duration 0 0",
     "system server max_duration 0 0"},
    {"stored s200 t200 sGONE", "store +s +t = -t .", WITH_STATION "td tc sx tx E",
     "transport.failure server station_gone 0 0", "transport.failure server station_gone 0 0",
     "peer server station_gone 0 0"},
    {"stored s200 t200 tGONE", "store +s +t = -s .", WITH_STATION "td tc tx sx E",
     "transport.failure server carrier_gone 0 0", "peer server carrier_gone 0 0",
     "transport.failure server carrier_gone 0 0"},
    /* early media: bridged once, however often it is announced */
    {"stored s200 t180 t183 t183 t180 t200 tBYE", "store +s +t = -s .",
     WITH_STATION "td tr te tc tx sx E", "endpoint carrier hung_up 0 0", NULL, NULL},
    {"stored s183 s200 t200 tBYE", "store +s +t = -s .", "C sd se sc td tc tx sx E",
     "endpoint carrier hung_up 0 0", NULL, NULL},
    {"stored s200 t183 t404", "store +s +t = -s .", WITH_STATION "td te tx sx E",
     "uncallable carrier number_not_found 404 0", "peer carrier number_not_found 404 0",
     "uncallable carrier number_not_found 404 0"},
    /* the station does not take it */
    {"stored s180 sT s487", "store +s xs .", "C sd sr sx E", "timeout server no_answer 487 0",
     "timeout server no_answer 487 0", NULL},
    {"stored sT s200", "store +s xs .", "C sd sx E", "timeout server no_answer 0 0",
     "timeout server no_answer 0 0", NULL},
    {"stored sT sT", "store +s xs .", "C sd sx E", "timeout server no_answer 0 0", NULL, NULL},
    {"stored s486", "store +s .", "C sd sx E", "endpoint station busy 486 0",
     "endpoint station busy 486 0", NULL},
    {"stored s180 s603", "store +s .", "C sd sr sx E", "endpoint station declined 603 0", NULL,
     NULL},
    {"stored s480", "store +s .", "C sd sx E", "endpoint station unavailable 480 0", NULL, NULL},
    {"stored s404", "store +s .", "C sd sx E", "error station station_not_found 404 0", NULL, NULL},
    {"stored s403", "store +s .", "C sd sx E", "error station station_refused 403 0", NULL, NULL},
    {"stored s401", "store +s .", "C sd sx E", "error station station_auth 401 0", NULL, NULL},
    {"stored s503/17", "store +s .", "C sd sx E", "error station station_failure 503 17", NULL,
     NULL},
    {"stored s488", "store +s .", "C sd sx E", "error station media_refused 488 0", NULL, NULL},
    {"stored sSILENT", "store +s .", "C sd sx E", "transport.failure server station_silent 0 0",
     "transport.failure server station_silent 0 0", NULL},
    {"stored sDOWN", "store +s .", "C sd sx E", "transport.failure server station_unreachable 0 0",
     NULL, NULL},
    {"stored s180 sBYE", "store +s .", "C sd sr sx E", "endpoint station hung_up 0 0", NULL, NULL},
    /* the station gives up while the called party rings */
    {"stored s200 t180 sBYE t487", "store +s +t xt .", WITH_STATION "td tr sx tx E",
     "endpoint station hung_up 0 0", "endpoint station hung_up 0 0", "peer station hung_up 487 0"},
    {"stored s200 t180 sBYE t200", "store +s +t xt .", WITH_STATION "td tr sx tx E",
     "endpoint station hung_up 0 0", NULL, "peer station hung_up 0 0"},
    {"stored s200 t180 sBYE tSILENT", "store +s +t xt .", WITH_STATION "td tr sx tx E",
     "endpoint station hung_up 0 0", NULL, "peer station hung_up 0 0"},
    /* the API, in each phase */
    {"hangup stored", "store .", "C E", "client api cancelled 0 0", NULL, NULL},
    {"hangup hangup drain stored", "store .", "C E", "client api cancelled 0 0", NULL, NULL},
    {"drain stored", "store .", "C E", "system server drained 0 0", NULL, NULL},
    {"hangup lost", "store .", "C", "error server store_failed 0 0", NULL, NULL},
    {"stored hangup s487", "store +s xs .", "C sd sx E", "client api cancelled 487 0",
     "client api cancelled 487 0", NULL},
    {"stored s180 hangup hangup s200", "store +s xs .", "C sd sr sx E", "client api cancelled 0 0",
     NULL, NULL},
    {"stored s180 drain s487", "store +s xs .", "C sd sr sx E", "system server drained 487 0", NULL,
     NULL},
    {"stored s200 hangup t487", "store +s +t xt -s .", WITH_STATION "td sx tx E",
     "client api cancelled 487 0", "client api cancelled 0 0", "client api cancelled 487 0"},
    {"stored s200 t183 hangup tBYE", "store +s +t = xt -s .", WITH_STATION "td te sx tx E",
     "client api cancelled 0 0", NULL, NULL},
    {"stored s200 t180 drain t487", "store +s +t xt -s .", WITH_STATION "td tr sx tx E",
     "system server drained 487 0", "system server drained 0 0", "system server drained 487 0"},
    /* the called party does not take it */
    {"stored s200 t180 tT t487", "store +s +t xt -s .", WITH_STATION "td tr sx tx E",
     "timeout server no_answer 487 0", "peer server no_answer 0 0",
     "timeout server no_answer 487 0"},
    {"stored s200 t486/17", "store +s +t -s .", WITH_STATION "td tx sx E",
     "endpoint carrier busy 486 17", "peer carrier busy 486 17", "endpoint carrier busy 486 17"},
    {"stored s200 tSILENT", "store +s +t -s .", WITH_STATION "td tx sx E",
     "transport.failure server carrier_silent 0 0", "peer server carrier_silent 0 0",
     "transport.failure server carrier_silent 0 0"},
    {"stored s200 tDOWN", "store +s +t -s .", WITH_STATION "td tx sx E",
     "transport.failure server carrier_unreachable 0 0", NULL, NULL},
    {"stored s200 t503", "store +s +t -s .", WITH_STATION "td tx sx E",
     "error carrier carrier_failure 503 0", "peer carrier carrier_failure 503 0", NULL},
    /* what makes no sense changes nothing */
    {"s200 t200 sT max stored t200 tBYE max s200 t180 t200 tBYE", "store +s +t = -s .",
     WITH_STATION "td tr tc tx sx E", "endpoint carrier hung_up 0 0", NULL, NULL},
    {"stored stored lost s200 sT s180 s183 s200 t200 sBYE sBYE tBYE hangup drain stored",
     "store +s +t = -t .", WITH_STATION "td tc sx tx E", "endpoint station hung_up 0 0", NULL,
     NULL},
    {"lost", "store .", "C", "error server store_failed 0 0", NULL, NULL},
    {"lost stored hangup", "store .", "C", "error server store_failed 0 0", NULL, NULL},
};

static const struct scenario agentless[] = {
    {"stored t180 t200 tBYE/16", "store +t .", "C td tr tc tx E", "endpoint carrier hung_up 0 16",
     NULL, "endpoint carrier hung_up 0 16"},
    {"stored t183 t200 hangup", "store +t -t .", "C td te tc tx E", "client api hung_up 0 0", NULL,
     "client api hung_up 0 0"},
    {"stored t180 hangup t487", "store +t xt .", "C td tr tx E", "client api cancelled 487 0", NULL,
     "client api cancelled 487 0"},
    {"stored hangup t200", "store +t xt .", "C td tx E", "client api cancelled 0 0", NULL, NULL},
    {"stored t180 tT t487", "store +t xt .", "C td tr tx E", "timeout server no_answer 487 0", NULL,
     "timeout server no_answer 487 0"},
    {"stored t180 tT tT", "store +t xt .", "C td tr tx E", "timeout server no_answer 0 0", NULL,
     NULL},
    {"stored t200 max", "store +t -t .", "C td tc tx E", "system server max_duration 0 0", NULL,
     NULL},
    {"stored t200 drain", "store +t -t .", "C td tc tx E", "system server drained 0 0", NULL, NULL},
    {"stored s200 s486 sBYE t486", "store +t .", "C td tx E", "endpoint carrier busy 486 0", NULL,
     NULL},
    /* what a carrier's answer means */
    {"stored t300", "store +t .", "C td tx E", "error carrier redirected 300 0", NULL, NULL},
    {"stored t400", "store +t .", "C td tx E", "error carrier carrier_failure 400 0", NULL, NULL},
    {"stored t401", "store +t .", "C td tx E", "error carrier carrier_auth 401 0", NULL, NULL},
    {"stored t403", "store +t .", "C td tx E", "error carrier carrier_refused 403 0", NULL, NULL},
    {"stored t403/21", "store +t .", "C td tx E", "endpoint carrier declined 403 21", NULL, NULL},
    {"stored t404", "store +t .", "C td tx E", "uncallable carrier number_not_found 404 0", NULL,
     NULL},
    {"stored t407", "store +t .", "C td tx E", "error carrier carrier_auth 407 0", NULL, NULL},
    {"stored t408", "store +t .", "C td tx E", "error carrier carrier_failure 408 0", NULL, NULL},
    {"stored t408/18", "store +t .", "C td tx E", "timeout carrier no_answer 408 18", NULL, NULL},
    {"stored t410", "store +t .", "C td tx E", "uncallable carrier number_changed 410 0", NULL,
     NULL},
    {"stored t480", "store +t .", "C td tx E", "endpoint carrier unavailable 480 0", NULL, NULL},
    {"stored t480/19", "store +t .", "C td tx E", "timeout carrier no_answer 480 19", NULL, NULL},
    {"stored t484", "store +t .", "C td tx E", "uncallable carrier number_incomplete 484 0", NULL,
     NULL},
    {"stored t486/21", "store +t .", "C td tx E", "endpoint carrier busy 486 21", NULL, NULL},
    {"stored t487", "store +t .", "C td tx E", "error carrier carrier_failure 487 0", NULL, NULL},
    {"stored t488", "store +t .", "C td tx E", "error carrier media_refused 488 0", NULL, NULL},
    {"stored t500/1", "store +t .", "C td tx E", "uncallable carrier number_not_found 500 1", NULL,
     NULL},
    {"stored t503/34", "store +t .", "C td tx E", "error carrier carrier_congested 503 34", NULL,
     NULL},
    {"stored t503/41", "store +t .", "C td tx E", "error carrier carrier_failure 503 41", NULL,
     NULL},
    {"stored t600", "store +t .", "C td tx E", "endpoint carrier busy 600 0", NULL, NULL},
    {"stored t603", "store +t .", "C td tx E", "endpoint carrier declined 603 0", NULL, NULL},
    {"stored t604", "store +t .", "C td tx E", "uncallable carrier number_not_found 604 0", NULL,
     NULL},
    {"stored t607", "store +t .", "C td tx E", "endpoint carrier declined 607 0", NULL, NULL},
    {"stored t608", "store +t .", "C td tx E", "error carrier blocked 608 0", NULL, NULL},
    {"stored t650", "store +t .", "C td tx E", "endpoint carrier declined 650 0", NULL, NULL},
};

/* Three trunks, in order; the ending told of the trunk is that of the last one tried. */
static const struct scenario three_trunks[] = {
    /* the carrier failed: the next one is asked, and what comes of that counts */
    {"stored s200 t503 t180 t200 tBYE", "store +s +t +t = -s .",
     WITH_STATION "td tx td tr tc tx sx E", "endpoint carrier hung_up 0 0", NULL, NULL},
    {"stored s200 tSILENT tDOWN t183 t200 sBYE", "store +s +t +t +t = -t .",
     WITH_STATION "td tx td tx td te tc sx tx E", "endpoint station hung_up 0 0", NULL, NULL},
    {"stored s200 t500 t502 t504", "store +s +t +t +t -s .", WITH_STATION "td tx td tx td tx sx E",
     "error carrier carrier_failure 504 0", "peer carrier carrier_failure 504 0",
     "error carrier carrier_failure 504 0"},
    {"stored s200 t403 t401 t404/3", "store +s +t +t +t -s .",
     WITH_STATION "td tx td tx td tx sx E", "error carrier carrier_failure 404 3", NULL, NULL},
    /* a person answered or declined, or nobody has the number: final, on whichever trunk */
    {"stored s200 t486", "store +s +t -s .", WITH_STATION "td tx sx E",
     "endpoint carrier busy 486 0", NULL, NULL},
    {"stored s200 t503 t603", "store +s +t +t -s .", WITH_STATION "td tx td tx sx E",
     "endpoint carrier declined 603 0", NULL, "endpoint carrier declined 603 0"},
    {"stored s200 t404", "store +s +t -s .", WITH_STATION "td tx sx E",
     "uncallable carrier number_not_found 404 0", NULL, NULL},
    {"stored s200 t487", "store +s +t -s .", WITH_STATION "td tx sx E",
     "error carrier carrier_failure 487 0", NULL, NULL},
    {"stored s200 t503/17", "store +s +t -s .", WITH_STATION "td tx sx E",
     "endpoint carrier busy 503 17", NULL, NULL},
    /* it rang: only the network's own word is believed; after media nothing is */
    {"stored s200 t180 t503", "store +s +t -s .", WITH_STATION "td tr tx sx E",
     "error carrier carrier_failure 503 0", NULL, NULL},
    {"stored s200 t180 tDOWN", "store +s +t -s .", WITH_STATION "td tr tx sx E",
     "transport.failure server carrier_unreachable 0 0", NULL, NULL},
    {"stored s200 t180 t503/34 t180 t200 tBYE", "store +s +t +t = -s .",
     WITH_STATION "td tr tx td tr tc tx sx E", "endpoint carrier hung_up 0 0", NULL, NULL},
    {"stored s200 t183 t503/34", "store +s +t = -s .", WITH_STATION "td te tx sx E",
     "error carrier carrier_congested 503 34", NULL, NULL},
    /* the station, the API, the drain and the timer end the search, during any attempt */
    {"stored s200 t503 sBYE t503", "store +s +t +t xt .", WITH_STATION "td tx td sx tx E",
     "endpoint station hung_up 0 0", "endpoint station hung_up 0 0", "peer station hung_up 503 0"},
    {"stored s200 t503 hangup t487", "store +s +t +t xt -s .", WITH_STATION "td tx td sx tx E",
     "client api cancelled 487 0", NULL, "client api cancelled 487 0"},
    {"stored s200 hangup t503", "store +s +t xt -s .", WITH_STATION "td sx tx E",
     "client api cancelled 503 0", NULL, NULL},
    {"stored s200 tDOWN drain t503", "store +s +t +t xt -s .", WITH_STATION "td tx td sx tx E",
     "system server drained 503 0", NULL, NULL},
    {"stored s200 t503 tT t503", "store +s +t +t xt -s .", WITH_STATION "td tx td sx tx E",
     "timeout server no_answer 503 0", NULL, NULL},
    {"stored s200 tT t503", "store +s +t xt -s .", WITH_STATION "td sx tx E",
     "timeout server no_answer 503 0", NULL, NULL},
    /* the station's own failures, and a carrier lost in the middle of a call, ask nobody else */
    {"stored s503", "store +s .", "C sd sx E", "error station station_failure 503 0", NULL, NULL},
    {"stored s200 t200 t503", "store +s +t = -s .", WITH_STATION "td tc tx sx E",
     "error carrier carrier_failure 503 0", NULL, NULL},
    {"stored s200 t200 tGONE", "store +s +t = -s .", WITH_STATION "td tc tx sx E",
     "transport.failure server carrier_gone 0 0", NULL, NULL},
};

static const struct scenario two_trunks[] = {
    {"stored t503 t200 hangup", "store +t +t -t .", "C td tx td tc tx E", "client api hung_up 0 0",
     NULL, "client api hung_up 0 0"},
    {"stored tDOWN tSILENT", "store +t +t .", "C td tx td tx E",
     "transport.failure server carrier_silent 0 0", NULL,
     "transport.failure server carrier_silent 0 0"},
    {"stored t503 hangup t200", "store +t +t xt .", "C td tx td tx E", "client api cancelled 0 0",
     NULL, NULL},
};

/* The trunk's leg came in, and the user's telephone is called. */
static const struct scenario incoming[] = {
    {"stored s180 s200 tBYE/16", "store +s ~t ^t = -s .", "C to sd sr sc tc tx sx E",
     "endpoint carrier hung_up 0 16", "peer carrier hung_up 0 16", "endpoint carrier hung_up 0 16"},
    {"stored s183 s180 s200 sBYE", "store +s ~t ^t = -t .", "C to sd se sc tc sx tx E",
     "endpoint station hung_up 0 0", "endpoint station hung_up 0 0", "peer station hung_up 0 0"},
    {"stored s200 hangup", "store +s ^t = -t -s .", "C to sd sc tc tx sx E",
     "client api hung_up 0 0", NULL, "client api hung_up 0 0"},
    {"stored s200 max", "store +s ^t = -t -s .", "C to sd sc tc tx sx E",
     "system server max_duration 0 0", NULL, NULL},
    /* accepting failed, since the media don't fit or the caller is gone */
    {"stored s200 t488", "store +s ^t = -s .", "C to sd sc tc tx sx E",
     "error carrier media_refused 488 0", NULL, NULL},
    /* the user does not take it: the caller is refused, and that is awaited */
    {"stored s486 t486", "store +s xt .", "C to sd sx tx E", "endpoint station busy 486 0",
     "endpoint station busy 486 0", "peer station busy 486 0"},
    {"stored s180 sT s487 t480", "store +s ~t xs xt .", "C to sd sr sx tx E",
     "timeout server no_answer 487 0", "timeout server no_answer 487 0",
     "peer server no_answer 480 0"},
    {"stored sDOWN t480", "store +s xt .", "C to sd sx tx E",
     "transport.failure server station_unreachable 0 0", NULL, NULL},
    {"stored s180 hangup t480 s487", "store +s ~t xt xs .", "C to sd sr tx sx E",
     "client api cancelled 487 0", NULL, NULL},
    {"stored drain t503 s487", "store +s xt xs .", "C to sd tx sx E", "system server drained 487 0",
     NULL, NULL},
    {"stored s486 tT", "store +s xt .", "C to sd sx tx E", "endpoint station busy 486 0", NULL,
     NULL},
    /* the caller gives up, at any time */
    {"stored s180 tCANCEL s487", "store +s ~t xs .", "C to sd sr tx sx E",
     "endpoint carrier cancelled 487 0", "peer carrier cancelled 487 0",
     "endpoint carrier cancelled 487 0"},
    {"stored tCANCEL s200", "store +s xs .", "C to sd tx sx E", "endpoint carrier cancelled 487 0",
     NULL, NULL},
    {"tCANCEL stored", "store .", "C to tx E", "endpoint carrier cancelled 487 0", NULL,
     "endpoint carrier cancelled 487 0"},
    {"tCANCEL tCANCEL hangup stored", "store .", "C to tx E", "endpoint carrier cancelled 487 0",
     NULL, NULL},
    {"tCANCEL lost", "store .", "C to", "error server store_failed 0 0", NULL, NULL},
    /* ended while the store was at the birth, or never born */
    {"hangup stored t480", "store xt .", "C to tx E", "client api cancelled 0 0", NULL, NULL},
    {"drain stored t503", "store xt .", "C to tx E", "system server drained 0 0", NULL, NULL},
    {"lost", "store xt .", "C to", "error server store_failed 0 0", NULL, NULL},
};

/* ------------------------------------------------------------------ running a scenario */

static const struct rw_call_plan plans[] = {
    {.has_station = true,
     .station_answer_ms = 30000,
     .trunk_answer_ms = {60000},
     .max_duration_ms = 9},
    {.has_station = false, .trunk_answer_ms = {60000}, .max_duration_ms = 9},
    {.has_station = true,
     .trunks = 3,
     .station_answer_ms = 30000,
     .trunk_answer_ms = {60000, 50000, 40000},
     .max_duration_ms = 9},
    {.has_station = false, .trunks = 2, .trunk_answer_ms = {60000, 50000}},
    {.has_station = true,
     .incoming = true,
     .trunks = 1,
     .station_answer_ms = 30000,
     .max_duration_ms = 9},
};

static struct rw_call_input read_input(const char *word)
{
    static const struct {
        const char *word;
        struct rw_call_input input;
    } plain[] = {
        {"stored", {.kind = RW_IN_STORED}},
        {"lost", {.kind = RW_IN_STORE_FAILED}},
        {"hangup", {.kind = RW_IN_HANGUP}},
        {"drain", {.kind = RW_IN_DRAIN}},
        {"max", {.kind = RW_IN_TIMER, .timer = RW_TIMER_MAX_DURATION}},
        {"sT", {.kind = RW_IN_TIMER, .timer = RW_TIMER_STATION_ANSWER}},
        {"tCANCEL",
         {.kind = RW_IN_LEG_FAILED,
          .leg = RW_LEG_TRUNK,
          .ending = {.sip_code = 487,
                     .sip_reason = "As Heard",
                     .disconnect = RW_DISC_ENDPOINT,
                     .reason = RW_REASON_CANCELLED}}},
        {"tT", {.kind = RW_IN_TIMER, .timer = RW_TIMER_TRUNK_ANSWER}},
    };
    struct rw_call_input in = {.leg = word[0] == 's' ? RW_LEG_STATION : RW_LEG_TRUNK};
    const char *what = word + 1, *cause = strchr(word, '/');

    for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
        if (!strcmp(plain[i].word, word))
            return plain[i].input;
    if (cause)
        in.ending.q850 = (uint16_t)atoi(cause + 1);
    if (!strncmp(what, "BYE", 3) || !strcmp(what, "GONE")) {
        in.kind = RW_IN_LEG_ENDED;
        in.ending.disconnect = *what == 'G' ? RW_DISC_TRANSPORT_FAILURE : RW_DISC_NONE;
    } else if (!strcmp(what, "SILENT")) {
        in.kind = RW_IN_LEG_SILENT;
    } else if (!strcmp(what, "DOWN")) {
        in.kind = RW_IN_LEG_UNREACHABLE;
    } else {
        int code = atoi(what);

        assert_true(code >= 180 && code < 700);
        in.kind = code == 180   ? RW_IN_LEG_RINGING
                  : code == 183 ? RW_IN_LEG_EARLY
                  : code == 200 ? RW_IN_LEG_ANSWERED
                                : RW_IN_LEG_FAILED;
        if (in.kind == RW_IN_LEG_FAILED) {
            in.ending.sip_code = (uint16_t)code;
            strcpy(in.ending.sip_reason, "As Heard");
        }
    }
    return in;
}

struct record {
    char wire[200], events[200];
    struct rw_ending legs[RW_LEGS];
    struct rw_ending call;
};

static void add(char text[200], const char *fmt, ...)
{
    size_t n = strlen(text);
    va_list ap;

    if (n)
        text[n++] = ' ';
    va_start(ap, fmt);
    assert_true(vsnprintf(text + n, 200 - n, fmt, ap) < (int)(200 - n));
    va_end(ap);
}

static void write_down(struct record *r, const struct rw_call_actions *actions)
{
    for (uint32_t i = 0; i < actions->count; i++) {
        const struct rw_call_action *a = &actions->at[i];
        char leg = a->leg == RW_LEG_STATION ? 's' : 't';

        switch (a->kind) {
        case RW_DO_STORE:
            add(r->wire, "store");
            break;
        case RW_DO_INVITE:
            add(r->wire, "+%c", leg);
            break;
        case RW_DO_CANCEL:
            add(r->wire, "x%c", leg);
            break;
        case RW_DO_BYE:
            add(r->wire, "-%c", leg);
            break;
        case RW_DO_RING:
            add(r->wire, "~%c", leg);
            break;
        case RW_DO_ACCEPT:
            add(r->wire, "^%c", leg);
            break;
        case RW_DO_BRIDGE:
            add(r->wire, "=");
            break;
        case RW_DO_FORGET:
            add(r->wire, ".");
            break;
        case RW_DO_TIMER:
            break;
        case RW_DO_EVENT:
            if (a->event == RW_EV_CREATED || a->event == RW_EV_ENDED)
                add(r->events, a->event == RW_EV_CREATED ? "C" : "E");
            else
                add(r->events, "%c%c", leg, ".odrecx"[a->event]);
            if (a->event == RW_EV_LEG_ENDED)
                r->legs[a->leg] = *a->ending;
            if (a->event == RW_EV_ENDED)
                r->call = *a->ending;
        }
    }
}

static void check_ending(const char *what, const char *inputs, const struct rw_ending *e,
                         const char *want)
{
    char got[160];

    (void)snprintf(got, sizeof(got), "%s %s %s %u %u", rw_disconnect_name(e->disconnect),
                   rw_said_by_name(e->said_by), e->reason ? e->reason : "-", e->sip_code, e->q850);
    if (strcmp(got, want) != 0)
        fail_msg("[%s] %s: got \"%s\", want \"%s\"", inputs, what, got, want);
    if (e->sip_code)
        assert_string_equal(e->sip_reason, "As Heard");
    assert_non_null(rw_reason_meaning(rw_slice_str(e->reason)));
}

static unsigned occurrences(const char *text, const char *what)
{
    unsigned n = 0;

    for (text = strstr(text, what); text; text = strstr(text + 1, what))
        n++;
    return n;
}

static void run(const struct scenario *sc, const struct rw_call_plan *plan)
{
    struct record r = {0};
    struct rw_call call;
    struct rw_call_actions actions;
    char inputs[200], *rest = NULL;
    unsigned tried;

    rw_call_begin(&call, plan, &actions);
    write_down(&r, &actions);
    strcpy(inputs, sc->inputs);
    for (char *w = strtok_r(inputs, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
        struct rw_call_input in = read_input(w);

        rw_call_step(&call, &in, 0, &actions);
        write_down(&r, &actions);
    }
    if (strcmp(r.wire, sc->wire) != 0 || strcmp(r.events, sc->events) != 0)
        fail_msg("[%s] did \"%s\" logged \"%s\", want \"%s\" and \"%s\"", sc->inputs, r.wire,
                 r.events, sc->wire, sc->events);
    assert_true(rw_call_is_over(&call));
    check_ending("call", sc->inputs, &call.ending, sc->call);
    if (strchr(sc->events, 'E'))
        check_ending("ended", sc->inputs, &r.call, sc->call);
    tried = occurrences(r.wire, "+t");
    if (strchr(sc->events, 'E'))
        assert_int_equal(r.call.trunks_tried, tried > 1 ? tried : 0);
    if (sc->station)
        check_ending("station", sc->inputs, &r.legs[RW_LEG_STATION], sc->station);
    if (sc->trunk)
        check_ending("trunk", sc->inputs, &r.legs[RW_LEG_TRUNK], sc->trunk);
}

static void scenarios_end_as_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(with_station) / sizeof(*with_station); i++)
        run(&with_station[i], &plans[0]);
    for (size_t i = 0; i < sizeof(agentless) / sizeof(*agentless); i++)
        run(&agentless[i], &plans[1]);
    for (size_t i = 0; i < sizeof(three_trunks) / sizeof(*three_trunks); i++)
        run(&three_trunks[i], &plans[2]);
    for (size_t i = 0; i < sizeof(two_trunks) / sizeof(*two_trunks); i++)
        run(&two_trunks[i], &plans[3]);
    for (size_t i = 0; i < sizeof(incoming) / sizeof(*incoming); i++)
        run(&incoming[i], &plans[4]);
}

/* ------------------------------------------------------------------ any input at any time */

struct world { /* what a driver would hold, to see that it is only asked for what can be done */
    struct rw_call call;
    bool stored_asked, bridged, forgotten, ended;
    enum { IDLE, OUT, UP, CANCELLED, CLOSED } leg[RW_LEGS]; /* of the wire */
    int invited[RW_LEGS], leg_ended[RW_LEGS];
    uint32_t timer[RW_TIMERS];
};

static void perform(struct world *w, const struct rw_call_action *a)
{
    assert_false(w->forgotten);
    switch (a->kind) {
    case RW_DO_STORE:
        assert_false(w->stored_asked);
        w->stored_asked = true;
        break;
    case RW_DO_INVITE:
        if (w->invited[a->leg]++ == 0)
            assert_int_equal(w->leg[a->leg], IDLE);
        else /* through another trunk, and only when the former is over and told to be */
            assert_true(a->leg == RW_LEG_TRUNK && w->leg[a->leg] == CLOSED &&
                        w->call.trunk == w->invited[a->leg] - 1 &&
                        w->leg_ended[a->leg] == w->invited[a->leg] - 1);
        w->leg[a->leg] = OUT;
        break;
    case RW_DO_CANCEL:
        assert_int_equal(w->leg[a->leg], OUT);
        w->leg[a->leg] = CANCELLED;
        break;
    case RW_DO_BYE:
        assert_int_equal(w->leg[a->leg], UP);
        w->leg[a->leg] = CLOSED;
        break;
    case RW_DO_RING:
        assert_true(w->call.plan.incoming && w->leg[a->leg] == OUT &&
                    w->leg[RW_LEG_STATION] == OUT);
        break;
    case RW_DO_ACCEPT:
        assert_true(w->call.plan.incoming && w->leg[a->leg] == OUT && w->leg[RW_LEG_STATION] == UP);
        w->leg[a->leg] = UP;
        break;
    case RW_DO_BRIDGE:
        assert_true(w->call.plan.has_station && !w->bridged && w->leg[RW_LEG_STATION] == UP);
        w->bridged = true;
        break;
    case RW_DO_TIMER:
        w->timer[a->timer] = a->after_ms;
        break;
    case RW_DO_FORGET:
        w->forgotten = true;
        break;
    case RW_DO_EVENT:
        assert_false(w->ended);
        if (a->event == RW_EV_LEG_ENDED) {
            w->leg_ended[a->leg]++;
            assert_true(w->leg[a->leg] == CLOSED);
            assert_true(a->ending->disconnect != RW_DISC_NONE && a->ending->reason);
        } else if (a->event == RW_EV_ENDED) {
            w->ended = true;
            assert_true(a->ending->disconnect != RW_DISC_NONE && a->ending->reason);
        }
    }
}

/* What the wire does before the machine hears of it; false when a real wire could not say that. */
static void wire_says(struct world *w, const struct rw_call_input *in)
{
    bool final = in->kind == RW_IN_LEG_FAILED || in->kind == RW_IN_LEG_ENDED ||
                 in->kind == RW_IN_LEG_SILENT || in->kind == RW_IN_LEG_UNREACHABLE;
    unsigned leg = in->leg;

    if (w->call.plan.incoming && leg == RW_LEG_TRUNK && in->kind == RW_IN_LEG_ANSWERED)
        return;
    if (w->leg[leg] == CANCELLED && (final || in->kind == RW_IN_LEG_ANSWERED))
        w->leg[leg] = CLOSED;
    else if (w->leg[leg] == OUT && in->kind == RW_IN_LEG_ANSWERED)
        w->leg[leg] = UP;
    else if ((w->leg[leg] == OUT || w->leg[leg] == UP) && final)
        w->leg[leg] = CLOSED;
    if (in->kind == RW_IN_TIMER && in->timer != RW_TIMER_MAX_DURATION) {
        leg = in->timer == RW_TIMER_STATION_ANSWER ? RW_LEG_STATION : RW_LEG_TRUNK;
        if (w->leg[leg] == CANCELLED)
            w->leg[leg] = CLOSED;
    }
}

static void walk(struct world *w, const struct rw_call_plan *plan, bool store_works)
{
    struct rw_call_actions actions;
    int steps = 0;

    memset(w, 0, sizeof(*w));
    w->leg[RW_LEG_TRUNK] = plan->incoming ? OUT : IDLE;
    rw_call_begin(&w->call, plan, &actions);
    for (;; steps++) {
        struct rw_call_input in = {.kind = (enum rw_call_input_kind)(rw_random_u64() % 14),
                                   .leg = (enum rw_leg_side)(rw_random_u64() % 3),
                                   .timer = (enum rw_call_timer)(rw_random_u64() % RW_TIMERS)};

        assert_true(actions.count < RW_CALL_ACTIONS_MAX);
        for (uint32_t i = 0; i < actions.count; i++)
            perform(w, &actions.at[i]);
        if (w->forgotten && steps > 60)
            break;
        assert_true(steps < 2000);
        if (rw_random_u64() % 4 && (in.kind == RW_IN_HANGUP || in.kind == RW_IN_DRAIN))
            in.kind = RW_IN_LEG_ANSWERED; /* so that walks get far */
        if (in.kind == (store_works ? RW_IN_STORE_FAILED : RW_IN_STORED))
            in.kind = RW_IN_LEG_RINGING;
        if (in.kind == RW_IN_LEG_FAILED)
            in.ending.sip_code = (uint16_t)(300 + rw_random_u64() % 400);
        if (in.leg < RW_LEGS && in.kind <= RW_IN_DRAIN)
            wire_says(w, &in);
        rw_call_step(&w->call, &in, 0, &actions);
    }
}

static void any_sequence_ends_well(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        const struct rw_call_plan *plan = &plans[i % 5];
        bool store_works = i % 8 != 7;
        struct world w;

        walk(&w, plan, store_works);
        assert_true(rw_call_is_over(&w.call));
        assert_int_equal(w.ended, store_works);
        for (int leg = 0; leg < RW_LEGS; leg++) {
            bool came_in = plan->incoming && leg == RW_LEG_TRUNK;
            bool invited = w.leg[leg] != IDLE;

            if (came_in && !store_works)
                continue; /* there never was a call */
            assert_int_equal(w.leg_ended[leg], w.invited[leg] + came_in);
            assert_true(w.invited[leg] <= (leg == RW_LEG_TRUNK && plan->trunks ? plan->trunks : 1));
            assert_int_equal(w.call.legs[leg], invited ? RW_LEG_DONE : RW_LEG_NONE);
            assert_true(!invited || w.leg[leg] == CLOSED);
        }
    }
}

/* ------------------------------------------------------------------ timers and odds */

static uint32_t timer_asked(const struct rw_call_actions *actions, enum rw_call_timer timer)
{
    for (uint32_t i = 0; i < actions->count; i++)
        if (actions->at[i].kind == RW_DO_TIMER && actions->at[i].timer == timer)
            return actions->at[i].after_ms;
    return UINT32_MAX;
}

static void step(struct rw_call *call, const char *word, struct rw_call_actions *actions)
{
    struct rw_call_input in = read_input(word);

    rw_call_step(call, &in, 0, actions);
}

static void timers_follow_the_plan(void **state)
{
    struct rw_call_plan endless = {.has_station = false};
    struct rw_call call;
    struct rw_call_actions actions;

    (void)state;
    rw_call_begin(&call, &plans[0], &actions);
    step(&call, "stored", &actions);
    assert_int_equal(timer_asked(&actions, RW_TIMER_STATION_ANSWER), 30000);
    step(&call, "s200", &actions);
    assert_int_equal(timer_asked(&actions, RW_TIMER_STATION_ANSWER), 0);
    assert_int_equal(timer_asked(&actions, RW_TIMER_TRUNK_ANSWER), 60000);
    step(&call, "t200", &actions);
    assert_int_equal(timer_asked(&actions, RW_TIMER_TRUNK_ANSWER), 0);
    assert_int_equal(timer_asked(&actions, RW_TIMER_MAX_DURATION), 9);
    step(&call, "tBYE", &actions);
    assert_int_equal(timer_asked(&actions, RW_TIMER_MAX_DURATION), 0);

    rw_call_begin(&call, &endless, &actions);
    step(&call, "stored", &actions);
    assert_int_equal(timer_asked(&actions, RW_TIMER_TRUNK_ANSWER), UINT32_MAX);
    step(&call, "hangup", &actions);
    assert_int_equal(timer_asked(&actions, RW_TIMER_TRUNK_ANSWER), 40000);
    step(&call, "t487", &actions);
    assert_int_equal(timer_asked(&actions, RW_TIMER_TRUNK_ANSWER), 0);
}

static void step_at(struct rw_call *call, const char *word, uint64_t now_ms,
                    struct rw_call_actions *actions)
{
    struct rw_call_input in = read_input(word);

    rw_call_step(call, &in, now_ms, actions);
}

static void each_trunk_has_its_time_and_the_search_an_end(void **state)
{
    const uint64_t start = 1000000;
    struct rw_call call;
    struct rw_call_actions actions;

    (void)state;
    rw_call_begin(&call, &plans[2], &actions);
    step_at(&call, "stored", start - 20000, &actions);
    step_at(&call, "s200", start, &actions); /* the station's ringing is not part of the search */
    step_at(&call, "t503", start + 10000, &actions);
    assert_int_equal(call.trunk, 1);
    assert_int_equal(timer_asked(&actions, RW_TIMER_TRUNK_ANSWER), 0); /* the former's, first */
    assert_int_equal(actions.at[actions.count - 1].after_ms, 50000);
    step_at(&call, "t503", start + RW_CALL_SEARCH_MS - 1, &actions);
    assert_int_equal(call.trunk, 2);
    assert_int_equal(actions.at[actions.count - 1].after_ms, 40000);
    assert_int_equal(call.ending.disconnect, RW_DISC_NONE);

    rw_call_begin(&call, &plans[2], &actions);
    step_at(&call, "stored", 0, &actions);
    step_at(&call, "s200", start, &actions);
    step_at(&call, "t503", start + RW_CALL_SEARCH_MS, &actions); /* too late for another */
    assert_true(rw_call_is_over(&call));
    assert_int_equal(call.ending.trunks_tried, 0);
}

static void nonsense_is_counted(void **state)
{
    struct rw_call_input in = {.kind = (enum rw_call_input_kind)99};
    struct rw_call call;
    struct rw_call_actions actions;

    (void)state;
    rw_call_begin(&call, &plans[0], &actions);
    rw_call_step(&call, &in, 0, &actions);
    step(&call, "s200", &actions);
    assert_int_equal(actions.count, 0);
    assert_int_equal(call.ignored, 2);
}

static void a_given_reason_is_kept(void **state)
{
    struct rw_call_input in = {
        .kind = RW_IN_LEG_FAILED,
        .leg = RW_LEG_TRUNK,
        .ending = {.disconnect = RW_DISC_ERROR, .reason = RW_REASON_MEDIA_UNUSABLE}};
    struct rw_call call;
    struct rw_call_actions actions;

    (void)state;
    rw_call_begin(&call, &plans[1], &actions);
    step(&call, "stored", &actions);
    rw_call_step(&call, &in, 0, &actions);
    check_ending("call", "media", &call.ending, "error server media_unusable 0 0");
}

static void names_can_be_read_back(void **state)
{
    enum rw_call_event event;
    enum rw_disconnect disconnect = RW_DISC_PEER;
    enum rw_said_by said_by;

    (void)state;
    for (int i = 0; i < RW_EVENTS; i++) {
        assert_true(rw_call_event_parse(rw_slice_str(rw_call_event_name(i)), &event));
        assert_int_equal(event, i);
    }
    for (int i = RW_DISC_ENDPOINT; i <= RW_DISC_UNCALLABLE; i++) {
        assert_true(rw_disconnect_parse(rw_slice_str(rw_disconnect_name(i)), &disconnect));
        assert_int_equal(disconnect, i);
    }
    for (int i = RW_SAID_STATION; i <= RW_SAID_US; i++) {
        assert_true(rw_said_by_parse(rw_slice_str(rw_said_by_name(i)), &said_by));
        assert_int_equal(said_by, i);
    }
    for (int i = RW_LEG_NONE; i <= RW_LEG_DONE; i++)
        assert_true(rw_leg_state_name(i)[0]);
    disconnect = RW_DISC_PEER;
    assert_false(rw_disconnect_parse(RW_LIT(""), &disconnect));
    assert_false(rw_disconnect_parse(RW_LIT("peers"), &disconnect));
    assert_int_equal(disconnect, RW_DISC_PEER);
    assert_string_equal(rw_disconnect_name(77), "");
    assert_null(rw_reason_intern(RW_LIT("because")));
    assert_string_equal(rw_reason_intern(RW_LIT("node_lost")), RW_REASON_NODE_LOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scenarios_end_as_told),
        cmocka_unit_test(any_sequence_ends_well),
        cmocka_unit_test(timers_follow_the_plan),
        cmocka_unit_test(nonsense_is_counted),
        cmocka_unit_test(a_given_reason_is_kept),
        cmocka_unit_test(names_can_be_read_back),
        cmocka_unit_test(each_trunk_has_its_time_and_the_search_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
