#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "trunk/kept.h"

#include <stdio.h>

static void step(struct rw_kept *kept, const struct rw_registration_input *input);

/* The machine counts in monotonic time, people in wall time. */
static uint64_t wall_of(uint64_t mono_ms)
{
    return mono_ms ? rw_clock_wall_ms() + mono_ms - rw_clock_mono_ms() : 0;
}

/* ------------------------------------------------------------------ the log */

static void log_bound(const struct rw_kept *kept)
{
    char name[RW_LOG_VALUE];

    rw_log(RW_LOG_INFO, "trunk.registered", "trunk=%s address=%s expires_s=%u",
           rw_log_quote(name, rw_slice_str(kept->plan->target.name)),
           kept->status.binding.last.answer.address, kept->status.binding.last.expires_s);
}

static void log_failed(const struct rw_kept *kept)
{
    const struct rw_trunk_answer *answer = &kept->status.binding.last.answer;
    char name[RW_LOG_VALUE], said[RW_LOG_VALUE], what[RW_LOG_VALUE];
    uint64_t now = rw_clock_mono_ms(), due = kept->registration.due_ms;
    uint64_t until = kept->registration.until_ms;

    rw_kept_say(answer, what, sizeof(what));
    rw_log(RW_LOG_WARN, "trunk.registration_failed",
           "trunk=%s address=%s said=%s bound_for_ms=%llu again_in_ms=%llu",
           rw_log_quote(name, rw_slice_str(kept->plan->target.name)), answer->address,
           rw_log_quote(said, rw_slice_str(what)),
           (unsigned long long)(until > now ? until - now : 0),
           (unsigned long long)(due > now ? due - now : 0));
}

/* ------------------------------------------------------------------ what is shown */

static void show(struct rw_kept *kept)
{
    const struct rw_registration *r = &kept->registration;
    struct rw_trunk_binding *shown = &kept->status.binding;
    bool bound = rw_registration_is_bound(r, rw_clock_mono_ms()), was = shown->bound;

    if (bound != was)
        shown->since_ms = rw_clock_wall_ms();
    shown->bound = bound;
    shown->state = r->state;
    shown->until_ms = bound ? wall_of(r->until_ms) : 0;
    shown->next_ms = wall_of(r->due_ms);
    if (was && !bound && r->failures)
        log_failed(kept);
    rw_kept_show(kept);
}

/* ------------------------------------------------------------------ what is heard */

static void hear(struct rw_kept *kept)
{
    struct rw_trunk_enrolled *last = &kept->status.binding.last;
    const struct rw_registration_input input = {
        .event = RW_REGISTRATION_ANSWER, .enrolled = last, .dice = (uint32_t)rw_random_u64()};
    bool was_bound = kept->status.binding.bound;
    uint32_t failures = kept->registration.failures;

    if (!last->answer.address[0] && !last->answer.what[0])
        (void)snprintf(last->answer.what, sizeof(last->answer.what),
                       "the name leads to no address");
    kept->status.binding.answered = true;
    step(kept, &input);
    if (kept->registration.state == RW_REGISTRATION_OFF)
        rw_kept_unbound(kept); /* it may be gone now */
    else if (kept->registration.state == RW_REGISTRATION_BOUND && (!was_bound || failures))
        log_bound(kept);
    else if (kept->registration.failures == 1 && failures == 0 &&
             was_bound == kept->status.binding.bound)
        log_failed(kept);
}

static void on_enrolled(const struct rw_trunk_enrolled *enrolled, void *arg)
{
    struct rw_kept *kept = arg;

    kept->enrol = NULL;
    kept->status.binding.last = *enrolled;
    kept->cseq = enrolled->cseq;
    hear(kept);
}

/* ------------------------------------------------------------------ what is done */

static void on_due(void *arg)
{
    static const struct rw_registration_input due = {.event = RW_REGISTRATION_DUE};

    step(arg, &due);
}

