/*
 * One step: the machine decides, the actions are done in their order, and all events of the step go
 * into one transaction. Steps never nest: what happens while one is performed waits its turn.
 *
 * Events of a running call are patient, they may linger to share a commit. Two kinds are not: the
 * telling of an INVITE to a further leg, which leaves only when that is durable, and that of an answer,
 * which is acknowledged only then: until its ACK it is repeated, also to a server that was restarted
 * meanwhile and ends it. So no carrier ever bills what a restart knows nothing of.
 */
#include "base/clock.h"
#include "base/log.h"
#include "call/reason.h"
#include "event/event.h"
#include "exchange/live.h"

/* ------------------------------------------------------------------ events */

/* A dialling through a trunk names it; and the dialog is written when the log has it not already. */
static void put_dialog(struct rw_live *live, enum rw_call_event event, enum rw_leg_side leg)
{
    const struct rw_live_target *target = live->sides[leg].target;
    struct rw_event_trunk trunk = {.attempt = live->call.trunk + 1u};
    bool dialing = event == RW_EV_DIALING && leg == RW_LEG_TRUNK && target;
    struct rw_leg_dialog dialog;

    if (dialing) {
        trunk.id = target->target.trunk_id;
        trunk.name = target->target.trunk_name;
    }
    if (rw_live_dialog(live, leg, event, &dialog))
        rw_event_encode_dialog(&live->exchange->data, dialing ? &trunk : NULL, &dialog);
}

/* Writes the data of an event; empty when it has none. */
static const char *event_data(struct rw_live *live, enum rw_call_event event, int32_t leg,
                              const struct rw_ending *ending)
{
    struct rw_buf *data = &live->exchange->data;

    rw_buf_clear(data);
    if (ending)
        rw_event_encode_ending(data, ending);
    else if (leg >= 0)
        put_dialog(live, event, (enum rw_leg_side)leg);
    return data->len && !data->failed ? data->p : NULL;
}

void rw_live_event(struct rw_live *live, struct rw_tx *tx, enum rw_call_event event, int32_t leg,
                   const struct rw_ending *ending)
{
    struct rw_row_event row = {
        .conversation_id = live->id.text,
        .tenant_id = live->tenant_id,
        .at_ms = rw_clock_wall_ms(),
        .leg = leg,
        .type = rw_call_event_name(event),
        .data = event_data(live, event, leg, ending),
    };

    rw_tx_add_event(tx, &row);
}

/* The answer of a leg that we invited: its ACK waits for the transaction. */
static bool is_answer(const struct rw_live *live, const struct rw_call_action *action)
{
    return action->event == RW_EV_CONNECTED &&
           !(action->leg == RW_LEG_TRUNK && live->call.plan.incoming);
}

static void append_event(struct rw_live *live, const struct rw_call_action *action)
{
    bool whole = action->event == RW_EV_CREATED;

    /* The first leg's was written with the birth. */
    if (action->event == RW_EV_DIALING && !live->sides[action->leg].invite_due)
        return;
    if (!live->tx)
        live->tx = rw_tx_new(live->exchange->options.store);
    if (action->event == RW_EV_LEG_ENDED) {
        live->legs_ending |= (uint8_t)(1u << action->leg);
        if (action->leg == RW_LEG_TRUNK)
            rw_admission_attempt_over(live->admission);
    }
    if (action->event == RW_EV_CONNECTED && action->leg == RW_LEG_TRUNK)
        rw_live_stretch(live);
    live->end_asked |= action->event == RW_EV_ENDED;
    live->answer_told |= is_answer(live, action);
    if (live->watch)
        live->watch->event(action->event, action->ending, live->watch->arg);
    if (!live->tx) {
        struct rw_err err;

        (void)rw_fail_memory(&err);
        rw_live_log_lost(live, &err);
    } else if (action->event == RW_EV_ENDED) {
        rw_live_put_end(live, live->tx, action->ending);
    } else {
        rw_live_event(live, live->tx, action->event, whole ? -1 : (int32_t)action->leg,
                      action->ending);
    }
}

/* ------------------------------------------------------------------ transactions */

