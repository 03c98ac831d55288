/*
 * One called party.
 *
 *   INVITE -> TRYING --ring_ms--> RINGING --final_ms--> ANSWERED --ACK--> UP --hangup_ms--> LEAVING
 *               |                   |  \                   |               |                  |
 *               | CANCEL            |   `-- refusal        | 64*T1: no ACK | BYE              | answer, or none
 *               v                   v           v          v               v                  v
 *             ended               ended       ended     LEAVING          ended              ended
 *
 *   IGNORING: a BYE was heard and is not going to be answered; ended after 64*T1.
 */
#include "base/id.h"
#include "sim/internal.h"

#define FAR_END_GONE_MS UINT64_C(600000) /* nobody cancelled a call that is never answered */

struct rw_sim_line *rw_sim_call_say(struct rw_sim_call *call, const char *event)
{
    struct rw_sim_line *line = &call->sim->line;

    rw_sim_line_begin(line, event, rw_slice_str(call->call_id));
    rw_sim_line_text(line, "script", rw_slice_str(call->plan.name));
    return line;
}

void rw_sim_call_say_code(struct rw_sim_call *call, const char *event, unsigned code)
{
    struct rw_sim_line *line = rw_sim_call_say(call, event);

    rw_sim_line_number(line, "code", code);
    rw_sim_line_end(line);
}

/* ---- end ---- */

static void destructor(void *arg)
{
    struct rw_sim_call *call = arg;

    tmr_cancel(&call->step);
    tmr_cancel(&call->repeat);
    hash_unlink(&call->he);
    rw_sim_audio_free(call->audio);
    mem_deref(call->transaction);
    mem_deref(call->bye);
    mem_deref(call->reinvite);
    mem_deref(call->info);
    mem_deref(call->answer);
    mem_deref(call->dialog);
    mem_deref(call->invite);
    mem_deref(call->call_id);
}

void rw_sim_call_end(struct rw_sim_call *call, const char *how)
{
    struct rw_sim *sim = call->sim;
    struct rw_sim_audio_counts sound = {.sent = 0};
    struct rw_sim_line *line = rw_sim_call_say(call, "ended");

    if (call->audio)
        sound = rw_sim_audio_counts(call->audio);
    rw_sim_line_text(line, "how", rw_slice_str(how));
    rw_sim_line_number(line, "rtp_sent", sound.sent);
    rw_sim_line_number(line, "rtp_received", sound.received);
    rw_sim_line_end(line);
    sim->counts.rtp_sent += sound.sent;
    sim->counts.rtp_received += sound.received;
    sim->counts.ended++;
    sim->live--;
    mem_deref(call);
    if (sim->options.exit_after && sim->counts.ended >= sim->options.exit_after && sim->live == 0 &&
        !sim->finished) {
        sim->finished = true;
        sim->options.finished(sim->options.arg);
    }
}

static void on_given_up(void *arg)
{
    rw_sim_call_end(arg, "abandoned");
}

void rw_sim_call_abandon_after(struct rw_sim_call *call, uint64_t ms)
{
    tmr_start(&call->step, ms, on_given_up, call);
}

/* ---- answers ---- */

/* False when it could not be sent; a final answer ends the transaction either way. */
bool rw_sim_call_reply(struct rw_sim_call *call, unsigned code, bool described)
{
    struct rw_buf tail;
    int failed = ENOMEM;

    rw_buf_init(&tail, 16384);
    rw_sim_call_write_tail(call, code, described, &tail);
    /* libre writes this into To: it may have changed since the last answer (forks) */
    call->invite->tag = call->tag;
    if (!tail.failed)
        failed = sip_treplyf(&call->transaction, code == 200 ? &call->answer : NULL, call->sim->sip,
                             call->invite, code > 100 && code < 300, (uint16_t)code,
                             code == 100 ? "Trying" : rw_sim_phrase(code), "%b", tail.p, tail.len);
    rw_buf_done(&tail);
    return !failed;
}

void rw_sim_call_refuse(struct rw_sim_call *call, unsigned code)
{
    call->sim->counts.rejected++;
    rw_sim_call_say_code(call, "rejected", code);
    (void)rw_sim_call_reply(call, code, false);
    rw_sim_call_end(call, "rejected");
}

static void on_no_ack(struct rw_sim_call *call)
{
    call->sim->counts.acks_missing++;
    rw_sim_line_end(rw_sim_call_say(call, "ack_missing"));
    rw_sim_call_hang_up(call); /* RFC 3261 section 13.3.1.4 */
}

