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
#define LAST_RETRANSMISSION_MS (UINT64_C(64) * SIP_T1)
#define REINVITE_AFTER_MS 1000

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

static void end(struct rw_sim_call *call, const char *how)
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
    end(arg, "abandoned");
}

static void on_bye_answer(int err, const struct sip_msg *msg, void *arg)
{
    struct rw_sim_call *call = arg;

    if (msg && msg->scode < 200)
        return;
    if (err || !msg) {
        call->sim->counts.byes_unanswered++;
        rw_sim_line_end(rw_sim_call_say(call, "bye_unanswered"));
        end(call, "bye_unanswered");
        return;
    }
    rw_sim_call_say_code(call, "bye_answered", msg->scode);
    end(call, "hung_up");
}

int rw_sim_call_sent(enum sip_transp tp, const struct sa *src, const struct sa *dst,
                     struct mbuf *mb, void *arg)
{
    (void)tp;
    (void)src;
    (void)dst;
    (void)mb;
    (void)arg;
    return 0;
}

static void hang_up(struct rw_sim_call *call)
{
    int failed;

    tmr_cancel(&call->step);
    tmr_cancel(&call->repeat);
    call->phase = RW_SIM_LEAVING;
    call->sim->counts.byes_sent++;
    rw_sim_line_end(rw_sim_call_say(call, "bye_sent"));
    failed = sip_drequestf(&call->bye, call->sim->sip, true, "BYE", call->dialog, 0, NULL,
                           rw_sim_call_sent, on_bye_answer, call,
                           "Reason: Q.850;cause=16\r\nContent-Length: 0\r\n\r\n");
    if (failed)
        end(call, "bye_failed");
}

static void on_hang_up(void *arg)
{
    hang_up(arg);
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
    end(call, "rejected");
}

static void on_no_ack(struct rw_sim_call *call)
{
    call->sim->counts.acks_missing++;
    rw_sim_line_end(rw_sim_call_say(call, "ack_missing"));
    hang_up(call); /* RFC 3261 section 13.3.1.4 */
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
        tmr_start(&call->step, FAR_END_GONE_MS, on_given_up, call);
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
        end(call, "unreachable");
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
        tmr_start(&call->step, LAST_RETRANSMISSION_MS, on_given_up, call);
        return;
    }
    (void)rw_sim_call_reply(call, 487, false);
    end(call, "cancelled");
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

/* SRTP whenever it is offered, unless the script knows better. */
static void choose_key(struct rw_sim_call *call)
{
    const struct rw_sdes *theirs = &call->remote.crypto;

    if (call->plan.answer == RW_SIM_SDP_CLEAR)
        call->remote.crypto.suite = RW_SRTP_NONE;
    if (call->own.suite == RW_SRTP_NONE)
        rw_random_bytes(call->own.key, sizeof(call->own.key));
    call->own.suite = theirs->suite;
    call->own.tag = theirs->tag;
}

/* RW_OK also when there is no offer at all: then ours stands in the 200. */
static enum rw_class read_offer(struct rw_sim_call *call, const struct sip_msg *msg,
                                struct rw_err *err)
{
    struct rw_slice body = {(const char *)mbuf_buf(msg->mb), mbuf_get_left(msg->mb)};
    enum rw_class class;

    if (body.n == 0)
        return RW_OK;
    class = rw_sdp_read(body, &rw_sdp_all_codecs, RW_SDP_EITHER,
                        call->sim->advertised.u.sa.sa_family, &call->remote, err);
    if (class == RW_OK)
        choose_key(call);
    return class;
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