/* Whatever the store said: an answer that is not acknowledged is taken back. */
static void confirm_answers(struct rw_live *live)
{
    for (int leg = 0; live->exchange && leg < RW_LEGS; leg++)
        if (live->sides[leg].leg)
            live->exchange->options.leg_ops->confirm(live->sides[leg].leg);
}

static void on_stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err, void *arg)
{
    struct rw_live *live = arg;

    (void)tx;
    if (class != RW_OK)
        rw_live_log_lost(live, err);
    live->transactions--;
    rw_live_free_if_done(live);
}

static void on_answer_stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err,
                             void *arg)
{
    confirm_answers(arg);
    on_stored(tx, class, err, arg);
}

static void invite_failed_to_be_told(struct rw_live *live, enum rw_leg_side leg)
{
    struct rw_call_input input = {
        .kind = RW_IN_LEG_FAILED, .leg = leg, .ending = {.reason = RW_REASON_STORE_FAILED}};

    rw_live_release(live, leg);
    rw_live_feed(live, &input);
}

/* The event that tells of a further leg's INVITE is durable: now it leaves. */
static void on_invite_stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err,
                             void *arg)
{
    struct rw_live_side *side = arg;
    struct rw_live *live = side->live;
    enum rw_leg_side leg = (enum rw_leg_side)(side - live->sides);

    (void)tx;
    if (class != RW_OK)
        rw_live_log_lost(live, err);
    confirm_answers(live); /* of the station, which answered in the same step */
    if (side->invite_due && class == RW_OK)
        rw_live_invite(live, leg);
    else if (side->invite_due)
        invite_failed_to_be_told(live, leg);
    live->transactions--; /* not before: it kept the call */
    rw_live_free_if_done(live);
}

/* `told` is the side whose INVITE waits for this transaction, or NULL. */
static void submit(struct rw_live *live, struct rw_live_side *told)
{
    struct rw_tx *tx = live->tx;
    bool answer = live->answer_told;

    live->tx = NULL;
    live->answer_told = false;
    if (live->end_asked) {
        rw_live_submit_end(live, tx);
        return;
    }
    live->legs_ending = 0;
    if (!tx) {
        if (answer)
            confirm_answers(live);
        if (told)
            invite_failed_to_be_told(live, (enum rw_leg_side)(told - live->sides));
        return;
    }
    live->transactions++;
    if (!told && !answer)
        rw_tx_patient(tx);
    if (told)
        rw_tx_submit(tx, on_invite_stored, told);
    else
        rw_tx_submit(tx, answer ? on_answer_stored : on_stored, live);
}

/* ------------------------------------------------------------------ actions */

static void on_timer(void *arg)
{
    struct rw_live_timer *timer = arg;
    struct rw_call_input input = {.kind = RW_IN_TIMER};

    input.timer = (enum rw_call_timer)(timer - timer->live->timers);
    rw_live_feed(timer->live, &input);
}

static void set_timer(struct rw_live *live, const struct rw_call_action *action)
{
    struct rw_live_timer *timer = &live->timers[action->timer];

    if (action->after_ms)
        tmr_start(&timer->tmr, action->after_ms, on_timer, timer);
    else
        tmr_cancel(&timer->tmr);
}

/* A leg that was never invited is over at once. */
static void cancel(struct rw_live *live, const struct rw_call_action *action)
{
    const struct rw_leg_ops *ops = live->exchange->options.leg_ops;
    struct rw_call_input input = {.kind = RW_IN_LEG_UNREACHABLE, .leg = action->leg};
    struct rw_leg *leg = live->sides[action->leg].leg;

    if (leg && action->leg == RW_LEG_TRUNK && live->call.plan.incoming) {
        ops->refuse(leg, action->ending);
    } else if (leg) {
        ops->cancel(leg);
    } else {
        rw_live_release(live, action->leg);
        rw_live_feed(live, &input);
    }
}

static void bye(struct rw_live *live, const struct rw_call_action *action)
{
    struct rw_leg *leg = live->sides[action->leg].leg;

    if (leg)
        live->exchange->options.leg_ops->bye(leg, action->ending);
    rw_live_release(live, action->leg);
}

