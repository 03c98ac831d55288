#include "call/call.h"

#include "call/failover.h"
#include "call/reason.h"

/*
 * The phases of a conversation, and what leads from one to the next. `over` is any of FAILED, ENDED,
 * SILENT, UNREACHABLE of a leg that matters, HANGUP, DRAIN or a timer; nothing ever leads back.
 *
 *            begin()
 *               |                STORE_FAILED, or STORED after a HANGUP or DRAIN
 *             BIRTH -----------------------------------------------------------+
 *               | STORED                                                       |
 *        +------+--------+                                                     |
 *   has station      agentless                                                 |
 *        |               |                                                     |
 *     STATION            |      the station rings                              |
 *        | ANSWERED      |                                                     |
 *        +------+--------+                                                     |
 *               |-------------- came in: the trunk's leg is accepted --> TALK  |
 *               |                                                              |
 *       +---> TRUNK             the called party rings; the station waits, and |
 *       +-------+ ANSWERED      hears the carrier's early media; when the      |
 *     next      |               carrier fails before that, the next trunk      |
 *     trunk     |               is asked (tries_next(), call/failover.h)       |
 *               |                                                              |
 *             TALK              both are connected                             |
 *               |                                                              |
 *      over, of STATION, TRUNK or TALK: each leg that is connected gets a BYE, |
 *      each that is not yet answered a CANCEL                                  |
 *               |                                                              |
 *             ENDING            a cancelled leg's final answer is awaited;     |
 *               | none awaited  passed through at once when nothing is         |
 *               v                                                              v
 *             OVER  <---------------------------------------------------------+
 *
 * The legs within it (enum rw_leg_state):
 *
 *     NONE -> CALLING -> RINGING -> EARLY -> CONNECTED -> DONE -> CALLING   through the next trunk
 *                 \________\__________\____________________^     failed, or BYE
 *                  \________\__________\_> CANCELLING _____^     CANCEL
 */
enum phase { OVER, BIRTH, STATION, TRUNK, TALK, ENDING, PHASES };

#define INPUTS (RW_IN_SPENT + 1)
#define CANCEL_GUARD_MS 40000 /* past every SIP transaction of 64 * T1 */

struct step {
    struct rw_call *call;
    const struct rw_call_input *in;
    struct rw_call_actions *out;
    uint64_t now_ms;
};

/* ------------------------------------------------------------------ actions */

static struct rw_call_action *act(struct step *s, enum rw_call_action_kind kind,
                                  enum rw_leg_side leg)
{
    /* The longest step has 8 actions; a last one to spare keeps a wrong count from writing past. */
    uint32_t i = s->out->count < RW_CALL_ACTIONS_MAX ? s->out->count++ : RW_CALL_ACTIONS_MAX - 1;

    s->out->at[i] = (struct rw_call_action){.kind = kind, .leg = leg};
    return &s->out->at[i];
}

static void say(struct step *s, enum rw_call_event event, enum rw_leg_side leg,
                const struct rw_ending *ending)
{
    struct rw_call_action *a = act(s, RW_DO_EVENT, leg);

    a->event = event;
    a->ending = ending;
}

static void set_timer(struct step *s, enum rw_call_timer timer, uint32_t after_ms)
{
    struct rw_call_action *a = act(s, RW_DO_TIMER, RW_LEG_TRUNK);

    a->timer = timer;
    a->after_ms = after_ms;
}

static enum rw_call_timer answer_timer(enum rw_leg_side leg)
{
    return leg == RW_LEG_STATION ? RW_TIMER_STATION_ANSWER : RW_TIMER_TRUNK_ANSWER;
}

static void ignore(struct step *s)
{
    s->call->ignored++;
}

/* It waits for our answer, and has nothing to answer itself. */
static bool leg_came_in(const struct rw_call *call, enum rw_leg_side leg)
{
    return call->plan.incoming && leg == RW_LEG_TRUNK;
}

static bool leg_is_unanswered(const struct rw_call *call, enum rw_leg_side leg)
{
    return call->legs[leg] == RW_LEG_CALLING || call->legs[leg] == RW_LEG_RINGING ||
           call->legs[leg] == RW_LEG_EARLY;
}

/* ------------------------------------------------------------------ ending */

/* How long it may last, through the trunk that answered; 0 = for ever. */
static uint32_t longest_ms(const struct rw_call *call)
{
    uint32_t whole = call->plan.max_duration_ms, trunk = call->plan.trunk_max_ms[call->trunk];

    return !whole || (trunk && trunk < whole) ? trunk : whole;
}

