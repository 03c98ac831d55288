/* Keys by INFO: those that come are told, those of a script are sent. */
#include "base/id.h"
#include "sim/internal.h"
#include "sip/info.h"

#define FIRST_KEY_MS 300
#define KEY_PERIOD_MS 320
#define KEY_MS 160

static void on_key_due(void *arg);

static void on_answer(int err, const struct sip_msg *msg, void *arg)
{
    struct rw_sim_call *call = arg;

    if (msg && msg->scode < 200)
        return;
    rw_sim_call_say_code(call, "info_answered", !err && msg ? msg->scode : 0);
}

static void on_key_due(void *arg)
{
    struct rw_sim_call *call = arg;
    const struct rw_key key = {RW_SIM_DIGITS[call->keys_sent], KEY_MS};
    struct rw_buf body;

    if (!key.sign)
        return;
    call->keys_sent++;
    rw_buf_init(&body, 64);
    rw_sip_info_put(&body, &key);
    if (!body.failed)
        (void)sip_drequestf(&call->info, call->sim->sip, true, "INFO", call->dialog, 0, NULL,
                            rw_sim_call_sent, on_answer, call,
                            "Content-Type: " RW_SIP_KEY_TYPE "\r\nContent-Length: %zu\r\n\r\n%b",
                            body.len, body.p, body.len);
    rw_buf_done(&body);
    tmr_start(&call->step, KEY_PERIOD_MS, on_key_due, call);
}

void rw_sim_call_send_keys(struct rw_sim_call *call)
{
    tmr_start(&call->step, FIRST_KEY_MS, on_key_due, call);
}

void rw_sim_call_info(struct rw_sim_call *call, const struct sip_msg *msg)
{
    struct rw_slice body = {(const char *)mbuf_buf(msg->mb), mbuf_get_left(msg->mb)};
    char type[64] = "";
    struct rw_sim_line *line;
    struct rw_key key;

    (void)re_snprintf(type, sizeof(type), "%r/%r", &msg->ctyp.type, &msg->ctyp.subtype);
    if (rw_sip_info_read(rw_slice_str(type), body, &key) != RW_SIP_INFO_KEY) {
        (void)sip_treply(NULL, call->sim->sip, msg, 415, rw_sim_phrase(415));
        return;
    }
    line = rw_sim_call_say(call, "digit_heard");
    rw_sim_line_text(line, "digit", (struct rw_slice){&key.sign, 1});
    rw_sim_line_text(line, "as", RW_LIT("info"));
    rw_sim_line_number(line, "ms", key.ms);
    rw_sim_line_end(line);
    (void)sip_treply(NULL, call->sim->sip, msg, 200, "OK");
}
