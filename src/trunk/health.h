/*
 * trunk/health.h - whether an address answers, from what its questions came to.
 *
 *                .--- silence ---.                   .--- answer ----.
 *                v               |                   v               |
 *     UNKNOWN --answer--> UP ----+--2 silences--> DOWN ----+--2 answers--> UP
 *        '--------2 silences-----------------------^
 *
 * One silence does not bring an address down and one answer does not bring it up again: a line that
 * loses every other packet would have calls change their way all the time. While it is in doubt it is
 * asked sooner.
 *
 * Threads  pure functions; any.
 */
#ifndef RW_TRUNK_HEALTH_H
#define RW_TRUNK_HEALTH_H

#include "trunk/question.h"

#define RW_HEALTH_TURN 2u        /* in a row, against what is believed */
#define RW_HEALTH_DOUBT_MS 5000u /* until the next question, while in doubt */

enum rw_health_state { RW_HEALTH_UNKNOWN, RW_HEALTH_UP, RW_HEALTH_DOWN };

struct rw_health { /* zeroed: unknown */
    enum rw_health_state state;
    uint32_t against;  /* answers in a row that say otherwise */
    uint64_t since_ms; /* of the state; wall time; 0 = never told */
};

/* An answer that shows life: any but 408 and 503, which a proxy gives for a far end that is gone. */
bool rw_health_is_life(const struct rw_trunk_answer *answer);

/* A question's end. True when the state has changed. */
bool rw_health_hear(struct rw_health *health, bool life, uint64_t now_ms);

/* Until the next question, where one every interval_ms is the rule. */
uint32_t rw_health_wait_ms(const struct rw_health *health, uint32_t interval_ms);

const char *rw_health_name(enum rw_health_state state); /* "unknown", "up", "down" */

#endif