/* What the deciding ending is to the leg that did not cause it. */
static struct rw_ending seen_by_peer(const struct rw_ending *why)
{
    struct rw_ending ending = *why;

    if (why->disconnect != RW_DISC_CLIENT && why->disconnect != RW_DISC_SYSTEM)
        ending.disconnect = RW_DISC_PEER;
    return ending;
}

static void leg_done(struct step *s, enum rw_leg_side leg)
{
    s->call->legs[leg] = RW_LEG_DONE;
    say(s, RW_EV_LEG_ENDED, leg, &s->call->leg_endings[leg]);
}

/* The conversation is over when no leg is awaited any more. */
static void settle(struct step *s)
{
    struct rw_call *call = s->call;

    call->phase = ENDING;
    for (int leg = 0; leg < RW_LEGS; leg++)
        if (call->legs[leg] != RW_LEG_NONE && call->legs[leg] != RW_LEG_DONE)
            return;
    call->phase = OVER;
    call->ending.trunks_tried = call->trunk ? (uint8_t)(call->trunk + 1) : 0;
    say(s, RW_EV_ENDED, RW_LEG_TRUNK, &call->ending);
    act(s, RW_DO_FORGET, RW_LEG_TRUNK);
}

static void close_leg(struct step *s, enum rw_leg_side leg)
{
    struct rw_call *call = s->call;

    if (call->legs[leg] == RW_LEG_CONNECTED) {
        act(s, RW_DO_BYE, leg)->ending = &call->leg_endings[leg];
        leg_done(s, leg);
    } else if (leg_is_unanswered(call, leg)) {
        call->legs[leg] = RW_LEG_CANCELLING;
        act(s, RW_DO_CANCEL, leg)->ending = &call->leg_endings[leg];
        set_timer(s, answer_timer(leg), CANCEL_GUARD_MS);
    }
}

/* Ends everything for `why`, which is the own ending of `cause` and its peer's reason. */
static void finish(struct step *s, const struct rw_ending *why, enum rw_leg_side cause)
{
    struct rw_call *call = s->call;
    enum rw_leg_side other = cause == RW_LEG_STATION ? RW_LEG_TRUNK : RW_LEG_STATION;

    if (call->phase == TALK && longest_ms(call))
        set_timer(s, RW_TIMER_MAX_DURATION, 0);
    call->ending = *why;
    call->leg_endings[cause] = *why;
    call->leg_endings[other] = seen_by_peer(why);
    close_leg(s, cause);
    close_leg(s, other);
    settle(s);
}

/* ------------------------------------------------------------------ birth */

static void invite(struct step *s, enum rw_leg_side leg)
{
    struct rw_call *call = s->call;
    uint32_t wait_ms = leg == RW_LEG_STATION ? call->plan.station_answer_ms
                                             : call->plan.trunk_answer_ms[call->trunk];

    if (leg == RW_LEG_TRUNK && call->trunk == 0)
        call->search_since_ms = s->now_ms;
    call->phase = leg == RW_LEG_STATION ? STATION : TRUNK;
    call->legs[leg] = RW_LEG_CALLING;
    act(s, RW_DO_INVITE, leg);
    say(s, RW_EV_DIALING, leg, NULL);
    if (wait_ms)
        set_timer(s, answer_timer(leg), wait_ms);
}

static void born(struct step *s)
{
    const struct rw_ending why = s->call->ending;

    if (s->call->legs[RW_LEG_TRUNK] == RW_LEG_CANCELLING) /* the caller gave up meanwhile */
        leg_done(s, RW_LEG_TRUNK);
    if (why.disconnect != RW_DISC_NONE)
        finish(s, &why, RW_LEG_TRUNK); /* that, or the API or a drain while the store was at it */
    else
        invite(s, s->call->plan.has_station ? RW_LEG_STATION : RW_LEG_TRUNK);
}

static void not_born(struct step *s)
{
    s->call->ending = (struct rw_ending){
        .disconnect = RW_DISC_ERROR, .said_by = RW_SAID_US, .reason = RW_REASON_STORE_FAILED};
    s->call->phase = OVER;
    if (s->call->legs[RW_LEG_TRUNK] == RW_LEG_RINGING)
        act(s, RW_DO_CANCEL, RW_LEG_TRUNK)->ending = &s->call->ending;
    act(s, RW_DO_FORGET, RW_LEG_TRUNK);
}