/* A 200 is repeated by us, not by the transaction, until its ACK is there. */
static void on_repeat(void *arg)
{
    struct rw_sim_call *call = arg;
    uint64_t wait_ms = SIP_T1 << (call->answers < 4 ? call->answers : 3);

    if (call->answers >= 11) { /* 500, 1000, 2000 ms and then each 4 s: 64*T1 are over */
        on_no_ack(call);
        return;
    }
    if (wait_ms > SIP_T2)
        wait_ms = SIP_T2;
    call->answer->pos = 0;
    (void)sip_send(call->sim->sip, call->invite->sock, call->invite->tp, &call->answer_to,
                   call->answer);
    call->answers++;
    tmr_start(&call->repeat, wait_ms, on_repeat, call);
}

static bool answer(struct rw_sim_call *call);

/* A second telephone of the same subscriber: another dialog of the same INVITE. */
static void answer_again(struct rw_sim_call *first)
{
    struct rw_sim *sim = first->sim;
    struct rw_sim_call *call = mem_zalloc(sizeof(*call), destructor);

    if (!call)
        return;
    call->sim = sim;
    call->plan = first->plan;
    call->plan.quirks = 0;
    call->plan.name = "second_answer";
    call->remote = first->remote;
    call->own = first->own;
    call->tag = rw_random_u64();
    call->invite = mem_ref(first->invite);
    tmr_init(&call->step);
    tmr_init(&call->repeat);
    if (str_dup(&call->call_id, first->call_id)) {
        mem_deref(call);
        return;
    }
    hash_append(sim->calls, hash_joaat_str(call->call_id), &call->he, call);
    sim->live++;
    (void)answer(call);
}

/* False when it ended instead. */
static bool answer(struct rw_sim_call *call)
{
    struct pl rport;

    if (call->plan.quirks & RW_SIM_FORKS_EARLY)
        call->tag = rw_random_u64();
    call->invite->tag = call->tag;
    if (!rw_sim_call_open_sound(call) || sip_dialog_accept(&call->dialog, call->invite) ||
        !rw_sim_call_reply(call, 200, !(call->plan.quirks & RW_SIM_RELIABLE))) {
        rw_sim_call_refuse(call, 500);
        return false;
    }
    call->phase = RW_SIM_ANSWERED;
    call->sim->counts.answered++;
    rw_sim_call_say_code(call, "answered", 200);
    sip_reply_addr(&call->answer_to, call->invite,
                   !msg_param_exists(&call->invite->via.params, "rport", &rport));
    tmr_start(&call->repeat, SIP_T1, on_repeat, call);
    call->answers = 1;
    rw_sim_call_play(call, call->plan.sound);
    if (call->plan.quirks & RW_SIM_FORKS)
        answer_again(call);
    return true;
}

static void on_final(void *arg)
{
    struct rw_sim_call *call = arg;

    if (call->plan.final_code == 200)
        (void)answer(call);
    else
        rw_sim_call_refuse(call, call->plan.final_code);
}

static void wait_for_final(struct rw_sim_call *call, int32_t since_ms)
{
    int32_t wait_ms = call->plan.final_ms - since_ms;

    if (call->plan.final_ms == RW_SIM_NEVER)
        rw_sim_call_abandon_after(call, FAR_END_GONE_MS);
    else if (wait_ms <= 0)
        on_final(call);
    else
        tmr_start(&call->step, (uint64_t)wait_ms, on_final, call);
}

void rw_sim_call_rang(struct rw_sim_call *call)
{
    wait_for_final(call, call->plan.ring_ms);
}

static void on_ring(void *arg)
{
    struct rw_sim_call *call = arg;
    bool early = call->plan.early && rw_sim_call_open_sound(call);
    bool reliable = call->plan.quirks & RW_SIM_RELIABLE;

    if (reliable && !rw_sim_call_knows_reliable(call)) {
        rw_sim_call_refuse(call, 421);
        return;
    }
    call->phase = RW_SIM_RINGING;
    if (!rw_sim_call_reply(call, call->plan.ring_code, early)) {
        rw_sim_call_end(call, "unreachable");
        return;
    }
    rw_sim_call_say_code(call, "provisional", call->plan.ring_code);
    if (early)
        rw_sim_call_play(call, call->plan.early_sound);
    if (reliable)
        rw_sim_call_hold(call);
    else
        rw_sim_call_rang(call);
}

static void on_cancel(void *arg)
{
    struct rw_sim_call *call = arg;

    tmr_cancel(&call->step);
    tmr_cancel(&call->repeat);
    call->sim->counts.cancelled++;
    rw_sim_line_end(rw_sim_call_say(call, "cancelled"));
    if (call->plan.quirks & RW_SIM_ANSWERS_CANCELLED) {
        (void)answer(call);
        return;
    }
    if (call->plan.quirks & RW_SIM_IGNORES_CANCEL) {
        rw_sim_call_abandon_after(call, RW_SIM_LAST_RETRANSMISSION_MS);
        return;
    }
    (void)rw_sim_call_reply(call, 487, false);
    rw_sim_call_end(call, "cancelled");
}

