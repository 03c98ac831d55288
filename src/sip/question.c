#include "sip/question.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"
#include "sip/profile.h"
#include "sip/reason.h"

#include <stdio.h>

/* ------------------------------------------------------------------ life */

static enum rw_class check_target(const struct rw_trunk_target *target, struct rw_sip_uri *ret_next,
                                  struct rw_err *err)
{
    const char *credentials[] = {target->auth_user, target->auth_password};
    struct rw_sip_uri uri;

    if (!rw_sip_uri_text_is_safe(target->uri) || strlen(target->uri) > 255 ||
        !rw_sip_uri_parse(rw_slice_str(target->uri), &uri) ||
        (target->route && (!rw_sip_uri_text_is_safe(target->route) || strlen(target->route) > 255 ||
                           !rw_sip_uri_parse(rw_slice_str(target->route), &uri))))
        return rw_fail(err, RW_MALFORMED, "sip.bad_target", "the trunk's address is no SIP URI");
    for (unsigned i = 0; i < 2; i++)
        for (const char *p = credentials[i]; p && *p; p++)
            if ((unsigned char)*p < 0x20 || *p == 0x7f)
                return rw_fail(err, RW_MALFORMED, "sip.bad_target",
                               "the trunk's credentials hold a control character");
    if (rw_sip_uri_way(&uri) == RW_SIP_OTHER)
        return rw_fail(err, RW_MALFORMED, "sip.unsupported_transport",
                       "SIP goes over UDP, TCP or TLS here");
    *ret_next = uri;
    return RW_OK;
}

static bool copy_text(char **dst, const char *src)
{
    *dst = src ? rw_strdup(src) : NULL;
    return *dst || !src;
}

enum rw_class rw_question_new(struct rw_trunk_port *port, const struct rw_trunk_target *target,
                              void *arg, struct rw_trunk_question **ret, struct rw_err *err)
{
    struct rw_sip_uri next = {.port = 0};
    enum rw_class class = check_target(target, &next, err);
    struct rw_trunk_question *q;

    if (class)
        return class;
    q = rw_calloc(1, sizeof(*q));
    if (!q)
        return rw_fail_memory(err);
    q->sip = port->sip;
    q->arg = arg;
    q->hop.transport = rw_sip_uri_way(&next);
    q->hop.worker = (uint16_t)q->sip->index;
    list_append(&q->sip->questions, &q->le, q);
    q->route = target->route ? rw_sip_route_of(target->route) : NULL;
    if (!copy_text(&q->uri, target->uri) || (target->route && !q->route) ||
        !copy_text(&q->user, target->auth_user) ||
        !copy_text(&q->password, target->auth_password ? target->auth_password : "")) {
        rw_question_drop(q);
        return rw_fail_memory(err);
    }
    *ret = q;
    return RW_OK;
}

void rw_question_drop(struct rw_trunk_question *q)
{
    if (!q)
        return;
    list_unlink(&q->le);
    tmr_cancel(&q->tmr);
    rw_sip_lookup_cancel(q->lookup);
    for (unsigned i = 0; i < RW_TRUNK_ADDRESSES; i++)
        rw_question_forget(&q->asked[i]);
    rw_sip_auth_done(&q->auth);
    rw_sip_dialog_done(&q->dialog);
    rw_free(q->uri);
    rw_free(q->route);
    rw_free(q->user);
    rw_free(q->password);
    rw_free(q);
}

void rw_sip_questions_drop(struct rw_sip *sip)
{
    while (sip->questions.head)
        rw_question_drop(sip->questions.head->data);
}

static void on_over(void *arg)
{
    struct rw_trunk_question *q = arg;

    q->tell(q);
    rw_question_drop(q);
}

void rw_question_over(struct rw_trunk_question *q)
{
    tmr_start(&q->tmr, 0, on_over, q);
}

/* ------------------------------------------------------------------ where it goes */

static void on_located(const struct rw_sip_places *places, void *arg)
{
    struct rw_trunk_question *q = arg;

    q->lookup = NULL;
    q->places = *places;
    if (q->places.count)
        q->ask(q);
    else
        rw_question_over(q);
}

enum rw_class rw_question_begin(struct rw_trunk_question *q, const struct rw_trunk_target *target,
                                struct rw_err *err)
{
    struct rw_sip_uri next = {.port = 0};
    enum rw_class class = check_target(target, &next, err);

    if (!class && q->hop.transport == RW_SIP_TLS)
        class = rw_sip_profile_find(rw_sip_wire_profiles(q->sip->wire), &target->tls, target->id,
                                    next.host, &q->hop.profile, err);
    if (!class)
        class = rw_sip_locate(q->sip, &next, target->route ? NULL : target->places, &q->places,
                              on_located, q, &q->lookup, err);
    if (class)
        rw_question_drop(q);
    else if (!q->lookup)
        q->ask(q);
    return class;
}