/* The caller gave up while the store was at the birth: told once that is durable. */
static void gone_before_birth(struct step *s)
{
    struct rw_call *call = s->call;

    if (s->in->leg != RW_LEG_TRUNK || call->legs[RW_LEG_TRUNK] != RW_LEG_RINGING) {
        ignore(s);
        return;
    }
    call->legs[RW_LEG_TRUNK] = RW_LEG_CANCELLING;
    call->leg_endings[RW_LEG_TRUNK] = rw_reason_judge(RW_LEG_TRUNK, s->in->kind, &s->in->ending);
    if (call->ending.disconnect == RW_DISC_NONE)
        call->ending = call->leg_endings[RW_LEG_TRUNK];
}

/* ------------------------------------------------------------------ progress of a leg */

/* What the caller of a call that came in hears of the station: that it rings. */
static void ring_back(struct step *s, enum rw_leg_side leg)
{
    if (leg == RW_LEG_STATION && s->call->plan.incoming)
        act(s, RW_DO_RING, RW_LEG_TRUNK);
}

static void rings(struct step *s)
{
    struct rw_call *call = s->call;
    enum rw_leg_side leg = s->in->leg;

    if (call->legs[leg] == RW_LEG_CALLING) {
        call->legs[leg] = RW_LEG_RINGING;
        ring_back(s, leg);
        say(s, RW_EV_RINGING, leg, NULL);
    } else if (!leg_is_unanswered(call, leg) || leg_came_in(call, leg)) {
        ignore(s);
    }
}

static void plays(struct step *s)
{
    struct rw_call *call = s->call;
    enum rw_leg_side leg = s->in->leg;

    if (!leg_is_unanswered(call, leg) || leg_came_in(call, leg)) {
        ignore(s);
    } else if (call->legs[leg] != RW_LEG_EARLY) {
        bool silent = call->legs[leg] == RW_LEG_CALLING;

        call->legs[leg] = RW_LEG_EARLY;
        if (silent)
            ring_back(s, leg);
        if (leg == RW_LEG_TRUNK && call->plan.has_station)
            act(s, RW_DO_BRIDGE, leg);
        say(s, RW_EV_EARLY, leg, NULL);
    }
}

/* Both are connected. */
static void talk(struct step *s)
{
    s->call->phase = TALK;
    if (longest_ms(s->call))
        set_timer(s, RW_TIMER_MAX_DURATION, longest_ms(s->call));
}

/* The station answered a call that came in. */
static void accept(struct step *s)
{
    s->call->legs[RW_LEG_TRUNK] = RW_LEG_CONNECTED;
    act(s, RW_DO_ACCEPT, RW_LEG_TRUNK);
    act(s, RW_DO_BRIDGE, RW_LEG_TRUNK);
    say(s, RW_EV_CONNECTED, RW_LEG_TRUNK, NULL);
    talk(s);
}

static void answers(struct step *s)
{
    struct rw_call *call = s->call;
    enum rw_leg_side leg = s->in->leg;
    uint8_t before = call->legs[leg];

    if (!leg_is_unanswered(call, leg) || leg_came_in(call, leg)) {
        ignore(s);
        return;
    }
    call->legs[leg] = RW_LEG_CONNECTED;
    set_timer(s, answer_timer(leg), 0);
    if (leg == RW_LEG_TRUNK && call->plan.has_station && before != RW_LEG_EARLY)
        act(s, RW_DO_BRIDGE, leg);
    say(s, RW_EV_CONNECTED, leg, NULL);
    if (leg == RW_LEG_TRUNK)
        talk(s);
    else if (call->plan.incoming)
        accept(s);
    else
        invite(s, RW_LEG_TRUNK);
}

/* ------------------------------------------------------------------ what ends it */

/* The carrier failed and nobody was reached: may the next trunk be asked? */
static bool tries_next(const struct step *s)
{
    const struct rw_call *call = s->call;

    return call->phase == TRUNK && s->in->leg == RW_LEG_TRUNK &&
           call->trunk + 1 < call->plan.trunks && call->trunk + 1u < RW_CALL_TRUNKS_MAX &&
           s->now_ms - call->search_since_ms < RW_CALL_SEARCH_MS &&
           rw_failover_due(s->in->kind, (enum rw_leg_state)call->legs[RW_LEG_TRUNK],
                           &s->in->ending);
}