/* A limit has no room for the attempt: it is over before it began, and not told as a dialling. */
static void invite_not_permitted(struct rw_live *live, const struct rw_err *err)
{
    struct rw_call_input input = {.kind = RW_IN_LEG_UNREACHABLE,
                                  .leg = RW_LEG_TRUNK,
                                  .ending = {.disconnect = RW_DISC_SYSTEM,
                                             .said_by = RW_SAID_US,
                                             .reason = RW_REASON_TRUNK_LIMIT}};

    (void)rw_text_clean(input.ending.sip_reason, sizeof(input.ending.sip_reason),
                        rw_slice_str(err->message));
    rw_live_feed(live, &input);
}

/* Returns the side whose INVITE waits until the event that tells of it is durable, or NULL. */
static struct rw_live_side *invite(struct rw_live *live, enum rw_leg_side leg)
{
    struct rw_live_side *side = &live->sides[leg];
    struct rw_err err = {0};

    if (leg == RW_LEG_TRUNK) {
        rw_live_aim(live, RW_LEG_TRUNK, live->call.trunk);
        if (rw_admission_attempt(live->admission, live->call.trunk, &live->pace_ms, &err) !=
            RW_OK) {
            invite_not_permitted(live, &err);
            return NULL;
        }
    }
    if (side->stored_dialog) {
        rw_live_invite(live, leg);
        return NULL;
    }
    side->invite_due = true;
    return side;
}

static void perform(struct rw_live *live, const struct rw_call_actions *actions)
{
    struct rw_live_side *told = NULL;

    for (uint32_t i = 0; i < actions->count; i++) {
        const struct rw_call_action *action = &actions->at[i];
        struct rw_live_side *side;

        switch (action->kind) {
        case RW_DO_STORE: /* rw_exchange_place() does it */
            break;
        case RW_DO_INVITE:
            side = invite(live, action->leg);
            told = side ? side : told;
            break;
        case RW_DO_CANCEL:
            cancel(live, action);
            break;
        case RW_DO_BYE:
            bye(live, action);
            break;
        case RW_DO_RING:
            rw_live_ring(live);
            break;
        case RW_DO_ACCEPT:
            rw_live_accept(live);
            break;
        case RW_DO_BRIDGE:
            rw_live_relay_ops(live)->bridge(live->relay);
            break;
        case RW_DO_TIMER:
            set_timer(live, action);
            break;
        case RW_DO_EVENT:
            append_event(live, action);
            break;
        case RW_DO_FORGET:
            rw_live_forget(live);
            break;
        }
    }
    submit(live, told);
}

/* ------------------------------------------------------------------ steps */

static bool enqueue(struct rw_live *live, const struct rw_call_input *input)
{
    struct rw_exchange *x = live->exchange;
    uint32_t at = (x->inputs_first + x->inputs_count) % RW_EXCHANGE_INPUTS_MAX;

    if (x->inputs_count == RW_EXCHANGE_INPUTS_MAX)
        return false;
    x->inputs[at] = (struct rw_live_input){live, *input};
    x->inputs_count++;
    return true;
}

void rw_live_feed(struct rw_live *live, const struct rw_call_input *input)
{
    struct rw_exchange *x = live->exchange;

    if (!enqueue(live, input)) {
        rw_log(RW_LOG_ERROR, "call.input_lost", "conversation=%s kind=%d", live->id.text,
               (int)input->kind);
        return;
    }
    if (x->stepping)
        return;
    x->stepping = true;
    while (x->inputs_count) {
        struct rw_live_input next = x->inputs[x->inputs_first];
        struct rw_call_actions actions;

        x->inputs_first = (x->inputs_first + 1) % RW_EXCHANGE_INPUTS_MAX;
        x->inputs_count--;
        if (next.live->over)
            continue;
        rw_call_step(&next.live->call, &next.input, rw_clock_mono_ms(), &actions);
        perform(next.live, &actions);
    }
    x->stepping = false;
    rw_live_free_if_done(live);
}
