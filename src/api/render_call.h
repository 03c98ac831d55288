/*
 * api/render_call.h - a conversation, as its log tells it, in the contract's two shapes.
 *
 * CallConversation (participants are flat) is what conversations/calls answers with; Conversation
 * (participants have a list of calls) is what changes of a call answer with.
 */
#ifndef RW_API_RENDER_CALL_H
#define RW_API_RENDER_CALL_H

#include "api/request.h"
#include "event/view.h"
#include "json/write.h"

void rw_render_call_conversation(struct rw_json_writer *w, const char *key,
                                 const struct rw_conversation_view *view);
void rw_render_conversation(struct rw_json_writer *w, const char *key,
                            const struct rw_conversation_view *view);

/* Reads a conversation with its participants and events and folds them. Lives in the request's arena. */
RW_NODISCARD enum rw_class rw_conversation_read(const struct rw_request *r,
                                                const struct rw_row_conversation *row,
                                                struct rw_conversation_view *ret,
                                                struct rw_err *err);

#endif