static void leg_over(struct step *s)
{
    struct rw_call *call = s->call;
    enum rw_leg_side leg = s->in->leg;
    bool unanswered = leg_is_unanswered(call, leg), next = unanswered && tries_next(s);
    struct rw_ending why;

    if (!unanswered && call->legs[leg] != RW_LEG_CONNECTED) {
        ignore(s);
        return;
    }
    why = rw_reason_judge(leg, s->in->kind, &s->in->ending);
    call->leg_endings[leg] = why;
    if (unanswered)
        set_timer(s, answer_timer(leg), 0);
    leg_done(s, leg);
    if (next) {
        call->trunk++;
        invite(s, leg);
    } else {
        finish(s, &why, leg);
    }
}

/* The final answer of a leg that was cancelled, whichever it is. */
static void awaited_over(struct step *s)
{
    struct rw_call *call = s->call;
    enum rw_leg_side leg = s->in->leg;
    struct rw_ending *own = &call->leg_endings[leg];
    const struct rw_ending *heard = &s->in->ending;

    if (call->legs[leg] != RW_LEG_CANCELLING ||
        (leg_came_in(call, leg) && s->in->kind == RW_IN_LEG_ANSWERED)) {
        ignore(s);
        return;
    }
    if (heard->sip_code && !own->sip_code) {
        own->sip_code = heard->sip_code;
        memcpy(own->sip_reason, heard->sip_reason, sizeof(own->sip_reason));
        own->q850 = own->q850 ? own->q850 : heard->q850;
        /* It is the conversation's status too when no far end decided; not one that we sent ourselves. */
        if (!leg_came_in(call, leg) &&
            (call->ending.said_by == RW_SAID_US || call->ending.said_by == RW_SAID_API)) {
            enum rw_disconnect disconnect = call->ending.disconnect;

            call->ending = *own;
            call->ending.disconnect = disconnect;
        }
    }
    set_timer(s, answer_timer(leg), 0);
    leg_done(s, leg);
    settle(s);
}

static void end_by(struct step *s, enum rw_disconnect disconnect, enum rw_said_by said_by,
                   const char *reason)
{
    struct rw_ending why = {.disconnect = disconnect, .said_by = said_by, .reason = reason};

    finish(s, &why, RW_LEG_TRUNK);
}

static void hang_up(struct step *s)
{
    end_by(s, RW_DISC_CLIENT, RW_SAID_API,
           s->call->phase == TALK ? RW_REASON_HUNG_UP : RW_REASON_CANCELLED);
}

static void drain(struct step *s)
{
    end_by(s, RW_DISC_SYSTEM, RW_SAID_US, RW_REASON_DRAINED);
}

static void spent(struct step *s)
{
    end_by(s, RW_DISC_SYSTEM, RW_SAID_US, RW_REASON_SPEND_EXHAUSTED);
}

/* While the store is at the birth nothing can be undone: the wish is kept until it has answered. */
static void end_once_born(struct step *s)
{
    bool api = s->in->kind == RW_IN_HANGUP;

    if (s->call->ending.disconnect != RW_DISC_NONE) {
        ignore(s);
        return;
    }
    s->call->ending = (struct rw_ending){.disconnect = api ? RW_DISC_CLIENT : RW_DISC_SYSTEM,
                                         .said_by = api ? RW_SAID_API : RW_SAID_US,
                                         .reason = api ? RW_REASON_CANCELLED : RW_REASON_DRAINED};
}

static void no_answer(struct step *s)
{
    static const struct rw_ending why = {
        .disconnect = RW_DISC_TIMEOUT, .said_by = RW_SAID_US, .reason = RW_REASON_NO_ANSWER};
    enum rw_leg_side leg = s->call->phase == STATION ? RW_LEG_STATION : RW_LEG_TRUNK;

    if (s->in->timer == answer_timer(leg))
        finish(s, &why, leg);
    else
        ignore(s);
}

static void too_long(struct step *s)
{
    if (s->in->timer == RW_TIMER_MAX_DURATION)
        end_by(s, RW_DISC_SYSTEM, RW_SAID_US, RW_REASON_MAX_DURATION);
    else
        ignore(s);
}

/* No final answer to a CANCEL: the far end is gone. The leg keeps the ending it was cancelled for. */
static void waited_in_vain(struct step *s)
{
    struct rw_call_input nothing = {.kind = RW_IN_LEG_SILENT};
    struct step again = {.call = s->call, .in = &nothing, .out = s->out, .now_ms = s->now_ms};

    nothing.leg = s->in->timer == RW_TIMER_STATION_ANSWER ? RW_LEG_STATION : RW_LEG_TRUNK;
    if (s->in->timer == RW_TIMER_MAX_DURATION)
        ignore(s);
    else
        awaited_over(&again);
}