/* ---- begin ---- */

static void write_codecs(const struct rw_sdp_codecs *codecs, char out[32])
{
    size_t n = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < codecs->audio_count; i++)
        n += (size_t)re_snprintf(out + n, 32 - n, "%s%u", n ? " " : "", codecs->audio[i]);
    if (codecs->event_pt)
        (void)re_snprintf(out + n, 32 - n, "%s%u", n ? " " : "", codecs->event_pt);
}

static void say_invite(struct rw_sim_call *call)
{
    const struct sip_msg *msg = call->invite;
    struct rw_sim_line *line;
    char peer[64] = "", codecs[32];

    if (call->sim->line.fd < 0)
        return;
    line = rw_sim_call_say(call, "invite");
    (void)re_snprintf(peer, sizeof(peer), "%J", &msg->src);
    write_codecs(&call->remote.codecs, codecs);
    rw_sim_line_text(line, "to", rw_sim_slice(&msg->uri.user));
    rw_sim_line_text(line, "from", rw_sim_slice(&msg->from.uri.user));
    rw_sim_line_text(line, "peer", rw_slice_str(peer));
    rw_sim_line_text(line, "transport", rw_slice_str(sip_transp_name(msg->tp)));
    rw_sim_line_text(line, "offered", rw_slice_str(codecs));
    if (call->own.suite != RW_SRTP_NONE)
        rw_sim_line_text(line, "srtp", rw_slice_str(rw_srtp_suite_name(call->own.suite)));
    rw_sim_line_end(line);
}

static void send_garbage(struct rw_sim_call *call)
{
    static const char text[] = "SIP/2.0 banana\r\n:::\r\n\r\n\x01\xff";
    struct mbuf *mb = mbuf_alloc(sizeof(text));

    if (!mb)
        return;
    (void)mbuf_write_mem(mb, (const uint8_t *)text, sizeof(text) - 1);
    mb->pos = 0;
    (void)sip_send(call->sim->sip, call->invite->sock, call->invite->tp, &call->invite->src, mb);
    mem_deref(mb);
}

static bool rings_first(const struct rw_sim_plan *plan)
{
    return plan->ring_ms != RW_SIM_NEVER &&
           (plan->final_ms == RW_SIM_NEVER || plan->ring_ms < plan->final_ms);
}

static void begin(struct rw_sim_call *call)
{
    struct rw_err err;

    if (rw_sim_call_read_offer(call, call->invite, &err) != RW_OK) {
        struct rw_sim_line *line = rw_sim_call_say(call, "bad_offer");

        rw_sim_line_text(line, "why", rw_slice_str(err.code));
        rw_sim_line_end(line);
        rw_sim_call_refuse(call, 488);
        return;
    }
    say_invite(call);
    rw_sim_call_read_extensions(call);
    if (call->plan.quirks & RW_SIM_GARBAGE)
        send_garbage(call);
    if (call->plan.quirks & RW_SIM_MUTE) {
        rw_sim_call_abandon_after(call, RW_SIM_LAST_RETRANSMISSION_MS + SIP_T2);
        return;
    }
    if (call->plan.ring_ms != 0 && call->plan.final_ms != 0)
        (void)rw_sim_call_reply(call, 100, false);
    if (!rings_first(&call->plan))
        wait_for_final(call, 0);
    else if (call->plan.ring_ms == 0)
        on_ring(call);
    else
        tmr_start(&call->step, (uint64_t)call->plan.ring_ms, on_ring, call);
}

bool rw_sim_call_begin(struct rw_sim *sim, const struct sip_msg *invite,
                       const struct rw_sim_plan *plan)
{
    struct rw_sim_call *call;

    if (sim->live >= RW_SIM_CALLS_MAX)
        return false;
    call = mem_zalloc(sizeof(*call), destructor);
    if (!call)
        return false;
    call->sim = sim;
    call->plan = *plan;
    call->tag = invite->tag;
    tmr_init(&call->step);
    tmr_init(&call->repeat);
    call->invite = mem_ref((void *)(uintptr_t)invite);
    if (pl_strdup(&call->call_id, &invite->callid) ||
        sip_strans_alloc(&call->transaction, sim->sip, invite, on_cancel, call)) {
        mem_deref(call);
        return false;
    }
    hash_append(sim->calls, hash_joaat_str(call->call_id), &call->he, call);
    sim->live++;
    sim->counts.calls++;
    begin(call);
    return true;
}
