/*
 * A test call to a number that sends back what it hears: through the exchange, as any call, with a probe in
 * the place of the relay.
 *
 *     place --> [permits] --> stored, INVITE --> answered --> tones --> hung up --> ended --> relay closed
 *         '--------'--------------'-- refused, not answered, ended --------------------^
 */
#include "base/clock.h"
#include "call/reason.h"
#include "doctor/run.h"

#include <stdio.h>

static struct rw_doctor_call_seen *seen_of(struct rw_doctor_run *run)
{
    return &run->seen.call;
}

/* The exchange has nothing of it any more. */
static void gone(struct rw_doctor_run *run)
{
    run->call_out = false;
    if (!run->done)
        rw_doctor_run_release(run);
    else if (run->seen.late)
        rw_doctor_run_finish(run);
    else
        rw_doctor_run_next(run);
}

/* From the loop: whoever tells it stands within a step of the call. */
static void on_gone(void *arg)
{
    gone(arg);
}

static void is_gone(struct rw_doctor_run *run)
{
    if (run->placed && !rw_probe_is_open(run->probe))
        tmr_start(&run->call_tmr, 0, on_gone, run);
}

/* ------------------------------------------------------------------ sound */

static void take_sound(struct rw_doctor_run *run)
{
    struct rw_doctor_call_seen *call = seen_of(run);
    struct rw_probe_seen sound;

    rw_probe_read(run->probe, &sound);
    (void)snprintf(call->told, sizeof(call->told), "%s", sound.told);
    (void)snprintf(call->named, sizeof(call->named), "%s", sound.named);
    (void)snprintf(call->from, sizeof(call->from), "%s", sound.from);
    call->sent = sound.sent;
    call->received = sound.echo.packets;
    call->foreign = (uint32_t)sound.relay.foreign[RW_LEG_TRUNK];
    call->forged = (uint32_t)sound.relay.forged[RW_LEG_TRUNK];
    call->sounding = sound.echo.sounding;
    call->bursts = sound.echo.heard ? sound.echo.last - sound.echo.first + 1 : sound.echo.sent;
    call->bursts_heard = sound.echo.heard;
    call->round_trip_ms = sound.echo.round_trip_ms;
}

static void on_relay_closed(void *arg)
{
    struct rw_doctor_run *run = arg;

    take_sound(run);
    is_gone(run);
}

/* ------------------------------------------------------------------ the call */

static void on_hung_up(enum rw_class class, void *arg)
{
    (void)class; /* it is over by itself then */
    (void)arg;
}

void rw_doctor_hang_up(struct rw_doctor_run *run)
{
    if (run->conversation.text[0])
        rw_exchange_hangup(run->doctor->options.exchange, run->trunk.tenant_id,
                           run->conversation.text, on_hung_up, NULL);
}

/* Tones came back, or will not: from the loop, for the probe stands above. */
static void on_enough(void *arg)
{
    rw_doctor_hang_up(arg);
}

static void on_heard(void *arg)
{
    struct rw_doctor_run *run = arg;

    tmr_start(&run->call_tmr, 0, on_enough, run);
}

static void take_ending(struct rw_doctor_call_seen *call, const struct rw_ending *ending)
{
    const char *meaning = ending->reason ? rw_reason_meaning(rw_slice_str(ending->reason)) : NULL;

    call->code = ending->sip_code;
    (void)snprintf(call->phrase, sizeof(call->phrase), "%s", ending->sip_reason);
    (void)snprintf(call->meaning, sizeof(call->meaning), "%s", meaning ? meaning : "");
    call->credentials = ending->sip_code == 401 || ending->sip_code == 407;
}

static void on_event(enum rw_call_event event, const struct rw_ending *ending, void *arg)
{
    struct rw_doctor_run *run = arg;
    struct rw_doctor_call_seen *call = seen_of(run);

    if (event == RW_EV_CONNECTED) {
        call->answered = true;
        call->answered_ms = (uint32_t)(rw_clock_mono_ms() - run->part_ms);
        rw_probe_begin(run->probe, on_heard, run);
    } else if (event == RW_EV_ENDED && ending) {
        take_ending(call, ending);
    }
}

static void refuse(struct rw_doctor_run *run, const struct rw_err *err)
{
    char text[400];

    (void)snprintf(text, sizeof(text), "%s%s%s", err->message, err->found[0] ? ": " : "",
                   err->found);
    (void)rw_text_clean(seen_of(run)->refused, sizeof(seen_of(run)->refused), rw_slice_str(text));
}

static void on_placed(enum rw_class class, const char *conversation_id, const struct rw_err *err,
                      void *arg)
{
    struct rw_doctor_run *run = arg;

    run->placed = true;
    if (class != RW_OK)
        refuse(run, err);
    else
        (void)rw_slice_copy(run->conversation.text, sizeof(run->conversation.text),
                            rw_slice_str(conversation_id));
    is_gone(run);
    if (run->seen.late && run->conversation.text[0]) { /* the deadline waited for this */
        rw_doctor_hang_up(run);
        rw_doctor_run_finish(run);
    }
}

static bool is_wanted(void *arg)
{
    const struct rw_doctor_run *run = arg;

    return run->done && !run->seen.late;
}

/* ------------------------------------------------------------------ the part */

static enum rw_class place(struct rw_doctor_run *run, struct rw_err *err)
{
    const struct rw_doctor_options *o = &run->doctor->options;
    const struct rw_probe_options probe = {
        .port = o->media, .host = o->media_host, .closed = on_relay_closed, .arg = run};
    enum rw_class class = rw_probe_new(&run->probe, &probe, err);

    if (class != RW_OK)
        return class;
    run->watch = (struct rw_call_watch){.relay_ops = &rw_probe_relay_ops,
                                        .relay_port = rw_probe_port(run->probe),
                                        .event = on_event,
                                        .arg = run};
    run->order = *run->trunk.order;
    run->order.watch = &run->watch;
    run->order.wanted = is_wanted;
    for (uint32_t i = 0; i < run->order.plan.trunks; i++)
        if (run->order.plan.trunk_answer_ms[i] > RW_DOCTOR_RING_MS)
            run->order.plan.trunk_answer_ms[i] = RW_DOCTOR_RING_MS;
    run->call_out = true;
    return rw_exchange_place(o->exchange, &run->order, on_placed, run, err);
}

void rw_doctor_call(struct rw_doctor_run *run)
{
    struct rw_err err;

    if (!run->trunk.order) {
        rw_doctor_run_next(run);
        return;
    }
    seen_of(run)->wanted = true;
    if (place(run, &err) == RW_OK)
        return;
    refuse(run, &err);
    run->call_out = false;
    rw_doctor_run_next(run);
}
