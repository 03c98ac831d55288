#include "trunk/registration.h"

bool rw_registration_is_bound(const struct rw_registration *r, uint64_t now_ms)
{
    return r->until_ms > now_ms;
}

static uint64_t refresh_in_ms(uint32_t bound_s)
{
    uint64_t bound_ms = UINT64_C(1000) * bound_s, lead_ms = bound_ms / 4;

    return bound_ms - (lead_ms < RW_REGISTRATION_LEAD_MS ? lead_ms : RW_REGISTRATION_LEAD_MS);
}

static uint64_t wait_ms(const struct rw_registration *r, const struct rw_registration_input *input)
{
    const struct rw_trunk_enrolled *e = input->enrolled;
    bool refused = e->answer.outcome == RW_TRUNK_ANSWERED && e->answer.code < 500;
    uint64_t wait = refused ? RW_REGISTRATION_REFUSED_MS : RW_REGISTRATION_SILENT_MS;
    uint64_t most = refused ? RW_REGISTRATION_REFUSED_MAX_MS : RW_REGISTRATION_SILENT_MAX_MS;

    for (uint32_t i = 1; i < r->failures && wait < most; i++)
        wait *= 2;
    if (wait > most)
        wait = most;
    wait = wait / 2 + wait / 2 * (input->dice % 1000) / 1000;
    if (UINT64_C(1000) * e->retry_after_s <= wait)
        return wait;
    return UINT64_C(1000) * e->retry_after_s < RW_REGISTRATION_LATER_MAX_MS
               ? UINT64_C(1000) * e->retry_after_s
               : RW_REGISTRATION_LATER_MAX_MS;
}

static enum rw_registration_action ask(struct rw_registration *r)
{
    r->state = RW_REGISTRATION_ASKING;
    r->due_ms = 0;
    return RW_REGISTRATION_SEND;
}

static enum rw_registration_action hear(struct rw_registration *r,
                                        const struct rw_registration_input *input, uint64_t now_ms)
{
    const struct rw_trunk_enrolled *e = input->enrolled;
    bool answered = e->answer.outcome == RW_TRUNK_ANSWERED;

    if (answered && e->answer.code < 300 && e->expires_s) {
        r->state = RW_REGISTRATION_BOUND;
        r->failures = r->raises = 0;
        r->until_ms = now_ms + UINT64_C(1000) * e->expires_s;
        r->due_ms = now_ms + refresh_in_ms(e->expires_s);
        return RW_REGISTRATION_NOTHING;
    }
    if (answered && e->answer.code == 423 && e->min_expires_s > r->wanted_s &&
        e->min_expires_s <= RW_REGISTRATION_MAX_S && r->raises < RW_REGISTRATION_RAISES) {
        r->raises++;
        r->wanted_s = e->min_expires_s;
        return ask(r);
    }
    if (answered && e->answer.code < 300)
        r->until_ms = 0; /* said to be fine, and our Contact is not among those that are bound */
    r->failures++;
    r->raises = 0;
    r->state = RW_REGISTRATION_WAITING;
    r->due_ms = now_ms + wait_ms(r, input);
    return RW_REGISTRATION_NOTHING;
}

static enum rw_registration_action leave(struct rw_registration *r, uint64_t now_ms)
{
    /* a REGISTER that is under way may bind us yet */
    bool bound = rw_registration_is_bound(r, now_ms) || r->state == RW_REGISTRATION_ASKING;

    *r = (struct rw_registration){.state = bound ? RW_REGISTRATION_LEAVING : RW_REGISTRATION_OFF};
    return bound ? RW_REGISTRATION_SEND_LEAVE : RW_REGISTRATION_NOTHING;
}

enum rw_registration_action rw_registration_step(struct rw_registration *r,
                                                 const struct rw_registration_input *input,
                                                 uint64_t now_ms)
{
    switch (input->event) {
    case RW_REGISTRATION_START:
        if (r->state != RW_REGISTRATION_OFF)
            break;
        r->wanted_s = input->expires_s;
        return ask(r);
    case RW_REGISTRATION_DUE:
        if (!r->due_ms || now_ms < r->due_ms)
            break;
        return ask(r);
    case RW_REGISTRATION_ANSWER:
        if (r->state == RW_REGISTRATION_LEAVING)
            *r = (struct rw_registration){.state = RW_REGISTRATION_OFF};
        if (r->state == RW_REGISTRATION_ASKING)
            return hear(r, input, now_ms);
        break;
    case RW_REGISTRATION_LEAVE:
        if (r->state != RW_REGISTRATION_LEAVING)
            return leave(r, now_ms);
        break;
    }
    return RW_REGISTRATION_NOTHING;
}
