/* A call's dialog, from its ACK on: requests of the far end, and ours: BYE, re-INVITE. */
#include "sim/internal.h"

#define REINVITE_AFTER_MS 1000

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

static void on_bye_answer(int err, const struct sip_msg *msg, void *arg)
{
    struct rw_sim_call *call = arg;

    if (msg && msg->scode < 200)
        return;
    if (err || !msg) {
        call->sim->counts.byes_unanswered++;
        rw_sim_line_end(rw_sim_call_say(call, "bye_unanswered"));
        rw_sim_call_end(call, "bye_unanswered");
        return;
    }
    rw_sim_call_say_code(call, "bye_answered", msg->scode);
    rw_sim_call_end(call, "hung_up");
}

void rw_sim_call_hang_up(struct rw_sim_call *call)
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
        rw_sim_call_end(call, "bye_failed");
}

static void on_hang_up(void *arg)
{
    rw_sim_call_hang_up(arg);
}

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
    if (call->remote.codecs.audio_count == 0 && rw_sim_call_read_offer(call, msg, &err) == RW_OK &&
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
            rw_sim_call_abandon_after(call, RW_SIM_LAST_RETRANSMISSION_MS + SIP_T2);
        }
        return;
    }
    if (call->plan.quirks & RW_SIM_FORGETS_CALL) {
        (void)sip_treply(NULL, sip, msg, 481, rw_sim_phrase(481));
        rw_sim_call_end(call, "forgotten");
        return;
    }
    if (call->phase == RW_SIM_LEAVING) { /* glare: both hang up; our own BYE's answer ends it */
        (void)sip_treply(NULL, sip, msg, 200, "OK");
        return;
    }
    if (call->plan.quirks & RW_SIM_BYE_GLARE) {
        struct sip_msg *bye = mem_ref((void *)(uintptr_t)msg);

        /* the answer to theirs goes first when ours can't be sent and ends the call at once */
        rw_sim_call_hang_up(call);
        (void)sip_treply(NULL, sip, bye, 200, "OK");
        mem_deref(bye);
        return;
    }
    (void)sip_treply(NULL, sip, msg, 200, "OK");
    rw_sim_call_end(call, "far_end");
}

void rw_sim_call_reinvite(struct rw_sim_call *call, const struct sip_msg *msg)
{
    struct rw_sdp before = call->remote;
    struct rw_buf tail;
    struct rw_err err;

    rw_sim_line_end(rw_sim_call_say(
        call, call->plan.quirks & RW_SIM_REFRESHED ? "refreshed" : "reinvite_received"));
    if (call->phase != RW_SIM_UP || rw_sim_call_read_offer(call, msg, &err) != RW_OK) {
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
