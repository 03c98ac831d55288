/* Scripts with reliable provisional answers (RFC 3262) and session timers (RFC 4028). */
#include "sim/internal.h"

#include <stdlib.h>

#define RSEQ 1u
#define LAST_RING 11u /* 500, 1000, 2000 ms and then each 4 s: 64*T1 are over */

static bool has_timer(const struct rw_sim_call *call)
{
    return call->plan.quirks & (RW_SIM_REFRESHED | RW_SIM_FORGETS_REFRESH) && call->expires_s;
}

void rw_sim_call_read_extensions(struct rw_sim_call *call)
{
    const struct sip_hdr *expires = sip_msg_hdr(call->invite, SIP_HDR_SESSION_EXPIRES);

    if (expires && sip_msg_hdr_has_value(call->invite, SIP_HDR_SUPPORTED, "timer"))
        call->expires_s = pl_u32(&expires->val);
}

/* In an answer to a refresh the far end is the UAC, in the 200 to its INVITE as well. */
void rw_sim_call_write_extensions(const struct rw_sim_call *call, unsigned code, struct rw_buf *buf)
{
    if (call->plan.quirks & RW_SIM_RELIABLE && code > 100 && code < 200)
        rw_buf_printf(buf, "Require: 100rel\r\nRSeq: %u\r\n", RSEQ);
    if (code == 421)
        rw_buf_puts(buf, "Require: 100rel\r\n");
    if (!has_timer(call) || code != 200)
        return;
    rw_buf_printf(buf,
                  "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE\r\n"
                  "Session-Expires: %u;refresher=%s\r\n",
                  call->expires_s, call->plan.quirks & RW_SIM_REFRESHED ? "uac" : "uas");
    if (call->plan.quirks & RW_SIM_REFRESHED)
        rw_buf_puts(buf, "Require: timer\r\n");
}

/* ---- reliable ringing ---- */

bool rw_sim_call_knows_reliable(const struct rw_sim_call *call)
{
    return sip_msg_hdr_has_value(call->invite, SIP_HDR_SUPPORTED, "100rel") ||
           sip_msg_hdr_has_value(call->invite, SIP_HDR_REQUIRE, "100rel");
}

static void on_ring_again(void *arg)
{
    struct rw_sim_call *call = arg;

    if (call->rings == LAST_RING) {
        rw_sim_line_end(rw_sim_call_say(call, "prack_missing"));
        rw_sim_call_refuse(call, 504); /* section 3 */
        return;
    }
    (void)rw_sim_call_reply(call, call->plan.ring_code, call->plan.early);
    rw_sim_call_hold(call);
}

void rw_sim_call_hold(struct rw_sim_call *call)
{
    uint64_t wait_ms = SIP_T1 << (call->rings < 3 ? call->rings : 3);

    call->rings++;
    tmr_start(&call->repeat, wait_ms < SIP_T2 ? wait_ms : SIP_T2, on_ring_again, call);
}

void rw_sim_call_prack(struct rw_sim_call *call, const struct sip_msg *msg)
{
    const struct sip_hdr *rack = sip_msg_hdr(msg, SIP_HDR_RACK);
    bool holds = call->phase == RW_SIM_RINGING && call->rings && tmr_isrunning(&call->repeat);
    char due[40];

    if (holds)
        (void)re_snprintf(due, sizeof(due), "%u %u INVITE", RSEQ, call->invite->cseq.num);
    holds = holds && rack && !pl_strcmp(&rack->val, due);
    rw_sim_call_say_code(call, "prack", holds ? 200 : 481);
    (void)sip_treply(NULL, call->sim->sip, msg, holds ? 200 : 481,
                     rw_sim_phrase(holds ? 200 : 481));
    if (!holds)
        return;
    tmr_cancel(&call->repeat);
    rw_sim_call_rang(call);
}

/* ---- session timer ---- */

void rw_sim_call_update(struct rw_sim_call *call, const struct sip_msg *msg)
{
    struct rw_buf tail;

    rw_sim_line_end(rw_sim_call_say(call, "refreshed"));
    rw_buf_init(&tail, 16384);
    rw_sim_call_write_tail(call, 200, false, &tail);
    if (!tail.failed)
        (void)sip_treplyf(NULL, NULL, call->sim->sip, msg, false, 200, "OK", "%b", tail.p,
                          tail.len);
    rw_buf_done(&tail);
}
