/*
 * call/call.h - one conversation as a pure state machine: (state, input, now) -> state, actions.
 *
 * A conversation has up to two legs: the station's (the user's telephone, rung first) and the
 * trunk's (the called party, through a carrier). An agentless call has the trunk's leg alone. The
 * machine does no I/O, keeps no timer, allocates nothing and knows neither SIP nor SQL; whoever
 * drives it (exchange/) performs the actions in their order and feeds what happens back in.
 *
 * Order of durability: RW_DO_STORE comes before every RW_DO_INVITE of a call's birth; the driver
 * feeds RW_IN_STORED when the store has it, and only then is the first INVITE asked for. A birth
 * that could not be stored ends in RW_DO_FORGET alone: there is no conversation to log about.
 *
 * Within a step RW_DO_INVITE precedes the event "dialing", so that the dialog can be stored with it;
 * RW_DO_BYE and RW_DO_CANCEL precede what is logged of them. A leg that got its BYE is over for the
 * machine; one that got a CANCEL is awaited (the leg's answer timer, 40 s, ends a wait in vain), and
 * a 2xx that crosses the CANCEL ends it as well, whether it is reported as ANSWERED, ENDED or FAILED.
 *
 * A call that comes in goes the other way: the trunk's leg is there from the beginning and waits while the
 * station rings. RW_DO_RING and RW_DO_ACCEPT pass on to it what the station's does; RW_DO_CANCEL refuses it.
 *
 * The trunk's leg has several attempts when the plan has several trunks: while nobody was reached and
 * the carrier failed (call/failover.h), the next trunk is asked. Each attempt is a leg of its own:
 * "leg_ended" of the former and "dialing" of the next stand in one step, and `trunk` says which it is.
 *
 * Threads  a value; one at a time.
 * Errors   none: an input that makes no sense in a state is ignored and counted in `ignored`.
 * Units    milliseconds.
 */
#ifndef RW_CALL_CALL_H
#define RW_CALL_CALL_H

#include "base/slice.h"

#include <stdint.h>

enum rw_leg_side { RW_LEG_STATION = 0, RW_LEG_TRUNK = 1 };
#define RW_LEGS 2

enum rw_leg_state {
    RW_LEG_NONE,       /* not asked for (yet) */
    RW_LEG_CALLING,    /* INVITE out, nothing but 100 heard */
    RW_LEG_RINGING,    /* 180 */
    RW_LEG_EARLY,      /* 183 or 180 with media */
    RW_LEG_CONNECTED,  /* 2xx, ACK sent */
    RW_LEG_CANCELLING, /* CANCEL asked for, final answer awaited */
    RW_LEG_DONE
};

/* Contract's disconnectType (models: Call.disconnectType), the ones a call of ours can end with. */
enum rw_disconnect {
    RW_DISC_NONE,
    RW_DISC_ENDPOINT,          /* this leg's own far end hung up or declined */
    RW_DISC_CLIENT,            /* the API asked */
    RW_DISC_SYSTEM,            /* we ended it: a cap, a drain, a rule */
    RW_DISC_TIMEOUT,           /* nobody answered in time */
    RW_DISC_PEER,              /* the other leg ended */
    RW_DISC_TRANSPORT_FAILURE, /* no answer from the wire at all, or it broke */
    RW_DISC_ERROR,             /* refused with a failure code, or lost by us */
    RW_DISC_UNCALLABLE,        /* the carrier says: no such number */
};

/* Who said that it ends. */
enum rw_said_by { RW_SAID_NOBODY, RW_SAID_STATION, RW_SAID_CARRIER, RW_SAID_API, RW_SAID_US };

struct rw_ending {
    enum rw_disconnect disconnect;
    enum rw_said_by said_by;
    uint16_t sip_code;    /* final status or of the Reason header; 0 = none */
    uint16_t q850;        /* Reason: Q.850;cause=, RFC 3326; 0 = none */
    char sip_reason[128]; /* reason phrase as read, cleaned; or what we noticed */
    uint8_t trunks_tried; /* of a conversation's ending, when it was more than one; else 0 */
    const char *reason;   /* our stable word, see call/reason.h: "busy", "no_answer", ... */
};

enum rw_call_input_kind {
    RW_IN_STORED,          /* the birth of the call is durable */
    RW_IN_STORE_FAILED,    /* it is not, and will not be */
    RW_IN_LEG_RINGING,     /* 180 without media */
    RW_IN_LEG_EARLY,       /* early media described: 183 or 180 with SDP */
    RW_IN_LEG_ANSWERED,    /* 2xx with usable media */
    RW_IN_LEG_FAILED,      /* final failure: `ending` has code, reason, q850 */
    RW_IN_LEG_ENDED,       /* BYE from the far end, or (ending.disconnect set) the dialog died */
    RW_IN_LEG_SILENT,      /* no answer of any kind to the INVITE (transaction timed out) */
    RW_IN_LEG_UNREACHABLE, /* could not be sent at all */
    RW_IN_HANGUP,          /* the API asks to end it */
    RW_IN_TIMER,           /* a timer asked for by RW_DO_TIMER fired: `timer` */
    RW_IN_DRAIN,           /* the server stops now */
    RW_IN_SPENT            /* what it may cost is used up */
};

