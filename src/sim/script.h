/*
 * sim/script.h - what the simulator does when a number is called: the last four digits say it.
 *
 * The table in script.c is the one source of it: the program's --help, docs/simulator.md and the
 * tests are held to it. A number whose last four digits do not start with 9, or a user part that
 * does not end in four digits, gets the default: ring, answer, play a tone, wait for the BYE.
 *
 * Threads  pure functions over constant tables.
 * Units    milliseconds.
 */
#ifndef RW_SIM_SCRIPT_H
#define RW_SIM_SCRIPT_H

#include "base/buf.h"

#include <stdint.h>

#define RW_SIM_NEVER (-1)

enum rw_sim_sound {
    RW_SIM_TONE,         /* of the simulator's own frequency */
    RW_SIM_NOTHING,      /* not one packet */
    RW_SIM_SILENCE,      /* packets without sound */
    RW_SIM_ANNOUNCEMENT, /* 620 Hz */
    RW_SIM_MACHINE,      /* a greeting (400 and 520 Hz by turns), a beep (1400 Hz), silence */
    RW_SIM_ECHO,         /* what it hears */
    RW_SIM_EVENTS,       /* digits 1 5 9 # as telephone events (RFC 4733), then its tone */
    RW_SIM_DTMF          /* the same digits as sound */
};

enum rw_sim_answer {
    RW_SIM_SDP_GOOD,
    RW_SIM_SDP_GARBAGE,  /* bytes that are no description */
    RW_SIM_SDP_MISSING,  /* no body at all */
    RW_SIM_SDP_REFUSED,  /* port 0 */
    RW_SIM_SDP_G729,     /* a codec that nobody offered */
    RW_SIM_SDP_PCMA,     /* PCMA alone */
    RW_SIM_SDP_HELD,     /* a=inactive */
    RW_SIM_SDP_EVENT_96, /* telephone-event under payload type 96 */
    RW_SIM_SDP_CLEAR,    /* plain RTP, whatever keys were offered */
    RW_SIM_SDP_BAD_KEY   /* SRTP with a key that is too short */
};

/* Ways to behave badly. */
enum {
    RW_SIM_MUTE = 1 << 0,        /* no SIP answer of any kind */
    RW_SIM_FORKS = 1 << 1,       /* a second 200 from another telephone (To tag) */
    RW_SIM_FORKS_EARLY = 1 << 2, /* 183 from one telephone, 200 from another */
    RW_SIM_IGNORES_BYE = 1 << 3,
    RW_SIM_FORGETS_CALL = 1 << 4,      /* 481 to the BYE */
    RW_SIM_BYE_GLARE = 1 << 5,         /* its own BYE crosses the far end's */
    RW_SIM_ANSWERS_CANCELLED = 1 << 6, /* 200 to the INVITE after the CANCEL */
    RW_SIM_IGNORES_CANCEL = 1 << 7,    /* 200 to the CANCEL, and nothing more */
    RW_SIM_HUGE_CONTACT = 1 << 8,
    RW_SIM_NO_CONTACT = 1 << 9,
    RW_SIM_RECORD_ROUTE = 1 << 10, /* wants to stay in the way of later requests */
    RW_SIM_RETRY_AFTER = 1 << 11,
    RW_SIM_GARBAGE = 1 << 12,         /* answers with bytes that are no SIP */
    RW_SIM_OTHER_RTP_PORT = 1 << 13,  /* sends sound from another port than it named */
    RW_SIM_REINVITES = 1 << 14,       /* one second after the ACK */
    RW_SIM_RTP_ASTRAY = 1 << 15,      /* sends sound where nobody listens */
    RW_SIM_RELIABLE = 1 << 16,        /* rings reliably (RFC 3262), the 200 has no description */
    RW_SIM_REFRESHED = 1 << 17,       /* a session timer (RFC 4028) that the far end refreshes */
    RW_SIM_FORGETS_REFRESH = 1 << 18, /* one that it wants to refresh itself, and does not */
    RW_SIM_SENDS_INFO = 1 << 19       /* digits 1 5 9 # by INFO, after the ACK */
};

struct rw_sim_plan {
    const char *name;    /* stable word, stands in the events */
    int32_t ring_ms;     /* provisional answer, after the INVITE; RW_SIM_NEVER */
    uint16_t ring_code;  /* 180 or 183 */
    bool early;          /* with a description and sound */
    int32_t final_ms;    /* final answer, after the INVITE; RW_SIM_NEVER */
    uint16_t final_code; /* 200, or why not */
    uint16_t q850;       /* cause in the Reason of a refusal; 0 = none */
    uint16_t challenge;  /* 401 or 407: credentials wanted first; 0 = none */
    int32_t hangup_ms;   /* after the ACK; RW_SIM_NEVER = waits for the BYE */
    enum rw_sim_sound early_sound, sound;
    uint32_t greeting_ms;
    enum rw_sim_answer answer;
    uint32_t quirks;
};

struct rw_sim_timing {
    int32_t ring_ms, answer_ms,
        hangup_ms; /* of the default, and where a script says nothing else */
};

/* user: the user part of the called URI ("+6591239486", "sim", "9486"). */
struct rw_sim_plan rw_sim_script_find(struct rw_slice user, const struct rw_sim_timing *timing);

/* The table for people: as plain text (--help), or as rows of a Markdown table (docs). */
void rw_sim_script_list(struct rw_buf *buf, bool markdown);

/* The reason phrase of a status (RFC 3261, section 21); a general one for those it does not name. */
const char *rw_sim_phrase(unsigned code);

#endif
