/*
 * sip/question.h - what is asked of a trunk's far end outside of calls, from inside: the port of
 * trunk/question.h on the wire.
 *
 *     question.c   where a question goes, what an answer says, how a question ends
 *     options.c    OPTIONS to every address at once
 *     enrol.c      REGISTER to one after the other
 *
 *     question --located--> ask() --each address has answered or had its time--> over, told from the loop
 */
#ifndef RW_SIP_QUESTION_H
#define RW_SIP_QUESTION_H

#include "sip/auth.h"
#include "sip/core.h"
#include "sip/dialog.h"
#include "sip/transaction.h"
#include "trunk/question.h"

/* An address that is asked. */
struct rw_asked {
    struct rw_trunk_question *question;
    struct rw_sip_transaction *transaction; /* NULL = not under way */
    uint64_t sent_us;
};

struct rw_trunk_question {
    struct le le; /* of sip->questions */
    struct rw_sip *sip;
    void *arg;
    char *uri, *route;     /* of the target; route: as a header's value */
    struct rw_sip_hop hop; /* all but the peer */
    struct rw_sip_lookup *lookup;
    struct rw_sip_places places;
    struct tmr tmr; /* of patience; of the end, which is told from the loop */
    void (*ask)(struct rw_trunk_question *question); /* once it is known where */
    void (*tell)(struct rw_trunk_question *question);

    rw_trunk_answers_h *on_answers; /* of options() */
    struct rw_trunk_answers answers;
    struct rw_asked asked[RW_TRUNK_ADDRESSES]; /* a REGISTER uses the first */
    unsigned open;

    rw_trunk_enrolled_h *on_enrolled; /* of enrol() */
    struct rw_trunk_enrolled enrolled;
    enum rw_trunk_enrol_kind kind;
    uint32_t wanted_s;
    unsigned place; /* that is asked now */
    char *user, *password;
    struct rw_sip_auth *auth;
    struct rw_sip_dialog dialog; /* never one: what its requests have in common */
};

/* A question that has nowhere to go yet. */
RW_NODISCARD enum rw_class rw_question_new(struct rw_trunk_port *port,
                                           const struct rw_trunk_target *target, void *arg,
                                           struct rw_trunk_question **ret, struct rw_err *err);
/* Finds the addresses, then calls ask(). On failure the question is gone. */
RW_NODISCARD enum rw_class rw_question_begin(struct rw_trunk_question *question,
                                             const struct rw_trunk_target *target,
                                             struct rw_err *err);
void rw_question_over(struct rw_trunk_question *question); /* tell() is called soon */
void rw_question_drop(struct rw_trunk_question *question);

/* What identifies requests from `from_uri`; call_id NULL: a new one. */
RW_NODISCARD bool rw_question_name(const struct rw_trunk_question *question,
                                   struct rw_sip_dialog *dialog, const char *from_uri,
                                   const char *to_uri, const char *call_id);

/* Sends what stands in the scratch buffer to address number `place`. False: no memory. */
RW_NODISCARD bool rw_question_send(struct rw_trunk_question *question, struct rw_asked *asked,
                                   unsigned place, enum rw_sip_method method, uint64_t branch,
                                   rw_sip_answer_h *handler);

/*
 * What became of it, taken down; message NULL unless it was answered. False: the answer was provisional, and
 * nothing is taken; else the request is over.
 */
bool rw_question_take(struct rw_asked *asked, enum rw_sip_outcome outcome,
                      const struct rw_sip_message *message, struct rw_trunk_answer *ret);
/* Waits for its answer no longer; nothing is told. */
void rw_question_forget(struct rw_asked *asked);

void rw_sip_questions_drop(struct rw_sip *sip); /* frees them all; tells nobody */

enum rw_class rw_sip_options(struct rw_trunk_port *port, const struct rw_trunk_target *target,
                             rw_trunk_answers_h *handler, void *arg, struct rw_trunk_question **ret,
                             struct rw_err *err);
enum rw_class rw_sip_enrol(struct rw_trunk_port *port, const struct rw_trunk_target *target,
                           const struct rw_trunk_enrol *enrol, rw_trunk_enrolled_h *handler,
                           void *arg, struct rw_trunk_question **ret, struct rw_err *err);

#endif