    if (read_offer(call, call->invite, &err) != RW_OK) {
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
        tmr_start(&call->step, LAST_RETRANSMISSION_MS + SIP_T2, on_given_up, call);
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

/* ---- the dialog ---- */

static bool is_dialog_of(struct le *le, void *arg)
{
    const struct rw_sim_call *call = le->data;
    const struct sip_msg *msg = arg;
    char tag[17];

    (void)re_snprintf(tag, sizeof(tag), "%016llx", (unsigned long long)call->tag);
    return !pl_strcmp(&msg->callid, call->call_id) && !pl_strcmp(&msg->to.tag, tag);
}

struct rw_sim_call *rw_sim_call_find(struct rw_sim *sim, const struct sip_msg *msg)
{
    return list_ledata(
        hash_lookup(sim->calls, hash_joaat_pl(&msg->callid), is_dialog_of, (void *)(uintptr_t)msg));
}

static void say_request(struct rw_sim_call *call, const char *event, const struct sip_msg *msg)
{
    struct rw_sim_line *line = rw_sim_call_say(call, event);
    const struct sip_hdr *reason = sip_msg_hdr(msg, SIP_HDR_REASON);

    if (reason)
        rw_sim_line_text(line, "reason", rw_sim_slice(&reason->val));
    if (call->plan.quirks & RW_SIM_RECORD_ROUTE)
        rw_sim_line_flag(line, "route", sip_msg_hdr(msg, SIP_HDR_ROUTE) != NULL);
    rw_sim_line_end(line);
}

static void on_reinvite_answer(int err, const struct sip_msg *msg, void *arg)
{
    struct rw_sim_call *call = arg;

    if (msg && msg->scode < 200)
        return;
    if (!err && msg && msg->scode < 300)
        (void)sip_drequestf(NULL, call->sim->sip, false, "ACK", call->dialog, msg->cseq.num, NULL,
                            rw_sim_call_sent, NULL, NULL, "Content-Length: 0\r\n\r\n");
    rw_sim_call_say_code(call, "reinvite_answered", !err && msg ? msg->scode : 0);
}

static void on_reinvite(void *arg)
{
    struct rw_sim_call *call = arg;
    struct rw_buf tail;

    rw_buf_init(&tail, 16384);
    rw_sim_call_write_tail(call, 200, true, &tail);
    rw_sim_line_end(rw_sim_call_say(call, "reinvite_sent"));
    if (!tail.failed)
        (void)sip_drequestf(&call->reinvite, call->sim->sip, true, "INVITE", call->dialog, 0, NULL,
                            rw_sim_call_sent, on_reinvite_answer, call, "%b", tail.p, tail.len);
    rw_buf_done(&tail);
}

void rw_sim_call_ack(struct rw_sim_call *call, const struct sip_msg *msg)
{
    struct rw_err err;

    if (call->phase != RW_SIM_ANSWERED)
        return; /* of a repeated 200, or of a re-INVITE */
    tmr_cancel(&call->repeat);
    call->phase = RW_SIM_UP;
    call->sim->counts.acks++;
    say_request(call, "ack", msg);
    if (call->remote.codecs.audio_count == 0 && read_offer(call, msg, &err) == RW_OK &&
        call->audio && call->remote.codecs.audio_count) {
        rw_sim_call_aim(call);
        rw_sim_call_play(call, call->plan.sound);
    }
    call->invite = mem_deref(call->invite);
    call->answer = mem_deref(call->answer);
    if (call->plan.quirks & RW_SIM_REINVITES)
        tmr_start(&call->step, REINVITE_AFTER_MS, on_reinvite, call);
    else if (call->plan.quirks & RW_SIM_SENDS_INFO)
        rw_sim_call_send_keys(call);
    else if (call->plan.hangup_ms != RW_SIM_NEVER)
        tmr_start(&call->step, (uint64_t)call->plan.hangup_ms, on_hang_up, call);
}

void rw_sim_call_bye(struct rw_sim_call *call, const struct sip_msg *msg)
{
    struct sip *sip = call->sim->sip;

    call->sim->counts.byes_received++;
    say_request(call, "bye_received", msg);
    if (call->plan.quirks & RW_SIM_IGNORES_BYE) {
        if (call->phase != RW_SIM_IGNORING) {
            call->phase = RW_SIM_IGNORING;
            tmr_cancel(&call->repeat);
            tmr_start(&call->step, LAST_RETRANSMISSION_MS + SIP_T2, on_given_up, call);
        }
        return;
    }
    if (call->plan.quirks & RW_SIM_FORGETS_CALL) {
        (void)sip_treply(NULL, sip, msg, 481, rw_sim_phrase(481));
        end(call, "forgotten");
        return;
    }
    if (call->phase == RW_SIM_LEAVING) { /* glare: both hang up; our own BYE's answer ends it */
        (void)sip_treply(NULL, sip, msg, 200, "OK");
        return;
    }
    if (call->plan.quirks & RW_SIM_BYE_GLARE) {
        struct sip_msg *bye = mem_ref((void *)(uintptr_t)msg);

        /* the answer to theirs goes first when ours can't be sent and ends the call at once */
        hang_up(call);
        (void)sip_treply(NULL, sip, bye, 200, "OK");
        mem_deref(bye);
        return;
    }
    (void)sip_treply(NULL, sip, msg, 200, "OK");
    end(call, "far_end");
}

void rw_sim_call_reinvite(struct rw_sim_call *call, const struct sip_msg *msg)
{
    struct rw_sdp before = call->remote;
    struct rw_buf tail;
    struct rw_err err;

    rw_sim_line_end(rw_sim_call_say(
        call, call->plan.quirks & RW_SIM_REFRESHED ? "refreshed" : "reinvite_received"));
    if (call->phase != RW_SIM_UP || read_offer(call, msg, &err) != RW_OK) {
        call->remote = before;
        (void)sip_treply(NULL, call->sim->sip, msg, call->phase != RW_SIM_UP ? 491 : 488,
                         rw_sim_phrase(call->phase != RW_SIM_UP ? 491 : 488));
        return;
    }
    rw_sim_call_aim(call);
    rw_buf_init(&tail, 16384);
    rw_sim_call_write_tail(call, 200, true, &tail);
    if (!tail.failed)
        (void)sip_treplyf(NULL, NULL, call->sim->sip, msg, false, 200, "OK", "%b", tail.p,
                          tail.len);
    rw_buf_done(&tail);
}
