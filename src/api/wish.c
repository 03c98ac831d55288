#include "api/wish.h"

#include <string.h>

static struct rw_slice string_of(const json_t *value)
{
    if (!json_is_string(value))
        return (struct rw_slice){NULL, 0};
    return (struct rw_slice){json_string_value(value), json_string_length(value)};
}

const char *const rw_wish_names[RW_WISH_MEMBERS] = {
    [RW_WISH_TO] = "to",
    [RW_WISH_PHONE_NUMBER] = "phoneNumber",
    [RW_WISH_CALL_USER_ID] = "callUserId",
    [RW_WISH_CALL_QUEUE_ID] = "callQueueId",
    [RW_WISH_PARTICIPANTS] = "participants",
    [RW_WISH_CONVERSATION_IDS] = "conversationIds",
    [RW_WISH_FROM] = "from",
    [RW_WISH_CALLER_ID] = "callerId",
    [RW_WISH_CALLER_ID_NAME] = "callerIdName",
    [RW_WISH_PROVIDER_ID] = "providerId",
};

/* The members in one walk: every call passes here, and looking each name up costs more. */
static uint32_t collect(const json_t *body, const json_t *ret[RW_WISH_MEMBERS])
{
    json_t *object = (json_t *)body; /* jansson's walk takes no const, and changes nothing */
    uint32_t said = 0;
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        unsigned i = 0;

        while (i < RW_WISH_MEMBERS && strcmp(name, rw_wish_names[i]) != 0)
            i++;
        if (i == RW_WISH_MEMBERS)
            continue;
        said |= UINT32_C(1) << i;
        ret[i] = value;
    }
    return said;
}

void rw_wish_read(const json_t *body, struct rw_wish *ret)
{
    const json_t *at[RW_WISH_MEMBERS] = {NULL};

    *ret = (struct rw_wish){.said = collect(body, at)};
    ret->to = string_of(json_object_get(at[RW_WISH_TO], "phoneNumber"));
    strcpy(ret->to_at, "/to/phoneNumber");
    if (!ret->to.p) {
        ret->to = string_of(at[RW_WISH_PHONE_NUMBER]);
        ret->contract_form = ret->to.p != NULL;
        if (ret->contract_form)
            strcpy(ret->to_at, "/phoneNumber");
    }
    ret->from = string_of(json_object_get(at[RW_WISH_FROM], "phoneNumber"));
    strcpy(ret->from_at, "/from/phoneNumber");
    if (!ret->from.p) {
        ret->from = string_of(at[RW_WISH_CALLER_ID]);
        if (ret->from.p)
            strcpy(ret->from_at, "/callerId");
    }
    ret->provider_id = string_of(at[RW_WISH_PROVIDER_ID]);
    ret->provider_at = "/providerId";
    ret->caller_name = json_string_value(at[RW_WISH_CALLER_ID_NAME]);
}
