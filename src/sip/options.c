/* OPTIONS outside of dialogs, to every address of a trunk at once (RFC 3261, section 11). */
#include "base/id.h"
#include "sip/question.h"

#include <stdio.h>

static void close_one(struct rw_trunk_question *q)
{
    if (--q->open == 0)
        rw_question_over(q);
}

static void on_answer(enum rw_sip_outcome outcome, const struct rw_sip_message *message,
                      const struct rw_sip_hop *from, void *arg)
{
    struct rw_asked *asked = arg;
    struct rw_trunk_question *q = asked->question;

    (void)from;
    if (rw_question_take(asked, outcome, message, &q->answers.at[asked - q->asked]))
        close_one(q);
}

/* Those who have said nothing so far are silent. */
static void on_patience_over(void *arg)
{
    struct rw_trunk_question *q = arg;

    for (unsigned i = 0; i < q->places.count; i++) {
        struct rw_asked *asked = &q->asked[i];

        if (!asked->transaction)
            continue;
        rw_question_forget(asked);
        on_answer(RW_SIP_TIMED_OUT, NULL, NULL, asked);
    }
}

static bool compose(struct rw_trunk_question *q, uint64_t branch)
{
    struct rw_buf *buf = &q->sip->scratch;
    struct rw_sip_dialog dialog;
    char from[300];

    (void)snprintf(from, sizeof(from), "sip:ringwright@%s:%u", rw_sip_wire_host(q->sip->wire),
                   rw_sip_wire_port(q->sip->wire));
    if (!rw_question_name(q, &dialog, from, q->uri, NULL))
        return false;
    rw_sip_dialog_put(buf, &dialog, q->sip->wire, RW_SIP_OPTIONS, 1, q->hop.transport, branch);
    rw_sip_dialog_done(&dialog);
    rw_sip_put_contact(buf, q->sip->wire, q->hop.transport, false);
    rw_buf_puts(buf, "Accept: application/sdp\r\n");
    return rw_sip_put_end(buf, (struct rw_slice){NULL, 0});
}

static void ask(struct rw_trunk_question *q)
{
    q->answers.count = q->open = q->places.count;
    tmr_start(&q->tmr, RW_TRUNK_PATIENCE_MS, on_patience_over, q);
    for (unsigned i = 0; i < q->places.count; i++) {
        uint64_t branch = rw_random_u64();

        rw_sip_peer_text(&q->places.at[i], q->answers.at[i].address, RW_TRUNK_ADDRESS);
        if (!compose(q, branch) ||
            !rw_question_send(q, &q->asked[i], i, RW_SIP_OPTIONS, branch, on_answer))
            close_one(q); /* silent, as far as anybody can say */
    }
}

static void tell(struct rw_trunk_question *q)
{
    q->on_answers(&q->answers, q->arg);
}

enum rw_class rw_sip_options(struct rw_trunk_port *port, const struct rw_trunk_target *target,
                             rw_trunk_answers_h *handler, void *arg, struct rw_trunk_question **ret,
                             struct rw_err *err)
{
    struct rw_trunk_question *q;
    enum rw_class class = rw_question_new(port, target, arg, &q, err);

    if (class)
        return class;
    q->on_answers = handler;
    q->ask = ask;
    q->tell = tell;
    class = rw_question_begin(q, target, err);
    if (class == RW_OK)
        *ret = q;
    return class;
}
