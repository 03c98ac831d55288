/*
 * trunk/registration.h - when a trunk is registered, and when it is tried again (RFC 3261, section 10.2;
 * the waiting as in RFC 5626, section 4.5).
 *
 *                     .-----423: for longer, at once-----.
 *                     v                                  |
 *     OFF --start--> ASKING ----2xx-----------------> BOUND --refresh due--> ASKING
 *                     |  ^                                               (still bound)
 *             refused |  | due
 *          or silence v  |
 *                    WAITING
 *
 *     any of these --leave--> LEAVING --answer, silence--> OFF      (at once if nothing is bound)
 *
 * A binding lasts until its time is over, whatever becomes of the attempts to renew it.
 *
 * Threads  pure functions; any. All times are monotonic milliseconds.
 */
#ifndef RW_TRUNK_REGISTRATION_H
#define RW_TRUNK_REGISTRATION_H

#include "trunk/question.h"

#define RW_REGISTRATION_STANDARD_S 3600u
#define RW_REGISTRATION_MAX_S 604800u /* a week: no 423 makes us ask for more */
/* A binding is renewed so long before it ends, or when a quarter of it is left. */
#define RW_REGISTRATION_LEAD_MS 120000u

/* Waiting: doubled with each failure in a row from the first to the last, half of it by chance. */
#define RW_REGISTRATION_SILENT_MS 5000u /* nobody was there, or a 5xx */
#define RW_REGISTRATION_SILENT_MAX_MS 300000u
#define RW_REGISTRATION_REFUSED_MS 30000u /* somebody said no: asking soon again changes nothing */
#define RW_REGISTRATION_REFUSED_MAX_MS 1800000u
#define RW_REGISTRATION_LATER_MAX_MS 3600000u /* Retry-After counts up to this */
#define RW_REGISTRATION_RAISES 3u             /* 423s in a row that are answered at once */

enum rw_registration_state {
    RW_REGISTRATION_OFF,
    RW_REGISTRATION_ASKING,
    RW_REGISTRATION_BOUND,
    RW_REGISTRATION_WAITING,
    RW_REGISTRATION_LEAVING
};

struct rw_registration { /* zeroed: off */
    enum rw_registration_state state;
    uint32_t wanted_s; /* asked for: as configured, or more after a 423 */
    uint32_t failures; /* in a row */
    uint32_t raises;   /* of wanted_s, since it was bound or had to wait */
    uint64_t until_ms; /* bound until then; 0 = never was */
    uint64_t due_ms;   /* the next step; 0 = a question is under way, or nothing is to be done */
};

enum rw_registration_event {
    RW_REGISTRATION_START,
    RW_REGISTRATION_DUE,    /* due_ms has come */
    RW_REGISTRATION_ANSWER, /* a question's end */
    RW_REGISTRATION_LEAVE
};

struct rw_registration_input {
    enum rw_registration_event event;
    uint32_t expires_s;                       /* of START: wanted */
    const struct rw_trunk_enrolled *enrolled; /* of ANSWER */
    uint32_t dice;                            /* of ANSWER: any number */
};

enum rw_registration_action {
    RW_REGISTRATION_NOTHING,
    RW_REGISTRATION_SEND,       /* REGISTER for wanted_s; drops a question under way */
    RW_REGISTRATION_SEND_LEAVE, /* the same with Expires: 0 */
};

enum rw_registration_action rw_registration_step(struct rw_registration *registration,
                                                 const struct rw_registration_input *input,
                                                 uint64_t now_ms);

bool rw_registration_is_bound(const struct rw_registration *registration, uint64_t now_ms);

#endif
