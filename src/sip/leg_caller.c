/*
 * What an INVITE says of its caller beside From: P-Asserted-Identity and P-Preferred-Identity (RFC 3325,
 * section 9), Privacy (RFC 3323, section 4.2; its "id" is RFC 3325's, section 9.3) and Diversion (RFC 5806).
 * The lines are written once, for every INVITE of the leg.
 */
#include "base/mem.h"
#include "sip/session.h"

static void put_uri(struct rw_buf *buf, const char *name, const char *uri, const char *params)
{
    if (!uri)
        return;
    rw_buf_puts(buf, name);
    rw_buf_puts(buf, ": <");
    rw_buf_puts(buf, uri);
    rw_buf_putc(buf, '>');
    rw_buf_puts(buf, params);
    rw_buf_puts(buf, "\r\n");
}

bool rw_leg_caller_init(struct rw_leg *leg, const struct rw_leg_caller *caller)
{
    struct rw_buf buf;

    if (!caller->asserted && !caller->preferred && !caller->diverted && !caller->withheld)
        return true;
    rw_buf_init(&buf, RW_SIP_DIALOG_TEXT_MAX);
    put_uri(&buf, "P-Asserted-Identity", caller->asserted, "");
    put_uri(&buf, "P-Preferred-Identity", caller->preferred, "");
    if (caller->withheld)
        rw_buf_puts(&buf, "Privacy: id\r\n");
    put_uri(&buf, "Diversion", caller->diverted, ";reason=unconditional");
    if (buf.failed) {
        rw_buf_done(&buf);
        return false;
    }
    leg->caller = buf.p; /* the buffer's memory is ours from here on */
    return true;
}
