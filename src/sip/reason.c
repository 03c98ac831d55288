#include "sip/reason.h"

#include "base/err.h"
#include "call/reason.h"
#include "sip/compose.h"

static bool parse_cause(struct rw_slice params, uint16_t max, uint16_t *ret)
{
    struct rw_slice text;
    uint32_t value = 0;

    if (!rw_sip_param(params, "cause", &text) || text.n == 0 || text.n > 3)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        value = value * 10 + (uint32_t)(text.p[i] - '0');
    }
    if (value == 0 || value > max)
        return false;
    *ret = (uint16_t)value;
    return true;
}

void rw_sip_reason_parse(struct rw_slice value, uint16_t *q850, uint16_t *sip_code)
{
    struct rw_slice one, protocol;

    while (rw_sip_next_element(&value, &one)) {
        const char *semicolon = memchr(one.p, ';', one.n);

        if (!semicolon)
            continue;
        protocol = rw_sip_trim((struct rw_slice){one.p, (size_t)(semicolon - one.p)});
        one = rw_slice_from(one, (size_t)(semicolon - one.p));
        if (rw_slice_ieq(protocol, RW_LIT("Q.850")))
            (void)parse_cause(one, 127, q850);
        else if (rw_slice_ieq(protocol, RW_LIT("SIP")))
            (void)parse_cause(one, 699, sip_code);
    }
}

struct rw_ending rw_sip_reason_ending(const struct rw_sip_message *message)
{
    struct rw_ending ending = {.disconnect = RW_DISC_NONE};
    uint16_t in_header = 0;

    for (uint32_t i = 0; i < message->header_count; i++)
        if (message->headers[i].kind == RW_SIP_H_REASON)
            rw_sip_reason_parse(message->headers[i].value, &ending.q850, &in_header);
    ending.sip_code = message->request ? in_header : message->code;
    if (!message->request)
        (void)rw_text_clean(ending.sip_reason, sizeof(ending.sip_reason), message->phrase);
    return ending;
}

void rw_sip_reason_put(struct rw_buf *buf, const struct rw_ending *why)
{
    if (why->q850) {
        rw_buf_put(buf, RW_LIT("Reason: Q.850;cause="));
        rw_buf_putu(buf, why->q850);
        rw_buf_put(buf, RW_LIT("\r\n"));
    }
    if (why->sip_code >= 300) {
        rw_buf_put(buf, RW_LIT("Reason: SIP;cause="));
        rw_buf_putu(buf, why->sip_code);
        if (why->sip_reason[0]) {
            rw_buf_put(buf, RW_LIT(";text="));
            rw_sip_put_quoted(buf, rw_slice_str(why->sip_reason));
        }
        rw_buf_put(buf, RW_LIT("\r\n"));
    }
}

const char *rw_sip_reason_of_fault(enum rw_tls_fault_kind kind)
{
    static const char *const words[] = {[RW_TLS_UNTRUSTED] = RW_REASON_CARRIER_UNTRUSTED,
                                        [RW_TLS_WRONG_NAME] = RW_REASON_CARRIER_WRONG_NAME,
                                        [RW_TLS_OUT_OF_DATE] = RW_REASON_CARRIER_OUT_OF_DATE,
                                        [RW_TLS_BROKEN] = RW_REASON_CARRIER_TLS};

    return words[kind];
}
