/*
 * One REGISTER (RFC 3261, section 10.2): to one address after the other until one answers, and again
 * with credentials where it asks for them.
 *
 *     ask place 0 --silence, unreachable, 503--> place 1 --> ...     the last one's fate is told
 *         '--401, 407--> the same with credentials
 *         '--any other final answer--> told
 */
#include "base/id.h"
#include "sip/binding.h"
#include "sip/question.h"

#include <stdio.h>

static void ask(struct rw_trunk_question *q);

static void ask_next_place(struct rw_trunk_question *q)
{
    if (q->place + 1 >= q->places.count) {
        rw_question_over(q);
        return;
    }
    q->place++;
    rw_sip_auth_done(&q->auth);
    q->dialog.local_cseq++;
    ask(q);
}

/* True when it is asked again, with credentials. */
static bool answer_challenge(struct rw_trunk_question *q, const struct rw_sip_message *m)
{
    struct rw_sip_credentials who = {.user = rw_slice_str(q->user),
                                     .password = rw_slice_str(q->password),
                                     .method = RW_SIP_REGISTER,
                                     .uri = rw_sip_dialog_uri(&q->dialog)};
    struct rw_sip_challenge challenge;
    bool told = q->auth != NULL;

    if (m->code != 401 && m->code != 407)
        return false;
    for (uint32_t i = 0; i < m->header_count; i++)
        if (rw_sip_challenge_parse(m->headers[i].value, &challenge))
            (void)rw_text_clean(q->enrolled.realm, sizeof(q->enrolled.realm), challenge.realm);
    q->enrolled.challenged = true;
    if (rw_sip_auth_answer(&q->auth, m, &who)) {
        q->dialog.local_cseq++;
        ask(q);
        return true;
    }
    q->enrolled.refused_credentials = told;
    return false;
}

static void heard(struct rw_trunk_question *q, const struct rw_sip_message *m)
{
    struct rw_slice host = rw_slice_str(rw_sip_wire_host(q->sip->wire));
    struct rw_sip_binding binding;

    if (answer_challenge(q, m))
        return;
    if (host.n > 2 && host.p[0] == '[')
        host = (struct rw_slice){host.p + 1, host.n - 2};
    binding = rw_sip_binding_read(m, host, rw_sip_wire_port(q->sip->wire), q->wanted_s);
    q->enrolled.expires_s = q->kind == RW_TRUNK_ENROL ? binding.expires_s : 0;
    q->enrolled.min_expires_s = binding.min_expires_s;
    q->enrolled.retry_after_s = binding.retry_after_s;
    if (m->code == 503)
        ask_next_place(q);
    else
        rw_question_over(q);
}

static void on_answer(enum rw_sip_outcome outcome, const struct rw_sip_message *message,
                      const struct rw_sip_hop *from, void *arg)
{
    struct rw_asked *asked = arg;
    struct rw_trunk_question *q = asked->question;

    (void)from;
    if (!rw_question_take(asked, outcome, message, &q->enrolled.answer))
        return;
    tmr_cancel(&q->tmr);
    if (outcome == RW_SIP_ANSWERED)
        heard(q, message);
    else
        ask_next_place(q);
}

static void on_patience_over(void *arg)
{
    struct rw_trunk_question *q = arg;

    rw_question_forget(&q->asked[0]);
    on_answer(RW_SIP_TIMED_OUT, NULL, NULL, &q->asked[0]);
}

static bool compose(struct rw_trunk_question *q, uint64_t branch)
{
    struct rw_buf *buf = &q->sip->scratch;

    rw_sip_dialog_put(buf, &q->dialog, q->sip->wire, RW_SIP_REGISTER, q->dialog.local_cseq,
                      q->hop.transport, branch);
    if (q->kind != RW_TRUNK_LOOK) {
        rw_sip_put_contact(buf, q->sip->wire, q->hop.transport, false);
        rw_buf_puts(buf, "Expires: ");
        rw_buf_putu(buf, q->kind == RW_TRUNK_ENROL ? q->wanted_s : 0);
        rw_buf_puts(buf, "\r\n");
    }
    rw_sip_auth_put(q->auth, buf);
    rw_sip_put_capabilities(buf, 0);
    return rw_sip_put_end(buf, (struct rw_slice){NULL, 0});
}

static void ask(struct rw_trunk_question *q)
{
    uint64_t branch = rw_random_u64();

    q->enrolled.answer = (struct rw_trunk_answer){.outcome = RW_TRUNK_SILENT};
    rw_sip_peer_text(&q->places.at[q->place], q->enrolled.answer.address, RW_TRUNK_ADDRESS);
    q->enrolled.cseq = q->dialog.local_cseq;
    if (compose(q, branch) &&
        rw_question_send(q, &q->asked[0], q->place, RW_SIP_REGISTER, branch, on_answer))
        tmr_start(&q->tmr, RW_TRUNK_PATIENCE_MS, on_patience_over, q);
    else
        rw_question_over(q);
}

static void tell(struct rw_trunk_question *q)
{
    q->on_enrolled(&q->enrolled, q->arg);
}

/* "sip:user@host": who is registered. What can't stand in a URI is escaped (section 25.1). */
static bool write_address(const struct rw_trunk_target *target, char *dst, size_t size)
{
    const char *user = target->user ? target->user : target->auth_user;
    struct rw_slice host = rw_slice_str(target->domain);
    struct rw_sip_uri uri;
    struct rw_buf buf;
    bool fits, six;

    if (!user || !user[0] || !rw_sip_uri_parse(rw_slice_str(target->uri), &uri))
        return false;
    if (!host.n)
        host = uri.host;
    six = memchr(host.p, ':', host.n) && host.p[0] != '[';
    rw_buf_init(&buf, size - 1);
    rw_buf_puts(&buf, "sip:");
    for (const unsigned char *p = (const unsigned char *)user; *p; p++) {
        bool plain = (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
                     (*p >= 'a' && *p <= 'z') || strchr("-_.!~*'()+", *p);

        rw_buf_printf(&buf, plain ? "%c" : "%%%02X", *p);
    }
    rw_buf_puts(&buf, six ? "@[" : "@");
    rw_buf_put(&buf, host);
    rw_buf_puts(&buf, six ? "]" : "");
    fits = !buf.failed && rw_slice_copy(dst, size, rw_buf_slice(&buf));
    rw_buf_done(&buf);
    return fits;
}

enum rw_class rw_sip_enrol(struct rw_trunk_port *port, const struct rw_trunk_target *target,
                           const struct rw_trunk_enrol *enrol, rw_trunk_enrolled_h *handler,
                           void *arg, struct rw_trunk_question **ret, struct rw_err *err)
{
    struct rw_trunk_question *q;
    enum rw_class class = rw_question_new(port, target, arg, &q, err);
    char address[256];

    if (class)
        return class;
    if (!write_address(target, address, sizeof(address)) || !rw_sip_uri_text_is_safe(address)) {
        rw_question_drop(q);
        return rw_fail(err, RW_MALFORMED, "sip.bad_target",
                       "a trunk without a user has nobody to be registered");
    }
    if (!rw_question_name(q, &q->dialog, address, address, enrol->call_id)) {
        rw_question_drop(q);
        return rw_fail_memory(err);
    }
    q->dialog.local_cseq = enrol->cseq ? enrol->cseq : 1;
    q->kind = enrol->kind;
    q->wanted_s = enrol->expires_s;
    q->on_enrolled = handler;
    q->ask = ask;
    q->tell = tell;
    class = rw_question_begin(q, target, err);
    if (class == RW_OK)
        *ret = q;
    return class;
}
