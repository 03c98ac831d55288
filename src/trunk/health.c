#include "trunk/health.h"

bool rw_health_is_life(const struct rw_trunk_answer *answer)
{
    return answer->outcome == RW_TRUNK_ANSWERED && answer->code != 408 && answer->code != 503;
}

bool rw_health_hear(struct rw_health *health, bool life, uint64_t now_ms)
{
    enum rw_health_state says = life ? RW_HEALTH_UP : RW_HEALTH_DOWN;

    if (health->state == says) {
        health->against = 0;
        return false;
    }
    health->against++;
    /* whoever was never heard of needs no second answer to be believed */
    if (health->against < RW_HEALTH_TURN && !(life && health->state == RW_HEALTH_UNKNOWN))
        return false;
    *health = (struct rw_health){.state = says, .since_ms = now_ms};
    return true;
}

uint32_t rw_health_wait_ms(const struct rw_health *health, uint32_t interval_ms)
{
    return health->against && interval_ms > RW_HEALTH_DOUBT_MS ? RW_HEALTH_DOUBT_MS : interval_ms;
}

const char *rw_health_name(enum rw_health_state state)
{
    static const char *const names[] = {"unknown", "up", "down"};

    return names[state];
}