/* ------------------------------------------------------------------ asking */

bool rw_question_name(const struct rw_trunk_question *q, struct rw_sip_dialog *dialog,
                      const char *from_uri, const char *to_uri, const char *call_id)
{
    char tag[RW_SIP_TAG], id[RW_ID_TEXT + 8];

    rw_sip_tag_write(tag, rw_random_u64());
    (void)snprintf(id, sizeof(id), "%02x-%s-q", q->sip->index, rw_id_new(q->sip->index).text);
    if (rw_sip_dialog_init(dialog, call_id ? call_id : id, NULL, from_uri, to_uri, tag, NULL))
        return false;
    if (copy_text(&dialog->target, q->uri) && copy_text(&dialog->routes, q->route))
        return true;
    rw_sip_dialog_done(dialog);
    return false;
}

bool rw_question_send(struct rw_trunk_question *q, struct rw_asked *asked, unsigned place,
                      enum rw_sip_method method, uint64_t branch, rw_sip_answer_h *handler)
{
    struct rw_sip_hop hop = q->hop;

    hop.peer = q->places.at[place];
    asked->question = q;
    asked->sent_us = rw_clock_mono_us();
    return rw_sip_transaction_send(q->sip, method, branch, &hop, rw_buf_slice(&q->sip->scratch),
                                   handler, asked, &asked->transaction, NULL) == RW_OK;
}

static void take_header(const struct rw_sip_message *m, const char *name, char *dst, size_t size)
{
    struct rw_slice rest = m->lines, value;

    dst[0] = '\0';
    if (rw_sip_message_next(&rest, name, 0, &value))
        (void)rw_text_clean(dst, size, value);
}

static void take_view(const struct rw_sip_message *m, struct rw_trunk_answer *ret)
{
    struct rw_slice received, port;
    char text[RW_TRUNK_ADDRESS];
    bool six;

    if (!rw_sip_param(m->via_params, "received", &received))
        return;
    if (!rw_sip_param(m->via_params, "rport", &port) || port.n == 0)
        port = RW_LIT("0");
    six = memchr(received.p, ':', received.n) && received.p[0] != '[';
    (void)snprintf(text, sizeof(text), six ? "[%.*s]:%.*s" : "%.*s:%.*s", RW_SLICE_ARG(received),
                   RW_SLICE_ARG(port));
    (void)rw_text_clean(ret->seen_as, sizeof(ret->seen_as), rw_slice_str(text));
}

static void take_message(const struct rw_sip_message *m, struct rw_trunk_answer *ret)
{
    ret->code = m->code;
    (void)rw_text_clean(ret->phrase, sizeof(ret->phrase), m->phrase);
    take_header(m, "server", ret->agent, sizeof(ret->agent));
    if (!ret->agent[0])
        take_header(m, "user-agent", ret->agent, sizeof(ret->agent));
    take_header(m, "allow", ret->allow, sizeof(ret->allow));
    take_header(m, "date", ret->date, sizeof(ret->date));
    take_view(m, ret);
}

void rw_question_forget(struct rw_asked *asked)
{
    if (!asked->transaction)
        return;
    rw_sip_transaction_hush(asked->transaction);
    rw_sip_transaction_forget(asked->transaction);
    asked->transaction = NULL;
}

bool rw_question_take(struct rw_asked *asked, enum rw_sip_outcome outcome,
                      const struct rw_sip_message *message, struct rw_trunk_answer *ret)
{
    const struct rw_trunk_question *q = asked->question;
    struct rw_tls_fault fault;

    if (outcome == RW_SIP_ANSWERED && message->code < 200)
        return false;
    asked->transaction = NULL;
    ret->rtt_us = (uint32_t)(rw_clock_mono_us() - asked->sent_us);
    if (outcome == RW_SIP_ANSWERED) {
        ret->outcome = RW_TRUNK_ANSWERED;
        take_message(message, ret);
    } else if (outcome == RW_SIP_UNSENT) {
        ret->outcome = RW_TRUNK_UNREACHABLE;
        if (q->hop.transport == RW_SIP_TLS &&
            rw_sip_profile_fault(rw_sip_wire_profiles(q->sip->wire), q->hop.profile, &fault)) {
            ret->reason = rw_sip_reason_of_fault(fault.kind);
            (void)snprintf(ret->what, sizeof(ret->what), "%s", fault.what);
        }
    } else {
        ret->outcome = RW_TRUNK_SILENT;
    }
    return true;
}

const struct rw_trunk_ops rw_sip_trunk_ops = {
    .options = rw_sip_options,
    .enrol = rw_sip_enrol,
    .drop = rw_question_drop,
};