enum rw_call_timer {
    RW_TIMER_STATION_ANSWER,
    RW_TIMER_TRUNK_ANSWER,
    RW_TIMER_MAX_DURATION,
    RW_TIMERS
};

struct rw_call_input {
    enum rw_call_input_kind kind;
    enum rw_leg_side leg;
    enum rw_call_timer timer;
    /*
     * Of LEG_FAILED and LEG_ENDED: code, phrase, cause as heard; the machine works out disconnect,
     * said_by and reason, except where `reason` is set already (for example "media_unusable").
     */
    struct rw_ending ending;
};

enum rw_call_action_kind {
    RW_DO_STORE,  /* commit the birth; answer with STORED or STORE_FAILED */
    RW_DO_INVITE, /* leg; of the trunk's, through number `trunk` of the call */
    RW_DO_CANCEL, /* leg: not answered yet; a 2xx that still comes is ACKed and BYEd by sip */
    RW_DO_BYE,    /* leg: answered; sip_code/q850 of `ending` go into its Reason header */
    RW_DO_RING,   /* leg that came in: tell its far end that it rings */
    RW_DO_ACCEPT, /* leg that came in: answer it, with the media that the other leg's answer left */
    RW_DO_BRIDGE, /* join both legs' media, as far as each is known */
    RW_DO_TIMER,  /* timer, after_ms; 0 = stop it */
    RW_DO_EVENT,  /* append `event` for `leg` (with `ending` when it ends) to the log */
    RW_DO_FORGET  /* last action: the call is over, free it after its events are stored */
};

/* What is written to the log. Names are stable: they are stored as text. */
enum rw_call_event {
    RW_EV_CREATED,   /* "created": conversation accepted */
    RW_EV_OFFERED,   /* "offered": the leg came in */
    RW_EV_DIALING,   /* "dialing": INVITE of the leg leaves */
    RW_EV_RINGING,   /* "ringing" */
    RW_EV_EARLY,     /* "early_media" */
    RW_EV_CONNECTED, /* "connected" */
    RW_EV_LEG_ENDED, /* "leg_ended", with its ending */
    RW_EV_ENDED,     /* "ended": the conversation, with the ending that decided it */
    RW_EVENTS
};

const char *rw_call_event_name(enum rw_call_event event);
const char *rw_disconnect_name(enum rw_disconnect disconnect); /* contract's spelling */
const char *rw_said_by_name(enum rw_said_by said_by);
const char *rw_leg_state_name(enum rw_leg_state state);

/* The other way round, for reading the log back. False, with *ret untouched, for any other text. */
bool rw_call_event_parse(struct rw_slice name, enum rw_call_event *ret);
bool rw_disconnect_parse(struct rw_slice name, enum rw_disconnect *ret);
bool rw_said_by_parse(struct rw_slice name, enum rw_said_by *ret);

struct rw_call_action {
    enum rw_call_action_kind kind;
    enum rw_leg_side leg;
    enum rw_call_timer timer;
    enum rw_call_event event;
    uint32_t after_ms;
    const struct rw_ending *ending; /* inside the call; valid until the next step */
};

#define RW_CALL_ACTIONS_MAX 16

struct rw_call_actions {
    uint32_t count;
    struct rw_call_action at[RW_CALL_ACTIONS_MAX];
};

#define RW_CALL_TRUNKS_MAX 8u
#define RW_CALL_SEARCH_MS 30000u /* after the first INVITE to a trunk no attempt begins later */

struct rw_call_plan {
    bool has_station; /* false: agentless */
    bool incoming;    /* the trunk's leg came in, and the station is called; has_station too */
    uint8_t trunks;   /* how many may be tried, in order; 0 = 1 */
    uint32_t station_answer_ms; /* how long the user's telephone may ring; 0 = no limit of ours */
    uint32_t max_duration_ms;   /* 0 = no cap; from the trunk's answer on */
    /* How long the called party's may ring through each trunk; 0 = no limit of ours. */
    uint32_t trunk_answer_ms[RW_CALL_TRUNKS_MAX];
    /* How long the call may last through each trunk; the lower of this and max_duration_ms. 0 = no cap */
    uint32_t trunk_max_ms[RW_CALL_TRUNKS_MAX];
};

struct rw_call {
    struct rw_call_plan plan;
    uint8_t phase;         /* enum in call.c, drawn there */
    uint8_t trunk;         /* the one of the plan's that is being tried, from 0 */
    uint8_t legs[RW_LEGS]; /* enum rw_leg_state */
    uint32_t ignored;
    uint64_t search_since_ms;              /* the first INVITE to a trunk */
    struct rw_ending ending;               /* the one that decided; RW_DISC_NONE while alive */
    struct rw_ending leg_endings[RW_LEGS]; /* each leg's own view of it, its last attempt's */
};

/* Sets *call up and asks for its birth: the actions are EVENT created and STORE. */
void rw_call_begin(struct rw_call *call, const struct rw_call_plan *plan,
                   struct rw_call_actions *ret_actions);

/* One step. *ret_actions is overwritten; perform its actions in order. */
void rw_call_step(struct rw_call *call, const struct rw_call_input *input, uint64_t now_ms,
                  struct rw_call_actions *ret_actions);

bool rw_call_is_over(const struct rw_call *call);

#endif