static void on_not_asked(void *arg)
{
    hear(arg);
}

static void ask(struct rw_kept *kept, enum rw_trunk_enrol_kind kind)
{
    const struct rw_keeper_options *with = &kept->keeper->options;
    const struct rw_trunk_enrol enrol = {.kind = kind,
                                         .expires_s = kept->registration.wanted_s,
                                         .call_id = kept->call_id,
                                         .cseq = kept->cseq + 1};
    struct rw_trunk_enrolled *last = &kept->status.binding.last;
    struct rw_err err;

    with->ops->drop(kept->enrol);
    kept->enrol = NULL;
    if (!with->ops->enrol(with->port, &kept->plan->target, &enrol, on_enrolled, kept, &kept->enrol,
                          &err))
        return;
    *last = (struct rw_trunk_enrolled){.answer.outcome = RW_TRUNK_UNREACHABLE};
    (void)rw_text_clean(last->answer.what, sizeof(last->answer.what), rw_slice_str(err.message));
    tmr_start(&kept->binding_due, 0, on_not_asked, kept); /* as from the loop: not from within */
}

/* Wakes for the next step, or to see a binding end before it. */
static void wake(struct rw_kept *kept, uint64_t now_ms)
{
    const struct rw_registration *r = &kept->registration;
    uint64_t at = r->due_ms;

    if (at && rw_registration_is_bound(r, now_ms) && r->until_ms < at)
        at = r->until_ms;
    if (at)
        tmr_start(&kept->binding_due, at > now_ms ? at - now_ms : 0, on_due, kept);
    else
        tmr_cancel(&kept->binding_due);
}

static void step(struct rw_kept *kept, const struct rw_registration_input *input)
{
    uint64_t now = rw_clock_mono_ms();
    enum rw_registration_action action = rw_registration_step(&kept->registration, input, now);

    /* one that is dropped under way may have used as many as this: two an address, and a stale nonce */
    if (kept->enrol && action != RW_REGISTRATION_NOTHING)
        kept->cseq += 3 * RW_TRUNK_ADDRESSES;
    wake(kept, now);
    if (action == RW_REGISTRATION_SEND)
        ask(kept, RW_TRUNK_ENROL);
    else if (action == RW_REGISTRATION_SEND_LEAVE)
        ask(kept, RW_TRUNK_LEAVE);
    show(kept);
}

static void on_start(void *arg)
{
    struct rw_kept *kept = arg;
    const struct rw_registration_input start = {.event = RW_REGISTRATION_START,
                                                .expires_s = kept->plan->expires_s};

    step(kept, &start);
}

void rw_kept_bind(struct rw_kept *kept, uint32_t first_ms)
{
    (void)snprintf(kept->call_id, sizeof(kept->call_id), "%02x-%s-r", kept->keeper->options.worker,
                   rw_id_new(kept->keeper->options.worker).text);
    kept->cseq = 0;
    kept->registration = (struct rw_registration){.state = RW_REGISTRATION_OFF};
    kept->status.binding = (struct rw_trunk_binding){.state = RW_REGISTRATION_OFF};
    if (!kept->plan->expires_s)
        return;
    kept->status.binding.state = RW_REGISTRATION_ASKING;
    tmr_start(&kept->binding_due, first_ms, on_start, kept);
}

bool rw_kept_unbind(struct rw_kept *kept)
{
    static const struct rw_registration_input leave = {.event = RW_REGISTRATION_LEAVE};

    tmr_cancel(&kept->binding_due);
    if (kept->registration.state == RW_REGISTRATION_OFF)
        return true;
    step(kept, &leave);
    return kept->registration.state == RW_REGISTRATION_OFF;
}

void rw_kept_drop_binding(struct rw_kept *kept)
{
    tmr_cancel(&kept->binding_due);
    kept->keeper->options.ops->drop(kept->enrol);
    kept->enrol = NULL;
}
