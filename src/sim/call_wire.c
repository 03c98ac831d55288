/* What the far end offers, and what an answer of the simulator says behind the headers that libre copies. */
#include "base/id.h"
#include "sim/internal.h"

#define HUGE_CONTACT 3000

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

enum rw_class rw_sim_call_read_offer(struct rw_sim_call *call, const struct sip_msg *msg,
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

/* What is answered, and so also what is sent. */
struct rw_sdp_codecs rw_sim_call_codecs(const struct rw_sim_call *call)
{
    struct rw_sdp_codecs codecs = rw_sdp_all_codecs;

    if (call->remote.codecs.audio_count)
        codecs = call->remote.codecs;
    if (call->plan.answer == RW_SIM_SDP_PCMA)
        codecs = (struct rw_sdp_codecs){{RW_RTP_PCMA}, 1, codecs.event_pt};
    if (call->plan.answer == RW_SIM_SDP_EVENT_96 && codecs.event_pt)
        codecs.event_pt = 96;
    return codecs;
}

static void write_description(struct rw_sim_call *call, struct rw_buf *buf)
{
    struct rw_media_addr here = call->sim->advertised;
    struct rw_sdp_codecs codecs = rw_sim_call_codecs(call);
    enum rw_sim_answer kind = call->plan.answer;
    struct rw_sdp_local local = {.security = RW_SDP_PLAIN};
    bool refused = kind == RW_SIM_SDP_REFUSED;

    if (kind == RW_SIM_SDP_MISSING)
        return;
    if (kind == RW_SIM_SDP_GARBAGE) {
        rw_buf_puts(buf, "this is no session description\r\n");
        return;
    }
    if (kind == RW_SIM_SDP_G729)
        codecs = (struct rw_sdp_codecs){{18}, 1, 0};
    rw_media_addr_set_port(&here, refused       ? 0
                                  : call->audio ? rw_sim_audio_port(call->audio)
                                                : call->sim->sink.port);
    local.rtp = &here;
    local.codecs = &codecs;
    local.direction = kind == RW_SIM_SDP_HELD ? "inactive" : "sendrecv";
    local.session_id = call->tag >> 2;
    if (call->own.suite != RW_SRTP_NONE) {
        local.security = call->remote.sealed ? RW_SDP_SEALED : RW_SDP_EITHER;
        local.crypto = &call->own;
        local.crypto_count = kind != RW_SIM_SDP_BAD_KEY;
    }
    rw_sdp_write(buf, &local);
    if (local.crypto && kind == RW_SIM_SDP_BAD_KEY)
        rw_buf_printf(buf, "a=crypto:%u %s inline:c2hvcnQ\r\n", call->own.tag,
                      rw_srtp_suite_name(call->own.suite));
}

static void write_contact(const struct rw_sim_call *call, struct rw_buf *buf)
{
    if (call->plan.quirks & RW_SIM_NO_CONTACT)
        return;
    rw_buf_printf(buf, "Contact: <sip:%s", call->sim->contact);
    if (call->invite && call->invite->tp == SIP_TRANSP_TCP)
        rw_buf_puts(buf, ";transport=tcp");
    if (call->invite && call->invite->tp == SIP_TRANSP_TLS)
        rw_buf_puts(buf, ";transport=tls");
    if (call->plan.quirks & RW_SIM_HUGE_CONTACT) {
        rw_buf_puts(buf, ";x=");
        for (int i = 0; i < HUGE_CONTACT; i++)
            rw_buf_putc(buf, 'a');
    }
    rw_buf_puts(buf, ">\r\n");
    if (call->plan.quirks & RW_SIM_RECORD_ROUTE)
        rw_buf_printf(buf, "Record-Route: <sip:%s;lr>\r\n", call->sim->address);
}

/* Headers and body behind those that libre copies from the request. */
void rw_sim_call_write_tail(struct rw_sim_call *call, unsigned code, bool described,
                            struct rw_buf *buf)
{
    struct rw_buf body;

    rw_buf_init(&body, RW_SDP_TEXT_MAX);
    if (code > 100 && code < 300)
        write_contact(call, buf);
    if (code >= 300 && code < 400)
        rw_buf_printf(buf, "Contact: <sip:redirected@%s>\r\n", call->sim->address);
    if (code >= 300 && call->plan.q850)
        rw_buf_printf(buf, "Reason: Q.850;cause=%u\r\n", call->plan.q850);
    if (code >= 300 && call->plan.quirks & RW_SIM_RETRY_AFTER)
        rw_buf_puts(buf, "Retry-After: 30\r\n");
    rw_sim_call_write_extensions(call, code, buf);
    if (described)
        write_description(call, &body);
    if (body.len)
        rw_buf_puts(buf, "Content-Type: application/sdp\r\n");
    rw_buf_printf(buf, "Content-Length: %zu\r\n\r\n", body.len);
    rw_buf_put(buf, rw_buf_slice(&body));
    buf->failed |= body.failed;
    rw_buf_done(&body);
}