/* ------------------------------------------------------------------ the table */

typedef void(edge)(struct step *s);

/* NULL: the input makes no sense there, and is counted. */
static edge *const table[PHASES][INPUTS] = {
    [BIRTH] =
        {
            [RW_IN_STORED] = born,
            [RW_IN_STORE_FAILED] = not_born,
            [RW_IN_LEG_FAILED] = gone_before_birth,
            [RW_IN_LEG_ENDED] = gone_before_birth,
            [RW_IN_LEG_SILENT] = gone_before_birth,
            [RW_IN_LEG_UNREACHABLE] = gone_before_birth,
            [RW_IN_HANGUP] = end_once_born,
            [RW_IN_DRAIN] = end_once_born,
        },
    [STATION] =
        {
            [RW_IN_LEG_RINGING] = rings,
            [RW_IN_LEG_EARLY] = plays,
            [RW_IN_LEG_ANSWERED] = answers,
            [RW_IN_LEG_FAILED] = leg_over,
            [RW_IN_LEG_ENDED] = leg_over,
            [RW_IN_LEG_SILENT] = leg_over,
            [RW_IN_LEG_UNREACHABLE] = leg_over,
            [RW_IN_HANGUP] = hang_up,
            [RW_IN_TIMER] = no_answer,
            [RW_IN_DRAIN] = drain,
        },
    [TRUNK] =
        {
            [RW_IN_LEG_RINGING] = rings,
            [RW_IN_LEG_EARLY] = plays,
            [RW_IN_LEG_ANSWERED] = answers,
            [RW_IN_LEG_FAILED] = leg_over,
            [RW_IN_LEG_ENDED] = leg_over,
            [RW_IN_LEG_SILENT] = leg_over,
            [RW_IN_LEG_UNREACHABLE] = leg_over,
            [RW_IN_HANGUP] = hang_up,
            [RW_IN_TIMER] = no_answer,
            [RW_IN_DRAIN] = drain,
        },
    [TALK] =
        {
            [RW_IN_LEG_FAILED] = leg_over,
            [RW_IN_LEG_ENDED] = leg_over,
            [RW_IN_LEG_SILENT] = leg_over,
            [RW_IN_LEG_UNREACHABLE] = leg_over,
            [RW_IN_HANGUP] = hang_up,
            [RW_IN_TIMER] = too_long,
            [RW_IN_DRAIN] = drain,
            [RW_IN_SPENT] = spent,
        },
    [ENDING] =
        {
            [RW_IN_LEG_ANSWERED] = awaited_over,
            [RW_IN_LEG_FAILED] = awaited_over,
            [RW_IN_LEG_ENDED] = awaited_over,
            [RW_IN_LEG_SILENT] = awaited_over,
            [RW_IN_LEG_UNREACHABLE] = awaited_over,
            [RW_IN_TIMER] = waited_in_vain,
        },
};

void rw_call_begin(struct rw_call *call, const struct rw_call_plan *plan,
                   struct rw_call_actions *ret_actions)
{
    struct step s = {.call = call, .out = ret_actions};

    *call = (struct rw_call){.plan = *plan, .phase = BIRTH};
    ret_actions->count = 0;
    say(&s, RW_EV_CREATED, RW_LEG_TRUNK, NULL);
    if (plan->incoming) {
        call->legs[RW_LEG_TRUNK] = RW_LEG_RINGING;
        say(&s, RW_EV_OFFERED, RW_LEG_TRUNK, NULL);
    }
    act(&s, RW_DO_STORE, RW_LEG_TRUNK);
}

void rw_call_step(struct rw_call *call, const struct rw_call_input *input, uint64_t now_ms,
                  struct rw_call_actions *ret_actions)
{
    struct step s = {.call = call, .in = input, .out = ret_actions, .now_ms = now_ms};
    edge *take = NULL;

    ret_actions->count = 0;
    if ((unsigned)input->kind < INPUTS && (unsigned)input->leg < RW_LEGS && call->phase < PHASES)
        take = table[call->phase][input->kind];
    if (take)
        take(&s);
    else
        ignore(&s);
}

bool rw_call_is_over(const struct rw_call *call)
{
    return call->phase == OVER;
}
