/*
 * tests/exchange/rig.h - an exchange with a real store and faked legs and media.
 *
 * The test's thread drives: rig_do() runs a function in a worker and returns when it has; after
 * rig_settle() the store has everything that the worker had submitted before, and has said so.
 */
#ifndef RW_TEST_EXCHANGE_RIG_H
#define RW_TEST_EXCHANGE_RIG_H

#include "../store/store_test.h"
#include "exchange/exchange.h"

#define RIG_WORKERS 2u
#define RIG_LEGS 16u

/* A leg as the fake port sees it; all that was asked of it is written down. */
struct rw_leg {
    bool invited, cancelled, byed, released;
    bool rung, accepted, refused; /* of one that came in; `offer` is our answer */
    bool gone;                    /* its caller: accepting it fails */
    char uri[128], from_uri[128], call_id[80], local_tag[40], branch[40], auth_password[40];
    char offer[256];
    uint32_t silent_ms;
    const struct rw_identity_signer *signer; /* whom the exchange named, with what claim */
    char claim_from[20], claim_to[20];
    bool claim_owned;
    struct rw_ending why; /* of the BYE */
    char keys[16];        /* sent by INFO */
    uint64_t log_seq;     /* newest event in the store when the INVITE left */
    uint64_t ack_seq;     /* and when its answer was acknowledged; 0 = it was not */
    bool ack_waits;
    struct rw_leg_dialog now; /* what describe() says */
    rw_leg_news_h *handler;
    void *arg;
};

struct rig_exchange {
    struct rw_exchange *exchange;
    struct rw_leg legs[RIG_LEGS];
    unsigned legs_count, orphans_count, relays_open, bridged;
    rw_relay_key_h *on_key; /* who listens to the station's keys; NULL = nobody */
    void *on_key_arg;
    char pressed[16]; /* keys for the station */
    struct rw_leg_dialog orphans[RIG_LEGS];
    /* of the last one's target, "trunk route ca name unverified", and of the one before */
    char orphan_rules[160], orphan_rules_before[160];
    bool refuse_invites, refuse_relays, refuse_answers;
    const char *refuse_media; /* with this code; NULL = taken */
    uint32_t calls_max;       /* 0 = 100 */
};

/* What placed() said last. */
struct rig_placed {
    unsigned told;
    enum rw_class class;
    char id[RW_ID_TEXT], code[40];
};

struct rig {
    struct store_test store;
    struct rw_workers *workers;
    struct rig_exchange at[RIG_WORKERS];
    struct rig_placed placed;
    struct rw_row_event *events; /* of rig_log() */
    size_t events_count;
};

extern struct rig rig;
extern struct rw_permit
    *rig_permits[RW_PERMITS_MAX]; /* of every exchange here; set before rig_open() */
extern unsigned rig_permits_count;
extern const struct rw_identity_signer rig_signer; /* of every exchange here */

void rig_open(void);
void rig_close(void);
void rig_restart(void); /* as after kill -9: calls are forgotten, the store stays */

void rig_do(unsigned worker, void (*run)(void *arg), void *arg);
void rig_settle(unsigned worker);

/*
 * The clock of worker 0 stands at `ms`, and what is due has been done after the next rig_settle().
 * First set before anything is timed (a timer of the machine's clock would fire by how long that has
 * been up: this aborts), and from then on moved forward; a worker that is started anew has none.
 */
void rig_clock(uint64_t ms);

/*
 * A call comes in in worker 0, for the station of rig_order(true), and settles: its leg, number 0 when it is
 * the first. rig.placed.id is its conversation, "" when there is none.
 */
struct rw_leg *rig_come_in(enum rw_class *ret_class);

/* Places a call in worker 0 with an order for tenant A, and settles. */
void rig_place(const struct rw_call_order *order);
struct rw_call_order rig_order(bool with_station);

/* The far end of a leg of worker 0 says something. */
void rig_say(unsigned leg, enum rw_call_input_kind kind, unsigned sip_code, const char *sdp);
void rig_answer_late(unsigned leg);      /* it was answered, but cancelled before */
void rig_press(unsigned leg, char sign); /* the far end of that leg presses a key */

/* The log of the call placed last as one text, "created dialing/1 ringing/1 ..."; lives to the next. */
const char *rig_log(void);
/* The same call's row. */
struct rw_row_conversation rig_conversation(void);

#endif
